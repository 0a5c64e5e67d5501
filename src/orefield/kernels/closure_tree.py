"""Normalised trees of the pseudoflow: search, merge, push, split. Shared by all closures.

The method is that of D. S. Hochbaum (2008), "The Pseudoflow Algorithm: A New Algorithm for
the Maximum-Flow Problem", Operations Research 56(4), 992-1009, doi 10.1287/opre.1080.0524, in
its highest-label form. Precedence arcs have infinite capacity, so an arc that is not in the
tree carries no flow, and a block's arc to its tree parent is all that must be remembered: the
others are generated when they are scanned, from :data:`Arcs`.

State of a node, kept together so that a visit costs one line of cache:

====== =========================================================================
column meaning
====== =========================================================================
PARENT tree parent, -1 at a root
HEAD   first child; AFTER, BEFORE: siblings
SCAN   next child to visit in the search of its branch
CHAIN  next strong root in the same bucket
CURSOR first precedence not yet ruled out at the node's present label; when all are, the
       lowest label among them, negative
UP     1 when the arc to the parent is a precedence of the node, 0 when of the parent
====== =========================================================================

``amount`` is a root's excess (strong when positive) and any other node's flow on the arc
to its parent: in a normalised tree no node needs both.

A label is a lower bound of a node's distance to a weak root; it is ``DONE`` for nodes that
take no part and for those that are proven to be in the closure. A child's label is its
parent's, or one more.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.uncounted import uncounted

B1 = NDArray[np.bool_]
U1 = NDArray[np.uint8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

Arcs = tuple[I8, I8, U1, I8, I4, int]
"""Where the precedences of a node come from: (offsets, begin, which, start, needed, layer).

On a grid, node i needs i + o for each o in ``offsets[begin[p]:begin[p + 1]]``, the pattern p
being ``which[i]``, or 0 where ``which`` is empty. Without offsets, nodes form layers of
``layer`` nodes; node b of a layer needs ``needed[start[b]:start[b + 1]]`` of the same layer,
and then node b of the next layer.
"""

PARENT, HEAD, AFTER, BEFORE, SCAN, CHAIN, CURSOR, UP = range(8)

DONE = np.int32(2**30)
"""Label of nodes that take no part, or are proven to be in the closure."""

NO_LIMIT = 2**31
"""A budget of :func:`settle` that is not reached: labels are counted in 32 bits."""


@njit(cache=True, nogil=True, inline="always")
def detach(i: int, tree: I4) -> None:
    """Take node ``i`` from its parent's list of children."""
    p, after, before = tree[i, PARENT], tree[i, AFTER], tree[i, BEFORE]
    if before >= 0:
        tree[before, AFTER] = after
    else:
        tree[p, HEAD] = after
    if after >= 0:
        tree[after, BEFORE] = before
    tree[i, PARENT] = -1


@njit(cache=True, nogil=True, inline="always")
def attach(i: int, p: int, tree: I4) -> None:
    """Make root ``i`` the first child of ``p``."""
    first = tree[p, HEAD]
    tree[i, PARENT] = p
    tree[i, BEFORE] = -1
    tree[i, AFTER] = first
    if first >= 0:
        tree[first, BEFORE] = i
    tree[p, HEAD] = i


@njit(cache=True, nogil=True, inline="always")
def queue(i: int, label: I4, tree: I4, bucket: I4) -> None:
    """Put a strong root on the stack of its label."""
    tree[i, CHAIN] = bucket[label[i]]
    bucket[label[i]] = i


