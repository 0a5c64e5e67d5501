"""An asset's geology from its drill holes: composites, estimate and realisations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.datasets import file_of
from orefield.deposit.job.estimate_blocks import estimate_model
from orefield.deposit.job.settings import read_settings
from orefield.deposit.job.simulate_blocks import SimulatedBlocks, simulated_blocks
from orefield.pit import METALS
from orefield.study import stream

Fields = dict[str, NDArray[np.generic]]
"""Fields of a block model that a realisation says otherwise."""

_GRADES = {"cu": "cu_pct", "mo": "mo_pct", "ag": "ag_gpt", "au": "au_gpt"}


@dataclass(frozen=True, eq=False)
class Drilled:
    """What drill holes say of a deposit.

    Attributes
    ----------
    model : BlockModel
        As estimated: grades that are mined, density and rock. Blocks out of reach of samples
        are barren rock, and ``cu_pct_pass`` is 0 there.
    blocks : SimulatedBlocks or None
        What realisations are made by; ``None`` where none was asked for.
    """

    model: BlockModel
    blocks: SimulatedBlocks | None = None

    def realisations(self) -> Iterator[Fields]:
        """Grades of blocks in each conditional realisation; barren where nothing is estimated.

        Raises
        ------
        ModelError
            When a realisation has none of the grades that are mined.
        """
        if self.blocks is None:
            return
        named = [name for name in self.blocks.names if name in self.model.fields]
        if not named:
            raise ModelError(
                f"realisations of {', '.join(self.blocks.names)} hold no grade that is estimated",
                fix=f"simulate one of {', '.join(set(_GRADES.values()) & set(self.model.fields))}",
            )
        for drawn in self.blocks:
            yield {
                name: np.where(_estimated(self.model, name), np.maximum(drawn[name], 0.0), 0.0)
                for name in named
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
        For what is wrong with settings, files or data, and a model without copper.
    """
    settings = read_settings(file, find=file_of)
    found = estimate_model(settings)
    if "cu_pct" not in found.fields:
        raise ModelError(
            f"the estimates of {asset} have no 'cu_pct'",
            where=str(file),
            fix='add [[estimate]] value = "cu_pct"',
        )
    fields: Fields = {}
    for metal in METALS:
        name = _GRADES[metal]
        if name in found.fields:
            # kriging can weigh below zero, where no rock is
            fields[name] = np.maximum(np.asarray(found[name], dtype=np.float64), 0.0)
            fields[f"{name}_pass"] = found[f"{name}_pass"]
    density = np.full(found.grid.n, density_t_m3)
    if "density_t_m3" in found.fields:
        known = _estimated(found, "density_t_m3")
        density = np.where(known, found["density_t_m3"], density_t_m3)
    fields["density_t_m3"] = density
    fields["rock_fraction"] = found.get("rock_fraction", 1.0)
    model = BlockModel(found.grid, fields, found.note)
    if not settings.has("simulate"):
        return Drilled(model)
    drawn = int(stream(seed, "simulate", asset).integers(2**31))
    return Drilled(model, simulated_blocks(settings, drawn))


def _estimated(model: BlockModel, name: str) -> NDArray[np.bool_]:
    return np.asarray(model[f"{name}_pass"]) > 0
