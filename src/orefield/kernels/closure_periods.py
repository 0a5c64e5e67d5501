"""Maximum closure over periods: what is mined by the end of each period.

The pricing problem of the Bienstock-Zuckerberg method for precedence constrained schedules
(D. Bienstock and M. Zuckerberg, 2010, "Solving LP relaxations of large-scale precedence
constrained problems", IPCO 2010, LNCS 6080, 1-14, doi 10.1007/978-3-642-13036-6_1). Its graph
has a node for each period and block, *mined by the end of the period*. A node needs its block's
precedences in the same period, and its own block in the next. Neither kind of arc is stored.

Successive calls differ by multipliers. The normalised tree and the flows of one optimum stay
in ``state``; the next call carries the change of each node's value to its root, cuts what an
arc cannot take, and goes on from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.closure_cut import closure_found
from orefield.kernels.closure_labels import Back, drive
from orefield.kernels.closure_tree import (
    AFTER,
    B1,
    CURSOR,
    DONE,
    HEAD,
    I4,
    I8,
    NO_LIMIT,
    PARENT,
    UP,
    Arcs,
    detach,
    queue,
    settle,
)
from orefield.kernels.sequencing import from_the_top
from orefield.kernels.uncounted import uncounted

_State = tuple[NDArray[Any], ...]


def periods_state(periods: int, blocks: int) -> _State:
    """Arrays that :func:`closure_periods` keeps from call to call: tree, flows, values.

    They belong to one precedence graph and one set of earliest periods.
    """
    nodes = periods * blocks
    return (
        np.full((nodes, 8), -1, np.int32),  # tree
        np.zeros(nodes, np.int64),  # amount
        np.zeros(nodes, np.int32),  # label
        np.zeros(nodes, np.int64),  # value of the last call
        np.full(nodes + 2, -1, np.int32),  # bucket
        np.zeros(nodes + 2, np.int32),  # count
        np.full(nodes + 2, -1, np.int32),  # buckets of the search for exact labels
        np.zeros(nodes, np.int32),  # room
        np.zeros(nodes, np.int32),  # room
        np.zeros(blocks, np.int32),  # blocks from the top down
        np.zeros(blocks, np.int32),  # their levels
        np.zeros(1, np.int32),  # 1 once there was a call
    )


@uncounted
def _carry(tree: I4, amount: I8, label: I4, extra: I8, order: I4) -> None:
    """Carry the changes ``extra`` of the values to the roots; labels start anew."""
    size = 0
    for i in range(amount.size):
        if label[i] != DONE and tree[i, PARENT] < 0:
            order[size] = i
            size += 1
    at = 0
    while at < size:
        c = tree[order[at], HEAD]
        while c >= 0:
            order[size] = c
            size += 1
            c = tree[c, AFTER]
        at += 1
    for at in range(size - 1, -1, -1):
        i = order[at]
        x = extra[i]
        p = tree[i, PARENT]
        if p < 0:
            amount[i] += x
            continue
        if x == 0:
            continue
        up = tree[i, UP] == 1
        flow = amount[i] + x if up else amount[i] - x
        if flow >= 0:
            amount[i] = flow
            extra[p] += x
        else:
            extra[p] += -amount[i] if up else amount[i]
            detach(i, tree)
            amount[i] = flow if up else -flow


@uncounted
def _cold(
    periods: int,
    order: I4,
    height: I4,
    amount: I8,
    label: I4,
    tree: I4,
    bucket: I4,
    count: I4,
    arcs: Arcs,
) -> None:
    """Settle the last period first, each from its top down: nothing needs what comes later."""
    blocks = order.size
    for t in range(periods - 1, -1, -1):
        for at in range(blocks):
            i = t * blocks + order[at]
            if amount[i] > 0 and label[i] != DONE and tree[i, PARENT] < 0:
                queue(i, label, tree, bucket)
            if at == blocks - 1 or height[order[at]] != height[order[at + 1]]:
                settle(amount, label, tree, bucket, count, 0, NO_LIMIT, arcs)


@uncounted
def _solve(value: I8, earliest: I4, periods: int, state: _State, arcs: Arcs, back: Back) -> None:
    blocks = earliest.size
    tree, amount, label, extra, bucket, count = state[:6]
    level, strong, found, order, height, warm = state[6:]
    count[:] = 0
    for t in range(periods):
        for b in range(blocks):
            i = t * blocks + b
            out = t < earliest[b]
            label[i] = DONE if out else 0
            tree[i, CURSOR] = 0
            if warm[0] == 0:
                amount[i] = 0 if out else value[i]
            else:
                extra[i] = 0 if out else value[i] - extra[i]
    if warm[0] == 0:
        _cold(periods, order, height, amount, label, tree, bucket, count, arcs)
    else:
        _carry(tree, amount, label, extra, strong)
        for t in range(periods):
            for at in range(blocks - 1, -1, -1):
                i = t * blocks + order[at]
                if label[i] != DONE and tree[i, PARENT] < 0 and amount[i] > 0:
                    queue(i, label, tree, bucket)
        drive(amount, label, tree, bucket, count, level, strong, found, arcs, back)
    for i in range(value.size):
        extra[i] = value[i]
    warm[0] = 1


@njit(cache=True, nogil=True)
def _finish(earliest: I4, periods: int, state: _State, arcs: Arcs) -> tuple[B1, np.int64]:
    tree, amount, label = state[:3]
    blocks = earliest.size
    for t in range(periods):
        for b in range(blocks):
            if t < earliest[b]:
                label[t * blocks + b] = 0
    return closure_found(amount, label, tree, arcs)


def closure_periods(
    value: I8, start: I8, needed: I4, earliest: I4, state: _State
) -> tuple[B1, np.int64]:
    """Smallest maximum closure of the graph of periods and blocks.

    Parameters
    ----------
    value : int64 array, shape (periods, n)
        Value of having mined a block by the end of a period.
    start : int64 array, shape (n + 1,)
        Where each block's precedences begin in ``needed``.
    needed : int32 array, shape (k,)
        Block i needs every block of ``needed[start[i]:start[i + 1]]``.
    earliest : int32 array, shape (n,)
        First period a block can be mined in; not smaller than that of any precedence.
    state : tuple of arrays
        From :func:`periods_state`, or left by the last call for the same graph, from whose
        optimum this call then starts.

    Returns
    -------
    mask : bool array, shape (periods, n)
        False before ``earliest``.
    bound : int64
        Value of the dual solution; equal to ``value[mask].sum()``, which proves the mask.
    """
    periods, blocks = value.shape
    order, level, below_start, below, _ = from_the_top(start, needed)
    if state[11][0] == 0:
        state[9][:] = order
        state[10][:] = level
    flat = np.ascontiguousarray(value).reshape(-1)
    none = np.zeros(0, np.int64)
    arcs = (none, none, np.zeros(0, np.uint8), start, needed, blocks)
    _solve(flat, earliest, periods, state, arcs, (below_start, below))
    inside, bound = _finish(earliest, periods, state, arcs)
    return inside.reshape(periods, blocks), bound
