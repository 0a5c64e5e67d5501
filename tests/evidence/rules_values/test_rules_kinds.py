"""Kinds of contradiction that published numbers hold, each beside its consistent twin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_corpora import WRONG, corpus_of
from values_corpora import say as said

from orefield.evidence.claim import Source
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.registry import check
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, ResourceClass, SourceKind, Stage

Q = Quantity


def say(
    name: str, entity: str, quantity: Quantity, low: float, unit: str, **more: Any
) -> Statement:
    made: Statement = said(name, entity, quantity, low, unit, **more)
    return made


MINE: dict[str, Any] = {"stage": Stage.MINE, "basis": Basis.CONTAINED}
YEAR: dict[str, Any] = {"first_year": 2024, "last_year": 2024}


def told(*statements: Statement, **rest: Any) -> list[Finding]:
    return list(check(corpus_of(*statements, **rest)).findings)


def wrong(*statements: Statement, **rest: Any) -> set[str]:
    return {f.rule for f in told(*statements, **rest) if f.verdict in WRONG}


def metal(name: str, low: float, **more: Any) -> Statement:
    fields = {"attribute": "copper in concentrate", **MINE, **YEAR, **more}
    return say(name, "hill", Q.PRODUCTION, low, "t/y", **fields)


def ore(name: str, low: float, unit: str = "t/y", **more: Any) -> Statement:
    fields = {
        "attribute": "ore milled", "basis": Basis.ORE, "resource_class": ResourceClass.ACTUAL,
        "commodity": "", **YEAR, **more,
    }  # fmt: skip
    return say(name, "hill", Q.THROUGHPUT, low, unit, **fields)


def fraction(name: str, quantity: Quantity, low: float, **more: Any) -> Statement:
    fields = {"attribute": str(quantity), **YEAR, **more}
    return say(name, "hill", quantity, low, "1", **fields)


CHAIN = (
    ore("o", 12e6),
    fraction("g", Q.GRADE, 0.01, attribute="head grade"),
    fraction("r", Q.RECOVERY, 0.9),
)


@pytest.mark.parametrize(("tonnes", "bad"), [(108e3, False), (113e3, False), (70e3, True)])
def test_ore_times_grade_times_recovery_is_the_metal_of_a_year(tonnes: float, bad: bool) -> None:
    assert ("metal-content" in wrong(*CHAIN, metal("m", tonnes))) is bad


def test_an_owners_part_and_a_part_of_the_year_are_no_metal_of_the_year() -> None:
    owner = metal("a", 70e3, attribute="copper in concentrate, attributable")
    quarter = metal("q", 27e3, part_of_year="Q1")
    assert not wrong(*CHAIN, metal("m", 108e3), owner, quarter)


@pytest.mark.parametrize(("tonnes", "bad"), [(12e6, False), (13e6, False), (18e6, True)])
def test_a_mill_takes_no_more_than_its_capacity(tonnes: float, bad: bool) -> None:
    limit = ore("c", 33e3, "t/d", attribute="mill capacity", resource_class=ResourceClass.CAPACITY)
    assert ("capacity-identity" in wrong(limit, ore("o", tonnes, source="S2"))) is bad


def test_material_moved_is_no_ore_that_is_milled() -> None:
    limit = ore("c", 33e3, "t/d", attribute="mill capacity", resource_class=ResourceClass.CAPACITY)
    moved = ore("o", 60e6, source="S2", attribute="total material moved")
    assert not [f for f in told(limit, moved, *CHAIN[1:], metal("m", 108e3)) if f.verdict in WRONG]


def test_nothing_holds_more_than_there_is_room_for() -> None:
    room = say("c", "hill", Q.OTHER, 200e6, "t", attribute="tailings storage capacity", **YEAR)
    kept = say("k", "hill", Q.OTHER, 260e6, "t", attribute="tailings stored", source="S2", **YEAR)
    assert "capacity-identity" in wrong(room, kept)
    assert "capacity-identity" not in wrong(room, replace(kept, low=150e6))


def reserve(name: str, low: float, **more: Any) -> Statement:
    fields = {
        "attribute": "reserves, contained copper", "basis": Basis.CONTAINED,
        "resource_class": ResourceClass.RESERVE, **YEAR, **more,
    }  # fmt: skip
    return say(name, "hill", Q.RESOURCE, low, "t", **fields)


RESERVE = (
    reserve("ro", 210e6, attribute="reserve tonnage", basis=Basis.ORE),
    fraction("rg", Q.GRADE, 0.0049, attribute="reserve grade"),
    reserve("rm", 1.03e6),
)


def test_another_text_on_the_same_reserve_is_no_later_edition() -> None:
    later = reserve("x", 1.55e6, source="S2", reported="2026-01-15")
    rules = wrong(*(replace(s, reported="2025-02-01") for s in RESERVE), later)
    assert {"metal-content", "value-conflict"} <= rules


def test_the_same_house_a_year_later_is_a_later_edition() -> None:
    first = [replace(s, reported="2025-02-01") for s in RESERVE]
    later = reserve("x", 1.25e6, source="S2", reported="2026-02-01", first_year=2025)
    later = replace(later, last_year=2025)
    sources = {n: Source(n, n, SourceKind.COMPANY, publisher="House") for n in ("S1", "S2")}
    found = told(*first, later, sources=sources)
    assert not [f for f in found if f.verdict in WRONG]
    assert any(f.verdict is Verdict.SUPERSEDED and {"rm", "x"} <= {*f.claims} for f in found)


def test_a_reserves_ore_is_not_a_resources_metal() -> None:
    resource = replace(reserve("x", 2.9e6), resource_class=ResourceClass.RESOURCE)
    assert not wrong(*RESERVE, resource)


def test_a_life_is_the_reserve_over_the_ore_of_a_year() -> None:
    rate = ore("o", 14e6)
    life = say("l", "hill", Q.OTHER, 38.0, "y", attribute="mine life", source="S2", **YEAR)
    assert "mine-life" in wrong(rate, *RESERVE, life)
    assert "mine-life" not in wrong(rate, *RESERVE, replace(life, low=15.0))


def test_one_number_is_not_the_product_and_its_metal() -> None:
    gross = metal("g", 38e3, attribute="cobalt hydroxide, gross", basis=Basis.GROSS, commodity="co")
    called = metal("m", 38e3, attribute="cobalt in hydroxide", commodity="co", source="S2")
    assert "basis-gross-contained" in wrong(gross, called)
    assert "basis-gross-contained" not in wrong(gross, replace(called, low=11.4e3))


def test_a_content_of_a_product_is_no_grade_of_ore() -> None:
    rich = fraction("g", Q.GRADE, 0.3, attribute="cobalt content of hydroxide", commodity="co")
    assert "unit-slip" not in wrong(rich)


def test_wet_and_dry_tonnes_differ_and_the_whole_of_a_site_is_what_is_meant() -> None:
    wet = ore("w", 8e6, attribute="ore mined, wet")
    dry = ore("d", 5.2e6, attribute="ore mined, dry", source="S2")
    assert not wrong(wet, dry)
    assert not wrong(wet, dry, ore("n", 5.2e6, attribute="ore mined", source="S3"))
    whole = metal("a", 84e3, attribute="copper production, 100 % basis")
    assert "value-conflict" in wrong(whole, metal("b", 300e3, source="S2"))


def test_an_owners_figure_is_its_share_of_the_whole() -> None:
    whole = metal("w", 84e3)
    part = metal("p", 63e3, attribute="copper, attributable (75 %)", source="S2")
    assert not wrong(whole, part)
    assert "share-identity" in wrong(whole, replace(part, low=76e3))


def test_a_named_part_is_another_thing() -> None:
    whole = metal("w", 84e3)
    part = metal("p", 30e3, attribute="copper in concentrate, Sunde mill", source="S2")
    assert not wrong(whole, part)


def test_a_missing_stage_is_that_of_the_other_figures() -> None:
    one = metal("a", 84e3)
    assert "value-conflict" in wrong(one, metal("b", 300e3, stage=Stage.NONE, source="S2"))


def test_a_slip_shows_beside_figures_of_another_kind() -> None:
    moved = ore("a", 49e6, attribute="total material moved")
    slip = ore("b", 49e3, attribute="total material moved", source="S2")
    others = [ore(f"o{i}", 14e6, source=f"T{i}") for i in range(3)]
    assert any(
        {"a", "b"} <= {*f.claims} and f.rule == "unit-slip" for f in told(moved, slip, *others)
    )


FAULTS = (
    (ore("a", 49e6, attribute="material moved"), ore("b", 49e3, attribute="material moved",
                                                     source="S2")),
    (metal("a", 84e3), metal("b", 300e3, source="S2")),
    (*CHAIN, metal("a", 70e3)),
    (*RESERVE[:2], reserve("a", 1.55e6)),
)  # fmt: skip
EXTRAS = (
    say("x1", "dale", Q.PRODUCTION, 51e3, "t/y", source="S2", **MINE, **YEAR),
    say("x2", "hill", Q.CAPACITY, 150e3, "t/y", source="S3", attribute="capacity", **MINE, **YEAR),
    say("x3", "norland", Q.USE, 3.1e6, "t/y", source="S2", **YEAR),
    ore("x4", 12.1e6, source="S4"),
    say("x5", "hill", Q.OTHER, 4.0, "y", source="S2", attribute="construction time"),
    say("x6", "hill", Q.PRODUCTION, 210.0, "t/y", source="S3", commodity="mo", **MINE, **YEAR),
    fraction("x7", Q.RECOVERY, 0.9, source="S5"),
)


@given(st.sampled_from(FAULTS), st.sets(st.sampled_from(range(len(EXTRAS)))))
def test_what_is_said_beside_never_hides_a_fault(
    fault: tuple[Statement, ...], beside: set[int]
) -> None:
    alone = {f.rule for f in told(*fault) if f.verdict in WRONG}
    more = [f for f in told(*fault, *(EXTRAS[i] for i in beside)) if f.verdict in WRONG]
    ids = {s.id for s in fault}
    assert alone
    assert alone <= {f.rule for f in more if ids & {*f.claims}}
