"""Values as variograms may take them: normal scores and indicators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]


def normal_scores(values: _F8, weights: _F8 | None = None) -> _F8:
    """Standard normal values in the order of the values; equal values get equal scores.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where not measured; NaN it stays.
    weights : ndarray of shape (n,), optional
        Declustering weights, not negative.

    Returns
    -------
    ndarray of shape (n,)
        The normal quantile of the share of weight below, and half of that at, each value.

    Raises
    ------
    ModelError
        For weights that do not fit or are negative.
    """
    values = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != values.shape or not ((weight >= 0) & np.isfinite(weight)).all():
        raise ModelError("weights of normal scores are negative, not finite, or not one a value")
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if known.size == 0:
        return out
    _, group = np.unique(values[known], return_inverse=True)
    total = np.bincount(group, weights=weight[known])
    if total.sum() <= 0:
        raise ModelError("weights of normal scores add up to nothing")
    below = np.cumsum(total) - 0.5 * total
    # only a value of no weight at either end would be infinitely far out: it goes as far as
    # half the least weight
    least = 0.5 * float(total[total > 0].min()) / float(total.sum())
    share = np.clip(below / total.sum(), least, 1.0 - least)
    out[known] = special.ndtri(share)[group]
    return out


def indicator(values: _F8, threshold: float) -> _F8:
    """1 where a value is at or below the threshold, 0 above, NaN where not measured; (n,)."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isnan(values), np.nan, (values <= threshold).astype(np.float64))
