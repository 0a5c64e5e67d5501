"""How exact a number is, from the digits that it is written with."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Qualifier
from orefield.evidence.words.qualifiers import Hedge, parse_qualifier
from orefield.evidence.words.units_written import UnitWritten

_EXACT = frozenset({Quantity.COUNT, Quantity.RANK, Quantity.EVENT, Quantity.FLAG})
_CALENDAR = frozenset({"year", "date", "month"})
_PARTS = frozenset({Quantity.SHARE, Quantity.OWNERSHIP, Quantity.RATE, Quantity.RECOVERY})

LOOSE = 0.025
"""Trailing zeros count as rounding up to this share of the value: 150 is 150 give or take 4."""


def rounding_half_width(value: float) -> float:
    """Half the place value of the last digit that a number states.

    A decimal's last digit counts ("1.20" in a table of floats is 1.2). Trailing zeros of a whole
    number may be rounding or not: they widen it, at least by half a unit and at most by
    :data:`LOOSE` of the value.
    """
    if value == 0.0 or not math.isfinite(value):
        return 0.5
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    half = 0.5 * 10.0**exponent
    if exponent <= 0:
        return half
    return max(0.5, min(half, LOOSE * abs(value)))


def stated_numbers(
    row: LooseRow, hedge: Hedge, unit: UnitWritten, quantity: Quantity
) -> tuple[float | None, float | None, float]:
    """Low, high and rounding half-width in base units; None where no number is meant."""
    factor = unit.factor
    if row.low is None and row.high is None:
        return None, None, 0.0
    if hedge.vague or not unit.known:
        return None, None, 0.0
    low = row.low if row.low is not None else row.high
    high = row.high if row.high is not None else row.low
    assert low is not None
    assert high is not None
    low, high = min(low, high), max(low, high)
    half = 0.0 if quantity in _EXACT or unit.base in _CALENDAR else rounding_half_width(low)
    decimals = re.fullmatch(r"\s*\d+\.(\d+)\s*", row.written)
    if decimals:
        half = min(half, 0.5 * 10.0 ** -len(decimals[1]))
    stated = row.cells.get("rounding", "")
    if stated and re.fullmatch(r"[0-9.]+(?:[eE][+-]?\d+)?", stated):
        half = 0.5 * float(stated)
        if half > 0.5:
            half = max(0.5, min(half, LOOSE * abs(low)))
    if high != low:
        half = min(half, rounding_half_width(high)) if high else half
    if unit.rest == "times":
        half = 0.0
    low, high, half = low * factor, high * factor, half * abs(factor)
    if quantity is Quantity.RANK and hedge.one_of:
        return low, math.inf, 0.0
    qualifier = hedge.qualifier
    if row.low is None and row.high is not None:
        qualifier = Qualifier.AT_MOST
    if qualifier is Qualifier.AT_LEAST and low == high:
        return low, max(low, 1.0) if quantity in _PARTS else math.inf, half
    if qualifier is Qualifier.AT_MOST and low == high:
        return 0.0 if low >= 0.0 else -math.inf, high, half
    return low, high, half


def shown(row: LooseRow) -> str:
    def text(value: float) -> str:
        return f"{value:.10g}"

    if row.low is None and row.high is None:
        return row.unit
    low = row.low if row.low is not None else row.high
    assert low is not None
    number = text(low)
    if row.high is not None and row.high != low:
        number += f"-{text(row.high)}"
    sign = {Qualifier.AT_LEAST: "> ", Qualifier.AT_MOST: "<= ", Qualifier.ABOUT: "~ "}
    return f"{sign.get(parse_qualifier(row.qualifier).qualifier, '')}{number} {row.unit}".strip()
