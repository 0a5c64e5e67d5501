"""A schedule made period by period, with the relaxation solved again after each.

Rounding moves blocks, and what follows should know: once a period is settled, the relaxation
of the blocks and periods left says what is best now. Every step also gives a schedule of all
periods; the best of them is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.sequencing import sub_graph
from orefield.pit.production.construct import construct
from orefield.pit.production.instance import Instance, unpack
from orefield.pit.production.problem import Limit, Plan, ProductionProblem
from orefield.pit.production.relaxation import Relaxation, relax, side_constraints
from orefield.pit.production.restrict import restrict
from orefield.pit.production.shell_groups import shell_groups
from orefield.pit.production.window import improve, time_window

_F8 = NDArray[np.float64]
_TOLERANCE = 1e-4
_TRIALS = 10
_POLISH_S, _POLISH_BLOCKS = 2.0, 2500


@dataclass
class _Dive:
    problem: ProductionProblem
    period: NDArray[np.int32]
    share: _F8
    left: NDArray[np.bool_]
    first: int = 0

    def rest(self) -> tuple[ProductionProblem, NDArray[np.int32]]:
        """The problem of the blocks and periods left, and the blocks' numbers."""
        p, t = self.problem, self.first
        start, needed, block = sub_graph(self.left, p.start, p.needed.astype(np.int32))
        limits = tuple(Limit(x.name, x.use[block], x.lower[t:], x.upper[t:]) for x in p.limits)
        rest = ProductionProblem(
            p.name, start, needed.astype(np.int64), np.ascontiguousarray(p.value[:, block]),
            p.factor[t:], limits, destinations=p.destinations,
        )  # fmt: skip
        return rest, block

    def settle(self, plan: Plan, block: NDArray[np.int32]) -> None:
        """Keep what a plan of the rest does in its first period."""
        now = plan.period == 0
        self.period[block[now]] = self.first
        self.share[block[now]] = plan.share[now]
        self.left[block[now]] = False
        self.first += 1

    def whole(self, plan: Plan, block: NDArray[np.int32]) -> Plan:
        """What is settled, and a plan of the rest."""
        period, share = self.period.copy(), self.share.copy()
        mined = plan.period < self.problem.n_periods - self.first
        period[block[mined]] = plan.period[mined] + self.first
        share[block[mined]] = plan.share[mined]
        return Plan(period.astype(np.int32), share)


def dive(
    instance: Instance,
    relaxation: Relaxation,
    plan: Plan,
    *,
    seconds: float,
    seed: int,
    nodes: int | None = None,
    progress: Callable[[Plan, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan met on the way, ``plan`` included.

    Parameters
    ----------
    instance : Instance
        Its side constraints are upper limits of resources only.
    relaxation : Relaxation
        Of the whole problem.
    plan : Plan
        A feasible plan, made from it.
    seconds : float
        Time after which no further period is begun.
    seed : int
        Of the orders tried.
    nodes : int, optional
        Limits the search trees instead of time.
    progress : callable of (plan, worth), optional
        Called for every better plan.
    stop : callable, optional
        Asked after every period whether to end.
    """
    end = time.perf_counter() + seconds
    problem = instance.problem
    n, n_t = problem.n, problem.n_periods
    state = _Dive(problem, np.full(n, n_t, np.int32), np.zeros_like(plan.share), np.ones(n, bool))
    best, best_worth = plan, instance.worth(plan)
    guess = relaxation.multiplier
    while state.first < n_t and time.perf_counter() < end and not (stop is not None and stop()):
        rest, block = state.rest()
        small = restrict(rest)
        if small.problem.n == 0:
            break
        part = unpack(small.problem, small.earliest, small.order)
        if state.first > 0:
            relaxation = relax(
                small.problem, small.earliest, tolerance=_TOLERANCE, guess=guess,
                groups=shell_groups(part), seconds=end - time.perf_counter(), stop=stop,
            )  # fmt: skip
            found = construct(part, relaxation, trials=_TRIALS, seed=seed + state.first)
        else:
            found = small.part(plan)
        found = _polish(part, found, seed, nodes)
        whole = state.whole(small.whole(found), block)
        worth = instance.worth(whole)
        if worth > best_worth:
            best, best_worth = whole, worth
            if progress is not None:
                progress(best, best_worth)
        guess = _later(small.problem, relaxation.multiplier)
        state.settle(small.whole(found), block)
    return best


def _polish(instance: Instance, plan: Plan, seed: int, nodes: int | None) -> Plan:
    """Decide the first two periods again: one of them is about to be settled."""
    window = time_window(instance, plan, 0, min(1, instance.n_periods - 1))
    if len(window.block) > _POLISH_BLOCKS:
        return plan
    gap = 1e-6 * abs(instance.worth(plan))
    seconds = _POLISH_S if nodes is None else np.inf
    return improve(
        instance, plan, window, seconds=seconds, absolute_gap=gap, seed=seed, nodes=nodes
    ).plan


def _later(problem: ProductionProblem, multiplier: _F8) -> _F8:
    """Multipliers of the side constraints that are left after the first period."""
    side = side_constraints(problem)
    return multiplier[side.period > 0]
