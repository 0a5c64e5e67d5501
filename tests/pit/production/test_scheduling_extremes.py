"""Problems that are odd but not wrong: nothing to do, no room, no limit, huge, tiny, alike."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scheduling_cases import (
    accepted,
    arcs_of,
    capacity,
    lp_optimum,
    optimum,
    problem_of,
    section,
    stopped_at,
)

from orefield.core import OrefieldError
from orefield.pit.production import discount_factors, relax, restrict, solve_production

THREE = discount_factors(0.1, 3)


def solved(problem, turns=12):
    """The solution with its plan checked and compared with the integer optimum."""
    best = optimum(problem)
    size = max(abs(best), 1e-6 * float(np.abs(problem.value).sum()), 1e-300)
    found = stopped_at(problem, best, size, gap=0.0, turns=turns, seconds=120.0)
    assert accepted(problem, found.plan) == pytest.approx(found.objective, rel=1e-9)
    assert found.upper_bound >= best - 1e-9 * size
    assert abs(found.objective - best) <= 1e-6 * size
    return found


def test_no_block_at_all():
    problem = problem_of(0, [], np.zeros((1, 0, 1)), THREE, [capacity([], [1.0, 1.0, 1.0])])
    found = solve_production(problem)
    assert (found.objective, found.upper_bound, found.gap) == (0.0, 0.0, 0.0)
    assert found.status == "optimal"
    assert found.plan.period.shape == (0,)


@pytest.mark.parametrize("values", [[-1.0, -2.0, -3.0], [0.0, 0.0, 0.0], [-9.0, -1.0, 3.0]])
def test_nothing_worth_mining(values):
    worth = np.array(values)[None, :, None]
    problem = problem_of(3, [(2, 0), (2, 1)], worth, THREE, [capacity(np.ones(3), np.ones(3))])
    found = solved(problem)
    assert found.objective == found.upper_bound == 0.0
    assert found.status == "optimal"
    assert (found.plan.period == 3).all()


@pytest.mark.parametrize("periods", [1, 2, 9])
def test_one_block(periods):
    limit = [capacity([5.0], np.full(periods, 5.0))]
    found = solved(problem_of(1, [], [[[7.0]]], discount_factors(0.1, periods), limit))
    assert found.objective == pytest.approx(7.0)
    assert found.status == "optimal"


def test_one_period():
    rng = np.random.default_rng(0)
    solved(section(rng, 5, 3, 1, 2, 2))
    solved(section(rng, 5, 3, 1, 1, 1))


def test_a_block_larger_than_any_capacity():
    """It fits no period, though it would fit all of them together."""
    limit = [capacity([10.0, 1.0, 1.0], [4.0, 4.0, 4.0])]
    found = solved(problem_of(3, [(1, 0)], [[[50.0], [9.0], [2.0]]], THREE, limit))
    assert found.plan.period.tolist() == [3, 3, 0]


def test_a_search_with_nothing_left_to_decide_ends():
    """One block, which fits no period: the relaxation has worth, and no plan has."""
    problem = problem_of(1, [], [[[5.0]]], THREE, [capacity([10.0], [4.0, 4.0, 4.0])])
    began = time.perf_counter()
    found = solve_production(problem, gap=0.0, seconds=120.0, turns=3)
    assert found.objective == 0.0
    assert time.perf_counter() - began < 60.0  # of the 120 s it was given


def test_no_capacity_in_some_periods_or_in_all():
    worth = [[[-1.0], [5.0], [4.0]]]
    for upper in ([0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 9.0]):
        problem = problem_of(3, [(1, 0)], worth, THREE, [capacity(np.ones(3), upper)])
        found = solved(problem)
        idle = np.flatnonzero(np.array(upper) == 0.0)
        assert not np.isin(found.plan.period, idle).any()


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1.0, 1e9])
def test_no_capacity_is_none_whatever_the_unit(scale):
    """What blocks take is far below any tolerance in one unit, far above it in another."""
    worth = [[[-1.0], [5.0], [4.0], [8.0]]]
    limit = capacity(np.ones(4) * scale, np.array([0.0, 2.0, 0.0]) * scale)
    problem = problem_of(4, [(1, 0)], worth, THREE, [limit])
    found = solve_production(problem, gap=0.0, turns=12, seconds=120.0)
    assert set(found.plan.period.tolist()) <= {1, 3}
    assert found.objective == pytest.approx(12.0 / 1.1)


@pytest.mark.parametrize("form", ["no limit", "infinite", "infinite in the last period"])
def test_unlimited_capacity(form):
    rng = np.random.default_rng(3)
    base = section(rng, 5, 3, 3, 2, 1)
    use = base.limits[0].use
    upper = {"infinite": [np.inf] * 3, "infinite in the last period": [20.0, 9.0, np.inf]}
    limits = [] if form == "no limit" else [capacity(use, upper[form])]
    problem = problem_of(base.n, arcs_of(base), base.value, base.factor, limits)
    found = solved(problem)
    if form != "infinite in the last period":
        assert found.status == "optimal"
        assert found.upper_bound == pytest.approx(lp_optimum(problem), rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_negative_use(seed):
    """Blocks that give room, as filling a void does; a capacity binds all the same."""
    rng = np.random.default_rng(seed)
    base = section(rng, 4, 3, 3, 2, 1)
    use = rng.integers(-6, 9, (base.n, 2)).astype(float)
    limits = [*base.limits, capacity(use, [3.0, 5.0, 2.0], name="void")]
    solved(problem_of(base.n, arcs_of(base), base.value, base.factor, limits), turns=30)


def test_identical_blocks():
    n = 12
    limit = [capacity(np.full(n, 2.0), [6.0, 6.0, 6.0])]
    problem = problem_of(n, [], np.full((1, n, 1), 3.0), THREE, limit)
    found = solved(problem)
    assert np.bincount(found.plan.period, minlength=4).tolist() == [3, 3, 3, 3]
    assert found.status == "optimal"


def test_identical_destinations():
    base = section(np.random.default_rng(2), 5, 3, 3, 1, 1)
    value = np.repeat(base.value, 3, axis=2)
    use = np.repeat(base.limits[0].use, 3, axis=1)
    limits = [capacity(use, base.limits[0].upper)]
    found = solved(problem_of(base.n, arcs_of(base), value, base.factor, limits))
    assert found.objective == pytest.approx(optimum(base))


def test_the_same_arc_twice():
    base = section(np.random.default_rng(4), 5, 3, 3, 1, 1)
    twice = problem_of(
        base.n, [*arcs_of(base), *arcs_of(base)], base.value, base.factor, base.limits
    )
    one, two = solved(base), solved(twice)
    assert two.objective == pytest.approx(one.objective, rel=1e-9)
    assert two.lp_bound == pytest.approx(one.lp_bound, rel=2e-6)


@pytest.mark.parametrize("worth", [1e-6, 1e12])
@pytest.mark.parametrize("amount", [1e-6, 1e12])
def test_units_do_not_matter(worth, amount):
    base = section(np.random.default_rng(6), 4, 3, 3, 2, 2)
    limits = [capacity(x.use * amount, x.upper * amount, name=x.name) for x in base.limits]
    problem = problem_of(base.n, arcs_of(base), base.value * worth, base.factor, limits)
    best, true = optimum(base) * worth, lp_optimum(base) * worth
    bound = relax(problem, np.zeros(problem.n, np.int32), tolerance=1e-9).bound
    assert bound == pytest.approx(true, rel=1e-6)
    found = stopped_at(problem, best, best, gap=1e-6, turns=12, seconds=120.0)
    assert accepted(problem, found.plan) == pytest.approx(best, rel=1e-6)
    assert found.upper_bound >= best * (1 - 1e-9)


def test_one_block_outweighs_all_others():
    """Values of very different size: the small ones still are mined in their best period."""
    value = np.array([[1e12, 1e-3, 2e-3, -1e-3]])[:, :, None]
    limit = [capacity(np.ones(4), np.ones(3))]
    problem = problem_of(4, [(2, 3)], value, THREE, limit)
    bound = relax(problem, np.zeros(4, np.int32), tolerance=0.0).bound
    assert bound >= 1e12
    found = solve_production(problem, gap=0.0, turns=12, seconds=120.0)
    accepted(problem, found.plan)
    assert found.plan.period[0] == 0


def test_values_whose_sum_overflows_are_refused_and_not_called_worthless():
    worth = np.array([1.7e308, 1.7e308, -1e308])[None, :, None]
    problem = problem_of(3, [(0, 2)], worth, np.ones((3, 1)), [capacity(np.ones(3), np.ones(3))])
    with pytest.raises(OrefieldError):
        solve_production(problem, seconds=120.0, turns=1)


@pytest.mark.parametrize("factor", [[1.0, 0.0], [1.0, 0.5, 0.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
def test_factors_that_vanish_leave_worth_where_there_is_some(factor):
    limit = capacity(np.ones(3), np.full(len(factor), 2.0))
    deck = np.array(factor)[:, None]
    problem = problem_of(3, [(1, 0)], [[[-1.0], [5.0], [2.0]]], deck, [limit])
    assert solved(problem).objective >= 4.0


def test_all_blocks_kept_are_where_all_can_be_mined():
    """No limits: the first period takes the final pit."""
    base = section(np.random.default_rng(8), 6, 4, 3, 1, 0)
    found = solved(base)
    assert set(found.plan.period.tolist()) <= {0, 3}
    assert sorted(np.flatnonzero(found.plan.period == 0).tolist()) == restrict(base).block.tolist()


@pytest.mark.parametrize("options", [{"gap": np.nan}, {"seconds": np.nan}, {"turns": -1}])
def test_efforts_that_mean_nothing_are_refused(options):
    base = section(np.random.default_rng(8), 4, 2, 2, 1, 1)
    with pytest.raises(OrefieldError):
        solve_production(base, **{"seconds": 1.0, "turns": 1, **options})
