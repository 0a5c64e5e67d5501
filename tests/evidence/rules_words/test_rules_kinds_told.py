"""Kinds of contradiction in ranks, status, logic and names, as rows of a folder tell them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from orefield.evidence.assemble import corpus_of_folder
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.folder import read_folder
from orefield.evidence.rules.registry import check

HEAD = (
    "id", "source", "subject", "attribute", "value_low", "value_high", "unit", "period",
    "qualifier", "paraphrase",
)  # fmt: skip
ALARMS = (Verdict.VIOLATE, Verdict.TIE)


def told(
    folder: Path, rows: tuple[str, ...], publishers: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Findings on rows "source|subject|attribute|value|unit|period|qualifier|paraphrase"."""
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEAD)
        for i, row in enumerate(rows):
            cells = [*row.split("|"), "", "", "", ""]
            table.writerow((f"R{i + 1}", *cells[:3], cells[3], *cells[3:8]))
    with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "title", "publisher", "published", "hops", "note"))
        for name in dict.fromkeys(row.split("|")[0] for row in rows):
            publisher = (publishers or {}).get(name, "a newspaper")
            table.writerow((name, f"Text {name}", publisher, "2025-06-01", 0, ""))
    return check(corpus_of_folder(read_folder(folder))).findings


def alarms(folder: Path, rows: tuple[str, ...], rule: str = "", **more: str) -> list[set[str]]:
    found = told(folder, rows, more)
    return [set(f.claims) for f in found if f.verdict in ALARMS and f.rule == (rule or f.rule)]


LEVELS = (
    "A|Peru|copper mine production|2.7|Mt|2024",
    "A|Chile|copper mine production|5.3|Mt|2024",
    "A|DR Congo|copper mine production|3.1|Mt|2024",
    "A|Zambia|copper mine production|0.7|Mt|2024",
)


@pytest.mark.parametrize(
    ("rows", "members"),
    [
        ((*LEVELS, "B|Zambia|rank in mined copper|3|rank|2024|third in the world"), 5),
        (
            (
                "A|India|copper concentrate imports from Chile|300|kt|2023",
                "A|India|copper concentrate imports from Peru|120|kt|2023",
                "B|Peru|rank as source of India's copper concentrate imports|1|rank|2023|largest",
            ),
            3,
        ),
        (
            (
                "A|Zambia|cobalt exports to China|3|kt Co|2023",
                "A|Zambia|cobalt exports to Japan|9|kt Co|2023",
                "B|China|rank as buyer of Zambia's cobalt exports|1|rank|2023|largest",
            ),
            3,
        ),
        (
            (
                "A|中国|自印度尼西亚进口铝土矿|30|万吨|2023",
                "A|中国|自几内亚进口铝土矿|3000|万吨|2023",
                "B|印度尼西亚|中国铝土矿最大来源国排名|1|rank|2023|第一",
            ),
            3,
        ),
        (
            (
                "A|Peru|share of world silver mine output|14|%|2024",
                "A|Mexico|share of world silver mine output|24|%|2024",
                "B|Peru|rank in silver mine output|1|rank|2024|first in the world",
            ),
            3,
        ),
        (
            (
                "A|Blue Fork|gold production|126.7|koz|2024",
                "A|Tall Pine|gold production|84|koz|2024",
                "B|Tall Pine|rank among Arctos Gold's mines|1|rank|2024|largest",
            ),
            3,
        ),
    ],
)
def test_a_place_leaves_room_for_those_ahead(
    tmp_path: Path, rows: tuple[str, ...], members: int
) -> None:
    found = alarms(tmp_path, rows, "rank-places", A="Arctos Gold Ltd")
    assert [len(claims) for claims in found] == [members]


@pytest.mark.parametrize(
    "rows",
    [
        (*LEVELS, "B|DR Congo|rank in mined copper|2|rank|2024|second in the world"),
        (*LEVELS, "B|Zambia|rank in mined copper|3|rank|2019|third in the world"),
        (
            "A|India|copper concentrate imports from Chile|300|kt|2023",
            "A|India|copper concentrate imports from Peru|120|kt|2023",
            "B|Peru|rank as source of Japan's copper concentrate imports|1|rank|2023|largest",
        ),
        (
            "A|Blue Fork|gold production|126.7|koz|2024",
            "A|Tall Pine|gold production|84|koz|2024",
            "B|Tall Pine|rank among Other House's mines|1|rank|2024|largest",
        ),
    ],
)
def test_a_place_that_fits_or_of_another_list_is_no_alarm(
    tmp_path: Path, rows: tuple[str, ...]
) -> None:
    assert alarms(tmp_path, rows, A="Arctos Gold Ltd") == []


