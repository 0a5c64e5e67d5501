"""Sums: listed parts that share nothing fit into their whole, and fill it where complete."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.meaning.subjects import is_rest
from orefield.evidence.rules._listed_shares import listed_sums
from orefield.evidence.rules._region_sums import region_sums
from orefield.evidence.rules._stated_totals import stated_totals
from orefield.evidence.rules.locating import Locator
from orefield.evidence.rules.pairing import (
    FLOWS,
    METAL,
    apart,
    as_contained,
    bounds,
    conclude,
    exact,
    is_computed,
    is_partial,
    known_basis,
    looks_like_company,
    one_class,
    one_stage,
    set_aside,
    surplus,
    years,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, listing, number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis

SUM = "sum-of-parts"
REMAINDER = "sum-remainder"
_ADDED = FLOWS | {Quantity.RESOURCE, Quantity.RESOURCE_ADDED, Quantity.STOCK}
_LEAST_REMAINDER = 0.20
_UNLISTED = 3.0
_FEWEST_PARTS = 2
_FEWEST_REGIONS = 3
_MOST_LISTED = 40
_MAIN = re.compile(
    r"\b(main|major|key|largest|leading|principal|top|chief)\b|主要|主产|最大|重点|前\w大",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(total|overall|combined|nationwide|altogether|in all|sum)\b|合计|总量|总计|全国|共计",
    re.IGNORECASE,
)
_SITE = re.compile(r"\b(mine|deposit|pit|smelter|plant)\b|矿|厂", re.IGNORECASE)
_REGION = re.compile(
    r"\b(province|region|state|county|district|prefecture|oblast|territory|department)\b"
    r"|省|州|自治区|地区|县",
    re.IGNORECASE,
)
_SITE_KINDS = frozenset({"mine", "deposit", "project", "smelter", "refinery", "plant"})
_REGION_KINDS = frozenset({"province", "county", "country", "state"})
# a plateau or a belt crosses provinces, and a company's output is that of mines listed beside it
_CROSSING_KINDS = frozenset({"region", "company", "group", "district"})


@dataclass(frozen=True, slots=True)
class _Sum:
    """A whole and its parts, no two of which overlap.

    ``complete`` tells that nothing else stands in the list. ``presumed`` are parts that only the
    text they share suggests to lie in the whole.
    """

    whole: Statement
    parts: tuple[Statement, ...]
    presumed: tuple[Statement, ...]
    complete: bool = False


def _groups(corpus: Corpus) -> Iterator[_Sum]:
    old = set_aside(corpus)
    locate = Locator(corpus)
    listed: dict[tuple[str, Quantity, str, str], list[Statement]] = {}
    for s in corpus.checked:
        if is_partial(s) or s.facet:
            continue
        # what is shipped to or comes from one partner is a part of no entity's own total
        if s.topic.quantity not in _ADDED or s.id in old or is_computed(s) or s.counterpart:
            continue
        if s.basis is not Basis.ORE or s.topic.quantity is Quantity.RESOURCE:
            key = (s.source, s.topic.quantity, s.topic.commodity, s.unit)
            listed.setdefault(key, []).append(s)
    for statements in listed.values():
        if len(statements) > _FEWEST_PARTS:
            yield from _wholes(corpus, statements, locate)


def _wholes(corpus: Corpus, listed: list[Statement], locate: Locator) -> Iterator[_Sum]:
    """Every statement of one text, thing and unit as the whole of the others."""
    numbers = [s for s in listed if bounds(s) is not None]
    place = {s.id: i for i, s in enumerate(numbers)}
    below: dict[str, list[Statement]] = {}
    for s in numbers:
        for entity in locate.above(s):
            below.setdefault(entity, []).append(s)
    nameless = [s for s in numbers if not s.resolved]
    for whole in numbers:
        if not locate.may_hold(whole):
            continue
        near = below.get(whole.entity, [])
        if nameless and (whole.listed or _may_be_presumed(corpus, whole)):
            near = list({s.id: s for s in (*near, *nameless)}.values())
            near.sort(key=lambda s: place[s.id])
        if len(near) < _FEWEST_PARTS:
            continue
        inside = [s for s in near if _fits(corpus, s, whole, locate)]
        dates = {(d[0], d[-1]) for d in map(years, inside) if d is not None}
        for date in sorted(dates) if len(dates) > 1 else [None]:
            chosen = [
                s
                for s in inside
                if date is None or (d := years(s)) is None or (d[0], d[-1]) == date
            ]
            parts = _apart(corpus, chosen, locate)
            sure = tuple(s for s in parts if locate.lies_in(s, whole))
            rest = tuple(s for s in parts if s not in sure)
            if len(parts) >= _FEWEST_PARTS:
                ids = {s.id for s in (*parts, whole)}
                near_by = [
                    s for s in numbers if years(s) == years(whole) and s.entity != whole.entity
                ]
                told = [s for s in near_by if not _crosses(corpus, s) or is_rest(s.subject)]
                complete = all(s.id in ids for s in told) and len(told) == len(near_by)
                yield _Sum(whole, sure, rest, complete)


def _fits(corpus: Corpus, s: Statement, whole: Statement, locate: Locator) -> bool:
    """Whether a statement of one text counts a part of the whole, at its time and stage."""
    if s.entity == whole.entity or not one_class(s, whole):
        return False
    if not one_stage(s.topic, whole.topic, one_text=True):
        return False
    spoken, told = years(whole), years(s)
    if spoken is not None and told is not None and spoken != told:
        return False
    presumed = _may_be_presumed(corpus, whole) and locate.presumed_in(s, whole)
    return presumed or locate.lies_in(s, whole)


def _may_be_presumed(corpus: Corpus, whole: Statement) -> bool:
    """Whether a text may mean names that nobody knows as parts: of a country, or a total."""
    if whole.resolved:
        return corpus.kind(whole.entity) == "country"
    return _says_total(whole) and not _SITE.search(whole.subject)


def _apart(corpus: Corpus, inside: list[Statement], locate: Locator) -> list[Statement]:
    """One number an entity, and no entity that overlaps with another."""
    smallest: dict[str, Statement] = {}
    order: list[str] = []
    for s in inside:
        key = locate.one_name(s)
        own, held = bounds(s), bounds(smallest[key]) if key in smallest else None
        assert own is not None
        if key not in smallest:
            order.append(key)
        if held is None or own.low < held.low:
            smallest[key] = s
    parts = [smallest[key] for key in order]
    plain = [s for s in parts if not _crosses(corpus, s)]
    parts = plain if plain else parts
    regions = [s for s in parts if corpus.kind(s.entity) in _REGION_KINDS or is_rest(s.subject)]
    if len(regions) > 1 and any(is_rest(s.subject) for s in regions):
        parts = regions  # "other regions" makes the list complete: a mine lies in one of them
    elif len(regions) > 1:
        # a mine beside a list of regions lies in one of them, told or not
        parts = [s for s in parts if s in regions or not _is_site(corpus, s)]
    present = {s.entity for s in parts}
    return [s for s in parts if present.isdisjoint(locate.above(s) - {s.entity})]


def _is_site(corpus: Corpus, s: Statement) -> bool:
    """Whether it is a known site of an unknown province."""
    known = s.entity in corpus.entities and corpus.kind(s.entity) in _SITE_KINDS
    return known and not corpus.entities[s.entity].province


def _crosses(corpus: Corpus, s: Statement) -> bool:
    return corpus.kind(s.entity) in _CROSSING_KINDS or looks_like_company(corpus, s)


def _above(group: _Sum) -> Finding | None:
    """Parts whose low ends add up to more than the high end of the whole."""
    whole = group.whole
    top = _wide(whole)
    sure = group.parts
    told = tuple(s for s in group.presumed if _REGION.search(s.subject) or _says_total(whole))
    parts = (*sure, *told)
    verdict, blur = Verdict.VIOLATE, "even where all are rounded"
    gap = apart(top, total(_wide(s) for s in parts))
    if gap <= 0.0 and len(parts) >= _FEWEST_PARTS:
        gap = surplus(parts, whole)
        verdict, blur = Verdict.TIE, "or more, unless roundings and hedges all err one way"
    if gap <= 0.0 or len(parts) < _FEWEST_PARTS or _listed_whole(parts, whole):
        return _if_presumed(group, parts)
    text = f"{_plus(parts, whole)} is above {_against(whole)}, "
    text += f"by {amount(gap, whole.unit)} {blur}."
    members = [*parts, whole]
    if told:
        text += f" {listing([s.subject for s in told])} taken to lie in it, as listed with it."
    text += _bases(parts, whole)
    # parts of one text are no independent witnesses against its whole: nobody is blamed
    return conclude(SUM, verdict, members, text, gap, whole.unit)


def _listed_whole(parts: tuple[Statement, ...], whole: Statement) -> bool:
    """Whether the parts with "others" make up the whole when one that lies in "others" is left."""
    if not any(is_rest(s.subject) for s in parts) or len(parts) > _MOST_LISTED:
        return False
    made, top = total(_wide(s) for s in parts), _wide(whole)
    return any(not is_rest(s.subject) and (made + -_wide(s)).overlaps(top) for s in parts)


def _if_presumed(group: _Sum, parts: tuple[Statement, ...]) -> Finding | None:
    """Parts that fit; and whether they would with those that may lie in the whole or not."""
    whole, doubtful = group.whole, tuple(s for s in group.presumed if s not in parts)
    more = (*parts, *doubtful)
    if apart(_wide(whole), total(_wide(s) for s in more)) > 0.0:
        names = listing([s.subject for s in doubtful])
        text = (
            f"{_plus(more, whole)} is above {_against(whole)}, which would be a contradiction if "
            f"{names} lay in it: that is not said."
        )
        return conclude(SUM, Verdict.INSUFFICIENT, [*more, whole], text)
    if len(parts) < _FEWEST_PARTS:
        return None
    text = f"{_plus(parts, whole)} fits into {_against(whole)}."
    short = _wide(whole).low - total(_wide(s) for s in parts).high
    if (
        short > 0.0
        and group.complete
        and any(is_rest(s.subject) for s in parts)
        and math.isfinite(short)
    ):
        text = (
            f"{_plus(parts, whole)} with all others falls short of {_against(whole)} by "
            f"{amount(short, whole.unit)}."
        )
        return conclude(SUM, Verdict.VIOLATE, [*parts, whole], text, -short, whole.unit)
    return conclude(SUM, Verdict.PASS, [*parts, whole], text, 0.0, whole.unit)


def _plus(parts: tuple[Statement, ...], whole: Statement) -> str:
    stated = total(_stated(s) for s in parts)
    terms = " + ".join(amount(_stated(s), s.unit) for s in parts)
    return f"{terms} = {amount(stated, whole.unit)} ({listing([s.subject for s in parts])})"


def _against(whole: Statement) -> str:
    return f"{whole.subject} ({amount(_stated(whole), whole.unit)})"


def _bases(parts: tuple[Statement, ...], whole: Statement) -> str:
    """What changes when gross figures are read as the metal that they hold."""
    gross = [s for s in parts if s.basis is Basis.CONCENTRATE_GROSS and as_contained(s)]
    vague = [s for s in parts if not known_basis(s)]
    words = ""
    if gross and (whole.basis in METAL or not known_basis(whole)):
        metal = [as_contained(s) if s in gross else _wide(s) for s in parts]
        converted = total(x for x in metal if x is not None)
        fits = apart(_wide(whole), converted) <= 0.0
        words += (
            f" Counted as metal at a usual grade, the gross concentrate of "
            f"{listing([s.subject for s in gross])} makes the sum {amount(converted, whole.unit)}, "
            f"which is {'no longer' if fits else 'still'} above it."
        )
    if vague:
        words += f" The basis of {listing([s.subject for s in vague])} is not stated."
    return words


def _remainder(group: _Sum) -> Finding | None:
    """A whole that its main parts leave open by more than the parts not listed could fill."""
    whole, parts = group.whole, (*group.parts, *group.presumed)
    if len(parts) < _FEWEST_REGIONS or any(not _comparable(s, whole) for s in parts):
        return None
    said_main = any(_MAIN.search(f"{s.words} {s.attribute}") for s in (*parts, whole))
    if not said_main or not all(_is_region(s) for s in group.parts):
        return None
    # a bound on what is plausible: rounding and hedges would only blur it
    stated, base = total(_stated(s) for s in parts), _stated(whole)
    smallest = min(_stated(s).high for s in parts)
    rest = base - stated
    if not math.isfinite(rest.low) or not math.isfinite(smallest) or base.low <= 0.0:
        return None
    names = listing([s.subject for s in parts])
    text = (
        f"{names} together give {amount(stated, whole.unit)} of {amount(base, whole.unit)} for "
        f"{whole.subject}, which leaves {amount(Interval(max(rest.low, 0.0), max(rest.high, 0.0)), whole.unit)}"  # noqa: E501
    )
    if rest.low < _LEAST_REMAINDER * base.low or rest.low < _UNLISTED * smallest:
        return conclude(REMAINDER, Verdict.PASS, [*parts, whole], f"{text}.", 0.0, whole.unit)
    text += (
        f" unallocated: at least {number(rest.low / base.low * 100.0)} % of it, or "
        f"{number(rest.low / smallest)} regions as large as the smallest of the main ones listed."
    )
    return conclude(REMAINDER, Verdict.VIOLATE, [*parts, whole], text, rest.low, whole.unit)


def _comparable(s: Statement, whole: Statement) -> bool:
    same = s.basis is whole.basis or {s.basis, whole.basis} <= METAL
    return same or not known_basis(s, whole)


def _is_region(s: Statement) -> bool:
    return s.topic.quantity is not Quantity.RESOURCE and not s.event


def _says_total(whole: Statement) -> bool:
    return bool(_TOTAL.search(f"{whole.attribute} {whole.words} {whole.subject}"))


def _stated(s: Statement) -> Interval:
    found = exact(s)
    assert found is not None
    return found


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


def _sums(corpus: Corpus) -> Iterator[Finding]:
    yield from (f for f in map(_above, _groups(corpus)) if f is not None)
    yield from stated_totals(corpus, SUM, _apart)
    yield from region_sums(corpus, set_aside(corpus), SUM)
    yield from listed_sums(corpus, set_aside(corpus), SUM)


def _remainders(corpus: Corpus) -> Iterator[Finding]:
    yield from (f for f in map(_remainder, _groups(corpus)) if f is not None)


RULES: tuple[Rule, ...] = (
    Rule(SUM, "Listed parts that share nothing add up to no more than their whole.", _sums),
    Rule(REMAINDER, "The main parts of a whole leave no more than minor ones fill.", _remainders),
)
