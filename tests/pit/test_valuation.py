"""What a valuation refuses, and what it says of stockpiles and of values in fields."""

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit.valuation import FieldValuation, GradeValuation
from orefield.pit.worth import Calendar, economy_from_dict


@pytest.fixture
def model():
    fields = {
        "value": np.array([5.0, -1.0, 2.0]),
        "revenue": np.array([9.0, 0.0, 4.0]),
        "cost": np.array([1.0, 2.0, 3.0]),
        "cu_pct": np.array([1.0, 0.0, 0.5]),
        "density_t_m3": np.full(3, 2.5),
        "rock": np.array(["ox", "sulf", "sulf"]),
    }
    return BlockModel(Grid((0, 0, 0), (10, 10, 10), (3, 1, 1)), fields)


def test_one_period_of_a_year_unless_told():
    assert FieldValuation(value={"mined": "value"}).calendar == Calendar()


def test_blocks_are_indices_of_the_model(model):
    mined = FieldValuation(value={"mined": "value"})
    np.testing.assert_array_equal(mined.worth(model, [2, 0]).parts[0, :, 0], [2, 5])
    for bad in ([-1], [3], [0.5], [[0]]):
        with pytest.raises(ModelError, match="block"):
            mined.worth(model, bad)


def test_a_cost_below_zero_is_a_slip(model):
    fields = {"revenue": {"mill": "revenue"}, "cost": {"mill": "cost"}}
    np.testing.assert_array_equal(FieldValuation(**fields).best(model), [8, -2, 1])
    fields["cost"] = {"mill": "value"}
    with pytest.raises(ModelError, match="cost of 'mill' in field 'value'") as error:
        FieldValuation(**fields).best(model)
    assert error.value.where == "block 1"
    with pytest.raises(ModelError, match="out of range"):
        FieldValuation(**fields).best(model, -1.0)


def _economy(dump):
    return economy_from_dict(
        {
            "rock_field": "rock",
            "element": [{"name": "cu", "field": "cu_pct", "unit": "%"}],
            "destination": [
                {"name": "pile", "kind": "stockpile", "reclaim_to": "leach"},
                {"name": "leach", "kind": "leach", "accepts": ["ox"],
                 "metal": [{"element": "cu", "recovery": 0.5}]},
                {"name": "dump", "kind": "dump", **dump},
            ],
        }
    )  # fmt: skip


def test_stockpiles_are_left_out_everywhere(model):
    worth = GradeValuation(_economy({})).worth(model)
    assert (worth.destinations, worth.kinds) == (("leach", "dump"), ("leach", "dump"))
    assert worth.parts.shape[1:] == worth.allowed.shape == (3, 2)
    assert worth.allowed[:, 0].tolist() == [True, False, False]


def test_a_block_for_stockpiles_alone_has_no_place(model):
    with pytest.raises(ModelError, match="stockpiles alone") as error:
        GradeValuation(_economy({"accepts": ["ox"]})).worth(model, [0, 2, 1])
    assert error.value.where == "block 2"