@pytest.mark.parametrize(
    ("rows", "pair"),
    [
        (
            (
                "A|Copperhead mine|care and maintenance|2019|year|2019-04 to 2022-09",
                "B|Copperhead mine|zinc output|40|kt Zn|2021",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Copperhead mine|production suspended|2024.2|date|since 2024-03",
                "B|Copperhead mine|tin output|4|kt Sn|2024Q3",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|青石铜矿|停产|2023.2|date|2023年3月至2023年12月",
                "B|青石铜矿|铜产量|4|千吨|2023年6月",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Gabon|manganese export ban|2021|year|2021-03",
                "A|Gabon|export ban on manganese lifted|2022|year|2022-02",
                "B|Gabon|manganese exports|200|kt|2021-06",
            ),
            {"R1", "R3"},
        ),
        (
            (
                "A|Tall Pine mine|first gold pour|2018|year|2018-10",
                "B|Tall Pine mine|gold exports|30|koz|2016",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Tall Pine mine|first shipment|2018|year|2018-10",
                "B|Tall Pine mine|iron ore exports|3|Mt|2018H1",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Tall Pine mine|first concentrate|2018|year|2018-10",
                "B|Tall Pine mine|third line commissioned|2016|year|2016",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Tall Pine mine|mine opened|2018|year|2018",
                "A|Tall Pine mine|phase II expansion completed|2014|year|2014",
            ),
            {"R1", "R2"},
        ),
    ],
)
def test_nothing_is_made_or_sold_while_a_site_cannot(
    tmp_path: Path, rows: tuple[str, ...], pair: set[str]
) -> None:
    assert pair in alarms(tmp_path, rows, "status-timeline")


@pytest.mark.parametrize(
    "rows",
    [
        (
            "A|Copperhead mine|care and maintenance|2019|year|2019-04 to 2022-09",
            "B|Copperhead mine|zinc output|44|kt Zn|2023",
            "B|Copperhead mine|zinc output|9|kt Zn|2019Q1",
            "B|Copperhead mine|zinc output|12|kt Zn|2022",
        ),
        (
            "A|Copperhead mine|care and maintenance|2023|year|2023-02 to 2023-11",
            "B|Copperhead mine|nickel output|9|kt|FY2023",
        ),
        (
            "A|Copperhead mine|care and maintenance|2023|year|2022-02 to 2024-11",
            "B|Copperhead mine|nickel sales from stockpile|9|kt|2023",
        ),
        (
            "A|Gabon|manganese export ban|2021|year|2021-03",
            "A|Gabon|export ban on manganese lifted|2022|year|2022-02",
            "B|Gabon|manganese exports|3|Mt|2023",
            "B|Gabon|copper exports|3|kt|2021-06",
        ),
        (
            "A|Tall Pine mine|first concentrate|2018|year|2018-10",
            "B|Tall Pine mine|third line commissioned|2020|year|2020",
            "A|Tall Pine mine|expansion approved|2017|year|2017",
        ),
    ],
)
def test_output_round_a_stop_or_a_start_is_no_alarm(tmp_path: Path, rows: tuple[str, ...]) -> None:
    assert alarms(tmp_path, rows, "status-timeline") == []


ZAMBIA = "A|Zambia|manganese exports|120|kt|2023"
KESTREL = "A|Kestrel Ridge mine|copper in concentrate|40|kt Cu|2023|no smelter at site"


@pytest.mark.parametrize(
    ("rows", "pair"),
    [
        (
            ("A|Malaysia|largest zinc importer of the region and imports no zinc|1|boolean|2023",),
            {"R1"},
        ),
        ((ZAMBIA, "A|Zambia|does not export manganese|1|boolean|2023"), {"R1", "R2"}),
        (
            (
                "A|Jamaica|bauxite exports|0|Mt|2024|none",
                "A|Jamaica|rank as bauxite exporter|1|rank|2024|largest in the world",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Kestrel Ridge mine|refinery at the site|0|count|2023|none",
                "A|Kestrel Ridge mine|refined nickel from the on-site refinery|12|kt Ni|2023",
            ),
            {"R1", "R2"},
        ),
        ((KESTREL, "A|Kestrel Ridge mine|blister copper output|38|kt Cu|2023"), {"R1", "R2"}),
        (
            (
                "A|Gabon|refined manganese metal output|0|kt|2023|none",
                "A|Gabon|share of world refined manganese metal output|9|%|2023",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Thornbay smelter|refined lead output|80|kt Pb|2023|the country's only smelter",
                "A|Bulgaria|refined lead output|200|kt Pb|2023",
            ),
            {"R1", "R2"},
        ),
        (
            (
                "A|Osprey mine|main commodity|||2023|tungsten; no other metal is recovered",
                "B|Osprey mine|zinc output|12|kt Zn|2023",
            ),
            {"R1", "R2"},
        ),
        (
            ("A|云岭钨矿|主要矿种|||2023|钨，唯一产品", "B|云岭钨矿|铅产量|12|千吨|2023"),
            {"R1", "R2"},
        ),
    ],
)
def test_what_is_denied_or_the_only_one_stands_alone(
    tmp_path: Path, rows: tuple[str, ...], pair: set[str]
) -> None:
    assert pair in alarms(tmp_path, rows)


