"""One year of one site: metal = ore x grade (x recovery), and no more than its plant can take."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from itertools import product

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import moisture, named_part, scope
from orefield.evidence.rules._sites import Sites
from orefield.evidence.rules._values import (
    DAYS,
    IN_GROUND,
    allowed,
    conclude,
    planned,
    single_site,
    stated,
)
from orefield.evidence.rules.wording import amount, metal_name
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Qualifier, ResourceClass

CONTENT = "metal-content"
CAPACITY = "capacity-identity"

_ROUGH = 0.10
"""How far the product of three yearly averages may be from the metal of the year."""

_SEVERAL_TEXTS = 0.20
"""The same, where the factors are of several texts."""

_DAYS_ABOVE = 1.10
"""A plant may run so far above its nameplate for a year."""

_SURE = 1.25
"""Above this, nothing but another plant explains it."""

_BEST_DAY = 1.5
"""Above this even a record day is none of the plant."""

_IN_ORE = re.compile(
    r"in (?:the )?(?:mined |milled )?ores?\b|in feed|ore content|contained in (?:ore|feed)|矿石含",
    re.IGNORECASE,
)
_OTHER_FEED = re.compile(
    r"\bsales|\bsold|\bship|purchas|third.party|toll|payable|refined|cathode|leach|sx.?ew|outside"
    r"|销|外购|阴极|精炼",
    re.IGNORECASE,
)
_STORED = re.compile(r"\bstor(?:ed|age)\b|\bstocks?\b|stockpil|\bheld\b|\bin the (?:store|dam|yard)"
                     r"|deposited|库存|堆存", re.IGNORECASE)  # fmt: skip
_STORE = re.compile(
    r"(?:stor\w+|stockpil\w*|warehous\w*|tailings|dam|yard|silo|facility|pond)\b.*capacity"
    r"|capacity.*(?:stor|stockpil|warehous|tailings|dam\b|yard|silo|pond)|库容|仓储能力",
    re.IGNORECASE,
)


def check_year(corpus: Corpus) -> Iterator[Finding]:
    """Metal of a year against the ore, grade and recovery that are stated for that year."""
    sites = Sites(corpus)
    for entity, outputs in sites.metal_outputs.items():
        for metal in outputs:
            if not metal.background and _of_a_year(metal) and not _OTHER_FEED.search(_text(metal)):
                yield from _product(sites, entity, metal)


def _product(sites: Sites, entity: str, metal: Statement) -> Iterator[Finding]:
    need = allowed(metal)
    in_ore = bool(_IN_ORE.search(metal.attribute))
    ores = _of(sites.ore_rates.get(entity, ()), metal, ore=True)
    grades = [
        s
        for s in _of(sites.grades.get(entity, ()), metal)
        if s.topic.commodity == metal.topic.commodity and s.resource_class not in IN_GROUND
        if not re.search(r"reserve|resource|储量|资源", s.attribute, re.IGNORECASE)
    ]
    known = _of(sites.recoveries.get(entity, ()), metal)
    recoveries = [s for s in known if s.topic.commodity in {metal.topic.commodity, ""}]
    if need is None or need.low <= 0.0 or not ores or not grades or not (in_ore or recoveries):
        return
    milled = [s for s in ores if "mined" not in scope(s)]
    ores = ores if in_ore else milled or ores
    choices: Iterable[tuple[Statement, ...]] = (
        product(ores[:6], grades[:6]) if in_ore else product(ores[:6], grades[:6], recoveries[:6])
    )
    best: tuple[float, tuple[Statement, ...], Interval] | None = None
    for factors in choices:
        made = Interval.point(1.0)
        for s in factors:
            span = allowed(s)
            made = made * (span if span is not None else Interval(0.0, float("inf")))
        together = {s.source for s in factors} == {metal.source}
        wide = made.scaled(_ROUGH if together else _SEVERAL_TEXTS)
        gap = abs(wide.gap(need))
        # the text's own factors first: a wrong factor of another must not make it wrong
        if best is None or gap < best[0]:
            best = (gap, factors, made)
    if best is None:
        return
    gap, factors, made = best
    told = " x ".join(_shown(s) for s in factors)
    text = (
        f"{told} = {amount(_middle(factors), 't/y')} of {metal_name(metal.topic.commodity)}; "
        f"stated are {amount(metal.stated or need, 't/y')} ({stated(metal)})"
    )
    yield from conclude(
        CONTENT,
        Verdict.VIOLATE if gap > 0.0 else Verdict.PASS,
        [*factors, metal],
        text,
        residual=gap,
        unit="t/y",
        relied=["resource_class", "first_year"],
    )


def _middle(factors: Iterable[Statement]) -> float:
    return math.prod(s.value or 0.0 for s in factors)


def _of(found: Iterable[Statement], metal: Statement, *, ore: bool = False) -> list[Statement]:
    """Figures of the metal's year, outcomes only; undated ones of its own text."""
    out = []
    for s in found:
        same = s.first_year == metal.first_year and s.last_year == metal.last_year
        if not same and not (s.first_year is None and s.source == metal.source):
            continue
        if planned(s) or s.is_derived or s.resource_class is ResourceClass.CAPACITY:
            continue
        if (
            named_part(s)
            or s.part_of_year
            or scope(s) & {"attributable", "open pit", "underground"}
        ):
            continue
        span = allowed(s)
        if span is None or not 0.0 < span.high < float("inf"):
            continue
        if ore and (s.unit == "t/d" or moisture(s) == "wet"):
            continue
        out.append(s)
    return out


