"""Later editions: plans, capacities, resources and statistics that a newer figure replaces."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import pairwise

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import (
    APART,
    aligned,
    as_of,
    definition,
    edition,
    revisable,
    subject_matter,
)
from orefield.evidence.rules._values import allowed, conclude, origins, planned, stated
from orefield.evidence.rules.rule import Rule
from orefield.evidence.statement import Statement

NAME = "superseded"

_REVISED = re.compile(
    r"\brevis|\bupdated?\b|\bnew(?:er)? (?:plan|guidance|estimate|design|target)|redesign"
    r"|\b(?:cut|lowered|raised|reduced|increased|trimmed|downgraded|downsized)\b"
    r"|\bscaled (?:down|back|up)\b|\breplan|修订|调整|下调|上调|更新|缩减",
    re.IGNORECASE,
)
_PRELIMINARY = re.compile(
    r"\b(?:preliminary|provisional|flash|first (?:estimate|release|print)|unaudited|advance)\b"
    r"|初步|快报|预估",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"\b(?:final|revised|corrected|restated|audited|confirmed)\b|最终|修订|更正|核定", re.IGNORECASE
)


def check_superseded(corpus: Corpus) -> Iterator[Finding]:
    """Say which figures a later one replaces, so that their difference is no conflict.

    A claim is replaced by one that names it; by a later edition of the same publisher, or of a
    text that passes it on; and by a later plan, or a capacity or resource as it stood in a later
    year, whoever tells it. What another publisher says of the same year is no edition of it.
    """
    for newer in corpus.checked:
        older = [corpus[i] for i in newer.supersedes if i in corpus and i != newer.id]
        if older:
            yield from _say(corpus, [*older, newer], "named as superseded")
    for chain in _chains(corpus):
        if not any(s.supersedes for s in chain if not s.background):
            yield from _say(corpus, chain, "a later edition of the same topic")


def superseded_ids(corpus: Corpus) -> frozenset[str]:
    """Ids of statements that a later edition replaces."""
    gone = {i for s in corpus.statements for i in s.supersedes if i in corpus and i != s.id}
    gone |= {s.id for chain in _chains(corpus) for s in chain[:-1]}
    return frozenset(gone)


def _chains(corpus: Corpus) -> Iterator[list[Statement]]:
    """Editions of one figure, the oldest first, two or more; the last replaces the others."""
    rough: dict[Hashable, list[Statement]] = defaultdict(list)
    for topic, members in aligned(corpus):
        if len(members) > 1:
            for s in members:
                if not s.is_derived and allowed(s) is not None:
                    rough[subject_matter(s, topic)].append(s)
    for alike in rough.values():
        # what stands alone, or in the background alone, is not looked at closer
        if len(alike) < 2 or all(s.background for s in alike):
            continue
        groups: dict[Hashable, list[Statement]] = defaultdict(list)
        for s in alike:
            years = None if as_of(corpus, s) else (s.first_year, s.last_year)
            groups[definition(s), years].append(s)
        for group in groups.values():
            yield from _chains_of(corpus, group)
        yield from _revised_plans(corpus, alike)


def _chains_of(corpus: Corpus, group: list[Statement]) -> Iterator[list[Statement]]:
    dated = [(day, s) for s in group if (day := edition(corpus, s)) is not None]
    dated.sort(key=lambda pair: (pair[0], pair[1].id))
    taken: set[str] = set()
    while len(dated) > 1:
        day, newest = dated.pop()
        if newest.id in taken:
            continue
        older = [
            s
            for d, s in dated
            if s.id not in taken and _replaces(corpus, newest, s, (day - d) >= APART)
        ]
        if older:
            taken |= {s.id for s in older}
            yield [*older, newest]


def _replaces(corpus: Corpus, newer: Statement, older: Statement, later: bool) -> bool:
    """Whether a figure is a later edition of another, and not just another telling of it."""
    if _settles(corpus, newer, older):
        return True
    if _one_editor(corpus, newer, older):
        named = newer.vintage != newer.reported or older.vintage != older.reported
        return later or (named and newer.vintage != older.vintage)
    if not revisable(newer) or not later:
        return False
    if as_of(corpus, newer) and as_of(corpus, older):
        assert newer.first_year is not None
        assert older.first_year is not None
        return newer.first_year > older.first_year
    return True


def _settles(corpus: Corpus, newer: Statement, older: Statement) -> bool:
    """Whether a figure is the final or corrected one of a preliminary one."""
    after, before = edition(corpus, newer), edition(corpus, older)
    if after is None or before is None or after <= before or _PRELIMINARY.search(newer.words):
        return False
    first = bool(_PRELIMINARY.search(f"{older.attribute} {older.words}"))
    final = bool(_FINAL.search(newer.words)) and not _FINAL.search(older.words)
    # another publisher's figure settles a preliminary one only where it says that it is final
    return (first and final) or ((first or final) and _one_editor(corpus, newer, older))


def _revised_plans(corpus: Corpus, alike: list[Statement]) -> Iterator[list[Statement]]:
    """Plans that are called revised, cut or raised, and that moved to another year as well."""
    plans = [s for s in alike if planned(s)]
    for newer in plans:
        day = edition(corpus, newer)
        if day is None or not _REVISED.search(f"{newer.attribute} {newer.words}"):
            continue
        older = [
            s
            for s in plans
            if _other_time(corpus, s, newer)
            and definition(s) == definition(newer)
            and (before := edition(corpus, s)) is not None
            and before < day
        ]
        if older:
            yield [*older, newer]


def _other_time(corpus: Corpus, s: Statement, newer: Statement) -> bool:
    """Whether two plans are of other years, or of one that only one of them is dated by."""
    moved = (s.first_year, s.last_year) != (newer.first_year, newer.last_year)
    return moved or as_of(corpus, s) != as_of(corpus, newer)


def _one_editor(corpus: Corpus, newer: Statement, older: Statement) -> bool:
    """Whether both are of one publisher, or the newer text passes the older one on."""
    if _publisher(corpus, newer) == _publisher(corpus, older) != "":
        return True
    return older.source in origins(corpus, newer.source)


def _publisher(corpus: Corpus, s: Statement) -> str:
    """Who edits a statistic; empty where no edition is told."""
    source = corpus.sources.get(s.source)
    return (source.publisher or source.id) if source is not None else ""


def _say(corpus: Corpus, chain: list[Statement], why: str) -> Iterator[Finding]:
    newest = allowed(chain[-1])
    spans = [span for s in chain[:-1] if (span := allowed(s)) is not None]
    if newest is None or not spans:
        return
    gap = max((newest.gap(span) for span in spans), key=abs)
    told = ", then ".join(_dated(corpus, s) for s in chain)
    same = gap == 0.0 and not _moved_range(chain)
    yield from conclude(
        NAME,
        Verdict.PASS if same else Verdict.SUPERSEDED,
        chain,
        f"{told}: {'unchanged' if same else 'the last stands'} ({why})",
        residual=abs(gap),
        unit=chain[-1].unit,
        relied=["resource_class", "first_year", "reported", "vintage"],
    )


def _moved_range(chain: list[Statement]) -> bool:
    """Whether one stated range gave way to another that shares no number with it."""
    ends = [s.stated for s in chain if s.stated is not None]
    return any((a.low < a.high or b.low < b.high) and not a.overlaps(b) for a, b in pairwise(ends))


def _dated(corpus: Corpus, s: Statement) -> str:
    day = edition(corpus, s)
    of = s.vintage or (day.isoformat() if day is not None else "undated")
    return f"{stated(s)} (edition {of})"


RULES = (Rule(NAME, "a later edition of a figure replaces the earlier one", check_superseded),)
"""Rules of this module."""
