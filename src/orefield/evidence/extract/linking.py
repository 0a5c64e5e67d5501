"""Attaches each figure of a sentence to what it measures, whom it is of, and of which commodity."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.attributes import attribute_of, measured_words
from orefield.evidence.extract.clause_rules import Attached
from orefield.evidence.extract.clauses import clause_of
from orefield.evidence.extract.lists import distributed, groups_of, paired, plain_items
from orefield.evidence.extract.openings import opening_of
from orefield.evidence.extract.openings_zh import sharer_zh
from orefield.evidence.extract.scene import Reading, Scene
from orefield.evidence.extract.subjects import attach

_RESPECTIVELY = re.compile(r"[^.;0-9]{0,24}\brespectively\b", re.IGNORECASE)
_LISTED_HAN = re.compile(r"分别|依次")
_OTHER_SUBJECT = re.compile(
    r"(?:The |Global |World |Average |Most |Many |Some |Local |Domestic |Chinese |[A-Z][a-z]+ )?"
    r"(?:[a-z]+ )?(?i:prices?|shares|makers|buyers|analysts|consumers|users|traders|smelters|"
    r"refiners|producers|miners|manufacturers|automakers|households|companies|firms)\s"
    r"(?:have|has|are|is|was|were|will|rose|fell|expect|hit|reached|climbed|touched|said|need|"
    r"use|consume|share|hold)\b"
)
_STEP = re.compile(
    r"\s(?:of [a-z ]{2,20} )?(?:from|to|against|compared with|compared to|versus)\s"
    r"(?:a |an |the |about |previous |earlier |range of |between )*"
)
_AGAINST = re.compile(
    r"^[^.;]{0,60}?\b(?:compared (?:with|to)|against|versus|up from|down from|from)\s(?:about |"
    r"around |nearly |just |only |more than )?$|^[^。；]{0,16}(?:前一周|上年同期|去年同期|"
    r"上月|此前)为?$"
)
_ELLIPTIC = re.compile(
    r"[^,;.0-9]{0,30}(?:[,;]|\sand)\s(?:and\s|with\s|followed by\s)?(?P<what>(?!(?:up|down|or|"
    r"about|of|in|from|to|while|but|which|"
    r"versus|against|compared|at|by|the rest|only|some|nearly|including|more|"
    r"less)\b)[A-Za-z][a-z-]*"
    r"(?:\s(?!(?:is|are|was|were|rose|fell|to|from|by|at|of)\b)[a-z-]+){0,4}),?"
    r"(?:\s(?:about|around|some|nearly|for))?\s"
)
_AGENTS = re.compile(
    r"\b(?:ministries|departments|agencies|companies|firms|smelters|refiners|refineries|producers|miners|"
    r"plants|mills|mines|countries|provinces|operators|automakers|banks|investors|shareholders|"
    r"suppliers|partners)$"
)
_PRICED = frozenset({"price", "money", "fraction", "points", "ratio"})
_SHARES = frozenset({"share", "recycling rate", "ownership share", ""})
_MARKETS = frozenset({"price", "demand"})
_LIST_GAP = 18
_PRICES = re.compile(
    r"\b(?:prices?|premiums?|contracts?|futures|to close at|closed at)\b|价|主力合约|升水|贴水",
    re.IGNORECASE,
)


def link(scene: Scene, last_attribute: str) -> list[Reading]:
    """Every figure of a sentence with attribute, subject and commodity, lists paired.

    ``last_attribute`` is what the text measured last: it stands in for a mass of which its own
    sentence says nothing.
    """
    readings: list[Reading] = []
    for index in range(len(scene.figures)):
        reading = _linked(scene, index, readings, last_attribute)
        if reading.figure.kind == "mass" and reading.attribute:
            last_attribute = reading.attribute
        readings.append(reading)
    return _listed(scene, readings)


def _linked(scene: Scene, index: int, readings: list[Reading], last_attribute: str) -> Reading:
    figure, text = scene.figures[index], scene.text
    at = (figure.start, figure.end)
    clause = clause_of(text, *scene.span, figure.start)
    before, after = scene.before(index), scene.after(index)
    attribute, why = attribute_of(text, figure, clause, scene.span, before)
    if index and not scene.headline and _goes_on(scene, index) and readings[-1].attribute:
        attribute, why = readings[-1].attribute, "measured as the figure before"
    if figure.kind == "count":
        attribute, why = f"count of {figure.noun}", ""
    share = figure.kind in {"fraction", "ratio"} and attribute in _SHARES
    base = _base(scene, index, readings, clause) if attribute == "growth" else attribute
    carried = scene.memory.carried(base)
    owned = attribute == "ownership share"
    context = (text, at, scene.span, scene.anchors, scene.head, carried, share)
    attached = attach(*context, owned=owned, goods=scene.goods)
    price = attached is not None and attached.anchor.kind == "price"
    if price and figure.kind not in _PRICED:  # a price has no depth and no water
        attached = attach(*context, owned=owned)
    phrased = attached is not None and attached.anchor.kind == "thing"
    if phrased and attached and figure.kind == "count" and attached.anchor.end <= clause[0]:
        attached = attach(*context, owned=owned)  # what is counted is itself a thing
    if attached is not None and attached.rule == "subject of what is before":
        # markets have prices and demand; the mine or company named last has not
        market = base in _MARKETS and attached.anchor.kind not in {"place", "world"}
        other = market or _OTHER_SUBJECT.match(text, scene.span[0])
        attached = None if other else attached
    if figure.kind == "mass" and not attribute:
        attribute = last_attribute or ("production" if figure.rate else "")
        why = "measured as the figure before" if last_attribute else "a yearly flow"
    named = scene.goods.of(at, clause, scene.span, before, after)
    commodity = "" if figure.kind == "count" else named
    alike = index > 0 and figure.kind == scene.figures[index - 1].kind != "count"
    if alike and _STEP.fullmatch(text[before : figure.start]):
        # "cut to 196,000 from 204,000": the old figure is of what the new one is of
        commodity = readings[-1].commodity or commodity
    if figure.kind == "price" and not attribute:
        attribute = "price"
    if alike and attribute == readings[-1].attribute != "growth" and _compared(scene, index):
        attached = readings[-1].attached or attached
    if figure.kind == "count":
        attached = _counted(scene, index, clause) or attached
    attached = _listed_with(scene, index, share, clause) or attached
    return Reading(figure, attribute, attached, commodity, clause, (why,) if why else ())


def _counted(scene: Scene, index: int, clause: tuple[int, int]) -> Attached | None:
    """A count that is its clause's subject: "seven ministries issued a plan"."""
    figure = scene.figures[index]
    if not _AGENTS.search(figure.noun):
        return None
    phrase = opening_of(scene.text, *clause, scene.goods.words)
    if phrase is None or phrase.kind != "thing":
        return None
    if not phrase.start <= figure.start + len(figure.number) + 1 or phrase.end < figure.end:
        return None
    if phrase.end > figure.end + 1 or scene.text[clause[0] : phrase.start].count(" ") > 12:
        return None
    noun = Anchor(figure.start, figure.end, figure.noun, "thing")
    return Attached(noun, "noun phrase that the clause opens with")


