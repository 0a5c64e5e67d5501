"""Units mined one after the other under two capacities: when, and what that is worth."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def run_units(
    rock: _F8, ore: _F8, value: _F8, rock_cap: float, ore_cap: float, rate: float
) -> tuple[_F8, _F8]:
    """Mine units in order; a period ends when either capacity is used up.

    Parameters
    ----------
    rock, ore, value : float64 arrays, shape (u,)
        Of whole units; ore and rock of a unit come in one proportion.
    rock_cap, ore_cap : float
        Capacities of a period; may be infinite.
    rate : float
        Discount rate of a period; flows come in its middle.

    Returns
    -------
    worth : float64 array, shape (u,)
        Discounted value of all units up to and with each.
    time : float64 array, shape (u,)
        When each is finished, in periods.
    """
    worth = np.zeros(rock.size)
    time = np.zeros(rock.size)
    rock_left, ore_left, period, total = rock_cap, ore_cap, 0, 0.0
    for u in range(rock.size):
        left = 1.0
        while left > 0.0:
            share = left
            if rock[u] > 0.0 and rock_left < share * rock[u]:
                share = rock_left / rock[u]
            if ore[u] > 0.0 and ore_left < share * ore[u]:
                share = ore_left / ore[u]
            total += share * value[u] * (1.0 + rate) ** -(period + 0.5)
            rock_left -= share * rock[u]
            ore_left -= share * ore[u]
            left -= share
            if left <= 1e-12:
                left = 0.0
            else:
                period += 1
                rock_left, ore_left = rock_cap, ore_cap
        worth[u] = total
        used = 0.0
        if np.isfinite(rock_cap):
            used = max(used, 1.0 - rock_left / rock_cap)
        if np.isfinite(ore_cap):
            used = max(used, 1.0 - ore_left / ore_cap)
        time[u] = period + used
    return worth, time
