"""Units as they stand behind (or, for money, before) a number in running text."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A unit read in a text.

    Attributes
    ----------
    end : int
        Offset behind it.
    symbol : str
        Canonical symbol of one unit: ``t``, ``oz``, ``%``, ``USD``, ``m``, ...
    factor : float
        What the number is multiplied by to count in ``symbol``.
    kind : str
        mass, fraction, points, grade, money, price, length, area, volume, power, energy, time,
        ratio or count.
    rate : str
        ``/y``, ``/d``, ``/month`` or empty.
    compact : bool
        Written as one word with its prefix or rate (``kt``, ``Mtpa``).
    """

    end: int
    symbol: str
    factor: float
    kind: str
    rate: str = ""
    compact: bool = False


_PREFIX = {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "G": 1e9, "B": 1e9, "": 1.0}
_QUALITY = r"(?:(?:dry|wet|metric|troy|fine|long)[ -])*"

# the order matters: what is longer or stricter comes first
_PATTERNS: tuple[tuple[str, str, float, str], ...] = (
    (r"%|(?i:per ?cent|pct)\b(?!age)|(?<=[0-9])pc\b", "%", 1.0, "fraction"),
    (r"(?i:percentage[ -]points?|ppts?|pp)\b|个百分点|百分点", "pp", 1.0, "points"),
    (r"(?i:basis points|bps)\b|个?基点", "pp", 0.01, "points"),
    (r"成(?![为立本员交品果效就功分])", "%", 10.0, "fraction"),
    (
        r"(?:g/t|gpt|(?i:gram(?:me)?s? (?:per|a) (?:metric )?ton(?:ne)?)\b|克/吨|克/t|g/吨)",
        "g/t",
        1.0,
        "grade",
    ),
    (r"ppm\b", "g/t", 1.0, "grade"),
    (
        r"(?:kg/t)\b|(?i:(?:kg|kilograms?|kilos?) (?:per|a) (?:metric )?ton(?:ne)?)\b|(?:公斤|"
        r"千克)/吨",
        "kg/t",
        1.0,
        "grade",
    ),
    (
        r"mg/[Ll]\b|毫克/升|(?i:(?:mg|milligrams?) (?:per|a) lit(?:re|er))\b",
        "mg/L",
        1.0,
        "concentration",
    ),
    (
        r"(?i:(?:cubic (?:metre|meter)s?|m3) (?:per|a) (?:metric )?ton(?:ne)?)\b|m3/t\b|立方米/吨",
        "m3/t",
        1.0,
        "volume",
    ),
    (r"(?i:lit(?:re|er)s? (?:per|a) (?:metric )?ton(?:ne)?)\b", "m3/t", 1e-3, "volume"),
    (
        r"kWh/t\b|(?i:(?:kWh|kilowatt[ -]hours?) (?:per|a) (?:metric )?ton(?:ne)?)\b",
        "kWh/t",
        1.0,
        "energy",
    ),
    (r"mg/kg\b", "mg/kg", 1.0, "concentration"),
    (r"(?i:cubic (?:metre|meter)s?)\b|m3\b|立方米|方(?=[^案法面式向针程])", "m3", 1.0, "volume"),
    (r"Mm3\b", "m3", 1e6, "volume"),
    (r"(?i:lit(?:re|er)s?)\b|升(?![至到级])", "m3", 1e-3, "volume"),
    (r"(?i:square (?:kilomet(?:re|er)s?)|sq\.? ?km)\b|km2\b|平方公里|平方千米", "km2", 1.0, "area"),
    (r"(?i:square (?:met(?:re|er)s?))\b|m2\b|平方米", "m2", 1.0, "area"),
    (r"(?i:hectares?)\b|ha\b|公顷", "ha", 1.0, "area"),
    (r"(?i:acres?)\b", "ha", 0.40468564224, "area"),
    (r"亩", "ha", 1.0 / 15.0, "area"),
    (r"(?i:kilomet(?:re|er)s?)\b|km\b|公里|千米", "km", 1.0, "length"),
    (r"(?i:met(?:re|er)s?)\b|m\b(?!/)|米", "m", 1.0, "length"),
    (r"(?i:miles?)\b", "km", 1.609344, "length"),
    (r"(?i:f(?:ee|oo)t)\b", "m", 0.3048, "length"),
    (r"(?i:gigawatt[ -]hours?)\b|GWh\b", "GWh", 1.0, "energy"),
    (r"TWh\b|(?i:terawatt[ -]hours?)\b", "GWh", 1e3, "energy"),
    (r"MWh\b|(?i:megawatt[ -]hours?)\b", "MWh", 1.0, "energy"),
    (r"吉瓦时", "GWh", 1.0, "energy"),
    (r"兆瓦时", "MWh", 1.0, "energy"),
    (r"kWh\b|千瓦时|千瓦·时|度(?=电)", "kWh", 1.0, "energy"),
    (r"(?i:gigawatts?)\b|GW\b|吉瓦", "GW", 1.0, "power"),
    (r"(?i:megawatts?)\b|MW\b|兆瓦", "MW", 1.0, "power"),
    (r"千瓦", "MW", 1e-3, "power"),
    (r"kV\b|千伏", "kV", 1.0, "voltage"),
    (r"(?i:fold)\b|(?i:times)\b|倍", "ratio", 1.0, "ratio"),
    (
        r"(?i:years?)\b(?! (?:ago|old|earlier|later|on year))|年(?=[，。；、]|的?服务|以上|"
        r"左右|$)",
        "y",
        1.0,
        "time",
    ),
    (r"(?i:months?)\b|个月", "months", 1.0, "time"),
    (r"(?i:days?)\b|天", "d", 1.0, "time"),
)
_OTHERS = tuple((re.compile(p), s, f, k) for p, s, f, k in _PATTERNS)

