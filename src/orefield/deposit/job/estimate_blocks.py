"""Blocks estimated as settings describe it, a slice of the grid at a time or all at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from orefield._version import __version__
from orefield.core import BlockModel
from orefield.core.telling import Tell, told
from orefield.deposit.estimation.estimates import NO_DOMAIN, Estimates
from orefield.deposit.estimation.fields import MODEL_ONLY, as_fields
from orefield.deposit.estimation.slices import Columns, hash_of, slices_of
from orefield.deposit.job.estimate_parts import EstimateInputs, EstimatePart, estimate_part
from orefield.deposit.job.estimate_settings import KRIGING, estimate_settings
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.settings import DepositSettings, read_grid
from orefield.deposit.job.variogram_settings import coregionalisations_of, variograms_of


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
    fields: Columns = {}
    for start, stop in slices_of(inputs.grid):
        for name, column in estimate_slice(parts, inputs, start, stop, threads).items():
            if name not in fields:
                fields[name] = np.empty(inputs.grid.n, column.dtype)
            fields[name][start:stop] = column
    return BlockModel(inputs.grid, fields, estimate_note(parts))


def estimate_slice(
    parts: list[EstimatePart], inputs: EstimateInputs, start: int, stop: int, threads: int
) -> Columns:
    """Fields of one slice; parts that share a field fill different blocks of it.

    Parameters
    ----------
    parts : list of EstimatePart
        Every ``[[estimate]]`` made ready.
    inputs : EstimateInputs
        What they share.
    start, stop : int
        Blocks ``start`` to ``stop`` - 1.
    threads : int
        The result is the same whatever their number.

    Returns
    -------
    dict of str to ndarray of shape (stop - start,)
        Those of :func:`~orefield.deposit.estimation.fields.as_fields`, the domains if blocks were
        coded, and ``<field>_raised``, 1 where an estimate was raised to the least there can be.
    """
    out: Columns = {}
    if inputs.labels is not None:
        out[inputs.labels.domains.name] = inputs.labels.words(start, stop)
    by_field: dict[str, list[EstimatePart]] = {}
    for part in parts:
        by_field.setdefault(part.chosen.field, []).append(part)
    for name, group in by_field.items():
        whole = Estimates.empty(stop - start, group[0].estimator.method.columns)
        whole.status[:] = NO_DOMAIN
        raised = np.zeros(stop - start, np.int8)
        for part in group:
            found = part.at(inputs.grid, start, stop, threads)
            if part.chosen.least is not None:
                low = found.value < part.chosen.least  # false for NaN
                found.values[low, 0] = part.chosen.least
                raised[low] = 1
            mine = found.status != NO_DOMAIN
            whole.put(mine, found.take(mine))
        out.update(as_fields(name, whole, _endings(group), group[0].endings))
        if any(part.chosen.least is not None for part in group):
            out[f"{name}_raised"] = raised
    return out


def _endings(group: list[EstimatePart]) -> list[str]:
    """What all methods of a field can tell of it, of what was asked for."""
    asked = dict.fromkeys(ending for part in group for ending in part.chosen.outputs)
    if all(part.chosen.method in KRIGING for part in group):
        return list(asked)
    return [ending for ending in asked if ending not in MODEL_ONLY]


def made_from(inputs: EstimateInputs, parts: list[EstimatePart]) -> str:
    """A hash of all that blocks are estimated from: settings, models, samples, domains."""
    models = inputs.models.values()
    described: dict[str, Any] = {
        "version": __version__,
        "grid": inputs.grid.as_dict(),
        "estimates": [repr(part.chosen) for part in parts],
        "variograms": {name: repr(model) for name, model in inputs.variograms.items()},
        "coregionalisations": [(model.names, repr(model.structures)) for model in models],
        "rotations": [repr(part.local.rotations) for part in parts if part.local is not None],
    }
    arrays: list[np.ndarray[Any, Any]] = []
    for model in models:
        arrays += [model.nugget, model.sills]
    for part in parts:
        samples, chosen = part.samples, part.chosen
        arrays += [samples.xyz_m, samples.length_m, samples.hole, *part.external]
        arrays += [samples[n] for n in (chosen.value, *chosen.secondary, *chosen.external)]
        arrays += [np.packbits(part.inside)] if part.inside is not None else []
        arrays += [part.local.which] if part.local is not None else []
    if inputs.labels is not None:
        described["domains"] = inputs.labels.names
        arrays.append(inputs.labels.codes)
    return hash_of(described, *arrays)


def estimate_note(parts: list[EstimatePart]) -> str:
    """What the block model is: methods, and the samples they used."""
    methods = list(dict.fromkeys(part.chosen.method for part in parts))
    note = parts[0].samples.note
    return f"estimated by {', '.join(methods)}" + (f" from {note}" if note else "")
