"""The linear relaxation, by decomposition, with a bound that is certified.

D. Bienstock and M. Zuckerberg (2010), "Solving LP relaxations of large-scale precedence
constrained problems", IPCO 2010, LNCS 6080, 1-14, doi 10.1007/978-3-642-13036-6_1; with
destinations as G. Munoz, D. Espinoza, M. Goycoolea, E. Moreno, M. Queyranne and O. Rivera
(2018), "A study of the Bienstock-Zuckerberg algorithm", Computational Optimization and
Applications 69, 501-534, doi 10.1007/s10589-017-9946-1.

Side constraints are priced by multipliers. What is left is a maximum closure of blocks and
periods, solved exactly; its value plus the price of the bounds is an upper bound of every
schedule, whatever the multipliers. Its closure splits the classes of nodes that the master
problem moves together, and the master gives the next multipliers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from orefield.core import ModelError, OrefieldError
from orefield.kernels.closure_periods import closure_periods, periods_state
from orefield.kernels.partition import (
    class_pairs,
    class_use,
    class_value,
    merge,
    refine,
    steps_of,
)
from orefield.pit.production.master import solve_master
from orefield.pit.production.problem import ProductionProblem
from orefield.pit.production.restrict import scaled

_F8 = NDArray[np.float64]

_MET = 1e-7
"""A side constraint missed by less than this share of its size is met."""
_GROWTH, _UTMOST = 1e3, 1e12
"""By how much the fine for missing a side constraint rises at a time, and in all."""


@dataclass(frozen=True)
class Relaxation:
    """Optimum of the linear relaxation.

    Attributes
    ----------
    mined : float64 array, shape (n, t, d)
        Share of each block mined in each period and sent to each destination.
    objective : float
        Value of ``mined``.
    bound : float
        Certified upper bound of every schedule: a closure's value, exact in integers that are
        values rounded up, plus the price of the side constraints. What is left is the
        rounding of a few sums of doubles, some 1e-15.
    multiplier : float64 array, shape (m,)
        Of the side constraints, in the order of :func:`side_constraints`.
    iterations : int
    seconds : float
    """

    mined: _F8
    objective: float
    bound: float
    multiplier: _F8
    iterations: int
    seconds: float


@dataclass(frozen=True)
class SideConstraints:
    """All side constraints of a problem as bounds of one list of rows.

    ``limit`` and ``period`` say which limit a row comes from and in which period; rows of a
    general constraint have limit -1, and their number in ``period``.
    """

    limit: NDArray[np.int64]
    period: NDArray[np.int64]
    lower: _F8
    upper: _F8

    def __len__(self) -> int:
        return len(self.lower)

    def clipped(self, multiplier: _F8) -> _F8:
        """Multipliers without the sign that a missing bound forbids."""
        out = np.where(np.isfinite(self.upper), multiplier, np.minimum(multiplier, 0.0))
        return np.where(np.isfinite(self.lower), out, np.maximum(out, 0.0))

    def label(self, problem: ProductionProblem, row: int) -> tuple[str, str]:
        """Name of the constraint behind a row, and where it applies."""
        if self.limit[row] >= 0:
            return problem.limits[self.limit[row]].name, f"period {self.period[row]}"
        return problem.rows[self.period[row]].name, "side constraint over several periods"

    def price(self, multiplier: _F8) -> float:
        """What the bounds are worth at these multipliers."""
        at = np.where(multiplier > 0, self.upper, self.lower)
        used = multiplier != 0
        return float(multiplier[used] @ at[used])


def side_constraints(problem: ProductionProblem) -> SideConstraints:
    """Bounds of limits and general rows, one after the other, unbounded ones left out."""
    limit, period, lower, upper = [], [], [], []
    for r, x in enumerate(problem.limits):
        never_negative = bool((x.use >= 0).all())
        for t in range(problem.n_periods):
            # a minimum of zero asks nothing of what cannot be negative
            low = -np.inf if never_negative and x.lower[t] <= 0 else x.lower[t]
            if np.isfinite(low) or np.isfinite(x.upper[t]):
                limit.append(r)
                period.append(t)
                lower.append(low)
                upper.append(x.upper[t])
    for g, row in enumerate(problem.rows):
        if np.isfinite(row.lower) or np.isfinite(row.upper):
            limit.append(-1)
            period.append(g)
            lower.append(row.lower)
            upper.append(row.upper)
    return SideConstraints(
        np.array(limit, np.int64), np.array(period, np.int64), np.array(lower), np.array(upper)
    )


def penalised(
    problem: ProductionProblem, side: SideConstraints, multiplier: _F8, money: float = 1.0
) -> _F8:
    """Values, ``money`` times, less what the side constraints charge, shape (t, n, d)."""
    out = problem.all_values() * money
    for charge, r, t in zip(multiplier, side.limit, side.period, strict=True):
        if charge == 0.0:
            continue
        if r >= 0:
            out[t] -= charge * problem.limits[r].use
        else:
            row = problem.rows[t]
            np.subtract.at(out, (row.period, row.block, row.destination), charge * row.factor)
    return out


def relax(
    problem: ProductionProblem,
    earliest: NDArray[np.int32],
    *,
    tolerance: float = 1e-6,
    seconds: float = np.inf,
    groups: NDArray[np.int32] | None = None,
    guess: _F8 | None = None,
    progress: Callable[[float, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Relaxation:
    """Solve the linear relaxation.

    Parameters
    ----------
    problem : ProductionProblem
        Its precedences have no cycle.
    earliest : int32 array, shape (n,)
        First period of each block, rising along precedences.
    tolerance : float
        Ends when the certified bound is within this (relative) of the primal value.
    seconds : float
        Time after which the best bound so far is returned.
    groups : int32 array, shape (n,), optional
        Number, from 0, of a group of each block, such as its shell. The first master problem
        schedules the groups as wholes: its multipliers are near the right ones in all
        periods, where without it one period after another would have to be filled.
    guess : float64 array, shape (m,), optional
        Multipliers to start from.
    progress : callable of (objective, bound), optional
        Called after every master problem.
    stop : callable, optional
        Asked between iterations whether to end.

    Raises
    ------
    ModelError
        When no schedule, not even a fractional one, meets the side constraints: that is
        proven with all values zero, so that nothing but what is missed counts.
    OrefieldError
        When magnitudes are too far apart to tell.
    """
    began = time.perf_counter()
    n, n_t, n_d = problem.n, problem.n_periods, problem.n_destinations
    needed = problem.needed.astype(np.int32)
    side = side_constraints(problem)
    state = periods_state(n_t, n)
    steps_value = np.ascontiguousarray(
        problem.all_values().transpose(1, 0, 2).reshape(n, n_t * n_d)
    )
    multiplier = np.zeros(len(side)) if guess is None else side.clipped(guess)
    bound, objective, z, best_multiplier = np.inf, -np.inf, np.zeros(1), multiplier
    cls, n_classes = _first_classes(groups, earliest, n_t * n_d, n_d)
    missing = np.zeros(len(side))
    fine = max(float(np.abs(steps_value).max(axis=1, initial=0.0).sum()), 1.0)
    growth, money = 1.0, 1.0
    iterations = 0
    while True:
        if iterations > 0 or n_classes == 1 or guess is not None:
            step, value = _price(problem, side, multiplier, earliest, needed, state, money)
            if money and value < bound:
                bound, best_multiplier = value, multiplier
            late = time.perf_counter() - began > seconds or (stop is not None and stop())
            if iterations and (late or bound - objective <= tolerance * abs(bound)):
                break
            before = n_classes
            n_classes, parent = refine(cls, step, n_classes)
            if n_classes == before and iterations > 0:
                z = z[parent]  # refining renames classes even where it splits none
                # the closure splits nothing: the master has it already
                met = missing.max(initial=0.0) <= _MET
                if met and money:
                    break
                if not met and not money:
                    raise _impossible(problem, side, missing)
                # is it the fine that is too low, or is nothing feasible? Values of zero tell
                money = 1.0 - money
                growth *= _GROWTH
                if growth > _UTMOST:
                    raise _in_doubt(problem, side, missing)
        iterations += 1
        gain = class_value(cls, steps_value, n_classes) * money
        pairs = class_pairs(cls, problem.start, problem.needed, n_t, n_classes)
        use = _class_rows(problem, side, cls, n_classes)
        found = solve_master(gain, pairs, use, side.lower, side.upper, fine * growth)
        z, multiplier = found.z, side.clipped(found.multiplier)
        missing = found.missing
        if money and missing.max(initial=0.0) <= _MET:
            objective = max(objective, found.objective)
        if iterations == 1:
            z, n_classes = _merge_equal(cls, z)
        if progress is not None:
            progress(objective, bound)
    mined = _mined(cls, z, n_t, n_d)
    return Relaxation(
        mined, objective, bound, best_multiplier, iterations, time.perf_counter() - began
    )


def _impossible(problem: ProductionProblem, side: SideConstraints, missing: _F8) -> ModelError:
    worst = int(missing.argmax())
    name, where = side.label(problem, worst)
    low, high = side.lower[worst], side.upper[worst]
    asked = f"at least {low:g}" if low > 0 else f"at most {high:g}"
    also = int((missing > _MET).sum()) - 1
    return ModelError(
        f"no schedule meets the side constraints: {name} needs {asked}"
        + (f", and {also} more cannot be met with it" if also else ""),
        where=where,
        fix="lower what is asked, raise the capacities it competes with, or begin it later",
    )


def _in_doubt(problem: ProductionProblem, side: SideConstraints, missing: _F8) -> OrefieldError:
    name, where = side.label(problem, int(missing.argmax()))
    return OrefieldError(
        f"{name} can be met, but not to {_MET:g} of its size within what numbers hold",
        where=where,
        fix="give values and bounds in units closer to each other",
    )


def _first_classes(
    groups: NDArray[np.int32] | None, earliest: NDArray[np.int32], steps: int, n_d: int
) -> tuple[NDArray[np.int32], int]:
    """A class for each group at each step; class 0 before a block's earliest period."""
    if groups is None:
        return np.zeros((len(earliest), steps), np.int32), 1
    at = np.arange(steps, dtype=np.int32)
    cls = 1 + groups[:, None] * np.int32(steps) + at
    cls[at < earliest[:, None] * n_d] = 0
    return np.ascontiguousarray(cls.astype(np.int32)), 1 + (int(groups.max()) + 1) * steps


