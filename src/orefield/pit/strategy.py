"""Choices of a plan on the central case: how phases follow each other, what is stripped first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.units_schedule import assess_units
from orefield.pit.economics import Economics
from orefield.pit.mining_units import MiningUnits, mining_units
from orefield.pit.phases import phase_of_blocks
from orefield.pit.schedule import Schedule, ScheduleInputs, schedule

LAGS = (0, 1, 2, 3, 4, 6, 8, 12, 20)
"""Lags (benches) tried by default, besides finishing each phase before the next."""


@dataclass(frozen=True)
class NpvBracket:
    """Central discounted value (USD) of a plan and of the two orders that bracket it.

    ``worst_usd`` mines the whole final pit bench by bench; ``best_usd`` mines shell by
    shell. The first defers ore behind all the stripping, the second needs pushbacks too
    narrow to work: what can be done lies between.
    """

    worst_usd: float
    specified_usd: float
    best_usd: float


def central(inputs: ScheduleInputs) -> ScheduleInputs:
    """Draw 0 of the inputs alone."""
    return inputs.of_draws(np.zeros(1, dtype=np.int64))


def central_npv_usd(
    units: MiningUnits,
    order: NDArray[np.int32],
    inputs: ScheduleInputs,
    discount_rate: float,
    milling_usd_t: float | None = None,
) -> float:
    """Discounted central cash of an order, at mid-year.

    Parameters
    ----------
    units, order
        See :func:`orefield.pit.schedule`.
    inputs : ScheduleInputs
        Draw 0 is used.
    discount_rate : float
        Per year.
    milling_usd_t : float, optional
        What milling a tonne costs, where the inputs hold a cut-off above it.

    Raises
    ------
    ModelError
        As :func:`orefield.pit.schedule` and :meth:`Schedule.npv_usd`.
    """
    alone = central(inputs)
    result = schedule(units, order, alone)
    npv = float(result.npv_usd(discount_rate)[0])
    if milling_usd_t is None:
        return npv
    factor = (1.0 + discount_rate) ** -(np.arange(len(result.years)) + 0.5)
    above = float(alone.mill_cost_usd_t[0]) - milling_usd_t
    return npv + above * float((result.ore_t[0] * factor).sum())


def feed_shortfall(result: Schedule, mill_cap_t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of mill capacity left unused while rock remains, shape (d,).

    Years in which the units run out, and unlimited mills, do not count.
    """
    counts = (result.rock_left_t > 0) & np.isfinite(mill_cap_t) & (mill_cap_t > 0)
    cap = np.where(counts, mill_cap_t, 0.0)
    unused = np.where(counts, np.maximum(mill_cap_t - result.ore_t, 0.0), 0.0).sum(axis=1)
    total = cap.sum(axis=1)
    share: NDArray[np.float64] = np.zeros_like(total)
    np.divide(unused, total, out=share, where=total > 0)
    return share


def choose_lag(
    units: MiningUnits,
    inputs: ScheduleInputs,
    discount_rate: float,
    *,
    lags: Sequence[int] = LAGS,
    feed_tolerance: float = 0.05,
    value_tolerance: float = 0.0,
    steady_years: int = 20,
) -> int:
    """The lag of best central NPV among those that keep the mill about as full as any can.

    With a ``value_tolerance``, of all lags that cost no more than that share of the best
    value, the one of steadiest copper: an owner gives up a little value for a mill that
    does not swing from pushback to pushback.

    Parameters
    ----------
    units : MiningUnits
        Units of phases.
    inputs : ScheduleInputs
        Draw 0 is used.
    discount_rate : float
        Per year.
    lags : sequence of int
        Lags tried, benches.
    feed_tolerance : float
        A lag qualifies when its :func:`feed_shortfall` is at most this much above the
        smallest. Deferring waste always looks good in NPV; an idle mill does not exist.
    value_tolerance : float
        Share of the best NPV that steadiness may cost.
    steady_years : int
        Years over which copper is to be steady.

    Returns
    -------
    int
        One of ``lags``, or the number of levels, which finishes each phase before the next.

    Raises
    ------
    ModelError
        When a lag is negative.
    """
    alone = central(inputs)
    tried = sorted({*lags, int(units.depth.max()) + 1})
    results = [schedule(units, units.order(lag), alone) for lag in tried]
    shortfall = np.array([feed_shortfall(r, alone.mill_cap_t)[0] for r in results])
    npv = np.array([r.npv_usd(discount_rate)[0] for r in results])
    npv[shortfall > shortfall.min() + feed_tolerance] = -np.inf
    best = float(npv.max())
    if value_tolerance <= 0.0:
        return tried[int(np.argmax(npv))]
    swing = np.array([_swing(r, steady_years) for r in results])
    swing[npv < best - value_tolerance * abs(best)] = np.inf
    return tried[int(np.argmin(swing))]


def _swing(result: Schedule, years: int) -> float:
    """Mean yearly change of copper as a share of its mean, in the years that have any."""
    copper = result.recovered_t[0, :years, 0]
    copper = copper[copper > 0]
    if len(copper) < 2:
        return np.inf
    return float(np.abs(np.diff(copper)).mean() / copper.mean())


