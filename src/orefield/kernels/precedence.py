"""Faults of a precedence graph, and lists put in the order of their blocks."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def regrouped(first: _I8, count: _I4, needed: _I4) -> _I4:
    """Lists that begin at ``first[i]`` and are ``count[i]`` long, one after the other by block."""
    out = np.empty(needed.size, np.int32)
    at = 0
    for i in range(first.size):
        for k in range(first[i], first[i] + count[i]):
            out[at] = needed[k]
            at += 1
    return out


@njit(cache=True, nogil=True)
def first_repeated(start: _I8, needed: _I4) -> tuple[int, int]:
    """The first block that names another twice, and that other; (-1, -1) when none does."""
    n = start.size - 1
    named_by = np.full(n, -1, np.int32)
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            j = needed[k]
            if named_by[j] == i:
                return i, j
            named_by[j] = i
    return -1, -1


@njit(cache=True, nogil=True)
def find_cycle(start: _I8, needed: _I4) -> _I4:
    """Blocks of which each needs the next, and the last the first; empty when there are none.

    A depth-first search: a block met again while it is still open closes a cycle.

    Parameters
    ----------
    start : int64 array, shape (n + 1,)
        Block ``i`` needs ``needed[start[i]:start[i + 1]]``.
    needed : int32 array, shape (k,)
        Blocks needed.
    """
    n = start.size - 1
    cursor = start[:-1].copy()
    seen = np.zeros(n, np.int8)  # 0 not met, 1 open, 2 closed
    path = np.empty(n, np.int32)
    for root in range(n):
        if seen[root] != 0:
            continue
        path[0] = root
        seen[root] = 1
        size = 1
        while size > 0:
            i = path[size - 1]
            if cursor[i] == start[i + 1]:
                seen[i] = 2
                size -= 1
                continue
            j = needed[cursor[i]]
            cursor[i] += 1
            if seen[j] == 0:
                seen[j] = 1
                path[size] = j
                size += 1
            elif seen[j] == 1:
                k = size - 1
                while path[k] != j:
                    k -= 1
                return path[k:size].copy()
    return path[:0].copy()
