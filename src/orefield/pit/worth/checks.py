"""What every part of an economy is held to when it is built: finite, in range, known by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from orefield.core import ModelError, UnitError, units
from orefield.core.sections import hint

_NUMBERS = (int, float, np.integer, np.floating)
_GRADES = {
    "fraction": 1.0,
    "t/t": 1.0,
    "%": 1e-2,
    "pct": 1e-2,
    "kg/t": 1e-3,
    "kgt": 1e-3,
    "g/t": 1e-6,
    "gpt": 1e-6,
    "ppm": 1e-6,
    "ppb": 1e-9,
}


def grade_factor(unit: str, where: str) -> float:
    """Mass fraction of one ``unit`` of grade: 0.01 for ``%``, 1e-6 for ``g/t``.

    Raises
    ------
    UnitError
        When the unit is not one of fraction, t/t, %, pct, kg/t, kgt, g/t, gpt, ppm, ppb.
    """
    try:
        return _GRADES[unit]
    except KeyError:
        raise UnitError(
            f"'{unit}' is not a unit of grade", where=where, fix=hint(unit, _GRADES)
        ) from None


def price_factor(unit: str, where: str) -> float:
    """USD per tonne in one ``unit`` of price (USD/t, USD/kg, USD/lb, c/lb, USD/ozt).

    Raises
    ------
    UnitError
        When the unit is unknown or no price by mass.
    """
    try:
        return units.factor(unit, "USD/t")
    except UnitError as error:
        raise UnitError(
            error.what, where=where, fix="give a price: USD/t, USD/kg, USD/lb, c/lb or USD/ozt"
        ) from None


def finite(value: float, where: str, low: float = -math.inf, high: float = math.inf) -> float:
    """``value`` when it is a finite number from ``low`` to ``high``.

    Raises
    ------
    ModelError
        Otherwise, saying the range.
    """
    if isinstance(value, bool) or not isinstance(value, _NUMBERS) or not math.isfinite(value):
        raise ModelError(f"{value!r} is not a finite number", where=where, fix="give a number")
    if not low <= value <= high:
        bounds = f"from {low:g} to {high:g}" if high < math.inf else f"of {low:g} or more"
        raise ModelError(f"{value:g} is out of range", where=where, fix=f"give a number {bounds}")
    return float(value)


def share(value: float, where: str) -> float:
    """``value`` when it is a fraction from 0 to 1.

    Raises
    ------
    ModelError
        Otherwise.
    """
    fraction = finite(value, where)
    if not 0.0 <= fraction <= 1.0:
        raise ModelError(
            f"{value:g} is no fraction from 0 to 1", where=where, fix="give a fraction, not percent"
        )
    return fraction


def points(
    table: Iterable[tuple[float, float]], where: str, low: float = -math.inf
) -> tuple[tuple[float, float], ...]:
    """A table of (x, y) whose x rise strictly and whose y are ``low`` or more.

    Raises
    ------
    ModelError
        When the table is empty, a row is not a pair, x does not rise, or a number is not finite
        or out of range.
    """
    try:
        rows = tuple((x, y) for x, y in table)
    except (TypeError, ValueError):
        raise ModelError("a table is a list of pairs", where=where, fix="[[x, y], ...]") from None
    if not rows:
        raise ModelError("the table is empty", where=where, fix="give at least one pair")
    rows = tuple((finite(x, where), finite(y, where, low)) for x, y in rows)
    if any(b[0] <= a[0] for a, b in pairwise(rows)):
        raise ModelError("the table's first column does not rise", where=where, fix="sort it")
    return rows


def known(word: str, words: Iterable[str], what: str, where: str) -> str:
    """``word`` when it is among ``words``.

    Raises
    ------
    ModelError
        Otherwise, naming the nearest.
    """
    names = list(words)
    if word not in names:
        raise ModelError(f"there is no {what} '{word}'", where=where, fix=hint(word, names))
    return word


def unique(names: Iterable[str], what: str, where: str = "") -> None:
    """Refuse a name that is empty or comes twice.

    Raises
    ------
    ModelError
        Naming it.
    """
    seen: set[str] = set()
    for name in names:
        if not name:
            raise ModelError(f"a {what} has no name", where=where, fix="name it")
        if name in seen:
            raise ModelError(
                f"a second {what} is called '{name}'", where=where, fix="rename one of them"
            )
        seen.add(name)
