"""Rules that find a figure's subject within one clause, in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from orefield.evidence.extract.anchor import Anchor

MEASURED = (
    r"production|output|capacity|throughput|reserves?|resources?|exports?|imports?|"
    r"demand|consumption|sales|shipments|"
    r"supply|grades?|recovery|recoveries|costs?|revenue|profit|life|stake|share|"
    r"ownership|potential|extraction|volume|inventories|"
    r"stocks?|expansion|guidance|forecast|target|pit|deposit|development|need|needs|"
    r"deficit|surplus|interest|mining|power|capital"
)
_NOUNS = (
    r"production|output|capacity|throughput|reserves?|resources?|exports?|imports?|"
    r"demand|consumption|sales|shipments|supply|"
    r"grades?|recovery|recoveries|costs?|revenue|profit|life|stake|share|ownership|"
    r"potential|extraction|inventories|stocks|"
    r"guidance|forecast|interest|expansion"
)
_OF_MEASURED = re.compile(
    rf"\b(?:{_NOUNS})\b(?:\s(?:[a-z-]+\s){{0,2}}?)?(?:at|in|of|from|"
    rf"for)\s(?:the\s)?(?:[a-z-]+\s){{0,3}}$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:[a-z0-9%-]+\s){0,7}?(?P<p>at|from|in|on|for|around|near|outside|along|"
    r"across)\s(?:the\s|its\s|their\s)?(?:[a-z-]+\s){0,3}$",
    re.IGNORECASE,
)
_OWNS_HAN = re.compile(r"(?:位于|在|旗下|所属|下属|控股|参股|拥有|全资)[^，。；]{0,14}")
_TRADED_WITH = re.compile(
    r"\b(?:exports?|shipments?|sales|supplies|deliveries|flows?|trade|surveyed|compiled|collected|"
    r"reported)\s(?:[a-z]+\s){0,4}(?:to|with|by)\s(?:the\s)?(?:[a-z]+\s)?$"
)
"""Who receives, or who counted: the other side of a trade, and no subject."""
_HELD = frozenset({"of", "占", "相当于", "较", "距", "距离"})
"""What leads the whole of a share, or what something is held against: no owner."""
_OF = frozenset({"at", "in", "of", "from", "for"})
_ADJOINING = re.compile(r"(?:'s|')?\s(?:about |some |around |nearly |over |another )?")
_PLACES = frozenset({"at", "in", "on", "within", "across", "在", "于", "位于"})
_MODIFIED = re.compile(
    r"\s(?:[a-z-]+\s){0,3}(?:phase|expansion|project|stage|plant|mine|operation|facility|"
    r"smelter|refinery)\s(?:of|at)\s(?:the\s)?"
)
_TO_DO = re.compile(r"\sto\s[a-z]")
_MADE_TO = re.compile(
    r"\b(?:expects?|expected|wants?|allow(?:s|ing)?|enabl(?:es|ing)|helps?|lets?|"
    r"requires?|forecasts?)\s(?:the\s|its\s)?(?:[a-z-]+\s)?$"
)
_PLACING = frozenset(
    {"at", "in", "on", "from", "of", "for", "within", "across", "by", "在", "于", "位于"}
)


@dataclass(frozen=True, slots=True)
class Attached:
    """The subject found for a figure, by which rule."""

    anchor: Anchor
    rule: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as the rules see it.

    Attributes
    ----------
    text : str
        The whole folded text.
    span : (int, int)
        The figure.
    left : int
        Where the clause begins.
    inside, behind : list of Anchor
        Before the figure (or in an earlier clause), and behind it.
    head : Anchor or None
        What the bullet is about.
    share : bool
        Whether the figure is a part of something that stands behind it.
    first : bool
        Whether it is the figure's own clause.
    phrase : Anchor or None
        A noun phrase without a name that it opens with.
    """

    text: str
    span: tuple[int, int]
    left: int
    inside: list[Anchor]
    behind: list[Anchor]
    head: Anchor | None
    share: bool
    first: bool
    phrase: Anchor | None = None

    def lead(self, anchor: Anchor, length: int) -> str:
        """What stands before an anchor, within the clause."""
        return self.text[max(self.left, anchor.start - length) : anchor.start]

    @property
    def free(self) -> list[Anchor]:
        """Anchors that no preposition leads and that possess nothing: subjects of the clause."""
        return [
            a
            for a in self.inside
            if not a.preposition
            and not a.possessive
            and (a.kind != "world" or (a.name == "全球" and not self.share))
        ]


