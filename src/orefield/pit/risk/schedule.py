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
from orefield.pit.production.problem import Plan, ProductionProblem
from orefield.pit.production.relaxation import SideConstraints, side_constraints
from orefield.pit.production.solve import Solution, relative_gap, solve_production
from orefield.pit.risk.bounds import Prices, lowered_bound, multipliers, priced_constraints
from orefield.pit.risk.evaluation import Evaluation
from orefield.pit.risk.judging import evaluate
from orefield.pit.risk.policies import Policies, all_policies, policies
from orefield.pit.risk.realisations import Realisations, Target
from orefield.pit.risk.stochastic import expected_problem, sample_average_problem

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]
_BETTER = 1e-9
_WAYS = 64
_STEPS = 30
"""Of prices that lower the bound."""
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
        No plan that keeps limits and rows in every realisation has a higher objective:
        :func:`~orefield.pit.risk.lowered_bound`, or the bound of the two-stage program where
        that was solved. inf when neither was asked for, or ``stop`` came before it. A plan that
        passes a limit in some realisation may have a higher one.
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
        """``(bound - objective) / |bound|``; inf without a bound.

        And where the plan passes a limit or row in some realisation: of such plans the bound
        says nothing.
        """
        if not self.evaluation.kept:
            return np.inf
        return relative_gap(self.evaluation.objective, self.bound)

    def table(self) -> pd.DataFrame:
        """A row a candidate plan."""
        import pandas as pd

        return pd.DataFrame(self.candidates, columns=["plan", "objective"])


