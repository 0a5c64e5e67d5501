"""Reads the sentences of one text, one after the other, and remembers what they speak of."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.anchors import AnchorFinder
from orefield.evidence.extract.candidate import Candidate
from orefield.evidence.extract.composing import compose
from orefield.evidence.extract.counts import find_counts
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.figures import find_figures
from orefield.evidence.extract.goods import Goods
from orefield.evidence.extract.grids import read_grid
from orefield.evidence.extract.layout import (
    Block,
    BlockKind,
    Sentence,
    bullet_body,
    dateline_end,
)
from orefield.evidence.extract.linking import link
from orefield.evidence.extract.memory import Memory
from orefield.evidence.extract.parts import find_parts
from orefield.evidence.extract.qualities import find_qualities
from orefield.evidence.extract.ranking import read_worded
from orefield.evidence.extract.scene import Reading, Scene
from orefield.evidence.extract.speakers import speakers_of
from orefield.evidence.extract.subjects import quoted
from orefield.evidence.extract.when import Calendar
from orefield.evidence.extract.worded import find_events, find_flags, find_ranks

_HEAD = re.compile(r"\s*(?P<head>[^.:;]{2,70}?)(?::\s|\s-\s)")
_HEADLINES = frozenset({BlockKind.TITLE, BlockKind.HEADING})
_POINTS_BACK = re.compile(r"\s*(?:It|Its|They|Their|This|These|Here|There|He|She|其|该|此|这)\b")
_REPEATED = 2
_OPENING_CHARACTERS = 40
"""How far into a sentence without figures a name still counts as what it is about."""


class Reader:
    """Reads the sentences of one text.

    Parameters
    ----------
    text : str
        Folded.
    anchors : AnchorFinder
    goods : Goods
    calendar : Calendar
    publisher : str
    """

    def __init__(
        self, text: str, anchors: AnchorFinder, goods: Goods, calendar: Calendar, publisher: str
    ) -> None:
        self._text = text
        self._anchors = anchors
        self._goods = goods
        self._calendar = calendar
        self._publisher = publisher
        self._head: Anchor | None = None
        self._list_subject: Anchor | None = None
        self._in_list = False
        self._last_commodity = ""
        self._last_attribute = ""

    def begin(self, block: Block, memory: Memory) -> None:
        """Start a block: read the head of a bullet, keep the subject that the list is under."""
        self._head = None
        if block.kind not in {BlockKind.BULLET, BlockKind.ROW}:
            self._last_attribute = ""  # another paragraph may measure another thing
        if block.kind is BlockKind.BULLET:
            if not self._in_list:
                self._list_subject, self._in_list = memory.subject, True
            memory.subject = self._list_subject
            match = _HEAD.match(self._text, bullet_body(self._text, block), block.end)
            if match:
                named = self._anchors.find(match.start("head"), match.end("head"), memory)
                self._head = named[0] if named and not named[0].preposition else None
        elif self._in_list:
            self._in_list = False
            memory.subject = self._list_subject
        elif (
            block.kind is BlockKind.PARAGRAPH
            and memory.topic is not None
            and not _POINTS_BACK.match(self._text, block.start)
        ):
            memory.subject = memory.topic

    def read(self, sentence: Sentence, block: Block, memory: Memory) -> list[Candidate]:
        """Candidates of a sentence; what it speaks of is remembered for the next ones."""
        start = sentence.start
        if start == block.start:
            start = bullet_body(self._text, block) if block.kind is BlockKind.BULLET else start
            start = dateline_end(self._text, start, sentence.end)
        headline = block.kind in _HEADLINES
        if self._head is not None:
            memory.subject = self._head
        words = self._text[start : sentence.end]
        scene = Scene(
            self._text,
            (start, sentence.end),
            self._figures(start, sentence.end),
            self._anchors.find(start, sentence.end, memory, headline and _title_case(words)),
            self._head,
            memory.subject,
            block.kind is BlockKind.TITLE,
            self._goods,
            self._calendar,
            memory,
        )
        readings = link(scene, self._last_attribute)
        found = [compose(scene, readings, i, self._last_commodity) for i in range(len(readings))]
        out = [c for c in found if c is not None]
        if block.kind is not BlockKind.HEADING:  # "The largest deposits": a heading ranks nobody
            out += read_worded(scene, self._worded(*scene.span), self._anchors)
            goods = self._goods.between(*scene.span)
            said = find_qualities(self._text, *scene.span, goods, self._goods.spoken(goods))
            for figure, name, symbol in said:
                made = read_worded(scene, [(figure, name)], self._anchors)
                out += [replace(c, commodity=symbol) for c in made]
        self._remember(scene, readings, memory, headline)
        speakers = speakers_of(words, self._publisher)
        return [replace(c, speakers=speakers) for c in out]

    def read_table(self, rows: list[Block], memory: Memory) -> list[Candidate]:
        """Candidates of the rows of a table."""
        return read_grid(self._text, rows, self._goods, memory)

    def _figures(self, start: int, end: int) -> list[Figure]:
        body = self._text[start:end]
        figures = find_figures(body)
        counts = find_counts(body, figures)
        figures = tuple(f for f in figures if not any(c.start <= f.start < c.end for c in counts))
        parts = find_parts(body, (*figures, *counts))
        found = sorted((*figures, *counts, *parts), key=lambda f: (f.start, f.end))
        return [
            replace(f, start=f.start + start, end=f.end + start, hedge_start=f.hedge_start + start)
            for f in found
        ]

    def _worded(self, start: int, end: int) -> list[tuple[Figure, str]]:
        dates = self._calendar.between(start, end)
        return [
            *find_ranks(self._text, start, end),
            *find_flags(self._text, start, end),
            *find_events(self._text, start, end, dates),
        ]

    def _remember(
        self, scene: Scene, readings: list[Reading], memory: Memory, headline: bool
    ) -> None:
        spoken = [a for a in scene.anchors if not quoted(self._text, a)]
        memory.note(spoken or scene.anchors)
        measured = [r for r in readings if r.figure.kind == "mass"]
        named = [r.commodity for r in measured if r.commodity]
        if named:
            self._last_commodity = named[-1]
        elif not measured and not headline:
            goods = self._goods.between(*scene.span)
            self._last_commodity = goods[0].symbol if goods else self._last_commodity
        attributes = [r.attribute for r in measured if r.attribute]
        self._last_attribute = attributes[-1] if attributes else self._last_attribute
        chosen = _spoken_of(scene, spoken, readings, first=memory.subject is None)
        if headline and chosen is not None and self._text.count(chosen.name) < _REPEATED:
            chosen = None  # a word of the headline that the text does not come back to
        if chosen is not None and self._head is None:
            memory.subject = chosen
        _topics(memory, spoken, readings, chosen, headline)


def _topics(
    memory: Memory,
    spoken: list[Anchor],
    readings: list[Reading],
    chosen: Anchor | None,
    headline: bool,
) -> None:
    """Note what the text, or the part under a heading, is about, and whose trade it reports."""
    if chosen is not None and chosen.possessive:
        inner = [a for a in spoken if 0 < a.start - chosen.end <= len("'s ")]
        chosen = inner[0] if inner else chosen  # "China's X Plateau" is about the plateau
    attached = [r.attached.anchor for r in readings if r.attached is not None]
    if memory.topic is None and attached and attached[0].kind == "world":
        memory.topic = attached[0]  # figures without a name are the world's
    if chosen is not None and chosen.kind != "org" and (headline or memory.topic is None):
        memory.topic = chosen
    if memory.home is None:
        places = [a for a in spoken if a.kind == "place" and not a.preposition]
        if places and (headline or memory.topic is None or memory.topic.kind == "place"):
            memory.home = places[0]


def _spoken_of(
    scene: Scene, spoken: list[Anchor], readings: list[Reading], first: bool
) -> Anchor | None:
    """What a sentence is about, for the pronouns of the next one."""
    attached = [r.attached.anchor for r in readings if r.attached is not None]
    for anchor in attached:
        if anchor.kind not in {"world", "hole", "thing", "price"}:
            return anchor
    free = [
        a
        for a in spoken
        if not a.preposition
        and not a.possessive
        and a.kind not in {"person", "world", "org", "hole"}
    ]
    said = [
        a
        for a in scene.anchors
        if not a.preposition
        and (a.kind in {"company", "site", "plant"} or (not a.kind and " " not in a.name))
    ]
    for anchor in (*free, *said):
        if anchor.start - scene.span[0] < _OPENING_CHARACTERS:
            return anchor
    rest = [a for a in spoken if a.kind not in {"person", "world"}]
    return rest[-1] if first and rest else None


def _title_case(line: str) -> bool:
    words = re.findall(r"[A-Za-z]{4,}", line)
    return bool(words) and sum(w[0].isupper() for w in words) > 0.65 * len(words)
