"""Counts of things: "four major copper bases", 3.4 million people, 12个项目."""

from __future__ import annotations

import re

from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.hedges import hedge_after, hedge_before
from orefield.evidence.extract.numerals import MULTIPLIERS, find_numbers

_NOUNS = """
mines deposits bases projects departments ministries agencies companies firms miners producers
operators smelters refineries plants mills concentrators provinces regions countries states
counties cities towns villages communities districts municipalities households families people
persons residents inhabitants workers employees staff jobs miners villagers fishers farmers
herders users customers migrants deaths fatalities injuries protesters trucks vehicles locomotives
wagons trains ships vessels shovels excavators drills rigs holes drillholes boreholes wells pits
shafts dams ponds reservoirs units furnaces kilns lines turbines lawsuits complaints permits
licences licenses concessions contracts agreements tenements claims blocks metals minerals
commodities sites operations facilities factories parks schools clinics samples assays species
houses homes buildings trees animals yaks incidents accidents spills violations areas zones
shareholders owners partners investors suppliers banks institutions enterprises businesses
subsidiaries shares members ports shareholdings seats boats cattle
"""
_NOUN = "|".join(sorted(_NOUNS.split(), key=len, reverse=True))
_STOPPED = (
    r"(?!(?:of|in|at|on|to|from|by|for|and|or|the|per|with|years?|months?|weeks?|days?|times|"
    r"percent|were|was|are|is|have|had|has|will|that|which|tonnes|tons)\b)"
)
_COUNTED = re.compile(
    rf"(?:[ -]?(?P<m>million|billion|thousand|hundred|dozen)\b)?(?: "
    rf"of)?(?P<words>(?:\s{_STOPPED}[A-Za-z][A-Za-z'/-]*){{0,4}}?\s(?P<noun>{_NOUN}))\b(?!')",
    re.IGNORECASE,
)
_HAN_COUNTED = re.compile(
    r"(?P<m>万|千|百|亿)?(?P<more>多|余)?(?P<word>人(?!民)|名|户|家|座|个(?!百分)|处|项|"
    r"种(?!常)|条|台|辆|艘|套|口|部门|村)"
    r"(?P<noun>[\u4e00-\u9fff]{0,8}|[，。])"
)
_HAN_NOUN = re.compile(
    r"矿产地|矿权|探矿权|采矿权|员工|职工|工人|村民|居民|牧民|村庄|村|县|省份|省|国家|部门|单位|"
    r"企业|公司|矿山|矿区|矿床|矿|项目|基地|"
    r"冶炼厂|工厂|钻孔|尾矿库|岗位|家庭|人口|生产线"
)
_ALONE = frozenset({"人", "户", "部门", "村", "辆", "台", "艘", "名"})
"""Measure words that say by themselves what is counted."""
_HAN_BEFORE = re.compile(
    r"(?:矿产地|矿权|探矿权|采矿权|企业|公司|矿山|矿床|项目|基地|冶炼厂|工厂|钻孔|尾矿库|村庄|岗位|生产线|矿井|"
    r"选矿厂|电站|事故)(?=(?:约|近|逾|超过?|达|共|共计|有)?$)"
)
_MORE = re.compile(
    r"\s(?P<w>more|others|of them)\b(?= (?:are|were|will|would|is|was|have|had|to|under|"
    r"planned|due|in|by|"
    r"before|after|could|may|should)\b)"
)
_VAGUE = re.compile(
    r"\b(?:(?P<m>millions|billions|thousands|tens of thousands|hundreds of thousands|"
    r"hundreds|dozens|tens of millions|hundreds of millions)) of (?P<words>(?:[a-z]+ "
    r"){0,2}(?:people|residents|families|workers|jobs|farmers|villagers|herders|"
    r"households|tonnes|tons))\b",
    re.IGNORECASE,
)
_VAGUE_VALUES = {
    "millions": 1e6,
    "billions": 1e9,
    "thousands": 1e3,
    "tens of thousands": 1e4,
    "hundreds of thousands": 1e5,
    "hundreds": 1e2,
    "dozens": 24.0,
    "tens of millions": 1e7,
    "hundreds of millions": 1e8,
}
_LEFT_STOP = re.compile(
    r"(?:\b(?:of the|phase|stage|class|no\.|article|top|first|last|next|past|group of|"
    r"and|one in|one in every|one out of) |第|之)$",
    re.IGNORECASE,
)
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? $")


