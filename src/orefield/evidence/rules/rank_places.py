"""Places in a ranking counted out: who has more, among countries, partners in trade, own mines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    LEVELS,
    apart,
    bounds,
    conclude,
    is_computed,
    is_planned,
    is_world,
    known_basis,
    looks_like_company,
    one_basis,
    one_class,
    set_aside,
    years,
)
from orefield.evidence.rules.ranks import place_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage
from orefield.evidence.words.commodities import ELEMENT_OF

NAME = "rank-places"

_FROM = re.compile(
    r"\bimports? (?:\w+ ){0,3}?from (?P<en>.+)|(?:自|从)(?P<zh>[^，,;；的]{2,12}?)的?进口",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\b(?:export(?:s|ed)?|shipments?|ship(?:ped|s)|suppl(?:y|ies|ied)|deliver(?:y|ies|ed)|sales|sold)"
    r" (?:\w+ ){0,3}?to (?P<en>.+)|(?:对|向|至|到)(?P<zh>[^，,;；的]{2,12}?)的?出口",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    r"\bshare (?:of|in) (?P<en>[A-Z][\w .-]+?)(?:['’]s?)? (?:\w+ ){0,4}?imports?\b"
    r"|占(?P<zh>[^，,;；的]{2,12}?)\w{0,8}进口", re.IGNORECASE
)  # fmt: skip
_SUPPLIES = re.compile(
    r"\b(?:suppliers?|sources?|origins?|providers?|supplying|exporters?)\b|供应国|来源国|来源地|供应商",
    re.IGNORECASE,
)
_BUYS = re.compile(
    r"\b(?:buyers?|destinations?|customers?|markets?|importers?|purchasers?|outlets?)\b|"
    r"目的地|买家|出口市场",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"\b(?:to|of|for|from) (?:the )?(?P<en>[A-Z][\w'’ .-]+)|\b(?P<own>[A-Z][\w .-]+?)['’]s?(?= )"
    r"|(?P<zh>[\u4e00-\u9fff]{2,8}?)(?:的|最大|第)"
)
_OWN_MINES = re.compile(
    r"\b(?:among|of|in|within) (?:the )?"
    r"(?P<who>[A-Z][\w&'’ -]*?|company|group|miner|firm)(?:['’]s?)? "
    r"(?:[\w-]+ ){0,3}?"
    r"(?:mines?|operations?|assets?|portfolio|smelters?|plants?|pits?|deposits?|projects?)\b|(?:公司|集团)(?:旗下|所属)",
)
_ITS = re.compile(r"^(?:company|group|miner|firm|its|their|our|own)$", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:group|total|all|other|combined|consolidated)\b|合计|集团", re.IGNORECASE)
_MOST = 40
"""Rivals looked at for one place: rankings are short."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number of whom it is: an entity's level, its share of the world, or a partner's trade."""

    who: str
    statement: Statement


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    ranks = [
        s
        for s in corpus.of_quantity(Quantity.RANK)
        if s.id not in old and s.part is not None and place_of(s) is not None and not s.background
    ]
    if not ranks:
        return
    locate = Locator(corpus)
    figures = _by_thing(corpus, old, {_metal(s.part.commodity) for s in ranks if s.part})
    flows = _partner_flows(corpus, old) if any(_trades(s) for s in ranks) else {}
    for s in ranks:
        for found in (*_places(corpus, s, figures, locate), *_partners(corpus, s, flows),
                      *_own_mines(corpus, s, old)):  # fmt: skip
            if found is not None:
                yield found


def _metal(commodity: str) -> str:
    return ELEMENT_OF.get(commodity, commodity)


def _usable(s: Statement, old: frozenset[str]) -> bool:
    plain = s.id not in old and not is_computed(s) and not is_planned(s)
    return plain and bounds(s) is not None and not s.part_of_year


def _by_thing(
    corpus: Corpus, old: frozenset[str], metals: set[str]
) -> dict[tuple[object, ...], list[_Figure]]:
    """Levels, and shares of the world's, by what, stage, unit and year."""
    found: dict[tuple[object, ...], list[_Figure]] = defaultdict(list)
    for s in corpus.statements:
        of = s.topic
        if of.quantity is Quantity.SHARE:
            if s.part is None or s.whole is None or not is_world(corpus, s.whole.entity):
                continue
            if s.part.quantity is not s.whole.quantity:
                continue
            of = s.part
        if of.quantity not in LEVELS or _metal(of.commodity) not in metals or not of.commodity:
            continue
        when = years(s)
        if when is None or s.counterpart or named_part(s) or not _usable(s, old):
            continue
        key = (of.quantity, _metal(of.commodity), of.stage, s.unit, when)
        found[key].append(_Figure(of.entity, s))
    return found


