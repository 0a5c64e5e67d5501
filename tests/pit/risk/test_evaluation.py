"""A plan over realisations: recourse against SciPy, and laws of the distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from uncertain_pits import deposit, metal_target

from orefield.core import ModelError
from orefield.pit.production import Limit, Plan, ProductionProblem, Row, solve_production
from orefield.pit.production.destinations import Demand, send
from orefield.pit.risk import Realisations, Target, evaluate, geological_penalty


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(2, 4))
def test_sending_blocks_is_the_best_of_all_ways(seed, d):
    rng = np.random.default_rng(seed)
    m, k = int(rng.integers(1, 8)), int(rng.integers(1, 4))
    value, use = rng.normal(0, 5, (m, d)), rng.uniform(0, 2, (k, m, d))
    some = use.mean(axis=2).sum(axis=1)
    upper = np.where(rng.random(k) < 0.6, some * rng.uniform(0.8, 1.2, k), np.inf)
    lower = np.where(rng.random(k) < 0.4, some * rng.uniform(0.5, 0.9, k), -np.inf)
    lower = np.minimum(lower, upper)
    soft = rng.random(k) < 0.5
    penalty = np.where(soft, rng.uniform(0, 5, k), np.inf)
    found = send(value, Demand(sp.csr_array(use.reshape(k, m * d)), lower, upper, penalty))
    np.testing.assert_allclose(found.share.sum(axis=1), 1.0)
    # shares, then shortfalls
    rows, bound = [], []
    for i in range(k):
        if np.isfinite(upper[i]):
            rows.append([*use[i].ravel(), *np.zeros(k)])
            bound.append(upper[i])
        if np.isfinite(lower[i]):
            rows.append([*-use[i].ravel(), *(-np.eye(k)[i] * soft[i])])
            bound.append(-lower[i])
    whole = np.hstack([np.kron(np.eye(m), np.ones(d)), np.zeros((m, k))])
    best = linprog(
        [*-value.ravel(), *np.where(soft, penalty, 0.0)],
        np.array(rows) if rows else None, bound or None, whole, np.ones(m),
    )  # fmt: skip
    short = np.where(soft, np.maximum(lower - found.used, 0.0), 0.0)
    worth = (value * found.share).sum() - penalty[soft] @ short[soft]
    hard = np.maximum(np.where(soft, 0.0, lower - found.used), found.used - upper).max()
    if best.status == 0:
        assert worth == pytest.approx(-best.fun, rel=1e-6, abs=1e-6)
        assert hard <= 1e-6
    else:
        assert hard > 0  # no way keeps all bounds
    assert (found.price[soft] <= penalty[soft] + 1e-6).all()


def test_bounds_that_cannot_be_kept_are_broken_by_the_least():
    value = np.array([[5.0, 1.0], [4.0, 1.0]])
    use = sp.csr_array(np.array([[2.0, 1.0, 2.0, 1.0]]))
    found = send(value, Demand(use, np.array([-np.inf]), np.array([1.0]), np.array([np.inf])))
    np.testing.assert_allclose(found.share, [[0, 1], [0, 1]], atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_knowing_grades_is_worth_something(seed):
    realisations, metal = deposit(seed, 8, (8, 4), 3, rock=12.0, mill=5.0)
    plan = solve_production(realisations.mean(), gap=0.01, seconds=np.inf, turns=3).plan
    watched = replace(metal_target(metal, [4.0] * 3), penalty=None)
    free, fixed = (evaluate(plan, realisations, [watched], adapt=a) for a in (True, False))
    assert (free.npv >= fixed.npv - 1e-9).all()
    assert fixed.expected_npv == pytest.approx(plan.objective(realisations.mean()))
    assert (free.broken == 0).all()
    # a penalty shifts blocks: less value, less missing
    priced = evaluate(plan, realisations, [metal_target(metal, [4.0] * 3)])
    assert priced.expected_npv <= free.expected_npv + 1e-9
    assert priced.shortfall().sum() <= free.shortfall().sum() + 1e-9
    assert priced.objective >= (
        free.expected_npv - (free.shortfall()[0] @ metal_target(metal, [4.0] * 3).penalty).mean()
    )


def test_realisations_that_are_alike_give_what_the_plan_says():
    realisations, metal = deposit(0, 1, (8, 4), 3, rock=12.0, mill=5.0)
    same = Realisations(realisations.base, np.repeat(realisations.value, 4, axis=0))
    problem = realisations.problem(0)
    solution = solve_production(problem, gap=0.0, seconds=np.inf, turns=3)
    found = evaluate(solution.plan, same, [metal_target(metal[0], [1.0] * 3, cost=0.0)])
    assert found.npv.std() == 0.0
    assert found.expected_npv >= solution.objective - 1e-9
    assert found.value_at_risk() == found.expected_shortfall() == pytest.approx(found.npv[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_the_distribution_is_that_of_its_outcomes(seed):
    rng = np.random.default_rng(seed)
    s = int(rng.integers(1, 12))
    realisations, metal = deposit(seed, s, (4, 2), 2, rock=6.0, mill=3.0)
    odds = rng.uniform(0.1, 1.0, s)
    realisations = replace(realisations, probability=odds / odds.sum())
    plan = Plan(np.array([0, 0, 0, 0, 1, 1, 2, 2], np.int32), np.zeros((8, 2)))
    plan.share[:6, 0] = 1.0
    found = evaluate(plan, realisations, [metal_target(metal, [2.0, 2.0])], adapt=False)
    alpha = float(rng.uniform(0.05, 1.0))
    value = found.quantile(alpha)
    below = found.probability[found.npv < value - 1e-12].sum()
    assert below < alpha + 1e-9 <= found.probability[found.npv <= value].sum() + 2e-9
    # the mean of the worst is the largest of Rockafellar and Uryasev's bounds from below
    levels = [v - found.probability @ np.maximum(v - found.npv, 0.0) / alpha for v in found.npv]
    assert found.expected_shortfall(alpha) == pytest.approx(max(levels))
    assert found.expected_shortfall(1.0) == pytest.approx(found.expected_npv)
    assert found.expected_shortfall(alpha) <= found.value_at_risk(alpha) + 1e-9
    given_ = np.array([(metal[k][:4, 0]).sum() for k in range(s)])
    np.testing.assert_allclose(found.delivered[0, :, 0], given_)
    table, periods = found.table(), found.periods()
    assert len(table) == s
    np.testing.assert_allclose(
        periods["probability_met"][0], found.probability[given_ >= 2.0].sum()
    )
    assert found.as_dict()["p50"] == pytest.approx(float(found.quantile(0.5)))


def test_tonnages_that_differ_are_told_where_they_pass_a_limit():
    realisations, _ = deposit(0, 3, (4, 2), 2, rock=4.0, mill=3.0)
    rock = np.stack([np.full((8, 2), t) for t in (0.5, 1.0, 1.5)])
    heavy = replace(realisations, uses={"rock": rock})
    plan = Plan(np.array([0, 0, 0, 0, 1, 1, 2, 2], np.int32), np.zeros((8, 2)))
    plan.share[:6, 1] = 1.0
    found = evaluate(plan, heavy)
    np.testing.assert_allclose(found.broken[0, :, 0], [0.0, 0.0, 2.0])
    assert found.table()["rock passed by"].tolist() == [0.0, 0.0, 2.0]


def test_rows_join_the_periods_of_recourse():
    realisations, _ = deposit(1, 4, (4, 2), 2, rock=8.0, mill=8.0)
    n = np.arange(8)
    row = Row(
        "all milled", np.repeat([0, 1], 8), np.tile(n, 2), np.zeros(16, np.int64), np.ones(16),
        -np.inf, 2.0,
    )  # fmt: skip
    tied = replace(realisations, base=replace(realisations.base, rows=(row,)))
    plan = Plan(np.repeat([0, 1], 4).astype(np.int32), np.tile([0.0, 1.0], (8, 1)))
    mill = Target("feed", realisations.base.limits[1].use, np.zeros(2))
    found = evaluate(plan, tied, [mill])
    assert (found.delivered[0].sum(axis=1) <= 2.0 + 1e-6).all()
    gain = realisations.value[:, 0, :, 0] - realisations.value[:, 0, :, 1]
    gain[:, 4:] *= 0.9
    base = np.repeat([1.0, 0.9], 4) @ realisations.value[0, 0, :, 1]
    best = base + np.sort(np.maximum(gain, 0.0), axis=1)[:, -2:].sum(axis=1)
    np.testing.assert_allclose(found.npv, best)


def test_rows_that_cannot_be_kept_are_told():
    realisations, _ = deposit(1, 2, (4, 2), 2, rock=8.0, mill=8.0)
    blocks = np.arange(8)
    row = Row("some mined", np.zeros(8, np.int64), blocks, np.ones(8, np.int64), np.ones(8), 6, 9)
    either = replace(row, block=np.tile(blocks, 2), destination=np.repeat([0, 1], 8))
    either = replace(either, period=np.zeros(16, np.int64), factor=np.ones(16))
    tied = replace(realisations, base=replace(realisations.base, rows=(either,)))
    plan = Plan(np.repeat([0, 1], 4).astype(np.int32), np.tile([0.5, 0.5], (8, 1)))
    for adapt in (True, False):
        found = evaluate(plan, tied, adapt=adapt)
        np.testing.assert_allclose(found.rows_broken, [[2.0, 2.0]])
        np.testing.assert_allclose(found.table()["some mined passed by"], [2.0, 2.0])
    kept = replace(tied, base=replace(tied.base, rows=(replace(either, lower=4.0),)))
    assert (evaluate(plan, kept).rows_broken == 0).all()


def test_bad_realisations_are_told():
    realisations, metal = deposit(0, 3, (4, 2), 2, rock=6.0, mill=3.0)
    base, value = realisations.base, realisations.value
    nan = value.copy()
    nan[1, 0, 3, 0] = np.nan
    for make, says in (
        (lambda: Realisations(base, value[:, :, :3]), "values of shape"),
        (lambda: Realisations(base, value[:0]), "no realisation"),
        (lambda: Realisations(base, nan), "realisation 1"),
        (lambda: Realisations(base, value, {"leach": value[:, 0]}), "no limit 'leach'"),
        (lambda: Realisations(base, value, {"mill": value[0]}), "use has shape"),
        (lambda: Realisations(base, value, {}, np.array([0.5, 0.5, 0.5])), "add up to one"),
        (lambda: Realisations(base, value, {}, np.array([1.0, 0.0, 0.0])), "not positive"),
        (
            lambda: Realisations(
                replace(base, limits=(base.limits[0], replace(base.limits[1], name="rock"))),
                value,
                {"rock": np.ones((3, 8, 2))},
            ),
            "two limits",
        ),
        (lambda: Realisations.of([]), "no realisation"),
        (
            lambda: Realisations.of([base, replace(base, factor=base.factor * 0.9)]),
            "realisation 1",
        ),
        (lambda: geological_penalty(-1.0, 0.1, 3), "cost of -1"),
        (lambda: geological_penalty(1.0, -1.0, 3), "discounted at -1"),
    ):
        with pytest.raises(ModelError, match=says):
            make()
    plan = Plan(np.full(8, 2, np.int32), np.zeros((8, 2)))
    for target, says in (
        (Target("t", metal[:2], np.zeros(2)), "use has shape"),
        (Target("t", metal, np.zeros(3)), "for 2 periods"),
        (Target("t", metal, np.zeros(2), np.array([-1.0, 0.0])), "negative"),
    ):
        with pytest.raises(ModelError, match=says):
            evaluate(plan, realisations, [target])
    with pytest.raises(ModelError, match="a plan of"):
        evaluate(Plan(np.zeros(3, np.int32), np.zeros((3, 2))), realisations)
    with pytest.raises(ModelError, match="worst 0"):
        evaluate(plan, realisations).expected_shortfall(0.0)
    for q in (-0.1, 1.1, np.nan):
        with pytest.raises(ModelError, match="fraction"):
            evaluate(plan, realisations).value_at_risk(q)


def test_problems_and_realisations_are_the_same_thing():
    realisations, _ = deposit(0, 3, (4, 2), 2, rock=6.0, mill=3.0)
    use = np.random.default_rng(0).uniform(0.5, 1.5, (3, 8, 2))
    one = replace(realisations, uses={"mill": use})
    again = Realisations.of([one.problem(k) for k in range(3)])
    assert list(again.uses) == ["mill"]
    np.testing.assert_array_equal(again.uses["mill"], use)
    np.testing.assert_array_equal(again.value, one.value)
    np.testing.assert_allclose(one.mean().limits[1].use, use.mean(axis=0))


def test_what_a_plan_lacks_is_priced_by_the_penalty_where_nothing_can_be_moved():
    realisations, metal = deposit(2, 6, (4, 2), 2, rock=6.0, mill=3.0)
    plan = Plan(np.array([0, 0, 0, 0, 1, 1, 2, 2], np.int32), np.zeros((8, 2)))
    plan.share[:6, 0] = 1.0
    given_ = metal[:, :4, 0].sum(axis=1)
    target = metal_target(metal, [float(np.median(given_)), 0.0])
    found = evaluate(plan, realisations, [target], adapt=False)
    short = given_ < np.median(given_)
    assert 0 < short.sum() < 6
    np.testing.assert_allclose(found.price[0, :, 0], np.where(short, target.penalty[0], 0.0))
    assert (found.price[0, :, 1] == 0.0).all()
    watched = replace(target, penalty=None)
    assert (evaluate(plan, realisations, [watched], adapt=False).price == 0.0).all()


def test_rows_of_periods_alone_do_not_join_them():
    realisations, metal = deposit(1, 4, (4, 2), 2, rock=8.0, mill=2.0)
    block = np.tile(np.arange(8), 2)
    to = np.repeat([0, 1], 8)
    sinking = Row("early", np.zeros(16, np.int64), block, to, np.ones(16), -np.inf, 5.0)
    tied = replace(realisations, base=replace(realisations.base, rows=(sinking,)))
    plan = Plan(np.repeat([0, 1], 4).astype(np.int32), np.tile([0.0, 1.0], (8, 1)))
    target = metal_target(metal, [2.0, 2.0])
    with_row, without = (evaluate(plan, x, [target]) for x in (tied, realisations))
    np.testing.assert_allclose(with_row.npv, without.npv)
    np.testing.assert_allclose(with_row.price, without.price)
    assert (with_row.rows_broken == 0.0).all()
    late = replace(plan, period=np.zeros(8, np.int32))
    np.testing.assert_allclose(evaluate(late, tied, [target]).rows_broken, [[3.0] * 4])


def one_place(use, limits=(), uses=None):
    """Two blocks worth 1, with a single destination, in a single period."""
    base = ProductionProblem(
        "one place", np.zeros(3, np.int64), np.zeros(0, np.int64), np.ones((1, 2, 1)),
        np.ones((1, 1)), limits,
    )  # fmt: skip
    return Realisations(base, np.ones((use, 1, 2, 1)), uses or {})


ALL = Plan(np.zeros(2, np.int32), np.ones((2, 1)))


def test_a_single_destination_leaves_nothing_to_decide():
    metal = Target("metal", np.ones((2, 1)), np.array([3.0]), np.array([1.5]))
    found = evaluate(ALL, one_place(2), [metal])
    np.testing.assert_allclose(found.penalty, [1.5, 1.5])
    np.testing.assert_allclose(found.price, np.full((1, 2, 1), 1.5))
    # a tonnage that varies by a fifth, and a capacity for the mean
    rock = np.ones((3, 2, 1)) * np.array([0.8, 1.0, 1.2])[:, None, None]
    most = Limit("rock", rock[1], np.array([-np.inf]), np.array([2.0]))
    realisations = one_place(3, (most,), {"rock": rock})
    for targets in ([], [metal]):
        found = evaluate(ALL, realisations, targets)
        np.testing.assert_allclose(found.broken.ravel(), [0.0, 0.0, 0.4])
        np.testing.assert_allclose(found.npv, 2.0)
        np.testing.assert_allclose(found.penalty, 1.5 * len(targets))
        np.testing.assert_array_equal(found.share, ALL.share)
        assert not found.kept
    assert evaluate(ALL, one_place(2)).kept


@pytest.mark.parametrize("off", [0.0, 1e-12])
def test_destinations_of_equal_value_are_chosen_for_the_target(off):
    base = ProductionProblem(
        "equal", np.zeros(3, np.int64), np.zeros(0, np.int64), np.ones((1, 2, 2)),
        np.ones((1, 1)), (), (), ("a", "b"),
    )  # fmt: skip
    value = np.ones((1, 1, 2, 2))
    value[..., 0] += off  # rounding, in favour of the one that delivers less
    realisations = Realisations(base, value)
    gives = np.array([[0.5, 1.0]] * 2)
    for asked, missing, cost in ((1.7, 0.0, 1.0), (3.0, 1.0, 1.0), (3.0, 1.0, 1e6)):
        metal = Target("metal", gives, np.array([asked]), np.array([cost]))
        found = evaluate(Plan(np.zeros(2, np.int32), np.eye(2)), realisations, [metal])
        assert found.npv[0] == pytest.approx(2.0)
        assert found.penalty[0] == pytest.approx(cost * missing, abs=1e-6 * cost)
        assert found.price[0, 0, 0] == pytest.approx(cost * (missing > 0), abs=1e-6 * cost)
