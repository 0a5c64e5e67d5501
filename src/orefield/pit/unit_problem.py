"""Mining units as a production scheduling problem, in pieces that fit a year.

A unit (a phase on a bench) can be most of a year's rock, while the problem's blocks are the
smallest things that are ordered; so units are cut into equal pieces of a fraction of a year,
mined one after the other. A piece needs the one before it; the first piece of a unit needs
the bench above in its phase, and every phase inside it to have come down to its own bench.

Where a piece goes is a cut-off: at each destination, the bins whose net smelter return is
above that destination's cut-off are milled, the rest is dumped. A share at one cut-off and
the rest at another is a bin that is milled in part; an infinite cut-off is the dump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.kernels.sequencing import earliest_periods, topological_order, without_implied
from orefield.kernels.units_schedule import assess_units
from orefield.pit.mining_units import MiningUnits
from orefield.pit.production import Limit, ProductionProblem, discount_factors
from orefield.pit.schedule import ScheduleInputs
from orefield.pit.strategy import central

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

PIECE_OF_YEAR = 0.25
"""Largest piece, as a share of what a year's mill or mine can take."""

_ROUNDING = 1e-9
"""Capacity is taken this much (relative) larger when it is used to rule something out."""
_VISITS = 2_000_000_000


@dataclass(frozen=True)
class UnitWorth:
    """Central figures of whole units when the mill takes what is above a cut-off.

    Attributes
    ----------
    ore_t, copper_t, cash_usd : float64 arrays, shape (u,)
        Ore, copper recovered from it, and net smelter return less mining and milling.
    """

    ore_t: _F8
    copper_t: _F8
    cash_usd: _F8


def unit_worth(
    units: MiningUnits, inputs: ScheduleInputs, cutoff_usd_t: float, milling_usd_t: float
) -> UnitWorth:
    """What units are worth on the central case, prices of the first year.

    Parameters
    ----------
    units : MiningUnits
        Whole units or pieces.
    inputs : ScheduleInputs
        Draw 0 is used.
    cutoff_usd_t : float
        Net smelter return (USD/t) above which a bin is milled; inf dumps everything.
    milling_usd_t : float
        What milling a tonne costs, which may be less than the cut-off.
    """
    alone = central(inputs)
    found = assess_units(
        units.rock_t, units.metal_t, units.selective, alone.net_usd_t,
        np.array([cutoff_usd_t], np.float64), alone.tonnage_factor, alone.grade_factor,
        alone.tail_pct, alone.cu_recovery_max, alone.byproduct_recovery,
    )  # fmt: skip
    ore, waste, nsr, copper = (np.ascontiguousarray(column) for column in found.T)
    mining = (ore + waste) * units.mining_usd_t * alone.mining_factor[0]
    return UnitWorth(ore, copper, nsr - mining - milling_usd_t * ore)


def piece_counts(units: MiningUnits, inputs: ScheduleInputs) -> _I8:
    """Pieces of each unit, shape (u,): at most :data:`PIECE_OF_YEAR` of a year's capacities each.

    Raises
    ------
    ModelError
        When a capacity of the central case is not positive.
    """
    mill, mine = float(inputs.mill_cap_t[0].min()), float(inputs.mine_cap_t[0].min())
    if not (mill > 0 and mine > 0):
        raise ModelError(
            f"mill {mill:g} t/y, mine {mine:g} t/y: nothing can be mined in a year",
            fix="plan on the capacity of a full year",
        )
    ore = unit_worth(units, inputs, float(inputs.mill_cost_usd_t[0]), 0.0).ore_t
    years = np.maximum(units.rock_t.sum(axis=1) / mine, ore / mill)
    # a unit of exactly four quarters is four pieces, whatever the last digit says
    counts: _I8 = np.maximum(np.ceil(years / PIECE_OF_YEAR - _ROUNDING), 1.0).astype(np.int64)
    return counts


def in_pieces(units: MiningUnits, counts: _I8) -> MiningUnits:
    """Units cut into equal pieces, as many as ``counts`` says of each.

    Pieces of a unit follow each other; each holds the same share of every bin.
    """
    which = np.repeat(np.arange(units.n), counts)
    share = 1.0 / counts[which]
    changed: dict[str, Any] = {
        name: getattr(units, name)[which]
        for name in ("phase", "bench", "depth", "elevation_m", "mining_usd_t")
    }
    changed["rock_t"] = units.rock_t[which] * share[:, None]
    changed["metal_t"] = units.metal_t[which] * share[:, None, None]
    return replace(units, **changed)


