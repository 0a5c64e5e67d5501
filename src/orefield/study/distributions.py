"""Stated distributions: how a range becomes draws.

============  ==================================================================
name          what ``low`` and ``high`` mean
============  ==================================================================
fixed         nothing: the value is certain enough to be left alone
uniform       the bounds
triangular    the bounds; the value is the mode
normal        the 5th and 95th percentile; the value is the median (and the mean,
              where both lie equally far from it)
lognormal     the 5th and 95th percentile; the value is the median
============  ==================================================================

Normal draws are cut at half the width of the range outside the percentiles, so that a
tail does not run on into the impossible (a negative price, a recovery above one).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from orefield.core.errors import EvidenceError

NAMES = ("fixed", "uniform", "triangular", "normal", "lognormal")

_Z95 = 1.6448536269514722


def check(name: str, value: float, low: float, high: float, where: str) -> None:
    """Refuse a range that cannot be.

    Raises
    ------
    EvidenceError
        When the name is unknown, a number is not finite, ``low <= value <= high`` does
        not hold (for a fixed value too: a range that is only shown must be true as well),
        or a lognormal touches zero.
    """
    if name not in NAMES:
        raise EvidenceError(
            f"unknown distribution '{name}'", where=where, fix=f"use one of {', '.join(NAMES)}"
        )
    if not all(math.isfinite(v) for v in (value, low, high)):
        raise EvidenceError(
            "a value or its range is not finite", where=where, fix="give plain numbers"
        )
    if not low <= value <= high:
        raise EvidenceError(
            f"value {value:g} lies outside its range {low:g} to {high:g}",
            where=where,
            fix="give low <= value <= high",
        )
    if name == "lognormal" and low <= 0:
        raise EvidenceError(
            "a lognormal range must be positive", where=where, fix="use normal or triangular"
        )


def quantile(name: str, value: float, low: float, high: float, u: ArrayLike) -> NDArray[np.float64]:
    """Inverse distribution function at probabilities ``u`` in (0, 1), any shape."""
    p = np.asarray(u, dtype=np.float64)
    if name == "fixed" or low == high:
        return np.full(p.shape, value)
    if name == "uniform":
        return low + (high - low) * p
    if name == "triangular":
        split = (value - low) / (high - low)
        left = low + np.sqrt(p * (high - low) * max(value - low, 0.0))
        right = high - np.sqrt((1 - p) * (high - low) * max(high - value, 0.0))
        return np.where(p < split, left, right)
    z = ndtri(p)
    if name == "normal":
        # the two halves may differ: a range stated lopsided stays lopsided
        sd = np.where(z < 0, (value - low) / _Z95, (high - value) / _Z95)
        reach = 0.5 * (high - low)
        return np.clip(value + sd * z, low - reach, high + reach)
    spread = np.where(z < 0, math.log(value / low), math.log(high / value)) / _Z95
    out: NDArray[np.float64] = value * np.exp(spread * z)
    return out
