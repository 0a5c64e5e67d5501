"""What is in the ground: metal against ore and grade, and reserves against what is mined."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._chain import cap, operating_days
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules._sites import Sites
from orefield.evidence.rules._values import (
    IN_GROUND,
    SIGMA,
    allowed,
    conclude,
    single_site,
    stated,
    yearly,
)
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass
from orefield.evidence.words.attributes import class_of

_LIFE = re.compile(r"\blife\b|_life\b|\blife_|服务年限|开采年限|矿山寿命|服务期", re.I)
_OTHER_LIFE = re.compile(r"product|shelf|service life of|lifetime|battery|equipment", re.I)

_SAME_TABLE = 0.03
"""Relative slack between figures of one table: rounding of the grade that was averaged."""

_ONE_YEAR = 4.0 / 3.0
"""How far metal may be from another text's ore times grade of the same class and year."""

_INCLUSIVE = re.compile(
    r"resources?\b\W{0,3}(?:inclusive|including|incl)\b.{0,12}\breserves?\b", re.IGNORECASE
)
_FED = re.compile(r"\b(?:head|feed|mill(?:ed)?|mined|plant|rom)\b|run.of.mine|入选|采出", re.I)

_GENEROUS_RESERVE = 1.3
"""A life stated beside a reserve is worked out from it: rounding, ramp-up and stockpiles only."""

_GENEROUS_LIFE = 1.5
"""Mined ore may exceed the ore published by this much: resources are converted and found."""


def check_contents(corpus: Corpus) -> Iterator[Finding]:
    """Hold metal in the ground against ore times grade, of one class and time.

    The factors are those of the metal's own text, else the pair that another text gives for the
    same class; ore and grade of different texts are taken last. A factor of two is a contradiction
    even then; within one table a tenth is, and of another text's pair for the same year a third.
    """
    sites = Sites(corpus)
    for metal in [s for found in sites.metal_in_place.values() for s in found]:
        ores = [s for s in sites.ore_in_place.get(metal.entity, ()) if _class_fits(s, metal)]
        rated = sites.grades.get(metal.entity, ())
        grades = [
            s for s in rated if s.topic.commodity == metal.topic.commodity and _grade_fits(s, metal)
        ]
        factors = _factors_of(metal, ores, grades)
        if factors is not None:
            yield from _content(metal, *factors)


def _content(metal: Statement, ore: Statement, rich: Statement) -> Iterator[Finding]:
    spans = [allowed(s) for s in (ore, rich, metal)]
    if any(span is None or span.high <= 0.0 for span in spans):
        return
    together = ore.source == rich.source == metal.source
    slack = _SAME_TABLE
    if not together:
        slack = 2.0 * max(SIGMA[s.sigma_class] for s in (ore, rich, metal))
    ore_span, grade_span, metal_span = (s for s in spans if s is not None)
    product = (ore_span * grade_span).scaled(slack)
    middle = (ore.stated or ore_span) * (rich.stated or grade_span)
    text = (
        f"{ore.shown or amount(ore_span, 't')} of ore x {rich.shown or amount(grade_span, '1')} = "
        f"{amount(middle, 't')} of {metal_name(metal.topic.commodity)}; stated are "
        f"{amount(metal.stated or metal_span, 't')} ({stated(metal)})"
    )
    gap = (ore_span * grade_span).scaled(min(slack, _SAME_TABLE)).gap(metal_span)
    ratio = 1.0 if gap == 0.0 else _apart((ore_span * grade_span).scaled(_SAME_TABLE), metal_span)
    one_year = metal.first_year is not None and ore.first_year == metal.first_year
    limit = 1.1 if together else _ONE_YEAR if one_year and ore.source == rich.source else 2.0
    if product.gap(metal_span) == 0.0 and ratio <= limit:
        verdict = Verdict.PASS
    else:
        text += f": a factor of {ratio:.3g}"
        # averages of several bodies round apart by a few percent
        verdict = Verdict.VIOLATE if ratio > limit else Verdict.INSUFFICIENT
    yield from conclude(
        "metal-content",
        verdict,
        [ore, rich, metal],
        text,
        residual=0.0 if verdict is Verdict.PASS else gap,
        unit="t",
        relied=["resource_class", "first_year"],
    )


