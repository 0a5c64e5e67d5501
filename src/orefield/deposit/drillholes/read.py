"""Drill holes from files: collars, surveys and intervals, in metres and degrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.deposit.drillholes.cells import (
    PLAIN_RULES,
    CellRules,
    Kind,
    looks_numeric,
    read_numbers,
)
from orefield.deposit.drillholes.log_units import length_scale, value_scale
from orefield.deposit.drillholes.raw_table import RawTable, read_raw
from orefield.deposit.drillholes.tables import Collars, Intervals, Surveys

_F8 = NDArray[np.float64]

USUAL_COLUMNS = {
    "hole": ("hole", "bhid", "holeid", "hole_id", "dhid", "hole id", "drillhole", "name"),
    "x": ("x_m", "x", "xcollar", "xcoll", "east", "easting", "x_collar"),
    "y": ("y_m", "y", "ycollar", "ycoll", "north", "northing", "y_collar"),
    "z": ("z_m", "z", "zcollar", "zcoll", "rl", "elevation", "elev", "z_collar"),
    "from": ("from_m", "from", "depth_from", "mfrom", "from_depth"),
    "to": ("to_m", "to", "depth_to", "mto", "to_depth"),
    "at": ("depth_m", "at", "depth", "distance", "md"),
    "azimuth": ("azimuth_deg", "azimuth", "az", "azi", "brg", "bearing"),
    "dip": ("dip_deg", "dip", "inclination", "plunge"),
    "length": ("depth_m", "depth", "eoh", "max_depth", "maxdepth", "length", "total_depth", "td"),
}  # fmt: skip
"""What a column is, and the names (in lower case) that it usually has."""


@dataclass(frozen=True)
class LogSource:
    """A file of drill holes, and which of its columns is what.

    Parameters
    ----------
    path : Path
    columns : mapping of str to str
        ``hole``; collars: ``x, y, z, length, azimuth, dip``; surveys: ``at, azimuth, dip``;
        intervals: ``from, to``. Those left out are looked for by their usual names.
    values, units, codes : mapping of str to str
        Of intervals: name to column, name to the unit the column is in, name to column. With
        neither values nor codes, every other column is taken by its own name.
    coordinate_unit, depth_unit : str
    rules : CellRules
    separator, encoding : str
        Of a CSV.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    coordinate_unit: str = "m"
    depth_unit: str = "m"
    rules: CellRules = PLAIN_RULES
    separator: str = ""
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Angles:
    """How directions are written.

    Parameters
    ----------
    down_positive : bool
        Whether a hole that goes down has a positive dip.
    azimuth_correction_deg : float
        What is added to a written azimuth to count from grid north: declination, convergence.

    Raises
    ------
    ModelError
        For a correction that is not finite, or beyond 180 degrees.
    """

    down_positive: bool = False
    azimuth_correction_deg: float = 0.0

    def __post_init__(self) -> None:
        if not abs(self.azimuth_correction_deg) <= 180.0:
            raise ModelError(
                f"azimuths are to be corrected by {self.azimuth_correction_deg:g} degrees",
                fix="give declination or convergence, -180 to 180",
            )


def read_collars(source: LogSource, angles: Angles | None = None) -> tuple[Collars, Surveys]:
    """Collars, and the stations at depth 0 of files that give directions with them.

    Raises
    ------
    TableError
        Naming file, line and column: for a file that cannot be read, a missing column, a cell
        that is no number, a collar without a name or a place.
    UnitError
        For a unit that is unknown or no length.
    """
    table = _Table(source)
    hole = table.names()
    scale = length_scale(source.coordinate_unit)
    xyz = np.column_stack([table.filled(axis) * scale for axis in "xyz"])
    depth = np.full(len(hole), np.nan)
    if table.has("length"):
        depth = table.numbers("length") * length_scale(source.depth_unit)
        depth = np.where(depth > 0, depth, np.nan)  # 0 stands for "not told"
    collars = Collars(hole, xyz, depth, line=table.raw.line, file=table.raw.file)
    azimuth, dip = (
        table.numbers(key) if table.has(key) else np.full(len(hole), np.nan)
        for key in ("azimuth", "dip")
    )
    stations = _stations(table, np.zeros(len(hole)), azimuth, dip, angles or Angles())
    return collars, stations.where(~np.isnan(dip))


