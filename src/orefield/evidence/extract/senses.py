"""Basis, stage, resource class, rate and outlook of a figure, where the words say so."""

from __future__ import annotations

import re
from functools import lru_cache

_BASIS = (
    (
        "contained",
        r"\bcontained\b|\bmetal content\b|\bin concentrates?\b|\bof contained\b|金属量|含铜|含金|"
        r"精矿含|\bpayable\b|\brecoverable\b|铜金属|\bin (?:matte|hydroxide)\b",
    ),
    ("concentrate_gross", r"\bconcentrates?\b|精矿"),
    ("ore", r"\bore\b(?! body|body)|\bores\b|矿石|原矿|矿石量|\brock\b"),
)
_BASIS_RE = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _BASIS)
_STAGE = (
    ("scrap", r"\bscrap\b|\brecycled?\b|\bsecondary\b|\bend-of-life\b|再生|废铜|废铝|废杂"),
    ("semis", r"\bsemis\b|\bsemi-finished\b|\bcable\b|\brods?\b|\bsheets?\b|铜材|铝材|铜杆"),
    ("refined", r"\brefined\b|\bcathodes?\b|\brefiner(?:y|ies)\b|精炼|电解铜|阴极铜|\bbullion\b"),
    (
        "smelter",
        r"\bsmelt\w*|\bblister\b|\banode\b|primary alumini?um|\bmatte\b|冶炼|电解铝|原铝|粗铜",
    ),
    (
        "mine",
        r"\bmin(?:e|es|ed|ing)\b|\bconcentrates?\b|\bore\b|\bextract\w*|\bbauxite\b|\bpit\b|"
        r"\bdeposit\b|矿产|精矿|矿山|采选|矿石|铝土矿|露天|铜矿|金矿",
    ),
)
_STAGE_RE = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _STAGE)
_CLASS = (
    ("potential", r"\bpotential\b|\bprospective\b|\bstockpiles\b|远景|预测|潜力"),
    ("measured", r"\bmeasured\b|探明"),
    ("indicated", r"\bindicated\b|控制的"),
    ("inferred", r"\binferred\b|推断"),
    ("reserve", r"\breserves?\b|\bproven\b|\bproved\b|\bprobable\b|储量"),
    ("resource", r"\bresources?\b|资源"),
)
_CLASS_RE = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _CLASS)
_RATE = (
    ("eol_rr", r"end[- ]of[- ]life recycl\w+ rate|end[- ]of[- ]life|报废"),
    ("rir", r"recycled (?:input|content)|secondary share|再生.{0,4}占"),
    (
        "process_yield",
        r"(?:mill|plant|metallurgical|flotation|smelter|process)\w* recover\w+|回收率|"
        r"\brecover(?:y|ies)\b(?! from scrap)",
    ),
    ("unnamed", r"\brecycl\w+|\breus\w+|回收利用|循环利用|再生利用|\brecover\w+"),
)
_RATE_RE = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _RATE)
_OUTLOOK = (
    ("guidance", r"\bguid(?:ance|ed|es|ing)\b|指引"),
    (
        "target",
        r"\btarget\w*|\baim(?:s|ed|ing)?\b|\bgoals?\b|\bshould\b|\bambition\w*|"
        r"\b(?:is|are) to (?:exceed|reach|rise|fall|grow|be cut)\b|\b(?:wants?|seeks?|hopes?)\b"
        r"(?=[^.;]{0,50}\bto\b)|力争|(?<!完成)(?<!完成规划)(?<!完成计划)目标|"
        r"(?:提出|明确|要求)(?=[^。；]{0,60}(?:年均|达到|突破|提高|不低于|以上))",
    ),
    (
        "planned",
        r"\bplan(?:s|ned|ning)\b(?! (?:says|said))|\bscheduled\b|\bintends?\b|\bproposed\b|"
        r"\bwould\b|\bwill\b|(?<!年度)(?<!完成)(?<!五年)计划(?!的)|(?<!完成)规划(?!目标)|拟(?!建)|"
        r"达产后|建成后|届时|将(?!近)",
    ),
    (
        "projected",
        r"\bproject(?:ed|ion|ions)\b|\bforecasts?\b|\bexpect\w*|\banticipat\w*|\bpoised\b|"
        r"\bset to\b|\boutlook\b|\blikely\b|\bis to\b|\bby 20[3-9][0-9]\b|预计|预测|预期|"
        r"有望|或将",
    ),
    (
        "estimated",
        r"\b(?:is|are|was|were|an?) estimated\b|\bestimates? (?:that|the|its)\b|\bput at\b|"
        r"估计|估算",
    ),
)
_OUTLOOK_RE = tuple((name, re.compile(p, re.IGNORECASE)) for name, p in _OUTLOOK)


