"""Dates in running text, in English and Chinese (and the plain forms of some more languages).

Cores (a day, a year, a quarter, a plan) are found first (:mod:`._date_forms`); then what stands
around them is read: two cores joined to a range, "early", "end of", "since", "by", "as of".
Deterministic; a relative date needs the day of the report, and stays without days when there is
none, so that no mention is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from orefield.evidence import _date_forms, _part_forms, _year_forms
from orefield.evidence import _forms as forms
from orefield.evidence._edges import edge
from orefield.evidence.dates import first_day, last_day

_FORMS = (*_date_forms.FORMS, *_part_forms.FORMS, *_year_forms.FORMS)


class DateKind(StrEnum):
    """How a mention speaks of time."""

    POINT = "point"
    RANGE = "range"
    SINCE = "since"
    BY = "by"
    AS_OF = "as_of"
    DECADE = "decade"
    QUARTER = "quarter"
    HALF = "half"
    FISCAL = "fiscal"
    PLAN = "plan"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date or period that a text names.

    Parameters
    ----------
    start, end : int
        Character offsets in the text, end exclusive.
    text : str
        As written.
    first, last : str
        ISO date or part of one. ``by`` and ``as_of`` name one date, so both are equal; ``since``
        is open, so ``last`` is empty; both are empty where a relative date has no anchor.
    kind : DateKind
    approximate : bool
        The words leave the bounds open ("late 2020s", "about 2030", a fiscal year whose months
        are not said, day and month in an unknown order).
    assumed : bool
        The year is not written: it is taken from the day of the report.

    Raises
    ------
    ValueError
        When it ends before it begins, in offsets or in days.
    """

    start: int
    end: int
    text: str
    first: str
    last: str
    kind: DateKind
    approximate: bool = False
    assumed: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"offsets {self.start} to {self.end}")
        if self.first and self.last and first_day(self.first) > last_day(self.last):
            raise ValueError(f"{self.first} to {self.last}")

    @property
    def first_year(self) -> int | None:
        """Year of the first day; None where open."""
        return int(self.first[:4]) if self.first else None

    @property
    def last_year(self) -> int | None:
        """Year of the last day; None where open."""
        return int(self.last[:4]) if self.last else None

    @property
    def first_day(self) -> date | None:
        """First day; None where open."""
        return first_day(self.first) if self.first else None

    @property
    def last_day(self) -> date | None:
        """Last day; None where open."""
        return last_day(self.last) if self.last else None


def find_dates(text: str, reported: str = "") -> list[DateMention]:
    """Every date and period that a text names, in order, without overlaps.

    Parameters
    ----------
    text : str
        Any length; time grows linearly.
    reported : str
        ISO date or part of one of the report, for "last year", "on Monday", "Jan 3". Relative
        mentions have no days when it is empty or not a date.

    Returns
    -------
    list of DateMention
        Offsets are of ``text`` itself.
    """
    plain = forms.plain(text)
    anchor = anchor_of(reported)
    cores = _without_overlaps(_cores(plain, anchor))
    edged: list[DateMention] = []
    for core in cores:
        edged.append(_with_edge(core, plain, edged[-1].end if edged else 0))
    found: list[DateMention] = []
    for mention in _joined(edged, plain):
        found.append(_with_relation(mention, plain, found[-1].end if found else 0))
    return [replace(mention, text=text[mention.start : mention.end]) for mention in found]


def anchor_of(reported: str) -> forms.Anchor:
    """The day that relative words count from; its parts that are not known are None."""
    try:
        first, last = first_day(reported), last_day(reported)
    except ValueError:
        return forms.Anchor()
    middle = first + (last - first) / 2
    return forms.Anchor(
        year=first.year,
        month=first.month if len(reported) > 4 else None,
        near=middle if len(reported) > 4 else None,
        day=first if len(reported) > 7 else None,
    )


def _cores(plain: str, anchor: forms.Anchor) -> list[tuple[int, DateMention]]:
    cores = []
    letters = set(plain)
    for rank, (pattern, needs, build) in enumerate(_FORMS):
        if needs and letters.isdisjoint(needs):
            continue
        for match in pattern.finditer(plain):
            built = build(match, anchor)
            if built is None:
                continue
            first, last, kind, approximate, assumed = built
            if first and last and first_day(first) > last_day(last):
                continue
            start, end = match.span()
            cores.append(
                (rank, DateMention(start, end, match[0], first, last, DateKind(kind),
                                   approximate, assumed))
            )  # fmt: skip
    return cores


def _without_overlaps(cores: list[tuple[int, DateMention]]) -> list[DateMention]:
    # Of forms that overlap, the one that begins first stands, and of these the longest.
    kept: list[DateMention] = []
    for _, core in sorted(cores, key=lambda c: (c[1].start, -c[1].end, c[0])):
        if not kept or core.start >= kept[-1].end:
            kept.append(core)
    return kept


_TO = re.compile(r"\s?(?:-|–|—|~|to|through|until|till|至|到)\s?", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|to)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s(?:the\s)?$|[从自]$", re.IGNORECASE)
_JOINABLE = {DateKind.POINT, DateKind.QUARTER, DateKind.HALF, DateKind.RELATIVE, DateKind.DECADE}


