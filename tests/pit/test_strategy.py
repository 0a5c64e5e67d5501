import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit import (
    ScheduleInputs,
    breakeven_cu_pct,
    central,
    choose_lag,
    choose_phases,
    feed_shortfall,
    grade_edges,
    mining_units,
    nested_shells,
    npv_bracket,
    phase_of_blocks,
    prestrip_rock_t,
    schedule,
    shell_totals,
    slope_pattern,
)

FACTORS = np.arange(0.3, 1.01, 0.05)
LIFE = range(2020, 2100)


def _plan(model, economics, n_phases=4):
    pattern = slope_pattern(model.grid, 42.0, tolerance_deg=2.0)
    shell = nested_shells(model, economics, pattern, FACTORS)
    shell_phase = choose_phases(
        shell_totals(shell, model.tonnes(), len(FACTORS)), n_phases=n_phases
    )
    inside = shell >= 0
    edges = grade_edges(
        model["cu_pct"][inside], model.tonnes()[inside], breakeven_cu_pct(economics)
    )
    units = mining_units(model, phase_of_blocks(shell, shell_phase), economics, edges)
    return shell, shell_phase, edges, units


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rate", [0.05, 0.12])
def test_worst_and_best_bracket_the_plan(porphyry, economics, seed, rate):
    model = porphyry(seed)
    shell, shell_phase, edges, units = _plan(model, economics)
    mill = units.total_rock_t / 40
    inputs = ScheduleInputs.of(economics, LIFE, mill, 4 * mill)
    lag = choose_lag(units, inputs, rate)
    found = npv_bracket(model, shell, shell_phase, economics, edges, inputs, lag, rate)
    assert 0 < found.worst_usd < found.best_usd
    assert found.worst_usd <= found.specified_usd <= found.best_usd
    plan = schedule(units, units.order(lag), inputs).npv_usd(rate)[0]
    assert found.specified_usd == pytest.approx(plan, rel=1e-12)


def test_without_discounting_the_order_does_not_matter(model, economics):
    shell, shell_phase, edges, _ = _plan(model, economics)
    inputs = ScheduleInputs.of(economics, LIFE, 1e9, np.inf)
    found = npv_bracket(model, shell, shell_phase, economics, edges, inputs, 3, 0.0)
    assert found.best_usd == pytest.approx(found.specified_usd, rel=0.01)
    assert found.worst_usd == pytest.approx(found.specified_usd, rel=0.01)


def test_the_lag_chosen_is_best_among_those_that_feed_the_mill(model, economics):
    *_, units = _plan(model, economics)
    mill = units.total_rock_t / 30
    inputs = ScheduleInputs.of(economics, LIFE, mill, 2.2 * mill)
    lags = (0, 2, 5)
    chosen = choose_lag(units, inputs, 0.1, lags=lags, feed_tolerance=0.02)
    tried = {*lags, int(units.depth.max()) + 1}
    results = {lag: schedule(units, units.order(lag), inputs) for lag in tried}
    short = {lag: feed_shortfall(r, inputs.mill_cap_t)[0] for lag, r in results.items()}
    npv = {lag: r.npv_usd(0.1)[0] for lag, r in results.items()}
    fit = [lag for lag in tried if short[lag] <= min(short.values()) + 0.02]
    assert chosen in fit
    assert npv[chosen] == max(npv[lag] for lag in fit)


def test_the_central_case_is_draw_zero(economics):
    inputs = ScheduleInputs.of(
        economics, range(3), 1.0, 2.0, n_draws=2, grade_factor=[1.0, 2.0], overdrive=1.3
    )
    alone = central(inputs)
    assert alone.n_draws == 1
    assert (alone.grade_factor == 1.0).all()
    assert alone.overdrive == 1.3
    assert np.array_equal(alone.years, inputs.years)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ratio", [1.5, 2.0, 3.0])
def test_no_other_depth_of_stripping_loses_less_ore(porphyry, economics, seed, ratio):
    *_, units = _plan(porphyry(seed), economics)
    order = units.order(3)
    mill = units.total_rock_t / 50
    mine, years = ratio * mill, range(2020, 2024)
    plain = ScheduleInputs.of(economics, years, mill, mine)
    chosen = prestrip_rock_t(units, order, plain, mill_t=mill, mine_t=mine, years=4)

    def lost(opening):
        given = ScheduleInputs.of(economics, years, mill, mine, opening_rock_t=opening)
        result = schedule(units, order, given)
        rest = ScheduleInputs.of(economics, [2020], np.inf, np.inf, opening_rock_t=opening)
        whole = ScheduleInputs.of(economics, [2020], np.inf, np.inf)
        dumped = schedule(units, order, whole).ore_t - schedule(units, order, rest).ore_t
        return float(dumped.sum() + (mill - result.ore_t[0]).sum())

    ends = np.concatenate([[0.0], np.cumsum(units.rock_t.sum(axis=1)[order])])
    losses = np.array([lost(end) for end in ends])
    assert chosen == pytest.approx(ends[int(np.argmin(losses.round(3)))])
    assert lost(chosen) <= lost(0.0)


def test_barren_cover_is_stripped_and_good_ore_is_not(model, economics):
    *_, units = _plan(model, economics)
    order = units.order(0)
    inputs = ScheduleInputs.of(economics, [2020], 0.0, np.inf)
    barren = schedule(units, order, inputs).waste_t[0, 0]  # pure waste above the first ore
    assert barren > 0
    tight = prestrip_rock_t(units, order, inputs, mill_t=1e4, mine_t=1e5, years=1)
    assert tight >= barren
    ample = prestrip_rock_t(units, order, inputs, mill_t=1e4, mine_t=1e12, years=1)
    assert ample == 0.0


def test_rates_that_are_not_positive_are_refused(model, economics):
    *_, units = _plan(model, economics)
    inputs = ScheduleInputs.of(economics, [2020], 1.0, 1.0)
    with pytest.raises(ModelError, match="not positive"):
        prestrip_rock_t(units, units.order(0), inputs, mill_t=0.0, mine_t=1e6)
    with pytest.raises(ModelError, match="not positive"):
        prestrip_rock_t(units, units.order(0), inputs, mill_t=1e6, mine_t=1e6, years=0)
