"""Walls moved until machines have room between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from orefield.core import BlockModel
from orefield.kernels.morphology import cover_with_elements, open_benches
from orefield.kernels.wall_moves import cheaper_moves
from orefield.pit.phasing.precedence import Precedence
from orefield.pit.phasing.room import WorkingRoom

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_F8 = NDArray[np.float64]

_ROUNDS = 30
"""Times that walls are moved before what is left is given to the inner phase."""

_BIASES = (1.0, 3.0, np.inf)
"""What closing a gap counts against widening it; all are tried."""

_NEAR = 0.05
"""Share of the outer pit by which an inner one may be away without more being tried."""

_DIRECTIONS = 6
"""Sides on which a pushback is tried to lie."""

_SEAM = 3.0
"""The same weight where a one-sided pushback ends."""

_HALVINGS = 10
"""Steps of the search for how far it reaches round."""


@dataclass(frozen=True)
class Walls:
    """What must fit: between walls, on a bench of the pit, and the least part of a bench."""

    ways: Precedence
    between: _I4
    bottom: _I4
    smallest: float
    cell: tuple[float, float]

    @classmethod
    def of(cls, model: BlockModel, ways: Precedence, room: WorkingRoom) -> Walls:
        """Widths in blocks of a model's grid."""
        area = model.grid.size[0] * model.grid.size[1]
        between, bottom = room.between(model.grid), room.at_bottom(model.grid)
        return cls(ways, between, bottom, room.smallest_m2 / area, model.grid.size[:2])

    def largest(self, inside: _MASK) -> _MASK:
        """The largest subset that is closed and on every bench a union of elements."""
        kept = inside
        while True:
            closed = self.ways.core(self.wide(kept, self.bottom))
            if np.array_equal(closed, kept):
                return closed
            kept = closed

    def wide(self, region: _MASK, fit: _I4) -> _MASK:
        """Blocks of a region that elements cover, with air for room."""
        found: _MASK = open_benches(region, self.ways.air, self.ways.shape, fit)
        return found

    def tight(self, inner: _MASK, outer: _MASK) -> _MASK:
        """Blocks between two pits without room.

        Where the outer pit itself is narrower than the mining width, near its bottom, there
        are no two walls and the bottom width rules.
        """
        ring = outer & ~inner
        bare = self.wide(ring, self.bottom) & ~self.wide(outer, self.between)
        return ring & ~(self.wide(ring, self.between) | bare)

    def apart(self, inner: _MASK, outer: _MASK, value: _F8 | None) -> _MASK:
        """The pit inside ``outer`` that leaves room and is nearest to ``inner``.

        Near in size and in value, where values are given; else by blocks that differ.
        """
        if not self.tight(inner, outer).any():
            return self._filled(inner, outer)
        best, least, back = inner, np.inf, inner
        for dear in _BIASES:
            moved = self._moved(inner, outer, dear)
            made = self._filled(moved, outer)
            away = self._away(made, inner, outer, value)
            if away < least:
                best, least = made, away
            back = moved  # the last is the one that only draws back
        if least < _NEAR:
            return best
        for turn in range(_DIRECTIONS):
            aside = self._one_sided(back, outer, int(inner.sum()), 2 * np.pi * turn / _DIRECTIONS)
            made = self._filled(self._moved(aside, outer, _SEAM), outer)
            away = self._away(made, inner, outer, value)
            if away < least:
                best, least = made, away
        return best

    def _away(self, made: _MASK, inner: _MASK, outer: _MASK, value: _F8 | None) -> float:
        """How far a pit is from what was wanted, as shares of the outer pit."""
        if value is None:
            return float((made ^ inner).sum() / max(int(outer.sum()), 1))
        size = abs(int(made.sum()) - int(inner.sum())) / max(int(outer.sum()), 1)
        total = float(value[outer].sum())
        lost = max(float(value[inner].sum() - value[made].sum()), 0.0)
        return size + lost / total if total > 0.0 else size

    def _one_sided(self, back: _MASK, outer: _MASK, size: int, angle: float) -> _MASK:
        """``back`` and all of ``outer`` on one side, as far in as makes the size.

        Two rings too thin to work make one wide pushback on half of the wall and none on
        the other, as a designer would draw it.
        """
        nx, ny, _ = self.ways.shape
        at = np.arange(outer.size)
        along = (at % nx) * self.cell[0] * np.cos(angle)
        along += (at // nx % ny) * self.cell[1] * np.sin(angle)
        low, high = float(along[outer].min()), float(along[outer].max())
        best = back
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            made = self.ways.hull(back | (outer & (along >= middle))) & outer
            if int(made.sum()) > size:
                low = middle
            else:
                high, best = middle, made
        return best

    def _moved(self, inner: _MASK, outer: _MASK, dear: float) -> _MASK:
        """``inner`` with its wall moved, part by part."""
        ways = self.ways
        for _ in range(_ROUNDS):
            tight = self.tight(inner, outer)
            if not tight.any():
                break
            number, count = parts(tight, ways.shape)
            block = np.flatnonzero(tight)
            part = number.ravel()[block]
            block = block[np.argsort(part, kind="stable")]
            start = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=count + 1)[1:])])
            joins, leaves = cheaper_moves(
                start, block, inner, outer, ways.air, ways.shape, self.between,
                ways.offsets, ways.first, ways.which, dear,
            )  # fmt: skip
            moved = self.largest(ways.hull(ways.core(inner & ~leaves) | joins) & outer)
            if np.array_equal(moved, inner):
                break
            inner = moved
        return inner

    def _filled(self, inner: _MASK, outer: _MASK) -> _MASK:
        """``inner`` grown inside ``outer`` until the ring between them has room."""
        ways = self.ways
        while True:
            bad = self.tight(inner, outer) | _small_parts(outer & ~inner, ways.shape, self.smallest)
            grown = ways.hull(inner | bad) & outer
            short = grown & ~self.wide(grown, self.bottom)
            if short.any():
                added = cover_with_elements(short, grown, outer, ways.air, ways.shape, self.bottom)
                grown = ways.hull(grown | added) & outer
            if np.array_equal(grown, inner):
                return inner
            inner = grown


def _small_parts(ring: _MASK, shape: tuple[int, int, int], smallest: float) -> _MASK:
    if smallest <= 1.0:
        return np.zeros_like(ring)
    number, count = parts(ring, shape)
    sizes = np.bincount(number.ravel(), minlength=count + 1)
    small = sizes < smallest
    small[0] = False
    out: _MASK = small[number].ravel()
    return out


def parts(mask: _MASK, shape: tuple[int, int, int]) -> tuple[NDArray[np.int32], int]:
    """Parts of each bench connected by sides: their numbers from 1, and how many."""
    nx, ny, nz = shape
    flat = np.zeros((3, 3, 3), bool)
    flat[1] = ndimage.generate_binary_structure(2, 1)
    number, count = ndimage.label(mask.reshape(nz, ny, nx), structure=flat)
    return np.asarray(number, dtype=np.int32), int(count)
