"""From a production scheduling problem to a plan, with a bound that is certified."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError, RunError, TableError
from orefield.pit.production import checkpoint as checkpoints
from orefield.pit.production.construct import construct
from orefield.pit.production.destinations import best_destinations
from orefield.pit.production.dive import dive
from orefield.pit.production.instance import Instance, unpack
from orefield.pit.production.problem import Plan, ProductionProblem
from orefield.pit.production.relaxation import Relaxation, relax
from orefield.pit.production.restrict import Restricted, restrict
from orefield.pit.production.search import Effort, search
from orefield.pit.production.shell_groups import shell_groups

_TRIALS = 20
_EXACT, _LOOSE = 1e-6, 1e-4
"""Tolerances of the relaxation."""
_PLAIN_NODES = 500_000
"""Up to this many nodes the relaxation is also solved without earliest periods, so that its
value can be compared with what is published."""
_SAVE_EVERY_S = 15.0
_NO_GAP = 1e-9
_NODES = 50
"""Of a search tree, where the effort is counted and not timed."""
_DIVE = 0.4
"""Share of the time that solving again period by period may take."""


@dataclass(frozen=True)
class Progress:
    """Where a solve stands. ``objective`` is -inf before the first plan."""

    stage: str
    objective: float
    upper_bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Relative gap, of the bound; inf before the first plan."""
        return relative_gap(self.objective, self.upper_bound)


@dataclass(frozen=True)
class Solution:
    """A plan and what is proven of it.

    Attributes
    ----------
    plan : Plan
    objective : float
    upper_bound : float
        No plan is worth more.
    lp_bound : float
        Certified bound of the linear relaxation alone; ``upper_bound`` also knows that a
        block cannot be mined before the capacities allow all it needs.
    gap : float
        ``(upper_bound - objective) / |upper_bound|``.
    seconds, lp_seconds : float
        Of everything, and of the relaxations.
    status : str
        "optimal" (gap reached is 0), "gap", "time", "turns" (the effort was counted),
        "exhausted" (nothing is left to decide) or "interrupted"; "unmet" when no plan was found
        that meets all side constraints, though a fractional one exists: ``plan`` then misses
        them least, and the gap is infinite. "with room" where the plan has been changed since to
        leave room to work, and meets all side constraints.
    unsaved : str
        Why the checkpoint could not be written; empty when it was, or none was asked for.
    """

    plan: Plan
    objective: float
    upper_bound: float
    lp_bound: float
    gap: float
    seconds: float
    lp_seconds: float
    status: str
    unsaved: str = ""


def relative_gap(objective: float, bound: float) -> float:
    """``(bound - objective) / |bound|``, 0 where both are 0."""
    if not (np.isfinite(objective) and np.isfinite(bound)):
        return float("inf")
    difference = max(bound - objective, 0.0)
    return 0.0 if difference == 0.0 else difference / max(abs(bound), 1e-300)


