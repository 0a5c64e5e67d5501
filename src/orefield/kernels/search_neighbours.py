"""Neighbours of many places: exact, under the caps of a search, whatever order places come in.

Places that follow one another and lie close share their candidates: all samples within a
distance of the group's middle. A place is done when its choice lies within the distance up to
which the candidates are complete; otherwise the group gathers further out. The grouping costs or
saves time and never changes a choice.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.search_choice import (
    choose_capped,
    choose_grouped,
    choose_nearest,
    without_noise,
)
from orefield.kernels.search_tree import STACK, within
from orefield.kernels.uncounted import uncounted

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]

GROUP = 64
"""Places in a group at most."""

MORE = 1.08
"""How much further than the last group needed the next one gathers."""

ON_PLANE = 1e-8
"""Lag, in ranges, up to which a sample is in a plane between octants."""

# relative: squares are rounded to 26 bits (1.5e-8), and complete must mean complete
_SLACK = 2e-8


@uncounted
def _group_end(places: _F8, start: int, stop: int, widest: float, low: _F8, high: _F8) -> int:
    """End of the group that begins at ``start``: its box's half diagonal stays in ``widest``."""
    for axis in range(3):
        low[axis] = high[axis] = places[start, axis]
    at = start + 1
    while at < stop and at - start < GROUP:
        size2 = 0.0
        for axis in range(3):
            least = min(low[axis], places[at, axis])
            most = max(high[axis], places[at, axis])
            size2 += (most - least) ** 2
        if size2 > 4.0 * widest * widest:
            break
        for axis in range(3):
            low[axis] = min(low[axis], places[at, axis])
            high[axis] = max(high[axis], places[at, axis])
        at += 1
    return at


@uncounted
def _octant(dx: float, dy: float, dz: float) -> int:
    # a plane between octants, to rounding, is of its positive side: lattices have samples there
    return (
        (1 if dx >= -ON_PLANE else 0)
        + (2 if dy >= -ON_PLANE else 0)
        + (4 if dz >= -ON_PLANE else 0)
    )


