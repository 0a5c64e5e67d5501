"""Use per tonne, revenue, one number in two units, tailings: each beside its consistent twin."""

# ruff: noqa: E501 - tables of rows, one a line

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orefield.evidence.assemble import corpus_of_folder
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.folder import read_folder
from orefield.evidence.rules.registry import check

WRONG = {Verdict.VIOLATE, Verdict.TIE}
_HEAD = ("id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
         "period", "qualifier", "paraphrase")  # fmt: skip

Row = tuple[str, str, float, str]


def checked(folder: Path, *rows: Row, period: str = "2023") -> list[Finding]:
    """Findings on rows of subject, attribute, number and unit, all of one text and year."""
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEAD)
        for i, (subject, attribute, number, unit) in enumerate(rows):
            told, _, words = attribute.partition(";")
            line = (f"X{i}", "S1", "2024-05-01", subject, told, number, number, unit, period)
            writer.writerow((*line, words.strip() or "exact", "As told"))
    (folder / "sources.csv").write_text(
        "id,title,publisher,published,url,language,notes\n"
        "S1,Annual report,Issuer,2024-05-01,https://example.org/a,en,\n",
        encoding="utf-8",
    )
    return list(check(corpus_of_folder(read_folder(folder))).findings)


def wrong(folder: Path, rule: str, *rows: Row, period: str = "2023") -> bool:
    return any(f.rule == rule and f.verdict in WRONG for f in checked(folder, *rows, period=period))


def _silent(folder: Path, *rows: Row) -> list[str]:
    return [f"{f.rule}: {f.explanation}" for f in checked(folder, *rows) if f.verdict in WRONG]


USES = [
    # volume, specific use, total that fits, unit of the total
    (("ore milled", 4.2, "Mt"), ("electricity per tonne milled", 31, "kWh/t"), 130.2, "GWh"),
    (("ore processed", 8.0, "Mt ore"), ("specific power consumption", 22.5, "kWh/t ore"), 180, "GWh"),
    (("ore treated", 900, "kt"), ("energy use per tonne of ore", 0.18, "GJ/t"), 162, "TJ"),
    (("copper cathode output", 140, "kt Cu"), ("power use per tonne of cathode", 2.1, "MWh/t"), 294, "GWh"),
    (("aluminium output", 410, "kt Al"), ("electricity intensity of aluminium", 14.2, "MWh/t Al"), 5.82, "TWh"),
    (("ferromanganese output", 95, "kt (gross alloy)"), ("electricity per tonne of ferromanganese", 2.9, "MWh/t"), 275.5, "GWh"),
    (("ore milled", 6.3, "Mt"), ("fresh water use per tonne of ore", 0.55, "m3/t"), 3.47, "million m3"),
    (("ore milled", 6.3, "Mt"), ("make-up water per tonne milled", 480, "L/t"), 3.02, "GL"),
    (("lithium carbonate output", 18.5, "kt LCE"), ("fresh water per tonne of product", 42, "m3/t LCE"), 0.78, "Mm3"),
    (("nickel output in matte", 62, "kt Ni"), ("CO2 intensity of matte", 47, "t CO2/t Ni"), 2.9, "Mt CO2"),
    (("gold production", 250, "koz"), ("GHG emissions per ounce", 0.8, "t CO2e/oz"), 200, "kt CO2e"),
    (("steel output", 3.1, "Mt"), ("carbon emissions per tonne of steel", 1.9, "t CO2/t"), 5.9, "Mt CO2"),
    (("ore leached", 2.4, "Mt ore"), ("sulphuric acid consumption per tonne of ore", 35, "kg/t"), 84, "kt"),
    (("ore milled", 5.0, "Mt"), ("cyanide consumption", 0.6, "kg/t ore"), 3000, "t"),
    (("rare earth output", 21, "kt REO"), ("ammonium sulphate use per tonne", 7, "t/t REO"), 147, "kt"),
    (("ore milled", 12, "Mt"), ("diesel use per tonne of ore", 0.9, "L/t"), 10.8, "ML"),
    (("原矿处理量", 480, "万吨"), ("吨矿电耗", 28, "千瓦时/吨"), 1.344, "亿千瓦时"),
    (("电解铝产量", 60, "万吨"), ("吨铝综合电耗", 13500, "千瓦时/吨"), 81, "亿千瓦时"),
    (("处理矿石量", 300, "万吨"), ("吨矿新水用量", 0.7, "m3/t"), 210, "万立方米"),
]  # fmt: skip
TOTALS = {
    "kWh/t": "electricity use, total", "MWh/t": "electricity use", "GJ/t": "energy use",
    "m3/t": "fresh water use", "L/t": "make-up water use",
}  # fmt: skip


