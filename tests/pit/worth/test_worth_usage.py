"""What blocks take of resources, by hand."""

import math

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit.worth import (
    Amount,
    Destination,
    Economy,
    Element,
    Usage,
    block_limits,
    block_usage,
    block_usages,
    bond_kwh_t,
    contained_t,
    economy_from_dict,
    usage_from_dict,
    usages_from_list,
)

T = 10_000.0  # tonnes of a block
COPPER = np.array([0.8, 0.5, 0.05, 0.0]) * 0.01 * 0.9 * T  # recovered; the last is air
CONCENTRATE = COPPER / 0.25
ROCK = np.array([T, T, T, 0.0])
NONE = np.zeros(4)


def _usage(*use, **more):
    return usage_from_dict({"name": "x", "use": list(use), **more})


def _columns(mill, leach, near, far, stock):
    return np.column_stack([mill, leach, near, far, stock])


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ({"of": "mined"}, _columns(ROCK, ROCK, ROCK, ROCK, ROCK)),
        ({"of": "processed"}, _columns(ROCK, ROCK, NONE, NONE, NONE)),
        ({"of": "processed", "destinations": "mill"}, _columns(ROCK, NONE, NONE, NONE, NONE)),
        ({"of": "concentrate"}, _columns(CONCENTRATE, NONE, NONE, NONE, NONE)),
        ({"of": "tailings", "per_tonne": 0.7, "destinations": ["mill"]},
         _columns(0.7 * (ROCK - CONCENTRATE), NONE, NONE, NONE, NONE)),
        ({"of": "recovered", "element": "cu", "destinations": ["mill"]},
         _columns(COPPER, NONE, NONE, NONE, NONE)),
        ({"of": "payable", "element": "cu", "destinations": ["mill"]},
         _columns(COPPER * 0.24 / 0.25, NONE, NONE, NONE, NONE)),
        ({"of": "contained", "element": "as", "per_tonne": 1000.0},
         _columns(np.array([400, 10, 0, 0]) * 1e-6 * T * 1000, NONE, NONE, NONE, NONE)),
    ],
)  # fmt: skip
def test_amounts_per_tonne_of(settings, ore, use, expected):
    economy = economy_from_dict(settings)
    np.testing.assert_allclose(block_usage(ore, economy, _usage(use)), expected, rtol=1e-12)


def test_truck_hours_by_a_haul_table_for_each_destination(settings, ore):
    economy = economy_from_dict(settings)
    hours = _usage(
        {"of": "mined", "by_elevation": [[0, 0.012], [100, 0.002]], "destinations": ["mill"]},
        {"of": "mined", "by_elevation": [[0, 0.010], [100, 0.004]],
         "destinations": ["near dump", "far dump"]},
        {"of": "mined", "per_tonne": 0.001, "destinations": ["far dump"]},
    )  # fmt: skip
    z = np.array([5, 15, 25, 35])
    mill = ROCK * (0.012 - 0.0001 * z)
    dump = ROCK * (0.010 - 0.00006 * z)
    expected = _columns(mill, NONE, dump, dump + 0.001 * ROCK, NONE)
    np.testing.assert_allclose(block_usage(ore, economy, hours), expected, rtol=1e-12)


def test_power_by_work_index(settings, ore):
    economy = economy_from_dict(settings)
    model = ore.with_fields(wi=np.array([12.0, 14.0, 16.0, 0.0]))
    use = {"of": "processed", "per_tonne": 5.0, "destinations": ["mill"],
           "bond": {"field": "wi", "feed_um": 2500, "product_um": 100}}  # fmt: skip
    # 10 Wi (1/10 - 1/50) = 0.8 Wi
    expected = ROCK * (5.0 + 0.8 * np.array([12, 14, 16, 0]))
    found = block_usage(model, economy, _usage(use))
    np.testing.assert_allclose(found, _columns(expected, NONE, NONE, NONE, NONE), rtol=1e-12)
    del use["per_tonne"]
    np.testing.assert_allclose(
        block_usage(model, economy, _usage(use))[:, 0], expected - 5 * ROCK, rtol=1e-12
    )
    with pytest.raises(ModelError, match="no field 'wi'"):
        block_usage(ore, economy, _usage(use))


