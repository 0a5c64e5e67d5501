"""The written forms of parts of a year, and of times told from the day of the report."""

from __future__ import annotations

import re
from datetime import timedelta

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
)

FORMS: list[Form] = []
form = collector(FORMS)

_OF = r"\s?(?:of\s|in\s)?(?:fy\s?|fiscal\s)?"
_TAIL = rf"(?:,?{_OF}({YEAR}|'[0-9]{{2}}(?![0-9])))?"
_NTH = {"final": 4, "last": 4, "closing": 4, "opening": 1}


def _part(year: str | None, nth: str, months: int, kind: str, anchor: Anchor) -> Built | None:
    n = _NTH.get(nth.lower()) or cal.number(nth)
    if n is None or not 1 <= n <= 12 // months:
        return None
    if year and year.startswith("'"):
        year = str(cal.full_year(int(year[1:])))
    return months_of(year, months * (n - 1) + 1, months * n, kind, anchor)


@form(
    rf"\b(?:q([1-4])|([1-4])q)(?![a-z0-9]*[a-z])(?:\s?-?{_OF}({Y}|'?[0-9]{{2}}|{RELATIVE_YEAR})(?![0-9%]))?(?![0-9])"
)
def _quarter(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(_maybe_short(m[3]), m[1] or m[2], 3, "quarter", anchor)


@form(rf"\b(?:h([12])|([12])h)(?:\s?-?{_OF}({Y}|'?[0-9]{{2}}|{RELATIVE_YEAR})(?![0-9%]))(?![0-9])")
def _half(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(_maybe_short(m[3]), m[1] or m[2], 6, "half", anchor)


def _maybe_short(year: str | None) -> str | None:
    return "'" + year if year and year.isdigit() and len(year) == 2 else year


@form(rf"{LEFT}({Y})\s?[-/]?\s?(?:q([1-4])|([1-4])q)(?![a-z0-9])")
def _year_quarter(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(m[1], m[2] or m[3], 3, "quarter", anchor)


@form(rf"{LEFT}({Y})\s?[-/]?\s?(?:h([12])|([12])h)(?![a-z0-9])")
def _year_half(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(m[1], m[2] or m[3], 6, "half", anchor)


@form(rf"\b({cal.ORDINAL}|final|last|closing|opening)[\s-]quarter\b(?!s|\s(?:mile|inch)){_TAIL}")
def _quarter_words(m: re.Match[str], anchor: Anchor) -> Built | None:
    if m[1].lower() == "last" and not m[2]:
        return _shifted(anchor, 3, -1)
    return _part(m[2], m[1], 3, "quarter", anchor)


@form(rf"\b(first|second|1st|2nd|last)[\s-]half\b{_TAIL}(?!\s(?:of|the)\b)")
def _half_words(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(m[2], "second" if m[1].lower() == "last" else m[1], 6, "half", anchor)


@form(rf"\bfirst\s({cal.COUNT})\s(month|quarter)s\b{_TAIL}")
def _first_months(m: re.Match[str], anchor: Anchor) -> Built | None:
    n = (cal.number(m[1]) or 0) * (1 if m[2].lower() == "month" else 3)
    if not 1 <= n <= 12:
        return None
    year = str(cal.full_year(int(m[3][1:]))) if m[3] and m[3][0] == "'" else m[3]
    return months_of(year, 1, n, "range", anchor)


@form(rf"({YEAR})?\s?第?([一二三四1-4])季度?(?![节])", needs="季")
def _chinese_quarter(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(m[1], m[2], 3, "quarter", anchor)


@form(rf"({YEAR})?\s?([上下])半年(?!报)", needs="半")
def _chinese_half(m: re.Match[str], anchor: Anchor) -> Built | None:
    return _part(m[1], "1" if m[2] == "上" else "2", 6, "half", anchor)


@form(rf"({YEAR})?\s?[前头]([{cal.HAN[3:]}]{{1,2}}|[0-9]{{1,2}})个?(月|季度)", needs="前头")
def _chinese_first_months(m: re.Match[str], anchor: Anchor) -> Built | None:
    n = (cal.number(m[2]) or 0) * (1 if m[3] == "月" else 3)
    return months_of(m[1], 1, n, "range", anchor) if 1 <= n <= 12 else None


# ---- relative months and days -----------------------------------------------------------------


def _shifted(anchor: Anchor, months: int, by: int) -> Built | None:
    """The block of ``months`` months ``by`` blocks from the one of the report."""
    kind = {1: "relative", 3: "quarter", 6: "half"}[months]
    if anchor.year is None or anchor.month is None:
        return "", "", kind, False, False
    block = (anchor.year * 12 + anchor.month - 1) // months + by
    year, month = divmod(block * months, 12)
    first, last = cal.iso(year, month + 1), cal.iso(year, month + months)
    return None if first is None or last is None else (first, last, kind, False, False)


@form(r"\b(last|this|next|previous|current)\s(month|quarter)\b|(上|本|当|下)个?(月|季度?)(?![旬])")
def _relative_month(m: re.Match[str], anchor: Anchor) -> Built | None:
    word, unit = (m[1] or m[3]).lower(), (m[2] or m[4]).lower()
    by = {"last": -1, "previous": -1, "上": -1, "next": 1, "下": 1}.get(word, 0)
    return _shifted(anchor, 1 if unit in {"month", "月"} else 3, by)


@form(r"\b(yesterday|today|tomorrow)\b|[昨今明][日天]|\bthe\sday\sbefore\syesterday\b|前天")
def _relative_day(m: re.Match[str], anchor: Anchor) -> Built | None:
    word = m[0].lower()
    by = {"y": -1, "昨": -1, "today": 0, "今": 0}.get(word if word == "today" else word[0], 1)
    if word in {"前天"} or word.startswith("the"):
        by = -2
    return _moved(anchor, by)


def _moved(anchor: Anchor, days: int) -> Built:
    if anchor.day is None:
        return "", "", "relative", False, False
    try:
        day = (anchor.day + timedelta(days=days)).isoformat()
    except OverflowError:
        return "", "", "relative", False, False
    return day, day, "relative", False, False


@form(
    rf"\b(?:(on|last|next|this|past)\s)({'|'.join(cal.WEEKDAYS)})\b"
    r"|(上个?|下个?|本|这)?(?:周|星期|礼拜)([一二三四五六日天])(?![年期次个月轮])"
)
def _weekday(m: re.Match[str], anchor: Anchor) -> Built | None:
    if anchor.day is None:
        return "", "", "relative", False, False
    try:
        if m[2]:
            how = {"on": "on", "next": "next", "this": "on"}.get(m[1].lower(), "last")
            day = cal.named_weekday(m[2], anchor.day, how)
        else:
            number = "一二三四五六日".index(m[4].replace("天", "日"))
            monday = anchor.day - timedelta(days=anchor.day.weekday())
            weeks = {"上": -1, "下": 1}.get((m[3] or "本")[0], 0)
            day = monday + timedelta(days=number + 7 * weeks)
    except (ValueError, OverflowError):
        return "", "", "relative", False, False
    return day.isoformat(), day.isoformat(), "relative", False, False
