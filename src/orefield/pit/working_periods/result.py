"""What room to work costs a plan, and where the plan had none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.model_problem import ModelProblem
from orefield.pit.phasing import Narrow, WorkingRoom
from orefield.pit.phasing.minable import describe_parts
from orefield.pit.production.problem import Plan
from orefield.pit.production.solve import relative_gap
from orefield.pit.working_periods.benches import Benches

_F8 = NDArray[np.float64]

_WHOLE = 1e-6


@dataclass(frozen=True)
class PeriodRoom:
    """How much of what each period mines has room to work.

    Attributes
    ----------
    rock_t : float64 array, shape (t,)
        Mined in each period.
    narrow_t : float64 array, shape (t,)
        Of that, in parts of a bench too narrow for the element.
    parts : tuple of Narrow
        Those parts, from the first period and the top down; ``phase`` is the period.
    """

    rock_t: _F8
    narrow_t: _F8
    parts: tuple[Narrow, ...]

    @property
    def share(self) -> float:
        """Narrow share of all that is mined; 0 where nothing is."""
        mined = float(self.rock_t.sum())
        return float(self.narrow_t.sum()) / mined if mined > 0 else 0.0


@dataclass(frozen=True)
class WorkingPlan:
    """A plan whose periods leave room to work, beside the plan it was made from.

    Attributes
    ----------
    plan, given : Plan
        With room, and as it was.
    value, value_given : float
        Discounted values of the two, in the money of the problem.
    room, room_given : PeriodRoom
        What room each leaves.
    moved_t, dropped_t, added_t : float
        Rock (t) that is mined in another period; that was mined and no longer is; that was
        not mined and now is.
    met : bool
        Whether all side constraints hold; where not, no plan with room was found that does.
    upper_bound : float
        No plan is worth more, with room or without; inf where none was given.
    seconds : float
    """

    plan: Plan
    given: Plan
    value: float
    value_given: float
    room: PeriodRoom
    room_given: PeriodRoom
    moved_t: float
    dropped_t: float
    added_t: float
    met: bool
    upper_bound: float
    seconds: float

    @cached_property
    def loss(self) -> float:
        """Share of the given plan's value that room costs; below zero where the plan gained.

        nan where the given plan is worth nothing.
        """
        if self.value_given == 0.0:
            return float("nan")
        return (self.value_given - self.value) / abs(self.value_given)

    @cached_property
    def gap(self) -> float:
        """Relative gap to the upper bound; inf without one, or where a constraint is missed."""
        return relative_gap(self.value, self.upper_bound) if self.met else float("inf")


def period_room(
    model: BlockModel, built: ModelProblem, plan: Plan, room: WorkingRoom
) -> PeriodRoom:
    """How much of what a plan mines lies in parts of benches without room to work.

    On every bench, what is mined in one period must be covered by elements of the mining
    width that lie within it or in air, as between phases
    (:func:`orefield.pit.phasing.narrow_parts`).

    Parameters
    ----------
    model : BlockModel
        Gives grid, rock and tonnes.
    built : ModelProblem
        A schedule of it.
    plan : Plan
        Of the problem.
    room : WorkingRoom
        ``mining_m``, ``ramp_m`` and ``shape`` are used.

    Raises
    ------
    ModelError
        When plan, problem and model do not fit, or the room is not one of periods.
    """
    check_plan_fits(built, plan)
    return room_on(model, built, plan, Benches.of(model, built, room))


def check_plan_fits(built: ModelProblem, plan: Plan) -> None:
    """Raise where a plan is none of the problem."""
    p = built.problem
    if plan.period.shape != (p.n,) or plan.share.shape != (p.n, p.n_destinations):
        raise ModelError(
            f"a plan of {plan.share.shape} shares for {p.n:,} units and {p.n_destinations} "
            "destinations",
            fix="give a plan of this problem",
        )
    if len(plan.period) and not 0 <= plan.period.min() <= plan.period.max() <= p.n_periods:
        raise ModelError(f"a period is not among 0 to {p.n_periods}")
    total = np.where(plan.period < p.n_periods, 1.0, 0.0)
    sums = plan.share.sum(axis=1)
    # what is not a number is neither below zero nor near its sum
    wrong = np.flatnonzero((plan.share < 0.0).any(axis=1) | ~(np.abs(sums - total) <= _WHOLE))
    if wrong.size:
        raise ModelError(
            f"shares of unit {int(wrong[0])} add up to {sums[wrong[0]]:g}, the least of them "
            f"{plan.share[wrong[0]].min():g}",
            where="the plan",
            fix="none below 0, and in all 1 for what is mined, 0 for what is not",
        )
    of = np.repeat(np.arange(p.n), np.diff(p.start))
    wrong = np.flatnonzero(plan.period[p.needed] > plan.period[of])
    if wrong.size:
        raise ModelError(
            f"unit {int(p.needed[wrong[0]])} is mined after unit {int(of[wrong[0]])}, which "
            f"needs it; so are {wrong.size - 1:,} more",
            where="the plan",
            fix="give a plan that keeps precedence",
        )


def room_on(model: BlockModel, built: ModelProblem, plan: Plan, benches: Benches) -> PeriodRoom:
    """:func:`period_room` on benches that are known."""
    n_t = built.problem.n_periods
    when = plan.period[benches.unit]
    narrow = benches.narrow(plan.period, n_t)
    parts: list[Narrow] = []
    for t in range(n_t):
        mask = np.zeros(model.grid.n, bool)
        mask[benches.block[narrow & (when == t)]] = True
        parts += describe_parts(model, mask, t, True)

    def sums(chosen: NDArray[np.bool_]) -> _F8:
        total = np.bincount(when[chosen], benches.tonnes[chosen], n_t)
        return np.asarray(total, np.float64)

    return PeriodRoom(sums(when < n_t), sums(narrow), tuple(parts))
