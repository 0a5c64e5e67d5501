"""Units of what an operation uses and emits: kWh, m3, GJ/t, t CO2/t Ni, mg/L, 亿千瓦时."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orefield.evidence.words._mass_units import MASS, MULTIPLIERS, as_metal
from orefield.evidence.words.matters import matter_of

_KWH_PER_GJ = 1e3 / 3.6
_KWH_PER_TCE = 29.3076 * _KWH_PER_GJ
"""A tonne of coal equivalent is 29.3076 GJ (7,000 kcal/kg)."""

_ENERGY = {
    "kWh": 1.0, "MWh": 1e3, "GWh": 1e6, "TWh": 1e9, "KWh": 1.0, "kwh": 1.0, "mwh": 1e3,
    "gwh": 1e6, "twh": 1e9, "kJ": 1.0 / 3.6e3, "MJ": 1e-3 * _KWH_PER_GJ, "GJ": _KWH_PER_GJ,
    "TJ": 1e3 * _KWH_PER_GJ, "PJ": 1e6 * _KWH_PER_GJ, "EJ": 1e9 * _KWH_PER_GJ,
    "tce": _KWH_PER_TCE, "kgce": 1e-3 * _KWH_PER_TCE, "ktce": 1e3 * _KWH_PER_TCE,
    "Mtce": 1e6 * _KWH_PER_TCE, "千瓦时": 1.0, "兆瓦时": 1e3, "吉瓦时": 1e6, "太瓦时": 1e9,
    "度": 1.0, "度电": 1.0, "吉焦": _KWH_PER_GJ, "兆焦": 1e-3 * _KWH_PER_GJ,
    "千克标准煤": 1e-3 * _KWH_PER_TCE, "千克标煤": 1e-3 * _KWH_PER_TCE,
    "吨标准煤": _KWH_PER_TCE, "吨标煤": _KWH_PER_TCE,
}  # fmt: skip
_VOLUME = {
    "m3": 1.0, "m³": 1.0, "m^3": 1.0, "cubic metre": 1.0, "cubic metres": 1.0, "cubic meter": 1.0,
    "cubic meters": 1.0, "Mm3": 1e6, "Mm³": 1e6, "MCM": 1e6, "hm3": 1e6, "hm³": 1e6,
    "km3": 1e9, "km³": 1e9, "cubic kilometres": 1e9, "L": 1e-3, "l": 1e-3, "litre": 1e-3,
    "litres": 1e-3, "liter": 1e-3, "liters": 1e-3, "kL": 1.0, "kl": 1.0, "ML": 1e3, "GL": 1e6,
    "megalitre": 1e3, "megalitres": 1e3, "megaliters": 1e3, "gigalitre": 1e6, "gigalitres": 1e6,
    "gigaliters": 1e6, "kilolitres": 1.0, "gallons": 3.785411784e-3, "gal": 3.785411784e-3,
    "acre-feet": 1233.48, "acre-ft": 1233.48, "立方米": 1.0, "方": 1.0, "升": 1e-3,
}  # fmt: skip
_CONCENTRATION = (
    (re.compile(r"^(?:mg|毫克)\s*(?:/|per )\s*(?:l|litre|liter|dm3|升)(?![a-z])", re.IGNORECASE), 1e-3),
    (re.compile(r"^(?:[uµμ]g|微克)\s*(?:/|per )\s*(?:l|litre|liter|升)(?![a-z])", re.IGNORECASE), 1e-6),
    (re.compile(r"^(?:g|克)\s*(?:/|per )\s*(?:l|litre|liter|dm3|升)(?![a-z])", re.IGNORECASE), 1.0),
    (re.compile(r"^kg\s*(?:/|per )\s*(?:m3|m³)", re.IGNORECASE), 1.0),
    (re.compile(r"^g\s*(?:/|per )\s*(?:m3|m³)", re.IGNORECASE), 1e-3),
)  # fmt: skip
_RATES = (
    (r"\s*(?:/|per |a )\s*(?:y|yr|year|a|annum)\b|\s*[/每]?年|\s*p\.?a\.?$|\s*annually", 1.0),
    (r"\s*(?:/|per |a )\s*(?:d|day)\b|\s*[/每][日天]", 365.0),
    (r"\s*(?:/|per |a )\s*(?:h|hr|hour)\b|\s*[/每]小?时", 8760.0),
    (r"\s*(?:/|per |a )\s*(?:s|sec|second)\b|\s*/秒", 31_536_000.0),
    (r"\s*(?:/|per |a )\s*(?:month|mo)\b|\s*[/每]月", 12.0),
)
_PER_TIME = tuple((re.compile(pattern, re.IGNORECASE), times) for pattern, times in _RATES)
_OVER = re.compile(r"\s*/\s*|\s+per\s+|\s*每\s*", re.IGNORECASE)
# flows of rivers are no use
_STRICT = frozenset({"m3/s", "km3/y"})


@dataclass(frozen=True, slots=True)
class UsedUnit:
    """A unit of use or emission.

    Attributes
    ----------
    base : str
        kWh, m3, kWh/t, m3/t, 1 (tonnes a tonne), t, g/L.
    factor : float
        What the number is multiplied by. A use per tonne of a compound (m3/t LCE) becomes one
        per tonne of its metal; a flow (ML/d) that of a year.
    matter : str
        What is used or emitted, where the unit says so: ``co2`` in "t CO2/t Ni".
    per : str
        Words of what a specific use is per, such as ``ore`` or ``LCE``; ``t`` for none.
    """

    base: str
    factor: float
    matter: str = ""
    per: str = ""


def parse_used(plain: str) -> UsedUnit | None:
    """Read a unit of energy, volume, use per tonne, or mass in a brine; None for any other.

    Parameters
    ----------
    plain : str
        A unit, its spaces single and its compounds apart ("t CO2").
    """
    if plain in _STRICT:
        return None
    for pattern, factor in _CONCENTRATION:
        if pattern.match(plain):
            return UsedUnit("g/L", factor)
    head, _, _ = plain.partition("(")
    return _specific(head.strip()) or _total(head.strip())


def _specific(plain: str) -> UsedUnit | None:
    above, *rest = _OVER.split(plain, maxsplit=1)
    if not rest:
        return None
    below = rest[0].strip()
    weight = _mass_of(below)
    if weight is None:
        return None
    tonnes, of = weight
    factor = 1.0 / (tonnes * as_metal(of))
    used = _amount(above)
    if used is not None:
        base, size, matter = used
        return UsedUnit(f"{base}/t", size * factor, matter, of or "t")
    taken = _mass_of(above)
    if taken is None:
        return None
    size, what = taken
    matter = matter_of(what)
    # grams a tonne are a grade and tonnes a tonne a ratio, but for what is used or made
    if not matter and (what or size < 1e-4 or not of):
        return None
    return UsedUnit("1", size * factor, matter, of or "t")


def _total(plain: str) -> UsedUnit | None:
    flow = 1.0
    for pattern, times in _PER_TIME:
        match = pattern.search(plain)
        if match and match.start() > 0:
            plain, flow = (plain[: match.start()] + plain[match.end() :]).strip(), times
            break
    used = _amount(plain)
    if used is not None:
        base, size, matter = used
        return UsedUnit(base, size * flow, matter)
    taken = None if "/" in plain else _mass_of(plain)
    if taken is not None and matter_of(taken[1]) in {"co2", "water"}:
        return UsedUnit("t/y" if flow != 1.0 else "t", taken[0] * flow, matter_of(taken[1]))
    return None


def _amount(text: str) -> tuple[str, float, str] | None:
    """Base, size and matter of an energy or a volume: "million m3 of water"."""
    times, rest = _multiplied(text.strip())
    for base, table in (("kWh", _ENERGY), ("m3", _VOLUME)):
        for name in sorted(table, key=len, reverse=True):
            tail = rest[len(name) :]
            if rest.startswith(name) and not re.match(r"[A-Za-z0-9³]", tail):
                if table is _VOLUME and name == "l" and times != 1.0:
                    continue
                return base, times * table[name], matter_of(tail)
    return None


def _multiplied(text: str) -> tuple[float, str]:
    low = text.casefold()
    for word, times in MULTIPLIERS:
        if low.startswith(word) and not text.startswith(("千瓦时", "千克")):
            return times, text[len(word) :].strip()
    return 1.0, text


def _mass_of(text: str) -> tuple[float, str] | None:
    """Tonnes of a mass word, and the words after it; None where it starts with no mass."""
    times, rest = _multiplied(text.strip())
    for name in sorted(MASS, key=len, reverse=True):
        tail = rest[len(name) :]
        if rest.startswith(name) and not re.match(r"[A-Za-z0-9]", tail):
            return times * MASS[name], re.sub(r"^(?:of|的)\s*", "", tail.strip(" .,-"))
    lower = rest.split(" ")[0]
    if lower.casefold() in {"tonne", "tonnes", "ton", "tons"}:
        return times, rest[len(lower) :].strip()
    return None
