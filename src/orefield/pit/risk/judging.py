"""A plan judged over realisations: where its blocks go in each, and what that gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.destinations import Demand, send
from orefield.pit.production.problem import Plan, ProductionProblem, Row
from orefield.pit.risk.evaluation import ROUNDING, Evaluation
from orefield.pit.risk.realisations import Realisations, Target

_F8 = NDArray[np.float64]


def evaluate(
    plan: Plan,
    realisations: Realisations,
    targets: Sequence[Target] = (),
    *,
    adapt: bool = True,
) -> Evaluation:
    """What a plan is worth and delivers in each realisation.

    Parameters
    ----------
    plan : Plan
        Its periods hold in every realisation. Its shares are of the problem's destinations.
    realisations : Realisations
        Of the same blocks.
    targets : sequence of Target
        What is to be delivered in every period.
    adapt : bool
        Whether a block's destination is decided when it has been mined and its grade is known,
        within limits and looking at targets that cost something; the best decision of each
        realisation is found exactly, as a linear program, assuming that grades are known for the
        whole period (with side constraints that join periods: for the whole life). Otherwise the
        plan's shares hold in every realisation.

    Raises
    ------
    ModelError
        When plan, realisations and targets do not fit.
    """
    realisations.check(targets)
    base = realisations.base
    if plan.period.shape != (base.n,) or plan.share.shape != (base.n, base.n_destinations):
        raise ModelError(
            f"a plan of {plan.period.shape} blocks and {plan.share.shape} shares",
            where=f"{base.n} blocks, {base.n_destinations} destinations",
        )
    judge = _Judge(plan, realisations, tuple(targets))
    for k in range(realisations.n):
        if adapt:
            judge.adapt(k)
        else:
            judge.take(k, judge.mined, plan.share[judge.mined])
            judge.charge(k)
    return judge.evaluation()


class _Judge:
    """One plan over all realisations."""

    def __init__(self, plan: Plan, of: Realisations, targets: tuple[Target, ...]) -> None:
        base = of.base
        n_t, s = base.n_periods, of.n
        self.plan, self.of, self.targets, self.base = plan, of, targets, base
        self.mined = np.flatnonzero(plan.period < n_t)
        # rows of periods alone, such as a rate of sinking, are kept or not by the plan
        self.rows = [row for row in base.rows if not _of_periods_alone(row, base)]
        self.npv = np.zeros(s)
        self.used = np.zeros((len(base.limits), s, n_t))
        self.joined = np.zeros((len(base.rows), s))
        self.delivered = np.zeros((len(targets), s, n_t))
        self.price = np.zeros((len(targets), s, n_t))
        self.share = np.zeros((base.n, base.n_destinations))

    def take(self, k: int, block: NDArray[np.int64], share: _F8) -> None:
        """Count blocks that are sent as ``share`` says in realisation ``k``."""
        n_t = self.base.n_periods
        when = self.plan.period[block]
        worth = np.einsum("mp,pmd->md", self.base.factor[when], self.of.value[k][:, block])
        self.npv[k] += float((worth * share).sum())
        self.share[block] += self.of.probability[k] * share
        for r, limit in enumerate(self.base.limits):
            taken = (self.of.use(limit, k)[block] * share).sum(axis=1)
            self.used[r, k] += np.bincount(when, taken, n_t)
        sent = np.zeros(self.share.shape)
        sent[block] = share
        for q, row in enumerate(self.base.rows):
            there = self.plan.period[row.block] == row.period
            self.joined[q, k] += (there * row.factor) @ sent[row.block, row.destination]
        for g, target in enumerate(self.targets):
            self.delivered[g, k] += np.bincount(
                when, (target.of(k)[block] * share).sum(axis=1), n_t
            )

    def adapt(self, k: int) -> None:
        """Decide destinations in realisation ``k``, and count."""
        n_t = self.base.n_periods
        spans = [np.arange(n_t)] if self.rows else [np.array([t]) for t in range(n_t)]
        for span in spans:
            block = self.mined[np.isin(self.plan.period[self.mined], span)]
            if len(block) == 0:
                for g, target in enumerate(self.targets):
                    if target.penalty is not None:
                        asks = target.amount[span] > 0
                        self.price[g, k, span] = np.where(asks, target.penalty[span], 0.0)
                continue
            when = self.plan.period[block]
            worth = np.einsum("mp,pmd->md", self.base.factor[when], self.of.value[k][:, block])
            found = send(worth, self._demand(k, block, span))
            self.take(k, block, found.share)
            at = len(self.base.limits) * len(span)
            for g in range(len(self.targets)):
                self.price[g, k, span] = found.price[at : at + len(span)]
                at += len(span)

    def charge(self, k: int) -> None:
        """Price what realisation ``k`` lacks where nothing is decided: by the whole penalty."""
        for g, target in enumerate(self.targets):
            if target.penalty is not None:
                short = self.delivered[g, k] < target.amount * (1.0 - ROUNDING)
                self.price[g, k] = np.where(short, target.penalty, 0.0)

    def _demand(self, k: int, block: NDArray[np.int64], span: NDArray[np.int64]) -> Demand:
        """Limits, then targets, by period; then rows."""
        when = np.searchsorted(span, self.plan.period[block])
        m, d, n_t = len(block), self.base.n_destinations, len(span)
        lower, upper, penalty = [], [], []
        parts = []  # columns (m, d), and the row of each block
        for limit in self.base.limits:
            parts.append(self.of.use(limit, k)[block])
            lower.append(limit.lower[span])
            upper.append(limit.upper[span])
            penalty.append(np.full(n_t, np.inf))
        for target in self.targets:
            parts.append(target.of(k)[block])
            lower.append(target.amount[span])
            upper.append(np.full(n_t, np.inf))
            penalty.append(np.zeros(n_t) if target.penalty is None else target.penalty[span])
        column = np.arange(m * d).reshape(m, d)
        places = [np.broadcast_to((g * n_t + when)[:, None], (m, d)) for g in range(len(parts))]
        entries = [
            (np.ravel(u), np.ravel(p), np.ravel(column)) for u, p in zip(parts, places, strict=True)
        ]
        number = np.full(self.base.n, -1, np.int64)
        number[block] = np.arange(m)
        for q, row in enumerate(self.rows):
            there = (number[row.block] >= 0) & (self.plan.period[row.block] == row.period)
            at = number[row.block[there]] * d + row.destination[there]
            entries.append((row.factor[there], np.full(len(at), len(parts) * n_t + q), at))
            lower.append(np.array([row.lower]))
            upper.append(np.array([row.upper]))
            penalty.append(np.array([np.inf]))
        size = len(parts) * n_t + len(self.rows)
        amount, place, at = (
            np.concatenate([e[i] for e in entries]) if entries else np.zeros(0) for i in range(3)
        )
        # entries of one place are added up
        use = sp.csr_array(sp.coo_array((amount, (place, at)), shape=(size, m * d)))
        low, high, cost = (np.concatenate(x) if x else np.zeros(0) for x in (lower, upper, penalty))
        return Demand(use, low, high, cost)

    def evaluation(self) -> Evaluation:
        penalty = np.zeros(self.of.n)
        for target, given in zip(self.targets, self.delivered, strict=True):
            if target.penalty is not None:
                penalty += np.maximum(target.amount - given, 0.0) @ target.penalty
        lower = np.array([x.lower for x in self.base.limits]).reshape(-1, 1, self.base.n_periods)
        upper = np.array([x.upper for x in self.base.limits]).reshape(-1, 1, self.base.n_periods)
        low = np.array([x.lower for x in self.base.rows]).reshape(-1, 1)
        high = np.array([x.upper for x in self.base.rows]).reshape(-1, 1)
        return Evaluation(
            self.of.probability, self.npv, penalty, self.targets, self.delivered,
            tuple(x.name for x in self.base.limits), _passed(self.used, lower, upper),
            tuple(x.name for x in self.base.rows), _passed(self.joined, low, high),
            self.price, self.share,
        )  # fmt: skip


def _of_periods_alone(row: Row, base: ProductionProblem) -> bool:
    """Whether a side constraint counts blocks alike wherever they are sent."""
    factor = sp.coo_array(
        (row.factor, (row.period * base.n + row.block, row.destination)),
        shape=(base.n_periods * base.n, base.n_destinations),
    ).tocsr()
    factor.sum_duplicates()
    each = np.diff(factor.indptr)
    some = each > 0
    if (each[some] != base.n_destinations).any():
        return False
    by_block = factor.data.reshape(-1, base.n_destinations)
    return bool((by_block == by_block[:, :1]).all())


def _passed(used: _F8, lower: _F8, upper: _F8) -> _F8:
    """By how much bounds are passed, rounding left out."""
    over: _F8 = np.maximum(np.maximum(used - upper, lower - used), 0.0)
    return np.where(over <= ROUNDING * (1.0 + np.abs(used)), 0.0, over)
