"""One number told as the mass of a product and as the metal in it: one of the two is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import named_part, scope
from orefield.evidence.rules.pairing import METAL, conclude, exact, is_planned, years
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage
from orefield.evidence.words.commodities import ELEMENT_OF

_MASSES = frozenset(
    {
        Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.IMPORTS, Quantity.EXPORTS,
        Quantity.RESOURCE, Quantity.STOCK, Quantity.THROUGHPUT,
    }
)  # fmt: skip
_PRODUCT = frozenset({Basis.GROSS, Basis.CONCENTRATE_GROSS, Basis.ORE})
_ONE_STOCK = frozenset({Quantity.THROUGHPUT, Quantity.CAPACITY})
_SAME = 0.005
"""Two printings of one number differ by no more, relative."""

_DIFFERS = 1.5
"""A third figure that differs by so much shows which of the two is no metal."""


def equal_masses(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Find metal that has the number of the product or the ore that holds it."""
    groups: dict[object, list[Statement]] = defaultdict(list)
    for entity in dict.fromkeys(s.entity for s in corpus.checked):
        for s in corpus.of_entity(entity):
            if s.topic.quantity in _MASSES and s.id not in old and _usable(s):
                groups[_key(s)].append(s)
    for group in groups.values():
        metals = [s for s in group if s.basis in METAL]
        for gross in group:
            if gross.basis not in _PRODUCT:
                continue
            for metal in metals:
                if _one_number(gross, metal) and not (gross.background and metal.background):
                    found = _say(gross, metal, metals, name)
                    if found is not None:
                        yield found


def _usable(s: Statement) -> bool:
    stated = exact(s)
    beyond = s.topic.stage in (Stage.REFINED, Stage.SEMIS, Stage.USE, Stage.SCRAP)
    return not beyond and not s.is_derived and stated is not None and stated.low > 0.0


def _key(s: Statement) -> object:
    quantity = Quantity.PRODUCTION if s.topic.quantity in _ONE_STOCK else s.topic.quantity
    in_ground = s.resource_class if quantity is Quantity.RESOURCE else ResourceClass.NONE
    spoken = years(s)
    when = None if spoken is None else (spoken[0], spoken[-1])
    mass = "t" if s.unit in {"t", "t/y"} else s.unit
    metal = ELEMENT_OF.get(s.topic.commodity, s.topic.commodity)
    return (s.entity, quantity, metal, when, s.part_of_year, mass, in_ground,
            is_planned(s), scope(s) & {"attributable"}, named_part(s))  # fmt: skip


def _one_number(gross: Statement, metal: Statement) -> bool:
    a, b = exact(gross), exact(metal)
    assert a is not None
    assert b is not None
    size = max(abs(a.low), abs(b.low))
    return abs(a.low - b.low) <= _SAME * size and abs(a.middle - b.middle) <= _SAME * size


def _say(gross: Statement, metal: Statement, metals: list[Statement], name: str) -> Finding | None:
    mine = exact(metal)
    assert mine is not None
    others = [
        s
        for s in metals
        if (x := exact(s)) is not None
        and max(x.low / mine.low, mine.low / x.low) > _DIFFERS
        and s.id != metal.id
    ]
    what = "ore" if gross.basis is Basis.ORE else "the product as weighed"
    text = (
        f"{metal.subject}: {amount(mine, metal.unit)} is given as metal ({metal.attribute}) and as "
        f"{what} ({gross.attribute}): it cannot be both"
    )
    if others:
        other = exact(others[0])
        assert other is not None
        text += f"; the metal is told elsewhere as {amount(other, others[0].unit)}"
    sure = "basis" not in metal.inferred or bool(others)
    sure = sure and "commodity" not in metal.inferred
    verdict = Verdict.VIOLATE if sure else Verdict.INSUFFICIENT
    members = [gross, metal, *others[:1]]
    blamed = [metal.id] if others and sure else []
    return conclude(name, verdict, members, f"{text}.", mine.low, metal.unit, blamed)