@njit(cache=True, nogil=True)
def find_neighbours(
    places: _F8,
    leave_out: _I4,
    points: _F8,
    hole: _I4,
    group: _I4,
    order: _I8,
    nodes: _I8,
    boxes: _F8,
    most: int,
    per_hole: int,
    per_octant: int,
    widest: float,
    index: _I4,
    count: _I4,
    octants: _I4,
) -> None:
    """Neighbours of ``places`` among ``points``, both in ranges of the search ellipsoid.

    Parameters
    ----------
    places : (m, 3)
        Where to search; the search ends at distance 1, surface included.
    leave_out : (m,) int32, or (0,)
        Samples of this ``group`` are not seen from the place.
    points : (n, 3)
        Samples.
    hole, group : (n,) int32
        Of samples; ``group`` is not looked at where nothing is left out.
    order, nodes, boxes
        :func:`build_tree` of ``points``.
    most, per_hole, per_octant : int
        Caps; ``n`` or more for none.
    widest : float
        Half diagonal of a group of places at most (0: each on its own).
    index : (m, most) int32, out
        Samples in ascending order; what stands behind ``count`` is not written.
    count, octants : (m,) int32, out
        Number of samples, and of octants they lie in.
    """
    m, n = len(places), len(points)
    stack = np.empty(STACK, np.int64)
    found = np.empty(n, np.int64)
    x, y, z, d2, scratch = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    near = np.empty(n, np.int64)
    chosen = np.empty(max(most, 1), np.int64)
    capped = per_hole < n or per_octant < n
    of_hole = np.empty(n if capped else 0, np.int64)
    of_octant = np.zeros(n if capped else 0, np.int64)
    both = per_hole < n and per_octant < n
    in_hole = np.zeros(int(hole.max()) + 1 if capped else 0, np.int32)
    in_octant = np.zeros(8, np.int32)
    # holes among candidates, numbered from 0
    number = np.full(int(hole.max()) + 1 if capped else 0, -1, np.int64)
    holes = 0
    cap = min(per_hole, per_octant, most)
    groups = min(n, len(number)) if per_hole < n else 8
    best = np.empty(groups * cap if capped else 0, np.int64)
    filled = np.empty(groups if capped else 0, np.int64)
    mark = np.zeros(n if capped else 0, np.uint8)
    low, high = np.empty(3), np.empty(3)
    todo, later = np.empty(GROUP, np.int64), np.empty(GROUP, np.int64)
    reach = 0.1
    start = 0
    while start < m:
        stop = _group_end(places, start, m, widest, low, high)
        cx, cy, cz = 0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), 0.5 * (low[2] + high[2])
        radius = 0.0
        for b in range(start, stop):
            todo[b - start] = b
            dx, dy, dz = places[b, 0] - cx, places[b, 1] - cy, places[b, 2] - cz
            radius = max(radius, math.sqrt(dx * dx + dy * dy + dz * dz))
        radius *= 1.0 + _SLACK
        waiting = stop - start
        furthest = 0.0
        gather = reach * MORE
        while waiting > 0:
            everything = gather >= (1.0 + radius) * (1.0 + _SLACK)
            if everything:
                gather = (1.0 + radius) * (1.0 + _SLACK)
            size = within(cx, cy, cz, gather * gather, points, order, nodes, boxes, stack, found)
            found[:size].sort()
            holes = 0
            for i in range(size):
                p = found[i]
                x[i], y[i], z[i] = points[p, 0], points[p, 1], points[p, 2]
                if capped:
                    if number[hole[p]] < 0:
                        number[hole[p]] = holes
                        holes += 1
                    of_hole[i] = number[hole[p]]
            if capped:
                for i in range(size):
                    number[hole[found[i]]] = -1
            left = 0
            previous = 0
            for at in range(waiting):
                b = todo[at]
                bx, by, bz = places[b, 0], places[b, 1], places[b, 2]
                for i in range(size):
                    dx, dy, dz = x[i] - bx, y[i] - by, z[i] - bz
                    d2[i] = without_noise(dx * dx + dy * dy + dz * dz)
                dx, dy, dz = bx - cx, by - cy, bz - cz
                if everything:
                    complete = 1.0
                else:
                    complete = gather - math.sqrt(dx * dx + dy * dy + dz * dz) * (1.0 + _SLACK)
                    complete = min(1.0, complete * (1.0 - _SLACK))
                limit2 = complete * complete if complete > 0 else -1.0
                if len(leave_out) > 0:
                    for i in range(size):
                        if group[found[i]] == leave_out[b]:
                            d2[i] = np.inf
                if capped:
                    if per_octant < n:
                        for i in range(size):
                            of_octant[i] = _octant(x[i] - bx, y[i] - by, z[i] - bz)
                    if both:
                        taken = choose_capped(
                            d2, size, most, limit2, of_hole, per_hole, of_octant, per_octant,
                            in_hole, in_octant, near, chosen,
                        )  # fmt: skip
                    elif per_hole < n:
                        taken = choose_grouped(
                            d2, size, most, limit2, of_hole, holes, cap, best, filled, mark,
                            scratch, near, chosen,
                        )  # fmt: skip
                    else:
                        taken = choose_grouped(
                            d2, size, most, limit2, of_octant, 8, cap, best, filled, mark,
                            scratch, near, chosen,
                        )  # fmt: skip
                else:
                    if previous == most:
                        # as many lie no further than what the last place chose
                        bound = 0.0
                        for i in range(previous):
                            bound = max(bound, d2[chosen[i]])
                        limit2 = min(limit2, bound)
                    taken = choose_nearest(d2, size, most, limit2, scratch, near, chosen)
                    previous = taken
                if taken < most and complete < 1.0:
                    later[left] = b
                    left += 1
                    previous = 0
                    continue
                count[b] = taken
                seen = 0
                far = 0.0
                for i in range(taken):
                    place = chosen[i]
                    index[b, i] = found[place]
                    far = max(far, d2[place])
                    seen |= 1 << _octant(x[place] - bx, y[place] - by, z[place] - bz)
                octants[b] = 0
                while seen > 0:
                    octants[b] += seen & 1
                    seen >>= 1
                if taken == most:
                    dx, dy, dz = bx - cx, by - cy, bz - cz
                    furthest = max(
                        furthest, math.sqrt(far) + math.sqrt(dx * dx + dy * dy + dz * dz)
                    )
                else:
                    furthest = max(furthest, 1.0 + radius)
            for at in range(left):
                todo[at] = later[at]
            waiting = left
            gather = gather * 1.6 + 1e-6
        reach = furthest
        start = stop


