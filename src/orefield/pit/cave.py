"""Block cave, first version: which columns are drawn, how high, in what order.

Draw is vertical and nothing is selected: a column is drawn from the production level up
to its height of draw, and all of it is milled. Dilution from beyond the column and the
mixing of drawpoints are not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from orefield.core import BlockModel, ModelError
from orefield.pit.economics import Economics, block_nsr_usd_t


@dataclass(frozen=True)
class Cave:
    """A cave's footprint and draw.

    Attributes
    ----------
    phase : int16 array, shape (n,)
        Ring of each drawn block, from the first opened outwards; -1 where nothing is drawn.
        ``mining_units(model, cave.phase, economics, [], upwards=True, selective=False)``
        turns it into units.
    height_m : float64 array, shape (ny, nx)
        Height of draw; 0 outside the footprint.
    value_usd : float64 array, shape (ny, nx)
        Undiscounted value of each drawn column; 0 outside.
    """

    phase: NDArray[np.int16]
    height_m: NDArray[np.float64]
    value_usd: NDArray[np.float64]


def block_cave(
    model: BlockModel,
    economics: Economics,
    *,
    production_level_m: float,
    min_height_m: float,
    max_height_m: float,
    column_usd: float = 0.0,
    n_rings: int = 4,
) -> Cave:
    """Best height of draw per column, a connected footprint, and rings of equal tonnage.

    A column's height is the prefix of greatest value between the two heights; columns
    that do not pay for their own development are left, and of the groups that remain
    (sharing sides) the one of greatest value is the footprint. Rings run outwards from
    its centre of value.

    Parameters
    ----------
    model : BlockModel
        Needs ``cu_pct`` and ``density_t_m3``.
    economics : Economics
        ``mining_usd_t`` is the cost of drawing a tonne.
    production_level_m : float
        Elevation of the production level; drawing starts at the first whole bench above.
    min_height_m, max_height_m : float
        Bounds of the height of draw.
    column_usd : float
        Development and undercut of one column.
    n_rings : int
        Rings aimed at; few columns give fewer.

    Raises
    ------
    ModelError
        When heights or level do not fit the grid, or no column pays.
    """
    nx, ny, nz = model.grid.shape
    bench = model.grid.size[2]
    first = int(np.ceil((production_level_m - model.grid.origin[2]) / bench - 1e-9))
    if not 0 <= first < nz:
        raise ModelError(
            f"production level {production_level_m} m lies outside the grid",
            where=f"the grid spans {model.grid.origin[2]} to {model.grid.top_m} m",
        )
    low = max(int(np.ceil(min_height_m / bench - 1e-9)), 1)
    high = min(int(np.floor(max_height_m / bench + 1e-9)), nz - first)
    if not (n_rings >= 1 and low <= high):
        raise ModelError(
            f"no height of draw fits between {min_height_m} and {max_height_m} m",
            fix="give heights of at least one bench that stay within the grid",
        )
    elevation = model.grid.local_axes()[2]
    cost = np.repeat(economics.mining_cost_usd_t(elevation), nx * ny) + economics.mill_cost_usd_t
    tonnes = model.tonnes()
    value = ((block_nsr_usd_t(model, economics) - cost) * tonnes).reshape(nz, ny, nx)
    rock = tonnes.reshape(nz, ny, nx)[first : first + high]
    prefix = np.cumsum(value[first : first + high], axis=0)
    # A height is possible when the column is rock up to there: it ends at the surface.
    possible = np.cumsum(rock <= 0, axis=0) == 0
    possible[: low - 1] = False
    candidate = np.where(possible, prefix, -np.inf)
    levels = np.argmax(candidate, axis=0) + 1
    net = np.max(candidate, axis=0) - column_usd
    pays = net > 0
    if not pays.any():
        raise ModelError(
            "no column of the cave pays for its draw",
            fix="check the production level, prices and costs",
        )
    group, _ = ndimage.label(pays)
    worth = np.bincount(group.ravel(), weights=np.where(pays, net, 0.0).ravel())
    footprint = group == int(np.argmax(worth[1:])) + 1
    levels = np.where(footprint, levels, 0)
    net = np.where(footprint, net, 0.0)

    drawn = np.arange(high)[:, None, None] < levels[None]
    column_t = np.where(drawn, rock, 0.0).sum(axis=0)
    rings = _rings(net, column_t, footprint, model.grid.size[:2], n_rings)
    phase = np.full((nz, ny, nx), -1, dtype=np.int16)
    phase[first : first + high] = np.where(drawn, rings[None], -1)
    return Cave(phase.ravel(), levels * bench, net)


def _rings(
    net_usd: NDArray[np.float64],
    column_t: NDArray[np.float64],
    footprint: NDArray[np.bool_],
    size_m: tuple[float, float],
    n_rings: int,
) -> NDArray[np.int16]:
    """Rings of about equal tonnage round the centre of value, shape (ny, nx)."""
    iy, ix = np.nonzero(footprint)
    x, y = ix * size_m[0], iy * size_m[1]
    weight = net_usd[footprint]
    away = np.hypot(x - np.average(x, weights=weight), y - np.average(y, weights=weight))
    order = np.argsort(away, kind="stable")
    middle = np.cumsum(column_t[footprint][order]) - 0.5 * column_t[footprint][order]
    ring = np.minimum(middle / column_t[footprint].sum() * n_rings, n_rings - 1).astype(np.int16)
    _, dense = np.unique(ring, return_inverse=True)  # few columns can leave a ring empty
    out = np.full(footprint.shape, -1, dtype=np.int16)
    out[iy[order], ix[order]] = dense
    return out
