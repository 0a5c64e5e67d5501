"""Rounding that keeps sums: what is printed adds up, and no figure is off by a unit or more."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError


def rounded_parts(parts: ArrayLike, unit: float) -> NDArray[np.float64]:
    """Parts as whole units whose sum is the rounded sum (largest remainders).

    Parameters
    ----------
    parts : array_like of shape (k,)
        Zero or more.
    unit : float
        Least step printed.

    Returns
    -------
    ndarray of shape (k,)
        Each less than one unit from its part; multiples of ``unit`` whose sum is the sum of
        parts to the nearest unit.

    Raises
    ------
    ModelError
        For a unit that is not positive, or parts that are negative or not finite.
    """
    values = np.asarray(parts, dtype=np.float64)
    if not (math.isfinite(unit) and unit > 0):
        raise ModelError(f"figures rounded to {unit:g}", fix="give a positive unit")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ModelError("a part of a statement is negative or not finite")
    steps = values / unit
    # what is a whole number but for the last digit is that number
    whole = np.where(np.abs(steps - np.rint(steps)) < 1e-9, np.rint(steps), np.floor(steps))
    total = math.floor(math.fsum(steps) + 0.5 + 1e-9)
    missing = int(total - whole.sum())
    if missing > 0:
        order = np.argsort(-(steps - whole), kind="stable")
        whole[order[:missing]] += 1
    return np.asarray(whole * unit)


def unit_for(values: Sequence[float], digits: int = 3) -> float:
    """The power of ten that leaves ``digits`` significant figures of the largest value.

    Raises
    ------
    ModelError
        For less than one digit.
    """
    if digits < 1:
        raise ModelError(f"{digits} significant figures", fix="ask for one or more")
    largest = max((v for v in values if math.isfinite(v)), default=0.0)
    if largest <= 0:
        return 1.0
    return float(10.0 ** (math.floor(math.log10(largest)) - digits + 1))
