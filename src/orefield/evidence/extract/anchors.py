"""What a sentence may speak of: names, known entities, and words that point back to them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from orefield.evidence.extract.anchor import Anchor
from orefield.evidence.extract.memory import COMPARED, Memory
from orefield.evidence.extract.names_en import WHOSE, NameFinder, ProperName
from orefield.evidence.extract.names_zh import find_names_zh
from orefield.evidence.extract.place_words import DEMONYMS
from orefield.evidence.extract.subjects import quoted
from orefield.evidence.names.places import group_of


class KnownEntity(Protocol):
    """The part of an entity that is used here."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...


class KnownCandidate(Protocol):
    """An entity that a mention may mean."""

    @property
    def entity(self) -> KnownEntity: ...


class KnownMention(Protocol):
    """A known name in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def candidates(self) -> Sequence[KnownCandidate]: ...


class Names(Protocol):
    """Finds known names in running text, as :class:`orefield.evidence.names.Resolver` does."""

    def mentions(self, text: str) -> Sequence[KnownMention]: ...


_ORGANISATIONS = frozenset({"agency", "association", "exchange"})
_NO_SUBJECTS = frozenset({"policy", "kind", "type", "commodity", "period"})
"""Kinds of known entities that figures are not of: a plan is a period, a kind of mine a word."""

_PREPOSITION = re.compile(
    r"\b(?P<p>at|in|on|of|from|for|by|to|near|within|across|with|into|between|including|"
    r"outside|inside|like|as|via|than|through|under|over|behind|against|(?<=[,\"'] )(?:says|said))"
    r"(?:\s(?:the|its|their|an?|both))?(?:\s(?:[a-z][a-z'-]+|nearby|older|wholly-owned|"
    r"[0-9.]+%[ -]owned|[0-9]+%))?(?:\s[a-z][a-z-]+ing)?(?:\s(?:eastern|western|northern|"
    r"southern|central|northeast|Northeast|southwest))?\s$"
)
_PREP_ZH = re.compile(
    r"(?P<p>在|于|位于|来自|从|由|对|向|据|占|相当于|居|仅次于|距离?|受|被|较|至|往|援引)$"
)
_POINTERS_EN = (
    (
        re.compile(
            r"\b[Tt]he [Cc]ompany\b|\b[Tt]he (?:[A-Z][a-z]+(?:-[a-z]+)? )?"
            r"(?:group|miner|producer|firm|operator|developer|explorer|corporation|"
            r"smelter group)\b"
        ),
        "company",
    ),
    (
        re.compile(
            r"\b[Tt]h(?:e|is|at) (?:mine|project|operation|deposit|pit|complex|site|concession|"
            r"orebody|property|open pit|field)\b(?! (?:owner|operator|company)\b)"
        ),
        "site",
    ),
    (
        re.compile(
            r"\b[Tt]h(?:e|is|at) (?:plant|smelter|refinery|facility|mill|concentrator|park|"
            r"works)\b(?! (?:owner|operator)\b)"
        ),
        "plant",
    ),
    (
        re.compile(
            r"\b[Tt]h(?:e|is|at) (?:country|nation|region|province|plateau|area|state|county|"
            r"basin|island|kingdom|territory)\b"
        ),
        "place",
    ),
    (re.compile(r"\b(?:[Ii]t|[Ii]ts|[Tt]heir|[Hh]ere)\b"), ""),
)
_POINTERS_ZH = (
    (
        re.compile(
            r"该公司|本公司|该集团|该企业|(?<![\u4e00-\u9fff])公司(?!控股子)|"
            r"(?<=[，。、；内时计前中年月日末后示称为由但])公司(?!控股子)|"
            r"(?<![矿业股份团限])集团(?=计划|表示|产|矿产)"
        ),
        "company",
    ),
    (
        re.compile(
            r"该(?:铜|金|锂|铁|镍)?矿(?:山|区|床)?|该项目|(?<![\u4e00-\u9fff])(?:矿山|矿区|"
            r"项目)|(?<=[，。、；])(?:矿山|"
            r"矿区|项目)"
        ),
        "site",
    ),
    (re.compile(r"该(?:省|区|市|县|国|地区)|(?:全区|全省|全市|全县)"), "place"),
)
_OF_A_COMPANY = re.compile(
    r"(?:[Ii]ts|[Tt]heir)\s(?:[a-z]+\s)?(?:shares?|stock|board|dividends?|debt|revenues?|profits?|earnings|"
    r"chief|headquarters|shareholders|net|cash|market value|listing)\b"
)
_SOME = re.compile(r"某|一座|一处|这座")
_WORLD = re.compile(
    r"\b(?:(?:[Tt]he )?[Ww]orld(?!-class|'s (?:\w+est\b|second|third|fourth|fifth|top|"
    r"leading|most|only|first|number|No))|[Gg]lobal(?:ly)?|[Ww]orldwide)\b"
)


class AnchorFinder:
    """Finds the anchors of each sentence of one text.

    Parameters
    ----------
    text : str
        The whole folded text.
    known : sequence of KnownMention
        Known names in it.
    """

    def __init__(self, text: str, known: Sequence[KnownMention]) -> None:
        self._text = text
        self._names = NameFinder(text)
        self._kinds = self._kinds_of(self._names.find(text, 0, len(text)))
        self._known = [
            m
            for m in known
            if m.candidates[0].entity.kind not in _NO_SUBJECTS and not self._describes(m)
        ]
        self._starts = [m.start for m in self._known]

    def _describes(self, mention: KnownMention) -> bool:
        """Whether a country only says of whom is spoken: "the Arrian group"."""
        word = self._text[mention.start : mention.end]
        return word in DEMONYMS and WHOSE.match(self._text, mention.end) is not None

    def find(self, start: int, end: int, memory: Memory, titlecase: bool = False) -> list[Anchor]:
        """Anchors between two offsets, in order; pronouns stand for what the text spoke of."""
        text = self._text
        names = [*self._names.find(text, start, end, titlecase), *find_names_zh(text, start, end)]
        anchors = self._with_known(names, start, end)
        anchors = self._led(
            sorted((self._described(a, start) for a in anchors), key=lambda a: a.start)
        )
        anchors += self._worlds(anchors, start, end)
        anchors.sort(key=lambda a: a.start)
        return self._pointers(anchors, start, end, memory)

    def _kind(self, name: ProperName) -> str:
        """Kind of a name, also where it stands without its word: "Hill Copper" [project]."""
        known = self._kinds.get(name.name, "")
        return known if known and name.kind in {"", "company"} else name.kind

    @staticmethod
    def _kinds_of(names: list[ProperName]) -> dict[str, str]:
        """Kind of each short name that elsewhere stands with its word: "the Hill mine"."""
        kinds: dict[str, str] = {}
        for name in names:
            if name.kind in {"site", "plant", "company", "person", "place"}:
                kinds.setdefault(name.name, name.kind)
                words = name.name.split()
                for n in range(1, len(words)):
                    kinds.setdefault(" ".join(words[:n]), name.kind)
                if name.kind == "person":
                    kinds.setdefault(words[-1], "person")
        return kinds

    def _with_known(self, names: list[ProperName], start: int, end: int) -> list[Anchor]:
        out: list[Anchor] = []
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        known = [m for m in self._known[first:last] if m.end <= end]
        used: set[int] = set()
        for name in names:
            inside = [
                m
                for m in known
                if m.start < name.end and name.start < m.end and not self._astride(m, name)
            ]
            used.update(m.start for m in known if self._astride(m, name))
            best = max(inside, key=lambda m: m.end - m.start, default=None)
            anchor = Anchor(name.start, name.end, name.name, self._kind(name))
            if best is not None and self._lies_in(best, name):
                used.update(m.start for m in inside)
            elif best is not None and name.kind != "person":
                used.update(m.start for m in inside)
                first = min(anchor.start, best.start)
                last = max(anchor.end, best.end)
                kind = _kind_of(best.candidates[0].entity) or name.kind
                label = (
                    self._text[first:last]
                    if name.name == self._text[name.start : name.end]
                    else name.name
                )
                ids = tuple(c.entity.id for c in best.candidates)
                anchor = Anchor(first, last, label, kind, ids)
            out.append(anchor)
        for mention in known:
            if mention.start not in used:
                kind = _kind_of(mention.candidates[0].entity)
                ids = tuple(c.entity.id for c in mention.candidates)
                out.append(
                    Anchor(
                        mention.start,
                        mention.end,
                        self._text[mention.start : mention.end],
                        kind,
                        ids,
                    )
                )
        return out

    def _astride(self, mention: KnownMention, name: ProperName) -> bool:
        """A known name that begins before a Chinese name and ends in it: 中亚 in 其中亚洲."""
        word = self._text[mention.start : mention.end]
        return not word.isascii() and mention.start < name.start < mention.end < name.end

    @staticmethod
    def _lies_in(mention: KnownMention, name: ProperName) -> bool:
        """A known place that opens the name of a site or company: where it lies, not what it is."""
        place = _kind_of(mention.candidates[0].entity) == "place"
        opens = name.start <= mention.start and mention.end + 1 < name.end
        return place and opens and name.kind == "site" and bool(_SOME.search(name.name))

    def _described(self, anchor: Anchor, start: int) -> Anchor:
        before = self._text[max(start, anchor.start - 48) : anchor.start]
        match = _PREPOSITION.search(before) or _PREP_ZH.search(before)
        after = self._text[anchor.end : anchor.end + 2]
        return replace(
            anchor,
            preposition=match["p"] if match else "",
            possessive=after.startswith(("'s", "的")) or after.startswith("'"),
        )

    def _led(self, anchors: list[Anchor]) -> list[Anchor]:
        """What leads a name leads those joined to it; a place before a site is where it lies."""
        out: list[Anchor] = []
        for named in anchors:
            anchor = named
            if out:
                gap = self._text[out[-1].end : anchor.start]
                if (
                    re.fullmatch(r"(?: and| or|, and|、|和|及)\s?(?:the )?", gap)
                    and not anchor.preposition
                ):
                    out.append(replace(anchor, preposition=out[-1].preposition))
                    continue
                if not gap and out[-1].kind == "place" and out[-1].preposition in COMPARED:
                    anchor = replace(anchor, preposition=out[-1].preposition)
                if (
                    gap in {"", "旗下", "所属", "下属", "控股的", "旗下的"}
                    and (out[-1].kind == "place" or gap)
                    and anchor.kind != "place"
                ):
                    out[-1] = replace(out[-1], preposition=out[-1].preposition or "of")
            out.append(anchor)
        return out

    def _worlds(self, anchors: list[Anchor], start: int, end: int) -> list[Anchor]:
        out = []
        for match in _WORLD.finditer(self._text, start, end):
            if any(a.start <= match.start() < a.end for a in anchors):
                continue
            out.append(self._described(Anchor(match.start(), match.end(), "World", "world"), start))
        return out

    def _pointers(
        self, anchors: list[Anchor], start: int, end: int, memory: Memory
    ) -> list[Anchor]:
        out = list(anchors)
        found = []
        for pattern, kind in (*_POINTERS_EN, *_POINTERS_ZH):
            found += [(m.start(), m.end(), kind) for m in pattern.finditer(self._text, start, end)]
        for a, b, kind in sorted(found):
            if any(x.start < b and a < x.end for x in out):
                continue
            target = self._antecedent(out, start, a, kind, memory)
            if target is None:
                continue
            word = self._text[a:b].lower()
            anchor = replace(
                target, start=a, end=b, pointing=True, preposition="", possessive=False
            )
            anchor = self._described(anchor, start)
            if word in {"its", "their"}:
                anchor = replace(anchor, possessive=True)
            out.append(anchor)
            out.sort(key=lambda x: x.start)
        return out

    def named_after(self, kind: str) -> Anchor | None:
        """Name that the text puts beside a description: "The company, the X Group, has grown"."""
        for pattern, of_kind in _POINTERS_EN:
            if of_kind != kind:
                continue
            for match in pattern.finditer(self._text):
                behind = re.match(
                    r",\s(?:the\s)?(?=[A-Z])", self._text[match.end() : match.end() + 8]
                )
                if behind:
                    at = match.end() + behind.end()
                    named = self._with_known(
                        self._names.find(self._text, at, min(len(self._text), at + 80)), at, at + 80
                    )
                    if named and named[0].start == at:
                        return named[0]
        return None

    def _antecedent(  # noqa: PLR0911 -- in order
        self, anchors: list[Anchor], start: int, at: int, kind: str, memory: Memory
    ) -> Anchor | None:
        before = [
            x
            for x in anchors
            if x.end <= at
            and x.kind not in {"person", "world"}
            and not (kind in {"site", "plant"} and not x.kind and quoted(self._text, x))
        ]
        word = self._text[at : at + 5].lower()
        if (
            self._text.startswith(("公司", "the Company", "The Company"), at)
            and memory.first_company is not None
        ):
            return memory.first_company  # a company's own release calls itself so
        if kind:
            fitting = [x for x in before if x.kind == kind]
            if fitting:
                return fitting[-1]
            remembered = memory.recall(kind)
            if remembered is not None and remembered.kind in {
                kind,
                "plant" if kind == "site" else kind,
            }:
                return remembered
            unknown = [x for x in before if not x.kind]
            return unknown[0] if unknown else remembered
        if word.startswith(("its ", "their")) and _OF_A_COMPANY.match(self._text, at):
            company = next((x for x in reversed(before) if x.kind == "company"), None)
            return company or memory.recall("company")
        free = [x for x in before if not x.preposition and not x.possessive and x.kind != "org"]
        if word.startswith(("its", "it", "their")) and free:
            return free[0]
        return memory.recall("") or (before[0] if before else None)


def _kind_of(entity: KnownEntity) -> str:
    """Kind of anchor that a known entity makes: who speaks is no company."""
    return "org" if entity.kind in _ORGANISATIONS else group_of(entity.kind)