def read_surveys(source: LogSource, angles: Angles | None = None) -> Surveys:
    """Stations down the holes.

    Raises
    ------
    TableError, UnitError
        As :func:`read_collars`; a station without depth or dip is an error too. An azimuth may
        be missing where the hole is vertical.
    """
    table = _Table(source)
    depth = table.filled("at") * length_scale(source.depth_unit)
    dip = table.filled("dip")
    azimuth = table.numbers("azimuth")
    lost = np.flatnonzero(np.isnan(azimuth) & (np.abs(dip) != 90.0))
    if lost.size:
        raise TableError(
            "the azimuth is missing, and the hole is not vertical",
            where=table.where(int(lost[0]), "azimuth"),
            fix="fill the cell",
        )
    return _stations(table, depth, azimuth, dip, angles or Angles())


def read_intervals(source: LogSource) -> Intervals:
    """A table of intervals.

    Raises
    ------
    TableError, UnitError
        As :func:`read_collars`; an interval without hole, from or to is an error too.
    """
    table = _Table(source)
    scale = length_scale(source.depth_unit)
    hole = table.names()
    start, end = table.filled("from") * scale, table.filled("to") * scale
    values, codes = table.contents()
    read = {name: read_numbers(table.raw, c, source.rules) for name, c in values.items()}
    scaled = {
        name: found.values * value_scale(name, source.units.get(name, ""))
        for name, found in read.items()
    }
    return Intervals(
        hole, start, end, scaled,
        {name: found.kind for name, found in read.items()},
        {name: table.raw.text(c) for name, c in codes.items()},
        line=table.raw.line, file=table.raw.file,
    )  # fmt: skip


def join_surveys(first: Surveys, second: Surveys) -> Surveys:
    """Both together; where a hole has a station of depth 0 in the second, that one stands."""
    at_collar = np.unique(second.hole[second.depth_m == 0.0])
    kept = first.where(~np.isin(first.hole, at_collar))
    return replace(kept, line=np.zeros_like(kept.line)).behind(second)


def _stations(table: _Table, depth: _F8, azimuth: _F8, dip: _F8, angles: Angles) -> Surveys:
    turned = np.nan_to_num(azimuth) + angles.azimuth_correction_deg
    # what is out of range stays so, for the validation to find
    fair = np.abs(np.nan_to_num(azimuth)) <= 360.0
    return Surveys(
        table.names(),
        depth,
        np.where(fair, turned % 360.0, azimuth),
        dip if angles.down_positive else -dip,
        line=table.raw.line,
        file=table.raw.file,
    )


class _Table:
    """A file whose columns are asked for by what they are."""

    def __init__(self, source: LogSource) -> None:
        self.source = source
        self.raw: RawTable = read_raw(
            source.path, separator=source.separator, encoding=source.encoding
        )
        self.places = source.rules.of_places()
        self.taken: set[str] = set()

    def has(self, key: str) -> bool:
        return bool(self._find(key))

    def _find(self, key: str) -> str:
        given = self.source.columns.get(key, "")
        return self.raw.named(given) if given else self.raw.first_of(USUAL_COLUMNS[key])

    def _column(self, key: str) -> str:
        name = self._find(key)
        if not name:
            raise TableError(
                f"no column is the '{key}' of the rows",
                where=f"{self.raw.file}:1",
                fix=f"name it: {key} = ... (there are: {', '.join(self.raw.columns)})",
            )
        self.taken.add(name)
        return name

    def where(self, row: int, key: str) -> str:
        return self.raw.where(row, self._column(key))

    def names(self) -> NDArray[np.str_]:
        column = self._column("hole")
        names = self.raw.text(column)
        empty = np.flatnonzero(names == "")
        if empty.size:
            raise TableError(
                "the hole's name is missing",
                where=self.raw.where(int(empty[0]), column),
                fix="fill the cell",
            )
        return names

    def numbers(self, key: str) -> _F8:
        return read_numbers(self.raw, self._column(key), self.places).values

    def filled(self, key: str) -> _F8:
        found = read_numbers(self.raw, self._column(key), self.places)
        bad = np.flatnonzero(found.kind != Kind.MEASURED)
        if bad.size:
            raise TableError(
                f"'{self._column(key)}' is missing",
                where=self.where(int(bad[0]), key),
                fix="fill the cell, or take the row out",
            )
        return found.values

    def contents(self) -> tuple[dict[str, str], dict[str, str]]:
        """Columns of values and of codes by the names they get."""
        s = self.source
        values, codes = dict(s.values), dict(s.codes)
        if values or codes:
            for column in (*values.values(), *codes.values()):
                self.raw.named(column)
            return values, codes
        for column in self.raw.columns:
            if column in self.taken:
                continue
            if looks_numeric(self.raw, column, s.rules):
                values[column] = column
            elif (self.raw.text(column) != "").any():
                codes[column] = column
        return values, codes
