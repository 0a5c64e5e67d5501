"""Units as candidates carry them: prefixed so that the number is easy to read."""

from __future__ import annotations

from orefield.evidence.extract.figure import Figure

_STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_MONEY_STEPS = ((1e12, "trillion "), (1e9, "bn "), (1e6, "million "))


def canonical(figure: Figure) -> tuple[float | None, float | None, str]:
    """Low, high and unit, such as ``(1.8, 2.0, "Mt/y")`` or ``(10.3, 10.3, "trillion CNY")``."""
    scale, unit = 1.0, figure.symbol
    if figure.kind == "mass":
        steps = _STEPS if figure.symbol in {"t", "oz"} else _STEPS[1:2]
        if figure.symbol == "t" and 0.0 < figure.size < 1.0 and not figure.multiplier:
            scale, unit = 1e-3, "kg"
        else:
            scale, prefix = next(((s, p) for s, p in steps if figure.size >= s), (1.0, ""))
            unit = f"{prefix}{figure.symbol}"
        unit += figure.rate
    elif figure.kind == "money":
        scale, prefix = next(((s, p) for s, p in _MONEY_STEPS if figure.size >= s), (1.0, ""))
        unit = f"{prefix}{figure.symbol}"
    elif figure.kind == "fraction":
        unit = "%/y" if figure.rate == "/y" else "%"
    elif figure.kind in {"volume", "energy"}:
        if figure.kind == "volume" and figure.size >= 1e6:
            scale, unit = 1e6, f"million {figure.symbol}"
        unit += figure.rate
    elif figure.kind == "bare":
        unit = "count"
    return _scaled(figure.low, scale), _scaled(figure.high, scale), unit


def _scaled(value: float | None, scale: float) -> float | None:
    # division by a power of ten leaves dust such as 1.2000000000000002
    return None if value is None else float(f"{value / scale:.9g}")
