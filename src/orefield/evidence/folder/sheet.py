"""A CSV of any columns, read so that nothing in it is lost and every fault names its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from orefield.core.errors import TableError
from orefield.evidence.folder.encoding import read_text
from orefield.evidence.folder.problem import Problem

MAX_CELL = 10_000
"""A cell longer than this is told: it may have swallowed its neighbours."""

_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_TWICE_CODED = re.compile("[\x80-\xff\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2}")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its cells by canonical column, stripped, and where it starts."""

    cells: dict[str, str]
    file: str
    line: int

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    def text(self, column: str) -> str:
        """A cell; empty where the table lacks the column."""
        return self.cells.get(column, "")

    def at(self, column: str) -> str:
        """Place of a cell, for errors."""
        return f"{self.where}, column '{column}'"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in its file.

    Attributes
    ----------
    header : tuple of str
        Canonical column names, in the order of the file.
    written : tuple of str
        The same as written.
    records : tuple of Record
    problems : tuple of Problem
    """

    header: tuple[str, ...]
    written: tuple[str, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]


def read_sheet(
    path: Path, needed: Sequence[str], name_of: Callable[[str], str] = str.strip
) -> Sheet:
    """Read a table whose columns may be more than the known ones.

    Parameters
    ----------
    path : Path
        The file.
    needed : sequence of str
        Canonical columns that must be there.
    name_of : callable
        Canonical name of a column as written.

    Raises
    ------
    TableError
        When the file is missing, empty, too large, in no known encoding, truncated (a row
        with too few or too many cells, an open quote), lacks a column, or holds a NUL byte.
    """
    text, told = read_text(path)
    return parse_sheet(text, str(path), needed, name_of, told)


def parse_sheet(
    text: str,
    name: str,
    needed: Sequence[str],
    name_of: Callable[[str], str] = str.strip,
    told: tuple[Problem, ...] = (),
) -> Sheet:
    """As :func:`read_sheet`, from text; ``name`` is the file that faults name."""
    if not text.strip():
        raise TableError("table is empty", where=name, fix=f"header: {','.join(needed)}")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TableError(
            "table holds a NUL byte: it is not text",
            where=f"{name}:{line}",
            fix="save it as UTF-8 text",
        )
    problems = list(told)
    written, header, records = (), (), []  # type: tuple[str, ...], tuple[str, ...], list[Record]
    for line, cells in _rows(text, name):
        if not any(c.strip() for c in cells):
            continue
        if not header:
            written = tuple(c.strip() for c in cells)
            header = _header(written, name, needed, name_of, problems)
            continue
        if len(cells) != len(header):
            raise TableError(
                f"row has {len(cells)} cells, the header has {len(header)}",
                where=f"{name}:{line}",
                fix="the file may be truncated, or a comma needs quotes around its cell",
            )
        values = [c.strip() for c in cells]
        record = Record(dict(zip(header, values, strict=True)), name, line)
        problems += _odd_cells(record)
        records.append(record)
    return Sheet(header, written, tuple(records), tuple(problems))


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    last = 0
    try:
        for cells in reader:
            rows.append((last + 1, cells))
            last = reader.line_num
    except csv.Error as error:
        raise TableError(
            f"table is broken: {error}",
            where=f"{name}:{last + 1}",
            fix="the file may be truncated: look for an open quote, or a quote within a cell",
        ) from error
    return rows


def _header(
    written: tuple[str, ...],
    name: str,
    needed: Sequence[str],
    name_of: Callable[[str], str],
    problems: list[Problem],
) -> tuple[str, ...]:
    header: list[str] = []
    for position, column in enumerate(written, 1):
        known = name_of(column) or f"column {position}"
        if known in header:
            other = column or known
            if other in header:
                raise TableError(
                    f"column '{column}' stands twice in the header",
                    where=f"{name}:1",
                    fix="remove or rename one",
                )
            problems.append(
                Problem(
                    f"columns '{written[header.index(known)]}' and '{column}' mean the same",
                    f"{name}:1",
                    f"only the first is used as {known}; the other is kept as it stands",
                )
            )
            known = other
        header.append(known)
    for column in needed:
        if column not in header:
            near = get_close_matches(column, header, n=1)
            raise TableError(
                f"column '{column}' is missing",
                where=f"{name}:1",
                fix=f"rename '{near[0]}'?" if near else f"needed: {', '.join(needed)}",
            )
    return tuple(header)


def _odd_cells(record: Record) -> list[Problem]:
    joined = "\n".join(record.cells.values())
    if len(joined) <= MAX_CELL and not (_CONTROL.search(joined) or _TWICE_CODED.search(joined)):
        return []
    found = []
    for column, text in record.cells.items():
        if len(text) > MAX_CELL:
            what = f"cell of {len(text):,} characters"
            fix = "a paraphrase is a sentence; look for a quote that does not close"
        elif _CONTROL.search(text):
            what, fix = "cell holds characters that are no text", "write them anew from the source"
        elif _is_twice_coded(text):
            what = "cell looks like text decoded with the wrong code page"
            fix = "open the original as UTF-8 and copy the words anew"
        else:
            continue
        found.append(Problem(what, record.at(column), fix))
    return found


def _is_twice_coded(text: str) -> bool:
    """Whether the letters are the bytes of UTF-8 text shown one by one, as ``é`` for ``e``."""
    if not _TWICE_CODED.search(text):
        return False
    for page in ("cp1252", "latin-1"):
        try:
            return text.encode(page).decode("utf-8") != text
        except UnicodeError:
            continue
    return False