def _total_name(specific: tuple[str, float, str]) -> str:
    words, _, unit = specific
    if any("\u4e00" <= c <= "\u9fff" for c in words):
        return "总用电量" if "电" in words else "新水用量"
    for word, name in (
        ("cyanide", "cyanide consumption, total"), ("acid", "sulphuric acid consumption"),
        ("ammonium", "ammonium sulphate use"), ("diesel", "diesel use"),
        ("make-up", "make-up water use"), ("fresh", "fresh water use"),
        ("GHG", "greenhouse gas emissions"), ("CO2", "CO2 emissions"), ("carbon", "carbon emissions"),
        ("energy", "energy use"),
    ):  # fmt: skip
        if word in words:
            return name
    return "electricity consumption" if "Wh" in unit else "water use"


@pytest.mark.parametrize(("volume", "specific", "total", "unit"), USES)
@pytest.mark.parametrize(("times", "bad"), [(1.0, False), (1.06, False), (10.0, True), (0.1, True), (2.2, True)])  # fmt: skip
def test_use_per_tonne_times_tonnes_is_the_total(
    tmp_path: Path,
    volume: tuple[str, float, str],
    specific: tuple[str, float, str],
    total: float,
    unit: str,
    times: float,
    bad: bool,
) -> None:
    site = "Tarnhill mine"
    rows = [(site, *volume), (site, *specific), (site, _total_name(specific), total * times, unit)]
    assert wrong(tmp_path, "specific-use", *rows) is bad
    assert bad or _silent(tmp_path, *rows) == []


@pytest.mark.parametrize(
    ("specific", "total"),
    [
        # one circuit of the mill, another water, another part of the site
        (("grinding power per tonne milled", 14, "kWh/t"), ("electricity use, total", 140, "GWh")),
        (("fresh water per tonne of ore", 0.3, "m3/t"), ("water use, recycled included", 9.1, "Mm3")),
        (("scope 1 emissions per tonne of ore", 8, "kg CO2/t"), ("scope 2 emissions", 60, "kt CO2")),
        (("electricity per tonne milled; plan", 25, "kWh/t"), ("electricity use", 140, "GWh")),
    ],
)  # fmt: skip
def test_another_meter_is_no_contradiction(
    tmp_path: Path, specific: tuple[str, float, str], total: tuple[str, float, str]
) -> None:
    site = "Tarnhill mine"
    rows = [(site, "ore milled", 4.0, "Mt"), (site, *specific), (site, *total)]
    assert not wrong(tmp_path, "specific-use", *rows)


SALES = [
    (("copper sold", 84, "kt Cu"), ("average copper price received", 8900, "USD/t"), 0.748, "billion USD"),
    (("zinc sales", 120, "kt Zn"), ("realised zinc price", 1.2, "USD/lb"), 317, "million USD"),
    (("gold sold", 310, "koz"), ("average realised gold price", 1940, "USD/oz"), 601, "million USD"),
    (("lithium sales", 36, "kt LCE"), ("average realised price", 14.2, "kUSD/t LCE"), 511, "million USD"),
    (("uranium sold", 9.1, "million lb U3O8"), ("average price received", 55, "USD/lb U3O8"), 500, "million USD"),
    (("iron ore sales", 31, "Mt"), ("average iron ore price received", 98, "USD/t"), 3.04, "billion USD"),
    (("铜销量", 5.2, "万吨"), ("铜平均售价", 61000, "元/吨"), 31.7, "亿元"),
    (("nickel exports", 44, "kt Ni"), ("nickel export unit value", 17.5, "USD/kg"), 770, "million USD"),
]  # fmt: skip


