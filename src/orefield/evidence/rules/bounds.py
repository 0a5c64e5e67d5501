"""Figures that no site or country can reach: above the whole world's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._values import (
    METAL_BASES,
    allowed,
    conclude,
    stated,
    yearly,
)
from orefield.evidence.rules._world import WorldBound, counted_as_ore, world_bound
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage

NAME = "world-bound"

_FLOWS = frozenset({Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT})
_TRADE = frozenset({Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS})
_IN_USE = re.compile(r"\bin[- _]use\b|anthropogenic|society|cumulative|社会|在用|累计", re.I)
_SITES = frozenset({"mine", "deposit", "project", "pit", "phase", "plant", "smelter", "refinery"})
_CUMULATIVE = re.compile(r"cumulative|accumulated|累计|since \d{4}|over .* years|to date", re.I)


def check_world(corpus: Corpus) -> Iterator[Finding]:
    """Hold every output, use, trade flow, resource and stock against the world's bound.

    The bounds are generous: well above the world's total, so that plans of a decade ahead pass.
    A single site is also held against the largest site there is.
    """
    for s in corpus.checked:
        span = allowed(s)
        bound = bound_of(corpus, s) if span is not None else None
        if span is None or bound is None:
            continue
        flow = yearly(s) if bound.unit == "t/y" else span
        if flow is None:
            continue
        low = max(flow.low, 0.0)
        text = f"{stated(s)}: {_as_yearly(s, low, bound)}"
        limit = f"{amount(bound.bound, bound.unit)} ({_MEANING[bound.measure]}, {bound.words})"
        if low <= bound.bound:
            yield from conclude(
                NAME,
                Verdict.PASS,
                [s],
                f"{text}{amount(flow, bound.unit)} is within {limit}",
                residual=0.0,
                unit=bound.unit,
            )
            continue
        ratio = low / bound.bound
        words = f"{text}{amount(low, bound.unit)} is {ratio:.3g} times {limit}"
        if s.basis in {Basis.NONE, Basis.UNSTATED} or "basis" in s.inferred:
            words += "; as a mass of ore or concentrate it may be possible"
        doubtful = _may_be_ore(s, low, bound)
        yield from conclude(
            NAME,
            Verdict.INSUFFICIENT if doubtful else Verdict.VIOLATE,
            [s],
            words,
            residual=low - bound.bound,
            unit=bound.unit,
            blamed=[] if doubtful else [s],
        )


def _may_be_ore(s: Statement, low: float, bound: WorldBound) -> bool:
    """Whether a resource of no stated basis is possible as a mass of ore."""
    if s.topic.quantity is not Quantity.RESOURCE or "basis" not in s.inferred:
        return False
    usual = world_bound(s.topic.commodity, "grade_open_pit")
    return usual is not None and low * usual.bound <= bound.bound


def flow_measure(s: Statement) -> str:
    """Which of the world's flows bounds a flow: ``mined``, ``refined`` or ``use``."""
    if s.topic.stage is Stage.MINE:
        return "mined"
    return "refined" if s.topic.quantity in _FLOWS else "use"


def bound_of(corpus: Corpus, s: Statement) -> WorldBound | None:
    """The bound that a statement has to keep; None where none is shipped or none applies."""
    commodity, quantity = s.topic.commodity, s.topic.quantity
    site = corpus.kind(s.entity) in _SITES
    if commodity and quantity in _FLOWS and _is_ore(s):
        return world_bound("ore", "site") if site else None
    metal = s.basis in METAL_BASES or (counted_as_ore(commodity) and s.basis is Basis.ORE)
    if not commodity or not metal or s.is_derived:
        return None
    if s.unit == "t" and quantity not in _FLOWS | _TRADE:
        return _of_mass(s)
    if quantity in _FLOWS | _TRADE and s.unit in {"t/y", "t/d", "t"} and not _long(s):
        # a refinery may be larger than any mine: only mines have the bound of a site
        mined = quantity in _FLOWS and s.topic.stage in {Stage.MINE, Stage.NONE}
        return world_bound(commodity, "site") if mined and site else _widest(commodity, s)
    return None


def _of_mass(s: Statement) -> WorldBound | None:
    commodity, quantity = s.topic.commodity, s.topic.quantity
    if quantity in {Quantity.RESOURCE, Quantity.RESOURCE_ADDED}:
        reserve = s.resource_class is ResourceClass.RESERVE
        return world_bound(commodity, "reserves" if reserve else "resources")
    in_use = s.topic.stage is Stage.USE or _IN_USE.search(f"{s.attribute} {s.subject}")
    return world_bound(commodity, "stock") if quantity is Quantity.STOCK and not in_use else None


def _widest(commodity: str, s: Statement) -> WorldBound | None:
    """The bound of the stage; where the stage is not stated, the largest of the world's flows."""
    if s.topic.stage is not Stage.NONE:
        return world_bound(commodity, flow_measure(s)) or world_bound(commodity, "use")
    found = [b for m in ("mined", "refined", "use") if (b := world_bound(commodity, m)) is not None]
    return max(found, key=lambda b: b.bound) if found else None


def _is_ore(s: Statement) -> bool:
    if counted_as_ore(s.topic.commodity) and s.topic.commodity != "ore":
        return False
    return s.basis is Basis.ORE or (
        s.topic.quantity is Quantity.THROUGHPUT and s.basis is not Basis.CONTAINED
    )


def _long(s: Statement) -> bool:
    """Whether the figure may be of several years together."""
    if _CUMULATIVE.search(s.attribute):
        return True
    return s.unit == "t" and s.last_year is not None and s.last_year != s.first_year


def _as_yearly(s: Statement, low: float, bound: WorldBound) -> str:
    return "x 365 d = " if s.unit == "t/d" and bound.unit == "t/y" else ""


_MEANING = {
    "mined": "well above what the world mines in a year",
    "refined": "well above what the world refines in a year",
    "use": "well above what the world makes or uses in a year",
    "reserves": "twice the world's reserves",
    "resources": "above the world's resources",
    "stock": "three years of the world's output",
    "site": "above what the largest site gives in a year",
}

RULES = (Rule(NAME, "no site or country exceeds the world's total", check_world),)
"""Rules of this module."""
