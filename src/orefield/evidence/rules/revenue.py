"""Price times volume is revenue, and cost per tonne times volume is cost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._values import allowed, conclude, stated
from orefield.evidence.rules._volumes import (
    Per,
    apart,
    element,
    measures,
    middles,
    per_of,
    power_of_ten,
    same_period,
    same_terms,
    tonnes_of,
    volumes,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, number
from orefield.evidence.statement import Quantity, Statement

NAME = "revenue-identity"

_NEAR = 1.25
"""Payable metal, timing of sales and rounding explain a quarter."""

_CLEAR = 2.0
"""By-products, hedges and treatment charges explain less than a factor of two."""

_TEN = 0.25
"""Relative width of a power of ten, by which a slip of a digit or of a prefix is known."""

_COST = re.compile(r"\bcosts?\b|\bAISC\b|\bAIC\b|\bC1\b|\bopex\b|成本", re.IGNORECASE)
_NO_PRICE = re.compile(
    r"treatment|refining charge|\bTC\b|\bTC/RC|\bRC\b|premium|royalt|\btax|\bdut(?:y|ies)\b|tariff|"
    r"discount|margin|profit|incentive|break-?even|cut-?off|assum|forecast|hedg|floor|capital|"
    r"benchmark|\bLME\b|\bspot\b|加工费|升水|税|利润",
    re.IGNORECASE,
)
_REVENUE = re.compile(
    r"\brevenues?\b|turnover|\bproceeds\b|\breceipts\b|\bearnings from\b|"
    r"\b(?:sales?|exports?|imports?|shipments?)\b.*\bvalue|\bvalue\b.*\b(?:sales?|sold|export|import|shipment)|"
    r"\bsales\b|\bvalue of (?:output|production)|收入|销售额|出口额|进口额|产值|货值",
    re.IGNORECASE,
)
_COSTS = re.compile(
    r"\b(?:operating|production|cash|mining|processing|milling|site|direct|total|unit)\b.*\bcosts?\b|"
    r"\bcosts? of\b|\bopex\b|\bcosts?\b|总成本|生产成本|营业成本",
    re.IGNORECASE,
)
_NO_COST = re.compile(
    r"capital|capex|construction|development|project|closure|acquisition|purchase|"
    r"capital expenditure|exploration|投资|资本",
    re.IGNORECASE,
)
_CUSTOMS = 1.25
"""How far value over tonnage of one table of trade may be from the average price it states."""

_EXPORT, _IMPORT = re.compile(r"export|出口", re.I), re.compile(r"import|进口", re.I)
_SOLD = re.compile(r"\bsold\b|\bsales\b|\bshipped\b|\bdeliver|销", re.IGNORECASE)


def check_revenue(corpus: Corpus) -> Iterator[Finding]:
    """Hold price times volume of one thing and time against the money stated for it.

    Volumes are what was traded or sold where that is told, else what was made. A factor up to
    two has honest causes and decides nothing; near a power of ten it is a slip.
    """
    for price in corpus.of_quantity(Quantity.PRICE):
        cost = bool(_COST.search(price.attribute))
        if price.background or price.is_derived or _NO_PRICE.search(price.attribute):
            continue
        span = allowed(price)
        if span is None or span.low < 0.0 or not 0.0 < span.high < float("inf"):
            continue
        own = corpus.of_entity(price.entity)
        moneys = [s for s in own if _money_of(s, price, cost)]
        per = per_of(price)
        for money in moneys:
            tonnages = _traded(volumes(own, per, price), price, money)
            if tonnages:
                several = _several_products(own, price)
                yield from _hold(price, money, tonnages, per, several)


def _money_of(s: Statement, price: Statement, cost: bool) -> bool:
    if measures(s) is not Quantity.MONEY or s.is_derived:
        return False
    if s.unit != price.unit.removesuffix("/t"):
        return False
    if cost:
        kind = bool(_COSTS.search(s.attribute)) and not _NO_COST.search(s.attribute)
        kind = kind and _step(s.attribute) == _step(price.attribute)
    else:
        kind = bool(_REVENUE.search(s.attribute)) and not _COST.search(s.attribute)
    named, other = s.topic.commodity, price.topic.commodity
    one = not named or not other or element(named) == element(other)
    sides = [bool(p.search(s.attribute)) for p in (_EXPORT, _IMPORT)]
    if kind and any(p.search(price.attribute) for p in (_EXPORT, _IMPORT)):
        one = one and sides == [bool(p.search(price.attribute)) for p in (_EXPORT, _IMPORT)]
    return kind and one and same_period(s, price) and same_terms(s, price)


_STEPS = re.compile(
    r"mining|milling|processing|smelting|refining|transport|all[- ]in sustaining|AISC|C1|cash|"
    r"operating|production|采矿|选矿|冶炼",
    re.IGNORECASE,
)


def _step(attribute: str) -> str:
    found = _STEPS.search(attribute)
    step = found[0].casefold() if found else ""
    step = {"all-in sustaining": "aisc", "all in sustaining": "aisc"}.get(step, step)
    return "" if step in {"operating", "production", "cash", "c1"} else step


def _traded(found: list[Statement], price: Statement, money: Statement) -> list[Statement]:
    """Volumes of the trade that the money is of; else what was sold; else what was made."""
    words = f"{price.attribute} {money.attribute}"
    for pattern, quantity in (
        (_IMPORT, Quantity.IMPORTS), (_EXPORT, Quantity.EXPORTS),
    ):  # fmt: skip
        if pattern.search(words):
            traded = [s for s in found if measures(s) is quantity and not s.counterpart]
            made = [s for s in found if measures(s) is Quantity.PRODUCTION]
            return traded or ([] if quantity is Quantity.IMPORTS else made)
    made = [s for s in found if measures(s) not in {Quantity.IMPORTS, Quantity.EXPORTS}]
    return [s for s in made if _SOLD.search(s.attribute)] or made


def _several_products(own: tuple[Statement, ...], price: Statement) -> bool:
    products = {
        element(s.topic.commodity)
        for s in own
        if s.topic.quantity in {Quantity.PRODUCTION, Quantity.PRICE} and s.topic.commodity
    }
    return len(products | ({element(price.topic.commodity)} - {""})) > 1


def _hold(
    price: Statement, money: Statement, tonnages: list[Statement], per: Per, several: bool
) -> Iterator[Finding]:
    each, sum_ = allowed(price), allowed(money)
    if each is None or sum_ is None or not 0.0 < sum_.high < float("inf") or sum_.low < 0.0:
        return
    ratios = [(apart(each * tonnes_of(s), sum_), s) for s in tonnages]
    ratio, tonnage = min(ratios, key=lambda pair: pair[0])
    made = middles([price, tonnage])
    text = (
        f"{price.shown} ({price.attribute}) x {tonnage.shown} ({tonnage.attribute}) = "
        f"{amount(made, money.unit)}; stated are {money.shown} ({stated(money)})"
    )
    verdict = Verdict.PASS
    if ratio > _NEAR:
        factor = max(made, money.value or made) / max(min(made, money.value or made), 1e-12)
        text += f": a factor of {number(factor)}"
        # money of all products may be any number of times that of one
        open_ended = several and not money.topic.commodity and (money.value or 0.0) > made
        unsure = open_ended or (per.kind == "any" and len(tonnages) > 1)
        verdict = _verdict(ratio, unsure)
        trade = _EXPORT.search(money.attribute) or _IMPORT.search(money.attribute)
        if trade and not unsure and ratio > _CUSTOMS and verdict is Verdict.INSUFFICIENT:
            # value and tonnage of one customs table give its average price
            one_table = len({tonnage.source, price.source, money.source}) == 1
            verdict = Verdict.TIE if one_table else verdict
        if verdict is Verdict.INSUFFICIENT:
            text += "; payable metal, by-products, hedges or stocks may explain it"
    yield from conclude(
        NAME,
        verdict,
        [tonnage, price, money],
        text,
        residual=abs((money.value or 0.0) - made) if verdict is not Verdict.PASS else 0.0,
        unit=money.unit,
        relied=["first_year"],
    )


def _verdict(ratio: float, unsure: bool) -> Verdict:
    ten = power_of_ten(ratio, _TEN)
    if unsure:
        return Verdict.TIE if ten else Verdict.INSUFFICIENT
    if ten:
        return Verdict.VIOLATE
    return Verdict.TIE if ratio > _CLEAR else Verdict.INSUFFICIENT


RULES = (
    Rule(NAME, "price times volume is revenue, and cost per tonne times volume is cost",
         check_revenue),
)  # fmt: skip
"""Rules of this module."""
