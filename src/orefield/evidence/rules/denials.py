"""What a text says there is none of, and a share, a rank or a product that tells of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import named_part
from orefield.evidence.rules.pairing import (
    bounds,
    conclude,
    exact,
    is_computed,
    is_planned,
    looks_like_company,
    set_aside,
    years,
)
from orefield.evidence.rules.reading import named
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.site_commodity import family
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage
from orefield.evidence.words.commodities import ELEMENT_OF

_NAME = "denied-yet-told"
_FLOWS = frozenset({Quantity.PRODUCTION, Quantity.EXPORTS, Quantity.IMPORTS, Quantity.CAPACITY})
_WORKS = r"(?:smelter|smelting plant|refinery|furnace|smelting|refining)"
_NO_WORKS = re.compile(
    rf"\b(?:no|without (?:a|an|any|its own)|lacks? (?:a|an|any)|zero|has no|have no|not have an?|"
    rf"never had an?) (?:own |on-?site |domestic |operating |working |metal |\w+ ){{0,2}}?"
    rf"(?P<en>{_WORKS})(?:s|ies)?\b|(?:没有|无|未建|不设)\w{{0,4}}?(?P<zh>冶炼厂|精炼厂|冶炼|精炼)",
    re.IGNORECASE,
)
_WORKS_COUNTED = re.compile(rf"\b(?P<en>{_WORKS})(?:s|ies)?\b|(?P<zh>冶炼厂|精炼厂)", re.IGNORECASE)
_PLACED = re.compile(
    rf"\b(?:on-?site|own|its|the mine['’]s|in-?house) (?:\w+ ){{0,2}}?{_WORKS}\b"
    r"|(?:自有|自建|矿区)\w{0,3}冶炼",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\btoll|abroad|third[- ]part|custom smelt|elsewhere|offsite|off-site|overseas|exported|"
    r"from (?:the|its) \w+ concentrate|委托|代加工|境外",
    re.IGNORECASE,
)
_LEACHED = re.compile(r"sx-?ew|electrow|leach|heap|solvent|湿法|电积", re.IGNORECASE)
_BEYOND = re.compile(r"\bnew|planned|further|other|second|additional|yet\b", re.IGNORECASE)


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for s in corpus.checked:
        if s.id in old or is_planned(s):
            continue
        stated = exact(s)
        zero = stated is not None and stated.low == stated.high == 0.0
        found: list[Finding | None] = []
        if zero and s.topic.quantity in _FLOWS and s.topic.commodity and not s.counterpart:
            found += _shares(corpus, s, old)
        works = _missing(s, zero=zero)
        if works:
            found += _products(corpus, s, works, old)
        yield from (f for f in found if f is not None)


def _missing(s: Statement, *, zero: bool) -> str:
    """``smelter`` or ``refinery`` where a statement says that there is none."""
    match = None
    if zero and s.topic.quantity in (Quantity.COUNT, Quantity.OTHER, Quantity.FLAG):
        match = _WORKS_COUNTED.search(s.attribute)
    if match is None:
        match = _NO_WORKS.search(f"{s.attribute}; {s.words}")
        if match is not None and (_BEYOND.search(match[0]) or "#" in s.id):
            return ""
    if match is None:
        return ""
    works = (match["en"] or match["zh"]).casefold()
    return "refinery" if works.startswith(("refin", "精炼")) else "smelter"


def _together(a: Statement, b: Statement) -> bool:
    """Whether both may speak of one time."""
    first, second = years(a), years(b)
    if first is None or second is None:
        return a.source == b.source
    return first[0] <= second[-1] and second[0] <= first[-1]


def _metal(commodity: str) -> str:
    return ELEMENT_OF.get(commodity, commodity)


def _shares(corpus: Corpus, s: Statement, old: frozenset[str]) -> Iterator[Finding | None]:
    """A flow of zero, and a share of the world's that is more."""
    for other in corpus.of_entity(s.entity):
        part, stated = other.part, bounds(other)
        if other.topic.quantity is not Quantity.SHARE or part is None or stated is None:
            continue
        if part.entity != s.entity or part.quantity is not s.topic.quantity or other.id in old:
            continue
        if not family(_metal(part.commodity)) & family(_metal(s.topic.commodity)):
            continue
        if part.stage is not s.topic.stage or stated.low <= 0.0 or not _together(s, other):
            continue
        if is_planned(other) or is_computed(other) or named_part(s):
            continue
        text = (
            f"{named(s)} says that there is none, and {named(other)} makes it "
            f"{amount(stated, '1')} of a larger whole."
        )
        verdict = Verdict.VIOLATE if s.source == other.source else Verdict.TIE
        yield conclude(_NAME, verdict, [s, other], text, stated.low, "1")


def _products(
    corpus: Corpus, s: Statement, works: str, old: frozenset[str]
) -> Iterator[Finding | None]:
    """No smelter or refinery, and what only one can make."""
    if looks_like_company(corpus, s):
        return
    for other in corpus.of_entity(s.entity):
        stated, text = bounds(other), f"{other.attribute}; {other.words}"
        if other.id in old or other.id == s.id or "#" in other.id or stated is None:
            continue
        if other.topic.quantity not in _FLOWS - {Quantity.IMPORTS, Quantity.EXPORTS}:
            continue
        if stated.low <= 0.0 or is_planned(other) or _ELSEWHERE.search(text):
            continue
        if not _together(s, other):
            continue
        placed = bool(_PLACED.search(other.attribute)) and works in other.attribute.casefold()
        if not placed and not _made_in(other, works):
            continue
        told = (
            f"{named(s)} says that there is no {works}, and {named(other)} gives "
            f"{amount(stated, other.unit)} of what only one makes."
        )
        verdict = Verdict.VIOLATE if placed or s.source == other.source else Verdict.TIE
        yield conclude(_NAME, verdict, [s, other], told, fields=("stage", "entity"))


def _made_in(s: Statement, works: str) -> bool:
    """Whether a product leaves a smelter, or a refinery, by what the words call it."""
    if "stage" in s.inferred or _LEACHED.search(f"{s.attribute} {s.words}"):
        return False
    if s.topic.commodity == "alumina":
        return works == "refinery"
    if s.topic.commodity in {"al", "bauxite"}:
        return works == "smelter" and s.topic.stage is Stage.REFINED
    wanted = Stage.SMELTER if works == "smelter" else Stage.REFINED
    return s.topic.stage is wanted


RULES: tuple[Rule, ...] = (
    Rule(_NAME, "What a text says there is none of has no share, rank or product.", _run),
)
"""Rules of this module."""
