"""Nodes within blocks: a finer grid to simulate on, and its averages on the mining unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

Factors = tuple[int, int, int]


def refined(grid: Grid, factors: Factors) -> Grid:
    """A grid with every block cut into ``factors`` along its axes.

    Raises
    ------
    ModelError
        When a factor is less than one, or the finer grid would be too large.
    """
    _positive(factors)
    size = tuple(s / f for s, f in zip(grid.size, factors, strict=True))
    shape = tuple(n * f for n, f in zip(grid.shape, factors, strict=True))
    return Grid(grid.origin, (size[0], size[1], size[2]), (shape[0], shape[1], shape[2]),
                grid.rotation_deg)  # fmt: skip


def coarsened(grid: Grid, factors: Factors) -> Grid:
    """The inverse of :func:`refined`: blocks of ``factors`` nodes.

    Raises
    ------
    ModelError
        When the nodes do not make whole blocks.
    """
    _positive(factors)
    if any(n % f for n, f in zip(grid.shape, factors, strict=True)):
        raise ModelError(
            f"{grid.shape} nodes make no whole blocks of {factors}", fix="give factors that divide"
        )
    size = tuple(s * f for s, f in zip(grid.size, factors, strict=True))
    shape = tuple(n // f for n, f in zip(grid.shape, factors, strict=True))
    return Grid(grid.origin, (size[0], size[1], size[2]), (shape[0], shape[1], shape[2]),
                grid.rotation_deg)  # fmt: skip


def reblocked(values: NDArray[np.floating], blocks: Grid, factors: Factors) -> NDArray[np.float64]:
    """Means of the nodes of each block: (blocks.n * fx * fy * fz,) -> (blocks.n,).

    Raises
    ------
    ModelError
        When the shapes do not fit.
    """
    (nx, ny, nz), (fx, fy, fz) = blocks.shape, factors
    if values.shape != (blocks.n * fx * fy * fz,):
        raise ModelError(f"{values.shape} values for {blocks.n:,} blocks of {factors} nodes")
    if factors == (1, 1, 1):
        return np.asarray(values, dtype=np.float64)
    parts = values.reshape(nz, fz, ny, fy, nx, fx)
    return np.asarray(parts.mean(axis=(1, 3, 5), dtype=np.float64).reshape(-1))


def within_blocks(mask: NDArray[np.bool_], blocks: Grid, factors: Factors) -> NDArray[np.bool_]:
    """A mask of blocks as one of their nodes."""
    fx, fy, fz = factors
    cube = mask.reshape(blocks.shape[::-1])
    for axis, factor in ((0, fz), (1, fy), (2, fx)):
        cube = np.repeat(cube, factor, axis=axis)
    return np.asarray(cube.reshape(-1))


def _positive(factors: Factors) -> None:
    if len(factors) != 3 or min(factors) < 1:
        raise ModelError(f"blocks are cut into {factors}", fix="give three whole numbers from 1")
