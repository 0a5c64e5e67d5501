"""The field dictionary: what every column that orefield reads or writes means.

One CSV a table lies beside this module (``blocks.csv``, ``results.csv``) with the header
``name, unit, dtype, min, max, description, source``. It drives validation, the report's
labels and the documentation, so that a column is described once.

``dtype`` names the kind that is checked (``float64``, ``int32``, ``bool``, ``string``;
widths are how we store it, not a condition); a trailing ``?`` says that values may be
missing. ``min`` and ``max`` are inclusive, an empty one is open. ``unit`` is one that
:mod:`orefield.core.units` knows, and empty for text and switches. A name may stand in
several tables when unit and dtype agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import TableError
from orefield.core.tables import Row, read_rows
from orefield.core.units import known_units

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Field", "check_columns", "check_table", "field", "fields", "read_fields", "tables"]

_HEADER = ("name", "unit", "dtype", "min", "max", "description", "source")
_KINDS = {
    "float64": "number", "float32": "number",
    "int64": "integer", "int32": "integer", "int16": "integer", "int8": "integer",
    "uint8": "integer", "bool": "switch", "string": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the dictionary.

    Attributes
    ----------
    name : str
        Column name; its ending says the unit (``ore_t``, ``cu_pct``).
    unit : str
        Canonical unit, or empty for text and switches.
    dtype : str
        How it is stored, without the ``?``.
    nullable : bool
        Whether values may be missing.
    low, high : float
        Inclusive range; infinite where open.
    description : str
    source : str
        Where the definition comes from, or the stage that computes it.
    """

    name: str
    unit: str
    dtype: str
    nullable: bool
    low: float
    high: float
    description: str
    source: str

    @property
    def kind(self) -> str:
        """``number``, ``integer``, ``switch`` or ``text``."""
        return _KINDS[self.dtype]

    @property
    def label(self) -> str:
        """The description's first clause with the unit, for the axis of a figure."""
        text = self.description.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0].rstrip(".")
        return f"{text} ({self.unit})" if self.unit not in ("", "1") else text


def tables() -> tuple[str, ...]:
    """Names of the tables that the dictionary describes, sorted."""
    return tuple(sorted(_dictionary()))


def fields(table: str) -> Mapping[str, Field]:
    """The fields of a table by name, in the order of the dictionary.

    Raises
    ------
    TableError
        When the dictionary has no such table.
    """
    try:
        return _dictionary()[table]
    except KeyError:
        raise TableError(
            f"the field dictionary has no table '{table}'", fix=f"it has: {', '.join(tables())}"
        ) from None


def field(name: str) -> Field:
    """The field called ``name``, in whichever table it stands.

    Raises
    ------
    TableError
        When no table has it; the nearest name is given.
    """
    known: dict[str, Field] = {}
    for table in tables():
        if name in fields(table):
            return fields(table)[name]
        known.update(fields(table))
    raise TableError(f"the field dictionary has no field '{name}'", fix=_nearest(name, known))


def check_columns(
    table: str, columns: Iterable[str], *, required: Iterable[str] = (), where: str = ""
) -> None:
    """Check the names of a table's columns.

    Raises
    ------
    TableError
        When a column is not in the dictionary or stands twice, or a required one lacks.
    """
    known = fields(table)
    seen: set[str] = set()
    place = where or f"table '{table}'"
    for column in columns:
        if column not in known:
            raise TableError(
                f"unknown column '{column}'",
                where=f"{place}, column '{column}'",
                fix=_nearest(column, known),
            )
        if column in seen:
            raise TableError(f"column '{column}' stands twice", where=place)
        seen.add(column)
    for column in required:
        if column not in seen:
            raise TableError(
                f"column '{column}' is missing", where=place, fix=_nearest(column, seen)
            )


def check_table(
    table: str, frame: pd.DataFrame, *, required: Iterable[str] = (), where: str = ""
) -> None:
    """Check columns, dtypes, missing values and ranges of a frame.

    Parameters
    ----------
    table : str
        Table of the dictionary.
    frame : pandas.DataFrame
        One row a record.
    required : iterable of str
        Columns that must be there.
    where : str
        File the frame came from. Rows are then counted as lines of that file (the
        header is line 1); otherwise as positions from 0.

    Raises
    ------
    TableError
        Naming the column and the first row that is wrong.
    """
    check_columns(table, (str(c) for c in frame.columns), required=required, where=where)
    for name in frame.columns:
        _check_values(table, fields(table)[str(name)], frame[name], where)


