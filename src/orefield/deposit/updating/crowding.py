"""How far readings may reach where there are more of them than members can tell apart."""

from __future__ import annotations

import numpy as np

from orefield.core.grid import Grid
from orefield.deposit.updating.ensemble import cells
from orefield.deposit.updating.localisation import Reach
from orefield.deposit.updating.observations import Observations

USUAL_RANGES = 1.5
"""Reach of a reading in longest ranges of the variogram, where nobody says how far it goes."""

USUAL_CROWDING = 0.5
"""Readings in it over members: what served made-up mines with right and wrong variograms alike."""

_LEAST = 0.1
"""Share of a reach that is always left."""


def uncrowded(grid: Grid, seen: Observations, reach: Reach, most: int) -> float:
    """Share of a reach within which a reading has no more readings about it than so many.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    seen : Observations
        Readings taken in together.
    reach : Reach
        The widest.
    most : int
        Readings, the one in the middle with them.

    Returns
    -------
    float
        The median over readings of the distance to the ``most``-th nearest, as a share of the
        reach; 1 where there are fewer.
    """
    if len(seen) <= most or reach.is_everywhere:
        return 1.0
    middles = np.array(
        [seen.shares(i) @ cells(grid, seen.blocks(i)) for i in range(len(seen))]
    )  # fmt: skip
    at = middles @ reach.to_ranges.T
    square = (at**2).sum(axis=1)
    apart = np.maximum(square[:, None] + square[None, :] - 2.0 * at @ at.T, 0.0)
    far = np.sqrt(np.partition(apart, most, axis=1)[:, most])
    return float(np.clip(np.median(far), _LEAST, 1.0))
