"""What no plan over realisations can be worth more than."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.production.instance import bound_sizes, unpack
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.production.relaxation import (
    Relaxation,
    SideConstraints,
    penalised,
    relax,
    side_constraints,
)
from orefield.pit.production.restrict import restrict
from orefield.pit.production.shell_groups import shell_groups
from orefield.pit.risk.realisations import Realisations, Target

_F8 = NDArray[np.float64]
_REACH = 0.1
"""Share of the bound by which steps are to lower it where no plan says how far down it can go."""


def perfect_information_bound(
    realisations: Realisations,
    *,
    tolerance: float = 1e-3,
    seconds: float = np.inf,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> float:
    """Certified: no plan that keeps limits and rows in every realisation has a higher mean value.

    Whatever it looks at: the mean over realisations of the bound of a schedule made for that
    realisation alone. What falling short of targets costs is not counted, which makes it higher
    still. Relaxations that are cut short by time still give bounds; inf where time or ``stop``
    ends it before the last.

    Raises
    ------
    ModelError
        When precedences have a cycle, or a realisation has no schedule that meets the side
        constraints.
    """
    began, out = time.perf_counter(), 0.0
    for k, odds in enumerate(realisations.probability):
        left = seconds - (time.perf_counter() - began)
        if left <= 0.0 or (stop is not None and stop()):
            return np.inf
        each = left / (realisations.n - k)
        found = relaxed(realisations.problem(k), tolerance, each, stop)
        out += odds * (0.0 if found is None else found[1].bound)
        if progress is not None:
            progress((k + 1) / realisations.n)
    return float(out)


@dataclass(frozen=True)
class Prices:
    """What limits and targets are priced at, by realisation.

    Attributes
    ----------
    limit : float64 array, shape (s, m)
        Of a unit of each of :func:`priced_constraints`.
    target : float64 array, shape (s, g, t)
        Of a unit that is missing: between zero and the target's penalty.
    """

    limit: _F8
    target: _F8


def priced_constraints(realisations: Realisations) -> SideConstraints:
    """Bounds of limits and rows that have a price in every realisation, in one order for all.

    A minimum of zero counts among them where the use of any realisation may lie below zero.
    """
    least = tuple(
        replace(x, use=realisations.uses[x.name].min(axis=0)) if x.name in realisations.uses else x
        for x in realisations.base.limits
    )
    return side_constraints(replace(realisations.base, limits=least))


def priced_bound(
    realisations: Realisations,
    targets: Sequence[Target],
    prices: Prices,
    *,
    adapt: bool = True,
) -> tuple[float, Prices]:
    """Certified: the Lagrangian bound of the two-stage program at given prices.

    Limits and rows are priced instead of kept in each realisation, and what targets lack too;
    what is left is one closure over all periods, in which a block is worth the mean over
    realisations of what it earns where it earns most. Unlike :func:`perfect_information_bound`
    it knows that a block is mined in one period, whichever realisation is true, and what falling
    short costs.

    Parameters
    ----------
    realisations : Realisations
        Of the deposit.
    targets : sequence of Target
        With the penalties that count.
    prices : Prices
        Those of a sign that no bound of the constraint has are left out, those of targets cut to
        the penalty.
    adapt : bool
        Whether destinations follow grades; otherwise the bound is of plans that fix them.

    Returns
    -------
    bound : float
        No plan that keeps limits and rows in every realisation has a higher objective.
    excess : Prices
        By how much the closure passes each bound that is priced, or either bound where none is,
        and what it lacks of each target: with the sign turned round and times the probability
        of its realisation a subgradient of the bound, so the way in which a price should go.

    Raises
    ------
    ModelError
        When targets or prices do not fit, or precedences have a cycle.
    """
    realisations.check(targets)
    base, s = realisations.base, realisations.n
    n, n_t, n_d = base.n, base.n_periods, base.n_destinations
    side = priced_constraints(realisations)
    wanted = (s, len(side)), (s, len(targets), n_t)
    if (prices.limit.shape, prices.target.shape) != wanted:
        raise ModelError(f"prices of shapes {prices.limit.shape} and {prices.target.shape}",
                         where=f"{wanted[0]} and {wanted[1]} are needed")  # fmt: skip
    gain = np.zeros((n_t, n, 1 if adapt else n_d))
    constant = 0.0
    for k, odds in enumerate(realisations.probability):
        worth, fixed = _charged(realisations, targets, prices, side, k)
        constant += odds * fixed
        gain += odds * (worth.max(axis=2, keepdims=True) if adapt else worth)
    best = gain.argmax(axis=2)
    period, bound = _closure(base, gain.max(axis=2))
    excess = Prices(np.zeros(wanted[0]), np.zeros(wanted[1]))
    block = np.flatnonzero(period < n_t)
    when = period[block]
    for k in range(s):
        worth, _ = _charged(realisations, targets, prices, side, k)
        to = worth[when, block].argmax(axis=1) if adapt else best[when, block]
        sent = np.zeros((n_t, n, n_d))
        sent[when, block, to] = 1.0
        charge = side.clipped(prices.limit[k])
        for x, (r, t) in enumerate(zip(side.limit, side.period, strict=True)):
            if r >= 0:
                used = float((realisations.use(base.limits[r], k) * sent[t]).sum())
            else:
                row = base.rows[t]
                used = float(row.factor @ sent[row.period, row.block, row.destination])
            over, under = used - side.upper[x], used - side.lower[x]
            if charge[x] == 0.0:  # neither bound is priced: only what is passed counts
                excess.limit[k, x] = max(over, 0.0) + min(under, 0.0)
            else:
                excess.limit[k, x] = over if charge[x] > 0.0 else under
        for g, target in enumerate(targets):
            given = np.bincount(when, target.of(k)[block, to], n_t)
            excess.target[k, g] = target.amount - given
    return constant + bound, excess


def _charged(
    realisations: Realisations,
    targets: Sequence[Target],
    prices: Prices,
    side: SideConstraints,
    k: int,
) -> tuple[_F8, float]:
    """Values of realisation ``k`` less what prices take, (t, n, d), and the bounds' own worth."""
    charge = side.clipped(prices.limit[k])
    worth, fixed = penalised(realisations.problem(k), side, charge), side.price(charge)
    for g, target in enumerate(targets):
        if target.penalty is None:
            continue
        price = np.clip(prices.target[k, g], 0.0, target.penalty)
        fixed -= float(price @ target.amount)
        for t in np.flatnonzero(price):
            worth[t] += price[t] * target.of(k)
    return worth, fixed