def find_counts(text: str, taken: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Counts of a folded text that are no figures already, in order."""
    spans = [(f.start, f.end) for f in taken if f.kind != "bare"]
    out: list[Figure] = []
    for number in find_numbers(text):
        if any(a < number.end and number.start < b for a, b in spans):
            continue
        if _LEFT_STOP.search(text[max(0, number.start - 18) : number.start]) or _MONTH.search(
            text[max(0, number.start - 11) : number.start]
        ):
            continue
        if number.value in {0.0, 1.0} and number.kind != "digits":
            continue
        match = _COUNTED.match(text, number.end)
        if match:
            factor = MULTIPLIERS[match["m"].lower()] if match["m"] else 1.0
            noun, end = " ".join(match["words"].split()), match.end()
            if _is_year(number.text) and not match["m"]:
                continue
            out.append(
                _count(
                    text,
                    number.start,
                    end,
                    number.value * factor,
                    noun,
                    match["m"] or "",
                    number.text,
                )
            )
            continue
        more = _MORE.match(text, number.end)
        if more and out:
            out.append(
                _count(text, number.start, number.end, number.value, out[-1].noun, "", number.text)
            )
            continue
        han = _HAN_COUNTED.match(text, number.end)
        if han:
            noun_match = _HAN_NOUN.search(han["noun"])
            if noun_match is None and han["word"] not in _ALONE:
                noun_match = _HAN_BEFORE.search(text[max(0, number.start - 14) : number.start])
                if noun_match is None or han["noun"][:1] not in {"", "，", "。"}:
                    continue
            noun = noun_match[0] if noun_match else han["word"]
            factor = MULTIPLIERS[han["m"]] if han["m"] else 1.0
            end = han.end("word")
            figure = _count(
                text, number.start, end, number.value * factor, noun, han["m"] or "", number.text
            )
            if han["more"]:
                figure = _at_least(figure)
            out.append(figure)
    out += [_vague(text, m) for m in _VAGUE.finditer(text)]
    return tuple(sorted(out, key=lambda f: f.start))


def _is_year(text: str) -> bool:
    return text.isdigit() and len(text) == 4 and 1900 <= int(text) <= 2100


def _count(
    text: str, start: int, end: int, value: float, noun: str, multiplier: str, number: str
) -> Figure:
    sign, hedge_start = hedge_before(text, start)
    after, _ = hedge_after(text, end)
    sign = after or sign or "="
    return Figure(
        start,
        end,
        None if sign == "<=" else value,
        None if sign == ">=" else value,
        "count",
        "count",
        "",
        sign,
        multiplier,
        number,
        noun,
        hedge_start,
    )


def _at_least(figure: Figure) -> Figure:
    return Figure(
        figure.start,
        figure.end,
        figure.low,
        None,
        figure.symbol,
        figure.kind,
        "",
        ">=",
        figure.multiplier,
        figure.number,
        figure.noun,
        figure.hedge_start,
    )


def _vague(text: str, match: re.Match[str]) -> Figure:
    value = _VAGUE_VALUES[match["m"].lower()]
    mass = match["words"].lower().endswith(("tonnes", "tons"))
    return Figure(
        match.start(),
        match.end(),
        value,
        None,
        "t" if mass else "count",
        "mass" if mass else "count",
        "",
        ">=",
        match["m"],
        match["m"],
        "" if mass else match["words"],
        match.start(),
        ("no number is given, only its order of magnitude",),
    )
