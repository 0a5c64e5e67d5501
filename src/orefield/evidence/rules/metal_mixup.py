"""One number, or one site's main product, told of two different metals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import bucket, named_part, scope
from orefield.evidence.rules._values import METAL_BASES, central, single_site, stated
from orefield.evidence.rules.pairing import conclude, looks_like_company
from orefield.evidence.rules.reading import named, years_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.site_commodity import associated, family, is_minor
from orefield.evidence.rules.wording import amount, listing, metal_name
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words.commodities import ELEMENT_OF, find_commodities

_NAME = "metal-mixup"
_FIGURES = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.RESOURCE})
_NONE_OF = re.compile(
    r"\b(?:no|without|not|never|nor)\b[^;,.]*|(?:不产|无|非)[\u4e00-\u9fff]{1,4}", re.IGNORECASE
)
_NO_METALS = frozenset({"ore", "recycled", "nonferrous", "ten_nonferrous", "metals", "ree", "pgm"})
_EQUIVALENT = re.compile(r"equivalent|\b[a-z]{2}eq\b|折合", re.IGNORECASE)
_MAIN_PRODUCT = re.compile(
    r"\b(?:principal|main|primary|chief|key|leading) (?:commodity|product|metal|mineral)\b"
    r"|^(?:commodity|product|metal mined|type of mine|mine type)$|主要(?:产品|矿种|金属)|主矿种",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;；。]|\.\s")
_DIGITS = 3
"""So many digits are not the same by chance."""


def _run(corpus: Corpus) -> Iterator[Finding]:
    yield from (f for f in (*_figures(corpus), *_products(corpus)) if f is not None)


def _figures(corpus: Corpus) -> Iterator[Finding | None]:
    """One figure of one site and year, printed of two metals by two texts."""
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        metal = ELEMENT_OF.get(s.topic.commodity, s.topic.commodity)
        if s.topic.quantity not in _FIGURES or not metal or metal in _NO_METALS or s.is_derived:
            continue
        value = central(s)
        if value is None or s.low != s.high or s.basis not in METAL_BASES or _digits(s) < _DIGITS:
            continue
        if "commodity" in s.inferred or _EQUIVALENT.search(f"{s.attribute} {s.shown}"):
            continue
        if not single_site(corpus, s.entity) or looks_like_company(corpus, s):
            continue
        when = (s.first_year, s.last_year, s.part_of_year)
        key = (s.entity, s.topic.quantity, bucket(s), when, round(value, 6), scope(s))
        groups[key, named_part(s)].append(s)
    for group in groups.values():
        for a, b in combinations(group[:20], 2):
            if a.source == b.source or family(a.topic.commodity) & family(b.topic.commodity):
                continue
            text = (
                f"{stated(a)} and {stated(b)}: one number, {amount(central(a) or 0.0, a.unit)}, as "
                f"{metal_name(a.topic.commodity)} and as {metal_name(b.topic.commodity)}; one of "
                "the two metals is mistaken."
            )
            yield conclude(_NAME, Verdict.TIE, [a, b], text, fields=("commodity", "entity"))


def _digits(s: Statement) -> int:
    """Digits printed, leading and trailing zeros aside."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", s.shown)
    plain = found[0].replace(",", "") if found else ""
    digits = plain.replace(".", "").lstrip("0")
    return len(digits if "." in plain else digits.rstrip("0"))


def _products(corpus: Corpus) -> Iterator[Finding | None]:
    """The main product of a site, named by two texts."""
    named_by: dict[str, list[tuple[Statement, frozenset[str]]]] = defaultdict(list)
    for s in corpus.checked:
        if s.low is not None or not names_main_product(s):
            continue
        if single_site(corpus, s.entity) and not looks_like_company(corpus, s):
            metals = main_products(s)
            if metals:
                named_by[s.entity].append((s, metals))
    for told in named_by.values():
        for (a, first), (b, second) in combinations(told[:20], 2):
            when, then = years_of(a), years_of(b)
            if when and then and (when[1] < then[0] or then[1] < when[0]):
                continue
            denied = bool(_denied(a) & second or _denied(b) & first)
            if not denied and any(family(m) & family(n) for m in first for n in second):
                continue
            text = (
                f"{named(a)} makes {listing(sorted(first))} the main product, {named(b)} "
                f"{listing(sorted(second))}"
            )
            beside = not denied and any(associated(m, n) for m in first for n in second)
            verdict = Verdict.INSUFFICIENT if beside else Verdict.TIE
            text += ": metals of one ore, either of which may lead." if beside else "."
            yield conclude(_NAME, verdict, [a, b], text, fields=("commodity", "entity"))


def _denied(s: Statement) -> frozenset[str]:
    """Metals that the words say the site does not give."""
    words = " ".join(m[0] for m in _NONE_OF.finditer(s.words))
    return frozenset(m.symbol for m in find_commodities(words)) - _NO_METALS


def names_main_product(s: Statement) -> bool:
    """Whether an attribute asks for the main product of a site."""
    return bool(_MAIN_PRODUCT.search(s.attribute.replace("_", " ").strip()))


def main_products(s: Statement) -> frozenset[str]:
    """Metals that the words call the main ones: by-products named beside them aside."""
    words = s.words.removeprefix(s.attribute)
    clauses = [_NONE_OF.sub(" ", c) for c in _CLAUSE.split(words) if not is_minor(c)]
    found = {m.symbol for c in clauses for m in find_commodities(c)}
    return frozenset(found) - _NO_METALS


RULES: tuple[Rule, ...] = (
    Rule(_NAME, "A number, and a site's main product, is of one metal.", _run),
)
"""Rules of this module."""