def _listed_with(scene: Scene, index: int, share: bool, clause: tuple[int, int]) -> Attached | None:
    """The user of a share in a list: "batteries take 87%, glass and ceramics 5%"."""
    figure, text = scene.figures[index], scene.text
    if not share or figure.kind != "fraction":
        return None
    found = sharer_zh(
        text, clause[0], figure.hedge_start if figure.hedge_start > 0 else figure.start
    )
    if found is None and index and scene.figures[index - 1].kind == "fraction":
        before = scene.figures[index - 1].end
        match = _ELLIPTIC.fullmatch(text[before : figure.start])
        if match and not measured_words(text, before, figure.start, "fraction"):
            a, b = before + match.start("what"), before + match.end("what")
            found = Anchor(a, b, match["what"], "thing")
    if found is None or any(a.start < found.end and found.start < a.end for a in scene.anchors):
        return None
    return Attached(found, "named with it in the list")


def _compared(scene: Scene, index: int) -> bool:
    """Whether a figure is only what the one before it is held against: it is of the same."""
    before, start = scene.before(index), scene.figures[index].start
    gap = scene.text[before:start]
    named = any(
        before <= a.start < start and a.kind not in {"world", "hole"} and not a.pointing
        for a in scene.anchors
    )
    return not named and _AGAINST.search(gap) is not None