def _of_a_year(s: Statement) -> bool:
    one = s.first_year is not None and s.last_year in {None, s.first_year}
    whole = not s.part_of_year and not scope(s) - {"mined"} and not named_part(s)
    outcome = not planned(s) and s.topic.quantity is Quantity.PRODUCTION and not s.is_derived
    return one and whole and outcome and s.unit in {"t", "t/y"}


def _shown(s: Statement) -> str:
    return f"{s.shown or amount(s.stated or Interval.point(0.0), s.unit)} ({s.attribute})"


def _text(s: Statement) -> str:
    return f"{s.attribute} {s.words}"


def check_nameplate(corpus: Corpus) -> Iterator[Finding]:
    """What a plant took or gave in a year against its capacity, and what is stored against room."""
    for entity in dict.fromkeys(s.entity for s in corpus.checked):
        if not single_site(corpus, entity):
            continue
        own = [s for s in corpus.of_entity(entity) if not s.is_derived and allowed(s) is not None]
        for limit in (s for s in own if _is_capacity(s)):
            for s in own:
                if _is_outcome(s) and _held_by(s, limit):
                    yield from _against(s, limit)
        for limit in (s for s in own if _STORE.search(s.attribute)):
            for s in own:
                if s.id != limit.id and _kept_in(s, limit):
                    yield from _against(s, limit)


def _is_capacity(s: Statement) -> bool:
    if s.topic.quantity not in {Quantity.CAPACITY, Quantity.THROUGHPUT}:
        return False
    if s.unit not in {"t/y", "t/d"} or _STORE.search(s.attribute) or scope(s) or named_part(s):
        return False
    design = re.search(r"nameplate|design|capacity|设计|能力|规模", _text(s), re.IGNORECASE)
    return s.resource_class is ResourceClass.CAPACITY or (planned(s) and bool(design))


def _is_outcome(s: Statement) -> bool:
    flow = s.topic.quantity in {Quantity.PRODUCTION, Quantity.THROUGHPUT}
    actual = s.resource_class in {ResourceClass.ACTUAL, ResourceClass.NONE}
    one_year = s.first_year is not None and s.last_year in {None, s.first_year}
    return (
        flow and actual and one_year and s.unit in {"t", "t/y", "t/d"} and not s.part_of_year
        and not planned(s) and s.qualifier is not Qualifier.AT_LEAST
    )  # fmt: skip


def _held_by(s: Statement, limit: Statement) -> bool:
    ore = limit.topic.quantity is Quantity.THROUGHPUT
    if ore is not (s.topic.quantity is Quantity.THROUGHPUT) or s.basis is not limit.basis:
        return False
    if not ore and s.topic.stage is not limit.topic.stage:
        return False
    if s.topic.commodity != limit.topic.commodity and not ore:
        return False
    # a plant may have grown since, and a later one was not there yet
    same = limit.first_year is None or limit.first_year == s.first_year
    return same and scope(s) == scope(limit) and not named_part(s)


def _kept_in(s: Statement, limit: Statement) -> bool:
    stock = s.topic.quantity is Quantity.STOCK or (
        s.topic.quantity in {Quantity.OTHER, Quantity.WASTE} and bool(_STORED.search(s.attribute))
    )
    unit = s.unit.partition("/")[0] == limit.unit.partition("/")[0] != ""
    same = None in (s.first_year, limit.first_year) or s.first_year == limit.first_year
    one = s.topic.commodity == limit.topic.commodity or not limit.topic.commodity
    return stock and unit and same and one and not _STORE.search(s.attribute)


def _against(s: Statement, limit: Statement) -> Iterator[Finding]:
    have, top = allowed(s), allowed(limit)
    if have is None or top is None or (s.background and limit.background) or top.high <= 0.0:
        return
    both_daily = limit.unit == s.unit == "t/d"
    per_year = [1.0 if both_daily or x.unit != "t/d" else DAYS for x in (limit, s)]
    most = top.high * per_year[0]
    days = f" x 365 d = {amount(most, 't/y')}" if per_year[0] > 1.0 else ""
    ratio = have.low * per_year[1] / most
    text = f"{stated(s)} against a capacity of {stated(limit)}{days}"
    store = bool(_STORE.search(limit.attribute))
    if ratio <= (1.0 if store else _DAYS_ABOVE) + 1e-9:
        verdict = Verdict.PASS
    else:
        # a good day or month may be well above the average that a nameplate is
        sure = store or ratio > (_BEST_DAY if s.unit == "t/d" else _SURE)
        verdict = Verdict.VIOLATE if sure else Verdict.INSUFFICIENT
        text += f": {ratio:.3g} times what it can hold"
    yield from conclude(
        CAPACITY,
        verdict,
        [limit, s],
        text,
        residual=max(ratio - 1.0, 0.0),
        unit="ratio",
        relied=["resource_class", "first_year"],
    )
