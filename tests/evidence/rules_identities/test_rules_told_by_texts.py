"""What a corpus tells of itself: places, parts by name, lists, shares of what is listed."""

# ruff: noqa: E501 - tables of rows, one a line

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orefield.evidence.assemble import corpus_of_folder
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.folder import read_folder
from orefield.evidence.rules.registry import check

WRONG = {Verdict.VIOLATE, Verdict.TIE}
_HEAD = ("id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
         "period", "qualifier", "paraphrase")  # fmt: skip

Row = tuple[str, ...]


def corpus(folder: Path, *rows: Row) -> Corpus:
    """Rows of subject, attribute, number, unit, and if told period, qualifier, words, source."""
    usual = ("", "", "", "", "2024", "exact", "As told", "S1")
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEAD)
        for i, row in enumerate(rows):
            subject, attribute, number, unit, period, hedge, words, source = (
                *row,
                *usual[len(row) :],
            )
            writer.writerow((f"X{i}", source, "2025-05-01", subject, attribute, number, number,
                             unit, period, hedge, words))  # fmt: skip
    (folder / "sources.csv").write_text(
        "id,title,publisher,published,hops,note\n"
        "S1,Yearbook,Bureau,2025-05-01,0,\nS2,Page,Club,2025-05-02,1,\n",
        encoding="utf-8",
    )
    return corpus_of_folder(read_folder(folder))


def wrong(folder: Path, *rows: Row) -> list[Finding]:
    return [f for f in check(corpus(folder, *rows)).findings if f.verdict in WRONG]


def accused(folder: Path, *rows: Row) -> set[str]:
    return {i for f in wrong(folder, *rows) for i in f.claims}


def test_a_place_is_located_by_the_words_of_its_row(tmp_path: Path) -> None:
    told = corpus(
        tmp_path,
        ("Obira island", "mine nickel production", "40", "kt Ni", "2024", "exact", "Obira island lies in Indonesia"),
        ("Kostavar oblast", "mine zinc production", "30", "kt Zn", "2024", "exact", "Oblast"),
        ("Kazakhstan", "mine zinc production", "300", "kt Zn", "2024", "exact", "Nation", "S2"),
        ("Ridge mine, Chile", "copper output", "90", "kt Cu", "2024", "exact", "Mine", "S2"),
    )  # fmt: skip
    parents = {e.name_en: e.parent for e in told.entities if e.id.startswith("?")}
    assert parents["Obira island"] == "indonesia"
    assert parents["Ridge mine, Chile"] == "chile"


def test_an_oblast_lies_in_the_one_country_of_its_text(tmp_path: Path) -> None:
    rows = [
        ("Kazakhstan", "mine zinc production", "300", "kt Zn"),
        ("Kostavar oblast", "mine zinc production", "210", "kt Zn"),
        ("Arkabai oblast", "mine zinc production", "150", "kt Zn"),
        ("Temirtas oblast", "mine zinc production", "60", "kt Zn"),
    ]
    assert accused(tmp_path, *rows) == {"X0", "X1", "X2", "X3"}
    assert wrong(tmp_path, ("Kazakhstan", "mine zinc production", "430", "kt Zn"), *rows[1:]) == []


def test_what_a_list_leaves_over_is_no_nation(tmp_path: Path) -> None:
    rows = [
        ("Peru", "mine zinc output", "1270", "kt Zn"),
        ("Áncash", "mine zinc output", "520", "kt Zn"),
        ("Junín", "mine zinc output", "310", "kt Zn"),
        ("Peru, other regions", "mine zinc output", "440", "kt Zn"),
    ]
    assert wrong(tmp_path, *rows) == []


def test_batches_are_parts_of_their_quota(tmp_path: Path) -> None:
    rows = [
        ("China", "tungsten concentrate quota", "110", "kt (gross concentrate)"),
        ("China", "tungsten concentrate quota, first batch", "60", "kt (gross concentrate)"),
        ("China", "tungsten concentrate quota, second batch", "50", "kt (gross concentrate)"),
        ("Jiangxi", "tungsten concentrate quota", "41", "kt (gross concentrate)"),
        ("Hunan", "tungsten concentrate quota", "28", "kt (gross concentrate)"),
    ]
    assert wrong(tmp_path, *rows) == []


@pytest.mark.parametrize(("told", "bad"), [("115", False), ("141", True)])
def test_a_figure_of_two_mines_together_is_their_sum(tmp_path: Path, told: str, bad: bool) -> None:
    rows = [
        ("Ulwazi mine", "mined cobalt", "31", "kt Co"),
        ("Senga mine", "mined cobalt", "84", "kt Co"),
        ("Lomba Metals", "mined cobalt (Ulwazi and Senga together)", told, "kt Co"),
    ]
    assert (accused(tmp_path, *rows) == {"X0", "X1", "X2"}) is bad


