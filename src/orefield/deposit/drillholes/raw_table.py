"""Tables of logs as their files have them, cell by cell, each row knowing its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import TableError
from orefield.core.sections import hint
from orefield.core.tables import Row, refuse_nul, unreadable

GSLIB_ENDINGS = (".dat", ".out", ".gslib", ".gsl")
"""Endings of files that are taken for Geo-EAS (GSLIB)."""

NOTE_KEY = b"orefield.samples"
"""Key of the metadata of a Parquet file under which it says what it holds."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """Columns of a file and where each row stands.

    Attributes
    ----------
    file : str
    columns : mapping of str to ndarray of shape (n,)
        Texts as they stand (object), or numbers where the file has types (Parquet).
    line : ndarray of shape (n,), int64
        Line of the file (CSV, Geo-EAS) or row counted from 1 (Parquet).
    has_lines : bool
        Whether ``line`` counts lines of a text.
    note : str
        What the file says that it holds.
    """

    file: str
    columns: Mapping[str, NDArray[Any]]
    line: NDArray[np.int64]
    has_lines: bool = True
    note: str = ""

    def __len__(self) -> int:
        return len(self.line)

    def where(self, row: int, column: str = "") -> str:
        """``file:line, column 'x'`` of a row."""
        place = f"{self.file}:{self.line[row]}" if self.has_lines else (
            f"{self.file}, row {self.line[row]}"
        )  # fmt: skip
        return f"{place}, column '{column}'" if column else place

    def column(self, name: str) -> NDArray[Any]:
        """A column by its name; case matters only where two differ by nothing else.

        Raises
        ------
        TableError
            When there is none; the nearest is named.
        """
        return self.columns[self.named(name)]

    def named(self, name: str) -> str:
        """The file's own spelling of a column's name.

        Raises
        ------
        TableError
            When there is none; the nearest is named.
        """
        if name in self.columns:
            return name
        alike = [c for c in self.columns if c.lower() == name.lower()]
        if len(alike) == 1:
            return alike[0]
        raise TableError(
            f"column '{name}' is missing", where=f"{self.file}:1", fix=hint(name, self.columns)
        )

    def first_of(self, names: tuple[str, ...]) -> str:
        """The first column called one of ``names`` (in any case), or empty."""
        lower = {c.lower(): c for c in reversed(list(self.columns))}
        return next((lower[n] for n in names if n in lower), "")

    def text(self, name: str) -> NDArray[np.str_]:
        """A column of words, without blanks around them; empty cells are ""."""
        cells = self.column(name)
        if cells.dtype == object:
            return np.array([c.strip() for c in cells.tolist()], dtype=np.str_)
        if cells.dtype.kind == "f":
            whole = np.isnan(cells) | (cells == np.rint(cells))
            if whole.all():  # hole 34873 that a null made 34873.0
                return np.array(
                    ["" if np.isnan(c) else str(int(c)) for c in cells.tolist()], dtype=np.str_
                )
            return np.where(np.isnan(cells), "", cells.astype(np.str_))
        return cells.astype(np.str_)

    def row(self, at: int, name: str) -> Row:
        """One cell as a row of :mod:`orefield.core.tables`, whose errors it then raises."""
        return Row(self.file, int(self.line[at]), {name: str(self.columns[name][at])})


def read_raw(path: Path | str, *, separator: str = "", encoding: str = "utf-8-sig") -> RawTable:
    """Read a CSV, Parquet or Geo-EAS (GSLIB) file.

    Parameters
    ----------
    path : Path
        The ending tells the kind: ``.parquet``; ``.dat``, ``.out``, ``.gslib`` and ``.gsl`` are
        Geo-EAS; all others are CSV.
    separator : str
        Of a CSV; found from the header where it is left out (comma, semicolon or tab).
    encoding : str
        Of a text, e.g. ``"cp1252"``.

    Raises
    ------
    TableError
        Naming file and line: for a file that is missing, empty, of another encoding,
        truncated or broken, has a column twice, or no row.
    """
    file = Path(path)
    if file.suffix.lower() == ".parquet":
        table = _parquet(file)
    else:
        text = _text(file, encoding)
        geo_eas = file.suffix.lower() in GSLIB_ENDINGS
        table = _geo_eas(text, str(file)) if geo_eas else _csv(text, str(file), separator)
    if not len(table):
        raise TableError("the table has no row", where=str(file), fix="is it the right file?")
    return table


def _text(file: Path, encoding: str) -> str:
    try:
        text = file.read_bytes().decode(encoding)
    except OSError as error:
        raise unreadable("table", file, error) from error
    except UnicodeDecodeError as error:
        raise TableError(
            f"table is not {_spelt(encoding)}: {error.reason} at byte {error.start}",
            where=str(file),
            fix='save it as UTF-8, or say encoding = "cp1252" (or what it is)',
        ) from error
    except LookupError:
        raise TableError(f"'{encoding}' is no encoding", where=str(file)) from None
    if not text.strip():
        raise TableError("table is empty", where=str(file), fix="is it the right file?")
    refuse_nul(text, str(file), _spelt(encoding))
    return text


def _spelt(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def _csv(text: str, name: str, separator: str) -> RawTable:
    if not separator:
        head = text.lstrip().split("\n", 1)[0]
        separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for cells in reader:
            if not header:
                header = [c.strip() for c in cells] if any(c.strip() for c in cells) else []
                continue
            if not any(c.strip() for c in cells):
                continue  # spreadsheets leave rows of commas behind the last
            if len(cells) != len(header):
                raise _ragged(name, reader.line_num, len(cells), len(header))
            rows.append(cells)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise TableError(
            f"table is broken: {error}",
            where=f"{name}:{reader.line_num}",
            fix="the file may be truncated: look for an open quote",
        ) from error
    return _columns(name, header, rows, lines)


def _geo_eas(text: str, name: str) -> RawTable:
    lines = text.splitlines()
    try:
        # some programs write the size of a grid behind the number of columns
        count = int(lines[1].split()[0])
    except (IndexError, ValueError):
        raise TableError(
            "the second line is no number of columns: this is no Geo-EAS file",
            where=f"{name}:2",
            fix="a title, the number of columns, a name a line, then the data",
        ) from None
    if not 1 <= count <= len(lines) - 2:
        raise TableError(
            f"{count} columns are announced, but {max(len(lines) - 2, 0)} lines follow",
            where=f"{name}:2",
            fix="a title, the number of columns, a name a line, then the data",
        )
    header = [line.strip() for line in lines[2 : 2 + count]]
    rows, numbers = [], []
    for number, line in enumerate(lines[2 + count :], start=3 + count):
        cells = line.split()
        if not cells:
            continue
        if len(cells) != count:
            raise _ragged(name, number, len(cells), count)
        rows.append(cells)
        numbers.append(number)
    return _columns(name, header, rows, numbers)


def _ragged(name: str, line: int, cells: int, header: int) -> TableError:
    return TableError(
        f"row has {cells} cells, the header has {header}",
        where=f"{name}:{line}",
        fix="the file may be truncated, or a comma needs quotes around its cell",
    )


def _columns(name: str, header: list[str], rows: list[list[str]], lines: list[int]) -> RawTable:
    if len(set(header)) != len(header):
        twice = next(c for c in header if header.count(c) > 1)
        raise TableError(
            f"column '{twice}' stands twice in the header",
            where=f"{name}:1",
            fix="remove or rename one",
        )
    cells = np.array(rows, dtype=object).reshape(len(rows), len(header))
    columns = {c: cells[:, j] for j, c in enumerate(header)}
    return RawTable(name, columns, np.array(lines, dtype=np.int64))


def _parquet(file: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise TableError(
            f"table cannot be read: {error}", where=str(file), fix="check that it is Parquet"
        ) from error
    columns: dict[str, NDArray[Any]] = {}
    for name, stored in zip(table.column_names, table.columns, strict=True):
        coded = pa.types.is_dictionary(stored.type)
        column = stored.cast(stored.type.value_type) if coded else stored
        kind = column.type
        if pa.types.is_integer(kind) and column.null_count == 0:
            columns[name] = column.to_numpy()
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            columns[name] = column.cast(pa.float64()).to_numpy()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            columns[name] = np.array(column.fill_null("").to_pylist(), dtype=object)
        elif pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
            columns[name] = np.array(column.cast(pa.string()).fill_null("").to_pylist(), object)
    note = (table.schema.metadata or {}).get(NOTE_KEY, b"").decode(errors="replace")
    return RawTable(str(file), columns, np.arange(1, table.num_rows + 1), False, note)
