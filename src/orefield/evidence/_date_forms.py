"""The written forms of days and months."""

from __future__ import annotations

import re

from orefield.evidence import _calendars as cal
from orefield.evidence._forms import (
    LEFT,
    RELATIVE_YEAR,
    YEAR,
    Anchor,
    Built,
    Form,
    Y,
    collector,
    months_of,
    point,
    year_of,
)

FORMS: list[Form] = []
form = collector(FORMS)


@form(rf"{LEFT}({Y})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])")
def _iso_day(m: re.Match[str], _: Anchor) -> Built | None:
    return point(int(m[1]), int(m[3]), int(m[4]))


@form(rf"{LEFT}({Y})[-/]([01][0-9])(?![0-9]|-[0-9])")
def _iso_month(m: re.Match[str], _: Anchor) -> Built | None:
    return point(int(m[1]), int(m[2])) if m[2] != "00" else None


@form(rf"(?<![0-9.,/])([0-3]?[0-9])([/.])([01]?[0-9])\2({Y})(?![0-9])")
def _day_first(m: re.Match[str], _: Anchor) -> Built | None:
    a, b, year = int(m[1]), int(m[3]), int(m[4])
    if m[2] == "." or a > 12 or a == b:
        return point(year, b, a)
    one, two = cal.iso(year, b, a), cal.iso(year, a, b)
    if one is None or two is None:
        return None
    # 05/04/2025 is April or May by country: the days from one reading to the other.
    return min(one, two), max(one, two), "point", True, False


@form(rf"(?<![0-9.,/])([01]?[0-9])/([0-3]?[0-9])/({Y})(?![0-9])")
def _month_first(m: re.Match[str], _: Anchor) -> Built | None:
    return point(int(m[3]), int(m[1]), int(m[2])) if int(m[2]) > 12 else None


_DAY = r"([0-3]?[0-9])(?:st|nd|rd|th|er|º|\.)?"


