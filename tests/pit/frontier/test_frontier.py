"""Trade-offs: relaxations and plans against SciPy, and laws of the curve."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_oracle import broken, judge, small_pit

from orefield.core import ModelError
from orefield.pit.frontier import (
    Measure,
    capped,
    charged,
    compare,
    frontier,
    river_capped,
    river_measure,
    river_room_kg_day,
)
from orefield.pit.production import Limit, Plan, relax

QUICK = {"gap": 0.0, "seconds": np.inf, "turns": 2}


def tailings(problem, over="total"):
    """What the mill leaves: more of deep blocks."""
    use = problem.limits[1].use * np.linspace(1.0, 2.0, problem.n)[:, None]
    return Measure("tailings", use, "m3", over)


@pytest.mark.parametrize("over", ["total", "period"])
@pytest.mark.parametrize("seed", range(4))
def test_the_relaxed_curve_is_the_optimum_at_every_cap(seed, over):
    problem = small_pit(seed)
    measure = tailings(problem, over)
    curve = frontier(problem, measure, points=5, plans=False)
    assert curve.points[0].lp_npv == pytest.approx(judge(problem)[0], rel=1e-6)
    for point in curve.points[1:]:
        best, _ = judge(capped(problem, measure, point.cap))
        assert point.lp_npv == pytest.approx(best, rel=1e-6)
        assert point.bound >= best * (1 - 1e-9)
        assert point.lp_use <= point.cap * (1 + 1e-6)
        assert point.plan is None
        assert np.isnan(point.gap)
    caps = np.array([p.cap for p in curve.points[1:]])
    worth = np.array([p.lp_npv for p in curve.points[1:]])
    slope = np.diff(worth) / np.diff(caps)
    assert (np.diff(worth) <= 1e-7).all()  # a tighter cap never brings more
    assert (np.diff(slope) >= -1e-6 * np.abs(slope).max()).all()  # and costs more and more


@pytest.mark.parametrize("seed", range(3))
def test_tangents_bound_what_lies_between_points(seed):
    problem = small_pit(seed)
    measure = tailings(problem)
    curve = frontier(problem, measure, points=4, plans=False)
    top = curve.points[1].cap
    for cap in np.linspace(0.02, 1.2, 9) * top:
        best = judge(capped(problem, measure, cap))[0]
        assert curve.bound_at(cap) >= best * (1 - 1e-7)
    at = curve.points[3]
    assert curve.bound_at(at.cap) == pytest.approx(at.bound, rel=1e-9)
    # the multiplier is the slope of the optimum
    step = 1e-4 * top
    up, down = (judge(capped(problem, measure, at.cap + s * step))[0] for s in (1, -1))
    assert (up - at.lp_npv) / step - 1e-4 <= at.marginal <= (at.lp_npv - down) / step + 1e-4


@pytest.mark.parametrize("over", ["total", "period"])
@pytest.mark.parametrize("seed", [0, 1])
def test_plans_keep_their_caps_and_never_beat_the_optimum(seed, over):
    problem = small_pit(seed)
    measure = tailings(problem, over)
    seen = []
    curve = frontier(problem, measure, points=3, progress=seen.append, **QUICK)
    assert len(seen) == 7
    for point in curve.points:
        within = problem if np.isinf(point.cap) else capped(problem, measure, point.cap)
        assert broken(within, point.plan) == []
        best = judge(within, whole=True)[0]
        assert point.npv <= best + 1e-6 <= point.bound + 2e-6
        assert point.npv == pytest.approx(point.plan.objective(problem))
        assert point.use == pytest.approx(measure.amount(problem, point.plan))
        assert point.npv >= 0.85 * best
    worth = [p.npv for p in curve.points]
    assert worth == sorted(worth, reverse=True)
    kept = curve.efficient()
    assert all(a.use > b.use and a.npv > b.npv for a, b in itertools.pairwise(kept))


def test_the_same_effort_gives_the_same_curve():
    problem = small_pit(5)
    one, two = (frontier(problem, tailings(problem), points=2, **QUICK) for _ in range(2))
    assert one.table().equals(two.table())


@pytest.mark.parametrize("seed", range(3))
def test_the_least_use_for_a_value_is_certain(seed):
    problem = small_pit(seed)
    measure = tailings(problem)
    curve = frontier(problem, measure, points=4, plans=False)
    wanted = 0.6 * curve.points[0].lp_npv
    least = curve.least_use(wanted)
    # the relaxation that must earn it and takes as little as it can
    inverse = replace(
        problem,
        value=-measure.use[None],
        factor=np.ones((3, 1)),
        rows=(
            replace(
                capped(problem, Measure("npv", problem.value[0]), 0.0).rows[0],
                lower=wanted,
                upper=np.inf,
            ),
        ),
    )
    row = inverse.rows[0]
    factor = row.factor * problem.factor[row.period, 0]
    inverse = replace(inverse, rows=(replace(row, factor=factor),))
    true = -judge(inverse)[0]
    assert least <= true * (1 + 1e-6)
    assert least >= 0.8 * true
    top = curve.points[0].bound
    assert curve.least_use(top * (1 + 1e-9)) == np.inf > curve.least_use(top * (1 - 1e-9))
    assert curve.cheapest(wanted) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 8.0))
def test_a_price_is_paid_for_every_unit(seed, price):
    problem = small_pit(seed)
    measure = tailings(problem)
    discount = problem.factor[:, 0]
    costly = charged(problem, measure, [price, price + 1.0, price], discount)
    rng = np.random.default_rng(seed)
    plan = Plan(rng.integers(0, 4, problem.n).astype(np.int32), np.zeros((problem.n, 2)))
    plan.share[plan.period < 3, 0] = 1.0
    paid = measure.by_period(problem, plan) @ (np.array([price, price + 1.0, price]) * discount)
    assert plan.objective(costly) == pytest.approx(plan.objective(problem) - paid)


@pytest.mark.parametrize("seed", range(3))
def test_a_price_and_its_cap_are_two_ways_to_one_plan(seed):
    problem = small_pit(seed)
    measure = tailings(problem)
    point = frontier(problem, measure, points=4, plans=False).points[3]
    priced = judge(charged(problem, measure, point.marginal))[0]
    assert priced + point.marginal * point.cap == pytest.approx(point.lp_npv, rel=1e-5)


def test_credits_and_minimum_feeds_leave_something_to_mine():
    problem = small_pit(1)
    feed = problem.limits[1].use
    must = Limit("at least", feed, np.full(3, 2.0), np.full(3, np.inf))
    bound = replace(problem, limits=(*problem.limits, must))
    measure = tailings(problem)
    curve = frontier(bound, measure, points=3, plans=False)
    for point in curve.points[1:]:
        assert point.lp_npv == pytest.approx(judge(capped(bound, measure, point.cap))[0], rel=1e-6)
    with pytest.raises(ModelError, match="give the caps"):
        frontier(bound, tailings(problem, "period"), points=3, plans=False)
    plans = frontier(bound, measure, points=2, **QUICK)
    for point in plans.points[1:]:
        if point.plan is not None:
            assert broken(capped(bound, measure, point.cap), point.plan) == []
    assert plans.points[0].plan is not None
    # dumping waste over old tailings takes some away
    use = measure.use.copy()
    use[:, 1] = -0.5
    credit = Measure("net tailings", use, "m3")
    curve = frontier(problem, credit, points=3, plans=False)
    assert curve.points[-1].cap > -0.5 * problem.n
    for point in curve.points[1:]:
        assert point.lp_npv == pytest.approx(judge(capped(problem, credit, point.cap))[0], rel=1e-6)


@pytest.mark.parametrize("over", ["total", "period"])
def test_a_cap_that_leaves_no_schedule_is_a_point_that_says_so(over):
    problem = small_pit(1)
    must = Limit("at least", problem.limits[1].use, np.full(3, 2.0), np.full(3, np.inf))
    bound = replace(problem, limits=(*problem.limits, must))
    measure = tailings(problem, over)
    curve = frontier(bound, measure, points=[2.0, 12.0, 1.0], **QUICK)
    assert [p.cap for p in curve.points] == [np.inf, 12.0, 2.0, 1.0]
    for point in curve.points[1:]:
        best, _ = judge(capped(bound, measure, point.cap))
        assert point.possible == (best is not None) == (point.cap > 2.0)
    for point in curve.points[2:]:
        assert point.bound == -np.inf
        assert point.plan is None
        assert np.isnan([point.lp_npv, point.marginal, point.gap]).sum() >= 2
    assert curve.points[0].plan is not None
    assert curve.points[1].plan is not None
    assert broken(capped(bound, measure, 12.0), curve.points[1].plan) == []
    # what lies below is impossible too, and what lies above is as bounded as before
    assert curve.bound_at(1.5) == curve.bound_at(2.0) == -np.inf
    assert curve.bound_at(12.0) == pytest.approx(curve.points[1].bound)
    assert curve.least_use(-1e6) >= 2.0
    said = json.loads(json.dumps(curve.as_dict(), allow_nan=False))
    assert said["points"][3]["npv_bound"] is None
    # without any cap there must be a schedule
    starved = replace(must, lower=np.full(3, 1000.0))
    with pytest.raises(ModelError, match="no schedule meets"):
        frontier(replace(problem, limits=(*problem.limits, starved)), measure, points=[9.0])


def test_a_plan_worth_a_value_and_taking_least_is_named():
    problem = small_pit(1)
    curve = frontier(problem, tailings(problem), points=3, **QUICK)
    worth = [p.npv for p in curve.points]
    found = curve.cheapest(0.5 * worth[0])
    assert found.npv >= 0.5 * worth[0]
    assert found.use == min(p.use for p in curve.points if p.npv >= 0.5 * worth[0])
    assert curve.cheapest(worth[0] + 1.0) is None


def test_several_measures_make_one_table():
    problem = small_pit(2)
    energy = Measure("energy", problem.limits[0].use * 3.0, "kWh")
    made, table = compare(problem, [tailings(problem), energy], points=2, **QUICK)
    assert list(made) == ["tailings", "energy"]
    assert len(table) == 6
    first = made["energy"].points[1]
    row = table[(table["measure"] == "energy") & (table["cap"] == first.cap)].iloc[0]
    assert row["use of tailings"] == pytest.approx(tailings(problem).amount(problem, first.plan))
    assert row["use of energy"] == pytest.approx(first.use)
    said = json.loads(json.dumps(made["energy"].as_dict(), allow_nan=False))
    assert said["points"][0]["cap"] is None
    assert said["points"][1]["npv"] == pytest.approx(first.npv)
    with pytest.raises(ModelError, match="its own name"):
        compare(problem, [energy, energy])
    with pytest.raises(ModelError, match="no measure"):
        compare(problem, [])


def test_a_pit_that_is_worth_nothing_has_nothing_to_trade():
    problem = small_pit(0)
    poor = replace(problem, value=-np.abs(problem.value) - 1.0)
    with pytest.raises(ModelError, match="nothing to trade"):
        frontier(poor, tailings(poor))
    curve = frontier(poor, tailings(poor), points=[5.0, 1.0], **QUICK)
    assert [p.npv for p in curve.points] == [0.0, 0.0, 0.0]
    assert [p.bound for p in curve.points] == [0.0, 0.0, 0.0]


def test_a_stop_keeps_the_bounds():
    problem = small_pit(0)
    curve = frontier(problem, tailings(problem), points=[10.0], stop=lambda: True)
    assert all(p.plan is None and p.bound >= p.lp_npv - 1e-9 for p in curve.points)


# -- rivers -----------------------------------------------------------------------------


def test_room_in_a_river_is_concentration_times_flow():
    # 1 mg/L is 1 g/m3; 2 m3/s for a day is 172,800 m3
    assert river_room_kg_day(1.0, 2.0, 0.25) == pytest.approx(0.75 * 172_800 / 1000)


@pytest.mark.parametrize("release", [(1.0,), (0.5, 0.3, 0.2)])
def test_what_arrives_is_what_the_river_can_take(release):
    problem = small_pit(0)
    tonnes = np.linspace(10.0, 20.0, problem.n)
    load = river_measure("Cu at the ford", tonnes, [0.1, 0.4], delivered=0.5)
    assert load.use[0].tolist() == [0.5, 2.0]
    room = 0.015
    kept = river_capped(problem, load, room, release=release)
    best, share = judge(kept)
    mined = np.einsum("tnd,nd->t", share, load.use)
    arrived = np.convolve(mined, release)[:3]
    assert (arrived <= room * 365.25 + 1e-6).all()
    assert best <= judge(problem)[0] + 1e-9
    free = np.einsum("tnd,nd->t", judge(problem)[1], load.use)
    assert np.convolve(free, release)[:3].max() > room * 365.25
    found = relax(kept, np.zeros(problem.n, np.int32))
    assert found.objective == pytest.approx(best, rel=1e-6)


def test_bad_measures_are_told():
    problem = small_pit(0)
    n = problem.n
    good = tailings(problem)
    for make, says in (
        (lambda: Measure("m", np.ones(3)), "use has shape"),
        (lambda: Measure("m", np.full((3, 2), np.nan)), "not finite"),
        (lambda: Measure("m", np.ones((3, 2)), over="year"), "cannot count"),
        (lambda: capped(problem, Measure("m", np.ones((3, 2))), 1.0), "for 18 blocks"),
        (lambda: capped(problem, good, np.nan), "cap is nan"),
        (lambda: charged(problem, good, [1.0, 2.0]), "3 periods"),
        (lambda: charged(problem, good, np.inf), "not finite"),
        (lambda: frontier(problem, good, points=0), "0 points"),
        (lambda: frontier(problem, good, seconds=-1.0), "no effort"),
        (lambda: frontier(problem, good, tolerance=np.nan), "no effort"),
        (lambda: frontier(problem, good, points=[1.0], gap=-1.0, seconds=5.0), "no effort"),
        (lambda: river_capped(problem, good, 1.0, release=(0.8, 0.4)), "1.2 of a block's"),
        (lambda: frontier(problem, good, points=[1.0, np.inf]), "not finite"),
        (lambda: river_measure("m", np.ones(n), [1.0, 1.0], delivered=2.0), "fraction of 2"),
        (lambda: river_measure("m", -np.ones(n), [1.0, 1.0]), "negative"),
        (lambda: river_measure("m", np.ones((n, 3)), [1.0, 1.0]), "tonnes of shape"),
        (lambda: river_room_kg_day(1.0, 2.0, 1.5), "no room"),
        (lambda: river_room_kg_day(1.0, -2.0), "negative"),
        (lambda: river_capped(problem, good, 1.0, release=()), "released"),
        (lambda: river_capped(problem, good, -1.0), "room of -1"),
    ):
        with pytest.raises(ModelError, match=says):
            make()
