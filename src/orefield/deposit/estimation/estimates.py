"""What an estimation gives: an estimate a place, how good it is, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

STATUS = (
    "estimated",
    "too few samples in the search",
    "estimated; redundant samples left out",
    "the model is not positive definite here",
    "the drift cannot be told from these samples",
    "outside every domain",
)
"""What ``Estimates.status`` means. Only 0 and 2 have an estimate.

A sample is *redundant* where the others leave less than 1e-10 of its variance open: a Gaussian
model without nugget, or samples very close together. Leaving it out changes nothing that the
data could tell, and keeps the weights sound.
"""

TOO_FEW, REDUNDANT, INDEFINITE, NO_DRIFT, NO_DOMAIN = 1, 2, 3, 4, 5


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates at m places. Where ``passes`` is 0 there is none, and the numbers are NaN.

    Attributes
    ----------
    values : ndarray of shape (m, v)
        A column for each estimated value; mostly one.
    variance : ndarray of shape (m,)
        Estimation variance; NaN for methods that have none.
    support : ndarray of shape (m,)
        Variance of the place itself: the sill at points, less within blocks.
    slope : ndarray of shape (m,)
        Slope of the regression of the true on the estimated grade, by the model; 1 where the
        estimate is conditionally unbiased.
    lagrange : ndarray of shape (m,)
        First multiplier nu of ``K w + nu = k`` (ordinary kriging); 0 without constraint.
    negative : ndarray of shape (m,)
        Sum of the negative weights.
    samples, holes : ndarray of shape (m,), int32
        Neighbours, and the holes they are from.
    distance_m, nearest_m : ndarray of shape (m,)
        Mean and least distance of neighbours (m, not in ranges).
    passes : ndarray of shape (m,), int8
        Search pass that made the estimate, from 1; 0 for none.
    status : ndarray of shape (m,), int8
        Index into :data:`STATUS`.
    """

    values: NDArray[np.float64]
    variance: NDArray[np.float64]
    support: NDArray[np.float64]
    slope: NDArray[np.float64]
    lagrange: NDArray[np.float64]
    negative: NDArray[np.float64]
    samples: NDArray[np.int32]
    holes: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    nearest_m: NDArray[np.float64]
    passes: NDArray[np.int8]
    status: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.passes)

    @property
    def value(self) -> NDArray[np.float64]:
        """The first, mostly the only, value: (m,)."""
        return self.values[:, 0]

    @property
    def estimated(self) -> NDArray[np.bool_]:
        """Places that have an estimate."""
        return np.asarray(self.passes > 0)

    @property
    def efficiency(self) -> NDArray[np.float64]:
        """Kriging efficiency, (support - variance) / support: 1 is perfect, below 0 is poor.

        NaN where the support has no variance (blocks of a pure nugget): there is none to explain.
        """
        varies = self.support > 0
        return np.where(
            varies, (self.support - self.variance) / np.where(varies, self.support, 1.0), np.nan
        )

    @classmethod
    def empty(cls, places: int, columns: int = 1) -> Estimates:
        """No estimate anywhere yet."""

        def unknown() -> NDArray[np.float64]:
            return np.full(places, np.nan)

        return cls(
            values=np.full((places, columns), np.nan),
            variance=unknown(), support=unknown(), slope=unknown(), lagrange=unknown(),
            negative=unknown(), samples=np.zeros(places, np.int32),
            holes=np.zeros(places, np.int32), distance_m=unknown(), nearest_m=unknown(),
            passes=np.zeros(places, np.int8), status=np.full(places, TOO_FEW, np.int8),
        )  # fmt: skip

    def put(self, at: NDArray[np.integer] | slice, part: Estimates) -> None:
        """Write estimates of some places."""
        for item in fields(self):
            getattr(self, item.name)[at] = getattr(part, item.name)

    def take(self, at: NDArray[np.integer] | NDArray[np.bool_]) -> Estimates:
        """Estimates of some places."""
        return Estimates(*(getattr(self, item.name)[at] for item in fields(self)))

    @classmethod
    def joined(cls, parts: Iterable[Estimates]) -> Estimates:
        """Parts one after another."""
        listed = list(parts)
        return cls(
            *(np.concatenate([getattr(p, item.name) for p in listed]) for item in fields(cls))
        )
