"""A field known on nodes, drawn at further points: for data that are not at nodes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.core.grid import Grid
from orefield.deposit.simulation.conditioning import KrigingWeights, weigh
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.variogram import Variogram
from orefield.kernels.gaussian_conditioning import draw_in_order

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_NODES_NEAR, _DATA_NEAR = 24, 16
_STEPS = 4


@dataclass(frozen=True, eq=False)
class OffNodes:
    """How a field is drawn at data that are no nodes, each given nodes and earlier data near it.

    Attributes
    ----------
    rows : ndarray of shape (t,), int64
        Data that are no nodes.
    nodes : ndarray of shape (u,), int64
        Blocks that are asked.
    weights : KrigingWeights
        Of those blocks, then of earlier ones of ``rows``.
    """

    rows: _I8
    nodes: _I8
    weights: KrigingWeights

    @classmethod
    def of(cls, grid: Grid, variogram: Variogram, data: PlacedData) -> Self | None:
        """Weights for the data that are no nodes; ``None`` where all are.

        Up to 24 nodes round each datum and the 16 nearest data before it take part: what lies
        further is screened by them.
        """
        rows = np.flatnonzero(data.node < 0)
        if not rows.size:
            return None
        places = data.xyz_m[rows]
        transform = _metric(variogram)
        blocks = _blocks_round(grid, places, transform)
        nodes, which = np.unique(blocks[blocks >= 0], return_inverse=True)
        near = np.full((rows.size, _NODES_NEAR + _DATA_NEAR), -1, dtype=np.int32)
        near[:, :_NODES_NEAR][blocks >= 0] = which
        near[:, _NODES_NEAR:] = _earlier(places @ transform.T, len(nodes))
        # what is there first, then the gaps
        order = np.argsort(near < 0, axis=1, kind="stable")
        near = np.ascontiguousarray(np.take_along_axis(near, order, axis=1))
        sources = np.concatenate([grid.centroids()[nodes], places])
        weights, variance = np.empty(near.shape), np.empty(rows.size)
        weigh(np.ascontiguousarray(places), sources, variogram.packed(), near, weights, variance)
        return cls(rows, nodes, KrigingWeights(near, weights, variance))

    def draw(self, fields: _F8, rng: np.random.Generator, values: _F8) -> None:
        """Fill the rows of ``values`` (d, f) that are no nodes, given ``fields`` (f, n)."""
        known = len(self.nodes)
        table = np.empty((known + len(self.rows), len(fields)))
        table[:known] = fields[:, self.nodes].T
        noise = rng.standard_normal((len(self.rows), len(fields)))
        near = self.weights
        draw_in_order(near.near, near.weights, near.variance, noise, table, known)
        values[self.rows] = table[known:]


def _metric(variogram: Variogram) -> _F8:
    """Lags to ranges of the structure that says most at short lags."""
    if not variogram.structures:
        return np.eye(3)
    steepest = max(variogram.structures, key=lambda s: s.sill / min(s.ranges_m))
    return steepest.ellipsoid.transform()


def _blocks_round(grid: Grid, places: _F8, transform: _F8) -> _I8:
    """The blocks nearest to each place, shape (t, 24); -1 where there are no more."""
    size, shape = np.asarray(grid.size), np.asarray(grid.shape)
    cell = np.clip(np.floor(grid.to_local(places) / size), 0, shape - 1).astype(np.int64)
    reach = np.minimum(_STEPS, shape - 1)
    steps = np.array(list(itertools.product(*(range(-r, r + 1) for r in reach))))
    lag = grid.to_world(steps * size) - np.asarray(grid.origin)
    steps = steps[np.argsort(((lag @ transform.T) ** 2).sum(axis=1), kind="stable")]
    out = np.full((len(places), _NODES_NEAR), -1, dtype=np.int64)
    most = min(_NODES_NEAR, len(steps))
    first = cell[:, None, :] + steps[:most]
    whole = ((first >= 0) & (first < shape)).all(axis=(1, 2))
    out[whole, :most] = _numbers(first[whole], grid)
    for t in np.flatnonzero(~whole):  # at the grid's edge, further blocks take the place
        found = cell[t] + steps
        found = found[((found >= 0) & (found < shape)).all(axis=1)][:_NODES_NEAR]
        out[t, : len(found)] = _numbers(found, grid)
    return out


def _numbers(cells: _I8, grid: Grid) -> _I8:
    """Numbers of blocks, shape (...), of cells (..., 3)."""
    nx, ny, _ = grid.shape
    return np.asarray(cells[..., 0] + nx * (cells[..., 1] + ny * cells[..., 2]))


def _earlier(reduced: _F8, first: int) -> NDArray[np.int32]:
    """The nearest of the places before each, numbered from ``first``; -1 where there are none."""
    out = np.full((len(reduced), _DATA_NEAR), -1, dtype=np.int32)
    if len(reduced) == 1:
        return out
    found = np.asarray(cKDTree(reduced).query(reduced, k=min(4 * _DATA_NEAR, len(reduced)))[1])
    for t, row in enumerate(found):
        before = row[row < t][:_DATA_NEAR]
        out[t, : len(before)] = first + before
    return out
