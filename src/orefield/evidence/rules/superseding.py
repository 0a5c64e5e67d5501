"""Later editions: plans, capacities, resources and statistics that a newer figure replaces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import timedelta

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import (
    as_of,
    definition,
    edition,
    revisable,
    subject_matter,
)
from orefield.evidence.rules._values import allowed, conclude, stated
from orefield.evidence.rules.rule import Rule
from orefield.evidence.statement import Statement

NAME = "superseded"

_APART = timedelta(days=90)
"""Reports closer together than this are of one round of news, not two editions."""


def check_superseded(corpus: Corpus) -> Iterator[Finding]:
    """Say which figures a later one replaces, so that their difference is no conflict.

    A claim is replaced by one that names it, by a later plan, capacity or resource of the same
    topic and definition, or by a later edition of the same publisher's statistics.
    """
    for newer in corpus.checked:
        older = [corpus[i] for i in newer.supersedes if i in corpus and i != newer.id]
        if older:
            yield from _say(corpus, [*older, newer], "named as superseded")
    for chain in _chains(corpus):
        if not any(s.supersedes for s in chain):
            yield from _say(corpus, chain, "a later edition of the same topic")


def superseded_ids(corpus: Corpus) -> frozenset[str]:
    """Ids of statements that a later edition replaces."""
    gone = {i for s in corpus.statements for i in s.supersedes if i in corpus and i != s.id}
    for chain in _chains(corpus):
        newest = edition(corpus, chain[-1])
        for s in chain[:-1]:
            day = edition(corpus, s)
            if s.vintage != chain[-1].vintage or (
                newest is not None and day is not None and newest - day >= _APART
            ):
                gone.add(s.id)
    return frozenset(gone)


def _chains(corpus: Corpus) -> Iterator[list[Statement]]:
    """Editions of one figure, the oldest first, two or more."""
    rough: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in corpus.statements:
        if not s.is_derived and allowed(s) is not None:
            rough[subject_matter(s)].append(s)
    for alike in rough.values():
        # what stands alone, or in the background alone, is not looked at closer
        if len(alike) < 2 or all(s.background for s in alike):
            continue
        groups: dict[Hashable, list[Statement]] = defaultdict(list)
        for s in alike:
            years = None if as_of(corpus, s) else (s.first_year, s.last_year)
            # one publisher revises its own statistics; a plan may be replaced by anyone's report
            editor = "" if revisable(s) else _publisher(corpus, s)
            if editor or revisable(s):
                groups[definition(s), years, editor].append(s)
        for group in groups.values():
            yield from _chain_of(corpus, group)


def _chain_of(corpus: Corpus, group: list[Statement]) -> Iterator[list[Statement]]:
    dated = [(day, s) for s in group if (day := edition(corpus, s)) is not None]
    if len(dated) > 1:
        dated.sort(key=lambda pair: (pair[0], pair[1].id))
        vintages = {s.vintage for _, s in dated}
        if dated[-1][0] - dated[0][0] >= _APART or len(vintages) > 1:
            yield [s for _, s in dated]


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
    same = gap == 0.0
    yield from conclude(
        NAME,
        Verdict.PASS if same else Verdict.SUPERSEDED,
        chain,
        f"{told}: {'unchanged' if same else 'the last stands'} ({why})",
        residual=abs(gap),
        unit=chain[-1].unit,
        relied=["resource_class", "first_year", "reported", "vintage"],
    )


def _dated(corpus: Corpus, s: Statement) -> str:
    day = edition(corpus, s)
    of = s.vintage or (day.isoformat() if day is not None else "undated")
    return f"{stated(s)} (edition {of})"


RULES = (Rule(NAME, "a later edition of a figure replaces the earlier one", check_superseded),)
"""Rules of this module."""
