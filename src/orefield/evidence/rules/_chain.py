"""What the statements of a site say of its chain: ore rate, days, grade, recovery, ore in place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.interval import Interval
from orefield.evidence.rules._sites import Sites
from orefield.evidence.rules._values import (
    AREAS,
    DAYS,
    IN_GROUND,
    allowed,
    middle,
    planned,
)
from orefield.evidence.rules._world import world_bound
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Quantity, Statement

_POOREST_RECOVERY = 0.2
"""Below this a "recovery" is metal over ore, not metal over metal."""
_EXPANDED = 4.0
"""How many times today's rate an expansion may give before its ore rate must be told."""

_GROWS = re.compile(
    r"\bexpan|\bdoubl|\btripl|\bphase|\bsecond line|\bnew (?:mill|plant|line|concentrator)|ramp"
    r"|扩建|扩产|翻番|二期|三期",
    re.IGNORECASE,
)
_ONE_SIDED = 1.25
"""How far above its figure a "more than" is taken to reach, where an upper end is needed."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of an identity: its range, where it comes from, and how far it may be stretched.

    Attributes
    ----------
    span : Interval
    words : str
        The factor as an explanation shows it.
    statements : tuple of Statement
        Empty for a shipped bound.
    slack : float
        What the upper end is multiplied by before a verdict rests on it: 1 for a figure of the
        same time and kind, more for one that only resembles it.
    """

    span: Interval
    words: str
    statements: tuple[Statement, ...] = ()
    slack: float = 1.0


def ore_rate(sites: Sites, output: Statement, family: tuple[str, ...]) -> Factor | None:
    """The largest ore rate of a site, or of what it lies in, at the time of an output, in t/y."""
    for entity in family:
        rates = [s for s in sites.ore_rates.get(entity, ()) if s.id != output.id]
        if not rates:
            continue
        near = [s for s in rates if _same_state(s, output)]
        # plans may follow an expansion that rates of today do not hold
        slack = 1.0 if near and (not planned(output) or any(map(planned, near))) else 2.0
        if planned(output) and _GROWS.search(_text(output)):
            grown = [s for s in near if planned(s) and _GROWS.search(_text(s))]
            near, slack = (grown, 1.0) if grown else (near, _EXPANDED)
        days = operating_days(sites, entity)
        best: tuple[float, Interval, Statement] | None = None
        for s in near or rates:
            span = allowed(s)
            if span is None or span.high <= 0.0:
                continue
            capped = cap(span)
            per_year = capped * days.span if s.unit == "t/d" else capped
            if best is None or (per_year.high, not s.background) > (
                best[0],
                not best[2].background,
            ):
                best = (per_year.high, per_year, s)
        if best is None:
            continue
        _, per_year, s = best
        words = s.shown or amount(cap(allowed(s) or per_year), s.unit)
        used: tuple[Statement, ...] = (s,)
        if s.unit == "t/d":
            words, used = f"{words} of ore x {days.words}", (s, *days.statements)
        return Factor(per_year, words if s.unit == "t/d" else f"{words} of ore", used, slack)
    return None


def operating_days(sites: Sites, entity: str) -> Factor:
    """Days a year that a site runs: stated, else the calendar's 365."""
    for s in sites.days.get(entity, ()):
        span = allowed(s)
        if span is not None and 0.0 < span.high <= 366.0:
            return Factor(span, f"{amount(span, 'd')}", (s,))
    return Factor(Interval.point(DAYS), "365 d")


def grade(sites: Sites, commodity: str, family: tuple[str, ...]) -> Factor | None:
    """The grades known of a site, else of its relatives, else the bound for such a mine."""
    for entity in family:
        known = [
            s
            for s in sites.grades.get(entity, ())
            if s.topic.commodity == commodity and not above_any_ore(s)
        ]
        found = _hull(known, "grade")
        if found is not None:
            averages = all(s.resource_class in IN_GROUND for s in found.statements)
            # a mine may feed richer ore than the average of its resource for years
            slack = 1.3 if averages else 1.0
            return Factor(found.span, found.words, found.statements, slack)
    measure = "grade_open_pit" if sites.open_pits & {*family[:1]} else "grade_ore"
    bound = world_bound(commodity, measure)
    if bound is None:
        return None
    kind = "an open pit" if measure == "grade_open_pit" else "any mine"
    text = f"at most {amount(bound.bound, '1')} {metal_name(commodity)} ({kind}, {bound.words})"
    return Factor(Interval(0.0, bound.bound), text)


def above_any_ore(s: Statement) -> bool:
    """Whether a grade is above what any ore has: a slip, and no factor of anything."""
    top, span = world_bound(s.topic.commodity, "grade_mineral"), allowed(s)
    return top is not None and span is not None and span.low > top.bound


def recovery(sites: Sites, commodity: str, family: tuple[str, ...]) -> Factor:
    """The recoveries known of a site, else of its relatives, else all of the metal."""
    for entity in family:
        known = [
            s
            for s in sites.recoveries.get(entity, ())
            if s.unit == "1" and (middle(s) or 0.0) >= _POOREST_RECOVERY
        ]
        found = _hull([s for s in known if s.topic.commodity in {commodity, ""}], "recovery")
        if found is not None and _POOREST_RECOVERY <= found.span.high <= 1.05:
            return Factor(
                Interval(found.span.low, min(found.span.high, 1.0)), found.words, found.statements
            )
    return Factor(Interval(0.0, 1.0), "at most 100 % recovery")


def relatives(corpus: Corpus, entity: str, *, children: bool) -> tuple[str, ...]:
    """A site, the sites it is part of, and on request its parts; never a country or a county."""
    if entity not in corpus.entities:
        return (entity,)
    above = [e.id for e in corpus.entities.parents(entity) if e.kind not in AREAS]
    below = [e.id for e in corpus.entities.children(entity)] if children else []
    return (entity, *above, *below)


def cap(span: Interval) -> Interval:
    """A range with a finite upper end: "more than" is taken to mean not much more."""
    if span.high != float("inf"):
        return span
    return Interval(span.low, max(span.low, span.low * _ONE_SIDED))


def _hull(statements: Iterable[Statement], what: str) -> Factor | None:
    found: list[Statement] = []
    span: Interval | None = None
    for s in statements:
        own = allowed(s)
        if own is None or own.high <= 0.0 or own.low > 1.0:
            continue
        own = cap(own)
        span = own if span is None else span.hull(own)
        found.append(s)
    if span is None:
        return None
    middles = sorted(v for s in found if (v := middle(s)) is not None)
    ends = Interval(middles[0], middles[-1]) if middles else span
    return Factor(span, f"{amount(ends, '1')} {what}", tuple(_ends(found)))


def _ends(statements: list[Statement]) -> list[Statement]:
    """The lowest and the highest, so that a finding on many values names two."""
    ordered = sorted(statements, key=lambda s: (middle(s) or 0.0, s.background, s.id))
    if ordered and middle(ordered[0]) == middle(ordered[-1]):
        return ordered[:1]
    return ordered if len(ordered) <= 2 else [ordered[0], ordered[-1]]


def _text(s: Statement) -> str:
    return f"{s.attribute} {s.words}"


def _same_state(rate: Statement, output: Statement) -> bool:
    """Whether a rate holds at the time of an output: same years, or a state reached before."""
    if rate.same_time(output):
        return True
    first, year = rate.first_year, output.first_year
    lasting = rate.last_year is None and rate.topic.quantity is not Quantity.PRODUCTION
    return lasting and first is not None and year is not None and first <= year
