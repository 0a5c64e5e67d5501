"""Dates as sources give them: a year, a month or a day, and the days that they stand for."""

from __future__ import annotations

import calendar
import re
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def first_day(text: str) -> date:
    """First day of ``2024``, ``2024-06`` or ``2024-06-28``.

    Raises
    ------
    ValueError
        When the text is none of these, or no such day exists.
    """
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def last_day(text: str) -> date:
    """Last day of ``2024``, ``2024-06`` or ``2024-06-28``.

    Raises
    ------
    ValueError
        When the text is none of these, or no such day exists.
    """
    year, month, day = _parts(text)
    month = month or 12
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise ValueError(text)
    return date(year, month, day or calendar.monthrange(year, month)[1])


def _parts(text: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    month, day = match[2], match[3]
    if month == "00" or day == "00":
        raise ValueError(text)
    return int(match[1]), int(month or 0), int(day or 0)
