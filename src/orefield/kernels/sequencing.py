"""Blocks in the order of their precedences: orders, earliest periods, sub-graphs."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def reverse_arcs(start: _I8, needed: _I4) -> tuple[_I8, _I4]:
    """The same graph with every arc turned round, as (start, needed)."""
    n = start.size - 1
    begin = np.zeros(n + 1, np.int64)
    for k in range(needed.size):
        begin[needed[k] + 1] += 1
    for i in range(n):
        begin[i + 1] += begin[i]
    fill = begin[:-1].copy()
    out = np.empty(needed.size, np.int32)
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            j = needed[k]
            out[fill[j]] = i
            fill[j] += 1
    return begin, out


@njit(cache=True, nogil=True)
def from_the_top(start: _I8, needed: _I4) -> tuple[_I4, _I4, _I8, _I4, int]:
    """Blocks in an order in which each follows all that it needs, and their levels.

    A level is one more than the highest of what is needed; 0 where nothing is.

    Parameters
    ----------
    start : int64 array, shape (n + 1,)
        Where each block's precedences begin in ``needed``.
    needed : int32 array, shape (k,)
        Block i needs ``needed[start[i]:start[i + 1]]``.

    Returns
    -------
    order : int32 array, shape (n,)
        Blocks by rising level. Blocks on a cycle, or that need one on it, stand last.
    level : int32 array, shape (n,)
        By block; the last ones share a level above all others.
    begin : int64 array, shape (n + 1,); below : int32 array, shape (k,)
        Block i is needed by ``below[begin[i]:begin[i + 1]]``.
    sound : int
        How many blocks are on no cycle and need none on it; n without cycles.
    """
    n = start.size - 1
    begin, below = reverse_arcs(start, needed)
    missing = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    level = np.full(n, -1, np.int32)
    size = 0
    for i in range(n):
        missing[i] = start[i + 1] - start[i]
        if missing[i] == 0:
            level[i] = 0
            order[size] = i
            size += 1
    done = 0
    while done < size:
        i = order[done]
        done += 1
        for k in range(begin[i], begin[i + 1]):
            j = below[k]
            missing[j] -= 1
            if missing[j] == 0:
                level[j] = level[i] + 1
                order[size] = j
                size += 1
    sound = size
    last = level[order[size - 1]] + 1 if size > 0 else 0
    for i in range(n):
        if level[i] < 0:
            level[i] = last
            order[size] = i
            size += 1
    return order, level, begin, below, sound


@njit(cache=True, nogil=True)
def topological_order(start: _I8, needed: _I4) -> _I4:
    """Blocks, each after all it needs; shorter than n when the graph has a cycle."""
    order, _, _, _, sound = from_the_top(start, needed)
    return order[:sound].copy()


@njit(cache=True, nogil=True)
def earliest_periods(order: _I4, start: _I8, needed: _I4, use: _F8, room: _F8, budget: int) -> _I4:
    """First period by whose end each block and all it needs can have been mined.

    Parameters
    ----------
    order : int32 array, shape (n,)
        See :func:`topological_order`.
    start, needed
        Precedences.
    use : float64 array, shape (r, n)
        Least use of each resource by a block, not negative.
    room : float64 array, shape (r, t)
        Capacity of all periods up to each, with the rounding it is allowed.
    budget : int
        Visits of blocks after which cones are no longer summed: what a block then has is
        the latest of the blocks it needs, which is still true, but may be early.

    Returns
    -------
    int32 array, shape (n,)
        t for blocks that can never be mined.
    """
    n = order.size
    n_r, n_t = room.shape
    out = np.zeros(n, np.int32)
    seen = np.full(n, -1, np.int32)
    stack = np.empty(n, np.int32)
    total = np.empty(n_r)
    visits = 0
    for at in range(n):
        b = order[at]
        t = 0
        for k in range(start[b], start[b + 1]):
            t = max(t, out[needed[k]])
        if visits < budget and t < n_t:
            size = 1
            stack[0] = b
            seen[b] = b
            total[:] = 0.0
            while size > 0 and t < n_t:
                size -= 1
                i = stack[size]
                visits += 1
                for r in range(n_r):
                    total[r] += use[r, i]
                    while t < n_t and total[r] > room[r, t]:
                        t += 1
                for k in range(start[i], start[i + 1]):
                    j = needed[k]
                    if seen[j] != b:
                        seen[j] = b
                        stack[size] = j
                        size += 1
        out[b] = t
    return out


@njit(cache=True, nogil=True)
def sub_graph(keep: NDArray[np.bool_], start: _I8, needed: _I4) -> tuple[_I8, _I4, _I4]:
    """The graph of the kept blocks alone: start, needed, and the kept blocks' old numbers."""
    n = keep.size
    number = np.full(n, -1, np.int32)
    size = 0
    arcs = 0
    for i in range(n):
        if keep[i]:
            number[i] = size
            size += 1
            for k in range(start[i], start[i + 1]):
                arcs += keep[needed[k]]
    begin = np.zeros(size + 1, np.int64)
    out = np.empty(arcs, np.int32)
    old = np.empty(size, np.int32)
    at = 0
    for i in range(n):
        if keep[i]:
            old[number[i]] = i
            for k in range(start[i], start[i + 1]):
                if keep[needed[k]]:
                    out[at] = number[needed[k]]
                    at += 1
            begin[number[i] + 1] = at
    return begin, out, old


@njit(cache=True, nogil=True)
def without_implied(start: _I8, needed: _I4) -> tuple[_I8, _I4]:
    """The graph without duplicates and without arcs that follow from two others.

    The graph must have no cycle. What each block needs, directly or not, stays the same.
    """
    n = start.size - 1
    implied = np.full(n, -1, np.int32)
    listed = np.full(n, -1, np.int32)
    begin = np.zeros(n + 1, np.int64)
    out = np.empty(needed.size, np.int32)
    at = 0
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            j = needed[k]
            for m in range(start[j], start[j + 1]):
                implied[needed[m]] = i
        for k in range(start[i], start[i + 1]):
            j = needed[k]
            if implied[j] != i and listed[j] != i:
                listed[j] = i
                out[at] = j
                at += 1
        begin[i + 1] = at
    return begin, out[:at].copy()


@njit(cache=True, nogil=True)
def rise_along(order: _I4, start: _I8, needed: _I4, number: _I4) -> _I4:
    """Numbers raised until no block's is below that of one it needs."""
    out = number.copy()
    for at in range(order.size):
        b = order[at]
        for k in range(start[b], start[b + 1]):
            out[b] = max(out[b], out[needed[k]])
    return out
