"""Which statements speak of the same thing, at the same time, on the same basis.

Shared by the rules on identities: bounds of odd statements without errors, containment of one
entity in another, years that an undated statement may mean, and findings that keep the
background apart from the claims under check.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import named_part
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, Stage

METAL = frozenset({Basis.CONTAINED, Basis.RECOVERABLE, Basis.PAYABLE})
"""Bases that count metal. They differ by a recovery or a deduction of a few per cent."""

UNKNOWN_BASIS = frozenset({Basis.NONE, Basis.UNSTATED})
PRODUCT = frozenset({Basis.ORE, Basis.GROSS})
PLANNED = frozenset({ResourceClass.PLAN, ResourceClass.GUIDANCE})

FLOWS = frozenset(
    {Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS}
)
"""Quantities that add up over the parts of a whole, per year."""

LEVELS = FLOWS | {
    Quantity.THROUGHPUT,
    Quantity.RESOURCE,
    Quantity.RESOURCE_ADDED,
    Quantity.STOCK,
    Quantity.STOCK_CHANGE,
}
"""Quantities that add up over the parts of a whole."""

SLACK = 1e-9
"""Relative size of what floating-point arithmetic alone may leave between two equal numbers."""

BACKGROUND_TOLERANCE = 0.15
"""How far definitions and editions of one national series lie apart, as a rule of thumb: the
refined copper of China for 2024 is published as 12.0 and as 13.64 Mt, 14 % apart."""

WINDOW_Y = 5
"""An undated claim is taken to speak of some year at most so long before its text: yearly
statistics come out, and are passed on, one to a few years late."""

_WORLD = frozenset({"world", "?world", "global", "?global"})
_COMPUTED = re.compile(r"[(（](?:derived|推算|推导)[)）]", re.IGNORECASE)
_PARTIAL = re.compile(
    r"part[_ ]year|\bnet[_ ]|year[_ -]to[_ -]date|\bq[1-4]\b|\bquarter|\bhalf[_ -]year"
    r"|\bmonth|季度|上半年|累计",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(group|mining|company|corp\w*|co|ltd|inc|plc|holdings?|limited|resources)\b\.?|公司|集团",
    re.IGNORECASE,
)


def exact(s: Statement) -> Interval | None:
    """What is stated, one-sided where the words are; None for no number or an odd one."""
    ends = _ends(s)
    return None if ends is None else Interval(*ends)


def bounds(s: Statement) -> Interval | None:
    """What is stated with rounding and hedge; what is not negative stays so."""
    ends = _ends(s)
    if ends is None:
        return None
    low, high = ends
    if 0.0 < s.rounding < math.inf:
        low, high = low - s.rounding, high + s.rounding
    if 0.0 < s.hedge < math.inf:
        low -= abs(low) * s.hedge
        high += abs(high) * s.hedge
    return Interval(max(low, 0.0) if ends[0] >= 0.0 else low, high)


def _ends(s: Statement) -> tuple[float, float] | None:
    low, high = s.low, s.high
    if low is None and high is None:
        return None
    if low is None:
        low = -math.inf if s.topic.quantity is Quantity.GROWTH else 0.0
    elif high is None:
        high = low
    assert high is not None
    if low == high:
        if s.qualifier is Qualifier.AT_LEAST:
            high = math.inf
        elif s.qualifier is Qualifier.AT_MOST and low > 0.0:
            low = 0.0
    # not (low <= high) also where either is no number
    if not low <= high or low == math.inf or high == -math.inf:
        return None
    return low, high


def surplus(parts: Iterable[Statement], whole: Statement, tolerance: float = 0.0) -> float:
    """By how much parts are above their whole when roundings and hedges add as errors do.

    Intervals let every rounding and hedge err the same way, which with several statements is a
    bound and no expectation: "about 120" and "about 70" may well be 181, yet seldom are. Here the
    stated numbers count, less the root of the summed squares of what each allows, and of
    ``tolerance`` x whole. 0 where they fit, or where an end is open.
    """
    made = slack = 0.0
    for s in parts:
        stated, wide = exact(s), bounds(s)
        if stated is None or wide is None or not math.isfinite(stated.low):
            return 0.0
        made += stated.low
        slack += (stated.low - wide.low) ** 2
    top, wide = exact(whole), bounds(whole)
    if top is None or wide is None or not math.isfinite(top.high):
        return 0.0
    slack += (wide.high - top.high) ** 2 + (tolerance * top.high) ** 2
    return max(made - math.sqrt(slack) - top.high, 0.0)


def apart(a: Interval, b: Interval) -> float:
    """Distance from ``a`` to ``b``; 0 where they meet, floating-point dust included."""
    gap = a.gap(b)
    size = max((abs(x) for x in (a.low, a.high, b.low, b.high) if math.isfinite(x)), default=0.0)
    return 0.0 if abs(gap) <= SLACK * size else gap


@lru_cache(maxsize=4096)
def _matches(pattern: re.Pattern[str], text: str) -> bool:
    """Whether words occur; remembered, as attributes and subjects recur."""
    return pattern.search(text) is not None


def is_computed(s: Statement) -> bool:
    """Whether a statement says that it was worked out from others: no evidence of its own."""
    return s.is_derived or _matches(_COMPUTED, s.attribute)


def is_planned(s: Statement) -> bool:
    """Whether it tells what is meant to be, not what was."""
    return s.resource_class in PLANNED or s.qualifier is Qualifier.TARGET


def is_partial(s: Statement) -> bool:
    """Whether it counts a part of a year, or a balance of two flows: no level to compare."""
    return _matches(_PARTIAL, s.attribute)


def set_aside(corpus: Corpus) -> frozenset[str]:
    """Statements that are no evidence: replaced by a later edition, or background from a text
    that is itself under check.
    """
    on_trial = {s.source for s in corpus.checked}
    old = {x for s in corpus.statements for x in s.supersedes if x != s.id}
    old |= {s.id for s in corpus.statements if s.background and s.source in on_trial}
    return frozenset(old)


def one_basis(a: Statement, b: Statement) -> bool:
    """Whether two masses are of the same thing; a missing basis may be any."""
    if a.basis is b.basis or not {a.basis, b.basis}.isdisjoint(UNKNOWN_BASIS):
        return True
    if {a.basis, b.basis} <= METAL or {a.basis, b.basis} <= PRODUCT:
        return True
    # metal weighs what it contains once it is out of the ore
    beyond = (Stage.REFINED, Stage.SMELTER, Stage.SEMIS, Stage.USE)
    return a.topic.stage in beyond and b.topic.stage in beyond


def known_basis(*statements: Statement) -> bool:
    """Whether each says what it is the mass of."""
    return all(s.basis not in UNKNOWN_BASIS for s in statements)


def one_stage(a: Topic, b: Topic, *, one_text: bool) -> bool:
    """Whether both are taken at one stage; within one text a missing stage meets any."""
    if a.stage is b.stage or Quantity.USE in (a.quantity, b.quantity):
        return True
    return one_text and Stage.NONE in (a.stage, b.stage)


def one_class(a: Statement, b: Statement) -> bool:
    """Whether both are outcomes, both plans, or of one resource class."""
    if Quantity.RESOURCE in (a.topic.quantity, b.topic.quantity):
        return a.resource_class is b.resource_class
    return is_planned(a) == is_planned(b)


def years(s: Statement) -> range | None:
    """Calendar years spoken of; None for an undated statement."""
    if s.first_year is None and s.last_year is None:
        return None
    first = s.first_year if s.first_year is not None else s.last_year
    last = s.last_year if s.last_year is not None else s.first_year
    assert first is not None
    assert last is not None
    return range(first, max(first, last) + 1)


def one_time(a: Statement, b: Statement) -> bool:
    """Whether two statements certainly or, within one text, presumably mean one time.

    Flows over spans of different length are averages, and never compared with one year.
    """
    first, second = years(a), years(b)
    if first is None or second is None:
        return a.source == b.source
    return first == second


def report_year(corpus: Corpus, s: Statement) -> int | None:
    """Year in which a statement was made: its date, its source's, or the latest year told of."""
    dates = [s.reported, s.vintage]
    if s.source in corpus.sources:
        dates.append(corpus.sources[s.source].published)
    for text in dates:
        if re.match(r"\d{4}", text, re.ASCII):
            return int(text[:4])
    told = [
        x.last_year if x.last_year is not None else x.first_year
        for x in corpus.of_source(s.source)
        if not is_planned(x)
    ]
    return max((year for year in told if year is not None), default=None)


