"""Rows of a loose corpus, typed: what the words say, what is inferred, what stays open."""

from __future__ import annotations

import math
from typing import Any

import pytest

from orefield.evidence.entities import Entities, Entity
from orefield.evidence.meaning import Subjects, complete, interpret
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, Stage

ENTITIES = Entities(
    [
        Entity("chile", "country", "Chile", country="CL", name_zh="智利"),
        Entity("world", "region", "World"),
        Entity("antofagasta", "province", "Antofagasta", parent="chile", country="CL"),
        Entity("escondida", "mine", "Escondida", parent="antofagasta", country="CL"),
        Entity("bhp", "company", "BHP"),
        Entity("gresik", "smelter", "Gresik"),
    ]
)
SUBJECTS = Subjects(ENTITIES)


def row(subject: str, attribute: str, low: float | None, unit: str, **more: Any) -> LooseRow:
    cells = more.pop("cells", {})
    given = {
        "id": "A", "source": "S", "high": None, "period": "", "qualifier": "", "paraphrase": "",
        "reported": "2025-03-01",
    } | more  # fmt: skip
    return LooseRow(subject=subject, attribute=attribute, low=low, unit=unit, cells=cells, **given)


def read(*args: Any, **more: Any) -> Statement:
    return complete(interpret(row(*args, **more), SUBJECTS), SUBJECTS)[0]


def test_a_yearly_output_is_per_year_in_tonnes() -> None:
    s = read("Chile", "mine copper production", 5.3, "Mt Cu", period="2023", qualifier="about")
    assert (s.entity, s.topic.quantity, s.topic.commodity) == ("chile", Quantity.PRODUCTION, "cu")
    assert (s.topic.stage, s.basis, s.unit) == (Stage.MINE, Basis.CONTAINED, "t/y")
    assert (s.low, s.first_year, s.last_year) == (pytest.approx(5.3e6), 2023, 2023)
    assert s.interval is not None
    assert s.interval.low == pytest.approx((5.3e6 - 5e4) * 0.95)


def test_one_sided_numbers_are_open() -> None:
    least = read("Chile", "copper output", 5.0, "Mt", period="2023", qualifier="more than")
    most = read("Chile", "copper output", 5.0, "Mt", period="2023", qualifier="up to")
    share = read("Chile", "share of world mine output", 20.0, "%", qualifier="more than")
    upper = read("Chile", "copper output", None, "Mt", high=5.0, period="2023")
    assert (least.low, least.high) == (5e6, math.inf)
    assert (most.low, most.high) == (0.0, 5e6)
    assert share.high == 1.0
    assert (upper.low, upper.high) == (0.0, 5e6)


def test_a_mine_mines_and_a_smelter_refines() -> None:
    mine = read("Escondida mine", "annual copper output", 1.1, "Mt", period="2023")
    smelter = read("Gresik", "copper output", 300.0, "kt", period="2023")
    assert mine.topic.stage is Stage.MINE
    assert smelter.topic.stage is Stage.REFINED
    assert "stage" in mine.inferred


def test_concentrate_is_gross_unless_its_content_is_told() -> None:
    gross = read("Chile", "copper concentrate output", 9.0, "Mt", period="2023")
    metal = read("Chile", "copper contained in concentrate", 3.0, "Mt", period="2023")
    plain = read("Chile", "mine copper output", 5.0, "Mt", period="2023")
    assert gross.basis is Basis.CONCENTRATE_GROSS
    assert metal.basis is Basis.CONTAINED
    assert plain.basis is Basis.CONTAINED
    assert "basis" in plain.inferred


def test_a_share_knows_its_part_and_whole() -> None:
    s = read("Chile", "share of world mine copper output", 24.0, "%", period="2023")
    assert s.part is not None
    assert s.whole is not None
    assert (s.part.entity, s.whole.entity) == ("chile", "world")
    assert s.part.quantity is s.whole.quantity is Quantity.PRODUCTION
    of_nation = read("Antofagasta", "share of national copper mine output", 50.0, "%")
    assert of_nation.whole is not None
    assert of_nation.whole.entity == "chile"


