"""Candidates of statements in words: who a rank, a yes or no, or a dated event is of."""

from __future__ import annotations

import re

from orefield.evidence.extract import senses
from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.anchors import AnchorFinder
from orefield.evidence.extract.candidate import Candidate, Locator
from orefield.evidence.extract.clause_rules import Attached
from orefield.evidence.extract.clauses import clause_of
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.scene import Scene
from orefield.evidence.extract.subjects import attach, in_opening, quoted

_COMPANYS = re.compile(r"\s(?:[a-z]+\s)?(?:company|miner|producer|group|firm)'s\b")
_APPOSED = re.compile(r"[^,.;0-9]{3,50},\s(?:the )?")
_BESIDE = re.compile(r",\s(?:(?:the|a|its|one of the)\s)?(?:[\w-]+'s\s)?")
_MADE = re.compile(r"\s(?:the\s|a\s|into the\s)?")
_IS = re.compile(
    r",\s(?:[\w' -]{0,20}\s)?|\s(?:is|was|are|remains|has|became|holds|hosts)\s[\w' -]{0,30}|"
    r"(?:是|为)[\u4e00-\u9fff]{0,6}|\s-\s(?:[\w']+\s){0,3}"
)


def read_worded(
    scene: Scene, worded: list[tuple[Figure, str]], finder: AnchorFinder
) -> list[Candidate]:
    """Candidates of the worded statements of a sentence; those of nobody are left out."""
    out = []
    for figure, said in worded:
        attached = _subject(scene, figure, finder)
        if attached is None:
            continue
        rank = figure.symbol == "rank"
        clause = clause_of(scene.text, *scene.span, figure.start)
        at = (figure.start, figure.end)
        out.append(
            Candidate(
                value_low=figure.low,
                value_high=figure.high,
                unit=figure.symbol,
                written=" ".join(figure.number.split()),
                qualifier=figure.hedge,
                subject=attached.anchor.name,
                attribute=(f"rank: {said}" if said else "rank") if rank else said,
                locator=Locator(*at, *clause),
                entities=attached.anchor.entities,
                outlook=(
                    senses.outlook_of(scene.text, scene.span[0], figure.end, at)
                    if figure.symbol == "year"
                    else ""
                ),
                commodity=scene.goods.of(at, clause, scene.span, *scene.span),
                confidence=0.7,
                counterpart=said if rank else "",
                reasons=(f"subject: {attached.rule}", *figure.reasons),
            )
        )
    return out


def _subject(scene: Scene, figure: Figure, finder: AnchorFinder) -> Attached | None:
    at = (figure.start, figure.end)
    if figure.symbol != "rank":
        # who is behind a yes or no is its other side: "a deficit, met by supplies from X"
        before = [a for a in scene.anchors if a.end <= figure.start]
        spoken = before if figure.symbol == "boolean" and before else scene.anchors
        return attach(
            scene.text, at, scene.span, spoken, scene.head, scene.earlier, share=False,
            goods=scene.goods,
        )  # fmt: skip
    if _COMPANYS.match(scene.text, figure.end):
        named = finder.named_after("company")
        if named is not None:
            return Attached(named, "named beside the description")
    return _ranked(scene, figure)


def _ranked(scene: Scene, figure: Figure) -> Attached | None:  # noqa: PLR0911 -- in order
    """Who a rank is of: an apposition behind it, who "is" it, or who has it."""
    text, at = scene.text, (figure.start, figure.end)
    usable = [
        a
        for a in scene.anchors
        if a.kind not in {"person", "world"} and not a.start <= figure.start < a.end
    ]
    before = [a for a in usable if a.end <= figure.start and not quoted(text, a)]
    if not text[figure.start].isascii():
        return _ranked_han(scene, figure, before)
    for anchor in reversed(before):
        if _BESIDE.fullmatch(text[anchor.end : figure.start]):
            return Attached(anchor, "apposition")
    for anchor in usable:
        behind = anchor.start >= figure.end and not anchor.preposition
        if behind and _APPOSED.fullmatch(text[figure.end : anchor.start]):
            return Attached(anchor, "apposition")
    opening = in_opening(text, at, scene.span, usable)
    if opening is not None:
        return opening
    for anchor in reversed(before):
        gap = text[anchor.end : figure.start]
        if anchor.pointing and _MADE.fullmatch(gap):
            return Attached(anchor, "who is made so")
        if _IS.fullmatch(gap):
            return Attached(anchor, "who is ranked")
    if scene.head is not None:
        return Attached(scene.head, "head of the bullet")
    others = [a for a in usable if not a.possessive or a.pointing]
    return attach(text, at, scene.span, others, None, scene.earlier, True)


def _ranked_han(scene: Scene, figure: Figure, before: list[Anchor]) -> Attached | None:
    near = [a for a in before if not a.preposition and "；" not in scene.text[a.end : figure.start]]
    if near:
        return Attached(near[0], "grammatical subject")
    earlier = scene.earlier
    return Attached(earlier, "subject of what is before") if earlier is not None else None
