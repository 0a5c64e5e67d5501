"""A corpus kept as a folder of tables, read whole: what can be used, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from orefield.core.errors import EvidenceError, TableError
from orefield.evidence.claim import Source
from orefield.evidence.corpus import Constraint, Ownership, StatusEvent
from orefield.evidence.dates import last_day
from orefield.evidence.entities import Entity
from orefield.evidence.folder.beside import (
    read_constraints,
    read_entity_table,
    read_events,
    read_ownership,
)
from orefield.evidence.folder.clusters import chain_hops, release_clusters
from orefield.evidence.folder.columns import (
    CLAIM_CORE,
    CLAIM_MORE,
    CLAIM_NEEDED,
    SOURCE_CORE,
    SOURCE_MORE,
    SOURCE_NEEDED,
    canonical,
)
from orefield.evidence.folder.loose import LooseClaim, loose_claim, unique
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.relays import relayed
from orefield.evidence.folder.sheet import Sheet, read_sheet
from orefield.evidence.folder.sources import SourceRow, placeholder, source_row, unique_sources
from orefield.evidence.folder.written import certain_day

_T = TypeVar("_T")

CLAIMS, SOURCES = "claims.csv", "sources.csv"
"""Names of the two tables that make a folder a corpus."""


@dataclass(frozen=True)
class Folder:
    """Everything that a corpus folder holds.

    Attributes
    ----------
    path : Path
    claims : tuple of LooseClaim
        In the order of the table, ids unique.
    source_rows : tuple of SourceRow
        In the order of the table; then a placeholder for each source that claims name and no
        table lists.
    entities : tuple of Entity
    ownership : tuple of Ownership
    events : tuple of StatusEvent
    constraints : tuple of Constraint
    relays : mapping of source id to source ids
        Which listed texts a text passes on.
    origins : mapping of source id to names
        Texts that it passes on and that are not listed.
    problems : tuple of Problem
        Of all tables, in the order of the tables and their lines.
    """

    path: Path
    claims: tuple[LooseClaim, ...]
    source_rows: tuple[SourceRow, ...]
    entities: tuple[Entity, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    events: tuple[StatusEvent, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    relays: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()

    @property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id, placeholders among them."""
        return {row.source.id: row.source for row in self.source_rows}

    @property
    def inferred(self) -> Mapping[str, tuple[str, ...]]:
        """Fields of sources that were inferred from words, by source id."""
        return {row.source.id: row.inferred for row in self.source_rows if row.inferred}

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Problems that take something away; the rest are notes."""
        return tuple(p for p in self.problems if p.level == "fault")

    @property
    def clusters(self) -> Mapping[str, str]:
        """Release cluster of each source (:func:`.clusters.release_clusters`)."""
        releases = {row.source.id: row.cells.get("release", "") for row in self.source_rows}
        return release_clusters(
            tuple(self.sources.values()),
            self.claims,
            relays=self.relays,
            origins=self.origins,
            releases=releases,
        )

    @property
    def hops(self) -> Mapping[str, int]:
        """Hops of each source, at least the length of its chain of relays."""
        return chain_hops(tuple(self.sources.values()), self.relays)

    def claim(self, claim_id: str) -> LooseClaim:
        """A claim by id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise EvidenceError(
            f"no claim has the id '{claim_id}'", where=str(self.path / CLAIMS), fix="see the table"
        )

    def current(self) -> Folder:
        """The folder without the claims that others in it supersede."""
        replaced = {old for c in self.claims for old in c.supersedes if old != c.id}
        return self._only(c for c in self.claims if c.id not in replaced)

    def as_known(self, day: date | str) -> Folder:
        """What the folder held on a day.

        A row counts from its ``recorded_at``; one without it from when it was said
        (``reported_at``, ``published``, or the date of its source), since it cannot have been
        known before, and from ever where that is unknown too. A month or year stands for its
        last day. What was not yet recorded supersedes nothing.

        Raises
        ------
        EvidenceError
            When ``day`` is no date.
        """
        until = _day(day)
        sources = self.sources
        return self._only(c for c in self.claims if (_known(c, sources) or until) <= until)

    def as_true(self, year: int) -> Folder:
        """Claims that speak of a calendar year; undated ones speak of none for certain."""
        return self._only(
            c for c in self.claims if c.years is not None and c.years[0] <= year <= c.years[1]
        )

    def _only(self, claims: Iterable[LooseClaim]) -> Folder:
        kept = tuple(claims)
        ids = {c.id for c in kept}
        return replace(
            self,
            claims=kept,
            constraints=tuple(c for c in self.constraints if {c.whole, *c.parts} - {""} <= ids),
        )