@pytest.mark.parametrize(("sold", "price", "money", "unit"), SALES)
@pytest.mark.parametrize(("times", "bad"), [(1.0, False), (0.85, False), (1.6, False), (10.0, True), (0.01, True)])  # fmt: skip
def test_price_times_volume_is_revenue(
    tmp_path: Path,
    sold: tuple[str, float, str],
    price: tuple[str, float, str],
    money: float,
    unit: str,
    times: float,
    bad: bool,
) -> None:
    site = "Norlake" if "export" in sold[0] else "Tarnhill mine"
    name = (
        "nickel export value"
        if "export" in sold[0]
        else "销售收入"
        if unit == "亿元"
        else "revenue"
    )
    rows = [(site, *sold), (site, *price), (site, name, money * times, unit)]
    # value over tonnage of a table of trade is the average price that it states
    bad = bad or ("export" in sold[0] and times > 1.25)
    assert wrong(tmp_path, "revenue-identity", *rows) is bad
    assert bad or _silent(tmp_path, *rows) == []


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ([("ore milled", 5.0, "Mt"), ("operating cost per tonne milled", 21, "USD/t"), ("operating costs", 105, "million USD")], False),
        ([("ore milled", 5.0, "Mt"), ("operating cost per tonne milled", 21, "USD/t"), ("operating costs", 1.05, "billion USD")], True),
        ([("gold sold", 210, "koz"), ("all-in sustaining cost", 1250, "USD/oz"), ("capital cost of the expansion", 2.6, "billion USD")], False),
        ([("zinc concentrate sold", 400, "kt (gross concentrate)"), ("treatment charge", 165, "USD/t conc."), ("revenue", 520, "million USD")], False),
        # a company of several metals earns more than one of them brings
        ([("gold sold", 100, "koz"), ("copper sold", 90, "kt Cu"), ("gold price received", 1900, "USD/oz"), ("revenue", 980, "million USD")], False),
    ],
)  # fmt: skip
def test_costs_and_charges(tmp_path: Path, rows: list[tuple[str, float, str]], bad: bool) -> None:
    told = [("Tarnhill mine", *row) for row in rows]
    assert wrong(tmp_path, "revenue-identity", *told) is bad


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("zinc output", 41.7, "kt Zn"), ("zinc in concentrate", 41.7, "million lb Zn")),
        (("lithium sales", 61.8, "kt LCE"), ("lithium contained in sales", 61.8, "kt Li")),
        (("uranium output", 1840, "tU"), ("uranium output", 1840, "t U3O8")),
        (("alumina output", 720, "kt"), ("primary aluminium output", 720, "kt")),
        (("lithium grade of brine", 640, "mg/L"), ("lithium grade of brine", 640, "g/L")),
        (("gold production", 318, "koz"), ("gold production", 318, "t")),
        (("copper reserves", 5.3, "Mt Cu"), ("copper reserves", 5.3, "kt Cu")),
        (("nickel output", 27, "kt Ni"), ("nickel output", 27, "Mlb Ni")),
        (("revenue", 41.5, "million USD"), ("revenue", 41.5, "billion USD")),
        (("electricity use", 38.2, "GWh"), ("electricity use", 38.2, "TWh")),
        (("revenue", 612, "million USD"), ("revenue", 612, "million CNY")),
        (("碳酸锂产量", 3.45, "万吨LCE"), ("锂产量", 3.45, "万吨Li")),
    ],
)  # fmt: skip
def test_one_number_in_two_units(
    tmp_path: Path, first: tuple[str, float, str], second: tuple[str, float, str]
) -> None:
    site = "Tarnhill operation"
    assert wrong(tmp_path, "same-digits", (site, *first), (site, *second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("zinc output", 41.7, "kt Zn"), ("zinc output", 91.9, "million lb Zn")),
        (("mined zinc", 41.7, "kt Zn"), ("refined zinc", 41.7, "kt Zn")),
        (("copper output", 15, "kt Cu"), ("gold output", 15, "koz Au")),
        (("copper output", 120, "kt Cu"), ("copper output", 120_000, "t Cu")),
        (("copper capacity", 36, "kt/y Cu"), ("copper sold", 36, "Mlb Cu")),
        (("ore reserves", 45, "Mt ore"), ("contained copper reserves", 45, "kt Cu")),
        (("uranium output", 1840, "tU"), ("uranium output", 2170, "t U3O8")),
        (("lithium sales", 61.8, "kt LCE"), ("lithium contained in sales", 11.6, "kt Li")),
    ],
)  # fmt: skip
def test_two_figures_that_may_both_be(
    tmp_path: Path, first: tuple[str, float, str], second: tuple[str, float, str]
) -> None:
    site = "Tarnhill operation"
    assert not wrong(tmp_path, "same-digits", (site, *first), (site, *second))


