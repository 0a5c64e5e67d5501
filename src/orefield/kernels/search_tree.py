"""A k-d tree over points in three dimensions, and all points within a distance of a place."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.uncounted import uncounted

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

LEAF = 12
"""Points in a leaf at most."""

STACK = 128
"""Entries of a stack that is enough for any tree: one a level."""


@uncounted
def _before(points: _F8, axis: int, a: int, b: int) -> bool:
    # by coordinate, ties by index, so that the tree is one and the same on every machine
    return points[a, axis] < points[b, axis] or (points[a, axis] == points[b, axis] and a < b)


@uncounted
def _split(points: _F8, order: _I8, start: int, stop: int, middle: int, axis: int) -> None:
    """Quickselect: the ``middle`` of ``order[start:stop]`` in its place along an axis."""
    low, high = start, stop - 1
    while low < high:
        pivot = order[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while _before(points, axis, order[i], pivot):
                i += 1
            while _before(points, axis, pivot, order[j]):
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            high = j
        elif middle >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def build_tree(points: _F8) -> tuple[_I8, _I8, _F8]:
    """A balanced tree over ``points`` (n, 3), n >= 1.

    Returns
    -------
    order : (n,) int64
        Points in the order of leaves.
    nodes : (t, 3) int64
        First and last-but-one place in ``order``, and the left child (the right one follows it;
        -1 for a leaf). The root is node 0.
    boxes : (t, 6)
        Least x, y, z and greatest x, y, z of a node's points.
    """
    n = len(points)
    order = np.arange(n)
    most = 4 * (n // LEAF + 1) + 1
    nodes = np.empty((most, 3), np.int64)
    boxes = np.empty((most, 6))
    nodes[0, 0], nodes[0, 1] = 0, n
    made, at = 1, 0
    while at < made:
        start, stop = nodes[at, 0], nodes[at, 1]
        for axis in range(3):
            low = points[order[start], axis]
            high = low
            for i in range(start + 1, stop):
                low = min(low, points[order[i], axis])
                high = max(high, points[order[i], axis])
            boxes[at, axis], boxes[at, 3 + axis] = low, high
        if stop - start <= LEAF:
            nodes[at, 2] = -1
        else:
            axis = int(np.argmax(boxes[at, 3:] - boxes[at, :3]))
            middle = (start + stop) // 2
            _split(points, order, start, stop, middle, axis)
            nodes[at, 2] = made
            nodes[made, 0], nodes[made, 1] = start, middle
            nodes[made + 1, 0], nodes[made + 1, 1] = middle, stop
            made += 2
        at += 1
    return order, nodes[:made].copy(), boxes[:made].copy()


@uncounted
def within(
    x: float,
    y: float,
    z: float,
    radius2: float,
    points: _F8,
    order: _I8,
    nodes: _I8,
    boxes: _F8,
    stack: _I8,
    out: _I8,
) -> int:
    """Points whose squared distance from (x, y, z) is ``radius2`` or less, into ``out``.

    ``out`` has room for all points; ``stack`` is scratch of :data:`STACK`. Returns their number;
    they come in no particular order.
    """
    found = 0
    depth = 1
    stack[0] = 0
    while depth > 0:
        depth -= 1
        at = stack[depth]
        dx = max(boxes[at, 0] - x, x - boxes[at, 3], 0.0)
        dy = max(boxes[at, 1] - y, y - boxes[at, 4], 0.0)
        dz = max(boxes[at, 2] - z, z - boxes[at, 5], 0.0)
        if dx * dx + dy * dy + dz * dz > radius2:
            continue
        left = nodes[at, 2]
        if left >= 0:
            stack[depth] = left
            stack[depth + 1] = left + 1
            depth += 2
            continue
        for place in range(nodes[at, 0], nodes[at, 1]):
            i = order[place]
            dx, dy, dz = points[i, 0] - x, points[i, 1] - y, points[i, 2] - z
            if dx * dx + dy * dy + dz * dz <= radius2:
                out[found] = i
                found += 1
    return found
