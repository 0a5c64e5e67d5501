"""Net imports and apparent use against the flows they are made of."""

from __future__ import annotations

import pytest

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.finding import Verdict
from orefield.evidence.rules.trade_balance import RULES
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, SourceKind, Stage

Q = Quantity


def flow(
    name: str, quantity: Quantity, kt: float, source: str = "s1", year: int = 2024
) -> Statement:
    stage = Stage.NONE if quantity is Q.USE else Stage.REFINED
    return Statement(
        id=name, source=source, subject="Landia", attribute=str(quantity),
        topic=Topic("land", quantity, "cu", stage), low=kt * 1e3, high=kt * 1e3, unit="t/y",
        shown=f"{kt} kt", rounding=500.0, basis=Basis.CONTAINED,
        resource_class=ResourceClass.ACTUAL, first_year=year, last_year=year,
    )  # fmt: skip


def judged(*statements: Statement) -> list[tuple[str, Verdict, tuple[str, ...]]]:
    sources = {s: Source(s, f"Text {s}", SourceKind.NEWS) for s in ("s1", "s2")}
    corpus = Corpus(statements, sources, Entities([Entity("land", "country", "Landia")]))
    return [(f.rule, f.verdict, f.blamed) for rule in RULES for f in rule.run(corpus)]


IMPORTS, EXPORTS = flow("i", Q.IMPORTS, 96), flow("e", Q.EXPORTS, 31)


def test_net_imports_follow_from_both_flows() -> None:
    assert judged(IMPORTS, EXPORTS, flow("n", Q.NET_IMPORTS, 65)) == [
        ("net-imports", Verdict.PASS, ())
    ]
    assert judged(IMPORTS, EXPORTS, flow("n", Q.NET_IMPORTS, 165, "s2")) == [
        ("net-imports", Verdict.VIOLATE, ("n",))
    ]


@pytest.mark.parametrize(("use", "verdict"), [(470, Verdict.PASS), (290, Verdict.VIOLATE)])
def test_use_is_output_and_trade(use: float, verdict: Verdict) -> None:
    found = judged(IMPORTS, EXPORTS, flow("p", Q.PRODUCTION, 405), flow("u", Q.USE, use, "s2"))
    assert [v for rule, v, _ in found if rule == "use-balance"] == [verdict]


def test_other_years_are_not_mixed() -> None:
    assert judged(IMPORTS, EXPORTS, flow("n", Q.NET_IMPORTS, 165, year=2023)) == []