_MASS = (
    (re.compile(r"(?i:tonnes?|tons?)\b"), "t", 1.0),
    (re.compile(r"公吨|吨(?!位)|噸"), "t", 1.0),
    (re.compile(r"(?i:kilotonn?e?s?)\b|kt\b|kT\b|Kt\b|KT\b|ktonnes?\b"), "t", 1e3),
    (re.compile(r"(?i:megatonn?e?s?)\b|Mt\b|Mtonnes?\b"), "t", 1e6),
    (re.compile(r"(?i:gigatonn?e?s?)\b|Gt\b|Bt\b|bt\b"), "t", 1e9),
    (re.compile(r"[dw]mt\b|t\b(?!')|T\b(?!\.)"), "t", 1.0),
    (re.compile(r"(?i:kilogram(?:me)?s?|kilos?)\b|kg\b|公斤|千克"), "t", 1e-3),
    (re.compile(r"(?i:grams?|grammes?)\b|克(?!拉|/)"), "t", 1e-6),
    (re.compile(r"(?i:mlbs?)\b|Mlbs?\b"), "lb", 1e6),
    (re.compile(r"(?i:pounds?)\b|lbs?\b|磅"), "lb", 1.0),
    (re.compile(r"Moz\b|moz\b"), "oz", 1e6),
    (re.compile(r"[kK]oz\b"), "oz", 1e3),
    (re.compile(r"(?i:ounces?)\b|oz\b|金衡盎司|盎司"), "oz", 1.0),
    (re.compile(r"(?i:carats?)\b|克拉"), "carat", 1.0),
)
_SHORT_TON = re.compile(r"(?i:short[ -]tons?)\b")
_MT_LOWER = re.compile(r"(?:mt|MT)\b")
_COMPACT = re.compile(r"(?P<p>[kKmMG]?)(?P<u>t|oz)p(?P<r>[ady])\b|(?P<p2>[kKM]?)t/(?P<r2>a|d|y)\b")

_RATE = re.compile(
    r"\s?(?:(?:/|-?\bper\b[ -]?|\ba\b[ -]|-a-|\beach\b |\bevery\b )\s?(?:calendar |operating )?"
    r"(?P<unit>years?|annum|yr|y|a|days?|d|months?|mo|weeks?|quarters?)\b(?! (?:earlier|"
    r"ago|before|later|on year))"
    r"|\s?(?P<word>annually|yearly|daily|p\.a\.|pa\b|monthly)|(?:/|每)(?P<zh>年|a|日|天|d|月))",
    re.IGNORECASE,
)
_LATER_RATE = re.compile(
    r"(?:\s+[A-Za-z][A-Za-z'-]*){1,6}?\s+(?:(?:per|a|each|every) (?P<unit>year|annum|day|"
    r"month)\b(?! (?:earlier|ago|before|later))"
    r"|(?P<word>annually|yearly|daily)\b)",
    re.IGNORECASE,
)
_RATES = {
    "y": "/y",
    "a": "/y",
    "p": "/y",
    "d": "/d",
    "m": "/month",
    "w": "/week",
    "q": "/quarter",
    "年": "/y",
    "日": "/d",
    "天": "/d",
    "月": "/month",
}


def read_unit(text: str, at: int, value: float, multiplied: bool) -> UnitWord | None:
    """The unit that starts at an offset of a folded text; None where there is none.

    ``value`` and ``multiplied`` tell "3.5 mt" (million tonnes) from "48,000 mt" (metric tonnes).
    """
    gap = re.compile(r"[ -]?").match(text, at)
    start = at if gap is None else gap.end()
    compact = _COMPACT.match(text, start)
    if compact:
        prefix = compact["p"] or compact["p2"] or ""
        rate = _RATES[(compact["r"] or compact["r2"]).lower()]
        return UnitWord(compact.end(), compact["u"] or "t", _PREFIX[prefix], "mass", rate, True)
    for pattern, symbol, factor, kind in _OTHERS:
        match = pattern.match(text, start)
        if match:
            rate, end = (
                _rate(text, match.end())
                if kind in {"fraction", "volume", "energy"}
                else ("", match.end())
            )
            return UnitWord(end, symbol, factor, kind, rate)
    return _mass(text, start, value, multiplied)


def _mass(text: str, start: int, value: float, multiplied: bool) -> UnitWord | None:
    short = _SHORT_TON.match(text, start)
    if short:
        rate, end = _rate(text, short.end())
        return UnitWord(end, "t", 0.90718474, "mass", rate)
    quality = re.compile(_QUALITY, re.IGNORECASE).match(text, start)
    start = quality.end() if quality else start
    match = _MT_LOWER.match(text, start)
    if match:
        million = abs(value) < 1000.0 and not multiplied
        rate, end = _rate(text, match.end())
        return UnitWord(end, "t", 1e6 if million else 1.0, "mass", rate)
    for pattern, symbol, factor in _MASS:
        match = pattern.match(text, start)
        if match:
            rate, end = _rate(text, match.end())
            return UnitWord(end, symbol, factor, "mass", rate, compact=factor != 1.0)
    return None


def _rate(text: str, at: int) -> tuple[str, int]:
    """Rate behind a unit: directly, or after what it is of ("tonnes of ore per day")."""
    match = _RATE.match(text, at)
    if match:
        word = (match["unit"] or match["word"] or match["zh"]).lower()
        return _RATES[word[0]], match.end()
    match = _LATER_RATE.match(text, at)
    if match:
        word = (match["unit"] or match["word"]).lower()
        return _RATES[word[0]], at
    return "", at
