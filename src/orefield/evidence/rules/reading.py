"""What rules on words, dates and structure share: words, days and years of a statement."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date

from orefield.evidence.corpus import Corpus
from orefield.evidence.dates import first_day, last_day
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.pairing import bounds, conclude
from orefield.evidence.statement import Statement
from orefield.evidence.vocabulary import Qualifier
from orefield.evidence.words.commodities import find_commodities

Span = tuple[date, date]
"""First and last day that a date as written may stand for."""


def told(
    rule: str,
    verdict: Verdict,
    statements: Sequence[Statement],
    explanation: str,
    *,
    residual: float | None = None,
    unit: str = "",
    blamed: Sequence[str] = (),
    relied: Sequence[str] = (),
) -> Iterator[Finding]:
    """The finding, or none where only background statements take part.

    Parameters
    ----------
    rule, verdict, explanation, residual, unit, blamed
        As of :class:`~orefield.evidence.finding.Finding`; an endless residual is left out.
    statements : sequence of Statement
        All that take part, in the order of the arithmetic.
    relied : sequence of str
        Fields that the verdict rests on: those of them that were inferred are named.
    """
    finite = residual is not None and math.isfinite(residual)
    found = conclude(
        rule,
        verdict,
        statements,
        explanation,
        residual=residual if finite else None,
        unit=unit if finite else "",
        blamed=blamed,
        fields=relied,
    )
    if found is not None:
        yield found


def middle_of(s: Statement) -> float | None:
    """The number said: the middle of a range, the end of a one-sided one; None for no number."""
    if bounds(s) is None:
        return None
    # "up to 95 %" is a range from 0 in base units, and promises 95 %
    if s.qualifier is Qualifier.AT_MOST and s.high is not None and math.isfinite(s.high):
        return s.high
    ends = [x for x in (s.low, s.high) if x is not None and math.isfinite(x)]
    return sum(ends) / len(ends) if ends else None


def text_of(s: Statement) -> str:
    """Attribute and words in small letters: what a rule may look for words in."""
    return f"{s.attribute}; {s.words}".casefold().replace("_", " ")


def replaced(corpus: Corpus) -> frozenset[str]:
    """Statements that another one says it replaces."""
    return frozenset(x for s in corpus.statements for x in s.supersedes if x != s.id)


def metals_of(s: Statement) -> frozenset[str]:
    """Symbols of the commodities that a statement is about: its topic's, and those it names."""
    named_ones = {m.symbol for m in find_commodities(f"{s.attribute}; {s.words}")}
    return frozenset(named_ones | {s.topic.commodity} - {""})


def lexeme(english: str, chinese: str = "") -> re.Pattern[str]:
    """A pattern for whole English words (alternatives with ``|``) and Chinese ones anywhere."""
    whole = rf"(?<![a-z])(?:{english})(?![a-z])"
    return re.compile(f"{whole}|{chinese}" if chinese else whole)


def days(text: str) -> Span | None:
    """First and last day of an ISO date or part of one; None for what is no date."""
    try:
        return first_day(text), last_day(text)
    except ValueError:
        return None


def years_of(s: Statement) -> tuple[int, int] | None:
    """First and last calendar year spoken of; None where undated or upside down."""
    first = s.first_year if s.first_year is not None else s.last_year
    last = s.last_year if s.last_year is not None else first
    return None if first is None or last is None or last < first else (first, last)


def when_of(s: Statement) -> Span | None:
    """The days that an event or a state is told of: its date, else its years."""
    spoken = years_of(s)
    decade = len(s.date) == 4 and spoken is not None and spoken[0] < spoken[1]
    if s.date and not (decade and s.date == f"{s.first_year}"):
        return days(s.date)
    if spoken is None or spoken[0] < 1 or spoken[1] > 9999:
        return None
    return date(spoken[0], 1, 1), date(spoken[1], 12, 31)


def day_words(when: Span) -> str:
    """Days as a reader says them: ``2024``, ``1990-1999``, ``2024-06-28``."""
    first, last = when
    if first == last:
        return first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year}-{last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.year:04d}-{first.month:02d}"
    return f"{first.isoformat()} to {last.isoformat()}"


def named(s: Statement) -> str:
    """A statement in a sentence: id, subject and what was written."""
    what = " ".join(x for x in (s.attribute or str(s.topic.quantity), s.shown) if x)
    return f"{s.id} ({s.subject or s.entity}: {what})"
