"""Bytes of a table to text: UTF-8, and what else spreadsheets in use save."""

from __future__ import annotations

import codecs
from pathlib import Path

from orefield.core.errors import TableError
from orefield.core.tables import MAX_BYTES
from orefield.evidence.folder.problem import Problem

_BOMS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIGH = 0x80
_GB2312_LOW = 0xA1
_SURE = 0.8


def read_text(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of a table, and what is to be said of how it was saved.

    UTF-8 with or without a byte order mark passes in silence. UTF-16 and GB18030 are read, and
    told. GB18030 is taken only where the bytes are those of common Chinese text: the letters
    of western code pages would decode too, into other words.

    Raises
    ------
    TableError
        When the file is missing, too large (see :data:`orefield.core.tables.MAX_BYTES`), cannot
        be opened, or is none of these.
    """
    return decode(_read_bytes(path), str(path))


def decode(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    """As :func:`read_text`, from bytes; ``name`` is what a fault says it stands in."""
    if data.startswith(_BOMS_16):
        return _as(data, "utf-16", name)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        if _looks_chinese(data):
            return _as(data, "gb18030", name)
        line = data.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"table is not UTF-8: {error.reason} at byte {error.start}",
            where=f"{name}:{line}",
            fix="save it as UTF-8",
        ) from error


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # one byte more than allowed tells; a file may grow between stat and read
            data = file.read(MAX_BYTES + 1)
            size = path.stat().st_size
    except FileNotFoundError:
        raise TableError(
            "table is missing",
            where=str(path),
            fix="a corpus is a folder with claims.csv and sources.csv",
        ) from None
    except OSError as error:
        raise TableError(
            f"table cannot be read: {error.strerror or error}",
            where=str(path),
            fix="check that it is a file, and that you may read it",
        ) from error
    if len(data) > MAX_BYTES:
        raise TableError(
            f"table of {max(size, len(data)):,} bytes is too large",
            where=str(path),
            fix=f"a table has at most {MAX_BYTES:,} bytes; is it the right file?",
        )
    return data


def _as(data: bytes, encoding: str, name: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableError(
            f"table begins as {encoding.upper()} and is not: {error.reason} at byte {error.start}",
            where=name,
            fix="save it as UTF-8",
        ) from error
    told = Problem(
        f"table is {encoding.upper()}, and was read as that",
        where=name,
        fix="save it as UTF-8: the encoding was guessed",
        level="note",
    )
    return text, (told,)


def _looks_chinese(data: bytes) -> bool:
    """Whether most bytes above ASCII come in the pairs of GB 2312, the core of GB 18030."""
    high = pairs = 0
    i = 0
    while i < len(data):
        if data[i] < _HIGH:
            i += 1
        elif data[i] >= _GB2312_LOW and i + 1 < len(data) and data[i + 1] >= _GB2312_LOW:
            high, pairs, i = high + 2, pairs + 2, i + 2
        else:
            high, i = high + 1, i + 1
    return high > 0 and pairs / high >= _SURE
