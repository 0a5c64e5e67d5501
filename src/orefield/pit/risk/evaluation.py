"""How a plan fares over realisations: value, and what it delivers in each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.production.problem import Plan
from orefield.pit.risk.realisations import Realisations, Target
from orefield.pit.risk.recourse import Demand, send

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]
_ROUNDING = 1e-7


@dataclass(frozen=True)
class Evaluation:
    """A plan over realisations.

    Attributes
    ----------
    probability, npv, penalty : float64 arrays, shape (s,)
        Of each realisation; what falling short of targets costs is not in ``npv``.
    targets : tuple of Target
    delivered : float64 array, shape (g, s, t)
        Of each target.
    limits : tuple of str
    broken : float64 array, shape (r, s, t)
        By how much each limit is passed, in its own unit; what is passed costs nothing.
    rows : tuple of str
    rows_broken : float64 array, shape (q, s)
        By how much each side constraint of several periods is passed.
    price : float64 array, shape (g, s, t)
        What a unit more delivered would be worth.
    share : float64 array, shape (n, d)
        Of each block at each destination, expected.
    """

    probability: _F8
    npv: _F8
    penalty: _F8
    targets: tuple[Target, ...]
    delivered: _F8
    limits: tuple[str, ...]
    broken: _F8
    rows: tuple[str, ...]
    rows_broken: _F8
    price: _F8
    share: _F8

    @property
    def objective(self) -> float:
        """Expected value less penalties."""
        return float(self.probability @ (self.npv - self.penalty))

    @property
    def expected_npv(self) -> float:
        """Expected value."""
        return float(self.probability @ self.npv)

    def quantile(self, q: ArrayLike) -> _F8:
        """Value that a fraction ``q`` of the probability lies at or below.

        Raises
        ------
        ModelError
            When a fraction is not between 0 and 1.
        """
        wanted = np.asarray(q, np.float64)
        if not ((wanted >= 0.0) & (wanted <= 1.0)).all():
            raise ModelError(f"a fraction {wanted} of the probability", fix="e.g. 0.1")
        return _quantile(self.npv, self.probability, wanted)

    def value_at_risk(self, alpha: float = 0.05) -> float:
        """Value that is fallen short of with no more probability than ``alpha``.

        Raises
        ------
        ModelError
            When ``alpha`` is not between 0 and 1.
        """
        return float(self.quantile(alpha))

    def expected_shortfall(self, alpha: float = 0.05) -> float:
        """Mean value of the worst ``alpha`` of the probability (conditional value at risk).

        R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk",
        Journal of Risk 2(3), 21-41, doi 10.21314/JOR.2000.038; of values, not losses.

        Raises
        ------
        ModelError
            When ``alpha`` is not above 0 and at most 1.
        """
        if not 0.0 < alpha <= 1.0:
            raise ModelError(f"the worst {alpha:g} of the probability", fix="e.g. 0.05")
        order = np.argsort(self.npv)
        odds = self.probability[order]
        taken = np.clip(alpha - (np.cumsum(odds) - odds), 0.0, odds)
        return float(taken @ self.npv[order] / taken.sum())

    def shortfall(self) -> _F8:
        """What is missing of each target, shape (g, s, t)."""
        return np.maximum(self._asked() - self.delivered, 0.0)

    def met(self) -> _F8:
        """Probability that each target is met in each period, shape (g, t)."""
        asked = self._asked()
        met = self.delivered >= asked - _ROUNDING * np.abs(asked)
        out: _F8 = np.tensordot(met, self.probability, axes=([1], [0]))
        return out

    def _asked(self) -> _F8:
        amounts = np.array([t.amount for t in self.targets], np.float64)
        return amounts.reshape(len(self.targets), 1, self.delivered.shape[2])

    def table(self) -> pd.DataFrame:
        """A row a realisation: probability, value, penalty, targets missed, limits passed."""
        import pandas as pd

        columns: dict[str, Any] = {
            "realisation": np.arange(len(self.npv)),
            "probability": self.probability,
            "npv": self.npv,
            "penalty": self.penalty,
        }
        for target, missing in zip(self.targets, self.shortfall(), strict=True):
            columns[f"{target.name} short"] = missing.sum(axis=1)
            columns[f"{target.name} periods met"] = (
                missing <= _ROUNDING * np.abs(target.amount)
            ).sum(axis=1)
        for name, over in zip(self.limits, self.broken, strict=True):
            columns[f"{name} passed by"] = over.sum(axis=1)
        for name, over in zip(self.rows, self.rows_broken, strict=True):
            columns[f"{name} passed by"] = over
        return pd.DataFrame(columns)

    def periods(self) -> pd.DataFrame:
        """A row a target and period: asked, mean, P10, P50, P90, probability met, missing."""
        import pandas as pd

        rows = []
        met, missing = self.met(), self.shortfall()
        for g, target in enumerate(self.targets):
            for t, asked in enumerate(target.amount):
                amount = self.delivered[g, :, t]
                low, middle, high = _quantile(amount, self.probability, [0.1, 0.5, 0.9])
                rows.append(
                    {
                        "target": target.name,
                        "period": t,
                        "asked": float(asked),
                        "mean": float(self.probability @ amount),
                        "p10": low,
                        "p50": middle,
                        "p90": high,
                        "probability_met": float(met[g, t]),
                        "mean_short": float(self.probability @ missing[g, :, t]),
                    }
                )
        return pd.DataFrame(rows)

    def as_dict(self, alpha: float = 0.05) -> dict[str, Any]:
        """The distribution and the periods as plain numbers for JSON."""
        low, middle, high = (float(x) for x in self.quantile([0.1, 0.5, 0.9]))
        return {
            "realisations": len(self.npv),
            "expected_npv": self.expected_npv,
            "p10": low,
            "p50": middle,
            "p90": high,
            "alpha": alpha,
            "value_at_risk": self.value_at_risk(alpha),
            "expected_shortfall": self.expected_shortfall(alpha),
            "penalty": float(self.probability @ self.penalty),
            "objective": self.objective,
            "periods": self.periods().to_dict("records"),
        }


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
    return judge.evaluation()


class _Judge:
    """One plan over all realisations."""

    def __init__(self, plan: Plan, of: Realisations, targets: tuple[Target, ...]) -> None:
        base = of.base
        n_t, s = base.n_periods, of.n
        self.plan, self.of, self.targets, self.base = plan, of, targets, base
        self.mined = np.flatnonzero(plan.period < n_t)
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
        spans = [np.arange(n_t)] if self.base.rows else [np.array([t]) for t in range(n_t)]
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

    def _demand(self, k: int, block: NDArray[np.int64], span: NDArray[np.int64]) -> Demand:
        """Limits, then targets, by period; then rows."""
        when = self.plan.period[block]
        use, lower, upper, penalty = [], [], [], []
        for limit in self.base.limits:
            taken = self.of.use(limit, k)[block]
            for t in span:
                use.append(np.where((when == t)[:, None], taken, 0.0))
                lower.append(limit.lower[t])
                upper.append(limit.upper[t])
                penalty.append(np.inf)
        for target in self.targets:
            given = target.of(k)[block]
            for t in span:
                use.append(np.where((when == t)[:, None], given, 0.0))
                lower.append(target.amount[t])
                upper.append(np.inf)
                penalty.append(0.0 if target.penalty is None else target.penalty[t])
        number = np.full(self.base.n, -1, np.int64)
        number[block] = np.arange(len(block))
        for row in self.base.rows:
            there = (number[row.block] >= 0) & (self.plan.period[row.block] == row.period)
            line = np.zeros((len(block), self.base.n_destinations))
            np.add.at(line, (number[row.block[there]], row.destination[there]), row.factor[there])
            use.append(line)
            lower.append(row.lower)
            upper.append(row.upper)
            penalty.append(np.inf)
        shape = (0, len(block), self.base.n_destinations)
        return Demand(
            np.stack(use) if use else np.zeros(shape), np.array(lower), np.array(upper),
            np.array(penalty),
        )  # fmt: skip

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


def _passed(used: _F8, lower: _F8, upper: _F8) -> _F8:
    """By how much bounds are passed, rounding left out."""
    over: _F8 = np.maximum(np.maximum(used - upper, lower - used), 0.0)
    return np.where(over <= _ROUNDING * (1.0 + np.abs(used)), 0.0, over)


def _quantile(value: _F8, probability: _F8, q: ArrayLike) -> _F8:
    order = np.argsort(value)
    reached = np.cumsum(probability[order])
    at = np.searchsorted(reached, np.asarray(q, np.float64) - 1e-12)
    out: _F8 = value[order][np.minimum(at, len(order) - 1)]
    return out
