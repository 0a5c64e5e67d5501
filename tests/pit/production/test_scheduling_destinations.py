"""Destinations of blocks whose periods are given, and first plans where blends and minima bind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from scheduling_cases import accepted, section
from scipy.optimize import linprog

from orefield.core import ModelError
from orefield.pit.production import Limit, Row, relax, restrict, solve_production
from orefield.pit.production.construct import construct
from orefield.pit.production.destinations import best_destinations
from orefield.pit.production.instance import unpack
from orefield.pit.production.master import solve_master
from orefield.pit.production.shell_groups import shell_groups


def blended(seed, width=5, depth=3, periods=3, least=0.5, bound=0.0):
    """A section with a dump, a mill and a leach; the mill's feed has a minimum and a blend."""
    rng = np.random.default_rng(seed)
    problem = section(rng, width, depth, periods, 3, 2, tightness=0.8)
    tonnes = problem.limits[0].use[:, 0]
    mill = np.column_stack([0 * tonnes, tonnes, 0 * tonnes])
    none = np.full(periods, -np.inf)
    low = none.copy()
    low[0] = least * tonnes.mean()
    arsenic = rng.normal(0.0, 1.0, problem.n)
    return replace(
        problem,
        limits=(
            problem.limits[0],
            Limit("feed", mill, low, problem.limits[1].upper),
            Limit("arsenic", mill * arsenic[:, None], none, np.full(periods, bound)),
        ),
    )


def instance_of(problem):
    small = restrict(problem)
    return small, unpack(small.problem, small.earliest, small.order)


def program_of(instance, period):
    """Columns: share (n, d) of mined blocks; rows: bounds of limits by period and of rows."""
    n, d = instance.n, instance.n_destinations
    mined = np.flatnonzero(period < instance.n_periods)
    column = {int(b): k for k, b in enumerate(mined)}
    value = np.array([instance.value[period[b], b] for b in mined]).ravel()
    lines, low, high, size = [], [], [], []
    for r, limit in enumerate(instance.problem.limits):
        for t in range(instance.n_periods):
            line = [limit.use[b] * (period[b] == t) for b in mined]
            lines.append(np.array(line).ravel())
            low.append(limit.lower[t])
            high.append(limit.upper[t])
            size.append(instance.limit_sizes[r, t])
    for g, row in enumerate(instance.problem.rows):
        line = np.zeros((len(mined), d))
        for t, b, to, f in zip(row.period, row.block, row.destination, row.factor, strict=True):
            if period[b] == t:
                line[column[int(b)], to] += f
        lines.append(line.ravel())
        low.append(row.lower)
        high.append(row.upper)
        size.append(instance.row_sizes[g])
    whole = sp.kron(sp.eye_array(len(mined)), np.ones((1, d)))
    assert len(period) == n
    return value, np.array(lines), np.array(low), np.array(high), np.array(size), whole


def judged(instance, period, relief):
    """Best value, or the least that must be missed, by SciPy on the whole program."""
    value, lines, low, high, size, whole = program_of(instance, period)
    k, m = len(low), len(value)
    lines = lines / size[:, None]
    above, below = np.isfinite(high), np.isfinite(low)
    slack = np.eye(k) * relief
    matrix = np.vstack(
        [np.hstack([lines, -slack])[above], np.hstack([-lines, -slack])[below]],
    )
    bound = np.concatenate([(high / size)[above], (-low / size)[below]])
    cost = np.concatenate([0 * value if relief else -value, np.full(k, float(relief))])
    equal = np.hstack([whole.toarray(), np.zeros((whole.shape[0], k))])
    found = linprog(
        cost, matrix, bound, equal, np.ones(whole.shape[0]),
        bounds=[(0, 1)] * m + [(0, None if relief else 0)] * k,
    )  # fmt: skip
    return found.fun if relief else -found.fun if found.status == 0 else None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rows", [False, True])
def test_destinations_are_the_best_there_are(seed, rows):
    problem = blended(seed, least=0.2, bound=2.0 if seed % 2 else 0.0)
    rng = np.random.default_rng(seed)
    if rows:
        at = rng.integers(0, problem.n, 6)
        row = Row(
            "over two periods", rng.integers(0, 2, 6), at, rng.integers(0, 3, 6),
            rng.normal(size=6), -0.5, 0.5,
        )  # fmt: skip
        problem = replace(problem, rows=(row,))
    _, instance = instance_of(problem)
    period = np.sort(rng.integers(0, 4, instance.n)).astype(np.int32)
    plan = best_destinations(instance, period)
    mined = period < 3
    assert plan.share[mined].sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert (plan.share >= 0).all()
    assert not plan.share[~mined].any()
    least = judged(instance, period, relief=True)
    assert instance.missing(plan) == pytest.approx(least, abs=1e-6)
    if least < 1e-9:
        assert instance.missing(plan) == 0.0
        assert instance.value_of(plan) == pytest.approx(judged(instance, period, relief=False))


def test_destinations_of_nothing():
    _, instance = instance_of(blended(0))
    plan = best_destinations(instance, np.full(instance.n, 3, np.int32))
    assert not plan.share.any()


