"""Variogram maps: pairs of samples by the cell of a grid of lags that they fall into."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def gather_map(
    first: int,
    step: int,
    xyz: _F8,
    values: _F8,
    starts: _I8,
    boxes: _F8,
    size: _F8,
    half: _I8,
) -> tuple[_I8, _F8]:
    """Sums over pairs whose first point is in leaves ``first``, ``first + step``, ...

    Parameters
    ----------
    first, step : int
        A share of the work.
    xyz : (n, 3) float64
        Points along the map's axes, leaf by leaf (m).
    values : (n,) float64
        Without NaN.
    starts, boxes
        Leaves, see :func:`orefield.kernels.variogram_leaves.split`.
    size : (3,) float64
        Of cells (m).
    half : (3,) int64
        Cells on either side of the middle one; the map has ``2 * half + 1``.

    Returns
    -------
    counts : (nz, ny, nx) int64
        Each pair once, at the cell of its lag from the first to the second point; the caller
        adds the mirror image.
    sums : (nz, ny, nx) float64
        Of half the squared differences.
    """
    shape = (2 * half[2] + 1, 2 * half[1] + 1, 2 * half[0] + 1)
    counts = np.zeros(shape, dtype=np.int64)
    sums = np.zeros(shape)
    reach = (half + 0.5) * size
    leaves = starts.size - 1
    for a in range(first, leaves, step):
        for b in range(a, leaves):
            apart = False
            for axis in range(3):
                gap = max(
                    boxes[b, 0, axis] - boxes[a, 1, axis], boxes[a, 0, axis] - boxes[b, 1, axis]
                )
                if gap > reach[axis]:
                    apart = True
            if apart:
                continue
            for i in range(starts[a], starts[a + 1]):
                begin = i + 1 if a == b else starts[b]
                for j in range(begin, starts[b + 1]):
                    x = math.floor((xyz[j, 0] - xyz[i, 0]) / size[0] + 0.5) + half[0]
                    y = math.floor((xyz[j, 1] - xyz[i, 1]) / size[1] + 0.5) + half[1]
                    z = math.floor((xyz[j, 2] - xyz[i, 2]) / size[2] + 0.5) + half[2]
                    if 0 <= x < shape[2] and 0 <= y < shape[1] and 0 <= z < shape[0]:
                        left = values[i] - values[j]
                        counts[z, y, x] += 1
                        sums[z, y, x] += 0.5 * left * left
    return counts, sums
