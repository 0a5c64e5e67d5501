"""Sources, entities and claims, read from their tables."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from orefield.core.errors import TableError
from orefield.core.tables import Row, read_rows
from orefield.evidence.claim import Claim, Source
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.ledger import Evidence
from orefield.evidence.vocabulary import (
    Basis,
    Mark,
    Qualifier,
    RateType,
    ResourceClass,
    SigmaClass,
    SourceKind,
    Stage,
)

SOURCE_COLUMNS = ("id", "title", "publisher", "published", "url", "hops", "kind", "note")
"""Columns of ``sources.csv``."""

ENTITY_COLUMNS = (
    "id", "kind", "name_en", "pinyin", "name_zh", "name_bo", "aliases", "parent", "province",
    "country", "lat", "lon", "not_same_as", "note",
)  # fmt: skip
"""Columns of ``entities.csv``; aliases stand apart by semicolons."""

ENTITY_OPTIONAL = ("commodities", "mark")
"""Columns that ``entities.csv`` may have; commodities stand apart by semicolons."""

CLAIM_COLUMNS = (
    "id", "subject", "entity", "attribute", "low", "high", "text", "unit", "basis", "stage",
    "class", "rate_type", "qualifier", "valid_from", "valid_to", "reported_at", "recorded_at",
    "vintage", "supersedes", "source", "locator", "hops", "rounding", "sigma_class", "release",
    "mark", "usable", "note",
)  # fmt: skip
"""Columns of ``claims.csv``; superseded ids stand apart by semicolons."""

_USABLE = {"yes": True, "no": False}
_Word = TypeVar("_Word", bound=StrEnum)
_Built = TypeVar("_Built")


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read a table with :data:`SOURCE_COLUMNS`.

    Raises
    ------
    TableError
        As :func:`orefield.core.tables.read_rows`, or for a word or number out of place.
    EvidenceError
        As :class:`Source`.
    """
    return _read(path, SOURCE_COLUMNS, _source)


def read_entities(path: Path) -> tuple[Entity, ...]:
    """Read a table with :data:`ENTITY_COLUMNS`, and perhaps :data:`ENTITY_OPTIONAL`.

    For errors see :func:`read_sources`.
    """
    return _read(path, ENTITY_COLUMNS, _entity, ENTITY_OPTIONAL)


def read_claims(path: Path) -> tuple[Claim, ...]:
    """Read a table with :data:`CLAIM_COLUMNS`.

    Raises
    ------
    TableError
        As :func:`orefield.core.tables.read_rows`, or for a word or number out of place.
    EvidenceError, UnitError
        As :class:`Claim`.
    """
    return _read(path, CLAIM_COLUMNS, _claim)


def read_evidence(sources: Path, entities: Path, claims: Path) -> Evidence:
    """Read the three tables into one ledger.

    Raises
    ------
    TableError, EvidenceError, UnitError
        As the readers above and :class:`Evidence`, naming file, row and column.
    """
    return Evidence(read_sources(sources), Entities(read_entities(entities)), read_claims(claims))


def _read(
    path: Path,
    columns: tuple[str, ...],
    build: Callable[[Row], _Built],
    optional: tuple[str, ...] = (),
) -> tuple[_Built, ...]:
    return tuple(build(row) for row in read_rows(path, columns, optional, key="id"))


def _source(row: Row) -> Source:
    return Source(
        id=row.text("id"),
        title=row.text("title"),
        publisher=row.text("publisher", ""),
        published=row.text("published", ""),
        url=row.text("url", ""),
        hops=_whole(row, "hops"),
        kind=_word(row, "kind", SourceKind),
        note=row.text("note", ""),
        where=row.where,
    )


def _entity(row: Row) -> Entity:
    return Entity(
        id=row.text("id"),
        kind=row.text("kind"),
        name_en=row.text("name_en"),
        pinyin=row.text("pinyin", ""),
        name_zh=row.text("name_zh", ""),
        name_bo=row.text("name_bo", ""),
        aliases=_list(row, "aliases"),
        parent=row.text("parent", ""),
        province=row.text("province", ""),
        country=row.text("country", ""),
        lat=row.number("lat"),
        lon=row.number("lon"),
        not_same_as=row.text("not_same_as", ""),
        note=row.text("note", ""),
        commodities=tuple(word.casefold() for word in _list(row, "commodities")),
        mark=_word(row, "mark", Mark) if row.text("mark", "") else "",
        where=row.where,
    )


def _claim(row: Row) -> Claim:
    usable = row.text("usable")
    if usable not in _USABLE:
        raise TableError(
            f"usable is '{usable}'", where=f"{row.where}, column 'usable'", fix="write yes or no"
        )
    return Claim(
        id=row.text("id"),
        subject=row.text("subject", ""),
        entity=row.text("entity", ""),
        attribute=row.text("attribute"),
        low=row.number("low"),
        high=row.number("high"),
        text=row.text("text", ""),
        unit=row.text("unit", ""),
        basis=_word(row, "basis", Basis),
        stage=_word(row, "stage", Stage),
        resource_class=_word(row, "class", ResourceClass),
        rate_type=_word(row, "rate_type", RateType),
        qualifier=_word(row, "qualifier", Qualifier),
        valid_from=row.text("valid_from", ""),
        valid_to=row.text("valid_to", ""),
        reported_at=row.text("reported_at", ""),
        recorded_at=row.text("recorded_at", ""),
        vintage=row.text("vintage", ""),
        supersedes=_list(row, "supersedes"),
        source=row.text("source", ""),
        locator=row.text("locator", ""),
        hops=_whole(row, "hops"),
        rounding=row.number("rounding"),
        sigma_class=_word(row, "sigma_class", SigmaClass),
        release=row.text("release", ""),
        mark=_word(row, "mark", Mark),
        usable=_USABLE[usable],
        note=row.text("note", ""),
        where=row.where,
    )


def _word(row: Row, column: str, words: type[_Word]) -> _Word:
    text = row.text(column)
    try:
        return words(text)
    except ValueError:
        raise TableError(
            f"{column} is '{text}'",
            where=f"{row.where}, column '{column}'",
            fix=f"use one of {', '.join(words)}",
        ) from None


def _whole(row: Row, column: str) -> int:
    text = row.text(column)
    # int() takes more than digits (signs, underscores, other scripts): a table holds digits
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise TableError(
            f"{column} is '{text}'",
            where=f"{row.where}, column '{column}'",
            fix="write a whole number, 0 or more",
        )
    return int(text)


def _list(row: Row, column: str) -> tuple[str, ...]:
    return tuple(part for part in (p.strip() for p in row.text(column, "").split(";")) if part)