def check_life(corpus: Corpus) -> Iterator[Finding]:
    """Hold what is mined against what is there: over the stated life, and in one year."""
    sites = Sites(corpus)
    for life in corpus.of_quantity(Quantity.OTHER):
        if life.unit in {"y", "d"} and is_mine_life(life):
            yield from _life(sites, life)
            yield from _life_of_metal(sites, life)
    for entity, outputs in sites.metal_outputs.items():
        largest: dict[str, list[Statement]] = {}
        for s in sites.metal_in_place.get(entity, ()):
            largest.setdefault(s.topic.commodity, []).append(s)
        stocks = {commodity: _largest(found) for commodity, found in largest.items()}
        for output in outputs:
            there = stocks.get(output.topic.commodity)
            if there is not None and not output.background:
                yield from _one_year(there, output)


def is_mine_life(s: Statement) -> bool:
    """Whether it is how long a mine will last."""
    text = s.attribute.replace("_", " ")
    return bool(_LIFE.search(text)) and not _OTHER_LIFE.search(text)


def _life(sites: Sites, life: Statement) -> Iterator[Finding]:
    """A life stated, times the ore of a year, against the reserve of ore."""
    span = allowed(life)
    ore = _largest([s for s in sites.ore_in_place.get(life.entity, ()) if not scope(s) - {"mined"}])
    rates = [
        s
        for s in sites.ore_rates.get(life.entity, ())
        if s.same_time(life) or s.first_year is None or _lasting(s)
    ]
    if span is None or ore is None or not rates or not single_site(sites.corpus, life.entity):
        return
    years = span * (1.0 if life.unit == "y" else 1.0 / 365.0)
    days = operating_days(sites, life.entity)
    flows = []
    for s in rates:
        own = allowed(s)
        if own is not None and own.high > 0.0:
            low = max(own.low, 0.0) * (days.span.low if s.unit == "t/d" else 1.0)
            flows.append((low, s))
    there = allowed(ore)
    if not flows or there is None:
        return
    # the slowest rate stated: a life that fails even with it fails with all
    flow, rate = min(flows, key=lambda pair: (pair[0], pair[1].id))
    used = max(years.low, 0.0) * flow
    have = cap(there).high
    reserve = ore.resource_class is ResourceClass.RESERVE
    text = (
        f"{stated(life)}: {amount(life.stated or years, life.unit)} x {amount(flow, 't/y')} of ore "
        f"= {amount(used, 't')}; in the ground are {amount(ore.stated or there, 't')} "
        f"({stated(ore)})"
    )
    if flow > 0.0 and math.isfinite(have):
        text += f", which last {amount(have / flow, 'y')}"
    enough = used <= have * (_GENEROUS_RESERVE if reserve else _GENEROUS_LIFE)
    one_time = ore.source == life.source or None in (ore.first_year, life.first_year)
    # what was known to be there in an earlier year is not what a later text plans with
    one_time = one_time or ore.first_year == life.first_year
    bad = Verdict.VIOLATE if one_time else Verdict.INSUFFICIENT
    yield from conclude(
        "mine-life",
        Verdict.PASS if enough else bad,
        [life, rate, ore],
        text if enough else f"{text}: {used / have:.3g} times what is there",
        residual=max(used - have, 0.0),
        unit="t",
    )


def _life_of_metal(sites: Sites, life: Statement) -> Iterator[Finding]:
    """A reserve life stated for a metal, times a year's output, against the reserve of metal."""
    span = allowed(life)
    if span is None or life.unit != "y" or not life.topic.commodity:
        return
    metal = life.topic.commodity
    outputs = [
        s
        for s in sites.metal_outputs.get(life.entity, ())
        if s.topic.commodity == metal and s.same_time(life) and not scope(s)
    ]
    reserves = [
        s
        for s in sites.metal_in_place.get(life.entity, ())
        if s.topic.commodity == metal
        and s.resource_class is ResourceClass.RESERVE
        and s.same_time(life)
    ]
    there = _largest(reserves)
    if there is None or not outputs:
        return
    have = allowed(there)
    rate, flow = min(
        ((s, y.low) for s in outputs if (y := yearly(s)) is not None),
        key=lambda pair: pair[1],
        default=(life, 0.0),
    )
    if have is None or flow <= 0.0 or not math.isfinite(have.high):
        return
    used = max(span.low, 0.0) * flow
    enough = used <= have.high * _GENEROUS_LIFE
    text = (
        f"{stated(life)}: {amount(life.stated or span, 'y')} x {amount(flow, 't/y')} "
        f"({stated(rate)}) = {amount(used, 't')}; the reserve is {amount(have, 't')} "
        f"({stated(there)}), which lasts {amount(have.high / flow, 'y')}"
    )
    yield from conclude(
        "mine-life",
        Verdict.PASS if enough else Verdict.VIOLATE,
        [life, rate, there],
        text,
        residual=max(used - have.high, 0.0),
        unit="t",
    )


