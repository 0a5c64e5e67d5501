"""Grades of blocks from composites by inverse distance: the first, simplest estimator."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.from_files import Composites

INVERSE_DISTANCE_NOTE = "inverse distance, first version"
"""How every model estimated here is labelled."""

_CHUNK = 50_000


def inverse_distance(
    composites: Composites,
    grid: Grid,
    *,
    search_radius_m: float,
    max_samples: int = 12,
    power: float = 2.0,
    density_t_m3: float,
    rock_fraction: NDArray[np.float64] | None = None,
) -> BlockModel:
    """Estimate grades at block centres, weighted by length / distance^power.

    A composite closer than a micrometre gives the block its grade. Blocks
    with no composite within reach have grades of 0 and ``composites`` of 0: they count
    as unestimated waste. (Shepard, 1968, "A two-dimensional interpolation function for
    irregularly-spaced data".)

    Parameters
    ----------
    composites : Composites
        In the coordinates of the grid.
    grid : Grid
        Where to estimate.
    search_radius_m : float
        Reach (m) of the isotropic search.
    max_samples : int
        Nearest composites used at most.
    power : float
        Exponent of distance, positive.
    density_t_m3 : float
        One density for all blocks.
    rock_fraction : ndarray of shape (n,), optional
        Share of each block below topography; without it all blocks are rock.

    Raises
    ------
    ModelError
        For a radius, count, power or density that is not positive, and when no block
        has a composite within reach.
    """
    for name, value in (
        ("search_radius_m", search_radius_m),
        ("max_samples", max_samples),
        ("power", power),
        ("density_t_m3", density_t_m3),
    ):
        if not (math.isfinite(value) and value > 0):
            raise ModelError(f"{name} is {value:g}", fix="give a finite, positive number")
    tree = cKDTree(composites.xyz_m)
    centres = grid.centroids()
    neighbours = min(max_samples, len(composites))
    names = list(composites.grades)
    values = np.column_stack([composites.grades[n] for n in names])
    estimate = np.zeros((grid.n, len(names)))
    used = np.zeros(grid.n, dtype=np.int32)
    for start in range(0, grid.n, _CHUNK):
        part = slice(start, min(start + _CHUNK, grid.n))
        # list(range) keeps the result two-dimensional for a single neighbour
        distance, index = tree.query(
            centres[part],
            k=list(range(1, neighbours + 1)),
            distance_upper_bound=math.nextafter(search_radius_m, math.inf),
        )
        found = np.isfinite(distance)
        index = np.where(found, index, 0)
        near = np.maximum(distance, 1e-6)
        weight = np.where(found, composites.length_m[index] / near**power, 0.0)
        at_data = found & (distance <= 1e-6)
        hit = at_data.any(axis=1)
        weight[hit] = np.where(at_data[hit], composites.length_m[index[hit]], 0.0)
        total = weight.sum(axis=1)
        share = np.divide(weight, total[:, None], out=np.zeros_like(weight), where=found)
        estimate[part] = np.einsum("ij,ijk->ik", share, values[index])
        used[part] = found.sum(axis=1)
    if not used.any():
        raise ModelError(
            "no block has a composite within reach",
            fix="check that composites and grid share their coordinates, or widen the search",
        )
    rock = np.ones(grid.n) if rock_fraction is None else rock_fraction
    fields: dict[str, NDArray[np.generic]] = {
        "density_t_m3": np.full(grid.n, density_t_m3),
        "rock_fraction": rock,
        "composites": used,
    }
    air = rock == 0
    for i, name in enumerate(names):
        column = np.ascontiguousarray(estimate[:, i])
        column[air] = 0.0
        fields[name] = column
    return BlockModel(grid, fields, INVERSE_DISTANCE_NOTE)
