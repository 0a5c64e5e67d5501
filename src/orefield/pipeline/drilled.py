"""An asset's geology from its drill holes: composites, estimate and realisations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.datasets import file_of, hash_of
from orefield.deposit.job.estimate_blocks import estimate_model
from orefield.deposit.job.settings import DATA, read_settings
from orefield.deposit.job.simulate_blocks import SimulatedBlocks, simulated_blocks
from orefield.study import Study, stream

Fields = dict[str, NDArray[np.generic]]
"""Fields of a block model that a realisation says otherwise."""

_GRADES = ("cu_pct", "mo_pct", "ag_gpt", "au_gpt")
"""Grades that are mined, as estimates and realisations must call them."""


@dataclass(frozen=True, eq=False)
class Drilled:
    """What drill holes say of a deposit.

    Attributes
    ----------
    model : BlockModel
        As estimated: grades that are mined, density and rock. Blocks out of reach of samples
        are barren rock, and ``cu_pct_pass`` is 0 there; its note says how much that is.
    blocks : SimulatedBlocks or None
        What realisations are made by; ``None`` where none was asked for.
    """

    model: BlockModel
    blocks: SimulatedBlocks | None = None

    def realisations(self) -> Iterator[Fields]:
        """Grades of blocks in each conditional realisation; barren where nothing is estimated."""
        for drawn in self.blocks or ():
            yield {
                name: np.where(_estimated(self.model, name), np.maximum(grades, 0.0), 0.0)
                for name, grades in drawn.items()
                if name in self.model.fields
            }


def drilled_geology(file: Path, density_t_m3: float, seed: int, asset: str) -> Drilled:
    """Geology of an asset by the settings of ``orefield deposit``.

    Parameters
    ----------
    file : Path
        Settings: samples or holes, ``[grid]``, ``[[estimate]]`` of ``cu_pct`` and any other
        grade that is mined, variograms and, for realisations, ``[simulate]``.
    density_t_m3 : float
        Where the settings estimate no ``density_t_m3``.
    seed : int
        Of the run; realisations draw from the asset's own stream of it.
    asset : str
        For the stream and for errors.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data, a model without copper, and
        realisations of nothing that is mined.
    """
    settings = read_settings(file, find=file_of)
    found = estimate_model(settings)
    if "cu_pct" not in found.fields:
        raise ModelError(
            f"the estimates of {asset} have no 'cu_pct'",
            where=str(file),
            fix='add [[estimate]] value = "cu_pct"',
        )
    model = _mined(found, density_t_m3)
    if not settings.has("simulate"):
        return Drilled(model)
    blocks = simulated_blocks(settings, int(stream(seed, "simulate", asset).integers(2**31)))
    if not set(blocks.names) & set(model.fields):
        raise ModelError(
            f"realisations of {', '.join(blocks.names)} hold no grade that is estimated and mined",
            where=f"{file}, [simulate]",
            fix="simulate " + ", ".join(name for name in _GRADES if name in model.fields),
        )
    if blocks.support == "point":
        told = f"{model.note}; realisations are of points at the middles of blocks"
        model = BlockModel(model.grid, dict(model.fields), told)
    return Drilled(model, blocks)


def data_hashes(study: Study) -> dict[str, str]:
    """SHA-256 of the files of public data sets that a study's drill holes come from."""
    names: dict[str, None] = {}
    for file, folder in study.files.values():
        if file.drill_holes:
            names.update(dict.fromkeys(read_settings(folder / file.drill_holes).named_data()))
    return {f"{DATA}{name}": hash_of(name) for name in names}


def _mined(found: BlockModel, density_t_m3: float) -> BlockModel:
    """Grades that are mined, density and rock of an estimate; what was made of it in the note."""
    fields: Fields = {}
    below = 0
    for name in _GRADES:
        if name in found.fields:
            grades = np.asarray(found[name], dtype=np.float64)
            below += int((grades < 0).sum())
            fields[name] = np.maximum(grades, 0.0)
            fields[f"{name}_pass"] = found[f"{name}_pass"]
    density = np.full(found.grid.n, density_t_m3)
    if "density_t_m3" in found.fields:
        known = _estimated(found, "density_t_m3")
        density = np.where(known, found["density_t_m3"], density_t_m3)
    fields["density_t_m3"] = density
    fields["rock_fraction"] = found.get("rock_fraction", 1.0)
    barren = 1.0 - float(_estimated(found, "cu_pct").mean())
    note = f"{found.note}; {barren:.0%} of blocks out of reach and taken as barren"
    if below:
        note += f"; {below:,} estimates below zero taken as 0"
    return BlockModel(found.grid, fields, note)


def _estimated(model: BlockModel, name: str) -> NDArray[np.bool_]:
    return np.asarray(model[f"{name}_pass"]) > 0
