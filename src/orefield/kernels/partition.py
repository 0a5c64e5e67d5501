"""Classes of (block, time) nodes that a decomposition moves together.

A node (b, j) stands for "block b has been mined, and sent, by step j"; step
``j = t * d + k`` is destination ``k`` in period ``t``. Nodes of one class share a variable
of the master problem.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def refine(cls: _I4, step: _I4, n_classes: int) -> tuple[int, _I4]:
    """Split every class into the nodes inside and outside a closure, in place.

    Parameters
    ----------
    cls : int32 array, shape (n, j)
        Class of each node; 0 is the class of nodes that are never mined.
    step : int32 array, shape (n,)
        First step at which the closure holds the block; j where it does not.
    n_classes : int
        Classes so far.

    Returns
    -------
    count : int
        Classes now.
    parent : int32 array, shape (n_classes,)
        The class each new class was part of.
    """
    n, m = cls.shape
    child = np.full((n_classes, 2), -1, np.int32)
    child[0, 0] = 0
    parent = np.empty(2 * n_classes, np.int32)
    parent[0] = 0
    count = 1
    for b in range(n):
        for j in range(m):
            old = cls[b, j]
            inside = 1 if j >= step[b] else 0
            new = child[old, inside]
            if new < 0:
                new = np.int32(count)
                child[old, inside] = new
                parent[count] = old
                count += 1
            cls[b, j] = new
    return count, parent[:count].copy()


@njit(cache=True, nogil=True)
def merge(cls: _I4, to: _I4) -> None:
    """Rename classes in place: ``cls = to[cls]``."""
    for b in range(cls.shape[0]):
        for j in range(cls.shape[1]):
            cls[b, j] = to[cls[b, j]]


@njit(cache=True, nogil=True)
def class_value(cls: _I4, value: _F8, n_classes: int) -> _F8:
    """Objective of each class's variable, shape (n_classes,).

    ``value[b, j]`` is gained when block b is mined at step j, that is
    ``value[b, j] * (z[b, j] - z[b, j - 1])``.
    """
    n, m = cls.shape
    out = np.zeros(n_classes)
    for b in range(n):
        for j in range(m):
            out[cls[b, j]] += value[b, j]
            if j > 0:
                out[cls[b, j - 1]] -= value[b, j]
    return out


@njit(cache=True, nogil=True)
def class_use(cls: _I4, use: _F8, n_periods: int, n_classes: int) -> _F8:
    """Use of a resource by each class's variable in each period, shape (t, n_classes).

    ``use[b, k]`` is what block b takes at destination k, in whichever period.
    """
    n, m = cls.shape
    d = m // n_periods
    out = np.zeros((n_periods, n_classes))
    for b in range(n):
        for k in range(d):
            q = use[b, k]
            if q == 0.0:
                continue
            for t in range(n_periods):
                j = t * d + k
                here = cls[b, j]
                before = cls[b, j - 1] if j > 0 else np.int32(0)
                if here != before:
                    out[t, here] += q
                    if before > 0:
                        out[t, before] -= q
    return out


@njit(cache=True, nogil=True)
def class_pairs(cls: _I4, start: _I8, needed: _I8, n_periods: int, n_classes: int) -> _I4:
    """Ordered pairs (a, c) of classes for which ``z[a] <= z[c]``, each once, shape (k, 2)."""
    n, m = cls.shape
    d = m // n_periods
    size = 1024
    table = np.full(size, np.int64(-1), np.int64)
    count = 0
    for b in range(n):
        first = start[b]
        for j in range(m):
            a = cls[b, j]
            if a == 0:
                continue
            more = start[b + 1] - first if j % d == d - 1 else 0
            lowest = -1 if j + 1 < m else 0
            for k in range(lowest, more):
                c = cls[b, j + 1] if k < 0 else cls[needed[first + k], j]
                if a == c:
                    continue
                key = np.int64(a) * n_classes + c
                at = (key * np.int64(0x9E3779B1)) & (size - 1)
                while table[at] >= 0 and table[at] != key:
                    at = (at + 1) & (size - 1)
                if table[at] == key:
                    continue
                table[at] = key
                count += 1
                if 2 * count > size:
                    old = table
                    size *= 4
                    table = np.full(size, np.int64(-1), np.int64)
                    for i in range(old.size):
                        if old[i] >= 0:
                            at = (old[i] * np.int64(0x9E3779B1)) & (size - 1)
                            while table[at] >= 0:
                                at = (at + 1) & (size - 1)
                            table[at] = old[i]
    out = np.empty((count, 2), np.int32)
    at = 0
    for i in range(table.size):
        if table[i] >= 0:
            out[at, 0] = table[i] // n_classes
            out[at, 1] = table[i] % n_classes
            at += 1
    return out


@njit(cache=True, nogil=True)
def steps_of(mask: NDArray[np.bool_], best: _I4, n_destinations: int) -> _I4:
    """Step at which a closure takes each block, shape (n,); t * d where it does not.

    ``mask[t, b]``: mined by the end of period t; ``best[t, b]``: destination if in t.
    """
    n_periods, n = mask.shape
    out = np.full(n, n_periods * n_destinations, np.int32)
    for t in range(n_periods - 1, -1, -1):
        for b in range(n):
            if mask[t, b]:
                out[b] = t * n_destinations + best[t, b]
    return out