@njit(cache=True, nogil=True)
def find_turned(
    places: _F8,
    leave_out: _I4,
    which: _I4,
    transforms: _F8,
    reach: _F8,
    points: _F8,
    hole: _I4,
    group: _I4,
    order: _I8,
    nodes: _I8,
    boxes: _F8,
    most: int,
    per_hole: int,
    per_octant: int,
    index: _I4,
    count: _I4,
    octants: _I4,
) -> None:
    """As :func:`find_neighbours`, in metres, by an ellipsoid of every place's own.

    Parameters
    ----------
    places, points : (m, 3), (n, 3)
        In metres; the tree is of these points.
    which : (m,) int32
        Row of the next two.
    transforms, reach : (r, 3, 3), (r,)
        Lags to ranges, and the longest range (m).
    leave_out, hole, group, order, nodes, boxes, most, per_hole, per_octant, index, count, octants
        As for :func:`find_neighbours`.
    """
    m, n = len(places), len(points)
    stack = np.empty(STACK, np.int64)
    found = np.empty(n, np.int64)
    d2 = np.empty(n)
    near = np.empty(n, np.int64)
    scratch = np.empty(n)
    chosen = np.empty(max(most, 1), np.int64)
    capped = per_hole < n or per_octant < n
    of_hole, of_octant = np.empty(n, np.int64), np.empty(n, np.int64)
    in_hole = np.zeros(int(hole.max()) + 1, np.int32)
    in_octant = np.zeros(8, np.int32)
    share = 0.1
    for b in range(m):
        t = transforms[which[b]]
        whole = reach[which[b]]
        x, y, z = places[b, 0], places[b, 1], places[b, 2]
        while True:
            everything = share >= 1.0
            radius = whole * min(share, 1.0) * (1.0 + _SLACK)
            size = within(x, y, z, radius * radius, points, order, nodes, boxes, stack, found)
            found[:size].sort()
            for i in range(size):
                p = found[i]
                dx, dy, dz = points[p, 0] - x, points[p, 1] - y, points[p, 2] - z
                u = t[0, 0] * dx + t[0, 1] * dy + t[0, 2] * dz
                v = t[1, 0] * dx + t[1, 1] * dy + t[1, 2] * dz
                w = t[2, 0] * dx + t[2, 1] * dy + t[2, 2] * dz
                d2[i] = without_noise(u * u + v * v + w * w)
                of_octant[i] = _octant(u, v, w)
                of_hole[i] = hole[p]
                if len(leave_out) > 0 and group[p] == leave_out[b]:
                    d2[i] = np.inf
            # a sample further than the radius is at least that many ranges away
            complete = 1.0 if everything else share
            limit2 = complete * complete
            if capped:
                taken = choose_capped(
                    d2, size, most, limit2, of_hole, per_hole, of_octant, per_octant,
                    in_hole, in_octant, near, chosen,
                )  # fmt: skip
            else:
                taken = choose_nearest(d2, size, most, limit2, scratch, near, chosen)
            if taken == most or everything:
                break
            share *= 1.6
        count[b] = taken
        seen = 0
        far = 0.0
        for i in range(taken):
            index[b, i] = found[chosen[i]]
            far = max(far, d2[chosen[i]])
            seen |= 1 << of_octant[chosen[i]]
        octants[b] = 0
        while seen > 0:
            octants[b] += seen & 1
            seen >>= 1
        share = min(1.0, 1.1 * math.sqrt(far) + 1e-3) if taken == most else 1.0
