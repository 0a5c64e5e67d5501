"""Statements of one thing agree, conflict, tie, or are not of one thing after all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_corpora import alarms, check, say

from orefield.evidence.claim import Source
from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import (
    Basis,
    Qualifier,
    ResourceClass,
    SigmaClass,
    SourceKind,
    Stage,
)

CONFLICT = ("value-conflict",)
SUPERSEDED = ("superseded",)


def mined(name: str, tonnes: float, **more: Any) -> Statement:
    fields: dict[str, Any] = {
        "stage": Stage.MINE,
        "basis": Basis.CONTAINED,
        "first_year": 2023,
        "last_year": 2023,
        "sigma_class": SigmaClass.A,
        "source": name,
    }
    return say(name, "norland", Quantity.PRODUCTION, tonnes, "t/y", **(fields | more))


def test_two_alike_tie_and_two_against_one_do_not() -> None:
    (tie,) = check(mined("a", 1.8e6), mined("b", 2.6e6), rules=CONFLICT)
    assert (tie.verdict, tie.blamed) == (Verdict.TIE, ())
    assert tie.residual == pytest.approx(0.8e6)
    (out,) = check(mined("a", 1.8e6), mined("b", 2.6e6), mined("c", 1.82e6), rules=CONFLICT)
    assert (out.verdict, out.blamed) == (Verdict.VIOLATE, ("b",))
    assert set(out.claims) == {"a", "b", "c"}


def test_a_better_class_is_believed() -> None:
    worse = mined("b", 2.6e6, sigma_class=SigmaClass.D)
    (found,) = check(mined("a", 1.8e6), worse, rules=CONFLICT)
    assert (found.verdict, found.blamed) == (Verdict.VIOLATE, ("b",))


@pytest.mark.parametrize(
    ("cls", "apart", "wrong"),
    [("A", 0.03, False), ("A", 0.06, True), ("D", 0.15, False), ("D", 0.35, True)],
)
def test_tolerance_follows_the_class(cls: str, apart: float, wrong: bool) -> None:
    pair = [
        mined("a", 1e6, sigma_class=SigmaClass(cls)),
        mined("b", 1e6 * (1 + apart), sigma_class=SigmaClass(cls)),
    ]
    assert bool(alarms(check(*pair, rules=CONFLICT))) is wrong


def test_copies_do_not_vote() -> None:
    copies = [mined(f"c{i}", 2.6e6, release="wire") for i in range(5)]
    (found,) = check(mined("a", 1.8e6), *copies, rules=CONFLICT)
    assert found.verdict is Verdict.TIE
    relays = {f"c{i}": ("c0",) for i in range(1, 5)}
    chained = [mined(f"c{i}", 2.6e6) for i in range(5)]
    (found,) = check(mined("a", 1.8e6), *chained, rules=CONFLICT, relays=relays)
    assert found.verdict is Verdict.TIE
    derived = mined("d", 2.6e6, derived_from=("b",))
    (found,) = check(mined("a", 1.8e6), mined("b", 2.6e6), derived, rules=CONFLICT)
    assert found.verdict is Verdict.TIE
    assert "d" not in found.claims


def test_relays_in_a_circle_end() -> None:
    relays = {"a": ("b",), "b": ("a",)}
    found = check(mined("a", 1.8e6), mined("b", 2.6e6), relays=relays, rules=CONFLICT)
    assert [f.verdict for f in found] == [Verdict.TIE]


@pytest.mark.parametrize(
    "other",
    [
        {"first_year": 2024, "last_year": 2024},
        {"first_year": None, "last_year": None},
        {"resource_class": ResourceClass.PLAN},
        {"qualifier": Qualifier.TARGET},
        {"stage": Stage.REFINED},
        {"commodity": "zn"},
        {"high": float("inf"), "low_too": 1.5e6},
    ],
)
def test_of_another_thing_or_time_gives_no_verdict(other: dict[str, Any]) -> None:
    low = other.pop("low_too", 2.6e6)
    assert not alarms(check(mined("a", 1.8e6), mined("b", low, **other)))


@pytest.mark.parametrize(
    "other",
    [
        {"basis": Basis.CONCENTRATE_GROSS},
        {"basis": Basis.UNSTATED},
        {"attribute": "attributable production"},
        {"attribute": "fiscal-year production"},
        {"words": "first half of the year"},
        {"attribute": "production, phase 2"},
        {"attribute": "二期产量"},
    ],
)
def test_other_definitions_are_insufficient(other: dict[str, Any]) -> None:
    (found,) = check(mined("a", 1.8e6), mined("b", 2.6e6, **other), rules=CONFLICT)
    assert found.verdict is Verdict.INSUFFICIENT


def test_one_text_that_says_two_things_conflicts_with_itself() -> None:
    pair = [mined("a", 1.8e6, source="S"), mined("b", 2.6e6, source="S")]
    (found,) = check(*pair, rules=CONFLICT)
    assert found.verdict is Verdict.TIE


def test_background_convicts_and_is_not_tried() -> None:
    known = mined("k", 1.8e6, background=True)
    (found,) = check(known, mined("a", 2.6e6, sigma_class=SigmaClass.D), rules=CONFLICT)
    assert (found.claims, found.background, found.blamed) == (("a",), ("k",), ("a",))
    other = mined("k2", 2.6e6, background=True)
    assert check(known, other, rules=CONFLICT) == []
    # reference evidence that is divided says nothing
    assert not alarms(check(known, other, mined("a", 2.6e6), rules=CONFLICT))


def test_one_finding_however_many_statements() -> None:
    many = [mined(f"m{i}", 1e6 * (1 + 0.2 * (i % 5))) for i in range(60)]
    assert len(check(*many, rules=CONFLICT)) == 1


@given(
    truth=st.floats(1e3, 2e7),
    errors=st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=8),
    cls=st.sampled_from(list(SigmaClass)),
)
def test_measurements_within_a_sigma_never_conflict(
    truth: float, errors: list[float], cls: SigmaClass
) -> None:
    sigma = {"A": 0.02, "B": 0.04, "C": 0.06, "D": 0.10, "E": 0.125}[cls]
    said = [
        mined(f"m{i}", truth * (1 + 0.8 * sigma * e), sigma_class=cls) for i, e in enumerate(errors)
    ]
    assert not alarms(check(*said))


@given(
    truth=st.floats(1e3, 1e7),
    n=st.integers(2, 6),
    cls=st.sampled_from(list(SigmaClass)),
    factor=st.sampled_from([0.3, 2.5]),
)
def test_the_one_that_is_far_off_is_blamed(
    truth: float, n: int, cls: SigmaClass, factor: float
) -> None:
    said = [mined(f"m{i}", truth, sigma_class=cls) for i in range(n)]
    odd = mined("odd", truth * factor, sigma_class=cls)
    (found,) = alarms(check(odd, *said, rules=CONFLICT))
    assert found.blamed == ("odd",)


# -- later editions ---------------------------------------------------------------------


def plan(name: str, amount: float, year: int, **more: Any) -> Statement:
    fields: dict[str, Any] = {
        "resource_class": ResourceClass.PLAN,
        "first_year": year,
        "last_year": year,
        "basis": Basis.ORE,
        "source": name,
    }
    return say(name, "hill", Quantity.THROUGHPUT, amount, "t/y", **(fields | more))


def test_a_later_plan_replaces_an_earlier_one() -> None:
    found = check(plan("p23", 24e6, 2023), plan("p24", 18e6, 2024))
    assert not alarms(found)
    (said,) = [f for f in found if f.rule == "superseded"]
    assert said.verdict is Verdict.SUPERSEDED
    assert said.claims == ("p23", "p24")
    assert said.residual == pytest.approx(6e6)


@pytest.mark.parametrize(
    "editions",
    [
        ({"reported": "2023-05"}, {"reported": "2024-06"}),
        ({"vintage": "2023"}, {"vintage": "2024"}),
        ({}, {"supersedes": ("old",)}),
    ],
)
def test_metal_planned_is_replaced_too(editions: tuple[dict[str, Any], dict[str, Any]]) -> None:
    fields: dict[str, Any] = {"resource_class": ResourceClass.PLAN, "basis": Basis.CONTAINED}
    old = say("old", "hill", Quantity.PRODUCTION, 99e3, "t/y", source="a", **fields, **editions[0])
    new = say("new", "hill", Quantity.PRODUCTION, 76e3, "t/y", source="b", **fields, **editions[1])
    found = check(old, new)
    assert not alarms(found)
    assert [f.verdict for f in found if f.rule == "superseded"] == [Verdict.SUPERSEDED]


def test_two_plans_of_one_day_conflict() -> None:
    day = {"reported": "2024-06-01", "source": "S", "first_year": 2026, "last_year": 2026}
    found = check(plan("a", 24e6, 2026, **day), plan("b", 18e6, 2026, **day))
    assert [f.rule for f in alarms(found)] == ["value-conflict"]


def test_targets_of_two_years_are_two_targets() -> None:
    said = {"reported": "2024-06-01", "source": "S"}
    found = check(plan("a", 18e6, 2026, **said), plan("b", 24e6, 2030, **said))
    assert not [f for f in found if f.verdict is not Verdict.PASS]


def test_statistics_are_revised_by_their_publisher_alone() -> None:
    house = {n: Source(n, n, SourceKind.STATISTICS, publisher="Office") for n in ("a", "b")}
    old = mined("a", 12.99e6, stage=Stage.REFINED, reported="2024-02")
    new = mined("b", 13.9e6, stage=Stage.REFINED, reported="2025-02")
    found = check(old, new, sources=house)
    assert not alarms(found)
    assert [f.verdict for f in found if f.rule == "superseded"] == [Verdict.SUPERSEDED]
    assert alarms(check(old, new, rules=CONFLICT))  # of two publishers


def test_an_unchanged_edition_passes() -> None:
    (found,) = check(plan("a", 18e6, 2023), plan("b", 18e6, 2024), rules=SUPERSEDED)
    assert found.verdict is Verdict.PASS


def test_supersedes_of_unknown_or_itself_is_harmless() -> None:
    assert check(mined("a", 1.0, supersedes=("a", "gone")), rules=SUPERSEDED) == []
