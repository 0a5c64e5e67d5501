"""Statements in words: ranks ("the second-largest"), yes or no (a net importer), events."""

from __future__ import annotations

import re

from orefield.evidence._calendars import ORDINALS
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.numerals import han_value
from orefield.evidence.written_dates import DateMention

_ORDINALS = {word: n for word, n in ORDINALS.items() if n <= 10}
_SUPER = r"largest|biggest|highest-grade|top|leading|richest|deepest|lowest-cost|No\. ?1"
_RANK = re.compile(
    rf"\b(?P<one>(?:is |are )?(?:one of|among) )?(?:(?:the|[A-Za-z]+'s|its|their|a) "
    rf")(?P<own>[A-Za-z]+'s )?(?:single |undisputed |world's |country's |nation's |"
    rf"region's )?"
    rf"(?:(?P<n>second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|[0-9]+(?:st|"
    rf"nd|rd|th)|number[- ](?:one|two|three))[- ])?"
    rf"(?P<s>{_SUPER})\b(?P<of>(?:\s(?!in\b|of\b|and\b|is\b|was\b|at\b|on\b|"
    rf"has\b)[A-Za-z-]+){{0,5}})(?P<scope>(?:\s(?:in|of|on)(?:\s(?:the|"
    rf"these))?\s[A-Za-z]+(?:\s[A-Z][a-z]+)?)?)",
    re.IGNORECASE,
)
_BARE_RANK = re.compile(
    r"\b(?:ranks?|ranked|ranking)\s(?:as\s)?(?:the\s)?(?P<n>first|second|third|fourth|"
    r"fifth|sixth|seventh|eighth|ninth|tenth|No\. ?[0-9]+|[0-9]+(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_RANK_NOUN = re.compile(
    r"\b(?:produc\w*|mines?|miners?|deposits?|importers?|exporters?|consumers?|"
    r"suppliers?|holders?|reserves?|resources?|regions?|provinces?|"
    r"smelters?|refin\w*|buyers?|compan\w+|projects?|sources?|markets?|users?|owners?|"
    r"leader|operators?|groups?|pits?|centres?|centers?|plants?|base|bases|"
    r"copper|gold|lithium|nickel|iron|bauxite|cobalt|rare|known)\b",
    re.IGNORECASE,
)
_HAN_RANK = re.compile(
    r"(?:居|位居|位列|排名|排|列|"
    r"位于)(?P<scope>[\u4e00-\u9fff]{0,6}?)(?:第(?P<n>[一二三四五六七八九十]+|"
    r"[0-9]+)(?:位|名)?|(?P<top>首位|之首|榜首))"
    r"|(?P<scope2>全国|全球|世界|亚洲|国内|我国|中国|"
    r"非洲)(?:的)?第(?P<n2>[一二三四五六七八九十]+)(?:大)"
    r"|第(?P<n3>[一二三四五六七八九十])大(?=[\u4e00-\u9fff]{0,8}(?:国|企业|矿|地|省|市|商|公司|市场|厂))"
    r"|(?P<scope3>全国|全球|世界|亚洲|国内|我国|中国|全区|全省|"
    r"非洲)(?:的)?(?:规模)?最大(?:的)?(?P<of>[\u4e00-\u9fff]{0,10})"
)
_FLAGS = (
    ("net importer", 1.0, re.compile(r"\b(?:a |the )?net importer\b|净进口国?", re.IGNORECASE)),
    ("net exporter", 1.0, re.compile(r"\b(?:a |the )?net exporter\b|净出口国?", re.IGNORECASE)),
    (
        "state-owned",
        1.0,
        re.compile(
            r"(?:\bis|\bare|\bremains|\bwas|,) (?:an? |the )?(?:[a-z]+ )?(?:state|"
            r"government)-owned\b(?! [A-Z])|"
            r"(?:是|为)国有"
        ),
    ),
    (
        "needs imports",
        0.0,
        re.compile(
            r"\bno longer (?:needs?|has to|requires?|depends? on)\b[^.;,]{0,24}?\bimport\w*|"
            r"不再(?:需要)?进口",
            re.IGNORECASE,
        ),
    ),
    (
        "raw material deficit",
        1.0,
        re.compile(
            r"\b(?:raw[- ]material|ore|concentrate|feedstock|scrap)s? (?:deficit|shortage|"
            r"shortfall)\b|"
            r"原料(?:短缺|缺口|不足)|资源匮乏",
            re.IGNORECASE,
        ),
    ),
    (
        "self-sufficient",
        0.0,
        re.compile(r"\b(?:is |are )?not self-sufficient\b|不能自给|无法自给", re.IGNORECASE),
    ),
    (
        "self-sufficient",
        1.0,
        re.compile(
            r"\bself-sufficient\b|\b(?:meets?|met|meeting|covers?|satisf\w+) (?:all |most "
            r")?(?:of )?(?:its|their) own (?:needs|demand)|自给自足|完全自给|实现自给",
            re.IGNORECASE,
        ),
    ),
)
_EVENT = re.compile(
    r"\b(?P<what>commission(?:ed|ing)|(?:first |commercial )?production (?:is |was |has "
    r"been )?(?:started|began|begins|targeted|scheduled|expected|start)|"
    r"arrived|start(?:ed)?|starting|begin|began|end(?:ed)?|produced|expires?|resume[sd]?|life|opened|reopened|closed|shut|founded|established|completed|completion|discovered|"
    r"started (?:up|production|operations?)|began (?:production|operations?|mining)|"
    r"start-up|startup|developed|worked|mined|been taking place|in operation|operating|"
    r"operational|listed|acquired|built)\b(?P<gap>(?: is| was| has been)?(?: (?:targeted|"
    r"expected|scheduled|planned|due))?(?: [a-z]+){0,3}?)\s(?P<p>in|since|for|by|"
    r"from|to|until|through)\s(?:the\s)?(?:early |late |mid-)?$",
    re.IGNORECASE,
)
_RUNS = re.compile(r"\b(?:runs?|operates?|life|mining|continues?|lasts?)\b[a-z ]{0,30}$")
_HAN_EVENT = re.compile(
    r"(?:建成投产|投产|达产|复产|闭坑|到期|投用|开工|竣工|投运|发现|成立|关闭|停产|上市|开工建设|建成)"
)
_PLAN_WINDOW = re.compile(r"\b(?P<what>[0-9]+(?:st|nd|rd|th) Five-Year Plan|[A-Z][a-z]+ Plan)\s\($")


