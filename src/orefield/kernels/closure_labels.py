"""Exact labels: how far each strong branch is from the nearest weak one, in one sweep.

Raised one by one, the labels of a branch that has paid for all it needs climb past those of
every other branch before it is known to be free. A search from the weak nodes against the
arcs finds distances and free branches at once. It is the global relabelling of B. V. Cherkassky
and A. V. Goldberg (1997), "On implementing the push-relabel method for the maximum flow
problem", Algorithmica 19, 390-410, doi 10.1007/PL00009180, for the trees of the pseudoflow:
from a parent to its child the distance is 0, and back it is 1.
"""

from __future__ import annotations

import numpy as np

from orefield.kernels.closure_tree import (
    AFTER,
    CHAIN,
    CURSOR,
    DONE,
    HEAD,
    I4,
    I8,
    PARENT,
    SCAN,
    Arcs,
    queue,
    settle,
)
from orefield.kernels.uncounted import uncounted

Back = tuple[I8, I4]
"""Arcs turned round, where they are listed: block b is needed by ``by[start[b]:start[b + 1]]``."""

RAISES = 3
"""Raises a strong node, on average, between two searches for exact labels."""

_UNSEEN = np.int32(DONE - 1)


@uncounted
def _lowest(i: int, label: I4, arcs: Arcs) -> np.int32:
    """The lowest label among the precedences of ``i``."""
    offsets, begin, which, start, needed, layer = arcs
    low = DONE
    if offsets.size > 0:
        p = which[i] if which.size > 0 else 0
        for k in range(begin[p], begin[p + 1]):
            low = min(low, label[i + offsets[k]])
            if low == 0:
                break
    else:
        base = (i // layer) * layer
        b = i - base
        if i + layer < label.size:
            low = label[i + layer]
        for k in range(start[b], start[b + 1]):
            if low == 0:
                break
            low = min(low, label[base + needed[k]])
    return low


@uncounted
def _reach_back(i: int, d: int, label: I4, found: I4, size: int, arcs: Arcs, back: Back) -> int:
    """Give label ``d`` to nodes not yet seen that need ``i``; notes them in ``found``."""
    offsets, begin, which, _, _, layer = arcs
    if offsets.size > 0:
        for p in range(begin.size - 1):
            for k in range(begin[p], begin[p + 1]):
                j = i - offsets[k]  # a negative index lands in the room at the far end
                if label[j] == _UNSEEN and (which.size == 0 or which[j] == p):
                    label[j] = d
                    found[size] = j
                    size += 1
        return size
    start, by = back
    base = (i // layer) * layer
    b = i - base
    if i >= layer and label[i - layer] == _UNSEEN:
        label[i - layer] = d
        found[size] = i - layer
        size += 1
    for k in range(start[b], start[b + 1]):
        j = base + by[k]
        if label[j] == _UNSEEN:
            label[j] = d
            found[size] = j
            size += 1
    return size


@uncounted
def _strong_nodes(
    label: I4, count: I4, tree: I4, bucket: I4, top: int, found: I4
) -> tuple[int, int]:
    """Nodes of strong branches, roots first, made unseen; their labels wait in CHAIN."""
    size = 0
    for d in range(top + 1):
        root = bucket[d]
        while root >= 0:
            found[size] = root
            size += 1
            root = tree[root, CHAIN]
        bucket[d] = -1
    roots = size
    at = 0
    while at < size:
        c = tree[found[at], HEAD]
        while c >= 0:
            found[size] = c
            size += 1
            c = tree[c, AFTER]
        at += 1
    for at in range(size):
        i = found[at]
        tree[i, CHAIN] = label[i]
        if label[i] > 0:
            count[label[i]] -= 1
        label[i] = _UNSEEN
    return roots, size


@uncounted
def exact_labels(
    label: I4,
    tree: I4,
    bucket: I4,
    count: I4,
    top: int,
    strong: I4,
    found: I4,
    level: I4,
    arcs: Arcs,
    back: Back,
) -> tuple[int, int]:
    """Raise the labels of strong branches to their distances; free branches are ``DONE``.

    ``strong`` and ``found`` are room for the search, shape (n,); ``level``, shape (n + 2,),
    comes and leaves as -1. Returns how many nodes of strong branches there were, and the
    highest label of the roots that are left.
    """
    roots, size = _strong_nodes(label, count, tree, bucket, top, strong)
    last = 0
    for at in range(size):
        i = strong[at]
        low = _lowest(i, label, arcs)
        if low < _UNSEEN:
            tree[i, SCAN] = level[low + 1]
            level[low + 1] = i
            last = max(last, int(low) + 1)
    head, tail, d = 0, 0, 0
    while d < last or head < tail:
        d += 1
        begin = tail
        if d <= last:
            i = level[d]
            level[d] = -1
            while i >= 0:
                if label[i] == _UNSEEN:
                    label[i] = d
                    found[tail] = i
                    tail += 1
                i = tree[i, SCAN]
        while head < begin:
            i = found[head]
            head += 1
            tail = _reach_back(i, d, label, found, tail, arcs, back)
            c = tree[i, HEAD]
            while c >= 0:
                if label[c] == _UNSEEN:
                    label[c] = d
                    found[tail] = c
                    tail += 1
                c = tree[c, AFTER]
        at = begin
        while at < tail:
            p = tree[found[at], PARENT]
            at += 1
            if p >= 0 and label[p] == _UNSEEN:
                label[p] = d
                found[tail] = p
                tail += 1
    for at in range(size):
        i = strong[at]
        if label[i] == _UNSEEN:
            label[i] = DONE
            continue
        if label[i] != tree[i, CHAIN]:
            tree[i, CURSOR] = 0
        count[label[i]] += 1
    high = 0
    for at in range(roots - 1, -1, -1):
        i = strong[at]
        if label[i] != DONE:
            queue(i, label, tree, bucket)
            high = max(high, int(label[i]))
    return size, high


@uncounted
def drive(
    amount: I8,
    label: I4,
    tree: I4,
    bucket: I4,
    count: I4,
    level: I4,
    strong: I4,
    found: I4,
    arcs: Arcs,
    back: Back,
) -> None:
    """Settle what is in ``bucket[0]``, with exact labels at first and now and then.

    Arguments are those of :func:`settle` and :func:`exact_labels`.
    """
    top = 0
    while top >= 0:
        size, top = exact_labels(label, tree, bucket, count, top, strong, found, level, arcs, back)
        count[0] = 0
        top = settle(amount, label, tree, bucket, count, top, RAISES * size, arcs)