def test_growth_has_a_base_year() -> None:
    s = read("Chile", "copper output growth", 4.0, "% y/y", period="2023")
    assert (s.base_year, s.first_year) == (2022, 2023)
    versus = read("Chile", "copper output growth", 4.0, "%", period="2023 v 2020")
    assert versus.base_year == 2020


def test_ownership_is_told_of_the_site() -> None:
    at_site = read("Escondida", "stake held by BHP", 57.5, "%")
    at_owner = read("BHP", "stake in Escondida", 57.5, "%")
    for s in (at_site, at_owner):
        assert (s.entity, s.counterpart) == ("escondida", "bhp")
        assert s.low == pytest.approx(0.575)


def test_stated_columns_win_over_words() -> None:
    s = read(
        "somewhere", "output", 5.0, "Mt", period="2023",
        cells={"entity": "escondida", "commodity": "Cu", "basis": "ore", "stage": "mine",
               "class": "guidance"},
    )  # fmt: skip
    assert s.entity == "escondida"
    assert (s.basis, s.resource_class) == (Basis.ORE, ResourceClass.GUIDANCE)
    assert "basis" not in s.inferred


def test_an_unknown_name_is_unresolved_and_meets_itself() -> None:
    one = read("Foo Bar mine", "copper output", 5.0, "kt", period="2023")
    two = read("Foo Bar copper mine", "copper output", 6.0, "kt", period="2023")
    assert not one.resolved
    assert one.entity == two.entity


def test_part_of_a_year_is_no_year() -> None:
    s = read("Chile", "mine copper production", 1.3, "Mt", period="2023Q1")
    assert s.topic.quantity is Quantity.OTHER


def test_a_target_is_a_plan() -> None:
    s = read("Chile", "copper output target", 6.0, "Mt", period="2030", qualifier="target")
    assert s.resource_class is ResourceClass.PLAN
    assert s.qualifier is Qualifier.TARGET


def test_a_rate_of_two_metals_is_one_of_each() -> None:
    found = interpret(
        row("Chile", "copper and aluminium recycled from scrap", 95.0, "%", id="R"), SUBJECTS
    )
    assert [(s.id, s.topic.commodity) for s in found] == [("R", "cu"), ("R#al", "al")]


def test_further_flags_get_ids_of_their_own() -> None:
    found = interpret(
        row("Chile", "meets own needs", 1.0, "boolean", paraphrase="yet a net importer"), SUBJECTS
    )
    assert [(s.id, s.flag) for s in found] == [
        ("A", "meets_own_needs"), ("A#net_importer", "net_importer"),
    ]  # fmt: skip


def test_neighbours_lend_their_metal_and_the_loan_is_marked() -> None:
    rows = [
        row("Chile", "mine copper production", 5.3, "Mt", id="1", period="2023"),
        row("Antofagasta", "copper mine production", 2.5, "Mt", id="2", period="2023"),
        row("Chile", "share of domestic demand covered by mines", 90.0, "%", id="3"),
    ]
    found = complete([s for r in rows for s in interpret(r, SUBJECTS)], SUBJECTS)
    share = next(s for s in found if s.id == "3")
    assert share.topic.commodity == "cu"
    assert "commodity" in share.inferred


@pytest.mark.parametrize("unit", ["", "furlongs", "🙂", "%%", "Mt" * 300])
@pytest.mark.parametrize("period", ["", "sometime", "2023-99", "32.13.2020", "二〇二三年"])
def test_odd_rows_are_read_without_a_crash(unit: str, period: str) -> None:
    for s in interpret(row("?", "???", 5.0, unit, period=period, qualifier="\x00"), SUBJECTS):
        assert s.id.startswith("A")


def test_a_place_named_after_its_country_is_a_place_of_its_own() -> None:
    east = read("East Chile", "mine copper production", 0.2, "Mt", period="2023")
    metal = read("Chile copper industry", "mine copper production", 5.3, "Mt", period="2023")
    assert not east.resolved
    assert metal.entity == "chile"
