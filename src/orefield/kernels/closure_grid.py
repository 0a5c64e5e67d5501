"""Maximum closure on a regular grid: a few offsets stand for all precedence arcs.

Benches are taken from the top down. The closure of greatest value among the benches so far
is contained in that of all benches, so what is proven is out of the problem at once, and
blocks below find it gone; the flows among the rest stay.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orefield.kernels.closure_cut import proven_is_smallest, smallest
from orefield.kernels.closure_tree import (
    B1,
    CURSOR,
    DONE,
    I4,
    I8,
    NO_LIMIT,
    PARENT,
    U1,
    Arcs,
    queue,
    settle,
)
from orefield.kernels.uncounted import uncounted


@njit(cache=True, nogil=True)
def _pad(
    value: I8,
    active: B1,
    domain: U1,
    shape: tuple[int, int, int],
    strides: tuple[int, int, int],
    amount: I8,
    label: I4,
    which: U1,
) -> None:
    """Copy a model into a grid with room at the far sides."""
    nx, ny, nz = shape
    sx, sy, sz = strides
    amount[:] = 0
    label[:] = DONE
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                i = ix + nx * (iy + ny * iz)
                if active[i]:
                    j = ix * sx + iy * sy + iz * sz
                    amount[j] = value[i]
                    label[j] = 0
                    if which.size > 0:
                        which[j] = domain[i]


@uncounted
def _benches(
    shape: tuple[int, int, int],
    strides: tuple[int, int, int],
    amount: I8,
    label: I4,
    tree: I4,
    bucket: I4,
    count: I4,
    arcs: Arcs,
) -> None:
    """Drive the pseudoflow from the top down to its end."""
    # Within a bench, queued by rows and served last in first out.
    nx, ny, nz = shape
    sx, sy, sz = strides
    offsets, begin, which, _, _, _ = arcs
    for i in range(label.size):
        for k in range(8):
            tree[i, k] = -1
        tree[i, CURSOR] = 0
    bucket[:] = -1
    count[:] = 0
    for iz in range(nz - 1, -1, -1):
        for iy in range(ny):
            for ix in range(nx):
                i = ix * sx + iy * sy + iz * sz
                if label[i] == DONE or amount[i] <= 0 or tree[i, PARENT] >= 0:
                    continue
                p = which[i] if which.size > 0 else 0
                free = True
                for k in range(begin[p], begin[p + 1]):
                    if label[i + offsets[k]] != DONE:
                        free = False
                        break
                if free:
                    label[i] = DONE
                else:
                    queue(i, label, tree, bucket)
        settle(amount, label, tree, bucket, count, 0, NO_LIMIT, arcs)


@njit(cache=True, nogil=True)
def _finish(
    value: I8,
    active: B1,
    shape: tuple[int, int, int],
    strides: tuple[int, int, int],
    amount: I8,
    label: I4,
    tree: I4,
    arcs: Arcs,
) -> tuple[B1, np.int64]:
    nx, ny, nz = shape
    sx, sy, sz = strides
    n = label.size
    bound = np.int64(0)
    mask = np.zeros(value.size, np.bool_)
    if proven_is_smallest(amount, label, tree):
        for iz in range(nz):
            for iy in range(ny):
                for ix in range(nx):
                    i = ix + nx * (iy + ny * iz)
                    j = ix * sx + iy * sy + iz * sz
                    if active[i] and label[j] == DONE:
                        mask[i] = True
                        if tree[j, PARENT] < 0:
                            bound += amount[j]
        return mask, bound
    inside = np.ones(n, np.bool_)
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                if active[ix + nx * (iy + ny * iz)]:
                    inside[ix * sx + iy * sy + iz * sz] = False
    inside, bound = smallest(amount, tree, inside, arcs)
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                i = ix + nx * (iy + ny * iz)
                mask[i] = active[i] and inside[ix * sx + iy * sy + iz * sz]
    return mask, bound


def closure_grid(
    value: I8, active: B1, shape: tuple[int, int, int], pattern: I4
) -> tuple[B1, np.int64]:
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
    begin = np.array([0, len(pattern)], np.int64)
    return closure_domains(value, active, shape, pattern, begin, np.zeros(0, np.uint8))


def closure_domains(
    value: I8, active: B1, shape: tuple[int, int, int], patterns: I4, begin: I8, domain: U1
) -> tuple[B1, np.int64]:
    """Smallest maximum closure on a regular grid with several patterns of precedence.

    Parameters
    ----------
    value, active, shape
        As :func:`closure_grid`.
    patterns : int32 array, shape (m, 3)
        Offsets (dx, dy, dz), dz >= 1, of all patterns, one after the other.
    begin : int64 array, shape (patterns + 1,)
        Where each pattern begins in ``patterns``; none is empty.
    domain : uint8 array, shape (n,)
        Pattern of each block; or empty, and the first holds everywhere.

    Returns
    -------
    mask, bound
        As :func:`closure_grid`.
    """
    # Room at the far sides: an offset that leaves the grid lands there, or beyond the
    # end of a row in the room before the next, and never needs a test.
    reach = np.abs(patterns).max(axis=0)
    px, py, pz = (int(n + r) for n, r in zip(shape, reach, strict=True))
    wide = patterns.astype(np.int64)
    strides = (1, px, px * py)
    offsets = wide @ np.array(strides)
    n = px * py * pz
    # Made here and not in compiled code: large arrays of NumPy lie on large pages.
    amount, label = np.empty(n, np.int64), np.empty(n, np.int32)
    tree = np.empty((n, 8), np.int32)
    bucket, count = np.empty(n + 2, np.int32), np.empty(n + 2, np.int32)
    which = np.zeros(n if domain.size else 0, np.uint8)
    arcs = (offsets, begin, which, begin[:0], patterns[:0, 0], n)
    _pad(value, active, domain, shape, strides, amount, label, which)
    _benches(shape, strides, amount, label, tree, bucket, count, arcs)
    return _finish(value, active, shape, strides, amount, label, tree, arcs)
