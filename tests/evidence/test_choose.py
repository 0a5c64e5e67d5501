"""The rule of choice: each criterion decides where all before it are equal."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.evidence import (
    RULE,
    Basis,
    Claim,
    Mark,
    ResourceClass,
    SigmaClass,
    choose,
)


def make(claim_id: str = "x", **changes: Any) -> Claim:
    given_: dict[str, Any] = {
        "id": claim_id,
        "subject": "Hill",
        "entity": "hill",
        "attribute": "cu_grade",
        "source": "report",
        "low": 0.5,
        "unit": "%",
        "sigma_class": SigmaClass.B,
    }
    return Claim(**(given_ | changes))


# Each is better than the next by one criterion, and worse by all that come after it.
LADDER = [
    make("i", sigma_class=SigmaClass.C, vintage="2000", hops=3),
    make("h", sigma_class=SigmaClass.D, vintage="2010-06", hops=9),
    make("g", sigma_class=SigmaClass.D, vintage="2010", hops=1, mark=Mark.DERIVED),
    make("f", sigma_class=SigmaClass.D, vintage="2009", hops=0, mark=Mark.DERIVED),
    make("d", sigma_class=SigmaClass.D, vintage="2009", hops=1, mark=Mark.DERIVED),
    make("e", sigma_class=SigmaClass.D, vintage="2009", hops=1, mark=Mark.DERIVED),
    make("c", sigma_class=SigmaClass.E, vintage="2026", mark=Mark.RECALL),
]


def test_each_criterion_decides_where_those_before_are_equal() -> None:
    shuffled = random.Random(3).sample(LADDER, len(LADDER))
    order = []
    while shuffled:
        chosen = choose(shuffled, "hill", "cu_grade").chosen
        order.append(chosen)
        shuffled.remove(chosen)
    assert order == LADDER


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [(a, b, r) for (a, b), r in zip(pairwise(LADDER), (
        "source class D against C",
        "derived from other figures; the chosen one is read in the source",
        "older edition (2009 against 2010)",
        "1 hops from the origin against 0",
        "equal in all else; later id",
        "recalled, unverified; the chosen one is derived from other figures",
    ), strict=True)],
)  # fmt: skip
def test_the_loser_is_told_why(better: Claim, worse: Claim, reason: str) -> None:
    choice = choose([worse, better], "hill", "cu_grade")
    assert choice.chosen is better
    assert choice.rejected == ((worse, reason),)
    assert choice.rule_text == RULE


def test_the_unusable_and_the_superseded_are_set_aside_even_when_better() -> None:
    wrong = make("a", sigma_class=SigmaClass.A, usable=False, note="ten times too high")
    old = make("b", sigma_class=SigmaClass.A)
    new = make("c", sigma_class=SigmaClass.D, supersedes=("b",))
    choice = choose([wrong, old, new], "hill", "cu_grade")
    assert choice.chosen is new
    assert choice.rejected == (
        (wrong, "not usable: ten times too high"),
        (old, "superseded by c"),
    )


def test_an_unusable_claim_supersedes_nothing() -> None:
    old, new = make("a"), make("b", supersedes=("a",), usable=False, note="misprint")
    assert choose([old, new], "hill", "cu_grade").chosen is old


def test_a_claim_on_another_attribute_can_supersede() -> None:
    old = make("a")
    other = make("b", attribute="cu_grade_phase2", supersedes=("a",))
    with pytest.raises(EvidenceError, match="superseded by b"):
        choose([old, other], "hill", "cu_grade")


def test_filters_by_year_basis_class_and_unit() -> None:
    mass = {"unit": "kt", "basis": Basis.CONTAINED, "resource_class": ResourceClass.ACTUAL}
    first = make("a", valid_from="2023", valid_to="2023", **mass)
    second = make("b", valid_from="2024", valid_to="2024", **mass)
    plan = make("c", valid_from="2024", valid_to="2024", **(mass | {"resource_class": "plan"}))
    gross = make("d", valid_from="2024", valid_to="2024", **(mass | {"basis": Basis.GROSS}))
    said = make("e", valid_from="2024", valid_to="2024", low=None, unit="", text="more")
    all_ = [first, second, plan, gross, said]
    choice = choose(
        all_,
        "hill",
        "cu_grade",
        year=2024,
        basis=Basis.CONTAINED,
        cls=ResourceClass.ACTUAL,
        unit="Mt",
    )
    assert choice.chosen is second
    # the claim on 2023 does not contradict, so that it is not listed
    assert [c.id for c, _ in choice.rejected] == ["c", "d", "e"]


def test_a_release_can_be_asked_for() -> None:
    early = make("a", release="bureau-preliminary", sigma_class=SigmaClass.D)
    late = make("b", release="bureau-revised")
    choice = choose([early, late], "hill", "cu_grade", release="bureau-preliminary")
    assert choice.chosen is early
    assert choice.rejected == ((late, "of another release (bureau-revised)"),)


def test_without_a_year_what_still_holds_comes_before_what_has_ended() -> None:
    ended = make("a", valid_from="2010", valid_to="2020", sigma_class=SigmaClass.A)
    holds = make("b", valid_from="2021")
    choice = choose([ended, holds], "hill", "cu_grade")
    assert choice.chosen is holds
    assert choice.rejected == ((ended, "ended 2020; another still holds"),)
    assert choose([ended, holds], "hill", "cu_grade", year=2015).chosen is ended


@pytest.mark.parametrize(
    ("claims", "year", "where"),
    [
        ([], None, "no claim speaks of it"),
        ([make("a", usable=False, note="misprint")], None, "a: not usable: misprint"),
        ([make("a", valid_from="2020", valid_to="2020")], 2021, "none of its 1 claims"),
    ],
)
def test_no_claim_to_choose_says_why(claims: list[Claim], year: int | None, where: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        choose(claims, "hill", "cu_grade", year=year)
    assert where in caught.value.where


CLAIMS = st.lists(
    st.builds(
        make,
        st.uuids().map(str),
        mark=st.sampled_from([Mark.READ, Mark.DERIVED]),
        sigma_class=st.sampled_from(SigmaClass),
        vintage=st.sampled_from(["", "2018", "2020-05"]),
        hops=st.integers(0, 3),
        usable=st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda c: c.id,
)


@given(CLAIMS, st.randoms())
def test_the_choice_ignores_the_order_of_the_table_and_loses_no_claim(
    claims: list[Claim], chance: random.Random
) -> None:
    if not any(c.usable for c in claims):
        with pytest.raises(EvidenceError):
            choose(claims, "hill", "cu_grade")
        return
    choice = choose(claims, "hill", "cu_grade")
    again = choose(chance.sample(claims, len(claims)), "hill", "cu_grade")
    assert again.chosen == choice.chosen
    told = [choice.chosen, *(c for c, _ in choice.rejected)]
    assert sorted(c.id for c in told) == sorted(c.id for c in claims)
    assert choice.chosen.usable
    assert all(reason for _, reason in choice.rejected)
