"""Numbers as text: the unit they are shown in, sensible digits, thousands separators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orefield.core.errors import UnitError

NBSP = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a quantity is shown.

    Attributes
    ----------
    unit : str
        Unit of the results.
    factor : float
        Results are divided by it.
    label : str
        Unit as printed; empty for pure numbers.
    decimals : int or None
        Fixed decimals, or None for three significant digits.
    """

    unit: str
    factor: float
    label: str
    decimals: int | None = None


SHOWN: Mapping[str, Shown] = MappingProxyType(
    {
        "pct": Shown("1", 0.01, "%", 1),
        "pct0": Shown("1", 0.01, "%", 0),
        "share": Shown("1", 1.0, ""),
        "ratio": Shown("1", 1.0, "", 2),
        "grade": Shown("%", 1.0, "%", 2),
        "cutoff": Shown("%", 1.0, "%", 2),
        "gpt": Shown("g/t", 1.0, "g/t", 2),
        "t": Shown("t", 1.0, "t"),
        "kt": Shown("t", 1e3, "kt"),
        "Mt": Shown("t", 1e6, "Mt"),
        "Mt1": Shown("t", 1e6, "Mt", 1),
        "Mt2": Shown("t", 1e6, "Mt", 2),
        "Mm3": Shown("m3", 1e6, "Mm³"),
        "GWh": Shown("kWh", 1e6, "GWh"),
        "ML": Shown("L", 1e6, "ML"),
        "km2": Shown("m2", 1e6, "km²"),
        "bn": Shown("USD", 1e9, "bn USD", 2),
        "count": Shown("count", 1.0, "", 0),
        "years": Shown("y", 1.0, "y", 0),
        "m3s": Shown("m3/s", 1.0, "m³/s"),
        "km": Shown("km", 1.0, "km", 0),
    }
)
"""Ways of showing, by name."""


def way(name: str, unit: str) -> Shown:
    """The way called ``name``, for a result in ``unit``.

    Raises
    ------
    UnitError
        When that way is for another unit.
    """
    found = SHOWN[name]
    if found.unit != unit:
        raise UnitError(
            f"a number in '{unit}' cannot be shown in {found.label or 'pure numbers'}",
            fix=f"'{name}' is for numbers in '{found.unit}'",
        )
    return found


def significant(value: float, digits: int = 3) -> str:
    """At least ``digits`` significant digits; integers keep all of theirs."""
    if not math.isfinite(value):
        return EN_DASH
    size = abs(value)
    if size == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    # 9.996 has one digit before the point and 10.00 two
    if round(size, decimals) >= 10 ** (math.floor(math.log10(size)) + 1):
        decimals = max(0, decimals - 1)
    return signed(f"{value:,.{min(decimals, 6)}f}")


def fixed(value: float, decimals: int) -> str:
    """With fixed decimals and thousands separators."""
    if not math.isfinite(value):
        return EN_DASH
    return signed(f"{value:,.{decimals}f}")


def signed(text: str) -> str:
    """With a proper minus sign, and no negative zero."""
    if text.startswith("-"):
        return MINUS + text[1:] if text.strip("-0.,") else text[1:]
    return text


def number(value: float, shown: Shown) -> str:
    """A result as text, without its unit; a zero is a dash of nothing, not 0.00."""
    scaled = value / shown.factor
    if scaled == 0:
        return "0"
    return significant(scaled) if shown.decimals is None else fixed(scaled, shown.decimals)


def with_unit(text: str, label: str) -> str:
    """Text and unit, kept on one line."""
    return f"{text}{NBSP}{label}" if label else text


def span(low: float, high: float, shown: Shown) -> str:
    """An interval, with as many digits at both ends."""
    joint = f"{NBSP}to{NBSP}" if low < 0 else EN_DASH
    if shown.decimals is not None:
        return f"{number(low, shown)}{joint}{number(high, shown)}"
    size = max(abs(low), abs(high)) / shown.factor
    decimals = max(0, 2 - math.floor(math.log10(size))) if size > 0 else 0
    ends = (fixed(v / shown.factor, min(decimals, 6)) for v in (low, high))
    return joint.join(ends)


def plain(value: float) -> str:
    """A parameter or claim: its own digits, up to six, with thousands separators."""
    if not math.isfinite(value):
        return EN_DASH
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return signed(f"{value:.3g}")
    if size >= 1000:
        whole = value == round(value) or size >= 1e6
        return signed(f"{value:,.0f}" if whole else f"{value:,.6g}")
    return signed(f"{value:.6g}")