def find_ranks(text: str, start: int, end: int) -> list[tuple[Figure, str]]:
    """Ranks between two offsets, each with its scope."""
    out: list[tuple[Figure, str]] = []
    for match in _RANK.finditer(text, start, end):
        if (not match["of"] and not match["scope"]) or not _RANK_NOUN.search(
            match["of"] + match["scope"]
        ):
            continue
        if (
            match["s"].lower() in {"top", "leading"}
            and re.search(r"s$", match["of"].split(" ")[-1])
            and not match["one"]
        ):
            continue  # "the leading companies" rank nobody
        value = _ordinal(match["n"]) if match["n"] else 1.0
        scope = f"{match['own'] or ''}{match['of'].strip()}{match['scope']}".strip()
        out.append(
            (
                _rank(
                    match.start("s") if not match["n"] else match.start("n"),
                    match.end("s"),
                    value,
                    bool(match["one"]),
                    text,
                ),
                scope,
            )
        )
    for match in _BARE_RANK.finditer(text, start, end):
        out.append((_rank(match.start("n"), match.end("n"), _ordinal(match["n"]), False, text), ""))
    for match in _HAN_RANK.finditer(text, start, end):
        number = match["n"] or match["n2"] or match["n3"]
        value = (
            1.0
            if number is None
            else float(number)
            if number.isdigit()
            else float(han_value(number))
        )
        one_of = bool(
            re.match(r"[\u4e00-\u9fff]{0,12}?之一", text[match.end() : match.end() + 14])
            or (match["of"] and "之一" in match["of"])
        )
        scope = match["scope"] or match["scope2"] or match["scope3"] or ""
        out.append((_rank(match.start(), match.end(), value, one_of, text), scope))
    return out