def unit_precedence(units: MiningUnits) -> tuple[_I8, _I8]:
    """What each piece needs, as (start, needed); implied arcs are left out.

    Shells nest, so that a block needs only blocks of its own and of inner phases on benches
    above; that an inner phase is down to the bench itself leaves it room to be worked.

    Raises
    ------
    ModelError
        When the pieces are not sorted by phase, then depth.
    """
    key = units.phase.astype(np.int64) * (int(units.depth.max()) + 1) + units.depth
    if (np.diff(key) < 0).any():
        raise ModelError("mining units are not sorted by phase and depth")
    first = np.searchsorted(units.phase, np.arange(int(units.phase.max()) + 2))
    start, needed = [0], []
    for i in range(units.n):
        p = int(units.phase[i])
        if i > first[p]:
            needed.append(i - 1)
        for q in range(p):
            above = np.searchsorted(units.depth[first[q] : first[q + 1]], units.depth[i], "right")
            if above:
                needed.append(int(first[q] + above) - 1)
        start.append(len(needed))
    begin, arcs = without_implied(np.array(start, np.int64), np.array(needed, np.int32))
    return begin, arcs.astype(np.int64)


def unit_problem(
    units: MiningUnits,
    inputs: ScheduleInputs,
    discount_rate: float,
    *,
    milling_usd_t: float,
    cutoffs_usd_t: Sequence[float],
    name: str = "units",
) -> ProductionProblem:
    """The scheduling problem of pieces: one block each, one destination a cut-off.

    Parameters
    ----------
    units : MiningUnits
        In pieces, see :func:`in_pieces`.
    inputs : ScheduleInputs
        Draw 0 gives capacities by year, recoveries and prices, which must not change
        from year to year.
    discount_rate : float
        Per year; cash falls at mid-year, as in :meth:`Schedule.npv_usd`.
    milling_usd_t : float
        What milling a tonne costs.
    cutoffs_usd_t : sequence of float
        Net smelter return (USD/t) above which a bin is milled, one destination each.
    name : str
        Of the problem.

    Raises
    ------
    ModelError
        For pieces out of order, prices that change, or no cut-off.
    """
    if (inputs.net_usd_t[0] != inputs.net_usd_t[0, 0]).any():
        raise ModelError(
            "prices change from year to year",
            where=name,
            fix="units are sorted to mill and dump once: plan at one set of prices",
        )
    if not cutoffs_usd_t:
        raise ModelError("no cut-off is given, so nothing can be milled", where=name)
    worths = [unit_worth(units, inputs, cutoff, milling_usd_t) for cutoff in cutoffs_usd_t]
    start, needed = unit_precedence(units)
    years = len(inputs.years)
    rock = units.rock_t.sum(axis=1) * inputs.tonnage_factor[0]
    none = np.full(years, -np.inf)
    return ProductionProblem(
        name=name,
        start=start,
        needed=needed,
        value=np.stack([w.cash_usd for w in worths], axis=1)[None],
        factor=discount_factors(discount_rate, years) * (1.0 + discount_rate) ** -0.5,
        limits=(
            Limit("mill", np.stack([w.ore_t for w in worths], axis=1), none, inputs.mill_cap_t[0]),
            Limit("mine", np.repeat(rock[:, None], len(worths), 1), none, inputs.mine_cap_t[0]),
        ),
        destinations=tuple(f"mill above {cutoff:g} USD/t" for cutoff in cutoffs_usd_t),
    )


def first_years(problem: ProductionProblem) -> NDArray[np.int32]:
    """Year in which each piece can be begun at the earliest, shape (n,).

    All that a piece needs must have been mined before; the piece itself may then go on into
    later years. That is weaker than what an integer plan obeys, and so also holds for
    schedules that take pieces in parts. Rises along precedences.
    """
    n = problem.n
    needed = problem.needed.astype(np.int32)
    order = topological_order(problem.start, needed)
    # behind every piece a second one of no size that needs the same: its year is when all
    # that is needed can be done
    start = np.concatenate([problem.start, problem.start[-1] + problem.start[1:]])
    use = np.stack([limit.use.min(axis=1) for limit in problem.limits])
    room = np.stack([np.cumsum(limit.upper) for limit in problem.limits]) * (1.0 + _ROUNDING)
    found = earliest_periods(
        np.concatenate([order, order + np.int32(n)]).astype(np.int32),
        start,
        np.concatenate([needed, needed]),
        np.concatenate([use, np.zeros_like(use)], axis=1),
        room,
        _VISITS,
    )
    # what cannot be begun at all may be thought of as begun in the last year: no bound falls
    return np.minimum(found[n:], problem.n_periods - 1).astype(np.int32)
