"""``orefield deposit estimate``: blocks estimated from samples, streamed and resumed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from orefield.commands.calls import Reply
from orefield.commands.deposit.estimate_checks import cross_validations, neighbourhood_analyses
from orefield.commands.deposit.estimate_texts import EstimateTally, estimate_text
from orefield.commands.deposit.settings import read_settings
from orefield.commands.files import Results
from orefield.core import BlockModel
from orefield.core.model_files import write_model
from orefield.core.model_files.rows import csv_rows
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell, told
from orefield.deposit.estimation.slices import Columns, SliceStore
from orefield.deposit.job.estimate_blocks import estimate_note, estimate_slice, made_from, prepared
from orefield.deposit.job.output_settings import block_files

ESTIMATE = "estimate.parquet"
"""The block model that the command leaves in the folder of results."""


def deposit_estimate(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Estimate what every ``[[estimate]]`` describes; one block model holds them all.

    Slices of the grid are estimated one after another and kept, so that memory stays flat and a
    run that was stopped goes on where it was.

    Parameters
    ----------
    config : Path
        Settings with samples, ``[grid]``, ``[[estimate]]`` and, for kriging, variograms.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data, and results that cannot be written.
    """
    say = told(tell)
    settings = read_settings(config, out)
    kinds = block_files(settings)
    inputs, parts = prepared(settings, say)
    grid, samples = inputs.grid, inputs.samples
    store = SliceStore(
        settings.folder / ESTIMATE, grid, made_from(inputs, parts), estimate_note(parts)
    )
    kept = store.open()
    slices = store.slices()
    threads = os.cpu_count() or 1
    for number, (start, stop) in enumerate(slices):
        if not store.has(start):
            say(f"estimating blocks {start:,} to {stop:,}", 0.02 + 0.9 * number / len(slices))
            store.put(start, estimate_slice(parts, inputs, start, stop, threads))
    say("checking", 0.92)
    files = Results(settings.folder, (), ())
    validated = cross_validations(inputs, parts, files, threads)
    analysed = neighbourhood_analyses(inputs, parts, files, threads)
    say("writing", 0.96)
    tally = EstimateTally(parts)
    written = _join(store, tally, kinds)
    data = {
        "grid": grid.as_dict(),
        "samples": len(samples),
        "resumed_slices": kept,
        "slices": len(slices),
        "estimates": tally.rows(),
        "warnings": tally.warnings(),
        "cross_validation": validated,
        "neighbourhood": analysed,
        "files": [ESTIMATE, *written, *files.written, "estimate.json"],
    }
    with whole_file(settings.folder / "estimate.json") as file:
        file.write(json.dumps(data, indent=1, allow_nan=False).encode() + b"\n")
    return data, estimate_text(data, settings.folder)


def _join(store: SliceStore, tally: EstimateTally, kinds: tuple[str, ...]) -> list[str]:
    """The block model in every kind of file that is asked for; names of those but its own.

    CSV is written as slices are joined. The others want one field after another, so that the
    whole model is read into memory for them.
    """
    path = store.target
    others = [path.with_suffix(f".{kind}") for kind in kinds if f".{kind}" != path.suffix]
    rows = next((other for other in others if other.suffix == ".csv"), None)
    if rows is None:
        store.join(tally.add)
    else:
        with csv_rows(rows, store.grid) as add:

            def seen(start: int, columns: Columns) -> None:
                tally.add(start, columns)
                stop = start + len(next(iter(columns.values())))
                add(store.grid.centres(start, stop), columns)

            store.join(seen)
    by_field = [other for other in others if other != rows]
    if by_field:
        model = BlockModel.from_parquet(path)
        for other in by_field:
            write_model(model, other)
    return [other.name for other in others]