@pytest.mark.parametrize(
    "rows",
    [
        (ZAMBIA, "A|Zambia|no manganese exports to Japan|1|boolean|2023"),
        ("A|Zambia|copper exports|700|kt|2023|no exports in the first quarter",),
        (KESTREL, "A|Kestrel Ridge mine|copper cathode output (SX-EW)|38|kt Cu|2023"),
        (KESTREL, "A|Kestrel Ridge mine|blister copper output, toll smelted|38|kt Cu|2023"),
        (
            "A|Thornbay smelter|refined lead output|80|kt Pb|2023|the country's only smelter",
            "A|Bulgaria|refined lead output|80.4|kt Pb|2023",
        ),
        ("A|Osprey mine|main commodity|||2023|zinc", "B|Osprey mine|lead output|12|kt Pb|2023"),
    ],
)
def test_what_leaves_room_for_more_is_no_alarm(tmp_path: Path, rows: tuple[str, ...]) -> None:
    assert alarms(tmp_path, rows) == []


TWICE = ("B|Kestrel mine|silver output|40|t Ag|2024", "B|Windhover mine|silver output|40|t Ag|2024")


@pytest.mark.parametrize(
    ("rows", "claims"),
    [
        (("A|Kestrel mine|note|||2024|also known as Windhover", *TWICE), {"R2", "R3"}),
        (("A|Kestrel mine|other spelling|||2024||also written 'Windhover'", *TWICE), {"R2", "R3"}),
        (
            (
                "A|Kestrel mine|former name|||2024|Windhover",
                "B|Osland|silver output|90|t Ag|2024|sum of Kestrel, Windhover and Bream",
            ),
            {"R2"},
        ),
        (
            (
                "A|Kestrel mine|meaning of the name|||2024|'Small Hawk' in English",
                "B|Kestrel mine / Small Hawk project|entries|2|count|2024",
            ),
            {"R2"},
        ),
        (
            (
                "A|Dorado Mining|copper output|90|kt|2024|listed arm of Dorado Plains Group",
                "B|Top ten|copper output, Dorado Mining and Dorado Plains Group|300|kt|2024|sum",
            ),
            {"R2"},
        ),
        (
            (
                "A|大青铜矿|别名|||2024||又称老鹰山铜矿",
                "B|大青铜矿|铜产量|4|万吨|2024",
                "B|老鹰山铜矿|铜产量|4|万吨|2024",
            ),
            {"R2", "R3"},
        ),
    ],
)
def test_one_thing_counts_once_under_two_names(
    tmp_path: Path, rows: tuple[str, ...], claims: set[str]
) -> None:
    assert claims in alarms(tmp_path, rows, "counted-under-two-names")


@pytest.mark.parametrize(
    "rows",
    [
        TWICE,
        ("A|Kestrel mine|note|||2024|not to be confused with the one called Windhover", *TWICE),
        (
            "A|Kestrel mine|silver output|40|t Ag|2024|same as last year; formerly a state mine",
            "A|Kestral mine|silver output|40|t Ag|2024",
        ),
        (
            "A|Dorado Mining|copper output|90|kt|2024|listed arm of Dorado Plains Group",
            "B|Dorado Plains Group|copper output, total|300|kt|2024|includes Dorado Mining",
        ),
    ],
)
def test_names_that_no_text_joins_are_two(tmp_path: Path, rows: tuple[str, ...]) -> None:
    assert alarms(tmp_path, rows) == []


def test_one_figure_of_a_text_told_in_two_places_has_one_value(tmp_path: Path) -> None:
    rows = (
        "A|Bream mine|ore reserves (chief executive's letter)|620|koz Au|2024-12-31",
        "A|Bream mine|ore reserves (reserve table)|720|koz Au|2024-12-31",
        "A|Chile|share of world copper resources|23|%|2024|exact|Front page",
        "A|Chile|share of world copper resources|41|%|2024|exact|Last paragraph",
    )
    found = alarms(tmp_path, rows, "value-conflict")
    assert {"R1", "R2"} in found
    assert {"R3", "R4"} in found


def test_a_remark_that_names_another_scope_is_no_conflict(tmp_path: Path) -> None:
    rows = (
        "A|Bream mine|gold reserves (north pit)|620|koz Au|2024-12-31",
        "A|Bream mine|gold reserves (south pit)|720|koz Au|2024-12-31",
        "A|Chile|share of world copper resources|23|%|2024|exact|by contained metal",
        "A|Chile|share of world copper resources|41|%|2024|exact|by number of deposits",
        "A|Bream mine|gold grade of ore|0.35|%|2024|average",
        "A|Bream mine|gold grade of ore|3500|g/t|2024|average",
    )
    assert not {frozenset(p) for p in alarms(tmp_path, rows)} & {
        frozenset({"R1", "R2"}), frozenset({"R3", "R4"}), frozenset({"R5", "R6"}),
    }  # fmt: skip
