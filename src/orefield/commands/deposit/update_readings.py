"""Readings from CSV: what was seen, when, by which sensor, and of which blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.update_settings import UpdateSettings, moment
from orefield.core import Grid, TableError
from orefield.core.errors import UnitError
from orefield.core.sections import hint
from orefield.core.tables import Row, read_rows
from orefield.deposit.classification.grade_units import mass_fraction
from orefield.deposit.updating import KINDS, Observations

_COLUMNS = ("id", "time", "sensor", "kind", "value", "unit")
_PLACE = ("x_m", "y_m", "z_m")

_FURTHEST_ZONE = timedelta(hours=14)
"""A time without an offset may be that of any place."""


@dataclass(eq=False)
class Readings:
    """Readings of all files.

    Attributes
    ----------
    all : Observations
        In order of time.
    marks : tuple of str, length m
        Of what each is: sensor, time, value and blocks, without the id.
    warnings : list of str
    """

    all: Observations
    marks: tuple[str, ...]
    warnings: list[str] = field(default_factory=list)


def read_readings(chosen: UpdateSettings, grid: Grid) -> Readings:
    """Readings of all files, with their blocks.

    Parameters
    ----------
    chosen : UpdateSettings
        Files, sensors, unit and the latest time there can be.
    grid : Grid
        Of the realisations.

    Raises
    ------
    TableError
        Naming file and line: an unknown sensor or kind, a value that is no number, a unit
        that is none of grades, a time that is none or lies in the future, an id twice, a
        block outside the grid, tonnes that are not positive, a reading without blocks or
        blocks without reading.
    """
    rows: dict[str, Row] = {}
    warnings: list[str] = []
    times: dict[str, np.datetime64] = {}
    latest = chosen.as_of
    if latest is None:
        latest = np.datetime64(datetime.now(UTC).replace(tzinfo=None) + _FURTHEST_ZONE, "s")
    for path in chosen.observations:
        before = None
        unsorted = 0
        for row in read_rows(path, _COLUMNS, key="id"):
            name = row.text("id")
            if name in rows:
                raise TableError(
                    f"reading '{name}' stands in two files, first in {rows[name].where}",
                    where=row.where,
                    fix="number readings apart",
                )
            rows[name] = row
            times[name] = _time(row, latest)
            unsorted += int(before is not None and times[name] < before)
            before = times[name]
        if unsorted:
            warnings.append(f"{path.name}: {unsorted} rows are earlier than the row before; sorted")
    if not rows:
        raise TableError("there is no reading", where=str(chosen.observations[0]))
    mixtures = _mixtures(chosen.mixtures, grid, rows)
    return _readings(chosen, rows, times, mixtures, warnings)


def _readings(
    chosen: UpdateSettings,
    rows: Mapping[str, Row],
    times: Mapping[str, np.datetime64],
    mixtures: Mapping[str, list[tuple[int, float]]],
    warnings: list[str],
) -> Readings:
    names = sorted(rows, key=lambda name: (times[name], name))
    values = np.array([_value(rows[name], chosen) for name in names])
    sensors = tuple(_sensor(rows[name], chosen.sensors) for name in names)
    kinds = tuple(_kind(rows[name]) for name in names)
    counts = [len(mixtures[name]) for name in names]
    block = np.array([b for name in names for b, _ in mixtures[name]], dtype=np.int64)
    tonnes = np.array([t for name in names for _, t in mixtures[name]])
    time = np.array([times[name] for name in names], dtype="datetime64[s]")
    seen = Observations(
        tuple(names), time, sensors, kinds, values,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), block, tonnes,
    )  # fmt: skip
    marks = tuple(_mark(seen, i) for i in range(len(seen)))
    return Readings(seen, marks, warnings)


def _time(row: Row, latest: np.datetime64) -> np.datetime64:
    text = row.text("time")
    try:
        found = moment(text)
    except ValueError:
        raise TableError(
            f"'{text}' is no date and time",
            where=f"{row.where}, column 'time'",
            fix="write 2026-05-01T06:00, with an offset such as +08:00 where zones are mixed",
        ) from None
    if found > latest:
        raise TableError(
            f"the reading of {text} lies in the future: now it is {latest}",
            where=f"{row.where}, column 'time'",
            fix="correct the time, or [update] as_of",
        )
    return found


def _value(row: Row, chosen: UpdateSettings) -> float:
    value = row.number("value")
    if value is None:
        raise TableError(
            "the reading is empty",
            where=f"{row.where}, column 'value'",
            fix="leave out rows without a reading",
        )
    unit = row.text("unit")
    try:
        return value * (mass_fraction(unit) / mass_fraction(chosen.unit))
    except UnitError as error:
        raise TableError(
            f"{error.what}; realisations are in {chosen.unit}",
            where=f"{row.where}, column 'unit'",
            fix=error.fix,
        ) from None


def _sensor(row: Row, known: Mapping[str, object]) -> str:
    name = row.text("sensor")
    if name not in known:
        raise TableError(
            f"unknown sensor '{name}'",
            where=f"{row.where}, column 'sensor'",
            fix=hint(name, known) or "describe it in [[update.sensor]]",
        )
    return name


def _kind(row: Row) -> str:
    kind = row.text("kind")
    if kind not in KINDS:
        raise TableError(
            f"'{kind}' is no kind of reading",
            where=f"{row.where}, column 'kind'",
            fix=f"one of {', '.join(KINDS)}",
        )
    return kind


def _mixtures(
    paths: Sequence[Path], grid: Grid, readings: Mapping[str, Row]
) -> dict[str, list[tuple[int, float]]]:
    """Blocks and tonnes by the id of their reading; rows of one block are added up."""
    out: dict[str, dict[int, float]] = {}
    for path in paths:
        for row in read_rows(path, ("id", "tonnes"), ("block", *_PLACE)):
            name = row.text("id")
            if name not in readings:
                raise TableError(
                    f"there is no reading '{name}'",
                    where=f"{row.where}, column 'id'",
                    fix=hint(name, readings) or "list it among the observations",
                )
            tonnes = row.number("tonnes")
            if tonnes is None or not tonnes > 0:
                raise TableError(
                    f"tonnes are {'empty' if tonnes is None else f'{tonnes:g}'}",
                    where=f"{row.where}, column 'tonnes'",
                    fix="give tonnes above zero, or leave the row out",
                )
            mixture = out.setdefault(name, {})
            block = _block(row, grid)
            mixture[block] = mixture.get(block, 0.0) + tonnes
    for name, row in readings.items():
        if name not in out:
            raise TableError(
                f"reading '{name}' has no blocks",
                where=row.where,
                fix="list them, with tonnes, in the file of mixtures",
            )
    return {name: list(mixture.items()) for name, mixture in out.items()}


def _block(row: Row, grid: Grid) -> int:
    """The block of a row: its flat index, or the block that holds a place."""
    number = row.number("block")
    if number is None:
        place = [row.number(column) for column in _PLACE]
        if any(v is None for v in place):
            raise TableError(
                "the row names no block", where=row.where, fix="give block, or x_m, y_m and z_m"
            )
        found = int(grid.locate(np.array([place], dtype=np.float64))[0])
        if found < 0:
            raise TableError(
                f"the place {place[0]:g}, {place[1]:g}, {place[2]:g} is outside the grid",
                where=row.where,
                fix="check units (metres), and the grid of the realisations",
            )
        return found
    if number != int(number) or not 0 <= number < grid.n:
        raise TableError(
            f"there is no block {number:g} in a grid of {grid.n:,}",
            where=f"{row.where}, column 'block'",
            fix="flat indices count from 0: ix + nx * (iy + ny * iz)",
        )
    return int(number)


def _mark(seen: Observations, i: int) -> str:
    blocks: NDArray[np.int64] = seen.blocks(i)
    order = np.argsort(blocks)
    parts = (
        f"{seen.sensor[i]}|{seen.time[i]}|{seen.value[i]:.12g}".encode(),
        blocks[order].astype("<i8").tobytes(),
        np.round(seen.shares(i)[order], 9).astype("<f8").tobytes(),
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
