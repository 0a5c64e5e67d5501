"""Growth: a level is its base times one plus the growth, within rounding and revisions."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules.pairing import (
    LEVELS,
    SLACK,
    apart,
    bounds,
    conclude,
    exact,
    is_computed,
    is_partial,
    is_planned,
    levels,
    one_basis,
    set_aside,
    years,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.words.commodities import ORES
from orefield.evidence.words.content import content_words

NAME = "growth-identity"

REVISION = 0.10
"""How far a published level may be revised, as a rule of thumb: growth that China's statistics
state for refined copper and the levels published a year apart differ by up to 6 % (2018)."""

ONE_TABLE = 0.05
"""How far growth that others state may be from two levels of one edition: other coverage."""

EDITIONS = 0.20
"""How far apart two editions of one level lie at most."""

_PARTS = frozenset(
    {
        "attributable", "fiscal", "payable", "secondary", "primary", "open pit", "underground",
        "oxide", "sulphide", "by partner",
    }
)  # fmt: skip
"""Scopes that a growth must share with its levels."""

_ANNUAL = re.compile(
    r"average annual|annually|per year|a year\b|per annum|cagr|compound|each year|%/y\b"
    r"|年均|复合|每年",
    re.IGNORECASE,
)
_CUMULATIVE = re.compile(r"cumulative|in total|altogether|over the period|累计|总计", re.IGNORECASE)
_DOUBLED = re.compile(r"doubl(?:ed|e|ing)\b|two[- ]?fold|twice\b|翻一番|翻番", re.IGNORECASE)
_REBASED = re.compile(
    r"revised (?:base|basis|figures?)|comparable (?:base|basis)|like[- ]for[- ]like|same[- ]scope"
    r"|rebased|可比口径|同口径",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\btimes\b|[- ]?fold\b", re.IGNORECASE)


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for s in corpus.of_quantity(Quantity.GROWTH):
        if s.id not in old and s.part is not None and s.part.quantity in LEVELS:
            topic = s.part
            if topic.quantity is Quantity.THROUGHPUT and topic.commodity in ORES:
                # of what is sold as ore, the ore is the product
                topic = replace(topic, quantity=Quantity.PRODUCTION)
            yield from (f for f in _identity(corpus, s, topic, old) if f is not None)


def _identity(
    corpus: Corpus, s: Statement, topic: Topic, old: frozenset[str]
) -> Iterator[Finding | None]:
    growth = _relative(s)
    span = _span(s)
    if s.part_of_year:
        return
    if growth is None or span is None or growth.low <= -1.0:
        return
    base_year, last_year = span
    found = [
        x
        for x in levels(
            corpus, topic, s.source, asked=content_words(s.attribute), names=named_part(s)
        )
        if x.id not in old and not is_partial(x) and _one_part(x, s)
    ]
    # growth told of a facet ("attributable output, growth") is of the facet's levels
    facet = max((x.facet for x in found), key=len, default=frozenset())
    found = [x for x in found if facet <= content_words(x.attribute)]
    after = [x for x in found if years(x) == range(last_year, last_year + 1)]
    before = [x for x in found if years(x) == range(base_year, base_year + 1)]
    if is_planned(s):
        # plans "from 2028" and averages of a mine's life have no year of their own
        undated = [x for x in found if years(x) is None]
        after += [x for x in undated if is_planned(x) and x.source == s.source]
        before += [x for x in undated if not is_planned(x)]
    # what is planned grows from what was; what was, from what was
    after = [x for x in after if is_planned(x) == is_planned(s)]
    before = [x for x in before if not is_planned(x) or is_planned(s)]
    pairs = [
        (level, base)
        for level, base in itertools.product(after, before)
        if not is_computed(level) and level.unit == base.unit and one_basis(level, base)
        if scope(level) - level.facet == scope(base) - base.facet and level.id != base.id
        if not (s.background and level.background and base.background)
    ]
    chosen = _best(s, growth + 1.0, pairs)
    if chosen is not None:
        yield _judge(s, growth, *chosen, last_year - base_year, _revision([*before, *after]))


def _one_part(level: Statement, growth: Statement) -> bool:
    """Whether both are of all, or of one part: primary, recycled, attributable, payable, ..."""
    mine, theirs = scope(level) - (level.facet - _PARTS), scope(growth)
    return mine & _PARTS == theirs & _PARTS and mine <= theirs | {"average", "peak", "group"}


def _best(
    s: Statement, factor: Interval, pairs: list[tuple[Statement, Statement]]
) -> tuple[Statement, Statement] | None:
    """The pair that the growth fits best: of its own text, of its level's, of one other text.

    What others say counts against a growth only where nothing they say fits; a level of one text
    over a base of another would hide that neither text's own pair does.
    """
    own = [(a, b) for a, b in pairs if a.source == b.source == s.source]
    at_home = [(a, b) for a, b in pairs if a.source == s.source]
    one_text = [(a, b) for a, b in pairs if a.source == b.source]
    for some in (own, [*at_home, *one_text], pairs):
        if some:
            return min(some, key=lambda pair: _misfit(factor, *pair))
    return None


def _misfit(factor: Interval, level: Statement, base: Statement) -> float:
    start, end = bounds(base), bounds(level)
    return math.inf if start is None or end is None else abs(apart(start * factor, end))


def _relative(s: Statement) -> Interval | None:
    """The growth as a fraction; "doubled", told as 2 times, is 1."""
    growth, stated = bounds(s), exact(s)
    if growth is None or stated is None:
        return None
    text = f"{s.shown} {s.words}"
    factor = _TIMES.search(s.shown) or (_DOUBLED.search(text) and 2.0 in growth)
    return growth - 1.0 if factor and growth.low >= 1.0 else growth


def _span(s: Statement) -> tuple[int, int] | None:
    spoken = years(s)
    if spoken is None:
        return None
    last = spoken[-1]
    base = s.base_year if s.base_year is not None else spoken[0] - 1
    return (base, last) if base < last else None


def _factors(s: Statement, growth: Interval, count: int) -> list[tuple[str, Interval]]:
    """What the base is multiplied by: growth a year compounds, growth in all does not.

    Where the words leave it open, either may be meant.
    """
    once = growth + 1.0
    compound = Interval(_power(once.low, count), _power(once.high, count))
    if count == 1:
        return [("", once)]
    yearly = (f" a year over {count} years", compound)
    whole = (f" over {count} years", once)
    text = f"{s.attribute} {s.words} {s.shown}"
    if _CUMULATIVE.search(text):
        return [whole]
    if s.unit == "1/y" or _ANNUAL.search(text):
        return [yearly]
    return [yearly, whole]


def _power(base: float, count: int) -> float:
    try:
        return base**count
    except OverflowError:
        return math.inf


def _judge(  # noqa: PLR0911 -- in order
    s: Statement,
    growth: Interval,
    level: Statement,
    base: Statement,
    count: int,
    revision: float,
) -> Finding | None:
    start, end = bounds(base), bounds(level)
    if start is None or end is None or start.high <= 0.0:
        return None
    readings = [(words, f, apart(start * f, end)) for words, f in _factors(s, growth, count)]
    words, factor, gap = min(readings, key=lambda reading: abs(reading[2]))
    unit, members = level.unit, [level, s, base]
    shown = exact(base) or start
    rate = exact(s) or growth
    if s.unit in {"1", "1/y"}:
        rate = growth if _relative(s) != bounds(s) else rate
    implied = start * factor
    text = (
        f"{amount(shown, unit)} growing by {amount(rate, '1')}{words} gives "
        f"{amount(implied, unit)}, and {amount(exact(level) or end, unit)} is stated "
        f"for {level.subject}"
    )
    if is_computed(base) and gap != 0.0:
        # a base worked out from the level is no witness: its own arithmetic is judged elsewhere
        return None
    together = _off(factor, base, level, 0.0)
    if gap == 0.0 and together > 0.0 and level.source == base.source and count == 1:
        text += f": only if all three err one way; apart by {amount(together, unit)} as errors add."
        return conclude(NAME, Verdict.TIE, members, text, together, unit)
    if gap == 0.0:
        text += ": the same within rounding."
        return conclude(NAME, Verdict.PASS, members, text, 0.0, unit)
    one_text = s.source == level.source == base.source
    if level.source == base.source and level.vintage == base.vintage:
        # two levels of one table are comparable: no revision lies between them
        revision = min(revision, ONE_TABLE)
    off = _off(factor, base, level, revision)
    if not one_text and abs(gap) <= revision * max(end.low, implied.low):
        if off > 0.0 and not (level.background or base.background) and level.source == base.source:
            text += f": apart by {amount(off, unit)} more than roundings and revisions explain."
            return conclude(NAME, Verdict.TIE, members, text, gap, unit)
        text += (
            f": apart by {amount(abs(gap), unit)}, which is within what levels are revised by; "
            "growth is told of the figures comparable when it was published."
        )
        return conclude(NAME, Verdict.INSUFFICIENT, members, text, gap, unit)
    if _REBASED.search(f"{s.attribute} {s.words}") and abs(gap) <= EDITIONS * max(end.low, 1e-9):
        text += (
            f": apart by {amount(abs(gap), unit)}; the growth is told of a revised or comparable "
            "base, which is not the level stated."
        )
        return conclude(NAME, Verdict.INSUFFICIENT, members, text, gap, unit)
    text += f": apart by {amount(abs(gap), unit)}."
    return conclude(NAME, Verdict.VIOLATE, members, text, gap, unit)


def _off(factor: Interval, base: Statement, level: Statement, revision: float) -> float:
    """How far a level is off when hedges, roundings and revisions add as errors do; 0 if not."""
    start, end, wide, most = exact(base), exact(level), bounds(base), bounds(level)
    if start is None or end is None or wide is None or most is None or not end.middle > 0.0:
        return 0.0
    if not math.isfinite(start.middle) or not math.isfinite(end.middle):
        return 0.0
    made = start.middle * factor.middle
    errors = (
        (wide.high - wide.low) / 2.0 * factor.middle,
        (most.high - most.low) / 2.0,
        (factor.high - factor.low) / 2.0 * start.middle,
        revision * end.middle,
    )
    if not all(map(math.isfinite, (made, *errors))):
        return 0.0
    over = abs(made - end.middle) - math.hypot(*errors)
    return over if over > SLACK * end.middle else 0.0


def _revision(editions: list[Statement]) -> float:
    """The widest relative difference among editions of one year, at least :data:`REVISION`.

    Figures of a year that lie further apart than :data:`EDITIONS` are no editions of one.
    """
    worst = REVISION
    by_year: dict[int, list[float]] = {}
    for s in editions:
        spoken, stated = years(s), exact(s)
        if spoken is not None and stated is not None and 0.0 < stated.middle < math.inf:
            by_year.setdefault(spoken[0], []).append(stated.middle)
    for values in by_year.values():
        spread = max(values) / min(values) - 1.0
        worst = max(worst, spread if spread <= EDITIONS else REVISION)
    return worst


RULES: tuple[Rule, ...] = (
    Rule(NAME, "A level is its base times one plus the growth stated between them.", _run),
)
