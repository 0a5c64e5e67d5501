"""Fabrication, end of life, demand and the named rates."""

import numpy as np
import pytest

from orefield.balance import (
    RATE_TYPES,
    Demand,
    EndOfLife,
    Fabrication,
    end_of_life_recycling_rate,
    old_scrap_ratio,
    process_yield,
    recycled_input_rate,
)
from orefield.core import InputError


def _fabrication(**changes) -> Fabrication:
    given = {
        "semis_loss": np.array([0.1]),
        "semis_net_exports": np.array([0.2]),
        "new_scrap_rate": np.array([[0.5, 0.0]]),
        "new_scrap_return": np.array([0.75]),
        "product_net_exports": np.array([[0.5, -0.25]]),
    }
    return Fabrication(**{**given, **changes})


def test_fabrication_by_hand():
    flows = _fabrication().apply(np.array([[[100.0], [200.0]]]))
    assert flows.semis_loss_t.item() == pytest.approx(30.0)  # of 300
    assert flows.semis_exports_t.item() == pytest.approx(54.0)  # 20 % of 270
    assert flows.semis_imports_t.item() == 0.0
    assert flows.semis_to_fabrication_t.item() == pytest.approx(216.0)
    # sector 1: 72 t of semis, half of it new scrap, three quarters of that returned
    assert flows.new_scrap_t.item() == pytest.approx(27.0)
    assert flows.new_scrap_lost_t.item() == pytest.approx(9.0)
    assert flows.product_exports_by_sector_t.ravel().tolist() == pytest.approx([18.0, 0.0])
    assert flows.product_imports_by_sector_t.ravel().tolist() == pytest.approx([0.0, 36.0])
    assert flows.to_use_by_sector_t.ravel().tolist() == pytest.approx([18.0, 180.0])


def test_net_imports_of_semis_turn_the_flow_round():
    flows = _fabrication(semis_net_exports=np.array([-0.2])).apply(np.array([[[100.0], [200.0]]]))
    assert flows.semis_exports_t.item() == 0.0
    assert flows.semis_imports_t.item() == pytest.approx(54.0)
    assert flows.semis_to_fabrication_t.item() == pytest.approx(324.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("semis_loss", [1.1]),
        ("semis_loss", [-0.1]),
        ("semis_net_exports", [-1.5]),
        ("new_scrap_rate", [[0.2, 1.01]]),
        ("new_scrap_rate", [0.2, 0.3]),
        ("new_scrap_return", [np.nan]),
        ("product_net_exports", [[np.inf, 0.0]]),
        ("semis_loss", ["a lot"]),
        ("semis_loss", []),
    ],
)
def test_impossible_fabrication_is_refused(name, value):
    with pytest.raises(InputError, match=name):
        _fabrication(**{name: value})


def _end_of_life(**changes) -> EndOfLife:
    given = {
        "streams": ("vehicles", "e-waste"),
        "split": np.array([[0.6, 0.3, 0.06, 0.04], [0.0, 1.0, 0.0, 0.0]]),
        "collection": np.array([[[0.5], [0.2]]]),
        "sorting": np.array([[[0.8], [0.5]]]),
    }
    return EndOfLife(**{**given, **changes})


def test_end_of_life_by_hand():
    recovered, lost, abandoned = _end_of_life().rates(2, 3)
    assert recovered.shape == (2, 2, 3)
    np.testing.assert_allclose(recovered[0, :, 0], [0.6 * 0.4 + 0.3 * 0.1, 0.1])
    np.testing.assert_allclose(lost[0, :, 0], [0.6 * 0.6 + 0.3 * 0.9 + 0.06, 0.9])
    np.testing.assert_allclose(abandoned[0, :, 0], [0.04, 0.0])
    np.testing.assert_allclose(recovered + lost + abandoned, 1.0, rtol=1e-14)


def test_collection_may_rise_over_the_years():
    rising = np.array([[[0.5, 0.9], [0.2, 0.2]]])
    recovered, _, _ = _end_of_life(collection=rising).rates(1, 2)
    assert recovered[0, 0, 1] - recovered[0, 0, 0] == pytest.approx(0.6 * 0.4 * 0.8)
    assert recovered[0, 1, 1] == recovered[0, 1, 0]


@pytest.mark.parametrize(
    "changes",
    [
        {"split": np.array([[0.6, 0.3, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])},
        {"split": np.array([[0.6, 0.4], [0.0, 1.0]])},
        {"collection": np.array([[[1.2], [0.2]]])},
        {"sorting": np.array([[[0.8], [-0.5]]])},
        {"sorting": np.array([0.8, 0.5])},
        {"sorting": np.full((1, 3, 1), 0.5)},
        {"streams": ("vehicles", "vehicles")},
        {"streams": ("vehicles", " ")},
    ],
)
def test_impossible_end_of_life_is_refused(changes):
    with pytest.raises(InputError):
        _end_of_life(**changes)


def test_demand_splits_and_grows():
    demand = Demand(("a", "b"), np.array([[0.25, 0.75]]), np.array([[[0.1], [-0.5]]]))
    split = demand.split_t(np.array([[100.0, 200.0]]))
    assert split.tolist() == [[[25.0, 50.0], [75.0, 150.0]]]
    future = demand.future_use_t(split[:, :, -1], 2)
    np.testing.assert_allclose(future, [[[55.0, 60.5], [75.0, 37.5]]])


def test_shares_within_rounding_are_rescaled_and_others_refused():
    demand = Demand(("a", "b"), np.array([[0.3000004, 0.7]]), np.array([[[0.0]]]))
    assert demand.shares.sum() == pytest.approx(1.0, abs=1e-15)
    with pytest.raises(InputError, match=r"sum to 0\.9"):
        Demand(("a", "b"), np.array([[0.3, 0.6]]), np.array([[[0.0]]]))
    with pytest.raises(InputError, match="2 shares"):
        Demand(("a", "b", "c"), np.array([[0.3, 0.7]]), np.array([[[0.0]]]))
    with pytest.raises(InputError, match="all different"):
        Demand(("a", "a"), np.array([[0.3, 0.7]]), np.array([[[0.0]]]))
    with pytest.raises(InputError, match="growth"):
        Demand(("a", "b"), np.array([[0.3, 0.7]]), np.array([[[-1.0]]]))


def test_the_four_rates_differ_for_one_and_the_same_year():
    old, new, end_of_life, total = 1.5, 1.0, 3.5, 18.0
    assert end_of_life_recycling_rate(old, end_of_life) == pytest.approx(0.4286, abs=1e-4)
    assert recycled_input_rate(old, total) == pytest.approx(0.0833, abs=1e-4)
    assert old_scrap_ratio(old, new) == pytest.approx(0.6)
    assert process_yield(17.0, total) == pytest.approx(0.9444, abs=1e-4)
    assert set(RATE_TYPES) == {"process_yield", "eol_rr", "eol_rir", "osr"}


def test_a_rate_of_nothing_is_nan_and_above_one_refused():
    assert np.isnan(old_scrap_ratio(0.0, 0.0))
    with pytest.raises(InputError, match="exceed 1"):
        end_of_life_recycling_rate(2.0, 1.0)
    with pytest.raises(InputError, match="not negative"):
        process_yield(-1.0, 1.0)
    with pytest.raises(InputError, match="finite"):
        recycled_input_rate(np.nan, 1.0)
