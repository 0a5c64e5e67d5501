"""What phrases say is measured, of which metal, with which hedge."""

from __future__ import annotations

import pytest

from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Qualifier, RateType, ResourceClass, Stage
from orefield.evidence.words import attributes as words_of
from orefield.evidence.words.commodities import commodity_of, find_commodities, spoken
from orefield.evidence.words.qualifiers import parse_qualifier
from orefield.evidence.words.shares import share_sides


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("mined copper target", "cu"), ("铜精矿产量", "cu"), ("lithium carbonate output", "li2co3"),
        ("Indonesia's nickel pig iron", "npi"), ("rare-earth oxides", "ree"), ("铝土矿", "bauxite"),
        ("ten nonferrous metals", "ten_nonferrous"), ("十种有色金属产量", "ten_nonferrous"),
        ("leading the world", ""), ("copper and aluminium", ""), ("Zijin Co., Ltd", ""),
        ("CO2 emissions", ""), ("资金", ""), ("金属量", ""), ("lead concentrate", "pb"),
    ],
)  # fmt: skip
def test_commodity(text: str, symbol: str) -> None:
    assert commodity_of(text) == symbol


def test_two_metals_are_both_found() -> None:
    assert [m.symbol for m in find_commodities("copper and gold, 铜、金矿")] == [
        "cu", "au", "cu", "au",
    ]  # fmt: skip


def test_columns_of_studies_are_spoken() -> None:
    assert spoken("cu_contained") == "Cu contained"
    assert commodity_of(spoken("co_product_credit")) == ""


@pytest.mark.parametrize(
    ("phrase", "base", "quantity"),
    [
        ("annual mine production", "t/y", Quantity.PRODUCTION),
        ("ore throughput", "t/d", Quantity.THROUGHPUT),
        ("smelting capacity", "t/y", Quantity.CAPACITY),
        ("processing capacity", "t/d", Quantity.THROUGHPUT),
        ("refined copper consumption", "t", Quantity.USE),
        ("copper concentrate imports", "t", Quantity.IMPORTS),
        ("exports of refined nickel", "t", Quantity.EXPORTS),
        ("new resources discovered", "t", Quantity.RESOURCE_ADDED),
        ("indicated resource", "t", Quantity.RESOURCE),
        ("ore reserves", "t", Quantity.RESOURCE),
        ("exchange inventories", "t", Quantity.STOCK),
        ("prospective stockpiles", "t", Quantity.RESOURCE),
        ("产量", "t", Quantity.PRODUCTION),
        ("消费量", "t", Quantity.USE),
        ("资源量", "t", Quantity.RESOURCE),
        ("日处理矿石", "t/d", Quantity.THROUGHPUT),
    ],
)
def test_masses(phrase: str, base: str, quantity: Quantity) -> None:
    assert words_of.mass_quantity(phrase, base, Basis.NONE) is quantity


@pytest.mark.parametrize(
    ("phrase", "quantity"),
    [
        ("output growth", Quantity.GROWTH), ("同比增长", Quantity.GROWTH),
        ("ownership share", Quantity.OWNERSHIP), ("stake held by Zijin", Quantity.OWNERSHIP),
        ("share of national output", Quantity.SHARE), ("self-sufficiency", Quantity.SHARE),
        ("copper recovery", Quantity.RECOVERY), ("copper grade", Quantity.GRADE),
        ("end-of-life recycling rate", Quantity.RATE), ("smelter utilisation rate", Quantity.OTHER),
    ],
)  # fmt: skip
def test_fractions(phrase: str, quantity: Quantity) -> None:
    assert words_of.fraction_quantity(phrase, "1") is quantity


def test_stage_class_rate_and_event_words() -> None:
    assert words_of.stage_of("refined copper cathode") is Stage.REFINED
    assert words_of.stage_of("废铜") is Stage.SCRAP
    assert words_of.stage_of("copper concentrate") is Stage.MINE
    assert words_of.stage_of("copper output") is Stage.NONE
    assert words_of.class_of("inferred resource") is ResourceClass.INFERRED
    assert words_of.class_of("proven and probable reserves") is ResourceClass.RESERVE
    assert words_of.class_of("远景资源") is ResourceClass.POTENTIAL
    assert words_of.rate_of("end-of-life recycling rate") is RateType.EOL_RR
    assert words_of.rate_of("recycled from scrap") is RateType.NONE
    assert words_of.event_of("start of mining") == "production"
    assert words_of.event_of("mining suspended") == "suspended"
    assert words_of.event_of("投产") == "production"


@pytest.mark.parametrize(
    ("words", "qualifier", "planned"),
    [
        ("more than", Qualifier.AT_LEAST, False), ("逾", Qualifier.AT_LEAST, False),
        ("no less than", Qualifier.AT_LEAST, False), ("not more than", Qualifier.AT_MOST, False),
        ("less than", Qualifier.AT_MOST, False), ("up to", Qualifier.AT_MOST, False),
        ("about", Qualifier.ABOUT, False), ("约", Qualifier.ABOUT, False),
        ("exceed; target", Qualifier.AT_LEAST, True), ("target", Qualifier.TARGET, True),
        ("exact", Qualifier.EXACT, False), ("", Qualifier.EXACT, False),
    ],
)  # fmt: skip
def test_hedges(words: str, qualifier: Qualifier, planned: bool) -> None:
    hedge = parse_qualifier(words)
    assert hedge.qualifier is qualifier
    assert hedge.planned is planned


def test_a_derivation_keeps_its_expression() -> None:
    assert parse_qualifier("derived 1.2/1.10").derivation == "1.2/1.10"
    assert parse_qualifier("exact").derivation == ""


def test_shares_name_part_and_whole() -> None:
    part, whole = share_sides("share of domestic demand covered by mines") or (None, None)
    assert part is not None
    assert whole is not None
    assert (part.quantity, part.stage) == (Quantity.PRODUCTION, Stage.MINE)
    assert (whole.quantity, whole.scope) == (Quantity.USE, "nation")
    part, whole = share_sides("share of world refined output") or (None, None)
    assert part is not None
    assert whole is not None
    assert (part.quantity, part.stage) == (Quantity.PRODUCTION, Stage.REFINED)
    assert whole.scope == "world"
    assert share_sides("produced with hydropower") is None
