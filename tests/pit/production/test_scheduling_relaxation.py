"""The linear relaxation against HiGHS on the whole program, and its certificate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from scheduling_cases import (
    assert_feasible_shares,
    capacity,
    lp_optimum,
    optimum,
    out_of_reach,
    permuted,
    problem_of,
    problems,
    section,
)

from orefield.pit.production import Row, relax, restrict
from orefield.pit.production.instance import unpack
from orefield.pit.production.relaxation import side_constraints
from orefield.pit.production.shell_groups import shell_groups

TIGHT = 1e-9


def agrees(problem, earliest=None, groups=None, guess=None):
    first = np.zeros(problem.n, np.int32) if earliest is None else earliest
    found = relax(problem, first, tolerance=TIGHT, groups=groups, guess=guess)
    true = lp_optimum(problem, earliest)
    size = max(abs(true), 1e-6 * float(np.abs(problem.all_values()).sum()))
    assert found.bound >= true - 1e-9 * size
    assert found.bound == pytest.approx(true, rel=1e-6, abs=1e-6 * size)
    assert found.objective == pytest.approx(true, rel=1e-6, abs=1e-6 * size)
    worth = float((problem.all_values().transpose(1, 0, 2) * found.mined).sum())
    assert worth == pytest.approx(found.objective, rel=1e-6, abs=1e-6 * size)
    assert_feasible_shares(problem, found.mined, 1e-6)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("destinations", "limits"), [(1, 1), (1, 2), (2, 2), (3, 3)])
def test_value_of_the_whole_program_is_met(seed, destinations, limits):
    rng = np.random.default_rng([seed, destinations, limits])
    problem = section(rng, 6, 3, 4, destinations, limits)
    agrees(problem)


@pytest.mark.parametrize("seed", range(3))
def test_earliest_periods_are_kept_and_groups_and_guesses_change_nothing(seed):
    problem = section(np.random.default_rng(seed), 6, 3, 4, 2, 2)
    small = restrict(problem)
    groups = shell_groups(unpack(small.problem, small.earliest, small.order))
    plain = agrees(small.problem, small.earliest)
    by_groups = agrees(small.problem, small.earliest, groups=groups)
    rng = np.random.default_rng(seed)
    wild = rng.normal(size=len(plain.multiplier)) * 10 * (1 + np.abs(plain.multiplier))
    for guess in (plain.multiplier, np.zeros_like(plain.multiplier), wild, 1e6 + wild):
        again = agrees(small.problem, small.earliest, guess=guess)
        assert again.bound == pytest.approx(plain.bound, rel=1e-6)
    assert by_groups.bound == pytest.approx(plain.bound, rel=1e-6)
    for t in range(problem.n_periods):
        assert not by_groups.mined[small.earliest > t, t].any()


@given(problem=problems())
@settings(max_examples=40)
def test_any_small_problem(problem):
    agrees(problem)


@given(problem=problems(blocks=8))
@settings(max_examples=30)
def test_leaving_out_blocks_and_periods_keeps_the_bound_of_schedules(problem):
    small = restrict(problem)
    # blocks whose cone is more than all capacity are in no schedule, though the relaxation
    # would have a part of them; other blocks left out are worth nothing even to it
    never = np.array([problem.n_periods if x else 0 for x in out_of_reach(problem)])
    true = lp_optimum(problem, never)
    if small.problem.n == 0:
        assert true == pytest.approx(0.0, abs=1e-9)
        return
    kept = relax(small.problem, np.zeros(small.problem.n, np.int32), tolerance=TIGHT)
    assert kept.bound == pytest.approx(true, rel=1e-6, abs=1e-6)
    tight = relax(small.problem, small.earliest, tolerance=TIGHT)
    assert tight.bound <= kept.bound * (1 + 1e-9) + 1e-9
    best = optimum(problem)
    assert tight.bound >= best - 1e-9 * (1 + abs(best))


@given(problem=problems())
@settings(max_examples=25)
def test_renaming_blocks_changes_no_bound(problem):
    number = np.random.default_rng(problem.n).permutation(problem.n)
    first = np.zeros(problem.n, np.int32)
    one = relax(problem, first, tolerance=TIGHT).bound
    two = relax(permuted(problem, number), first, tolerance=TIGHT).bound
    assert two == pytest.approx(one, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_more_capacity_never_lowers_the_bound(seed):
    rng = np.random.default_rng(seed)
    problem = section(rng, 6, 3, 4, 2, 2)
    first = np.zeros(problem.n, np.int32)
    before = -np.inf
    for more in (0.0, 0.3, 1.0, 1.1, 3.0, np.inf):
        limits = [capacity(x.use, np.nan_to_num(x.upper * more, nan=0.0)) for x in problem.limits]
        larger = problem_of(problem.n, [], problem.value, problem.factor, limits)
        larger = type(problem)(
            problem.name, problem.start, problem.needed, problem.value, problem.factor,
            larger.limits, (), problem.destinations,
        )  # fmt: skip
        bound = relax(larger, first, tolerance=TIGHT).bound
        assert bound >= before - 1e-6 * abs(bound)
        before = bound


@pytest.mark.parametrize("seed", range(4))
def test_parts_of_value_with_prices_that_cross(seed):
    """One metal's price falls and another's rises: a block is best in a middle period."""
    rng = np.random.default_rng(seed)
    problem = section(rng, 6, 3, 4, 2, 2, parts=3)
    value = problem.value.copy()
    value[1] = rng.uniform(-5, 30, value[1].shape)
    factor = np.array([[1.0, 1.5, 0.4], [0.9, 1.0, 0.9], [0.8, 0.6, 1.3], [0.7, 0.2, 0.9]])
    decks = type(problem)(
        problem.name, problem.start, problem.needed, value, factor, problem.limits, (),
        problem.destinations,
    )  # fmt: skip
    agrees(decks)
    small = restrict(decks)
    kept = relax(small.problem, np.zeros(small.problem.n, np.int32), tolerance=TIGHT)
    never = np.array([decks.n_periods if x else 0 for x in out_of_reach(decks)])
    assert kept.bound == pytest.approx(lp_optimum(decks, never), rel=1e-6)


@pytest.mark.parametrize("factor", [[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [-1.0, -0.5], [0.5, 1.0]])
def test_discount_factors_of_any_kind(factor):
    """Factors that are zero, negative or rising leave nothing out that is worth mining."""
    value = [[[-1.0], [5.0], [-3.0]]]
    limit = capacity([1.0, 1.0, 1.0], [1.5, 1.5])
    problem = problem_of(3, [(1, 0)], value, np.array(factor)[:, None], [limit])
    small = restrict(problem)
    true = lp_optimum(problem)
    if small.problem.n == 0:
        assert true == pytest.approx(0.0, abs=1e-9)
        return
    kept = relax(small.problem, np.zeros(small.problem.n, np.int32), tolerance=TIGHT)
    assert kept.bound == pytest.approx(true, rel=1e-6, abs=1e-9)


def with_rows(problem, rng):
    """The problem with side constraints of any form, which its own optimum just misses."""
    mined = relax(problem, np.zeros(problem.n, np.int32), tolerance=TIGHT).mined
    rows = []
    for g in range(2):
        k = 2 * problem.n
        period = rng.integers(0, problem.n_periods, k)
        block = rng.integers(0, problem.n, k)
        destination = rng.integers(0, problem.n_destinations, k)
        factor = rng.normal(size=k).round(2) * 10
        amount = float(factor @ mined[block, period, destination])
        lower = amount + 1.0 if g == 0 else -np.inf
        upper = amount - 1.0 if g == 1 else np.inf
        rows.append(Row(f"row {g}", period, block, destination, factor, lower, upper))
    return type(problem)(
        problem.name, problem.start, problem.needed, problem.value, problem.factor,
        problem.limits, tuple(rows), problem.destinations,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_general_rows(seed):
    rng = np.random.default_rng(seed)
    problem = with_rows(section(rng, 5, 3, 3, 2, 2), rng)
    assert lp_optimum(problem) is not None, "this seed makes rows that cannot be met"
    agrees(problem)


@pytest.mark.parametrize("seed", range(4))
def test_lower_limits(seed):
    """What the relaxation leaves idle must be used: limits bind from below."""
    rng = np.random.default_rng(100 + seed)
    plain = section(rng, 6, 3, 4, 2, 2, tightness=1.0)
    low = rng.uniform(0.2, 0.7)
    limits = tuple(capacity(x.use, x.upper, low * x.upper, x.name) for x in plain.limits)
    problem = type(plain)(
        plain.name, plain.start, plain.needed, plain.value, plain.factor, limits, (),
        plain.destinations,
    )  # fmt: skip
    assert lp_optimum(problem) is not None, "this seed makes limits that cannot be met"
    agrees(problem)


def test_side_constraints_leave_out_what_is_not_bounded():
    limit = capacity([1.0, 1.0], [np.inf, 3.0, np.inf], [-np.inf, -np.inf, 1.0])
    none = Row(
        "free", np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1),
        -np.inf, np.inf,
    )  # fmt: skip
    problem = problem_of(2, [], [[[1.0], [2.0]]], np.ones((3, 1)), [limit], [none])
    side = side_constraints(problem)
    assert side.period.tolist() == [1, 2]
    assert side.clipped(np.array([-1.0, 1.0])).tolist() == [0.0, 0.0]
    assert side.price(np.array([2.0, -3.0])) == 2 * 3 - 3 * 1


def test_time_limit_and_stop_still_certify():
    problem = section(np.random.default_rng(3), 9, 5, 6, 2, 2)
    first = np.zeros(problem.n, np.int32)
    true = lp_optimum(problem)
    assert relax(problem, first, seconds=0.0).bound >= true * (1 - 1e-9)
    asked = []
    stopped = relax(problem, first, stop=lambda: asked.append(1) or len(asked) > 2)
    assert true * (1 - 1e-9) <= stopped.bound < np.inf
    told = []
    relax(problem, first, progress=lambda objective, bound: told.append((objective, bound)))
    assert told == sorted(told, key=lambda x: x[0])
    assert [x[1] for x in told] == sorted((x[1] for x in told), reverse=True)
