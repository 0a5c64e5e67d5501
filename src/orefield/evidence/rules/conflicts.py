"""Conflicts of value: statements of the same thing, at the same time, that cannot all be true."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import (
    STATES,
    aligned,
    attribute_words,
    by_moisture,
    definition,
    published,
    scope,
    subject_matter,
)
from orefield.evidence.rules._remarks import nothing_else_said, same_wording
from orefield.evidence.rules._values import (
    SIGMA,
    allowed,
    conclude,
    independent,
    middle,
    planned,
    stated,
    year_of,
)
from orefield.evidence.rules.pairing import BACKGROUND_TOLERANCE
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.superseding import superseded_ids
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import SourceKind
from orefield.evidence.words.commodities import ORES

NAME = "value-conflict"

_NOT_VALUES = frozenset({Quantity.EVENT, Quantity.FLAG, Quantity.POSITION, Quantity.RANK})
_UNITS_OF_OTHER = frozenset({"t", "t/y", "t/d", "y", "USD", "CNY"})
"""Units in which a figure of no known quantity, told in the same words twice, is comparable."""
_PLAIN_TOTALS = frozenset(
    {
        Quantity.PRODUCTION,
        Quantity.CAPACITY,
        Quantity.THROUGHPUT,
        Quantity.USE,
        Quantity.IMPORTS,
        Quantity.EXPORTS,
        Quantity.RESOURCE,
        Quantity.RESOURCE_ADDED,
        Quantity.OWNERSHIP,
        Quantity.GROWTH,
    }
)
"""Quantities of which one text has one figure: it may well give several grades or recoveries."""

_UNKNOWN = frozenset({None, Quantity.OTHER})
_WIDEST = 0.25
"""Relative distance that no source is unsure enough to explain: 1.33 and 1.9 Mt are two numbers."""

_ONE_TEXT = 0.02
"""Relative distance that two figures of one text may have beyond their rounding."""

_REVISED = re.compile(
    r"\b(?:revised|restated|updated|lowered|raised|as first|first (?:release|published|print)|"
    r"preliminary|superseded)\b|修订|初步",
    re.IGNORECASE,
)
_OTHER_SERIES = 1.0
"""Relative distance from reference evidence that another definition of an ore's tonnage explains:
China's bauxite of 2024 is published as 68 and as 93 Mt, wet, dry, or with purchased ore."""

_OUTVOTES = 2.0
"""How many times the weight of the rest a side needs for the rest to be blamed."""


def check_conflicts(corpus: Corpus) -> Iterator[Finding]:
    """Hold against each other all statements of one topic, definition, class and time.

    They conflict when no tolerance joins them: rounding, hedges, and two standard deviations of
    the less sure of the two sources, at most a quarter. One finding a topic and time, however
    many statements. The side is blamed that the rest outweighs two to one, an origin weighing
    1 / sigma^2; else it is a tie.
    """
    gone = superseded_ids(corpus)
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for topic, statements in aligned(corpus):
        if topic.quantity in _NOT_VALUES or len(statements) < 2:
            continue
        for s in statements:
            if not s.is_derived and s.id not in gone and _comparable(s):
                groups[subject_matter(s, topic), _time(corpus, s)].append(s)
    for group in groups.values():
        # what stands alone, or in the background alone, needs no definition
        if len(group) < 2 or all(s.background for s in group):
            continue
        kinds: dict[Hashable, list[Statement]] = defaultdict(list)
        for s in group:
            kinds[definition(s)].append(s)
        for alike in kinds.values():
            for members in by_moisture(alike):
                if len(members) > 1:
                    yield from _judge(corpus, members)
        if len(kinds) > 1:
            yield from _other_definitions(list(kinds.values()))


def _comparable(s: Statement) -> bool:
    if allowed(s) is None:
        return False
    if s.topic.quantity is not Quantity.OTHER:
        return True
    # a part of a year has its own rule
    return s.unit in _UNITS_OF_OTHER and not s.part_of_year and s.measured in _UNKNOWN


