"""The ledger holds together, and grows by an overlay without losing a claim in silence."""

from __future__ import annotations

from typing import Any

import pytest

from orefield.core.errors import EvidenceError
from orefield.evidence import (
    Claim,
    Entities,
    Entity,
    Evidence,
    Mark,
    SigmaClass,
    Source,
    SourceKind,
)

REPORT = Source("report", "Annual report", SourceKind.COMPANY)
NEWS = Source("news", "News", SourceKind.NEWS, where="sources.csv:3")
HILL = Entity("hill", "mine", "Hill")


def make(claim_id: str, **changes: Any) -> Claim:
    given: dict[str, Any] = {
        "id": claim_id,
        "subject": "Hill",
        "entity": "hill",
        "attribute": "cu_grade",
        "source": "report",
        "low": 0.5,
        "unit": "%",
        "sigma_class": SigmaClass.A,
        "where": "claims.csv:9",
    }
    return Claim(**(given | changes))


def ledger(*claims: Claim) -> Evidence:
    return Evidence((REPORT, NEWS), Entities([HILL]), claims)


def test_lookups() -> None:
    a, b = make("a"), make("b", attribute="ore", supersedes=("a",))
    lost = make("c", entity="", subject="Jianda", mark=Mark.DERIVED)
    evidence = ledger(a, b, lost)
    assert evidence.claim("a") is a
    assert evidence.source("report") is REPORT
    assert evidence.about("hill") == (a, b)
    assert evidence.about("hill", "ore") == (b,)
    assert evidence.about("hill", "nothing") == ()
    assert evidence.superseded_by("a") is b
    assert evidence.superseded_by("b") is None
    assert evidence.unresolved() == (lost,)
    assert evidence.counts_by_mark() == {Mark.READ: 2, Mark.DERIVED: 1, Mark.RECALL: 0}
    assert evidence.choose("hill", "ore").chosen is b
    for find in (evidence.claim, evidence.source):
        with pytest.raises(EvidenceError, match="has the id 'z'"):
            find("z")


@pytest.mark.parametrize(
    ("claims", "what", "column"),
    [
        ([make("a", source="z")], "unknown source 'z'", "source"),
        ([make("a", entity="z")], "unknown entity 'z'", "entity"),
        ([make("a", supersedes=("z",))], "unknown claim 'z'", "supersedes"),
        ([make("a"), make("a", low=1.0)], "'a' stands twice", "id"),
        ([make("a", source="news")], "better than its source", "sigma_class"),
        ([make("a", supersedes=("a",))], "a > a", "supersedes"),
        (
            [
                make("a", supersedes=("b",)),
                make("b", supersedes=("d", "c")),
                make("c", supersedes=("a",)),
                make("d"),
            ],
            "a > b > c > a",
            "supersedes",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(
    claims: list[Claim], what: str, column: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        ledger(*claims)
    assert what in caught.value.what
    assert caught.value.where == f"claims.csv:9, column '{column}'"


def test_two_claims_may_supersede_the_same_one() -> None:
    evidence = ledger(make("a"), make("b", supersedes=("a",)), make("c", supersedes=("a", "b")))
    assert evidence.choose("hill", "cu_grade").chosen.id == "c"


def test_a_long_chain_of_editions_needs_no_deep_stack() -> None:
    chain = [make("0")] + [make(str(i), supersedes=(str(i - 1),)) for i in range(1, 3000)]
    assert ledger(*reversed(chain)).choose("hill", "cu_grade").chosen.id == "2999"


def test_an_overlay_adds_and_replaces_what_it_supersedes() -> None:
    base = ledger(make("a"), make("b"))
    vale = Entity("vale", "mine", "Vale")
    own = Source("own", "Own survey", SourceKind.COMPANY)
    new = make("a", low=0.7, supersedes=("a",))
    extra = make("z", entity="vale", source="own")
    grown = base.extended(sources=[own, REPORT], entities=[vale], claims=[new, extra, make("b")])
    assert [c.id for c in grown.claims] == ["a", "b", "z"]
    assert grown.claim("a").low == 0.7
    assert grown.claim("a").supersedes == ()
    assert "vale" in grown.entities
    assert base.claim("a").low == 0.5
    assert base.extended().claims == base.claims


@pytest.mark.parametrize(
    ("overlay", "what"),
    [
        ({"claims": [make("a", low=0.7)]}, "claim 'a' is already there and differs"),
        ({"claims": [make("n", supersedes=("n",))]}, "supersedes itself"),
        ({"claims": [make("n"), make("n")]}, "'n' stands twice"),
        ({"claims": [make("n", source="z")]}, "unknown source 'z'"),
        ({"sources": [Source("report", "Other", SourceKind.NEWS)]}, "source 'report' is already"),
        ({"entities": [Entity("hill", "river", "Hill")]}, "entity 'hill' is already"),
        ({"entities": [Entity("vale", "mine", "Vale", parent="z")]}, "parent 'z'"),
    ],
)
def test_an_overlay_cannot_change_what_is_there_in_silence(
    overlay: dict[str, list[Any]], what: str
) -> None:
    with pytest.raises(EvidenceError, match=what):
        ledger(make("a")).extended(**overlay)
