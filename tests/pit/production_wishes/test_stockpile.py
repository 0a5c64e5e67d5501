"""Stockpiles: what taking up earns, the two relaxations, and a pile that really mixes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from schedule_oracle import broken, judge
from stock_cases import DISCOUNT, by_period, case, taken_up, too_late

from orefield.core import ModelError
from orefield.pit.production import Limit, relax, solve_production
from orefield.pit.production.order_wishes import sinking_rate
from orefield.pit.production.stocked import with_stockpiles, without_destinations
from orefield.pit.production.stockpile import careful


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_with_own_values_is_that_of_an_inventory(seed):
    """Against stock as a level of each block that is filled and drawn, in another program."""
    from scipy.optimize import linprog

    problem, pile, gain = case(seed)
    n, n_t = problem.n, problem.n_periods
    best, share = judge(with_stockpiles(problem, [pile]))
    assert taken_up([pile], share, 3).sum() > 1.0
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
        add([(x[t], 1.0) for x in (m, dump, put)], problem.limits[0].upper[t])
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
    problem, pile, gain = case(seed, n_t=5, idle=2)
    low, share = judge(with_stockpiles(problem, [careful(pile, bins)]))
    high, _ = judge(with_stockpiles(problem, [pile]))
    assert share[:, :, 3:].sum() > 2.0
    earned = sum(DISCOUNT**t * (problem.value[0] * share[t, :, :3]).sum() for t in range(5)) + sum(
        DISCOUNT**t * (problem.value[0, :, 2] * share[t, :, 3:].sum(axis=1)).sum() for t in range(5)
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
        for pile_of in (0, 1):
            put = share[t, :, 3:].sum(axis=1) * (bins == pile_of)
            amount[pile_of] += put.sum()
            worth[pile_of] += put @ gain
    assert low - 1e-7 <= earned <= high + 1e-7
    # the more bins, the less is given away
    each = careful(pile, np.arange(15))
    assert judge(with_stockpiles(problem, [each]))[0] == pytest.approx(high)
    assert judge(problem)[0] < low - 0.1


@pytest.mark.parametrize("seed", range(2))
def test_whole_plans_with_stock_are_the_best(seed):
    problem, pile, _ = case(seed)
    pile = careful(pile, np.arange(15) // 4)
    built = with_stockpiles(problem, [pile])
    found = solve_production(built, gap=0.0, seconds=np.inf, turns=6)
    assert broken(built, found.plan) == []
    best = judge(built, whole=True)[0]
    assert 0.98 * best <= found.objective <= best + 1e-6 <= found.upper_bound + 2e-6
    share = by_period(found.plan, built)
    assert taken_up([pile], share, 3)[-1] == pytest.approx(2.0)
    assert too_late([pile], share, 3) == 0.0


@pytest.mark.parametrize("dump", [np.inf, 0.0])
def test_nothing_goes_to_a_pile_that_will_not_be_taken_up(dump):
    """However dear the dump is: where nothing may go there, the pile is no way out."""
    problem, pile, _ = case(3)
    rock = replace(problem.limits[0], upper=np.array([9.0, 1.0, 9.0]))
    use = np.column_stack([np.zeros(15), np.ones(15), np.zeros(15)])
    limit = Limit("dump", use, np.full(3, -np.inf), np.full(3, dump))
    problem = replace(
        problem,
        value=problem.value - np.array([0.0, 5.0, 0.0]),
        limits=(rock, problem.limits[1], limit),
    )
    once = replace(pile, slots=np.array([1]), reclaimed=pile.reclaimed[:1])
    built = without_destinations(with_stockpiles(problem, [once]), np.arange(4) == 2)
    assert built.destinations == ("mill", "dump", "pile to 1")
    best, share = judge(built)
    assert too_late([once], share, 2) == pytest.approx(0.0, abs=1e-9)
    assert taken_up([once], share, 2)[1] > 0.5
    assert relax(built, np.zeros(15, np.int32)).objective == pytest.approx(best, rel=1e-6)
    found = solve_production(built, gap=0.0, seconds=np.inf, turns=6)
    assert broken(built, found.plan) == []
    share = by_period(found.plan, built)
    assert too_late([once], share, 2) == 0.0
    assert found.objective >= 0.98 * judge(built, whole=True)[0]


def test_without_piles_a_problem_stays_as_it_is():
    problem, _, _ = case(0)
    assert with_stockpiles(problem, []) is problem


def test_what_was_asked_of_blocks_holds_for_those_that_are_taken_up_again():
    problem, pile, _ = case(0, n_t=4)
    # a floor that sinks by one bench a period, whatever is done with what is mined
    bench = np.arange(15) // 5
    slow = sinking_rate(problem, bench, 1, each_period=True)
    for kept in (pile, careful(pile, bench)):
        free, _ = judge(with_stockpiles(problem, [kept]))
        best, share = judge(with_stockpiles(slow, [kept]))
        mined = np.cumsum(share.sum(axis=2), axis=0)
        by = np.stack([mined[:, bench == z].mean(axis=1) for z in range(3)], axis=1)
        assert (by[0, 1:] <= 1e-7).all()
        assert mined[-1].sum() > 11.0
        assert (by[1:, 1:] <= by[:-1, :-1] + 1e-7).all()
        assert best < free - 0.1
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
        ({"takes_least": {"leach": np.ones(15)}}, "no limit 'leach'"),
        ({"takes": {"mill": np.ones(4)}}, "use of 'mill' of shape"),
        ({"slots": np.array([0, 1])}, "slots"),
        ({"slots": np.array([2, 1])}, "slots"),
        ({"feed": np.ones(3)}, "feed of shape"),
        ({"feed": -np.ones(15)}, "negative"),
        ({"reclaimed": np.full((2, 15), np.nan)}, "not finite"),
        ({"room": 3.0}, "without tonnes"),
        ({"room": np.nan}, "room for nan"),
        ({"slots": np.array([1.0, 2.0])}, "slots"),
        ({"slots": np.array([1, 3])}, "slot 3 is after the last period, 2"),
    ):
        with pytest.raises(ModelError, match=says):
            with_stockpiles(problem, [replace(pile, **change)])
    with pytest.raises(ModelError, match="bins of shape"):
        careful(pile, np.arange(3))
