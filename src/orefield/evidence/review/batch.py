"""Review in a spreadsheet: proposals out, the same table with decisions in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from orefield.core.errors import EvidenceError
from orefield.evidence.folder.append import csv_line, replace_whole
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sheet import Record, read_sheet
from orefield.evidence.folder.written import read_number
from orefield.evidence.review.candidate import FIELDS, MORE, Proposal
from orefield.evidence.review.decision import Choice, Decision, decide

BATCH_COLUMNS = (
    "decision", *FIELDS, *MORE, "by", "source", "start", "end", "document", "reading", "key",
)  # fmt: skip
"""Columns of a batch file: the person fills ``decision``, and edits what is wrong."""

_CHOICES = {
    "confirm": Choice.CONFIRM, "c": Choice.CONFIRM, "yes": Choice.CONFIRM, "y": Choice.CONFIRM,
    "correct": Choice.CORRECT,
    "reject": Choice.REJECT, "r": Choice.REJECT, "no": Choice.REJECT, "n": Choice.REJECT,
}  # fmt: skip
_NUMBERS = frozenset({"value_low", "value_high", "rounding"})


def write_batch(path: Path, proposals: Sequence[Proposal]) -> None:
    """Write proposals as a table with an empty column ``decision``.

    Cells are written as they are. One that begins with ``=``, ``+``, ``-`` or ``@`` may be
    taken for a formula: open the table with its columns as text.

    Raises
    ------
    RunError
        When the file cannot be written.
    TableError
        For a cell that makes no line.
    """
    lines = [csv_line(BATCH_COLUMNS)]
    for p in proposals:
        cells = {
            **p.cells,
            "source": p.source,
            "start": str(p.start),
            "end": str(p.end),
            "document": p.document,
            "reading": p.reading,
            "key": p.key,
        }
        lines.append(csv_line([cells.get(c, "") for c in BATCH_COLUMNS]))
    replace_whole(Path(path), "".join(lines).encode())


def read_batch(
    path: Path, proposals: Sequence[Proposal], *, decided_at: str = ""
) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Read a batch file back.

    A row without a decision stays open. A confirmed row in which a cell was edited is a
    correction, and told. Numbers count by value: ``1.80`` for ``1.8`` is no edit.

    Raises
    ------
    TableError
        As :func:`orefield.evidence.folder.sheet.read_sheet`.
    """
    sheet = read_sheet(Path(path), ("decision", "key", "reading"))
    shown = {(p.key, p.reading): p for p in proposals}
    problems = list(sheet.problems)
    found: dict[tuple[str, str], Decision] = {}
    for record in sheet.records:
        word = record.text("decision").casefold()
        if not word:
            continue
        choice = _CHOICES.get(word)
        proposal = shown.get((record.text("key"), record.text("reading")))
        if choice is None or proposal is None:
            what = f"'{word[:40]}' is no decision"
            fix = f"write one of {', '.join(Choice)}, or leave it empty"
            if choice is not None:
                what = "the candidate is no longer proposed"
                fix = "leave 'key' and 'reading' as they were written, or extract and review anew"
            problems.append(Problem(f"{what}: the row is left out", record.at("decision"), fix))
            continue
        edited = _edited(record, proposal, sheet.header)
        choice = _settled(choice, edited, record, problems)
        corrected = edited if choice is Choice.CORRECT else {}
        try:
            found[proposal.key, proposal.reading] = decide(
                proposal,
                choice,
                corrected=corrected,
                by=record.text("by"),
                decided_at=decided_at,
            )
        except EvidenceError as error:
            problems.append(Problem(f"{error.what}: the row is left out", record.where, error.fix))
    return tuple(found.values()), tuple(problems)


def _settled(
    choice: Choice, edited: Mapping[str, str], record: Record, problems: list[Problem]
) -> Choice:
    at = record.at("decision")
    if choice is Choice.CONFIRM and edited:
        problems.append(Problem(f"confirmed, yet {', '.join(edited)} was edited: taken as a "
                                "correction", at, "write 'correct'", level="note"))  # fmt: skip
        return Choice.CORRECT
    if choice is Choice.CORRECT and not edited:
        problems.append(Problem("a correction of nothing: taken as confirmed", at,
                                "edit the cells that are wrong", level="note"))  # fmt: skip
        return Choice.CONFIRM
    return choice


def _edited(record: Record, proposal: Proposal, header: Sequence[str]) -> dict[str, str]:
    """Cells that the person changed; a column that was deleted is no change."""
    edited = {}
    for name in (*FIELDS, *MORE):
        before, after = proposal.cells.get(name, ""), record.text(name)
        if name not in header or before == after:
            continue
        if name in _NUMBERS:
            old, new = read_number(before, "")[0], read_number(after, "")[0]
            if old is not None and old == new:
                continue
        edited[name] = after
    return edited