def npv_bracket(
    model: BlockModel,
    shell: NDArray[np.integer],
    shell_phase: NDArray[np.integer],
    economics: Economics,
    edges_pct: ArrayLike,
    inputs: ScheduleInputs,
    lag: int,
    discount_rate: float,
    *,
    bin_by: ArrayLike | None = None,
    specified: tuple[MiningUnits, NDArray[np.int32]] | None = None,
    milling_usd_t: float | None = None,
) -> NpvBracket:
    """Worst, specified and best central NPV under the same capacities.

    The best case mines shell by shell. With capacities, finishing each shell before the
    next need not be the best order of shells; so every lag between shells is tried, and
    the specified order with the shells taken one by one inside each of its units; where
    none of these is better than the specified order, that is the best there is.

    The inputs should span the life of the mine; a shorter span compares its first years.

    Parameters
    ----------
    model, economics, edges_pct, bin_by
        See :func:`orefield.pit.mining_units`.
    shell : int array, shape (n,)
        See :func:`orefield.pit.nested_shells`.
    shell_phase : int array, shape (n_shells,)
        See :func:`orefield.pit.choose_phases`; shells beyond it are not mined.
    inputs : ScheduleInputs
        Draw 0 is used.
    lag : int
        Of the specified order, see :meth:`MiningUnits.order`.
    discount_rate : float
        Per year.
    specified : (MiningUnits, int array), optional
        Units of the phases, whole or in pieces, and their order; by default the order by lag.
    milling_usd_t : float, optional
        What milling a tonne costs, where the inputs hold a cut-off above it.

    Raises
    ------
    ModelError
        As :func:`orefield.pit.mining_units` and :func:`orefield.pit.schedule`.
    """
    alone = central(inputs)
    phase = phase_of_blocks(shell, shell_phase)
    by_shell = np.where(phase >= 0, shell, -1).astype(np.int16)
    whole = np.minimum(phase, 0)

    def gather(groups: NDArray[np.integer]) -> MiningUnits:
        return mining_units(model, groups, economics, edges_pct, bin_by=bin_by)

    def npv(units: MiningUnits, order: NDArray[np.int32]) -> float:
        return central_npv_usd(units, order, alone, discount_rate, milling_usd_t)

    bench_by_bench, phases, shells = gather(whole), gather(phase), gather(by_shell)
    # the units of shells carry the shell where those of phases carry the phase
    reached = shell_phase[shells.phase].astype(np.int64) * lag + shells.depth
    refined = np.lexsort((shells.phase, shells.depth, shell_phase[shells.phase], reached))
    orders = [shells.phase_by_phase(), refined.astype(np.int32)]
    orders += [shells.order(tried) for tried in LAGS]
    units, chosen = (phases, phases.order(lag)) if specified is None else specified
    orders.append(_by_shell(units, chosen, shells, shell_phase))
    given = npv(units, chosen)
    return NpvBracket(
        worst_usd=npv(bench_by_bench, bench_by_bench.order(0)),
        specified_usd=given,
        best_usd=max(given, *(npv(shells, order) for order in orders)),
    )


def _by_shell(
    units: MiningUnits,
    order: NDArray[np.int32],
    shells: MiningUnits,
    shell_phase: NDArray[np.integer],
) -> NDArray[np.int32]:
    """Units of shells when each unit of a phase, as it is begun, is mined shell by shell."""
    levels = 1 + max(int(units.depth.max()), int(shells.depth.max()))
    begun = np.full((int(units.phase.max()) + 1) * levels, units.n)
    place = np.argsort(order)
    np.minimum.at(begun, units.phase.astype(np.int64) * levels + units.depth, place)
    key = shell_phase[shells.phase].astype(np.int64) * levels + shells.depth
    return np.lexsort((shells.phase, begun[key])).astype(np.int32)


def prestrip_rock_t(
    units: MiningUnits,
    order: NDArray[np.int32],
    inputs: ScheduleInputs,
    *,
    mill_t: float,
    mine_t: float,
    years: float = 2.0,
) -> float:
    """Rock (t) to dig before the mill starts, so that it is fed from the first day.

    Stripping starts the mill full, but the ore above the point it reaches is dumped with
    it. Of the ends of units along the order, the first is taken at which ore dumped plus
    ore the mill then lacks within ``years`` is least, both counted by running the schedule
    itself from there on the central case.

    Parameters
    ----------
    units, order
        See :func:`orefield.pit.schedule`.
    inputs : ScheduleInputs
        Draw 0 and its first year tell ore from waste.
    mill_t, mine_t : float
        Yearly mill feed and rock movement to be sustained.
    years : float
        For how long; counted in whole years, rounded up.

    Raises
    ------
    ModelError
        When a rate or the span is not positive.
    """
    if not (mill_t > 0 and mine_t > 0 and years >= 1):
        raise ModelError(f"mill {mill_t} t/y, mine {mine_t} t/y, {years} years: not positive")
    alone = central(inputs)
    split = assess_units(
        units.rock_t, units.metal_t, units.selective, alone.net_usd_t, alone.mill_cost_usd_t,
        alone.tonnage_factor, alone.grade_factor, alone.tail_pct, alone.cu_recovery_max,
        alone.byproduct_recovery,
    )[order]  # fmt: skip
    ore = np.concatenate([[0.0], np.cumsum(split[:, 0])])
    rock = np.concatenate([[0.0], np.cumsum(split[:, 0] + split[:, 1])])
    # one draw for each place to start from
    n, span = len(rock), int(np.ceil(years))
    repeated: dict[str, Any] = {
        name: np.repeat(value, n, axis=0)
        for name, value in vars(alone).items()
        if isinstance(value, np.ndarray) and name != "years"
    }
    repeated["net_usd_t"] = np.repeat(alone.net_usd_t[:, :1], n, axis=0).repeat(span, axis=1)
    repeated["mill_cap_t"] = np.full((n, span), mill_t)
    repeated["mine_cap_t"] = np.full((n, span), mine_t)
    repeated["target_cu_t"] = np.full((n, span), np.nan)
    repeated["opening_rock_t"] = rock
    trial = replace(alone, years=alone.years[0] + np.arange(span), **repeated)
    milled = schedule(units, order, trial).ore_t.sum(axis=1)
    return float(rock[int(np.argmin(ore - milled))])
