"""Mining units in a given order through yearly capacities, for many draws at once."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_N_METALS = 4


@njit(cache=True, nogil=True)
def _assess(
    u: int,
    d: int,
    t: int,
    rock: NDArray[np.float64],
    metal: NDArray[np.float64],
    selective: bool,
    net: NDArray[np.float64],
    mill_cost: NDArray[np.float64],
    tonnage: NDArray[np.float64],
    grade: NDArray[np.float64],
    tail: NDArray[np.float64],
    r_max: NDArray[np.float64],
    by_recovery: NDArray[np.float64],
    out: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Split unit ``u`` into ore and waste under the numbers of draw ``d`` and year ``t``.

    Fills ``out`` (float64, shape (3, 4)) with the metal in ore, in waste and recovered, and
    returns the tonnes of ore and of waste, and the net smelter return of the ore. Indices
    are passed rather than slices, which take numba many seconds to compile.
    """
    ore_t, waste_t, nsr = 0.0, 0.0, 0.0
    for m in range(_N_METALS):
        out[0, m] = 0.0
        out[1, m] = 0.0
        out[2, m] = 0.0
    for k in range(rock.shape[1]):
        bin_t = rock[u, k] * tonnage[d]
        if bin_t <= 0.0:
            continue
        cu = metal[u, k, 0] * tonnage[d] * grade[d, 0]
        cu_got = max(min(cu - tail[d] * 0.01 * bin_t, cu * r_max[d]), 0.0)
        value = cu_got * net[d, t, 0]
        for m in range(1, _N_METALS):
            held = metal[u, k, m] * tonnage[d] * grade[d, m]
            value += held * by_recovery[d, m - 1] * net[d, t, m]
        if not selective or value > mill_cost[d] * bin_t:
            to = 0
            ore_t += bin_t
            nsr += value
            out[2, 0] += cu_got
            for m in range(1, _N_METALS):
                held = metal[u, k, m] * tonnage[d] * grade[d, m]
                out[2, m] += held * by_recovery[d, m - 1]
        else:
            to = 1
            waste_t += bin_t
        for m in range(_N_METALS):
            out[to, m] += metal[u, k, m] * tonnage[d] * grade[d, m]
    return ore_t, waste_t, nsr