def _base(scene: Scene, index: int, readings: list[Reading], clause: tuple[int, int]) -> str:
    """What a growth is the growth of: what the sentence measured before it, or speaks of."""
    for reading in reversed(readings):
        if reading.figure.kind in {"mass", "money", "price"} and reading.attribute:
            return reading.attribute
    if _PRICES.search(scene.text[slice(*scene.span)]):
        return "price"
    probe = replace(scene.figures[index], kind="mass")
    return attribute_of(scene.text, probe, clause, scene.span, scene.before(index))[0]


def _goes_on(scene: Scene, index: int) -> bool:
    """Whether a figure goes on with a list: no word of its own says what it measures."""
    figure, last = scene.figures[index], scene.figures[index - 1]
    if figure.kind != last.kind or figure.kind == "fraction":
        return False
    if figure.start - last.end >= _LIST_GAP:
        return False
    return not measured_words(scene.text, last.end, figure.start, figure.kind)


def _listed(scene: Scene, readings: list[Reading]) -> list[Reading]:
    """Percentages paired with their quantities, quantities with what is named in a list."""
    out = list(readings)
    runs = groups_of(scene.text, scene.figures)
    pairs = paired(runs, scene.figures)
    for run in runs:
        if not any(number in pairs for number in run) and _in_order(scene, run):
            _distribute(scene, run, out)
    for number, other in pairs.items():
        out[number] = replace(
            out[number],
            attached=out[other].attached,
            commodity=out[other].commodity,
            reasons=(*out[number].reasons, "paired with the list before, in order"),
        )
    return out


def _in_order(scene: Scene, run: list[int]) -> bool:
    """Whether the words say that a list of figures belongs to a list of things, in order."""
    first, last = scene.figures[run[0]], scene.figures[run[-1]]
    lead = scene.text[max(0, first.start - 14) : first.start]
    tail = scene.text[last.end : last.end + 32]
    return bool(_LISTED_HAN.search(lead) or _RESPECTIVELY.match(tail))


def _distribute(scene: Scene, run: list[int], out: list[Reading]) -> None:
    start = scene.figures[run[0]].start
    names = [a for a in scene.anchors if not a.pointing]
    chosen = distributed([(a.start, a.end) for a in names], scene.text, start, len(run))
    goods = scene.goods.between(max(0, start - 120), start)
    metals = distributed([(m.start, m.end) for m in goods], scene.text, start, len(run))
    shares = out[run[0]].attribute in _SHARES
    plain = (
        []
        if chosen or metals or not shares
        else plain_items(scene.text, scene.span[0], start, len(run))
    )
    for place, number in enumerate(run):
        if plain:
            a, b = plain[place]
            anchor = Anchor(a, b, scene.text[a:b], "thing")
            out[number] = replace(
                out[number], attached=Attached(anchor, "the list before, in order")
            )
        elif chosen:
            attached = Attached(names[chosen[place]], "the list before, in order")
            out[number] = replace(out[number], attached=attached)
        elif metals:
            out[number] = replace(out[number], commodity=goods[metals[place]].symbol)
