"""Slips of unit that show against physics: days for years, ore for metal, % for grams a tonne."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._chain import cap, grade, relatives
from orefield.evidence.rules._sites import Sites, is_ore_grade
from orefield.evidence.rules._values import (
    DAYS,
    allowed,
    central,
    conclude,
    independent,
    single_site,
    stated,
    yearly,
)
from orefield.evidence.rules._world import counted_as_ore, world_bound
from orefield.evidence.rules.bounds import bound_of
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis

NAME = "unit-slip"

_DAYS = Interval(300.0, 366.0)
"""Operating days a year that turn a daily into a yearly rate."""

_SAME_NUMBER = 0.01
_POOREST = 1e-4
"""No ore is poorer than this share of a usual open pit's grade."""

_FLOWS = frozenset({Quantity.CAPACITY, Quantity.THROUGHPUT, Quantity.PRODUCTION})
_METAL_WORDS = re.compile(r"\bmetal\b|contained|cathode|refined|金属量|阴极铜|含铜", re.I)


def check_days(corpus: Corpus) -> Iterator[Finding]:
    """Find yearly rates that are daily ones: the number, times 300 to 366 days, is the ore rate."""
    sites = Sites(corpus)
    for s in corpus.checked:
        if (
            s.entity not in sites.ore_rates
            or s.unit not in {"t/y", "t"}
            or not _may_be_ore(corpus, s)
        ):
            continue
        value = central(s)
        if value is None:
            continue
        rates = [r for r in sites.ore_rates.get(s.entity, ()) if r.id != s.id]
        daily = [r for r in rates if r.unit == "t/d" and _about(central(r), value)]
        yearly_rates = [r for r in rates if r.unit != "t/d" and _is_days_of(r, value)]
        if not (daily or yearly_rates) or _metal_elsewhere(sites, s, value):
            continue
        found = [*daily, *yearly_rates]
        verdict = _sureness(s, daily, found)
        if verdict is None:
            continue
        told = "; ".join(stated(r) for r in found[:4])
        text = (
            f"{stated(s)}: {amount(value, 't/d')} x 300 to 366 d = "
            f"{amount(_DAYS * value, 't/y')} of ore, and the ore rate is stated so ({told}): "
            "t/y is a slip for t/d"
        )
        if verdict is Verdict.INSUFFICIENT:
            text += ", unless it is a mass of metal"
        yield from conclude(
            NAME,
            verdict,
            [*found[:4], s],
            text,
            residual=DAYS,
            unit="ratio",
            blamed=[s] if verdict is Verdict.VIOLATE else [],
            relied=["resource_class"],
        )


def check_impossible(corpus: Corpus) -> Iterator[Finding]:
    """Find metal that is ore: a daily rate above the world's output, or the site's own ore rate."""
    sites = Sites(corpus)
    for s in [s for found in sites.metal_outputs.values() for s in found if not s.background]:
        flow, bound = yearly(s), bound_of(corpus, s)
        if flow is None or flow.low <= 0.0:
            continue
        if bound is not None and s.unit == "t/d" and flow.low > bound.bound:
            largest = world_bound("ore", "site")
            as_ore = largest is not None and flow.low <= largest.bound
            text = (
                f"{stated(s)}: {amount(max(s.low or 0.0, 0.0), 't/d')} x 365 d = "
                f"{amount(flow.low, 't/y')} of {metal_name(s.topic.commodity)}, above "
                f"{amount(bound.bound, 't/y')} ({bound.words}): impossible as metal"
            )
            text += ", possible as ore" if as_ore else "; t/d may be a slip for t/y"
            yield from conclude(
                NAME,
                Verdict.VIOLATE,
                [s],
                text,
                residual=flow.low / bound.bound,
                unit="ratio",
                blamed=[s],
            )
        elif single_site(corpus, s.entity):
            yield from _is_ore_rate_of_site(sites, s, flow)


def _is_ore_rate_of_site(sites: Sites, s: Statement, flow: Interval) -> Iterator[Finding]:
    rates = [r for r in sites.ore_rates.get(s.entity, ()) if r.id != s.id]
    rich = grade(sites, s.topic.commodity, relatives(sites.corpus, s.entity, children=True))
    # one tonne of metal in two tonnes of ore is no ore of these metals
    if not rates or rich is None or rich.span.high > 0.3:
        return
    for rate in rates:
        ore = yearly(rate)
        if ore is None or ore.high <= 0.0:
            continue
        near = cap(ore).scaled(0.03) if rate.unit != "t/d" else Interval(ore.low * 0.8, ore.high)
        if cap(flow).overlaps(near):
            yield from conclude(
                NAME,
                Verdict.VIOLATE,
                [rate, s],
                f"{stated(s)} equals the ore rate ({stated(rate)}), at {rich.words}: ore called "
                "metal",
                residual=1.0 / rich.span.high,
                unit="ratio",
                blamed=[s] if rate.background or _several(sites.corpus, rates, s) else [],
            )
            return