def _closure(base: ProductionProblem, gain: _F8) -> tuple[NDArray[np.int32], float]:
    """Period of each block in the best schedule without limits, and its certified worth."""
    n_t, n = gain.shape
    free = ProductionProblem(base.name, base.start, base.needed, gain[:, :, None], np.eye(n_t))
    small = restrict(free)
    period = np.full(n, n_t, np.int32)
    if small.problem.n == 0:
        return period, 0.0
    found = relax(small.problem, small.earliest, tolerance=1e-9)
    share = found.mined[:, :, 0]
    period[small.block] = np.where(share.sum(axis=1) > 0.5, share.argmax(axis=1), n_t)
    return period, found.bound


def multipliers(
    problem: ProductionProblem, side: SideConstraints, tolerance: float, seconds: float
) -> _F8:
    """Prices that a problem's relaxation gives to ``side``, shape (len(side),).

    Zero where the problem does not count a constraint.

    Raises
    ------
    ModelError
        When precedences have a cycle or no schedule meets the side constraints.
    """
    out = np.zeros(len(side))
    found = relaxed(problem, tolerance, seconds, None)
    if found is None:
        return out
    kept, relaxation = found
    here = {key: x for x, key in enumerate(zip(side.limit, side.period, strict=True))}
    less = side_constraints(kept)
    for key, price in zip(
        zip(less.limit, less.period, strict=True), relaxation.multiplier, strict=True
    ):
        if key in here:  # uses that were below zero may lie outside the pit
            out[here[key]] = price
    return out


