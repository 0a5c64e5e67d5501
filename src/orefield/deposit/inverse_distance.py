"""A block model from composites alone, for a first look: inverse distance, nothing modelled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.composites_file import GRADES
from orefield.deposit.estimation import Estimates, Search
from orefield.deposit.estimation.slices import slices_of
from orefield.deposit.estimation.weighting import weighting_estimator
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples

INVERSE_DISTANCE_NOTE = "inverse distance, for a first look"
"""How the note of every model made here begins."""


def inverse_distance(
    samples: Samples,
    grid: Grid,
    *,
    search_radius_m: float,
    max_samples: int = 12,
    power: float = 2.0,
    density_t_m3: float,
    threads: int = 1,
) -> BlockModel:
    """Estimate the grades of block middles by :func:`~orefield.deposit.estimation.weigh`.

    The nearest samples in a sphere, weighted by their length over a power of their distance;
    samples at one place are one, of their length together and their mean by length. Blocks
    without a sample within reach have grades of 0 and ``composites`` of 0: they count as waste.

    Parameters
    ----------
    samples : Samples
        In the coordinates of the grid, with ``cu_pct`` and any other grade that is mined; each
        grade is estimated from the samples that have it.
    grid : Grid
        Where to estimate.
    search_radius_m : float
        Reach (m) of the search.
    max_samples : int
        Nearest samples used at most.
    power : float
        Exponent of distance, positive.
    density_t_m3 : float
        One density for all blocks.
    threads : int
        The result is the same to the last bit whatever their number.

    Raises
    ------
    ModelError
        For a radius, count, power or density that is not positive, samples without copper, and
        when no block has one within reach.
    """
    for name, value in (("search_radius_m", search_radius_m), ("density_t_m3", density_t_m3)):
        if not (math.isfinite(value) and value > 0):
            raise ModelError(f"{name} is {value:g}", fix="give a finite, positive number")
    search = Search(Ellipsoid((search_radius_m,) * 3), max_samples=max_samples)
    names = [name for name in GRADES if name in samples.values or name == GRADES[0]]
    fields: dict[str, NDArray[np.generic]] = {"density_t_m3": np.full(grid.n, density_t_m3)}
    for name in names:
        found = _estimated(samples, name, grid, search, power, threads)
        fields[name] = np.where(found.estimated, found.value, 0.0)
        if name == GRADES[0]:
            fields["composites"] = found.samples
            barren = 1.0 - float(found.estimated.mean())
    if barren == 1.0:
        raise ModelError(
            "no block has a composite within reach",
            fix="check that composites and grid share their coordinates, or widen the search",
        )
    note = f"{INVERSE_DISTANCE_NOTE}, of {', '.join(names)} from {samples.note or 'samples'}"
    note += f"; {barren:.0%} of blocks out of reach and taken as barren"
    return BlockModel(grid, fields, note)


def _estimated(
    samples: Samples, name: str, grid: Grid, search: Search, power: float, threads: int
) -> Estimates:
    ready = weighting_estimator(
        samples, name, search, power=power, by_length=True, collocated="average"
    )
    parts = (ready.at(grid.centres(*part), threads=threads) for part in slices_of(grid))
    return Estimates.joined(parts)
