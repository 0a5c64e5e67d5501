"""Stockpiles: kept capacities, the two relaxations, and a pile that really mixes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from schedule_oracle import broken, judge, small_pit

from orefield.core import ModelError
from orefield.pit.production import relax, solve_production
from orefield.pit.production.additions import sinking_rate
from orefield.pit.production.stockpile import Stockpile, stock_t, with_stockpile

DISCOUNT = 0.9


def case(seed, n_t=3, bins=None, after=None):
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
        "pile", "mill", np.ones(15), slots, DISCOUNT ** slots[:, None] * gain, bins,
        None if after is None else np.array(after),
    )  # fmt: skip
    return problem, stock, gain


@pytest.mark.parametrize("seed", range(4))
def test_stock_and_fresh_ore_share_the_mill(seed):
    problem, pile, _ = case(seed)
    for treatment in ("optimistic", "conservative"):
        built = with_stockpile(problem, pile, treatment)
        best, share = judge(built)
        assert relax(built, np.zeros(15, np.int32)).objective == pytest.approx(best, rel=1e-6)
        taken = np.zeros(3)
        for k, slot in enumerate(pile.slots):
            taken[slot] += share[:slot, :, 3 + k].sum()
            assert share[slot:, :, 3 + k].sum() == pytest.approx(0.0, abs=1e-9)
        assert (share[:, :, 0].sum(axis=1) + taken <= 2 + 1e-7).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_with_own_values_is_that_of_an_inventory(seed):
    """Against stock as a level of each block that is filled and drawn, in another program."""
    from scipy.optimize import linprog

    problem, pile, gain = case(seed)
    n, n_t = problem.n, problem.n_periods
    best, _ = judge(with_stockpile(problem, pile, "optimistic"))
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
    problem, pile, gain = case(seed, bins=bins, after=[2.0, 2.0])
    low, share = judge(with_stockpile(problem, pile, "conservative"))
    high, _ = judge(with_stockpile(problem, pile, "optimistic"))
    earned = sum(DISCOUNT**t * (problem.value[0] * share[t, :, :3]).sum() for t in range(3)) + sum(
        DISCOUNT**t * (problem.value[0, :, 2] * share[t, :, 3:].sum(axis=1)).sum() for t in range(3)
    )
    amount, worth = np.zeros(2), np.zeros(2)
    for t in range(5):
        if t in pile.slots:
            k = int(np.flatnonzero(pile.slots == t)[0])
            for pile_of in (0, 1):
                drawn = share[:, bins == pile_of, 3 + k].sum()
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
    each = replace(pile, bins=np.arange(15))
    assert judge(with_stockpile(problem, each, "conservative"))[0] == pytest.approx(high)
    assert low <= high + 1e-9
    assert judge(problem)[0] <= high + 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_whole_plans_with_stock_are_the_best(seed):
    problem, pile, _ = case(seed)
    built = with_stockpile(problem, pile, "conservative")
    found = solve_production(built, gap=0.0, seconds=np.inf, turns=6)
    assert broken(built, found.plan) == []
    best = judge(built, whole=True)[0]
    assert 0.98 * best <= found.objective <= best + 1e-6 <= found.upper_bound + 2e-6
    lying = stock_t(problem, pile, found.plan.period, found.plan.share)
    assert (lying >= 0).all()


def test_room_on_the_pile_is_kept():
    problem, pile, _ = case(2)
    full = replace(pile, tonnes=np.ones(15), room=1.5)
    built = with_stockpile(problem, full, "optimistic")
    best, share = judge(built)
    assert best <= judge(with_stockpile(problem, pile, "optimistic"))[0] + 1e-9
    for t in range(3):
        lying = share[: t + 1, :, 2].sum()
        lying += sum(
            share[: t + 1, :, 3 + k].sum() for k, slot in enumerate(pile.slots) if slot > t
        )
        assert lying <= 1.5 + 1e-7
    period = np.full(15, 3, np.int32)
    whole = np.zeros((15, 5))
    period[:2], whole[0, 3], whole[1, 4] = 0, 1.0, 1.0
    np.testing.assert_allclose(stock_t(problem, pile, period, whole), [2.0, 1.0, 0.0])


def test_what_was_asked_of_blocks_holds_for_those_that_are_taken_up_again():
    problem, pile, _ = case(0, after=[5.0])
    # a floor that sinks by one bench a period, whatever is done with what is mined
    bench = np.arange(15) // 5
    slow = sinking_rate(problem, bench, 1, each_period=True)
    for treatment in ("optimistic", "conservative"):
        free, _ = judge(with_stockpile(problem, pile, treatment))
        best, share = judge(with_stockpile(slow, pile, treatment))
        mined = np.cumsum(share.sum(axis=2), axis=0)
        by = np.stack([mined[:, bench == z].mean(axis=1) for z in range(3)], axis=1)
        assert (by[0, 1:] <= 1e-7).all()
        assert (by[1:, 1:] <= by[:-1, :-1] + 1e-7).all()
        assert best <= free + 1e-9
        # some of what is held back is piled
        assert share[:, :, 3:].sum() > 0.1


def test_a_bin_that_is_never_fed_is_worth_what_it_is():
    bins = np.repeat([0, 1, 2], 5)
    _, pile, _ = case(0, bins=bins)
    feed = np.where(bins == 1, 0.0, 1.0)
    counted = replace(pile, feed=feed).values("conservative")
    np.testing.assert_array_equal(counted[:, bins == 1], pile.reclaimed[:, bins == 1])
    for b in (0, 2):
        worst = pile.reclaimed[:, bins == b].min(axis=1)
        np.testing.assert_allclose(counted[:, bins == b], np.repeat(worst[:, None], 5, axis=1))


def test_piles_that_cannot_be_are_told():
    problem, pile, _ = case(0)
    for change, says in (
        ({"into": "heap"}, "no destination 'heap'"),
        ({"into": "mill"}, "takes 'mill'"),
        ({"mill": "leach"}, "no limit 'leach'"),
        ({"slots": np.array([0, 1])}, "slots"),
        ({"slots": np.array([2, 1])}, "slots"),
        ({"feed": np.ones(3)}, "feed of shape"),
        ({"feed": -np.ones(15)}, "negative"),
        ({"reclaimed": np.full((2, 15), np.nan)}, "not finite"),
        ({"room": 3.0}, "without tonnes"),
        ({"room": np.nan}, "room for nan"),
        ({"slots": np.array([1.0, 2.0])}, "slots"),
        ({"slots": np.array([1, 5]), "after": np.ones(1)}, "after the last period"),
    ):
        with pytest.raises(ModelError, match=says):
            with_stockpile(problem, replace(pile, **change))
    # the rows of one pile know nothing of another's stock
    with pytest.raises(ModelError, match="stock of another pile"):
        with_stockpile(with_stockpile(problem, pile), replace(pile, reclaimed=pile.reclaimed))