def risk_schedule(
    realisations: Realisations,
    targets: Sequence[Target] = (),
    *,
    mean: ProductionProblem | None = None,
    adapt: bool = True,
    rounds: int = 3,
    fractions: Sequence[float] = (0.0, 0.5, 1.0, 1.5),
    bound: bool = True,
    sampled: bool = False,
    gap: float = 0.01,
    seconds: float = 300.0,
    seed: int = 0,
    turns: int | None = None,
    progress: Callable[[str, float], None] | None = None,
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
    mean : ProductionProblem, optional
        What the plan that does not look at risk is made on, such as estimated grades; otherwise
        mean values and uses of the realisations.
    adapt : bool
        Whether destinations follow grades once they are known; see
        :func:`~orefield.pit.risk.evaluate`. Otherwise one is fixed for each block.
    rounds : int
        Of pricing what is missing, after the plan on expected values.
    fractions : sequence of float
        See :func:`~orefield.pit.risk.policies`; the charge is the multiplier of each limit in
        the relaxation of the mean problem. Not looked at where destinations do not adapt.
    bound : bool
        Find the bound too, within a fourth of the time.
    sampled : bool
        Also schedule the sample average itself, every limit and target in every realisation: for
        few realisations. Where there are no more than 64 ways to choose destinations by
        realisation this is the two-stage program, and its bound counts.
    gap, seed, turns
        Of each plan's search; see :func:`orefield.pit.production.solve_production`. With
        ``turns`` and ``seconds=inf`` the result is the same on every machine.
    seconds : float
        In all.
    progress : callable of (str, float), optional
        Told what is being done, and the share of the work that is done.
    stop : callable, optional
        Asked whether to end with the best so far.

    Raises
    ------
    ModelError
        When targets or the mean problem do not fit, rounds are negative, precedences have a
        cycle, no schedule meets the side constraints on average, or a sample average is asked
        for with side constraints that join periods or destinations that do not adapt.
    """
    began = time.perf_counter()
    if rounds < 0:
        raise ModelError(f"{rounds} rounds of prices", fix="give 0 or more")
    if sampled and not adapt:
        raise ModelError("the sample average is of destinations that adapt", fix="leave out one")
    realisations.check(targets)
    plain = realisations.mean() if mean is None else realisations.alike(mean)
    turns_of_prices = rounds if any(t.costs for t in targets) else 0
    steps = _Steps(2 + turns_of_prices + sampled, bound, seconds, progress, stop)
    made = _Made(realisations, targets, adapt)

    def solve(name: str, problem: ProductionProblem) -> Solution:
        # the best plan so far is one of every problem of the same blocks
        known = made.best[0].period if made.all and problem.n == realisations.base.n else None
        return solve_production(
            problem, gap=gap, seconds=steps.begin(f"plan on {name}"), seed=seed, turns=turns,
            start=known, progress=steps.watch, stop=stop,
        )  # fmt: skip

    first = solve("mean values", plain)
    made.judge("mean values", first.plan, first.status)
    unaware = made.best
    if adapt and not steps.stopped():
        side = side_constraints(plain)
        charge = _charges(plain, side, multipliers(plain, side, _LOOSE, steps.each / 2))
        rules = policies(realisations, charge, fractions)
    else:
        rules = policies(realisations, None, ())
    credit = np.zeros((len(targets), realisations.n, realisations.base.n_periods))
    for number in range(turns_of_prices + 1):
        if steps.stopped():
            break
        if number:
            credit += (made.last.price - credit) / number
        problem = expected_problem(realisations, rules, targets, credit if number else None)
        name = f"expected values, {f'round {number}' if number else 'no prices'}"
        found = solve(name, problem)
        made.judge(name, _sent(found.plan, realisations, rules), found.status)
    limit = np.inf
    if sampled and not steps.stopped():
        whole = realisations.base.n_destinations**realisations.n <= _WAYS
        every = all_policies(realisations) if whole else rules
        found = solve("the sample average", sample_average_problem(realisations, every, targets))
        n = realisations.base.n
        plan = Plan(found.plan.period[:n], found.plan.share[:n])
        made.judge("sample average", _sent(plan, realisations, every), found.status)
        limit = found.upper_bound if whole else limit
    if bound and not steps.stopped():
        left = steps.begin("bound")
        averages = multipliers(
            expected_problem(realisations, rules, targets), priced_constraints(realisations),
            _LOOSE, left / 2,
        )  # fmt: skip
        prices = Prices(
            np.repeat(averages[None], realisations.n, axis=0),
            np.zeros((realisations.n, len(targets), realisations.base.n_periods)),
        )
        known = lowered_bound(
            realisations, targets, prices, made.kept, adapt=adapt, turns=_STEPS,
            seconds=left / 2, progress=steps.share, stop=stop,
        )  # fmt: skip
        limit = min(limit, known)
    plan, judged = made.best
    return RiskSchedule(
        Plan(plan.period, judged.share), judged, *unaware, limit, tuple(made.all),
        time.perf_counter() - began,
    )  # fmt: skip


class _Steps:
    """The time of a schedule, dealt out to its searches and the bound, and who is told of it.

    What a step leaves goes to those after it; judging plans takes from all alike.
    """

    def __init__(
        self,
        searches: int,
        bound: bool,
        seconds: float,
        progress: Callable[[str, float], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.weights = [1.0] * searches + ([searches / 3.0] if bound else [])
        self.at, self.what = -1, ""
        self.end = time.perf_counter() + seconds
        self.tell, self.asked = progress, stop
        self.each = seconds / sum(self.weights)

    def stopped(self) -> bool:
        return self.asked is not None and self.asked()

    def begin(self, what: str) -> float:
        """Seconds of the next step."""
        self.at, self.what = self.at + 1, what
        self.share(0.0)
        self.began = time.perf_counter()
        left = max(self.end - self.began, 0.0)
        self.each = left * self.weights[self.at] / sum(self.weights[self.at :])
        return self.each

    def share(self, done: float) -> None:
        """Tell of the share of the step that is done."""
        if self.tell is not None:
            before, now = sum(self.weights[: self.at]), self.weights[self.at]
            self.tell(self.what, (before + min(done, 1.0) * now) / sum(self.weights))

    def watch(self, _progress: object) -> None:
        """Tell of the share of a search's time."""
        self.share((time.perf_counter() - self.began) / max(self.each, 1e-9))


class _Made:
    """Plans judged so far, and the best."""

    def __init__(
        self, realisations: Realisations, targets: Sequence[Target], adapt: bool = True
    ) -> None:
        self.realisations, self.targets, self.adapt = realisations, targets, adapt
        self.all: list[tuple[str, float]] = []
        self.met, self.worth = False, -np.inf
        self.kept = -np.inf  # the highest objective of plans that keep all in every realisation

    def judge(self, name: str, plan: Plan, status: str) -> None:
        """Evaluate a plan, and keep it when it is the best.

        One that misses side constraints of its own problem only counts until another does not.
        """
        self.last = evaluate(plan, self.realisations, self.targets, adapt=self.adapt)
        worth, met = self.last.objective, status != "unmet"
        higher = worth > self.worth + _BETTER * abs(self.worth)  # the first at a tie
        if not self.all or met > self.met or (met == self.met and higher):
            self.best, self.met, self.worth = (plan, self.last), met, worth
        if self.last.kept:
            self.kept = max(self.kept, worth)
        self.all.append((name, worth))


def _charges(mean: ProductionProblem, side: SideConstraints, price: _F8) -> _F8:
    """Mean price of each limit over the periods, where it binds from above."""
    out = np.zeros(len(mean.limits))
    limits = side.limit >= 0
    np.add.at(out, side.limit[limits], np.maximum(price[limits], 0.0))
    return out / mean.n_periods


def _sent(plan: Plan, realisations: Realisations, rules: Policies) -> Plan:
    """A plan over rules as one over destinations, with expected shares."""
    base = realisations.base
    share = np.zeros((base.n, base.n_destinations))
    at = np.arange(base.n)
    for k in range(len(rules)):
        for j, odds in enumerate(realisations.probability):
            np.add.at(share, (at, rules.choice[k, j]), odds * plan.share[:, k])
    return Plan(plan.period, share)
