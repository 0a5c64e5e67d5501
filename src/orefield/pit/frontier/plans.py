"""Plans within a cap: looked for, kept, and reused for looser caps."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.frontier.measures import Measure, capped
from orefield.pit.frontier.points import Point
from orefield.pit.production import checkpoint as checkpoints
from orefield.pit.production.problem import Limit, Plan, ProductionProblem
from orefield.pit.production.relaxation import side_constraints
from orefield.pit.production.solve import Solution, solve_production

_F8 = NDArray[np.float64]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Effort:
    """How a plan is looked for; see :func:`orefield.pit.production.solve_production`."""

    gap: float
    seconds: float
    seed: int
    turns: int | None
    stop: Callable[[], bool] | None


@dataclass
class Pool:
    """All plans found so far, with value and use of each."""

    problem: ProductionProblem
    measure: Measure
    found: list[tuple[float, float, Plan]] = field(default_factory=list)

    def take(self, found: Solution) -> None:
        """Keep a search's plan, unless it misses a side constraint."""
        if found.status != "unmet":
            self.add(found.plan)

    def add(self, plan: Plan) -> None:
        """Keep a plan."""
        use = self.measure.amount(self.problem, plan)
        self.found.append((plan.objective(self.problem), use, plan))

    def best(self, cap: float) -> tuple[float, float, Plan] | None:
        """The most valuable plan within a cap: value, use, plan."""
        room = cap + _ROUNDING * abs(cap)
        within = [x for x in self.found if x[1] <= room]
        return max(within, key=lambda x: (x[0], -x[1]), default=None)

    def reaches(self, cap: float, target: float) -> bool:
        """Whether a plan within the cap is worth ``target``."""
        best = self.best(cap)
        return best is not None and best[0] >= target

    def filled(self, point: Point) -> Point:
        """The point with the best plan within its cap."""
        best = self.best(point.cap)
        if best is None:
            return point
        return replace(point, npv=best[0], use=best[1], plan=best[2])


@dataclass(frozen=True)
class Guide:
    """What a cap's relaxation says to those who look for a plan.

    Attributes
    ----------
    bound : float
    multiplier : float64 array, shape (m,)
        Of all side constraints with the cap's, as of the capped problem; without the cap's
        where there is none.
    by_period : float64 array, shape (t,)
        What the relaxation takes of the resource.
    """

    bound: float
    multiplier: _F8
    by_period: _F8


def plan_within(pool: Pool, cap: float, guide: Guide, effort: Effort) -> None:
    """Look for a plan at a cap, and keep it.

    A cap on a total is first dealt out to the periods as the relaxation uses it: a plan within
    these shares is within the cap. From there the search under the cap itself goes on. Where
    something must be mined, or mining gives some of the resource back, that alone is done.
    """
    problem, measure = pool.problem, pool.measure
    if len(pool.found) == 0 and _may_stay(problem) and (measure.use >= 0).all() and cap >= 0:
        pool.add(_nothing(problem))
    if np.isinf(cap):
        _search(pool, problem, cap, guide, effort)
        return
    target = guide.bound - effort.gap * abs(guide.bound)
    if pool.reaches(cap, target):
        return
    within = capped(problem, measure, cap)
    if not _may_stay(within):
        try:
            _search(pool, within, cap, guide, effort)
        except ModelError:
            # a minimum may leave fractional schedules only, which shows when blocks get their
            # earliest periods at this cap: there is no plan. What else is wrong is wrong without
            # the cap too, and that search tells it
            return
        return
    if measure.over == "total" and (measure.use >= 0).all():
        effort = replace(effort, seconds=0.5 * effort.seconds)
        over = max(float(guide.by_period.sum()) / cap, 1.0) if cap > 0 else 1.0
        upper = guide.by_period / over
        limit = Limit(measure.name, measure.use, np.full(len(upper), -np.inf), upper)
        dealt = replace(problem, limits=(*problem.limits, limit))
        found = solve_production(
            dealt, gap=effort.gap, seconds=effort.seconds, seed=effort.seed, turns=effort.turns,
            stop=effort.stop,
        )  # fmt: skip
        pool.take(found)
    if not pool.reaches(cap, target):
        _search(pool, within, cap, guide, effort)


def _search(
    pool: Pool, problem: ProductionProblem, cap: float, guide: Guide, effort: Effort
) -> None:
    """Schedule ``problem`` from the best plan so far and the relaxation's multipliers."""
    before = pool.best(cap)
    with tempfile.TemporaryDirectory() as folder:
        path = None
        if before is not None and len(guide.multiplier) == len(side_constraints(problem)):
            path = Path(folder) / "known"
            state = checkpoints.Checkpoint(before[2], guide.bound, guide.bound, guide.multiplier)
            checkpoints.save(path, problem, state)
        found = solve_production(
            problem, gap=effort.gap, seconds=effort.seconds, seed=effort.seed,
            turns=effort.turns, checkpoint=path, stop=effort.stop,
        )  # fmt: skip
    pool.take(found)


def _may_stay(problem: ProductionProblem) -> bool:
    """Whether mining nothing breaks no side constraint."""
    limits = all((x.lower <= 0).all() and (x.upper >= 0).all() for x in problem.limits)
    return limits and all(x.lower <= 0 <= x.upper for x in problem.rows)


def _nothing(problem: ProductionProblem) -> Plan:
    return Plan(
        np.full(problem.n, problem.n_periods, np.int32),
        np.zeros((problem.n, problem.n_destinations)),
    )
