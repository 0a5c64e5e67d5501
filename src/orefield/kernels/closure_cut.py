"""The smallest maximum closure, read off the trees that prove it."""

from __future__ import annotations

import numpy as np
from numba import njit

from orefield.kernels.closure_tree import AFTER, B1, DONE, HEAD, I4, I8, PARENT, UP, Arcs


@njit(cache=True, nogil=True)
def proven_is_smallest(amount: I8, label: I4, tree: I4) -> bool:
    """Whether the nodes proven to be in the closure are no more than what roots reach.

    A strong root reaches all of its branch, unless an arc of the tree carries no flow.
    """
    for i in range(label.size):
        if label[i] == DONE and tree[i, PARENT] >= 0 and tree[i, UP] == 1 and amount[i] == 0:
            return False
    return True


@njit(cache=True, nogil=True)
def smallest(amount: I8, tree: I4, inside: B1, arcs: Arcs) -> tuple[B1, np.int64]:
    """What the strong roots reach over residual arcs: the smallest maximum closure.

    ``inside`` comes false; true marks nodes that take no part. Returns ``inside`` with
    what was reached made true, and the total excess of the strong roots.
    """
    offsets, begin, which, start, needed, layer = arcs
    n = amount.size
    stack = np.empty(n, np.int32)
    size = 0
    bound = np.int64(0)
    for i in range(n):
        if tree[i, PARENT] < 0 and amount[i] > 0 and not inside[i]:
            bound += amount[i]
            inside[i] = True
            stack[size] = i
            size += 1
    while size > 0:
        size -= 1
        i = stack[size]
        if offsets.size > 0:
            p = which[i] if which.size > 0 else 0
            for k in range(begin[p], begin[p + 1]):
                j = i + offsets[k]
                if not inside[j]:
                    inside[j] = True
                    stack[size] = j
                    size += 1
        else:
            base = (i // layer) * layer
            b = i - base
            for k in range(start[b], start[b + 1] + 1):
                j = base + needed[k] if k < start[b + 1] else i + layer
                if j < n and not inside[j]:
                    inside[j] = True
                    stack[size] = j
                    size += 1
        # Flow that enters the set could be turned back: its source is reached too.
        q = tree[i, PARENT]
        if q >= 0 and tree[i, UP] == 0 and amount[i] > 0 and not inside[q]:
            inside[q] = True
            stack[size] = q
            size += 1
        c = tree[i, HEAD]
        while c >= 0:
            if tree[c, UP] == 1 and amount[c] > 0 and not inside[c]:
                inside[c] = True
                stack[size] = c
                size += 1
            c = tree[c, AFTER]
    return inside, bound


@njit(cache=True, nogil=True)
def closure_found(amount: I8, label: I4, tree: I4, arcs: Arcs) -> tuple[B1, np.int64]:
    """The smallest maximum closure, shape (n,), and its value, of a problem without idle nodes."""
    inside = np.zeros(label.size, np.bool_)
    if not proven_is_smallest(amount, label, tree):
        return smallest(amount, tree, inside, arcs)
    bound = np.int64(0)
    for i in range(label.size):
        if label[i] == DONE:
            inside[i] = True
            if tree[i, PARENT] < 0:
                bound += amount[i]
    return inside, bound
