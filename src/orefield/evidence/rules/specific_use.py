"""Use per tonne times tonnes is the total use: energy, water, CO2, reagents of a site."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._values import allowed, conclude, stated
from orefield.evidence.rules._volumes import (
    Per,
    apart,
    measures,
    middles,
    per_of,
    power_of_ten,
    products_of,
    same_period,
    same_terms,
    tonnes_of,
    volumes,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words.matters import kinds_of, matter_of

NAME = "specific-use"

_NEAR = 1.15
"""A product of rounded figures is within this factor of the total that it was worked out with."""

_CLEAR = 1.5
"""From this factor on two texts do not mean the same site, year and meter."""

_LARGE = 3.0
"""A factor that no part of a site, and no other meter, is likely to explain."""

_TEN = 0.2
"""Relative width of a power of ten, by which a slip of a digit or of a prefix is known."""

_DEFAULT = {"kWh": "energy", "m3": "water"}
_STEP = re.compile(
    r"\bgrind|\bmills?\b|\bmilling\b|\bcrush|\bconcentrator|\bcomminut|\bsmelt(?!er)|\bhaul|\bpump|\bventilat|"
    r"\bsx\b|electrowin|\bleach|\bdrill|\bhoist|\bfurnace|磨矿|破碎|通风|提升|浸出",
    re.IGNORECASE,
)


def check_specific_use(corpus: Corpus) -> Iterator[Finding]:
    """Hold use per tonne times the tonnes of that time against the total use.

    The tonnes are ore or product as the words of the use say; where they do not, any that fits
    passes. Figures of one text within 15 % agree; several texts may mean other meters.
    """
    for specific in corpus.of_quantity(Quantity.SPECIFIC):
        if specific.background or specific.is_derived:
            continue
        span = allowed(specific)
        if span is None or span.low < 0.0 or not 0.0 < span.high < float("inf"):
            continue
        own = corpus.of_entity(specific.entity)
        totals = [s for s in own if _total_of(s, specific)]
        if not totals:
            continue
        per = per_of(specific)
        tonnages = volumes(own, per, specific)
        for total in totals if tonnages else ():
            yield from _hold(specific, total, tonnages, per)


def _total_of(s: Statement, specific: Statement) -> bool:
    quantity = measures(s)
    if s.is_derived or quantity not in {Quantity.EXPENDED, Quantity.USE}:
        return False
    # a specific mass is in tonnes a tonne, and its total in tonnes
    base = specific.unit.removesuffix("/t") if specific.unit != "1" else "t"
    if s.unit.removesuffix("/y") != base or _matter(s) != _matter(specific):
        return False
    products = (products_of(s.attribute), products_of(f"{specific.attribute} {specific.shown}"))
    if all(products) and not products[0] & products[1]:
        return False
    return same_period(s, specific) and same_terms(s, specific)


def _matter(s: Statement) -> str:
    found = matter_of(s.attribute) or matter_of(s.shown) or matter_of(s.words)
    return found or _DEFAULT.get(s.unit.removesuffix("/t"), s.topic.commodity)


def _hold(
    specific: Statement, total: Statement, tonnages: list[Statement], per: Per
) -> Iterator[Finding]:
    use, need = allowed(specific), allowed(total)
    if use is None or need is None or not 0.0 < need.high < float("inf") or need.low < 0.0:
        return
    ratios = [(apart(use * tonnes_of(s), need), s) for s in tonnages]
    ratio, tonnage = min(ratios, key=lambda pair: pair[0])
    made = middles([specific, tonnage])
    unit = need_unit = total.unit if total.unit != "t" else "t"
    text = (
        f"{specific.shown} ({specific.attribute}) x {tonnage.shown} ({tonnage.attribute}) = "
        f"{amount(made, unit)}; stated are {total.shown} ({stated(total)})"
    )
    members = [tonnage, specific, total]
    verdict = Verdict.PASS
    if ratio > _NEAR:
        verdict = _verdict(ratio, members, _sure(specific, total, tonnages, per))
        text += f": a factor of {number(_factor(made, total, ratio))}"
    yield from conclude(
        NAME,
        verdict,
        members,
        text,
        residual=abs((total.value or 0.0) - made) if verdict is not Verdict.PASS else 0.0,
        unit=need_unit,
        relied=["first_year"],
    )


def _factor(made: float, total: Statement, ratio: float) -> float:
    stated_total = total.value or 0.0
    if made <= 0.0 or stated_total <= 0.0:
        return ratio
    return max(made / stated_total, stated_total / made)


def _sure(specific: Statement, total: Statement, tonnages: list[Statement], per: Per) -> bool:
    """Whether all speak of the same meter, and of the tonnes that the use is per."""
    kinds = kinds_of(specific.attribute) == kinds_of(total.attribute)
    steps = {m[0].casefold() for m in _STEP.finditer(specific.attribute)} == {
        m[0].casefold() for m in _STEP.finditer(total.attribute)
    }
    return kinds and steps and (per.kind != "any" or len(tonnages) == 1)


def _verdict(ratio: float, members: list[Statement], sure: bool) -> Verdict:
    ten = power_of_ten(ratio, _TEN)
    together = len({s.source for s in members}) == 1
    if sure and together:
        return Verdict.VIOLATE if ratio > _CLEAR else Verdict.TIE
    if sure and ratio > _CLEAR:
        return Verdict.VIOLATE if ten else Verdict.TIE
    # a part of the site, another water: only a slip of digits is too large for these
    return Verdict.TIE if ten or (ratio > _LARGE * _LARGE) else Verdict.INSUFFICIENT


RULES = (
    Rule(NAME, "use per tonne times tonnes is the total use of energy, water or reagents, or the "
         "CO2 emitted", check_specific_use),
)  # fmt: skip
"""Rules of this module."""
