"""Sums behind composites: parts of pieces, means by weight, and what became of the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.drillholes.segments import Segments

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Balance:
    """What a value amounts to in the holes and in the composites.

    Attributes
    ----------
    assayed, composited : float
        Metres (times density, when that weighs) with a value.
    content, kept : float
        Their sum of weight times value.
    """

    assayed: float
    composited: float
    content: float
    kept: float

    @property
    def mean(self) -> float:
        """Weighted mean of the holes."""
        return self.content / self.assayed if self.assayed else float("nan")

    @property
    def composite_mean(self) -> float:
        """Weighted mean of the composites."""
        return self.kept / self.composited if self.composited else float("nan")

    @property
    def lost(self) -> float:
        """Share of the assayed weight that is in no composite."""
        return 1.0 - self.composited / self.assayed if self.assayed else 0.0


def parts_of(segments: Segments, hole: _I8, start: _F8, end: _F8) -> tuple[Segments, _I8]:
    """Pieces cut at the bounds of composites, and the composite of each (-1: none).

    The row "" of the result is the piece that each part is of.
    """
    numbered = Segments(
        segments.hole, segments.from_m, segments.to_m, {"": np.arange(len(segments))}
    )
    parts = numbered.cut(np.concatenate([hole, hole]), np.concatenate([start, end]))
    order = np.lexsort((start, hole))
    key = (hole + 1j * start)[order]
    at = np.searchsorted(key, parts.hole + 1j * parts.middle_m, side="right") - 1
    owner = order[np.maximum(at, 0)]
    inside = (at >= 0) & (hole[owner] == parts.hole) & (parts.middle_m < end[owner])
    return parts, np.where(inside, owner, -1)


class Sums:
    """Sums over the parts of each composite.

    Parameters
    ----------
    parts, owner
        See :func:`parts_of`.
    n : int
        Composites.
    total : ndarray of shape (n,)
        Their lengths (m).
    weigh : ndarray of shape (k,)
        Weight of a metre of each piece.
    rules : CompositeRules
    """

    def __init__(
        self, parts: Segments, owner: _I8, n: int, total: _F8, weigh: _F8, rules: CompositeRules
    ) -> None:
        inside = owner >= 0
        self.owner, self.n, self.total, self.rules = owner[inside], n, total, rules
        self.piece = parts.row[""][inside]
        self.length = parts.length_m[inside]
        self.weigh = weigh[self.piece] * self.length

    def mean(self, column: _F8, *, plain: bool = False) -> tuple[_F8, _F8, _F8]:
        """Mean, share measured, weight behind it; ``plain`` by length, whatever is asked."""
        value = column[self.piece]
        there = ~np.isnan(value)
        weigh = self.length if plain else self.weigh
        assayed = np.bincount(self.owner, self.length * there, self.n)
        coverage = np.minimum(assayed / self.total, 1.0)
        if not (isinstance(self.rules.missing, str) or plain):
            value, there = np.where(there, value, self.rules.missing), np.ones_like(there)
        mass = np.bincount(self.owner, np.where(there, weigh, 0.0), self.n)
        metal = np.bincount(self.owner, np.where(there, weigh * value, 0.0), self.n)
        enough = mass > 0
        if isinstance(self.rules.missing, str) and not plain:
            enough &= coverage >= self.rules.minimum_coverage - 1e-9
        out = np.full(self.n, np.nan)
        out[enough] = metal[enough] / mass[enough]
        return out, coverage, np.where(enough, mass, 0.0)

    def most(self, words: NDArray[np.str_]) -> NDArray[np.str_]:
        """The word that the greatest length of each composite has."""
        names, code = np.unique(words[self.piece], return_inverse=True)
        key = self.owner * len(names) + code
        pairs, back = np.unique(key, return_inverse=True)
        length = np.bincount(back, self.length)
        order = np.lexsort((length, pairs // len(names)))
        out = np.zeros(self.n, dtype=names.dtype)
        out[pairs[order] // len(names)] = names[pairs[order] % len(names)]
        return out


def balance_of(
    segments: Segments, column: _F8, weigh: _F8, mean: _F8, weight: _F8, rules: CompositeRules
) -> Balance:
    """Balance of one value: of pieces, and of the composites with a mean and a weight."""
    value = column if isinstance(rules.missing, str) else np.nan_to_num(column, nan=rules.missing)
    there = ~np.isnan(value)
    mass = (segments.length_m * weigh)[there]
    kept = ~np.isnan(mean)
    return Balance(
        float(mass.sum()),
        float(weight[kept].sum()),
        float((mass * value[there]).sum()),
        float((weight[kept] * mean[kept]).sum()),
    )
