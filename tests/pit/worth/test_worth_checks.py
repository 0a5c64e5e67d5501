"""Units of grade and price, decks and rock codes as they come."""

import numpy as np
import pytest

from orefield.core import ModelError, UnitError, units
from orefield.pit.worth import Blocks, deck
from orefield.pit.worth.checks import grade_factor, price_factor


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("fraction", 1), ("%", 1e-2), ("pct", 1e-2), ("kgt", 1e-3), ("gpt", 1e-6), ("ppm", 1e-6),
     ("ppb", 1e-9)],
)  # fmt: skip
def test_units_of_grade(unit, expected):
    assert grade_factor(unit, "here") == expected


@pytest.mark.parametrize("unit", ["fraction", "t/t", "%", "kg/t", "g/t"])
def test_units_of_grade_are_those_of_the_core(unit):
    assert grade_factor(unit, "here") == units.factor(unit, "fraction")


def test_what_is_no_unit_is_refused_with_its_place():
    for factor, unit in ((grade_factor, "kg"), (grade_factor, ""), (price_factor, "USD/oz")):
        with pytest.raises(UnitError) as error:
            factor(unit, "here")
        assert error.value.where == "here"


def test_decks_of_numbers_lists_and_arrays():
    assert deck(2).values == (2.0,)
    assert deck([1, 2.5]).values == deck(np.array([1, 2.5])).values == (1.0, 2.5)
    assert deck(3.0, 0.02).escalation == 0.02
    for slip in (True, "4", [], [1, float("inf")]):
        with pytest.raises(ModelError):
            deck(slip)


@pytest.mark.parametrize("kind", ["U", "S", "O"])
def test_rock_codes_are_text_however_they_are_held(kind):
    codes = np.array(["ox", "sulf", "ox"], dtype=kind if kind != "O" else object)
    blocks = Blocks(np.ones(3), np.zeros(3), {"rock": codes}, "rock", np.arange(3))
    np.testing.assert_array_equal(blocks.by_rock({"ox": 2.0}, 5.0, "x"), [2, 5, 2])
