"""An order of mining made better by moving runs of pieces, each trial scheduled anew."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def order_worth(
    order: _I4,
    rock: _F8,
    ore: _F8,
    cash: _F8,
    copper: _F8,
    mill_cap: _F8,
    mine_cap: _F8,
    factor: _F8,
    steady_years: int,
) -> tuple[float, float, float]:
    """Discounted cash of an order under yearly capacities, its swings and its idle mill.

    Pieces are mined one after the other, in parts, by the rule of
    :func:`orefield.kernels.units_schedule.schedule_units`: a year ends when the mill has had
    its ore, or the rock that can be moved is moved.

    Parameters
    ----------
    order : int32 array, shape (n,)
        Pieces, the first to be mined first.
    rock, ore, cash, copper : float64 arrays, shape (n,)
        Of each whole piece; rock positive, ore at most the rock.
    mill_cap, mine_cap, factor : float64 arrays, shape (t,)
        Capacities, and what a year's cash is multiplied by.
    steady_years : int
        Years over which the swing is taken.

    Returns
    -------
    worth, swing, idle : float
        ``swing`` is the mean yearly change of copper over its mean, in years that have any;
        0 where fewer than two do. ``idle`` is the share of mill capacity left unused in years
        that end with pieces in the ground; unlimited mills do not count.
    """
    worth, change, total, before = 0.0, 0.0, 0.0, -1.0
    unused, offered = 0.0, 0.0
    years = 0
    at = 0
    part = 1.0
    for t in range(factor.size):
        mill_left, rock_left = mill_cap[t], mine_cap[t]
        made, milled = 0.0, 0.0
        while at < order.size and mill_left > 0.0:
            u = order[at]
            dug = min(part, rock_left / rock[u])
            if dug * ore[u] > mill_left:
                dug = mill_left / ore[u]
            worth += dug * cash[u] * factor[t]
            made += dug * copper[u]
            milled += dug * ore[u]
            if dug < part:
                part -= dug
                break
            mill_left -= dug * ore[u]
            rock_left -= dug * rock[u]
            at += 1
            part = 1.0
        if at < order.size and not math.isinf(mill_cap[t]):
            offered += mill_cap[t]
            unused += max(mill_cap[t] - milled, 0.0)
        if t < steady_years and made > 0.0:
            if before >= 0.0:
                change += abs(made - before)
            total += made
            years += 1
            before = made
    swing = change / (years - 1) / (total / years) if years > 1 else 0.0
    idle = unused / offered if offered > 0.0 else 0.0
    return worth, swing, idle


@njit(cache=True, nogil=True)
def _follows(order: _I4, start: _I8, needed: _I4, place: _I4, low: int, high: int) -> bool:
    """Whether the pieces at places ``low`` to ``high`` stand behind all they need."""
    for at in range(low, high + 1):
        place[order[at]] = at
    for at in range(low, high + 1):
        u = order[at]
        for k in range(start[u], start[u + 1]):
            if place[needed[k]] > at:
                return False
    return True


@njit(cache=True, nogil=True)
def _move(order: _I4, phase: _I4, at: int, size: int, to: int, out: _I4) -> tuple[int, int]:
    """Gather a run of one phase and put it elsewhere; the places that changed.

    The run is the next ``size`` pieces of the phase of ``order[at]``, from ``at`` onwards
    when it goes forward (``to < at``) and backwards from ``at`` when it is put off. All
    others keep their order.
    """
    n = order.size
    which = phase[order[at]]
    low, high = n, -1
    taken = 0
    step = 1 if to < at else -1
    i = at
    while 0 <= i < n and taken < size:
        if phase[order[i]] == which:
            taken += 1
            low, high = min(low, i), max(high, i)
        i += step
    if to < at:
        first, last = to, high
        fill = to
        for i in range(low, high + 1):
            if phase[order[i]] == which:
                out[fill] = order[i]
                fill += 1
        for i in range(to, high + 1):
            if i < low or phase[order[i]] != which:
                out[fill] = order[i]
                fill += 1
    else:
        first, last = low, to
        fill = low
        for i in range(low, to + 1):
            if i > high or phase[order[i]] != which:
                out[fill] = order[i]
                fill += 1
        for i in range(low, high + 1):
            if phase[order[i]] == which:
                out[fill] = order[i]
                fill += 1
    return first, last


@njit(cache=True, nogil=True)
def improve_order(
    order: _I4,
    start: _I8,
    needed: _I4,
    phase: _I4,
    rock: _F8,
    ore: _F8,
    cash: _F8,
    copper: _F8,
    mill_cap: _F8,
    mine_cap: _F8,
    factor: _F8,
    steady_years: int,
    allowed_swing: float,
    allowed_idle: float,
    chance: _F8,
) -> _I4:
    """Move runs of pieces to and fro, and keep what is worth more and as steady.

    Parameters
    ----------
    order : int32 array, shape (n,)
        Each piece after all it needs.
    start, needed
        Precedences.
    phase : int32 array, shape (n,)
        Runs that move are of one phase.
    rock, ore, cash, copper, mill_cap, mine_cap, factor, steady_years
        See :func:`order_worth`.
    allowed_swing, allowed_idle : float
        Most that swing and idle mill may be; the order given should not exceed them.
    chance : float64 array, shape (moves, 3)
        Numbers in [0, 1) that choose each move: which piece, how many, how far.

    Returns
    -------
    int32 array, shape (n,)
    """
    n = order.size
    best = order.copy()
    worth, _, _ = order_worth(
        best, rock, ore, cash, copper, mill_cap, mine_cap, factor, steady_years
    )
    trial = best.copy()
    place = np.empty(n, np.int32)
    for at in range(n):
        place[best[at]] = at
    for k in range(chance.shape[0]):
        at = int(chance[k, 0] * n)
        size = 1 + int(math.exp(chance[k, 1] * math.log(n)))
        # near places more often than far ones, both ways alike
        way = 2.0 * chance[k, 2] - 1.0
        reach = int(math.exp(abs(way) * math.log(n)))
        to = min(max(at + (reach if way > 0 else -reach), 0), n - 1)
        if to == at:
            continue
        first, last = _move(best, phase, at, size, to, trial)
        if _follows(trial, start, needed, place, first, last):
            found, swing, idle = order_worth(
                trial, rock, ore, cash, copper, mill_cap, mine_cap, factor, steady_years
            )
            if found > worth and swing <= allowed_swing and idle <= allowed_idle:
                worth = found
                best[first : last + 1] = trial[first : last + 1]
                continue
        trial[first : last + 1] = best[first : last + 1]
        for i in range(first, last + 1):
            place[best[i]] = i
    return best
