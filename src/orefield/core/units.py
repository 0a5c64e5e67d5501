"""Units, converted once at the border of the package.

Inside orefield the unit of a quantity stands in its name (``tailings_t``,
``cu_pct``); strings such as ``"Mt"`` or ``"USD/lb"`` exist only in tables. This
module turns the second into the first and refuses what does not fit.
"""

from __future__ import annotations

from difflib import get_close_matches

from orefield.core.errors import UnitError

TROY_OZ_G = 31.1034768
"""Grams in a troy ounce (exact by definition)."""

LB_KG = 0.45359237
"""Kilograms in a pound (exact by definition)."""

DAYS_PER_YEAR = 365.0

# unit -> (dimension, factor to the base unit of that dimension)
_UNITS: dict[str, tuple[str, float]] = {
    # mass, base tonne. What the mass is *of* is the claim's basis, never its unit.
    "t": ("mass", 1.0),
    "kg": ("mass", 1e-3),
    "kt": ("mass", 1e3),
    "Mt": ("mass", 1e6),
    "Gt": ("mass", 1e9),
    "lb": ("mass", LB_KG * 1e-3),
    "Mlb": ("mass", LB_KG * 1e3),
    "ozt": ("mass", TROY_OZ_G * 1e-6),
    "koz": ("mass", TROY_OZ_G * 1e-3),
    "Moz": ("mass", TROY_OZ_G),
    # mass rate, base tonne per calendar year
    "t/y": ("mass rate", 1.0),
    "kt/y": ("mass rate", 1e3),
    "Mt/y": ("mass rate", 1e6),
    "Mlb/y": ("mass rate", LB_KG * 1e3),
    "koz/y": ("mass rate", TROY_OZ_G * 1e-3),
    "Moz/y": ("mass rate", TROY_OZ_G),
    # tonnes per operating day are not per calendar day: a dimension of their own
    "t/d": ("daily rate", 1.0),
    "kt/d": ("daily rate", 1e3),
    # fractions, base 1
    "1": ("fraction", 1.0),
    "fraction": ("fraction", 1.0),
    "ratio": ("fraction", 1.0),
    "%": ("fraction", 1e-2),
    "g/t": ("fraction", 1e-6),
    "t/t": ("fraction", 1.0),
    # money
    "USD/t": ("price", 1.0),
    "USD/kg": ("price", 1e3),
    "USD/lb": ("price", 1.0 / (LB_KG * 1e-3)),
    "c/lb": ("price", 0.01 / (LB_KG * 1e-3)),
    "USD/ozt": ("price", 1.0 / (TROY_OZ_G * 1e-6)),
    "USD/(t.m)": ("price per metre", 1.0),
    "USD": ("money", 1.0),
    "MUSD": ("money", 1e6),
    "CNY": ("cny", 1.0),
    "bn CNY": ("cny", 1e9),
    "CNY/USD": ("exchange", 1.0),
    "CNY/t": ("cny price", 1.0),
    "bn USD": ("money", 1e9),
    # length, area, volume
    "m": ("length", 1.0),
    "km": ("length", 1e3),
    "m2": ("area", 1.0),
    "ha": ("area", 1e4),
    "km2": ("area", 1e6),
    "m3": ("volume", 1.0),
    "Mm3": ("volume", 1e6),
    "km3": ("volume", 1e9),
    "L": ("volume", 1e-3),
    "m3/s": ("flow", 1.0),
    "km3/y": ("flow", 1e9 / (365.25 * 86400.0)),
    "m3/t": ("specific volume", 1.0),
    "L/t": ("specific volume", 1e-3),
    "t/m3": ("density", 1.0),
    "ha/Mt": ("specific area", 1e4 / 1e6),
    "m2/t": ("specific area", 1.0),
    # energy and carbon
    "kWh": ("energy", 1.0),
    "MWh": ("energy", 1e3),
    "GWh": ("energy", 1e6),
    "kWh/t": ("specific energy", 1.0),
    "kgCO2/kWh": ("grid factor", 1.0),
    "kgCO2/L": ("fuel factor", 1.0),
    "MW": ("power", 1.0),
    # time, angle, counts
    "y": ("time", 1.0),
    "months": ("time", 1.0 / 12.0),
    "d": ("days", 1.0),
    "d/y": ("days per year", 1.0),
    "deg": ("angle", 1.0),
    "%/y": ("growth", 1e-2),
    "1/y": ("growth", 1.0),
    "count": ("count", 1.0),
    "persons": ("count", 1.0),
    "million": ("count", 1e6),
    "kg/cap": ("per person", 1.0),
    "year": ("calendar", 1.0),
    # rates that only claims carry
    "GW": ("power", 1e3),
    "GWh/y": ("energy rate", 1.0),
    "kg/MW": ("per power", 1.0),
    "kg/unit": ("per unit", 1.0),
    "kg/kWh": ("per energy", 1.0),
    "kg/t": ("fraction", 1e-3),
    "ug/L": ("concentration", 1e-6),
    "mg/L": ("concentration", 1e-3),
    "mg/kg": ("fraction", 1e-6),
    "pH": ("acidity", 1.0),
    "L/(t.km)": ("fuel per haul", 1.0),
    "%/km": ("gradient", 1e-2),
    "USD/(t/d)": ("capital intensity", 1.0),
    "CNY/(t/d)": ("cny intensity", 1.0),
    "t/bn CNY": ("per money", 1.0),
}

