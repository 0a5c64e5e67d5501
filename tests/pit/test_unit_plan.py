"""Plans of mining units: pieces, precedence, bounds against an independent LP, orders."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from orefield.core import ModelError
from orefield.kernels.order_moves import improve_order, order_worth
from orefield.pit import METALS, Economics, MiningUnits, ScheduleInputs, schedule
from orefield.pit.strategy import central_npv_usd, feed_shortfall
from orefield.pit.unit_plan import plan_units
from orefield.pit.unit_problem import (
    PIECE_OF_YEAR,
    first_years,
    in_pieces,
    piece_counts,
    unit_precedence,
    unit_problem,
    unit_worth,
)

RATE = 0.08
MILLING = 9.0
CUTOFF = 14.0

ECONOMICS = Economics(
    cu_usd_t=9000.0, mo_usd_t=40000.0, ag_usd_t=8e5, au_usd_t=6e7, cu_payable=0.96,
    mo_payable=0.9, ag_payable=0.9, au_payable=0.95, treatment_usd_t_conc=80.0,
    freight_usd_t_conc=60.0, refining_cu_usd_t=180.0, refining_mo_usd_t=500.0,
    refining_ag_usd_t=1.3e4, refining_au_usd_t=1.6e5, concentrate_cu_pct=25.0, royalty=0.03,
    mining_usd_t=2.0, mining_increment_usd_t_m=0.002, reference_elevation_m=4500.0,
    processing_usd_t=7.0, ga_usd_t=2.0, tail_pct=0.05, cu_recovery_max=0.9, mo_recovery=0.6,
    ag_recovery=0.5, au_recovery=0.5,
)  # fmt: skip


def cut(units: MiningUnits, inputs: ScheduleInputs) -> MiningUnits:
    """Units in as many pieces as the capacities ask for."""
    return in_pieces(units, piece_counts(units, inputs))


def a_pit(seed: int, phases: int = 3, benches: int = 6, size_t: float = 4e6) -> MiningUnits:
    """Units of a made-up pit: inner phases reach less deep, outer ones begin in waste."""
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(phases):
        for d in range(benches - phases + 1 + p):
            rich = 0.2 + 0.5 * rng.random() if d >= p else 0.05
            rows.append((p, d, size_t * (0.5 + rng.random()), rich))
    phase, depth, rock, grade = (np.array(c) for c in zip(*rows, strict=True))
    split = np.array([0.3, 0.4, 0.3])
    rock_t = rock[:, None] * split
    metal = np.zeros((len(rock), 3, len(METALS)))
    metal[:, :, 0] = rock_t * grade[:, None] / 100 * np.array([0.1, 0.8, 1.9])
    depth = depth.astype(np.int32)
    return MiningUnits(
        phase=phase.astype(np.int32), bench=(benches - depth).astype(np.int32), depth=depth,
        elevation_m=4500.0 - 15.0 * depth, rock_t=rock_t, metal_t=metal,
        mining_usd_t=2.0 + 0.03 * depth, edges_pct=np.array([5.0, 20.0]),
    )  # fmt: skip


def limits(years: int = 12, mill: float = 4e6, mine: float = 12e6) -> ScheduleInputs:
    return ScheduleInputs.of(
        ECONOMICS, list(range(1, years + 1)), np.full((1, years), mill),
        np.full((1, years), mine), mill_cost_usd_t=CUTOFF,
    )  # fmt: skip


def plan_of(units: MiningUnits, inputs: ScheduleInputs, *, seed: int = 0, moves: int = 4000):
    return plan_units(
        units, inputs, RATE, milling_usd_t=MILLING, lag=2, rng=np.random.default_rng(seed),
        moves=moves,
    )  # fmt: skip


def broken(units: MiningUnits, order: np.ndarray) -> list[tuple[int, int]]:
    """Pairs mined the wrong way round, by the geometry itself and not by any list of arcs."""
    place = np.argsort(order)
    return [
        (a, b)
        for a in range(units.n)
        for b in range(units.n)
        if place[a] < place[b]
        and (
            (units.phase[b] == units.phase[a] and units.depth[b] < units.depth[a])
            or (units.phase[b] < units.phase[a] and units.depth[b] <= units.depth[a])
        )
    ]


# -- pieces and precedence ------------------------------------------------------------------


def test_pieces_fit_a_year_and_hold_what_their_units_hold():
    units, inputs = a_pit(1, size_t=30e6), limits()
    pieces = cut(units, inputs)
    ore = unit_worth(pieces, inputs, CUTOFF, MILLING).ore_t
    assert pieces.n > 3 * units.n
    assert pieces.rock_t.sum(axis=1).max() <= PIECE_OF_YEAR * 12e6 * (1 + 1e-9)
    assert ore.max() <= PIECE_OF_YEAR * 4e6 * (1 + 1e-9)
    for i in range(units.n):
        same = (pieces.phase == units.phase[i]) & (pieces.depth == units.depth[i])
        np.testing.assert_allclose(pieces.rock_t[same].sum(axis=0), units.rock_t[i], rtol=1e-12)
        np.testing.assert_allclose(pieces.metal_t[same].sum(axis=0), units.metal_t[i], rtol=1e-12)
        assert np.ptp(pieces.rock_t[same], axis=0).max() <= 1e-6


def test_small_units_stay_whole():
    units = a_pit(2, size_t=1e5)
    assert cut(units, limits()).n == units.n


def test_precedence_is_that_of_the_geometry():
    """Reachability over the arcs against every pair judged by phase and depth."""
    units = cut(a_pit(3, size_t=9e6), limits())
    start, needed = unit_precedence(units)
    n = units.n
    arcs = sp.csr_array((np.ones(len(needed)), needed, start), shape=(n, n)).toarray() > 0
    reach = arcs.copy()
    for _ in range(n):
        grown = reach | (reach.astype(int) @ arcs.astype(int) > 0)
        if (grown == reach).all():
            break
        reach = grown
    number = np.arange(n)
    p, d = units.phase, units.depth
    same = (p[:, None] == p) & ((d[:, None] > d) | ((d[:, None] == d) & (number[:, None] > number)))
    inner = (p[:, None] > p) & (d[:, None] >= d)
    np.testing.assert_array_equal(reach, same | inner)


def test_units_out_of_order_are_refused():
    units = a_pit(4)
    turned = {
        name: getattr(units, name)[::-1].copy()
        for name in ("phase", "bench", "depth", "elevation_m", "mining_usd_t", "rock_t", "metal_t")
    }
    with pytest.raises(ModelError, match="sorted"):
        unit_precedence(MiningUnits(**turned, edges_pct=units.edges_pct))


# -- worth ------------------------------------------------------------------------------------


def test_cut_offs_sort_units_as_the_schedule_does():
    units = a_pit(5)
    known = unit_worth(units, limits(), CUTOFF, MILLING)
    endless = ScheduleInputs.of(ECONOMICS, [1], [[np.inf]], [[np.inf]], mill_cost_usd_t=CUTOFF)
    result = schedule(units, units.order(0), endless)
    assert known.ore_t.sum() == pytest.approx(result.ore_t[0, 0], rel=1e-12)
    assert known.copper_t.sum() == pytest.approx(result.recovered_t[0, 0, 0], rel=1e-12)
    cash = result.cash_usd[0, 0] + (CUTOFF - MILLING) * result.ore_t[0, 0]
    assert known.cash_usd.sum() == pytest.approx(cash, rel=1e-9)


def test_an_infinite_cut_off_is_the_dump():
    units = a_pit(5)
    dumped = unit_worth(units, limits(), np.inf, MILLING)
    assert not dumped.ore_t.any()
    np.testing.assert_allclose(dumped.cash_usd, -units.rock_t.sum(axis=1) * units.mining_usd_t)


# -- bounds -----------------------------------------------------------------------------------


def independent_lp(units, inputs, earliest) -> float:
    """The relaxation written out and given to another solver: share of a piece a year."""
    known = unit_worth(units, inputs, CUTOFF, MILLING)
    start, needed = unit_precedence(units)
    n, t = units.n, len(inputs.years)
    rock = units.rock_t.sum(axis=1)
    factor = (1 + RATE) ** -(np.arange(t) + 0.5)
    gain = (known.cash_usd[:, None] * factor).ravel()
    rows, top = [], []
    for y in range(t):
        for amount, cap in ((known.ore_t, inputs.mill_cap_t), (rock, inputs.mine_cap_t)):
            line = np.zeros((n, t))
            line[:, y] = amount
            rows.append(line.ravel())
            top.append(cap[0, y])
    for i in range(n):
        line = np.zeros((n, t))
        line[i] = 1.0
        rows.append(line.ravel())
        top.append(1.0)
        for j in needed[start[i] : start[i + 1]]:
            for y in range(t):
                line = np.zeros((n, t))
                line[i, : y + 1] = 1.0
                line[j, : y + 1] -= 1.0
                rows.append(line.ravel())
                top.append(0.0)
    free = (np.arange(t) >= earliest[:, None]).ravel()
    scale = np.abs(gain).max()
    found = linprog(
        -gain / scale, A_ub=sp.csr_array(np.array(rows)), b_ub=top,
        bounds=[(0.0, 1.0 if f else 0.0) for f in free], method="highs",
    )  # fmt: skip
    assert found.status == 0
    return -found.fun * scale


@pytest.mark.parametrize("seed", [6, 7])
def test_bound_is_that_of_an_independent_linear_program(seed):
    units, inputs = a_pit(seed), limits()
    plan = plan_of(units, inputs, seed=seed)
    problem = unit_problem(plan.units, inputs, RATE, milling_usd_t=MILLING, cutoffs_usd_t=[CUTOFF])
    expected = independent_lp(plan.units, inputs, first_years(problem))
    assert plan.bound_usd == pytest.approx(expected, rel=2e-6)
    assert plan.bound_usd >= expected * (1 - 1e-9)
    assert plan.gap == pytest.approx((expected - plan.objective_usd) / expected, abs=3e-6)


def every_order(units: MiningUnits) -> list[list[int]]:
    """All orders of two phases that the geometry allows."""
    inner, outer = (np.flatnonzero(units.phase == p).tolist() for p in (0, 1))
    ahead = [int((units.depth[inner] <= units.depth[i]).sum()) for i in outer]
    found: list[list[int]] = []

    def go(order: list[int], a: int, b: int) -> None:
        if a == len(inner) and b == len(outer):
            found.append(order)
            return
        if a < len(inner):
            go([*order, inner[a]], a + 1, b)
        if b < len(outer) and ahead[b] <= a:
            go([*order, outer[b]], a, b + 1)

    go([], 0, 0)
    return found


@pytest.mark.parametrize("seed", range(8, 12))
def test_no_order_of_all_is_worth_more_than_the_bound(seed):
    units = a_pit(seed, phases=2, benches=4, size_t=1.5e6)
    inputs = limits(years=8, mill=1.5e6, mine=6.2e6)
    plan = plan_of(units, inputs, seed=seed, moves=20_000)
    orders = [np.array(o, np.int32) for o in every_order(plan.units)]
    assert len(orders) > 20
    assert broken(plan.units, orders[0]) == broken(plan.units, orders[-1]) == []
    worth = [value(plan.units, inputs, order) for order in orders]
    assert max(worth)[0] <= plan.bound_usd * (1 + 1e-9)
    assert plan.bound_usd <= plan.free_bound_usd * (1 + 2e-6)
    steady = [w for w, swing, idle in worth if swing <= plan.lag_swing and idle <= plan.lag_idle]
    # the plan is one of these, and all but as good as the best of them
    assert max(steady) * (1 - 5e-3) <= plan.objective_usd <= max(steady) * (1 + 1e-9)


def test_earliest_years_are_never_late():
    """What a schedule begins in a year may begin then, whatever the order."""
    units = cut(a_pit(12, size_t=12e6), limits())
    inputs = limits(years=20)
    problem = unit_problem(units, inputs, RATE, milling_usd_t=MILLING, cutoffs_usd_t=[CUTOFF])
    first = first_years(problem)
    rock = units.rock_t.sum(axis=1)
    for lag in (0, 1, 3, 9):
        order = units.order(lag)
        result = schedule(units, order, inputs)
        moved = np.cumsum((result.ore_t + result.waste_t)[0])
        before = np.concatenate([[0.0], np.cumsum(rock[order])[:-1]])
        begun = np.searchsorted(moved, before * (1 - 1e-9), side="right")
        begun = np.minimum(begun, len(moved) - 1)
        assert (first[order] <= begun).all()


# -- orders -----------------------------------------------------------------------------------


def value(units, inputs, order, years: int = 20):
    known = unit_worth(units, inputs, CUTOFF, MILLING)
    factor = (1 + RATE) ** -(np.arange(len(inputs.years)) + 0.5)
    return order_worth(
        order, units.rock_t.sum(axis=1), known.ore_t, known.cash_usd, known.copper_t,
        inputs.mill_cap_t[0].copy(), inputs.mine_cap_t[0].copy(), factor, years,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lag", [0, 2, 9])
def test_trials_are_valued_as_the_schedule_values_them(seed, lag):
    inputs = limits(years=15)
    units = cut(a_pit(seed, size_t=9e6), inputs)
    order = units.order(lag)
    worth, swing, idle = value(units, inputs, order, years=10)
    result = schedule(units, order, inputs)
    assert worth == pytest.approx(central_npv_usd(units, order, inputs, RATE, MILLING), rel=1e-10)
    copper = result.recovered_t[0, :10, 0]
    copper = copper[copper > 0]
    assert swing == pytest.approx(np.abs(np.diff(copper)).mean() / copper.mean(), rel=1e-9)
    assert idle == pytest.approx(feed_shortfall(result, inputs.mill_cap_t)[0], abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_keeps_precedence_and_gives_nothing_up(seed):
    units, inputs = a_pit(seed, phases=4, benches=9, size_t=5e6), limits(years=20)
    plan = plan_of(units, inputs, seed=seed)
    assert sorted(plan.order.tolist()) == list(range(plan.units.n))
    assert broken(plan.units, plan.order) == []
    assert plan.objective_usd >= plan.lag_usd
    assert plan.objective_usd <= plan.bound_usd * (1 + 1e-9)
    result = schedule(plan.units, plan.order, inputs)
    by_lag = schedule(plan.units, plan.units.order(2), inputs)
    assert plan.swing <= plan.lag_swing
    assert feed_shortfall(result, inputs.mill_cap_t)[0] <= (
        feed_shortfall(by_lag, inputs.mill_cap_t)[0] + 1e-9
    )
    cash = result.nsr_usd - result.mining_usd - MILLING * result.ore_t
    factor = (1 + RATE) ** -(np.arange(20) + 0.5)
    assert plan.objective_usd == pytest.approx(float((cash[0] * factor).sum()), rel=1e-12)


def test_plans_gain_on_the_order_by_lag():
    gains = []
    for seed in range(5):
        plan = plan_of(a_pit(seed, 4, 9, 5e6), limits(years=20), seed=seed)
        gains.append(plan.objective_usd / plan.lag_usd - 1)
    assert max(gains) > 0.005


def test_same_seed_same_plan():
    units, inputs = a_pit(20, 4, 8), limits()
    one, two = (plan_of(units, inputs, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.order, two.order)
    assert one.objective_usd == two.objective_usd
    assert one.bound_usd == two.bound_usd


def test_no_moves_leave_a_feasible_order():
    units, inputs = a_pit(21, 4, 8), limits()
    plan = plan_of(units, inputs, moves=0)
    assert broken(plan.units, plan.order) == []
    assert plan.objective_usd >= plan.lag_usd


def test_moves_only_accept_what_is_allowed():
    """With nothing allowed, the order given comes back."""
    inputs = limits()
    units = cut(a_pit(22, 4, 8), inputs)
    known = unit_worth(units, inputs, CUTOFF, MILLING)
    start, needed = unit_precedence(units)
    factor = (1 + RATE) ** -(np.arange(12) + 0.5)
    order = units.order(1)
    found = improve_order(
        order, start, needed.astype(np.int32), units.phase, units.rock_t.sum(axis=1), known.ore_t,
        known.cash_usd, known.copper_t, inputs.mill_cap_t[0].copy(), inputs.mine_cap_t[0].copy(),
        factor, 20, -1.0, -1.0, np.random.default_rng(0).random((2000, 3)),
    )  # fmt: skip
    np.testing.assert_array_equal(found, order)


# -- bad input --------------------------------------------------------------------------------


def test_a_year_without_capacity_is_refused():
    with pytest.raises(ModelError, match="nothing can be mined"):
        cut(a_pit(1), limits(mill=0.0))


def test_prices_that_change_are_refused():
    inputs = limits(years=3)
    net = np.repeat(inputs.net_usd_t[:, :1], 3, axis=1)
    net[0, 2, 0] *= 1.1
    deck = ScheduleInputs.of(
        ECONOMICS, [1, 2, 3], np.full((1, 3), 4e6), np.full((1, 3), 12e6), net_usd_t=net
    )
    with pytest.raises(ModelError, match="prices change"):
        plan_of(a_pit(1), deck)


def test_no_cut_off_is_refused():
    units = a_pit(1)
    with pytest.raises(ModelError, match="cut-off"):
        unit_problem(units, limits(), RATE, milling_usd_t=MILLING, cutoffs_usd_t=[])


def test_negative_moves_are_refused():
    with pytest.raises(ModelError, match="moves"):
        plan_of(a_pit(1), limits(), moves=-1)
