"""The period of a table cell: the years that a number speaks of.

Running text is read by :func:`orefield.evidence.written_dates.find_dates`; a cell adds short
forms of its own ("2026 v 2025", "5 years to 2025", "2025e", "Jan-25", "undated").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from orefield.evidence import _calendars as cal
from orefield.evidence.dates import first_day
from orefield.evidence.written_dates import DateKind, DateMention, find_dates

__all__ = [
    "DateKind",
    "DateMention",
    "Period",
    "find_dates",
    "named_weekday",
    "parse_period",
    "weekday_of",
]


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a number speaks of.

    Parameters
    ----------
    first_year, last_year : int or None
        Calendar years, both ends included; None where undated or open at that end.
    base_year : int or None
        The year compared with, of "2026 v 2025".
    date : str
        ISO date or part of one: of a day or month, and of "as of" and "by".
    kind : DateKind or None
        None where undated.
    part_of_year : str
        ``Q1`` to ``Q4``, ``H1``, ``H2``, or months such as ``M01-M09``; empty for whole years.
    undated : bool
    problem : str
        What was not understood, or has a second reading; empty where all is clear.
    span : str
        First and last day or month, with a stroke between, of what is told by months or days.
    approximate, assumed : bool
        As of :class:`DateMention`.

    Raises
    ------
    ValueError
        When it is undated and has years, or ends before it begins.
    """

    first_year: int | None = None
    last_year: int | None = None
    base_year: int | None = None
    date: str = ""
    kind: DateKind | None = None
    part_of_year: str = ""
    undated: bool = False
    problem: str = ""
    span: str = ""
    approximate: bool = False
    assumed: bool = False

    def __post_init__(self) -> None:
        if self.undated != (self.first_year is None and self.last_year is None):
            raise ValueError("a period is undated exactly when it has no year")
        if (
            self.first_year is not None
            and self.last_year is not None
            and self.first_year > self.last_year
        ):
            raise ValueError(f"{self.first_year} to {self.last_year}")


_UNDATED = {
    "", "-", "--", "–", "—", "?", ".", "/", "undated", "unknown", "none", "n/a", "na", "n.a.",
    "nan", "nat", "null", "not dated", "not stated", "unspecified", "no date", "n.d.", "nd", "tbd",
    "tba", "life of mine", "lom", "annual", "per year", "yearly", "all years", "any", "ongoing",
    "current", "now", "present", "未知", "不详", "未注明", "无日期", "无", "待定",
}  # fmt: skip
_LONGEST = 400
_AGAINST = re.compile(
    r"(.{2,60}?)(?:\s(?:v|vs|versus|against|over|from|on|relative\sto|compared\s(?:with|to))\.?\s"
    r"|\s?(?:较|比|同比|对比)\s?)(.{2,60})",
    re.IGNORECASE,
)
_ON_YEAR = re.compile(
    r"(.{4,60}?)[\s,(]{0,2}(?:yoy|y-o-y|y/y|year[\s-]on[\s-]year|同比(?:增长|增速)?)\)?",
    re.IGNORECASE,
)
_YEARS_TO = re.compile(
    rf"(?:the\s)?({cal.COUNT})[\s-]years?\s(to|from|ending|until|through)(?:\sin)?\s([12]\d{{3}})",
    re.IGNORECASE | re.ASCII,
)
_FISCAL_PART = re.compile(
    r"(?:(?P<kind>[hq])(?P<n>[1-4])|(?P<n2>[1-4])(?P<kind2>[hq]))\s?(?:of\s)?(?:the\s)?fy\s?"
    r"(?P<year>\d{4}|\d\d)(?:\s?\([^()]*\))?",
    re.IGNORECASE | re.ASCII,
)
"""A part of a fiscal year, which counts in that year whatever its months: "H1 FY2025"."""
_QUARTER_TO = re.compile(
    r"(?:(?P<of>mar(?:ch)?|june?|sept?(?:ember)?|dec(?:ember)?) (?:quarter|qtr)"
    r"|quarter (?:to|ended|ending) (?P<to>mar(?:ch)?|june?|sept?(?:ember)?|dec(?:ember)?))"
    r",? (?P<year>(?:19|20)\d\d)",
    re.IGNORECASE | re.ASCII,
)
"""A quarter by its last month, as Australian and South African reports tell it."""
_MARKED = re.compile(r"((?:19|20)\d\d)\s?(?:\.0|[aefpr])", re.IGNORECASE | re.ASCII)
_OPEN = re.compile(r"([12]\d{3})\s?(?:[-–—]|to|至)\s?(?:present|now|date|今|ongoing)?", re.I | re.A)
_UNTIL = re.compile(r"(?:[-–—<≤]|to|pre-?)\s?([12]\d{3})", re.I | re.A)
_MONTH_CELL = re.compile(rf"({cal.MONTH})[-']\s?(\d\d)|(\d\d)-({cal.MONTH})", re.I | re.A)
_COMPACT = re.compile(r"([12]\d{3})(\d\d)(\d\d)?", re.ASCII)
_AIM = re.compile(r"\b(?:targets?|goal|aim|plan(?:ned)?)\b|目标|计划", re.IGNORECASE)
_FILLER = re.compile(
    r"\b(?:in|the|of|year|years|calendar|cy|annual|full|whole|end|average|avg|mean|per|during|for|"
    r"about|around|approx(?:imately)?|circa|ca|c|expected|estimated?|forecast|projected|planned|"
    r"target|targets|goal|aim|plan|actual|level|published|period|and|to|at|date|dated|by|from|"
    r"china'?s?|state|status)\b"
    r"|[\s,.;:~≈()\[\]/&+\-–—'\"“”《》]|年|度|全年|目标|计划|期间|时期|预计|约|在|和|、",
    re.IGNORECASE,
)


