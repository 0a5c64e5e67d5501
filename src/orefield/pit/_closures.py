"""What the pit limit and its shells share: sound precedences, and a closure with its proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.kernels.closure import closure_arcs, closure_domains
from orefield.kernels.cones import blocks_that_bind, lists_on_grid
from orefield.kernels.precedence import find_cycle, first_repeated
from orefield.pit.slopes import SlopeDomains, SlopePattern

MOST = 2**62
"""Absolute values may add up to less than this: a sum of any of them is a 64-bit number."""


def whole_values(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values, shape (n,), as 64-bit numbers; a ModelError when they are no such thing."""
    amount = np.asarray(value)
    if amount.ndim != 1 or amount.dtype.kind not in "iu":
        if amount.dtype.kind == "f" and not np.isfinite(amount).all():
            bad = int(np.flatnonzero(~np.isfinite(amount.ravel()))[0])
            raise ModelError("block value is not finite", where=f"block {bad}")
        raise ModelError(
            f"block values are {amount.dtype} of shape {amount.shape}, whole numbers of shape "
            "(n,) are needed",
            fix="scale them with whole_units",
        )
    if float(np.abs(amount.astype(np.float64)).sum()) >= MOST:
        raise ModelError("block values are too large for exact arithmetic", fix="use larger units")
    return np.ascontiguousarray(amount, dtype=np.int64)


def sound_lists(
    n: int, precedence_start: NDArray[np.int64], precedence: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Precedence lists of ``n`` blocks as the kernels take them; a ModelError at any fault.

    Circles are not looked for: see :func:`refuse_circles`.
    """
    start, given = np.asarray(precedence_start), np.asarray(precedence)
    whole = start.dtype.kind in "iu" and (given.dtype.kind in "iu" or not given.size)
    fits = whole and start.shape == (n + 1,) and given.ndim == 1
    if not fits or int(start[0]) != 0 or int(start[-1]) != len(given):
        raise ModelError(f"precedence lists do not fit {n:,} blocks")
    if (start[1:] < start[:-1]).any():
        raise ModelError(f"precedence lists do not fit {n:,} blocks")
    start = np.ascontiguousarray(start, dtype=np.int64)

    def owner(k: int) -> int:
        return int(np.searchsorted(start, k, side="right")) - 1

    if given.size and not (int(given.min()) >= 0 and int(given.max()) < n):
        k = int(np.flatnonzero((given < 0) | (given >= n))[0])
        raise ModelError(
            f"block {owner(k)} needs block {int(given[k])}: a precedence names a block that "
            "does not exist",
            where=f"block {owner(k)}",
            fix=f"blocks are numbered from 0 to {n - 1}",
        )
    needed = np.ascontiguousarray(given, dtype=np.int32)
    block, twice = first_repeated(start, needed)
    if block >= 0:
        raise ModelError(
            f"block {int(block)} needs block {int(twice)} twice", where=f"block {int(block)}"
        )
    return start, needed


def refuse_circles(start: NDArray[np.int64], needed: NDArray[np.int32], sound: int) -> None:
    """A ModelError that names a circle, when only ``sound`` blocks are free of them."""
    if sound == len(start) - 1:
        return
    # Only now is it worth finding out which blocks need one another.
    cycle = find_cycle(start, needed)
    raise ModelError(
        f"precedences go in a circle through {len(cycle):,} blocks",
        where="blocks " + " -> ".join(str(int(b)) for b in [*cycle[:8], cycle[0]]),
        fix="no block can be mined before itself: remove one of these precedences",
    )


@dataclass(frozen=True)
class Slopes:
    """What the kernels take: offsets, where each pattern begins, and the pattern by block."""

    offsets: NDArray[np.int32]
    begin: NDArray[np.int64]
    index: NDArray[np.uint8]

    @classmethod
    def of(cls, pattern: SlopePattern | SlopeDomains, n: int) -> Slopes:
        """From either kind of pattern, for a model of ``n`` blocks."""
        if isinstance(pattern, SlopePattern):
            begin = np.array([0, len(pattern.offsets)], dtype=np.int64)
            return cls(pattern.offsets, begin, np.zeros(0, dtype=np.uint8))
        if pattern.index.shape != (n,):
            raise ModelError(f"{len(pattern.index):,} slope domains for a model of {n:,} blocks")
        return cls(pattern.offsets, pattern.begin, pattern.index)

    def binding(self, rock: NDArray[np.bool_], shape: tuple[int, int, int]) -> NDArray[np.bool_]:
        """Rock, and the air that carries a cone to rock, shape (n,)."""
        found: NDArray[np.bool_] = blocks_that_bind(
            rock, shape, self.offsets, self.begin, self.index
        )
        return found

    def solve(
        self, value: NDArray[np.int64], active: NDArray[np.bool_], shape: tuple[int, int, int]
    ) -> NDArray[np.bool_]:
        """The closure among the ``active`` blocks, sought in the box that holds them."""
        nx, ny, nz = shape
        inside = np.zeros(len(value), dtype=bool)
        box = _box(active.reshape(nz, ny, nx))
        if box is None:
            return inside
        part = active.reshape(nz, ny, nx)[box]
        index = self.index
        if len(index):
            index = np.ascontiguousarray(index.reshape(nz, ny, nx)[box]).ravel()
        amount = np.ascontiguousarray(value.reshape(nz, ny, nx)[box]).ravel()
        size = (part.shape[2], part.shape[1], part.shape[0])
        within = np.ascontiguousarray(part).ravel()
        if 4 * np.count_nonzero(within) > len(within):
            mask, bound = closure_domains(amount, within, size, self.offsets, self.begin, index)
        else:  # a thin ring: its own arcs are fewer than the blocks of the box
            block, start, needed = lists_on_grid(within, size, self.offsets, self.begin, index)
            listed, bound = closure_arcs(amount[block], start, needed)
            mask = np.zeros(len(amount), dtype=bool)
            mask[block] = listed
        refuse_unproven(amount, mask, int(bound))
        inside.reshape(nz, ny, nx)[box] = mask.reshape(part.shape)
        return inside


def _box(active: NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    """The smallest box that holds every active block."""
    sides = []
    for axes in ((1, 2), (0, 2), (0, 1)):
        at = np.flatnonzero(active.any(axis=axes))
        if not at.size:
            return None
        sides.append(slice(int(at[0]), int(at[-1]) + 1))
    return (sides[0], sides[1], sides[2])


def refuse_unproven(value: NDArray[np.int64], mask: NDArray[np.bool_], bound: int) -> None:
    """A ModelError when a pit is not worth what its dual solution says."""
    worth = int(value[mask].sum())
    if worth != bound:
        raise ModelError(
            f"the pit is not proven optimal: it is worth {worth:,} units and its bound {bound:,}",
            fix="this is a fault of the solver: please report it with the model",
        )
