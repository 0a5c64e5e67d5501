"""Numbers off by the factor of a mistaken unit, and numbers above the world's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_corpora import alarms, check, say

from orefield.evidence.finding import Verdict
from orefield.evidence.rules._factors import slip_of
from orefield.evidence.rules._world import world_bounds
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Mark, ResourceClass, Stage

SLIP = ("unit-slip",)
WORLD = ("world-bound",)


def mined(name: str, tonnes: float, year: int | None = 2023, **more: object) -> object:
    fields = {"stage": Stage.MINE, "basis": Basis.CONTAINED, "first_year": year, "last_year": year}
    return say(name, "norland", Quantity.PRODUCTION, tonnes, "t/y", **(fields | more))


def test_350_kt_of_copper_a_day_is_ore() -> None:
    said = say("w", "hill", Quantity.PRODUCTION, 350e3, "t/d", basis=Basis.CONTAINED)
    (found,) = alarms(check(said, rules=SLIP))
    assert found.blamed == ("w",)
    assert "128 Mt/y" in found.explanation or "127.8 Mt/y" in found.explanation
    assert "possible as ore" in found.explanation
    assert alarms(check(said, rules=WORLD))


def test_the_same_as_ore_is_fine() -> None:
    said = say("w", "hill", Quantity.THROUGHPUT, 350e3, "t/d", basis=Basis.ORE)
    assert not alarms(check(said))


@pytest.mark.parametrize(
    "rate",
    [
        say("r", "hill", Quantity.THROUGHPUT, 115e6, "t/y", basis=Basis.ORE, source="S2"),
        say("r", "hill", Quantity.THROUGHPUT, 350e3, "t/d", basis=Basis.ORE, source="S2"),
    ],
)
def test_tonnes_a_day_called_tonnes_a_year(rate: object) -> None:
    headline = say("h", "hill", Quantity.CAPACITY, 350e3, "t/y", basis=Basis.UNSTATED)
    (found,) = alarms(check(headline, rate, rules=SLIP))
    assert found.verdict is Verdict.VIOLATE
    assert found.claims == ("r", "h")
    assert found.blamed == ("h",)
    assert "t/d" in found.explanation


def test_metal_a_year_may_be_the_number_of_ore_a_day() -> None:
    # 0.3 % ore: metal a year over ore a year is one over 330 too
    metal = say(
        "m", "hill", Quantity.PRODUCTION, 350e3, "t/y", basis=Basis.CONTAINED, stage=Stage.MINE
    )
    ore = say("r", "hill", Quantity.THROUGHPUT, 115e6, "t/y", basis=Basis.ORE)
    assert not alarms(check(metal, ore))


@pytest.mark.parametrize("factor", [1e3, 1e-3, 1e4, 1e6, 1e8, 2204.62, 32150.7, 365.0])
def test_two_against_one_by_a_known_factor(factor: float) -> None:
    found = alarms(
        check(
            mined("a", 18e3),
            mined("b", 18.2e3, source="S2"),
            mined("c", 18.1e3 * factor, source="S3"),
            rules=SLIP,
        )
    )
    assert [f.blamed for f in found] == [("c",)]
    assert found[0].residual == pytest.approx(max(factor, 1 / factor), rel=0.03)


def test_two_alone_are_a_tie_unless_physics_decides() -> None:
    (tie,) = check(mined("a", 1.8e3), mined("b", 1.8e6, source="S2"), rules=SLIP)
    assert tie.verdict is Verdict.TIE
    assert tie.blamed == ()
    (decided,) = alarms(check(mined("a", 1.8e6), mined("b", 1.8e9, source="S2"), rules=SLIP))
    assert decided.blamed == ("b",)


def test_growth_is_no_slip() -> None:
    series = [mined(f"y{y}", 50e3 * 1.3 ** (y - 2000), y) for y in range(2000, 2024)]
    assert not alarms(check(*series))


def test_a_partner_is_a_part_of_the_total() -> None:
    whole = say("w", "norland", Quantity.IMPORTS, 2e6, "t/y", first_year=2023)
    one = say("p", "norland", Quantity.IMPORTS, 2e3, "t/y", first_year=2023, counterpart="holding")
    assert not alarms(check(whole, one))


@pytest.mark.parametrize(
    ("commodity", "grade", "wrong"),
    [
        ("cu", 0.54, True),
        ("cu", 0.0054, False),
        ("cu", 0.54e-6, True),
        ("au", 0.02, True),
        ("au", 2e-6, False),
        ("mo", 0.0002, False),
        ("li", 0.006, False),
        ("unobtainium", 0.9, False),
    ],
)
def test_grades_that_no_ore_has(commodity: str, grade: float, wrong: bool) -> None:
    said = say("g", "hill", Quantity.GRADE, grade, "1", commodity=commodity)
    assert bool(alarms(check(said, rules=SLIP))) is wrong


def test_a_concentrate_is_no_ore() -> None:
    said = say("g", "hill", Quantity.GRADE, 0.6, "1", commodity="zn", attribute="concentrate grade")
    assert not alarms(check(said))


@given(st.floats(1e-9, 1e9), st.booleans())
def test_slips_are_the_same_both_ways(ratio: float, masses: bool) -> None:
    assert slip_of(ratio, masses=masses, within=0.02) is slip_of(
        1.0 / ratio, masses=masses, within=0.02
    )


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan"), float("inf"), 1.0, 3.0])
def test_other_ratios_are_no_slip(ratio: float) -> None:
    assert slip_of(ratio, masses=True, within=0.02) is None


# -- the world's totals -----------------------------------------------------------------


def test_bounds_lie_above_the_figures_and_are_labelled() -> None:
    table = world_bounds()
    for symbol in (
        "cu",
        "au",
        "ag",
        "al",
        "bauxite",
        "ni",
        "co",
        "ree",
        "fe",
        "u",
        "steel",
        "coal",
    ):
        assert (symbol, "use") in table
    for bound in table.values():
        assert bound.bound > 0.0
        assert bound.source
        assert bound.value is None or bound.value < bound.bound
        assert bound.mark in set(Mark)
    for commodity in {c for c, _ in table}:
        grades = [table.get((commodity, f"grade_{g}")) for g in ("open_pit", "ore", "mineral")]
        known = [g.bound for g in grades if g is not None]
        assert known == sorted(known)


@pytest.mark.parametrize(
    ("entity", "quantity", "tonnes", "unit", "more", "wrong"),
    [
        ("norland", Quantity.PRODUCTION, 1.8e6, "t/y", {"stage": Stage.MINE}, False),
        ("norland", Quantity.PRODUCTION, 180e6, "t/y", {"stage": Stage.MINE}, True),
        ("norland", Quantity.PRODUCTION, 13.6e6, "t/y", {"stage": Stage.REFINED}, False),
        ("hill", Quantity.PRODUCTION, 4e6, "t/y", {"stage": Stage.MINE}, True),
        ("hill", Quantity.PRODUCTION, 1.2e6, "t/y", {"stage": Stage.MINE}, False),
        ("works", Quantity.PRODUCTION, 9e5, "t/y", {"stage": Stage.REFINED}, False),
        (
            "norland",
            Quantity.RESOURCE,
            190e6,
            "t",
            {"resource_class": ResourceClass.RESERVE},
            False,
        ),
        ("norland", Quantity.RESOURCE, 19e9, "t", {"resource_class": ResourceClass.RESERVE}, True),
        ("norland", Quantity.STOCK, 150e6, "t", {}, True),
        ("norland", Quantity.STOCK, 150e6, "t", {"stage": Stage.USE}, False),
        ("norland", Quantity.STOCK, 300e3, "t", {}, False),
        ("norland", Quantity.USE, 16e6, "t/y", {}, False),
        ("norland", Quantity.IMPORTS, 27e6, "t/y", {"basis": Basis.CONCENTRATE_GROSS}, False),
        ("norland", Quantity.PRODUCTION, 90e6, "t/y", {"commodity": "bauxite"}, False),
        ("norland", Quantity.PRODUCTION, 9e9, "t/y", {"commodity": "bauxite"}, True),
        ("norland", Quantity.PRODUCTION, 900e6, "t/y", {"commodity": "steel"}, False),
        ("norland", Quantity.PRODUCTION, 300e3, "t/y", {"commodity": "au"}, True),
        ("hill", Quantity.PRODUCTION, 300e3, "t/y", {"commodity": "li"}, False),
    ],
)
def test_above_the_world(
    entity: str, quantity: Quantity, tonnes: float, unit: str, more: dict[str, object], wrong: bool
) -> None:
    found = check(say("s", entity, quantity, tonnes, unit, **more), rules=WORLD)
    assert bool(alarms(found)) is wrong
    assert all(f.blamed == ("s",) for f in alarms(found))


def test_at_most_is_no_claim_of_so_much() -> None:
    said = say("s", "norland", Quantity.PRODUCTION, 0.0, "t/y", high=1e12, stage=Stage.MINE)
    assert not alarms(check(said))


def test_thousands_of_ounces_called_tonnes() -> None:
    fields = {"commodity": "au", "stage": Stage.MINE, "basis": Basis.CONTAINED, "first_year": 2023}
    tonnes = say("t", "hill", Quantity.PRODUCTION, 23.0, "t/y", **fields)
    ounces = say("oz", "hill", Quantity.PRODUCTION, 762.0, "t/y", source="S2", **fields)
    (found,) = [f for f in alarms(check(tonnes, ounces, rules=SLIP)) if "ounces" in f.explanation]
    assert found.blamed == ("oz",)  # no mine gives 762 t


def test_a_grade_that_no_ore_has_is_no_factor_and_loses_its_tie() -> None:
    good = say("g", "hill", Quantity.GRADE, 3.4e-6, "1", commodity="au", first_year=2023)
    bad = say("b", "hill", Quantity.GRADE, 0.034, "1", commodity="au", first_year=2023, source="S2")
    slips = alarms(check(good, bad, rules=SLIP))
    assert slips
    assert all(f.blamed == ("b",) for f in slips)
    ore = say("o", "hill", Quantity.THROUGHPUT, 7.2e6, "t/y", basis=Basis.ORE)
    gold = say(
        "p",
        "hill",
        Quantity.PRODUCTION,
        150.0,
        "t/y",
        commodity="au",
        basis=Basis.CONTAINED,
        stage=Stage.MINE,
    )
    assert alarms(check(good, bad, ore, gold, rules=("capacity-identity",)))


def test_a_headline_without_a_metal_is_of_ore() -> None:
    headline = say(
        "h",
        "hill",
        Quantity.CAPACITY,
        350e3,
        "t/y",
        basis=Basis.CONTAINED,
        inferred=("basis", "commodity"),
    )
    ore = say("r", "hill", Quantity.THROUGHPUT, 115e6, "t/y", basis=Basis.ORE, source="S2")
    (found,) = alarms(check(headline, ore, rules=SLIP))
    assert found.blamed == ("h",)
    assert "h.basis" in found.inferred
