"""Decisions of a person on candidate claims, kept in ``decisions.csv`` of a corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from orefield.core.errors import EvidenceError
from orefield.evidence.dates import first_day
from orefield.evidence.folder.append import append
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sheet import Record, read_sheet
from orefield.evidence.folder.written import read_number
from orefield.evidence.review.candidate import FIELDS, MORE, Proposal

DECISIONS = "decisions.csv"
"""Name of the table in a corpus folder."""

DECISION_COLUMNS = (
    "key", "document", "start", "end", "value_low", "value_high", "unit", "reading", "decision",
    "by", "decided_at",
)  # fmt: skip
"""Columns of ``decisions.csv``; a corrected field adds its own, such as ``to_unit``."""

CORRECTED = "to_"
"""What the column of a corrected field begins with."""

CLEARED = "(none)"
"""Cell of a correction that takes a field away: an empty cell is no correction."""


class Choice(StrEnum):
    """What is decided."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Parameters
    ----------
    key, document, start, end : str, str, int, int
        Of the :class:`~orefield.evidence.review.candidate.Proposal`.
    low, high, unit
        The number as it was proposed.
    choice : Choice
    reading : str
        Digest of all fields as the person saw them.
    corrected : mapping of str to str
        Fields that the person changed, by column of ``claims.csv``; empty text takes one away.
    by : str
        A role or initials, if any.
    decided_at : str
        ISO date.
    where : str

    Raises
    ------
    EvidenceError
        For a correction of nothing, or fields corrected in what is confirmed or rejected, of a
        field that no claim has, or a date that is none.
    """

    key: str
    document: str
    start: int
    end: int
    low: float | None
    high: float | None
    unit: str
    choice: Choice
    reading: str = ""
    corrected: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    by: str = ""
    decided_at: str = ""
    where: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if bool(self.corrected) != (self.choice is Choice.CORRECT):
            raise EvidenceError(
                f"decision '{self.choice}' with {len(self.corrected)} fields corrected",
                where=self.where,
                fix="a correction changes at least one field, and nothing else does",
            )
        for name in self.corrected:
            if name not in FIELDS and name not in MORE:
                raise EvidenceError(
                    f"'{name}' is corrected, and no candidate has it",
                    where=self.where,
                    fix=f"known: {', '.join((*FIELDS, *MORE))}",
                )
        for name in ("value_low", "value_high"):
            _, faults = read_number(self.corrected.get(name, ""), name)
            if faults:
                raise EvidenceError(faults[0].what, where=self.where, fix=faults[0].fix)
        if self.decided_at:
            try:
                first_day(self.decided_at)
            except ValueError:
                raise EvidenceError(
                    f"'{self.decided_at}' is no date", where=self.where, fix="write 2024-06-28"
                ) from None


def decide(
    proposal: Proposal,
    choice: Choice,
    *,
    corrected: Mapping[str, str] = MappingProxyType({}),
    by: str = "",
    decided_at: str = "",
) -> Decision:
    """The decision on a proposal.

    Raises
    ------
    EvidenceError
        As :class:`Decision`.
    """
    return Decision(
        key=proposal.key,
        document=proposal.document,
        start=proposal.start,
        end=proposal.end,
        low=proposal.low,
        high=proposal.high,
        unit=proposal.unit,
        choice=choice,
        reading=proposal.reading,
        corrected=MappingProxyType(dict(corrected)),
        by=by,
        decided_at=decided_at,
    )


def read_decisions(folder: Path) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Read ``decisions.csv`` of a corpus; none where there is no such table.

    A row that makes no decision is told and left out.

    Raises
    ------
    TableError
        As :func:`orefield.evidence.folder.sheet.read_sheet`.
    """
    path = Path(folder) / DECISIONS
    if not path.exists():
        return (), ()
    sheet = read_sheet(path, ("key", "document", "start", "end", "decision"))
    problems = list(sheet.problems)
    found = []
    for record in sheet.records:
        try:
            found.append(_decision(record, problems))
        except (EvidenceError, ValueError) as error:
            what = error.what if isinstance(error, EvidenceError) else str(error)
            fix = error.fix if isinstance(error, EvidenceError) else ""
            problems.append(
                Problem(f"{what}: the decision is left out", record.where,
                        fix or f"decision is one of {', '.join(Choice)}; start and end are whole "
                        "numbers")
            )  # fmt: skip
    return tuple(found), tuple(problems)


def keep_decisions(folder: Path, decisions: Iterable[Decision]) -> None:
    """Add decisions to ``decisions.csv`` of a corpus. Of two on one key the later one counts.

    Raises
    ------
    TableError, RunError
        As :func:`orefield.evidence.folder.append.append`.
    """
    append(
        Path(folder) / DECISIONS,
        [_row(d) for d in decisions],
        columns=DECISION_COLUMNS,
        name_of=str.strip,
        key="key",
        repeats=True,
    )


def _row(d: Decision) -> dict[str, str]:
    row = {
        "key": d.key,
        "document": d.document,
        "start": str(d.start),
        "end": str(d.end),
        "value_low": "" if d.low is None else repr(d.low).removesuffix(".0"),
        "value_high": "" if d.high is None else repr(d.high).removesuffix(".0"),
        "unit": d.unit,
        "reading": d.reading,
        "decision": str(d.choice),
        "by": d.by,
        "decided_at": d.decided_at,
    }
    return row | {CORRECTED + name: text or CLEARED for name, text in d.corrected.items()}


def _decision(record: Record, problems: list[Problem]) -> Decision:
    low, faults = read_number(record.text("value_low"), record.at("value_low"))
    problems += faults
    high, faults = read_number(record.text("value_high"), record.at("value_high"))
    problems += faults
    corrected = {
        name.removeprefix(CORRECTED): "" if text == CLEARED else text
        for name, text in record.cells.items()
        if name.startswith(CORRECTED) and text
    }
    return Decision(
        key=record.text("key"),
        document=record.text("document"),
        start=_place(record, "start"),
        end=_place(record, "end"),
        low=low,
        high=high,
        unit=record.text("unit"),
        choice=Choice(record.text("decision").casefold()),
        reading=record.text("reading"),
        corrected=MappingProxyType(corrected),
        by=record.text("by"),
        decided_at=record.text("decided_at"),
        where=record.where,
    )


def _place(record: Record, column: str) -> int:
    text = record.text(column)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError(f"{column} is '{text[:20]}'")
    return int(text)
