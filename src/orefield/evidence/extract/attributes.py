"""What a figure measures, by the words around it and the kind of its unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from orefield.evidence.extract.attribute_words import WORDS
from orefield.evidence.extract.figure import Figure


@dataclass(frozen=True, slots=True)
class Measured:
    """A word of measurement in a text: what it is called and where it stands."""

    name: str
    start: int
    end: int


_COMPILED = tuple((name, re.compile(words, re.IGNORECASE), kinds) for name, words, kinds in WORDS)

_DOWN = re.compile(
    r"\bdown\b|\b(?:fall|fell|drop|declin|decreas|slip|slump|shr[aiu]nk|reduc|lower|cut|"
    r"plung|slid|less)\w*|下降|下跌|减少|降幅|回落|下滑|降低",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\bup\b|\b(?:ris|rose|increas|grow|grew|climb|jump|surg|soar|gain|higher|more)\w*|"
    r"增长|上涨|增加|上升|提高",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"\s?(?:Cu|CuEq|Au|Ag|Mo|Ni|Co|Zn|Pb|Fe|Li2O|Li|Sn|Mn|U3O8|TREO|REO|P2O5|Al2O3|WO3|"
    r"Cr2O3|TiO2|V2O5|copper|cobalt|nickel|zinc|lead|lithium|iron|tin|gold|manganese)\b"
)
_LEVEL = re.compile(
    r"(?:\b(?:to|from|at)|至|到|由[^，。]{0,4}|从[^，。]{0,4}|由.{0,3}前的)\s?(?:about |around |"
    r"nearly |约|more than |over )?$"
)
_OF = re.compile(r"\s?(?:of (?!growth)|的(?!增|速))")
_OWNED = re.compile(
    r"\s?-?(?:owned|stake|interest|shareholding|equity|的?股权|的?权益)|\s(?:of|in) (?:the "
    r")?(?:project|company|mine|joint venture)\b",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"\b(?:holds?|owns?|held|owned|acquir\w+|bought|buy|sold|sell|controls?|controlled|"
    r"has)\s(?:about |around |an? |the |only |some |nearly )?$"
)
_POSSESSIONS = re.compile(
    r"\b(?:reserves?|resources?|output|production|supply|exports?|imports?|demand|"
    r"capacity|global|world|total|market|its|their|quota)\b",
    re.IGNORECASE,
)
_COMES = re.compile(
    r"(?:以上|左右)?的?(?:来自|产自|源自)|\s(?:[a-z]+\s){0,4}(?:came|comes|come)\sfrom\b"
)
_COMPLETE = re.compile(r"\s?-?(?:complete|completed|finished)\b", re.IGNORECASE)


def measured_words(text: str, start: int, end: int, kind: str) -> list[Measured]:
    """Every word of measurement between two offsets that goes with a kind of unit."""
    return [
        Measured(m.name, m.start + start, m.end + start) for m in _measured(text[start:end], kind)
    ]


@lru_cache(maxsize=128)
def _measured(sentence: str, kind: str) -> tuple[Measured, ...]:
    """Words of measurement of a sentence, in order; its figures ask for them in turn."""
    found = [
        Measured(name, match.start(), match.end())
        for name, pattern, kinds in _COMPILED
        if kind in kinds
        for match in pattern.finditer(sentence)
    ]
    return tuple(sorted(found, key=lambda m: (m.start, -m.end)))


def attribute_of(
    text: str, figure: Figure, clause: tuple[int, int], sentence: tuple[int, int], before: int
) -> tuple[str, str]:
    """What a figure measures, and why; empty where nothing says.

    The nearest fitting word decides. Behind the figure counts half as far again, and another
    clause as forty characters more.

    ``before`` is the end of the figure before in the sentence: words behind it are this one's own.
    """
    direct = _direct(text, figure)
    if direct:
        return direct, "said right behind it"
    best: tuple[float, Measured] | None = None
    level = _LEVEL.search(text[max(0, figure.start - 24) : figure.start]) is not None
    for word in measured_words(text, *sentence, figure.kind):
        if level and word.name == "growth":
            continue
        if (
            word.start < figure.end
            and figure.start < word.end
            and figure.kind not in {"ratio", "time"}
        ):
            continue
        if word.end <= figure.start:
            distance = float(figure.start - word.end)
            if word.end <= before:
                distance += 15.0
        else:
            distance = 1.5 * (word.start - figure.end) + 4.0
        if not clause[0] <= word.start <= clause[1]:
            distance += 40.0
        distance -= 0.2 * (word.end - word.start)
        if word.name in {"growth"} and figure.kind == "fraction" and word.start > figure.end + 25:
            distance += 40.0
        if best is None or distance < best[0]:
            best = (distance, word)
    if best is None:
        return "", ""
    return best[1].name, f"'{text[best[1].start : best[1].end]}' near it"


def _direct(text: str, figure: Figure) -> str:  # noqa: PLR0911 -- in order
    """What the words right behind a percentage or grade make of it."""
    if figure.kind not in {"fraction", "grade"}:
        return ""
    end = figure.end
    if _OWNED.match(text, end):
        return "ownership share"
    if _COMPLETE.match(text, end):
        return "completion"
    if re.match(r"\s?of (?:[a-z]+ )?capacity\b", text[end : end + 30]):
        return "capacity utilisation"
    if figure.kind == "fraction" and _ELEMENT.match(text, end):
        return "grade"
    if figure.kind == "fraction" and _COMES.match(text, end):
        return "share"
    before = text[max(0, figure.start - 14) : figure.start]
    if re.search(r"(?:@|\bgrading |\bgrade of |品位为?)\s?(?:about |约)?$", before):
        return "grade"
    if re.match(
        r"\s?(?:increase|rise|growth|gain|jump|climb|drop|fall|decline|decrease|cut|"
        r"year[- ]on[- ]year|y-o-y|yoy|higher|lower|more than (?:a year|in|the)|less "
        r"than (?:a year|in|the)|reduction|surge)\b",
        text[end : end + 30],
    ):
        return "growth"
    if _OF.match(text, end) and not re.search(
        r"(?:增长|下降|rose|fell|grew|up|down|by|recovery|grade)\s*(?:为|至|by)?\s*$", before
    ):
        after = re.split(r"[,.;]", text[end : end + 60])[0]
        if _HOLDS.search(
            text[max(0, figure.start - 24) : figure.start]
        ) and not _POSSESSIONS.search(after):
            return "ownership share"
        if re.search(r"\b(?:recycl|reus|recover)\w*", after, re.IGNORECASE):
            return "recycling rate"
        return "share"
    return ""


def falls(text: str, figure: Figure, clause: tuple[int, int]) -> bool:
    """Whether a growth is one downwards: the nearest word of direction says so."""
    window = (max(clause[0], figure.start - 60), min(clause[1], figure.end + 16))
    best: tuple[int, bool] | None = None
    for pattern, down in ((_UP, False), (_DOWN, True)):
        for match in pattern.finditer(text, *window):
            if match.end() <= figure.start:
                distance = figure.start - match.end()
            else:
                distance = 2 + 2 * max(0, match.start() - figure.end)
            if best is None or distance < best[0]:
                best = (distance, down)
    return best is not None and best[1]
