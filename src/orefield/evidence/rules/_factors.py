"""The factors that slips of unit leave behind, and what each slip is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from orefield.core.units import LB_KG, TROY_OZ_G

_KG_PER_T = 1e3


@dataclass(frozen=True, slots=True)
class Slip:
    """A known way to be off by a factor.

    Attributes
    ----------
    factor : float
        How many times too large; its inverse is the slip the other way.
    words : str
        What was probably written for what.
    masses, fractions : bool
        Whether masses and flows, or fractions, can slip so.
    """

    factor: float
    words: str
    masses: bool = True
    fractions: bool = False


SLIPS = (
    Slip(1e3, "a factor of 1,000: t, kt and Mt, or kg and t, mistaken for one another"),
    Slip(1e6, "a factor of a million: t mistaken for Mt"),
    Slip(1e4, "a factor of 10,000: 万 dropped or doubled (or g/t mistaken for %)", fractions=True),
    Slip(1e8, "a factor of 100,000,000: 亿 dropped or doubled"),
    Slip(1e5, "a factor of 100,000: a multiplier such as lakh, or 万 and a decimal place"),
    Slip(365.0, "a factor of 365: tonnes a day mistaken for tonnes a year"),
    Slip(330.0, "a factor of 330 working days: tonnes a day mistaken for tonnes a year"),
    Slip(_KG_PER_T / LB_KG, "a factor of 2,204.6: pounds mistaken for tonnes"),
    Slip(1e6 / TROY_OZ_G, "a factor of 32,150.7: troy ounces mistaken for tonnes"),
    Slip(_KG_PER_T / TROY_OZ_G, "a factor of 32.15: thousands of troy ounces mistaken for tonnes"),
    Slip(100.0, "a factor of 100: % mistaken for a fraction", fractions=True),
    Slip(10.0, "a factor of 10: a decimal place, or 万 read as 100,000 or 1,000", fractions=True),
)
"""Slips, the most telling first where two are close."""


OUNCES = frozenset({1e6 / TROY_OZ_G, _KG_PER_T / TROY_OZ_G})
"""Factors of ounces for tonnes, and of thousands of ounces for tonnes."""


def slip_of(ratio: float, *, masses: bool, within: float) -> Slip | None:
    """The slip whose factor a ratio is, either way up; None where it is none.

    Parameters
    ----------
    ratio : float
        Of two positive numbers.
    masses : bool
        Whether they are masses or flows of mass; else fractions.
    within : float
        Largest relative distance from the factor.
    """
    if not ratio > 0.0 or math.isinf(ratio):
        return None
    up = max(ratio, 1.0 / ratio)
    fits = [
        (abs(math.log(up / slip.factor)), slip)
        for slip in SLIPS
        if (slip.masses if masses else slip.fractions)
    ]
    distance, slip = min(fits, key=lambda fit: fit[0])
    return slip if distance <= math.log1p(within) else None
