"""Quarters and halves against longer parts of the year."""

from __future__ import annotations

import pytest

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.part_years import RULES
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, SourceKind, Stage

(RULE,) = RULES


def part(name: str, kt: float, months: str, source: str = "s1", **more: object) -> Statement:
    quantity = Quantity.OTHER if months else Quantity.PRODUCTION
    return Statement(
        id=name,
        source=source,
        subject="Hill",
        attribute="copper output",
        topic=Topic("hill", quantity, "cu", Stage.MINE),
        low=kt * 1e3,
        high=kt * 1e3,
        unit="t" if months else "t/y",
        shown=f"{kt} kt",
        rounding=50.0,
        basis=Basis.CONTAINED,
        resource_class=ResourceClass.ACTUAL,
        first_year=2025,
        last_year=2025,
        part_of_year=months,
        measured=Quantity.PRODUCTION,
        **more,  # type: ignore[arg-type]
    )


def run(*statements: Statement) -> list[Finding]:
    sources = {s: Source(s, f"Text {s}", SourceKind.NEWS) for s in ("s1", "s2")}
    entities = Entities([Entity("hill", "mine", "Hill")])
    return list(RULE.run(Corpus(statements, sources, entities)))


def alarms(*statements: Statement) -> list[tuple[Verdict, tuple[str, ...]]]:
    bad = {Verdict.VIOLATE, Verdict.TIE}
    return [(f.verdict, f.claims) for f in run(*statements) if f.verdict in bad]


def test_parts_that_add_up_pass() -> None:
    found = run(part("h", 14.3, "H1"), part("q", 9.1, "Q3"), part("n", 23.4, "M01-M09"))
    assert {f.verdict for f in found} == {Verdict.PASS}
    assert any("14.3 kt (H1 2025) + 9.1 kt (Q3 2025) = 23.4 kt" in f.explanation for f in found)


def test_a_quarter_above_nine_months() -> None:
    found = alarms(part("q", 29.1, "Q3", "s2"), part("n", 23.4, "M01-M09"))
    assert found == [(Verdict.VIOLATE, ("q", "n"))]


def test_halves_that_do_not_make_the_year() -> None:
    found = alarms(part("a", 10.0, "H1"), part("b", 12.0, "H2"), part("y", 25.0, ""))
    assert (Verdict.VIOLATE, ("a", "b", "y")) in found


def test_two_texts_on_one_quarter() -> None:
    assert alarms(part("a", 9.1, "Q3"), part("b", 29.1, "Q3", "s2")) == [(Verdict.TIE, ("a", "b"))]
    assert alarms(part("a", 9.1, "Q3"), part("b", 9.1, "Q3", "s2")) == []


@pytest.mark.parametrize("months", ["Q5", "M13-M99", "", "H1"])
def test_a_lone_part_says_nothing(months: str) -> None:
    assert alarms(part("a", 9.1, months)) == []
