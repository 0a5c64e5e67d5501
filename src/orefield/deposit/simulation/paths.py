"""Paths over the nodes of a grid, and the steps round a node in order of distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.streams import stream

_I8 = NDArray[np.int64]
LEVELS = 4
"""Grids of a path: every eighth node along each axis, then every fourth, ..."""

MOST_STEPS = 200_000


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps of a grid within a search ellipsoid, the nearest first.

    Attributes
    ----------
    cells : ndarray of shape (m, 3), int64
    lags_m : ndarray of shape (m, 3)
        East, north, up.
    """

    cells: _I8
    lags_m: NDArray[np.float64]

    @classmethod
    def of(cls, grid: Grid, search: Search) -> Steps:
        """All steps from a node that stay within the search and can stay in the grid.

        Raises
        ------
        ModelError
            When none does: the search is shorter than a block.
        """
        inverse = np.linalg.inv(search.transform())
        origin = np.asarray(grid.origin)
        # the ellipsoid's extent along each of the grid's axes
        axes = grid.to_world(np.eye(3)) - origin
        wide = np.linalg.norm(axes @ inverse, axis=1) / np.asarray(grid.size)
        reach = [min(int(w), n - 1) for w, n in zip(wide, grid.shape, strict=True)]
        cells = np.stack(
            np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij"), axis=-1
        ).reshape(-1, 3)
        lags = grid.to_world(cells * np.asarray(grid.size)) - origin
        away = ((lags @ search.transform().T) ** 2).sum(axis=1)
        keep = np.flatnonzero((away <= 1.0) & (away > 0.0))
        if not keep.size:
            raise ModelError(
                "no node is within the search of another", fix="widen the search to some blocks"
            )
        keep = keep[np.argsort(away[keep], kind="stable")][:MOST_STEPS]
        return cls(np.ascontiguousarray(cells[keep]), np.ascontiguousarray(lags[keep]))


def multigrid_path(grid: Grid, nodes: _I8, rng: np.random.Generator) -> _I8:
    """Nodes at random, coarse grids first, so that long ranges are laid down before short ones.

    (Tran, 1994, "Improving variogram reproduction on dense simulation grids", Computers and
    Geosciences 20(7-8); from memory.)
    """
    layer, cell = np.divmod(nodes, grid.shape[0] * grid.shape[1])
    row, column = np.divmod(cell, grid.shape[0])
    place = np.column_stack([column, row, layer])
    level = np.zeros(len(nodes), dtype=np.int64)
    for k in range(1, LEVELS):
        # an axis with few nodes takes part in every grid
        coarse = [2**k if n > 2**k else 1 for n in grid.shape]
        level[(place % coarse == 0).all(axis=1)] = k
    return np.asarray(nodes[np.lexsort((rng.permutation(len(nodes)), -level))])


def path_of(grid: Grid, nodes: _I8, seed: int, number: int) -> _I8:
    """The path of that number."""
    return multigrid_path(grid, nodes, stream(seed, 2, number))
