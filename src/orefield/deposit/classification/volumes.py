"""Production volumes: blocks grouped into what a mine takes in a quarter or a year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_MASK = NDArray[np.bool_]

_LARGER = 0.1
"""By what share of the planned tonnes one volume may stand for slightly more than was planned."""


@dataclass(frozen=True, eq=False)
class Volumes:
    """Blocks grouped into volumes.

    Parameters
    ----------
    of_block : ndarray of int32, shape (n,)
        Volume of each block; -1 for none.
    tonnes : ndarray of shape (v,)
        What counts towards the planned tonnes of each.
    planned_t : float
        Tonnes that a volume is to have; NaN where volumes were given.
    """

    of_block: _I4
    tonnes: _F8
    planned_t: float

    def __len__(self) -> int:
        return len(self.tonnes)

    @property
    def short(self) -> NDArray[np.bool_]:
        """Volumes with less than half of what was planned, shape (v,)."""
        return np.asarray(self.tonnes < 0.5 * self.planned_t)


def equal_volumes(
    grid: Grid,
    tonnes: _F8,
    planned_t: Sequence[float],
    *,
    levels: int | None = None,
    of: _MASK | None = None,
) -> list[Volumes]:
    """Compact volumes of equal tonnes, each a part of one of the larger size before it.

    Blocks are halved (or split as evenly as whole volumes allow) across the longest extent, again
    and again, until a volume holds the planned tonnes: no volume at the rim of the deposit is
    smaller than the others, unlike panels of a fixed size, and none is more than a tenth larger
    than planned, which would average more out than the mine will. They are compact but not
    always connected, where the deposit is in pieces.

    Parameters
    ----------
    grid : Grid
        Where blocks are.
    tonnes : ndarray of shape (n,)
        What counts: expected tonnes of ore; zero for blocks that are no ore.
    planned_t : sequence of float
        Planned tonnes, falling: a year's, then a quarter's.
    levels : int, optional
        Benches that a volume may span; the grid is cut into slabs of so many first.
    of : ndarray of bool, shape (n,), optional
        Blocks to group; those that have tonnes where left out. A block without tonnes that
        count goes with those around it.

    Returns
    -------
    list of Volumes
        One a planned size.

    Raises
    ------
    ModelError
        For planned tonnes that are not positive or do not fall, or no tonnes at all.
    """
    _checked(grid, tonnes, levels)
    sizes = [float(t) for t in planned_t]
    if not sizes or not all(np.isfinite(t) and t > 0 for t in sizes):
        raise ModelError(f"planned tonnes of {sizes}", fix="give positive tonnes")
    if sorted(sizes, reverse=True) != sizes:
        raise ModelError("planned tonnes do not fall", fix="give the year's before the quarter's")
    own = np.flatnonzero(tonnes > 0 if of is None else of)
    nx, ny, _ = grid.shape
    layer, cell = np.divmod(own, nx * ny)
    row, column = np.divmod(cell, nx)
    place = np.column_stack([column, row, layer]) * np.asarray(grid.size)
    slab = layer // levels if levels else np.zeros(len(own), dtype=np.int64)
    groups = [np.flatnonzero(slab == s) for s in np.unique(slab)]
    out = []
    for size in sizes:
        groups = [part for g in groups for part in _parts(g, place, tonnes[own], size)]
        of_block = np.full(grid.n, -1, dtype=np.int32)
        for v, group in enumerate(groups):
            of_block[own[group]] = v
        out.append(Volumes(of_block, _sums(of_block, tonnes, len(groups)), size))
    return out


def panels(
    grid: Grid,
    tonnes: _F8,
    blocks: tuple[int, int, int],
    planned_t: float,
    *,
    of: _MASK | None = None,
) -> Volumes:
    """Boxes of so many blocks each way, from the grid's corner; at the rim they are cut.

    Parameters
    ----------
    grid : Grid
        Where blocks are.
    tonnes : ndarray of shape (n,)
        What counts.
    blocks : (int, int, int)
        Blocks along x, y, z.
    planned_t : float
        What a panel should hold, to tell which are short.
    of : ndarray of bool, shape (n,), optional
        Blocks to group; those that have tonnes where left out.

    Raises
    ------
    ModelError
        For a panel without a block, or no tonnes at all.
    """
    _checked(grid, tonnes, None)
    if min(blocks) < 1:
        raise ModelError(f"panels of {blocks} blocks", fix="give one or more each way")
    nx, ny, _ = grid.shape
    layer, cell = np.divmod(np.arange(grid.n), nx * ny)
    row, column = np.divmod(cell, nx)
    across = -(-np.asarray(grid.shape) // np.asarray(blocks))
    flat = column // blocks[0] + across[0] * (row // blocks[1] + across[1] * (layer // blocks[2]))
    return _numbered(np.where(tonnes > 0 if of is None else of, flat, -1), tonnes, planned_t)


def given_volumes(label: NDArray[np.generic], tonnes: _F8, of: _MASK) -> Volumes:
    """Volumes that the model tells itself: periods of a schedule, stopes; negative for none."""
    number = np.asarray(label, dtype=np.float64)
    return _numbered(np.where((number >= 0) & of, number, -1), tonnes, np.nan)


def _numbered(label: NDArray[np.generic], tonnes: _F8, planned_t: float) -> Volumes:
    names, of_block = np.unique(label, return_inverse=True)
    if float(names[0]) < 0:
        of_block = of_block - 1
    of_block = of_block.astype(np.int32)
    count = int(of_block.max()) + 1
    if count == 0:
        raise ModelError("no block is in a volume", fix="check tonnes and the field of volumes")
    return Volumes(of_block, _sums(of_block, tonnes, count), planned_t)


def _sums(of_block: _I4, tonnes: _F8, count: int) -> _F8:
    inside = of_block >= 0
    sums = np.bincount(of_block[inside], tonnes[inside], minlength=count)
    return np.asarray(sums, dtype=np.float64)


def _parts(group: _I8, place: _F8, tonnes: _F8, size: float) -> list[_I8]:
    """A group split into volumes of about ``size`` tonnes; deterministic."""
    out: list[_I8] = []
    stack = [(group, max(1, math.ceil(float(tonnes[group].sum()) / size - _LARGER)))]
    while stack:
        own, count = stack.pop()
        count = min(count, len(own))
        if count == 1:
            out.append(own)
            continue
        at = place[own]
        long, second, third = np.argsort(-np.ptp(at, axis=0), kind="stable")
        # whole slices first, and within a slice in order, so that parts stay compact
        own = own[np.lexsort((at[:, third], at[:, second], at[:, long]))]
        first = count // 2
        so_far = np.cumsum(tonnes[own])
        middle = so_far - 0.5 * tonnes[own]
        cut = int(np.searchsorted(middle, so_far[-1] * first / count))
        cut = min(max(cut, first), len(own) - (count - first))
        stack += [(own[cut:], count - first), (own[:cut], first)]
    return out


def _checked(grid: Grid, tonnes: _F8, levels: int | None) -> None:
    if tonnes.shape != (grid.n,):
        raise ModelError(f"{tonnes.shape} tonnes for {grid.n:,} blocks")
    if not (np.isfinite(tonnes).all() and (tonnes >= 0).all()):
        raise ModelError("a block's tonnes are negative or not finite")
    if not tonnes.any():
        raise ModelError(
            "no block has tonnes that count", fix="lower the cut-off, or check the estimate"
        )
    if levels is not None and levels < 1:
        raise ModelError(f"volumes of {levels} benches", fix="give one or more")
