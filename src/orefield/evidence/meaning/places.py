"""Places that a corpus itself locates: what lies where, by its own words.

A gazetteer knows countries and provinces; a text knows its districts, islands and concessions,
and says so in passing: "Halmahera lies in Indonesia", "main region", "Kostanay oblast". What is
learned so becomes an entity of the corpus, under the marked name of an unresolved subject, so
that sums, shares and wholes hold for it as for a known place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from orefield.evidence.entities import Entity, fold_name
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.meaning.subjects import Subjects, is_rest
from orefield.evidence.vocabulary import Mark

_AREAS = frozenset({"country", "province", "region", "state", "county", "prefecture"})
_LIES = re.compile(
    r"\b(?:lies|lying|sits|situated|located|found|is|are)\s+(?:(?:situated|located|found|part)\s+)?"
    r"(?:in|within|inside|of)\s+(?:the\s+)?(?P<place>[^,;.()]+)|位于(?P<zh>[^,;，。；()]+)",
    re.IGNORECASE,
)
_DIVISION = (
    r"provinces?|states?|oblasts?|prefectures?|count(?:y|ies)|districts?|departments?|islands?|"
    r"regions?|territor(?:y|ies)|municipalit(?:y|ies)|krais?|voivodeships?|governorates?"
)
_PART_OF = re.compile(
    rf"\b(?:{_DIVISION}|mines?|part|north|south|east|west|northern|southern|eastern|western)\s+"
    r"(?:of|in)\s+(?:the\s+)?(?P<place>[^,;.()]+)",
    re.IGNORECASE,
)
_CALLED_DIVISION = re.compile(
    rf"\b(?:{_DIVISION})\b|省|自治区|自治州|地区|[^\W\d_]州$", re.IGNORECASE
)
_REMARKED_DIVISION = re.compile(
    r"^\W*(?:(?:main|major|key|largest|leading|second|third|other|minor|producing|mining)\s+)*"
    rf"(?:{_DIVISION})\b(?!['’]s)|^\W*(?:主产|主要|重点)?(?:省|州|产区)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"^(?P<name>[^,(]+?)\s*[,(]\s*(?P<place>[^,()]+)\)?\s*$")
_LONGEST_NAME_WORDS = 4
_MAIN_COUNTRY = 0.8
"""Least part of a corpus's located rows that lie in one country, for it to be the one meant."""


def learned_places(rows: Sequence[LooseRow], subjects: Subjects) -> tuple[Entity, ...]:
    """Entities of unresolved subjects that the rows put into a known area.

    A subject is located by what is said of it, then by the area that its own name holds ("East
    Kazakhstan", "Ridge mine, Chile"); one that is called a division of a country ("Kostanay
    oblast") and located by nothing lies in the only country that the corpus speaks of.

    Parameters
    ----------
    rows : sequence of LooseRow
        Of one corpus.
    subjects : Subjects
        Knows the entities, and how subjects without one are called.

    Returns
    -------
    tuple of Entity
        Kind ``province`` for divisions, ``place`` for other names; marked as derived.
    """
    where: dict[str, str] = {}
    names: dict[str, str] = {}
    divisions: set[str] = set()
    for row in rows:
        entity = subjects.who(row.subject).entity
        if not entity.startswith("?"):
            continue
        names.setdefault(entity, row.subject)
        if (
            is_rest(row.subject)
            or _CALLED_DIVISION.search(row.subject)
            or _REMARKED_DIVISION.search(row.paraphrase)
        ):
            divisions.add(entity)
        found = _said(row, subjects) or _in_name(row.subject, subjects)
        if found:
            where.setdefault(entity, found)
    for entity in sorted(divisions - where.keys()):
        texts = {row.source for row in rows if row.subject == names[entity]}
        home = _one_country([row for row in rows if row.source in texts], subjects)
        home = home or _one_country(rows, subjects)
        if home:
            where[entity] = home
    for entity in sorted(divisions - where.keys()):
        kind = _kind(names[entity])
        alike = {where[e] for e in divisions & where.keys() if _kind(names[e]) == kind}
        if kind and len(alike) == 1:
            where[entity] = alike.pop()  # prefectures that are told of together
    return tuple(
        Entity(
            id=entity,
            kind="province" if entity in divisions else "place",
            name_en=names[entity],
            parent=parent,
            country=subjects.entities[parent].country,
            note="located by the corpus's own words",
            mark=Mark.DERIVED,
        )
        for entity, parent in where.items()
    )


def _kind(name: str) -> str:
    """What a division is called: province, oblast, prefecture; empty where its name does not."""
    found = _CALLED_DIVISION.search(name)
    return found[0].casefold() if found else ""


def _said(row: LooseRow, subjects: Subjects) -> str:
    """The area that a remark puts the subject in."""
    for text in (row.paraphrase, row.attribute):
        lies = _LIES.search(text)
        if lies is not None and _speaks_of(text[: lies.start()], row.subject):
            return _area(lies["place"] or lies["zh"], subjects)
        part = _PART_OF.search(text)
        if part is not None and not text[: part.start()].strip(" ,;("):
            return _area(part["place"], subjects)
    return ""


def _speaks_of(before: str, subject: str) -> bool:
    """Whether the words before a verb end with the subject, or leave it out."""
    clause = fold_name(re.split(r"[,;.]", before)[-1])
    return not clause or fold_name(subject).startswith(clause) or clause.endswith(
        fold_name(subject)
    )  # fmt: skip


def _in_name(subject: str, subjects: Subjects) -> str:
    beside = _BESIDE.match(subject)
    if beside is not None and not is_rest(subject):
        return _area(beside["place"], subjects)
    if is_rest(subject):
        # "Peru, other regions" lies in Peru, "rest of China" in China
        found = subjects.mentioned(subject)
        return found[0] if found and subjects.entities[found[0]].kind in _AREAS else ""
    before = re.match(r"(?P<place>[^:,(]+)\s*[:,]\s*\S", subject)
    if before is not None and (area := _area(before["place"], subjects)):
        return area  # "Bolivia: Huanuni"
    words = subject.split()
    # "East Kazakhstan", "northern Chile": a compass point before a known area
    if len(words) > 1 and re.fullmatch(
        r"(?:north|south|east|west|central)\w*", words[0], re.IGNORECASE
    ):
        return _area(" ".join(words[1:]), subjects)
    return ""


def _area(text: str, subjects: Subjects) -> str:
    """The known area that words begin with."""
    words = text.split()
    for length in range(min(len(words), _LONGEST_NAME_WORDS), 0, -1):
        found = subjects.entities.resolve(" ".join(words[:length])).entity
        if found is not None and found.kind in _AREAS:
            return found.id
    return ""


def _one_country(rows: Sequence[LooseRow], subjects: Subjects) -> str:
    told = Counter(
        country
        for row in rows
        if (country := subjects.country_of(subjects.who(row.subject).entity))
    )
    if not told:
        return ""
    (country, n), *_ = told.most_common(1)
    return country if n >= _MAIN_COUNTRY * sum(told.values()) else ""
