"""Rows added to a table: whole or not at all, and never a change to what is there."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from orefield.core.errors import RunError, TableError
from orefield.core.tables import MAX_BYTES
from orefield.evidence.folder.columns import CLAIM_CORE, canonical
from orefield.evidence.folder.history import verify_history
from orefield.evidence.folder.sheet import parse_sheet

_REFUSED = {"\n": "a line break", "\r": "a line break", "\x00": "a NUL"}


def csv_line(cells: Sequence[str], end: str = "\n") -> str:
    """One row as it stands in a file: quotes only where they are needed.

    Raises
    ------
    TableError
        For a cell with a line break (a claim is one line, so that a diff shows one line), a
        NUL, or half a character.
    """
    for cell in cells:
        for bad, name in _REFUSED.items():
            if bad in cell:
                raise TableError(f"cell '{cell[:40]!r}' holds {name}", fix="write it on one line")
        try:
            cell.encode()
        except UnicodeEncodeError:
            raise TableError(
                f"cell {cell[:40]!r} holds half a character", fix="write the words anew"
            ) from None
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow([cell.strip() for cell in cells])
    return out.getvalue()


def append(
    path: Path,
    rows: Sequence[Mapping[str, str]],
    *,
    columns: Sequence[str] = CLAIM_CORE,
    name_of: Callable[[str], str] = canonical,
    key: str = "id",
    repeats: bool = False,
) -> None:
    """Add rows at the end of a table.

    What is there stays byte for byte. Where the rows bring columns that the table lacks, these
    are added after the last one, and each earlier row gets empty cells at its end. A missing
    table is made. Another writer is kept out by ``NAME.lock`` beside it; a writer that is
    killed, or a disk that is full, leaves the old table whole.

    Parameters
    ----------
    path : Path
        The table.
    rows : sequence of mapping of str to str
        Cells by canonical column.
    columns : sequence of str
        Columns that a new table starts with.
    name_of : callable
        Canonical name of a column as written.
    key : str
        Column whose values must be there.
    repeats : bool
        Whether a value of ``key`` may come again, as a later word on the same thing.

    Raises
    ------
    TableError
        When a row has no key or repeats one, a cell holds a line break, the table is not
        UTF-8 or broken, or it would grow beyond 64 MiB.
    RunError
        When another writer holds the lock, the table changed meanwhile, or it cannot be
        written.
    """
    if not rows:
        return
    # a link stays a link: the table that it points to is replaced
    path = Path(os.path.realpath(path))
    with _lock(path):
        old = _bytes_of(path)
        new = _grown(old, path, rows, columns, name_of, key, repeats)
        if len(new) > MAX_BYTES:
            raise TableError(
                f"table would grow to {len(new):,} bytes, and {MAX_BYTES:,} are the most",
                where=str(path),
                fix="split the corpus into two folders",
            )
        replace_whole(path, new, expected=old)


def replace_whole(path: Path, data: bytes, *, expected: bytes | None = None) -> None:
    """Put new content in the place of a file, all of it or none.

    Raises
    ------
    RunError
        When it cannot be written, or the file no longer holds what is ``expected``.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        if expected is not None and _bytes_of(path) != expected:
            raise RunError(
                "the table was changed by someone else while rows were added; nothing was added",
                where=str(path),
                fix="save it there first, then add again",
            )
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise RunError(
            f"table cannot be written: {error.strerror or error}; it is as it was",
            where=str(path),
            fix="free space on the disk, or mend the rights of the folder, and add again",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    lock = path.with_name(path.name + ".lock")
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        raise RunError(
            f"another writer holds {path.name}",
            where=str(lock),
            fix=f"wait for it; if none is running, delete {lock.name}",
        ) from None
    except OSError as error:
        raise RunError(
            f"table cannot be written: {error.strerror or error}",
            where=str(path),
            fix="check that the folder is there, and that you may write in it",
        ) from error
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{os.getpid()}\n")
        yield
    finally:
        lock.unlink(missing_ok=True)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _grown(
    old: bytes,
    path: Path,
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str],
    name_of: Callable[[str], str],
    key: str,
    repeats: bool,
) -> bytes:
    try:
        text = old.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"table is not UTF-8: {error.reason} at byte {error.start}; nothing was added",
            where=str(path),
            fix="save it as UTF-8, then add again",
        ) from error
    mark = old[: len(old) - len(text.encode())]
    if not text.strip():
        text = csv_line(columns)
    sheet = parse_sheet(text, str(path), [key], name_of)
    there = {} if repeats else {r.text(key): r.where for r in sheet.records}
    _check_keys(key, there, rows, path, repeats)
    wanted = dict.fromkeys(c for row in rows for c, cell in row.items() if cell.strip())
    more = [c for c in wanted if c not in sheet.header]
    end = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    grown = _widened(text, more, end) if more else text
    if not grown.endswith(("\n", "\r")):
        grown += end
    header = (*sheet.header, *more)
    grown += "".join(csv_line([row.get(c, "") for c in header], end) for row in rows)
    if changes := verify_history(text, grown, name_of=name_of, key=key):
        raise RunError(f"adding rows would change the table: {changes[0]}", where=str(path))
    return mark + grown.encode()


def _check_keys(
    key: str,
    there: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    path: Path,
    repeats: bool,
) -> None:
    new: set[str] = set()
    for number, row in enumerate(rows, 1):
        value = row.get(key, "").strip()
        if not value:
            raise TableError(f"row {number} to add has no {key}", where=str(path), fix="give one")
        if value in there or (value in new and not repeats):
            raise TableError(
                f"'{value}' is already there",
                where=there.get(value, str(path)),
                fix="rows are never overwritten: give it an id of its own, and name the old one "
                "in 'supersedes'",
            )
        new.add(value)


def _widened(text: str, more: Sequence[str], end: str) -> str:
    """The text with further columns at the end; the cells before them keep their every byte."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    out: list[str] = []
    last = 0
    for cells in reader:
        raw = "".join(lines[last : reader.line_num])
        last = reader.line_num
        body = raw.rstrip("\r\n")
        if any(c.strip() for c in cells):
            first = not any(line.strip() for line in out)
            body += "," + (csv_line(more, "") if first else "," * (len(more) - 1))
        out.append(body + (raw[len(raw.rstrip("\r\n")) :] or end))
    return "".join(out)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a loss of power, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