_HELD_AGAINST = re.compile(
    r"\b(?:from|compared with|compared to|against|versus)\s(?:about |around |nearly |just |"
    r"only )?$|"
    r"(?:上年|去年|前一[年月周]|此前)[^，。0-9]{0,6}$",
    re.IGNORECASE,
)
_NOT_ITS_OWN = re.compile(
    r"[0-9，,]|\b(?:below|above|within|beating|against|versus|exceed\w*|and|while|but)\b",
    re.IGNORECASE,
)
_REACH_BEHIND = 40
_REACH = 160
"""Characters from a figure within which a word of outlook is its own."""


def basis_of(text: str, figure: tuple[int, int], clause: tuple[int, int], next_start: int) -> str:
    """Of what a mass is the mass: the words behind it up to the next figure, then those before."""
    behind = text[figure[1] : min(clause[1] + 12, next_start, figure[1] + 45)]
    found = _first(_BASIS_RE, behind)
    return found or _last(_BASIS_RE, text[max(clause[0], figure[0] - 60) : figure[0]]) or "missing"


def stage_of(near: str, wide: str, attribute: str) -> str:
    """Stage in the chain, from the words near the figure, else from its sentence; ``missing``.

    What is used is a matter of the attribute alone: output that covers demand is not use.
    """
    if attribute == "demand":
        return "use"
    return _last(_STAGE_RE, near) or _stage_in(wide) or "missing"


@lru_cache(maxsize=128)
def _stage_in(sentence: str) -> str:
    """Stage that a sentence speaks of; its figures ask for it in turn."""
    return _first(_STAGE_RE, sentence)


def class_of(near: str) -> str:
    """Resource class that the words name; empty where they name none."""
    found = [name for name, pattern in _CLASS_RE if pattern.search(near)]
    named = [name for name in found if name in {"measured", "indicated", "inferred"}]
    if named:
        return " and ".join(named)
    return found[0] if found else ""


def rate_of(near: str) -> str:
    """Which recycling or recovery rate; ``unnamed`` where the words leave it open."""
    return _first(_RATE_RE, near) or ""


def outlook_of(text: str, start: int, end: int, figure: tuple[int, int]) -> str:
    """The nearest word of target, plan, projection, guidance or estimate; empty for none."""
    if _HELD_AGAINST.search(text[max(start, figure[0] - 30) : figure[0]]):
        return ""  # "to 40, from 30 last year": what was
    best: tuple[int, str] | None = None
    start, end = max(start, figure[0] - _REACH), min(end, figure[1] + _REACH_BEHIND)
    for name, pattern in _OUTLOOK_RE:
        for match in pattern.finditer(text, start, end):
            if match.start() >= figure[1] and _NOT_ITS_OWN.search(text[figure[1] : match.start()]):
                continue
            distance = (
                figure[0] - match.end()
                if match.end() <= figure[0]
                else match.start() - figure[1] + 20
            )
            if best is None or distance < best[0]:
                best = (distance, name)
    return best[1] if best else ""


def _first(table: tuple[tuple[str, re.Pattern[str]], ...], words: str) -> str:
    return next((name for name, pattern in table if pattern.search(words)), "")


def _last(table: tuple[tuple[str, re.Pattern[str]], ...], words: str) -> str:
    best = (-1, "")
    for name, pattern in table:
        for match in pattern.finditer(words):
            if match.end() > best[0]:
                best = (match.end(), name)
    return best[1]
