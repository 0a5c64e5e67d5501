"""Quarters, halves and months: a part of a year fits into every longer part that holds it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._definitions import things
from orefield.evidence.rules.pairing import apart, bounds, conclude, exact, is_planned
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass

NAME = "part-of-year"

_FLOWS = frozenset(
    {Quantity.PRODUCTION, Quantity.THROUGHPUT, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS}
)
_NAMED = {
    "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12), "H1": (1, 6), "H2": (7, 12),
}  # fmt: skip
_MONTHS = re.compile(r"M(\d\d)-M(\d\d)")

_REVISED = 0.01
"""What quarters told one by one may be off the year told later: small revisions are usual."""

_Months = tuple[int, int]
_Key = tuple[object, ...]


def _months(s: Statement) -> _Months | None:
    """First and last month; None for what is no part of one year."""
    if s.part_of_year in _NAMED:
        return _NAMED[s.part_of_year]
    match = _MONTHS.fullmatch(s.part_of_year)
    if match:
        return int(match[1]), int(match[2])
    whole = not s.part_of_year and s.first_year is not None and s.first_year == s.last_year
    return (1, 12) if whole else None


def _run(corpus: Corpus) -> Iterator[Finding]:
    for group in _groups(corpus).values():
        if len({months for months, _ in group}) < 2 and len(group) < 2:
            continue
        found = (*_same(group), *_nested(group), *_sums(group))
        yield from (f for f in found if f is not None)


def _groups(corpus: Corpus) -> dict[_Key, list[tuple[_Months, Statement]]]:
    """Outcomes of one thing in one year, some of them of a part of it."""
    groups: dict[_Key, list[tuple[_Months, Statement]]] = defaultdict(list)
    for s in corpus.checked:
        quantity = s.measured if s.part_of_year else s.topic.quantity
        months = _months(s)
        if quantity not in _FLOWS or months is None or bounds(s) is None or is_planned(s):
            continue
        if s.resource_class is ResourceClass.CAPACITY or s.unit not in {"t", "t/y"}:
            continue
        what = (s.topic.commodity, s.topic.stage, s.basis, things(s))
        key = (s.entity, quantity, what, s.first_year)
        groups[key].append((months, s))
    return {key: group for key, group in groups.items() if any(s.part_of_year for _, s in group)}


def _same(group: Sequence[tuple[_Months, Statement]]) -> Iterator[Finding | None]:
    """Two figures of one part of the year, told by two texts."""
    for (one, a), (other, b) in combinations(group, 2):
        if one != other or not a.part_of_year or a.source == b.source:
            continue
        left, right = _bounds(a), _bounds(b)
        gap = apart(left, right)
        text = f"{a.subject} in {a.part_of_year} {a.first_year}: {_of(a)} and {_of(b)}"
        small = abs(gap) <= 0.1 * max(abs(left.high), abs(right.high))
        verdict = Verdict.PASS if gap == 0.0 else Verdict.INSUFFICIENT if small else Verdict.TIE
        tail = ", the same within rounding." if gap == 0.0 else f", {amount(abs(gap), 't')} apart."
        yield conclude(NAME, verdict, [a, b], text + tail, gap, "t")


def _nested(group: Sequence[tuple[_Months, Statement]]) -> Iterator[Finding | None]:
    """A part is no more than what holds it."""
    for (inner, a), (outer, b) in ((x, y) for x in group for y in group if x[0] != y[0]):
        if not (outer[0] <= inner[0] and inner[1] <= outer[1]):
            continue
        part, whole = _bounds(a), _bounds(b)
        excess = part.low - whole.high
        text = f"{a.subject}: {_of(a)} is part of {_of(b)}"
        if excess > 0.0:
            text += f", and above it by {amount(excess, 't')} at least."
            yield conclude(NAME, Verdict.VIOLATE, [a, b], text, excess, "t")
        else:
            yield conclude(NAME, Verdict.PASS, [a, b], text + ".", 0.0, "t")


def _sums(group: Sequence[tuple[_Months, Statement]]) -> Iterator[Finding | None]:
    """Parts that follow on each other make up the longer part, in one text or between texts."""
    by_start: dict[int, list[tuple[_Months, Statement]]] = defaultdict(list)
    for months, s in group:
        by_start[months[0]].append((months, s))
    for outer, whole in group:
        for chain in _chains(by_start, outer, outer[0]):
            if len(chain) < 2 or whole in chain:
                continue
            parts = total(_bounds(s) for s in chain)
            gap = apart(parts, _bounds(whole))
            size = abs(_bounds(whole).high)
            if len({s.source for s in (*chain, whole)}) > 1 and abs(gap) <= _REVISED * size:
                gap = 0.0
            text = f"{' + '.join(_of(s) for s in chain)} = {amount(_exact(chain), 't')}"
            if gap == 0.0:
                text += f", as {_of(whole)} says within rounding and small revisions."
                yield conclude(NAME, Verdict.PASS, [*chain, whole], text, 0.0, "t")
            else:
                text += f", yet {_of(whole)} is stated: {amount(abs(gap), 't')} apart."
                yield conclude(NAME, Verdict.VIOLATE, [*chain, whole], text, gap, "t")


def _chains(
    by_start: dict[int, list[tuple[_Months, Statement]]], outer: _Months, month: int
) -> Iterator[list[Statement]]:
    if month == outer[1] + 1:
        yield []
        return
    for months, s in by_start.get(month, ()):
        if months != outer and months[1] <= outer[1]:
            yield from ([s, *rest] for rest in _chains(by_start, outer, months[1] + 1))


def _bounds(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


def _exact(chain: Sequence[Statement]) -> Interval:
    return total(exact(s) or _bounds(s) for s in chain)


def _of(s: Statement) -> str:
    part = f"{s.part_of_year} {s.first_year}" if s.part_of_year else f"{s.first_year}"
    return f"{amount(exact(s) or _bounds(s), 't')} ({part})"


RULES: tuple[Rule, ...] = (
    Rule(NAME, "Quarters and halves fit into and add up to longer parts of the year.", _run),
)
