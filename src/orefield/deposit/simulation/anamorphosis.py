"""Change of support: the discrete Gaussian model, by Hermite polynomials.

After Matheron (1976, "Forecasting block grade distributions: the transfer functions"), as told by
Rivoirard (Introduction to Disjunctive Kriging and Non-Linear Geostatistics, 1994) and Chiles and
Delfiner (Geostatistics, 2012, chapter 6); from memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

TERMS = 100
_GRID = np.linspace(-6.0, 6.0, 4801)


def hermite(scores: _F8, terms: int) -> _F8:
    """Normalised Hermite polynomials of degree 0 to ``terms`` - 1, shape (terms, k).

    ``H1(y) = -y``; mean 0 and variance 1 under the standard normal, without correlation.
    """
    y = np.asarray(scores, dtype=np.float64)
    out = np.empty((terms, y.size))
    out[0] = 1.0
    if terms > 1:
        out[1] = -y
    for n in range(1, terms - 1):
        out[n + 1] = -(y * out[n] + math.sqrt(n) * out[n - 1]) / math.sqrt(n + 1)
    return out


@dataclass(frozen=True, eq=False)
class Anamorphosis:
    """Grades of points and blocks as functions of a standard normal variable.

    Build it with :meth:`fit`.

    Attributes
    ----------
    coefficients : ndarray of shape (terms,)
        Of normalised Hermite polynomials; the first is the mean, the squares of the others add
        up to the variance (short of what further terms would add).
    least, greatest : float
        Grades of points stay within.
    """

    coefficients: _F8
    least: float
    greatest: float

    @classmethod
    def fit(cls, values: _F8, weights: _F8 | None = None, terms: int = TERMS) -> Anamorphosis:
        """The expansion of the distribution of point values.

        Parameters
        ----------
        values : ndarray of shape (m,)
            Finite.
        weights : ndarray of shape (m,), optional
            Declustering weights, positive.
        terms : int
            Polynomials, 3 to 1000.

        Raises
        ------
        ModelError
            When all values are equal, one is not finite, a weight is not positive, or the number
            of terms is out of range.
        """
        data = np.asarray(values, dtype=np.float64)
        share = np.ones(data.size) if weights is None else np.asarray(weights, dtype=np.float64)
        if not 3 <= terms <= 1000:
            raise ModelError(f"{terms} Hermite polynomials", fix="use 3 to 1000")
        if data.ndim != 1 or data.size < 2 or not np.isfinite(data).all():
            raise ModelError("values are too few or not finite", fix="give two finite ones or more")
        if share.shape != data.shape or not (np.isfinite(share) & (share > 0)).all():
            raise ModelError("a weight is not positive", fix="give a positive weight for each")
        if data.min() == data.max():
            raise ModelError(f"all values are {data[0]:g}", fix="a constant has no support effect")
        order = np.argsort(data, kind="stable")
        z = data[order]
        below = np.cumsum(share[order])[:-1] / share.sum()
        at = special.ndtri(below)
        density = np.exp(-0.5 * at**2) / math.sqrt(2.0 * math.pi)
        found = np.empty(terms)
        found[0] = np.average(z, weights=share[order])
        # the step function's coefficients, exactly: steps times the integrals of polynomials
        step = (z[:-1] - z[1:]) * density
        found[1:] = (hermite(at, terms - 1) @ step) / np.sqrt(np.arange(1, terms))
        return cls(found, float(z[0]), float(z[-1]))

    @property
    def mean(self) -> float:
        """Of points and of blocks."""
        return float(self.coefficients[0])

    @property
    def variance(self) -> float:
        """Of points."""
        return self.block_variance(1.0)

    def block_variance(self, support: float) -> float:
        """Variance of blocks of a support coefficient."""
        n = np.arange(1, len(self.coefficients))
        return float((self.coefficients[1:] ** 2 * support ** (2 * n)).sum())

    def support(self, share: float) -> float:
        """The support coefficient of blocks with that share of the points' variance.

        Raises
        ------
        ModelError
            When the share is not between 0 and 1.
        """
        if not 0.0 < share <= 1.0:
            raise ModelError(
                f"blocks have {share:.4g} of the variance of points",
                fix="a share is more than 0 and at most 1",
            )
        if share == 1.0:
            return 1.0
        wanted = share * self.variance
        return float(optimize.brentq(lambda r: self.block_variance(r) - wanted, 0.0, 1.0))

    def grades(self, scores: _F8, support: float = 1.0) -> _F8:
        """Grades of points, or of blocks of a support coefficient, at scores (any shape).

        A truncated series oscillates far from the middle; it is made monotone (its running
        maximum above the median, minimum below) and kept within the values of the data.
        """
        y = np.asarray(scores, dtype=np.float64)
        return np.asarray(np.interp(y, _GRID, self._table(support)))

    def score(self, grade: float, support: float = 1.0) -> float:
        """The score above which grades are ``grade`` or more; infinite where none are, or all."""
        table = self._table(support)
        at = int(np.searchsorted(table, grade, side="left"))
        if at == 0:
            return -math.inf
        if at == table.size:
            return math.inf
        part = (grade - table[at - 1]) / (table[at] - table[at - 1])
        return float(_GRID[at - 1] + part * (_GRID[at] - _GRID[at - 1]))

    def recovered(self, cutoff: float, support: float = 1.0) -> tuple[float, float]:
        """Tonnage and metal above a cut-off: shares of all tonnes, and grade times that share.

        Metal over tonnage is the mean grade above the cut-off.
        """
        at = self.score(cutoff, support)
        if math.isinf(at):
            return (1.0, self.mean) if at < 0 else (0.0, 0.0)
        tonnage = float(special.ndtr(-at))
        density = math.exp(-0.5 * at**2) / math.sqrt(2.0 * math.pi)
        n = np.arange(1, len(self.coefficients))
        terms = self.coefficients[1:] * support**n / np.sqrt(n)
        tail = float((terms * hermite(np.array([at]), len(terms))[:, 0]).sum()) * density
        return tonnage, self.mean * tonnage - tail

    def _table(self, support: float) -> _F8:
        n = np.arange(len(self.coefficients))
        raw = (self.coefficients * support**n) @ hermite(_GRID, len(n))
        middle = _GRID.size // 2
        raw[middle:] = np.maximum.accumulate(raw[middle:])
        raw[middle::-1] = np.minimum.accumulate(raw[middle::-1])
        return np.asarray(np.clip(raw, self.least, self.greatest))
