"""Sums of parts, what main parts leave over, and parts above their wholes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.corpus import Constraint, Ownership
from orefield.evidence.finding import Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage

from .builders import at_least, corpus, run, say, share, the_one, violations


def test_listed_outputs_above_the_nation() -> None:
    claims = [
        say("a", "p0", 1.4e6, commodity="cu", basis=Basis.CONCENTRATE_GROSS, year=2024),
        say("b", "m1", 1.0e6, commodity="cu", basis=Basis.UNSTATED),
        say("c", "?amber 'x' deposit", 4.5e4, commodity="cu", subject="Dune 'X' deposit",
            hedge=0.05),
        at_least("d", "p2", 5e5, commodity="cu", stage=Stage.NONE),
        say("e", "arland", 1.8e6, 2.0e6, commodity="cu", rounding=5e4),
    ]  # fmt: skip
    known = replace(claims[2], subject="Province Dune 'X' deposit")
    claims[2] = known
    found = the_one(violations(corpus(*claims), "sums"))
    assert found.rule == "sum-of-parts"
    assert found.claims == ("a", "b", "c", "d", "e")
    assert "2.945 Mt/y" in found.explanation
    assert "gross concentrate" in found.explanation
    assert "not stated" in found.explanation


def test_parts_that_overlap_are_counted_once() -> None:
    nation = say("w", "arland", 1.0e6)
    claims = [
        say("a", "p0", 6e5),
        say("b", "m0", 5e5),  # in p0
        say("c", "p1", 3e5),
        say("d", "high_plain", 4e5),  # crosses provinces
        say("e", "digco", 4e5),  # its mines lie in the provinces
        say("f", "p0", 6.1e5),  # the same province again
        say("g", "m2", 9e5),  # abroad
        nation,
    ]
    assert not violations(corpus(*claims), "sums")
    more = say("h", "p2", 2.5e5)
    assert the_one(violations(corpus(*claims, more), "sums")).claims == ("a", "c", "h", "w")


def test_two_names_declared_one_are_not_added() -> None:
    claims = [say("a", "m0", 6e5), say("b", "m3", 6e5), say("w", "arland", 1e6)]
    assert violations(corpus(*claims), "sums")
    same = Constraint("one", "same", parts=("a", "b"))
    assert not violations(corpus(*claims, constraints=[same]), "sums")


def test_years_plans_stages_and_texts_are_not_mixed() -> None:
    whole = say("w", "arland", 1e6, year=2023)
    for other in (
        say("b", "p1", 8e5, year=2022),
        say("b", "p1", 8e5, year=2023, resource_class=ResourceClass.PLAN),
        say("b", "p1", 8e5, year=2023, stage=Stage.REFINED),
        say("b", "p1", 8e5, year=2023, commodity="pb"),
        say("b", "p1", 8e5, year=2023, derived_from=("a",)),
        say("b", "p1", 8e5, year=2023, basis=Basis.ORE),
    ):
        assert not violations(corpus(whole, say("a", "p0", 8e5, year=2023), other), "sums")
    assert violations(
        corpus(whole, say("a", "p0", 8e5, year=2023), say("b", "p1", 8e5, year=2023)), "sums"
    )


def test_names_that_nobody_knows_are_counted_only_where_the_text_puts_them_in() -> None:
    whole = say("w", "arland", 1e6)
    mines = [say("a", "?east", 8e5, subject="East mine"), say("b", "?west", 7e5, subject="West")]
    assert the_one(run(corpus(whole, *mines), "sums")).verdict is Verdict.INSUFFICIENT
    national = replace(whole, attribute="total national production")
    assert violations(corpus(national, *mines), "sums")
    regions = [replace(s, subject=f"{s.subject} region") for s in mines]
    assert violations(corpus(whole, *regions), "sums")
    shares = [share(f"s{s.id}", 0.5, s.topic, whole.topic) for s in mines]
    assert violations(corpus(whole, *mines, *shares), "sums")
    firms = [replace(s, subject=f"{s.subject} Mining Corp") for s in mines]
    assert not run(corpus(whole, *firms), "sums")


def bauxite(*tonnes: float, whole: float = 90e6, words: str = "largest region"):
    return [
        say("w", "arland", whole, commodity="bauxite", basis=Basis.GROSS, year=2023),
        *(
            say(f"a{i}", f"p{i}", t, commodity="bauxite", basis=Basis.GROSS, words=words)
            for i, t in enumerate(tonnes)
        ),
    ]


def test_main_regions_leave_too_much() -> None:
    found = the_one(violations(corpus(*bauxite(25e6, 15e6, 10e6, 10e6, 7e6)), "sums"))
    assert found.rule == "sum-remainder"
    assert found.residual == pytest.approx(23e6)
    assert found.claims == ("a0", "a1", "a2", "a3", "a4", "w")


@pytest.mark.parametrize(
    ("tonnes", "words"),
    [
        ((40e6, 20e6, 12e6), "largest region"),  # two more as large as the least do it
        ((25e6, 15e6, 10e6, 10e6, 7e6), "a region"),  # nobody called them the main ones
        ((80e6, 3e6, 1e6), "largest region"),  # little is left
    ],
)
def test_remainders_that_minor_regions_can_fill(tonnes: tuple[float, ...], words: str) -> None:
    assert not violations(corpus(*bauxite(*tonnes, words=words)), "sums")


def test_a_total_worked_out_from_the_list() -> None:
    rows = bauxite(25e6, 15e6, 10e6, words="")
    total = say("t", "arland", 50e6, commodity="bauxite", basis=Basis.GROSS,
                attribute="sum (derived)", derivation="derived")  # fmt: skip
    assert not violations(corpus(*rows, total), "sums")
    wrong = replace(total, low=58e6, high=58e6)
    assert the_one(violations(corpus(*rows, wrong), "sums")).blamed == ("t",)


@given(
    st.lists(st.integers(1, 10_000), min_size=2, max_size=6),
    st.floats(0.0, 2.0),
    st.sampled_from([1.0, 1e3, 1e5]),
    st.booleans(),
)
def test_complete_lists_never_violate_and_inflated_ones_do(
    sizes: list[int], rest: float, unit: float, dated: bool
) -> None:
    year = 2022 if dated else None
    parts = [
        say(f"a{i}", f"p{i}", round(x, -1) * unit, rounding=5 * unit, year=year)
        for i, x in enumerate(sizes)
    ]
    whole = say("w", "arland", sum(sizes) * (1 + rest) * unit, year=year)
    assert not violations(corpus(*parts, whole))
    made = sum(s.low - s.rounding for s in parts)
    small = say("w", "arland", 0.9 * made, year=year)
    if made > 0:
        assert violations(corpus(*parts, small), "sums")


def test_a_mine_above_its_province_country_and_world() -> None:
    for whole in ("p0", "arland", "world"):
        claims = [say("a", "m0", 2e5, year=2023), say("w", whole, 1e5, year=2023)]
        found = the_one(violations(corpus(*claims), "part_whole"))
        assert found.claims == ("a", "w")
        assert found.residual == pytest.approx(1e5)
    assert not violations(
        corpus(say("a", "m2", 2e5, year=2023), say("w", "arland", 1e5, year=2023)), "part_whole"
    )


def test_a_part_against_background_needs_more_than_tolerance() -> None:
    def claims(part: float, **more):
        return corpus(
            say("a", "m0", part, **more),
            *(
                say(f"b{y}", "arland", 1e5 + y, year=y, source="statistics", background=True)
                for y in (2021, 2022, 2023)
            ),
            published="2023",
        )

    assert not violations(claims(1.1e5, year=2022), "part_whole")
    found = the_one(violations(claims(1.5e5, year=2022), "part_whole"))
    assert found.background == ("b2022",)
    assert the_one(violations(claims(1.5e5), "part_whole")).background == ("b2023",)
    assert not run(claims(1.5e5, year=1999), "part_whole")


def test_a_whole_below_what_reference_evidence_gives_for_a_part() -> None:
    claim = say("w", "arland", 1e5, year=2022)
    part = say("b", "m0", 2e5, year=2022, source="statistics", background=True)
    found = the_one(violations(corpus(claim, part), "part_whole"))
    assert found.claims == ("w",)
    assert found.background == ("b",)


def test_gross_and_ore_are_no_parts_of_metal() -> None:
    whole = say("w", "arland", 1.0e6, commodity="cu")
    gross = say("a", "p0", 3e6, commodity="cu", basis=Basis.CONCENTRATE_GROSS)
    ore = say("b", "p1", 3e7, commodity="cu", basis=Basis.ORE)
    assert not violations(corpus(whole, gross, ore), "part_whole")
    more = replace(gross, low=6e6, high=6e6)
    assert violations(corpus(whole, more), "part_whole")


def test_owned_mines_count_by_what_is_held() -> None:
    def company(share: float) -> list[str]:
        held = Ownership("digco", "m0", Interval(share, share))
        claims = [say("a", "m0", 2e5, year=2023), say("w", "digco", 1.3e5, year=2023)]
        return [f.rule for f in violations(corpus(*claims, ownership=[held]), "part_whole")]

    assert company(1.0) == ["part-above-whole"]
    assert company(0.6) == []  # 120 kt is its own
    assert company(0.3) == []  # no control: perhaps not counted at all


def test_resources_classes_and_additions() -> None:
    def ground(name: str, low: float, kind: ResourceClass, **more):
        more = {"unit": "t", "resource_class": kind, "quantity": Quantity.RESOURCE} | more
        return say(name, "m0", low, **more)

    total = ground("r", 1e7, ResourceClass.RESOURCE)
    added = ground("n", 2e7, ResourceClass.RESOURCE, quantity=Quantity.RESOURCE_ADDED)
    assert violations(corpus(total, added), "part_whole")
    reserve = ground("r", 1e7, ResourceClass.RESERVE)
    assert not violations(corpus(reserve, added), "part_whole")
    measured = ground("m", 6e6, ResourceClass.MEASURED)
    indicated = ground("i", 6e6, ResourceClass.INDICATED)
    found = the_one(violations(corpus(total, measured, indicated), "part_whole"))
    assert found.claims == ("m", "i", "r")
    assert not violations(corpus(total, measured), "part_whole")


def test_metals_of_a_basket_and_recycled_metal() -> None:
    scrap = {"stage": Stage.SCRAP, "year": 2023}
    parts = [
        say(f"x{m}", "arland", t, commodity=m, **scrap)
        for m, t in (("cu", 3.85e6), ("al", 9.5e6), ("pb", 2.95e6), ("zn", 1.3e6))
    ]
    basket = say("g", "arland", 17.6e6, commodity="recycled", rounding=5e4, **scrap)
    found = the_one(run(corpus(*parts, basket), "part_whole"))
    assert found.verdict is Verdict.PASS
    assert "17.6 Mt/y" in found.explanation
    less = replace(basket, low=15e6, high=15e6)
    assert the_one(violations(corpus(*parts, less), "part_whole")).claims[-1] == "g"
    refined = say("r", "arland", 3e6, commodity="cu", stage=Stage.REFINED, year=2023)
    assert violations(corpus(parts[0], refined), "part_whole")


def test_exports_above_production_and_imports() -> None:
    def flow(name: str, quantity: Quantity, low: float):
        return say(name, "arland", low, quantity=quantity, stage=Stage.REFINED, year=2023)

    made, bought = flow("p", Quantity.PRODUCTION, 1e6), flow("i", Quantity.IMPORTS, 2e5)
    found = the_one(
        violations(corpus(made, bought, flow("x", Quantity.EXPORTS, 2e6)), "part_whole")
    )
    assert found.claims == ("p", "i", "x")
    assert not violations(corpus(made, bought, flow("x", Quantity.EXPORTS, 1.3e6)), "part_whole")
    assert not violations(corpus(made, flow("x", Quantity.EXPORTS, 2e6)), "part_whole")
