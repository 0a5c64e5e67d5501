"""The plan of an open pit: an order of its mining units, and a certified bound of any.

The draws of a run mine units in an order, through yearly capacities, as far as each year
goes; a bench can take parts of two years. So the plan sought is an order, and what it is
worth is what that schedule gives. Two things come of the linear relaxation of
:mod:`orefield.pit.production`: an upper bound of every order, with the year in which each
piece can be begun at the earliest, and a first order. Then runs of pieces are moved in the
order, each trial scheduled anew, as long as its value rises.

Why not the integer plan of :func:`orefield.pit.production.solve_production`: there a piece
is mined within one year, and with some four hundred pieces, each a tenth of a year's rock,
that rule costs more than is left to gain. On three open pits of the study china-copper
(Duobaoshan, Dexing, Tiegelongnan) integer plans lay 3 to 10 % below the same bounds after
ten seconds and more, orders as steady as those by lag 2 to 3 % after a third of a second.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.kernels.order_moves import improve_order, order_worth
from orefield.pit.mining_units import MiningUnits
from orefield.pit.production import ProductionProblem, Relaxation, relax
from orefield.pit.schedule import ScheduleInputs
from orefield.pit.strategy import central, central_npv_usd
from orefield.pit.unit_problem import (
    first_years,
    in_pieces,
    piece_counts,
    unit_problem,
    unit_worth,
)

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

MOVES = 100_000
"""Moves tried: effort is counted in them, not in seconds, so that a plan is the same anywhere."""
STEADY_YEARS = 20
"""Years over which copper is to be steady."""
_TOLERANCE = 1e-6
_FREE_TOLERANCE = 5e-3
"""The bound of a free choice of cut-off need not be tight: it is an upper bound at any time."""


@dataclass(frozen=True)
class UnitPlan:
    """An order of mining and what is proven of it; values are central, discounted, in USD.

    Attributes
    ----------
    units : MiningUnits
        In pieces.
    pieces : int64 array, shape (u,)
        How many of each unit that was given.
    order : int32 array, shape (n,)
        Order of the pieces.
    objective_usd : float
        Of the order, by :func:`orefield.pit.schedule`.
    bound_usd : float
        No order of the pieces is worth more, at the cut-off of the inputs.
    free_bound_usd : float
        Nor is any when mill, lower-grade ore and dump may be chosen anew for every piece.
    lag_usd : float
        Of the order it was made from, in which phases follow each other at a fixed lag.
    swing, lag_swing : float
        Mean yearly change of copper over its mean, in the first :data:`STEADY_YEARS`.
    idle, lag_idle : float
        Share of mill capacity left unused before the pit is mined out.
    iterations, moves : int
        Of the relaxation, and tried in the order.
    seconds : float
        Of everything.
    """

    units: MiningUnits
    pieces: NDArray[np.int64]
    order: _I4
    objective_usd: float
    bound_usd: float
    free_bound_usd: float
    lag_usd: float
    swing: float
    lag_swing: float
    idle: float
    lag_idle: float
    iterations: int
    moves: int
    seconds: float

    @property
    def gap(self) -> float:
        """``(bound - objective) / |bound|``."""
        return (self.bound_usd - self.objective_usd) / max(abs(self.bound_usd), 1e-300)


def plan_units(
    units: MiningUnits,
    inputs: ScheduleInputs,
    discount_rate: float,
    *,
    milling_usd_t: float,
    lag: int,
    rng: np.random.Generator,
    moves: int = MOVES,
) -> UnitPlan:
    """The best order found for the units of a pit, no less steady than its order by lag.

    The order by lag is where the search starts, and what it has to beat: the plan is never
    worth less, its copper swings no wider from year to year (in the first
    :data:`STEADY_YEARS`), and its mill stands idle no more. Value alone would defer waste
    and go from pushback to pushback, with a mill that is full in one year and not the next.

    Parameters
    ----------
    units : MiningUnits
        Of phases, see :func:`orefield.pit.mining_units`.
    inputs : ScheduleInputs
        Draw 0: capacities, and a milling cost that is the cut-off of ore.
    discount_rate : float
        Per year.
    milling_usd_t : float
        What milling a tonne costs; at most the cut-off.
    lag : int
        See :meth:`MiningUnits.order`.
    rng : Generator
        Of the moves.
    moves : int
        How many are tried.

    Raises
    ------
    ModelError
        For capacities that are not positive, prices that change over the years, or a
        negative number of moves.
    """
    if moves < 0:
        raise ModelError(f"{moves} moves", fix="give 0 or more")
    began = time.perf_counter()
    alone = central(inputs)
    cutoff = float(alone.mill_cost_usd_t[0])
    counts = piece_counts(units, alone)
    pieces = in_pieces(units, counts)

    def problem_at(*cutoffs: float) -> ProductionProblem:
        return unit_problem(
            pieces, alone, discount_rate, milling_usd_t=milling_usd_t, cutoffs_usd_t=cutoffs
        )

    problem = problem_at(cutoff)
    relaxed = _bound(problem, pieces, _TOLERANCE)
    free = _bound(problem_at(cutoff, milling_usd_t, np.inf), pieces, _FREE_TOLERANCE)
    terms = _terms(pieces, alone, problem, milling_usd_t)
    by_lag = pieces.order(lag)
    before = order_worth(by_lag, *terms, STEADY_YEARS)
    begun = _order_of(problem, relaxed)
    start = order_worth(begun, *terms, STEADY_YEARS)
    if start[0] <= before[0] or start[1] > before[1] or start[2] > before[2]:
        begun = by_lag
    order = improve_order(
        begun, problem.start, problem.needed.astype(np.int32), pieces.phase, *terms,
        STEADY_YEARS, before[1], before[2], rng.random((moves, 3)),
    )  # fmt: skip
    after = order_worth(order, *terms, STEADY_YEARS)

    def worth(sequence: _I4) -> float:
        return central_npv_usd(pieces, sequence, alone, discount_rate, milling_usd_t)

    return UnitPlan(
        units=pieces,
        pieces=counts,
        order=order,
        objective_usd=worth(order),
        bound_usd=relaxed.bound,
        free_bound_usd=free.bound,
        lag_usd=worth(by_lag),
        swing=float(after[1]),
        lag_swing=float(before[1]),
        idle=float(after[2]),
        lag_idle=float(before[2]),
        iterations=relaxed.iterations,
        moves=moves,
        seconds=time.perf_counter() - began,
    )


def _bound(problem: ProductionProblem, pieces: MiningUnits, tolerance: float) -> Relaxation:
    # the first master problem moves phases as wholes: its multipliers are nearly right
    groups = np.ascontiguousarray(pieces.phase, dtype=np.int32)
    return relax(problem, first_years(problem), tolerance=tolerance, groups=groups)


def _terms(
    pieces: MiningUnits, inputs: ScheduleInputs, problem: ProductionProblem, milling_usd_t: float
) -> tuple[_F8, _F8, _F8, _F8, _F8, _F8, _F8]:
    """Rock, ore, cash, copper of each piece; mill, mine and discount of each year."""
    known = unit_worth(pieces, inputs, float(inputs.mill_cost_usd_t[0]), milling_usd_t)
    rock = np.ascontiguousarray(problem.limits[1].use[:, 0])
    return (
        rock, known.ore_t, known.cash_usd, known.copper_t, inputs.mill_cap_t[0].copy(),
        inputs.mine_cap_t[0].copy(), np.ascontiguousarray(problem.factor[:, 0]),
    )  # fmt: skip


def _order_of(problem: ProductionProblem, relaxed: Relaxation) -> _I4:
    """Pieces by the time at which the relaxation expects them mined, precedences kept."""
    expected = problem.n_periods - np.cumsum(relaxed.mined.sum(axis=2), axis=1).sum(axis=1)
    # a piece waits for the latest it needs; all of these have lower numbers
    for i in range(problem.n):
        arcs = problem.needed[problem.start[i] : problem.start[i + 1]]
        if len(arcs):
            expected[i] = max(expected[i], float(expected[arcs].max()))
    return np.lexsort((np.arange(problem.n), expected)).astype(np.int32)
