"""Blocks one after another into the first period with room, and moves of single blocks."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _less(a: int, b: int, priority: _F8) -> bool:
    return priority[a] < priority[b] or (priority[a] == priority[b] and a < b)


@njit(cache=True, nogil=True)
def _heap_push(heap: _I4, size: int, item: int, priority: _F8) -> int:
    at = size
    while at > 0:
        up = (at - 1) // 2
        if not _less(item, heap[up], priority):
            break
        heap[at] = heap[up]
        at = up
    heap[at] = item
    return size + 1


@njit(cache=True, nogil=True)
def _heap_pop(heap: _I4, size: int, priority: _F8) -> int:
    item = heap[size - 1]
    size -= 1
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and _less(heap[down + 1], heap[down], priority):
            down += 1
        if not _less(heap[down], item, priority):
            break
        heap[at] = heap[down]
        at = down
    heap[at] = item
    return size


@njit(cache=True, nogil=True)
def list_schedule(
    priority: _F8,
    start: _I8,
    needed: _I4,
    begin: _I8,
    after: _I4,
    choice: _I4,
    use: _F8,
    room: _F8,
    earliest: _I4,
    last: _I4,
) -> _I4:
    """Take blocks by rising priority, each after all it needs, into the first period with room.

    Parameters
    ----------
    priority : float64 array, shape (n,)
        Smallest first among the blocks that can be taken.
    start, needed : arrays
        Precedences.
    begin, after : arrays
        The same turned round.
    choice : int32 array, shape (t, n)
        Destination of each block in each period.
    use : float64 array, shape (r, n, d)
        What a block takes of each resource at each destination.
    room : float64 array, shape (r, t)
        Capacity left; changed in place.
    earliest, last : int32 arrays, shape (n,)
        First and last period allowed.

    Returns
    -------
    int32 array, shape (n,)
        Period, t for blocks that found no room.
    """
    n = priority.size
    n_r, n_t = room.shape
    period = np.full(n, n_t, np.int32)
    missing = np.empty(n, np.int32)
    heap = np.empty(n + 1, np.int32)
    ready = earliest.copy()
    size = 0
    for i in range(n):
        missing[i] = start[i + 1] - start[i]
        if missing[i] == 0:
            size = _heap_push(heap, size, i, priority)
    while size > 0:
        b = heap[0]
        size = _heap_pop(heap, size, priority)
        t = ready[b]
        while t < n_t and t <= last[b]:
            d = choice[t, b]
            fits = True
            for r in range(n_r):
                if use[r, b, d] > room[r, t]:
                    fits = False
                    break
            if fits:
                break
            t += 1
        if t >= n_t or t > last[b]:
            continue  # nothing that needs it will be taken either
        period[b] = t
        d = choice[t, b]
        for r in range(n_r):
            room[r, t] -= use[r, b, d]
        for k in range(begin[b], begin[b + 1]):
            j = after[k]
            ready[j] = max(ready[j], t)
            missing[j] -= 1
            if missing[j] == 0:
                size = _heap_push(heap, size, j, priority)
    return period


@njit(cache=True, nogil=True)
def _may_leave(use: _F8, room: _F8) -> bool:
    """Whether a period keeps its limits without a block; one of negative use makes room."""
    kept = True
    for r in range(use.size):
        kept &= not (use[r] < 0.0 and room[r] + use[r] < 0.0)
    return kept


@njit(cache=True, nogil=True)
def settle(
    period: _I4,
    order: _I4,
    start: _I8,
    needed: _I4,
    begin: _I8,
    after: _I4,
    choice: _I4,
    gain: _F8,
    use: _F8,
    room: _F8,
    earliest: _I4,
    passes: int,
) -> float:
    """Move single blocks to the period of most value that precedences and room allow.

    Waste goes as late, and ore as early, as it can; repeated until nothing moves. Changes
    ``period`` and ``room`` in place. ``gain[t, b]`` is the value of block b in period t at
    destination ``choice[t, b]``; never mined is worth 0.

    Returns
    -------
    float
        Value gained.
    """
    n = period.size
    n_r, n_t = room.shape
    total = 0.0
    for turn in range(passes):
        moved = 0
        for step in range(n):
            # backwards first: what waits on a block must be late before it can be
            b = order[n - 1 - step] if turn % 2 == 0 else order[step]
            now = period[b]
            held = False
            for r in range(n_r if now < n_t else 0):
                given = use[r, b, choice[now, b]]
                held = held or (given < 0.0 and room[r, now] + given < 0.0)
            if held:
                continue  # without the room that it gives, its period would be over a limit
            low = earliest[b]
            for k in range(start[b], start[b + 1]):
                low = max(low, period[needed[k]])
            high = n_t
            for k in range(begin[b], begin[b + 1]):
                high = min(high, period[after[k]])
            if now < n_t and not _may_leave(use[:, b, choice[now, b]], room[:, now]):
                continue
            best = now
            best_gain = gain[now, b] if now < n_t else 0.0
            was = best_gain
            for t in range(low, high + 1):
                if t == now:
                    continue
                g = gain[t, b] if t < n_t else 0.0
                if g <= best_gain:
                    continue
                if t < n_t:
                    d = choice[t, b]
                    fits = True
                    for r in range(n_r):
                        if use[r, b, d] > room[r, t]:
                            fits = False
                            break
                    if not fits:
                        continue
                best, best_gain = t, g
            if best != now:
                moved += 1
                total += best_gain - was
                if now < n_t:
                    for r in range(n_r):
                        room[r, now] += use[r, b, choice[now, b]]
                if best < n_t:
                    for r in range(n_r):
                        room[r, best] -= use[r, b, choice[best, b]]
                period[b] = best
        if moved == 0:
            break
    return total
