"""Growth between two levels, and what is called the largest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, Stage

from .builders import at_least, corpus, growth, rank, run, say, the_one, topic, violations

GOLD = topic("digco", commodity="au")
PLAN = {"resource_class": ResourceClass.PLAN, "qualifier": Qualifier.TARGET}


def test_a_target_and_its_growth_from_a_rounded_base() -> None:
    claims = [
        say("a", "digco", 105.0, commodity="au", year=2026, rounding=0.5, **PLAN),
        growth("g", 0.17, GOLD, 2026, 2025, rounding=0.005, **PLAN),
        say("b", "digco", 90.0, commodity="au", year=2025, rounding=0.5),
    ]
    found = the_one(run(corpus(*claims), "growth"))
    assert found.verdict is Verdict.PASS
    assert found.claims == ("a", "g", "b")
    assert "17 %" in found.explanation
    wrong = the_one(violations(corpus(*claims[:2], replace(claims[2], low=80.0, high=80.0))))
    assert wrong.residual == pytest.approx(104.5 - 80.5 * 1.175)
    assert wrong.blamed == ()


def test_levels_of_later_editions_differ_by_revision_only() -> None:
    rate = growth("g", 0.078, topic("arland"), 2014, 2013, rounding=0.0005)
    level = say("a", "arland", 7.96e6, year=2014)
    base = say("b", "arland", 6.84e6, year=2013, source="yearbook", background=True)
    found = the_one(run(corpus(rate, level, base), "growth"))
    assert found.verdict is Verdict.INSUFFICIENT
    assert "revised" in found.explanation
    far = replace(base, low=5e6, high=5e6)
    assert violations(corpus(rate, level, far), "growth")
    near = replace(base, source="text", background=False)
    assert violations(corpus(rate, level, near), "growth")


@pytest.mark.parametrize(
    ("value", "words", "unit", "factor"),
    [
        (0.1, "average annual growth", "1", 1.1**3),
        (0.1, "", "1/y", 1.1**3),
        (0.1, "cumulative growth", "1", 1.1),
        (0.1, "growth", "1", 1.1),
        (0.1, "growth", "1", 1.1**3),
        (1.0, "output doubled", "1", 2.0),
        (2.0, "output doubled", "1", 2.0),
    ],
)
def test_growth_over_several_years(value: float, words: str, unit: str, factor: float) -> None:
    rate = growth("g", value, topic("arland"), 2023, 2020, words=words, unit=unit)
    base = say("b", "arland", 1e6, year=2020)
    level = say("a", "arland", 1e6 * factor, year=2023, rounding=1.0)
    assert the_one(run(corpus(rate, base, level), "growth")).verdict is Verdict.PASS
    double = replace(level, low=level.low * 2.5, high=level.low * 2.5)
    assert violations(corpus(rate, base, double), "growth")


def test_a_plan_does_not_grow_into_an_outcome() -> None:
    rate = growth("g", 0.17, GOLD, 2024, 2023, **PLAN)
    base = say("b", "digco", 80.0, commodity="au", year=2023)
    came = say("a", "digco", 60.0, commodity="au", year=2024)
    assert run(corpus(rate, base, came), "growth") == []


def test_a_base_worked_out_from_the_level_is_no_witness() -> None:
    level = say("a", "digco", 105.0, commodity="au", year=2026, **PLAN)
    rate = growth("g", 0.17, GOLD, 2026, 2025, **PLAN)
    base = say("b", "digco", 60.0, commodity="au", year=2025, derivation="105/1.75")
    assert run(corpus(level, rate, base), "growth") == []


@given(
    st.floats(1e2, 1e9), st.floats(-0.6, 2.0), st.integers(1, 6), st.floats(0.2, 3.0), st.booleans()
)
def test_true_growth_passes_after_rounding(
    base: float, rate: float, count: int, slip: float, annual: bool
) -> None:
    shown = round(rate, 2)
    true = base * ((1 + rate) ** count if annual else 1 + rate)
    words = "average annual growth" if annual else "cumulative growth"
    claims = [
        growth("g", shown, topic("arland"), 2020 + count, 2020, rounding=0.0051, words=words),
        say("b", "arland", base, year=2020),
        say("a", "arland", true, year=2020 + count),
    ]
    assert the_one(run(corpus(*claims), "growth")).verdict is Verdict.PASS
    top = base * max((1 + shown + 0.0051) ** count, 1 + shown + 0.0051)
    wrong = say("a", "arland", top * (1 + slip), year=2020 + count)
    assert violations(corpus(*claims[:2], wrong), "growth")


def zinc(entity: str):
    return topic(entity)


def test_the_largest_is_not_smaller() -> None:
    first = rank("r", zinc("p0"), "arland")
    own = say("a", "p0", 3e5)
    other = say("b", "p1", 5e5)
    found = the_one(violations(corpus(first, own, other), "ranks"))
    assert found.claims == ("r", "a", "b")
    assert not violations(corpus(first, own, replace(other, low=2e5, high=2e5)), "ranks")
    for spared in (
        replace(first, high=float("inf")),
        replace(first, words="one of the largest"),
        replace(first, low=2.0, high=2.0),
    ):
        assert not run(corpus(spared, own, other), "ranks")


@pytest.mark.parametrize(
    "other",
    [
        say("b", "m1", 5e5),  # a mine against a province
        say("b", "borland", 5e5),
        say("b", "p1", 5e5, basis=Basis.ORE),
        say("b", "p1", 5e5, stage=Stage.REFINED, source="another"),
        say("b", "p1", 5e5, year=2020, source="another"),
        say("b", "p1", 5e5, commodity="pb"),
        say("b", "p1", 5e5, resource_class=ResourceClass.PLAN),
        say("b", "p1", 5e5, quantity=Quantity.CAPACITY),
    ],
)
def test_what_cannot_be_compared_does_not_dethrone(other) -> None:
    claims = [rank("r", zinc("p0"), "arland"), say("a", "p0", 3e5), other]
    assert not violations(corpus(*claims), "ranks")


def test_gross_concentrate_is_ranked_as_metal() -> None:
    first = rank("r", topic("p0", commodity="cu"), "arland")
    own = say("a", "p0", 1.4e6, commodity="cu", basis=Basis.CONCENTRATE_GROSS)
    other = at_least("b", "p1", 5e5, commodity="cu")
    assert violations(corpus(first, own, other), "ranks")
    guessed = replace(other, inferred=("basis",))
    assert the_one(run(corpus(first, own, guessed), "ranks")).verdict is Verdict.INSUFFICIENT


def test_two_firsts() -> None:
    a, b = rank("a", zinc("m0"), "arland"), rank("b", zinc("m1"), "arland")
    assert the_one(violations(corpus(a, b), "ranks")).claims == ("a", "b")
    elsewhere = replace(b, source="another")
    assert the_one(run(corpus(a, elsewhere), "ranks")).verdict is Verdict.INSUFFICIENT
    for other in (
        rank("b", zinc("m1"), "world"),
        rank("b", topic("m1", commodity="pb"), "arland"),
        rank("b", zinc("p1"), "arland"),
        rank("b", zinc("m0"), "arland"),
        rank("b", zinc("m1"), "arland", 2.0),
        rank("b", topic("m1", Quantity.RESOURCE), "arland"),
    ):
        assert not violations(corpus(a, other), "ranks")
    old, new = (
        replace(a, first_year=2010, last_year=2010),
        replace(b, first_year=2020, last_year=2020),
    )
    assert not run(corpus(old, new), "ranks")


@pytest.mark.parametrize(
    ("words", "says_first"),
    [
        ("rank among zinc producers; the largest", True),
        ("among the largest producers", False),
        ("among the world's largest", False),
        ("世界最大的锌矿之一", False),
    ],
)
def test_one_of_the_largest_is_no_first(words: str, says_first: bool) -> None:
    claims = [
        rank("r", zinc("p0"), "arland", words=words),
        say("a", "p0", 3e5),
        say("b", "p1", 5e5),
    ]
    assert bool(violations(corpus(*claims), "ranks")) is says_first


def test_countries_are_ranked_in_the_world() -> None:
    a, b = rank("a", zinc("arland"), "world"), rank("b", zinc("borland"), "world")
    levels = [say("x", "arland", 3e5), say("y", "borland", 5e5)]
    found = violations(corpus(a, b, *levels), "ranks")
    assert {f.claims for f in found} == {("a", "b"), ("a", "x", "y")}