def levels(
    corpus: Corpus,
    topic: Topic,
    source: str = "",
    when: range | None = None,
    asked: frozenset[str] = frozenset(),
    names: frozenset[str] = frozenset(),
) -> list[Statement]:
    """Numbers on a topic; those of ``source`` also where they leave the stage open.

    With ``when``, those dated to other years are left out. What an attribute says of a part by
    name ("output, Sunde smelter") is no number on the whole, nor is a facet of
    another number, unless its words are among those ``asked`` for;
    ``names`` asks for a part by name.
    """
    found = []
    for stage in Stage:
        other = Topic(topic.entity, topic.quantity, topic.commodity, stage)
        for s in corpus.on(other):
            if s.counterpart or named_part(s) != names or not s.facet <= asked:
                continue
            if when is not None and (years(s) or when) != when:
                continue
            one_text = bool(source) and s.source == source
            if one_stage(topic, other, one_text=one_text) and bounds(s) is not None:
                found.append(s)
    return found


def containers(corpus: Corpus, entity: str) -> list[str]:
    """Entities that an entity lies in: parents, province, country, the world."""
    if entity not in corpus.entities:
        return []
    own = corpus.entities[entity]
    above = [e.id for e in corpus.entities.parents(entity)]
    if own.province:
        above += [own.province, *(e.id for e in corpus.entities.parents(own.province))]
    if own.country and own.kind not in {"company", "group", "country"}:
        above += [
            e.id
            for e in corpus.entities.of_kind("country")
            if e.country == own.country or e.id == own.country.casefold()
        ]
    return [e for e in dict.fromkeys(above) if e != entity]


