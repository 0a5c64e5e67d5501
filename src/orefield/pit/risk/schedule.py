"""A schedule that looks at risk: the best expected value less what falling short costs.

A two-stage program: periods are decided now, destinations once grades are known. Plans are made
by problems with expected values under rules of destination, in which what a realisation lacks of
a target has a price. Prices are the multipliers of the realisations' own linear programs under
the plans before, averaged over rounds: the subgradient method on the Lagrangian of the targets,
with steps of 1 / round (H. D. Sherali and G. Choi, 1996, "Recovery of primal solutions when using
subgradient optimization methods to solve Lagrangian duals of linear programs", Operations
Research Letters 19(3), 105-113, doi 10.1016/0167-6377(96)00019-3). Every plan is judged with
exact recourse, and the best one kept: the prices guide, the judgement is what counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.instance import unpack
from orefield.pit.production.problem import Plan, ProductionProblem
from orefield.pit.production.relaxation import Relaxation, relax, side_constraints
from orefield.pit.production.restrict import restrict
from orefield.pit.production.shell_groups import shell_groups
from orefield.pit.production.solve import Solution, relative_gap, solve_production
from orefield.pit.risk.evaluation import Evaluation, evaluate
from orefield.pit.risk.policies import Policies, all_policies, policies
from orefield.pit.risk.realisations import Realisations, Target
from orefield.pit.risk.stochastic import expected_problem, sample_average_problem

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]
_BETTER = 1e-9
_WAYS = 64
_LOOSE = 1e-4
"""Relative, of relaxations whose multipliers only guide."""


@dataclass(frozen=True)
class RiskSchedule:
    """A plan made over realisations, and what looking at them has brought.

    Attributes
    ----------
    plan : Plan
        Shares are expected ones: where a block goes is decided when its grade is known.
    evaluation : Evaluation
        Of the plan, on the realisations it was made with.
    mean_plan, mean_evaluation
        The plan on mean values, and how it fares: the expected result of the mean-value
        solution, with the same recourse.
    bound : float
        No plan that keeps limits and rows in every realisation has a higher objective: the mean
        of certified bounds of each realisation were it known (wait and see), or the bound of the
        two-stage program where that was solved. inf when neither was asked for, or ``stop`` came
        before it.
    candidates : tuple of (str, float)
        Every plan made, by name, and its objective.
    seconds : float
    """

    plan: Plan
    evaluation: Evaluation
    mean_plan: Plan
    mean_evaluation: Evaluation
    bound: float
    candidates: tuple[tuple[str, float], ...]
    seconds: float

    @property
    def value_of_stochastic_solution(self) -> float:
        """What the plan gains in objective over the plan on mean values.

        J. R. Birge (1982), "The value of the stochastic solution in stochastic linear programs
        with fixed recourse", Mathematical Programming 24, 314-325, doi 10.1007/BF01585113. In
        sample, and of plans found, not of optima.
        """
        return self.evaluation.objective - self.mean_evaluation.objective

    @property
    def gap(self) -> float:
        """``(bound - objective) / |bound|``: part of it is what not knowing costs; inf without."""
        return relative_gap(self.evaluation.objective, self.bound)

    def table(self) -> pd.DataFrame:
        """A row a candidate plan."""
        import pandas as pd

        return pd.DataFrame(self.candidates, columns=["plan", "objective"])


def risk_schedule(
    realisations: Realisations,
    targets: Sequence[Target] = (),
    *,
    rounds: int = 3,
    fractions: Sequence[float] = (0.0, 0.5, 1.0, 1.5),
    bound: bool = True,
    sampled: bool = False,
    gap: float = 0.01,
    seconds: float = 300.0,
    seed: int = 0,
    turns: int | None = None,
    stop: Callable[[], bool] | None = None,
) -> RiskSchedule:
    """Schedule over realisations.

    Of the plans made, the one of the highest objective is kept. Limits that a realisation leaves
    no way to keep are passed by the least, and cost nothing: see ``evaluation.broken``.

    Parameters
    ----------
    realisations : Realisations
        Of the deposit.
    targets : sequence of Target
        Those with a penalty count in the objective.
    rounds : int
        Of pricing what is missing, after the plan on expected values.
    fractions : sequence of float
        See :func:`~orefield.pit.risk.policies`; the charge is the multiplier of each limit in
        the relaxation of the mean problem.
    bound : bool
        Find the bound too: a relaxation for each realisation, within a fourth of the time.
    sampled : bool
        Also schedule the sample average itself, every limit and target in every realisation: for
        few realisations. Where there are no more than 64 ways to choose destinations by
        realisation this is the two-stage program, and its bound counts.
    gap, seed, turns
        Of each plan's search; see :func:`orefield.pit.production.solve_production`. With
        ``turns`` and ``seconds=inf`` the result is the same on every machine.
    seconds : float
        In all.
    stop : callable, optional
        Asked whether to end with the best so far.

    Raises
    ------
    ModelError
        When targets do not fit, rounds are negative, precedences have a cycle, no schedule meets
        the side constraints (on average, or for the bound in one realisation), or a sample
        average is asked for with side constraints that join periods.
    """
    began = time.perf_counter()
    if rounds < 0:
        raise ModelError(f"{rounds} rounds of prices", fix="give 0 or more")
    realisations.check(targets)
    share = seconds * (0.75 if bound else 1.0) / (rounds + 2 + sampled)
    made = _Made(realisations, targets)

    def solve(problem: ProductionProblem) -> Solution:
        return solve_production(problem, gap=gap, seconds=share, seed=seed, turns=turns, stop=stop)

    first = solve(realisations.mean())
    made.judge("mean values", first.plan, first.status)
    mean = made.best
    price = _charges(realisations.mean(), share / 2)
    rules = policies(realisations, price, fractions)
    credit = np.zeros((len(targets), realisations.n, realisations.base.n_periods))
    for number in range(rounds + 1 if any(t.costs for t in targets) else 1):
        if stop is not None and stop():
            break
        if number:
            credit += (made.last.price - credit) / number
        problem = expected_problem(realisations, rules, targets, credit if number else None)
        name = f"expected values, {f'round {number}' if number else 'no prices'}"
        found = solve(problem)
        made.judge(name, _sent(found.plan, realisations, rules), found.status)
    limit = np.inf
    if sampled and not (stop is not None and stop()):
        whole = realisations.base.n_destinations**realisations.n <= _WAYS
        every = all_policies(realisations) if whole else rules
        found = solve(sample_average_problem(realisations, every, targets))
        n = realisations.base.n
        plan = Plan(found.plan.period[:n], found.plan.share[:n])
        made.judge("sample average", _sent(plan, realisations, every), found.status)
        limit = found.upper_bound if whole else limit
    if bound and not (stop is not None and stop()):
        left = seconds - (time.perf_counter() - began)
        known = perfect_information_bound(realisations, seconds=max(left, 0.0), stop=stop)
        limit = min(limit, known)
    plan, judged = made.best
    return RiskSchedule(
        Plan(plan.period, judged.share), judged, *mean, limit, tuple(made.all),
        time.perf_counter() - began,
    )  # fmt: skip


def perfect_information_bound(
    realisations: Realisations,
    *,
    tolerance: float = 1e-3,
    seconds: float = np.inf,
    stop: Callable[[], bool] | None = None,
) -> float:
    """Certified: no plan has a higher expected value, whatever it looks at.

    The mean over realisations of the bound of a schedule made for that realisation alone. What
    falling short of targets costs is not counted, which makes it higher still. Relaxations that
    are cut short by time still give bounds.

    Raises
    ------
    ModelError
        When precedences have a cycle, or a realisation has no schedule that meets the side
        constraints.
    """
    began, out = time.perf_counter(), 0.0
    for k, odds in enumerate(realisations.probability):
        left = (seconds - (time.perf_counter() - began)) / (realisations.n - k)
        found = _relaxed(realisations.problem(k), tolerance, max(left, 0.0), stop)
        out += odds * (0.0 if found is None else found[1].bound)
    return float(out)


class _Made:
    """Plans judged so far, and the best."""

    def __init__(self, realisations: Realisations, targets: Sequence[Target]) -> None:
        self.realisations, self.targets = realisations, targets
        self.all: list[tuple[str, float]] = []
        self.met, self.worth = False, -np.inf

    def judge(self, name: str, plan: Plan, status: str) -> None:
        """Evaluate a plan, and keep it when it is the best.

        One that misses side constraints of its own problem only counts until another does not.
        """
        self.last = evaluate(plan, self.realisations, self.targets)
        worth, met = self.last.objective, status != "unmet"
        higher = worth > self.worth + _BETTER * abs(self.worth)  # the first at a tie
        if not self.all or met > self.met or (met == self.met and higher):
            self.best, self.met, self.worth = (plan, self.last), met, worth
        self.all.append((name, worth))


def _charges(mean: ProductionProblem, seconds: float) -> _F8:
    """Mean multiplier of each limit in the relaxation, where it binds from above."""
    out = np.zeros(len(mean.limits))
    found = _relaxed(mean, _LOOSE, seconds, None)
    if found is not None:
        kept, relaxation = found
        side = side_constraints(kept)
        limits = side.limit >= 0
        np.add.at(out, side.limit[limits], np.maximum(relaxation.multiplier[limits], 0.0))
    return out / mean.n_periods


def _relaxed(
    problem: ProductionProblem,
    tolerance: float,
    seconds: float,
    stop: Callable[[], bool] | None,
) -> tuple[ProductionProblem, Relaxation] | None:
    """The blocks that count and their relaxation; None when none is worth mining."""
    small = restrict(problem)
    if small.problem.n == 0:
        return None
    groups = shell_groups(unpack(small.problem, small.earliest, small.order))
    found = relax(
        small.problem, small.earliest, tolerance=tolerance, seconds=seconds, groups=groups,
        stop=stop,
    )  # fmt: skip
    return small.problem, found


def _sent(plan: Plan, realisations: Realisations, rules: Policies) -> Plan:
    """A plan over rules as one over destinations, with expected shares."""
    base = realisations.base
    share = np.zeros((base.n, base.n_destinations))
    at = np.arange(base.n)
    for k in range(len(rules)):
        for j, odds in enumerate(realisations.probability):
            np.add.at(share, (at, rules.choice[k, j]), odds * plan.share[:, k])
    return Plan(plan.period, share)
