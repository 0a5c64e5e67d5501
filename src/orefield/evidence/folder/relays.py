"""Which texts pass on which: from a column, or from what the notes say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from orefield.evidence.claim import Source
from orefield.evidence.dates import first_day, last_day
from orefield.evidence.entities import fold_name
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sources import SourceRow
from orefield.evidence.folder.written import words_of

_RELAYS = re.compile(
    r"(?:\b(?:relay(?:s|ed|ing)|cit(?:es|ing)|quot(?:es|ing)|according to|translat\w+ (?:from|of)"
    r"|repost\w* (?:from|of)|reprint\w* (?:from|of)|mirror of|copy of|based on)\s+"
    r"|(?:转述|援引|转载自?|据|引自))([^;。；,，]+)",
    re.IGNORECASE,
)
_CHAIN = re.compile(r",?\s+(?:which|who|itself|in turn)\b.*", re.IGNORECASE)
_DATED = re.compile(r"\b(\d{4}-\d{2}(?:-\d{2})?)\b", re.ASCII)
_SHORT = 4
_DAYS = 31


def relayed(
    rows: Sequence[SourceRow],
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]], tuple[Problem, ...]]:
    """What each source relays.

    Returns
    -------
    relays : mapping of source id to source ids
        Listed sources that it passes on; a source that passes on nothing is not a key.
    origins : mapping of source id to names
        Texts that it passes on and that are not listed, as written.
    problems : tuple of Problem
        Of a source that relays itself, or sources that relay each other in a circle.
    """
    names = _Names.of(rows)
    relays: dict[str, tuple[str, ...]] = {}
    origins: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for row in rows:
        own = row.source.id
        column = words_of(row.cells.get("relays", ""))
        found: list[str] = []
        unlisted: list[str] = []
        for name in column or _named_in(row.source.note):
            ids = _match(name, own, names, exact=bool(column))
            if own in ids and (len(ids) == 1 or column):
                if column:
                    problems.append(
                        Problem(f"source '{own}' is said to relay itself: not counted as a hop",
                                f"{row.source.where}, column 'relays'", "name the text before it")
                    )  # fmt: skip
                continue
            if len(ids) == 1:
                found.append(ids[0])
            else:
                unlisted.append(name)
        if found:
            relays[own] = tuple(dict.fromkeys(found))
        if unlisted:
            origins[own] = tuple(dict.fromkeys(unlisted))
    kept, circles = without_circles(relays, [row.source for row in rows])
    where = {row.source.id: row.source.where for row in rows}
    problems += [
        Problem(
            f"sources relay each other in a circle: {' > '.join((*circle, circle[0]))}",
            where[circle[0]],
            f"'{circle[0]}' is taken to be the first: clear what it is said to relay",
        )
        for circle in circles
    ]
    return MappingProxyType(kept), MappingProxyType(origins), tuple(problems)


def without_circles(
    relays: Mapping[str, tuple[str, ...]], sources: Sequence[Source]
) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, ...], ...]]:
    """Relays in which nothing relays itself by way of others, and the circles that were opened.

    A circle is opened at the source published first (the first listed, where dates are equal
    or unknown): it relays no other of the circle. The rest of the chain stays.
    """
    rank = {s.id: (s.published or "9999", place) for place, s in enumerate(sources)}
    kept = dict(relays)
    circles: list[tuple[str, ...]] = []
    while True:
        try:
            TopologicalSorter(kept).prepare()
        except CycleError as error:
            # each of the circle is relayed by the next, and the last is the first again
            around: list[str] = error.args[1][:0:-1]
            at = min(range(len(around)), key=lambda i: rank.get(around[i], ("9999", 0)))
            circle = (*around[at:], *around[:at])
            circles.append(circle)
            rest = tuple(x for x in kept[circle[0]] if x != circle[1 % len(circle)])
            if rest:
                kept[circle[0]] = rest
            else:
                del kept[circle[0]]
        else:
            return kept, tuple(circles)


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the listed sources: of the text itself, and of who published it."""

    texts: Mapping[str, tuple[str, ...]]
    publishers: Mapping[str, tuple[str, ...]]
    published: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[SourceRow]) -> _Names:
        texts: dict[str, tuple[str, ...]] = {}
        publishers: dict[str, tuple[str, ...]] = {}
        for s in (row.source for row in rows):
            for name in dict.fromkeys((fold_name(s.id), fold_name(s.title))):
                texts[name] = (*texts.get(name, ()), s.id)
            if s.publisher:
                name = fold_name(s.publisher)
                publishers[name] = (*publishers.get(name, ()), s.id)
        return cls(texts, publishers, {row.source.id: row.source.published for row in rows})


def _named_in(note: str) -> tuple[str, ...]:
    """Who a note says is relayed; the first of a chain only, the rest is the other text's."""
    named = [_CHAIN.sub("", match[1]).strip(" .") for match in _RELAYS.finditer(note)]
    return tuple(name for name in named if name)[:1]


def _match(name: str, own: str, names: _Names, *, exact: bool) -> tuple[str, ...]:
    """Listed sources that a name means: by their id or title, or by publisher and date."""
    plain = re.sub(r"^(?:an?|the)\s+", "", fold_name(name))
    if ids := _held(plain, names.texts, exact):
        return ids
    ids = _held(plain, names.publishers, exact)
    dated = _DATED.search(name)
    day = dated[1] if dated else names.published[own]
    # a publisher has many texts: meant is the one of the day named, or just before this text
    return tuple(i for i in ids if _just_before(names.published[i], day, 0 if dated else _DAYS))


def _held(words: str, names: Mapping[str, tuple[str, ...]], exact: bool) -> tuple[str, ...]:
    if words in names or exact:
        return names.get(words, ())
    # the longest name that the words hold: 'Asianet Newsable of 2026-01-03'
    held = [n for n in names if n in words and _is_apart(words, n)]
    return names[max(held, key=len)] if held else ()


def _is_apart(words: str, name: str) -> bool:
    """Whether a name stands in words as a name: not in a longer word, and not too short."""
    if name.isascii():
        # an id of one letter, or a word such as 'the', is found in any sentence
        if len(name) < _SHORT and not re.search(r"\d", name):
            return False
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None
    return len(name) > 1


def _just_before(earlier: str, later: str, days: int) -> bool:
    """Whether one date is at most so many days before another, both as ISO dates or parts."""
    if not earlier or not later:
        return False
    try:
        gap_least = (first_day(later) - last_day(earlier)).days
        gap_most = (last_day(later) - first_day(earlier)).days
    except ValueError:
        return False
    return gap_most >= 0 and gap_least <= days
