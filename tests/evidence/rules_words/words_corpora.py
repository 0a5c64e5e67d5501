"""Statements and corpora to hold the rules on words, classes, status, owners and logic against."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.rule import Rule
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import SourceKind, Stage

MODULES = (
    "basis", "classes", "rates", "ownership", "site_commodity", "timeline", "logic", "sanity",
    "provenance",
)  # fmt: skip
ALARMS = (Verdict.VIOLATE, Verdict.TIE)

ENTITIES = Entities(
    [
        Entity("land", "country", "Landia", country="LA"),
        Entity("north", "province", "North", parent="land"),
        Entity("hill", "mine", "Hill", parent="north", province="north", commodities=("cu", "mo")),
        Entity("salt", "mine", "Salt", parent="north", commodities=("li", "potash")),
        Entity("iron", "mine", "Iron Hill", aliases=("Ferro Hill",), parent="north",
               commodities=("fe", "ree", "nb")),
        Entity("works", "smelter", "Works", parent="north"),
        Entity("alpha", "company", "Alpha"),
        Entity("alpha_west", "company", "Alpha West", parent="alpha"),
        Entity("beta", "company", "Beta"),
        Entity("gamma", "company", "Gamma"),
        Entity("world", "region", "World"),
    ]
)  # fmt: skip


def source(name: str, **changes: Any) -> Source:
    return Source(name, f"Text {name}", SourceKind.NEWS, **changes)


def topic(
    entity: str, quantity: Quantity, commodity: str = "cu", stage: Stage = Stage.NONE
) -> Topic:
    return Topic(entity, quantity, commodity, stage)


def said(
    name: str,
    quantity: Quantity,
    low: float | None = None,
    high: float | None = None,
    *,
    of: str = "hill",
    commodity: str = "cu",
    stage: Stage = Stage.NONE,
    source: str = "s1",
    **fields: Any,
) -> Statement:
    """A statement of the text ``s1`` on the mine Hill, unless told otherwise."""
    return Statement(
        id=name,
        source=source,
        subject=fields.pop("subject", of.title()),
        attribute=fields.pop("attribute", str(quantity)),
        topic=Topic(of, quantity, commodity, stage),
        low=low,
        high=high,
        **fields,
    )


def corpus(*statements: Statement, **parts: Any) -> Corpus:
    if "sources" not in parts:
        parts["sources"] = {s.source: source(s.source) for s in statements}
    return Corpus(
        statements=statements,
        entities=parts.pop("entities", ENTITIES),
        **parts,
    )


def rules(*modules: str) -> list[Rule]:
    return [rule for m in modules for rule in import_module(f"orefield.evidence.rules.{m}").RULES]


def run(name: str, made: Corpus) -> list[Finding]:
    """Findings of one rule by name."""
    return [f for rule in rules(*MODULES) if rule.name == name for f in rule.run(made)]


def verdicts(name: str, *statements: Statement, **parts: Any) -> list[Verdict]:
    """Verdicts of one rule on some statements, passes apart."""
    return [f.verdict for f in run(name, corpus(*statements, **parts)) if f.verdict != "pass"]


def alarms(made: Corpus, modules: Iterable[str] = MODULES) -> list[Finding]:
    """Violations and ties of all rules here."""
    return [f for rule in rules(*modules) for f in rule.run(made) if f.verdict in ALARMS]
