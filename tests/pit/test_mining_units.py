import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit import (
    ScheduleInputs,
    block_metal_t,
    block_nsr_usd_t,
    breakeven_cu_pct,
    choose_phases,
    grade_edges,
    mining_units,
    nested_shells,
    phase_of_blocks,
    schedule,
    shell_totals,
    slope_pattern,
)

FACTORS = np.arange(0.35, 1.01, 0.05)


@pytest.fixture(scope="module")
def planned(model, economics):
    pattern = slope_pattern(model.grid, 42.0)
    shell = nested_shells(model, economics, pattern, FACTORS)
    totals = shell_totals(shell, model.tonnes(), len(FACTORS))
    phase = phase_of_blocks(shell, choose_phases(totals, n_phases=3))
    inside = shell >= 0
    edges = grade_edges(
        model["cu_pct"][inside], model.tonnes()[inside], breakeven_cu_pct(economics)
    )
    return pattern, shell, phase, edges, mining_units(model, phase, economics, edges)


def test_units_hold_exactly_what_the_pit_holds(model, planned):
    _, shell, _, _, units = planned
    inside = shell >= 0
    assert units.total_rock_t == pytest.approx(model.tonnes()[inside].sum(), rel=1e-12)
    metal = block_metal_t(model)[inside].sum(axis=0)
    assert units.total_metal_t == pytest.approx(metal, rel=1e-12)
    assert units.cu_t.sum() == pytest.approx(metal[0], rel=1e-12)
    assert units.mo_t.sum() == pytest.approx(metal[1], rel=1e-12)
    assert units.ag_t.sum() == pytest.approx(metal[2], rel=1e-12)
    assert units.au_t.sum() == 0.0


def test_a_bin_holds_grades_between_its_edges(planned):
    *_, edges, units = planned
    filled = units.rock_t > 0
    grade = np.zeros_like(units.rock_t)
    np.divide(100 * units.cu_t, units.rock_t, out=grade, where=filled)
    low = np.concatenate([[0.0], edges])
    high = np.concatenate([edges, [np.inf]])
    assert ((grade >= low - 1e-12) & (grade <= high + 1e-12))[filled].all()


def test_the_cutoff_is_an_edge(planned, economics):
    assert np.isclose(planned[3], breakeven_cu_pct(economics)).any()


def test_benches_stand_where_the_grid_says(model, planned, economics):
    units = planned[-1]
    z = model.grid.local_axes()[2]
    assert np.array_equal(units.elevation_m, z[units.bench])
    assert np.array_equal(units.depth, model.grid.shape[2] - 1 - units.bench)
    assert np.array_equal(units.mining_usd_t, economics.mining_cost_usd_t(units.elevation_m))
    assert units.note == model.note


@pytest.mark.parametrize("lag", [0, 1, 3, 7, 1000])
def test_no_order_takes_a_block_before_what_it_needs(model, planned, lag):
    pattern, _, phase, _, units = planned
    nx, ny, nz = model.grid.shape
    turn = np.empty(units.n, dtype=int)
    turn[units.order(lag)] = np.arange(units.n)
    by_name = {(p, b): t for p, b, t in zip(units.phase, units.bench, turn, strict=True)}
    cube = np.full((nz, ny, nx), -1)
    for (p, b), t in by_name.items():
        cube[b][(phase.reshape(nz, ny, nx)[b] == p)] = t
    air = (model["rock_fraction"] == 0).reshape(nz, ny, nx)
    checked = 0
    for dx, dy, dz in pattern.offsets.tolist():
        here = cube[: nz - dz, max(-dy, 0) : ny - max(dy, 0), max(-dx, 0) : nx - max(dx, 0)]
        there = cube[dz:, max(dy, 0) : ny - max(-dy, 0), max(dx, 0) : nx - max(-dx, 0)]
        gone = air[dz:, max(dy, 0) : ny - max(-dy, 0), max(dx, 0) : nx - max(-dx, 0)]
        needs = (here >= 0) & ~gone
        checked += int(needs.sum())
        assert ((there >= 0) & (there < here))[needs].all()
    assert checked > 10_000


def test_the_largest_lag_is_phase_by_phase(planned):
    units = planned[-1]
    order = units.phase_by_phase()
    assert (np.diff(units.phase[order]) >= 0).all()
    assert (np.diff(units.depth[units.order(0)]) >= 0).all()


def test_edges_above_the_cutoff_hold_equal_rock():
    rng = np.random.default_rng(1)
    grade = rng.lognormal(-1.0, 0.6, 5000)
    rock = np.full(5000, 1e4)
    edges = grade_edges(grade, rock, 0.2, 10)
    assert len(edges) == 9
    high = edges[edges >= 0.3 - 1e-12]
    counts = np.histogram(grade, np.concatenate([high, [np.inf]]))[0]
    assert counts.max() - counts.min() <= 2


def test_bins_of_smelter_return_keep_ore_and_waste_apart(model, planned, economics):
    _, shell, phase, *_ = planned
    inside = shell >= 0
    nsr = block_nsr_usd_t(model, economics)
    tonnes = model.tonnes()
    cost = economics.mill_cost_usd_t
    edges = grade_edges(nsr[inside], tonnes[inside], cost)
    units = mining_units(model, phase, economics, edges, bin_by=nsr)
    ore_bins = np.concatenate([[0.0], edges]) >= cost * (1 - 1e-12)
    ore = units.rock_t[:, ore_bins].sum()
    assert ore == pytest.approx(tonnes[inside & (nsr >= cost)].sum(), rel=1e-12)
    assert units.total_rock_t == pytest.approx(tonnes[inside].sum(), rel=1e-12)
    once = ScheduleInputs.of(economics, [2020], np.inf, np.inf)
    milled = schedule(units, units.order(0), once).ore_t[0, 0]
    assert milled == pytest.approx(ore, rel=5e-3)  # recovery bends within a bin
    with pytest.raises(ModelError, match="bin_by"):
        mining_units(model, phase, economics, edges, bin_by=nsr[:-1])


def test_bad_edges_and_bins_are_refused(model, planned, economics):
    phase = planned[2]
    with pytest.raises(ModelError, match="rise"):
        mining_units(model, phase, economics, [0.3, 0.2])
    with pytest.raises(ModelError, match="nothing to mine"):
        mining_units(model, np.full_like(phase, -1), economics, [0.3])
    with pytest.raises(ModelError, match="phases for a model"):
        mining_units(model, phase[:-1], economics, [0.3])
    with pytest.raises(ModelError, match="cut-off"):
        grade_edges([0.1], [1.0], np.inf)
    with pytest.raises(ModelError, match="bins"):
        grade_edges([0.1], [1.0], 0.2, n_bins=4)
    with pytest.raises(ModelError, match="lag"):
        planned[-1].order(-1)
