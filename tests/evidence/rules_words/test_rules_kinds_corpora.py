"""Kinds of contradiction and of honest difference, in corpora as people write them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from orefield.evidence.assemble import corpus_of_folder
from orefield.evidence.folder import read_folder
from orefield.evidence.rules.registry import check

HEADER = [
    "id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
    "period", "qualifier", "paraphrase",
]  # fmt: skip
DATES = {"A": "2024-02-10", "B": "2025-03-20", "C": "2025-09-01"}


def findings(folder: Path, *rows: tuple[Any, ...]) -> list[tuple[str, str, frozenset[str]]]:
    """Findings of rows: id, source, subject, attribute, value, unit, period, qualifier, words."""
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for i, source, subject, attribute, value, unit, period, qualifier, words in rows:
            writer.writerow(
                (i, source, DATES[source], subject, attribute, value, value, unit, period,
                 qualifier, words)
            )  # fmt: skip
    (folder / "sources.csv").write_text(
        "id,title,publisher,published,hops,note\n"
        + "".join(f"{s},Text {s},House {s},{day},1,\n" for s, day in DATES.items()),
        "utf-8",
    )
    found = check(corpus_of_folder(read_folder(folder), background=[])).findings
    return [(f.rule, str(f.verdict), frozenset(f.claims)) for f in found]


def bad(found: list[tuple[str, str, frozenset[str]]]) -> list[frozenset[str]]:
    return [claims for _, verdict, claims in found if verdict in {"violate", "tie"}]


PLAN = ("p", "A", "Tarn Hill mine", "first production", 2028, "year", "2028", "planned", "Start")


def test_output_before_the_planned_start(tmp_path: Path) -> None:
    out = ("o", "A", "Tarn Hill mine", "copper output", 38, "kt Cu/y", "2023", "exact", "")
    assert frozenset("po") in bad(findings(tmp_path, PLAN, out))


def test_a_mine_that_ran_before_may_plan_a_new_start(tmp_path: Path) -> None:
    out = ("o", "A", "Tarn Hill mine", "copper output", 38, "kt Cu/y", "2023", "exact", "")
    again = ("q", "B", "Tarn Hill mine", "copper output", 35, "kt Cu/y", "2022", "exact", "")
    assert not bad(findings(tmp_path, PLAN, out, again))


@pytest.mark.parametrize(("unit", "slip"), [("kt/d", True), ("Mt/y", False)])
def test_one_number_by_the_day_and_by_the_year(tmp_path: Path, unit: str, slip: bool) -> None:
    a = ("a", "A", "Tarn Hill mine", "throughput", 90, unit, "2024", "planned", "Design")
    b = ("b", "B", "Tarn Hill mine", "throughput", 90, "Mt/y", "2024", "planned", "Design")
    assert (frozenset("ab") in bad(findings(tmp_path, a, b))) is slip


def test_a_daily_and_a_yearly_rate_that_agree(tmp_path: Path) -> None:
    a = ("a", "A", "Tarn Hill mine", "throughput", 90, "kt/d", "2024", "planned", "")
    b = ("b", "B", "Tarn Hill mine", "throughput", 31, "Mt/y", "2024", "planned", "")
    assert not bad(findings(tmp_path, a, b))


def test_one_number_of_two_metals(tmp_path: Path) -> None:
    a = ("a", "A", "Tarn Hill mine", "tin production", 17.3, "kt Sn/y", "2024", "exact", "")
    b = ("b", "B", "Tarn Hill mine", "cobalt production", 17.3, "kt Co/y", "2024", "exact", "")
    assert ("metal-mixup", "tie", frozenset("ab")) in findings(tmp_path, a, b)


def test_a_round_number_of_two_metals_may_be_chance(tmp_path: Path) -> None:
    a = ("a", "A", "Tarn Hill mine", "lead production", 20, "kt Pb/y", "2024", "exact", "")
    b = ("b", "B", "Tarn Hill mine", "zinc production", 20, "kt Zn/y", "2024", "exact", "")
    assert not bad(findings(tmp_path, a, b))


def test_two_main_products(tmp_path: Path) -> None:
    a = ("a", "A", "Tarn Hill mine", "main product", "", "qualitative", "2024", "copper", "")
    b = ("b", "B", "Tarn Hill mine", "main product", "", "qualitative", "2024", "bauxite", "")
    assert frozenset("ab") in bad(findings(tmp_path, a, b))
    c = ("c", "B", "Tarn Hill mine", "main product", "", "qualitative", "2024",
         "copper; by-product gold", "")  # fmt: skip
    assert not bad(findings(tmp_path, a, c))


@pytest.mark.parametrize(("each", "above"), [(0.9, True), (0.75, False)])
def test_provinces_of_two_texts_against_their_nation(
    tmp_path: Path, each: float, above: bool
) -> None:
    rows = [
        (f"p{i}", "BC"[i % 2], name, "nickel mine production", each, "Mt Ni/y", "2024", "exact", "")
        for i, name in enumerate(("Central Sulawesi", "North Maluku", "Southeast Sulawesi"))
    ]
    nation = ("n", "A", "Indonesia", "nickel mine production", 2.2, "Mt Ni/y", "2024", "exact", "")
    whole = frozenset({"n", "p0", "p1", "p2"})
    assert (whole in bad(findings(tmp_path, *rows, nation))) is above


def test_total_of_primary_and_recycled_is_no_part(tmp_path: Path) -> None:
    a = ("a", "A", "Norr Aluminium", "primary aluminium production", 620, "kt", "2024", "exact", "")
    b = ("b", "A", "Norr Aluminium", "total metal production, primary and recycled", 730, "kt",
         "2024", "exact", "")  # fmt: skip
    assert not bad(findings(tmp_path, a, b))


def test_self_sufficient_and_net_importer(tmp_path: Path) -> None:
    a = ("a", "A", "Germany", "self-sufficiency in refined copper", 110, "%", "2023", "exact", "")
    b = ("b", "A", "Germany", "net imports of refined copper", 0.3, "Mt Cu/y", "2023", "exact", "")
    assert frozenset("ab") in bad(findings(tmp_path, a, b))
    # a ratio of output to use may be above all of it
    assert not bad(findings(tmp_path, a))


def test_plans_of_two_months_and_a_final_figure_supersede(tmp_path: Path) -> None:
    rows = [
        ("a", "A", "Gull Tin Group", "refined tin output plan", 90, "kt Sn/y", "2026", "planned",
         "Plan of March"),
        ("b", "B", "Gull Tin Group", "refined tin output plan", 86, "kt Sn/y", "2026", "planned",
         "Plan of August, lowered"),
        ("c", "A", "Tarn Hill project", "capital cost", 480, "million AUD", "2024-02", "estimate",
         "First study"),
        ("d", "B", "Tarn Hill project", "capital cost", 655, "million AUD", "2025-03", "estimate",
         "Definitive study"),
    ]  # fmt: skip
    found = findings(tmp_path, *rows)
    gone = {claims for _, verdict, claims in found if verdict == "superseded"}
    assert {frozenset("ab"), frozenset("cd")} <= gone
    assert not bad(found)


def test_a_list_that_holds_one_name_twice(tmp_path: Path) -> None:
    row = ("a", "A", "Tarn projects", "count", 3, "count", "2024",
           "Tarn; Tarn East; Tarn Copper Mine", "Three listed")  # fmt: skip
    assert ("double-count", "violate", frozenset("a")) in findings(tmp_path, row)
