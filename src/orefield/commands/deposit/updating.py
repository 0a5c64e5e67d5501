"""``orefield deposit update``: realisations brought in line with what sensors saw."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit.resource_model import write_json
from orefield.commands.deposit.settings import read_settings
from orefield.commands.deposit.update_readings import Readings, read_readings
from orefield.commands.deposit.update_settings import UpdateSettings, update_settings
from orefield.commands.deposit.update_state import Sifted, State, digest, read_state, sift
from orefield.commands.deposit.update_tables import bench_rows, sensor_rows, update_text
from orefield.commands.files import Results, plain
from orefield.core import BlockModel, Grid, ModelError
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell, told
from orefield.deposit.job.output_settings import block_files
from orefield.deposit.realisations import RealisationSource, grid_of, one_at_a_time
from orefield.deposit.realisations_file import RealisationsFile
from orefield.deposit.updating import (
    AS_THEY_ARE,
    Entry,
    Moments,
    Reach,
    UpdateLog,
    curve_of,
    update_realisations,
)
from orefield.report.figures_updating import update_svg

UPDATED = "updated.parquet"
"""Realisations after all readings so far."""

LOG = "update_log.csv"
BLOCKS = "updated_blocks"


def deposit_update(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Take new readings into the realisations; those taken in before are left out.

    Parameters
    ----------
    config : Path
        Settings with ``[update]``.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, realisations or readings, and results that cannot be
        written.
    """
    say = told(tell)
    settings = read_settings(config, out)
    chosen = update_settings(settings)
    say("reading", 0.0)
    first = _realisations(chosen)
    readings = read_readings(chosen, grid_of(first))
    files = Results(settings.folder, block_files(settings), ())
    path = settings.folder / UPDATED
    state = read_state(settings.folder, chosen.realisations, path, restart=chosen.restart)
    sifted = sift(readings, state)
    log, seconds = UpdateLog(), 0.0
    if sifted.new:
        began = time.perf_counter()
        log = _taken_in(chosen, first, readings, sifted, state, path, say)
        seconds = time.perf_counter() - began
    say("summing up", 0.85)
    entries = [*log.entries, *(_twin(readings, i, other) for i, other in sifted.twins)]
    earlier = bool(state.updated)
    state.remember(readings, entries)
    if sifted.new:
        state.updated = digest(path)
    after = _moments(RealisationsFile(path) if state.updated else first, chosen.value)
    fields = _fields(readings, state, first, _moments(first, chosen.value), after)
    grid = grid_of(first)
    data: dict[str, Any] = {
        "value": chosen.value,
        "unit": chosen.unit,
        "realisations": first.count,
        "blocks": int(first.simulated.sum()),
        "reach_m": list(chosen.ellipsoid.ranges_m),
        "reach_from": chosen.reach_from,
        "reach_share": min(log.reaches, default=1.0),
        "readings": len(readings.all),
        "new": len(sifted.new),
        "known": len(sifted.known),
        "accepted": log.accepted,
        "refused": len(entries) - log.accepted,
        "seconds_per_thousand": 1000.0 * seconds / len(sifted.new) if sifted.new else None,
        "sensors": sensor_rows(chosen, entries, state.memory),
        "faults": [vars_of(fault) for fault in log.faults],
        "benches": bench_rows(grid, fields),
        "warnings": [*readings.warnings, *sifted.warnings],
    }
    say("writing", 0.95)
    _write(files, chosen, grid, state, entries, fields, data, keep_log=earlier)
    return data, update_text(data)


def _realisations(chosen: UpdateSettings) -> RealisationsFile:
    if not chosen.realisations.is_file():
        raise ModelError(
            "there are no realisations",
            where=str(chosen.realisations),
            fix="`orefield deposit simulate` makes them; or name a file in 'realisations'",
        )
    first = RealisationsFile(chosen.realisations)
    if first.count < 2:
        raise ModelError(
            "one realisation has no spread to learn from",
            where=str(chosen.realisations),
            fix="simulate at least two; fifty and more are usual",
        )
    return first


