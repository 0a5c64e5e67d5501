"""A model as a scheduling problem: precedence, destinations and units against walking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.model_problem import coarse_groups, model_problem
from orefield.pit.production import Limit, Plan, solve_production
from orefield.pit.worth import Worth

SHAPE = (7, 6, 4)


def case(seed, hill=True):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), SHAPE)
    bench = np.arange(grid.n) // 42
    top = np.tile(rng.integers(2, 5, 42) if hill else np.full(42, 4), 4)
    model = BlockModel(
        grid, {"rock_fraction": (bench < top).astype(float), "density_t_m3": np.full(grid.n, 2.0)}
    )
    pattern = slope_pattern(grid, 45.0, max_benches=2)
    value = rng.normal(-0.4, 2.0, grid.n) + 1.5 * (bench < 2)
    pit = ultimate_pit(model, value, pattern)
    return model, pattern, value, pit, rng


def worth_of(value, pit, rng, allowed=None):
    at = np.flatnonzero(pit)
    parts = np.stack([np.column_stack([value[at], rng.normal(-1, 0.2, len(at))])])
    may = np.ones((len(at), 2), bool) if allowed is None else allowed
    factor = 0.9 ** np.arange(3)[:, None]
    return Worth(
        ("all",),
        parts,
        factor,
        np.ones((3, 1)),
        np.ones(1),
        ("mill", "dump"),
        ("mill", "dump"),
        may,
    )


def reach(start, needed, i):
    out, stack = set(), [i]
    while stack:
        for j in needed[start[stack[-1]] : start[stack.pop() + 1]].tolist():
            if j not in out:
                out.add(j)
                stack.append(j)
    return out


def walked(model, pattern, block):
    nx, ny, nz = model.grid.shape
    rock, found, seen, stack = np.asarray(model["rock_fraction"]) > 0, set(), set(), [block]
    while stack:
        i = stack.pop()
        for dx, dy, dz in pattern.offsets.tolist():
            x, y, z = i % nx + dx, i // nx % ny + dy, i // (nx * ny) + dz
            j = x + nx * (y + ny * z)
            if 0 <= x < nx and 0 <= y < ny and z < nz and j not in seen:
                seen.add(j)
                stack.append(j)
                if rock[j]:
                    found.add(j)
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_lists_require_what_the_slopes_do(seed):
    model, pattern, value, pit, rng = case(seed)
    if not pit.any():
        with pytest.raises(ModelError, match="empty"):
            model_problem(model, pit, pattern, worth_of(value, pit, rng))
        return
    built = model_problem(model, pit, pattern, worth_of(value, pit, rng))
    assert built.block.tolist() == np.flatnonzero(pit).tolist()
    start, needed = built.problem.start, built.problem.needed
    number = {int(b): i for i, b in enumerate(built.block)}
    for i, block in enumerate(built.block):
        listed = needed[start[i] : start[i + 1]].tolist()
        assert len(set(listed)) == len(listed)
        assert reach(start, needed, i) == {number[j] for j in walked(model, pattern, int(block))}


def test_places_a_block_may_not_go_stand_for_one_it_may():
    model, pattern, value, pit, rng = case(3, hill=False)
    m = int(pit.sum())
    allowed = np.column_stack([rng.random(m) < 0.6, np.ones(m, bool)])
    worth = worth_of(value, pit, rng, allowed)
    use = np.column_stack([np.full(m, 3.0), np.full(m, 1.0)])
    limit = Limit("trucks", use, np.full(3, -np.inf), np.full(3, 40.0))
    built = model_problem(model, pit, pattern, worth, [limit])
    shut = ~allowed[:, 0]
    np.testing.assert_array_equal(built.problem.value[0, shut, 0], worth.parts[0, shut, 1])
    np.testing.assert_array_equal(built.problem.limits[0].use[shut, 0], 1.0)
    np.testing.assert_array_equal(built.problem.value[0, ~shut], worth.parts[0, ~shut])
    plan = Plan(np.zeros(m, np.int32), np.tile([1.0, 0.0], (m, 1)))
    share = built.block_share(plan)
    np.testing.assert_array_equal(share[shut], np.tile([0.0, 1.0], (int(shut.sum()), 1)))
    np.testing.assert_array_equal(share[~shut, 0], 1.0)
    nowhere = worth_of(value, pit, rng, np.zeros((m, 2), bool))
    with pytest.raises(ModelError, match="no destination"):
        model_problem(model, pit, pattern, nowhere)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(1, 1), (2, 2), (3, 2), (0, 0)]))
def test_units_hold_their_blocks_and_need_what_these_need(seed, cells):
    model, pattern, value, pit, rng = case(seed)
    if not pit.any():
        return
    worth = worth_of(value, pit, rng)
    built = model_problem(model, pit, pattern, worth, group=coarse_groups(model, cells=cells))
    bench = built.block // 42
    for u in range(built.problem.n):
        mine = built.unit == u
        assert len(set(bench[mine].tolist())) == 1
        np.testing.assert_allclose(built.problem.value[0, u, :2], worth.parts[0, mine].sum(axis=0))
        # the last destination takes every block where it is worth most
        assert built.problem.value[0, u, 2] == pytest.approx(worth.parts[0, mine].max(axis=1).sum())
    one = model_problem(model, pit, pattern, worth)
    pairs = {
        (int(built.unit[i]), int(built.unit[j]))
        for i in range(one.problem.n)
        for j in one.problem.needed[one.problem.start[i] : one.problem.start[i + 1]]
    }
    start, needed = built.problem.start, built.problem.needed
    listed = {(u, int(v)) for u in range(built.problem.n) for v in needed[start[u] : start[u + 1]]}
    assert listed == {(u, v) for u, v in pairs if u != v}
    if cells == (1, 1):
        assert built.problem.n == one.problem.n


def test_a_solved_plan_comes_back_to_the_blocks():
    model, pattern, value, pit, rng = case(11, hill=False)
    worth = worth_of(value, pit, rng)
    m = int(pit.sum())
    limit = Limit("rock", np.ones((m, 2)), np.full(3, -np.inf), np.full(3, np.ceil(m / 2)))
    for group in (None, coarse_groups(model, cells=(2, 2))):
        built = model_problem(model, pit, pattern, worth, [limit], group=group)
        solution = solve_production(built.problem, gap=0.05, seconds=5.0)
        period, share = (
            built.block_period(solution.plan, model.grid.n),
            built.block_share(solution.plan),
        )
        assert (period[~pit] == -1).all()
        mined = np.flatnonzero(period[built.block] >= 0)
        np.testing.assert_allclose(share[mined].sum(axis=1), 1.0)
        when = period[built.block[mined]]
        total = (worth.factor[when, 0] * (worth.parts[0, mined] * share[mined]).sum(axis=1)).sum()
        assert total == pytest.approx(solution.objective)
        assert (np.bincount(when, minlength=3) <= np.ceil(m / 2)).all()
        for block in np.flatnonzero(period >= 0):
            for other in walked(model, pattern, int(block)):
                assert 0 <= period[other] <= period[block]


def test_groups_keep_phases_apart():
    model, *_ = case(0)
    phase = np.arange(model.grid.n) % 2
    found = coarse_groups(model, cells=(0, 0), phase=phase)
    assert len(np.unique(found)) == 2
    assert all(len(np.unique(phase[found == g])) == 1 for g in np.unique(found))
    with pytest.raises(ModelError):
        coarse_groups(model, cells=(-1, 2))
    with pytest.raises(ModelError, match="phases"):
        coarse_groups(model, phase=np.zeros(3, int))


def test_faults_are_told():
    model, pattern, value, pit, rng = case(3, hill=False)
    worth = worth_of(value, pit, rng)
    broken = pit.copy()
    broken[np.flatnonzero(pit)[-1]] = False
    with pytest.raises(ModelError, match="not closed"):
        model_problem(model, broken, pattern, worth_of(value, broken, rng))
    with pytest.raises(ModelError, match="values of"):
        model_problem(model, broken, pattern, worth)
    with pytest.raises(ModelError, match="blocks of pit"):
        model_problem(model, pit[:5], pattern, worth)
    with pytest.raises(ModelError, match="groups"):
        model_problem(model, pit, pattern, worth, group=np.zeros(4, int))
