"""Tables of units of mass: symbols, multipliers, and metal in the compounds the trade counts in."""

from __future__ import annotations

import re

from orefield.core import units

MULTIPLIERS = (
    ("trillion", 1e12), ("万亿", 1e12), ("billion", 1e9), ("bn", 1e9), ("百亿", 1e10),
    ("十亿", 1e9), ("千万", 1e7), ("百万", 1e6), ("million", 1e6), ("mln", 1e6), ("mn", 1e6),
    ("亿", 1e8), ("億", 1e8), ("十万", 1e5), ("lakh", 1e5), ("crore", 1e7), ("万", 1e4),
    ("萬", 1e4), ("thousand", 1e3), ("'000", 1e3), ("千", 1e3), ("hundred", 1e2),
)  # fmt: skip
"""Words that multiply a unit, the longer before the shorter that they hold."""

MASS = {
    "t": 1.0, "kt": 1e3, "Mt": 1e6, "Gt": 1e9, "kg": 1e-3, "g": 1e-6,
    "lb": units.LB_KG * 1e-3, "lbs": units.LB_KG * 1e-3, "klb": units.LB_KG,
    "Mlb": units.LB_KG * 1e3, "Mlbs": units.LB_KG * 1e3, "mlb": units.LB_KG * 1e3,
    "Blb": units.LB_KG * 1e6, "pounds": units.LB_KG * 1e-3, "pound": units.LB_KG * 1e-3,
    "oz": units.TROY_OZ_G * 1e-6, "ozt": units.TROY_OZ_G * 1e-6, "ounces": units.TROY_OZ_G * 1e-6,
    "ounce": units.TROY_OZ_G * 1e-6, "koz": units.TROY_OZ_G * 1e-3, "Koz": units.TROY_OZ_G * 1e-3,
    "Moz": units.TROY_OZ_G, "moz": units.TROY_OZ_G,
    "tonne": 1.0, "tonnes": 1.0, "ton": 1.0, "tons": 1.0, "MT": 1.0, "吨": 1.0, "噸": 1.0,
    "千克": 1e-3, "公斤": 1e-3, "克": 1e-6, "磅": units.LB_KG * 1e-3,
    "盎司": units.TROY_OZ_G * 1e-6, "Bt": 1e9, "bt": 1e9, "T": 1.0, "K": 1e3, "KT": 1e3,
    "Kt": 1e3, "wmt": 1.0, "实物吨": 1.0, "dmt": 1.0, "ktonnes": 1e3, "Mtonnes": 1e6,
}  # fmt: skip
"""Mass symbols as written, in tonnes."""

_COMPOUNDS = (
    (
        re.compile(r"(?<![A-Za-z])LCE(?![A-Za-z0-9])|lithium carbonate|碳酸锂", re.IGNORECASE),
        2 * 6.94 / 73.89,
    ),
    (
        re.compile(r"(?<![A-Za-z])U3O8(?![A-Za-z0-9])|yellowcake", re.IGNORECASE),
        3 * 238.03 / 842.08,
    ),
    (re.compile(r"(?<![A-Za-z])WO3(?![A-Za-z0-9])", re.IGNORECASE), 183.84 / 231.84),
    (re.compile(r"(?<![A-Za-z])V2O5(?![A-Za-z0-9])", re.IGNORECASE), 2 * 50.94 / 181.88),
    (re.compile(r"(?<![A-Za-z])Li2O(?![A-Za-z0-9])", re.IGNORECASE), 2 * 6.94 / 29.88),
)
"""Mass of the element in a compound that the trade counts in, from atomic weights (IUPAC 2021)."""

COMPOUND_OF = {"li": (2 * 6.94 / 73.89, "LCE"), "u": (3 * 238.03 / 842.08, "U3O8")}
"""The compound that a metal is most often counted as: share of metal in it, and its name."""

_GLUED = re.compile(
    r"(?<![A-Za-z])(?P<mass>[kKMG]?t|[kKM]?lbs?|[kKM]?oz|kg)"
    r"(?P<of>U3O8|LCE|REO|TREO|WO3|V2O5|Li2O|CO2(?:-?eq?)?|CuEq|[CF]u|Au|Ag|Al|Co|Cr|Fe|Li|Mn|Mo|Nb|Ni|"
    r"Pb|Pd|Pt|Sb|Sn|Ta|Ti|Zn|U|W|V)(?![A-Za-z0-9])"
)
_LONE = {"U": "u", "W": "w", "V": "v", "Mn": "mn", "Cr": "cr", "Ti": "ti"}
_LONE_SYMBOL = re.compile(r"(?:^|[\s(])(?P<symbol>U|W|V|Cr|Ti)(?=$|[\s),/])")


def as_metal(plain: str) -> float:
    """Share of metal in the compound that a unit names; 1 where it names none."""
    return next((share for pattern, share in _COMPOUNDS if pattern.search(plain)), 1.0)


def unglued(text: str) -> str:
    """A unit with a space before what it is of: ``tU`` is ``t U``, ``ktLCE/y`` is ``kt LCE/y``."""
    return _GLUED.sub(r"\g<mass> \g<of>", text)


def lone_symbol(text: str) -> str:
    """The commodity of a one-letter symbol, which is one in a unit alone ("t U"); else empty."""
    found = _LONE_SYMBOL.search(text)
    return _LONE[found["symbol"]] if found else ""
