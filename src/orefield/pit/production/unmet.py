"""Which side constraints a plan misses, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.pit.production.instance import bound_sizes, missed
from orefield.pit.production.problem import Plan, ProductionProblem


@dataclass(frozen=True)
class Unmet:
    """A side constraint that a plan misses.

    Attributes
    ----------
    name : str
    period : int
        -1 for one over several periods.
    lower, upper : float
        What is asked.
    found : float
        What the plan has.
    """

    name: str
    period: int
    lower: float
    upper: float
    found: float

    def __str__(self) -> str:
        when = f", period {self.period}" if self.period >= 0 else ""
        short = self.found < self.lower
        bound, side = (self.lower, "at least") if short else (self.upper, "at most")
        by = f"{abs(self.found - bound):,.6g} too {'little' if short else 'much'}"
        return f"{self.name}{when}: {self.found:,.6g} where {side} {bound:,.6g} is asked, {by}"


def unmet(problem: ProductionProblem, plan: Plan) -> tuple[Unmet, ...]:
    """Limits and rows that a plan of a problem misses, the worst first."""
    found: list[tuple[float, Unmet]] = []
    mined = np.flatnonzero(plan.period < problem.n_periods)
    for limit in problem.limits:
        used = np.bincount(
            plan.period[mined], (limit.use[mined] * plan.share[mined]).sum(axis=1),
            problem.n_periods,
        ).astype(np.float64)  # fmt: skip
        size = bound_sizes(
            limit.lower, limit.upper, np.full(problem.n_periods, np.abs(limit.use).max(initial=0.0))
        )
        share = missed(used, limit.lower, limit.upper, size)
        for t in np.flatnonzero(share):
            low, high = float(limit.lower[t]), float(limit.upper[t])
            found.append((share[t], Unmet(limit.name, int(t), low, high, float(used[t]))))
    for row in problem.rows:
        now = plan.period[row.block] == row.period
        got = float(row.factor[now] @ plan.share[row.block[now], row.destination[now]])
        low_high = np.array([row.lower]), np.array([row.upper])
        size = bound_sizes(*low_high, np.array([np.abs(row.factor).max(initial=0.0)]))
        share = missed(np.array([got]), *low_high, size)
        if share[0] > 0:
            found.append((share[0], Unmet(row.name, -1, row.lower, row.upper, got)))
    found.sort(key=lambda pair: -pair[0])
    return tuple(each for _, each in found)