def check_grades(corpus: Corpus) -> Iterator[Finding]:
    """Find grades that no ore has: g/t written as %, % as a fraction, or the other way."""
    for s in corpus.of_quantity(Quantity.GRADE):
        span = allowed(s)
        if s.background or span is None or not is_ore_grade(s):
            continue
        top = world_bound(s.topic.commodity, "grade_mineral")
        usual = world_bound(s.topic.commodity, "grade_open_pit")
        if top is None or usual is None:
            continue
        limit = f"{amount(top.bound, '1')} ({top.note}, {top.words})"
        if span.low > top.bound:
            fits = [
                words
                for factor, words in ((1e4, "g/t written as %"), (100.0, "% read as a fraction"))
                if span.low / factor <= usual.bound * 2.0
            ]
            verdict, text = Verdict.VIOLATE, f"{stated(s)} is above {limit}"
            text += f": {' or '.join(fits)}" if fits else ""
            ratio = span.low / top.bound
        elif 0.0 < span.high < usual.bound * _POOREST:
            verdict = Verdict.VIOLATE
            text = f"{stated(s)} is {amount(span.high, '1')}: poorer than any ore; % written as g/t"
            ratio = usual.bound * _POOREST / span.high
        else:
            verdict, ratio = Verdict.PASS, 1.0
            text = f"{stated(s)} is a grade that ores have, at most {limit}"
        blamed = [s] if verdict is Verdict.VIOLATE else []
        yield from conclude(NAME, verdict, [s], text, residual=ratio, unit="ratio", blamed=blamed)


def _may_be_ore(corpus: Corpus, s: Statement) -> bool:
    if s.topic.quantity not in _FLOWS or not single_site(corpus, s.entity):
        return False
    if counted_as_ore(s.topic.commodity) and s.topic.commodity not in {"", "ore"}:
        return s.basis in {Basis.ORE, Basis.NONE, Basis.UNSTATED}
    if s.basis in {Basis.ORE, Basis.NONE, Basis.UNSTATED}:
        return True
    named = _METAL_WORDS.search(f"{s.attribute} {s.shown}")
    return "basis" in s.inferred and s.basis is Basis.CONTAINED and not named


def _sureness(s: Statement, daily: list[Statement], found: list[Statement]) -> Verdict | None:
    """How far the coincidence of numbers tells a slip: metal a year may be ore a day by chance."""
    if s.basis is Basis.CONTAINED and "commodity" not in s.inferred:
        if not daily:
            return None
        told_together = any(r.source == s.source for r in daily)
        return Verdict.VIOLATE if told_together else Verdict.INSUFFICIENT
    as_metal = s.topic.quantity is Quantity.PRODUCTION and s.basis is not Basis.ORE
    if as_metal and not daily:
        return Verdict.INSUFFICIENT
    return Verdict.VIOLATE if found else None


def _about(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= _SAME_NUMBER * b


def _is_days_of(rate: Statement, value: float) -> bool:
    span = yearly(rate)
    if span is None or span.high <= 0.0:
        return False
    # a "more than" says the order, not the number
    if span.high == float("inf"):
        return (_DAYS * value).overlaps(Interval(span.low, span.low * 1.2))
    return (_DAYS * value).overlaps(span)


def _metal_elsewhere(sites: Sites, s: Statement, value: float) -> bool:
    """Whether another origin gives this number as metal: then it is metal.

    Not where the words say that it is ore.
    """
    if s.basis is Basis.ORE and "basis" not in s.inferred:
        return False
    return any(
        other.basis is Basis.CONTAINED
        and "basis" not in other.inferred
        and other.source != s.source
        and other.unit == s.unit
        and (at := central(other)) is not None
        and abs(at - value) <= 0.2 * value
        for other in sites.metal_outputs.get(s.entity, ())
    )


def _several(corpus: Corpus, rates: list[Statement], s: Statement) -> bool:
    return len(independent(corpus, [r for r in rates if r.source != s.source])) >= 2
