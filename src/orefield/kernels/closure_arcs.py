"""Maximum closure of a precedence graph whose arcs are listed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.closure_cut import closure_found
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
from orefield.kernels.sequencing import from_the_top
from orefield.kernels.uncounted import uncounted


@uncounted
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
    _, _, _, start, needed, _ = arcs
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
    """As :func:`closure_arcs`, with what :func:`orefield.kernels.sequencing.from_the_top` found."""
    n = value.size
    amount, label = value.astype(np.int64), np.empty(n, np.int32)
    tree = np.empty((n, 8), np.int32)
    bucket, count = np.empty(n + 2, np.int32), np.empty(n + 2, np.int32)
    none = np.zeros(0, np.int64)
    arcs = (none, none, np.zeros(0, np.uint8), start, needed, n)
    _levels(order, level, amount, label, tree, bucket, count, arcs)
    mask, bound = closure_found(amount, label, tree, arcs)
    return mask, bound
