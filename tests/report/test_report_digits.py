"""Numbers as text: sensible digits, separators, units that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import UnitError
from orefield.report.digits import (
    MINUS,
    SHOWN,
    fixed,
    number,
    plain,
    signed,
    significant,
    span,
    way,
)
from orefield.report.sections.evidence import rejected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1234567.0, "1,234,567"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"),
        (0.1234, "0.123"), (0.01234, "0.0123"), (9.996, "10.0"), (99.96, "100"), (999.6, "1,000"),
        (-5.678, f"{MINUS}5.68"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_three_digits(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(9500.0, "9,500"), (0.29, "0.29"), (2.59e7, "25,900,000"), (1234.5, "1,234.5"),
     (0.0015, "0.0015"), (-0.004, f"{MINUS}0.004"), (2e-7, "2e-07"), (91.5833, "91.5833")],
)  # fmt: skip
def test_parameters_keep_their_own_digits(value: float, text: str) -> None:
    assert plain(value) == text


def test_no_negative_zero() -> None:
    assert fixed(-0.0004, 2) == "0.00"
    assert signed("-0") == "0"
    assert signed("-0.5") == f"{MINUS}0.5"


@given(st.floats(min_value=1e-5, max_value=1e12))
def test_what_is_shown_is_the_number_to_three_digits(value: float) -> None:
    shown = float(significant(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=0.5e-2, abs=0.6e-6)


@given(
    st.sampled_from(sorted(SHOWN)),
    st.floats(min_value=-1e9, max_value=1e9),
    st.floats(min_value=0, max_value=1e9),
)
def test_a_range_has_two_ends_in_order(name: str, low: float, extra: float) -> None:
    text = span(low, low + extra, SHOWN[name])
    parts = text.replace("\u00a0to\u00a0", "–").split("–")
    assert len(parts) == 2
    first, second = (float(p.replace(",", "").replace(MINUS, "-")) for p in parts)
    assert first <= second


def test_ways_of_showing_are_for_one_unit() -> None:
    assert number(0.0993, way("pct", "1")) == "9.9"
    assert number(193_820.0, way("kt", "t")) == "194"
    with pytest.raises(UnitError, match="cannot be shown") as caught:
        way("kt", "m3")
    assert "numbers in 't'" in caught.value.fix


def test_claims_set_aside_are_read_with_reasons_that_hold_separators() -> None:
    claims = {"C1": {}, "N-a: b": {}, "C2": {}}
    text = "C1: recalled; the chosen one is read; C2: older edition (2020 against 2024)"
    assert rejected(text, claims) == [
        ("C1", "recalled; the chosen one is read"),
        ("C2", "older edition (2020 against 2024)"),
    ]
    assert rejected("", claims) == []
