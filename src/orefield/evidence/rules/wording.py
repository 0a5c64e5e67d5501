"""Numbers in words: how findings print amounts, in units that a person reads at a glance."""

from __future__ import annotations

import math

from orefield.evidence.interval import Interval

_METALS = {
    "cu": "copper", "au": "gold", "ag": "silver", "mo": "molybdenum", "zn": "zinc", "pb": "lead",
    "pbzn": "lead and zinc",
    "ni": "nickel", "npi": "nickel pig iron", "co": "cobalt", "li": "lithium", "sn": "tin",
    "li2co3": "lithium carbonate", "lioh": "lithium hydroxide", "al": "aluminium", "w": "tungsten",
    "sb": "antimony", "bi": "bismuth", "fe": "iron", "ree": "rare earths", "ndpr": "NdPr",
    "nb": "niobium",
    "ta": "tantalum", "u": "uranium", "pgm": "platinum metals", "pt": "platinum",
    "pd": "palladium", "rh": "rhodium", "mn": "manganese",
    "cr": "chromium", "ti": "titanium", "v": "vanadium", "mg": "magnesium", "si": "silicon",
    "ga": "gallium", "ge": "germanium",
}  # fmt: skip
_SCALES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_MONEY_SCALES = ((1e12, "trillion "), (1e9, "billion "), (1e6, "million "))
_NAMED_SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "kWh": ((1e9, "TWh"), (1e6, "GWh"), (1e3, "MWh")),
    "m3": ((1e6, "million m3"),),
    **{c: tuple((f, p + c) for f, p in _MONEY_SCALES) for c in ("USD", "CNY")},
}
_LARGE_MASS_T = 1e3
_SMALLEST_PERCENT = 1e-4


def amount(value: Interval | float, unit: str) -> str:
    """A number or range with its unit, such as ``1.8-2.0 Mt/y``, ``30 %`` or ``more than 20 Mt``.

    Parameters
    ----------
    value : Interval or float
        In ``unit``.
    unit : str
        A base unit of :class:`~orefield.evidence.statement.Statement`.
    """
    interval = value if isinstance(value, Interval) else Interval(value, value)
    factor, name = _scale(interval, unit)
    low, high = interval.low / factor, interval.high / factor
    tail = f" {name}" if name else ""
    if math.isinf(low) and math.isinf(high):
        return f"any number{tail}" if low < high else f"no finite number{tail}"
    if math.isinf(high):
        return f"at least {number(low)}{tail}"
    if math.isinf(low) or (low == 0.0 < high):
        return f"at most {number(high)}{tail}"
    first, last = number(low), number(high)
    if first == last:
        return f"{first}{tail}"
    between = " to " if low < 0.0 else "-"
    return f"{first}{between}{last}{tail}"


def number(value: float) -> str:
    """Four significant digits, without an exponent where a person would write none."""
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3g}"
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    text = f"{round(value, digits):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def metal_name(symbol: str) -> str:
    """The word for a commodity's symbol (``cu``: copper); what has no other word stands as is."""
    return _METALS.get(symbol, symbol.replace("_", " ") or "metal")


def listing(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def _scale(interval: Interval, unit: str) -> tuple[float, str]:
    ends = [abs(x) for x in (interval.low, interval.high) if math.isfinite(x)]
    size = max(ends, default=0.0)
    if unit in {"t", "t/y", "t/d"}:
        for factor, prefix in _SCALES:
            # 45,000 t/d of ore is read as such; 45,000 t/y of metal as 45 kt/y
            if size >= factor * (1.0 if unit != "t/d" else _LARGE_MASS_T):
                return factor, prefix + unit
        return 1.0, unit
    if unit == "1":
        return (0.01, "%") if size >= _SMALLEST_PERCENT or not size else (1e-6, "g/t")
    for factor, name in _NAMED_SCALES.get(unit, ()):
        if size >= factor:
            return factor, name
    return 1.0, "" if unit in {"count", ""} else unit