def _joined(cores: list[DateMention], plain: str) -> list[DateMention]:
    joined: list[DateMention] = []
    for core in cores:
        if joined and (pair := _range(joined[-1], core, plain)):
            joined[-1] = pair
        else:
            joined.append(core)
    return joined


def _range(a: DateMention, b: DateMention, plain: str) -> DateMention | None:
    if a.kind not in _JOINABLE or b.kind not in _JOINABLE or b.start - a.end > 9:
        return None
    between = plain[a.end : b.start]
    opened = _BETWEEN.search(plain[max(0, a.start - 14) : a.start])
    if not (_TO.fullmatch(between) or (opened and _AND.fullmatch(between))):
        return None
    first, last = a.first, b.last
    if not first or not last or first_day(first) > last_day(last):
        return None
    start = a.start - len(opened[0]) if opened else a.start
    return DateMention(
        start, b.end, plain[start : b.end], first, last, DateKind.RANGE,
        a.approximate or b.approximate, a.assumed or b.assumed,
    )  # fmt: skip


_EDGE = re.compile(
    r"(?:\b(early|start|beginning|mid|middle|late|year[\s-]end|end)(?:[\s-]+|$)"
    r"(?:in\s|of\s|the\s|part\sof\s){0,3})$",
    re.IGNORECASE,
)
_EDGE_AFTER = re.compile(r"\s?(?:年?([初底末])|(年中|中期|中旬|上旬|下旬|初期|末期|后期|前期))")
_RELATION = re.compile(
    r"(?:\b(as\s(?:of|at)|since|by|before|until|till|up\sto|after|around|about|circa|ca\.?|"
    r"starting\s(?:in|from)|beginning\s(?:in|from)|from)\s(?:the\s|about\s|around\s){0,2}"
    r"|([~≈]|截至|截止到?|自从?|从|到|至|约|大约))\s?$",
    re.IGNORECASE,
)
_RELATION_AFTER = re.compile(
    r"\s?(以来|之?后|以后|起|开始|[之以]?前(?![三两几\d])|左右|\s(?:on|onwards?)\b(?!\sthe))",
    re.IGNORECASE,
)
_RELATIONS = {
    "asof": "as_of", "asat": "as_of", "截至": "as_of", "截止": "as_of", "截止到": "as_of",
    "since": "since", "after": "since", "startingin": "since", "startingfrom": "since",
    "beginningin": "since", "beginningfrom": "since", "自": "since", "自从": "since",
    "以来": "since", "之后": "since", "后": "since", "以后": "since", "起": "since",
    "开始": "since", "on": "since", "onward": "since", "onwards": "since",
    "by": "by", "before": "by", "到": "by", "至": "by", "前": "by", "之前": "by", "以前": "by",
    "until": "until", "till": "until", "upto": "until",
    "around": "about", "about": "about", "circa": "about", "ca": "about", "ca.": "about",
    "~": "about", "≈": "about", "约": "about", "大约": "about", "左右": "about",
}  # fmt: skip


def _with_relation(mention: DateMention, plain: str, floor: int) -> DateMention:
    before = _RELATION.search(plain[max(floor, mention.start - 28) : mention.start])
    after = _RELATION_AFTER.match(plain, mention.end)
    relation = ""
    if after:
        relation = _RELATIONS.get(re.sub(r"\s", "", after[1]).lower(), "")
    start = mention.start
    if before and mention.first:
        word = re.sub(r"\s", "", before[1] or before[2]).lower()
        relation = relation or _RELATIONS.get(word, "")
        if word in _RELATIONS or (word in {"from", "从"} and relation == "since"):
            start = mention.start - len(before[0])
    if not relation or not mention.first:
        return mention
    end = (
        after.end() if after and re.sub(r"\s", "", after[1]).lower() in _RELATIONS else mention.end
    )
    widened = replace(mention, start=start, end=end, text=plain[start:end])
    return _related(widened, relation)


def _related(m: DateMention, relation: str) -> DateMention:
    if relation == "since":
        return replace(m, last="", kind=DateKind.SINCE)
    if relation == "about":
        return replace(m, approximate=True)
    if relation == "until":
        return replace(m, first="", kind=DateKind.RANGE) if m.last else m
    named = m.last if m.last != m.first and m.last else m.first
    return replace(m, first=named, last=named, kind=DateKind(relation))


def _with_edge(core: DateMention, plain: str, floor: int) -> DateMention:
    if not core.first or not core.last or core.kind is DateKind.RANGE:
        return core
    before = _EDGE.search(plain[max(floor, core.start - 28) : core.start])
    after = None if before else _EDGE_AFTER.match(plain, core.end)
    if before:
        word, start, end = before[1].lower(), core.start - len(before[0]), core.end
    elif after and not core.text.isascii():
        word, start, end = after[1] or after[2], core.start, after.end()
    else:
        return core
    first, last, approximate = edge(core.first, core.last, word)
    return replace(
        core, start=start, end=end, text=plain[start:end], first=first, last=last,
        approximate=core.approximate or approximate,
    )  # fmt: skip
