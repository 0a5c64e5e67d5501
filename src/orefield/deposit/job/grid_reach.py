"""Samples that lie nowhere near the grid: in another coordinate system, or in feet."""

from __future__ import annotations

import numpy as np

from orefield.core import Grid, ModelError
from orefield.deposit.drillholes.log_units import FOOT_M
from orefield.deposit.samples import Samples


def refuse_far_away(samples: Samples, grid: Grid, where: str) -> None:
    """Refuse samples of which none lies in the grid or within its own size of it.

    Raises
    ------
    ModelError
        Naming both extents, and whether feet taken for metres (or the reverse) explain it.
    """
    size = np.array(grid.size) * np.array(grid.shape)
    if grid.shape[2] == 1:
        size[2] = np.inf  # a grid in 2-D says nothing of elevations

    def near(scale: float) -> bool:
        local = grid.to_local(samples.xyz_m * scale)
        return bool(((local >= -size) & (local <= 2.0 * size)).all(axis=1).any())

    if near(1.0):
        return
    if near(FOOT_M):
        fix = 'the samples look like feet: say coordinate_unit = "ft"'
    elif near(1.0 / FOOT_M):
        fix = "the grid looks like feet, or the samples were turned into metres twice"
    else:
        fix = "are both in one coordinate system? are east and north the right columns?"
    low, high = samples.xyz_m.min(axis=0), samples.xyz_m.max(axis=0)
    raise ModelError(
        f"no sample lies near the grid: samples from {_place(low)} to {_place(high)} m, the grid's "
        f"corner at {_place(np.array(grid.origin))}, {_place(size)} m large",
        where=where,
        fix=fix,
    )


def refuse_another_level(samples: Samples, grid: Grid, where: str) -> None:
    """Refuse samples at several elevations of which none is in the one layer of a grid.

    A map whose samples stand on uneven ground: their heights would count as distances.

    Raises
    ------
    ModelError
        Naming both levels.
    """
    z = samples.xyz_m[:, 2]
    low, high = grid.origin[2], grid.origin[2] + grid.size[2]
    if grid.shape[2] > 1 or np.ptp(z) == 0 or ((z >= low) & (z <= high)).any():
        return
    raise ModelError(
        f"no sample is in the one layer of the grid, {low:,.6g} to {high:,.6g} m: samples are at "
        f"{z.min():,.6g} to {z.max():,.6g} m",
        where=where,
        fix="of a map, say elevation_m in [samples] in place of z; of a bench, move the grid",
    )


def _place(xyz: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return "(" + ", ".join(f"{v:,.0f}" if np.isfinite(v) else "any" for v in xyz) + ")"
