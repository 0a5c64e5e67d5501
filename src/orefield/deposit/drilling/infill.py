"""Regular infill of as many metres: what a plan is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.grid import Grid
from orefield.deposit.drilling.collars import Elevation
from orefield.deposit.drilling.holes import PlannedHoles

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

_PHASES = (0.25, 0.75)


@dataclass(frozen=True, eq=False)
class Infill:
    """A regular pattern.

    Attributes
    ----------
    holes : PlannedHoles
    spacing_m : float
        Along the grid's x and y.
    """

    holes: PlannedHoles
    spacing_m: float


def regular_infill(
    grid: Grid,
    region: _MASK,
    metres: float,
    direction: tuple[float, float, float],
    elevation: Elevation,
    allowed: Callable[[_F8], _MASK],
) -> list[Infill]:
    """Square patterns over the region whose holes come to the metres, or just below; by phase.

    Holes are placed so that they pass the region's middle level where the pattern has its
    points, as a driller would.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    region : bool array, shape (n,)
        Blocks that count.
    metres : float
        Of all holes together.
    direction : (float, float, float)
        Azimuth, dip (degrees) and length (m) of every hole.
    elevation : callable
        Of collars.
    allowed : callable
        Whether a hole may be collared at places (k, 2).

    Returns
    -------
    list of Infill
        Empty where the metres make no hole, or nowhere is allowed.
    """
    azimuth, dip, length = direction
    count = int(metres / length + 1e-9)
    if count < 1:
        return []
    nx, ny, nz = grid.shape
    columns = np.asarray(region.reshape(nz, ny, nx).any(axis=0))
    levels = np.flatnonzero(region.reshape(nz, -1).any(axis=1))
    middle = grid.origin[2] + (0.5 * (levels[0] + levels[-1]) + 0.5) * grid.size[2]
    sx, sy, _ = grid.size
    area = float(columns.sum()) * sx * sy
    out = []
    for px in _PHASES:
        for py in _PHASES:
            best = None
            for spacing in np.geomspace(0.6, 1.6, 41) * np.sqrt(area / count):
                x, y = np.meshgrid(
                    np.arange(px * spacing, nx * sx, spacing),
                    np.arange(py * spacing, ny * sy, spacing),
                )
                column = (x // sx).astype(int), (y // sy).astype(int)
                keep = columns[column[1], column[0]]
                local = np.column_stack([x[keep], y[keep], np.zeros(int(keep.sum()))])
                places = _collars(grid.to_world(local)[:, :2], azimuth, dip, middle, elevation)
                places = places[allowed(places)]
                if 0 < len(places) <= count and (best is None or len(places) > len(best[0])):
                    best = places, float(spacing)
            if best is not None:
                places, spacing = best
                n = len(places)
                holes = PlannedHoles(
                    np.column_stack([places, elevation(places)]), np.full(n, azimuth),
                    np.full(n, dip), np.full(n, length),
                )  # fmt: skip
                out.append(Infill(holes, spacing))
    return out


def _collars(through: _F8, azimuth: float, dip: float, level: float, elevation: Elevation) -> _F8:
    """Collars in plan of holes that pass places (k, 2) at a level; as they are for flat holes."""
    if not len(through) or dip <= 5 or dip == 90:
        return through
    back = (elevation(through) - level) / np.tan(np.radians(dip))
    heading = np.radians(azimuth)
    return np.asarray(through - back[:, None] * np.array([np.sin(heading), np.cos(heading)]))
