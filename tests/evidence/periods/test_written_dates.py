"""Dates in running text, English and Chinese."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.periods import DateKind, find_dates, named_weekday, weekday_of

REPORTED = "2026-01-04"


def only(text: str, reported: str = REPORTED) -> tuple[str, str, str]:
    found = find_dates(text, reported)
    assert len(found) == 1, found
    return found[0].first, found[0].last, str(found[0].kind)


@pytest.mark.parametrize(
    "text",
    [
        "It rose on 2025-01-06 again",
        "On 6 January 2025",
        "Jan 6th 2025",
        "January 06, 2025",
        "Jan. 6, 2025",
        "(Some Site, Jan06'25) -",
        "2025年1月6日",
        "２０２５年１月６日",
        "二〇二五年一月六日",
        "2025/1/6",
        "2025.1.6",
        "6.1.2025",
        "6-Jan-2025",
        "6 de enero de 2025",
        "6 janvier 2025",
        "6. Januar 2025",
        "令和7年1月6日",
        "民国114年1月6日",
        "the 6th of January, 2025",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    assert only(text) == ("2025-01-06", "2025-01-06", "point")


@pytest.mark.parametrize(
    ("text", "first", "last", "kind"),
    [
        ("in the first quarter of 2025", "2025-01", "2025-03", "quarter"),
        ("2025年一季度", "2025-01", "2025-03", "quarter"),
        ("Q1 of 2025", "2025-01", "2025-03", "quarter"),
        ("H1 2025", "2025-01", "2025-06", "half"),
        ("2025年下半年", "2025-07", "2025-12", "half"),
        ("the second half of last year", "2025-07", "2025-12", "half"),
        ("去年下半年", "2025-07", "2025-12", "half"),
        ("January-March 2025", "2025-01", "2025-03", "range"),
        ("from January to September 2025", "2025-01", "2025-09", "range"),
        ("2025年1—11月", "2025-01", "2025-11", "range"),
        ("the first nine months of 2025", "2025-01", "2025-09", "range"),
        ("between 2021 and 2025", "2021", "2025", "range"),
        ("2021年至2025年", "2021", "2025", "range"),
        ("March 2024 to May 2025", "2024-03", "2025-05", "range"),
        ("since 2021", "2021", "", "since"),
        ("自2021年以来", "2021", "", "since"),
        ("since the 14th Five-Year Plan", "2021", "", "since"),
        ("by 2030", "2030", "2030", "by"),
        ("到2030年", "2030", "2030", "by"),
        ("2030年前", "2030", "2030", "by"),
        ("by the end of 2026", "2026-12-31", "2026-12-31", "by"),
        ("2026年底前", "2026-12-31", "2026-12-31", "by"),
        ("as of June 2024", "2024-06", "2024-06", "as_of"),
        ("截至2024年底", "2024-12-31", "2024-12-31", "as_of"),
        ("in the 1990s", "1990", "1999", "decade"),
        ("上世纪90年代", "1990", "1999", "decade"),
        ("20世纪九十年代", "1990", "1999", "decade"),
        ("late 2020s", "2027", "2029", "decade"),
        ("the fourteenth five-year plan", "2021", "2025", "plan"),
        ("“十四五”期间", "2021", "2025", "plan"),
        ("“十五”计划", "2001", "2005", "plan"),
        ("“一五”时期", "1953", "1957", "plan"),
        ("第六个五年计划", "1981", "1985", "plan"),
        ("FY2024/25", "2024", "2025", "fiscal"),
        ("令和7年度", "2025-04", "2026-03", "fiscal"),
        ("last year", "2025", "2025", "relative"),
        ("今年", "2026", "2026", "relative"),
        ("前年", "2024", "2024", "relative"),
        ("next year", "2027", "2027", "relative"),
        ("last quarter", "2025-10", "2025-12", "quarter"),
        ("last month", "2025-12", "2025-12", "relative"),
        ("reported Jan 3.", "2026-01-03", "2026-01-03", "relative"),
        ("12月28日", "2025-12-28", "2025-12-28", "relative"),
        ("yesterday", "2026-01-03", "2026-01-03", "relative"),
        ("พ.ศ. 2568", "2025", "2025", "point"),
        ("1403 SH", "2024-03", "2025-03", "range"),
        ("昭和64年", "1989", "1989", "point"),
    ],
)
def test_first_last_and_kind(text: str, first: str, last: str, kind: str) -> None:
    assert only(text) == (first, last, kind)


@pytest.mark.parametrize(
    "text",
    [
        "it made 2000 tonnes",
        "2024 t",
        "$2,024 a tonne",
        "2024.5",
        "12.2024",
        "US$2000 million",
        "产能2000吨",
        "more than 1900 workers",
        "it may rise 5 percent",
        "first half of the ore body",
        "十五个项目",
        "at 2050m depth",
        "over 2000 of them",
        "A2024B",
        "7075-2024",
        "year-on-year",
        "march on",
        "grade 0.2020 %",
        "1,950 kt",
        "2000-tonne mill",
        "fiscal policy",
        "the 12th mine",
    ],
)
def test_numbers_that_are_no_dates(text: str) -> None:
    assert find_dates(text, REPORTED) == []


def test_days_and_months_in_an_unknown_order_keep_both_readings() -> None:
    (m,) = find_dates("signed 05/04/2025")
    assert (m.first, m.last, m.approximate) == ("2025-04-05", "2025-05-04", True)
    (m,) = find_dates("signed 25/04/2025")
    assert (m.first, m.last, m.approximate) == ("2025-04-25", "2025-04-25", False)


def test_an_unwritten_year_is_marked_assumed_and_a_written_one_is_not() -> None:
    assert find_dates("on 3 January", REPORTED)[0].assumed
    assert find_dates("in the first half", REPORTED)[0].assumed
    assert not find_dates("on 3 January 2026", REPORTED)[0].assumed


def test_relative_words_without_a_report_are_found_and_left_open() -> None:
    for text in (
        "last year",
        "on Monday",
        "3月5日",
        "一季度",
        "yesterday",
        "in the past five years",
    ):
        (m,) = find_dates(text)
        assert (m.first, m.last, m.first_year) == ("", "", None)
    (m,) = find_dates("yesterday", "2025")
    assert m.first == ""


@pytest.mark.parametrize(
    ("text", "reported", "first"),
    [
        ("in the first half", "2025-10-15", "2025-01"),
        ("in the fourth quarter", "2026-01-20", "2025-10"),
        ("in the second half", "2025-02-20", "2025-07"),
        ("1-11月", "2025-12-20", "2025-01"),
        ("1-12月", "2026-01-20", "2025-01"),
        ("一季度", "2025-04-20", "2025-01"),
    ],
)
def test_parts_of_an_unwritten_year(text: str, reported: str, first: str) -> None:
    (m,) = find_dates(text, reported)
    assert (m.first, m.assumed) == (first, True)


def test_a_plan_of_another_country_has_no_years_of_china() -> None:
    (m,) = find_dates("India's 12th Five-Year Plan")
    assert (m.kind, m.first) == (DateKind.PLAN, "")


def test_several_mentions_keep_their_places() -> None:
    text = "Output was 100 kt in 2024 (up from 90 in 2023); 预计2026年达到12万吨 by late 2027."
    found = find_dates(text)
    assert [m.first_year for m in found] == [2024, 2023, 2026, 2027]
    assert all(text[m.start : m.end] == m.text for m in found)


def test_days_that_do_not_exist_are_not_made_up() -> None:
    assert all(len(m.first) < 10 for m in find_dates("on 30 February 2025, 2025-02-30, 2月30日"))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_comes_back_from_every_form(day: date) -> None:
    name = calendar.month_name[day.month]
    for text in (
        day.isoformat(),
        f"{name} {day.day}, {day.year}",
        f"{day.day} {name[:3]} {day.year}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{name} {day.day:02d}, {day.year}",
    ):
        assert only(f"It said on {text} so") == (day.isoformat(), day.isoformat(), "point")


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(-150, 150))
def test_a_day_without_a_year_is_the_nearest_one(reported: date, offset: int) -> None:
    day = reported + timedelta(days=offset)
    if (day.month, day.day) != (2, 29):
        text = f"{day.month}月{day.day}日"
        assert only(text, reported.isoformat())[0] == day.isoformat()


@given(
    st.text(max_size=200),
    st.sampled_from(["", "2025-01-06", "2025-06", "9999-12-31", "0001-01-01"]),
)
def test_any_text_gives_ordered_mentions(text: str, reported: str) -> None:
    end = 0
    for m in find_dates(text, reported):
        assert end <= m.start < m.end <= len(text)
        assert text[m.start : m.end] == m.text
        end = m.end


@given(st.dates(date(1, 1, 10), date(9999, 12, 1)), st.sampled_from(list(calendar.day_name)))
def test_named_weekdays(reported: date, name: str) -> None:
    last, on, after = (named_weekday(name, reported, d) for d in ("last", "on", "next"))
    assert weekday_of(last) == weekday_of(on) == weekday_of(after) == name.lower()
    assert last < reported < after
    assert last <= on <= reported
    assert (after - last).days in {7, 14}


def test_weekdays_refuse_what_is_no_day() -> None:
    assert weekday_of("2025-01-06") == "monday"
    assert only("on Monday", "2025-01-08")[0] == "2025-01-06"
    assert only("last Wednesday", "2025-01-08")[0] == "2025-01-01"
    assert only("本周五", "2025-01-08")[0] == "2025-01-10"
    for bad in ("2025-01", "soon", ""):
        with pytest.raises(ValueError, match=r"^"):
            weekday_of(bad)
    with pytest.raises(ValueError, match=r"^"):
        named_weekday("Mooday", "2025-01-06")
    with pytest.raises(ValueError, match="sideways"):
        named_weekday("Monday", "2025-01-06", "sideways")
    with pytest.raises(ValueError, match="0001"):
        named_weekday("Sunday", "0001-01-01")
