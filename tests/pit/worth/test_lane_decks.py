"""Cut-offs under changing prices against a search that knows nothing of dynamic programmes."""

import numpy as np
import pytest
from scipy.optimize import differential_evolution

from orefield.core import ModelError
from orefield.pit.worth import (
    GradeTonnage,
    Operation,
    cutoff_policy,
    economy_from_dict,
    lane_cutoffs,
    lane_inputs,
    lane_policy,
    nsr_cutoff_usd_t,
    nsr_usd_t,
)

DEPOSIT = GradeTonnage(np.linspace(0, 1, 11), np.array([90, 80, 70, 60, 50, 40, 30, 20, 10, 5.0]))


def _operation(price):
    return Operation(price=price, selling=3, processing=2, mining=1, fixed=60, mine=130, mill=50)


def _follow(cutoffs, prices, rate):
    """Net present value of a list of cut-offs, year by year, stopping where it is best to."""
    left, now, npv, best = DEPOSIT.tonnes.sum(), 1.0, 0.0, 0.0
    share = DEPOSIT.tonnes / left
    low, high = DEPOSIT.edges[:-1], DEPOSIT.edges[1:]
    for t, g in enumerate(cutoffs):
        cut = np.clip(g, low, high)
        part = share * (high - cut) / (high - low)
        ore, metal = part.sum(), (part * (cut + high) / 2).sum()
        pace = max(1 / 130, ore / 50)
        mined = min(1 / pace, left)
        years = mined * pace
        price = prices[min(t, len(prices) - 1)]
        now /= (1 + rate) ** years
        npv += now * (mined * ((price - 3) * metal - 2 * ore - 1) - 60 * years)
        best = max(best, npv)
        left -= mined
        if left <= 1e-9:
            break
    return best


@pytest.mark.parametrize(
    "prices", [[25], [20, 24, 28, 32], [34, 28, 24, 20], [30, 15, 30]], ids=str
)
def test_no_search_finds_better_cutoffs(prices):
    rate = 0.12
    policy = cutoff_policy([(_operation(p), DEPOSIT) for p in prices], rate)
    # it is what its own cut-offs bring
    assert policy.npv == pytest.approx(_follow(policy.cutoff, prices, rate), rel=1e-9)
    found = differential_evolution(
        lambda g: -_follow(g, prices, rate), [(0, 0.9)] * (len(policy.cutoff) + 1), rng=1,
        maxiter=300, popsize=12, tol=1e-10,
    )  # fmt: skip
    assert policy.npv >= -found.fun * (1 - 2e-4)


def test_with_one_price_it_is_lanes_policy_or_better():
    lane = lane_policy(_operation(25), DEPOSIT, 0.15)
    best = cutoff_policy([(_operation(25), DEPOSIT)], 0.15)
    assert best.npv == pytest.approx(lane.npv, rel=1e-3)
    assert best.npv >= lane.npv * (1 - 1e-6)
    assert best.mined.sum() == pytest.approx(DEPOSIT.total_t)


def test_rising_prices_lower_the_first_cutoffs():
    # what is left grows by itself: it costs less to leave good ore for later
    flat = cutoff_policy([(_operation(25), DEPOSIT)], 0.15)
    rising = cutoff_policy([(_operation(p), DEPOSIT) for p in (25, 27, 29, 31, 33)], 0.15)
    assert rising.cutoff[0] < flat.cutoff[0]
    assert rising.npv > flat.npv


def test_a_mine_that_never_pays_is_not_opened():
    policy = cutoff_policy([(_operation(4), DEPOSIT)], 0.1)
    assert len(policy.years) == 0
    assert policy.npv == 0


def test_years_that_cannot_be():
    with pytest.raises(ModelError, match="no year"):
        cutoff_policy([], 0.1)
    other = GradeTonnage([0, 1], [1.0])
    with pytest.raises(ModelError, match="holds 1 t") as error:
        cutoff_policy([(_operation(9), DEPOSIT), (_operation(9), other)], 0.1)
    assert error.value.where == "year 1"
    for coarse in ({"points": 0}, {"cutoffs": 0}):
        with pytest.raises(ModelError, match="out of range"):
            cutoff_policy([(_operation(25), DEPOSIT)], 0.1, **coarse)
    with pytest.raises(ModelError, match="longer than 2 years"):
        cutoff_policy([(_operation(25), DEPOSIT)], 0.1, max_years=2)


