"""Stockpiles: capacities, room, blends and steady feeds hold for fresh ore and stock together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from schedule_oracle import judge
from stock_cases import case, drawn_mixed, lying_at_ends, taken_up, too_late

from orefield.core import ModelError
from orefield.pit.production import Limit, Row, relax, stocked
from orefield.pit.production.feed_wishes import feed_steady
from orefield.pit.production.stocked import with_stockpiles, without_destinations
from orefield.pit.production.stockpile import careful


@pytest.mark.parametrize("seed", range(4))
def test_stock_and_fresh_ore_share_the_mill(seed):
    problem, pile, _ = case(seed)
    for kept in (pile, careful(pile, np.arange(15) // 5)):
        built = with_stockpiles(problem, [kept])
        best, share = judge(built)
        assert relax(built, np.zeros(15, np.int32)).objective == pytest.approx(best, rel=1e-6)
        taken = taken_up([kept], share, 3)
        assert taken[-1] == pytest.approx(2.0)  # nothing else can be fed then
        assert (share[:, :, 0].sum(axis=1) + taken <= 2 + 1e-7).all()


def test_room_on_the_pile_is_kept():
    problem, pile, _ = case(2, n_t=4, idle=2)
    full = replace(pile, tonnes=np.linspace(0.5, 1.5, 15), room=2.5)
    free, share = judge(with_stockpiles(problem, [pile]))
    assert lying_at_ends(pile, share, full.tonnes).max() > 3.5
    best, share = judge(with_stockpiles(problem, [full]))
    assert best < free - 0.1
    assert lying_at_ends(pile, share, full.tonnes).max() == pytest.approx(2.5)


def test_rows_are_counted_before_they_fill_the_memory(monkeypatch):
    problem, pile, _ = case(0)
    roomy = replace(pile, tonnes=np.ones(15), room=3.0)
    made = sum(len(row.factor) for row in with_stockpiles(problem, [roomy]).rows)
    monkeypatch.setattr(stocked, "_MOST_ENTRIES", made)
    with_stockpiles(problem, [roomy])
    rows = []
    monkeypatch.setattr(stocked, "Row", lambda *values: rows.append(values) or Row(*values))
    monkeypatch.setattr(stocked, "_MOST_ENTRIES", 40)
    with pytest.raises(ModelError, match="more than 40 numbers are needed to follow stock"):
        with_stockpiles(problem, [roomy])
    assert sum(len(row[4]) for row in rows[:-1]) <= 40  # only the last is too many


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
    most = np.array([0.1, 0.2, 1.2])
    problem = replace(
        problem,
        value=np.concatenate([problem.value, second], 2),
        limits=(
            replace(problem.limits[0], use=wide[0]),
            replace(problem.limits[1], use=wide[1] * feed[:, None]),
            Limit("harm", np.column_stack([harm * feed, *np.zeros((3, 15))]), none, most),
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
    n_d = 4
    harmless = replace(own, rows=[row for row in own.rows if "harm" not in row.name])
    assert free < judge(harmless)[0] - 1e-4
    assert taken_up([one, two], share, n_d).sum() > 0.5
    harmed = np.einsum("tn,n->t", share[:, :, 0], harm * feed)
    fed = np.einsum("tn,n->t", share[:, :, 0], feed)
    assert too_late([one, two], share, n_d) == pytest.approx(0.0, abs=1e-7)
    harmed += taken_up([one, two], share, n_d, harm * feed)
    fed += taken_up([one, two], share, n_d)
    assert (harmed <= most + 1e-6).all()
    assert (fed >= np.array([0.5, 1.0, 1.0]) - 1e-6).all()
    assert (fed <= 2.0 + 1e-6).all()
    assert best <= free + 1e-7
    assert taken_up([one, two], safe, n_d).sum() > 0.5
    mixed = drawn_mixed([one, two], bins, safe, [harm * feed] * 2, 3, n_d)
    harmed = np.einsum("tn,n->t", safe[:, :, 0], harm * feed) + mixed
    assert (harmed <= most + 1e-6).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_steady_feed_counts_stock(seed):
    problem, pile, _ = case(seed)
    built = with_stockpiles(problem, [pile])
    use = np.zeros((15, built.n_destinations))
    use[:, 0] = 1.0
    later = [(int(slot), 3 + k, np.ones(15)) for k, slot in enumerate(pile.slots)]
    steady = feed_steady(built, use, 0.1, later=later)
    best, share = judge(steady)
    taken = taken_up([pile], share, 3)
    assert taken.sum() > 1.0
    fed = share[:, :, 0].sum(axis=1) + taken
    assert (np.abs(np.diff(fed)) <= 0.1 * fed[:-1] + 1e-7).all()
    assert best <= judge(built)[0] + 1e-7
    # nothing fresh can be fed in the last period: without stock, a steady feed is no feed
    assert judge(feed_steady(built, use, 0.1))[0] < best - 1.0
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
    both = [here, replace(here, into="heap")]
    built = with_stockpiles(problem, both)
    _, share = judge(built)
    put = share[:, :, 2:].sum(axis=(1, 2))
    lying = np.cumsum(put - taken_up(both, share, 4))
    assert lying.max() == pytest.approx(1.0)
    shut = without_destinations(built, np.isin(np.arange(8), [2, 3]))
    assert shut.destinations == ("mill", "dump", "pile to 1", "pile to 2", "heap to 1", "heap to 2")
    closed, _ = judge(shut)
    barred = np.zeros((15, 8))
    barred[:, 2:4] = 1.0
    limit = Limit("shut", barred, np.full(3, -np.inf), np.zeros(3))
    assert closed == pytest.approx(judge(replace(built, limits=(*built.limits, limit)))[0])
