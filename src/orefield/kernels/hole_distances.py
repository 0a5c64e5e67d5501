"""Distances from places to the nearest drill holes, each hole counted once."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def nearest_holes(
    points: _F8, samples: _F8, hole: _I8, holes: int, starts: _I8, low: _F8, cells: _I8, out: _F8
) -> None:
    """Distances to the nearest samples of the ``k`` nearest holes within one.

    Parameters
    ----------
    points : (n, 3) float64
        Places, in units of the search radius.
    samples : (m, 3) float64
        In the same units, sorted by cell of side one.
    hole : (m,) int64
        Hole of each sample, 0 to ``holes`` - 1.
    holes : int
        Number of holes.
    starts : (cells + 1,) int64
        First sample of each cell; x runs fastest.
    low : (3,) float64
        Corner of the first cell.
    cells : (3,) int64
        Number of cells each way.
    out : (n, k) float64
        Filled with distances, rising along a row; infinite where there are fewer holes.
    """
    k = out.shape[1]
    nearest = np.empty(holes)
    seen_at = np.full(holes, -1, dtype=np.int64)
    found = np.empty(holes, dtype=np.int64)
    for p in range(points.shape[0]):
        count = 0
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        cx = math.floor(x - low[0])
        cy = math.floor(y - low[1])
        cz = math.floor(z - low[2])
        for iz in range(max(cz - 1, 0), min(cz + 2, cells[2])):
            for iy in range(max(cy - 1, 0), min(cy + 2, cells[1])):
                first = max(cx - 1, 0)
                last = min(cx + 2, cells[0])
                if first >= last:
                    continue
                row = cells[0] * (iy + cells[1] * iz)
                for s in range(starts[row + first], starts[row + last]):
                    dx, dy, dz = samples[s, 0] - x, samples[s, 1] - y, samples[s, 2] - z
                    d2 = dx * dx + dy * dy + dz * dz
                    if d2 > 1.0:
                        continue
                    h = hole[s]
                    if seen_at[h] != p:
                        seen_at[h] = p
                        nearest[h] = d2
                        found[count] = h
                        count += 1
                    elif d2 < nearest[h]:
                        nearest[h] = d2
        for j in range(k):
            out[p, j] = math.inf
        for c in range(count):
            d = math.sqrt(nearest[found[c]])
            if d >= out[p, k - 1]:
                continue
            j = k - 1
            while j > 0 and out[p, j - 1] > d:
                out[p, j] = out[p, j - 1]
                j -= 1
            out[p, j] = d
