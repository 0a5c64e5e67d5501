"""Which of a list of candidates a search takes: the nearest, with caps by hole and by octant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.uncounted import uncounted

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@uncounted
def without_noise(d2: float) -> float:
    """A squared distance to 26 bits (Veltkamp's splitting).

    What is equally far stays so when it is turned, scaled and moved to coordinates of millions of
    metres, which leave seven digits of a lag of some metres; and a sample on the surface of an
    ellipsoid is within.
    """
    wide = 134217729.0 * d2
    return wide - (wide - d2)


@uncounted
def smallest(values: _F8, size: int, rank: int) -> float:
    """The ``rank``-th (from 0) smallest of the first ``size`` values, which it reorders."""
    low, high = 0, size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while pivot < values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            return float(values[rank])
    return float(values[rank])


@uncounted
def _nearest_of(d2: _F8, near: _I8, count: int, most: int, scratch: _F8, chosen: _I8) -> int:
    """The ``most`` nearest of ``count`` places that stand in ascending order."""
    if count <= most:
        for i in range(count):
            chosen[i] = near[i]
        return count
    for i in range(count):
        scratch[i] = d2[near[i]]
    border = smallest(scratch, count, most - 1)
    inside = 0
    for i in range(count):
        if d2[near[i]] < border:
            inside += 1
    ties = most - inside
    taken = 0
    for i in range(count):
        place = near[i]
        if d2[place] < border:
            chosen[taken] = place
            taken += 1
        elif d2[place] == border and ties > 0:
            ties -= 1
            chosen[taken] = place
            taken += 1
    return taken


@uncounted
def choose_nearest(
    d2: _F8, size: int, most: int, limit2: float, scratch: _F8, near: _I8, chosen: _I8
) -> int:
    """Places of the ``most`` nearest within ``limit2``, in the order of candidates.

    Candidates stand in the order of their indices, so that ties go to the smaller index.
    ``scratch`` and ``near`` have room for all. Returns how many were chosen.
    """
    count = 0
    for i in range(size):
        if d2[i] <= limit2:
            near[count] = i
            count += 1
    taken: int = _nearest_of(d2, near, count, most, scratch, chosen)
    return taken


@uncounted
def choose_grouped(
    d2: _F8,
    size: int,
    most: int,
    limit2: float,
    slot: _I8,
    slots: int,
    cap: int,
    best: _I8,
    filled: _I8,
    mark: NDArray[np.uint8],
    scratch: _F8,
    near: _I8,
    chosen: _I8,
) -> int:
    """As :func:`choose_nearest`, with at most ``cap`` of a group (a hole, an octant).

    Nearest first under a cap takes the nearest of what is among the ``cap`` nearest of its own
    group, so that one pass over candidates is enough.

    Parameters
    ----------
    d2, size, most, limit2, scratch, near, chosen
        As for :func:`choose_nearest`.
    slot : (n,)
        Group of each candidate, below ``slots``.
    slots, cap : int
        Number of groups, and how many of each.
    best, filled, mark : (slots * cap,), (slots,), (n,)
        Scratch; ``mark`` is all zero on entry and exit.
    """
    for s in range(slots):
        filled[s] = 0
    for i in range(size):
        value = d2[i]
        if not value <= limit2:
            continue
        s = slot[i]
        begin, n = s * cap, filled[s]
        if n == cap:
            # ties stay with the smaller place, which came first
            if value >= d2[best[begin + cap - 1]]:
                continue
            n -= 1
        at = n
        while at > 0 and d2[best[begin + at - 1]] > value:
            best[begin + at] = best[begin + at - 1]
            at -= 1
        best[begin + at] = i
        filled[s] = n + 1
    for s in range(slots):
        for at in range(filled[s]):
            mark[best[s * cap + at]] = 1
    count = 0
    for i in range(size):
        if mark[i] != 0:
            mark[i] = 0
            near[count] = i
            count += 1
    taken: int = _nearest_of(d2, near, count, most, scratch, chosen)
    return taken


@uncounted
def _sink(heap: _I8, size: int, d2: _F8, start: int) -> None:
    # heap of places, the nearest on top, ties by place (that is, by index)
    at = start
    item = heap[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        a = heap[child]
        if child + 1 < size:
            b = heap[child + 1]
            if d2[b] < d2[a] or (d2[b] == d2[a] and b < a):
                child += 1
                a = b
        if d2[item] < d2[a] or (d2[item] == d2[a] and item < a):
            break
        heap[at] = a
        at = child
    heap[at] = item


@uncounted
def choose_capped(
    d2: _F8,
    size: int,
    most: int,
    limit2: float,
    hole: _I8,
    per_hole: int,
    octant: _I8,
    per_octant: int,
    in_hole: _I4,
    in_octant: _I4,
    near: _I8,
    chosen: _I8,
) -> int:
    """As :func:`choose_nearest`, nearest first under caps; places come in order of candidates.

    ``hole`` and ``octant`` are those of the candidates; ``in_hole`` counts by hole and is all
    zero on entry and exit, ``in_octant`` has eight places.
    """
    count = 0
    for i in range(size):
        if d2[i] <= limit2:
            near[count] = i
            count += 1
    for start in range(count // 2 - 1, -1, -1):
        _sink(near, count, d2, start)
    for o in range(8):
        in_octant[o] = 0
    taken = 0
    while count > 0 and taken < most:
        place = near[0]
        count -= 1
        near[0] = near[count]
        if count > 0:
            _sink(near, count, d2, 0)
        if in_hole[hole[place]] >= per_hole or in_octant[octant[place]] >= per_octant:
            continue
        in_hole[hole[place]] += 1
        in_octant[octant[place]] += 1
        at = taken
        while at > 0 and chosen[at - 1] > place:
            chosen[at] = chosen[at - 1]
            at -= 1
        chosen[at] = place
        taken += 1
    for i in range(taken):
        in_hole[hole[chosen[i]]] = 0
    return taken
