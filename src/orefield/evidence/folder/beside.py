"""The optional tables of a corpus folder: entities, ownership, events, declared constraints."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import (
    CONSTRAINT_KINDS,
    EVENTS,
    NOTHING,
    Constraint,
    Ownership,
    StatusEvent,
)
from orefield.evidence.entities import Entity
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sheet import Record, read_sheet
from orefield.evidence.folder.written import (
    is_unknown,
    read_date,
    read_number,
    read_yes,
    words_of,
)
from orefield.evidence.interval import Interval

ROLES = ("direct", "attributable", "control", "operator", "developer")
"""What an owner may be to what it holds."""

_ENTITY_NEEDED = ("id", "kind", "name_en")
_T = TypeVar("_T")
_Built = tuple[_T | None, list[Problem]]


def read_entity_table(path: Path) -> tuple[tuple[Entity, ...], tuple[Problem, ...]]:
    """Read ``entities.csv``; a row that makes no entity is told and left out.

    Parents and provinces may stand in another table and are not looked for here.

    Raises
    ------
    TableError
        As :func:`~orefield.evidence.folder.sheet.read_sheet`.
    """
    entities, problems = _read(path, _ENTITY_NEEDED, _entity)
    kept: dict[str, Entity] = {}
    for entity in entities:
        if entity.id in kept:
            problems.append(
                Problem(f"entity '{entity.id}' stands twice: the second is left out",
                        f"{entity.where}, column 'id'", "ids are unique; join or rename them")
            )  # fmt: skip
        else:
            kept[entity.id] = entity
    return tuple(kept.values()), tuple(problems)


def read_ownership(path: Path) -> tuple[tuple[Ownership, ...], tuple[Problem, ...]]:
    """Read ``ownership.csv`` (:data:`~orefield.evidence.folder.columns.OWNERSHIP_COLUMNS`).

    Raises
    ------
    TableError
        As :func:`~orefield.evidence.folder.sheet.read_sheet`.
    """
    found, problems = _read(path, ("owner", "owned"), _ownership)
    return tuple(found), tuple(problems)


def read_events(path: Path) -> tuple[tuple[StatusEvent, ...], tuple[Problem, ...]]:
    """Read ``events.csv`` (:data:`~orefield.evidence.folder.columns.EVENT_COLUMNS`).

    Raises
    ------
    TableError
        As :func:`~orefield.evidence.folder.sheet.read_sheet`.
    """
    found, problems = _read(path, ("entity", "event", "date"), _event)
    return tuple(found), tuple(problems)


def read_constraints(
    path: Path, claim_ids: Collection[str]
) -> tuple[tuple[Constraint, ...], tuple[Problem, ...]]:
    """Read ``constraints.csv`` (:data:`~orefield.evidence.folder.columns.CONSTRAINT_COLUMNS`).

    A constraint of unknown kind, or on a claim that is not in ``claim_ids``, is told and left
    out.

    Raises
    ------
    TableError
        As :func:`~orefield.evidence.folder.sheet.read_sheet`.
    """
    found, problems = _read(path, ("id", "kind", "parts"), lambda r: _constraint(r, claim_ids))
    kept: dict[str, Constraint] = {}
    for constraint in found:
        if constraint.id in kept:
            problems.append(
                Problem(f"constraint '{constraint.id}' stands twice: the second is left out",
                        f"{constraint.where}, column 'id'", "give it an id of its own")
            )  # fmt: skip
        else:
            kept[constraint.id] = constraint
    return tuple(kept.values()), tuple(problems)


def _read(
    path: Path, needed: tuple[str, ...], build: Callable[[Record], _Built[_T]]
) -> tuple[list[_T], list[Problem]]:
    sheet = read_sheet(path, needed, lambda column: column.strip().casefold())
    problems = list(sheet.problems)
    found = []
    for record in sheet.records:
        built, faults = build(record)
        problems += faults
        if built is not None:
            found.append(built)
    return found, problems


def _entity(record: Record) -> _Built[Entity]:
    lat, problems = read_number(record.text("lat"), record.at("lat"))
    lon, faults = read_number(record.text("lon"), record.at("lon"))
    said = [*problems, *faults]
    try:
        entity = Entity(
            id=record.text("id"),
            kind=record.text("kind"),
            name_en=record.text("name_en"),
            pinyin=record.text("pinyin"),
            name_zh=record.text("name_zh"),
            name_bo=record.text("name_bo"),
            aliases=words_of(record.text("aliases")),
            parent=record.text("parent"),
            province=record.text("province"),
            country=record.text("country"),
            lat=None if said else lat,
            lon=None if said else lon,
            not_same_as=record.text("not_same_as"),
            note=record.text("note"),
            where=record.where,
        )
    except EvidenceError as error:
        return None, [*said, Problem(f"{error.what}: left out", error.where, error.fix)]
    return entity, said


def _ownership(record: Record) -> _Built[Ownership]:
    owner, owned = record.text("owner"), record.text("owned")
    if not owner or not owned:
        return None, [Problem("an ownership names no owner, or nothing owned: left out",
                              record.where, "fill both with entity ids")]  # fmt: skip
    problems: list[Problem] = []
    share = _share(record, problems)
    role = record.text("role") or "direct"
    if role not in ROLES:
        problems.append(Problem(f"role is '{role}': kept as written", record.at("role"),
                                f"use one of {', '.join(ROLES)}"))  # fmt: skip
    return Ownership(
        owner=owner,
        owned=owned,
        share=share,
        role=role,
        valid_from=_date(record, "valid_from", problems),
        valid_to=_date(record, "valid_to", problems),
        reported=_date(record, "reported", problems),
        claim=record.text("claim"),
        source=record.text("source"),
    ), problems


def _share(record: Record, problems: list[Problem]) -> Interval | None:
    """The share held as a fraction; shares over one are for the rules to judge."""
    low, faults = read_number(record.text("share_pct"), record.at("share_pct"))
    problems += faults
    high, faults = read_number(record.text("share_pct_high"), record.at("share_pct_high"))
    problems += faults
    if low is None:
        return None
    high = low if high is None else high
    return Interval(min(low, high) / 100.0, max(low, high) / 100.0)


def _event(record: Record) -> _Built[StatusEvent]:
    problems: list[Problem] = []
    entity, event = record.text("entity"), record.text("event").casefold()
    when = _date(record, "date", problems)
    if not entity or event not in EVENTS or not when:
        fix = f"name the entity, a date, and one of {', '.join(EVENTS)}"
        return None, [*problems, Problem(f"'{record.text('event')}' of '{entity}' makes no event: "
                                         "left out", record.where, fix)]  # fmt: skip
    planned, faults = read_yes(record.text("planned"), record.at("planned"))
    problems += faults
    return StatusEvent(
        entity=entity,
        event=event,
        date=when,
        planned=planned,
        claim=record.text("claim"),
        source=record.text("source"),
        reported=_date(record, "reported", problems),
    ), problems


def _constraint(record: Record, claim_ids: Collection[str]) -> _Built[Constraint]:
    problems: list[Problem] = []
    row_id, kind = record.text("id") or f"row-{record.line}", record.text("kind").casefold()
    whole, parts = record.text("whole"), words_of(record.text("parts"))
    unknown = [c for c in (whole, *parts) if c and c not in claim_ids]
    fault = ""
    if kind not in CONSTRAINT_KINDS:
        fault = f"is of kind '{kind}'"
        fix = f"use one of {', '.join(CONSTRAINT_KINDS)}"
    elif not parts:
        fault, fix = "names no parts", "write the ids of claims, semicolons between them"
    elif unknown:
        fault, fix = f"names {', '.join(unknown)}, which no claim is", "mend the ids"
    elif not whole and kind in {"sum", "share", "product", "at_most"}:
        fault, fix = f"is a {kind} of nothing", "write the id of the claim on the whole"
    if fault:
        return None, [Problem(f"constraint '{row_id}' {fault}: left out", record.where, fix)]
    low, faults = read_number(record.text("remainder_low"), record.at("remainder_low"))
    problems += faults
    high, faults = read_number(record.text("remainder_high"), record.at("remainder_high"))
    problems += faults
    ends = [x for x in (low, high) if x is not None]
    # one end given: from nothing to it
    remainder = Interval(min(0.0, *ends), max(0.0, *ends)) if len(ends) == 1 else NOTHING
    if low is not None and high is not None:
        remainder = Interval(min(low, high), max(low, high))
    relative, faults = read_yes(record.text("relative"), record.at("relative"))
    problems += faults
    year = record.text("year")
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        problems.append(Problem(f"'{year}' is no year: left out", record.at("year"), "write 2024"))
        year = ""
    return Constraint(
        id=row_id,
        kind=kind,
        whole=whole,
        parts=parts,
        remainder=remainder,
        relative=relative,
        year=int(year) if year else None,
        note=record.text("note"),
        where=record.where,
    ), problems


def _date(record: Record, column: str, problems: list[Problem]) -> str:
    if is_unknown(record.text(column)):
        return ""
    text, faults = read_date(record.text(column), record.at(column))
    problems += faults
    return text
