"""Owners told by several texts, and events of an expansion."""

from __future__ import annotations

from typing import Any

import pytest

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass

from .words_corpora import corpus, run, said, verdicts

SUM = "ownership-sum"
STATUS = "status-timeline"


def held(name: str, owner: str, share: float, **more: Any) -> Statement:
    fields = {"first_year": 2024, "last_year": 2024, "unit": "1", **more}
    return said(name, Quantity.OWNERSHIP, share, counterpart=owner, commodity="", **fields)


OWNERS = (held("a", "alpha", 0.6), held("b", "beta", 0.4))


def test_a_further_owner_in_another_text_is_too_much() -> None:
    assert Verdict.VIOLATE in verdicts(SUM, *OWNERS, held("c", "gamma", 0.25, source="s2"))


def test_another_share_of_one_owner_is_a_conflict_and_makes_too_much() -> None:
    found = verdicts(SUM, *OWNERS, held("c", "beta", 0.55, source="s2"))
    assert set(found) == {Verdict.TIE, Verdict.VIOLATE}


def test_a_share_that_was_sold_within_the_year_is_no_conflict() -> None:
    later = held("c", "beta", 0.1, source="s2", words="after the sale to Gamma")
    new = held("d", "gamma", 0.3, source="s2", words="acquired from Beta")
    assert {*verdicts(SUM, *OWNERS, later, new)} <= {Verdict.INSUFFICIENT}


def test_a_member_of_a_consortium_is_not_added_to_it() -> None:
    group = held("c", "?seaside consortium", 0.4)
    member = held("d", "?dockside", 0.1, source="s2")
    assert verdicts(SUM, held("a", "alpha", 0.6), group, member) == []


def test_two_names_for_one_share_are_not_added() -> None:
    told = (held("a", "alpha", 0.6), held("b", "?old name", 0.4))
    assert verdicts(SUM, *told, held("c", "?new name", 0.4, source="s2")) == []


@pytest.mark.parametrize(
    "attribute", ["stake of Dockside", "interest: Dockside", "持股比例：Dockside"]
)
def test_an_owner_that_no_table_knows_is_read_from_the_attribute(attribute: str) -> None:
    more = {"attribute": attribute, "source": "s2"}
    assert Verdict.VIOLATE in verdicts(SUM, *OWNERS, held("c", "", 0.25, **more))


def _event(name: str, event: str, year: int, **more: Any) -> Statement:
    fields = {"event": event, "first_year": year, "last_year": year, "date": str(year), **more}
    return said(name, Quantity.EVENT, float(year), of="?hill expansion", commodity="", **fields)


PLAN = {"resource_class": ResourceClass.PLAN}


def test_an_expansion_is_decided_before_it_produces() -> None:
    decided = _event("a", "approved", 2026, attribute="expansion, investment decision", **PLAN)
    good = _event("b", "production", 2028, attribute="expansion, first production", **PLAN)
    bad = _event("c", "production", 2025, attribute="expansion, first product", source="s2", **PLAN)
    assert verdicts(STATUS, decided, good) == []
    assert Verdict.VIOLATE in verdicts(STATUS, decided, bad)


def test_a_plan_that_was_moved_is_no_wrong_order() -> None:
    old = _event("a", "production", 2025, reported="2020-03-01", **PLAN)
    new = _event("b", "approved", 2026, reported="2024-03-01", source="s2", **PLAN)
    assert Verdict.VIOLATE not in verdicts(STATUS, old, new)


def test_shares_are_shown_as_they_are_told() -> None:
    found = run(SUM, corpus(*OWNERS, held("c", "gamma", 0.25, source="s2")))
    text = next(f.explanation for f in found if f.verdict is Verdict.VIOLATE)
    assert "125 %" in text
    assert "60 %" in text