def _lasting(s: Statement) -> bool:
    """Whether a rate is a design or a plan, which holds on."""
    return s.resource_class in {ResourceClass.CAPACITY, ResourceClass.PLAN}


def _one_year(there: Statement, output: Statement) -> Iterator[Finding]:
    rate = yearly(output)
    span = allowed(there)
    if rate is None or span is None:
        return
    used, have = max(rate.low, 0.0), cap(span).high
    enough = used <= have
    text = (
        f"{amount(used, 't/y')} of {metal_name(output.topic.commodity)} ({stated(output)}) out of "
        f"{amount(span, 't')} in the ground ({stated(there)})"
    )
    part_only = there.resource_class in {ResourceClass.MEASURED, ResourceClass.INDICATED}
    bad = Verdict.INSUFFICIENT if part_only else Verdict.VIOLATE
    yield from conclude(
        "mine-life",
        Verdict.PASS if enough else bad,
        [there, output],
        text if enough else f"{text}: more than all of it in a single year",
        residual=max(used - have, 0.0),
        unit="t",
        relied=["resource_class"],
    )


def _largest(statements: list[Statement]) -> Statement | None:
    sized = []
    for s in statements:
        span = allowed(s)
        if span is not None and span.high > 0.0:
            sized.append((cap(span).high, not s.background, s.id, s))
    return max(sized, key=lambda item: item[:3])[3] if sized else None


def _factors_of(
    metal: Statement, ores: list[Statement], grades: list[Statement]
) -> tuple[Statement, Statement] | None:
    """The one ore and the one grade that a metal is of; None where none or several may be."""
    # what was added to a resource is not the ore of all of it
    ores = [s for s in ores if s.same_time(metal) and scope(s) == scope(metal)]
    grades = [s for s in grades if s.same_time(metal) and scope(s) <= scope(metal)]
    texts = dict.fromkeys([metal.source, *(s.source for s in ores)])
    for source in texts:
        own = [[s for s in some if s.source == source] for some in (ores, grades)]
        if source != metal.source and metal.first_year is None:
            continue
        pair = [_sharpest(some, metal) for some in own]
        if pair[0] is not None and pair[1] is not None:
            return pair[0], pair[1]
    dated = [
        [s for s in some if s.first_year is not None and s.first_year == metal.first_year]
        for some in (ores, grades)
    ]
    ore, rich = (_sharpest(some, metal) for some in dated)
    return None if ore is None or rich is None else (ore, rich)


def _sharpest(found: list[Statement], metal: Statement) -> Statement | None:
    """The one value of the metal's own class, scope and year; None for none or several."""
    for better in (
        [s for s in found if s.first_year == metal.first_year and _own_class(s, metal)],
        [s for s in found if _own_class(s, metal)],
        found,
    ):
        values = _distinct([s for s in better if scope(s) == scope(metal)] or better)
        if values:
            return values[0] if len(values) == 1 else None
    return None


def _own_class(s: Statement, metal: Statement) -> bool:
    return _class_of(s) is _class_of(metal)


def _class_of(s: Statement) -> ResourceClass:
    """The class stated, or named by the attribute of a grade.

    A resource that includes its reserves is a resource, whichever of the two words was read.
    """
    if _INCLUSIVE.search(s.attribute):
        return ResourceClass.RESOURCE
    if s.resource_class in IN_GROUND:
        return s.resource_class
    if s.topic.quantity is Quantity.GRADE:
        return class_of(s.attribute.replace("_", " ").lower())
    return s.resource_class


def _class_fits(s: Statement, metal: Statement) -> bool:
    """Whether ore may be that of the metal: reserves are no resources."""
    return _class_of(s) in {ResourceClass.NONE, _class_of(metal)}


def _grade_fits(s: Statement, metal: Statement) -> bool:
    return _class_fits(s, metal) and not _FED.search(s.attribute)


def _distinct(statements: list[Statement]) -> list[Statement]:
    """One of each value: a figure told twice is one figure."""
    return list({(s.low, s.high): s for s in statements}.values())


def _apart(product: Interval, metal: Interval) -> float:
    if metal.low > product.high > 0.0:
        return metal.low / product.high
    return product.low / metal.high if metal.high > 0.0 else float("inf")
