"""Contradictions that were found by hand, found again; identities that hold stay silent."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path
from typing import Any

import pytest

from orefield.commands.evidence import check_evidence, open_corpus
from orefield.evidence.rules.registry import check

FACTS = os.environ.get("OREFIELD_FACTS", "")
needs_facts = pytest.mark.skipif(not FACTS, reason="OREFIELD_FACTS names no folder of facts")

HEADER = [
    "id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
    "period", "qualifier", "paraphrase",
]  # fmt: skip


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return check_evidence(FACTS)[0]


def found(data: dict[str, Any], verdict: str) -> list[tuple[str, frozenset[str]]]:
    return [
        (f["rule"], frozenset(f["claims"])) for f in data["findings"] if f["verdict"] == verdict
    ]


@needs_facts
@pytest.mark.parametrize(
    ("rules", "claims"),
    [
        ({"share-identity"}, {"C027", "C028"}),
        ({"basis-gross-contained"}, {"C030", "C031"}),
        ({"capacity-identity", "unit-slip", "world-bound"}, {"C033"}),
        ({"sum-of-parts"}, {"C031", "C033", "C034", "C036", "C027"}),
        ({"double-count"}, {"C060"}),
        ({"class-words"}, {"C002"}),
        ({"sum-remainder"}, {"C040", "C041", "C042", "C043", "C044", "C045"}),
        ({"rate-type"}, {"C048"}),
        ({"document-logic"}, {"C049"}),
        ({"site-commodity"}, {"C052"}),
    ],
)
def test_what_was_found_by_hand_is_found(
    facts: dict[str, Any], rules: set[str], claims: set[str]
) -> None:
    assert any(r in rules and claims <= c for r, c in found(facts, "violate"))


@needs_facts
def test_nothing_else_is_called_a_contradiction(facts: dict[str, Any]) -> None:
    known = {
        "C002", "C027", "C028", "C030", "C031", "C033", "C034", "C036", "C040", "C041", "C042",
        "C043", "C044", "C045", "C048", "C049", "C050", "C052", "C060",
    }  # fmt: skip
    for verdict in ("violate", "tie"):
        for rule, claims in found(facts, verdict):
            assert claims <= known, (rule, claims)


@needs_facts
def test_growth_of_the_company_holds_and_is_silent(facts: dict[str, Any]) -> None:
    company = {"C017", "C018", "C019", "C020", "C021", "C022"}
    assert not [f for f in facts["findings"] if set(f["claims"]) & company]
    assert any(
        f["rule"] in {"growth-identity", "derived-arithmetic"} and set(f["claims"]) & company
        for f in facts["passes"]
    )


def corpus(folder: Path, *rows: tuple[object, ...]) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
    (folder / "sources.csv").write_text(
        "id,title,publisher,published,hops,note\n"
        + "".join(f"{s},Text {s},News {s},2026-01-25,1,\n" for s in "ABCDE"),
        "utf-8",
    )
    return folder


def test_a_wire_makes_copper_of_ore_and_a_headline_years_of_days(tmp_path: Path) -> None:
    data = check_evidence(
        corpus(
            tmp_path / "c",
            ("W1", "A", "2026-01-23", "Julong mine", "copper output after the expansion", 350000,
             350000, "t/d", "2026", "exact", "wire text"),
            ("W2", "B", "2026-01-24", "Julong mine", "expansion of ore processing capacity to",
             350000, 350000, "t/y", "2026", "exact", "headline"),
            ("W3", "B", "2026-01-24", "Julong mine", "ore processing capacity", 128, 128, "Mt/y",
             "2026", "about", "after phase 2"),
        )
    )[0]  # fmt: skip
    bad = found(data, "violate")
    assert any("W1" in c for _, c in bad)
    assert ("unit-slip", frozenset({"W2", "W3"})) in bad


def test_a_later_plan_supersedes_and_does_not_conflict(tmp_path: Path) -> None:
    data = check_evidence(
        corpus(
            tmp_path / "c",
            ("Z1", "D", "2023-08-21", "Zhunuo", "planned ore capacity", 24, 24, "Mt/y", "2023-08",
             "plan", "first plan"),
            ("Z2", "D", "2023-08-21", "Zhunuo", "planned copper output", 99, 99, "kt/y",
             "2023-08", "plan", "first plan"),
            ("Z3", "E", "2024-10-21", "Zhunuo", "planned ore capacity", 18, 18, "Mt/y", "2024-10",
             "plan", "approved"),
            ("Z4", "E", "2024-10-21", "Zhunuo", "planned copper output", 76, 76, "kt/y",
             "2024-10", "plan", "approved"),
        )
    )[0]  # fmt: skip
    old = found(data, "superseded")
    assert ("superseded", frozenset({"Z1", "Z3"})) in old
    assert ("superseded", frozenset({"Z2", "Z4"})) in old
    assert not found(data, "violate")
    assert not found(data, "tie")


def test_recycled_metals_add_up(tmp_path: Path) -> None:
    parts = [("copper", 3.85), ("aluminium", 9.5), ("lead", 2.95), ("zinc", 1.3)]
    rows = [
        (f"R{i}", "C", "2024-05-01", "China", f"recycled {metal} output", mt, mt, "Mt", "2023",
         "exact", "")
        for i, (metal, mt) in enumerate(parts)
    ]  # fmt: skip
    total = ("R9", "C", "2024-05-01", "China recycled metal", "output", 17.6, 17.6, "Mt", "2023",
             "exact", "total")  # fmt: skip
    data = check_evidence(corpus(tmp_path / "c", *rows, total))[0]
    assert not found(data, "violate")
    assert not found(data, "tie")


@pytest.mark.slow
def test_a_thousand_claims_are_judged_in_about_a_second(tmp_path: Path) -> None:
    # the bar is 1 s on an idle core; the test only catches what grows with the square
    rows = []
    for i in range(1000):
        year, mine = 2000 + i % 25, f"Mine {i // 25}"
        rows.append((f"K{i}", "ABCDE"[i % 5], "2026-01-25", mine, "copper output", 10 + i % 7,
                     "", "kt", year, "about", ""))  # fmt: skip
    corpus_, _ = open_corpus(corpus(tmp_path / "c", *rows))
    started = time.perf_counter()
    check(corpus_)
    assert time.perf_counter() - started < 10.0
