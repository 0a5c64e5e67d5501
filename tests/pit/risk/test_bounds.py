"""Bounds over realisations: at any prices none lies below the two-stage optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from two_stage import extensive
from uncertain_pits import deposit, metal_target, tiny

from orefield.core import ModelError
from orefield.pit.production import Limit, Row
from orefield.pit.production.relaxation import side_constraints
from orefield.pit.risk import (
    Prices,
    Realisations,
    Target,
    evaluate,
    lowered_bound,
    perfect_information_bound,
    priced_bound,
    risk_schedule,
)


def nothing(realisations, targets):
    side = side_constraints(realisations.base)
    return Prices(
        np.zeros((realisations.n, len(side))),
        np.zeros((realisations.n, len(targets), realisations.base.n_periods)),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000))
def test_no_prices_give_a_bound_below_the_optimum(seed):
    rng = np.random.default_rng(seed)
    realisations, target = tiny(seed % 5)
    use = rng.uniform(0.7, 1.3, (realisations.n, 6, 2)) * [1.0, 0.0]
    must = Limit("some ore", use[0], np.full(2, 0.5), np.full(2, np.inf))
    base = replace(realisations.base, limits=(*realisations.base.limits, must))
    realisations = replace(realisations, base=base, uses={"some ore": use})
    best = extensive(realisations, target, whole=True)
    start = nothing(realisations, [target])
    size = rng.uniform(0, 20)
    prices = Prices(rng.normal(0, size, start.limit.shape), rng.uniform(-1, 25, start.target.shape))
    for given_ in (start, prices):
        bound, excess = priced_bound(realisations, [target], given_)
        assert best - 1e-7 * abs(best) <= bound < np.inf
        assert excess.limit.shape == start.limit.shape
        assert excess.target.shape == start.target.shape
    lowered = lowered_bound(realisations, [target], start, best, turns=15)
    assert best - 1e-7 * abs(best) <= lowered <= priced_bound(realisations, [target], start)[0]


@pytest.mark.parametrize("seed", range(4))
def test_prices_beyond_what_they_may_be_are_cut(seed):
    realisations, target = tiny(seed)
    start = nothing(realisations, [target])
    top = np.broadcast_to(target.penalty, start.target.shape)
    at_top, beyond = (
        priced_bound(realisations, [target], replace(start, target=price))[0]
        for price in (top, top + 1e3)
    )
    assert beyond == pytest.approx(at_top)
    none, below = (
        priced_bound(realisations, [target], replace(start, target=price))[0]
        for price in (start.target, start.target - 7.0)
    )
    assert below == pytest.approx(none)
    assert at_top != pytest.approx(none)
    # a capacity has no lower bound that could be priced
    paid = replace(start, limit=start.limit - 3.0)
    assert priced_bound(realisations, [target], paid)[0] == pytest.approx(none)


def fixed(realisations, target):
    """Optimum where one destination is fixed for each block: x[t, b, d], short[s, t]."""
    base, s = realisations.base, realisations.n
    n_t, n, d = base.n_periods, base.n, base.n_destinations
    x = np.arange(n_t * n * d).reshape(n_t, n, d)
    short = x.size + np.arange(s * n_t).reshape(s, n_t)
    size = x.size + short.size
    cost = np.zeros(size)
    mean = realisations.averaged(realisations.value)
    cost[x] = -np.tensordot(base.factor, mean, axes=1)
    cost[short] = realisations.probability[:, None] * target.penalty
    rows, low, high = [], [], []

    def add(columns, factors, lower, upper):
        row = np.zeros(size)
        row[np.ravel(columns)] += np.ravel(factors)
        rows.append(row)
        low.append(lower)
        high.append(upper)

    for b in range(n):
        add(x[:, b], np.ones((n_t, d)), -np.inf, 1.0)
        for a in base.needed[base.start[b] : base.start[b + 1]]:
            for t in range(n_t):
                row = np.zeros(size)
                row[x[: t + 1, b].ravel()] = 1.0
                row[x[: t + 1, a].ravel()] = -1.0
                add(np.arange(size), row, -np.inf, 0.0)
    for t in range(n_t):
        for limit in base.limits:
            add(x[t], limit.use, limit.lower[t], limit.upper[t])
        for k in range(s):
            add(
                [*x[t].ravel(), short[k, t]], [*target.of(k).ravel(), 1.0], target.amount[t], np.inf
            )
    top = np.ones(size)
    top[short] = np.inf
    whole = np.zeros(size)
    whole[x] = 1
    found = milp(cost, constraints=LinearConstraint(np.array(rows), low, high),
                 integrality=whole, bounds=(np.zeros(size), top))  # fmt: skip
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("seed", range(4))
def test_plans_with_fixed_destinations_are_bounded_and_come_near(seed):
    realisations, target = tiny(seed)
    best = fixed(realisations, target)
    out = risk_schedule(
        realisations, [target], adapt=False, rounds=3, gap=0.0, seconds=np.inf, turns=4
    )
    assert out.bound >= best - 1e-6
    again = evaluate(out.plan, realisations, [target], adapt=False)
    assert again.objective == pytest.approx(out.evaluation.objective)
    # shares may be divided between destinations, so that a plan may be worth more than whole ones
    assert out.evaluation.objective <= out.bound + 1e-6
    assert out.evaluation.objective >= max(
        out.mean_evaluation.objective, best - 0.2 * abs(best) - 1.0
    )
    free = risk_schedule(realisations, [target], gap=0.0, seconds=np.inf, turns=4)
    assert free.bound >= fixed(realisations, target) - 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_knows_more_than_perfect_information(seed):
    realisations, metal = deposit(seed, 6, (8, 4), 3, 14.0, 6.0)
    target = metal_target(metal, [6.0, 6.0, 6.0])
    out = risk_schedule(realisations, [target], rounds=1, gap=0.01, seconds=np.inf, turns=2)
    assert out.evaluation.objective <= out.bound < perfect_information_bound(realisations)


def test_without_uncertainty_and_side_constraints_the_bound_is_the_optimum():
    realisations, _ = tiny(2, 1)
    free = replace(realisations, base=replace(realisations.base, limits=()))
    bound, _ = priced_bound(free, [], nothing(free, []))
    plan = risk_schedule(free, gap=0.0, seconds=np.inf, turns=3)
    assert bound == pytest.approx(plan.evaluation.objective)
    assert plan.gap == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_target_that_is_always_missed_is_priced_exactly(seed):
    realisations, target = tiny(seed)
    free = replace(realisations, base=replace(realisations.base, limits=()))
    much = replace(target, amount=np.full(2, 100.0))
    start = nothing(free, [much])
    at_top = replace(start, target=np.broadcast_to(much.penalty, start.target.shape))
    best = extensive(free, much, whole=True)
    assert priced_bound(free, [much], at_top)[0] == pytest.approx(best)
    # prices that follow what is missing get there
    assert lowered_bound(free, [much], start, best, turns=40) == pytest.approx(best, rel=1e-3)


def test_rows_are_priced():
    realisations, target = tiny(3)
    n, n_t = realisations.base.n, 2
    row = Row(
        "milled", np.repeat(np.arange(n_t), n), np.tile(np.arange(n), n_t),
        np.zeros(n * n_t, np.int64), np.ones(n * n_t), -np.inf, 0.7,
    )  # fmt: skip
    tied = replace(realisations, base=replace(realisations.base, rows=(row,)))
    best = extensive(tied, target, whole=True)
    assert best < extensive(realisations, target, whole=True)
    start = nothing(tied, [target])
    free, excess = priced_bound(tied, [target], start)
    assert (excess.limit[:, -1] > 0).any()
    lowered = lowered_bound(tied, [target], start, best, turns=40)
    assert best - 1e-6 <= lowered < free


def test_a_stop_ends_the_bounds():
    realisations, target = tiny(0)
    assert perfect_information_bound(realisations, stop=lambda: True) == np.inf
    assert perfect_information_bound(realisations, seconds=0.0) == np.inf
    told = []
    first = priced_bound(realisations, [target], nothing(realisations, [target]))[0]
    assert first == lowered_bound(
        realisations, [target], nothing(realisations, [target]), -100.0, stop=lambda: True,
        progress=told.append,
    )  # fmt: skip
    assert len(told) == 1


def test_prices_that_do_not_fit_are_told():
    realisations, target = tiny(0)
    good = nothing(realisations, [target])
    for prices in (replace(good, limit=good.limit[:1]), replace(good, target=good.target[:, :0])):
        with pytest.raises(ModelError, match="prices of shapes"):
            priced_bound(realisations, [target], prices)
    watched = Target("t", np.ones((2, 2)), np.zeros(2))
    with pytest.raises(ModelError, match="use has shape"):
        priced_bound(realisations, [watched], good)


def test_problems_are_taken_one_after_the_other():
    realisations, _ = deposit(0, 4, (4, 2), 2, rock=6.0, mill=3.0)
    use = np.random.default_rng(0).uniform(0.5, 1.5, (4, 8, 2))
    one = replace(realisations, uses={"mill": use})
    alive = []

    def problems():
        for k in range(4):
            alive.append(k)
            yield one.problem(k)

    again = Realisations.of(problems(), count=4)
    np.testing.assert_array_equal(again.value, one.value)
    np.testing.assert_array_equal(again.uses["mill"], use)
    assert alive == [0, 1, 2, 3]
    for count in (3, 5):
        with pytest.raises(ModelError, match="realisations announced"):
            Realisations.of(problems(), count=count)
    part = again.some([3, 1])
    np.testing.assert_array_equal(part.uses["mill"], use[[3, 1]])
    assert part.probability.tolist() == [0.5, 0.5]
    with pytest.raises(ModelError, match="no realisation"):
        again.some([])


def test_parts_with_the_same_factors_are_added_up():
    realisations, _ = deposit(0, 2, (4, 2), 2, rock=6.0, mill=3.0)
    rng = np.random.default_rng(1)
    factor = np.array([[1.0, 1.0, 1.0], [0.9, 0.8, 0.9]])
    problems = [
        replace(realisations.problem(k), value=rng.normal(0, 1, (3, 8, 2)), factor=factor)
        for k in range(2)
    ]
    found = Realisations.of(problems)
    assert found.value.shape == (2, 2, 8, 2)
    for k in range(2):
        np.testing.assert_allclose(found.problem(k).all_values(), problems[k].all_values())
    like = found.alike(problems[1])
    np.testing.assert_allclose(like.all_values(), problems[1].all_values())
    with pytest.raises(ModelError, match="those of the realisations"):
        found.alike(replace(problems[1], factor=2 * factor))


def test_a_mean_problem_of_ones_own_makes_the_plan_that_does_not_look_at_risk():
    realisations, target = tiny(1)
    poor = replace(realisations.mean(), value=-np.ones((1, 6, 2)))
    out = risk_schedule(
        realisations, [target], mean=poor, gap=0.0, seconds=np.inf, turns=2, bound=False
    )
    assert (out.mean_plan.period == 2).all()
    other = replace(poor, destinations=("here", "there"))
    with pytest.raises(ModelError, match="those of the realisations"):
        risk_schedule(realisations, [target], mean=other)
    with pytest.raises(ModelError, match="sample average"):
        risk_schedule(realisations, [target], sampled=True, adapt=False)


def test_progress_is_told_and_never_goes_back():
    realisations, target = tiny(1)
    told = []
    risk_schedule(
        realisations, [target], rounds=1, seconds=5.0,
        progress=lambda what, share: told.append((what, share)),
    )  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0
    assert list(dict.fromkeys(what for what, _ in told)) == [
        "plan on mean values", "plan on expected values, no prices",
        "plan on expected values, round 1", "bound",
    ]  # fmt: skip
