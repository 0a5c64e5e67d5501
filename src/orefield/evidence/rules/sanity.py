"""Numbers that no thing can have: shares over 100 %, negative masses, richer than the mineral."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterator
from functools import cache

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.pairing import bounds
from orefield.evidence.rules.reading import days, lexeme, named, text_of, told, years_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.shipped import shipped
from orefield.evidence.rules.wording import amount, listing, metal_name, number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Qualifier, Stage

_NAME = "number-sanity"
_DUST = 1e-9
_PARTS = frozenset({Quantity.SHARE, Quantity.RECOVERY, Quantity.GRADE, Quantity.OWNERSHIP})
_SIGNED = frozenset(
    {Quantity.STOCK_CHANGE, Quantity.GROWTH, Quantity.POSITION, Quantity.OTHER, Quantity.MONEY,
     Quantity.PRICE}
)  # fmt: skip
_MASSES = frozenset({"t", "t/y", "t/d"})
_RATIO = lexeme(
    r"utili[sz]ation|of (?:the )?(?:plan|target|budget|guidance|nameplate|design)|fulfil\w*|"
    r"compared|relative|versus|completion|premium|ratio|increase|growth|year[- ]on[- ]year|times",
    "利用率|完成|同比|相当于|增长|倍",
)
_NET = lexeme(r"net|change|balance|difference|decline|decrease", "净|变化|差额")
_METAL = lexeme(
    r"cathodes?|purity|refined|ingots?|metal|dor[eé]|matte|blister|anodes?|alloys?|bullion|"
    r"ferro\w*|sponge|scrap|chemical|carbonate|hydroxide|oxide|sulphate|sulfate|rounds?|wire",
    "纯度|阴极|粗铜|冰铜|金属|合金|废|锭|氧化|碳酸|硫酸",
)
_PARTIAL = lexeme(r"includ\w*|such as|among|e\.g|for example|notably|etc", "包括|等|例如|其中")
_LAST_YEAR = 2200

# Standard atomic weights, abridged (IUPAC 2021, doi:10.1515/pac-2019-0603)
_WEIGHTS = {
    "H": 1.008, "C": 12.011, "O": 15.999, "Li": 6.94, "Al": 26.982, "Si": 28.085, "P": 30.974,
    "S": 32.06, "Ca": 40.078, "Ti": 47.867, "Cr": 51.996, "Mn": 54.938, "Fe": 55.845,
    "Co": 58.933, "Ni": 58.693, "Cu": 63.546, "Zn": 65.38, "As": 74.922, "Mo": 95.95,
    "Sn": 118.71, "Sb": 121.76, "W": 183.84, "Hg": 200.59, "Pb": 207.2, "U": 238.029,
}  # fmt: skip
_OXIDE = lexeme(
    r"li2o|lce|fe2o3|al2o3|wo3|tio2|cr2o3|mno2?|sno2|u3o8|reo|treo|nb2o5|ta2o5|p2o5|zno|nio",
    "氧化物",
)


def _run(corpus: Corpus) -> Iterator[Finding]:
    for s in corpus.checked:
        for check in _CHECKS:
            yield from check(s)
        yield from _same_twice(corpus, s)


def _says(
    s: Statement, text: str, field: str, residual: float | None = None, unit: str = ""
) -> Iterator[Finding]:
    yield from told(
        _NAME,
        Verdict.VIOLATE,
        [s],
        f"{named(s)} {text}.",
        residual=residual,
        unit=unit,
        blamed=[s.id],
        relied=(field, "unit", "quantity"),
    )


def _good(s: Statement, text: str) -> Iterator[Finding]:
    yield from told(_NAME, Verdict.PASS, [s], f"{named(s)} {text}.", residual=0.0, unit=s.unit)


def _ends(s: Statement) -> Iterator[Finding]:
    low, high = s.low, s.high
    if any(x is not None and math.isnan(x) for x in (low, high)):
        yield from _says(s, "has an end that is no number", "low")
    elif low is not None and high is not None and low > high:
        text = f"runs from {number(low)} down to {number(high)} {s.unit}"
        yield from _says(s, text, "low", low - high, s.unit)
    elif low == math.inf or high == -math.inf:
        yield from _says(s, "has no finite number", "low")


def _of_two_quantities(s: Statement) -> bool:
    """Whether it is a ratio of two things, such as output to use, of which none is a part."""
    return s.part is not None and s.whole is not None and s.part.quantity is not s.whole.quantity


def _fraction(s: Statement) -> Iterator[Finding]:
    q, interval = s.topic.quantity, bounds(s)
    if s.unit not in ("1", "") or interval is None:
        return
    if q is Quantity.GROWTH:
        if interval.high < -1.0 - _DUST:
            text = f"falls by {amount(-interval.high, '1')}, more than all there was"
            yield from _says(s, text, "low", -1.0 - interval.high, "1")
        return
    if q not in _PARTS:
        return
    if q is Quantity.SHARE and (_RATIO.search(text_of(s)) or _of_two_quantities(s)):
        return
    if interval.low > 1.0 + _DUST:
        text = f"is {amount(interval, '1')}: a {q} is at most 100 %"
        yield from _says(s, text, "low", interval.low - 1.0, "1")
    elif interval.high < -_DUST:
        text = f"is {amount(interval, '1')}: a {q} is not negative"
        yield from _says(s, text, "low", -interval.high, "1")
    else:
        yield from _good(s, "lies between 0 and 100 %")


def _mass(s: Statement) -> Iterator[Finding]:
    q = s.topic.quantity
    if s.unit not in _MASSES or q in _SIGNED or s.low is None or math.isnan(s.low):
        return
    top = s.high if s.high is not None else s.low
    traded = q in (Quantity.IMPORTS, Quantity.EXPORTS) and _NET.search(text_of(s))
    worst = s.low if math.isfinite(s.low) else top
    if not traded and worst < -_DUST and not math.isnan(top):
        yield from _says(
            s, f"is {amount(worst, s.unit)}: a {q} is not negative", "low", -worst, s.unit
        )


def _dates(s: Statement) -> Iterator[Finding]:
    for field in ("date", "reported", "vintage"):
        value: str = getattr(s, field)
        # editions may be named otherwise than by a date
        dated = field != "vintage" or re.fullmatch(r"\d{4}(-\d{2}){0,2}", value, re.ASCII)
        if value and dated and days(value) is None:
            yield from _says(s, f"gives '{value}' as a date, and no such day exists", field)
    if s.first_year is not None and s.last_year is not None and s.last_year < s.first_year:
        back = float(s.first_year - s.last_year)
        text = f"speaks of {s.first_year} to {s.last_year}, which ends before it begins"
        yield from _says(s, text, "first_year", back, "y")
    far = [y for y in (s.first_year, s.last_year) if y is not None and y > _LAST_YEAR]
    if far:
        yield from _says(s, f"speaks of the year {far[0]}", "first_year")


def _operating_days(s: Statement) -> Iterator[Finding]:
    interval = bounds(s)
    if s.topic.quantity is not Quantity.OPERATING_DAYS or interval is None:
        return
    spoken = years_of(s)
    most = 366.0
    if spoken and spoken[0] == spoken[1] and not calendar.isleap(spoken[0]):
        most = 365.0
    if interval.low > most:
        text = f"is {amount(interval, 'd')} in a year of {most:.0f}"
        yield from _says(s, text, "low", interval.low - most, "d")
    else:
        yield from _good(s, f"fits into a year of {most:.0f} d")


def _position(s: Statement) -> Iterator[Finding]:
    if s.topic.quantity is not Quantity.POSITION or s.low is None or s.unit != "deg":
        return
    limit = 90.0 if re.search(r"lat|纬", text_of(s)) else 180.0
    worst = max(abs(x) for x in (s.low, s.high if s.high is not None else s.low))
    if worst > limit:
        text = f"is {number(worst)} degrees, where the globe ends at {limit:.0f}"
        yield from _says(s, text, "low", worst - limit, "deg")


def _rank(s: Statement) -> Iterator[Finding]:
    q = s.topic.quantity
    if s.low is None or not math.isfinite(s.low):
        return
    if q is Quantity.RANK and (s.low < 1.0 or s.low != math.floor(s.low)):
        yield from _says(s, f"is a rank of {number(s.low)}: ranks are 1, 2, 3 and so on", "low")
    if q is Quantity.COUNT and (s.high if s.high is not None else s.low) < 0.0:
        yield from _says(s, f"counts {number(s.low)} things", "low", -s.low, "count")
    if s.hops < 0:
        yield from _says(s, f"stands {s.hops} steps from its origin", "hops")


def _listed(s: Statement) -> Iterator[Finding]:
    """A stated count against the names that the words list."""
    if s.topic.quantity is not Quantity.COUNT or not s.listed:
        return
    stated = bounds(s)
    if stated is None or s.unit not in ("count", ""):
        return
    names = list(dict.fromkeys(x.strip().casefold() for x in s.listed if x.strip()))
    off = len(names) - stated.high if len(names) > stated.high else min(len(names) - stated.low, 0)
    counts = f"counts {amount(stated, 'count')} and lists {len(names)}: {listing(list(s.listed))}"
    some = _PARTIAL.search(text_of(s)) or s.qualifier is Qualifier.AT_LEAST
    if abs(off) < 0.5 or (off < 0.0 and some):
        yield from _good(s, counts)
    else:
        yield from _says(s, counts, "listed", float(off), "count")


def _same_twice(corpus: Corpus, s: Statement) -> Iterator[Finding]:
    """Names of a counted list that mean one thing count once."""
    if s.topic.quantity is not Quantity.COUNT or len(s.listed) < 2:
        return
    seen: dict[str, str] = {}
    for name in s.listed:
        entity = corpus.entities.resolve(name).entity
        if entity is None:
            continue
        if entity.id in seen and seen[entity.id].casefold() != name.casefold():
            text = f"counts '{seen[entity.id]}' and '{name}', which are one: {entity.name_en}"
            yield from _says(s, text, "listed", 1.0, "count")
        seen.setdefault(entity.id, name)


def _grade(s: Statement) -> Iterator[Finding]:
    """No ore or concentrate is richer in a metal than the mineral that carries it."""
    interval = bounds(s)
    if s.topic.quantity is not Quantity.GRADE or interval is None or s.unit not in ("1", ""):
        return
    text = text_of(s)
    minerals = _minerals().get(s.topic.commodity.casefold(), ())
    solid = s.topic.stage in (Stage.MINE, Stage.NONE) and not _METAL.search(text)
    if not minerals or not solid or _OXIDE.search(f"{text} {s.shown.casefold()}"):
        return
    mentioned = [m for m in minerals if m[1].search(text)]
    common = [m for m in minerals if m[3] != "rare"]
    name, _, limit, _ = max(mentioned or common, key=lambda m: m[2])
    if interval.low > limit + 5e-4:
        kind = f"{name}, the mineral named," if mentioned else f"{name}, the richest mineral mined,"
        metal = metal_name(s.topic.commodity)
        what = f"is {amount(interval, '1')}, and {kind} holds {amount(limit, '1')} {metal}"
        yield from _says(s, what, "low", interval.low - limit, "1")
    else:
        yield from _good(s, f"is no richer than {name} ({amount(limit, '1')})")


_Mineral = tuple[str, re.Pattern[str], float, str]


@cache
def _minerals() -> dict[str, tuple[_Mineral, ...]]:
    """Minerals by metal: name, words, mass fraction of the metal by formula, role."""
    out: dict[str, list[_Mineral]] = {}
    columns = ("metal", "mineral", "words", "formula", "carries", "source", "mark")
    for row in shipped("grade_limits.csv", *columns):
        words = row.text("words").split("|")
        english = "|".join(w for w in words if w.isascii())
        pattern = lexeme(english, "|".join(w for w in words if not w.isascii()))
        metal = row.text("metal")
        fraction = mass_fraction(row.text("formula"), metal.capitalize())
        out.setdefault(metal, []).append(
            (row.text("mineral"), pattern, fraction, row.text("carries"))
        )
    return {metal: tuple(found) for metal, found in out.items()}


def mass_fraction(formula: str, element: str) -> float:
    """Mass of an element over the mass of a mineral.

    Parameters
    ----------
    formula : str
        Elements and their numbers apart by spaces: ``Cu Fe S2``.
    element : str
        Symbol, such as ``Cu``.

    Raises
    ------
    KeyError
        For an element without an atomic weight here.
    """
    counts: dict[str, float] = {}
    for part in formula.split():
        found = re.fullmatch(r"([A-Z][a-z]?)([\d.]*)", part)
        if found is None:
            raise KeyError(part)
        counts[found[1]] = counts.get(found[1], 0.0) + float(found[2] or 1.0)
    whole = sum(_WEIGHTS[symbol] * n for symbol, n in counts.items())
    return _WEIGHTS[element] * counts[element] / whole


_CHECKS: tuple[Callable[[Statement], Iterator[Finding]], ...] = (
    _ends, _fraction, _mass, _dates, _operating_days, _position, _rank, _listed, _grade,
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "Shares stay within 100 %, masses above zero, dates in the calendar, grades below the "
        "mineral's, and counts fit their lists.",
        _run,
    ),
)
