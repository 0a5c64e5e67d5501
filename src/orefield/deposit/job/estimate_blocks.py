"""Blocks estimated as settings describe it, a slice of the grid at a time or all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel
from orefield.core.telling import Tell, told
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.fields import as_fields
from orefield.deposit.estimation.slices import Columns
from orefield.deposit.job.estimate_parts import EstimateInputs, EstimatePart, estimate_part
from orefield.deposit.job.estimate_settings import KRIGING, estimate_settings
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.settings import DepositSettings, read_grid
from orefield.deposit.job.variogram_settings import coregionalisations_of, variograms_of

SLICE = 100_000
"""Blocks estimated at a time."""


def prepared(
    settings: DepositSettings, tell: Tell | None = None
) -> tuple[EstimateInputs, list[EstimatePart]]:
    """Samples, grid and variograms of the settings, and every ``[[estimate]]`` made ready.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data.
    """
    say = told(tell)
    chosen = estimate_settings(settings)
    grid = read_grid(settings)
    say("reading samples", 0.0)
    inputs = EstimateInputs(settings, grid, samples_of(settings), say=say)
    if any(c.method in KRIGING for c in chosen):
        inputs.variograms = variograms_of(settings)
        inputs.models = coregionalisations_of(settings)
    return inputs, [estimate_part(inputs, c) for c in chosen]


def estimate_model(settings: DepositSettings, *, threads: int = 1) -> BlockModel:
    """The block model of all estimates, in memory; see ``orefield deposit estimate``.

    Parameters
    ----------
    settings : DepositSettings
        With samples, ``[grid]``, ``[[estimate]]`` and, for kriging, variograms.
    threads : int
        The result is the same to the last bit whatever their number.

    Raises
    ------
    OrefieldError
        As :func:`prepared`.
    """
    inputs, parts = prepared(settings)
    slices = []
    for start in range(0, inputs.grid.n, SLICE):
        stop = min(start + SLICE, inputs.grid.n)
        slices.append(estimate_slice(parts, inputs, start, stop, threads))
    fields: dict[str, NDArray[np.generic]] = {
        name: np.concatenate([np.asarray(columns[name]) for columns in slices])
        for name in slices[0]
    }
    return BlockModel(inputs.grid, fields, estimate_note(parts))


def estimate_slice(
    parts: list[EstimatePart], inputs: EstimateInputs, start: int, stop: int, threads: int
) -> Columns:
    """Fields of one slice; parts that share a field fill different blocks of it."""
    out: Columns = {}
    if inputs.labels is not None:
        out[inputs.labels.domains.name] = inputs.labels.words(start, stop)
    by_field: dict[str, list[EstimatePart]] = {}
    for part in parts:
        by_field.setdefault(part.chosen.field, []).append(part)
    for name, group in by_field.items():
        whole: Estimates | None = None
        for part in group:
            found = part.at(inputs.grid, start, stop, threads)
            if whole is None:
                whole = found
            else:
                mine = found.status != 5
                whole.put(mine, found.take(mine))
        assert whole is not None
        endings = list(dict.fromkeys(e for part in group for e in part.chosen.outputs))
        out.update(as_fields(name, whole, endings, group[0].endings))
    return out


def estimate_note(parts: list[EstimatePart]) -> str:
    """What the block model is: methods, and the samples they used."""
    methods = list(dict.fromkeys(part.chosen.method for part in parts))
    note = parts[0].samples.note
    return f"estimated by {', '.join(methods)}" + (f" from {note}" if note else "")
