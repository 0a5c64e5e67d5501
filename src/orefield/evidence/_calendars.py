"""Words and arithmetic of calendars: months, numerals, eras, plans, weekdays, parts of a year.

Eras: the Republic of China counts from 1912, Reiwa from 2019, Heisei from 1989, Showa from 1926,
Taisho from 1912, Meiji from 1868; the Buddhist Era of Thailand is 543 years ahead (since 1941);
year *n* of the Solar Hijri calendar begins in March of *n* + 621. China's five-year plans: the
first two ran 1953-57 and 1958-62, and from the third (1966-70) on they follow each other.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

_MONTH_WORDS = (
    "january jan enero janvier januar janeiro gennaio",
    "february feb febrero février februar fevereiro febbraio",
    "march mar marzo mars märz março",
    "april apr abril avril aprile",
    "may mayo mai maio maggio",
    "june jun junio juin juni junho giugno",
    "july jul julio juillet juli julho luglio",
    "august aug agosto août",
    "september sept sep septiembre septembre setembro settembre",
    "october oct octubre octobre oktober outubro ottobre",
    "november nov noviembre novembre novembro",
    "december dec diciembre décembre dezember dezembro dicembre",
)
MONTHS = {word: n for n, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
"""A month's name, in English and six more languages, or its English short form."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINAL_WORDS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_CARDINAL_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
COUNTS = {word: n for n, word in enumerate(_CARDINAL_WORDS, 1)} | {"decade": 10}
ORDINALS = {word: n for n, word in enumerate(_ORDINAL_WORDS, 1)}
COUNT = r"(?:[0-9]{1,2}|" + "|".join(sorted(_CARDINAL_WORDS, key=len, reverse=True)) + ")"
ORDINAL = r"(?:[0-9]{1,2}(?:st|nd|rd|th)|" + "|".join(_ORDINAL_WORDS) + ")"

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2, "元": 1}
HAN = "〇○零一二三四五六七八九十两"
ERAS = {
    "民国": 1911,
    "民國": 1911,
    "中华民国": 1911,
    "中華民國": 1911,
    "令和": 2018,
    "reiwa": 2018,
    "平成": 1988,
    "heisei": 1988,
    "昭和": 1925,
    "showa": 1925,
    "大正": 1911,
    "taisho": 1911,
    "明治": 1867,
    "meiji": 1867,
}
"""Year 0 of each era in the Gregorian count."""
BUDDHIST = 543
SOLAR_HIJRI = 621


def number(word: str) -> int | None:
    """``"14"``, ``"14th"``, ``"fourteenth"``, ``"十四"``, ``"二〇二五"``; else None."""
    word = word.strip().lower()
    if word[:1].isdigit() and word.isascii():
        word = word.rstrip("stndrh")
    if word.isascii() and word.isdigit():
        return int(word)
    return COUNTS.get(word) or ORDINALS.get(word) or _chinese(word)


def _chinese(word: str) -> int | None:
    if not word or any(c not in _DIGITS and c != "十" for c in word):
        return None
    if "十" not in word:
        return int("".join(str(_DIGITS[c]) for c in word))
    tens, _, ones = word.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


def month_number(word: str) -> int | None:
    """1 to 12 for a month's name, short name, or Arabic or Chinese number; else None."""
    found = MONTHS.get(word.strip().lower().rstrip("."))
    if found is None:
        found = number(word)
    return found if found is not None and 1 <= found <= 12 else None


def plan_years(n: int) -> tuple[int, int] | None:
    """First and last year of China's *n*-th five-year plan; None beyond the twentieth."""
    if not 1 <= n <= 20:
        return None
    first = {1: 1953, 2: 1958}.get(n, 1966 + 5 * (n - 3))
    return first, first + 4


def full_year(short: int, near: int = 2000) -> int:
    """The year that a two-digit one means: the century of ``near``, else 1970 to 2069."""
    if near != 2000:
        return near - near % 100 + short
    return 2000 + short if short < 70 else 1900 + short


def iso(year: int, month: int = 0, day: int = 0) -> str | None:
    """``2024``, ``2024-06`` or ``2024-06-28``; None where no such day exists."""
    if not 1 <= year <= 9999 or not 0 <= month <= 12:
        return None
    if not month:
        return f"{year:04d}"
    if not day:
        return f"{year:04d}-{month:02d}"
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"


def likely_year(first_month: int, last_month: int, day: int, near: date) -> int:
    """The year that months of that number most likely have in a report of a date.

    A day or a month has the year in which it lies nearest. A longer part of a year is mostly
    the report's own year's, unless it begins over six months later, or ends so: then last year's.
    """
    if first_month == last_month:
        middle = first_month + (day or 15) / 31
        return near.year + round((near.month + near.day / 31 - middle) / 12)
    begins_late = first_month - near.month > 6
    ends_late = first_month == 1 and last_month > 6 and last_month - near.month > 6
    return near.year - (begins_late or ends_late)


def weekday_of(when: date) -> str:
    """``"monday"`` to ``"sunday"``."""
    return WEEKDAYS[when.weekday()]


def named_weekday(name: str, near: date, direction: str = "last") -> date:
    """The day of that name next to a date.

    Parameters
    ----------
    name : str
        English name, any case.
    near : date
        The day of the report.
    direction : str
        ``last``: strictly before; ``next``: strictly after; ``on``: the latest one that is not
        after, as a report writes "on Monday".

    Raises
    ------
    ValueError
        For an unknown name or direction, or a day outside the calendar.
    """
    wanted = WEEKDAYS.index(name.lower())
    back = (near.weekday() - wanted) % 7
    days = {"on": -back, "last": -(back or 7), "next": 7 - back}
    if direction not in days:
        raise ValueError(direction)
    try:
        return near + timedelta(days=days[direction])
    except OverflowError as error:
        raise ValueError(str(near)) from error
