"""A part of a schedule, decided again by a small integer program.

Every free block is given the periods it may be mined in; the others keep their own. The
program decides whether a free block has been mined by the end of each period, and how it is
divided among destinations. It stays small because blocks that cones and capacities leave no
choice are fixed first, from both ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.sequencing import (
    earliest_periods,
    rise_along,
    sub_graph,
    topological_order,
)
from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.program import Program, Window

_F8 = NDArray[np.float64]

_VISITS = 20_000_000


@dataclass(frozen=True)
class Outcome:
    """What deciding a window again has brought.

    ``gained`` is the value won, 0 where ``plan`` is the old one; ``solved`` says that nothing
    better exists in the window.
    """

    plan: Plan
    gained: float
    solved: bool
    seconds: float


def time_window(instance: Instance, plan: Plan, first: int, last: int) -> Window:
    """All blocks mined in periods ``first`` to ``last``, free within them.

    A window that reaches the last period frees the blocks not mined, too.
    """
    n_t = instance.n_periods
    end = n_t if last == n_t - 1 else last
    block = np.flatnonzero((plan.period >= first) & (plan.period <= end)).astype(np.int32)
    low = np.maximum(first, instance.earliest[block])
    return Window(block, low.astype(np.int32), np.full(len(block), end, np.int32))


def tighten(instance: Instance, plan: Plan, window: Window) -> tuple[Window, _F8]:
    """The window without periods ruled out by precedences, cones and capacities.

    Returns the tighter window, and the use of resources by the other blocks, shape (r, t).
    """
    n, n_t = instance.n, instance.n_periods
    free = np.zeros(n, bool)
    free[window.block] = True
    others = Plan(np.where(free, n_t, plan.period).astype(np.int32), plan.share)
    held = instance.used(others)
    start, needed, block = sub_graph(free, instance.start, instance.needed)
    begin, after, _ = sub_graph(free, instance.begin, instance.after)
    low, high = window.low, window.high
    order = topological_order(start, needed)
    if instance.only_capacities:
        least = instance.use[:, block].min(axis=2)
        slack = 1e-9 * np.abs(instance.upper) + 1e-9
        room = np.where(np.isfinite(instance.upper), instance.upper - held + slack, np.inf)
        first = earliest_periods(order, start, needed, least, np.cumsum(room, axis=1), _VISITS)
        low = np.maximum(low, first)
        must = least * (high < n_t)
        left = np.cumsum(room[:, ::-1], axis=1)
        back = earliest_periods(order[::-1].copy(), begin, after, must, left, _VISITS)
        high = np.where(high < n_t, np.minimum(high, n_t - 1 - back), high)
    now = plan.period[block]
    # a plan that stands must stay among the choices, whatever rounding says
    low = rise_along(order, start, needed, np.minimum(low, now).astype(np.int32))
    high = -rise_along(order[::-1].copy(), begin, after, -np.maximum(high, now).astype(np.int32))
    return Window(block, low, high), held


def improve(
    instance: Instance,
    plan: Plan,
    window: Window,
    *,
    seconds: float,
    absolute_gap: float,
    seed: int = 0,
    nodes: int | None = None,
) -> Outcome:
    """The best plan found that differs from ``plan`` in the window only.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : Plan
        What is returned is at least as good.
    window : Window
        What may differ.
    seconds : float
        Limit of time.
    absolute_gap : float
        Difference in value that is not worth searching for.
    seed : int
        Of HiGHS.
    nodes : int, optional
        Limit of nodes of the search tree.
    """
    began = time.perf_counter()
    window, held = tighten(instance, plan, window)
    choice = (window.high > window.low).any() or instance.n_destinations > 1
    if len(window.block) == 0 or not choice:
        return Outcome(plan, 0.0, True, time.perf_counter() - began)
    program = Program(instance, plan, window, held)
    if program.n_x + len(program.y_entry) == 0:
        return Outcome(plan, 0.0, True, time.perf_counter() - began)
    z, solved = program.solve(seconds, absolute_gap, seed, nodes)
    new = plan if z is None else program.plan(z)
    gained = 0.0 if z is None else instance.worth(new) - instance.worth(plan)
    if gained <= 0.0:
        new, gained = plan, 0.0
    return Outcome(new, gained, solved, time.perf_counter() - began)