def test_pounds_written_as_tonnes_are_named(tmp_path: Path) -> None:
    rows = [("Tarnhill mine", "uranium output", n, "tU") for n in (1750, 4550)]
    found = [f for f in checked(tmp_path, *rows) if f.rule == "same-digits"]
    assert "thousand pounds of U3O8" in found[0].explanation


@pytest.mark.parametrize(
    ("ore", "waste", "bad"),
    [
        (("ore milled", 2.2, "Mt"), ("tailings deposited", 2.1, "Mt dry"), False),
        (("ore milled", 2.2, "Mt"), ("tailings deposited", 5.6, "Mt dry"), True),
        (("ore processed", 310, "kt"), ("dry tailings placed", 0.9, "Mt"), True),
        (("ore milled", 2.2, "Mt"), ("tailings slurry pumped", 5.6, "Mt wet"), False),
        (("ore milled", 2.2, "Mt"), ("tailings stored", 56, "Mt"), False),
        (("ore milled", 2.2, "Mt"), ("tailings dam capacity", 56, "Mt"), False),
        (("ore milled", 2.2, "Mt"), ("waste rock mined", 9.4, "Mt"), False),
        (("处理矿石量", 220, "万吨"), ("尾矿排放量", 480, "万吨"), True),
        (("处理矿石量", 220, "万吨"), ("尾矿排放量", 212, "万吨"), False),
    ],
)  # fmt: skip
def test_tailings_weigh_no_more_than_the_ore(
    tmp_path: Path, ore: tuple[str, float, str], waste: tuple[str, float, str], bad: bool
) -> None:
    site = "Tarnhill mine"
    assert wrong(tmp_path, "waste-identity", (site, *ore), (site, *waste)) is bad


@pytest.mark.parametrize(("tonnes", "bad"), [(12.4, False), (124, True)])
def test_waste_is_ore_times_the_strip_ratio(tmp_path: Path, tonnes: float, bad: bool) -> None:
    site = "Tarnhill mine"
    rows = [(site, "ore mined", 4.1, "Mt"), (site, "strip ratio", 3.0, "t/t"),
            (site, "waste mined", tonnes, "Mt")]  # fmt: skip
    assert wrong(tmp_path, "waste-identity", *rows) is bad


@pytest.mark.parametrize(
    ("output", "unit", "words", "bad"),
    [
        (30, "kt (gross concentrate)", "tungsten concentrate output (65 % WO3)", True),
        (5.2, "kt (gross concentrate)", "tungsten concentrate output (65 % WO3)", False),
        (36, "kt conc. (60 % WO3)", "tungsten concentrate output", True),
    ],
)
def test_a_concentrate_holds_no_more_than_its_ore(
    tmp_path: Path, output: float, unit: str, words: str, bad: bool
) -> None:
    site = "Tarnhill mill"
    rows = [(site, "ore processing capacity", 4000, "t/d ore"), (site, "head grade", 0.3, "% WO3"),
            (site, "WO3 recovery", 80, "%"), (site, words, output, unit)]  # fmt: skip
    assert wrong(tmp_path, "capacity-identity", *rows) is bad


def test_a_spodumene_concentrate_is_held_against_its_ore(tmp_path: Path) -> None:
    site = "Tarnhill mine"
    ore = [(site, "ore milled", 2.0, "Mt"), (site, "lithium grade of ore", 1.2, "% Li2O")]
    good = (site, "spodumene concentrate output (SC6)", 290, "kt (gross concentrate)")
    bad = (site, "spodumene concentrate output (SC6)", 2900, "kt (gross concentrate)")
    assert not wrong(tmp_path, "capacity-identity", *ore, good)
    assert wrong(tmp_path, "capacity-identity", *ore, bad)


@pytest.mark.parametrize(
    ("attribute", "number", "bad"),
    [
        ("concentrate stockpile, closing tonnage", -0.4, True),
        ("ore stocks at year-end", -120, True),
        ("copper inventory change", -0.4, False),
        ("stock draw", -0.4, False),
    ],
)
def test_a_stock_is_never_below_nothing(
    tmp_path: Path, attribute: str, number: float, bad: bool
) -> None:
    assert wrong(tmp_path, "number-sanity", ("Tarnhill mine", attribute, number, "kt")) is bad