def find_in_clause(clause: Clause) -> Attached | None:
    """What the first rule that finds an anchor finds; None when none does."""
    return next((found for rule in _RULES if (found := rule(clause)) is not None), None)


def _right_before(c: Clause) -> Attached | None:
    """The verb left out ("X bought 90 t and Y 75 t"), or a possessor ("X's 600 kt guidance")."""
    for anchor in reversed(c.inside):
        plain = c.first and anchor.kind != "world" and not anchor.preposition
        plain = plain and (anchor.possessive or not anchor.pointing)
        if plain and _ADJOINING.fullmatch(c.text[anchor.end : c.span[0]]):
            return Attached(anchor, "right before it")
    return None


def _of_measured(c: Clause) -> Attached | None:
    for anchor in reversed(c.inside):
        led = anchor.preposition in _OF and anchor.kind != "world"
        if led and _OF_MEASURED.search(c.lead(anchor, 60)):
            return Attached(anchor, "what the measured noun is of")
    return None


def _possessor(c: Clause) -> Attached | None:
    for anchor in reversed(c.inside):
        owns = anchor.possessive and anchor.kind != "world" and anchor.preposition not in _HELD
        if owns and _measures(c.text, anchor, c.span):
            return Attached(anchor, "possessor")
    return None


def _made_to(c: Clause) -> Attached | None:
    for anchor in reversed(c.inside):
        made_to = _MADE_TO.search(c.lead(anchor, 24)) and _TO_DO.match(c.text, anchor.end)
        if made_to or c.lead(anchor, 1) in {"将", "把"}:
            return Attached(anchor, "who is to do it")
    return None


def _modified(c: Clause) -> Attached | None:
    for anchor in c.behind:
        if _MODIFIED.fullmatch(c.text[c.span[1] : anchor.start]):
            return Attached(anchor, "what it modifies")
    return None


def _right_behind(c: Clause) -> Attached | None:
    acted = any(a.kind != "world" for a in c.inside)
    for anchor in c.behind:
        lead = c.text[c.span[1] : anchor.start]
        match = _BEHIND.match(lead)
        whole = c.share and " of " in f" {lead} "
        if match and not whole and (match["p"].lower() == "at" or not acted):
            return Attached(anchor, "named right behind it")
    return None


def _grammatical(c: Clause) -> Attached | None:
    if c.free:
        first = c.free[0]
        for asset in c.free[1:] if first.kind == "company" or first.pointing else ():
            owned = _OWNS_HAN.fullmatch(c.text[first.end : asset.start])
            if asset.kind in {"site", "plant"} and owned:
                return Attached(asset, "what the owner in front of it has")
        return Attached(first, "grammatical subject")
    worlds = [a for a in c.inside if a.kind == "world" and not a.preposition and not c.share]
    return Attached(worlds[-1], "the world") if worlds else None


def _phrase(c: Clause) -> Attached | None:
    if c.phrase is None:
        return None
    return Attached(c.phrase, "noun phrase that the clause opens with")


def _bullet(c: Clause) -> Attached | None:
    return Attached(c.head, "head of the bullet") if c.head is not None and c.inside else None


def _place(c: Clause) -> Attached | None:
    words = _PLACING if c.first else _PLACES
    led = [
        a
        for a in c.inside
        if a.preposition in words or (a.possessive and c.first and a.preposition not in _HELD)
    ]
    sites = [a for a in led if a.kind in {"site", "plant"}]
    if sites:
        return Attached(sites[-1], "place named")
    if led:
        return Attached(led[0], "place named")
    rest = [
        a
        for a in c.inside
        if c.first
        and a.preposition in {"to", "with", "by"}
        and not _TRADED_WITH.search(c.lead(a, 40))
    ]
    return Attached(rest[-1], "place named") if rest else None


_RULES: tuple[Callable[[Clause], Attached | None], ...] = (
    _right_before,
    _of_measured, _possessor, _made_to, _modified, _right_behind, _grammatical, _bullet,
    _phrase, _place,
)  # fmt: skip


def _measures(text: str, anchor: Anchor, span: tuple[int, int]) -> bool:
    """Whether what a possessor has is measured, before the figure: "its copper production rose"."""
    between = text[anchor.end : span[0]].split(",", maxsplit=1)[0]
    han = re.search(r"产量|产能|储量|资源|出口|进口|消费|需求|利润|收入", between)
    return bool(
        han
        or re.match(
            rf"(?:'s?)?\s(?:(?!\w+est\b|only\b)[\w-]+\s){{0,4}}(?:{MEASURED})\b",
            between,
            re.IGNORECASE,
        )
    )