def _time(corpus: Corpus, s: Statement) -> Hashable:
    if s.first_year is not None or s.last_year is not None:
        return s.first_year, s.last_year
    said = year_of(published(corpus, s))
    # undated and unpublished: only what stands in the same text is of the same time
    return ("said", said) if said is not None else ("in", s.source)


def _judge(corpus: Corpus, members: list[Statement]) -> Iterator[Finding]:
    members = _sound(members)
    under_check = [s for s in members if not s.background]
    if not under_check or len(members) < 2:
        return
    pair = worst_pair(members)
    if pair is not None and _by_definition(*pair):
        pair = worst_pair(under_check)
    if pair is None:
        told = "; ".join(stated(s) for s in members[:6])
        words = f"{told}: the same within rounding, hedges and the sureness of the sources"
        yield from conclude(NAME, Verdict.PASS, members, words, residual=0.0, unit=members[0].unit)
        return
    low, high, gap = pair
    text = "; ".join(stated(s) for s in sorted(members, key=_order)[:8])
    together = low.source == high.source
    sigma = min(2.0 * max(SIGMA[low.sigma_class], SIGMA[high.sigma_class]), _WIDEST)
    sides = f"{stated(low)} and {stated(high)}"
    text = f"{text}: {sides}" if len(members) > 2 else sides
    text += (
        f" are {amount(gap, low.unit)} apart, beyond rounding "
        f"and {100.0 * (_ONE_TEXT if together else sigma):.0f} % for their sources"
    )
    unlike = together and attribute_words(low) != attribute_words(high)
    unlike = unlike and not same_wording(low, high)
    unlike = unlike or (low.background != high.background and _remembered(corpus, low, high))
    unlike = unlike or (len(under_check) == 1 and _by_other_series(*pair))
    if unlike or _unsettled(low, high):
        verdict, blamed = Verdict.INSUFFICIENT, []
        text += "; the wording may mean two things"
    else:
        blamed = _outvoted(corpus, members)
        verdict = Verdict.VIOLATE if blamed else Verdict.TIE
        text += f"; the rest outweighs {'; '.join(stated(s) for s in blamed)}" if blamed else ""
    yield from conclude(
        NAME,
        verdict,
        sorted(members, key=_order),
        text,
        residual=gap,
        unit=low.unit,
        blamed=blamed,
        relied=["resource_class", "first_year", "qualifier", "rate_type"],
    )


def worst_pair(members: list[Statement]) -> tuple[Statement, Statement, float] | None:
    """The two that are furthest apart beyond their tolerance, and the distance; else None.

    For every class, the highest lower end and the lowest upper end among sources as good or
    better are the pair whose gap is largest: five passes, no pairs.
    """
    spans = [(span, s) for s in members if (span := allowed(s)) is not None]
    worst: tuple[Statement, Statement, float] | None = None
    for cls in sorted({s.sigma_class for _, s in spans}):
        near = [pair for pair in spans if pair[1].sigma_class <= cls]
        found = _furthest(near, min(2.0 * SIGMA[cls], _WIDEST))
        if found is not None and (worst is None or found[2] > worst[2]):
            worst = found
    if worst is None:
        by_source: dict[str, list[tuple[Interval, Statement]]] = defaultdict(list)
        for pair in spans:
            by_source[pair[1].source].append(pair)
        for source in sorted(by_source):
            worst = worst or _furthest(by_source[source], _ONE_TEXT)
    return worst


def _furthest(
    spans: list[tuple[Interval, Statement]], relative: float
) -> tuple[Statement, Statement, float] | None:
    if len(spans) < 2:
        return None
    low = min(spans, key=lambda pair: (pair[0].high, pair[1].id))
    high = max(spans, key=lambda pair: (pair[0].low, pair[1].id))
    gap = low[0].gap(high[0])
    # the two ends that face each other: finite, as there is a gap
    size = min(abs(low[0].high), abs(high[0].low))
    return (low[1], high[1], gap) if gap > relative * size else None