def read_folder(path: Path) -> Folder:
    """Read a corpus.

    ``claims.csv`` must be there, ``sources.csv`` should; ``entities.csv``, ``ownership.csv``,
    ``events.csv`` and ``constraints.csv`` may. Columns may be more than the known ones, in any
    order, and those of a study's strict tables are understood. A fault in a row is told in
    ``problems`` and the rest is read.

    Raises
    ------
    TableError
        When the folder or its ``claims.csv`` is missing, or a table is larger than 64 MiB,
        truncated, in no known encoding, holds a NUL byte, or lacks a column without which it
        says nothing.
    """
    path = Path(path)
    if not path.is_dir():
        raise TableError(
            "no such folder" if not path.exists() else "not a folder",
            where=str(path),
            fix="name the folder that holds claims.csv and sources.csv",
        )
    sheet = read_sheet(path / CLAIMS, CLAIM_NEEDED, canonical)
    problems = [*sheet.problems, *_unknown_columns(sheet, (*CLAIM_CORE, *CLAIM_MORE), CLAIMS)]
    claims = unique(loose_claim(record) for record in sheet.records)
    problems += [p for c in claims for p in c.problems]
    rows = _sources(path / SOURCES, claims, problems)
    relays, origins, faults = relayed(rows)
    problems += faults
    problems += _unknown_superseded(claims)
    ids = {c.id for c in claims}
    entities = _optional(path / "entities.csv", read_entity_table, problems)
    ownership = _optional(path / "ownership.csv", read_ownership, problems)
    events = _optional(path / "events.csv", read_events, problems)
    constraints = _optional(path / "constraints.csv", lambda p: read_constraints(p, ids), problems)
    return Folder(
        path, claims, rows, entities, ownership, events, constraints, relays, origins,
        tuple(problems),
    )  # fmt: skip


def _sources(
    path: Path, claims: tuple[LooseClaim, ...], problems: list[Problem]
) -> tuple[SourceRow, ...]:
    rows: tuple[SourceRow, ...] = ()
    if path.exists():
        sheet = read_sheet(path, SOURCE_NEEDED, lambda c: canonical(c, of_sources=True))
        problems += sheet.problems
        problems += _unknown_columns(sheet, (*SOURCE_CORE, *SOURCE_MORE), SOURCES)
        rows = unique_sources(source_row(record) for record in sheet.records)
        fix = f"add it to {SOURCES}, or mend the id"
    else:
        problems.append(
            Problem(f"{SOURCES} is missing: every source is taken for an unknown one", str(path),
                    "add the table: id,title,publisher,published,hops,note")
        )  # fmt: skip
        fix = f"add {SOURCES}"
    listed = {row.source.id for row in rows}
    missing: dict[str, LooseClaim] = {}
    for claim in claims:
        if claim.source and claim.source not in listed:
            missing.setdefault(claim.source, claim)
    rows += tuple(
        placeholder(c.source, f"{c.where}, column 'source'", fix) for c in missing.values()
    )
    problems += [p for row in rows for p in row.problems]
    return rows


def _unknown_columns(sheet: Sheet, known: tuple[str, ...], table: str) -> list[Problem]:
    return [
        Problem(f"column '{column}' is kept, and used by no rule", f"{table}:1",
                f"known: {', '.join(known)}", level="note")
        for column in sheet.header
        if column not in known
    ]  # fmt: skip


def _unknown_superseded(claims: tuple[LooseClaim, ...]) -> list[Problem]:
    ids = {c.id for c in claims}
    return [
        Problem(f"claim '{c.id}' supersedes '{old}', which is not there",
                f"{c.where}, column 'supersedes'", "mend the id, or take it out")
        for c in claims
        for old in c.supersedes
        if old not in ids
    ]  # fmt: skip


def _optional(
    path: Path,
    read: Callable[[Path], tuple[tuple[_T, ...], tuple[Problem, ...]]],
    problems: list[Problem],
) -> tuple[_T, ...]:
    if not path.exists():
        return ()
    found, faults = read(path)
    problems += faults
    return found


def _known(claim: LooseClaim, sources: Mapping[str, Source]) -> date | None:
    """Day from which a row was known for certain, or could be; None where nothing tells."""
    for column in ("recorded_at", "reported_at", "published"):
        if day := certain_day(claim.text(column)):
            return day
    source = sources.get(claim.source)
    return last_day(source.published) if source and source.published else None


def _day(day: date | str) -> date:
    if isinstance(day, date):
        return day
    found = certain_day(day)
    if found is None:
        raise EvidenceError(f"'{day}' is no date", fix="write 2024, 2024-06 or 2024-06-28")
    return found
