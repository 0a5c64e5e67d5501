"""Contracts, royalties, dilution and carbon against arithmetic done by hand."""

import numpy as np
import pytest

from orefield.pit.worth import (
    best_destination,
    block_worth,
    economy_from_dict,
    nsr_usd_t,
)

OZ = 32150.746568627980  # troy ounces in a tonne


def test_copper_gold_concentrate_with_deductions_and_penalty(settings, mill_nsr_usd_t):
    economy = economy_from_dict(settings)
    grades = [(0.8, 0.3, 400), (0.5, 0.0, 10), (0.05, 0.02, 0), (1.2, 2.0, 0), (0, 1, 5)]
    for cu, au, arsenic in grades:
        nsr = nsr_usd_t(economy, "mill", {"cu": cu, "au": au, "as": arsenic})
        assert nsr == pytest.approx(mill_nsr_usd_t(cu, au, arsenic), rel=1e-12)
    # the penalty is truly charged in the first: 1.11 % As against 0.2 %
    assert mill_nsr_usd_t(0.8, 0.3, 400) < mill_nsr_usd_t(0.8, 0.3, 0) - 0.5


def test_royalties_of_nsr_and_of_gross_value(settings):
    plain = nsr_usd_t(economy_from_dict(settings), "mill", {"cu": 0.8, "au": 0.3})
    gold = 0.3 * 0.6 * 0.97e-6 * OZ * 1800  # 6 g/t in concentrate: 97 % is less than minus one
    concentrate = 0.8 * 0.9 / 25
    gold = min(gold, (0.3 * 0.6 - concentrate) * 1e-6 * OZ * 1800)
    settings["royalty"] = [
        {"name": "state", "basis": "nsr", "rate": 0.04},
        {"name": "owner", "basis": "gross", "rate": 0.10, "elements": ["au"]},
    ]
    due = nsr_usd_t(economy_from_dict(settings), "mill", {"cu": 0.8, "au": 0.3})
    assert due == pytest.approx(0.96 * plain - 0.10 * gold, rel=1e-12)


@pytest.mark.parametrize(
    ("interpolate", "rates"), [(False, [0.0, 0.05, 0.05, 0.10]), (True, [0.025, 0.05, 0.075, 0.10])]
)
def test_a_royalty_slides_with_the_price(settings, ore, interpolate, rates):
    prices = [1.5, 3.0, 3.75, 4.5]
    settings["periods"] = 4
    settings["element"][0]["price"] = prices
    without = block_worth(ore, economy_from_dict(settings), merge=False)
    settings["royalty"] = [
        {
            "name": "sliding", "basis": "gross", "element": "cu", "elements": ["cu"],
            "price_unit": "USD/lb", "sliding": [[0, 0.0], [3.0, 0.05], [4.5, 0.10]],
            "interpolate": interpolate,
        }
    ]  # fmt: skip
    worth = block_worth(ore, economy_from_dict(settings))
    revenue = without.parts[without.names.index("revenue cu")]
    for t, (price, rate) in enumerate(zip(prices, rates, strict=True)):
        taken = without.value(t) - worth.value(t)
        # the part is at the long-term price of 4.5
        np.testing.assert_allclose(taken, rate * revenue * price / 4.5, rtol=1e-9, atol=1e-6)
    # folded into the factor of copper: no part is added
    assert len(worth.names) == len(
        block_worth(ore, economy_from_dict({**settings, "royalty": []})).names
    )


def test_concentrate_by_mass_pull_and_payable_steps(settings, ore):
    mill = settings["destination"][0]
    mill["concentrate"] = {"mass_pull": {"per_tonne": 0.005, "by_field": {"cu_pct": 0.02}},
                           "treatment": 100.0}  # fmt: skip
    mill["metal"] = [
        {"element": "au", "recovery": 0.5, "payable_steps": [[1, 0.9], [10, 0.95]],
         "deduction": 0.5},
    ]  # fmt: skip
    economy = economy_from_dict(settings)
    pull = 0.005 + 0.02 * np.array([0.8, 0.5, 0.05])
    gold = np.array([0.3, 0, 0.02]) * 0.5 / pull  # 7.1, 0 and 1.7 g/t
    paid = np.array([0.9, 0.0, 0.9]) * np.maximum(gold - 0.5, 0) * pull * 1e-6 * 1800 * OZ
    mining = 2.0 + 0.01 * (100 - np.array([5, 15, 25]))
    value = (paid - 100 * pull - 9 - mining) * 10_000
    np.testing.assert_allclose(block_worth(ore, economy).value()[:3, 0], value, rtol=1e-12)


def test_blocks_whose_concentrate_is_refused_go_elsewhere(settings, ore):
    economy = economy_from_dict(settings)
    assert best_destination(ore, economy)[0] == 0
    settings["destination"][0]["concentrate"]["penalty"][0]["reject_above"] = 0.5
    economy = economy_from_dict(settings)
    assert block_worth(ore, economy).allowed[:, 0].tolist() == [False, True, True, True]
    assert best_destination(ore, economy)[0] != 0


def test_a_lowest_grade_is_kept(settings, ore):
    settings["destination"][1]["minimum"] = {"cu": 0.5}
    allowed = block_worth(ore, economy_from_dict(settings)).allowed
    assert allowed[:, 1].tolist() == [True, True, False, True]


def test_dilution_and_mining_recovery(settings, ore, mill_nsr_usd_t):
    settings["destination"][0] |= {"dilution": 0.1, "mining_recovery": 0.95}
    economy = economy_from_dict(settings)
    value = block_worth(ore, economy).value()[0, 0]
    # metal does not change with dilution here (constant recovery, concentrate grade held)
    nsr = mill_nsr_usd_t(0.8, 0.3, 400) * 0.95
    assert value == pytest.approx((nsr - 9 * 0.95 * 1.1 - 2.95) * 10_000, rel=1e-12)


def test_carbon_has_a_price(settings, ore):
    before = block_worth(ore, economy_from_dict(settings)).value()
    settings["carbon"] = {
        "price": 50.0,
        "use": [
            {"of": "mined", "per_tonne": 0.004},
            {"of": "processed", "per_tonne": 0.02, "destinations": ["mill"]},
        ],
    }
    after = block_worth(ore, economy_from_dict(settings)).value()
    cost = np.array([0.004 * 50 + 1.0, 0.2, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(before - after, np.outer([1e4, 1e4, 1e4, 0], cost), rtol=1e-9)
