"""CSV tables as a person keeps them, read so that a fault names its file, row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from orefield.core.errors import TableError

MAX_DIGITS = 64
"""A number written with more characters than this is taken for a slip."""

MAX_BYTES = 64 * 2**20
"""A study table larger than this is taken for the wrong file."""

# float() also takes underscores, words (nan, inf) and the digits of other scripts
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


def plain_number(text: str) -> float:
    """The finite number that a text is, written with digits and a decimal point.

    Raises
    ------
    ValueError
        When it is none: ``nan``, ``1,000``, ``1_000``, ``1e999``, a word.
    """
    plain = text.strip()
    # int() and float() of thousands of digits cost time and mean nothing
    if len(plain) > MAX_DIGITS or not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def unreadable(what: str, path: Path | str, error: OSError) -> TableError:
    """The error for a file that the system does not let be read.

    Parameters
    ----------
    what : str
        What the file is: ``"table"``, ``"wireframe"``.
    path : Path
        Its name.
    error : OSError
        What the system said.
    """
    return TableError(
        f"{what} cannot be read: {error.strerror or error}",
        where=str(path),
        fix="check the name, that it is a file, and that you may read it",
    )


def refuse_nul(text: str, name: str, encoding: str = "UTF-8") -> None:
    """Refuse a text with a NUL byte: a file of another kind, or of wider characters.

    Parameters
    ----------
    text : str
        Of the file, whole.
    name : str
        Of the file.
    encoding : str
        What it is to be saved as.

    Raises
    ------
    TableError
        Naming the line.
    """
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TableError(
            "table holds a NUL byte: it is not text",
            where=f"{name}:{line}",
            fix=f"save it as {encoding} text",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, and where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    def text(self, column: str, default: str | None = None) -> str:
        """A cell's text.

        Raises
        ------
        TableError
            When the cell is empty and no default is given.
        """
        value = self.cells.get(column, "").strip()
        if value:
            return value
        if default is None:
            raise TableError(
                f"'{column}' is empty",
                where=f"{self.where}, column '{column}'",
                fix="fill the cell",
            )
        return default

    def number(self, column: str, default: float | None = None) -> float | None:
        """A cell's number, or ``default`` where it is empty.

        Raises
        ------
        TableError
            When the cell is not a finite number.
        """
        text = self.cells.get(column, "").strip()
        if not text:
            return default
        try:
            return plain_number(text)
        except ValueError:
            shown = text if len(text) <= MAX_DIGITS else text[:MAX_DIGITS] + "..."
            raise TableError(
                f"'{shown}' is not a finite number",
                where=f"{self.where}, column '{column}'",
                fix="write a plain number with a decimal point, no thousands separators",
            ) from None


def read_rows(
    path: Path, required: Sequence[str], optional: Sequence[str] = (), *, key: str = ""
) -> list[Row]:
    """Read a UTF-8 CSV with a header.

    Parameters
    ----------
    path : Path
        The file.
    required, optional : sequence of str
        Columns that must or may be there; any other is an error.
    key : str
        Column whose values must be there and unique.

    Raises
    ------
    TableError
        When the file is missing, empty, not UTF-8, larger than 64 MiB, truncated (a row
        with too few or too many cells, an open quote), lacks a column, has an unknown
        one, or repeats a key.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise TableError(
                f"table of {size:,} bytes is too large",
                where=str(path),
                fix=f"a table has at most {MAX_BYTES:,} bytes; is it the right file?",
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TableError(
            "table is missing", where=str(path), fix="add the file, or take it out of [tables]"
        ) from None
    except OSError as error:
        raise unreadable("table", path, error) from error
    except UnicodeDecodeError as error:
        raise TableError(
            f"table is not UTF-8: {error.reason} at byte {error.start}",
            where=str(path),
            fix="save it as UTF-8",
        ) from error
    return _parse(text, str(path), required, optional, key)


def _parse(
    text: str, name: str, required: Sequence[str], optional: Sequence[str], key: str
) -> list[Row]:
    if not text.strip():
        raise TableError("table is empty", where=name, fix=f"header: {','.join(required)}")
    refuse_nul(text, name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    header: list[str] = []
    try:
        for cells in reader:
            line = reader.line_num
            if not header:
                header = [c.strip() for c in cells]
                _check_header(header, name, required, optional)
                continue
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(header):
                raise TableError(
                    f"row has {len(cells)} cells, the header has {len(header)}",
                    where=f"{name}:{line}",
                    fix="the file may be truncated, or a comma needs quotes around its cell",
                )
            row = Row(name, line, dict(zip(header, cells, strict=True)))
            if key:
                value = row.text(key)
                if value in seen:
                    raise TableError(
                        f"'{value}' stands twice (first in line {seen[value]})",
                        where=f"{name}:{line}, column '{key}'",
                        fix="ids are unique; remove or rename one",
                    )
                seen[value] = line
            rows.append(row)
    except csv.Error as error:
        raise TableError(
            f"table is broken: {error}",
            where=f"{name}:{reader.line_num}",
            fix="the file may be truncated: look for an open quote",
        ) from error
    return rows


def _check_header(
    header: list[str], name: str, required: Sequence[str], optional: Sequence[str]
) -> None:
    known = [*required, *optional]
    for column in required:
        if column not in header:
            near = get_close_matches(column, header, n=1)
            raise TableError(
                f"column '{column}' is missing",
                where=f"{name}:1",
                fix=f"rename '{near[0]}'?" if near else f"needed: {', '.join(required)}",
            )
    for column in header:
        if column not in known:
            near = get_close_matches(column, known, n=1)
            raise TableError(
                f"unknown column '{column}'",
                where=f"{name}:1",
                fix=f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}",
            )
    if len(set(header)) != len(header):
        twice = next(c for c in header if header.count(c) > 1)
        raise TableError(
            f"column '{twice}' stands twice in the header",
            where=f"{name}:1",
            fix="remove or rename one",
        )