def parse_period(text: str, reported: str = "") -> Period:
    """Read a period as a table cell writes it. Never raises.

    Parameters
    ----------
    text : str
        Such as ``2024``, ``2021-25``, ``as of 2025-01``, ``2026 v 2025``, ``2025Q1``,
        ``FY2024``, ``late 2020s``, ``十四五`` or nothing.
    reported : str
        ISO date or part of one, for words such as "last year".

    Returns
    -------
    Period
        Undated, with a problem, where nothing was understood.
    """
    cell = " ".join(text.split())
    if cell.lower() in _UNDATED:
        return Period(undated=True)
    if len(cell) > _LONGEST:
        return _unread(f"too long for a period ({len(cell)} characters)")
    return _short_form(cell) or _comparison(cell, reported) or _from_mentions(cell, reported)


def _unread(problem: str) -> Period:
    return Period(undated=True, problem=problem)


def _shown(cell: str) -> str:
    return f"'{cell[:60]}'" + ("..." if len(cell) > 60 else "")


def _short_form(cell: str) -> Period | None:  # noqa: PLR0911 -- in order
    if m := _MARKED.fullmatch(cell):
        return Period(int(m[1]), int(m[1]), kind=DateKind.POINT)
    if m := _YEARS_TO.fullmatch(cell):
        n, year = cal.number(m[1]) or 1, int(m[3])
        first, last = (year, year + n - 1) if m[2].lower() == "from" else (year - n + 1, year)
        return Period(first, last, kind=DateKind.RANGE)
    if m := _FISCAL_PART.fullmatch(cell):
        year = cal.full_year(int(m["year"][-2:])) if len(m["year"]) == 2 else int(m["year"])
        part = f"{(m['kind'] or m['kind2']).upper()}{m['n'] or m['n2']}"
        return Period(year, year, kind=DateKind.POINT, part_of_year=part)
    if m := _QUARTER_TO.fullmatch(cell):
        ends = cal.month_number((m["to"] or m["of"])[:3]) or 3
        year = int(m["year"])
        part = f"Q{ends // 3}" if ends % 3 == 0 else ""
        begin = f"{year:04d}-{ends - 2:02d}"
        return Period(
            year,
            year,
            kind=DateKind.POINT,
            part_of_year=part,
            span=f"{begin}/{year:04d}-{ends:02d}",
        )
    if (m := _OPEN.fullmatch(cell)) and m[0] != m[1]:
        return Period(int(m[1]), None, kind=DateKind.SINCE)
    if m := _UNTIL.fullmatch(cell):
        return Period(None, int(m[1]), kind=DateKind.RANGE)
    return _month_cell(cell)


def _month_cell(cell: str) -> Period | None:
    if m := _MONTH_CELL.fullmatch(cell):
        year = cal.full_year(int(m[2] or m[3]))
        month = cal.month_number(m[1] or m[4]) or 1
        return Period(
            year, year, date=f"{year:04d}-{month:02d}", kind=DateKind.POINT,
            problem=f"{_shown(cell)} read as month and year; it could be a day",
        )  # fmt: skip
    if m := _COMPACT.fullmatch(cell):
        day = cal.iso(int(m[1]), int(m[2]) or 13, int(m[3] or 0))
        if day is not None and m[3] != "00":
            return Period(int(m[1]), int(m[1]), date=day, kind=DateKind.POINT)
    return None


