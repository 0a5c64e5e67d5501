"""The other side of a figure: share of what, growth over what, who owns."""

from __future__ import annotations

import re

from orefield.evidence.extract.openings_zh import noun_phrase_zh
from orefield.evidence.extract.scene import Reading, Scene
from orefield.evidence.extract.subjects import owner_of

_WHOLE = re.compile(r"\s?(?:of|the)\s(?P<what>[^,.;()]{2,60})")
_WHOLE_HAN = re.compile(
    r"(?:占|相当于)(?P<what>[^，。；占0-9一二三四五六七八九]{1,16}?)(?:的|约|近|超过|达)*$"
)
_AGAINST = re.compile(
    r"(?:较|比|\bfrom |\bon |\bthan (?:in )?|\bcompared (?:to|with) )"
    r"(?P<d>(?:[QH][1-4] |FY)?(?:19|20)[0-9]{2}|上年|上月|去年)"
)
_YEAR_BEFORE = re.compile(
    r"year[- ]on[- ]year|a year (?:earlier|ago)|y-o-y|yoy|同比|previous year|"
    r"(?P<quarter>环比|quarter[- ]on[- ]quarter)",
    re.IGNORECASE,
)
_VERB = re.compile(r"\s(?:is|are|was|were|has|have|by|in 20|since|and plans|from|to)\b")
_OPENING_END = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|should|can|rose|fell|reached|totalled|stood|"
    r"grew|averaged|exceeded|hit|of|at|to)\b|[,，为达是占]"
)
_LEAD = re.compile(
    r"^(?:the|a|an|and|with|its|about|only|some|in|by|more than|around)\s", re.IGNORECASE
)
_MOST_WORDS = 6


def counterpart_of(scene: Scene, reading: Reading) -> str:
    """What a share is of, what a growth is over, or who owns; empty where it is not said."""
    text, figure = scene.text, reading.figure
    if reading.attribute in {"share", "recycling rate"} or figure.kind == "ratio":
        match = _WHOLE.match(text, figure.end, scene.span[1])
        if match:
            return " ".join(_VERB.split(match["what"])[0].split()[:_MOST_WORDS])
        han = _WHOLE_HAN.search(text[scene.span[0] : figure.start])
        return han["what"] if han else ""
    if reading.attribute == "ownership share" and reading.attached is not None:
        at = (figure.start, figure.end)
        owner = owner_of(at, scene.anchors, reading.attached.anchor)
        return owner.name if owner is not None else ""
    if reading.attribute == "growth":
        stop = min(scene.span[1], figure.end + 40)
        against = _AGAINST.search(text, reading.clause[0], stop)
        if against:
            return against["d"]
        match = _YEAR_BEFORE.search(text, *scene.span)
        if match:
            return "the quarter before" if match["quarter"] else "the year before"
    return ""


def noun_phrase(words: str) -> str:
    """The noun phrase that a clause opens with, at most six words."""
    if re.search(r"[\u4e00-\u9fff]", words):
        return noun_phrase_zh(words)
    cut = _OPENING_END.split(words.strip())[0]
    return _LEAD.sub("", " ".join(cut.split()[:_MOST_WORDS]).strip(" -,;:("))
