"""What a smaller variance is worth: concave in the variance taken from each sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Utility:
    """``U(r) = sum over c and q of weight[c, q] min(r[q], cap[c, q])``.

    ``r`` is the variance taken from each sum. Concave and rising: that is what makes the bound of
    :mod:`orefield.deposit.drilling.bound` one.

    Parameters
    ----------
    weights, caps : ndarray of shape (c, q)
        Not negative; caps may be infinite.

    Raises
    ------
    ModelError
        When nothing can be gained.
    """

    weights: _F8
    caps: _F8

    def __post_init__(self) -> None:
        if self.weights.shape != self.caps.shape or self.weights.ndim != 2:
            raise ModelError(f"weights {self.weights.shape}, caps {self.caps.shape}")
        if not (np.isfinite(self.weights).all() and (self.weights >= 0).all()):
            raise ModelError("a weight of the objective is negative or not finite")
        if not ((self.weights > 0) & (self.caps > 0)).any():
            raise ModelError(
                "there is nothing to gain: every threshold is met already",
                fix="set tighter thresholds, or another region",
            )

    @classmethod
    def variance(cls, sums: int) -> Utility:
        """The sum of the variances taken."""
        return cls(np.ones((1, sums)), np.full((1, sums), np.inf))

    @classmethod
    def thresholds(cls, start: _F8, variances: _F8, tonnes: _F8) -> Utility:
        """Tonnes brought to thresholds, counted in proportion on the way there.

        Parameters
        ----------
        start : ndarray of shape (q,)
            Variances of volumes now.
        variances : ndarray of shape (c, q)
            Thresholds; a volume at or below one has passed it.
        tonnes : ndarray of shape (q,)
            Of volumes.
        """
        caps = np.maximum(start - variances, 0.0)
        weights = np.divide(tonnes, caps, out=np.zeros_like(caps), where=caps > 0)
        return cls(weights, caps)

    def value(self, taken: _F8) -> _F8:
        """``U`` of variances taken, shape (..., q) -> (...)."""
        out = np.zeros(np.shape(taken)[:-1])
        for weights, caps in zip(self.weights, self.caps, strict=True):
            out += np.minimum(taken, caps) @ weights
        return out

    def slopes(self, taken: _F8) -> _F8:
        """A supergradient of ``U`` at variances taken, shape (q,)."""
        return np.asarray((self.weights * (taken < self.caps)).sum(axis=0))

    def most(self, start: _F8) -> float:
        """``U`` if everything were known."""
        return float(self.value(start))
