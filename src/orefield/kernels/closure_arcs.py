"""Maximum closure of a precedence graph whose arcs are listed."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.borrowed import borrowed
from orefield.kernels.closure_cut import proven_is_smallest, smallest
from orefield.kernels.closure_tree import (
    B1,
    CURSOR,
    DONE,
    I4,
    I8,
    NO_LIMIT,
    PARENT,
    Arcs,
    queue,
    settle,
)


@njit(cache=True, nogil=True)
def from_the_top(start: I8, needed: I4) -> tuple[I4, I4, I8, I4, int]:
    """Blocks in an order in which each follows all that it needs, and their levels.

    A level is one more than the highest of what is needed; 0 where nothing is.

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
    above = np.empty(n, np.int32)
    begin = np.zeros(n + 1, np.int64)
    for i in range(n):
        above[i] = start[i + 1] - start[i]
        for k in range(start[i], start[i + 1]):
            begin[needed[k] + 1] += 1
    for i in range(n):
        begin[i + 1] += begin[i]
    below = np.empty(needed.size, np.int32)
    at = begin[:n].copy()
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            j = needed[k]
            below[at[j]] = i
            at[j] += 1
    order = np.empty(n, np.int32)
    level = np.full(n, -1, np.int32)
    size = 0
    for i in range(n):
        if above[i] == 0:
            level[i] = 0
            order[size] = i
            size += 1
    done = 0
    while done < size:
        i = order[done]
        done += 1
        for k in range(begin[i], begin[i + 1]):
            j = below[k]
            above[j] -= 1
            if above[j] == 0:
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
def lists_within(keep: B1, start: I8, needed: I4) -> tuple[I8, I4]:
    """The lists of the kept blocks, renumbered in their order; arcs to others fall away."""
    number = np.empty(keep.size, np.int32)
    n = 0
    for i in range(keep.size):
        number[i] = n
        n += keep[i]
    begin = np.zeros(n + 1, np.int64)
    out = np.empty(needed.size, np.int32)
    size = 0
    for i in range(keep.size):
        if keep[i]:
            for k in range(start[i], start[i + 1]):
                if keep[needed[k]]:
                    out[size] = number[needed[k]]
                    size += 1
            begin[number[i] + 1] = size
    return begin, out[:size].copy()


@njit(cache=True, nogil=True)
def _levels(
    order: I4,
    level: I4,
    amount: I8,
    label: I4,
    tree: I4,
    bucket: I4,
    count: I4,
    arcs: Arcs,
) -> None:
    """Drive the pseudoflow from the top down to its end."""
    amount, label, tree = borrowed(amount), borrowed(label), borrowed(tree)
    bucket, count = borrowed(bucket), borrowed(count)
    start, needed = borrowed(arcs[3]), borrowed(arcs[4])
    arcs = (borrowed(arcs[0]), borrowed(arcs[1]), borrowed(arcs[2]), start, needed, arcs[5])
    n = order.size
    for i in range(n):
        for k in range(8):
            tree[i, k] = -1
        tree[i, CURSOR] = 0
    label[:] = 0
    bucket[:] = -1
    count[:] = 0
    for at in range(n):
        i = order[at]
        if amount[i] > 0 and label[i] != DONE and tree[i, PARENT] < 0:
            free = True
            for k in range(start[i], start[i + 1]):
                if label[needed[k]] != DONE:
                    free = False
                    break
            if free:
                label[i] = DONE
            else:
                queue(i, label, tree, bucket)
        if at == n - 1 or level[order[at + 1]] != level[i]:
            settle(amount, label, tree, bucket, count, 0, NO_LIMIT, arcs)


@njit(cache=True, nogil=True)
def _finish(amount: I8, label: I4, tree: I4, arcs: Arcs) -> tuple[B1, np.int64]:
    n = label.size
    inside = np.zeros(n, np.bool_)
    if not proven_is_smallest(amount, label, tree):
        return smallest(amount, tree, inside, arcs)
    bound = np.int64(0)
    for i in range(n):
        if label[i] == DONE:
            inside[i] = True
            if tree[i, PARENT] < 0:
                bound += amount[i]
    return inside, bound


def closure_arcs(value: I8, start: I8, needed: NDArray[np.integer]) -> tuple[B1, np.int64]:
    """Smallest maximum closure of an explicit precedence graph.

    Parameters
    ----------
    value : int64 array, shape (n,)
        Block values.
    start : int64 array, shape (n + 1,)
        Where each block's precedences begin in ``needed``.
    needed : integer array, shape (k,)
        Block i needs every block of ``needed[start[i]:start[i + 1]]``.

    Returns
    -------
    mask : bool array, shape (n,)
    bound : int64
        Value of the dual solution; equal to ``value[mask].sum()``, which proves the mask.
    """
    narrow = np.ascontiguousarray(needed, dtype=np.int32)
    order, level, _, _, _ = from_the_top(start, narrow)
    return closure_in_order(value, start, narrow, order, level)


def closure_in_order(value: I8, start: I8, needed: I4, order: I4, level: I4) -> tuple[B1, np.int64]:
    """As :func:`closure_arcs`, with what :func:`from_the_top` has found."""
    n = value.size
    amount, label = value.astype(np.int64), np.empty(n, np.int32)
    tree = np.empty((n, 8), np.int32)
    bucket, count = np.empty(n + 2, np.int32), np.empty(n + 2, np.int32)
    none = np.zeros(0, np.int64)
    arcs = (none, none, np.zeros(0, np.uint8), start, needed, n)
    _levels(order, level, amount, label, tree, bucket, count, arcs)
    mask, bound = _finish(amount, label, tree, arcs)
    return mask, bound
