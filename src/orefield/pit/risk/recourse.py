"""Where mined blocks go once their grades are known: a linear program for each realisation."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.core import OrefieldError
from orefield.pit.production.highs import program

_F8 = NDArray[np.float64]
_WORTH = 1e4
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Demand:
    """Side constraints of blocks that have been mined.

    Attributes
    ----------
    use : float64 array, shape (k, m, d)
        What each whole block takes of each side constraint at each destination.
    lower, upper : float64 arrays, shape (k,)
    penalty : float64 array, shape (k,)
        What a unit below ``lower`` costs; inf where it must not be.
    """

    use: _F8
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
    used = np.einsum("kmd,md->k", demand.use, share)
    slack = _ROUNDING * (1.0 + np.abs(used))
    short = demand.penalty > 0
    if not ((used > demand.upper + slack) | (short & (used < demand.lower - slack))).any():
        return Sent(share, used, np.zeros(len(used)))
    program = _Program(value, demand, best)
    moved, price = program.solve()
    share[np.arange(m), best] -= moved.sum(axis=1)
    share += moved
    np.clip(share, 0.0, 1.0, out=share)
    return Sent(share, np.einsum("kmd,md->k", demand.use, share), price)


class _Program:
    """Columns: the share of each block that leaves its best destination, then shortfalls."""

    def __init__(self, value: _F8, demand: Demand, best: NDArray[np.int64]) -> None:
        m, d = value.shape
        self.shape, self.demand = (m, d), demand
        block, to = np.nonzero(np.arange(d) != best[:, None])
        # what a block would take and earn at its own best place changes nothing
        self.block, self.to = block, to
        gain = value[block, to] - value[block, best[block]]
        more = demand.use[:, block, to] - demand.use[:, block, best[block]]
        at_best = demand.use[:, np.arange(m), best].sum(axis=1)
        self.soft = np.flatnonzero(
            np.isfinite(demand.penalty) & (demand.penalty > 0) & np.isfinite(demand.lower)
        )
        lower = np.where(demand.penalty > 0, demand.lower, -np.inf) - at_best
        upper = demand.upper - at_best
        kept = np.isfinite(lower) | np.isfinite(upper)
        self.kept = np.flatnonzero(kept)
        self.size = np.maximum(np.abs(demand.use).sum(axis=(1, 2)), 1e-300)
        self.scale = max(float(np.abs(gain).max(initial=0.0)), 1e-300) / _WORTH
        k, s = len(self.kept), len(self.soft)
        row_of = np.cumsum(kept) - 1
        soft = sp.csr_array((np.ones(s), (row_of[self.soft], np.arange(s))), shape=(k, s))
        wide = sp.csr_array(more[self.kept] / self.size[self.kept, None])
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
        charge = demand.penalty[self.soft] * self.size[self.soft]
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
    solver = program(cost, top, matrix, low, high)
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
