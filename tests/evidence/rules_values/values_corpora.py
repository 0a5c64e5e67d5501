"""Small corpora, built of typed statements, for rules on values."""

from __future__ import annotations

from typing import Any

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules import (
    bounds,
    capacity,
    conflicts,
    duplicates,
    stages,
    superseding,
    unit_slips,
)
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import SourceKind, Stage

MODULES = (bounds, capacity, conflicts, duplicates, stages, superseding, unit_slips)
RULES = tuple(rule for module in MODULES for rule in module.RULES)

WRONG = {Verdict.VIOLATE, Verdict.TIE}

ENTITIES = Entities(
    [
        Entity("world", "world", "World"),
        Entity("norland", "country", "Norland", country="NL"),
        Entity("hillshire", "province", "Hillshire", parent="norland"),
        Entity("hill", "mine", "Hill", aliases=("Hill mine", "西山铜矿"), parent="hillshire"),
        Entity("hilltop", "deposit", "Hilltop", aliases=("Khilltop",), parent="hill"),
        Entity("dale", "mine", "Dale", parent="hillshire"),
        Entity("works", "smelter", "Works", parent="hillshire"),
        Entity("holding", "company", "Holding"),
    ]
)


def say(
    name: str,
    entity: str,
    quantity: Quantity,
    low: float | None,
    unit: str,
    *,
    commodity: str = "cu",
    stage: Stage = Stage.NONE,
    source: str = "S1",
    attribute: str = "",
    subject: str = "",
    **rest: Any,
) -> Statement:
    """A statement with the given fields, and the plainest of the rest."""
    return Statement(
        id=name,
        source=source,
        subject=subject or entity,
        attribute=attribute or str(quantity),
        topic=Topic(entity, quantity, commodity, stage),
        low=low,
        unit=unit,
        **rest,
    )


def corpus_of(*statements: Statement, **rest: Any) -> Corpus:
    """A corpus over the entities above; every source named is there."""
    names = {s.source for s in statements}
    sources = {n: Source(n, f"Text {n}", SourceKind.NEWS, publisher=f"House {n}") for n in names}
    sources.update(rest.pop("sources", {}))
    return Corpus(statements, sources, ENTITIES, **rest)


def run(corpus: Corpus, *names: str) -> list[Finding]:
    """Findings of the named rules, of all of these modules where none is named."""
    return [f for r in RULES if not names or r.name in names for f in r.run(corpus)]


def alarms(findings: list[Finding]) -> list[Finding]:
    """Findings that accuse."""
    return [f for f in findings if f.verdict in WRONG]


def check(*statements: Statement, rules: tuple[str, ...] = (), **rest: Any) -> list[Finding]:
    """Findings of statements; of all of these modules where no rule is named."""
    return run(corpus_of(*statements, **rest), *rules)
