"""Fractions and multiples in words: "half of", "one third", "a quarter of", "doubled", 一半."""

from __future__ import annotations

import re

from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.hedges import hedge_before

_NAMES = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "sixth": 1 / 6,
          "seventh": 1 / 7, "eighth": 1 / 8, "tenth": 1 / 10}  # fmt: skip
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
           "seven": 7, "eight": 8, "nine": 9}  # fmt: skip
_FRACTION = re.compile(
    r"\b(?:(?P<n>an?|one|two|three|four|five|six|seven|eight|nine)[ -](?P<d>third|quarter|"
    r"fifth|sixth|seventh|"
    r"eighth|tenth|half)s?|(?P<half>half|halves))\b",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    r"\b(?P<n>one|two|three|four) (?:in|out of)(?: every)? (?P<d>two|three|four|five|six|"
    r"seven|eight|"
    r"nine|ten|twenty)\b(?= [a-z])",
    re.IGNORECASE,
)
_ONES = {
    w: n
    for n, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
    )
}
_ONES["twenty"] = 20
_BY = re.compile(
    r"\bby\s(?:(?:more|less) than|about|around|nearly|almost|over|roughly|some)?\s?$", re.IGNORECASE
)
_BEFORE_NO = re.compile(
    r"\b(?:first|second|last|latter|other|next|this|the|each|every)[ -]$", re.IGNORECASE
)
_AFTER_YES = re.compile(
    r"\s+(?:of\b(?! (?:the )?(?:year|20[0-9]{2}|19[0-9]{2}|fiscal|FY))|the\b|its\b|"
    r"their\b|that\b|what\b|all\b)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:from|to|by|than|only|about|around|nearly|almost|over)\s+$", re.IGNORECASE
)
_TIME_AFTER = re.compile(
    r"[ -](?:year|earlier|later|ago|hour|century|decade|million|billion|of 20)", re.IGNORECASE
)
_MULTIPLE = re.compile(
    r"\b(?P<word>doubl(?:e|es|ed|ing)|twice|tripl(?:e|es|ed|ing)|trebl(?:e|es|ed|ing)|"
    r"quadrupl(?:e|es|ed|ing)|halv(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_MULTIPLES = {"doub": 2.0, "twic": 2.0, "trip": 3.0, "treb": 3.0, "quad": 4.0, "halv": 0.5}
_HAN = re.compile(
    r"(?P<half>(?:一半|半数)(?P<more>以上)?)|"
    r"(?P<d>[二三四五六七八九十0-9]+)分之(?P<n>[一二三四五六七八九0-9]+)|"
    r"(?P<times>翻(?:一番|两番|番))"
)
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")}


def find_parts(text: str, taken: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Fractions and multiples of a folded text, in order."""
    spans = [(f.start, f.end) for f in taken]
    out = [*_one_in(text), *_fractions(text, bool(taken)), *_multiples(text), *_han(text)]
    return tuple(
        f
        for f in sorted(out, key=lambda f: f.start)
        if not any(a < f.end and f.start < b for a, b in spans)
    )


def _fractions(text: str, beside_figures: bool) -> list[Figure]:
    out = []
    for match in _FRACTION.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()]
        if _BEFORE_NO.search(before) or _TIME_AFTER.match(text, match.end()):
            continue
        before_by = text[max(0, match.start() - 16) : match.start()]
        of_something = _AFTER_YES.match(text, match.end())
        if (
            not of_something
            and not _BY.search(before_by)
            and not (_COMPARED.search(before) and (match["half"] is None or beside_figures))
        ):
            continue
        share = 0.5 if match["half"] else _COUNTS[match["n"].lower()] * _NAMES[match["d"].lower()]
        out.append(
            _figure(
                text, match.start(), match.end(), round(100.0 * share, 2), "%", "fraction", match[0]
            )
        )
    return out


def _one_in(text: str) -> list[Figure]:
    return [
        _figure(
            text, m.start(), m.end(),
            round(100.0 * _ONES[m["n"].lower()] / _ONES[m["d"].lower()], 2), "%", "fraction", m[0],
        )
        for m in _ONE_IN.finditer(text)
    ]  # fmt: skip


def _multiples(text: str) -> list[Figure]:
    return [
        _figure(text, m.start(), m.end(), _MULTIPLES[m["word"][:4].lower()], "ratio", "ratio", m[0])
        for m in _MULTIPLE.finditer(text)
        if not re.match(
            r"[- ](?:track|digit|deck|check|counting|standard|lane|room|a (?:year|day|week))",
            text[m.end() : m.end() + 10],
        )
    ]


def _han(text: str) -> list[Figure]:
    out = []
    for match in _HAN.finditer(text):
        if match["half"]:
            figure = _figure(text, match.start(), match.end(), 50.0, "%", "fraction", match[0])
            if match["more"]:
                figure = _figure(
                    text, match.start(), match.end(), 50.0, "%", "fraction", match[0], ">="
                )
        elif match["d"]:
            d, n = _digits(match["d"]), _digits(match["n"])
            if not d:
                continue
            figure = _figure(
                text, match.start(), match.end(), round(100.0 * n / d, 2), "%", "fraction", match[0]
            )
        else:
            times = 4.0 if "两" in match[0] else 2.0
            figure = _figure(text, match.start(), match.end(), times, "ratio", "ratio", match[0])
        out.append(figure)
    return out


def _digits(text: str) -> int:
    return int(text) if text.isdigit() else sum(_HAN_DIGITS.get(c, 0) for c in text)


def _figure(
    text: str, start: int, end: int, value: float, symbol: str, kind: str, word: str, sign: str = ""
) -> Figure:
    before, hedge_start = hedge_before(text, start)
    sign = sign or before or "="
    return Figure(
        start, end, None if sign == "<=" else value, None if sign == ">=" else value, symbol, kind,
        "", sign, "", word, "", hedge_start, ("in words",),
    )  # fmt: skip
