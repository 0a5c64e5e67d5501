"""Plans with room in every period: the laws they keep, and how near they come to the best."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from working_cases import DISK, best_with_room, case, too_narrow

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit.minelib import check_plan
from orefield.pit.phasing import WorkingRoom, narrow_parts
from orefield.pit.production import Limit, Plan, Row, solve_production
from orefield.pit.production.solve import relative_gap
from orefield.pit.working_periods import period_room, working_plan


def scheduled(built, seconds=0.5):
    return solve_production(built.problem, gap=1e-3, seconds=seconds, exact=False)


def keeps_everything(model, built, found, cells):
    """Precedence, limits, shares, rows by the independent checker; widths by trying squares."""
    check = check_plan(built.problem, found.plan)
    assert check.feasible, check.violations
    assert check.objective == pytest.approx(found.value, rel=1e-9, abs=1e-9)
    n_t = built.problem.n_periods
    assert not too_narrow(model, built, found.plan.period, n_t, cells).any()


def adds_up(model, built, plan, found):
    """No rock is lost: it is in a period, or counted as dropped."""
    rock, n_t = model.tonnes()[built.block], built.problem.n_periods
    was, now = plan.period[built.unit], found.plan.period[built.unit]
    assert found.dropped_t == pytest.approx(rock[(was < n_t) & (now == n_t)].sum())
    assert found.added_t == pytest.approx(rock[(was == n_t) & (now < n_t)].sum())
    assert found.moved_t == pytest.approx(rock[(was < n_t) & (now < n_t) & (was != now)].sum())
    assert found.room.rock_t.sum() == pytest.approx(
        found.room_given.rock_t.sum() - found.dropped_t + found.added_t
    )


@pytest.mark.parametrize(("lower", "cells"), [(False, None), (True, None), (False, (2, 1))])
@pytest.mark.parametrize("hill", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_plans_with_room_keep_everything(seed, hill, lower, cells):
    model, pattern, built = case(seed, (11, 10, 3), periods=3, hill=hill, lower=lower, cells=cells)
    solution = scheduled(built)
    found = working_plan(
        model, pattern, built, solution.plan, WorkingRoom(20.0),
        upper_bound=solution.upper_bound, seconds=1.5,
    )  # fmt: skip
    keeps_everything(model, built, found, 2)
    adds_up(model, built, solution.plan, found)
    assert found.met
    assert found.room.narrow_t.sum() == 0
    assert found.room.parts == ()
    assert found.value_given == pytest.approx(solution.objective)
    assert found.value <= solution.upper_bound * (1 + 1e-9)
    assert found.gap == pytest.approx(1 - found.value / solution.upper_bound)
    assert found.loss == pytest.approx(1 - found.value / found.value_given)
    assert found.value > 0.5 * found.value_given


@pytest.mark.parametrize(
    ("room", "cells"),
    [(WorkingRoom(40.0, shape="disk"), DISK), (WorkingRoom(10.0, ramp_m=10.0), 2)],
)
def test_disks_and_ramps_find_room(room, cells):
    model, pattern, built = case(1, (15, 14, 3), periods=2, rich=1.5)
    plan = scheduled(built).plan
    before = too_narrow(model, built, plan.period, 2, cells)
    assert before.any()
    found = working_plan(model, pattern, built, plan, room, seconds=2.0)
    keeps_everything(model, built, found, cells)
    adds_up(model, built, plan, found)
    assert found.room_given.narrow_t.sum() == pytest.approx(
        model.tonnes()[built.block][before].sum()
    )
    assert found.met
    assert found.value > 0.5 * found.value_given


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(
        [
            (WorkingRoom(10.0), 1),
            (WorkingRoom(20.0), 2),
            (WorkingRoom(30.0), 3),
            (WorkingRoom(10.0, ramp_m=10.0), 2),
            (WorkingRoom(40.0, shape="disk"), DISK),
        ]
    ),
    st.booleans(),
)
def test_room_is_measured_as_elements_say(seed, asked, hill):
    room, cells = asked
    model, pattern, built = case(seed, (8, 7, 3), hill=hill)
    rng = np.random.default_rng(seed)
    n_t = built.problem.n_periods
    # precedence is all a plan needs to be measured
    period = rng.integers(0, n_t + 1, built.problem.n).astype(np.int32)
    for b in range(built.problem.n - 1, -1, -1):
        needed = built.problem.needed[built.problem.start[b] : built.problem.start[b + 1]]
        period[b] = max([period[b], *period[needed]])
    share = np.zeros((built.problem.n, 2))
    share[period < n_t, 1] = 1.0
    found = period_room(model, built, Plan(period, share), room)
    wrong = too_narrow(model, built, period, n_t, cells)
    rock, when = model.tonnes()[built.block], period[built.unit]
    for t in range(n_t):
        assert found.narrow_t[t] == pytest.approx(rock[wrong & (when == t)].sum())
        assert found.rock_t[t] == pytest.approx(rock[when == t].sum())
    assert sum(p.blocks for p in found.parts) == wrong.sum()
    # the definition is that of phases, where floors are kept as wide as walls
    of_model = np.full(model.grid.n, -1)
    of_model[built.block] = np.where(when < n_t, when, -1)
    floor = replace(room, bottom_m=room.mining_m + room.ramp_m)
    both = narrow_parts(model, of_model, pattern, floor)
    assert [p for p in both if p.between] == list(found.parts)


@pytest.mark.parametrize("seed", range(4))
def test_against_the_best_of_all_plans_with_room(seed):
    model, pattern, built = case(seed, (6, 5, 2), periods=2, tight=0.55)
    optimum = best_with_room(model, built, 2)
    solution = scheduled(built)
    best = [-np.inf]
    found = working_plan(
        model, pattern, built, solution.plan, WorkingRoom(20.0), seconds=10.0,
        progress=lambda told: best.append(told.objective),
        stop=lambda: max(best) >= 0.97 * optimum,
    )  # fmt: skip
    keeps_everything(model, built, found, 2)
    assert optimum <= solution.upper_bound + 1e-6
    assert found.value <= optimum + 1e-6
    assert found.value >= 0.95 * optimum


def test_the_oracle_is_one():
    """Against every assignment of periods to nine blocks, one square by one."""
    model, _, built = case(3, (3, 3, 1), periods=2, tight=0.7, mill=False, rich=4.0)
    p = built.problem
    assert p.n == 9
    best = 0.0
    for period in itertools.product(range(3), repeat=9):
        when = np.array(period, np.int32)
        if (np.bincount(when, minlength=3)[:2] > p.limits[0].upper).any():
            continue
        if too_narrow(model, built, when, 2, 2).any():
            continue
        worth = p.all_values().max(axis=2)
        best = max(best, sum(worth[t, b] for b, t in enumerate(period) if t < 2))
    assert best_with_room(model, built, 2) == pytest.approx(best)


def test_no_width_costs_nothing():
    model, pattern, built = case(2, (10, 9, 3))
    solution = scheduled(built)
    found = working_plan(model, pattern, built, solution.plan, WorkingRoom(), seconds=0.0)
    assert found.room_given.share == 0.0
    assert found.value >= solution.objective - 1e-9
    np.testing.assert_array_equal(found.plan.period, solution.plan.period)


def test_a_plan_with_room_is_a_start_and_never_gets_worse():
    model, pattern, built = case(5, (9, 8, 3), periods=3)
    room = WorkingRoom(20.0)
    solution = scheduled(built)
    first = working_plan(model, pattern, built, solution.plan, room, seconds=2.0)
    again = working_plan(model, pattern, built, first.plan, room, seconds=2.0)
    assert again.room_given.share == 0.0
    assert again.value >= first.value - 1e-9
    assert again.loss <= 1e-12
    keeps_everything(model, built, again, 2)


def test_the_same_seed_gives_the_same_plan():
    model, pattern, built = case(4, (6, 5, 2), periods=2)
    plan = scheduled(built).plan
    one, two = (
        working_plan(model, pattern, built, plan, WorkingRoom(20.0), seconds=np.inf, turns=24)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.plan.period, two.plan.period)
    np.testing.assert_array_equal(one.plan.share, two.plan.share)


def test_no_turns_decide_nothing():
    model, pattern, built = case(4, (7, 6, 2), periods=2)
    room = WorkingRoom(20.0)
    first = working_plan(model, pattern, built, scheduled(built).plan, room, seconds=0.0).plan
    found = working_plan(model, pattern, built, first, room, seconds=np.inf, turns=0)
    np.testing.assert_array_equal(found.plan.period, first.period)
    more = working_plan(model, pattern, built, first, room, seconds=np.inf, turns=8)
    assert more.value > found.value


def test_a_plan_near_enough_to_its_bound_ends_the_search():
    model, pattern, built = case(2, (10, 9, 3))
    solution = scheduled(built)
    bound = working_plan(
        model, pattern, built, solution.plan, WorkingRoom(), seconds=0.0
    ).value  # its destinations are the best, too
    for gap, off in ((0.0, 1.0), (0.1, 1.05)):
        found = working_plan(
            model, pattern, built, solution.plan, WorkingRoom(), upper_bound=off * bound, gap=gap,
            seconds=60.0,
        )  # fmt: skip
        assert found.seconds < 20.0
        assert found.gap <= gap
    # with room to make, the first division that is near enough is the last
    told = []
    found = working_plan(
        model, pattern, built, solution.plan, WorkingRoom(20.0), upper_bound=bound, gap=0.7,
        seconds=120.0, progress=told.append,
    )  # fmt: skip
    assert found.seconds < 60.0
    assert found.met
    assert 0.0 < found.gap <= 0.7
    keeps_everything(model, built, found, 2)
    assert all(relative_gap(x.objective, bound) > 0.7 for x in told[:-1])


def test_general_rows_are_kept():
    model, pattern, built = case(3, (11, 10, 3), periods=3)
    p = built.problem
    # the first year mills at least half of what the second does, and some blocks wait
    mill = np.arange(p.n)
    rows = (
        Row(
            "steady",
            np.repeat([0, 1], p.n).astype(np.int64),
            np.tile(mill, 2).astype(np.int64),
            np.zeros(2 * p.n, np.int64),
            np.repeat([1.0, -0.5], p.n),
            0.0,
            np.inf,
        ),
    )
    built = replace(built, problem=replace(p, rows=rows))
    solution = scheduled(built, 2.0)
    found = working_plan(model, pattern, built, solution.plan, WorkingRoom(20.0), seconds=1.5)
    keeps_everything(model, built, found, 2)
    assert found.met


def test_a_pit_narrower_than_the_width_is_dropped_and_said():
    model, pattern, built = case(0, (9, 8, 3))
    plan = scheduled(built).plan
    found = working_plan(model, pattern, built, plan, WorkingRoom(80.0), seconds=20.0)
    mined = found.plan.period < built.problem.n_periods
    # a bench of eight by nine has room for one square, or for two that overlap
    assert np.unique(built.block[mined] // 72).tolist() == [2]
    assert mined.sum() in (64, 72)
    keeps_everything(model, built, found, 8)
    assert found.dropped_t > 0
    adds_up(model, built, plan, found)


def with_minimum(built, lower):
    n = built.problem.n
    all_rock = Limit("all", np.ones((n, 2)), np.asarray(lower, float), np.full(2, np.inf))
    return replace(built, problem=replace(built.problem, limits=(all_rock,)))


def test_a_minimum_that_room_forbids_names_limit_and_width():
    model, pattern, built = case(0, (9, 8, 3), periods=2)
    # the deepest blocks have no room, and all are to be mined
    built = with_minimum(built, [built.problem.n, -np.inf])
    plan = scheduled(built).plan
    with pytest.raises(ModelError, match="80 m") as caught:
        working_plan(model, pattern, built, plan, WorkingRoom(80.0), seconds=20.0)
    assert "all" in str(caught.value)


def test_a_minimum_that_only_parts_of_pieces_could_meet_is_said():
    model, pattern, built = case(0, (9, 8, 1), periods=2, tight=1.0, rich=9.0)
    room = WorkingRoom(80.0)
    n = built.problem.n
    # one square holds the pit: both years cannot mine some of it
    built = with_minimum(built, [8.0, 8.0])
    plan = scheduled(built).plan
    found = working_plan(model, pattern, built, plan, room, seconds=1.0)
    assert n == 72
    assert not too_narrow(model, built, found.plan.period, 2, 8).any()
    assert not found.met
    assert found.gap == np.inf


def test_a_plan_of_nothing_is_a_start():
    model, pattern, built = case(0, (8, 7, 2), periods=2)
    n = built.problem.n
    nothing = Plan(np.full(n, 2, np.int32), np.zeros((n, 2)))
    found = working_plan(model, pattern, built, nothing, WorkingRoom(20.0), seconds=1.0)
    keeps_everything(model, built, found, 2)
    assert found.value >= 0.0
    assert np.isnan(found.loss)
    adds_up(model, built, nothing, found)


def test_stopping_at_once_still_gives_room():
    model, pattern, built = case(6, (9, 8, 3), periods=3)
    plan = scheduled(built).plan
    told = []
    found = working_plan(
        model, pattern, built, plan, WorkingRoom(20.0), seconds=60.0, stop=lambda: True,
        progress=told.append,
    )  # fmt: skip
    keeps_everything(model, built, found, 2)
    assert found.value > 0
    assert told
    assert told[-1].objective == pytest.approx(found.value)


def test_what_does_not_fit_is_refused():
    model, pattern, built = case(0)
    plan = scheduled(built).plan
    n, n_t = built.problem.n, built.problem.n_periods

    wide = WorkingRoom(20.0)

    def work(plan=plan, room=wide, model=model, built=built, **more):
        return working_plan(model, pattern, built, plan, room, **{"seconds": 1.0, **more})

    with pytest.raises(ModelError, match="more than the model has"):
        work(room=WorkingRoom(500.0))
    with pytest.raises(ModelError, match="one width"):
        work(room=WorkingRoom(20.0, bottom_m=40.0))
    with pytest.raises(ModelError, match="one width"):
        work(room=WorkingRoom(20.0, smallest_m2=1e4))
    with pytest.raises(ModelError, match="a plan of"):
        work(plan=Plan(plan.period[1:], plan.share[1:]))
    with pytest.raises(ModelError, match="not among 0 to"):
        work(plan=Plan(np.full(n, n_t + 1, np.int32), plan.share))
    late = plan.period.copy()
    late[:] = 0
    late[built.problem.needed[0]] = n_t - 1
    with pytest.raises(ModelError, match="which needs it"):
        work(plan=Plan(late, np.tile([0.0, 1.0], (n, 1))))
    with pytest.raises(ModelError, match="give 0 or more"):
        work(seconds=-1.0)
    with pytest.raises(ModelError, match="give 0 or more"):
        work(seconds=np.nan)
    small = BlockModel(Grid((0, 0, 0), (10.0, 10.0, 10.0), (3, 3, 1)), {"density_t_m3": np.ones(9)})
    with pytest.raises(ModelError, match="the schedule has block"):
        work(model=small)
    joined = replace(built, unit=np.zeros_like(built.unit))
    with pytest.raises(ModelError, match="two benches"):
        work(built=joined)
    bad = plan.share.copy()
    bad[0] = np.nan
    with pytest.raises(ModelError, match="shares of unit 0 add up to nan"):
        work(plan=Plan(plan.period, bad))
    bad[0] = np.where(plan.period[0] < n_t, [1.5, -0.5], [0.5, -0.5])
    with pytest.raises(ModelError, match=r"the least of them -0\.5"):
        work(plan=Plan(plan.period, bad))
    for gap in (-0.1, np.nan):
        with pytest.raises(ModelError, match="give 0 or more"):
            work(gap=gap)