def read_fields(path: Path) -> Mapping[str, Field]:
    """Read one file of the dictionary.

    Raises
    ------
    TableError
        When the file is broken, a name stands twice, a dtype or unit is unknown, a range
        is empty, or a description is missing.
    """
    rows = read_rows(path, required=_HEADER, key="name")
    return MappingProxyType({row.text("name"): _field(row) for row in rows})


@cache
def _dictionary() -> Mapping[str, Mapping[str, Field]]:
    found = {path.stem: read_fields(path) for path in sorted(Path(__file__).parent.glob("*.csv"))}
    first: dict[str, tuple[str, Field]] = {}
    for table, entries in found.items():
        for name, entry in entries.items():
            other_table, other = first.setdefault(name, (table, entry))
            if (entry.unit, entry.dtype) != (other.unit, other.dtype):
                raise TableError(
                    f"field '{name}' is {entry.dtype} in '{entry.unit}' here, but {other.dtype} "
                    f"in '{other.unit}' in table '{other_table}'",
                    where=f"{table}.csv",
                    fix="one name has one unit and one dtype",
                )
    return MappingProxyType(found)


def _field(row: Row) -> Field:
    dtype = row.text("dtype")
    nullable = dtype.endswith("?")
    dtype = dtype.removesuffix("?")
    if dtype not in _KINDS:
        raise TableError(
            f"unknown dtype '{dtype}'",
            where=f"{row.where}, column 'dtype'",
            fix=_nearest(dtype, _KINDS),
        )
    unit = row.text("unit", default="")
    numeric = _KINDS[dtype] in ("number", "integer")
    if numeric and unit not in known_units():
        raise TableError(
            f"unknown unit '{unit}'",
            where=f"{row.where}, column 'unit'",
            fix=_nearest(unit, known_units()) + "; a pure number has unit '1'",
        )
    if not numeric and unit:
        raise TableError(f"a {dtype} has no unit", where=f"{row.where}, column 'unit'")
    low, high = row.number("min"), row.number("max")
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    if low > high:
        raise TableError(
            f"range from {low:g} to {high:g} is empty", where=f"{row.where}, column 'max'"
        )
    return Field(
        row.text("name"), unit, dtype, nullable, low, high,
        row.text("description"), row.text("source"),
    )  # fmt: skip


def _check_values(table: str, entry: Field, column: pd.Series[Any], where: str) -> None:
    missing = np.asarray(column.isna(), dtype=np.bool_)
    if missing.any() and not entry.nullable:
        raise TableError(
            f"'{entry.name}' has a missing value",
            where=_place(table, entry.name, missing, where),
            fix="every row of this column needs a value",
        )
    present = column[~missing]
    if len(present) == 0:
        return
    if not _is_kind(entry.kind, present):
        raise TableError(
            f"'{entry.name}' is {present.dtype}, but holds {entry.kind}s ({entry.dtype})"
            if entry.kind != "text"
            else f"'{entry.name}' is {present.dtype}, but holds text",
            where=_place(table, entry.name, ~missing, where),
            fix=entry.description,
        )
    if entry.kind not in ("number", "integer"):
        return
    values = np.full(len(column), entry.low if math.isfinite(entry.low) else 0.0)
    values[~missing] = present.to_numpy(dtype=np.float64)
    wrong = ~missing & ~(np.isfinite(values) & (values >= entry.low) & (values <= entry.high))
    if wrong.any():
        value = values[int(np.flatnonzero(wrong)[0])]
        raise TableError(
            f"'{entry.name}' is {value:g}, outside {entry.low:g} to {entry.high:g} {entry.unit}",
            where=_place(table, entry.name, wrong, where),
            fix=entry.description,
        )


def _is_kind(kind: str, present: pd.Series[Any]) -> bool:
    import pandas as pd

    dtype = present.dtype
    if kind == "text":
        if isinstance(dtype, pd.CategoricalDtype):
            return bool(dtype.categories.map(lambda value: isinstance(value, str)).all())
        return pd.api.types.infer_dtype(present) == "string"
    code = getattr(dtype, "kind", "O")
    return bool(code in {"number": "fiu", "integer": "iu", "switch": "b"}[kind])


def _place(table: str, name: str, wrong: NDArray[np.bool_], where: str) -> str:
    row = int(np.flatnonzero(wrong)[0])
    at = f"{where}:{row + 2}" if where else f"table '{table}', row {row}"
    return f"{at}, column '{name}'"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else f"it knows: {', '.join(sorted(known))}"
