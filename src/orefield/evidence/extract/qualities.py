"""Statements that carry no number and name a metal: "known for its high copper concentrations"."""

from __future__ import annotations

import re

from orefield.evidence.extract.figure import Figure
from orefield.evidence.words.commodities import CommodityMention

_METALS = (
    r"(?P<what>[A-Za-z][A-Za-z -]{1,60}?"
    r"(?:(?:,|\s\(?(?:and|or)|,\sand)\s[A-Za-z][A-Za-z -]{1,30}?\)?){0,3})"
)
_KNOWN = re.compile(
    rf"\b(?:well[- ])?(?:known|famous|noted|renowned) for (?:its |their |the )?(?P<high>high |"
    rf"rich )?{_METALS}"
    r"(?P<of>\)?\s(?:concentrations?|content|grades?|deposits?|reserves?|resources?|ores?|mines?|mining))\b"
)
_RICH = re.compile(
    rf"\brich in {_METALS}(?=[.,;)]|$|\s(?:that|which|is|are|was|has|have|lies|and\s(?:is|has))\b)"
)
_HAN_RICH = re.compile(
    r"(?:富含|盛产|富产|富集)(?P<what>[\u4e00-\u9fff、]{1,16})|以(?:高品位)?(?P<what2>[\u4e00-\u9fff、]{1,12}?)(?:闻名|著称)"
)


def find_qualities(
    text: str, start: int, end: int, goods: list[CommodityMention], name: dict[str, str]
) -> list[tuple[Figure, str, str]]:
    """What is said of a place's metals between two offsets: figure, attribute, commodity.

    Parameters
    ----------
    text : str
        Folded.
    start, end : int
        Characters.
    goods : list of CommodityMention
        Commodities named between the offsets; a quality that names none is left out.
    name : dict of str to str
        Word for each symbol.
    """
    out = []
    for pattern, lead in ((_KNOWN, "known for"), (_RICH, "rich in"), (_HAN_RICH, "rich in")):
        for match in pattern.finditer(text, start, end):
            groups = match.groupdict()
            of = re.sub(r"[()]", "", groups.get("of") or "").strip()
            high = (groups.get("high") or "").strip()
            for mention in goods:
                if not match.start() <= mention.start < match.end():
                    continue
                words = (lead, high, name.get(mention.symbol, mention.symbol), of)
                figure = Figure(
                    mention.start, mention.end, 1.0, 1.0, "boolean", "boolean",
                    number=text[match.start() : match.end()], reasons=("said in words, no number",),
                )  # fmt: skip
                out.append((figure, " ".join(w for w in words if w), mention.symbol))
    return out