def relaxed(
    problem: ProductionProblem,
    tolerance: float,
    seconds: float,
    stop: Callable[[], bool] | None,
) -> tuple[ProductionProblem, Relaxation] | None:
    """The blocks that count and their relaxation; None when none is worth mining."""
    small = restrict(problem)
    if small.problem.n == 0:
        return None
    groups = shell_groups(unpack(small.problem, small.earliest, small.order))
    found = relax(
        small.problem, small.earliest, tolerance=tolerance, seconds=seconds, groups=groups,
        stop=stop,
    )  # fmt: skip
    return small.problem, found


def lowered_bound(
    realisations: Realisations,
    targets: Sequence[Target],
    prices: Prices,
    floor: float = -np.inf,
    *,
    adapt: bool = True,
    turns: int = 30,
    seconds: float = np.inf,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> float:
    """The least of :func:`priced_bound` over prices that follow what is passed and missing.

    The subgradient method with steps after B. T. Polyak (1969), "Minimization of unsmooth
    functionals", USSR Computational Mathematics and Mathematical Physics 9(3), 14-29, halved
    where two steps bring nothing.

    Parameters
    ----------
    realisations, targets, prices, adapt
        As of :func:`priced_bound`; the prices are those to start from.
    floor : float
        Objective of a plan that keeps limits and rows in every realisation: the bound cannot
        come down below it, and ends there. Without one it is sought a tenth lower at each step.
    turns : int
        Steps at most.
    seconds : float
        Time after which no step is begun; the first is.
    progress : callable of float, optional
        Told the share that is done.
    stop : callable, optional
        Asked between steps whether to end with the least so far.

    Raises
    ------
    ModelError
        As :func:`priced_bound`.
    """
    began, n_t = time.perf_counter(), realisations.base.n_periods
    side = priced_constraints(realisations)
    size = bound_sizes(side.lower, side.upper, _largest_uses(realisations, side))
    asked = np.array([np.where(t.amount > 0, t.amount, 1.0) for t in targets])
    asked = asked.reshape(len(targets), n_t)
    top = np.array(
        [
            np.zeros(n_t) if t.penalty is None else np.where(t.amount > 0, t.penalty, 0.0)
            for t in targets
        ]
    ).reshape(len(targets), n_t)
    at = replace(prices, limit=np.array([side.clipped(row) for row in prices.limit]))
    start, best, length, idle = at, np.inf, 1.0, 0
    for turn in range(turns):
        bound, excess = priced_bound(realisations, targets, at, adapt=adapt)
        if not np.isfinite(best) or bound < best - 1e-4 * _hoped(best, floor):
            best, start, way, idle = bound, at, excess, 0
        else:
            best, idle = min(best, bound), idle + 1
            if idle == 2:
                length, idle, at, excess = length / 2.0, 0, start, way
        if progress is not None:
            progress((turn + 1) / turns)
        over = time.perf_counter() - began > seconds or (stop is not None and stop())
        if over or (np.isfinite(floor) and best - floor <= 1e-6 * abs(floor)):
            break
        odds = realisations.probability[:, None]
        limit, target = excess.limit / size, excess.target / asked
        target = np.where(top > 0.0, target, 0.0)
        norm = float((odds * limit**2).sum() + (odds[:, :, None] * target**2).sum())
        if norm <= 1e-12:
            break
        step = length * _hoped(best, floor) / norm
        at = Prices(
            np.array([side.clipped(row) for row in at.limit + step * limit / size]),
            np.clip(at.target + step * target / asked, 0.0, top),
        )
    return best


def _hoped(best: float, floor: float) -> float:
    """By how much a step is to lower the bound."""
    if np.isfinite(floor):
        return abs(best - floor)
    return _REACH * abs(best) or _REACH


def _largest_uses(realisations: Realisations, side: SideConstraints) -> _F8:
    """Largest use or factor behind each side constraint, in any realisation, shape (m,)."""
    base, s = realisations.base, realisations.n
    limits = [
        max(float(np.abs(realisations.use(x, k)).max(initial=0.0)) for k in range(s))
        for x in base.limits
    ]
    rows = [float(np.abs(row.factor).max(initial=0.0)) for row in base.rows]
    return np.array(
        [limits[r] if r >= 0 else rows[t] for r, t in zip(side.limit, side.period, strict=True)],
        np.float64,
    )
