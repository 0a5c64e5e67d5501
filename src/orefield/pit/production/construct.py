"""A first schedule from the linear relaxation.

Blocks are taken in topological order by the time the relaxation mines them: the expected
time (R. Chicoisne, D. Espinoza, M. Goycoolea, E. Moreno and E. Rubio, 2012, "A new algorithm
for the open-pit mine production scheduling problem", Operations Research 60(3), 517-528,
doi 10.1287/opre.1120.1050), or the time by which a given share of the block is mined. Each
goes into the first period with room; then single blocks move while that gains: waste late,
ore early.

Where side constraints ask for more than capacities leave room, such as a mill's least feed or a
blend, no block alone keeps or breaks them. Blocks then count as the mix of destinations that the
relaxation sends them to, the order is followed as far as the relaxation mines, and when all
have their period, the best destinations are found for all at once.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.list_schedule import list_schedule, settle
from orefield.pit.production.destinations import best_destinations
from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.relaxation import Relaxation, penalised, side_constraints

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_SHARES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9)
_PASSES = 100
_WANTED = (0.5, 0.1)
"""Shares of a block that the relaxation must mine for the block to be wanted."""
_SENT = 4
"""Schedules for which the best destinations are found."""
_LITTLE = 1e-9
_DIGITS = 4
"""Of a period, to which times are told apart; the relaxation is exact to little more."""
_BEGUN = 0.02
"""Share of a block by which the relaxation has begun it."""


def construct(
    instance: Instance,
    relaxation: Relaxation,
    *,
    trials: int,
    seed: int,
    disturbed: bool = False,
) -> Plan:
    """The best of several schedules made from the relaxation.

    Capacities hold. Lower limits and general side constraints are kept where the order of the
    relaxation and the best destinations can keep them; else they are missed by little.

    Parameters
    ----------
    instance : Instance
        The problem.
    relaxation : Relaxation
        Of the same problem.
    trials : int
        Orders with random disturbance, besides the expected and the share times.
    seed : int
        Of the disturbance.
    disturbed : bool
        Leave out the undisturbed orders, to have something else.
    """
    rng = np.random.default_rng(seed)
    mined = relaxation.mined.sum(axis=2)
    begun = np.maximum(instance.earliest, (np.cumsum(mined, axis=1) < _BEGUN).sum(axis=1))
    begun = np.minimum(begun, instance.n_periods - 1).astype(np.int32)
    orders = _priorities(mined, _depth(instance), trials, rng)[
        len(_SHARES) + 1 if disturbed else 0 :
    ]
    # some blocks take no scarce resource: only the relaxation says when they are due
    releases = (instance.earliest, begun)
    if instance.only_capacities:
        return _charged(instance, relaxation, orders, releases)
    return _mixed(instance, relaxation, orders, releases)


def _charged(
    instance: Instance, relaxation: Relaxation, orders: list[_F8], releases: tuple[_I4, ...]
) -> Plan:
    """The best schedule with each block where the multipliers say that it earns most."""
    side = side_constraints(instance.problem)
    charged = penalised(instance.problem, side, relaxation.multiplier)
    charged[:, ~instance.allowed] = -np.inf
    choice = charged.argmax(axis=2).astype(np.int32)
    gain = np.take_along_axis(instance.value, choice[:, :, None].astype(np.int64), 2)[:, :, 0]
    gain = np.ascontiguousarray(gain)
    best, best_worth = None, -np.inf
    for priority in orders:
        for release in releases:
            period, worth = _schedule(instance, priority, release, choice, gain)
            if worth > best_worth:
                best, best_worth = period, worth
    assert best is not None
    share = np.zeros((instance.n, instance.n_destinations))
    taken = np.flatnonzero(best < instance.n_periods)
    share[taken, choice[best[taken], taken]] = 1.0
    return Plan(best, share)


def _mixed(
    instance: Instance, relaxation: Relaxation, orders: list[_F8], releases: tuple[_I4, ...]
) -> Plan:
    """The best schedule with each block sent as the relaxation does, then as is best."""
    i, n_t = instance, instance.n_periods
    total = relaxation.mined.sum(axis=(1, 2))
    mix = relaxation.mined.sum(axis=1) / np.maximum(total, _LITTLE)[:, None]
    mix[total < _LITTLE] = np.eye(i.n_destinations)[0]
    capacity = [r for r in range(len(i.use)) if (i.use[r] >= 0).all()]
    # one destination, the mix, takes what the relaxation takes
    use = np.ascontiguousarray(np.einsum("rnd,nd->rn", i.use[capacity], mix)[:, :, None])
    choice = np.zeros((n_t, i.n), np.int32)
    last = np.full(i.n, n_t - 1, np.int32)
    found: dict[bytes, tuple[float, _I4]] = {}
    for priority in orders:
        for wanted in _WANTED:
            for release in releases:
                begin = np.where(total >= wanted, release, n_t).astype(np.int32)
                period = list_schedule(
                    priority, i.start, i.needed, i.begin, i.after, choice, use,
                    i.upper[capacity].copy(), begin, last,
                )  # fmt: skip
                plan = Plan(period, mix * (period < n_t)[:, None])
                near = i.value_of(plan) / max(abs(relaxation.bound), _LITTLE)
                found[period.tobytes()] = near - _roughly_missing(i, plan), period
    best = sorted(found.values(), key=lambda pair: -pair[0])[:_SENT]
    return max((best_destinations(i, period) for _, period in best), key=i.worth)


def _roughly_missing(instance: Instance, plan: Plan) -> float:
    """What limits are missed by, as shares of all that counts towards them in a full period."""
    used = instance.used(plan)
    beyond = np.maximum(np.maximum(instance.lower - used, used - instance.upper), 0.0)
    gross = replace(instance, use=np.abs(instance.use)).used(plan).max(axis=1, keepdims=True)
    return float((beyond / np.maximum(np.maximum(gross, beyond), _LITTLE)).sum())


def _depth(instance: Instance) -> _F8:
    """Place of each block in a topological order, between 0 (last) and 1 (first)."""
    depth = np.empty(instance.n)
    depth[instance.order] = np.arange(instance.n, 0, -1) / (instance.n + 1)
    return depth


def _priorities(mined: _F8, depth: _F8, trials: int, rng: np.random.Generator) -> list[_F8]:
    """Orders by the relaxation's times; of blocks due together, the deepest first.

    What lies deepest is worth digging for: the rest of its cone comes before it anyway, and what
    only lies beside it can wait.
    """
    n, n_t = mined.shape
    by = np.cumsum(mined, axis=1)
    expected = np.round(n_t - by.sum(axis=1), _DIGITS) + 0.1**_DIGITS * depth
    out = [expected]
    for share in _SHARES:
        first = (by < share).sum(axis=1)
        out.append(first + expected / (10.0 * n_t))
    for trial in range(trials):
        width = 0.02 * 2.0 ** (trial % 4)
        out.append(expected + width * rng.standard_normal(n))
    return out


def _schedule(
    instance: Instance,
    priority: _F8,
    release: NDArray[np.int32],
    choice: NDArray[np.int32],
    gain: _F8,
) -> tuple[NDArray[np.int32], float]:
    i, n_t = instance, instance.n_periods
    room = i.upper.copy()
    last = np.full(i.n, n_t - 1, np.int32)
    period = list_schedule(
        priority, i.start, i.needed, i.begin, i.after, choice, i.use, room, release, last
    )
    settle(
        period, i.order, i.start, i.needed, i.begin, i.after, choice, gain, i.use, room,
        i.earliest, _PASSES,
    )  # fmt: skip
    mined = np.flatnonzero(period < n_t)
    return period, float(gain[period[mined], mined].sum())
