"""The written forms of dates, each a pattern and what it stands for.

A form gives first and last (ISO dates or parts of one; empty where not known), the kind, whether
it is approximate, and whether its year was assumed from the day of the report. Patterns see text
after :func:`plain`, which never moves a character. All quantifiers are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from orefield.evidence import _calendars as cal


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is known of the day that relative words count from."""

    year: int | None = None
    month: int | None = None
    near: date | None = None
    day: date | None = None


Built = tuple[str, str, str, bool, bool]
Build = Callable[[re.Match[str], Anchor], Built | None]
Form = tuple[re.Pattern[str], str, Build]

_PLAIN = str.maketrans(
    "０１２３４５６７８９／－．～〜∼’‘＇（）\u00a0\u3000\u2009\u202f\u2007\u2010\u2011\u2012\u2212",
    "0123456789/-.~~~'''()     ----",
)


def plain(text: str) -> str:
    """The text with full-width digits, odd spaces and hyphens made plain; same length."""
    return text.translate(_PLAIN)


class _Adder(Protocol):
    def __call__(self, pattern: str, needs: str = "") -> Callable[[Build], Build]: ...


def collector(forms: list[Form]) -> _Adder:
    """A decorator that adds a pattern, and the function under it, to a list.

    ``needs`` are characters of which a text must hold one for the pattern to be worth a search.
    """

    def form(pattern: str, needs: str = "") -> Callable[[Build], Build]:
        compiled = re.compile(pattern, re.IGNORECASE | re.ASCII)

        def add(build: Build) -> Build:
            forms.append((compiled, needs, build))
            return build

        return add

    return form


Y = r"(?:1[5-9]|20)[0-9]{2}"
LEFT = r"(?<![0-9$€£¥#])(?<![0-9][.,/:-])"
HAN_YEAR = rf"[一二][{cal.HAN[:-3]}]{{3}}"
_RELATIVE = {
    "last year": -1, "this year": 0, "next year": 1, "the current year": 0, "current year": 0,
    "the previous year": -1, "previous year": -1, "the prior year": -1, "prior year": -1,
    "a year ago": -1, "a year earlier": -1, "the year": 0, "the coming year": 1,
    "the following year": 1,
    "去年": -1, "今年": 0, "明年": 1, "前年": -2, "后年": 2, "上年": -1, "本年": 0, "当年": 0,
    "本年度": 0, "今年以来": 0,
}  # fmt: skip
RELATIVE_YEAR = (
    r"(?:(?:\b(?:last|this|next|(?:the\s)?current|(?:the\s)?previous|(?:the\s)?prior|the\scoming|"
    r"the\sfollowing)\syear|\ba\syear\s(?:ago|earlier))\b|[去今明前后本当]年(?!度报告)|(?<![以])上年)"
)
YEAR = rf"(?:{LEFT}{Y}(?![0-9])\s?年?度?|{HAN_YEAR}年|{RELATIVE_YEAR})"
DASH = r"\s?(?:-|–|—|~|至|到)\s?"


def year_of(word: str | None, anchor: Anchor) -> int | None:
    """The year that a form's year part means; None for no part, or for no anchor."""
    if not word:
        return None
    word = word.strip().rstrip("年度").strip() if word.strip()[:1] in "12一二" else word.strip()
    if word in {"今", "去", "明"}:
        word += "年"
    if (offset := _RELATIVE.get(re.sub(r"\s+", " ", word.lower()))) is not None:
        return None if anchor.year is None else anchor.year + offset
    return cal.number(word)


def months_of(
    year_word: str | None, a: int, b: int, kind: str, anchor: Anchor, *, day: int = 0
) -> Built | None:
    """Months a to b of a written, relative or unwritten year."""
    year, assumed = year_of(year_word, anchor), False
    if not year_word and anchor.year is not None:
        year = cal.likely_year(a, b, day, anchor.near) if anchor.near else anchor.year
        assumed = True
    if year is None:
        return "", "", kind, False, False
    if not 1 <= year <= 9999:
        return None
    first, last = cal.iso(year, a, day), cal.iso(year, b, day)
    return None if first is None or last is None else (first, last, kind, False, assumed)


def point(year: int | None, month: int = 0, day: int = 0) -> Built | None:
    """A year, month or day; None where no such day exists."""
    text = None if year is None else cal.iso(year, month, day)
    return None if text is None else (text, text, "point", False, False)


def span(a: int, b: int, kind: str, approximate: bool = False) -> Built | None:
    """Years a to b; None where they run backwards."""
    first, last = cal.iso(a), cal.iso(b)
    if first is None or last is None or a > b:
        return None
    return first, last, kind, approximate, False
