"""What a site yields, and what it is: a mine of the wrong metal, a smelter that is mined."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.reading import lexeme, metals_of, named, text_of, told
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import listing
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage
from orefield.evidence.words.commodities import ELEMENT_OF

_NAME = "site-commodity"
_RELIED = ("commodity", "entity", "stage")
_SITES = frozenset(
    {"mine", "deposit", "project", "district", "ore body", "complex", "orebody", "prospect"}
)
_PLANTS = frozenset({"smelter", "refinery", "plant", "port", "fabricator", "recycler"})
_SPOKEN = frozenset(
    {
        Quantity.PRODUCTION,
        Quantity.CAPACITY,
        Quantity.RESOURCE,
        Quantity.RESOURCE_ADDED,
        Quantity.GRADE,
        Quantity.RANK,
        Quantity.SHARE,
        Quantity.FLAG,
        Quantity.OTHER,
    }
)
_MAIN = lexeme(
    r"high|rich|richest|major|main|mainly|primary|large|largest|huge|giant|leading|key|principal|"
    r"important|(?:best |well[- ]?)?known|famous|renowned|abundant|world[- ]class|top|significant|"
    r"concentrations?",
    "富|高品位|主要|大型|著名|盛产|丰富|重要|最大|知名",
)
_MINOR = lexeme(
    r"by-?products?|co-?products?|minor|associated|trace|credits?|accessory|small|subordinate|"
    r"also|traces",
    "伴生|共生|副产|少量|微量",
)
_DENIED = lexeme(r"no|not|without|never|neither|nor|lacks?", "没有|不产|并非|无")
_PROCESSES = lexeme(
    r"(?:processing|smelting|refining|trading) (?:centre|center|hub|base|city)", "加工|冶炼中心"
)

_FAMILIES = (
    frozenset({"ree", "rare earth", "rare earths", "nd", "pr", "ce", "la", "dy", "tb", "y", "reo"}),
    frozenset({"pgm", "pt", "pd", "rh", "platinum", "palladium", "ir", "ru"}),
    frozenset({"al", "bauxite", "alumina", "aluminium", "aluminum"}),
    frozenset({"fe", "steel", "iron", "iron ore"}),
    frozenset({"cr", "chromite", "chromium"}),
    frozenset({"cu", "copper"}),
    frozenset({"au", "gold"}),
    frozenset({"nb", "ta", "niobium", "tantalum"}),
    frozenset({"w", "tungsten"}),
    frozenset({"li", "lithium"}),
    frozenset({"ni", "nickel"}),
)
_ASSOCIATES = (
    frozenset({"cu", "mo", "au", "ag", "re"}),
    frozenset({"cu", "zn", "pb", "ag", "au"}),
    frozenset({"pb", "zn", "ag", "cd", "ge", "in"}),
    frozenset({"ni", "cu", "co", "pgm", "pt", "pd"}),
    frozenset({"sn", "w", "mo", "bi"}),
    frozenset({"fe", "ti", "v"}),
    frozenset({"ree", "nb", "ta", "fe"}),
    frozenset({"li", "ta", "nb", "sn", "be", "cs", "rb"}),
    frozenset({"li", "potash", "mg"}),
    frozenset({"au", "ag", "sb"}),
    frozenset({"u", "v"}),
    frozenset({"al", "ga"}),
)
"""Metals of one ore by the nature of deposits: porphyry, massive sulphide, magmatic sulphide,
greisen, titanomagnetite, carbonatite, pegmatite, brine, epithermal. A second of them at a site
known for the first is no surprise."""

_BASKETS = frozenset({"nonferrous", "ten_nonferrous", "recycled", "nonferrous metals", "metals"})


_PRODUCTS = re.compile(
    r"\bproducts?\b|\bmain (?:metal|commodity|product)|\bcommodit|产品|矿种", re.IGNORECASE
)


def _named_metals(s: Statement) -> set[str]:
    return {ELEMENT_OF.get(m.casefold(), m.casefold()) for m in metals_of(s)}


def _run(corpus: Corpus) -> Iterator[Finding]:
    for entity in {s.entity: None for s in corpus.statements if s.resolved}:
        if entity not in corpus.entities:
            continue
        place = corpus.entities[entity]
        known = tuple(getattr(place, "commodities", ()) or ())
        for s in corpus.of_entity(entity):
            if s.topic.quantity not in _SPOKEN or s.background:
                continue
            if known and place.kind in _SITES:
                yield from _yields(s, known, _products(corpus, entity, s))
            if place.kind in _SITES | _PLANTS:
                yield from _is(s, place.kind)


def _products(corpus: Corpus, entity: str, s: Statement) -> list[Statement]:
    """Statements of the corpus that tell in words what the site yields."""
    return [
        x
        for x in corpus.of_entity(entity)
        if x.id != s.id and not x.background and x.low is None and _PRODUCTS.search(x.attribute)
    ]


def _yields(s: Statement, known: tuple[str, ...], said: list[Statement]) -> Iterator[Finding]:
    commodity = s.topic.commodity.casefold()
    if "commodity" in s.inferred:
        # taken over from a neighbour: no word of this statement says it
        return
    metals = {commodity} if commodity else {m.casefold() for m in metals_of(s)}
    metals = {ELEMENT_OF.get(m, m) for m in metals}
    metals -= _BASKETS
    listed = {m for k in known for m in family(k.casefold())}
    text = text_of(s)
    if not metals or _DENIED.search(text):
        return
    beside = sorted(m for m in metals if not family(m) & listed)
    has = listing(list(known))
    if not beside:
        says = f"{named(s)} names {listing(sorted(metals))}, which is known there ({has})."
        yield from told(_NAME, Verdict.PASS, [s], says)
        return
    says = f"{named(s)} gives {s.subject or s.entity} {listing(beside)}; it is known for {has}"
    word = _MAIN.search(text)
    main = f"'{word.group()}'" if word else "a rank" if s.topic.quantity is Quantity.RANK else ""
    strange = [m for m in beside if not any(m in a and a & listed for a in _ASSOCIATES)]
    if main and strange and not _MINOR.search(text):
        says = f"{says}, and {main} makes it a main metal."
        blamed = [s.id]
        beside_it = [x for x in said if not _named_metals(x) & set(beside)]
        if beside_it:
            says += f" {listing([x.id for x in beside_it])} tells its products otherwise."
        members = [*beside_it, s]
        yield from told(_NAME, Verdict.VIOLATE, members, says, blamed=blamed, relied=_RELIED)
    else:
        says = f"{says}; it may be a by-product."
        # what goes with the known metals in nature is no surprise; other metals are a question
        verdict = Verdict.INSUFFICIENT if strange else Verdict.PASS
        yield from told(_NAME, verdict, [s], says, relied=_RELIED)


def _is(s: Statement, kind: str) -> Iterator[Finding]:
    mined = s.topic.quantity in (Quantity.RESOURCE, Quantity.RESOURCE_ADDED) or (
        s.topic.quantity is Quantity.PRODUCTION and s.topic.stage is Stage.MINE
    )
    if kind in _PLANTS and mined and "stage" not in s.inferred and s.low is not None:
        says = f"{named(s)} is of metal in the ground or mined, and {s.subject} is a {kind}."
        yield from told(_NAME, Verdict.VIOLATE, [s], says, blamed=[s.id], relied=_RELIED)
    elif kind in ("mine", "deposit") and (found := _PROCESSES.search(text_of(s))):
        says = f"{named(s)} calls a {kind} a '{found.group()}'; both may stand at one place."
        yield from told(_NAME, Verdict.INSUFFICIENT, [s], says, relied=_RELIED)


def associated(a: str, b: str) -> bool:
    """Whether two metals are found in one ore by nature."""
    return any(a in metals and b in metals for metals in _ASSOCIATES)


def is_minor(text: str) -> bool:
    """Whether words call what they name a by-product."""
    return bool(_MINOR.search(text.casefold()))


def family(commodity: str) -> frozenset[str]:
    """All names of one metal, or of a group that is mined as one."""
    return next((f for f in _FAMILIES if commodity in f), frozenset({commodity}))


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "A site's main metal is one that it is known for, and a plant is not mined.",
        _run,
    ),
)
