"""What can be said of a schedule before it is made: blocks never mined, earliest periods.

Without lower limits, a block outside the final pit below is never worth mining: taking all
such blocks out of a schedule keeps its precedences, frees resources and loses nothing.
The pit is the smallest closed set that no set of further blocks can improve in any period's
terms, each period judged by what mining by its end instead of the next's gains. With one
discounted value a block, that is the ultimate pit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.kernels.closure import closure_arcs
from orefield.kernels.sequencing import earliest_periods, sub_graph, topological_order
from orefield.pit.production.problem import Limit, Plan, ProductionProblem, Row

_ROUNDING = 1e-9
"""Capacity is taken this much (relative) larger when it is used to rule something out."""

_VISITS = 2_000_000_000


@dataclass(frozen=True)
class Restricted:
    """A problem without the blocks that are never mined.

    Attributes
    ----------
    problem : ProductionProblem
        Of the kept blocks, renumbered.
    block : int32 array, shape (m,)
        Number of each kept block in the whole problem.
    n_whole : int
    earliest : int32 array, shape (m,)
        First period in which each block can be mined.
    order : int32 array, shape (m,)
        The kept blocks, each after all it needs.
    """

    problem: ProductionProblem
    block: NDArray[np.int32]
    n_whole: int
    earliest: NDArray[np.int32]
    order: NDArray[np.int32]

    def whole(self, plan: Plan) -> Plan:
        """A plan of the kept blocks as a plan of all."""
        t = self.problem.n_periods
        period = np.full(self.n_whole, t, np.int32)
        share = np.zeros((self.n_whole, self.problem.n_destinations))
        period[self.block] = plan.period
        share[self.block] = plan.share
        return Plan(period, share)

    def part(self, plan: Plan) -> Plan:
        """A plan of all blocks as a plan of the kept ones."""
        return Plan(plan.period[self.block], plan.share[self.block])


def scaled(value: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """Values as integers, never smaller than they were, and units of value per integer.

    Rounding up keeps every bound computed from them an upper bound; the unit is so small
    that all values together are changed by less than 1e-12 of their sum.

    Raises
    ------
    ModelError
        When a value is not finite, or their sum is not.
    """
    with np.errstate(over="ignore"):
        total = float(np.abs(value).sum())
    if not np.isfinite(total):
        raise ModelError(
            "the values add up to more than numbers can hold",
            fix="give values in a larger unit",
        )
    if total == 0.0:
        return np.zeros(value.shape, np.int64), 1.0
    unit = 2.0 ** (np.ceil(np.log2(total)) - 60)
    return np.ceil(value / unit).astype(np.int64), float(unit)


def restrict(problem: ProductionProblem) -> Restricted:
    """Leave out what is never mined, and find the earliest period of the rest.

    Raises
    ------
    ModelError
        When the precedences have a cycle.
    """
    needed = problem.needed.astype(np.int32)
    order = topological_order(problem.start, needed)
    if len(order) < problem.n:
        on = np.ones(problem.n, bool)
        on[order] = False
        raise ModelError(
            "the precedences have a cycle: no block on it can be mined",
            where=f"block {int(np.flatnonzero(on)[0])} is on it, or waits for it",
            fix="remove the arc that closes the circle",
        )
    block = np.arange(problem.n, dtype=np.int32)
    kept = problem
    if _only_capacities(problem):
        kept, block = _kept(problem, needed, _final_pit(problem, needed))
    needed = kept.needed.astype(np.int32)
    order = topological_order(kept.start, needed)
    earliest = _earliest(kept, needed, order)
    in_time = earliest < problem.n_periods
    if not in_time.all():
        kept, left = _kept(kept, needed, in_time)
        block, earliest = block[left], earliest[left]
        order = topological_order(kept.start, kept.needed.astype(np.int32))
    return Restricted(kept, block, problem.n, earliest, order)


def _kept(
    problem: ProductionProblem, needed: NDArray[np.int32], keep: NDArray[np.bool_]
) -> tuple[ProductionProblem, NDArray[np.int32]]:
    """The problem of some blocks alone, and their numbers."""
    start, arcs, block = sub_graph(keep, problem.start, needed)
    part = ProductionProblem(
        name=problem.name,
        start=start,
        needed=arcs.astype(np.int64),
        value=np.ascontiguousarray(problem.value[:, keep]),
        factor=problem.factor,
        limits=tuple(Limit(x.name, x.use[keep], x.lower, x.upper) for x in problem.limits),
        rows=tuple(_kept_row(row, keep) for row in problem.rows),
        destinations=problem.destinations,
    )
    return part, block


def _kept_row(row: Row, keep: NDArray[np.bool_]) -> Row:
    number = np.cumsum(keep) - 1
    has = keep[row.block]
    return Row(
        row.name, row.period[has], number[row.block[has]], row.destination[has], row.factor[has],
        row.lower, row.upper,
    )  # fmt: skip


def _only_capacities(problem: ProductionProblem) -> bool:
    """Whether mining less never breaks a side constraint."""
    limits = all(
        (x.use >= 0).all() and (x.lower <= 0).all() and (x.upper >= 0).all() for x in problem.limits
    )
    rows = all((x.factor >= 0).all() and x.lower <= 0 <= x.upper for x in problem.rows)
    return limits and rows


def _final_pit(problem: ProductionProblem, needed: NDArray[np.int32]) -> NDArray[np.bool_]:
    alike = problem.factor[:, 0]
    if problem.factor.shape[1] == 1 and alike[-1] > 0 and (np.diff(alike) <= 0).all():
        # plain discounting: the layers are multiples of one another and have one pit
        gain = problem.value[0].max(axis=1)[None]
    else:
        best = np.stack([problem.period_value(t).max(axis=1) for t in range(problem.n_periods)])
        gain = best.copy()
        gain[:-1] -= best[1:]
    pit = np.zeros(problem.n, bool)
    while True:
        before = int(pit.sum())
        for layer in gain:
            rest = ~pit
            start, arcs, block = sub_graph(rest, problem.start, needed)
            if len(block) == 0:
                return pit
            value, _ = scaled(layer[rest])
            mask, _ = closure_arcs(value, start, arcs.astype(np.int64))
            pit[block[mask]] = True
        if int(pit.sum()) == before or len(gain) == 1:
            return pit


def _earliest(
    problem: ProductionProblem, needed: NDArray[np.int32], order: NDArray[np.int32]
) -> NDArray[np.int32]:
    capacities = [x for x in problem.limits if (x.use >= 0).all() and np.isfinite(x.upper).any()]
    use = np.zeros((len(capacities), problem.n))
    room = np.zeros((len(capacities), problem.n_periods))
    for r, limit in enumerate(capacities):
        use[r] = limit.use.min(axis=1)
        room[r] = np.cumsum(np.maximum(limit.upper, 0.0)) * (1 + _ROUNDING)
    return earliest_periods(order, problem.start, needed, use, room, _VISITS)
