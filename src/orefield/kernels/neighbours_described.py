"""What is told of a neighbourhood: samples, holes, distances."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]


@njit(cache=True, nogil=True)
def describe_neighbours(
    index: _I4,
    count: _I4,
    places: _F8,
    xyz: _F8,
    hole: _I4,
    samples: _I4,
    holes: _I4,
    distance: _F8,
    nearest: _F8,
) -> None:
    """Counts of samples and holes, mean and least distance (m) of neighbours, of every place.

    Arguments are those of :func:`orefield.kernels.kriging_blocks.krige_blocks`; the last four
    are written. Distances are NaN where there is no neighbour.
    """
    last = np.full(int(hole.max()) + 1, -1, np.int64)
    for b in range(len(places)):
        n = count[b]
        samples[b], holes[b] = n, 0
        total, least = 0.0, np.inf
        for at in range(n):
            i = index[b, at]
            if last[hole[i]] != b:
                last[hole[i]] = b
                holes[b] += 1
            dx, dy, dz = (
                xyz[i, 0] - places[b, 0], xyz[i, 1] - places[b, 1], xyz[i, 2] - places[b, 2]
            )  # fmt: skip
            d = math.sqrt(dx * dx + dy * dy + dz * dz)
            total += d
            least = min(least, d)
        distance[b] = total / n if n > 0 else np.nan
        nearest[b] = least if n > 0 else np.nan