def _places(
    corpus: Corpus,
    s: Statement,
    figures: dict[tuple[object, ...], list[_Figure]],
    locate: Locator,
) -> Iterator[Finding | None]:
    """The n-th, and n or more others that certainly have more."""
    part, place = s.part, place_of(s)
    assert part is not None
    assert place is not None
    kind = corpus.kind(s.entity)
    if kind not in {"country", "province", "state", "mine", "company", "group"} or _trades(s):
        return
    for key, group in figures.items():
        quantity, metal, stage, unit, when = key
        if quantity is not part.quantity or metal != _metal(part.commodity):
            continue
        if place == 1 and unit != "1":
            continue  # held against levels by 'rank-consistency'
        if part.stage not in (Stage.NONE, stage) and "stage" not in s.inferred:
            continue
        if years(s) not in (None, when):
            continue
        mine = [f for f in group if f.who == s.entity]
        if not mine:
            continue
        # the largest that any text gives it: only what is above that is certainly above
        own = max(mine, key=lambda f: _high(f.statement))
        above: dict[str, Statement] = {}
        for rival in group[: _MOST * 5]:
            fits = rival.who not in {s.entity, *above} and corpus.kind(rival.who) == kind
            fits = fits and _beside(corpus, s, rival, locate)
            if fits and _more(own.statement, rival.statement):
                above[rival.who] = rival.statement
        if len(above) >= place:
            yield _told(s, own.statement, list(above.values()), place, Verdict.VIOLATE)


def _beside(corpus: Corpus, s: Statement, rival: _Figure, locate: Locator) -> bool:
    """Whether a rival lies in the scope of the ranking, and neither in the other."""
    within = locate.above(rival.statement)
    if not is_world(corpus, s.counterpart) and s.counterpart not in within:
        return False
    return rival.who not in locate.above(s) and s.entity not in within


def _high(s: Statement) -> float:
    found = bounds(s)
    return found.high if found is not None else 0.0


def _more(mine: Statement, other: Statement) -> bool:
    """Whether the other figure is certainly the larger."""
    a, b = bounds(mine), bounds(other)
    if a is None or b is None or not one_class(mine, other) or not one_basis(mine, other):
        return False
    if mine.basis is not other.basis and not known_basis(mine, other):
        return False
    if mine.unit != other.unit or scope(mine) != scope(other):
        return False
    tolerance = 0.0 if mine.source == other.source else BACKGROUND_TOLERANCE
    return apart(Interval(0.0, a.high * (1.0 + tolerance)), b) > 0.0


def _told(
    s: Statement, mine: Statement, above: list[Statement], place: int, verdict: Verdict
) -> Finding | None:
    shown = "; ".join(f"{_who(x)} {amount(x.stated, x.unit)}" for x in above[:6] if x.stated)
    assert mine.stated is not None
    text = (
        f"{s.subject} is placed {place} with {amount(mine.stated, mine.unit)}, yet {len(above)} "
        f"{'has' if len(above) == 1 else 'have'} more: {shown}; it can be {len(above) + 1} at best."
    )
    gap = float(len(above) + 1 - place)
    return conclude(NAME, verdict, [s, mine, *above], text, gap, "count")


def _who(s: Statement) -> str:
    return s.subject if s.topic.quantity not in _TRADE else f"{s.subject}, {s.attribute}"


_TRADE = frozenset({Quantity.IMPORTS, Quantity.EXPORTS})


def _trades(s: Statement) -> bool:
    """Whether it ranks the partners of one country, not countries in the world."""
    text = _said(s)
    return bool(_SUPPLIES.search(text) or _BUYS.search(text)) and not re.search(
        r"\bworld|\bglobal|全球|世界", text, re.IGNORECASE
    )


def _said(s: Statement) -> str:
    return f"{s.attribute}; {s.words}".replace("_", " ")


def _named(corpus: Corpus, text: str) -> str:
    """The first country that words begin with; empty for none."""
    words = re.sub(r"^(?:the|mainland) ", "", text.strip()).split()
    for count in range(min(len(words), 4), 0, -1):
        name = " ".join(words[:count]).strip(".,;:()'’\"")
        entity = corpus.entities.resolve(re.sub(r"['’]s?$", "", name)).entity
        if entity is not None and entity.kind in {"country", "region", "province"}:
            return entity.id
    return ""


def _pair(corpus: Corpus, s: Statement) -> tuple[str, str] | None:
    """Origin and destination of a figure of trade; None where one is not named."""
    attribute = s.attribute.replace("_", " ")
    for pattern, inward in ((_FROM, True), (_TO, False), (_SHARE_OF, False)):
        match = pattern.search(attribute)
        if match is None:
            continue
        several = re.search(r"\b(?:and|together|combined)\b|[,&、和]", match["en"] or "")
        partner = _named(corpus, match["en"] or match["zh"])
        if partner and not several and partner != s.entity:
            return (partner, s.entity) if inward else (s.entity, partner)
    if s.counterpart and s.counterpart != s.entity and s.topic.quantity in _TRADE:
        inward = s.topic.quantity is Quantity.IMPORTS
        return (s.counterpart, s.entity) if inward else (s.entity, s.counterpart)
    return None