def test_a_single_destination_breaks_what_it_must():
    problem = section(np.random.default_rng(1), 5, 3, 2, 1, 1)
    tonnes = problem.limits[0].use
    tight = replace(problem.limits[0], upper=np.array([0.0, 1e9]))
    problem = replace(problem, limits=(tight,))
    instance = unpack(problem, np.zeros(problem.n, np.int32), np.arange(problem.n, dtype=np.int32))
    period = (np.arange(problem.n) >= 2).astype(np.int32)
    plan = best_destinations(instance, period)
    np.testing.assert_array_equal(plan.share, np.ones((problem.n, 1)))
    np.testing.assert_allclose(instance.used(plan)[0, 0], tonnes[:2].sum())
    assert instance.missing(plan) > 0.0


@pytest.mark.parametrize("seed", range(4))
def test_a_first_plan_keeps_blends_and_minima(seed):
    problem = blended(seed, width=40, depth=8, periods=5, least=8.0)
    small, instance = instance_of(problem)
    relaxation = relax(small.problem, small.earliest, groups=shell_groups(instance))
    plan = construct(instance, relaxation, trials=2, seed=0)
    assert instance.missing(plan) == 0.0
    whole = small.whole(plan)
    assert accepted(problem, whole) >= 0.85 * relaxation.bound


def test_the_search_goes_on_from_a_plan_that_keeps_blends_and_minima():
    problem = blended(0, width=16, depth=4, periods=4, least=4.0)
    small, instance = instance_of(problem)
    relaxation = relax(small.problem, small.earliest, groups=shell_groups(instance))
    first = instance.worth(construct(instance, relaxation, trials=20, seed=0))
    found = solve_production(problem, gap=0.0, seconds=120.0, turns=8)
    assert accepted(problem, found.plan) == pytest.approx(found.objective)
    assert found.objective > first > 0.0


def test_a_plan_of_a_like_problem_is_a_start():
    problem = section(np.random.default_rng(5), 12, 4, 4, 3, 3)
    good = solve_production(problem, gap=0.0, seconds=120.0, turns=5)
    dearer = replace(problem, value=problem.value * 1.1)
    alone = solve_production(dearer, gap=0.0, seconds=120.0, turns=0)
    begun = solve_production(dearer, gap=0.0, seconds=120.0, turns=0, start=good.plan.period)
    assert accepted(dearer, begun.plan) == pytest.approx(begun.objective)
    assert begun.objective >= good.objective * 1.1 * (1 - 1e-9)
    assert begun.objective >= alone.objective
    # too much at once is no plan, and does no harm
    rush = solve_production(dearer, gap=0.0, seconds=120.0, turns=0, start=np.zeros(problem.n, int))
    assert accepted(dearer, rush.plan) == pytest.approx(rush.objective)
    assert rush.objective == pytest.approx(alone.objective)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p[:-1], "whole numbers"),
        (lambda p: p + 0.5, "whole numbers"),
        (lambda p: p + 5, "whole numbers"),
        (lambda p: np.where(np.arange(len(p)) < 12, 4, 0), "before block"),
    ],
)
def test_a_start_that_is_no_plan_is_an_error(change, said):
    problem = section(np.random.default_rng(5), 12, 4, 4, 1, 1)
    start = change(np.zeros(problem.n, int))
    with pytest.raises(ModelError) as caught:
        solve_production(problem, seconds=1.0, start=start)
    assert said in str(caught.value)


def test_orders_do_not_depend_on_how_exactly_the_relaxation_was_solved():
    problem = blended(1, width=40, depth=8, periods=5, least=8.0)
    small, instance = instance_of(problem)
    found = relax(small.problem, small.earliest, groups=shell_groups(instance))
    noise = 1e-8 * np.random.default_rng(0).random(found.mined.shape)
    one = construct(instance, found, trials=0, seed=0)
    two = construct(instance, replace(found, mined=found.mined + noise), trials=0, seed=0)
    assert instance.worth(two) == pytest.approx(instance.worth(one), rel=1e-3)


@pytest.mark.parametrize("classes", [300, 1500])
def test_the_master_problem_is_solved_alike_by_both_methods(classes):
    rng = np.random.default_rng(classes)
    gain = np.concatenate([[0.0], rng.normal(0.5, 10.0, classes - 1)])
    below = rng.integers(0, classes, 4 * classes)
    pairs = np.column_stack([below, (below * 0.7).astype(int)])
    pairs = pairs[(pairs[:, 1] > 0) & (pairs[:, 0] != pairs[:, 1])].astype(np.int32)
    use = sp.csr_array(np.vstack([np.full(classes, 1.0), rng.random(classes)]) * (gain != 0))
    upper = np.array([0.2 * classes, 0.15 * classes])
    found = solve_master(gain, pairs, use, np.full(2, -np.inf), upper, 1e6)
    k = len(pairs)
    at = np.repeat(np.arange(k), 2)
    order = sp.csr_array((np.tile([1.0, -1.0], k), (at, pairs.ravel())), shape=(k, classes))
    true = linprog(
        -gain, sp.vstack([order, use]), np.concatenate([np.zeros(k), upper]),
        bounds=[(0, 0)] + [(0, 1)] * (classes - 1),
    )  # fmt: skip
    assert found.objective == pytest.approx(-true.fun, rel=1e-6)
    assert (use @ found.z <= upper * (1 + 1e-7)).all()
    assert (found.z[pairs[:, 0]] <= found.z[pairs[:, 1]] + 1e-7).all()
    assert found.multiplier == pytest.approx(-true.ineqlin.marginals[k:], abs=1e-4)
    assert found.missing.max() == 0.0
