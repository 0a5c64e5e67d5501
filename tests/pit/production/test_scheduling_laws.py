"""What holds of every schedule and every search, whatever the problem."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling_cases import accepted, capacity, lp_optimum, problem_of, problems, section

from orefield.pit.production import relax, restrict, solve_production
from orefield.pit.production.construct import construct
from orefield.pit.production.dive import dive
from orefield.pit.production.instance import unpack
from orefield.pit.production.ready import compile_kernels
from orefield.pit.production.search import Effort, search
from orefield.pit.production.shell_groups import shell_groups
from orefield.pit.production.spans import bounded, differing
from orefield.pit.production.window import improve, time_window


def prepared(problem):
    """The problem without blocks never mined, its arrays and its relaxation."""
    small = restrict(problem)
    instance = unpack(small.problem, small.earliest, small.order)
    return small, instance, relax(small.problem, small.earliest)


def larger(seed, destinations=2):
    return section(np.random.default_rng(seed), 9, 5, 6, destinations, 2, tightness=0.7)


@given(problem=problems(blocks=9), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_first_schedules_keep_precedences_and_capacities(problem, seed):
    small, instance, relaxation = None, None, None
    if restrict(problem).problem.n == 0:
        return
    small, instance, relaxation = prepared(problem)
    for disturbed in (False, True):
        plan = construct(instance, relaxation, trials=2, seed=seed, disturbed=disturbed)
        worth = accepted(problem, small.whole(plan))
        assert worth == pytest.approx(instance.worth(plan), abs=1e-9)
        assert worth <= relaxation.bound + 1e-9 * (1 + abs(relaxation.bound))
        assert (plan.period >= small.earliest).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("destinations", [1, 2])
def test_a_window_decided_again_is_never_worse_and_nothing_else_moves(seed, destinations):
    problem = larger(seed, destinations)
    small, instance, relaxation = prepared(problem)
    plan = construct(instance, relaxation, trials=1, seed=seed)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        first = int(rng.integers(0, problem.n_periods))
        last = int(rng.integers(first, problem.n_periods))
        window = time_window(instance, plan, first, last)
        if rng.random() < 0.5 and len(window.block):
            kept = np.sort(rng.choice(len(window.block), 1 + len(window.block) // 2, replace=False))
            window = bounded(
                instance, plan, window.block[kept], window.low[kept], window.high[kept]
            )
        found = improve(instance, plan, window, seconds=1.0, absolute_gap=1e-6)
        accepted(problem, small.whole(found.plan))
        assert found.gained >= 0.0
        gained = instance.worth(found.plan) - instance.worth(plan)
        assert gained == pytest.approx(found.gained, abs=1e-9)
        outside = np.setdiff1d(np.arange(instance.n), window.block)
        assert (found.plan.period[outside] == plan.period[outside]).all()
        assert (found.plan.share[outside] == plan.share[outside]).all()
        low, high = window.low, window.high
        moved = found.plan.period[window.block]
        assert ((moved >= low) & (moved <= high)).all()
        plan = found.plan


def test_the_whole_as_one_window_is_the_optimum_of_any_start():
    problem = section(np.random.default_rng(5), 5, 3, 3, 2, 2)
    small, instance, relaxation = prepared(problem)
    ends = set()
    for seed in range(3):
        plan = construct(instance, relaxation, trials=1, seed=seed, disturbed=True)
        window = time_window(instance, plan, 0, problem.n_periods - 1)
        found = improve(instance, plan, window, seconds=20.0, absolute_gap=1e-9)
        assert found.solved
        ends.add(round(accepted(problem, small.whole(found.plan)), 5))
    assert len(ends) == 1


def test_what_two_plans_do_not_share_holds_both():
    problem = larger(2)
    small, instance, relaxation = prepared(problem)
    one = construct(instance, relaxation, trials=1, seed=1, disturbed=True)
    two = construct(instance, relaxation, trials=1, seed=2, disturbed=True)
    window = differing(instance, one, two)
    found = improve(instance, one, window, seconds=5.0, absolute_gap=1e-6)
    accepted(problem, small.whole(found.plan))
    assert found.solved
    assert instance.worth(found.plan) >= max(instance.worth(one), instance.worth(two)) - 1e-3


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_windows_decided_at_the_same_time_make_plans_that_hold(workers):
    problem = larger(7)
    small, instance, relaxation = prepared(problem)
    start = construct(instance, relaxation, trials=1, seed=0, disturbed=True)
    told = []

    def check(plan, worth):
        assert accepted(problem, small.whole(plan)) == pytest.approx(worth)
        told.append(worth)

    best = search(
        instance, start, effort=Effort(seconds=1.2, turn_seconds=0.3), target=np.inf, seed=1,
        restart=lambda k: construct(instance, relaxation, trials=2, seed=k, disturbed=True),
        workers=workers, progress=check,
    )  # fmt: skip
    assert told, "the first schedule could be improved, and was not"
    assert told == sorted(told)
    assert instance.worth(best) == pytest.approx(told[-1])


def test_diving_gives_plans_that_hold_and_is_never_worse():
    problem = larger(11)
    small, instance, relaxation = prepared(problem)
    start = construct(instance, relaxation, trials=0, seed=0)
    told = [instance.worth(start)]

    def check(plan, worth):
        assert accepted(problem, small.whole(plan)) == pytest.approx(worth)
        told.append(worth)

    best = dive(instance, relaxation, start, seconds=10.0, seed=0, nodes=20, progress=check)
    assert told == sorted(told)
    assert accepted(problem, small.whole(best)) == pytest.approx(told[-1])


@pytest.mark.parametrize("seed", range(4))
def test_groups_to_start_from_have_no_gaps_and_cover_all(seed):
    _, instance, _ = prepared(larger(seed, 1 + seed % 3))
    groups = shell_groups(instance)
    assert groups.shape == (instance.n,)
    assert np.unique(groups).tolist() == list(range(groups.max() + 1))


def test_bounds_only_fall_plans_only_rise_and_the_gap_is_theirs():
    problem = larger(4)
    told = []
    found = solve_production(problem, gap=1e-3, seconds=2.5, progress=told.append)
    assert told[0].objective == -np.inf
    assert told[0].gap == np.inf
    seen = [p.objective for p in told if np.isfinite(p.objective)]
    assert seen == sorted(seen)
    bounds = [p.upper_bound for p in told]
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(bounds) if np.isfinite(a))
    assert [p.seconds for p in told] == sorted(p.seconds for p in told)
    assert found.objective >= seen[-1] * (1 - 1e-9)
    assert found.upper_bound <= bounds[-1] * (1 + 1e-12)
    assert found.upper_bound <= found.lp_bound
    assert found.lp_bound >= lp_optimum(problem) * (1 - 1e-9)
    gap = (found.upper_bound - found.objective) / found.upper_bound
    assert found.gap == pytest.approx(gap)
    assert (found.status == "gap") == (found.gap <= 1e-3)
    assert 0.0 < found.lp_seconds <= found.seconds


def test_counted_effort_gives_one_plan_every_time():
    problem = larger(6)
    one, two = (solve_production(problem, gap=0.0, seconds=np.inf, turns=4) for _ in range(2))
    assert one.plan.period.tolist() == two.plan.period.tolist()
    assert (one.plan.share == two.plan.share).all()
    assert one.objective == two.objective
    assert one.upper_bound == two.upper_bound
    accepted(problem, one.plan)


def test_a_wish_to_stop_gives_the_best_so_far():
    problem = larger(8)
    for patience in (0, 1, 5, 40):
        asked = itertools.count()
        began = time.perf_counter()
        found = solve_production(
            problem, gap=0.0, seconds=60.0, stop=lambda asked=asked, p=patience: next(asked) >= p
        )
        assert time.perf_counter() - began < 30.0
        assert found.status == "interrupted"
        assert accepted(problem, found.plan) == pytest.approx(found.objective)
        assert found.upper_bound >= found.objective
        assert found.upper_bound >= 0.0


def test_no_time_still_gives_a_plan_and_a_bound():
    problem = larger(9)
    found = solve_production(problem, gap=0.0, seconds=0.0)
    assert found.status == "time"
    assert accepted(problem, found.plan) <= found.upper_bound < np.inf


def test_one_period_less_or_one_limit_more_is_never_better():
    problem = larger(10)
    first = np.zeros(problem.n, np.int32)
    whole = relax(problem, first).bound
    fewer = [capacity(x.use, x.upper[:-1], x.lower[:-1]) for x in problem.limits]
    block = np.repeat(np.arange(problem.n), np.diff(problem.start))
    arcs = list(zip(block.tolist(), problem.needed.tolist(), strict=True))
    short = problem_of(problem.n, arcs, problem.value, problem.factor[:-1], fewer)
    assert relax(short, first).bound <= whole * (1 + 1e-6)
    extra = capacity(np.ones((problem.n, 2)), np.full(6, 4.0), name="blocks")
    tight = problem_of(problem.n, arcs, problem.value, problem.factor, [*problem.limits, extra])
    assert relax(tight, first).bound <= whole * (1 + 1e-6)


def test_getting_ready_is_done_once():
    first = compile_kernels()
    began = time.perf_counter()
    assert compile_kernels() == first > 0.0
    assert time.perf_counter() - began < first