def _outvoted(corpus: Corpus, members: list[Statement]) -> list[Statement]:
    """Those outside the side that outweighs all others; empty for a tie."""
    origins = independent(corpus, members)
    if len({s.source for s in members}) < 2:
        return []
    # the side: all that a point lies in, the point where the weight of independent origins is most
    marks: list[tuple[float, int, float]] = []
    for s in origins:
        span = _wide(s)
        weight = SIGMA[s.sigma_class] ** -2
        marks += [(span.low, 0, weight), (span.high, 1, -weight)]
    best, here, point = 0.0, 0.0, 0.0
    for at, _, change in sorted(marks):
        here += change
        if here > best:
            best, point = here, at
    total = sum(SIGMA[s.sigma_class] ** -2 for s in origins)
    if best < _OUTVOTES * (total - best) or best == total:
        return []
    return [s for s in members if point not in _wide(s)]


def _wide(s: Statement) -> Interval:
    span = allowed(s)
    assert span is not None
    # half of the tolerance on each side: two of one class meet when within the whole of it
    return span.scaled(SIGMA[s.sigma_class])


def _sound(members: list[Statement]) -> list[Statement]:
    """All under check, and background only as far as it agrees with itself."""
    mine = [s for s in members if not s.background]
    known = [s for s in members if s.background]
    if known and worst_pair(known) is not None:
        best = min(s.sigma_class for s in known)
        known = [s for s in known if s.sigma_class is best]
        known = [] if worst_pair(known) is not None else known
    return mine + known


def _unsettled(low: Statement, high: Statement) -> bool:  # noqa: PLR0911 -- in order
    """Whether both may be true: states or stocks of other days, figures of several bodies."""
    if low.source == high.source and low.topic.quantity not in _PLAIN_TOTALS:
        # one share, told twice in the same words of one year, has one value
        twice = low.topic.quantity is Quantity.SHARE and low.first_year is not None
        return not (twice and nothing_else_said(low, high))
    if low.topic.quantity is Quantity.STOCK:
        return True
    if bool(_REVISED.search(low.words)) != bool(_REVISED.search(high.words)):
        return True  # one is told to replace what was said before
    if low.value == 0.0 and low.topic.stage is not high.topic.stage:
        return True  # nothing refined, and output of a stage that is not told
    if low.first_year is not None or high.first_year is not None:
        return False
    if low.topic.quantity is Quantity.GRADE:
        return True
    return low.topic.quantity in STATES and not planned(low) and low.source != high.source


def _other_definitions(kinds: list[list[Statement]]) -> Iterator[Finding]:
    """One finding that numbers differ because they are of different definitions."""
    firsts = [next((s for s in k if not s.background), k[0]) for k in kinds]
    pair = worst_pair(firsts)
    if pair is None:
        return
    low, high, gap = pair
    ways = [" ".join((str(s.basis), *sorted(scope(s)))) for s in (low, high)]
    yield from conclude(
        NAME,
        Verdict.INSUFFICIENT,
        [low, high],
        f"{stated(low)} ({ways[0]}) and {stated(high)} ({ways[1]}) differ in basis or scope: not "
        "comparable as stated",
        residual=gap,
        unit=low.unit,
        relied=["resource_class", "first_year"],
    )


def _by_definition(low: Statement, high: Statement, gap: float) -> bool:
    """Whether figures of other makers' series lie no further apart than series do."""
    size = max(abs(span.low) for s in (low, high) if (span := allowed(s)) is not None)
    return (low.background or high.background) and gap <= BACKGROUND_TOLERANCE * size


def _remembered(corpus: Corpus, low: Statement, high: Statement) -> bool:
    """Whether the reference figure is from memory: it may be wrong itself."""
    known = low if low.background else high
    source = corpus.sources.get(known.source)
    return source is not None and source.kind is SourceKind.MEMORY


def _by_other_series(low: Statement, high: Statement, gap: float) -> bool:
    """Whether a lone figure differs from reference series by less than definitions may explain."""
    size = min(abs(span.high) for s in (low, high) if (span := allowed(s)) is not None)
    return low.topic.commodity in ORES and gap <= _OTHER_SERIES * size


def _order(s: Statement) -> tuple[float, str]:
    return (middle(s) or 0.0, s.id)


RULES = (Rule(NAME, "statements of one thing, definition and time agree", check_conflicts),)
"""Rules of this module."""
