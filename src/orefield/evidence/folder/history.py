"""Whether a table grew only at its end: rows altered or removed between two versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from orefield.evidence.folder.columns import canonical
from orefield.evidence.folder.sheet import Record, parse_sheet


@dataclass(frozen=True, slots=True)
class Change:
    """A row of an earlier version that the later one no longer holds as it was.

    Attributes
    ----------
    id : str
        Of the row; ``row-LINE`` where it has none.
    kind : {"altered", "removed"}
    line : int
        In the earlier version.
    column, before, after : str
        Of the first cell that differs; empty for a removed row.
    """

    id: str
    kind: Literal["altered", "removed"]
    line: int
    column: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if self.kind == "removed":
            return f"line {self.line}: '{self.id}' was removed"
        return (
            f"line {self.line}: '{self.id}' was altered: {self.column} was '{self.before}' and "
            f"is '{self.after}'"
        )


def verify_history(
    old_text: str,
    new_text: str,
    *,
    name_of: Callable[[str], str] = canonical,
    key: str = "id",
) -> tuple[Change, ...]:
    """Rows of an older text of a table that a newer one altered or removed.

    New rows and new columns are no change; nor is another order of columns or rows, another
    spelling of a known column, or other quotes. To see what was done since the last commit,
    give it ``git show HEAD:claims.csv`` and the file.

    Parameters
    ----------
    old_text, new_text : str
        Two versions of one table.
    name_of : callable
        Canonical name of a column as written.
    key : str
        Column that tells rows apart.

    Raises
    ------
    TableError
        When either text is no whole table.
    """
    old = parse_sheet(old_text, "earlier version", (key,), name_of).records
    new = parse_sheet(new_text, "later version", (key,), name_of).records
    there = Counter(_content(r) for r in new)
    gone: list[Record] = []
    for record in old:
        content = _content(record)
        if there[content]:
            there[content] -= 1
        else:
            gone.append(record)
    # what took the place of a row that is gone: a new row of the same id
    others: dict[str, list[Record]] = {}
    for record in new:
        content = _content(record)
        if there[content]:
            there[content] -= 1
            others.setdefault(record.text(key), []).append(record)
    changes = []
    for record in gone:
        row_id = record.text(key)
        replaced = others.get(row_id) if row_id else None
        changes.append(
            _altered(row_id, record, replaced.pop(0))
            if replaced
            else Change(row_id or f"row-{record.line}", "removed", record.line)
        )
    return tuple(changes)


def _content(record: Record) -> frozenset[tuple[str, str]]:
    return frozenset((column, text) for column, text in record.cells.items() if text)


def _altered(row_id: str, old: Record, new: Record) -> Change:
    columns = dict.fromkeys((*old.cells, *new.cells))
    column = next(c for c in columns if old.text(c) != new.text(c))
    return Change(row_id, "altered", old.line, column, old.text(column), new.text(column))
