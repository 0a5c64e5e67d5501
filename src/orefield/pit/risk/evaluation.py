"""How a plan fares over realisations: value, and what it delivers in each period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError
from orefield.pit.risk.realisations import Target

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]
ROUNDING = 1e-7
"""Share of an amount by which it may be missed, or a bound passed, and count as kept."""


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
    def kept(self) -> bool:
        """Whether every limit and row is kept in every realisation."""
        return not (self.broken.any() or self.rows_broken.any())

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
        met = self.delivered >= asked - ROUNDING * np.abs(asked)
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
                missing <= ROUNDING * np.abs(target.amount)
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


def _quantile(value: _F8, probability: _F8, q: ArrayLike) -> _F8:
    order = np.argsort(value)
    reached = np.cumsum(probability[order])
    at = np.searchsorted(reached, np.asarray(q, np.float64) - 1e-12)
    out: _F8 = value[order][np.minimum(at, len(order) - 1)]
    return out