def test_blocks_by_net_smelter_return(settings, blocks):
    settings["destination"] = [settings["destination"][0], settings["destination"][3]]
    settings["mining"] = 2.0
    economy = economy_from_dict(settings)
    rng = np.random.default_rng(3)
    cu, au = rng.gamma(1.0, 0.3, 500), rng.gamma(1.0, 0.1, 500)
    model = blocks(cu_pct=cu, au_gpt=au, rock=np.full(500, "sulf"))
    operation, deposit = lane_inputs(model, economy, "mill", mine=1e6, mill=2e5, classes=2000)
    assert deposit.total_t == pytest.approx(500 * 10_000)
    # milling 8 and G&A 1, less the dump's 0.5, which every tonne mined bears
    assert operation.processing == pytest.approx(8.5)
    assert operation.mining == pytest.approx(2.5)
    nsr = np.maximum(nsr_usd_t(economy, "mill", {"cu": cu, "au": au}), 0)
    for cutoff in (5.0, 20.0, 40.0):
        ore, money = deposit.above(cutoff)
        assert ore == pytest.approx((nsr >= cutoff).mean(), abs=0.01)
        assert money == pytest.approx(np.where(nsr >= cutoff, nsr, 0).mean(), rel=0.01)
    # with no capacity of the mill the cut-off is the marginal one
    free, deposit = lane_inputs(model, economy, "mill", mine=1e6)
    assert lane_cutoffs(free, deposit).optimum == pytest.approx(nsr_cutoff_usd_t(economy, "mill"))
    # a full mill asks for more
    assert lane_cutoffs(operation, deposit, 1e6).optimum > 8.5


def test_blocks_that_may_not_be_milled_are_waste(settings, ore):
    settings["destination"][0]["rejects"] = ["ox"]
    _, deposit = lane_inputs(ore, economy_from_dict(settings), "mill", mine=1.0)
    found, _ = deposit.above(deposit.edges[1])
    richest, _ = deposit.above(deposit.edges[-2])
    # the rich sulfide block alone is above; the poor one's return is a little more than nothing
    assert richest == pytest.approx(1 / 3)
    assert found <= 2 / 3 + 1e-12


def test_blocks_go_to_the_cheapest_dump_that_takes_them(settings, ore):
    settings["mining"] = 2.0
    economy = economy_from_dict(settings)
    operation, _ = lane_inputs(ore, economy, "mill", mine=1.0)
    # two sulfide blocks to the far dump at 0.5, one oxide to the near one at 0.2
    assert operation.mining == pytest.approx(2 + (0.5 + 0.2 + 0.5) / 3)
    assert operation.processing == pytest.approx(9 - (0.5 + 0.2 + 0.5) / 3)
    named, _ = lane_inputs(ore, economy, "mill", mine=1.0, waste="near dump")
    assert named.mining == pytest.approx(2.2)
    with pytest.raises(ModelError, match="no dump 'leach'"):
        lane_inputs(ore, economy, "mill", mine=1.0, waste="leach")
    settings["destination"][3]["haul"] = 20.0
    with pytest.raises(ModelError, match="less at 'mill' than at the dump"):
        lane_inputs(ore, economy_from_dict(settings), "mill", mine=1.0)


def test_blocks_that_cannot_be_valued(settings, ore):
    economy = economy_from_dict(settings)
    with pytest.raises(ModelError, match="makes nothing"):
        lane_inputs(ore, economy, "near dump", mine=1.0)
    with pytest.raises(ModelError, match="none of the blocks is rock"):
        lane_inputs(ore, economy, "mill", mine=1.0, blocks=[3])
    with pytest.raises(ModelError, match="capacities"):
        lane_inputs(ore, economy, "mill")
    with pytest.raises(ModelError, match="period 3"):
        lane_inputs(ore, economy, "mill", mine=1.0, period=3)
    with pytest.raises(ModelError, match="out of range"):
        lane_inputs(ore, economy, "mill", mine=1.0, classes=0)
