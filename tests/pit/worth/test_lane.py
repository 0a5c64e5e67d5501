"""Lane's cut-offs against hand arithmetic, brute force and a dynamic programme.

The mine of ``hypothetical`` is the worked example of K. F. Lane (1964), repeated in W. Hustrulid
and M. Kuchta, Open Pit Mine Planning and Design, in its chapter on production planning: 1,000
tons, 100 in each tenth of a lb/ton, price 25 and selling 5 $/lb, mining 1 and concentrating 2
$/ton, 300 $ a year, 100 tons mined, 50 tons concentrated and 40 lb refined a year, 15 %. Its six
cut-offs at no opportunity cost and its first years (0.50, 250 $) follow by hand. The book's later
years are quoted from memory and were not compared with the print, so no test rests on them
alone: the value is held to the dynamic programme below.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.pit.worth import (
    Blocks,
    GradeTonnage,
    Operation,
    grade_tonnage,
    lane_cutoffs,
    lane_policy,
    value_per_tonne,
)


@pytest.fixture
def hypothetical():
    operation = Operation(
        price=25, selling=5, processing=2, mining=1, fixed=300, mine=100, mill=50, market=40
    )
    return operation, GradeTonnage(np.linspace(0, 1, 11), np.full(10, 100.0))


def test_the_six_cutoffs_of_the_hypothetical_mine(hypothetical):
    six = lane_cutoffs(*hypothetical)
    assert six.mine == pytest.approx(2 / 20)
    assert six.mill == pytest.approx((2 + 300 / 50) / 20)
    assert six.market == pytest.approx(2 / (20 - 300 / 40))
    assert six.mine_mill == pytest.approx(0.5)
    # mean grade above 0.6 is 0.8 = 40 lb / 50 tons
    assert six.mill_market == pytest.approx(0.6)
    # (1 - g^2) / 2 = 0.4; the book, linear in the table, has 0.456
    assert six.mine_market == pytest.approx(math.sqrt(0.2))
    assert six.optimum == pytest.approx(0.4)


def test_the_policy_of_the_hypothetical_mine(hypothetical):
    policy = lane_policy(*hypothetical, 0.15)
    np.testing.assert_allclose(policy.cutoff[:7], 0.5, rtol=1e-9)
    np.testing.assert_allclose(policy.mined[:7], 100)
    np.testing.assert_allclose(policy.milled[:7], 50)
    np.testing.assert_allclose(policy.sold[:7], 37.5)
    np.testing.assert_allclose(policy.cash[:7], 37.5 * 20 - 100 - 100 - 300)
    # then the cut-off falls, and the mill alone stays full
    assert np.all(np.diff(policy.cutoff[6:]) < 0)
    np.testing.assert_allclose(policy.milled[7:-1], 50)
    np.testing.assert_array_equal(np.round(policy.cutoff[7:], 2), [0.49, 0.46, 0.44, 0.41])
    # better than ten years of 250 $ at one cut-off
    assert policy.npv > 250 * (1 - 1.15**-10) / 0.15
    assert policy.passes < 20


def _programme(operation, deposit, rate, steps, cutoffs):
    """The best net present value over a grid of what is left and of cut-offs, by recursion.

    Cash of a year falls at its end. What is left between two grid points is worth the mean of
    theirs by distance, which is no more than the truth where the value is concave.
    """
    left = np.linspace(0, deposit.tonnes.sum(), steps + 1)
    low, high = deposit.edges[:-1], deposit.edges[1:]
    weight = deposit.tonnes / deposit.tonnes.sum()
    ore, metal = [], []
    for g in cutoffs:
        cut = np.clip(g, low, high)
        part = weight * (high - cut) / (high - low)
        ore.append(part.sum())
        metal.append((part * (cut + high) / 2).sum())
    ore, sold = np.array(ore), np.array(metal) * operation.recovery
    pace = np.maximum.reduce(
        [np.full_like(ore, 1 / operation.mine), ore / operation.mill, sold / operation.market]
    )
    margin = operation.margin * sold - operation.processing * ore - operation.mining
    value = np.zeros(steps + 1)
    for i in range(1, steps + 1):
        mined = np.minimum(1 / np.maximum(pace, 1e-300), left[i])
        years = mined * pace
        cash = margin * mined - operation.fixed * years
        # a full year leads to points that are done already; a part year ends it all
        after = np.interp(left[i] - mined, left[:i], value[:i])
        value[i] = max(0.0, ((cash + after) * (1 + rate) ** -years).max())
    return value[-1]


def _skewed(seed):
    rng = np.random.default_rng(seed)
    return GradeTonnage(np.linspace(0, 2, 21), 1e4 * rng.gamma(0.7, 1.0, 20) / np.arange(1, 21))


def _operations():
    return [
        Operation(price=25, selling=5, processing=2, mining=1, fixed=300, mine=100, mill=50,
                  market=40),
        Operation(price=60, processing=6, mining=1.5, fixed=9e3, recovery=0.85, mine=5000,
                  mill=1200),
        Operation(price=60, processing=6, mining=1.0, fixed=5e3, recovery=0.9, mine=4000,
                  market=900),
        Operation(price=80, selling=4, processing=9, mining=2.0, fixed=4e3, recovery=0.9,
                  mill=900, market=500),
        Operation(price=40, selling=2, processing=5, mining=1.0, fixed=1e3, mine=3000),
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(5))
def test_the_policy_is_as_good_as_a_dynamic_programme(hypothetical, which):
    operation = _operations()[which]
    deposit = hypothetical[1] if which == 0 else _skewed(which)
    policy = lane_policy(operation, deposit, 0.15)
    best = _programme(operation, deposit, 0.15, 3000, np.linspace(0, deposit.edges[-1], 801))
    assert best > 0
    # the page on economics says so: within 0.03 %
    assert policy.npv == pytest.approx(best, rel=3e-4)


def test_the_policy_is_what_its_years_add_up_to(hypothetical):
    operation, deposit = hypothetical
    policy = lane_policy(operation, deposit, 0.15)
    when = np.cumsum(policy.years)
    assert policy.npv == pytest.approx(float(np.sum(policy.cash / 1.15**when)), rel=1e-12)
    assert policy.mined.sum() == pytest.approx(1000)
    for used, capacity in ((policy.mined, 100), (policy.milled, 50), (policy.sold, 40)):
        assert np.all(used <= capacity * policy.years * (1 + 1e-12))
    cash = 20 * policy.sold - 2 * policy.milled - policy.mined - 300 * policy.years
    np.testing.assert_allclose(policy.cash, cash, rtol=1e-12)


def test_without_discounting_the_policy_maximises_cash(hypothetical):
    operation, deposit = hypothetical
    policy = lane_policy(operation, deposit, 0.0)
    grid = np.linspace(0, 0.999, 2000)
    assert policy.npv == pytest.approx(
        1000 * value_per_tonne(operation, deposit, grid).max(), rel=1e-5
    )


def test_the_life_ends_when_fixed_costs_eat_the_cash():
    rich = GradeTonnage([0, 1], [1000.0])
    operation = Operation(price=10, processing=1, mining=9, fixed=100, mine=100)
    policy = lane_policy(operation, rich, 0.1)
    assert len(policy.years) == 0
    assert policy.npv == 0


positive = st.floats(0.1, 10)


@settings(max_examples=200, deadline=None)
@given(
    tonnes=st.lists(st.floats(0.01, 10), min_size=1, max_size=8),
    price=positive, processing=st.floats(0, 5), fixed=st.floats(0, 5), waiting=st.floats(-5, 20),
    mine=positive, mill=positive, market=positive, recovery=st.floats(0.2, 1),
)  # fmt: skip
def test_the_rule_finds_the_best_cutoff(
    tonnes, price, processing, fixed, waiting, mine, mill, market, recovery
):
    operation = Operation(
        price=price, processing=processing, fixed=fixed, recovery=recovery, mine=mine, mill=mill,
        market=market,
    )  # fmt: skip
    deposit = GradeTonnage(np.linspace(0, 2, len(tonnes) + 1), np.array(tonnes))
    # what is left may grow by itself, but time must cost something
    waiting = max(waiting, -fixed)
    found = lane_cutoffs(operation, deposit, waiting)
    grid = np.linspace(0, 2, 4001)
    best = value_per_tonne(operation, deposit, grid, waiting).max()
    mine_ = float(value_per_tonne(operation, deposit, found.optimum, waiting))
    assert mine_ >= best - 1e-6 * max(1.0, abs(best))


@settings(max_examples=50, deadline=None)
@given(waiting=st.floats(0, 500), more=st.floats(0, 500))
def test_a_dearer_wait_never_lowers_the_limiting_cutoffs(waiting, more):
    operation = Operation(price=25, processing=2, mining=1, fixed=30, mine=100, mill=50, market=40)
    deposit = GradeTonnage(np.linspace(0, 1, 11), np.full(10, 100.0))
    low, high = (lane_cutoffs(operation, deposit, w) for w in (waiting, waiting + more))
    assert high.mine == low.mine
    assert high.mill >= low.mill
    assert high.market >= low.market


def test_what_lies_above_a_cutoff():
    deposit = GradeTonnage([0.0, 0.5, 1.5], [300.0, 100.0])
    ore, metal = deposit.above([0.0, 0.25, 0.5, 1.0, 1.5, 9.0])
    np.testing.assert_allclose(ore, [1, 0.625, 0.25, 0.125, 0, 0])
    np.testing.assert_allclose(
        metal, [0.75 * 0.25 + 0.25 * 1, 0.375 * 0.375 + 0.25, 0.25, 0.125 * 1.25, 0, 0]
    )
    assert deposit.cutoff_of_ore(0.625) == pytest.approx(0.25)
    assert deposit.cutoff_of_metal(0.25) == pytest.approx(0.5)
    assert deposit.cutoff_of_grade(1.25) == pytest.approx(1.0)
    assert deposit.cutoff_of_ore(2.0) == 0.0


def test_classes_of_blocks():
    tonnes = np.array([10.0, 20.0, 0.0, 5.0])
    blocks = Blocks(tonnes, np.zeros(4), {}, "", np.arange(4))
    found = grade_tonnage(blocks, [0.1, 0.6, 99.0, 1.0], [0, 0.5, 1.0])
    np.testing.assert_array_equal(found.tonnes, [10, 25])
    with pytest.raises(ModelError, match="outside the classes") as error:
        grade_tonnage(blocks, [0.1, 0.6, 99.0, 1.2], [0, 0.5, 1.0])
    assert "block 3" in error.value.where
    with pytest.raises(ModelError, match="grades of 4 blocks"):
        grade_tonnage(blocks, [0.1], [0, 0.5, 1.0])
    with pytest.raises(ModelError, match="do not rise"):
        grade_tonnage(blocks, np.zeros(4), [0, 1.0, 0.5])
    with pytest.raises(ModelError, match="edges of grade"):
        grade_tonnage(blocks, np.zeros(4), [0.0])


@pytest.mark.parametrize(
    ("edges", "tonnes", "said"),
    [
        ([0, 1], [1, 2], "edges of grade and"),
        ([0, 0], [1], "do not rise"),
        ([-1, 1], [1], "do not rise"),
        ([0, math.nan], [1], "do not rise"),
        ([0, 1], [-1], "negative"),
        ([0, 1], [0], "all zero"),
        ([0, 1], [math.inf], "not finite"),
        ([0], [], "edges of grade and"),
    ],
)
def test_impossible_distributions(edges, tonnes, said):
    with pytest.raises(ModelError, match=said):
        GradeTonnage(edges, tonnes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": -1}, "out of range"),
        ({"price": math.nan}, "not a finite number"),
        ({"recovery": 1.2}, "no fraction"),
        ({"mine": math.inf}, "capacities"),
        ({"mine": 0.0}, "capacities"),
        ({"mill": math.nan}, "capacities"),
    ],
)
def test_impossible_operations(change, said):
    with pytest.raises(ModelError, match=said):
        Operation(**{"price": 1, "processing": 1, "mine": 10, **change})


def test_a_deposit_that_lasts_for_ever_is_a_slip(hypothetical):
    with pytest.raises(ModelError, match="longer than 5 years"):
        lane_policy(*hypothetical, 0.15, max_years=5)
    with pytest.raises(ModelError, match="out of range"):
        lane_policy(*hypothetical, -0.15)
    with pytest.raises(ModelError, match="out of range"):
        lane_policy(*hypothetical, 0.15, max_passes=0)


def test_time_that_earns_more_than_it_costs_is_refused(hypothetical):
    operation, deposit = hypothetical
    assert lane_cutoffs(operation, deposit, -300.0).mill == pytest.approx(2 / 20)
    for waiting in (-301.0, math.nan, math.inf):
        with pytest.raises(ModelError) as error:
            lane_cutoffs(operation, deposit, waiting)
        assert error.value.where == "opportunity cost"


def test_a_policy_says_when_its_passes_ran_out(hypothetical):
    short = lane_policy(*hypothetical, 0.15, max_passes=2)
    assert short.passes == 2
    assert short.npv <= lane_policy(*hypothetical, 0.15).npv