def solve_production(
    problem: ProductionProblem,
    *,
    gap: float = 0.01,
    seconds: float = 300.0,
    seed: int = 0,
    turns: int | None = None,
    exact: bool = True,
    start: ArrayLike | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """Schedule a problem until the gap, the time, or a wish to stop is reached.

    Parameters
    ----------
    problem : ProductionProblem
        See there.
    gap : float
        Relative gap at which to end.
    seconds : float
        Time at which to end. The relaxation is always begun, and a plan always made.
    seed : int
        Of all choices.
    turns : int, optional
        Neighbourhoods to decide. The effort is then counted in them instead of seconds, so
        that the plan is the same on every machine and at any load; leave ``seconds`` inf.
    exact : bool
        Solve the relaxation to 1e-6, and up to half a million nodes also without earliest
        periods, as it is published. Otherwise to a hundredth of the gap, once.
    start : int array, shape (n,), optional
        Periods of a plan to start from, such as that of a like problem; the number of periods
        for blocks never mined. Destinations are found. It counts where it keeps all side
        constraints and is worth more than the first plan made.
    checkpoint : Path, optional
        File in which the best plan and bound are kept; when it exists, the search goes on
        from it.
    progress : callable of Progress, optional
        Called whenever the bound or the plan is better.
    stop : callable, optional
        Asked again and again whether to end with the best so far.

    Raises
    ------
    ModelError
        When precedences have a cycle, no schedule meets the side constraints, gap, time or
        turns are negative or not numbers, or the periods to start from break precedences.
    TableError
        When the checkpoint is damaged or of another problem, or its plan breaks it.
    """
    if not gap >= 0 or not seconds >= 0 or (turns is not None and turns < 0):
        raise ModelError(
            f"a gap of {gap}, {seconds} seconds and {turns} turns are no effort",
            fix="give a gap and a time of zero or more",
        )
    first = None if start is None else _checked_start(problem, start)
    run = _Run(problem, gap, seconds, turns, exact, first, checkpoint, progress, stop)
    return run.solve(seed)


def _checked_start(problem: ProductionProblem, start: ArrayLike) -> NDArray[np.int32]:
    period: NDArray[Any] = np.asarray(start)
    whole = period.shape == (problem.n,) and np.issubdtype(period.dtype, np.integer)
    if not whole or ((period < 0) | (period > problem.n_periods)).any():
        raise ModelError(
            f"periods to start from of shape {period.shape} and type {period.dtype}",
            fix=f"give {problem.n} whole numbers from 0 to {problem.n_periods}",
        )
    block = np.repeat(np.arange(problem.n), np.diff(problem.start))
    early = np.flatnonzero(period[problem.needed] > period[block])
    if len(early):
        b, a = block[early[0]], problem.needed[early[0]]
        raise ModelError(
            f"periods to start from mine block {b} before block {a}, which it needs",
            fix="start from a plan of the same precedences",
        )
    out: NDArray[np.int32] = period.astype(np.int32)
    return out


class _Run:
    """One call of :func:`solve_production`: what is known so far, and whom to tell."""

    def __init__(
        self,
        problem: ProductionProblem,
        gap: float,
        seconds: float,
        turns: int | None,
        exact: bool,
        start: NDArray[np.int32] | None,
        path: Path | None,
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.began = time.perf_counter()
        self.turns, self.exact, self.start = turns, exact, start
        self.problem, self.gap, self.seconds, self.path = problem, gap, seconds, path
        self.tell, self.asked = progress, stop
        self.known = checkpoints.load(path, problem) if path and path.exists() else None
        self.bound = self.lp_bound = np.inf
        self.saved, self.unsaved, self.objective = self.began, "", -np.inf
        self.multiplier = np.zeros(0)
        self.stage = "reading precedences"

    def elapsed(self) -> float:
        return time.perf_counter() - self.began

    def stopped(self) -> bool:
        return self.asked is not None and self.asked()

    def enough(self) -> bool:
        return self.stopped() or relative_gap(self.objective, self.bound) <= self.gap

    def report(self, objective: float) -> None:
        self.objective = max(self.objective, objective)
        if self.tell is not None:
            self.tell(Progress(self.stage, objective, self.bound, self.elapsed()))

    def solve(self, seed: int) -> Solution:
        self.report(-np.inf)
        small = restrict(self.problem)
        if small.problem.n == 0:
            return self._nothing(small)
        instance = unpack(small.problem, small.earliest, small.order)
        relaxation = self._relax(instance)
        lp_seconds = self.elapsed()
        plan = self._first_plan(instance, small, relaxation, seed)
        self.stage = "improving the plan"

        def better(found: Plan, _worth: float) -> None:
            self.report(self._value(instance, found))
            if time.perf_counter() - self.saved > _SAVE_EVERY_S:
                self._save(small.whole(found))

        self.report(self._value(instance, plan))
        left = self.seconds - self.elapsed()
        if instance.only_capacities and relaxation.seconds * instance.n_periods < 4.0 * left:
            plan = dive(
                instance, relaxation, plan, seconds=_DIVE * left, seed=seed, progress=better,
                stop=self.enough, nodes=None if self.turns is None else _NODES,
            )  # fmt: skip
        effort = Effort(max(self.seconds - self.elapsed(), 0.0), turns=self.turns, nodes=_NODES)
        plan = search(
            instance, plan, effort=effort, target=self.bound - self.gap * abs(self.bound),
            seed=seed, progress=better, stop=self.asked,
            restart=lambda k: construct(
                instance, relaxation, trials=2, seed=seed + 1000 * k, disturbed=True
            ),
        )  # fmt: skip
        missing = instance.missing(plan)
        whole = small.whole(plan)
        self._save(whole)
        objective = whole.objective(self.problem)
        reached = relative_gap(objective, self.bound) if missing == 0.0 else np.inf
        return Solution(
            whole, objective, self.bound, self.lp_bound, reached, self.elapsed(), lp_seconds,
            self._status(missing, reached), self.unsaved,
        )  # fmt: skip

    def _status(self, missing: float, reached: float) -> str:
        """Why the search has ended; see :class:`Solution`."""
        if missing > 0.0:
            return "unmet"
        if reached <= _NO_GAP:
            return "optimal"
        if reached <= self.gap:
            return "gap"
        if self.stopped():
            return "interrupted"
        if self.elapsed() >= self.seconds:
            return "time"
        return "exhausted" if self.turns is None else "turns"

    def _nothing(self, small: Restricted) -> Solution:
        """No block is worth mining, and no lower limit asks for any."""
        p = self.problem
        plan = Plan(np.full(p.n, p.n_periods, np.int32), np.zeros((p.n, p.n_destinations)))
        return Solution(plan, 0.0, 0.0, 0.0, 0.0, self.elapsed(), 0.0, "optimal")

    @staticmethod
    def _value(instance: Instance, plan: Plan) -> float:
        """Value of a plan that meets all side constraints, else -inf."""
        met = instance.only_capacities or instance.missing(plan) == 0.0
        return instance.value_of(plan) if met else -np.inf

    def _relax(self, instance: Instance) -> Relaxation:
        self.stage = "bounding"

        def watch(_objective: float, bound: float) -> None:
            self.bound = min(self.bound, bound)
            self.report(-np.inf)

        earliest = instance.earliest
        groups = shell_groups(instance)
        guess = None if self.known is None else self.known.multiplier
        if self.known is not None:
            self.lp_bound = self.known.lp_bound
        tolerance = _EXACT if self.exact else min(max(_EXACT, self.gap / 100.0), _LOOSE)
        left = self.seconds - self.elapsed()
        if (
            self.known is None
            and self.exact
            and instance.n * instance.n_periods <= _PLAIN_NODES
            and earliest.any()
        ):
            plain = relax(
                instance.problem, np.zeros_like(earliest), groups=groups, seconds=left / 2,
                tolerance=tolerance, progress=watch, stop=self.asked,
            )  # fmt: skip
            self.bound = self.lp_bound = plain.bound
            guess = self.multiplier = plain.multiplier
        left = self.seconds - self.elapsed()
        tight = relax(
            instance.problem, earliest, groups=groups, guess=guess, seconds=left / 2,
            tolerance=tolerance, progress=watch, stop=self.asked,
        )  # fmt: skip
        if len(self.multiplier) == 0 or tight.bound <= self.bound:
            self.multiplier = tight.multiplier
        self.bound = min(self.bound, tight.bound)
        self.lp_bound = tight.bound if not np.isfinite(self.lp_bound) else self.lp_bound
        return tight

    def _first_plan(
        self, instance: Instance, small: Restricted, relaxation: Relaxation, seed: int
    ) -> Plan:
        plan = construct(instance, relaxation, trials=_TRIALS, seed=seed)
        if self.start is not None:
            given = best_destinations(instance, self.start[small.block])
            if instance.missing(given) == 0.0 and instance.worth(given) > instance.worth(plan):
                plan = given
        if self.known is None:
            return plan
        if not self.problem.admits(self.known.plan):
            raise TableError(
                "the checkpoint's plan is none of this problem: blocks before what they need, "
                "or shares that do not add up",
                where=str(self.path),
                fix="start without it",
            )
        before = small.part(self.known.plan)
        return before if instance.worth(before) > instance.worth(plan) else plan

    def _save(self, whole: Plan) -> None:
        """Keep what is known; a disk that is full must not cost the plan, so it is told later."""
        if self.path is None:
            return
        state = checkpoints.Checkpoint(whole, self.bound, self.lp_bound, self.multiplier)
        try:
            checkpoints.save(self.path, self.problem, state)
            self.unsaved = ""
        except RunError as error:
            self.unsaved = str(error)
        self.saved = time.perf_counter()
