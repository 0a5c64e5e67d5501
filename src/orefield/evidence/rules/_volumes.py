"""Which tonnage a figure per tonne is per: ore or product, of one entity, time and scope."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import scope
from orefield.evidence.rules._sites import is_ore_rate
from orefield.evidence.rules._values import DAYS, METAL_BASES, allowed, planned
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, ResourceClass
from orefield.evidence.words.commodities import ELEMENT_OF, commodity_of

_ORE = re.compile(
    r"\bores?\b|\bmilled\b|\bprocessed\b|\btreated\b|\bmined\b|\bfeed\b|\bcrushed\b|\bground\b|"
    r"\bROM\b|\brun[- ]of[- ]mine|\bthroughput|\bmilling\b|矿石|处理|原矿|入选|(?<!精)矿",
    re.IGNORECASE,
)
_MOVED = re.compile(r"\bmoved\b|\bmaterial\b|\brock\b|\bwaste\b|\btailings\b|采剥", re.IGNORECASE)
_AFTER_PER = re.compile(
    r"(?:\bper|/)\s*(?:dry |metric )?(?:t|ton|tonne|lb|pound|oz|ounce|kg)s?\b\s*"
    r"(?:of\s+)?(?P<of>[^,;()]*)|"
    r"(?:每|吨)吨?(?P<zh>[\u4e00-\u9fff]{0,6}?)(?:单耗|耗|用|排放|的|成本|价|$)",
    re.IGNORECASE,
)
_PRODUCTS = re.compile(
    r"\bMHP\b|hydroxide|\bNPI\b|pig iron|\bmatte\b|ferro-?nickel|ferro-?chrom\w*|ferro-?manganese|"
    r"ferro-?silicon|ferro-?alloys?|silico-?manganese|carbonate|spodumene|concentrates?|cathodes?|"
    r"alumina|alumini?um|bauxite|blister|anodes?|dor[eé]|yellowcake|sul(?:ph|f)ate|pellets?|sinter|"
    r"steel|oxides?|alloy|ingots?|coke|氢氧化|生铁|镍铁|铬铁|锰铁|碳酸|精矿|阴极|氧化铝|电解铝|粗铜|冰铜",
    re.IGNORECASE,
)
_SAME_PRODUCT = {
    "aluminum": "aluminium", "concentrates": "concentrate", "cathodes": "cathode",
    "nickel pig iron": "npi", "pig iron": "npi", "生铁": "npi", "镍铁": "npi",
}  # fmt: skip

_GENERIC = frozenset({"concentrate", "oxide", "oxides", "alloy"})
"""Kinds that another word says more of: spodumene concentrate."""

OUTPUTS = frozenset({Quantity.PRODUCTION, Quantity.EXPORTS, Quantity.IMPORTS})
"""Flows of a product."""

_WORKING_DAYS = 0.8
"""A daily rate runs on at least this share of the calendar's days."""


@dataclass(frozen=True, slots=True)
class Per:
    """What a figure per tonne is per.

    Attributes
    ----------
    kind : str
        ``ore``, ``product``, or ``any`` where the words do not say.
    commodity : str
        Of the product; empty where none is named.
    products : frozenset of str
        Kinds of product that the words name: ``mhp``, ``concentrate``.
    gross : bool
        Whether it is per tonne of a product as weighed: a concentrate.
    metal : bool
        Whether it is per tonne of a metal that is named: ``t Ni``.
    """

    kind: str
    commodity: str
    products: frozenset[str]
    gross: bool
    metal: bool = False


def per_of(s: Statement) -> Per:
    """What the unit and the words of a specific use, a price or a unit cost are per."""
    told = " ".join(_told(s.shown) + _told(s.attribute))
    products = products_of(f"{s.attribute} {told}")
    gross = s.basis in {Basis.CONCENTRATE_GROSS, Basis.GROSS} or bool(
        re.search(r"\bconc", told, re.IGNORECASE)
    )
    commodity = commodity_of(told) or s.topic.commodity
    if _MOVED.search(told):
        return Per("other", "", products, False)
    if _ORE.search(told) and not (commodity_of(told) and re.search(r"\bmetal\b", told)):
        return Per("ore", "", frozenset(), False)
    named = bool(re.search(r"[A-Za-z\u4e00-\u9fff]{2,}|\b(?:U|W|V)\b", told)) or bool(products)
    return Per("product" if named or commodity else "any", commodity, products, gross,
               metal=bool(commodity_of(told)) and not gross)  # fmt: skip


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str, ...]:
    return tuple((m["of"] or m["zh"] or "").strip() for m in _AFTER_PER.finditer(text))


