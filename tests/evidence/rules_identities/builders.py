"""Statements, entities and corpora in few words, for tests of the rules on identities."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Constraint, Corpus, Ownership
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, SourceKind, Stage

LAND = Entities(
    (
        Entity("world", "region", "World"),
        Entity("arland", "country", "Arland", country="AR"),
        Entity("borland", "country", "Borland", country="BO"),
        *(
            Entity(f"p{i}", "province", f"Province {name}", parent="arland", country="AR")
            for i, name in enumerate(("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern"))
        ),
        Entity("high_plain", "region", "High Plain", parent="arland", country="AR"),
        Entity("m0", "mine", "Grey Hill", parent="p0", province="p0", country="AR"),
        Entity("m1", "mine", "Red Hill", parent="p1", province="p1", country="AR"),
        Entity("m2", "mine", "Far Hill", country="BO"),
        Entity("m3", "mine", "Low Pit", province="p0", country="AR"),
        Entity("digco", "company", "Digco Mining", country="AR"),
        Entity("delvco", "company", "Delvco Mining", country="AR"),
    )
)


def topic(
    entity: str,
    quantity: Quantity = Quantity.PRODUCTION,
    commodity: str = "zn",
    stage: Stage = Stage.MINE,
) -> Topic:
    return Topic(entity, quantity, commodity, stage)


def say(
    name: str,
    entity: str,
    low: float | None,
    high: float | None = None,
    *,
    quantity: Quantity = Quantity.PRODUCTION,
    commodity: str = "zn",
    stage: Stage = Stage.MINE,
    year: int | None = None,
    **more: Any,
) -> Statement:
    """A statement on a contained, mined flow, unless said otherwise."""
    fields: dict[str, Any] = {
        "source": "text",
        "subject": LAND[entity].name_en if entity in LAND else entity.lstrip("?"),
        "attribute": str(quantity),
        "unit": "t/y",
        "basis": Basis.CONTAINED,
        "resource_class": ResourceClass.ACTUAL,
        "first_year": year,
        "last_year": year,
    }
    return Statement(
        id=name,
        topic=Topic(entity, quantity, commodity, stage),
        low=low,
        high=low if high is None else high,
        **(fields | more),
    )


def share(
    name: str, low: float, part: Topic, whole: Topic, high: float | None = None, **more: Any
) -> Statement:
    more = {"unit": "1", "basis": Basis.NONE} | more
    return say(
        name, part.entity, low, high, quantity=Quantity.SHARE, part=part, whole=whole, **more
    )


def growth(
    name: str, low: float, part: Topic, year: int, base: int | None = None, **more: Any
) -> Statement:
    more = {"unit": "1", "basis": Basis.NONE, "base_year": base} | more
    return say(name, part.entity, low, quantity=Quantity.GROWTH, part=part, year=year, **more)


def rank(name: str, part: Topic, scope: str, place: float = 1.0, **more: Any) -> Statement:
    more = {"unit": "rank", "basis": Basis.NONE, "attribute": "rank"} | more
    return say(
        name, part.entity, place, quantity=Quantity.RANK, part=part, counterpart=scope, **more
    )


def at_least(name: str, entity: str, low: float, **more: Any) -> Statement:
    return say(name, entity, low, float("inf"), qualifier=Qualifier.AT_LEAST, **more)


def corpus(
    *statements: Statement,
    constraints: Iterable[Constraint] = (),
    ownership: Iterable[Ownership] = (),
    published: str = "",
    entities: Entities = LAND,
) -> Corpus:
    names = dict.fromkeys(s.source for s in statements)
    sources = {n: Source(n, n, SourceKind.NEWS, published=published) for n in names}
    return Corpus(
        statements,
        sources,
        entities,
        ownership=tuple(ownership),
        constraints=tuple(constraints),
    )


MODULES = ("shares", "sums", "part_whole", "growth", "ranks", "arithmetic", "declared")


def run(checked: Corpus, *modules: str) -> list[Finding]:
    return [
        f
        for name in modules or MODULES
        for rule in import_module(f"orefield.evidence.rules.{name}").RULES
        for f in rule.run(checked)
    ]


def violations(checked: Corpus, *modules: str) -> list[Finding]:
    return [f for f in run(checked, *modules) if f.verdict is Verdict.VIOLATE]


def the_one(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [(f.rule, f.verdict, f.explanation) for f in findings]
    return findings[0]
