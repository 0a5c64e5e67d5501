"""``orefield deposit estimate``: blocks estimated from samples, streamed and resumed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from orefield._version import __version__
from orefield.commands.calls import Reply
from orefield.commands.deposit.estimate_checks import cross_validations, neighbourhood_analyses
from orefield.commands.deposit.estimate_texts import EstimateTally, estimate_text
from orefield.commands.deposit.settings import DepositSettings, read_settings
from orefield.commands.files import Results
from orefield.core import BlockModel
from orefield.core.model_files import write_model
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell, told
from orefield.deposit.estimation.slices import SliceStore, hash_of
from orefield.deposit.job.estimate_blocks import estimate_note, estimate_slice, prepared
from orefield.deposit.job.estimate_parts import EstimatePart
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
        settings.folder / ESTIMATE, grid, _made_from(settings, parts), estimate_note(parts)
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
    store.join(tally.add)
    written = _other_kinds(settings.folder / ESTIMATE, kinds)
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


def _other_kinds(path: Path, kinds: tuple[str, ...]) -> list[str]:
    """The block model once more in every kind of file but its own; names of what was written."""
    others = [path.with_suffix(f".{kind}") for kind in kinds if f".{kind}" != path.suffix]
    if others:
        model = BlockModel.from_parquet(path)
        for other in others:
            write_model(model, other)
    return [other.name for other in others]


def _made_from(settings: DepositSettings, parts: list[EstimatePart]) -> str:
    described: dict[str, Any] = {
        key: settings.values.get(key) for key in ("grid", "estimate", "variogram")
    }
    described["version"] = __version__
    described["models"] = [repr(part.chosen) for part in parts]
    described["rotations"] = [repr(p.local.rotations) for p in parts if p.local is not None]
    arrays: list[np.ndarray[Any, Any]] = []
    for part in parts:
        arrays += [part.samples.xyz_m, part.samples[part.chosen.value], part.samples.hole]
        arrays += [np.packbits(part.inside)] if part.inside is not None else []
        arrays += [part.samples[name] for name in part.chosen.secondary]
        arrays += part.external
        arrays += [part.local.which] if part.local is not None else []
    return hash_of(described, *arrays)
