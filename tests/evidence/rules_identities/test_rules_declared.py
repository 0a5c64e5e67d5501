"""Constraints that an analyst declares: every kind, and every way to get one wrong."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.evidence.corpus import CONSTRAINT_KINDS, Constraint
from orefield.evidence.finding import Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis

from .builders import corpus, run, say, the_one

A = say("a", "p0", 2e5)
B = say("b", "p1", 3e5)
W = say("w", "arland", 5e5)
HALF = say("s", "p0", 0.4, quantity=Quantity.SHARE, unit="1", basis=Basis.NONE)
DAILY = say("d", "m0", 1000.0, quantity=Quantity.THROUGHPUT, unit="t/d", basis=Basis.ORE)
DAYS = say("n", "m0", 330.0, quantity=Quantity.OPERATING_DAYS, unit="d", basis=Basis.NONE)
YEARLY = say("y", "m0", 3.3e5, quantity=Quantity.THROUGHPUT, basis=Basis.ORE)
TEXT = say("t", "m0", None)


def verdicts(*constraints: Constraint) -> list[Verdict]:
    told = corpus(A, B, W, HALF, DAILY, DAYS, YEARLY, TEXT, constraints=constraints)
    return [f.verdict for f in run(told, "declared")]


@pytest.mark.parametrize(
    ("constraint", "verdict"),
    [
        (Constraint("c", "sum", "w", ("a", "b")), Verdict.PASS),
        (Constraint("c", "sum", "w", ("a", "b"), Interval(1e5, 2e5)), Verdict.VIOLATE),
        (Constraint("c", "sum", "w", ("a",), Interval(0.5, 0.7), relative=True), Verdict.PASS),
        (Constraint("c", "sum", "w", ("a",), Interval(0, 0.5), relative=True), Verdict.VIOLATE),
        (Constraint("c", "share", "w", ("a", "s")), Verdict.PASS),
        (Constraint("c", "share", "w", ("s", "b")), Verdict.VIOLATE),
        (Constraint("c", "product", "y", ("d", "n")), Verdict.PASS),
        (Constraint("c", "product", "w", ("d", "n")), Verdict.VIOLATE),
        (Constraint("c", "equal", "", ("a", "b")), Verdict.VIOLATE),
        (Constraint("c", "equal", "a", ("b",)), Verdict.VIOLATE),
        (Constraint("c", "at_most", "w", ("a",)), Verdict.PASS),
        (Constraint("c", "at_most", "a", ("w",)), Verdict.VIOLATE),
        (Constraint("c", "disjoint", "", ("a", "b")), Verdict.PASS),
        (Constraint("c", "disjoint", "", ("a", "w")), Verdict.VIOLATE),
        (Constraint("c", "same", "", ("a", "b")), Verdict.VIOLATE),
    ],
)
def test_kinds(constraint: Constraint, verdict: Verdict) -> None:
    assert verdicts(constraint) == [verdict]


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("c", "sum", "w", ("a", "nobody")),
        Constraint("c", "sum", "nobody", ("a", "b")),
        Constraint("c", "sum", "w", ("a", "w")),
        Constraint("c", "sum", "w", ("a", "a")),
        Constraint("c", "sum", "w", ()),
        Constraint("c", "sum", "", ("a", "b")),
        Constraint("c", "sum", "w", ("a", "d")),
        Constraint("c", "sum", "w", ("a", "t")),
        Constraint("c", "equal", "", ("a", "d")),
        Constraint("c", "product", "w", ("a", "b")),
        Constraint("c", "share", "w", ("a", "b")),
        Constraint("c", "share", "w", ("a",)),
        Constraint("c", "same", "", ("a",)),
        Constraint("c", "guess", "w", ("a",)),
        Constraint("", "guess"),
    ],
)
def test_what_cannot_be_checked_is_said(constraint: Constraint) -> None:
    told = corpus(A, B, W, DAILY, TEXT, constraints=[constraint])
    found = the_one(run(told, "declared"))
    assert found.verdict is Verdict.INSUFFICIENT
    assert "cannot be checked" in found.explanation


def test_other_years_are_not_held_to_a_constraint() -> None:
    dated = say("a", "p0", 2e5, year=2020)
    told = corpus(dated, W, constraints=[Constraint("c", "at_most", "w", ("a",), year=2021)])
    assert the_one(run(told, "declared")).verdict is Verdict.INSUFFICIENT


def test_contradictory_declarations() -> None:
    same = Constraint("one", "same", parts=("a", "b"))
    apart = Constraint("two", "disjoint", parts=("b", "a"))
    added = Constraint("three", "sum", "w", ("a", "b"))
    told = corpus(A, B, W, constraints=[same, apart, added])
    words = [f.explanation for f in run(told, "declared") if f.verdict is Verdict.VIOLATE]
    assert sum("'one'" in w and "'two'" in w for w in words) == 1
    assert sum("'one'" in w and "'three'" in w for w in words) == 1


def test_circles_are_named() -> None:
    ring = [
        Constraint("1", "sum", "w", ("a",), Interval(0, math.inf)),
        Constraint("2", "sum", "a", ("b",), Interval(0, math.inf)),
        Constraint("3", "sum", "b", ("w",), Interval(0, math.inf)),
    ]
    found = [
        f for f in run(corpus(A, B, W, constraints=ring), "declared") if "circle" in f.explanation
    ]
    assert set(the_one(found).claims) == {"a", "b", "w"}


def test_reference_evidence_alone_is_not_on_trial() -> None:
    rows = [say(i, e, x, background=True) for i, e, x in (("a", "p0", 9.0), ("w", "arland", 1.0))]
    told = corpus(*rows, constraints=[Constraint("c", "at_most", "w", ("a",))])
    assert run(told, "declared") == []


ids = st.sampled_from(["a", "b", "w", "s", "d", "n", "t", "nobody", ""])


@given(
    st.lists(
        st.builds(
            Constraint,
            id=st.sampled_from(["1", "2", ""]),
            kind=st.sampled_from([*CONSTRAINT_KINDS, "guess"]),
            whole=ids,
            parts=st.lists(ids, max_size=4).map(tuple),
            relative=st.booleans(),
            year=st.none() | st.just(2020),
        ),
        max_size=6,
    )
)
def test_no_declaration_breaks_the_rule(constraints: list[Constraint]) -> None:
    for found in run(corpus(A, B, W, HALF, DAILY, DAYS, TEXT, constraints=constraints), "declared"):
        assert found.claims
