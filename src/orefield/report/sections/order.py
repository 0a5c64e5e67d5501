"""The order in which sections stand in the report."""

from __future__ import annotations

from collections.abc import Callable

from orefield.report.sections import environment, evidence, mines, nation, outlook
from orefield.report.sections.findings import findings
from orefield.report.sections.headline import headline
from orefield.report.sections.page import Page, Section

Builder = Callable[[Page], Section | None]

SECTIONS: tuple[tuple[Builder, str], ...] = (
    (headline, "headline"),
    (nation.self_sufficiency, "self-sufficiency"),
    (nation.supply, "supply"),
    (mines.mines, "mines"),
    (mines.deposits, "deposits"),
    (environment.plants, "plants and environment"),
    (environment.rivers, "rivers"),
    (nation.nation, "the nation's flows and stocks"),
    (outlook.targets, "targets"),
    (outlook.drivers, "what drives the result"),
    (evidence.assumed, "assumptions"),
    (findings, "findings"),
    (evidence.contradictions, "contradictions"),
    (evidence.sources, "sources"),
    (evidence.run_facts, "the run"),
)
"""Builders, each with what the report calls it when a run lacks it."""
