"""Bounds over realisations: at any prices none lies below the two-stage optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_stage import Program, extensive
from uncertain_pits import deposit, metal_target, tiny

from orefield.core import ModelError
from orefield.pit.production import Limit, ProductionProblem, Row
from orefield.pit.risk import (
    Prices,
    Realisations,
    Target,
    evaluate,
    lowered_bound,
    perfect_information_bound,
    priced_bound,
    priced_constraints,
    risk_schedule,
)


def nothing(realisations, targets):
    side = priced_constraints(realisations)
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
    program = Program(x.size + short.size)
    mean = realisations.averaged(realisations.value)
    program.cost[x] = -np.tensordot(base.factor, mean, axes=1)
    program.cost[short] = realisations.probability[:, None] * target.penalty
    for b in range(n):
        program.add([x[:, b]], np.ones(n_t * d), -np.inf, 1.0)
        for a in base.needed[base.start[b] : base.start[b + 1]]:
            for t in range(n_t):
                both = [x[: t + 1, b], x[: t + 1, a]]
                program.add(both, np.repeat([1.0, -1.0], (t + 1) * d), -np.inf, 0.0)
    for t in range(n_t):
        for limit in base.limits:
            program.add([x[t]], limit.use, limit.lower[t], limit.upper[t])
        for k in range(s):
            metal = [*target.of(k).ravel(), 1.0]
            program.add([x[t], short[k, t]], metal, target.amount[t], np.inf)
    return program.optimum(whole=x, endless=short)


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


def loose(value, limits, uses, factor=(1.0, 0.9)):
    """Realisations of blocks that need nothing above them, at a mill and a dump."""
    n, n_t = value.shape[2], limits[0].upper.shape[0]
    base = ProductionProblem(
        "loose", np.zeros(n + 1, np.int64), np.zeros(0, np.int64), value[0],
        np.array(factor[:n_t])[:, None], limits, (), ("mill", "dump"),
    )  # fmt: skip
    return Realisations(base, value, uses)


def unasked(realisations):
    """A target that asks for nothing."""
    n_t = realisations.base.n_periods
    return Target("none", np.zeros(realisations.base.value.shape[1:]), np.zeros(n_t), np.zeros(n_t))


def test_a_use_below_zero_in_one_realisation_alone_is_priced_in_all():
    value = np.random.default_rng(0).uniform(1, 3, (2, 1, 3, 2))
    value[..., 1] = -1.0
    use = np.zeros((2, 3, 2))
    use[:, :, 0] = [[0.1, 0.2, 0.3], [-0.6, 0.2, 0.3]]
    least = Limit("grade above 0.5", use[0], np.zeros(2), np.full(2, np.inf))
    realisations = loose(value, (least,), {least.name: use})
    best = extensive(realisations, unasked(realisations), whole=True)
    side = priced_constraints(realisations)
    assert side.period.tolist() == [0, 1]
    start = nothing(realisations, [])
    for price in (0.0, -0.5, -3.0):
        assert priced_bound(realisations, [], replace(start, limit=start.limit + price))[0] >= best
    out = risk_schedule(realisations, seconds=np.inf, turns=2, gap=0.0)
    assert best - 1e-9 <= out.bound < priced_bound(realisations, [], start)[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_what_is_passed_is_a_subgradient(seed):
    """No bound lies below the plane that the excess at other prices draws."""
    rng = np.random.default_rng(seed)
    value = rng.normal(1.0, 2.0, (3, 1, 4, 2))
    use = rng.uniform(-0.5, 1.5, (3, 4, 2))
    low, high = np.array([0.4, -np.inf]), np.array([2.0, np.inf])
    limits = (
        Limit("both", use[0], low[[0, 0]], high[[0, 0]]),
        Limit("least", np.abs(use[0]), low[[0, 1]], high[[1, 1]]),
        Limit("most", use[0], low[[1, 1]], high[[0, 1]]),
    )
    realisations = loose(value, limits, {"both": use, "most": rng.permutation(use)})
    metal = Target("metal", rng.uniform(0, 1, (3, 4, 2)), np.array([1.0, 2.0]), np.full(2, 3.0))
    side = priced_constraints(realisations)
    odds = realisations.probability

    def drawn():
        price = rng.normal(0, 2, (3, len(side))) * (rng.random((3, len(side))) < 0.6)
        return Prices(np.array([side.clipped(row) for row in price]), rng.uniform(0, 3, (3, 1, 2)))

    one, two = drawn(), drawn()
    for adapt in (True, False):
        here, excess = priced_bound(realisations, [metal], one, adapt=adapt)
        there = priced_bound(realisations, [metal], two, adapt=adapt)[0]
        fall = odds @ (excess.limit * (two.limit - one.limit)).sum(axis=1)
        fall += odds @ (excess.target * (two.target - one.target)).sum(axis=(1, 2))
        assert there >= here - fall - 1e-9 * (1 + abs(here))


def test_a_price_of_a_sign_that_counts_for_nothing_draws_no_bound_away():
    value = np.random.default_rng(0).uniform(1, 3, (2, 1, 3, 2))
    value[..., 1] = -1.0
    ones = np.ones((3, 2))
    for least, most, used in ((1.0, np.inf, [0.0, -1.0]), (1.0, 3.0, [0.0, -1.0])):
        limit = Limit("rock", ones, np.full(2, least), np.full(2, most))
        realisations = loose(value, (limit,), {})
        best = extensive(realisations, unasked(realisations), whole=True)
        start = nothing(realisations, [])
        # free, all three blocks are mined at once: one is lacking in the second period
        np.testing.assert_allclose(priced_bound(realisations, [], start)[1].limit, [used] * 2)
        wrong = replace(start, limit=start.limit + (1.0 if np.isinf(most) else 0.0))
        bound, excess = priced_bound(realisations, [], wrong)
        assert bound == pytest.approx(priced_bound(realisations, [], start)[0])
        assert np.isfinite(excess.limit).all()
        for floor in (best, -np.inf):
            lowered = lowered_bound(realisations, [], wrong, floor, turns=40)
            assert best - 1e-9 <= lowered < bound


def test_a_bound_says_nothing_of_a_plan_that_passes_limits():
    value = np.zeros((2, 1, 4, 2))
    value[..., 0], value[..., 1] = [5.0, 5.5, 4.5, 4.9], -1.0
    rock = np.ones((2, 4, 2)) * np.array([0.5, 1.5])[:, None, None]
    most = Limit("rock", rock[0], np.full(1, -np.inf), np.array([2.0]))
    realisations = loose(value, (most,), {"rock": rock})
    out = risk_schedule(realisations, gap=0.0, seconds=np.inf, turns=1)
    # two blocks fit on average, and one where rock is heavy
    assert out.evaluation.objective == pytest.approx(10.5)
    assert not out.evaluation.kept
    assert out.gap == np.inf
    best = extensive(realisations, unasked(realisations), whole=True)
    assert best == pytest.approx(5.5)
    assert best - 1e-9 <= out.bound < 10.0
    # no plan keeps this minimum where there is little: the bound falls below the plan in hand
    feed = np.zeros((2, 4, 2))
    feed[:, :, 0] = [[2.0] * 4, [0.2] * 4]
    least = Limit("feed", feed[0], np.array([3.0]), np.array([np.inf]))
    realisations = loose(value, (least,), {"feed": feed})
    out = risk_schedule(realisations, gap=0.0, seconds=np.inf, turns=1)
    assert out.evaluation.objective == pytest.approx(19.9)
    np.testing.assert_allclose(out.evaluation.broken.ravel(), [0.0, 2.2])
    assert out.gap == np.inf
    assert out.bound < 19.9
    with pytest.raises(ModelError, match="feed needs at least 3"):
        perfect_information_bound(realisations)


def test_the_unit_of_a_limit_that_is_zero_at_times_does_not_matter():
    value = np.random.default_rng(1).uniform(1, 3, (2, 1, 6, 2))
    value[..., 1] = -1.0
    rock = np.random.default_rng(2).uniform(0.8, 1.2, (2, 6, 1)) * np.ones(2)
    lowered = []
    for unit in (1e5, 1.0, 1e-3):
        most = Limit("rock", unit * rock[0], np.full(2, -np.inf), unit * np.array([0.0, 2.5]))
        realisations = loose(value, (most,), {"rock": unit * rock})
        best = extensive(realisations, unasked(realisations), whole=True)
        start = nothing(realisations, [])
        free = priced_bound(realisations, [], start)[0]
        lowered.append(lowered_bound(realisations, [], start, best, turns=60))
        assert best - 1e-9 <= lowered[-1] < best + 0.2 * (free - best)
    assert lowered == pytest.approx(lowered[:1] * 3)


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
