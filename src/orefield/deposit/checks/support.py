"""What a variogram of points becomes for blocks: less variance, longer continuity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.core.grid import Grid
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]

_POINTS = 5
"""Points of the quadrature on each side of the lag, along an axis."""


def block_covariance(variogram: Variogram, grid: Grid, lags_m: _F8) -> _F8:
    """Mean covariance between a block and the same block moved by a lag.

    Two points of blocks lie a lag apart that is spread like a triangle along each of the grid's
    axes: three sums (Gauss-Legendre, ten points) in place of the six of pairs of points. The
    nugget averages out. Along an axis of a single layer a block is taken as flat.

    Parameters
    ----------
    variogram : Variogram
        Of points.
    grid : Grid
        Size and rotation of its blocks count.
    lags_m : ndarray of shape (k, 3)
        East, north, up (m).

    Returns
    -------
    ndarray of shape (k,)
    """
    between, weight = _differences(grid)
    out = np.empty(len(lags_m))
    for k, lag in enumerate(np.asarray(lags_m, dtype=np.float64)):
        moved = between + lag
        # a lag of exactly zero would bring the nugget in
        met = (moved == 0).all(axis=1)
        out[k] = weight @ (variogram.covariance(moved) - np.where(met, variogram.nugget, 0.0))
    return out


def variance_left(variogram: Variogram, grid: Grid) -> float:
    """Share of the points' variance that blocks of a grid keep, 0 to 1."""
    return float(block_covariance(variogram, grid, np.zeros((1, 3)))[0]) / variogram.sill


def _differences(grid: Grid) -> tuple[_F8, _F8]:
    """Differences of two points of a block (m, east north up) and their weights, of sum one."""
    node, share = np.polynomial.legendre.leggauss(_POINTS)
    along: list[_F8] = []
    weights: list[_F8] = []
    for size, count in zip(grid.size, grid.shape, strict=True):
        if count == 1:
            along.append(np.zeros(1))
            weights.append(np.ones(1))
            continue
        # each side on its own: the triangle's tip, and a variogram's at lag zero, have a corner
        side = 0.5 * (node + 1.0)
        half = 0.5 * share * (1.0 - side)
        along.append(size * np.concatenate([-side[::-1], side]))
        weights.append(np.concatenate([half[::-1], half]))
    x, y, z = np.meshgrid(*along, indexing="ij")
    wx, wy, wz = np.meshgrid(*weights, indexing="ij")
    local = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    turned: _F8 = grid.to_world(local) - np.asarray(grid.origin)
    return turned, (wx * wy * wz).ravel()