def _taken_in(
    chosen: UpdateSettings,
    first: RealisationsFile,
    readings: Readings,
    sifted: Sifted,
    state: State,
    path: Path,
    say: Tell,
) -> UpdateLog:
    curve = AS_THEY_ARE
    if chosen.options.scored:
        curve = curve_of(first, chosen.value, lowest=chosen.lowest, highest=chosen.highest)
    source = RealisationsFile(path) if state.updated else first
    done = update_realisations(
        source,
        chosen.value,
        path,
        readings.all.where(sifted.new),
        chosen.sensors,
        Reach.on(grid_of(first), chosen.ellipsoid),
        chosen.options,
        curve=curve,
        memory=state.memory,
        note=f"{first.note}; updated by readings" if first.note else "updated by readings",
        tell=lambda what, share: say(what, 0.05 + 0.8 * share),
    )
    return done.log


def _twin(readings: Readings, i: int, other: str) -> Entry:
    seen = readings.all
    nothing = float("nan")
    return Entry(
        seen.ids[i], str(seen.time[i]), seen.sensor[i], seen.kind[i], float(seen.value[i]),
        nothing, nothing, nothing, nothing, 0.0, nothing, False, f"the same as reading '{other}'",
    )  # fmt: skip


def _moments(source: RealisationSource, name: str) -> Moments:
    out = Moments()
    for values in one_at_a_time(source, name):
        out.add(values)
    return out


def _fields(
    readings: Readings, state: State, first: RealisationsFile, before: Moments, after: Moments
) -> dict[str, NDArray[np.generic]]:
    """Of every block: mean and spread before any reading and now, and what was seen of it."""
    seen = np.zeros(first.n, dtype=np.int8)
    for i, name in enumerate(readings.all.ids):
        if state.was_accepted(name):
            seen[readings.all.blocks(i)] = 1
    # blocks that no reading has moved keep their grades to the last digit
    moved = (before.mean != after.mean) | (before.spread != after.spread)
    return {
        "before": before.mean,
        "before_sd": before.spread,
        "after": after.mean,
        "after_sd": after.spread,
        "seen": seen,
        "reached": moved.astype(np.int8),
        "simulated": first.simulated.astype(np.int8),
    }


def vars_of(thing: Any) -> dict[str, Any]:
    """A small record as a row for JSON."""
    return {name: plain(getattr(thing, name)) for name in thing.__slots__}


def _write(
    files: Results,
    chosen: UpdateSettings,
    grid: Grid,
    state: State,
    entries: Sequence[Entry],
    fields: Mapping[str, NDArray[np.generic]],
    data: dict[str, Any],
    *,
    keep_log: bool,
) -> None:
    folder = files.folder
    assert folder is not None
    log = folder / LOG
    old = log.read_bytes() if keep_log and log.is_file() else b""
    with whole_file(log) as out:
        out.write(old + _rows(entries, header=not old))
    state.write(folder)
    named = {
        (name if name in ("seen", "reached", "simulated") else f"{chosen.value}_{name}"): values
        for name, values in fields.items()
    }
    everywhere = np.ones(grid.n, dtype=np.bool_)
    files.blocks(BLOCKS, BlockModel(grid, {}, "before and after readings"), named, everywhere)
    files.figure("update", update_svg(grid, fields, _over_time(entries), chosen.unit))
    files.table("update_benches", _columns(data["benches"]))
    files.table("update_sensors", _columns(data["sensors"]))
    written = [UPDATED] if state.updated else []
    data["files"] = [*written, LOG, *files.written, "update.json"]
    write_json(folder, "update.json", data)


def _over_time(entries: Sequence[Entry]) -> list[tuple[str, float, float, bool]]:
    time = np.array([e.time for e in entries], dtype="datetime64[s]")
    days = (time - time.min()) / np.timedelta64(1, "D") if len(time) else np.zeros(0)
    return [(e.sensor, float(day), e.off, e.accepted) for e, day in zip(entries, days, strict=True)]


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _rows(entries: Sequence[Entry], *, header: bool) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(Entry.__slots__)
    for entry in entries:
        row = (plain(getattr(entry, name)) for name in Entry.__slots__)
        writer.writerow(["" if v is None else v for v in row])
    return text.getvalue().encode("utf-8")
