"""The grammar of numbers with units, against hand-read values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.extract.canonical import canonical
from orefield.evidence.extract.counts import find_counts
from orefield.evidence.extract.figures import find_figures
from orefield.evidence.extract.folding import fold
from orefield.evidence.extract.numerals import find_numbers, han_value, spelled_value
from orefield.evidence.extract.parts import find_parts


def read(text: str) -> list[tuple[float | None, float | None, str, str]]:
    return [(*canonical(f), f.hedge) for f in find_figures(fold(text))]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "hedge"),
    [
        ("1.2 million tonnes", 1.2, 1.2, "Mt", "="),
        ("1.8–2.0 million tons", 1.8, 2.0, "Mt", "range"),
        ("between 20 and 25 million tons", 20, 25, "Mt", "range"),
        ("350,000 t/d", 350, 350, "kt/d", "="),
        ("350,000 tonnes of ore per day", 350, 350, "kt/d", "="),
        ("a 350,000-tonne-per-day line", 350, 350, "kt/d", "="),
        ("3.65 million tons", 3.65, 3.65, "Mt", "="),
        ("more than 20 million tons", 20, None, "Mt", ">="),
        ("no fewer than 20 tonnes", 20, None, "t", ">="),
        ("no more than 20 tonnes", None, 20, "t", "<="),
        ("up to 95%", None, 95, "%", "<="),
        ("nearly 80 percent", 80, 80, "%", "~"),
        ("some 60 tonnes", 60, 60, "t", "~"),
        ("US$1.41 trillion", 1.41, 1.41, "trillion USD", "="),
        ("10.3万亿元", 10.3, 10.3, "trillion CNY", "="),
        ("$9,500/t", 9500, 9500, "USD/t", "="),
        ("7.9 yuan", 7.9, 7.9, "CNY", "="),
        ("R410/t", 410, 410, "ZAR/t", "="),
        ("0.35 g/t Au", 0.35, 0.35, "g/t", "="),
        ("0,45 % Cu", 0.45, 0.45, "%", "="),
        ("1.27mn t/yr", 1.27, 1.27, "Mt/y", "="),
        ("guidance of 670-710,000 tonnes", 670, 710, "kt", "range"),
        ("a 24.9pc stake", 24.9, 24.9, "%", "="),
        ("1 150 m deep", 1150, 1150, "m", "="),
        ("1\u202f150 m deep", 1150, 1150, "m", "="),
        ("２０万吨", 200, 200, "kt", "="),
        ("超过420万吨", 4.2, None, "Mt", ">="),
        ("不低于310万吨", 3.1, None, "Mt", ">="),
        ("50万吨以上", 500, None, "kt", ">="),
        ("20多万吨", 200, None, "kt", ">="),
        ("24吨左右", 24, 24, "t", "~"),
        ("1.8亿立方米", 180, 180, "million m3", "="),
        ("18亿元至21亿元", 1.8, 2.1, "bn CNY", "range"),
        ("占两成", 20, 20, "%", "="),
        ("35万噸/日", 350, 350, "kt/d", "="),
        ("下降0.3个百分点", 0.3, 0.3, "pp", "="),
        ("3.5 mt of ore", 3.5, 3.5, "Mt", "="),
        ("48,000 mt per year", 48, 48, "kt/y", "="),
        ("2.5-fold", 2.5, 2.5, "ratio", "="),
        ("2 lakh tonnes", 200, 200, "kt", "="),
    ],
)
def test_a_figure_reads_as_a_person_reads_it(text, low, high, unit, hedge) -> None:
    assert read(text) == [(low, high, unit, hedge)]


@pytest.mark.parametrize(
    "text",
    [
        "the G20 met on 25 May 2023",
        "Class 1 nickel, Phase 2, page 14, ISO 14001, Regulation 26",
        "Call +27 11 555 0199",
        "in 2024, on June 10, at 06:00",
        "2023年6月10日",
        "stock code 600000",
        "铜产量破百万大关",
    ],
)
def test_numbers_that_measure_nothing_are_no_figures(text) -> None:
    assert read(text) == []


def test_a_change_is_two_figures_and_no_range() -> None:
    before, after = read("throughput rises from 95,000 to 120,000 tonnes per day")
    assert before == (95, 95, "kt/d", "=")
    assert after == (120, 120, "kt/d", "=")


def test_a_growth_before_a_sum_is_no_range() -> None:
    assert [u for _, _, u, _ in read("同比增长3.49%至3036.40亿元")] == ["%", "bn CNY"]


def test_a_bare_number_takes_the_unit_beside_it() -> None:
    assert read("1.1 million, down from 1.2 million tons") == [
        (1.1, 1.1, "Mt", "="),
        (1.2, 1.2, "Mt", "="),
    ]


@pytest.mark.parametrize(
    ("text", "value", "noun"),
    [
        ("Four major copper resource bases", 4, "major copper resource bases"),
        ("eight departments", 8, "departments"),
        ("3,400 people", 3400, "people"),
        ("约3万人", 30000, "人"),
        ("millions of people", 1e6, "people"),
    ],
)
def test_things_are_counted(text, value, noun) -> None:
    (found,) = find_counts(fold(text), ())
    assert (found.low, found.noun) == (value, noun)


@pytest.mark.parametrize(
    "text", ["two years", "three times", "in the last four months", "one mine"]
)
def test_spans_of_time_are_not_counted(text) -> None:
    assert find_counts(text, ()) == ()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("about half of the output", 50, "%"),
        ("one third of demand", 33.33, "%"),
        ("more than two-thirds of supply", 66.67, "%"),
        ("plans to double production", 2, "ratio"),
        ("占全国的一半以上", 50, "%"),
        ("约四分之一", 25, "%"),
    ],
)
def test_parts_in_words(text, value, unit) -> None:
    (found,) = find_parts(text, ())
    assert found.size == value
    assert found.symbol == unit


@pytest.mark.parametrize("text", ["the first half of 2024", "third quarter", "half a million"])
def test_halves_of_years_are_no_parts(text) -> None:
    assert find_parts(text, ()) == ()


def test_numerals_in_words() -> None:
    assert spelled_value("Seventy-five") == 75
    assert han_value("二十五") == 25
    assert han_value("三百二十") == 320
    assert han_value("二〇二五") == 2025


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text) -> None:
    plain = fold(text)
    assert len(plain) == len(text)
    assert fold(plain) == fold(fold(plain))


@given(st.floats(0.001, 9e8, allow_nan=False).map(lambda x: round(x, 3)))
def test_a_written_number_comes_back(value) -> None:
    for written in (f"{value:,.3f}", f"{value:.3f}"):
        (found,) = find_numbers(f"it was {written} tonnes")
        assert found.value == pytest.approx(value)


@given(st.text(alphabet="0123456789.,- %tkM万亿吨年至和toand$()", max_size=40))
def test_any_mix_of_digits_and_units_is_read_or_left_out(text) -> None:
    for figure in find_figures(fold(text)):
        assert 0 <= figure.start < figure.end <= len(text)
        ends = [v for v in (figure.low, figure.high) if v is not None]
        assert ends
        assert ends == sorted(ends)
