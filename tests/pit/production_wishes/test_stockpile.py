"""Stockpiles: kept capacities, the two relaxations, and a pile that really mixes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from schedule_oracle import broken, judge, small_pit

from orefield.core import ModelError
from orefield.pit.production import Limit, Plan, relax, solve_production
from orefield.pit.production.feed_wishes import feed_near, feed_steady
from orefield.pit.production.order_wishes import sinking_rate
from orefield.pit.production.stocked import stock_t, with_stockpiles, without_destinations
from orefield.pit.production.stockpile import Stockpile, careful
from orefield.pit.production.unmet import unmet

DISCOUNT = 0.9


def case(seed, n_t=3, after=None):
    """Mill, dump and pile; what is taken up earns the mill's value less rehandling."""
    small = small_pit(seed, (5, 3), periods=n_t, rock=9, mill=2, mean=0.6)
    pile = small.value[:, :, 1:] - 0.1
    problem = replace(
        small,
        value=np.concatenate([small.value, pile], 2),
        limits=tuple(
            replace(k, use=np.column_stack([k.use, np.full(15, float(k.name == "rock"))]))
            for k in small.limits
        ),
        destinations=("mill", "dump", "pile"),
    )
    slots = np.arange(1, n_t + (0 if after is None else len(after)))
    # putting a block on the pile has paid for mining; the mill's value has that in it too
    gain = small.value[0, :, 0] + 1.0 - 0.3
    stock = Stockpile(
        "pile", np.ones(15), slots, DISCOUNT ** slots[:, None] * gain, {"mill": np.ones(15)},
        after={} if after is None else {"mill": np.array(after)},
    )  # fmt: skip
    return problem, stock, gain


