"""A first schedule from the linear relaxation.

Blocks are taken in topological order by the time the relaxation mines them: the expected
time (R. Chicoisne, D. Espinoza, M. Goycoolea, E. Moreno and E. Rubio, 2012, "A new algorithm
for the open-pit mine production scheduling problem", Operations Research 60(3), 517-528,
doi 10.1287/opre.1120.1050), or the time by which a given share of the block is mined. Each
goes into the first period with room; then single blocks move while that gains: waste late,
ore early.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.list_schedule import list_schedule, settle
from orefield.pit.production.instance import Instance
from orefield.pit.production.problem import Plan
from orefield.pit.production.relaxation import Relaxation, penalised, side_constraints

_F8 = NDArray[np.float64]
_SHARES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9)
_PASSES = 100
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

    Capacities hold; lower limits and general side constraints are not looked at.

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
    side = side_constraints(instance.problem)
    charged = penalised(instance.problem, side, relaxation.multiplier)
    charged[:, ~instance.allowed] = -np.inf
    choice = charged.argmax(axis=2).astype(np.int32)
    gain = np.take_along_axis(instance.value, choice[:, :, None].astype(np.int64), 2)[:, :, 0]
    gain = np.ascontiguousarray(gain)
    rng = np.random.default_rng(seed)
    mined = relaxation.mined.sum(axis=2)
    begun = np.maximum(instance.earliest, (np.cumsum(mined, axis=1) < _BEGUN).sum(axis=1))
    begun = np.minimum(begun, instance.n_periods - 1).astype(np.int32)
    best, best_worth = None, -np.inf
    for priority in _priorities(mined, trials, rng)[len(_SHARES) + 1 if disturbed else 0 :]:
        # some blocks take no scarce resource: only the relaxation says when they are due
        for release in (instance.earliest, begun):
            period, worth = _schedule(instance, priority, release, choice, gain)
            if worth > best_worth:
                best, best_worth = period, worth
    assert best is not None
    share = np.zeros((instance.n, instance.n_destinations))
    taken = np.flatnonzero(best < instance.n_periods)
    share[taken, choice[best[taken], taken]] = 1.0
    return Plan(best, share)


def _priorities(mined: _F8, trials: int, rng: np.random.Generator) -> list[_F8]:
    n, n_t = mined.shape
    by = np.cumsum(mined, axis=1)
    expected = n_t - by.sum(axis=1)
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
