"""How far the nearest drill holes are from every block."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples
from orefield.kernels.hole_distances import nearest_holes

_CHUNK = 1 << 18
_MOST_CELLS = 20_000_000


def hole_distances(
    grid: Grid, samples: Samples, search: Ellipsoid, holes: int
) -> NDArray[np.float64]:
    """Distances from block centres to the nearest holes within an ellipsoid.

    A hole's distance is that of its nearest sample, in metres along the ellipsoid's major axis:
    a sample as far along the minor axis as the minor range reads as far as the major range.

    Parameters
    ----------
    grid : Grid
        Whose block centres distances are from.
    samples : Samples
        Those whose presence counts: leave out what was not assayed.
    search : Ellipsoid
        Nothing further is looked at.
    holes : int
        How many nearest holes, at least one.

    Returns
    -------
    ndarray of float64, shape (grid.n, holes)
        Rising along a row; infinite where fewer holes are within the ellipsoid.

    Raises
    ------
    ModelError
        For no hole asked, or an ellipsoid absurdly small beside the samples' extent.
    """
    if holes < 1:
        raise ModelError(f"distances to {holes} holes", fix="ask for one or more")
    matrix = search.transform()
    centre = samples.xyz_m.mean(axis=0)
    places = (samples.xyz_m - centre) @ matrix.T
    low = np.floor(places.min(axis=0))
    cells = np.floor(places.max(axis=0) - low).astype(np.int64) + 1
    if math.prod(int(c) for c in cells) > _MOST_CELLS:
        raise ModelError(
            f"a search of {search.ranges_m} m is tiny beside the extent of the samples",
            fix="check that ranges and coordinates are both in metres",
        )
    at = np.floor(places - low).astype(np.int64)
    flat = at[:, 0] + cells[0] * (at[:, 1] + cells[1] * at[:, 2])
    order = np.argsort(flat, kind="stable")
    starts = np.searchsorted(flat[order], np.arange(math.prod(cells) + 1))
    named, hole = np.unique(samples.hole, return_inverse=True)
    out = np.empty((grid.n, holes))
    for start in range(0, grid.n, _CHUNK):
        stop = min(start + _CHUNK, grid.n)
        points = np.ascontiguousarray((grid.centres(start, stop) - centre) @ matrix.T)
        nearest_holes(
            points, places[order], hole[order].astype(np.int64), len(named),
            starts.astype(np.int64), low, cells, out[start:stop],
        )  # fmt: skip
    out *= search.ranges_m[0]
    return out
