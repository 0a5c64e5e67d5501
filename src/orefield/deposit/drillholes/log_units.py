"""Units as drill logs and laboratories write them, in terms of the package's own."""

from __future__ import annotations

from orefield.core.errors import UnitError
from orefield.core.units import factor

FOOT_M = 0.3048
"""Metres in an international foot (exact by definition)."""

US_FOOT_M = 1200.0 / 3937.0
"""Metres in a US survey foot (exact by definition); 2 ppm longer, a metre in 500 km."""

# name in lower case -> (unit that core knows, how many of it)
_WRITTEN: dict[str, tuple[str, float]] = {
    "ft": ("m", FOOT_M),
    "feet": ("m", FOOT_M),
    "foot": ("m", FOOT_M),
    "us-ft": ("m", US_FOOT_M),
    "metre": ("m", 1.0),
    "metres": ("m", 1.0),
    "meters": ("m", 1.0),
    "pct": ("%", 1.0),
    "percent": ("%", 1.0),
    "wt%": ("%", 1.0),
    "gpt": ("g/t", 1.0),
    "ppm": ("g/t", 1.0),
    "ppb": ("g/t", 1e-3),
    "oz/st": ("g/t", 31.1034768 / 0.90718474),
    "opt": ("g/t", 31.1034768 / 0.90718474),
    "g/cm3": ("t/m3", 1.0),
    "g/cc": ("t/m3", 1.0),
    "sg": ("t/m3", 1.0),
    "kg/m3": ("t/m3", 1e-3),
    "lb/ft3": ("t/m3", 0.45359237e-3 / FOOT_M**3),
}

# ending of a name -> unit that its numbers are in, and the most that can be
_ENDINGS: tuple[tuple[str, str, float], ...] = (
    ("_t_m3", "t/m3", 25.0),
    ("_g_t", "g/t", 1e6),
    ("_pct", "%", 100.0),
    ("_gpt", "g/t", 1e6),
    ("_ppm", "ppm", 1e6),
    ("_ppb", "ppb", 1e9),
    ("_deg", "deg", float("inf")),
    ("_m", "m", float("inf")),
)
GRADE_UNITS = ("%", "g/t", "ppm", "ppb")
"""Units of grades: from zero to all of the mass."""


def scale(unit: str, to: str) -> float:
    """What a number in ``unit`` is multiplied by to be in ``to``.

    Parameters
    ----------
    unit, to : str
        Any unit of :mod:`orefield.core.units`, or one of drill logs: ``ft``, ``us-ft``,
        ``pct``, ``ppm``, ``ppb``, ``oz/st``, ``g/cm3``, ``kg/m3``, ``lb/ft3``.

    Raises
    ------
    UnitError
        When one is unknown, or they measure different things.
    """
    source, times = _core(unit)
    target, per = _core(to)
    return times * factor(source, target) / per


def length_scale(unit: str) -> float:
    """Metres in a unit of length.

    Raises
    ------
    UnitError
        When it is unknown, or no length.
    """
    return scale(unit, "m")


def unit_of(name: str) -> str:
    """The unit that a value's name ends with (``cu_pct``: ``%``); empty where it has none."""
    return next((unit for ending, unit, _ in _ENDINGS if name.endswith(ending)), "")


def most_of(name: str) -> float:
    """The most that a value of this name can be: all of the mass; infinite where unknown."""
    return next((most for ending, _, most in _ENDINGS if name.endswith(ending)), float("inf"))


def is_grade(name: str) -> bool:
    """Whether a value's name says that it is a share of the mass."""
    return unit_of(name) in GRADE_UNITS


def value_scale(name: str, unit: str) -> float:
    """Factor from ``unit`` to the unit that stands in ``name``; 1 where ``unit`` is empty.

    Raises
    ------
    UnitError
        When the name says no unit, or one of another kind.
    """
    if not unit:
        return 1.0
    target = unit_of(name)
    if not target:
        raise UnitError(
            f"'{name}' does not say the unit it is to be in",
            fix=f"end the name with one, e.g. '{name}_pct' or '{name}_gpt'",
        )
    return scale(unit, target)


def _core(unit: str) -> tuple[str, float]:
    return _WRITTEN.get(unit.strip().lower(), (unit, 1.0))
