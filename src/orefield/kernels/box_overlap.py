"""Boxes that share space, among boxes sorted into groups."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def first_overlap(low: _F8, high: _F8, start: _I8, slack: _F8) -> tuple[int, int]:
    """The first two boxes of one group that reach into one another.

    Parameters
    ----------
    low, high : float64 array, shape (k, 3)
        Corners of boxes.
    start : int64 array, shape (g + 1,)
        Boxes of group ``i`` are ``start[i]`` to ``start[i + 1] - 1``.
    slack : float64 array, shape (3,)
        How far along each axis two boxes may reach into one another: files round coordinates.

    Returns
    -------
    (int, int)
        The pair, or (-1, -1).
    """
    for g in range(start.size - 1):
        for a in range(start[g], start[g + 1]):
            for b in range(a + 1, start[g + 1]):
                shared = True
                for axis in range(3):
                    inner = min(high[a, axis], high[b, axis]) - max(low[a, axis], low[b, axis])
                    if inner <= slack[axis]:
                        shared = False
                        break
                if shared:
                    return a, b
    return -1, -1
