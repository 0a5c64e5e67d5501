"""Maximum closure of a precedence graph by pseudoflow, arcs never stored.

The algorithm is the pseudoflow method on normalised trees: D. S. Hochbaum (2008),
"The Pseudoflow Algorithm: A New Algorithm for the Maximum-Flow Problem", Operations
Research 56(4), 992-1009, in its highest-label form. Precedence arcs have infinite
capacity, so an arc that is not in the tree carries no flow, and a block's arc to its
tree parent is all that must be remembered: the others are generated from a pattern of
offsets (or read from a compressed list) when they are scanned.

Values are 64-bit integers, so optimality is exact and there is no tolerance.

State of a node, kept together so that a visit costs one line of cache:

====== =========================================================================
column meaning
====== =========================================================================
PARENT tree parent, -1 at a root
HEAD   first child; AFTER, BEFORE: siblings
SCAN   next child to visit in the search of its branch
CHAIN  next strong root in the same bucket
CURSOR first precedence not yet ruled out at the node's present label
UP     1 when the arc to the parent is a precedence of the node, 0 when of the parent
====== =========================================================================

``amount`` is a root's excess (strong when positive) and any other node's flow on the arc
to its parent: in a normalised tree no node needs both.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]

_PARENT, _HEAD, _AFTER, _BEFORE, _SCAN, _CHAIN, _CURSOR, _UP = range(8)

_DONE = np.int32(2**30)
"""Label of nodes that take no part (air, outside the grid) or are proven strong."""


@njit(cache=True, nogil=True)
def _detach(i: int, tree: _I4) -> None:
    p, after, before = tree[i, _PARENT], tree[i, _AFTER], tree[i, _BEFORE]
    if before >= 0:
        tree[before, _AFTER] = after
    else:
        tree[p, _HEAD] = after
    if after >= 0:
        tree[after, _BEFORE] = before
    tree[i, _PARENT] = -1


@njit(cache=True, nogil=True)
def _attach(i: int, p: int, tree: _I4) -> None:
    first = tree[p, _HEAD]
    tree[i, _PARENT] = p
    tree[i, _BEFORE] = -1
    tree[i, _AFTER] = first
    if first >= 0:
        tree[first, _BEFORE] = i
    tree[p, _HEAD] = i


@njit(cache=True, nogil=True)
def _queue(i: int, label: _I4, tree: _I4, bucket: _I4) -> None:
    tree[i, _CHAIN] = bucket[label[i]]
    bucket[label[i]] = i


@njit(cache=True, nogil=True)
def _find_weak(
    i: int, want: int, label: _I4, tree: _I4, offsets: _I8, start: _I8, needed: _I8
) -> int:
    """The next precedence of ``i`` with label ``want``, or -1; resumes at the cursor.

    Labels never fall, and no arc leads down by more than one, so a precedence once
    passed cannot come to carry ``want`` before ``i`` itself is relabelled.
    """
    k = tree[i, _CURSOR]
    if offsets.size > 0:
        while k < offsets.size:
            j: int = i + offsets[k]
            if label[j] == want:
                tree[i, _CURSOR] = k
                return j
            k += 1
    else:
        m = start[i + 1] - start[i]
        while k < m:
            j = needed[start[i] + k]
            if label[j] == want:
                tree[i, _CURSOR] = k
                return j
            k += 1
    tree[i, _CURSOR] = k
    return -1


@njit(cache=True, nogil=True)
def _relabel_if_spent(i: int, label: _I4, count: _I4, tree: _I4) -> None:
    """Raise ``i`` by one when no child of its own label is left to scan."""
    mine = label[i]
    c = tree[i, _SCAN]
    while c >= 0:
        if label[c] == mine:
            tree[i, _SCAN] = c
            return
        c = tree[c, _AFTER]
    tree[i, _SCAN] = -1
    tree[i, _CURSOR] = 0
    count[mine] -= 1
    count[mine + 1] += 1
    label[i] = mine + 1


@njit(cache=True, nogil=True)
def _find_merger(
    root: int, label: _I4, count: _I4, tree: _I4, offsets: _I8, start: _I8, needed: _I8
) -> tuple[int, int]:
    """Depth-first search of a strong branch for an arc to a node one label lower.

    Nodes whose arcs and children are exhausted are relabelled on the way. Returns the
    two ends of the arc, or (-1, -1) when the root itself had to be relabelled.
    """
    want = label[root] - 1
    node = root
    while True:
        tree[node, _SCAN] = tree[node, _HEAD]
        weak = _find_weak(node, want, label, tree, offsets, start, needed)
        if weak >= 0:
            return node, weak
        _relabel_if_spent(node, label, count, tree)
        while tree[node, _SCAN] < 0:
            if node == root:
                return -1, -1
            node = tree[node, _PARENT]
            _relabel_if_spent(node, label, count, tree)
        child = tree[node, _SCAN]
        tree[node, _SCAN] = tree[child, _AFTER]
        node = child


@njit(cache=True, nogil=True)
def _merge(strong: int, weak: int, tree: _I4, amount: _I8) -> np.int64:
    """Hang the branch of ``strong`` below ``weak``, turning its path round.

    Returns the old root's excess, which is now to be pushed up from it.
    """
    node, new_parent = strong, weak
    old_amount: np.int64
    flow, up = np.int64(0), np.int32(1)
    while True:
        old_parent, old_amount, old_up = tree[node, _PARENT], amount[node], tree[node, _UP]
        if old_parent >= 0:
            _detach(node, tree)
        _attach(node, new_parent, tree)
        amount[node] = flow
        tree[node, _UP] = up
        if old_parent < 0:
            return old_amount
        new_parent, node = node, old_parent
        flow, up = old_amount, 1 - old_up


@njit(cache=True, nogil=True)
def _push(node: int, excess: np.int64, label: _I4, tree: _I4, amount: _I8, bucket: _I4) -> np.int32:
    """Push ``excess`` up from ``node``, splitting off what an arc cannot take.

    Returns the highest label of the strong roots this makes, or -1.
    """
    high = np.int32(-1)
    while True:
        p = tree[node, _PARENT]
        if p < 0:
            was = amount[node]
            amount[node] = was + excess
            if was <= 0 and amount[node] > 0:
                _queue(node, label, tree, bucket)
                high = max(high, label[node])
            return high
        flow = amount[node]
        if tree[node, _UP] == 1:
            amount[node] = flow + excess
        elif flow >= excess:
            amount[node] = flow - excess
        else:
            _detach(node, tree)
            amount[node] = excess - flow
            _queue(node, label, tree, bucket)
            high = max(high, label[node])
            if flow == 0:
                return high
            excess = flow
        node = p


@njit(cache=True, nogil=True)
def _lift(root: int, label: _I4, count: _I4, tree: _I4) -> None:
    """Take a branch proven strong out of the search."""
    node = root
    while True:
        tree[node, _SCAN] = tree[node, _HEAD]
        count[label[node]] -= 1
        label[node] = _DONE
        while tree[node, _SCAN] < 0:
            if node == root:
                return
            node = tree[node, _PARENT]
        child = tree[node, _SCAN]
        tree[node, _SCAN] = tree[child, _AFTER]
        node = child


@njit(cache=True, nogil=True)
def _run(amount: _I8, label: _I4, offsets: _I8, start: _I8, needed: _I8) -> _I4:
    """Drive the pseudoflow to its end, in place; returns the tree that proves it.

    ``amount`` holds the values and ``label`` 0, or _DONE for nodes left out.
    """
    n = amount.size
    tree = np.full((n, 8), -1, np.int32)
    bucket = np.full(n + 2, -1, np.int32)
    count = np.zeros(n + 2, np.int32)
    # Queued upwards and served last in first out, so that high blocks, whose waste is
    # shared by those below, are settled first.
    for i in range(n):
        if label[i] == _DONE:
            continue
        tree[i, _CURSOR] = 0
        if amount[i] > 0:
            label[i] = 1
            _queue(i, label, tree, bucket)
        count[label[i]] += 1
    top = np.int32(1)
    while True:
        while top > 0 and bucket[top] < 0:
            top -= 1
        if top == 0:
            if bucket[0] < 0:
                return tree
            while bucket[0] >= 0:
                root = bucket[0]
                bucket[0] = tree[root, _CHAIN]
                count[0] -= 1
                count[1] += 1
                label[root] = 1
                tree[root, _CURSOR] = 0
                _queue(root, label, tree, bucket)
            top = np.int32(1)
        root = bucket[top]
        bucket[top] = tree[root, _CHAIN]
        if count[top - 1] == 0:
            _lift(root, label, count, tree)  # no weak node can be reached from here
            continue
        strong, weak = _find_merger(root, label, count, tree, offsets, start, needed)
        if weak >= 0:
            excess = _merge(strong, weak, tree, amount)
            top = max(top, _push(root, excess, label, tree, amount, bucket))
        else:
            _queue(root, label, tree, bucket)
            top = max(top, label[root])


@njit(cache=True, nogil=True)
def _smallest(
    tree: _I4, amount: _I8, offsets: _I8, start: _I8, needed: _I8
) -> tuple[NDArray[np.bool_], np.int64]:
    """What the strong roots reach over residual arcs: the smallest maximum closure."""
    n = amount.size
    inside = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    size = 0
    bound = np.int64(0)
    for i in range(n):
        if tree[i, _PARENT] < 0 and amount[i] > 0:
            bound += amount[i]
            inside[i] = True
            stack[size] = i
            size += 1
    explicit = offsets.size == 0
    while size > 0:
        size -= 1
        i = stack[size]
        m = start[i + 1] - start[i] if explicit else offsets.size
        for k in range(m):
            j = needed[start[i] + k] if explicit else i + offsets[k]
            if tree[j, _CURSOR] >= 0 and not inside[j]:  # -1: takes no part
                inside[j] = True
                stack[size] = j
                size += 1
        # Flow that enters the set could be turned back: its source is reached too.
        p = tree[i, _PARENT]
        if p >= 0 and tree[i, _UP] == 0 and amount[i] > 0 and not inside[p]:
            inside[p] = True
            stack[size] = p
            size += 1
        c = tree[i, _HEAD]
        while c >= 0:
            if tree[c, _UP] == 1 and amount[c] > 0 and not inside[c]:
                inside[c] = True
                stack[size] = c
                size += 1
            c = tree[c, _AFTER]
    return inside, bound


@njit(cache=True, nogil=True)
def closure_grid(
    value: _I8, active: NDArray[np.bool_], shape: tuple[int, int, int], pattern: _I4
) -> tuple[NDArray[np.bool_], np.int64]:
    """Smallest maximum closure on a regular grid.

    Parameters
    ----------
    value : int64 array, shape (n,)
        Block values, x fastest, then y, then z upwards.
    active : bool array, shape (n,)
        Blocks that exist for this problem. An arc to any other block is satisfied.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    pattern : int32 array, shape (m, 3), m >= 1
        Offsets (dx, dy, dz), dz >= 1: block i needs the block at i + offset. Arcs that
        leave the grid are satisfied.

    Returns
    -------
    mask : bool array, shape (n,)
    bound : int64
        Value of the dual solution; equal to ``value[mask].sum()``, which proves the mask.
    """
    nx, ny, nz = shape
    m = pattern.shape[0]
    mx, my, mz = 0, 0, 0
    for k in range(m):
        mx = max(mx, abs(pattern[k, 0]))
        my = max(my, abs(pattern[k, 1]))
        mz = max(mz, pattern[k, 2])
    # Room at the far sides: an offset that leaves the grid lands there, or beyond the
    # end of a row in the room before the next, and never needs a test.
    px, py, pz = nx + mx, ny + my, nz + mz
    offsets = np.empty(m, np.int64)
    for k in range(m):
        offsets[k] = pattern[k, 0] + px * (pattern[k, 1] + py * np.int64(pattern[k, 2]))
    amount = np.zeros(px * py * pz, np.int64)
    label = np.full(px * py * pz, _DONE, np.int32)
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                i = ix + nx * (iy + ny * iz)
                if active[i]:
                    amount[ix + px * (iy + py * iz)] = value[i]
                    label[ix + px * (iy + py * iz)] = 0
    none = np.zeros(0, np.int64)
    tree = _run(amount, label, offsets, none, none)
    inside, bound = _smallest(tree, amount, offsets, none, none)
    mask = np.zeros(value.size, np.bool_)
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                mask[ix + nx * (iy + ny * iz)] = inside[ix + px * (iy + py * iz)]
    return mask, bound


@njit(cache=True, nogil=True)
def closure_arcs(value: _I8, start: _I8, needed: _I8) -> tuple[NDArray[np.bool_], np.int64]:
    """Smallest maximum closure of an explicit precedence graph.

    Parameters
    ----------
    value : int64 array, shape (n,)
        Block values.
    start : int64 array, shape (n + 1,)
        Where each block's precedences begin in ``needed``.
    needed : int64 array, shape (k,)
        Block i needs every block of ``needed[start[i]:start[i + 1]]``.

    Returns
    -------
    mask, bound
        As :func:`closure_grid`.
    """
    amount = value.copy()
    label = np.zeros(value.size, np.int32)
    none = np.zeros(0, np.int64)
    tree = _run(amount, label, none, start, needed)
    return _smallest(tree, amount, none, start, needed)
