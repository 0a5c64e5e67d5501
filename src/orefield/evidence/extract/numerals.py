"""Numbers as people write them: 1,234.5, twenty-five, 二十五, and what multiplies them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orefield.evidence._calendars import COUNTS

_UNITS = ["zero", *(word for word, n in COUNTS.items() if n < 20 and word != "decade")]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {w: float(i) for i, w in enumerate(_UNITS)}
_WORDS |= {w: 10.0 * i for i, w in enumerate(_TENS, 2)}
_WORDS["dozen"] = 12.0

_HAN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_POWERS = {"十": 10, "百": 100, "千": 1000}

MULTIPLIERS = {
    "trillion": 1e12, "tn": 1e12, "trn": 1e12, "billion": 1e9, "bn": 1e9, "b": 1e9,
    "million": 1e6, "mn": 1e6, "mln": 1e6, "mio": 1e6, "m": 1e6, "mm": 1e6, "lakh": 1e5,
    "crore": 1e7, "thousand": 1e3, "k": 1e3, "'000": 1e3, "hundred": 1e2, "dozen": 12.0,
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "億": 1e8, "千万": 1e7,
    "百万": 1e6, "十万": 1e5, "万": 1e4, "萬": 1e4, "千": 1e3, "百": 1e2,
}  # fmt: skip
"""What a word after a number multiplies it by."""

DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_TEENS = "|".join(sorted(_UNITS[1:], key=len, reverse=True))
SPELLED = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_UNITS[1:10])}))?|{_TEENS})"
HAN = r"[一二两三四五六七八九十百][零〇一二两三四五六七八九十百千]*"

_NUMBER = re.compile(
    rf"(?:(?<![A-Za-z0-9_.,])|(?<=USD)|(?<=AUD)|(?<=CAD)|(?<=EUR)|(?<=GBP)|(?<=RMB)|"
    rf"(?<=CNY)|(?<=INR)"
    rf"|(?<=ZAR)|(?<=\bRs)|(?<=\bR)|(?<=\bRs\.))(?P<sign>(?:(?<=[\s(吨至为到约报磅])|(?<=^))-(?=[0-9]))?"
    rf"(?:(?P<comma>[0-9]{{1,3}},[0-9]{{1,2}}(?=\s?(?:%|million|billion|Mt|kt|t\b|g/t)))|"
    rf"(?P<digits>{DIGITS}))"
    rf"(?![0-9])"
    rf"|\b(?P<spelled>(?i:{SPELLED}))\b"
    rf"|(?P<han>{HAN})"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text.

    Attributes
    ----------
    start, end : int
        Character offsets.
    value : float
    kind : str
        ``digits``, ``spelled``, ``han``, or ``comma`` for a decimal comma.
    text : str
    """

    start: int
    end: int
    value: float
    kind: str
    text: str


def find_numbers(text: str) -> tuple[Number, ...]:
    """Every number of a folded text, in order; what it is a number of is not asked here."""
    return tuple(_number(match) for match in _NUMBER.finditer(text))


def _number(match: re.Match[str]) -> Number:
    kind = str(match.lastgroup)
    if kind == "sign":
        kind = "digits"
    for name in ("comma", "digits", "spelled", "han"):
        if match[name] is not None:
            kind = name
    body = match[kind]
    if kind == "digits":
        value = float(body.replace(",", ""))
    elif kind == "comma":
        value = float(body.replace(",", "."))
    elif kind == "spelled":
        value = spelled_value(body)
    else:
        value = float(han_value(body))
    return Number(match.start(), match.end(), -value if match["sign"] else value, kind, match[0])


def spelled_value(text: str) -> float:
    """Value of ``twenty-five`` or ``eight``."""
    return sum(_WORDS[word] for word in re.split(r"[- ]", text.lower()))


def han_value(text: str) -> int:
    """Value of 二十五 or 三百二十; digits alone are read as written: 二〇二五 is 2025."""
    if not any(c in _HAN_POWERS for c in text) and len(text) > 1:
        return int("".join(str(_HAN[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in _HAN:
            digit = _HAN[c]
        else:
            total += (digit or 1) * _HAN_POWERS[c]
            digit = 0
    return total + digit