@form(rf"\b({cal.MONTH})\s?{_DAY}\s?,?\s{{0,2}}({Y}|'\s?[0-9]{{2}}|{RELATIVE_YEAR})(?![0-9])")
def _month_day_year(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _named_day(m[3], m[1], m[2], anchor)


@form(
    rf"(?<![0-9.,])\b{_DAY}\s(?:of\s|de\s)?({cal.MONTH})\s?,?\s?(?:de[l]?\s)?"
    rf"({Y}|'\s?[0-9]{{2}}|{RELATIVE_YEAR})(?![0-9])"
)
def _day_month_year(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _named_day(m[3], m[2], m[1], anchor)


@form(rf"(?<![0-9])([0-3]?[0-9])-({cal.MONTH})-({Y}|[0-9]{{2}})(?![0-9])")
def _day_dash_month(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _named_day(m[3] if len(m[3]) == 4 else "'" + m[3], m[2], m[1], anchor)


def _named_day(year_word: str, month: str, day: str, anchor: Anchor) -> Built | None:
    if year_word.startswith("'"):
        year: int | None = cal.full_year(int(year_word[1:]))
    else:
        year = year_of(year_word, anchor)
    return point(year, cal.month_number(month) or 13, int(day) or 32)


_NO_YEAR = r"(?!\s?,?\s?(?:1[5-9]|20)[0-9]{2})(?![0-9.,]?[0-9%])"


@form(rf"\b({cal.MONTH})\s?([0-3]?[0-9])(?:st|nd|rd|th)?\b{_NO_YEAR}")
def _month_day(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _unwritten_year(m[1], m[2], anchor)


@form(rf"(?<![0-9.,])\b([0-3]?[0-9])(?:st|nd|rd|th)?\s(?:of\s)?({cal.MONTH})(?![a-z]){_NO_YEAR}")
def _day_month(m: re.Match[str], anchor: Anchor) -> Built | None:
    # "5 may rise", "12 mar the view": the short words need their capital.
    return _unwritten_year(m[2], m[1], anchor) if m[2][0].isupper() else None


def _unwritten_year(month: str, day: str, anchor: Anchor) -> Built | None:
    number = cal.month_number(month)
    if number is None or cal.iso(2024, number, int(day)) is None or int(day) == 0:
        return None
    return months_of(None, number, number, "relative", anchor, day=int(day))


@form(rf"\b({cal.MONTH})\s?(?:of\s|de\s)?,?\s?({Y}|'[0-9]{{2}}(?![0-9])|{RELATIVE_YEAR})(?![0-9])")
def _month_year(m: re.Match[str], anchor: Anchor) -> Built | None:
    word = m[2]
    year = cal.full_year(int(word[1:])) if word.startswith("'") else year_of(word, anchor)
    return point(year, cal.month_number(m[1]) or 13)


@form(
    rf"\b({cal.MONTH})\s?(?:-|–|—|to|through)\s?({cal.MONTH})"
    rf"(?:\s?(?:of\s)?,?\s?({Y}|'[0-9]{{2}}|{RELATIVE_YEAR})(?![0-9]))?"
)
def _month_to_month(m: re.Match[str], anchor: Anchor) -> Built | None:
    word = m[3]
    if word and word.startswith("'"):
        word = str(cal.full_year(int(word[1:])))
    a, b = cal.month_number(m[1]), cal.month_number(m[2])
    if a is None or b is None or a > b or not m[1][0].isupper():
        return None
    return months_of(word, a, b, "range", anchor)


_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word}[\s-])"
    for word in [
        "in",
        "during",
        "since",
        "by",
        "until",
        "late",
        "early",
        "mid",
        "for",
        "from",
        "last",
    ]
)


@form(rf"(?:{_BEFORE_MONTH})({cal.MONTH})(?!\s?[0-9])")
def _month_alone(m: re.Match[str], anchor: Anchor) -> Built | None:
    number = cal.month_number(m[1])
    return (
        months_of(None, number, number, "relative", anchor)
        if m[1][0].isupper() and number
        else None
    )


@form(
    rf"({YEAR})\s?([01]?[0-9]|[{cal.HAN[3:]}]{{1,3}})\s?月(?:份)?(?:\s?([0-3]?[0-9]|[{cal.HAN[3:]}]{{1,3}})\s?[日号])?",
    needs="月",
)
def _chinese_day(m: re.Match[str], anchor: Anchor) -> Built | None:
    month, day = cal.month_number(m[2]), cal.number(m[3]) if m[3] else 0
    year = year_of(m[1], anchor)
    if month is None or day is None or (m[3] and not day):
        return None
    return ("", "", "relative", False, False) if year is None else point(year, month, day)


@form(
    rf"(?<![0-9年{cal.HAN}个])([01]?[0-9]|[{cal.HAN[3:]}]{{1,3}})\s?月(?:份|(?:\s?([0-3]?[0-9]|[{cal.HAN[3:]}]{{1,3}})\s?[日号]))?(?![0-9]?[均度])",
    needs="月",
)
def _chinese_month_day(m: re.Match[str], anchor: Anchor) -> Built | None:
    month, day = cal.month_number(m[1]), cal.number(m[2]) if m[2] else 0
    if month is None or day is None or cal.iso(2024, month, day) is None or (m[2] and not day):
        return None
    return months_of(None, month, month, "relative", anchor, day=day)


@form(
    rf"({YEAR})?\s?(?<![0-9])([01]?[0-9])月?\s?(?:-|–|—|~|至|到)\s?([01]?[0-9])\s?月(?:份)?(?![0-9])",
    needs="月",
)
def _chinese_months(m: re.Match[str], anchor: Anchor) -> Built | None:
    a, b = int(m[2]), int(m[3])
    return months_of(m[1], a, b, "range", anchor) if 1 <= a <= b <= 12 else None
