"""What is told to be the only one: the only smelter of a country, the only metal of a mine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules._values import single_site
from orefield.evidence.rules.metal_mixup import main_products, names_main_product
from orefield.evidence.rules.pairing import (
    BACKGROUND_TOLERANCE,
    apart,
    bounds,
    conclude,
    containers,
    exact,
    is_computed,
    is_planned,
    looks_like_company,
    one_basis,
    set_aside,
    years,
)
from orefield.evidence.rules.reading import named
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.site_commodity import associated, family, is_minor
from orefield.evidence.rules.wording import amount, listing, metal_name
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage
from orefield.evidence.words.commodities import ELEMENT_OF, find_commodities

_NAME = "only-one"
_FIGURES = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY})
_YIELDED = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.RESOURCE, Quantity.GRADE})
_NO_METALS = frozenset(
    {"", "ore", "recycled", "nonferrous", "ten_nonferrous", "metals", "nonferrous metals"}
)
_ONE_TEXT = 0.02
"""Relative distance that two figures of one text may have beyond their rounding."""

_WORKS = r"smelters?|refiner(?:y|ies)|producers?|plants?|mines?|works|operations?|source"
_ONLY_WORKS = re.compile(
    rf"(?<!not )(?<!not the )\b(?:only|sole|single|lone)\b (?:[\w-]+ ){{0,4}}?(?:{_WORKS})\b"
    r"(?P<in> (?:in|of|within) (?:the )?"
    r"(?:(?:whole )?(?:country|nation|land)|(?P<who>[A-Z][\w ]+)))?"
    r"|(?:全国|国内)(?:唯一|仅有)",
)
_OF_COUNTRY = re.compile(
    r"\b(?:country|nation|national)['’]?s? (?:only|sole|single)\b"
    r"|(?P<who>[A-Z][\w]+)['’]s (?:only|sole|single)\b|全国|国内"
)
_NOT_AT_HOME = re.compile(
    r"\b(?:not|one of|of its kind|of this (?:kind|type|size)|new|planned|listed|privately|state)\b"
    r"|之一",
    re.IGNORECASE,
)
_ONLY_METAL = re.compile(
    r"\b(?:only|sole|single) (?:\w+ )?(?:metal|commodity|product|mineral|element)\b"
    r"|\bno other (?:metals?|commodit(?:y|ies)|products?|minerals?)\b"
    r"|\b(?:nothing|no metal) (?:else|other than|but)\b"
    r"|\bonly \w+ is (?:mined|produced|won|recovered)|\bmono-?metallic\b"
    r"|唯一(?:产品|金属|矿种|矿产)|不产其他|无其他(?:金属|矿种)|仅产|只产|单一矿种",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot (?:the |its )?(?:only|sole)|不止|不仅", re.IGNORECASE)
_COUNTED = re.compile(rf"\b(?:{_WORKS})\b|冶炼厂|矿山|精炼厂", re.IGNORECASE)
_SITE_WORD = re.compile(r"\s*\b(?:smelter|refinery|plant|mine|works|operation|project)\b.*$")
_SX_EW = frozenset({"cu", "ni", "co", "zn"})
"""Metals that are also won from solution, where no smelter is needed."""


def _run(corpus: Corpus) -> Iterator[Finding]:
    old = set_aside(corpus)
    for s in corpus.checked:
        if s.id in old:
            continue
        text = f"{s.attribute}; {s.words}"
        # of a text nearly all rows hold none of these words
        if "onl" in text or "sole" in text or "sing" in text or "唯一" in text or "仅有" in text:
            yield from (f for f in _works(corpus, s, text, old) if f is not None)
        if s.topic.quantity is Quantity.COUNT and s.low == 1.0 and _COUNTED.search(s.attribute):
            yield from (f for f in _counted(corpus, s, old) if f is not None)
    yield from (f for f in _metals(corpus, old) if f is not None)


def _works(
    corpus: Corpus, s: Statement, text: str, old: frozenset[str]
) -> Iterator[Finding | None]:
    """The only smelter or producer of a country, and what the country makes besides."""
    mine, match = bounds(s), _ONLY_WORKS.search(text)
    if match is None or s.topic.quantity not in _FIGURES or mine is None or is_planned(s):
        return
    around = text[max(match.start() - 8, 0) : match.end()]
    if not single_site(corpus, s.entity) or _NOT_AT_HOME.search(around) or is_computed(s):
        return
    home = _home(corpus, s, match, text)
    if not home:
        return
    for other in corpus.of_entity(home):
        if other.topic.quantity is not s.topic.quantity or other.id in old or named_part(other):
            continue
        national = _comparable(s, other)
        if national is None:
            continue
        one_text = s.source == other.source
        tolerance = _ONE_TEXT if one_text else BACKGROUND_TOLERANCE
        gap = apart(Interval(0.0, mine.high * (1.0 + tolerance)), national)
        text_of = (
            f"{named(s)} is told to be of the only one in the country ('{match[0].strip()}'), and "
            f"{named(other)} gives the country {amount(national, other.unit)}"
        )
        if gap <= 0.0:
            yield conclude(_NAME, Verdict.PASS, [s, other], f"{text_of}.", 0.0, s.unit)
            continue
        # copper cathode is also won from solution, and a smelter of it is not all refined metal
        unsure = "smelter" in match[0] and s.topic.commodity == "cu"
        unsure = unsure or (other.background and not one_text)
        verdict = Verdict.VIOLATE if one_text else Verdict.TIE
        verdict = Verdict.INSUFFICIENT if unsure else verdict
        text_of += f": {amount(Interval(gap, gap), s.unit)} more come from nowhere."
        yield conclude(_NAME, verdict, [s, other], text_of, gap, s.unit)


def _counted(corpus: Corpus, s: Statement, old: frozenset[str]) -> Iterator[Finding | None]:
    """One smelter or mine is counted in a country, named beside: it makes what the country does."""
    if corpus.kind(s.entity) != "country":
        return
    words = fold_name(s.words)
    sites = {
        x.entity
        for x in corpus.checked
        if x.topic.quantity in _FIGURES
        and x.entity != s.entity
        and (name := _SITE_WORD.sub("", fold_name(x.subject)).strip())
        and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)
    }
    for entity in sites if len(sites) == 1 else ():
        own = [x for x in corpus.of_entity(entity) if x.topic.quantity in _FIGURES]
        for national in corpus.of_entity(s.entity):
            if national.topic.quantity is not Quantity.PRODUCTION or national.id in old:
                continue
            alike = [x for x in own if x.id not in old and _comparable(x, national) is not None]
            if not alike or named_part(national):
                continue
            # what it can make at most, as any of its figures says
            most = max(alike, key=lambda x: ((bounds(x) or Interval(0.0, 0.0)).high, x.id))
            have, top = bounds(national), bounds(most)
            assert have is not None
            assert top is not None
            gap = apart(Interval(0.0, top.high * (1.0 + BACKGROUND_TOLERANCE)), have)
            text = (
                f"{named(s)} counts one, {most.subject}, which makes at most "
                f"{amount(top, most.unit)} ({most.attribute}); {named(national)} gives the country "
                f"{amount(have, national.unit)}"
            )
            verdict = Verdict.VIOLATE if gap > 0.0 else Verdict.PASS
            members = [*(x for x in alike), s, national]
            yield conclude(_NAME, verdict, members, f"{text}.", max(gap, 0.0), national.unit)


def _comparable(s: Statement, other: Statement) -> Interval | None:
    """What the country makes of the same thing; None where that cannot be said."""
    one = s.topic.commodity == other.topic.commodity and s.topic.stage is other.topic.stage
    if not one or s.unit != other.unit or years(s) != years(other) or not one_basis(s, other):
        return None
    if s.topic.stage is Stage.NONE or is_planned(other) or is_computed(other):
        return None
    return bounds(other) if scope(s) == scope(other) else None


def _home(corpus: Corpus, s: Statement, match: re.Match[str], text: str) -> str:
    """The country that something is the only one of."""
    other = _OF_COUNTRY.search(text)
    for who in (match.groupdict().get("who"), other["who"] if other is not None else None):
        entity = corpus.entities.resolve(who.strip()).entity if who else None
        if entity is not None:
            return entity.id if entity.kind == "country" else ""
    if not (match["in"] or other is not None):
        return ""
    above = [e for e in containers(corpus, s.entity) if corpus.kind(e) == "country"]
    if above:
        return above[0]
    # a text that speaks of one country means that one
    spoken = {
        x.entity
        for x in corpus.of_source(s.source)
        if corpus.kind(x.entity) == "country" and x.topic.commodity == s.topic.commodity
    }
    return spoken.pop() if len(spoken) == 1 else ""


def _metals(corpus: Corpus, old: frozenset[str]) -> Iterator[Finding | None]:
    """The only or main metal of a site, and figures that give it another."""
    for s in corpus.checked:
        text = f"{s.attribute}; {s.words}"
        only = _ONLY_METAL.search(text) is not None and not _NOT_ONLY.search(text)
        main = s.low is None and names_main_product(s)
        if not (only or main) or s.id in old or not _is_site(corpus, s):
            continue
        metals = main_products(s) if main else frozenset({_metal(s.topic.commodity)}) - _NO_METALS
        if not metals and only:
            metals = frozenset(_metal(m.symbol) for m in find_commodities(text)) - _NO_METALS
        if not metals or (len(metals) > 1 and only):
            continue
        for other in corpus.of_entity(s.entity):
            yield _other_metal(s, other, metals, only=only)


def _is_site(corpus: Corpus, s: Statement) -> bool:
    return single_site(corpus, s.entity) and not looks_like_company(corpus, s)


def _metal(commodity: str) -> str:
    return ELEMENT_OF.get(commodity, commodity)


def _other_metal(
    s: Statement, other: Statement, metals: frozenset[str], *, only: bool
) -> Finding | None:
    metal, stated = _metal(other.topic.commodity), exact(other)
    if metal in _NO_METALS or "commodity" in other.inferred or other.id.split("#")[0] == s.id:
        return None
    if other.topic.quantity not in _YIELDED or stated is None or stated.low <= 0.0:
        return None
    if any(family(m) & family(metal) for m in metals) or is_planned(other):
        return None
    first, second = years(s), years(other)
    apart_in_time = first and second and (first[-1] < second[0] or second[-1] < first[0])
    strange = not any(associated(m, metal) for m in metals)
    if apart_in_time or not (only or strange) or (not only and is_minor(other.words)):
        return None
    told = "only" if only else "main"
    text = (
        f"{named(s)} makes {listing(sorted(metal_name(m) for m in metals))} the {told} metal, and "
        f"{named(other)} gives it {metal_name(metal)}"
    )
    one_text = s.source == other.source and only
    # a study may know traces of what is not won
    known_only = only and other.topic.quantity in (Quantity.GRADE, Quantity.RESOURCE)
    verdict = Verdict.VIOLATE if one_text else Verdict.TIE
    if known_only or (not only and other.topic.quantity is Quantity.GRADE):
        verdict, text = Verdict.INSUFFICIENT, f"{text}, which may be there and not won"
    return conclude(_NAME, verdict, [s, other], f"{text}.", fields=("commodity", "entity"))


RULES: tuple[Rule, ...] = (
    Rule(_NAME, "Where one thing is told to be the only one, no figure tells of another.", _run),
)
"""Rules of this module."""
