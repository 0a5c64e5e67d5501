"""What is wrong with a triangle mesh: holes in it, edges of too many triangles, turned faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Edges as pairs of vertices, how many triangles each has, the sum of their directions."""


@dataclass(frozen=True, slots=True)
class MeshState:
    """What is wrong with a mesh.

    Attributes
    ----------
    triangles, vertices : int
    open_edges : int
        Edges of one triangle only: the mesh has holes.
    crowded_edges : int
        Edges of more than two triangles.
    flipped_edges : int
        Edges whose triangles face opposite ways.
    degenerate : int
        Triangles without an area; they are left out.
    """

    triangles: int
    vertices: int
    open_edges: int
    crowded_edges: int
    flipped_edges: int
    degenerate: int

    @property
    def closed(self) -> bool:
        """Whether every edge has an even number of triangles."""
        return self.open_edges == 0


def mesh_edges(triangles: _I4) -> Edges:
    """Edges as pairs of vertices, how many triangles each has, and the sum of their directions."""
    pairs = np.stack([triangles, triangles[:, [1, 2, 0]]], axis=2).reshape(-1, 2).astype(np.int64)
    n = int(triangles.max()) + 1
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    key, back, count = np.unique(low * n + high, return_inverse=True, return_counts=True)
    turn = np.bincount(back, np.where(pairs[:, 0] < pairs[:, 1], 1.0, -1.0)).astype(np.float64)
    return np.column_stack([key // n, key % n]).astype(np.int64), count.astype(np.int64), turn


def mesh_state(edges: Edges, triangles: int, vertices: int, degenerate: int) -> MeshState:
    """State of a mesh with so many triangles and vertices, and its edges."""
    _, count, turn = edges
    return MeshState(
        triangles,
        vertices,
        int((count % 2 == 1).sum()),
        int((count > 2).sum()),
        int(((count % 2 == 0) & (turn != 0)).sum()),
        degenerate,
    )


def open_rims(vertices: _F8, edges: Edges) -> _F8:
    """Boxes in plan (x0, y0, x1, y1) of the rims of holes: of connected open edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs, count, _ = edges
    rim = pairs[count % 2 == 1]
    if not len(rim):
        return np.zeros((0, 4))
    corners, place = np.unique(rim, return_inverse=True)
    place = place.reshape(-1, 2)
    links = coo_array((np.ones(len(rim)), (place[:, 0], place[:, 1])), shape=(len(corners),) * 2)
    n, part = connected_components(links, directed=False)
    plan = vertices[corners, :2]
    boxes = np.empty((n, 4))
    for k in range(n):
        boxes[k, :2] = plan[part == k].min(axis=0)
        boxes[k, 2:] = plan[part == k].max(axis=0)
    return boxes


def welded(vertices: _F8, triangles: _I4, reach: float) -> tuple[_F8, _I4]:
    """Vertices closer than ``reach`` made one: the first of each group stands for all.

    Files of few digits tell the same corner a little differently in each triangle.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(vertices).query_pairs(reach, output_type="ndarray")
    n = len(vertices)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, group = connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    return vertices[first], group[triangles].astype(np.int32)
