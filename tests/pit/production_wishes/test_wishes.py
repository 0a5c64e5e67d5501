"""Planners' wishes: the schedules that are left are those that keep them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_oracle import broken, judge, small_pit

from orefield.core import ModelError
from orefield.pit.production import Plan, relax, solve_production
from orefield.pit.production.feed_wishes import blend, feed_near, feed_steady
from orefield.pit.production.order_wishes import not_before, phase_order, sinking_rate
from orefield.pit.production.unmet import unmet


def bound_of(problem):
    return relax(problem, np.zeros(problem.n, np.int32)).objective


def every_plan(problem):
    """All whole plans of a tiny problem that keep precedences, all sent to the dump."""
    for period in itertools.product(range(problem.n_periods + 1), repeat=problem.n):
        when = np.array(period, np.int32)
        share = np.zeros((problem.n, 2))
        share[when < problem.n_periods, 1] = 1.0
        plan = Plan(when, share)
        if not any("before" in b.split() for b in broken(problem, plan) if b[0].isdigit()):
            yield plan


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_block_is_mined_before_its_period(seed):
    problem = small_pit(seed, (3, 2), periods=2)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, problem.n)
    late = not_before(problem, first)
    for plan in every_plan(problem):
        kept = bool((plan.period >= first)[plan.period < 2].all())
        said = [b for b in broken(late, plan) if b.startswith("first periods")]
        assert kept == (said == [])


@pytest.mark.parametrize("seed", range(4))
def test_first_periods_bind_the_relaxation_and_plans(seed):
    problem = small_pit(seed)
    first = np.arange(problem.n) // 6
    late = not_before(problem, first)
    best, _ = judge(late)
    assert bound_of(late) == pytest.approx(best, rel=1e-6)
    found = solve_production(late, gap=0.0, seconds=np.inf, turns=3)
    assert broken(late, found.plan) == []
    assert (found.plan.period >= np.minimum(first, 3)).all()
    assert found.objective <= judge(late, True)[0] + 1e-6 <= found.upper_bound + 2e-6


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_a_floor_sinks_no_faster_than_it_may(seed, benches):
    # one block a bench, two phases side by side: the rows are exact
    problem = small_pit(seed, (1, 5), periods=3)
    bench = np.array([0, 1, 2, 0, 1])
    phase = np.array([0, 0, 0, 1, 1])
    slow = sinking_rate(problem, bench, benches, phase=phase)
    slower = sinking_rate(problem, bench, benches, phase=phase, each_period=True)
    for plan in every_plan(problem):
        floor = np.array(
            [
                [max([-1, *bench[(phase == f) & (plan.period <= t)].tolist()]) for t in range(3)]
                for f in (0, 1)
            ]
        )
        by_now = (floor < benches * np.arange(1, 4)).all()
        steps = np.diff(floor, axis=1, prepend=-1)
        said = any("sinking" in b for b in broken(slow, plan))
        assert said != by_now
        # a bench passed over by its phase is open to the other: only whole benches are judged
        whole = all(
            plan.period[b] >= plan.period[a]
            for a, b in ((0, 1), (1, 2), (3, 4))
            if plan.period[b] < 3
        )
        if whole:
            said = any("sinking" in b for b in broken(slower, plan))
            assert said != bool((steps <= benches).all() and by_now)


def test_floors_of_whole_benches_follow_the_period_before():
    problem = small_pit(3, (4, 4), periods=3, rock=16, mill=8)
    bench = np.arange(16) // 4
    slower = sinking_rate(problem, bench, 1, each_period=True)
    best, share = judge(slower, whole=True)
    mined = share.sum(axis=2)
    floor = [-1]
    for t in range(3):
        floor.append(max([floor[-1], *bench[mined[t] > 1e-6].tolist()]))
        assert floor[-1] <= floor[-2] + 1
    assert best <= judge(problem, whole=True)[0] + 1e-9
    assert bound_of(slower) == pytest.approx(judge(slower)[0], rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(-1, 1))
def test_phases_follow_one_another_down(seed, lead):
    problem = small_pit(seed, (2, 3), periods=2)
    phase, bench = np.tile([0, 1], 3), np.arange(6) // 2
    free = small_pit(seed, (1, 6), periods=2)
    free = type(free)(
        "free", np.zeros(7, np.int64), np.zeros(0, np.int64), problem.value, problem.factor,
        problem.limits, (), problem.destinations,
    )  # fmt: skip
    ordered = phase_order(free, phase, bench, [(0, 1)], lead=lead)
    for plan in every_plan(free):
        right = all(
            plan.period[a] <= plan.period[b]
            for b in np.flatnonzero((phase == 1) & (plan.period < 2))
            for a in np.flatnonzero((phase == 0) & (bench <= bench[b] + lead))
        )
        assert right == (not [x for x in broken(ordered, plan) if x[0].isdigit()])


@pytest.mark.parametrize("seed", range(3))
def test_feeds_stay_near_a_target_and_each_other(seed):
    problem = small_pit(seed, periods=3, rock=8, mill=5, mean=1.0)
    feed = problem.limits[1].use
    near = feed_near(problem, feed, 3.0, 0.2)
    best, share = judge(near)
    fed = np.einsum("tnd,nd->t", share, feed)
    assert ((fed >= 2.4 - 1e-7) & (fed <= 3.6 + 1e-7)).all()
    assert bound_of(near) == pytest.approx(best, rel=1e-6)
    steady = feed_steady(problem, feed, 0.1)
    best, share = judge(steady)
    fed = np.einsum("tnd,nd->t", share, feed)
    assert (np.abs(np.diff(fed)) <= 0.1 * fed[:-1] + 1e-7).all()
    assert bound_of(steady) == pytest.approx(best, rel=1e-6)
    free = judge(problem)[0]
    assert best <= free + 1e-7
    # wider bands never cost more, and ends may be let go
    assert judge(feed_near(problem, feed, 3.0, 0.4))[0] >= judge(near)[0] - 1e-7
    assert judge(feed_near(problem, feed, 3.0, 0.2, until=1))[0] >= judge(near)[0] - 1e-7
    assert judge(feed_steady(problem, feed, 0.1, until=1))[0] >= best - 1e-7


@pytest.mark.parametrize("seed", range(3))
def test_blends_keep_the_mean_grade_of_feed(seed):
    problem = small_pit(seed, periods=3, rock=8, mill=5, mean=1.0)
    grade = np.random.default_rng(seed).uniform(0.1, 1.0, problem.n)
    feed = problem.limits[1].use * np.linspace(1.0, 2.0, problem.n)[:, None]
    mixed = blend(problem, feed, grade, lower=[0.4, np.nan, 0.5], upper=0.6)
    best, share = judge(mixed)
    fed = np.einsum("tnd,nd->t", share, feed)
    held = np.einsum("tnd,nd,n->t", share, feed, grade)
    assert (held <= 0.6 * fed + 1e-7).all()
    assert (held >= np.array([0.4, 0.0, 0.5]) * fed - 1e-7).all()
    assert bound_of(mixed) == pytest.approx(best, rel=1e-6)
    assert best <= judge(problem)[0] + 1e-7


def test_bounds_of_a_blend_that_differ_little_are_limits_of_their_own():
    problem = small_pit(0, periods=3)
    mixed = blend(problem, problem.limits[1].use, np.ones(18), upper=[0.5, 0.5 + 1e-12, 0.5])
    names = [limit.name for limit in mixed.limits[2:]]
    assert names == ["blend at most 0.5", "blend at most 0.500000000001"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("wish", ["near", "steady", "blend", "sinking"])
def test_whole_plans_with_wishes_are_the_best(seed, wish):
    problem = small_pit(seed, periods=3, rock=8, mill=5, mean=1.0)
    feed = problem.limits[1].use
    grade = np.random.default_rng(seed).uniform(0.1, 1.0, problem.n)
    asked = {
        "near": lambda: feed_near(problem, feed, 3.0, 0.2),
        "steady": lambda: feed_steady(problem, feed, 0.1),
        "blend": lambda: blend(problem, feed, grade, lower=0.4, upper=0.6),
        "sinking": lambda: sinking_rate(problem, np.arange(18) // 6, 1, each_period=True),
    }[wish]()
    found = solve_production(asked, gap=0.0, seconds=np.inf, turns=6)
    assert broken(asked, found.plan) == []
    best = judge(asked, whole=True)[0]
    assert 0.98 * best <= found.objective <= best + 1e-6 <= found.upper_bound + 2e-6


@pytest.mark.parametrize("seed", range(3))
def test_what_a_plan_misses_is_named(seed):
    problem = small_pit(seed, periods=3)
    asked = feed_near(problem, problem.limits[1].use, 3.0, 0.1, name="target")
    asked = feed_steady(asked, problem.limits[1].use, 0.1, name="steady")
    nothing = Plan(np.full(18, 3, np.int32), np.zeros((18, 2)))
    assert [(u.name, u.period, u.found) for u in unmet(asked, nothing)] == [
        ("target", t, 0.0) for t in range(3)
    ]
    told = "target, period 0: 0 where at least 2.7 is asked, 2.7 too little"
    assert str(unmet(asked, nothing)[0]) == told
    all_now = Plan(np.zeros(18, np.int32), np.tile([1.0, 0.0], (18, 1)))
    names = {(u.name, u.period) for u in unmet(asked, all_now)}
    assert {("rock", 0), ("mill", 0), ("target", 0), ("target", 1)} <= names
    assert ("steady, fall into period 1", -1) in names
    (rock,) = [u for u in unmet(asked, all_now) if (u.name, u.period) == ("rock", 0)]
    assert str(rock) == "rock, period 0: 18 where at most 9 is asked, 9 too much"
    found = solve_production(problem, gap=0.1, seconds=np.inf, turns=2)
    assert unmet(problem, found.plan) == ()


def test_bad_wishes_are_told():
    problem = small_pit(0)
    feed, n = problem.limits[1].use, problem.n
    whole = np.zeros(n, int)
    for wish, says in (
        (lambda: not_before(problem, np.zeros(n)), "whole number"),
        (lambda: not_before(problem, np.full(n, -1)), "negative"),
        (lambda: sinking_rate(problem, whole, 0), "0 benches"),
        (lambda: sinking_rate(problem, whole[:3], 1), "benches of shape"),
        (lambda: phase_order(problem, whole, whole, [(0, 7)]), "phase 7"),
        (lambda: phase_order(problem, whole, whole, [(0, 0)]), "lead itself"),
        (lambda: feed_near(problem, feed, -1.0, 0.1), "negative"),
        (lambda: feed_near(problem, feed, 1.0, 2.0), "within 2"),
        (lambda: feed_near(problem, feed, [1.0, 2.0], 0.1), "2 numbers for 3"),
        (lambda: feed_near(problem, feed[:2], 1.0, 0.1), "use has shape"),
        (lambda: feed_steady(problem, feed, np.nan), "within nan"),
        (lambda: feed_steady(problem, feed[:4], 0.1), "use has shape"),
        (lambda: feed_near(problem, feed, 1.0, 0.1, until=-1), "until period -1"),
        (lambda: feed_steady(problem, feed, 0.1, until=-1), "until period -1"),
        (lambda: blend(problem, -feed, whole, upper=1.0), "feed is negative"),
        (lambda: blend(problem, feed, whole.astype(float)), "without bounds"),
        (lambda: blend(problem, feed, np.full(n, np.nan), upper=1.0), "not finite"),
        (lambda: blend(problem, feed, whole, lower=2.0, upper=1.0), "grades of 2 to 1"),
    ):
        with pytest.raises(ModelError, match=says):
            wish()
