"""Parts of one entity's own figure: primary metal in all of it, exports of a site in its output."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules.pairing import (
    bounds,
    conclude,
    exact,
    is_computed,
    known_basis,
    one_basis,
    one_class,
    one_time,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Stage
from orefield.evidence.words.content import content_words

_SOURCES = frozenset(
    {"primary", "secondary", "recycled", "scrap", "from", "sx", "ew", "sxew", "cathode",
     "cathodes", "electrowon", "leach", "leached"}
)  # fmt: skip
_SOURCE = re.compile(
    r"\b(?:primary|secondary|recycled|from scrap|sx-?ew|electrowon|leach(?:ed)? cathodes?)\b",
    re.IGNORECASE,
)
_TONNES = frozenset({"t", "t/y"})
_TOGETHER = re.compile(
    r"\b(?:total|all|group|overall|combined|and|plus|incl\w*|with)\b|[+&]|合计|总", re.IGNORECASE
)
_PURCHASED = re.compile(
    r"third[- ]part|purchas|trad(?:ed|ing)|re-?export|tolling|bought|外购|贸易", re.IGNORECASE
)
_SITE = re.compile(
    r"\b(?:mines?|smelter|refinery|deposit|pit|plant|concentrator|operation)\b|矿|冶炼厂",
    re.IGNORECASE,
)
_SITES = frozenset({"mine", "deposit", "pit", "plant", "smelter", "refinery", "project"})

_NAMED = frozenset(
    {Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.IMPORTS, Quantity.EXPORTS, Quantity.USE}
)
_ALL_OF = re.compile(r"[(,]\s*all\b|\ball (?:cathodes?|routes?|sources?|feeds?)\b", re.IGNORECASE)
_HEAD = re.compile(r"[,;(（]")
_OF_WHICH = re.compile(r"\s*(?:of which|thereof|including)\b|其中", re.IGNORECASE)
_OWN_MAKE = re.compile(r"\bown\b|no stock change|of the year|自产", re.IGNORECASE)
_OTHERS = 0.10
"""How far a named part of one text may be above the whole of another."""

_EDITIONS = 0.03
"""How far a part of one text may be above the whole of another: editions of one year."""

_OF_A_NATION = 0.30
"""What a nation may ship beyond a year's output of its mines: stocks, and ore of neighbours."""

_FROM_STOCKS = 0.15
"""What a site may ship beyond a year's output: stocks of the year before."""


