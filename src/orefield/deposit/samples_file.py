"""Samples from and to files: CSV, Parquet and Geo-EAS (GSLIB), with a mapping of columns."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.model_files.whole import whole_file
from orefield.deposit.drillholes.cells import (
    PLAIN_RULES,
    CellRules,
    Kind,
    Numbers,
    looks_numeric,
    read_numbers,
)
from orefield.deposit.drillholes.log_units import is_grade, length_scale, most_of, value_scale
from orefield.deposit.drillholes.raw_table import NOTE_KEY, RawTable, read_raw
from orefield.deposit.samples import Samples

_F8 = NDArray[np.float64]

_X = ("x_m", "x", "xlocation", "xcoord", "xpt", "xm", "mid_x", "midx", "east", "easting")
_Y = ("y_m", "y", "ylocation", "ycoord", "ypt", "ym", "mid_y", "midy", "north", "northing")
_Z = ("z_m", "z", "zlocation", "zcoord", "zpt", "zm", "mid_z", "midz", "elevation", "elev", "rl")
_HOLE = ("hole", "bhid", "holeid", "hole_id", "dhid", "drillhole")
_BOOKKEEPING = ("from_m", "to_m")
_COVERAGE = "_coverage"
_LENGTH = ("length_m", "length", "len")


@dataclass(frozen=True)
class SampleColumns:
    """Which column of a file of samples is what; all of it may be left out.

    Parameters
    ----------
    x, y, z, hole, length : str
        Columns; empty: the usual names are looked for. Without ``z`` the samples are in 2-D.
    values : mapping of str to str
        Name of a value (its unit in the name: ``cu_pct``) to its column. Empty: every other
        column of numbers, by its own name.
    units : mapping of str to str
        Unit that a value's column is in, e.g. ``"ppm"``, where it is not that of the name.
    codes : mapping of str to str
        Name of a code (domain, rock) to its column. Empty: every other column of words.
    coordinate_unit, length_unit : str
        ``"m"``, ``"ft"``, ``"us-ft"``, ``"km"``; lengths are in that of coordinates where it is
        empty.
    elevation_m : float, optional
        Elevation (m) of samples in 2-D. Where it is given no column is looked for by its name.
    rules : CellRules
        What missing and below-detection cells are.
    separator, encoding : str
        Of a CSV.
    note : str
    """

    x: str = ""
    y: str = ""
    z: str = ""
    hole: str = ""
    length: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    coordinate_unit: str = "m"
    length_unit: str = ""
    elevation_m: float | None = None
    rules: CellRules = PLAIN_RULES
    separator: str = ""
    encoding: str = "utf-8-sig"
    note: str = ""


def read_samples(path: Path | str, columns: SampleColumns | None = None) -> Samples:
    """Samples from a CSV, Parquet or Geo-EAS file.

    Parameters
    ----------
    path : Path
        The ending tells the kind, see :func:`~orefield.deposit.drillholes.raw_table.read_raw`.
    columns : SampleColumns, optional
        Which column is what.

    Raises
    ------
    TableError
        Naming file, line and column: for a file that cannot be read, a column that is missing,
        a cell that is no number, a position or a hole's name that is missing, a length that is
        not positive, a grade that is negative or more than all of the mass.
    UnitError
        For a unit that is unknown or measures something else.
    ModelError
        When no column is a value.
    """
    chosen = columns or SampleColumns()
    table = read_raw(path, separator=chosen.separator, encoding=chosen.encoding)
    return samples_of_table(table, chosen)


def samples_of_table(table: RawTable, columns: SampleColumns) -> Samples:
    """Samples from the columns of a file that was read.

    Raises
    ------
    TableError, UnitError, ModelError
        As :func:`read_samples`.
    """
    return _Reader(table, columns).samples()


class _Reader:
    def __init__(self, table: RawTable, columns: SampleColumns) -> None:
        self.table, self.columns = table, columns
        self.taken: set[str] = set()
        self.told: list[str] = []

    def samples(self) -> Samples:
        c = self.columns
        to_m = length_scale(c.coordinate_unit)
        usual_z = _Z if c.elevation_m is None else ()
        wanted = ((c.x, _X), (c.y, _Y), (c.z, usual_z))
        names = [self._one(given, usual) for given, usual in wanted]
        for axis, name in zip("xy", names, strict=False):
            if not name:
                raise TableError(
                    f"no column is the {axis} of the samples",
                    where=f"{self.table.file}:1",
                    fix=f"name it in [samples]: {axis} = ... "
                    f"(there are: {', '.join(self.table.columns)})",
                )
        xyz = np.full((len(self.table), 3), c.elevation_m or 0.0)
        for k, name in enumerate(names):
            if name:
                xyz[:, k] = self._filled(name) * to_m
        hole_name = self._one(c.hole, _HOLE)
        length = self._length(to_m)
        hole, holes = np.zeros(0, dtype=np.int32), tuple[str, ...]()
        if hole_name:
            hole, holes = _index(self._named(hole_name))
        value_columns, code_columns = self._others()
        values = {n: self._value(n, column) for n, column in value_columns.items()}
        if not values:
            raise ModelError(
                "the file has no value",
                where=self.table.file,
                fix="name them: [samples.values] cu_pct = 'CU'",
            )
        codes = {n: self.table.text(column) for n, column in code_columns.items()}
        note = c.note or self.table.note or f"samples of {Path(self.table.file).name}"
        return Samples(xyz, values, length, hole, holes, codes, "; ".join([note, *self.told]))

    def _one(self, given: str, usual: tuple[str, ...]) -> str:
        name = self.table.named(given) if given else self.table.first_of(usual)
        self.taken.add(name)
        return name

    def _named(self, column: str) -> NDArray[np.str_]:
        names = self.table.text(column)
        bare = np.flatnonzero(names == "")
        if bare.size:
            raise TableError(
                "the hole's name is missing" + (f" in {bare.size:,} rows" if bare.size > 1 else ""),
                where=self.table.where(int(bare[0]), column),
                fix="fill the cell: samples without a name would count as one hole",
            )
        return names

    def _filled(self, name: str) -> _F8:
        found = read_numbers(self.table, name, self.columns.rules.of_places())
        bad = np.flatnonzero(found.kind != Kind.MEASURED)
        if bad.size:
            raise TableError(
                f"'{name}' is missing" + (f" in {bad.size:,} rows" if bad.size > 1 else ""),
                where=self.table.where(int(bad[0]), name),
                fix="a sample needs a place and a length: fill the cell, or take the row out",
            )
        return found.values

    def _length(self, to_m: float) -> _F8:
        c = self.columns
        name = self._one(c.length, _LENGTH)
        if not name:
            return np.zeros(0)
        scale = length_scale(c.length_unit) if c.length_unit else to_m
        length = self._filled(name) * scale
        short = np.flatnonzero(~(length > 0))
        if short.size:
            raise TableError(
                f"the length is {length[short[0]]:g} m",
                where=self.table.where(int(short[0]), name),
                fix="a sample's length is positive",
            )
        return length

    def _others(self) -> tuple[dict[str, str], dict[str, str]]:
        """Columns of values and of codes by the names they get."""
        c = self.columns
        values, codes = dict(c.values), dict(c.codes)
        for column in (*values.values(), *codes.values()):
            self.taken.add(self.table.named(column))
        numeric = not values
        for column in self.table.columns:
            if column in self.taken or column in _BOOKKEEPING or column.endswith(_COVERAGE):
                continue
            is_number = looks_numeric(self.table, column, c.rules)
            if is_number and numeric:
                values[column] = column
            elif not is_number and not c.codes and self._holds_words(column):
                codes[column] = column
        return values, codes

    def _holds_words(self, column: str) -> bool:
        return self.table.columns[column].dtype == object and bool(
            (self.table.text(column) != "").any()
        )

    def _value(self, name: str, column: str) -> _F8:
        column = self.table.named(column)
        found = read_numbers(self.table, column, self.columns.rules)
        values = found.values * value_scale(name, self.columns.units.get(name, ""))
        if is_grade(name):
            wrong = np.flatnonzero((values < 0) | (values > most_of(name)))
            if wrong.size:
                low = values[wrong[0]] < 0
                raise TableError(
                    f"'{name}' is {values[wrong[0]]:g}, "
                    + ("below zero" if low else "more than all of the mass"),
                    where=self.table.where(int(wrong[0]), column),
                    fix='say what it means: missing = [...], or negative = "below" or "missing"'
                    if low
                    else f"is the unit right? units = {{ {name} = 'ppm' }} converts",
                )
        self._tell(name, found)
        return values

    def _tell(self, name: str, found: Numbers) -> None:
        rules = self.columns.rules
        for kind, text in (
            (Kind.BELOW, f"below detection taken as {rules.below}"),
            (Kind.ABOVE, f"above the method's limit taken as {rules.above}"),
            (Kind.NEGATIVE, "negative taken for missing"),
        ):
            if found.count(kind):
                self.told.append(f"{name}: {found.count(kind):,} {text}")


def _index(names: NDArray[np.str_]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Index of each name among the names in the order they come."""
    unique, first, back = np.unique(names, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place[back], tuple(unique[order].tolist())


def write_samples(
    samples: Samples, path: Path | str, further: Mapping[str, _F8] | None = None
) -> None:
    """Samples as CSV or Parquet, by the ending; :func:`read_samples` needs no mapping for them.

    Values that are missing are empty cells. Numbers of a CSV are written so that they are read
    back as they were.

    Parameters
    ----------
    samples : Samples
        To be written.
    path : Path
        Ends with ``.csv`` or ``.parquet``.
    further : mapping of str to ndarray of shape (n,), optional
        Columns that are no values, behind all others.

    Raises
    ------
    TableError
        For another ending.
    ModelError
        When two columns would have one name.
    RunError
        When the file cannot be written.
    """
    file = Path(path)
    columns: dict[str, NDArray[np.generic]] = {
        "hole": np.asarray(samples.holes, dtype=np.str_)[samples.hole],
        "x_m": samples.xyz_m[:, 0],
        "y_m": samples.xyz_m[:, 1],
        "z_m": samples.xyz_m[:, 2],
        "length_m": samples.length_m,
    }
    for part in (samples.values, samples.codes, further or {}):
        for name, column in part.items():
            if name in columns:
                raise ModelError(
                    f"two columns of samples are called '{name}'",
                    where=str(file),
                    fix="give the value or the code another name",
                )
            columns[name] = column
    if file.suffix == ".parquet":
        _write_parquet(columns, samples.note, file)
    elif file.suffix == ".csv":
        _write_csv(columns, file)
    else:
        raise TableError(
            f"'{file.suffix}' is not a kind of file for samples",
            where=str(file),
            fix="give .csv or .parquet",
        )


def _write_parquet(columns: Mapping[str, NDArray[np.generic]], note: str, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {
        name: pa.array(v.tolist(), pa.string()) if v.dtype.kind == "U" else pa.array(
            v, from_pandas=True
        )
        for name, v in columns.items()
    }  # fmt: skip
    table = pa.table(arrays).replace_schema_metadata({NOTE_KEY: note.encode()})
    with whole_file(file) as out:
        pq.write_table(table, out)


def _write_csv(columns: Mapping[str, NDArray[np.generic]], file: Path) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    cells = [
        ["" if math.isnan(v) else v for v in c.tolist()] if c.dtype.kind == "f" else c.tolist()
        for c in columns.values()
    ]
    writer.writerows(zip(*cells, strict=True))
    with whole_file(file) as out:
        out.write(text.getvalue().encode("utf-8"))
