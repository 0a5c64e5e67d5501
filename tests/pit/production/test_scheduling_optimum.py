"""Plans against the optimum of an integer program written from the definition, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from scheduling_cases import (
    accepted,
    arcs_of,
    capacity,
    cones,
    every_schedule,
    lp_optimum,
    optimum,
    permuted,
    problem_of,
    problems,
    section,
    stopped_at,
    worth_of,
)

from orefield.core import ModelError
from orefield.pit.production import Row, restrict, solve_production


def found_optimal(problem, turns=30, seconds=120.0):
    """The solution, whose plan must be the optimum and whose bounds must hold."""
    best = optimum(problem)
    size = max(abs(best), 1e-6 * float(np.abs(problem.value).sum()))
    found = stopped_at(problem, best, size, gap=0.0, turns=turns, seconds=seconds)
    assert accepted(problem, found.plan) == pytest.approx(found.objective, rel=1e-9, abs=1e-9)
    assert found.objective <= best + 1e-6 * size
    assert found.upper_bound >= best - 1e-9 * size
    assert found.upper_bound <= found.lp_bound + 1e-9 * size
    assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-6 * size)
    assert (found.plan.share >= 0).all()
    assert (found.plan.share[found.plan.period == problem.n_periods] == 0).all()
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("destinations", "limits"), [(1, 1), (1, 2), (2, 2), (3, 3)])
def test_optimum_of_small_pits_is_found(seed, destinations, limits):
    rng = np.random.default_rng([seed, destinations])
    found_optimal(section(rng, 4, 3, 3, destinations, limits))


@given(problem=problems())
@settings(max_examples=30)
def test_optimum_of_any_small_problem_is_found(problem):
    found_optimal(problem)


@given(problem=problems(blocks=5, most_destinations=1))
@settings(max_examples=25)
def test_the_oracle_itself_agrees_with_every_schedule_tried(problem):
    best = max(worth_of(problem, period) for period in every_schedule(problem))
    assert optimum(problem) == pytest.approx(best, abs=1e-6)


@given(problem=problems(blocks=5, most_destinations=1))
@settings(max_examples=40)
def test_no_schedule_breaks_the_earliest_periods(problem):
    small = restrict(problem)
    first = np.zeros(problem.n, int)
    first[small.block] = small.earliest
    kept = np.zeros(problem.n, bool)
    kept[small.block] = True
    for period in every_schedule(problem):
        mined = np.array(period) < problem.n_periods
        assert (np.array(period)[mined & kept] >= first[mined & kept]).all()
    # what was left out is in no schedule, or its leaving out costs none its worth
    best = max(worth_of(problem, p) for p in every_schedule(problem))
    without = [
        worth_of(
            problem, tuple(t if k else problem.n_periods for t, k in zip(p, kept, strict=True))
        )
        for p in every_schedule(problem)
    ]
    assert max(without) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_renaming_blocks_changes_neither_optimum_nor_bound(seed):
    problem = section(np.random.default_rng(40 + seed), 4, 3, 3, 2, 2)
    number = np.random.default_rng(seed).permutation(problem.n)
    one, two = found_optimal(problem), found_optimal(permuted(problem, number))
    assert two.objective == pytest.approx(one.objective, rel=1e-6)
    assert two.lp_bound == pytest.approx(one.lp_bound, rel=2e-6)
    assert two.upper_bound == pytest.approx(one.upper_bound, rel=2e-6)


@pytest.mark.parametrize("seed", range(2))
def test_prices_that_cross_and_three_destinations(seed):
    rng = np.random.default_rng(seed)
    problem = section(rng, 4, 3, 3, 3, 2, parts=2)
    factor = np.array([[1.0, 1.4], [0.9, 0.7], [0.8, 1.2]])
    found_optimal(problem_of(problem.n, arcs_of(problem), problem.value, factor, problem.limits))


@pytest.mark.parametrize("seed", range(3))
def test_lower_limits_are_met(seed):
    rng = np.random.default_rng(200 + seed)
    plain = section(rng, 4, 3, 3, 2, 2, tightness=1.0)
    low = rng.uniform(0.1, 0.6)
    limits = [capacity(x.use, x.upper, low * x.upper, x.name) for x in plain.limits]
    problem = problem_of(plain.n, arcs_of(plain), plain.value, plain.factor, limits)
    assert optimum(problem) is not None, "this seed makes limits that no plan meets"
    found_optimal(problem)


@pytest.mark.parametrize("seed", range(3))
def test_blending_needs_a_destination_that_looks_worse(seed):
    """Feed must be rich enough on average: blocks that earn less at the mill sweeten it."""
    rng = np.random.default_rng(300 + seed)
    plain = section(rng, 4, 3, 3, 2, 2, tightness=0.8)
    use = np.zeros((plain.n, 2))
    use[:, 1] = np.round(rng.uniform(-4, 4, plain.n), 1)
    blend = capacity(use, np.full(3, np.inf), np.zeros(3), "grade over the least")
    problem = problem_of(plain.n, arcs_of(plain), plain.value, plain.factor, [*plain.limits, blend])
    found_optimal(problem)


def test_the_only_sweetener_is_sent_to_the_mill():
    """Block 1 earns more on the heap, but without it block 0 may not be milled."""
    value = np.array([[[0.0, 10.0], [1.0, 0.0]]])
    blend = capacity(np.array([[0.0, -1.0], [0.0, 2.0]]), [np.inf], [0.0], "grade over the least")
    found = found_optimal(problem_of(2, [], value, np.ones((1, 1)), [blend]))
    # half of block 1 is enough; nothing limits how it is divided
    assert found.objective == pytest.approx(10.5, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_general_rows_over_several_periods(seed):
    rng = np.random.default_rng(400 + seed)
    plain = section(rng, 4, 3, 3, 2, 2, tightness=0.9)
    use = plain.limits[0].use[:, 0]
    k = np.arange(plain.n)
    ones = np.ones(plain.n, np.int64)
    # no more at the mill in the last two periods than a third of all; some in the first
    late = np.concatenate([ones, 2 * ones])
    cap = Row("late feed", late, np.tile(k, 2), np.tile(ones, 2), np.tile(use, 2), -np.inf,
              use.sum() / 3)  # fmt: skip
    start = Row("first feed", 0 * ones, k, ones, use, 5.0, np.inf)
    rows = [cap, start]
    problem = problem_of(plain.n, arcs_of(plain), plain.value, plain.factor, plain.limits, rows)
    assert optimum(problem) is not None, "this seed makes rows that no plan meets"
    found_optimal(problem)


def test_a_small_breach_of_a_limit_is_never_bought_by_value():
    """A unit over the limit would win far more than the share of the limit that it is."""
    value = [[[100.0], [100.0], [-1.0]]]
    limit = capacity([100.0, 1.0, 0.0], [100.0], [-np.inf])
    least = capacity([0.0, 0.0, 1.0], [np.inf], [1.0], "stripping")
    problem = problem_of(3, [], value, np.ones((1, 1)), [limit, least])
    found = found_optimal(problem)
    assert found.objective == pytest.approx(99.0)


@pytest.mark.parametrize("gap", [0.0, 0.4])
def test_a_small_shortfall_is_never_cheaper_than_meeting_a_limit(gap):
    """Block 1 is waste, and without it the feed is a tenth too small; a plan with both exists."""
    least = capacity([9.0, 1.0], [np.inf], [10.0], "feed")
    problem = problem_of(2, [], [[[100.0], [-50.0]]], np.ones((1, 1)), [least])
    assert optimum(problem) == pytest.approx(50.0)
    found = solve_production(problem, gap=gap, turns=20, seconds=120.0)
    assert accepted(problem, found.plan) == pytest.approx(50.0)
    assert found.status != "unmet"


def test_limits_of_nothing_are_met_in_any_unit():
    """Bounds of zero give no size to measure a shortfall by."""
    for unit in (1e-3, 1.0, 1e3):
        blend = capacity(np.array([-1.0, 2.0]) * unit, [np.inf], [0.0], "grade over the least")
        problem = problem_of(2, [], [[[100.0], [-50.0]]], np.ones((1, 1)), [blend])
        found = solve_production(problem, gap=0.0, turns=20, seconds=120.0)
        assert accepted(problem, found.plan) == pytest.approx(50.0), f"unit {unit:g}"


def test_lower_limits_that_cannot_be_met_name_the_limit_and_the_period():
    limits = [capacity([3.0, 3.0], [9.0, 9.0, 9.0], [0.0, 0.0, 7.0], "feed")]
    problem = problem_of(2, [(1, 0)], [[[1.0], [1.0]]], np.ones((3, 1)), limits)
    assert lp_optimum(problem) is None
    with pytest.raises(ModelError, match="feed") as error:
        solve_production(problem, seconds=120.0, turns=5)
    assert "2" in error.value.where


def test_limits_that_blocks_cannot_meet_whole_are_told():
    """The relaxation meets the lower limit with half a block; no whole block does."""
    limits = [capacity([2.0], [1.0, 1.0], [0.0, 0.5], "feed")]
    problem = problem_of(1, [], [[[1.0]]], np.ones((2, 1)), limits)
    assert optimum(problem) is None
    found = solve_production(problem, seconds=120.0, turns=5)
    assert found.status == "unmet"
    assert found.gap == np.inf


def test_progress_has_no_objective_before_a_plan_meets_all_limits():
    """The best plan of the feed alone is a tenth short; what is shown is a value or nothing."""
    least = capacity([9.0, 1.0], [np.inf], [10.0], "feed")
    problem = problem_of(2, [], [[[100.0], [-50.0]]], np.ones((1, 1)), [least])
    told = []
    solve_production(problem, gap=0.0, turns=5, seconds=120.0, progress=told.append)
    shown = {p.objective for p in told if np.isfinite(p.objective)}
    assert shown == {50.0}
    assert all(p.gap == np.inf for p in told if not np.isfinite(p.objective))


def test_negative_upper_limit_is_no_optimum_of_zero():
    """Nothing is worth mining, and mining nothing breaks the limit."""
    limits = [capacity([1.0], [-1.0, 3.0], name="feed")]
    problem = problem_of(1, [], [[[-1.0]]], np.ones((2, 1)), limits)
    assert optimum(problem) is None
    with pytest.raises(ModelError, match="feed"):
        solve_production(problem, seconds=120.0, turns=2)


def test_every_cone_that_fits_is_worth_trying():
    """By hand: one rich block under waste, and a poor one beside it; capacity for one of them."""
    value = [[[-2.0], [10.0], [3.0]]]
    limit = capacity([1.0, 1.0, 1.0], [2.0, 1.0])
    problem = problem_of(3, [(1, 0)], value, [[1.0], [0.5]], [limit])
    assert cones(problem)[1] == {0, 1}
    found = found_optimal(problem)
    assert found.plan.period.tolist() == [0, 0, 1]
    assert found.objective == pytest.approx(9.5)


def test_minimum_missed_by_a_hair_is_impossible_and_by_nothing_is_not():
    """What proves it counts no values, so that no fine has to be large enough."""
    rich = [[[1e9], [-1e9]]]
    for asked, possible in ((2.0, True), (2.0 * (1 + 1e-5), False)):
        limits = [capacity([1.0, 1.0], [9.0], [asked], "feed")]
        problem = problem_of(2, [], rich, np.ones((1, 1)), limits)
        if possible:
            found = solve_production(problem, gap=0.0, seconds=120.0, turns=5)
            assert accepted(problem, found.plan) == pytest.approx(0.0, abs=1.0)
            continue
        with pytest.raises(ModelError, match="feed"):
            solve_production(problem, gap=0.0, seconds=120.0, turns=5)


def test_status_says_why_a_search_ended():
    rng = np.random.default_rng(4)
    base = section(rng, 12, 6, 8, 2, 2, tightness=0.8)
    assert solve_production(base, gap=0.0, turns=1, seconds=np.inf).status == "turns"
    assert solve_production(base, gap=0.0, seconds=0.2).status == "time"
    assert solve_production(base, gap=0.9, seconds=20.0).status in ("gap", "optimal")
    assert solve_production(base, gap=0.0, seconds=20.0, stop=lambda: True).status == "interrupted"
    alone = problem_of(1, [], [[[5.0]]], np.ones((2, 1)), [capacity([10.0], [6.0, 6.0])])
    assert solve_production(alone, gap=0.0, seconds=20.0).status == "exhausted"