def _partner_flows(
    corpus: Corpus, old: frozenset[str]
) -> dict[tuple[object, ...], list[tuple[str, str, Statement]]]:
    """Trade between two countries, by metal, unit and years."""
    found: dict[tuple[object, ...], list[tuple[str, str, Statement]]] = defaultdict(list)
    for s in corpus.statements:
        if s.topic.quantity not in _TRADE | {Quantity.SHARE, Quantity.PRODUCTION}:
            continue
        if not _usable(s, old) or not s.topic.commodity:
            continue
        pair = _pair(corpus, s)
        if pair is not None:
            key = (_metal(s.topic.commodity), s.topic.stage, s.unit, years(s))
            found[key].append((*pair, s))
    return found


def _partners(
    corpus: Corpus,
    s: Statement,
    flows: dict[tuple[object, ...], list[tuple[str, str, Statement]]],
) -> Iterator[Finding | None]:
    """The n-th supplier or customer of a country, and partners that trade more with it."""
    part, place = s.part, place_of(s)
    assert part is not None
    assert place is not None
    if not _trades(s):
        return
    supplies = bool(_SUPPLIES.search(_said(s)))
    hub = _hub(corpus, s)
    if not hub:
        return
    for (metal, stage, _, when), group in flows.items():
        if metal != _metal(part.commodity) or years(s) not in (None, when):
            continue
        if part.stage not in (Stage.NONE, stage) and stage is not Stage.NONE:
            continue
        near = [(a if supplies else b, x) for a, b, x in group if (b if supplies else a) == hub]
        mine = [x for who, x in near if who == s.entity]
        if not mine:
            continue
        own = max(mine, key=_high)
        above = {
            who: x
            for who, x in near[:_MOST]
            if who != s.entity and x.topic.quantity is own.topic.quantity and _above(own, x)
        }
        if len(above) >= place:
            yield _told(s, own, list(above.values()), place, Verdict.VIOLATE)


def _above(mine: Statement, other: Statement) -> bool:
    a, b = bounds(mine), bounds(other)
    if a is None or b is None or mine.basis is not other.basis:
        return False
    tolerance = 0.0 if mine.source == other.source else BACKGROUND_TOLERANCE
    return apart(Interval(0.0, a.high * (1.0 + tolerance)), b) > 0.0


def _hub(corpus: Corpus, s: Statement) -> str:
    """The country whose partners are ranked."""
    if s.counterpart and corpus.kind(s.counterpart) == "country" and s.counterpart != s.entity:
        return s.counterpart
    for match in _PARTNER.finditer(s.attribute.replace("_", " ")):
        found = _named(corpus, match["en"] or match["own"] or match["zh"])
        if found and found != s.entity:
            return found
    return ""


def _own_mines(corpus: Corpus, s: Statement, old: frozenset[str]) -> Iterator[Finding | None]:
    """The n-th mine of a company, and mines of its own report that give more."""
    part, place = s.part, place_of(s)
    assert part is not None
    assert place is not None
    match = _OWN_MINES.search(_said(s))
    if match is None or part.quantity not in LEVELS or not part.commodity:
        return
    who = fold_name((match["who"] or "company").strip())
    for mine in corpus.of_entity(s.entity):
        same = mine.topic.quantity is part.quantity and mine.topic.commodity == part.commodity
        if not same or not _usable(mine, old) or years(s) not in (None, years(mine)):
            continue
        text = corpus.sources.get(mine.source)
        publisher = fold_name(text.publisher) if text is not None else ""
        if not publisher or not (publisher.startswith(who) or _ITS.match(who)):
            continue
        above: dict[str, Statement] = {}
        for other in corpus.of_source(mine.source):
            rival = other.topic
            if rival.entity == s.entity or rival.quantity is not part.quantity:
                continue
            if rival.commodity != part.commodity or rival.stage is not mine.topic.stage:
                continue
            if years(other) != years(mine) or not _usable(other, old) or named_part(other):
                continue
            if not _a_site(corpus, other, publisher) or not _more(mine, other):
                continue
            above.setdefault(rival.entity, other)
        if len(above) >= place:
            yield _told(s, mine, list(above.values()), place, Verdict.VIOLATE)
            return


def _a_site(corpus: Corpus, s: Statement, publisher: str) -> bool:
    """Whether a figure is of one site, not of the company that publishes it or of a country."""
    name = fold_name(s.subject)
    if looks_like_company(corpus, s) or publisher.startswith(name) or name.startswith(publisher):
        return False
    return _TOTAL.search(s.subject) is None and corpus.kind(s.entity) in {
        "",
        "mine",
        "deposit",
        "project",
        "smelter",
    }


RULES: tuple[Rule, ...] = (
    Rule(NAME, "No more have a larger figure than a place in a ranking leaves ahead of it.", _run),
)
"""Rules of this module."""