def _comparison(cell: str, reported: str) -> Period | None:
    if m := _ON_YEAR.fullmatch(cell):
        now = _from_mentions(m[1], reported)
        if now.first_year is not None and not now.problem:
            return replace(now, base_year=now.first_year - 1)
    if m := _AGAINST.fullmatch(cell):
        now, then = _from_mentions(m[1], reported), _from_mentions(m[2], reported)
        if now.undated or then.undated or now.problem or then.problem:
            return None
        return replace(now, base_year=then.first_year)
    return None


def _from_mentions(cell: str, reported: str) -> Period:
    mentions = find_dates(cell, reported)
    rest = cell
    for m in reversed(mentions):
        rest = rest[: m.start] + " " + rest[m.end :]
    dated = [m for m in mentions if m.first or m.last]
    if not dated:
        if mentions:
            return _unread(f"{_shown(cell)} needs the day of the report to be dated")
        return _unread(f"{_shown(cell)} is not a period that can be read")
    left = _FILLER.sub("", rest)
    problem = f"{_shown(left)} of {_shown(cell)} was not understood" if left else ""
    period = _one(dated[0], cell, problem)
    if len(dated) == 1:
        return period
    years = [y for m in dated for y in (m.first_year, m.last_year) if y is not None]
    # A plan followed by its own years, "十四五 (2021-2025)", says one thing twice.
    if (min(years), max(years)) == (period.first_year, period.last_year):
        return period
    return Period(
        min(years), max(years), kind=DateKind.RANGE, span=_between(dated[0], dated[-1]),
        problem=f"{_shown(cell)} names several dates: taken from the first to the last",
    )  # fmt: skip


def _one(m: DateMention, cell: str, problem: str) -> Period:
    kind = m.kind
    if kind is DateKind.POINT and _AIM.search(cell):
        kind = DateKind.BY
    named = m.last if len(m.last) > 4 and m.first == m.last else ""
    if kind in {DateKind.BY, DateKind.AS_OF}:
        named = m.last
    if kind is DateKind.SINCE and len(m.first) > 4:
        named = m.first
    if not problem and re.fullmatch(r"20(0\d-(?:0[1-9]|1[0-2])|1[01]-1[12])", cell):
        head, tail = int(cell[2:4]), int(cell[5:])
        if tail > head:
            problem = f"{_shown(cell)} read as a month (ISO 8601); it could be a range of years"
    return Period(
        m.first_year, m.last_year, date=named, kind=kind, part_of_year=_part_of_year(m),
        problem=problem, span=_span(m), approximate=m.approximate, assumed=m.assumed,
    )  # fmt: skip


def _between(first: DateMention, last: DateMention) -> str:
    """From one date named to another: "August 2023 to December 2024"."""
    months = len(first.first) > 4 and len(last.last) > 4
    return f"{first.first}/{last.last}" if months and first.first < last.last else ""


def _span(m: DateMention) -> str:
    """Months or days of a mention; empty for years and rough dates, and of a fiscal year whose
    months are not said the widest that may be meant: it ends in March to March.
    """
    if m.kind is DateKind.FISCAL and m.first_year is not None and m.last_year is not None:
        whole = m.approximate and m.first_year > 1
        return f"{m.first_year - 1:04d}-04/{m.last_year + 1:04d}-03" if whole else ""
    told = max(len(m.first), len(m.last)) > len("2024")
    return f"{m.first}/{m.last}" if told and not m.approximate else ""


def _part_of_year(m: DateMention) -> str:
    if m.first_year is None or m.first_year != m.last_year or len(m.first) != 7:
        return ""
    if len(m.last) != 7 or m.first == m.last:
        return ""
    a, b = int(m.first[5:]), int(m.last[5:])
    if b - a == 2 and a % 3 == 1:
        return f"Q{(a + 2) // 3}"
    if b - a == 5 and a in {1, 7}:
        return "H1" if a == 1 else "H2"
    return f"M{a:02d}-M{b:02d}"


def weekday_of(when: str | date) -> str:
    """``"monday"`` to ``"sunday"`` of a day.

    Raises
    ------
    ValueError
        When a text is not a whole ISO date.
    """
    return cal.weekday_of(_day(when))


def named_weekday(name: str, reported: str | date, direction: str = "last") -> date:
    """The day of that name before (``last``), after (``next``) or up to (``on``) a report's day.

    Raises
    ------
    ValueError
        When the name, the direction or the date is none.
    """
    return cal.named_weekday(name, _day(reported), direction)


def _day(when: str | date) -> date:
    if isinstance(when, date):
        return when
    if len(when) != 10:
        raise ValueError(when)
    return first_day(when)
