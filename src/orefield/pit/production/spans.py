"""Neighbourhoods of a search: spans of periods, and the blocks of one to decide again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.neighbourhood import grow, limits_around
from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.program import Window

_FEW = 50
_LENGTHS = (2, 3, 4, 6)
_CURIOSITY = 0.1
"""Chance, against that of the best span, of a span that has brought nothing lately."""


@dataclass
class Span:
    """Successive periods, and what searching them has lately brought for its cost.

    ``exhausted`` is the number of the plan in which nothing better was left in all of it.
    """

    first: int
    last: int
    rate: float = np.inf
    stale: int = 0
    exhausted: int = -1

    @property
    def periods(self) -> range:
        """Its periods."""
        return range(self.first, self.last + 1)

    def learn(self, gained: float, cost: float) -> None:
        """Take into account what a neighbourhood brought."""
        won = gained / cost
        self.rate = won if np.isinf(self.rate) else 0.5 * (self.rate + won)
        self.stale = 0 if gained > 0 else self.stale + 1


def all_spans(n_periods: int) -> list[Span]:
    """Spans of several lengths from every period on, short ones first."""
    out = [
        Span(first, first + length - 1)
        for length in _LENGTHS
        for first in range(max(n_periods - length + 1, 0))
    ]
    return out or [Span(0, n_periods - 1)]


def draw(spans: list[Span], rng: np.random.Generator) -> int:
    """Index of a span: those never tried first, then by what they have brought."""
    for at, span in enumerate(spans):
        if np.isinf(span.rate):
            return at
    rate = np.array([s.rate for s in spans])
    weight = rate / rate.max() if rate.max() > 0 else np.zeros(len(rate))
    weight = np.maximum(weight, _CURIOSITY * 0.5 ** np.minimum([s.stale for s in spans], 4))
    return int(rng.choice(len(spans), p=weight / weight.sum()))


def window_in(
    instance: Instance, plan: Plan, span: Span, size: float, rng: np.random.Generator
) -> tuple[Window, bool] | None:
    """Blocks of a span to decide again, and whether they are all of it; None if too few.

    ``size`` is about how many blocks times periods are free.
    """
    n_t = instance.n_periods
    end = n_t if span.last == n_t - 1 else span.last
    among = (plan.period >= span.first) & (plan.period <= end) & (instance.earliest <= end)
    block = np.flatnonzero(among)
    if len(block) < 2:
        return None
    most = max(int(size / max(end - span.first, 1)), _FEW)
    whole = len(block) <= most
    if not whole:
        i, seed = instance, int(rng.choice(block))
        block = np.sort(grow(seed, most, among, i.start, i.needed, i.begin, i.after))
    low = np.maximum(span.first, instance.earliest[block])
    high = np.full(len(block), end)
    return bounded(instance, plan, block.astype(np.int32), low, high), whole


def differing(instance: Instance, one: Plan, two: Plan) -> Window:
    """The blocks that two plans mine at different times, free between the two."""
    block = np.flatnonzero(one.period != two.period).astype(np.int32)
    low = np.minimum(one.period, two.period)[block]
    high = np.maximum(one.period, two.period)[block]
    return Window(block, low.astype(np.int32), high.astype(np.int32))


def bounded(
    instance: Instance,
    plan: Plan,
    block: NDArray[np.int32],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
) -> Window:
    """A window whose blocks respect the blocks outside it, which stay where they are."""
    i = instance
    least, most = limits_around(block, plan.period, i.start, i.needed, i.begin, i.after)
    low, high = np.maximum(low, least), np.minimum(high, most)
    return Window(block, low.astype(np.int32), high.astype(np.int32))
