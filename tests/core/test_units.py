"""Units: conversions against their legal definitions, and refusal of what does not fit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import units
from orefield.core.errors import UnitError

UNITS = units.known_units()


# Independent figures: the international pound is 0.45359237 kg and the troy ounce
# 31.1034768 g by definition; the rest is arithmetic written out by hand.
@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.0, "lb", "kg", 0.45359237),
        (2204.6226218487757, "lb", "t", 1.0),
        (1.0, "Moz", "t", 31.1034768),
        (1.0, "koz/y", "t/y", 0.0311034768),
        (1.0, "Mlb", "t", 453.59237),
        (4.0, "USD/lb", "USD/t", 8818.490487395103),
        (400.0, "c/lb", "USD/lb", 4.0),
        (31.1034768, "USD/ozt", "USD/t", 1e6),
        (54.0, "kt", "Mt", 0.054),
        (0.54, "%", "1", 0.0054),
        (1.0, "g/t", "%", 1e-4),
        (1.0, "km3/y", "m3/s", 31.68808781402895),
        (1.0, "ha", "m2", 10_000.0),
        (1.0, "ha/Mt", "m2/t", 0.01),
        (1.2, "L/t", "m3/t", 0.0012),
        (6.0, "months", "y", 0.5),
        (1.0, "GWh", "kWh", 1e6),
        (5.0, "%/y", "1/y", 0.05),
        (3.0, "million", "persons", 3e6),
    ],
)
def test_conversions(value: float, unit: str, to: str, expected: float) -> None:
    assert units.convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.floats(1e-9, 1e12))
def test_round_trip_or_refusal(unit: str, to: str, value: float) -> None:
    if units.dimension(unit) == units.dimension(to):
        there = units.convert(value, unit, to)
        assert units.convert(there, to, unit) == pytest.approx(value, rel=1e-12)
    else:
        with pytest.raises(UnitError) as caught:
            units.convert(value, unit, to)
        assert units.dimension(to) in str(caught.value)
        assert unit in caught.value.what
        assert to in caught.value.what


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_factors_chain(a: str, b: str, c: str) -> None:
    if units.dimension(a) == units.dimension(b) == units.dimension(c):
        chained = units.factor(a, b) * units.factor(b, c)
        assert chained == pytest.approx(units.factor(a, c), rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("kt/d", "kt/y"),  # operating days are not calendar days
        ("t", "t/y"),
        ("%", "%/y"),
        ("USD", "CNY"),
        ("USD/t", "USD"),
        ("m3", "t"),
        ("g/t", "t"),
        ("deg", "1"),
        ("count", "fraction"),
    ],
)
def test_what_looks_alike_is_kept_apart(unit: str, to: str) -> None:
    with pytest.raises(UnitError):
        units.factor(unit, to)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("kWh/tt", "kWh/t"),
        ("USD/lbs", "USD/lb"),
        ("Mtt", "Mt"),
        ("km33", "km3"),
        ("mt", "Mt"),
        ("KWH", "kWh"),
    ],
)
def test_unknown_unit_names_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.normalise(wrong)
    assert wrong in caught.value.what
    assert f"'{near}'" in caught.value.fix


@pytest.mark.parametrize("unit", UNITS)
def test_canonical_units_stay_as_they_are(unit: str) -> None:
    assert units.normalise(unit) == unit
    assert units.normalise(f"  {unit} ") == unit
    assert math.isfinite(units.factor(unit, unit))
    assert units.factor(unit, unit) == 1.0


def test_spellings_met_in_the_field() -> None:
    assert units.normalise("USD/troy oz") == "USD/ozt"
    assert units.normalise("kgCO2_per_kWh") == "kgCO2/kWh"
    assert units.factor("Mt Cu", "t") == 1e6


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    try:
        canonical = units.normalise(text)
    except UnitError:
        return
    assert canonical in UNITS
