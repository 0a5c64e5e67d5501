"""Utilisation against output and capacity, and announcements against a modelled plan."""

from __future__ import annotations

import pytest

from orefield.evidence.announced import announced_against
from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Verdict
from orefield.evidence.rules.utilisation import RULES
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, SourceKind, Stage

V = Verdict


def said(
    name: str,
    quantity: Quantity,
    low: float,
    high: float | None = None,
    *,
    cls: ResourceClass = ResourceClass.ACTUAL,
    attribute: str = "",
    background: bool = False,
) -> Statement:
    share = quantity is Quantity.OTHER
    return Statement(
        id=name, source="s", subject="Hill", attribute=attribute or str(quantity),
        topic=Topic("hill", quantity, "cu", Stage.MINE), low=low,
        high=low if high is None else high, unit="1" if share else "t/y", shown=f"{low:g}",
        rounding=0.005 if share else 500.0, basis=Basis.CONTAINED, resource_class=cls,
        first_year=2026, last_year=2026, background=background,
    )  # fmt: skip


def corpus(*statements: Statement) -> Corpus:
    sources = {"s": Source("s", "Text", SourceKind.NEWS)}
    return Corpus(statements, sources, Entities([Entity("hill", "mine", "Hill")]))


OUTPUT = said("o", Quantity.PRODUCTION, 82e3)
CAPACITY = said("c", Quantity.CAPACITY, 100e3, cls=ResourceClass.CAPACITY)


@pytest.mark.parametrize(("told", "verdict"), [(0.82, V.PASS), (0.55, V.VIOLATE)])
def test_utilisation_is_output_over_capacity(told: float, verdict: Verdict) -> None:
    rate = said("u", Quantity.OTHER, told, attribute="capacity utilisation rate")
    (found,) = RULES[0].run(corpus(OUTPUT, CAPACITY, rate))
    assert (found.verdict, found.claims) == (verdict, ("o", "c", "u"))
    assert "82 %" in found.explanation


def test_another_percentage_is_no_utilisation() -> None:
    other = said("u", Quantity.OTHER, 0.55, attribute="moisture")
    assert list(RULES[0].run(corpus(OUTPUT, CAPACITY, other))) == []


@pytest.mark.parametrize(
    ("told_t", "verdict"), [(270e3, V.PASS), (300e3, V.INSUFFICIENT), (900e3, V.VIOLATE)]
)
def test_what_is_announced_is_held_against_the_modelled_plan(
    told_t: float, verdict: Verdict
) -> None:
    plan = said("m", Quantity.PRODUCTION, 245e3, 290e3, cls=ResourceClass.PLAN, background=True)
    claim = said("a", Quantity.PRODUCTION, told_t, cls=ResourceClass.PLAN)
    (found,) = announced_against(corpus(claim), [plan])
    assert (found.verdict, found.claims, found.background) == (verdict, ("a",), ("m",))
    assert "245-290 kt/y (P10-P90" in found.explanation


def test_a_capacity_below_the_plan_is_judged_by_its_upper_side_alone() -> None:
    plan = said("m", Quantity.PRODUCTION, 245e3, 290e3, cls=ResourceClass.PLAN, background=True)
    large = said("a", Quantity.CAPACITY, 100e3, cls=ResourceClass.CAPACITY)
    (found,) = announced_against(corpus(large), [plan])
    assert found.verdict is V.PASS