def primary_in_all(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Primary or recycled refined metal is within all of it, one entity and year.

    A part that names no metal is taken to be of the only one that its entity has.
    """
    for entity in dict.fromkeys(s.entity for s in corpus.checked):
        figures = [s for s in corpus.of_entity(entity) if _is_refined(s) and s.id not in old]
        parts = [
            s for s in figures if _SOURCE.search(s.attribute) and not _TOGETHER.search(s.attribute)
        ]
        wholes = [
            s
            for s in figures
            if s.topic.commodity and not named_part(s)
            if not scope(s) or _ALL_OF.search(s.attribute)
        ]
        wholes = [s for s in wholes if s.topic.quantity is Quantity.PRODUCTION]
        if not (parts and wholes):
            continue
        metals = {s.topic.commodity for s in corpus.of_entity(entity)} - {""}
        for part in parts:
            for whole in wholes:
                own = part.topic.commodity
                if own != whole.topic.commodity and (own or len(metals) > 1):
                    continue
                head = content_words(_HEAD.split(whole.attribute)[0])
                if content_words(_HEAD.split(part.attribute)[0]) - _SOURCES != head - _SOURCES:
                    continue
                if one_time(part, whole) and one_class(part, whole):
                    slack = 0.0 if part.source == whole.source else _EDITIONS
                    yield from _judge(name, part, whole, slack, Verdict.VIOLATE)


def exports_in_output(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """What a single site ships in a year is what it made, and a little out of stocks."""
    for out in corpus.of_quantity(Quantity.EXPORTS):
        if out.id in old or is_computed(out) or out.part_of_year or not out.topic.commodity:
            continue
        site = corpus.kind(out.entity) in _SITES if out.resolved else _SITE.search(out.subject)
        # a nation's ore comes out of its own ground; its metal may be bought and sold on
        ground = corpus.kind(out.entity) == "country" and out.topic.stage is Stage.MINE
        if (
            not (site or ground)
            or bounds(out) is None
            or _PURCHASED.search(f"{out.attribute} {out.words}")
        ):
            continue
        made = [
            s
            for s in corpus.of_entity(out.entity)
            if s.topic.quantity is Quantity.PRODUCTION
            and s.topic.commodity == out.topic.commodity
            and s.id not in old
            and s.unit == out.unit
            and one_time(s, out)
            and one_class(s, out)
            and one_basis(s, out)
            and known_basis(s, out)
            and bounds(s) is not None
            and not named_part(s)
        ]
        if made:
            most = max(made, key=lambda s: (_high(s), s.id))
            one_stage = len({out.topic.stage, most.topic.stage} - {Stage.NONE}) <= 1
            verdict = Verdict.VIOLATE if one_stage else Verdict.INSUFFICIENT
            if ground:
                verdict = Verdict.TIE if one_stage else Verdict.INSUFFICIENT
            slack = _FROM_STOCKS if site else _OF_A_NATION
            yield from _judge(name, out, most, slack, verdict)


def named_in_all(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """What an attribute tells of one partner, pit or plant by name is within all of it.

    "Imports from Guinea" within "imports", "output, Kolaba pit" within "output": the part has all
    words of the whole, and names.
    """
    for part in corpus.checked:
        if part.topic.quantity not in _NAMED or not part.topic.commodity or part.id in old:
            continue
        names = named_part(part) or _OF_WHICH.match(part.attribute)
        if not names or is_computed(part) or _TOGETHER.search(part.attribute):
            continue
        words = content_words(part.attribute)
        wholes = [
            s
            for s in corpus.of_entity(part.entity)
            if s.topic.quantity is part.topic.quantity
            and s.topic.commodity == part.topic.commodity
            and s.id not in old
            and not (s.background or s.facet or named_part(s) or is_computed(s))
            and s.unit == part.unit
            and content_words(_HEAD.split(s.attribute)[0]) <= words
            and one_time(s, part)
            and (s.part_of_year, s.topic.stage) == (part.part_of_year, part.topic.stage)
            and one_class(s, part)
            and one_basis(s, part)
            and known_basis(s, part)
            and "attributable" not in scope(s)
        ]
        if wholes:
            most = max(wholes, key=lambda s: (_high(s), s.id))
            one_text = part.source == most.source
            yield from _judge(name, part, most, 0.0 if one_text else _OTHERS, Verdict.VIOLATE)


def payable_in_contained(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Smelters pay for less than a concentrate holds: payable metal is below contained."""
    for part in corpus.checked:
        made = part.topic.quantity is Quantity.PRODUCTION and part.basis is Basis.PAYABLE
        if not made or part.id in old or is_computed(part) or bounds(part) is None:
            continue
        wholes = [
            s
            for s in corpus.of_entity(part.entity)
            if s.topic.quantity is Quantity.PRODUCTION
            and s.basis is Basis.CONTAINED
            and s.topic.commodity == part.topic.commodity
            and s.topic.stage in (part.topic.stage, Stage.MINE, Stage.NONE)
            and s.id not in old
            and s.unit == part.unit
            and one_time(s, part)
            and one_class(s, part)
            and bounds(s) is not None
            and scope(s) - s.facet == scope(part) - part.facet - {"payable"}
        ]
        if wholes:
            most = max(wholes, key=lambda s: (_high(s), s.id))
            slack = 0.0 if _OWN_MAKE.search(part.words) else _FROM_STOCKS
            yield from _judge(name, part, most, slack, Verdict.TIE)


def _is_refined(s: Statement) -> bool:
    made = s.topic.quantity is Quantity.PRODUCTION or s.measured is Quantity.PRODUCTION
    plain = not s.part_of_year and not is_computed(s) and bounds(s) is not None
    return made and plain and s.topic.stage is Stage.REFINED and s.unit in _TONNES


def _high(s: Statement) -> float:
    found = bounds(s)
    return math.inf if found is None else found.high


def _judge(
    name: str, part: Statement, whole: Statement, slack: float, bad: Verdict
) -> Iterator[Finding]:
    have, top = bounds(part), bounds(whole)
    if have is None or top is None or (part.background and whole.background):
        return
    over = have.low - top.high * (1.0 + slack)
    words = (
        f"{part.subject}: {amount(exact(part) or have, part.unit)} ({part.attribute}) is "
        f"{'above' if over > 0.0 else 'within'} its {whole.attribute} of "
        f"{amount(exact(whole) or top, whole.unit)}"
    )
    verdict = bad if over > 0.0 else Verdict.PASS
    found = conclude(name, verdict, [part, whole], f"{words}.", max(over, 0.0), part.unit)
    if found is not None:
        yield found
