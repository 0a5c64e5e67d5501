"""Neighbourhoods of a plan: units that lie together and are mined within a few periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.pit.production.problem import Plan
from orefield.pit.working_periods.benches import Benches

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

_FEWEST, _FIRST, _MOST = 24.0, 200.0, 2000.0


@dataclass
class Neighbourhoods:
    """Draws neighbourhoods, and learns how many units can be decided at once.

    Attributes
    ----------
    centre : float64 array, shape (n, 3)
        Of each unit, in elements across and benches up.
    size : float
        Units of the next neighbourhood.
    """

    centre: _F8
    size: float = _FIRST

    @classmethod
    def of(cls, benches: Benches) -> Neighbourhoods:
        """On the benches of a problem."""
        nx, ny, _ = benches.shape
        wide = benches.element.max(axis=0) + 1.0
        at = benches.block
        place = np.column_stack([at % nx / wide[0], at // nx % ny / wide[1], at // (nx * ny)])
        centre = np.zeros((benches.n_units, 3))
        np.add.at(centre, benches.unit, place)
        count = np.bincount(benches.unit, minlength=benches.n_units)
        return cls(centre / np.maximum(count, 1)[:, None])

    def draw(self, plan: Plan, n_t: int, rng: np.random.Generator) -> tuple[_I4, int, int]:
        """Units nearest to one drawn, of a span of two or three periods round its own.

        Returns the units, rising, and the first and last period; ``n_t`` stands for never.
        """
        seed = int(rng.integers(len(plan.period)))
        now = int(plan.period[seed])
        count = min(int(rng.integers(2, 4)), n_t + 1)
        first = min(max(now - int(rng.integers(count)), 0), n_t + 1 - count)
        last = first + count - 1
        among = np.flatnonzero((plan.period >= first) & (plan.period <= last))
        away = np.abs(self.centre[among] - self.centre[seed]).max(axis=1)
        size = min(int(self.size), len(among))
        near = among[np.argpartition(away, size - 1)[:size]]
        return np.sort(near).astype(np.int32), first, last

    def learn(self, *, proven: bool, quick: bool) -> None:
        """Larger next time where this one was decided quickly, smaller where it was not."""
        if not proven:
            self.size = max(0.85 * self.size, _FEWEST)
        elif quick:
            self.size = min(1.2 * self.size, _MOST)
