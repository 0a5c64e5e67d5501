"""Slips of unit: numbers off by a known factor against other statements, or against physics."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import pairwise

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._chain import above_any_ore, grade, relatives
from orefield.evidence.rules._day_year import check_day_and_year
from orefield.evidence.rules._definitions import (
    aligned,
    attribute_words,
    bucket,
    named_part,
    scope,
)
from orefield.evidence.rules._factors import OUNCES, slip_of
from orefield.evidence.rules._sites import Sites, is_metal_output, is_ore_grade
from orefield.evidence.rules._slip_physics import check_days, check_grades, check_impossible
from orefield.evidence.rules._values import (
    METAL_BASES,
    central,
    conclude,
    independent,
    single_site,
    stated,
)
from orefield.evidence.rules.bounds import bound_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import number
from orefield.evidence.statement import Quantity, Statement, Topic

NAME = "unit-slip"

_SKIPPED = frozenset(
    {
        Quantity.EVENT,
        Quantity.FLAG,
        Quantity.POSITION,
        Quantity.RANK,
        Quantity.GROWTH,
        Quantity.COUNT,
        Quantity.STOCK_CHANGE,
    }
)
_CLASSED = frozenset({Quantity.RESOURCE, Quantity.GRADE, Quantity.RESOURCE_ADDED})
_BY_ATTRIBUTE = frozenset(
    {
        Quantity.MONEY, Quantity.PRICE, Quantity.EXCHANGE, Quantity.RATE, Quantity.SHARE,
        Quantity.OTHER, Quantity.SPECIFIC, Quantity.EXPENDED, Quantity.WASTE,
    }
)  # fmt: skip
_APART = math.log(3.0)
"""Values further apart than this, in logarithm, are of different orders."""

_LARGE = 300.0
"""Factors from here on are no growth and no other definition."""

_STANDING = frozenset({Quantity.RESOURCE, Quantity.CAPACITY, Quantity.STOCK})
"""States, which hold from one year to the next."""

_DIGITS = 1e-3
"""Two printings of the same digits differ by no more, in decimal logarithm."""

_BY_OUNCE = frozenset({"au", "ag", "pgm", "pt", "pd", "rh"})

_MOST = 8
"""Clusters of one topic that are held against each other."""

_YEARS = 5
"""How many years apart two figures may be for a large factor to be a slip."""


def check_slips(corpus: Corpus) -> Iterator[Finding]:
    """Name the factor by which a number is off, and the unit that was probably meant."""
    yield from check_peers(corpus)
    yield from check_days(corpus)
    yield from check_day_and_year(corpus)
    yield from check_impossible(corpus)
    yield from check_grades(corpus)


def check_peers(corpus: Corpus) -> Iterator[Finding]:
    """Hold numbers of one topic against each other: clusters apart by a known factor.

    The cluster with the most independent origins stands; the others are blamed when it has two
    or more, or when physics rules them out. Two lone numbers are a tie.
    """
    groups: dict[Hashable, list[tuple[float, Statement]]] = defaultdict(list)
    for topic, alike in aligned(corpus):
        if topic.quantity in _SKIPPED or len(alike) < 2:
            continue
        for s in alike:
            value = central(s)
            if value is not None and not s.is_derived:
                groups[_peers_of(s, topic)].append((math.log(value), s))
    for group in groups.values():
        if len(group) < 2 or all(s.background for _, s in group):
            continue
        clusters = _clusters(group)
        if len(clusters) == 1:
            members = clusters[0]
            told = f"{len(members)} figures of {members[0].attribute} are of one order of size"
            yield from conclude(NAME, Verdict.PASS, members, told, residual=1.0, unit="ratio")
            continue
        ranked = sorted(clusters, key=lambda c: _standing(corpus, c), reverse=True)
        for i, standing in enumerate(ranked[:_MOST]):
            for other in ranked[i + 1 : _MOST]:
                # what the first cluster is about may differ from what two others are
                yield from _judge(corpus, standing, other, told_alike=i > 0)


def _peers_of(s: Statement, topic: Topic) -> Hashable:
    quantity = s.topic.quantity
    flow = "t/y" if s.unit == "t" and quantity is Quantity.PRODUCTION else s.unit
    return (
        topic,
        flow,
        s.basis in METAL_BASES,
        s.part,
        s.whole,
        s.counterpart,
        s.base_year,
        s.rate_type,
        scope(s) - {"payable"},
        bucket(s) if quantity in _CLASSED else "",
        (attribute_words(s), s.unit[:1]) if quantity in _BY_ATTRIBUTE else "",
        named_part(s),
        s.part_of_year,
    )


def _clusters(group: list[tuple[float, Statement]]) -> list[list[Statement]]:
    """Statements in runs of like size, split where the next is three times larger."""
    ordered = sorted(group, key=lambda pair: (pair[0], pair[1].id))
    clusters = [[ordered[0][1]]]
    for (before, _), (size, s) in pairwise(ordered):
        if size - before > _APART:
            clusters.append([])
        clusters[-1].append(s)
    return clusters


def _standing(corpus: Corpus, cluster: list[Statement]) -> tuple[bool, int, int, str]:
    possible = not any(_impossible(corpus, s) for s in cluster)
    origins = independent(corpus, cluster)
    best = min((ord(str(s.sigma_class)) for s in origins), default=ord("F"))
    return possible, len(origins), -best, cluster[0].id


def _judge(
    corpus: Corpus, standing: list[Statement], other: list[Statement], *, told_alike: bool
) -> Iterator[Finding]:
    near = _nearest(standing, other)
    if near is None:
        return
    kept, odd = near
    if told_alike and attribute_words(kept) != attribute_words(odd):
        return
    ratio = (central(odd) or 1.0) / (central(kept) or 1.0)
    same_time = odd.same_time(kept)
    factor = max(ratio, 1.0 / ratio)
    # small factors have many honest causes: they need the same digits, time and wording
    within = (0.25 if same_time else 0.10) if factor >= _LARGE else 0.02
    masses = odd.unit != "1"
    slip = slip_of(ratio, masses=masses, within=within)
    if slip is not None and factor < _LARGE and not _exactly_alike(odd, kept):
        slip = None
    if slip is None and odd.topic.commodity in _BY_OUNCE and masses and same_time:
        # thousands of ounces are the usual unit of these: no other cause gives their factor
        slip = slip_of(ratio, masses=True, within=0.12)
        slip = slip if slip is not None and slip.factor in OUNCES else None
    words = slip.words if slip is not None else _ore_for_metal(corpus, kept, odd, ratio)
    if not words:
        return
    text = (
        f"{stated(odd)} is {number(factor)} times {'larger' if ratio > 1.0 else 'smaller'} than "
        f"{stated(kept)}: {words}"
    )
    wrong = [s for s in other if not s.background]
    impossible = [s for s in wrong if _impossible(corpus, s)]
    sure = len(independent(corpus, standing)) >= 2 > len(independent(corpus, other))
    blamed = wrong if sure else impossible
    if impossible:
        text += "; the larger is more than the world or any such mine gives"
    yield from conclude(
        NAME,
        Verdict.VIOLATE if blamed else Verdict.TIE,
        [kept, *(s for s in standing[:3] if s.id != kept.id), *other],
        text,
        residual=factor,
        unit="ratio",
        blamed=blamed,
        relied=["resource_class", "first_year"],
    )


def _nearest(
    standing: list[Statement], other: list[Statement]
) -> tuple[Statement, Statement] | None:
    """A pair of the two clusters in the same words, of the same time, or of years close by."""
    best: tuple[tuple[bool, int, str, str], Statement, Statement] | None = None
    for odd in other[:20]:
        for kept in standing[:20]:
            if odd.background and kept.background:
                continue
            gap = 0
            if odd.first_year is not None and kept.first_year is not None:
                gap = 0 if odd.same_time(kept) else abs(odd.first_year - kept.first_year)
            key = (attribute_words(odd) != attribute_words(kept), gap, kept.id, odd.id)
            if gap <= _YEARS and (best is None or key < best[0]):
                best = (key, kept, odd)
    return None if best is None else best[1:]


def _exactly_alike(a: Statement, b: Statement) -> bool:
    years = (a.first_year, a.last_year) == (b.first_year, b.last_year)
    if not years and None in (a.first_year, b.first_year) and a.topic.quantity in _STANDING:
        # what stands undated may be of the year of the other: then only its very digits tell
        years = _same_digits(a, b)
    classes = bucket(a) == bucket(b) and a.basis is b.basis
    paid = {"payable"}  # a slip of ten is no smelter's deduction
    return years and classes and attribute_words(a) - paid == attribute_words(b) - paid


def _same_digits(a: Statement, b: Statement) -> bool:
    first, second = central(a), central(b)
    if first is None or second is None:
        return False
    power = math.log10(first / second)
    return abs(power - round(power)) < _DIGITS


def _ore_for_metal(corpus: Corpus, kept: Statement, odd: Statement, ratio: float) -> str:
    """Words for ore that is called metal: the factor is one over a grade that is known."""
    if not (is_metal_output(odd) and single_site(corpus, odd.entity) and ratio > 10.0):
        return ""
    rich = grade(Sites(corpus), odd.topic.commodity, relatives(corpus, odd.entity, children=True))
    if rich is None or not rich.statements or not kept.same_time(odd):
        return ""
    low, high = 0.8 * ratio * rich.span.low * 0.7, 1.25 * ratio * rich.span.high
    return f"one over the grade ({rich.words}): ore called metal" if low <= 1.0 <= high else ""


def _impossible(corpus: Corpus, s: Statement) -> bool:
    if s.topic.quantity is Quantity.GRADE:
        return is_ore_grade(s) and above_any_ore(s)
    bound = bound_of(corpus, s)
    value = central(s)
    if bound is None or value is None:
        return False
    return value * (365.0 if s.unit == "t/d" and bound.unit == "t/y" else 1.0) > bound.bound


RULES = (Rule(NAME, "numbers are not off by the factor of a mistaken unit", check_slips),)
"""Rules of this module."""
