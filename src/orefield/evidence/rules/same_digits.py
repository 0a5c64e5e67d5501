"""One number told in two units: the same digits as kilotonnes and as million pounds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import combinations

from orefield.core.units import LB_KG
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import fold_name
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import (
    attribute_words,
    bucket,
    moisture,
    named_part,
    scope,
)
from orefield.evidence.rules._factors import slip_of
from orefield.evidence.rules._values import allowed, central, conclude, stated
from orefield.evidence.rules._volumes import apart, element, measures
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Stage
from orefield.evidence.words._mass_units import COMPOUND_OF
from orefield.evidence.words.commodities import find_commodities

NAME = "same-digits"

_OF_THINGS = frozenset(
    {
        Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT, Quantity.RESOURCE,
        Quantity.RESOURCE_ADDED, Quantity.GRADE, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS,
        Quantity.NET_IMPORTS, Quantity.STOCK,
    }
)  # fmt: skip
_BY_WORDS = frozenset(
    {
        Quantity.MONEY, Quantity.PRICE, Quantity.SPECIFIC, Quantity.EXPENDED, Quantity.WASTE,
        Quantity.OTHER,
    }
)  # fmt: skip
_SHOWN = re.compile(
    r"^(?:[~>]|<=)?\s*(?P<low>\d+(?:\.\d+)?)(?:-(?P<high>\d+(?:\.\d+)?))?\s*(?P<unit>\D.*)?$"
)
_PER_YEAR = re.compile(r"/\s*(?:y|yr|year|a|annum)\b|per year|p\.?a\.?$|/年|\s+", re.IGNORECASE)
_OF_REMARKS = frozenset(
    {
        "payable", "underground", "open pit", "oxide", "sulphide", "primary", "average", "implied",
        "cut-off", "group", "peak", "initial", "upgrade",
    }
)  # fmt: skip
"""Scopes that a remark names as often as not: "underground mine", beside all of its output."""

_PIT = re.compile(
    r"open.?pit|underground|oxide|sul(?:ph|f)ide|露天|地下|氧化矿|硫化", re.IGNORECASE
)
_ONE_FIGURE = 1.03
"""Values closer than this are one figure in two units."""

_UNEQUAL = ({"alumina", "al"}, {"bauxite", "al"}, {"bauxite", "alumina"})
"""Products of one chain that are never of equal mass: two tonnes of alumina to one of metal."""

_TELLING = 3
"""So many significant digits are no chance, whatever the wording."""

_NO_SLIP = 10.0**12
_MOST = 40
"""Figures of one entity, quantity and time that are held against each other."""

_AS_POUNDS = 1e3 * 1e-3 / LB_KG
"""Thousand pounds in a tonne."""

_WITHIN = 0.001
"""How near to the factor two figures are, beside their rounding (relative)."""


def check_same_digits(corpus: Corpus) -> Iterator[Finding]:
    """Find one number under two units or forms that make it two values.

    A figure of one entity, quantity, metal, scope and time that stands as 26.3 kt and as
    26.3 million lb cannot be both. Two significant digits are asked for, and the same words where
    there are no more. Mined and refined metal may be equal, and so are never held together.
    """
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        if not s.is_derived and central(s) is not None and _SHOWN.match(s.shown):
            key = _key(s)
            if key is not None:
                groups[key].append(s)
    for group in groups.values():
        by_number: dict[Hashable, list[Statement]] = defaultdict(list)
        for s in group:
            by_number[_number(s)].append(s)
        for alike in by_number.values():
            for a, b in combinations(alike[:_MOST], 2):
                if _twice(a, b):
                    yield from _say(a, b)
        if len(group) <= _MOST:
            for a, b in combinations(group, 2):
                yield from _as_pounds(a, b)


def _key(s: Statement) -> Hashable:
    quantity = measures(s)
    if quantity not in _OF_THINGS | _BY_WORDS:
        return None
    # a quantity that says little of what is measured is told by its words
    words = attribute_words(s) if quantity in _BY_WORDS else None
    metal = element(s.topic.commodity) if words is None else None
    return (
        s.entity, quantity, metal, words, bucket(s), s.first_year, s.last_year, s.part_of_year,
        s.counterpart, named_part(s), scope(s) - s.facet - _OF_REMARKS, s.rate_type,
        frozenset(m.casefold() for m in _PIT.findall(s.attribute)),
    )  # fmt: skip


def _number(s: Statement) -> Hashable:
    found = _SHOWN.match(s.shown)
    assert found is not None
    return float(found["low"]), float(found["high"]) if found["high"] else None


def _digits(s: Statement) -> int:
    """Significant digits as written: 26.3 has three, 390 two."""
    found = _SHOWN.match(s.shown)
    return len(found["low"].replace(".", "").strip("0")) if found is not None else 0


def _unit(s: Statement) -> str:
    found = _SHOWN.match(s.shown)
    text = (found["unit"] or "") if found is not None else ""
    return _PER_YEAR.sub("", text.partition("(")[0])


def _twice(a: Statement, b: Statement) -> bool:
    if _unit(a) == _unit(b) and a.topic.commodity == b.topic.commodity:
        return False
    unequal = {a.topic.commodity, b.topic.commodity} in _UNEQUAL
    if not (unequal or _distinct(a, b)) or not _one_form(a, b):
        return False
    words = _words(a), _words(b)
    if a.topic.commodity != b.topic.commodity and not unequal:
        return _digits(a) >= _TELLING and words[0] == words[1]
    if _digits(a) >= _TELLING:
        return True
    alike = words[0] <= words[1] or words[1] <= words[0]
    return alike if _digits(a) == _TELLING - 1 else a.attribute == b.attribute


def _words(s: Statement) -> frozenset[str]:
    """Words of the attribute but for the names of metals and of the usual quantities."""
    text = s.attribute
    for m in reversed(find_commodities(text)):
        text = f"{text[: m.start]} {text[m.end :]}"
    return attribute_words(replace(s, attribute=text)) - {"primary", "concentrate", "in"}


def _distinct(a: Statement, b: Statement) -> bool:
    """Whether the values exclude each other; those of two currencies always do."""
    if a.unit.removesuffix("/y") != b.unit.removesuffix("/y"):
        money = {a.unit.partition("/")[0], b.unit.partition("/")[0]}
        # tonnes a day and tonnes a year have a rule of their own
        return money == {"USD", "CNY"} and a.unit.partition("/")[2] == b.unit.partition("/")[2]
    first, second = allowed(a), allowed(b)
    return first is not None and second is not None and apart(first, second) > _ONE_FIGURE


def _one_form(a: Statement, b: Statement) -> bool:
    """Whether both are of one form, so that two values are two claims.

    Metal and the concentrate that holds it have other values; mined and refined metal may be
    equal; of a product and its metal (alumina and aluminium) the digits never are.
    """
    if moisture(a) != moisture(b) and {moisture(a), moisture(b)} == {"wet", "dry"}:
        return False
    chain = a.topic.commodity != b.topic.commodity
    product = {Basis.CONCENTRATE_GROSS, Basis.GROSS, Basis.ORE}
    if not chain and (a.basis in product) is not (b.basis in product):
        return False
    stages = {a.topic.stage, b.topic.stage} - {Stage.NONE}
    told = not any("stage" in s.inferred for s in (a, b))
    return not (not chain and len(stages) > 1 and told)


def _say(a: Statement, b: Statement) -> Iterator[Finding]:
    first, second = central(a) or 1.0, central(b) or 1.0
    comparable = a.unit.removesuffix("/y") == b.unit.removesuffix("/y")
    factor = max(first / second, second / first) if comparable else _NO_SLIP
    slip = slip_of(factor, masses=a.unit != "1", within=0.02) if comparable else None
    told = f"a factor of {number(factor)}" if comparable else "two currencies"
    if slip is not None:
        told = slip.words
    elif a.topic.commodity != b.topic.commodity and a.unit == b.unit and factor < _ONE_FIGURE:
        told = "a product and the metal in it never weigh the same"
    yield from conclude(
        NAME,
        Verdict.TIE,
        [a, b],
        f"{stated(a)} and {stated(b)} are the same digits under two units or forms, and cannot "
        f"both be: {told}",
        residual=factor if comparable else None,
        unit="ratio",
        relied=["first_year", "stage"],
    )


def _as_pounds(a: Statement, b: Statement) -> Iterator[Finding]:
    """Two tonnages, of which one is the other read as thousand pounds, or as its compound."""
    if a.unit.removesuffix("/y") != "t" or b.unit.removesuffix("/y") != "t":
        return
    if a.topic.commodity != b.topic.commodity or a.basis is not b.basis or min(
        _digits(a), _digits(b)
    ) < 2 or _number(a) == _number(b) or attribute_words(a) != attribute_words(b):  # fmt: skip
        return
    large, small = sorted((a, b), key=lambda s: central(s) or 0.0, reverse=True)
    if fold_name(a.subject) != fold_name(b.subject):
        return
    ratio = (central(large) or 1.0) / (central(small) or 1.0)
    within = _WITHIN + sum(min(s.rounding / (central(s) or 1.0), _WITHIN) for s in (a, b))
    for factor, words in _readings(a.topic.commodity):
        if abs(ratio / factor - 1.0) <= within:
            yield from conclude(
                NAME,
                Verdict.TIE,
                [small, large],
                f"{stated(large)} is {number(ratio)} times {stated(small)}: the same mass "
                f"{words}, written as tonnes",
                residual=ratio,
                unit="ratio",
                relied=["first_year", "stage"],
            )
            return


def _readings(commodity: str) -> Iterator[tuple[float, str]]:
    yield _AS_POUNDS, "in thousand pounds"
    if commodity in COMPOUND_OF:
        share, name = COMPOUND_OF[commodity]
        yield _AS_POUNDS / share, f"in thousand pounds of {name}"
        yield 1.0 / share, f"in tonnes of {name}"


RULES = (
    Rule(NAME, "one number stands under one unit: not as kilotonnes and as million pounds",
         check_same_digits),
)  # fmt: skip
"""Rules of this module."""