@pytest.mark.parametrize("seed", range(4))
def test_stock_and_fresh_ore_share_the_mill(seed):
    problem, pile, _ = case(seed)
    for kept in (pile, careful(pile, np.arange(15) // 5)):
        built = with_stockpiles(problem, [kept])
        best, share = judge(built)
        assert relax(built, np.zeros(15, np.int32)).objective == pytest.approx(best, rel=1e-6)
        taken = np.zeros(3)
        for k, slot in enumerate(pile.slots):
            taken[slot] += share[:slot, :, 3 + k].sum()
        assert (share[:, :, 0].sum(axis=1) + taken <= 2 + 1e-7).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_with_own_values_is_that_of_an_inventory(seed):
    """Against stock as a level of each block that is filled and drawn, in another program."""
    from scipy.optimize import linprog

    problem, pile, gain = case(seed)
    n, n_t = problem.n, problem.n_periods
    best, _ = judge(with_stockpiles(problem, [pile]))
    # columns: to mill, dump, pile [t, b], drawn [t, b]
    m, dump, put, draw = np.arange(4 * n_t * n).reshape(4, n_t, n)
    cost = np.zeros(4 * n_t * n)
    for t in range(n_t):
        for column, d in ((m, 0), (dump, 1), (put, 2)):
            cost[column[t]] = -(DISCOUNT**t) * problem.value[0, :, d]
        cost[draw[t]] = -(DISCOUNT**t) * gain
    rows, bound = [], []

    def add(pairs, upper):
        line = np.zeros(4 * n_t * n)
        for columns, factor in pairs:
            line[columns] += factor
        rows.append(line)
        bound.append(upper)

    for t in range(n_t):
        add([(m[t], 1.0), (draw[t], 1.0)], 2.0)
        add([(x[t], 1.0) for x in (m, dump, put)], 9.0)
        for b in range(n):
            add([(draw[: t + 1, b], 1.0), (put[:t, b], -1.0)], 0.0)
            for a in problem.needed[problem.start[b] : problem.start[b + 1]]:
                add(
                    [(x[: t + 1, b], 1.0) for x in (m, dump, put)]
                    + [(x[: t + 1, a], -1.0) for x in (m, dump, put)],
                    0.0,
                )
    for b in range(n):
        add([(x[:, b], 1.0) for x in (m, dump, put)], 1.0)
    found = linprog(cost, np.array(rows), np.array(bound))
    assert best == pytest.approx(-found.fun, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_a_mixing_pile_earns_what_the_careful_problem_says_or_more(seed):
    bins = np.random.default_rng(seed).integers(0, 2, 15)
    problem, pile, gain = case(seed, after=[2.0, 2.0])
    low, share = judge(with_stockpiles(problem, [careful(pile, bins)]))
    high, _ = judge(with_stockpiles(problem, [pile]))
    earned = sum(DISCOUNT**t * (problem.value[0] * share[t, :, :3]).sum() for t in range(3)) + sum(
        DISCOUNT**t * (problem.value[0, :, 2] * share[t, :, 3:].sum(axis=1)).sum() for t in range(3)
    )
    amount, worth = np.zeros(2), np.zeros(2)
    for t in range(5):
        if t in pile.slots:
            k = int(np.flatnonzero(pile.slots == t)[0])
            for pile_of in (0, 1):
                drawn = share[:t, bins == pile_of, 3 + k].sum()
                if drawn > 1e-12:
                    part = drawn / amount[pile_of]
                    earned += DISCOUNT**t * part * worth[pile_of]
                    worth[pile_of] *= 1 - part
                    amount[pile_of] -= drawn
        if t < 3:
            for pile_of in (0, 1):
                put = share[t, :, 3:].sum(axis=1) * (bins == pile_of)
                amount[pile_of] += put.sum()
                worth[pile_of] += put @ gain
    assert low - 1e-7 <= earned <= high + 1e-7
    # the more bins, the less is given away
    each = careful(pile, np.arange(15))
    assert judge(with_stockpiles(problem, [each]))[0] == pytest.approx(high)
    assert low <= high + 1e-9
    assert judge(problem)[0] <= high + 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_whole_plans_with_stock_are_the_best(seed):
    problem, pile, _ = case(seed)
    pile = careful(pile, np.arange(15) // 4)
    built = with_stockpiles(problem, [pile])
    found = solve_production(built, gap=0.0, seconds=np.inf, turns=6)
    assert broken(built, found.plan) == []
    best = judge(built, whole=True)[0]
    assert 0.98 * best <= found.objective <= best + 1e-6 <= found.upper_bound + 2e-6
    lying = stock_t(problem, [pile], found.plan.period, found.plan.share)
    assert (lying >= 0).all()


def test_room_on_the_pile_is_kept():
    problem, pile, _ = case(2)
    full = replace(pile, tonnes=np.ones(15), room=1.5)
    built = with_stockpiles(problem, [full])
    best, share = judge(built)
    assert best <= judge(with_stockpiles(problem, [pile]))[0] + 1e-9
    for t in range(3):
        lying = share[: t + 1, :, 2].sum()
        lying += sum(
            share[(0 if slot > t else slot) : t + 1, :, 3 + k].sum()
            for k, slot in enumerate(pile.slots)
        )
        assert lying <= 1.5 + 1e-7
    period = np.full(15, 3, np.int32)
    whole = np.zeros((15, 5))
    period[:2], whole[0, 3], whole[1, 4] = 0, 1.0, 1.0
    np.testing.assert_allclose(stock_t(problem, [pile], period, whole), [[2.0, 1.0, 0.0]])
    # what comes in the slot's own period is too late for it
    period[1] = 2
    np.testing.assert_allclose(stock_t(problem, [pile], period, whole), [[1.0, 0.0, 1.0]])


def test_what_was_asked_of_blocks_holds_for_those_that_are_taken_up_again():
    problem, pile, _ = case(0, after=[5.0])
    # a floor that sinks by one bench a period, whatever is done with what is mined
    bench = np.arange(15) // 5
    slow = sinking_rate(problem, bench, 1, each_period=True)
    for kept in (pile, careful(pile, bench)):
        free, _ = judge(with_stockpiles(problem, [kept]))
        best, share = judge(with_stockpiles(slow, [kept]))
        mined = np.cumsum(share.sum(axis=2), axis=0)
        by = np.stack([mined[:, bench == z].mean(axis=1) for z in range(3)], axis=1)
        assert (by[0, 1:] <= 1e-7).all()
        assert (by[1:, 1:] <= by[:-1, :-1] + 1e-7).all()
        assert best <= free + 1e-9
        # some of what is held back is piled
        assert share[:, :, 3:].sum() > 0.1


def test_a_bin_that_is_never_fed_is_worth_what_it_is():
    bins = np.repeat([0, 1, 2], 5)
    _, pile, _ = case(0)
    feed = np.where(bins == 1, 0.0, 1.0)
    counted = careful(replace(pile, feed=feed), bins).reclaimed
    np.testing.assert_array_equal(counted[:, bins == 1], pile.reclaimed[:, bins == 1])
    for b in (0, 2):
        worst = pile.reclaimed[:, bins == b].min(axis=1)
        np.testing.assert_allclose(counted[:, bins == b], np.repeat(worst[:, None], 5, axis=1))


def test_piles_that_cannot_be_are_told():
    problem, pile, _ = case(0)
    for change, says in (
        ({"into": "heap"}, "no destination 'heap'"),
        ({"takes": {"leach": np.ones(15)}}, "no limit 'leach'"),
        ({"after": {"leach": np.ones(3)}}, "no limit 'leach'"),
        ({"takes": {"mill": np.ones(4)}}, "use of 'mill' of shape"),
        ({"slots": np.array([0, 1])}, "slots"),
        ({"slots": np.array([2, 1])}, "slots"),
        ({"feed": np.ones(3)}, "feed of shape"),
        ({"feed": -np.ones(15)}, "negative"),
        ({"reclaimed": np.full((2, 15), np.nan)}, "not finite"),
        ({"room": 3.0}, "without tonnes"),
        ({"room": np.nan}, "room for nan"),
        ({"slots": np.array([1.0, 2.0])}, "slots"),
        ({"slots": np.array([1, 5]), "after": {"mill": np.ones(1)}}, "after the last period"),
    ):
        with pytest.raises(ModelError, match=says):
            with_stockpiles(problem, [replace(pile, **change)])
    with pytest.raises(ModelError, match="bins of shape"):
        careful(pile, np.arange(3))


def drawn_mixed(piles, bins, share, amounts, n_t, n_d):
    """What is taken up in each period from bins that mix, of one amount of each pile's blocks."""
    out, column = np.zeros(n_t), n_d
    for pile, bins_of, amount in zip(piles, bins, amounts, strict=True):
        columns = {int(slot): column + k for k, slot in enumerate(pile.slots)}
        column += len(pile.slots)
        for b in np.unique(bins_of):
            inside = bins_of == b
            tonnes, held = 0.0, 0.0
            for t in range(n_t):
                if t in columns and tonnes > 1e-12:
                    fed = pile.feed[inside] @ share[:t, inside, columns[t]].sum(axis=0)
                    part = min(fed / tonnes, 1.0)
                    out[t] += part * held
                    tonnes, held = tonnes * (1 - part), held * (1 - part)
                for slot, c in columns.items():
                    if slot > t:
                        tonnes += pile.feed[inside] @ share[t, inside, c]
                        held += amount[inside] @ share[t, inside, c]
    return out


@pytest.mark.parametrize("seed", range(5))
def test_limits_hold_for_piles_that_mix(seed):
    """Two piles; a limit with both bounds, of which blocks take more and less, and of any sign."""
    rng = np.random.default_rng(seed)
    problem, pile, _ = case(seed)
    feed = rng.uniform(0.5, 1.5, 15)
    second = problem.value[:, :, 2:] - 0.02
    harm = rng.uniform(-1.0, 1.0, 15)
    wide = [np.column_stack([k.use, k.use[:, 2]]) for k in problem.limits]
    none = np.full(3, -np.inf)
    problem = replace(
        problem,
        value=np.concatenate([problem.value, second], 2),
        limits=(
            replace(problem.limits[0], use=wide[0]),
            replace(problem.limits[1], use=wide[1] * feed[:, None]),
            Limit("harm", np.column_stack([harm * feed, *np.zeros((3, 15))]), none,
                  np.array([0.1, 0.2, 0.1])),
            Limit("feed", np.column_stack([feed, *np.zeros((3, 15))]), np.array([0.5, 1.0, 1.0]),
                  np.full(3, 2.0)),
        ),
        destinations=("mill", "dump", "pile", "heap"),
    )  # fmt: skip
    takes = {"mill": feed, "harm": harm * feed, "feed": feed}
    one = replace(pile, feed=feed, takes=takes)
    two = replace(one, into="heap", reclaimed=one.reclaimed * 0.99, slots=np.array([1, 2]))
    bins = [rng.integers(0, 3, 15), rng.integers(0, 2, 15)]
    own = with_stockpiles(problem, [one, two])
    kept = with_stockpiles(problem, [careful(one, bins[0]), careful(two, bins[1])])
    free, share = judge(own)
    best, safe = judge(kept)
    if free is None:
        assert best is None
        return
    n_d = 4
    harmed = np.einsum("tn,n->t", share[:, :, 0], harm * feed)
    fed = np.einsum("tn,n->t", share[:, :, 0], feed)
    for k, (of, slot) in enumerate([(p, s) for p in (one, two) for s in p.slots]):
        assert share[slot:, :, n_d + k].sum() == pytest.approx(0.0, abs=1e-7)  # none comes too late
        harmed[slot] += of.takes["harm"] @ share[:slot, :, n_d + k].sum(axis=0)
        fed[slot] += feed @ share[:slot, :, n_d + k].sum(axis=0)
    assert (harmed <= np.array([0.1, 0.2, 0.1]) + 1e-6).all()
    assert (fed >= np.array([0.5, 1.0, 1.0]) - 1e-6).all()
    assert (fed <= 2.0 + 1e-6).all()
    if best is None:
        return
    assert best <= free + 1e-7
    mixed = drawn_mixed([one, two], bins, safe, [harm * feed] * 2, 3, n_d)
    harmed = np.einsum("tn,n->t", safe[:, :, 0], harm * feed) + mixed
    assert (harmed <= np.array([0.1, 0.2, 0.1]) + 1e-6).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_steady_feed_counts_stock(seed):
    problem, pile, _ = case(seed)
    built = with_stockpiles(problem, [pile])
    use = np.zeros((15, built.n_destinations))
    use[:, 0] = 1.0
    later = [(int(slot), 3 + k, np.ones(15)) for k, slot in enumerate(pile.slots)]
    steady = feed_steady(built, use, 0.1, later=later)
    best, share = judge(steady)
    fed = share[:, :, 0].sum(axis=1)
    for k, slot in enumerate(pile.slots):
        fed[slot] += share[:slot, :, 3 + k].sum()
    assert (np.abs(np.diff(fed)) <= 0.1 * fed[:-1] + 1e-7).all()
    assert best <= judge(built)[0] + 1e-7
    assert relax(steady, np.zeros(15, np.int32)).objective == pytest.approx(best, rel=1e-6)


def test_places_of_one_name_share_their_room_and_destinations_can_be_shut():
    problem, pile, _ = case(2)
    problem = replace(
        problem,
        value=np.concatenate([problem.value, problem.value[:, :, 2:]], 2),
        limits=tuple(replace(k, use=np.column_stack([k.use, k.use[:, 2]])) for k in problem.limits),
        destinations=("mill", "dump", "pile", "heap"),
    )
    here = replace(pile, tonnes=np.ones(15), room=1.0, name="yard")
    built = with_stockpiles(problem, [here, replace(here, into="heap")])
    _, share = judge(built)
    for t in range(3):
        lying = share[: t + 1, :, 2:4].sum()
        for k, slot in enumerate([1, 2, 1, 2]):
            lying += share[(0 if slot > t else slot) : t + 1, :, 4 + k].sum()
        assert lying <= 1.0 + 1e-7
    shut = without_destinations(built, np.isin(np.arange(8), [2, 3]))
    assert shut.destinations == ("mill", "dump", "pile to 1", "pile to 2", "heap to 1", "heap to 2")
    closed, _ = judge(shut)
    barred = np.zeros((15, 8))
    barred[:, 2:4] = 1.0
    limit = Limit("shut", barred, np.full(3, -np.inf), np.zeros(3))
    assert closed == pytest.approx(judge(replace(built, limits=(*built.limits, limit)))[0])


@pytest.mark.parametrize("seed", range(3))
def test_what_a_plan_misses_is_named(seed):
    problem = small_pit(seed, periods=3)
    asked = feed_near(problem, problem.limits[1].use, 3.0, 0.1, name="target")
    asked = feed_steady(asked, problem.limits[1].use, 0.1, name="steady")
    nothing = Plan(np.full(18, 3, np.int32), np.zeros((18, 2)))
    assert [(u.name, u.period, u.found) for u in unmet(asked, nothing)] == [
        ("target", t, 0.0) for t in range(3)
    ]
    assert str(unmet(asked, nothing)[0]) == "target, period 0: 0 where at least 2.7 is asked"
    all_now = Plan(np.zeros(18, np.int32), np.tile([1.0, 0.0], (18, 1)))
    names = {(u.name, u.period) for u in unmet(asked, all_now)}
    assert {("rock", 0), ("mill", 0), ("target", 0), ("target", 1)} <= names
    assert ("steady, fall into period 1", -1) in names
    found = solve_production(problem, gap=0.1, seconds=np.inf, turns=2)
    assert unmet(problem, found.plan) == ()