def is_world(corpus: Corpus, entity: str) -> bool:
    """Whether an entity is the whole world."""
    return entity.casefold() in _WORLD or (
        entity in corpus.entities and corpus.entities[entity].name_en.casefold() in _WORLD
    )


def looks_like_company(corpus: Corpus, s: Statement) -> bool:
    """Whether the subject is a company, by its kind or, unresolved, by its name."""
    kind = corpus.kind(s.entity)
    return kind in {"company", "group"} if kind else _matches(_COMPANY, s.subject)


def conclude(
    rule: str,
    verdict: Verdict,
    members: Sequence[Statement],
    explanation: str,
    residual: float | None = None,
    unit: str = "",
    blamed: Iterable[str] = (),
    fields: Iterable[str] = ("basis", "stage", "unit", "first_year", "last_year"),
) -> Finding | None:
    """A finding on its members in the order of the arithmetic; None when all are background."""
    distinct = list({s.id: s for s in members}.values())
    claims = tuple(s.id for s in distinct if not s.background)
    if not claims:
        return None
    relied = frozenset(fields)
    return Finding(
        rule,
        verdict,
        claims,
        explanation,
        residual=residual,
        unit=unit,
        background=tuple(s.id for s in distinct if s.background),
        blamed=tuple(dict.fromkeys(blamed)),
        inferred=tuple(f"{s.id}.{name}" for s in distinct for name in s.inferred if name in relied),
    )


CONCENTRATE_GRADE: dict[str, Interval] = {
    "cu": Interval(0.20, 0.30),
    "zn": Interval(0.45, 0.60),
    "pb": Interval(0.50, 0.75),
    "ni": Interval(0.05, 0.20),
    "sn": Interval(0.40, 0.70),
    "mo": Interval(0.45, 0.58),
    "sb": Interval(0.40, 0.65),
    "w": Interval(0.40, 0.57),
    "li": Interval(0.020, 0.030),
    "fe": Interval(0.60, 0.70),
}
"""Usual metal in a concentrate that is sold (fraction). Recalled from textbooks and unverified:
copper after Schlesinger et al. (2011), Extractive Metallurgy of Copper, 5th ed.; zinc, lead, tin
after Sinclair (2005, 2009); spodumene of 5-6.5 % Li2O; scheelite and wolframite of 50-72 % WO3."""


def as_contained(s: Statement) -> Interval | None:
    """Metal in a tonnage read as gross concentrate; None where the usual grade is unknown."""
    stated, grade = bounds(s), CONCENTRATE_GRADE.get(s.topic.commodity)
    return None if stated is None or grade is None else stated * grade