def _merge_equal(cls: NDArray[np.int32], z: _F8) -> tuple[_F8, int]:
    """Join the classes that have one value, in place: the solution stays among the choices."""
    levels, to = np.unique(np.concatenate([[0.0], np.round(z, 9)]), return_inverse=True)
    merge(cls, to[1:].astype(np.int32))
    return levels, len(levels)


def _price(
    problem: ProductionProblem,
    side: SideConstraints,
    multiplier: _F8,
    earliest: NDArray[np.int32],
    needed: NDArray[np.int32],
    state: tuple[NDArray[Any], ...],
    money: float,
) -> tuple[NDArray[np.int32], float]:
    """Best closure at these multipliers: step of each block, and the bound it proves.

    With ``money`` 0 values do not count, and the bound is one of how much must be missed.
    """
    charged = penalised(problem, side, multiplier, money)
    best = charged.argmax(axis=2).astype(np.int32)
    gain = charged.max(axis=2)
    gain[:-1] -= gain[1:].copy()
    value, unit = scaled(gain)
    mask, found = closure_periods(value, problem.start, needed, earliest, state)
    step = steps_of(mask, best, problem.n_destinations)
    return step, float(found) * unit + side.price(multiplier)


def _class_rows(
    problem: ProductionProblem, side: SideConstraints, cls: NDArray[np.int32], n_classes: int
) -> sp.csr_array:
    blocks = []
    n_d = problem.n_destinations
    for r, limit in enumerate(problem.limits):
        use = class_use(cls, limit.use, problem.n_periods, n_classes)
        blocks.append(sp.csr_array(use[side.period[side.limit == r]]))
    for g in side.period[side.limit == -1]:
        row = problem.rows[g]
        line = np.zeros(n_classes)
        at = row.period * n_d + row.destination
        np.add.at(line, cls[row.block, at], row.factor)
        later = at > 0
        np.subtract.at(line, cls[row.block[later], at[later] - 1], row.factor[later])
        line[0] = 0.0
        blocks.append(sp.csr_array(line[None]))
    if not blocks:
        return sp.csr_array((0, n_classes))
    return sp.csr_array(sp.vstack(blocks, format="csr"))


def _mined(cls: NDArray[np.int32], z: _F8, n_t: int, n_d: int) -> _F8:
    by = z[cls]
    mined = np.diff(by, axis=1, prepend=0.0)
    return np.maximum(mined, 0.0).reshape(len(cls), n_t, n_d)