def test_rates_by_rock_and_a_factor_of_their_own(settings, ore):
    economy = economy_from_dict(settings)
    model = ore.with_fields(factor=np.array([1.0, 2.0, 0.5, 1.0]))
    water = _usage(
        {"of": "processed", "by_rock": {"ox": 0.9}, "per_tonne": 0.5, "times_field": "factor"}
    )
    expected = ROCK * np.array([0.5, 1.8, 0.25, 0])
    np.testing.assert_allclose(block_usage(model, economy, water)[:, 1], expected)


def test_dilution_is_fed_but_not_mined(settings, ore):
    settings["destination"][0] |= {"dilution": 0.2, "mining_recovery": 0.9}
    economy = economy_from_dict(settings)
    mined, fed, metal = block_usages(
        ore, economy,
        usages_from_list([
            {"name": "m", "use": [{"of": "mined"}]}, {"name": "f", "use": [{"of": "processed"}]},
            {"name": "c", "use": [{"of": "contained", "element": "cu"}]},
        ]),
    )  # fmt: skip
    assert mined[0, 0] == T
    assert fed[0, 0] == pytest.approx(T * 0.9 * 1.2)
    assert metal[0, 0] == pytest.approx(0.008 * T * 0.9)
    assert fed[0, 1] == T
    np.testing.assert_allclose(contained_t(ore, economy, "cu"), [80, 50, 5, 0])


def test_limits_are_ready_for_a_schedule(settings, ore):
    settings["period_years"] = [1, 2, 0.5]
    economy = economy_from_dict(settings)
    feed, water = block_limits(
        ore, economy,
        usages_from_list([
            {"name": "feed", "upper": [100, 80], "lower": 20, "use": [{"of": "processed"}]},
            {"name": "water", "unit": "m3", "per": "period", "upper": 7.0,
             "use": [{"of": "processed", "per_tonne": 0.6}]},
        ]),
        blocks=[1, 2],
    )  # fmt: skip
    assert feed.name == "feed"
    np.testing.assert_allclose(feed.upper, [100, 160, 40])
    np.testing.assert_allclose(feed.lower, [20, 40, 10])
    np.testing.assert_allclose(water.upper, [7, 7, 7])
    assert np.all(water.lower == -np.inf)
    assert feed.use.shape == (2, 5)
    np.testing.assert_allclose(water.use, 0.6 * feed.use)


def test_bounds_that_cross(settings, ore):
    settings["periods"] = 3
    usage = _usage({"of": "mined"}, lower=[1, 1, 5], upper=4)
    with pytest.raises(ModelError, match="lower bound 5 is above upper bound 4") as error:
        block_limits(ore, economy_from_dict(settings), (usage,))
    assert error.value.where == "limit 'x', period 2"


def test_names_the_economy_lacks(settings, ore):
    economy = economy_from_dict(settings)
    with pytest.raises(ModelError, match="destination 'mil'") as error:
        block_usage(ore, economy, _usage({"of": "mined", "destinations": ["mil"]}))
    assert error.value.where == "limit 'x'"
    with pytest.raises(ModelError, match="element 'cuu'"):
        block_usage(ore, economy, _usage({"of": "recovered", "element": "cuu"}))


def test_impossible_usages():
    with pytest.raises(ModelError, match="no 'milled'"):
        Amount(of="milled")
    with pytest.raises(ModelError, match="needs an element"):
        Amount(of="recovered")
    with pytest.raises(ModelError, match="has no element"):
        Amount(of="mined", element="cu")
    with pytest.raises(ModelError, match="nothing uses"):
        Usage(name="x", amounts=())
    with pytest.raises(ModelError, match="per 'month'"):
        Usage(name="x", amounts=(Amount(),), per="month")


def test_grinding_energy():
    # from 80 % below 10 mm to 80 % below 100 um: 10 (0.1 - 0.01)
    assert bond_kwh_t(10_000, 100) == pytest.approx(0.9)
    assert bond_kwh_t(100, 100) == 0
    for sizes in ((0, 100), (100, 0), (50, 100), (math.nan, 1)):
        with pytest.raises(ModelError):
            bond_kwh_t(*sizes)


def test_a_mill_of_which_only_the_feed_is_known(ore):
    # values may come from elsewhere while resources are still counted
    economy = Economy(
        elements=(Element(name="none", field="none", optional=True),),
        destinations=(Destination(name="mill", kind="mill"), Destination(name="d", kind="dump")),
    )
    found = block_usage(ore, economy, _usage({"of": "processed"}))
    np.testing.assert_allclose(found, np.column_stack([ROCK, NONE]))
