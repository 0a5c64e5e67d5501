"""Shares: part = share x whole, beside the part, the whole, or only one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, Stage

from .builders import corpus, rank, run, say, share, the_one, topic, violations

MINED = topic("arland")
USED = topic("arland", Quantity.USE, "zn", Stage.USE)
PART = topic("p0")


def balance(year: int, made: float, bought: float | None, sold: float | None) -> list[Statement]:
    """National statistics of refined metal in one year, as background."""
    rows = {Quantity.PRODUCTION: made, Quantity.IMPORTS: bought, Quantity.EXPORTS: sold}
    return [
        say(f"b-{quantity}-{year}", "arland", value, quantity=quantity, stage=Stage.REFINED,
            year=year, source="statistics", background=True)
        for quantity, value in rows.items()
        if value is not None
    ]  # fmt: skip


def test_an_undated_share_of_demand_is_held_against_production_and_trade() -> None:
    mined = say("a", "arland", 1.8e6, 2.0e6, rounding=5e4, hedge=0.05)
    covers = share("b", 0.30, MINED, USED, rounding=0.005)
    years = [row for y in (2021, 2022, 2023) for row in balance(y, 12e6 + y, 3e6, 3e5)]
    found = the_one(run(corpus(mined, covers, *years, published="2024"), "shares"))
    assert found.verdict is Verdict.VIOLATE
    assert found.rule == "share-identity"
    assert found.claims == ("a", "b")
    assert set(found.background) <= {s.id for s in years}
    assert "6-6.667 Mt/y" in found.explanation
    assert "30 %" in found.explanation
    assert found.residual is not None
    assert found.residual > 0


def test_one_year_that_fits_clears_an_undated_share() -> None:
    claims = [say("a", "arland", 1.9e6), share("b", 0.30, MINED, USED)]
    years = [*balance(2022, 12e6, 3e6, 3e5), *balance(2021, 5e6, 1.6e6, 1e5)]
    assert the_one(run(corpus(*claims, *years, published="2024"), "shares")).verdict == "pass"
    # the year that fits lies long before the text, and the mines gave far less then
    early = [*balance(2022, 12e6, 3e6, 3e5), *balance(1990, 5e6, 1.6e6, 1e5)]
    assert violations(corpus(*claims, *early, published="2024"), "shares")


def test_refined_output_without_exports_bounds_no_demand() -> None:
    claims = [say("a", "arland", 1.9e6), share("b", 0.30, MINED, USED)]
    made = balance(2023, 12e6, None, None)
    assert run(corpus(*claims, *made, published="2024"), "shares") == []
    buyer = rank("c", topic("arland", Quantity.IMPORTS, "zn", Stage.NONE), "world")
    assert violations(corpus(*claims, *made, buyer, published="2024"), "shares")


def test_an_exporter_may_use_little_of_what_it_refines() -> None:
    claims = [say("a", "arland", 2.0e6), share("b", 5.0, MINED, USED)]
    sells = balance(2023, 2.3e6, 1e4, 1.9e6)
    assert the_one(run(corpus(*claims, *sells, published="2024"), "shares")).verdict == "pass"


def test_a_share_that_only_gross_concentrate_fits() -> None:
    nation = say("a", "arland", 1.8e6, 2.0e6, commodity="cu")
    up_to = share("b", 0.0, topic("p0", commodity="cu"), topic("arland", commodity="cu"), 0.20,
                  qualifier=Qualifier.AT_MOST)  # fmt: skip
    part = say("c", "p0", 1.4e6, commodity="cu", basis=Basis.CONCENTRATE_GROSS)
    found = the_one(violations(corpus(nation, up_to, part), "shares"))
    assert found.rule == "basis-gross-contained"
    assert found.claims == ("b", "a", "c")
    assert "280-420 kt/y" in found.explanation


@pytest.mark.parametrize(
    ("value", "basis", "rule"),
    [
        (9.0e6, Basis.CONCENTRATE_GROSS, "share-identity"),
        (1.4e6, Basis.CONTAINED, "share-identity"),
        (0.38e6, Basis.CONTAINED, None),
        (0.38e6, Basis.UNSTATED, None),
        (1.4e6, Basis.UNSTATED, "basis-gross-contained"),
    ],
)
def test_bases_of_a_part(value: float, basis: Basis, rule: str | None) -> None:
    nation = say("a", "arland", 1.8e6, 2.0e6, commodity="cu")
    fifth = share("b", 0.20, topic("p0", commodity="cu"), topic("arland", commodity="cu"))
    part = say("c", "p0", value, commodity="cu", basis=basis)
    found = violations(corpus(nation, fifth, part), "shares")
    assert [f.rule for f in found] == ([rule] if rule else [])


def test_ore_and_metal_need_a_grade() -> None:
    claims = [say("a", "arland", 1e6), share("b", 0.5, PART, MINED)]
    ore = say("c", "p0", 4e7, basis=Basis.ORE)
    assert the_one(run(corpus(*claims, ore), "shares")).verdict is Verdict.INSUFFICIENT


def test_plans_are_not_held_against_outcomes_nor_years_against_each_other() -> None:
    half = share("b", 0.5, PART, MINED, year=2023)
    plan = say("c", "p0", 9e6, year=2023, resource_class=ResourceClass.PLAN)
    later = say("d", "p0", 9e6, year=2024)
    whole = say("a", "arland", 1e6, year=2023)
    assert violations(corpus(half, plan, later, whole), "shares") == []


def test_what_was_computed_from_a_share_does_not_witness_it() -> None:
    mined = say("a", "arland", 1.9e6)
    third = share("b", 0.3, MINED, USED)
    implied = say("c", "arland", 9e6, quantity=Quantity.USE, stage=Stage.USE, derived_from=("a",))
    assert run(corpus(mined, third, implied), "shares") == []


def test_a_part_above_its_whole() -> None:
    assert violations(corpus(share("b", 1.2, PART, MINED)), "shares")
    assert not violations(corpus(share("b", 1.2, MINED, USED)), "shares")


def test_only_the_whole_is_known() -> None:
    whole = say("a", "arland", 1e6, year=2020)
    half = share("b", 0.5, PART, MINED, year=2020)
    small = say("s", "p0", 1e5, year=2020, source="other", background=True)
    found = the_one(violations(corpus(whole, half, small), "shares"))
    assert found.claims == ("a", "b")
    assert found.background == ("s",)
    close = say("s", "p0", 4.6e5, year=2020, source="other", background=True)
    assert not violations(corpus(whole, half, close), "shares")


@given(st.floats(1e3, 1e8), st.floats(0.01, 1.0), st.floats(0.0, 0.4))
def test_rounded_but_true_shares_pass_and_slips_do_not(
    whole: float, fraction: float, off: float
) -> None:
    percent = round(fraction * 100)
    if percent == 0:
        return
    claims = [
        say("a", "arland", round(whole, -2), rounding=50.0),
        share("b", percent / 100, PART, MINED, rounding=0.005),
        say("c", "p0", round(whole * fraction, -1), rounding=5.0),
    ]
    assert the_one(run(corpus(*claims), "shares")).verdict is Verdict.PASS
    slip = say("c", "p0", (whole * fraction + 60.0) * (2.5 + off), rounding=5.0)
    if percent >= 2:
        assert violations(corpus(*claims[:2], slip), "shares")


def test_more_than_half_is_at_most_all() -> None:
    whole = say("a", "arland", 1e6)
    half = share("b", 0.5, PART, MINED, float("inf"), qualifier=Qualifier.AT_LEAST)
    assert violations(corpus(whole, half, say("c", "p0", 1.2e6)), "shares")
    assert not violations(corpus(whole, half, say("c", "p0", 0.7e6)), "shares")


def test_a_share_of_trade_puts_no_country_into_another() -> None:
    bought = topic("arland", Quantity.IMPORTS)
    supplies = share("s", 0.3, topic("borland", Quantity.IMPORTS), bought, year=2023)
    sold = share("t", 0.3, topic("borland"), topic("arland"), year=2023)
    own, other = say("a", "arland", 1e5, year=2023), say("b", "borland", 9e5, year=2023)
    told = corpus(supplies, own, other)
    assert not violations(told)
    assert not violations(corpus(sold, own, other), "sums", "part_whole")