_ALIASES = {
    "yr": "y",
    "USD/troy oz": "USD/ozt",
    "oz": "ozt",
    "t/t moved": "t/t",
    "Mt Cu": "Mt",
    "Mt Mo": "Mt",
    "kt Cu": "kt",
    "kt/y Cu": "kt/y",
    "kt/y Mo": "kt/y",
    "t Cu": "t",
    "t Au": "t",
    "% Cu": "%",
    "% CuEq": "%",
    "kt gross": "kt",
    "Mt Cu/y": "Mt/y",
    "kt Cu/y": "kt/y",
    "kWh/t ore": "kWh/t",
    "m3/t ore": "m3/t",
    "L/t moved": "L/t",
    "USD/t moved": "USD/t",
    "USD/t milled": "USD/t",
    "USD/t concentrate": "USD/t",
    "USD/kg Mo": "USD/kg",
    "kgCO2_per_kWh": "kgCO2/kWh",
    "": "1",
}


def normalise(unit: str) -> str:
    """The canonical spelling of a unit.

    Raises
    ------
    UnitError
        When the unit is unknown; the nearest known unit is named.
    """
    text = unit.strip()
    text = _ALIASES.get(text, text)
    if text not in _UNITS:
        known = [*_UNITS, *(alias for alias in _ALIASES if alias)]
        # another case first: 'mt' is a slip for 'Mt', and 't' would be wrong by a million
        near = [unit for unit in known if unit.lower() == text.lower()]
        near = near or get_close_matches(text, known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise UnitError(
            f"unknown unit '{unit}'", fix=f"{hint}known units are listed by orefield.core.units"
        )
    return text


def dimension(unit: str) -> str:
    """The dimension of a unit: ``mass``, ``mass rate``, ``fraction``, ``price``, ...

    Raises
    ------
    UnitError
        When the unit is unknown.
    """
    return _UNITS[normalise(unit)][0]


def factor(unit: str, to: str) -> float:
    """What a number in ``unit`` is multiplied by to be in ``to``.

    Raises
    ------
    UnitError
        When either unit is unknown or the dimensions differ.
    """
    source, target = _UNITS[normalise(unit)], _UNITS[normalise(to)]
    if source[0] != target[0]:
        raise UnitError(
            f"'{unit}' is a {source[0]}, but '{to}' (a {target[0]}) is needed",
            fix=f"give the value in a unit of {target[0]}, such as '{to}'",
        )
    return source[1] / target[1]


def convert(value: float, unit: str, to: str) -> float:
    """``value`` in ``unit``, expressed in ``to``. See :func:`factor` for errors."""
    return value * factor(unit, to)


def known_units() -> list[str]:
    """Every canonical unit, sorted."""
    return sorted(_UNITS)
