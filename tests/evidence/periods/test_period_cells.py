"""Periods as table cells write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.periods import DateKind, Period, parse_period


def years(cell: str, reported: str = "") -> tuple[int | None, int | None, int | None]:
    p = parse_period(cell, reported)
    return p.first_year, p.last_year, p.base_year


@pytest.mark.parametrize(
    ("cell", "first", "last", "kind"),
    [
        ("2024", 2024, 2024, "point"),
        ("2021-2024", 2021, 2024, "range"),
        ("2021-25", 2021, 2025, "range"),
        ("2021–25", 2021, 2025, "range"),
        ("1998-02", 1998, 1998, "point"),
        ("1998–02", 1998, 2002, "range"),
        ("as of 2025-01", 2025, 2025, "as_of"),
        ("by 2026", 2026, 2026, "by"),
        ("2025Q1", 2025, 2025, "quarter"),
        ("2025 Q3", 2025, 2025, "quarter"),
        ("3Q25", 2025, 2025, "quarter"),
        ("2025H1", 2025, 2025, "half"),
        ("FY2024", 2024, 2024, "fiscal"),
        ("FY2024/25", 2024, 2025, "fiscal"),
        ("2024/25", 2024, 2025, "fiscal"),
        ("~2005-2025", 2005, 2025, "range"),
        ("late 2020s", 2027, 2029, "decade"),
        ("1990s", 1990, 1999, "decade"),
        ("2025-01-06", 2025, 2025, "point"),
        ("2024-06", 2024, 2024, "point"),
        ("20240628", 2024, 2024, "point"),
        ("2023年", 2023, 2023, "point"),
        ("since 2021", 2021, None, "since"),
        ("2021-present", 2021, None, "since"),
        ("until 2030", None, 2030, "range"),
        ("2030 target", 2030, 2030, "by"),
        ("5 years to 2025", 2021, 2025, "range"),
        ("five years to 2025", 2021, 2025, "range"),
        ("end-2024", 2024, 2024, "point"),
        ("十四五", 2021, 2025, "plan"),
        ("十四五 (2021-2025)", 2021, 2025, "plan"),
        ("13th Five-Year Plan", 2016, 2020, "plan"),
        ("2024年底", 2024, 2024, "point"),
        ("截至2024年底", 2024, 2024, "as_of"),
        ("民国114年", 2025, 2025, "point"),
        ("令和7年度", 2025, 2026, "fiscal"),
        ("2024.0", 2024, 2024, "point"),
        ("2025e", 2025, 2025, "point"),
        ("late 2025 to early 2026", 2025, 2026, "range"),
        ("１９９０年代", 1990, 1999, "decade"),
        ("2024年上半年", 2024, 2024, "half"),
    ],
)
def test_years_and_kind(cell: str, first: int | None, last: int | None, kind: str) -> None:
    p = parse_period(cell)
    assert (p.first_year, p.last_year, p.kind) == (first, last, DateKind(kind))
    assert not p.undated


@pytest.mark.parametrize(
    "cell",
    [
        "2026 v 2025",
        "2026 vs 2025",
        "2026 vs. 2025",
        "2026 over 2025",
        "2026年较2025年",
        "2026 compared with 2025",
        "2026 yoy",
        "2026年同比",
    ],
)
def test_a_comparison_has_a_base_year(cell: str) -> None:
    assert years(cell) == (2026, 2026, 2025)


def test_a_comparison_of_quarters_keeps_the_part_of_the_year() -> None:
    p = parse_period("2025Q1 v 2024Q1")
    assert (p.first_year, p.base_year, p.part_of_year) == (2025, 2024, "Q1")


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("2025Q1", "Q1"),
        ("Q4 2025", "Q4"),
        ("2025年三季度", "Q3"),
        ("2025H2", "H2"),
        ("2025年1-9月", "M01-M09"),
        ("first nine months of 2025", "M01-M09"),
        ("2024", ""),
        ("2024-06", ""),
        ("2025年前三季度", "M01-M09"),
    ],
)
def test_parts_of_a_year(cell: str, part: str) -> None:
    assert parse_period(cell).part_of_year == part


@pytest.mark.parametrize(
    "cell", ["", "  ", "undated", "UNDATED", "n/a", "—", "未知", "life of mine"]
)
def test_no_date_is_undated_without_a_problem(cell: str) -> None:
    assert parse_period(cell) == Period(undated=True)


@pytest.mark.parametrize(
    "cell", ["banana", "2025-13-01", "99", "0000-00-00", "x" * 5000, "2025-2021"]
)
def test_nonsense_is_undated_and_says_why(cell: str) -> None:
    p = parse_period(cell)
    assert p.undated
    assert p.problem


def test_what_is_left_over_is_told() -> None:
    p = parse_period("2024 (banana)")
    assert p.first_year == 2024
    assert "banana" in p.problem


def test_a_month_that_could_be_a_range_of_years_says_so() -> None:
    assert "range" in parse_period("2010-12").problem
    assert parse_period("2024-06").problem == ""


def test_relative_cells_need_the_report() -> None:
    assert years("last year", "2025-01-06")[:2] == (2024, 2024)
    without = parse_period("last year")
    assert without.undated
    assert "report" in without.problem


def test_end_of_year_is_its_last_day() -> None:
    assert parse_period("by the end of 2026").date == "2026-12-31"
    assert parse_period("as of 2025-01").date == "2025-01"


def test_a_period_cannot_run_backwards_or_be_undated_with_years() -> None:
    with pytest.raises(ValueError, match="2025 to 2024"):
        Period(2025, 2024)
    with pytest.raises(ValueError, match="undated"):
        Period(2025, 2025, undated=True)
    with pytest.raises(ValueError, match="undated"):
        Period()


@given(st.integers(1500, 2099), st.integers(0, 99))
def test_written_ranges_come_back(first: int, more: int) -> None:
    last = min(first + more, 2099)
    assert years(f"{first}-{last}")[:2] == (first, last)
    assert years(f"from {first} to {last}")[:2] == (first, last)
    assert years(f"{first}年至{last}年")[:2] == (first, last)


_PIECES = st.sampled_from(
    [
        "2024",
        "2025",
        "-",
        "–",
        "/",
        "Q1",
        "H2",
        "FY",
        "as of",
        "by",
        "since",
        "to",
        "v",
        "late",
        "end",
        "年",
        "月",
        "日",
        "十",
        "四五",
        "民国",
        "令和",
        "元年",
        "1990s",
        "Jan",
        "99",
        "0",
        "世纪",
        "年代",
        "前",
        "底",
        "截至",
        "last year",
        "on Monday",
        "five years to",
        "th Five-Year Plan",
        "’",
        "'",
        " ",
        "\n",
        "上半年",
        "一季度",
        "32",
        "13",
        "9999",
        "0000",
        "²",
        "٣",
        "late 2020s",
        "first",
        "months of",
    ]
)


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(_PIECES, max_size=9).map("".join),
        st.lists(_PIECES, max_size=9).map(" ".join),
    ),
    st.sampled_from(["", "2025-01-06", "2025", "0001-01-01", "9999-12-31", "soon"]),
)
def test_no_cell_raises(cell: str, reported: str) -> None:
    begun = time.perf_counter()
    p = parse_period(cell, reported)
    assert time.perf_counter() - begun < 1
    assert p.undated == (p.first_year is None and p.last_year is None)
    assert p == parse_period(cell, reported)
