"""Numbers, dates and yes-or-no as people write them in tables, read or told."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from orefield.core.tables import MAX_DIGITS, plain_number
from orefield.evidence.dates import first_day, last_day
from orefield.evidence.folder.problem import Problem

UNKNOWN = frozenset(
    {"", "-", "–", "—", "?", "n/a", "na", "none", "null", "unknown", "undated", "n.d.", "nd",
     "not dated", "not stated", "未知", "不详", "无"}
)  # fmt: skip
"""Words that say that nothing is known."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NUMERIC = re.compile(r"(\d{4})[-/.年]\s?(\d{1,2})(?:[-/.月]\s?(\d{1,2})日?|月)?", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_TIMED = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*", re.ASCII)
_DAY_MONTH = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]+)\.?,?\s+(\d{4})", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.ASCII)


def is_unknown(text: str) -> bool:
    """Whether a cell says that nothing is known: empty, ``unknown``, ``undated``, a dash."""
    return text.strip().casefold() in UNKNOWN


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)


def read_number(text: str, where: str) -> tuple[float | None, tuple[Problem, ...]]:
    """The number of a cell; None, and a problem, where the cell is none.

    ``40,000`` is read as forty thousand, and told: commas between groups of three digits are
    separators wherever a decimal point is used, as these tables do.
    """
    if is_unknown(text):
        return None, ()
    if _GROUPED.fullmatch(text.strip()):
        plain = text.strip().replace(",", "")
        fix = "write it without separators"
        note = Problem(f"'{text.strip()}' is read as {plain}", where, fix, level="note")
        return plain_number(plain), (note,)
    try:
        return plain_number(text), ()
    except ValueError:
        shown = text if len(text) <= MAX_DIGITS else text[:MAX_DIGITS] + "..."
        return None, (
            Problem(
                f"'{shown}' is not a finite number: the claim is kept without it",
                where,
                "write a plain number with a decimal point, no thousands separators, and the "
                "unit in its own column",
            ),
        )


def read_date(text: str, where: str) -> tuple[str, tuple[Problem, ...]]:
    """A date as ISO day, month or year; empty, and a problem, where it is none.

    Read are ISO dates with or without a time, ``2024/6/28``, ``2024.06``, ``28 June 2024``,
    ``June 28, 2024`` and the Chinese order of year, month and day. ``03/04/2024`` is told:
    nobody can say which is the month.
    """
    plain = text.strip()
    if is_unknown(plain):
        return "", ()
    if iso := _iso(plain):
        return iso, ()
    return "", (Problem(f"'{plain[:MAX_DIGITS]}' is no date", where, "write 2024, 2024-06 or "
                        "2024-06-28, or leave the cell empty"),)  # fmt: skip


def read_yes(text: str, where: str) -> tuple[bool, tuple[Problem, ...]]:
    """Whether a cell says yes; empty is no, and another word a problem."""
    plain = text.strip().casefold()
    if plain in {"yes", "y", "true", "1"}:
        return True, ()
    if plain in {"", "no", "n", "false", "0"}:
        return False, ()
    return False, (Problem(f"'{text}' is neither yes nor no: taken as no", where, "write yes "
                           "or no"),)  # fmt: skip


def certain_day(text: str) -> date | None:
    """The last day that a written date may stand for; None where it is no date."""
    iso, faults = read_date(text, "")
    return None if faults or not iso else last_day(iso)


def words_of(text: str) -> tuple[str, ...]:
    """The parts of a list that stands apart by semicolons."""
    return tuple(part for part in (p.strip() for p in text.split(";")) if part)


@lru_cache(maxsize=4096)
def _iso(text: str) -> str:
    """ISO form of a written date; empty where it is none. Dates repeat from row to row."""
    iso = _reordered(text)
    return iso if iso and _is_date(iso) else ""


def _reordered(text: str) -> str:
    if timed := _TIMED.fullmatch(text):
        return timed[1]
    if year := _YEAR.fullmatch(text):
        return year[1]
    if parts := _NUMERIC.fullmatch(text):
        return _joined(int(parts[1]), int(parts[2]), int(parts[3] or 0))
    low = text.casefold()
    if (named := _DAY_MONTH.fullmatch(low)) and named[2] in _MONTHS:
        return _joined(int(named[3]), _MONTHS[named[2]], int(named[1] or 0))
    if (named := _MONTH_DAY.fullmatch(low)) and named[1] in _MONTHS:
        return _joined(int(named[3]), _MONTHS[named[1]], int(named[2]))
    return ""


def _joined(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")


def _is_date(iso: str) -> bool:
    try:
        first_day(iso)
        last_day(iso)
    except ValueError:
        return False
    return True
