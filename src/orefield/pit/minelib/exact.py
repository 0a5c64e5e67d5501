"""Values as whole numbers: exactly where decimals allow, else with a bound on what is lost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import ModelError

_MOST = 2**62
_EXACT_DOUBLE = 2**53
_MOST_DECIMALS = 15
_FEW_DIGITS = 2.0**-1000


@dataclass(frozen=True)
class ExactUnits:
    """Values as whole numbers of a unit.

    Attributes
    ----------
    whole : int64 array, shape (n,)
        Their sizes add up to less than 2**62.
    unit : Fraction
        Value of one.
    lost : float
        What the value of no set of blocks exceeds its whole numbers by; 0 when they are exact.
    """

    whole: NDArray[np.int64]
    unit: Fraction
    lost: float

    def value(self, mask: NDArray[np.bool_]) -> float:
        """Value of the blocks of a mask, shape (n,), as their whole numbers give it."""
        return float(int(self.whole[mask].sum()) * self.unit)


def exact_units(value: ArrayLike) -> ExactUnits:
    """Count values, shape (n,), in the largest power of ten that makes all of them whole.

    A double stands for the shortest decimal number that is read as it. Where no power of ten
    serves within 62 bits, values are rounded to the smallest power of two that does, and
    what rounding can hide is added up.

    Raises
    ------
    ModelError
        When a value is not finite.
    """
    given = np.asarray(value, np.float64)
    if not np.isfinite(given).all():
        raise ModelError(
            "block value is not finite", where=f"block {int(np.argmin(np.isfinite(given)))}"
        )
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = np.rint(given * 10.0**decimals)
        size = np.abs(scaled)
        if size.max(initial=0.0) > _EXACT_DOUBLE or size.sum() >= _MOST / 2:
            break
        if (scaled / 10.0**decimals == given).all():
            return ExactUnits(scaled.astype(np.int64), Fraction(1, 10**decimals), 0.0)
    return _in_halves(given)


def _in_halves(given: NDArray[np.float64]) -> ExactUnits:
    # in units of the largest value's power of two, where no sum can overflow
    mantissa, exponent = np.frexp(given)
    largest = int(exponent.max())
    total = math.fsum(np.ldexp(np.abs(mantissa), exponent - largest).tolist())
    top = largest + math.ceil(math.log2(total)) - 61
    scaled = np.ldexp(mantissa, exponent - top)
    whole = np.rint(scaled)
    unit = Fraction(2) ** top
    if (scaled == whole).all() and ((whole != 0) | (given == 0)).all():
        return ExactUnits(whole.astype(np.int64), unit, 0.0)
    # What rounding took away, where it took; a hair more for the rounding of this sum itself,
    # and something for each value so small that scaling leaves it few digits.
    gains = math.fsum(np.maximum(scaled - whole, 0.0).tolist()) * (1 + 1e-12)
    gains += len(given) * _FEW_DIGITS
    return ExactUnits(whole.astype(np.int64), unit, float(Fraction(gains) * unit) * (1 + 1e-12))
