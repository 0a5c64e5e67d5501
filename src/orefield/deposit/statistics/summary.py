"""Weighted statistics of one value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class Summary:
    """Statistics of values, each with a weight.

    Attributes
    ----------
    count, missing : int
        Values used, and samples without one.
    mean, variance, deviation : float
        Of the weighted distribution; the variance is over the sum of weights.
    cv : float
        Deviation over mean; NaN for a mean of zero.
    skewness : float
        NaN where nothing varies.
    least, largest : float
    quantiles : dict of float to float
        By share of weight.
    negative, zero : int
        Values below, and at, zero.
    """

    count: int
    missing: int
    mean: float
    variance: float
    cv: float
    skewness: float
    least: float
    largest: float
    quantiles: dict[float, float]
    negative: int
    zero: int

    @property
    def deviation(self) -> float:
        """Root of the variance."""
        return math.sqrt(self.variance)


def summarise(values: _F8, weights: _F8 | None = None) -> Summary:
    """Weighted statistics.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where not measured: left out, and counted.
    weights : ndarray of shape (n,), optional
        Lengths, declustering weights or their product; not negative.

    Raises
    ------
    ModelError
        When no value is left, or weights are negative or add up to nothing.
    """
    v, w = known(values, weights)
    mean = float(np.average(v, weights=w))
    left = v - mean
    variance = float(np.average(left**2, weights=w))
    spread = math.sqrt(variance)
    some = spread > 1e-12 * max(abs(mean), float(np.abs(v).max()), 1e-300)
    return Summary(
        count=len(v),
        missing=len(values) - len(v),
        mean=mean,
        variance=variance,
        cv=spread / mean if mean != 0 else math.nan,
        skewness=float(np.average(left**3, weights=w)) / spread**3 if some else math.nan,
        least=float(v.min()),
        largest=float(v.max()),
        quantiles=dict(zip(QUANTILES, quantiles(v, QUANTILES, w).tolist(), strict=True)),
        negative=int((v < 0).sum()),
        zero=int((v == 0).sum()),
    )


def quantiles(values: _F8, shares: tuple[float, ...] | _F8, weights: _F8 | None = None) -> _F8:
    """Values below which a share of the weight lies, shape of ``shares``.

    Between values it is linear in the share, each value standing at the middle of its own
    weight (Hazen's positions, with weights).
    """
    v, w = known(values, weights)
    order = np.argsort(v, kind="stable")
    at = np.cumsum(w[order]) - 0.5 * w[order]
    return np.asarray(np.interp(np.asarray(shares) * w.sum(), at, v[order]))


def cumulative(values: _F8, weights: _F8 | None = None) -> tuple[_F8, _F8]:
    """Values in order, and the share of weight up to the middle of each; both (n,)."""
    v, w = known(values, weights)
    order = np.argsort(v, kind="stable")
    share = (np.cumsum(w[order]) - 0.5 * w[order]) / w.sum()
    return v[order], share


def histogram(
    values: _F8, weights: _F8 | None = None, *, bins: int = 30, logarithmic: bool = False
) -> tuple[_F8, _F8]:
    """Edges (bins + 1,) and the share of weight in each (bins,).

    Parameters
    ----------
    values, weights
        As :func:`summarise`.
    bins : int
        Of equal width, from the least to the largest value.
    logarithmic : bool
        Equal widths of logarithms; values at or below zero are then left out of the shares.

    Raises
    ------
    ModelError
        For no bin, or no value above zero where logarithms are asked for.
    """
    if not 1 <= bins <= 10_000:
        raise ModelError(f"{bins} bins of a histogram", fix="give 1 to 10,000")
    v, w = known(values, weights)
    total = w.sum()
    if logarithmic:
        v, w = v[v > 0], w[v > 0]
        if not len(v):
            raise ModelError("no value is above zero: none has a logarithm")
        low, high = math.log(v.min()), math.log(v.max())
        edges = np.exp(np.linspace(low, high if high > low else low + 1.0, bins + 1))
        edges[0], edges[-1] = v.min(), max(v.max(), edges[-1])
    else:
        low, high = float(v.min()), float(v.max())
        edges = np.linspace(low, high if high > low else low + max(abs(low), 1.0), bins + 1)
    share = np.histogram(v, edges, weights=w)[0] / total
    return edges, np.asarray(share)


def known(values: _F8, weights: _F8 | None) -> tuple[_F8, _F8]:
    """Values that were measured, with their weights.

    Raises
    ------
    ModelError
        As :func:`summarise`.
    """
    v = np.asarray(values, dtype=np.float64)
    w = np.ones(len(v)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != v.shape:
        raise ModelError(f"{len(v):,} values have weights of shape {w.shape}")
    use = ~np.isnan(v)
    v, w = v[use], w[use]
    if not len(v):
        raise ModelError("no value to describe: none was measured")
    if not (np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0):
        raise ModelError("weights are negative, not finite or all zero")
    return v, w
