"""Where mined blocks go, once it is settled when each is mined: small linear programs, exact.

Without it a plan made block by block breaks what only the mix of many can keep: a blend, a
mill's least feed. With periods given, destinations may be shared and nothing else is left to
decide, so that the best mix is a linear program of each period's blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.core import OrefieldError
from orefield.pit.production.highs import program
from orefield.pit.production.instance import Instance, bound_sizes
from orefield.pit.production.problem import Plan

_F8 = NDArray[np.float64]
_WORTH = 1e4
_ROUNDING = 1e-9
_ALIKE = 1e-9
"""Differences of value that are less than this share of what is missed are rounding."""
_KEPT = 1e-9
"""Share of its size by which a side constraint may be passed; a hundredth of what counts."""


@dataclass(frozen=True)
class Demand:
    """Side constraints of blocks that have been mined.

    Attributes
    ----------
    use : sparse float64 array, shape (k, m * d)
        What each whole block takes of each side constraint at each destination: block ``b`` at
        destination ``j`` in column ``b * d + j``.
    lower, upper : float64 arrays, shape (k,)
    penalty : float64 array, shape (k,)
        What a unit below ``lower`` costs; inf where it must not be.
    """

    use: sp.csr_array
    lower: _F8
    upper: _F8
    penalty: _F8


@dataclass(frozen=True)
class Sent:
    """Where blocks went.

    Attributes
    ----------
    share : float64 array, shape (m, d)
    used : float64 array, shape (k,)
        Of each side constraint.
    price : float64 array, shape (k,)
        What one unit less of ``lower`` is worth, or of ``upper`` (then below zero).
    """

    share: _F8
    used: _F8
    price: _F8


def send(value: _F8, demand: Demand) -> Sent:
    """The best way to send blocks: ``max value - penalty * shortfall`` within bounds.

    Where no way keeps all bounds, as when a realisation's tonnage is more than can be mined,
    they are broken by as little as possible, each relative to its size, and the best of the
    ways that do so is taken.

    Parameters
    ----------
    value : float64 array, shape (m, d)
        Of a whole block at each destination.
    demand : Demand
        On them.

    Raises
    ------
    OrefieldError
        When HiGHS ends without an answer.
    """
    m, d = value.shape
    best = value.argmax(axis=1)
    share = np.zeros((m, d))
    share[np.arange(m), best] = 1.0
    used = demand.use @ share.ravel()
    slack = _ROUNDING * (1.0 + np.abs(used))
    short = demand.penalty > 0
    if not ((used > demand.upper + slack) | (short & (used < demand.lower - slack))).any():
        return Sent(share, used, np.zeros(len(used)))
    moved, price = _Recourse(value, demand, best).solve()
    share[np.arange(m), best] -= moved.sum(axis=1)
    share += moved
    np.clip(share, 0.0, 1.0, out=share)
    return Sent(share, demand.use @ share.ravel(), price)


def best_destinations(instance: Instance, period: NDArray[np.int32]) -> Plan:
    """The plan of most value in which blocks are mined in these periods.

    Side constraints that cannot be kept are broken by as little as possible.

    Parameters
    ----------
    instance : Instance
        The problem.
    period : int32 array, shape (n,)
        Of each block; the number of periods where it is never mined.

    Raises
    ------
    OrefieldError
        When HiGHS ends without an answer.
    """
    share = np.zeros((instance.n, instance.n_destinations))
    if instance.problem.rows:  # which may join periods
        block = np.flatnonzero(period < instance.n_periods)
        share[block] = _sent(instance, block, period[block])
        return Plan(period, share)
    for t in range(instance.n_periods):
        block = np.flatnonzero(period == t)
        share[block] = _sent(instance, block, period[block])
    return Plan(period, share)


def _sent(instance: Instance, block: NDArray[np.int64], period: NDArray[np.int32]) -> _F8:
    """Shares (m, d) of blocks mined in these periods, others left out of all sums."""
    if not len(block):
        return np.zeros((0, instance.n_destinations))
    value = instance.value[period, block]
    d = instance.n_destinations
    use, lower, upper = [], [], []
    for t in np.unique(period):
        there = np.repeat(period == t, d)
        for r in range(len(instance.use)):
            use.append(sp.csr_array((instance.use[r, block].ravel() * there)[None]))
            lower.append(instance.lower[r, t])
            upper.append(instance.upper[r, t])
    at = np.full(instance.n, -1, np.int64)
    at[block] = np.arange(len(block))
    for row in instance.problem.rows:
        place = at[row.block]
        counts = (place >= 0) & (period[place] == row.period)
        line = np.zeros(len(block) * d)
        np.add.at(line, place[counts] * d + row.destination[counts], row.factor[counts])
        use.append(sp.csr_array(line[None]))
        lower.append(row.lower)
        upper.append(row.upper)
    if not use:
        best: _F8 = np.eye(d)[value.argmax(axis=1)]
        return best
    demand = Demand(
        sp.csr_array(sp.vstack(use, format="csr")),
        np.array(lower), np.array(upper), np.full(len(use), np.inf),
    )  # fmt: skip
    shares: _F8 = send(value, demand).share
    return shares


class _Recourse:
    """Columns: the share of each block that leaves its best destination, then shortfalls."""

    def __init__(self, value: _F8, demand: Demand, best: NDArray[np.int64]) -> None:
        m, d = value.shape
        self.shape, self.demand = (m, d), demand
        block, to = np.nonzero(np.arange(d) != best[:, None])
        # what a block would take and earn at its own best place changes nothing
        self.block, self.to = block, to
        gain = value[block, to] - value[block, best[block]]
        columns = demand.use.tocsc()
        more = sp.csr_array(columns[:, block * d + to] - columns[:, block * d + best[block]])
        at_best = np.asarray(columns[:, np.arange(m) * d + best].sum(axis=1)).ravel()
        self.soft = np.flatnonzero(
            np.isfinite(demand.penalty) & (demand.penalty > 0) & np.isfinite(demand.lower)
        )
        lower = np.where(demand.penalty > 0, demand.lower, -np.inf) - at_best
        upper = demand.upper - at_best
        kept = np.isfinite(lower) | np.isfinite(upper)
        self.kept = np.flatnonzero(kept)
        largest = abs(demand.use).max(axis=1).toarray().ravel() if m else np.zeros(len(lower))
        self.size = bound_sizes(demand.lower, demand.upper, largest)
        charge = demand.penalty[self.soft] * self.size[self.soft]
        most, missed = float(np.abs(gain).max(initial=0.0)), float(charge.max(initial=0.0))
        # where destinations are worth the same, or but for rounding, what is missed is the money
        self.scale = ((most if most > _ALIKE * missed else missed) or 1.0) / _WORTH
        k, s = len(self.kept), len(self.soft)
        row_of = np.cumsum(kept) - 1
        soft = sp.csr_array((np.ones(s), (row_of[self.soft], np.arange(s))), shape=(k, s))
        wide = sp.csr_array(sp.diags_array(1.0 / self.size[self.kept]) @ more[self.kept])
        blocks: list[list[sp.csr_array | None]] = [[wide, soft]]
        low, high = [(lower / self.size)[self.kept]], [(upper / self.size)[self.kept]]
        if d > 2:  # all that leaves a block is no more than the block
            leaves = sp.csr_array(
                (np.ones(len(block)), (block, np.arange(len(block)))), shape=(m, len(block))
            )
            blocks.append([leaves, None])
            low.append(np.full(m, -np.inf))
            high.append(np.ones(m))
        self.matrix = sp.csr_array(sp.block_array(blocks, format="csr"))
        self.low, self.high = np.concatenate(low), np.concatenate(high)
        self.cost = np.concatenate([-gain, charge]) / self.scale
        self.top = np.concatenate([np.ones(len(block)), np.full(s, np.inf)])

    def solve(self) -> tuple[_F8, _F8]:
        """Shares moved (m, d), and the price of each side constraint."""
        found = _minimum(self.cost, self.matrix, self.low, self.high, self.top)
        if found is None:
            found = self._least_broken()
        column, dual = found
        m, d = self.shape
        moved = np.zeros((m, d))
        moved[self.block, self.to] = column[: len(self.block)]
        price = np.zeros(len(self.size))
        price[self.kept] = dual[: len(self.kept)] * self.scale / self.size[self.kept]
        return moved, price

    def _least_broken(self) -> tuple[_F8, _F8]:
        """Bounds broken by as little as can be, then the best way to do so."""
        k, rows = len(self.kept), self.matrix.shape[0]
        some = sp.csr_array((np.ones(k), (np.arange(k), np.arange(k))), shape=(rows, k))
        matrix = sp.csr_array(sp.hstack([self.matrix, some, -some], format="csr"))
        free = np.full(2 * k, np.inf)
        width = len(self.cost)
        cost = np.concatenate([np.zeros(width), np.full(2 * k, _WORTH)])
        top = np.concatenate([self.top, free])
        first = _minimum(cost, matrix, self.low, self.high, top)
        allowed = np.zeros(0) if first is None else np.maximum(first[0][width:], 0.0) + 1e-12
        cost = np.concatenate([self.cost, np.zeros(2 * k)])
        top = np.concatenate([self.top, allowed])
        second = None if first is None else _minimum(cost, matrix, self.low, self.high, top)
        if second is None:
            raise OrefieldError(
                "no way to send mined blocks was found, though bounds may be broken",
                where=f"{self.shape[0]} blocks, {k} side constraints",
                fix="give values and uses in units closer to each other",
            )
        return second


def _minimum(
    cost: _F8, matrix: sp.csr_array, low: _F8, high: _F8, top: _F8
) -> tuple[_F8, _F8] | None:
    """Columns and row prices at the minimum, or None where there is no solution."""
    if not len(cost):  # HiGHS calls such a program empty, whether its bounds are kept or not
        kept = bool((low <= 0.0).all() and (high >= 0.0).all())
        return (np.zeros(0), np.zeros(len(low))) if kept else None
    solver = program(cost, top, matrix, low, high)
    solver.setOptionValue("primal_feasibility_tolerance", _KEPT)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise OrefieldError(
            f"sending blocks ended as {solver.modelStatusToString(status)}",
            where=f"{len(cost)} columns, {len(low)} rows",
        )
    found = solver.getSolution()
    return np.asarray(found.col_value), np.asarray(found.row_dual)
