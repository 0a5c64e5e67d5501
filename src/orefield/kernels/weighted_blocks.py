"""Means of neighbours weighted by distance, of many blocks."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.search_choice import without_noise

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

AT_SAMPLE = 1e-18
"""Squared distance, in the unit of places, up to which a place is that of a sample."""


@njit(cache=True, nogil=True)
def weighted_blocks(
    index: _I4,
    count: _I4,
    places: _F8,
    offsets: _F8,
    points: _F8,
    values: _F8,
    length: _F8,
    power: float,
    estimate: _F8,
) -> None:
    """Means weighted by ``length / distance ** power``; NaN where there is no neighbour.

    Parameters
    ----------
    index, count : (m, k) int32, (m,) int32
        Neighbours.
    places, offsets, points : (m, 3), (q, 3), (n, 3)
        Blocks' middles, points about them, samples: all in ranges, or all in metres.
    values, length : (n, v), (n,)
        Of samples.
    power : float
        0 and infinity are the plain mean and the nearest neighbour (ties, to 1e-8 of the
        square, go to the smaller index).
    estimate : (m, v), out
        The mean over a block's points.
    """
    m, most = index.shape
    weight = np.empty(most)
    for b in range(m):
        n = count[b]
        estimate[b, :] = 0.0 if n > 0 else np.nan
        for o in range(len(offsets) if n > 0 else 0):
            x, y, z = (
                places[b, 0] + offsets[o, 0], places[b, 1] + offsets[o, 1],
                places[b, 2] + offsets[o, 2],
            )  # fmt: skip
            least, nearest = np.inf, 0
            for at in range(n):
                i = index[b, at]
                dx, dy, dz = points[i, 0] - x, points[i, 1] - y, points[i, 2] - z
                d2 = dx * dx + dy * dy + dz * dz
                weight[at] = d2
                d2 = without_noise(d2)
                if d2 < least:
                    least, nearest = d2, at
            total = 0.0
            for at in range(n):
                if power == 0.0:
                    w = 1.0
                elif math.isinf(power) or least <= AT_SAMPLE:
                    w = 1.0 if at == nearest else 0.0
                else:
                    # against the nearest, so that no power overflows
                    w = (least / weight[at]) ** (0.5 * power)
                weight[at] = w * length[index[b, at]]
                total += weight[at]
            for at in range(n):
                share = weight[at] / total / len(offsets)
                for v in range(values.shape[1]):
                    estimate[b, v] += share * values[index[b, at], v]
