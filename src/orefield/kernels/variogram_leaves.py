"""Points split into small neighbourhoods, so that pairs too far apart are never looked at."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _select(keys: _F8, order: _I8, low: int, high: int, middle: int) -> None:
    """Reorder ``order[low:high]`` so that none before ``middle`` has a larger key (Hoare)."""
    high -= 1
    while low < high:
        pivot = keys[order[(low + high) // 2]]
        i, j = low, high
        while i <= j:
            while keys[order[i]] < pivot:
                i += 1
            while keys[order[j]] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            high = j
        elif middle >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def split(xyz: _F8, most: int) -> tuple[_I8, _I8, _F8]:
    """Halve points along their longest extent until no part has more than ``most``.

    Parameters
    ----------
    xyz : (n, 3) float64
        Coordinates (m).
    most : int
        Points in a leaf, at least 2.

    Returns
    -------
    order : (n,) int64
        Points leaf by leaf.
    starts : (leaves + 1,) int64
        Where leaves begin in ``order``.
    boxes : (leaves, 2, 3) float64
        Lowest and highest coordinates of each leaf.
    """
    n = xyz.shape[0]
    order = np.arange(n)
    keys = np.empty(n)
    capacity = 2 * (n // max(most // 2, 1)) + 2
    starts = np.empty(capacity + 1, dtype=np.int64)
    boxes = np.empty((capacity, 2, 3))
    stack = np.empty((128, 2), dtype=np.int64)
    stack[0, 0], stack[0, 1] = 0, n
    depth, leaves = 1, 0
    while depth > 0:
        depth -= 1
        low, high = stack[depth, 0], stack[depth, 1]
        longest, axis = -1.0, 0
        for a in range(3):
            least, largest = np.inf, -np.inf
            for p in range(low, high):
                value = xyz[order[p], a]
                least = min(least, value)
                largest = max(largest, value)
            boxes[leaves, 0, a], boxes[leaves, 1, a] = least, largest
            if largest - least > longest:
                longest, axis = largest - least, a
        if high - low <= most:
            starts[leaves] = low
            leaves += 1
            continue
        for p in range(low, high):
            keys[order[p]] = xyz[order[p], axis]
        middle = (low + high) // 2
        _select(keys, order, low, high, middle)
        # the lower half on top, so that leaves come in the order of their points
        stack[depth, 0], stack[depth, 1] = middle, high
        stack[depth + 1, 0], stack[depth + 1, 1] = low, middle
        depth += 2
    starts[leaves] = n
    return order, starts[: leaves + 1], boxes[:leaves]
