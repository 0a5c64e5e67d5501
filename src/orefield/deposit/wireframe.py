"""Solids of triangles: are they closed, which points lie within, how much of each block does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.drillholes.log_units import length_scale
from orefield.deposit.wireframe_files import read_triangles
from orefield.deposit.wireframe_state import MeshState, mesh_edges, mesh_state, open_rims, welded
from orefield.kernels import solids, winding

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

_CHUNK = 50_000
_LEAF = 8
_FAR = 4.0
_MOST_SIDE = 2000


@dataclass(frozen=True, eq=False)
class Wireframe:
    """A body bounded by triangles.

    Points are judged by the crossings above them; where a mesh is open, those below or above a
    hole in it by the generalised winding number.

    Parameters
    ----------
    vertices : ndarray of shape (v, 3)
        East, north, elevation (m).
    triangles : ndarray of shape (t, 3), int32
    name : str
    holes : {"refuse", "winding"}
        What is done with a mesh that is not closed: refused, or points count as inside where the
        generalised winding number is over one half.

    Raises
    ------
    ModelError
        For a vertex that is not finite, a mesh without area, one that is open and ``holes``
        refuses, or is open and has triangles that face opposite ways.
    """

    vertices: _F8
    triangles: _I4
    name: str = ""
    holes: Literal["refuse", "winding"] = "refuse"
    state: MeshState = field(init=False)
    _bins: tuple[_F8, float, int, int, NDArray[np.int64], _I4] = field(init=False)
    _gaps: _F8 = field(init=False)

    def __post_init__(self) -> None:
        if self.holes not in ("refuse", "winding"):
            raise ModelError(f"open meshes are to be {self.holes!r}", fix="refuse or winding")
        vertices = np.ascontiguousarray(self.vertices, dtype=np.float64)
        triangles = np.ascontiguousarray(self.triangles, dtype=np.int32)
        if not np.isfinite(vertices).all():
            raise ModelError("a vertex of the wireframe is not finite", where=self.name)
        a, b, c = (vertices[triangles[:, k]] for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        triangles = np.ascontiguousarray(triangles[area > 0])
        if not len(triangles):
            raise ModelError("the wireframe has no area", where=self.name, fix="export it again")
        edges = mesh_edges(triangles)
        state = mesh_state(edges, len(triangles), len(vertices), int((area == 0).sum()))
        put = object.__setattr__
        put(self, "vertices", vertices)
        put(self, "triangles", triangles)
        put(self, "state", state)
        if not state.closed:
            self._refuse(state)
        put(self, "_bins", _bins(vertices, triangles))
        put(self, "_gaps", open_rims(vertices, edges))

    def _refuse(self, state: MeshState) -> None:
        if self.holes == "refuse":
            raise ModelError(
                f"the wireframe is not closed: {state.open_edges:,} open edges among "
                f"{state.triangles:,} triangles",
                where=self.name,
                fix='close it, or say open = "winding" to go by the generalised winding number',
            )
        if state.flipped_edges:
            raise ModelError(
                f"the wireframe is open ({state.open_edges:,} edges), and triangles face opposite "
                f"ways at {state.flipped_edges:,} edges: nothing says what is inside",
                where=self.name,
                fix="orient its triangles alike, or close it",
            )

    @classmethod
    def read(
        cls,
        path: Path | str,
        *,
        unit: str = "m",
        holes: Literal["refuse", "winding"] = "refuse",
        weld_m: float = 0.0,
    ) -> Wireframe:
        """A wireframe from an STL or OBJ file, its coordinates in ``unit``.

        Parameters
        ----------
        path : Path
            Ends with ``.stl`` or ``.obj``.
        unit : str
            Of length.
        holes : {"refuse", "winding"}
            What is done with a mesh that is not closed.
        weld_m : float
            Vertices closer than this are one; 0 for those that are exactly alike.

        Raises
        ------
        TableError
            For a file that cannot be read; see
            :func:`~orefield.deposit.wireframe_files.read_triangles`.
        ModelError
            As the class.
        UnitError
            For a unit that is no length.
        """
        vertices, triangles = read_triangles(path)
        if not 0.0 <= weld_m < np.inf:
            raise ModelError(f"vertices are to be welded within {weld_m:g} m", where=str(path))
        vertices = vertices * length_scale(unit)
        if weld_m:
            vertices, triangles = welded(vertices, triangles, weld_m)
        return cls(vertices, triangles, str(path), holes)

    @property
    def bounds(self) -> _F8:
        """Least and greatest coordinates (m), shape (2, 3)."""
        return self._bins[0]

    @cached_property
    def _tree(self) -> tuple[_I4, _I4, _F8]:
        order = np.arange(len(self.triangles), dtype=np.int32)
        nodes, balls = winding.build_tree(self.vertices, self.triangles, order, _LEAF)
        return order, nodes, balls

    def volume_m3(self) -> float:
        """Volume (m3) of a closed mesh; of an open one, that of its triangles with a centre."""
        middle = self.bounds.mean(axis=0)
        a, b, c = (self.vertices[self.triangles[:, k]] - middle for k in range(3))
        return abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6.0)

    def inside(self, xyz_m: _F8, threads: int = 1) -> NDArray[np.bool_]:
        """Which points lie within.

        Points on the surface itself, to within rounding, may fall to either side.

        Parameters
        ----------
        xyz_m : ndarray of shape (n, 3)
            East, north, elevation (m).
        threads : int
            The result does not depend on it.

        Raises
        ------
        ModelError
            For a point that is not finite.
        """
        points = _finite(xyz_m)
        out = np.zeros(len(points), dtype=np.bool_)

        def part(start: int) -> None:
            some = points[start : start + _CHUNK]
            found = self._by_rays(some)
            doubtful = self._over_gaps(some)
            if doubtful.any():
                found[doubtful] = self.winding(some[doubtful]) > 0.5
            out[start : start + _CHUNK] = found

        with ThreadPoolExecutor(max(threads, 1)) as pool:
            list(pool.map(part, range(0, len(points), _CHUNK)))
        return out

    def _over_gaps(self, places: _F8) -> NDArray[np.bool_]:
        """Which places lie, in plan, within the box of an open rim: a ray may miss a crossing."""
        out = np.zeros(len(places), dtype=np.bool_)
        for x0, y0, x1, y1 in self._gaps:
            x, y = places[:, 0], places[:, 1]
            out |= (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        return out

    def _by_rays(self, points: _F8) -> NDArray[np.bool_]:
        found = np.zeros(len(points), dtype=np.int32)
        bounds, cell, nx, ny, start, index = self._bins
        signed = self.state.flipped_edges == 0
        solids.winding_numbers(
            points, self.vertices, self.triangles, bounds, cell, nx, ny, start, index, signed, found
        )
        out: NDArray[np.bool_] = found != 0 if signed else found % 2 == 1
        return out

    def winding(self, xyz_m: _F8) -> _F8:
        """Generalised winding numbers about points: about 1 inside (or -1), about 0 outside.

        Within some hundredths where the mesh is far away, because that is taken for dipoles.

        Raises
        ------
        ModelError
            For a point that is not finite.
        """
        points = _finite(xyz_m)
        order, nodes, balls = self._tree
        out = np.zeros(len(points))
        winding.generalised_winding(
            points, self.vertices, self.triangles, order, nodes, balls, _FAR, out
        )
        return np.abs(out)

    def share_of_blocks(self, grid: Grid, parts: tuple[int, int, int] = (3, 3, 3)) -> _F8:
        """Share of each block's volume within, by a lattice of points in it.

        Parameters
        ----------
        grid : Grid
            May be rotated.
        parts : (int, int, int)
            Points along each side.

        Returns
        -------
        ndarray of shape (grid.n,)
            0 to 1.

        Raises
        ------
        ModelError
            For parts that are not positive.
        """
        if min(parts) < 1:
            raise ModelError(f"blocks are divided by {parts}", fix="give whole numbers from 1")
        nx, ny, nz = grid.shape
        dx, dy, dz = grid.size
        px, py, pz = parts
        low, high = self.bounds
        levels = grid.origin[2] + dz * (np.arange(nz * pz) + 0.5) / pz
        out = np.zeros((ny, nx, nz), dtype=np.int32)
        x = dx * (np.arange(nx)[:, None] + (np.arange(px)[None] + 0.5) / px)
        for row in range(ny):
            for k in range(py):
                y = dy * (row + (k + 0.5) / py)
                for j in range(px):
                    local = np.column_stack([x[:, j], np.full(nx, y), np.zeros(nx)])
                    place = grid.to_world(local)
                    box = (place[:, :2] >= low[:2]) & (place[:, :2] <= high[:2])
                    if box.all(axis=1).any():
                        self._add_columns(np.ascontiguousarray(place[:, :2]), levels, pz, out[row])
        return out.transpose(2, 0, 1).reshape(-1) / float(px * py * pz)

    def _add_columns(self, columns: _F8, levels: _F8, parts: int, out: _I4) -> None:
        bounds, cell, nx, ny, start, index = self._bins
        found = np.zeros_like(out)
        solids.column_counts(
            columns, levels, parts, self.vertices, self.triangles, bounds, cell, nx, ny,
            start, index, self.state.flipped_edges == 0, found,
        )  # fmt: skip
        over = np.flatnonzero(self._over_gaps(columns))
        if over.size:
            points = np.column_stack(
                [np.repeat(columns[over], len(levels), axis=0), np.tile(levels, len(over))]
            )
            hit = (self.winding(points) > 0.5).reshape(len(over), -1, parts)
            found[over] = hit.sum(axis=2, dtype=np.int32)
        out += found


def _finite(xyz_m: _F8) -> _F8:
    points = np.ascontiguousarray(xyz_m, dtype=np.float64)
    if not np.isfinite(points).all():
        raise ModelError("a point that may lie in a wireframe is not finite")
    return points


def _bins(vertices: _F8, triangles: _I4) -> tuple[_F8, float, int, int, NDArray[np.int64], _I4]:
    used = vertices[np.unique(triangles)]
    bounds = np.array([used.min(axis=0), used.max(axis=0)])
    width, height = bounds[1, :2] - bounds[0, :2]
    # about two triangles a square, but no more squares than memory likes
    side = max(width, height, 1e-9) / min(_MOST_SIDE, max(1.0, np.sqrt(len(triangles) / 2.0)))
    nx, ny = int(width / side) + 1, int(height / side) + 1
    start, index = solids.bin_triangles(
        vertices, triangles, float(bounds[0, 0]), float(bounds[0, 1]), float(side), nx, ny
    )
    return bounds, float(side), nx, ny, start, index