def _ordinal(word: str) -> float:
    low = word.lower()
    if low in _ORDINALS:
        return float(_ORDINALS[low])
    digits = re.search(r"[0-9]+", low)
    if digits:
        return float(digits[0])
    return {"one": 1.0, "two": 2.0, "three": 3.0}[re.split(r"[- ]", low)[1]]


def _rank(start: int, end: int, value: float, one_of: bool, text: str) -> Figure:
    return Figure(
        start,
        end,
        value,
        None if one_of else value,
        "rank",
        "rank",
        "",
        ">=" if one_of else "=",
        number=text[start:end],
        reasons=("one of several",) if one_of else (),
    )


def find_flags(text: str, start: int, end: int) -> list[tuple[Figure, str]]:
    """Yes-or-no statements between two offsets, each with its name."""
    out: list[tuple[Figure, str]] = []
    for name, value, pattern in _FLAGS:
        for match in pattern.finditer(text, start, end):
            if any(f.start < match.end() and match.start() < f.end for f, _ in out):
                continue
            out.append(
                (
                    Figure(
                        match.start(),
                        match.end(),
                        value,
                        value,
                        "boolean",
                        "boolean",
                        number=match[0],
                    ),
                    name,
                )
            )
    return out


def find_events(  # noqa: PLR0912 -- in order
    text: str, start: int, end: int, dates: list[DateMention]
) -> list[tuple[Figure, str]]:
    """Dated events between two offsets, each with what happened."""
    out = []
    for date in dates:
        if not date.first and not (
            date.last and _RUNS.search(text[max(start, date.start - 50) : date.start])
        ):
            continue
        core = re.search(r"(?:1[5-9]|20)[0-9]{2}", text[date.start : date.end])
        at = date.start + core.start() if core else date.start
        low = int((date.first or date.last)[:4])
        high = int(date.last[:4]) if date.last else low
        window = text[max(start, at - 70) : at]
        plan = _PLAN_WINDOW.search(window)
        event = _EVENT.search(window)
        what = ""
        century = re.search(r"世纪([0-9]0)年代", text[date.start : date.end + 6])
        if century and high == low:
            high = low + 9
        decade = re.match(r"((?:19|20)[0-9])0s", text[at : at + 5])
        if decade:
            low, high = int(decade[1] + "0"), int(decade[1] + "9")
        if plan and high > low:
            what = "period"
        elif event:
            since = event["p"].lower() in {"since", "from"}
            words = event["what"].lower()
            if (
                words
                in {
                    "developed",
                    "produced",
                    "worked",
                    "mined",
                    "been taking place",
                    "in operation",
                    "operating",
                    "built",
                    "operational",
                }
                and not since
            ):
                continue
            if event["p"].lower() in {"to", "until", "through"}:
                if words not in {"life", "operating", "operation", "mining"}:
                    continue
                words = "end of life"
            what = "start" if since and words not in {"closed", "shut"} else words
            if not decade:
                high = low if since else high
        else:
            han = _HAN_EVENT.match(
                text[date.end : date.end + 12].lstrip("正式，计划全面顺利开始月日0123456789")
            )
            if han:
                what = han[0]
        if not what and not date.first:
            what = "end of life"
        if what and high - low <= 30:
            out.append(
                (
                    Figure(
                        at,
                        date.end,
                        float(low),
                        float(high),
                        "year",
                        "year",
                        "",
                        "range" if high > low else "=",
                        number=text[at : date.end],
                    ),
                    what,
                )
            )
    return out