def _told(text: str) -> list[str]:
    return [part for part in _parts(text) if part]


@lru_cache(maxsize=4096)
def products_of(text: str) -> frozenset[str]:
    """Kinds of product that words name, in one spelling each."""
    low = re.sub(r"nickel pig iron", "npi", text.replace("_", " "), flags=re.IGNORECASE)
    found = {m[0].casefold() for m in _PRODUCTS.finditer(low)}
    return frozenset(_SAME_PRODUCT.get(x, x) for x in found)


def measures(s: Statement) -> Quantity:
    """What a statement measures, of a year or of a part of one."""
    other = s.topic.quantity is Quantity.OTHER and s.measured is not None
    return s.measured if other and s.measured is not None else s.topic.quantity


def same_period(a: Statement, b: Statement) -> bool:
    """Whether both are of one year, or one part of a year; undated ones of one text are."""
    if None in (a.first_year, b.first_year):
        undated = a.first_year is None and b.first_year is None
        return a.source == b.source or undated
    ours = (a.first_year, a.last_year or a.first_year, a.part_of_year)
    return ours == (b.first_year, b.last_year or b.first_year, b.part_of_year)


def same_terms(a: Statement, b: Statement) -> bool:
    """Whether both are outcomes or both plans, and both of the whole or of an owner's share."""
    mine = scope(a) & {"attributable"}
    return planned(a) is planned(b) and mine == scope(b) & {"attributable"}


def element(commodity: str) -> str:
    """The metal of a commodity: lithium for its carbonate."""
    return ELEMENT_OF.get(commodity, commodity)


def volumes(own: Iterable[Statement], per: Per, at: Statement) -> list[Statement]:
    """Tonnages of ore or product that a figure per tonne may be per, of its time.

    Parameters
    ----------
    own : iterable of Statement
        Of one entity.
    per : Per
        What the figure is per.
    at : Statement
        Whose time and terms they share.
    """
    out = []
    for s in own:
        if s.id == at.id or s.is_derived or s.resource_class is ResourceClass.CAPACITY:
            continue
        if s.unit not in {"t", "t/y", "t/d"} or not same_period(s, at) or not same_terms(s, at):
            continue
        ore, product = is_ore_rate(s), measures(s) in OUTPUTS
        fits = (ore and per.kind in {"ore", "any"}) or (
            product and per.kind in {"product", "any"} and _is_product(s, per)
        )
        if fits and _span(s) is not None:
            out.append(s)
    contained = [s for s in out if s.basis in METAL_BASES]
    if per.metal and contained:
        out = contained
    named = [s for s in out if per.products & products_of(s.attribute)]
    return named or out


def _is_product(s: Statement, per: Per) -> bool:
    if per.commodity and s.topic.commodity and element(s.topic.commodity) != element(per.commodity):
        return False
    told = products_of(s.attribute)
    if per.products and told - _GENERIC and not told - _GENERIC <= per.products:
        return False
    if per.gross:
        return s.basis not in {Basis.CONTAINED, Basis.ORE}
    if per.commodity and per.kind == "product" and not per.products:
        return s.basis in METAL_BASES or s.basis is Basis.GROSS
    return True


def tonnes_of(s: Statement) -> Interval:
    """What a volume allows in its time (t); a daily rate runs on 292 to 365 days."""
    return _span(s) or Interval(0.0, 0.0)


def _span(s: Statement) -> Interval | None:
    span = allowed(s)
    if span is None or not 0.0 < span.high < math.inf or span.low < 0.0:
        return None
    return span if s.unit != "t/d" else Interval(span.low * DAYS * _WORKING_DAYS, span.high * DAYS)


def apart(a: Interval, b: Interval) -> float:
    """How many times the nearest ends of two positive ranges are apart; 1 where they meet."""
    if a.overlaps(b):
        return 1.0
    low, high = (a, b) if a.high < b.low else (b, a)
    return high.low / low.high if low.high > 0.0 else math.inf


def power_of_ten(ratio: float, within: float) -> bool:
    """Whether a factor is near 10, 100, 1,000, ..."""
    power = math.log10(ratio) if 0.0 < ratio < math.inf else 0.0
    return round(power) >= 1 and abs(power - round(power)) <= math.log10(1.0 + within)


def middles(members: Sequence[Statement]) -> float:
    """The product of the middles of statements, for explanations; 0 where one has none."""
    return math.prod(s.value or 0.0 for s in members) * math.prod(
        DAYS if s.unit == "t/d" else 1.0 for s in members
    )
