"""Stockpiles of a block model: who may go, what taking up earns and takes, a ledger that closes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import slope_pattern
from orefield.pit.model_problem import coarse_groups, model_problem
from orefield.pit.model_stock import block_pile, stocked, total_use
from orefield.pit.production import Plan, solve_production
from orefield.pit.stock_ledger import PileFlow
from orefield.pit.valuation import FieldValuation, GradeValuation
from orefield.pit.worth import economy_from_dict, usages_from_list

T = 4
ECONOMY = {
    "periods": T,
    "discount_rate": 0.1,
    "mining": 2.0,
    "ga": 0.5,
    "rock_field": "rock",
    "element": [
        {"name": "cu", "field": "cu", "unit": "%", "price": [8000, 9000], "price_unit": "USD/t"}
    ],
    "destination": [
        {
            "name": "mill", "kind": "mill", "processing": 8.0, "dilution": 0.1,
            "metal": [{"element": "cu", "recovery": 0.8}], "rejects": ["ox"],
        },
        {"name": "stock", "kind": "stockpile", "reclaim_to": "mill", "rehandle": 0.7, "haul": 0.2,
         "minimum": {"cu": 0.1}},
        {"name": "spare", "kind": "stockpile", "reclaim_to": "mill"},
        {"name": "dump", "kind": "dump", "haul": 0.4},
    ],
}  # fmt: skip
LIMITS = [
    {"name": "mined", "upper": 40_000, "use": [{"of": "mined"}]},
    {"name": "fed", "upper": 12_000, "use": [{"of": "processed", "destinations": ["mill"]}]},
    {
        "name": "water",
        "upper": 1e9,
        "use": [{"of": "mined", "per_tonne": 0.1}, {"of": "processed", "per_tonne": 0.5}],
    },
]


def deposit(seed=0, shape=(6, 5, 3)):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), shape)
    return BlockModel(
        grid,
        {
            "density_t_m3": rng.uniform(2.0, 3.0, grid.n),
            "cu": rng.gamma(2.0, 0.12, grid.n),
            "rock": np.where(rng.random(grid.n) < 0.15, "ox", "su"),
        },
    )


def built(seed=0, cells=None, limits=LIMITS, **options):
    model = deposit(seed)
    valuation = GradeValuation(economy_from_dict(ECONOMY), piles=("stock",))
    usages = usages_from_list(limits)
    at = np.arange(model.grid.n)
    given = {"slots": (1, 2, 3), "bins": 3} | options
    pile = block_pile(model, valuation, "stock", blocks=at, usages=usages, **given)
    base = model_problem(
        model,
        np.ones(model.grid.n, bool),
        slope_pattern(model.grid, 45.0, max_benches=2),
        valuation.worth(model, at),
        valuation.limits(model, usages, at),
        group=None if cells is None else coarse_groups(model, cells=cells),
        bins={"stock": pile.bin},
    )
    return model, pile, base, stocked(base, [pile])


def test_only_what_pays_when_it_is_taken_up_may_go_there():
    model, pile, _, _ = built()
    earned = 0.8 * model["cu"] / 100 * 9000 - 1.1 * 8.5 - 0.7
    may = (earned > 0) & (model["cu"] >= 0.1) & (model["rock"] != "ox")
    np.testing.assert_array_equal(pile.bin >= 0, may)
    feed = 1.1 * model.tonnes()
    assert may.sum() > 20
    # bins hold the same feed, from poor to rich
    in_bin = [feed[pile.bin == b].sum() for b in range(3)]
    assert max(in_bin) - min(in_bin) <= 2 * feed.max()
    grades = [model["cu"][pile.bin == b] for b in range(3)]
    assert grades[0].max() <= grades[1].min() <= grades[1].max() <= grades[2].min()
    parted = built(bins=(0.2, 0.3), grade=model["cu"])[1]
    np.testing.assert_array_equal(
        parted.bin, np.where(may, np.digitize(model["cu"], [0.2, 0.3]), -1)
    )


def test_blocks_taken_up_are_worth_what_they_bring_then():
    model, pile, _, problem = built(each_as_itself=True)
    t = model.tonnes()
    names = problem.problem.destinations
    assert names == ("mill", "dump", "stock to 1", "stock to 2", "stock to 3")
    price = [8000, 9000, 9000, 9000]
    for b in np.flatnonzero(pile.bin >= 0):
        for slot in (1, 2, 3):
            column = names.index(f"stock to {slot}")
            for mined in range(slot):
                paid = -(2.0 + 0.2) * t[b] / 1.1 ** (mined + 1)
                gain = t[b] * (0.8 * model["cu"][b] / 100 * price[slot] - 1.1 * 8.5 - 0.7)
                assert problem.problem.period_value(mined)[b, column] == pytest.approx(
                    paid + gain / 1.1 ** (slot + 1)
                )
    # what may not go there goes to the dump instead
    shut = np.flatnonzero(pile.bin < 0)
    value = problem.problem.period_value(0)
    np.testing.assert_allclose(value[shut, 2], value[shut, 1])
    np.testing.assert_allclose(value[shut, 2], -2.4 * t[shut] / 1.1)
    # water is taken where blocks are mined, and again where they are fed
    assert pile.takes["water"] == pytest.approx(0.5 * 1.1 * t)
    assert "mined" not in pile.takes
    water = next(x for x in problem.problem.limits if x.name == "water")
    used = total_use(problem, [pile], water)
    np.testing.assert_allclose(used[pile.bin >= 0, 2], (0.65 * t)[pile.bin >= 0])
    np.testing.assert_allclose(used[pile.bin >= 0, 0], (0.65 * t)[pile.bin >= 0])
    np.testing.assert_allclose(used[shut, 2], (0.1 * t)[shut])


@pytest.mark.parametrize("cells", [(2, 2), (0, 0)])
def test_units_send_there_what_their_blocks_may(cells):
    _, pile, _, blocks = built()
    model, _, base, units = built(cells=cells)
    name = base.problem.destinations
    assert {"best", "stock", "stock below bin 1", "dump below bin 2 of stock"} <= set(name)
    best = name.index("best")
    one = blocks.problem.period_value(1)
    at = np.arange(model.grid.n)
    for column, label in enumerate(units.problem.destinations):
        value = units.problem.period_value(1)[:, column]
        if not label.startswith("stock"):
            continue
        below = int(label.split("bin ")[1].split()[0]) if "bin" in label else 3
        slot = label.rsplit(" ", 1)[1]
        poor = (pile.bin >= 0) & (pile.bin < below)
        to = np.where(base.destination[:, best] == base.names.index("mill"), 0, 1)
        to = np.where(poor, blocks.problem.destinations.index(f"stock to {slot}"), to)
        if slot == "1":
            continue  # too late to be taken up
        np.testing.assert_allclose(value, np.bincount(units.unit, one[at, to]))


@pytest.mark.parametrize("cells", [None, (2, 2)])
@pytest.mark.parametrize("itself", [True, False])
def test_a_piles_ledger_closes_and_mixes_bin_by_bin(cells, itself):
    # nothing is mined in the last period: the mill lives on stock then
    ending = [LIMITS[0] | {"upper": [40_000, 40_000, 40_000, 0]}, *LIMITS[1:]]
    model, pile, _, problem = built(3, cells, each_as_itself=itself, limits=ending)
    plan = solve_production(problem.problem, gap=0.05, seconds=np.inf, turns=4).plan
    flow = PileFlow(problem, plan, pile)
    period, share = problem.block_period(plan, model.grid.n), problem.block_share(plan)
    there = share[:, problem.names.index("stock")]
    taken = problem.taken_up(plan, "stock")
    assert taken.sum() > 0.5
    assert (taken.sum(axis=1) <= there + 1e-9).all()
    for t in range(T):
        assert (taken[period >= t, t] == 0).all()
    assert (there[pile.bin < 0] == 0).all()
    t_rock, metal = model.tonnes(), 0.8 * model.tonnes() * model["cu"] / 100
    for amount in (t_rock, metal):
        put, out, lying = flow.ledger(amount)
        lies = np.zeros((T, 3))
        for t in range(T):
            now = (period == t) & (there > 0)
            assert put[t] == pytest.approx((amount * there)[now].sum())
            drawn = 0.0
            for b in range(3):
                inside = pile.bin == b
                feed_there = sum(
                    (pile.feed_t * there)[inside & (period == s)].sum() for s in range(t)
                ) - sum((pile.feed_t * taken[:, s])[inside].sum() for s in range(t))
                held = lies[t - 1, b] if t else 0.0
                fed = (pile.feed_t * taken[:, t])[inside].sum()
                part = fed / feed_there if feed_there > 1e-9 else 0.0
                assert part <= 1 + 1e-9
                drawn += part * held
                lies[t, b] = held * (1 - part) + (amount * there)[now & inside].sum()
            assert out[t] == pytest.approx(drawn, abs=1e-6)
            assert lying[t] == pytest.approx(lies[t].sum(), abs=1e-6)
            assert put[: t + 1].sum() == pytest.approx(out[: t + 1].sum() + lying[t], abs=1e-6)
    # what a pile that mixes earns is no less than what a careful plan counts
    counted = flow.counted_usd()[1].sum()
    if not itself:
        assert flow.mixed_usd().sum() >= counted - 1e-6
    worth = pile.worth
    own = sum((worth.factor[t] @ worth.parts[:, :, 0]) @ taken[:, t] for t in range(T))
    assert counted <= own + 1e-6
    if itself:
        assert counted == pytest.approx(own)


def test_more_bins_are_worth_no_less_and_stock_no_less_than_none():
    ending = [LIMITS[0] | {"upper": [40_000, 40_000, 40_000, 0]}, *LIMITS[1:]]

    def bound(**options):
        return solve_production(
            built(1, limits=ending, **options)[3].problem, gap=0.0, seconds=np.inf, turns=0
        ).upper_bound

    many, few, itself = bound(bins=40), bound(bins=1), bound(each_as_itself=True)
    assert few * 1.001 < many < itself * (1 + 1e-6)
    model = deposit(1)
    valuation = GradeValuation(economy_from_dict(ECONOMY))
    at = np.arange(model.grid.n)
    plain = model_problem(
        model, np.ones(model.grid.n, bool), slope_pattern(model.grid, 45.0, max_benches=2),
        valuation.worth(model, at), valuation.limits(model, usages_from_list(ending), at),
    )  # fmt: skip
    assert plain.problem.destinations == ("mill", "dump")
    without = solve_production(plain.problem, gap=0.0, seconds=np.inf, turns=0).upper_bound
    assert without <= few * (1 + 1e-6) < many / 1.001


def test_piles_that_cannot_be_are_told():
    model = deposit()
    economy = economy_from_dict(ECONOMY)
    valuation = GradeValuation(economy, piles=("stock",))
    at = np.arange(model.grid.n)
    for options, says in (
        ({"slots": ()}, "slots"),
        ({"slots": (0, 1)}, "from 1"),
        ({"slots": (2, 1)}, "rising"),
        ({"slots": (1, 4)}, "after the last period"),
        ({"bins": 0}, "0 bins"),
        ({"bins": (0.3, 0.2), "grade": model["cu"]}, "rising grades"),
        ({"bins": (0.3,)}, "a grade of every block"),
        ({"bins": (0.3,), "grade": np.full(model.grid.n, np.nan)}, "a grade of every block"),
    ):
        with pytest.raises(ModelError, match=says):
            block_pile(model, valuation, "stock", blocks=at, **({"slots": (1, 2)} | options))
    for name in ("dump", "mill", "heap"):
        with pytest.raises(ModelError, match=name):
            GradeValuation(economy, piles=(name,))
    poor = model.with_fields(cu=np.full(model.grid.n, 0.11))
    with pytest.raises(ModelError, match="pays when it is taken up"):
        block_pile(poor, valuation, "stock", blocks=at, slots=(1,))
    with pytest.raises(ModelError, match="bins for"):
        model_problem(
            model, np.ones(model.grid.n, bool), slope_pattern(model.grid, 45.0),
            valuation.worth(model, at), bins={"stock": np.zeros(3, int)},
        )  # fmt: skip


def test_usages_by_values_count_feed_at_ore_destinations():
    model = deposit().with_fields(v=np.ones(90), w=np.zeros(90))
    values = FieldValuation(value={"mill": "v", "dump": "w"}, ore=("mill",))
    (fed,) = values.usage(model, usages_from_list([LIMITS[1]]))
    np.testing.assert_allclose(fed[:, 0], model.tonnes())
    assert not fed[:, 1].any()
    grades = GradeValuation(economy_from_dict(ECONOMY), piles=("stock",))
    assert grades.destinations == ("mill", "stock", "dump")
    assert replace(grades, piles=()).destinations == ("mill", "dump")
    (fed,) = grades.usage(model, usages_from_list([LIMITS[1]]))
    np.testing.assert_allclose(fed[:, 0], 1.1 * model.tonnes())


def test_a_plan_without_stock_leaves_the_pile_empty():
    model, pile, _, problem = built()
    n = problem.problem.n
    share = np.zeros((n, problem.problem.n_destinations))
    share[:, 1] = 1.0
    flow = PileFlow(problem, Plan(np.zeros(n, np.int32), share), pile)
    for amounts in flow.ledger(model.tonnes()):
        assert not amounts.any()
    assert not np.concatenate(flow.counted_usd()).any()
    assert not flow.mixed_usd().any()
