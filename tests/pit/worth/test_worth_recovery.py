"""Recoveries by grade, rock and field, through the price of a metal that is sold as recovered."""

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.pit.worth import (
    Blocks,
    ByRock,
    Constant,
    ConstantTail,
    Deck,
    FromField,
    Linear,
    Rate,
    Table,
    block_usage,
    economy_from_dict,
    usage_from_dict,
)
from orefield.pit.worth.decks import Calendar

HEAD = np.array([0.0, 0.1, 0.5, 2.0])


def _recovered(recovery, blocks, **fields):
    """Fraction recovered of four blocks of these head grades (%)."""
    economy = economy_from_dict(
        {
            "rock_field": "rock" if "rock" in fields else "",
            "element": [{"name": "cu", "field": "cu_pct", "unit": "%"}],
            "destination": [
                {"name": "leach", "kind": "leach",
                 "metal": [{"element": "cu", "recovery": recovery}]}
            ],
        }
    )  # fmt: skip
    model = blocks(cu_pct=HEAD, **fields)
    use = {"name": "metal", "use": [{"of": "recovered", "element": "cu"}]}
    metal = block_usage(model, economy, usage_from_dict(use))[:, 0]
    return metal[1:] / (HEAD[1:] * 100)  # blocks of 10,000 t


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        (0.8, [0.8, 0.8, 0.8]),
        ({"tail": 0.05, "maximum": 0.92}, [0.5, 0.9, 0.92]),
        ({"tail": 0.2}, [0.0, 0.6, 0.9]),
        ({"intercept": 0.6, "slope": 0.2}, [0.62, 0.7, 1.0]),
        ({"intercept": 0.9, "slope": -0.5, "minimum": 0.3, "maximum": 0.8}, [0.8, 0.65, 0.3]),
        ({"table": [[0.1, 0.5], [0.9, 0.9]]}, [0.5, 0.7, 0.9]),
    ],
)
def test_by_grade(blocks, recovery, expected):
    np.testing.assert_allclose(_recovered(recovery, blocks), expected, rtol=1e-12)


def test_from_a_field(blocks):
    recovery = {"field": "rec", "unit": "%"}
    found = _recovered(recovery, blocks, rec=[10, 20, 30, 40])
    np.testing.assert_allclose(found, [0.2, 0.3, 0.4])
    with pytest.raises(ModelError, match="recovery from field 'rec' is 20") as error:
        _recovered({"field": "rec"}, blocks, rec=[0.1, 20, 30, 40])
    assert "block 1" in error.value.where


def test_by_rock_with_any_model_within(blocks):
    recovery = {
        "by_rock": {"ox": 0.3, "sulf": {"tail": 0.05, "maximum": 0.92}},
        "otherwise": {"table": [[0, 0.6]]},
    }
    found = _recovered(recovery, blocks, rock=["ox", "ox", "sulf", "mix"])
    np.testing.assert_allclose(found, [0.3, 0.9, 0.6])
    del recovery["otherwise"]
    with pytest.raises(ModelError, match="no value for rock 'mix'") as error:
        _recovered(recovery, blocks, rock=["ox", "ox", "sulf", "mix"])
    assert "block 3" in error.value.where


@pytest.mark.parametrize(
    "make",
    [
        lambda: Constant(1.01),
        lambda: Constant(float("nan")),
        lambda: Linear(0.5, float("inf")),
        lambda: Linear(0.5, 0.1, 0.9, 0.8),
        lambda: ConstantTail(-0.1),
        lambda: ConstantTail(0.1, 2.0),
        lambda: Table(()),
        lambda: Table(((0, 0.5), (0, 0.6))),
        lambda: Table(((0, 0.5), (1, 1.5))),
        lambda: FromField("x", -1.0),
        lambda: ByRock({}),
        lambda: Deck(()),
        lambda: Deck((1.0, float("nan"))),
        lambda: Calendar(()),
        lambda: Calendar((1.0, -1.0)),
        lambda: Calendar(timing="never"),
    ],
)
def test_impossible_ones(make):
    with pytest.raises(ModelError):
        make()


def test_whole_numbers_are_numbers(blocks):
    model = blocks(cu_pct=HEAD, rock=["ox", "ox", "sulf", "sulf"])
    some = Blocks.of(model, "rock")
    found = Rate(base=1, by_rock={"ox": 2.5}, by_elevation=((0, 0), (10, 1))).per_tonne(some)
    np.testing.assert_allclose(found, [3.0, 3.5, 2.0, 2.0])
    np.testing.assert_allclose(Rate(base=2, by_field={"cu_pct": 0.5}).per_tonne(some), 2 + HEAD / 2)
    assert Deck((np.int64(3), np.float32(0.5))).values == (3.0, 0.5)


def test_decks_over_a_calendar():
    calendar = Calendar((1, 2, 2), 0.1, "middle")
    np.testing.assert_allclose(Deck((5.0, 4.0)).over(calendar), [5, 4, 4, 4])
    np.testing.assert_allclose(Deck((5.0,), 0.1).over(calendar), [5, 5.5, 5 * 1.1**3, 5])
    # a deck longer than the calendar keeps its long-term value
    np.testing.assert_allclose(Deck((1, 2, 3, 4, 5)).over(calendar), [1, 2, 3, 5])
    np.testing.assert_allclose(calendar.discount, 1.1 ** -np.array([0.5, 2, 4]))
