"""One thing under two names, one row twice, one story in two texts; figures at a wrong stage."""

from __future__ import annotations

from typing import Any

import pytest
from values_corpora import alarms, check, say

from orefield.evidence.corpus import Constraint
from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, SigmaClass, Stage

DOUBLE = ("double-count",)


@pytest.mark.parametrize(
    ("subject", "wrong"),
    [
        ("Hill mine / Hilltop project", True),
        ("Hill and Khilltop", True),
        ("西山铜矿、Hill mine", True),
        ("Hill copper mine; Hilltop deposit", True),
        ("Hill mine / Dale project", False),
        ("Hill / Hillshire", False),
        ("Hill mine / Nowhere", False),
        ("Hill mine", False),
    ],
)
def test_one_operation_counted_as_two(subject: str, wrong: bool) -> None:
    said = say("c", "?names", Quantity.COUNT, 2.0, "count", commodity="", subject=subject)
    found = check(said, rules=DOUBLE)
    assert bool(alarms(found)) is wrong
    assert all(f.residual == 1.0 for f in alarms(found))


def test_listed_as_two_without_a_count() -> None:
    said = say(
        "c", "?x", Quantity.OTHER, None, "", subject="Hill / Hilltop", words="listed as two sites"
    )
    assert alarms(check(said, rules=DOUBLE))


def test_a_list_is_read_too() -> None:
    said = say("c", "norland", Quantity.COUNT, 3.0, "count", listed=("Hill", "Dale", "Hilltop"))
    assert alarms(check(said, rules=DOUBLE))
    fewer = say("c", "norland", Quantity.COUNT, 2.0, "count", listed=("Hill", "Dale", "Hilltop"))
    assert not alarms(check(fewer, rules=DOUBLE))


def out(name: str, entity: str, value: float, **more: Any) -> Statement:
    fields: dict[str, Any] = {"stage": Stage.MINE, "basis": Basis.CONTAINED, "first_year": 2023}
    return say(name, entity, Quantity.PRODUCTION, value, "t/y", **(fields | more))


def test_a_sum_of_a_mine_and_its_part() -> None:
    parts = [out("a", "hill", 100.0), out("b", "hilltop", 40.0)]
    whole = out("s", "norland", 140.0, derived_from=("a", "b"))
    (found,) = alarms(check(*parts, whole, rules=DOUBLE))
    assert found.residual == pytest.approx(40.0)
    assert found.blamed == ("s",)
    fine = [out("a", "hill", 100.0), out("b", "dale", 40.0), whole]
    assert not alarms(check(*fine, rules=DOUBLE))
    declared = Constraint("K", "sum", whole="t", parts=("a", "b", "gone"))
    total = out("t", "norland", 140.0)
    assert alarms(check(*parts, total, constraints=(declared,), rules=DOUBLE))


def test_one_story_counts_once_and_is_accused_only_where_it_poses_as_two() -> None:
    pair = [out("a", "hill", 5.0, source="A"), out("b", "hill", 5.0, source="B")]
    (plain,) = check(*pair, rules=DOUBLE, relays={"B": ("A",)})
    assert plain.verdict is Verdict.PASS
    pair[1] = out("b", "hill", 5.0, source="B", words="independently confirmed")
    (posing,) = alarms(check(*pair, rules=DOUBLE, relays={"B": ("A",)}))
    assert posing.blamed == ("b",)
    assert not alarms(check(*pair, rules=DOUBLE))


def test_a_row_twice() -> None:
    same = [out("a", "hill", 5.0), out("b", "hill", 5.0)]
    (found,) = alarms(check(*same))
    assert found.rule == "duplicate-claim"
    assert found.blamed == ("b",)


@pytest.mark.parametrize(
    "other",
    [
        {"first_year": 2024},
        {"source": "S2"},
        {"attribute": "copper output"},
        {"value": 6.0},
        {"basis": Basis.RECOVERABLE},
    ],
)
def test_a_row_that_differs_is_another(other: dict[str, Any]) -> None:
    value = other.pop("value", 5.0)
    found = check(out("a", "hill", 5.0), out("b", "hill", value, **other))
    assert not [f for f in alarms(found) if f.rule == "duplicate-claim"]


# -- stages -----------------------------------------------------------------------------


def flow(name: str, value: float, stage: Stage, **more: Any) -> Statement:
    fields: dict[str, Any] = {
        "stage": stage,
        "basis": Basis.CONTAINED,
        "first_year": 2023,
        "last_year": 2023,
        "source": name,
        "sigma_class": SigmaClass.C,
    }
    quantity = more.pop("quantity", Quantity.PRODUCTION)
    return say(name, "norland", quantity, value, "t/y", **(fields | more))


STAGES = ("stage-slip",)


def test_refined_called_mined() -> None:
    known = [
        flow("m1", 1.8e6, Stage.MINE),
        flow("m2", 1.75e6, Stage.MINE),
        flow("r", 13e6, Stage.REFINED),
    ]
    (found,) = alarms(check(*known, flow("x", 13.05e6, Stage.MINE), rules=STAGES))
    assert found.blamed == ("x",)
    assert "refined output" in found.explanation
    assert not alarms(check(*known, rules=STAGES))


def test_one_against_one_is_a_tie_and_background_decides() -> None:
    r = flow("r", 13e6, Stage.REFINED)
    x = flow("x", 13e6, Stage.MINE)
    (tie,) = alarms(check(r, x, flow("m", 1.8e6, Stage.MINE), rules=STAGES))
    assert tie.verdict is Verdict.TIE
    (sure,) = alarms(check(r, x, flow("m", 1.8e6, Stage.MINE, background=True), rules=STAGES))
    assert sure.blamed == ("x",)
    assert sure.background == ("m",)


def test_gross_imports_called_copper() -> None:
    gross = [
        flow(f"g{i}", 27e6, Stage.NONE, quantity=Quantity.IMPORTS, basis=Basis.CONCENTRATE_GROSS)
        for i in range(2)
    ]
    metal = [flow(f"m{i}", 7e6, Stage.NONE, quantity=Quantity.IMPORTS) for i in range(2)]
    said = flow("x", 27.1e6, Stage.NONE, quantity=Quantity.IMPORTS)
    (found,) = alarms(check(*gross, *metal, said, rules=STAGES))
    assert found.blamed == ("x",)


def test_use_called_output() -> None:
    known = [flow(f"m{i}", 13e6, Stage.REFINED) for i in range(2)]
    used = [flow(f"u{i}", 16e6 + 1e5 * i, Stage.USE, quantity=Quantity.USE) for i in range(2)]
    assert not alarms(check(*known, *used, rules=STAGES))
    # 16 over 13 is less than stages differ by; 20 over 13 is not
    used = [flow(f"u{i}", 20e6, Stage.USE, quantity=Quantity.USE) for i in range(2)]
    assert alarms(check(*known, *used, flow("x", 20e6, Stage.REFINED), rules=STAGES))


def test_a_country_that_mines_what_it_refines_is_fine() -> None:
    assert not alarms(check(flow("m", 5e6, Stage.MINE), flow("r", 5e6, Stage.REFINED)))


def test_refining_more_than_the_feed_stated_needs_more_feed() -> None:
    (found,) = check(flow("m", 1.8e6, Stage.MINE), flow("r", 13e6, Stage.REFINED), rules=STAGES)
    assert found.verdict is Verdict.INSUFFICIENT