@njit(cache=True, nogil=True)
def schedule_units(
    order: NDArray[np.int32],
    rock: NDArray[np.float64],
    metal: NDArray[np.float64],
    unit_cost: NDArray[np.float64],
    selective: bool,
    mill_cap: NDArray[np.float64],
    mine_cap: NDArray[np.float64],
    net: NDArray[np.float64],
    mill_cost: NDArray[np.float64],
    mining_factor: NDArray[np.float64],
    tonnage: NDArray[np.float64],
    grade: NDArray[np.float64],
    tail: NDArray[np.float64],
    r_max: NDArray[np.float64],
    by_recovery: NDArray[np.float64],
    target_cu: NDArray[np.float64],
    overdrive: float,
    opening_rock: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mine units one after the other, in parts, as far as each year's capacities go.

    Everything dug goes to mill or dump in the same year. A year ends when the mill has
    had its ore (or has made the target's copper), or the rock that can be moved is moved.
    In a year with no mill, pure waste may still be stripped, up to the first ore.

    Parameters
    ----------
    order : int32 array, shape (u,)
        Units in the order of mining.
    rock : float64 array, shape (u, k)
        Rock (t) of each unit and grade bin.
    metal : float64 array, shape (u, k, 4)
        Metal (t) in it.
    unit_cost : float64 array, shape (u,)
        USD per tonne of rock.
    selective : bool
        Choose mill or dump by bin; otherwise all rock is milled.
    mill_cap, mine_cap : float64 arrays, shape (d, t)
        Ore milled and rock moved per year (t); infinite for no limit.
    net : float64 array, shape (d, t, 4)
        USD per tonne of metal recovered in concentrate.
    mill_cost : float64 array, shape (d,)
        USD per tonne of ore.
    mining_factor, tonnage : float64 arrays, shape (d,)
        Multiply the mining cost; the rock and its metal.
    grade : float64 array, shape (d, 4)
        Multiplies the metal.
    tail : float64 array, shape (d,)
        Copper left in tailings, percent of ore.
    r_max : float64 array, shape (d,)
        Largest copper recovery, fraction.
    by_recovery : float64 array, shape (d, 3)
        By-product recoveries, fractions.
    target_cu : float64 array, shape (d, t)
        Recovered copper (t) at which the year ends; NaN for none.
    overdrive : float
        Multiplies both capacities in a year with a target.
    opening_rock : float64 array, shape (d,)
        Rock (t, of the draw's own tonnage) dug before the first year; it is in no flow.

    Returns
    -------
    tonnes : float64 array, shape (d, t, 3)
        Ore milled, waste, rock left at the end of the year.
    metals : float64 array, shape (d, t, 4, 4)
        Metal in ore, in waste, recovered, left at the end of the year.
    money : float64 array, shape (d, t, 3)
        Net smelter return, mining cost, milling cost (USD).
    opening : float64 array, shape (d, 5)
        Rock and metals left before the first year.
    """
    n_d, n_t = mill_cap.shape
    n_u = order.size
    tonnes = np.zeros((n_d, n_t, 3))
    metals = np.zeros((n_d, n_t, 4, _N_METALS))
    money = np.zeros((n_d, n_t, 3))
    opening = np.zeros((n_d, 1 + _N_METALS))

    # What is left is counted from the units still in the ground, never by subtracting
    # what was mined: it can then be checked against the flows.
    unit_rock = np.zeros(n_u)
    behind = np.zeros((n_u + 1, 1 + _N_METALS))
    for at in range(n_u - 1, -1, -1):
        u = order[at]
        for c in range(1 + _N_METALS):
            behind[at, c] = behind[at + 1, c]
        for k in range(rock.shape[1]):
            unit_rock[u] += rock[u, k]
            for m in range(_N_METALS):
                behind[at, m + 1] += metal[u, k, m]
        behind[at, 0] += unit_rock[u]

    split = np.zeros((3, _N_METALS))
    for d in range(n_d):
        at = 0
        part = 1.0  # of the unit at hand, still in the ground
        to_strip = opening_rock[d]
        while at < n_u and to_strip > 0.0:
            whole = unit_rock[order[at]] * tonnage[d]
            if to_strip < part * whole:
                part -= to_strip / whole
                break
            to_strip -= part * whole
            at += 1
            part = 1.0
        for c in range(1 + _N_METALS):
            factor = tonnage[d] if c == 0 else tonnage[d] * grade[d, c - 1]
            left = behind[at, c]
            if at < n_u:
                left = behind[at + 1, c] + part * (behind[at, c] - behind[at + 1, c])
            opening[d, c] = left * factor

        for t in range(n_t):
            mill_left = mill_cap[d, t]
            rock_left = mine_cap[d, t]
            cu_left = math.inf
            if not math.isnan(target_cu[d, t]):
                cu_left = target_cu[d, t]
                mill_left *= overdrive
                rock_left *= overdrive
            stripping = mill_left <= 0.0 or cu_left <= 0.0
            while at < n_u:
                if not stripping and (mill_left <= 0.0 or cu_left <= 0.0):
                    break
                u = order[at]
                ore_t, waste_t, nsr = _assess(
                    u, d, t, rock, metal, selective, net, mill_cost, tonnage, grade, tail,
                    r_max, by_recovery, split,
                )  # fmt: skip
                if stripping and ore_t > 0.0:
                    break
                whole = ore_t + waste_t
                dug = part
                if dug * whole > rock_left:
                    dug = rock_left / whole
                if dug * ore_t > mill_left:
                    dug = mill_left / ore_t
                if dug * split[2, 0] > cu_left:
                    dug = cu_left / split[2, 0]
                dug = min(max(dug, 0.0), part)
                tonnes[d, t, 0] += dug * ore_t
                tonnes[d, t, 1] += dug * waste_t
                money[d, t, 0] += dug * nsr
                money[d, t, 1] += dug * whole * unit_cost[u] * mining_factor[d]
                money[d, t, 2] += dug * ore_t * mill_cost[d]
                for m in range(_N_METALS):
                    for to in range(3):
                        metals[d, t, to, m] += dug * split[to, m]
                if dug < part:
                    part -= dug
                    break
                mill_left -= dug * ore_t
                rock_left -= dug * whole
                cu_left -= dug * split[2, 0]
                at += 1
                part = 1.0
            for c in range(1 + _N_METALS):
                left = behind[at, c]
                if at < n_u:
                    left = behind[at + 1, c] + part * (behind[at, c] - behind[at + 1, c])
                if c == 0:
                    tonnes[d, t, 2] = left * tonnage[d]
                else:
                    metals[d, t, 3, c - 1] = left * tonnage[d] * grade[d, c - 1]
    return tonnes, metals, money, opening


@njit(cache=True, nogil=True)
def assess_units(
    rock: NDArray[np.float64],
    metal: NDArray[np.float64],
    selective: bool,
    net: NDArray[np.float64],
    mill_cost: NDArray[np.float64],
    tonnage: NDArray[np.float64],
    grade: NDArray[np.float64],
    tail: NDArray[np.float64],
    r_max: NDArray[np.float64],
    by_recovery: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Ore, waste, return and copper of each whole unit in draw 0 and year 0.

    Parameters are those of :func:`schedule_units`.

    Returns
    -------
    float64 array, shape (u, 4)
        Ore (t), waste (t), net smelter return of the ore (USD), copper recovered (t).
    """
    out = np.zeros((rock.shape[0], 4))
    split = np.zeros((3, _N_METALS))
    for u in range(rock.shape[0]):
        out[u, 0], out[u, 1], out[u, 2] = _assess(
            u, 0, 0, rock, metal, selective, net, mill_cost, tonnage, grade, tail, r_max,
            by_recovery, split,
        )  # fmt: skip
        out[u, 3] = split[2, 0]
    return out
