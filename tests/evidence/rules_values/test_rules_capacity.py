"""Outputs, contents and lives against what ore, grade and recovery allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_corpora import alarms, check, say

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, SigmaClass, Stage

CAPACITY = ("capacity-identity",)


def chain(output: float, *, background: bool = True, **more: object) -> list[object]:
    known = {"source": "ref", "background": background}
    return [
        say(
            "ore",
            "hill",
            Quantity.THROUGHPUT,
            130e3,
            "t/d",
            basis=Basis.ORE,
            shown="130 kt/d",
            **known,
        ),
        say("grade", "hill", Quantity.GRADE, 0.00459, "1", rounding=5e-6, **known),
        say("rec", "hill", Quantity.RECOVERY, 0.86, "1", rounding=0.005, **known),
        say(
            "out",
            "hill",
            Quantity.PRODUCTION,
            output,
            "t/y",
            stage=Stage.MINE,
            basis=Basis.CONTAINED,
            **more,
        ),
    ]


def test_a_mine_cannot_give_five_times_what_its_ore_holds() -> None:
    (found,) = alarms(check(*chain(1e6), rules=CAPACITY))
    assert found.verdict is Verdict.VIOLATE
    assert found.claims == ("out",)
    assert found.background == ("ore", "grade", "rec")
    assert found.blamed == ("out",)
    # 130e3 x 365 x 0.00459 x 0.86 = 187 kt
    assert found.residual == pytest.approx(1e6 - 187.3e3, rel=0.02)
    assert found.unit == "t/y"
    for part in ("130 kt/d", "365 d", "0.459 %", "86 %"):
        assert part in found.explanation


def test_arithmetic_stands_in_its_order() -> None:
    (found,) = alarms(check(*chain(1e6, background=False), rules=CAPACITY))
    assert found.claims == ("ore", "grade", "rec", "out")
    assert found.blamed == ()  # two texts against each other, nothing says which is wrong


@pytest.mark.parametrize("output", [1.0, 155e3, 187e3, 200e3])
def test_what_the_ore_can_give_passes(output: float) -> None:
    (found,) = check(*chain(output), rules=CAPACITY)
    assert found.verdict is Verdict.PASS


def test_up_to_is_no_claim_of_a_minimum() -> None:
    assert not alarms(check(*chain(0.0, high=1e6, qualifier=Qualifier.AT_MOST), rules=CAPACITY))


def test_gross_concentrate_is_not_held_against_metal() -> None:
    statements = chain(700e3)
    statements[-1] = say(
        "out",
        "hill",
        Quantity.PRODUCTION,
        700e3,
        "t/y",
        stage=Stage.MINE,
        basis=Basis.CONCENTRATE_GROSS,
    )
    assert check(*statements, rules=CAPACITY) == []


def test_missing_factors_are_bounded_and_named() -> None:
    ore = say("ore", "hill", Quantity.THROUGHPUT, 10e6, "t/y", basis=Basis.ORE)
    out = say(
        "out", "hill", Quantity.PRODUCTION, 2e6, "t/y", stage=Stage.MINE, basis=Basis.CONTAINED
    )
    (found,) = alarms(check(ore, out, rules=CAPACITY))
    assert "at most 100 % recovery" in found.explanation
    assert "recalled, unverified" in found.explanation
    fine = say(
        "out", "hill", Quantity.PRODUCTION, 3e5, "t/y", stage=Stage.MINE, basis=Basis.CONTAINED
    )
    assert not alarms(check(ore, fine, rules=CAPACITY))


def test_a_part_cannot_give_more_than_the_ore_of_its_mine() -> None:
    ore = say("ore", "hill", Quantity.THROUGHPUT, 1e6, "t/y", basis=Basis.ORE)
    rich = say("g", "hill", Quantity.GRADE, 0.01, "1")
    out = say(
        "out", "hilltop", Quantity.PRODUCTION, 9e4, "t/y", stage=Stage.MINE, basis=Basis.CONTAINED
    )
    assert alarms(check(ore, rich, out, rules=CAPACITY))


def test_by_products_are_held_against_their_own_grade() -> None:
    ore = say("ore", "hill", Quantity.THROUGHPUT, 100e3, "t/d", basis=Basis.ORE)
    gold = say("g", "hill", Quantity.GRADE, 0.2e-6, "1", commodity="au")
    for tonnes, wrong in ((5.0, False), (70.0, True)):
        out = say(
            "out",
            "hill",
            Quantity.PRODUCTION,
            tonnes,
            "t/y",
            commodity="au",
            basis=Basis.CONTAINED,
            stage=Stage.MINE,
        )
        assert bool(alarms(check(ore, gold, out, rules=CAPACITY))) is wrong


def test_plans_beyond_a_known_expansion_are_not_accused() -> None:
    ore = say("ore", "hill", Quantity.THROUGHPUT, 30e6, "t/y", basis=Basis.ORE, first_year=2020)
    rich = say("g", "hill", Quantity.GRADE, 0.006, "1", resource_class=ResourceClass.RESOURCE)
    out = say(
        "out",
        "hill",
        Quantity.PRODUCTION,
        300e3,
        "t/y",
        first_year=2028,
        last_year=2028,
        stage=Stage.MINE,
        basis=Basis.CONTAINED,
        resource_class=ResourceClass.PLAN,
    )
    (found,) = check(ore, rich, out, rules=CAPACITY)
    assert found.verdict is Verdict.INSUFFICIENT


def test_countries_and_companies_have_no_mill() -> None:
    ore = say("ore", "holding", Quantity.THROUGHPUT, 1e6, "t/y", basis=Basis.ORE)
    out = say(
        "out", "holding", Quantity.PRODUCTION, 1e6, "t/y", stage=Stage.MINE, basis=Basis.CONTAINED
    )
    assert check(ore, out, rules=CAPACITY) == []


positive = st.floats(1.0, 9.99)


@given(
    ore=st.floats(1e5, 1e8),
    rich=st.floats(0.002, 0.02),
    yielded=st.floats(0.6, 0.95),
    use=st.floats(0.5, 1.0),
    slip=st.sampled_from([4.0, 10.0, 100.0, 1000.0]),
)
def test_consistent_mines_stay_silent_and_slips_do_not(
    ore: float, rich: float, yielded: float, use: float, slip: float
) -> None:
    parts = [
        say("ore", "hill", Quantity.THROUGHPUT, ore, "t/y", basis=Basis.ORE, first_year=2023),
        say("g", "hill", Quantity.GRADE, rich, "1", first_year=2023),
        say("r", "hill", Quantity.RECOVERY, yielded, "1", first_year=2023),
    ]
    metal = ore * rich * yielded * use
    for value, wrong in ((metal, False), (metal / use * slip, True)):
        out = say(
            "out",
            "hill",
            Quantity.PRODUCTION,
            value,
            "t/y",
            first_year=2023,
            stage=Stage.MINE,
            basis=Basis.CONTAINED,
        )
        assert bool(alarms(check(*parts, out, rules=CAPACITY))) is wrong


# -- metal in the ground ----------------------------------------------------------------


def body(metal: float, **more: object) -> list[object]:
    reserve = {"resource_class": ResourceClass.RESERVE, "sigma_class": SigmaClass.A}
    return [
        say(
            "ore",
            "hill",
            Quantity.RESOURCE,
            1402e6,
            "t",
            basis=Basis.ORE,
            rounding=0.5e6,
            **reserve,
        ),
        say("g", "hill", Quantity.GRADE, 0.0054, "1", rounding=5e-5, **reserve),
        say("cu", "hill", Quantity.RESOURCE, metal, "t", basis=Basis.CONTAINED, **(reserve | more)),
    ]


def test_metal_is_ore_times_grade() -> None:
    (found,) = check(*body(7.5339e6), rules=("metal-content",))
    assert found.verdict is Verdict.PASS
    assert found.claims == ("ore", "g", "cu")
    (wrong,) = check(*body(75.339e6), rules=("metal-content",))
    assert wrong.verdict is Verdict.VIOLATE
    assert "a factor of" in wrong.explanation


def test_metal_of_another_class_is_another_metal() -> None:
    found = check(*body(20e6, resource_class=ResourceClass.INFERRED), rules=("metal-content",))
    assert found == []


def test_several_bodies_without_names_give_no_verdict() -> None:
    more = say("ore2", "hill", Quantity.RESOURCE, 90e6, "t", basis=Basis.ORE)
    again = [*body(75e6), more]
    assert alarms(check(*again, rules=("metal-content",)))  # the class tells which ore is meant
    same = say(
        "ore2",
        "hill",
        Quantity.RESOURCE,
        90e6,
        "t",
        basis=Basis.ORE,
        resource_class=ResourceClass.RESERVE,
    )
    assert check(*body(75e6), same, rules=("metal-content",)) == []


def test_more_than_all_of_it_in_a_year_is_impossible() -> None:
    there = say("r", "hill", Quantity.RESOURCE, 2e6, "t", basis=Basis.CONTAINED)
    out = say(
        "o", "hill", Quantity.PRODUCTION, 2.5e6, "t/y", basis=Basis.CONTAINED, stage=Stage.MINE
    )
    assert alarms(check(there, out, rules=("mine-life",)))
    fine = say(
        "o", "hill", Quantity.PRODUCTION, 1e5, "t/y", basis=Basis.CONTAINED, stage=Stage.MINE
    )
    assert not alarms(check(there, fine, rules=("mine-life",)))


@pytest.mark.parametrize(("years", "wrong"), [(20.0, False), (30.0, False), (300.0, True)])
def test_a_life_needs_ore(years: float, wrong: bool) -> None:
    life = say("l", "hill", Quantity.OTHER, years, "y", attribute="mine_life", commodity="")
    ore = say("o", "hill", Quantity.RESOURCE, 700e6, "t", basis=Basis.ORE)
    rate = say("r", "hill", Quantity.THROUGHPUT, 30e6, "t/y", basis=Basis.ORE)
    assert bool(alarms(check(life, ore, rate, rules=("mine-life",)))) is wrong
