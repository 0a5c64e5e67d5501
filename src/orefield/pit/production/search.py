"""Large-neighbourhood search: parts of a schedule decided again, one after another.

A neighbourhood is a span of periods, whole or round a block; its blocks are decided again
by :func:`orefield.pit.production.window.improve`. Spans that do not share a period share no
resource, and no block, so that several are decided at the same time and all improvements
kept. How many blocks a neighbourhood has follows from what was solved. A search that has
come to rest starts again from another schedule, and what two resting places have not in
common is decided once more.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.program import Window
from orefield.pit.production.spans import Span, all_spans, differing, draw, window_in
from orefield.pit.production.window import Outcome, improve

_MAX_WORKERS = 4
_SMALL, _MIDDLE, _LARGE = 100.0, 600.0, 8000.0
_REST = 40
"""Neighbourhoods in a row without success after which a search has come to rest."""


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes
    ----------
    seconds : float
        In all.
    turn_seconds : float
        For a neighbourhood.
    turns : int, optional
        Neighbourhoods in all. They are then decided one at a time and within ``nodes``
        nodes instead of seconds, so that the result does not depend on the machine.
    nodes : int
        See there.
    """

    seconds: float
    turn_seconds: float = 3.0
    turns: int | None = None
    nodes: int = 50


@dataclass
class _Job:
    span: Span
    window: Window
    whole: bool
    version: int


@dataclass
class _Descent:
    """One way down from a plan: the plan, and what its neighbourhoods have taught."""

    instance: Instance
    plan: Plan
    worth: float
    spans: list[Span]
    size: float = _MIDDLE
    version: int = 0
    fruitless: int = 0
    busy: set[int] = field(default_factory=set)

    def choose(self, rng: np.random.Generator) -> _Job | None:
        """A neighbourhood clear of those being decided, or None."""
        clear = [
            s for s in self.spans if s.exhausted < self.version and self.busy.isdisjoint(s.periods)
        ]
        while clear:
            span = clear.pop(draw(clear, rng))
            found = window_in(self.instance, self.plan, span, self.size, rng)
            if found is not None:
                self.busy.update(span.periods)
                return _Job(span, *found, self.version)
            span.exhausted = self.version
        return None

    def take(self, job: _Job, outcome: Outcome, cost: float, *, quick: bool) -> bool:
        """Keep what a neighbourhood found, and learn from how it went."""
        self.busy.difference_update(job.span.periods)
        better = outcome.gained > 0
        if better:
            period, share = self.plan.period.copy(), self.plan.share.copy()
            block = job.window.block
            period[block] = outcome.plan.period[block]
            share[block] = outcome.plan.share[block]
            self.plan = Plan(period, share)
            self.worth = self.instance.worth(self.plan)
            self.version += 1
        self.fruitless = 0 if better else self.fruitless + 1
        job.span.learn(outcome.gained, cost)
        if job.whole and outcome.solved and job.version == self.version:
            job.span.exhausted = self.version
        if outcome.solved and quick:
            self.size = min(self.size * (1.02 if better else 1.15), _LARGE)
        elif not outcome.solved:
            self.size = max(self.size * 0.93, _SMALL)
        return better

    def at_rest(self) -> bool:
        """Whether going on is not worth while."""
        return self.fruitless >= max(_REST, len(self.spans))


class _Search:
    def __init__(
        self,
        instance: Instance,
        effort: Effort,
        target: float,
        seed: int,
        workers: int | None,
        progress: Callable[[Plan, float], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.instance, self.effort, self.target = instance, effort, target
        self.rng = np.random.default_rng(seed)
        self.end = time.perf_counter() + effort.seconds
        self.tell, self.asked = progress, stop
        self.workers = workers or min(os.cpu_count() or 1, _MAX_WORKERS)
        if instance.problem.rows or effort.turns is not None:
            self.workers = 1  # a general side constraint may join any periods
        self.turns = 0
        self.best: Plan | None = None
        self.best_worth = -np.inf

    def keep(self, plan: Plan, worth: float) -> None:
        if worth > self.best_worth:
            first = self.best is None
            self.best, self.best_worth = plan, worth
            if self.tell is not None and not first:
                self.tell(plan, worth)

    def over(self) -> bool:
        spent = self.effort.turns is not None and self.turns >= self.effort.turns
        late = time.perf_counter() >= self.end
        return spent or late or self.best_worth >= self.target or bool(self.asked and self.asked())

    def decide(self, plan: Plan, window: Window, turn_seconds: float) -> Outcome:
        fixed = self.effort.turns is not None
        left = max(min(turn_seconds, self.end - time.perf_counter()), 0.1)
        return improve(
            self.instance, plan, window,
            seconds=np.inf if fixed else left,
            absolute_gap=1e-7 * abs(self.best_worth),
            seed=int(self.rng.integers(2**31)),
            nodes=self.effort.nodes if fixed else None,
        )  # fmt: skip

    def descend(self, plan: Plan, pool: ThreadPoolExecutor) -> Plan:
        """Go on from a plan until nothing more is found, or the search is over."""
        way = _Descent(
            self.instance, plan, self.instance.worth(plan), all_spans(self.instance.n_periods)
        )
        running: dict[Future[Outcome], _Job] = {}
        while not self.over() and not way.at_rest():
            while len(running) < self.workers:
                job = way.choose(self.rng)
                if job is None:
                    break
                ticket = pool.submit(self.decide, way.plan, job.window, self.effort.turn_seconds)
                running[ticket] = job
            if not running:
                break
            done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for ticket in done:
                self._finish(way, running.pop(ticket), ticket.result())
        for ticket, job in running.items():
            self._finish(way, job, ticket.result())
        return way.plan

    def _finish(self, way: _Descent, job: _Job, outcome: Outcome) -> None:
        self.turns += 1
        fixed = self.effort.turns is not None
        cost = float(len(job.window.block)) if fixed else max(outcome.seconds, 0.05)
        quick = fixed or outcome.seconds < 0.4 * self.effort.turn_seconds
        if way.take(job, outcome, cost, quick=quick):
            self.keep(way.plan, way.worth)

    def cross(self, other: Plan) -> None:
        """Decide again what the best plan and another do not have in common."""
        assert self.best is not None
        window = differing(self.instance, self.best, other)
        if self.over() or len(window.block) == 0:
            return
        self.turns += 1
        found = self.decide(self.best, window, 4 * self.effort.turn_seconds)
        if found.gained > 0:
            self.keep(found.plan, self.instance.worth(found.plan))


def search(
    instance: Instance,
    plan: Plan,
    *,
    effort: Effort,
    target: float,
    seed: int,
    restart: Callable[[int], Plan],
    workers: int | None = None,
    progress: Callable[[Plan, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Improve a plan until the target or the end of the effort is reached.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : Plan
        To start from.
    effort : Effort
        How long.
    target : float
        Worth at which to end.
    seed : int
        Of all choices.
    restart : callable of int
        Makes another plan to start from, once the search has come to rest.
    workers : int, optional
        Neighbourhoods decided at the same time; by default one a core, at most four.
    progress : callable of (plan, worth), optional
        Called for every better plan.
    stop : callable, optional
        Asked every second whether to end.
    """
    run = _Search(instance, effort, target, seed, workers, progress, stop)
    run.keep(plan, instance.worth(plan))
    number = 0
    with ThreadPoolExecutor(run.workers) as pool:
        rest = run.descend(plan, pool)
        while not run.over():
            number += 1
            before = run.turns
            rest = run.descend(restart(number), pool)
            run.cross(rest)
            if run.turns == before:
                break  # there is nothing to decide
    assert run.best is not None
    return run.best