@njit(cache=True, nogil=True, inline="always")
def find_weak(
    i: int,
    want: int,
    label: I4,
    tree: I4,
    offsets: I8,
    begin: I8,
    which: U1,
    start: I8,
    needed: I4,
    layer: int,
) -> int:
    """The next precedence of ``i`` with label ``want``, or -1; resumes at the cursor.

    Labels never fall, and no arc leads down by more than one, so a precedence once
    passed cannot come to carry ``want`` before ``i`` itself is relabelled; and none is
    looked at again before the lowest label that was seen among them is wanted.
    """
    k = tree[i, CURSOR]
    if k < 0:
        if want < -k:
            return -1
        k = 0
    low = DONE if k == 0 else np.int32(want + 1)
    if offsets.size > 0:
        first, m = 0, offsets.size
        if which.size > 0:
            first = begin[which[i]]
            m = begin[which[i] + 1] - first
        while k < m:
            j: int = i + offsets[first + k]
            has = label[np.uint64(j)]  # spares a test of the sign, where most time goes
            if has == want:
                tree[i, CURSOR] = k
                return j
            low = min(low, has)
            k += 1
    else:
        base = 0
        if layer < label.size:
            base = (i // layer) * layer
        b = i - base
        m = start[b + 1] - start[b]
        while k < m:
            j = base + needed[start[b] + k]
            has = label[np.uint64(j)]
            if has == want:
                tree[i, CURSOR] = k
                return j
            low = min(low, has)
            k += 1
        j = i + layer
        if k == m and j < label.size:
            has = label[j]
            if has == want:
                tree[i, CURSOR] = k
                return j
            low = min(low, has)
    tree[i, CURSOR] = -low
    return -1


@njit(cache=True, nogil=True, inline="always")
def _relabel_if_spent(i: int, label: I4, count: I4, tree: I4) -> None:
    """Raise ``i`` by one when no child of its own label is left to scan."""
    mine = label[i]
    c = tree[i, SCAN]
    while c >= 0:
        if label[c] == mine:
            tree[i, SCAN] = c
            return
        c = tree[c, AFTER]
    tree[i, SCAN] = -1
    count[mine] -= 1
    count[mine + 1] += 1
    count[0] += 1
    label[i] = mine + 1


@njit(cache=True, nogil=True, inline="always")
def find_merger(
    root: int,
    label: I4,
    count: I4,
    tree: I4,
    offsets: I8,
    begin: I8,
    which: U1,
    start: I8,
    needed: I4,
    layer: int,
) -> tuple[int, int]:
    """Depth-first search of a strong branch for an arc to a node one label lower.

    Nodes whose arcs and children are exhausted are relabelled on the way. Returns the
    two ends of the arc, or (-1, -1) when the root itself had to be relabelled.
    """
    want = label[root] - 1
    node = root
    while True:
        tree[node, SCAN] = tree[node, HEAD]
        weak = find_weak(node, want, label, tree, offsets, begin, which, start, needed, layer)
        if weak >= 0:
            return node, weak
        _relabel_if_spent(node, label, count, tree)
        while tree[node, SCAN] < 0:
            if node == root:
                return -1, -1
            node = tree[node, PARENT]
            _relabel_if_spent(node, label, count, tree)
        child = tree[node, SCAN]
        tree[node, SCAN] = tree[child, AFTER]
        node = child


@njit(cache=True, nogil=True, inline="always")
def merge(strong: int, weak: int, tree: I4, amount: I8) -> np.int64:
    """Hang the branch of ``strong`` below ``weak``, turning its path round.

    Returns the old root's excess, which is now to be pushed up from it.
    """
    node, new_parent = strong, weak
    old_amount: np.int64
    flow, up = np.int64(0), np.int32(1)
    while True:
        old_parent, old_amount, old_up = tree[node, PARENT], amount[node], tree[node, UP]
        if old_parent >= 0:
            detach(node, tree)
        attach(node, new_parent, tree)
        amount[node] = flow
        tree[node, UP] = up
        if old_parent < 0:
            return old_amount
        new_parent, node = node, old_parent
        flow, up = old_amount, 1 - old_up


@njit(cache=True, nogil=True, inline="always")
def push(node: int, excess: np.int64, label: I4, tree: I4, amount: I8, bucket: I4) -> np.int32:
    """Push ``excess`` up from ``node``, splitting off what an arc cannot take.

    Returns the highest label of the strong roots this makes, or -1.
    """
    high = np.int32(-1)
    while True:
        p = tree[node, PARENT]
        if p < 0:
            was = amount[node]
            amount[node] = was + excess
            if was <= 0 and amount[node] > 0:
                queue(node, label, tree, bucket)
                high = max(high, label[node])
            return high
        flow = amount[node]
        if tree[node, UP] == 1:
            amount[node] = flow + excess
        elif flow >= excess:
            amount[node] = flow - excess
        else:
            detach(node, tree)
            amount[node] = excess - flow
            queue(node, label, tree, bucket)
            high = max(high, label[node])
            if flow == 0:
                return high
            excess = flow
        node = p


@uncounted
def _lift(root: int, label: I4, count: I4, tree: I4) -> None:
    """Take a branch proven strong out of the search."""
    node = root
    while True:
        tree[node, SCAN] = tree[node, HEAD]
        count[label[node]] -= 1
        label[node] = DONE
        while tree[node, SCAN] < 0:
            if node == root:
                return
            node = tree[node, PARENT]
        child = tree[node, SCAN]
        tree[node, SCAN] = tree[child, AFTER]
        node = child


@uncounted
def _raise_branch(root: int, label: I4, count: I4, tree: I4) -> None:
    """Raise the nodes of label 0 of a branch that has become strong."""
    node = root
    while True:
        if label[node] == 0:
            label[node] = 1
            count[1] += 1
            tree[node, CURSOR] = 0
            tree[node, SCAN] = tree[node, HEAD]
        c = tree[node, SCAN]
        while c >= 0 and label[c] != 0:
            c = tree[c, AFTER]
        if c >= 0:
            tree[node, SCAN] = tree[c, AFTER]
            node = c
        elif node == root:
            return
        else:
            node = tree[node, PARENT]


@uncounted
def settle(
    amount: I8, label: I4, tree: I4, bucket: I4, count: I4, top: int, budget: int, arcs: Arcs
) -> int:
    """Work off the strong roots queued in ``bucket``; labels stay for the next call.

    ``top`` is the highest label of a root in ``bucket``. Returns -1 at the end, or the
    highest label when more than ``budget`` labels have been raised, which ``count[0]`` counts.

    Afterwards no root is strong but those of branches proven to be in the closure of
    greatest value of the nodes that took part so far: their labels are ``DONE``. ``count``
    holds how many nodes carry each label above 0.
    """
    offsets, begin, which, start, needed, layer = arcs
    while True:
        while top > 0 and bucket[top] < 0:
            top -= 1
        if top == 0:
            if bucket[0] < 0:
                return -1
            while bucket[0] >= 0:
                root = bucket[0]
                bucket[0] = tree[root, CHAIN]
                _raise_branch(root, label, count, tree)
                queue(root, label, tree, bucket)
            top = 1
        if budget < NO_LIMIT and count[0] > budget:
            return top
        root = bucket[top]
        bucket[top] = tree[root, CHAIN]
        if top > 1 and count[top - 1] == 0:
            _lift(root, label, count, tree)  # no weak node can be reached from here
            continue
        strong, weak = find_merger(
            root, label, count, tree, offsets, begin, which, start, needed, layer
        )
        if weak >= 0:
            excess = merge(strong, weak, tree, amount)
            top = max(top, int(push(root, excess, label, tree, amount, bucket)))
        else:
            queue(root, label, tree, bucket)
            top = max(top, int(label[root]))
