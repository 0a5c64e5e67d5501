"""The small tables that rules come with, each row with its source and how sure it is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from orefield.core.tables import Row, read_rows

_FOLDER = Path(str(files("orefield.evidence"))) / "rules" / "data"


@cache
def shipped(table: str, *columns: str) -> tuple[Row, ...]:
    """Rows of a table in the folder ``data``.

    Raises
    ------
    TableError
        When the table is missing, or has other columns.
    """
    return tuple(read_rows(_FOLDER / table, columns))
