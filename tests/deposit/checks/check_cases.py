"""A small rotated deposit whose truth is known, for the tests of checks."""

from __future__ import annotations

import numpy as np

from orefield.core import Grid
from orefield.deposit import Samples
from orefield.deposit.classification import Ground

GRID = Grid((500.0, 900.0, 100.0), (10.0, 12.0, 5.0), (20, 15, 6), 25.0)
FLAT = Grid((500.0, 900.0, 0.0), (10.0, 12.0, 5.0), (24, 18, 1), 25.0)


def ground(grid: Grid = GRID, seed: int = 1, **changes: object) -> Ground:
    rng = np.random.default_rng(seed)
    values = {
        "grid": grid, "value": "cu_pct", "unit": "%",
        "tonnes": 1000.0 * rng.uniform(2.0, 3.0, grid.n),
        "grade": rng.lognormal(-1.0, 0.4, grid.n), "estimated": rng.random(grid.n) < 0.95,
    }  # fmt: skip
    return Ground(**{**values, **changes})


def samples(grid: Grid = GRID, count: int = 200, seed: int = 2) -> Samples:
    """Anywhere in the grid, some of them not assayed."""
    rng = np.random.default_rng(seed)
    extent = np.array(grid.size) * grid.shape
    local = rng.uniform(0.02, 0.98, (count, 3)) * extent
    if grid.shape[2] == 1:
        local[:, 2] = 0.5 * extent[2]
    cu = rng.lognormal(-1.0, 0.6, count)
    cu[rng.random(count) < 0.1] = np.nan
    words = np.where(local[:, 0] < 0.5 * extent[0], "west", "east")
    return Samples(grid.to_world(local), {"cu_pct": cu}, codes={"domain": words})


def west_east(grid: Grid = GRID) -> np.ndarray:
    local = grid.to_local(grid.centroids())
    return np.where(local[:, 0] < 0.5 * grid.size[0] * grid.shape[0], "west", "east")
