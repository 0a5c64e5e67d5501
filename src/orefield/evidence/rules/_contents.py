"""What is in the ground: metal against ore and grade, and reserves against what is mined."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._chain import cap, operating_days
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
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass

_LIFE = re.compile(r"\blife\b|_life\b|\blife_|服务年限|开采年限|矿山寿命|服务期", re.I)
_OTHER_LIFE = re.compile(r"product|shelf|service life of|lifetime|battery|equipment", re.I)

_SAME_TABLE = 0.03
"""Relative slack between figures of one table: rounding of the grade that was averaged."""

_GENEROUS_LIFE = 1.5
"""Mined ore may exceed the ore published by this much: resources are converted and found."""


def check_contents(corpus: Corpus) -> Iterator[Finding]:
    """Hold metal in the ground against ore times grade, of one source, class and time.

    Where a source gives only part of the three, those of others of the same class and year are
    taken, and only a factor of two is a contradiction: editions and cut-offs differ.
    """
    name = "metal-content"
    sites = Sites(corpus)
    for metal in [s for found in sites.metal_in_place.values() for s in found]:
        ores = _alike(sites.ore_in_place.get(metal.entity, []), metal)
        rated = sites.grades.get(metal.entity, [])
        grades = _alike([s for s in rated if s.topic.commodity == metal.topic.commodity], metal)
        if len(ores) != 1 or len(grades) != 1:
            continue  # none, or several bodies: which belongs to this metal is not stated
        ore, rich = ores[0], grades[0]
        spans = [allowed(s) for s in (ore, rich, metal)]
        if any(span is None or span.high <= 0.0 for span in spans):
            continue
        together = ore.source == rich.source == metal.source
        slack = _SAME_TABLE
        if not together:
            slack = 2.0 * max(SIGMA[s.sigma_class] for s in (ore, rich, metal))
        ore_span, grade_span, metal_span = (s for s in spans if s is not None)
        product = (ore_span * grade_span).scaled(slack)
        base = f"{amount(ore_span, 't')} of ore x {amount(grade_span, '1')}"
        text = f"{base} = {amount(ore_span * grade_span, 't')} of {metal.topic.commodity}"
        text += f"; stated are {amount(metal_span, 't')} ({stated(metal)})"
        gap = product.gap(metal_span)
        if gap == 0.0:
            verdict = Verdict.PASS
        else:
            ratio = _apart(product, metal_span)
            text += f": a factor of {ratio:.3g}"
            # averages of several bodies round apart by a few percent
            sure = ratio > (1.1 if together else 2.0)
            verdict = Verdict.VIOLATE if sure else Verdict.INSUFFICIENT
        yield from conclude(
            name,
            verdict,
            [ore, rich, metal],
            text,
            residual=gap,
            unit="t",
            relied=["resource_class", "first_year"],
        )


def check_life(corpus: Corpus) -> Iterator[Finding]:
    """Hold what is mined against what is there: over the stated life, and in one year."""
    sites = Sites(corpus)
    for life in corpus.of_quantity(Quantity.OTHER):
        if life.unit in {"y", "d"} and is_mine_life(life):
            yield from _life(sites, life)
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
    span = allowed(life)
    ore = _largest(sites.ore_in_place.get(life.entity, []))
    rates = [s for s in sites.ore_rates.get(life.entity, ()) if s.same_time(life)]
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
    text = (
        f"{amount(years, 'y')} x {amount(flow, 't/y')} of ore = {amount(used, 't')}; in the "
        f"ground are {amount(there, 't')} ({stated(ore)})"
    )
    enough = used <= have * _GENEROUS_LIFE
    yield from conclude(
        "mine-life",
        Verdict.PASS if enough else Verdict.VIOLATE,
        [life, rate, ore],
        text if enough else f"{text}: {used / have:.3g} times what is there",
        residual=max(used - have, 0.0),
        unit="t",
    )


def _one_year(there: Statement, output: Statement) -> Iterator[Finding]:
    rate = yearly(output)
    span = allowed(there)
    if rate is None or span is None:
        return
    used, have = max(rate.low, 0.0), cap(span).high
    enough = used <= have
    text = (
        f"{amount(used, 't/y')} of {output.topic.commodity} ({stated(output)}) out of "
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


def _alike(statements: list[Statement], metal: Statement) -> list[Statement]:
    """Those of the same source, class and time; else of the same class and year elsewhere."""
    same = [s for s in statements if _class_fits(s, metal) and s.same_time(metal)]
    own = [s for s in same if s.source == metal.source and s.first_year == metal.first_year]
    if own:
        exact = [s for s in own if s.resource_class is metal.resource_class]
        return _distinct(exact or own)
    dated = [s for s in same if s.first_year is not None and s.first_year == metal.first_year]
    return _distinct([s for s in dated if s.resource_class is metal.resource_class])


def _class_fits(s: Statement, metal: Statement) -> bool:
    loose = {ResourceClass.NONE, metal.resource_class}
    return s.resource_class in loose or (
        s.topic.quantity is Quantity.GRADE and s.resource_class not in IN_GROUND
    )


def _distinct(statements: list[Statement]) -> list[Statement]:
    """One of each value: a figure told twice is one figure."""
    return list({(s.low, s.high): s for s in statements}.values())


def _apart(product: Interval, metal: Interval) -> float:
    if metal.low > product.high > 0.0:
        return metal.low / product.high
    return product.low / metal.high if metal.high > 0.0 else float("inf")