@pytest.mark.parametrize(("share", "bad"), [("100", True), ("61", False)])
def test_a_list_said_to_be_complete(tmp_path: Path, share: str, bad: bool) -> None:
    rows = [
        ("Bolivia", "tin mine production", "18.0", "kt Sn"),
        ("Bolivia, Llano mine", "tin mine production", "6.0", "kt Sn"),
        ("Bolivia, Colca mine", "tin mine production", "5.0", "kt Sn"),
        (
            "Bolivia tin producers (Llano, Colca)",
            "share of national tin mine production",
            share,
            "%",
        ),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad


@pytest.mark.parametrize(("imports", "bad"), [("55", False), ("160", True)])
def test_imports_beside_a_share_that_own_output_covers(
    tmp_path: Path, imports: str, bad: bool
) -> None:
    rows = [
        ("Turkey", "chrome ore production", "60", "Mt"),
        ("Turkey", "share of chrome ore demand covered by domestic mines", "60", "%"),
        ("Turkey", "chrome ore imports", imports, "Mt"),
    ]
    found = [f for f in wrong(tmp_path, *rows) if f.rule == "share-identity"]
    assert bool(found) is bad


@pytest.mark.parametrize(("rhodium", "bad"), [("9", False), ("19", True)])
def test_a_split_makes_up_its_whole(tmp_path: Path, rhodium: str, bad: bool) -> None:
    rows = [
        ("Sable ore", "prill split, platinum", "60", "%"),
        ("Sable ore", "prill split, palladium", "30", "%"),
        ("Sable ore", "prill split, rhodium", rhodium, "%"),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad


@pytest.mark.parametrize(("part", "bad"), [("38", False), ("69", True)])
def test_shares_by_the_words_that_tell(tmp_path: Path, part: str, bad: bool) -> None:
    rows = [
        ("Ghana", "mine gold production", "130", "t Au"),
        ("Ghana", "artisanal gold production", "50", "t Au"),
        ("Ghana", "artisanal share of mined gold", part, "%"),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad


@pytest.mark.parametrize(("part", "bad"), [("120", False), ("195", True)])
def test_one_partner_within_all(tmp_path: Path, part: str, bad: bool) -> None:
    rows = [
        ("China", "bauxite imports", "159", "Mt"),
        ("China", "bauxite imports from Guinea", part, "Mt"),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad


def test_namesakes_are_told_apart_by_their_country(tmp_path: Path) -> None:
    rows = [
        ("San Telmo (Yauli, Peru)", "mine zinc output", "48", "kt Zn"),
        ("San Telmo (Oruro, Bolivia)", "mine zinc output", "210", "kt Zn"),
    ]
    assert wrong(tmp_path, *rows) == []


@pytest.mark.parametrize(("growth", "bad"), [("29", False), ("8", True)])
def test_growth_of_figures_that_are_all_hedged(tmp_path: Path, growth: str, bad: bool) -> None:
    rows = [
        ("DR Congo", "mine cobalt production", "172", "kt Co", "2023", "about"),
        ("DR Congo", "mine cobalt production", "222", "kt Co", "2024", "about"),
        ("DR Congo", "mine cobalt production growth", growth, "% y/y", "2024 v 2023"),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad


def test_halves_of_a_fiscal_year(tmp_path: Path) -> None:
    rows = [
        ("Umlilo Platinum", "4E output", "780", "koz", "FY2025 (to June)"),
        ("Umlilo Platinum", "4E output", "410", "koz", "H1 FY2025 (Jul-Dec 2024)"),
        ("Umlilo Platinum", "4E output", "420", "koz", "H2 FY2025 (Jan-Jun 2025)"),
    ]
    assert accused(tmp_path, *rows) == {"X0", "X1", "X2"}


def test_a_month_is_no_year(tmp_path: Path) -> None:
    rows = [
        ("China", "refined copper output", "1.24", "Mt", "2024-12"),
        ("China", "refined copper output", "6.56", "Mt", "2024H1"),
        ("Jiangxi", "refined copper output", "2.1", "Mt", "2024"),
    ]
    assert wrong(tmp_path, *rows) == []


def test_a_figure_with_a_concentrate_grade_beside_it_is_no_riddle(tmp_path: Path) -> None:
    rows = [
        ("China", "mine copper production", "1.8", "Mt Cu"),
        ("Inner Mongolia", "share of national copper output", "12", "%"),
        ("Inner Mongolia", "copper concentrate output", "0.98", "Mt (gross concentrate)"),
        ("Inner Mongolia", "copper grade of concentrate", "22", "% Cu"),
    ]
    assert wrong(tmp_path, *rows) == []
    assert {f.rule for f in wrong(tmp_path, *rows[:3])} == {"basis-gross-contained"}


@pytest.mark.parametrize(("yearly", "bad"), [("45", True), ("330", False)])
def test_one_product_by_the_day_and_by_the_year(tmp_path: Path, yearly: str, bad: bool) -> None:
    rows = [
        ("Tanjung smelter", "nickel pig iron capacity", "45", "kt/d (gross)", "undated"),
        (
            "Tanjung smelter",
            "nickel pig iron capacity",
            yearly,
            "kt/y (gross)",
            "2024",
            "exact",
            "As told",
            "S2",
        ),
    ]
    assert bool(wrong(tmp_path, *rows)) is bad
