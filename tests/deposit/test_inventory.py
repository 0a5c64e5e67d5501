"""Published inventories: two of three, rounding, and figures that cannot be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.deposit import Inventory

ores = st.floats(1e5, 2e10)
grades = st.floats(0.05, 5.0)


@given(ores, grades)
def test_two_of_three_give_the_third(ore_t: float, cu_pct: float) -> None:
    cu_t = ore_t * cu_pct / 100
    for pair in (
        {"ore_t": ore_t, "cu_pct": cu_pct},
        {"ore_t": ore_t, "cu_t": cu_t},
        {"cu_pct": cu_pct, "cu_t": cu_t},
    ):
        found = Inventory.published(cutoff_cu_pct=0.02, **pair)
        assert found.ore_t == pytest.approx(ore_t, rel=1e-12)
        assert found.cu_pct == pytest.approx(cu_pct, rel=1e-12)
        assert found.cu_t == pytest.approx(cu_t, rel=1e-12)


@given(ores, grades, st.floats(-0.0099, 0.0099))
def test_rounding_is_accepted_and_spread_evenly(ore_t: float, cu_pct: float, off: float) -> None:
    written = Inventory(ore_t, cu_pct, ore_t * cu_pct / 100 * math.exp(off), 0.01)
    level = written.balanced()
    assert level.cu_t == pytest.approx(level.ore_t * level.cu_pct / 100, rel=1e-13)
    for name in ("ore_t", "cu_pct", "cu_t"):
        moved = math.log(getattr(level, name) / getattr(written, name))
        assert abs(moved) == pytest.approx(abs(off) / 3, abs=1e-9)


@pytest.mark.parametrize("factor", [0.5, 0.985, 1.015, 10.0])
def test_three_that_disagree_are_refused_with_the_numbers(factor: float) -> None:
    with pytest.raises(ModelError, match=r"1.402e\+09 t x 0.54") as caught:
        Inventory(1.402e9, 0.54, 1.402e9 * 0.0054 * factor, 0.2, subject="yulong")
    assert caught.value.where == "yulong"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ore_t": -1.0},
        {"ore_t": 0.0},
        {"ore_t": math.nan},
        {"ore_t": math.inf},
        {"cu_pct": -0.5},
        {"cu_pct": 101.0},
        {"cu_pct": math.nan},
        {"cu_t": 0.0},
        {"cu_t": math.nan},
        {"cutoff_cu_pct": -0.1},
        {"cutoff_cu_pct": math.nan},
        {"cutoff_cu_pct": 100.5},
        {"mo_pct": -0.01},
        {"ag_gpt": math.nan},
        {"au_gpt": -1.0},
        {"au_gpt": math.inf},
    ],
)
def test_an_impossible_figure_is_refused_by_name(wrong: dict[str, float]) -> None:
    values = {"ore_t": 1e9, "cu_pct": 0.5, "cu_t": 5e6, "cutoff_cu_pct": 0.2, **wrong}
    with pytest.raises(ModelError, match=next(iter(wrong))):
        Inventory(**values)


@pytest.mark.parametrize("known", [{}, {"ore_t": 1e9}, {"cu_pct": 0.5}, {"cu_t": 5e6}])
def test_one_figure_is_not_enough(known: dict[str, float]) -> None:
    with pytest.raises(ModelError, match="two of"):
        Inventory.published(cutoff_cu_pct=0.2, **known)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["ore_t", "cu_pct", "cu_t"])
def test_a_bad_one_of_two_is_refused_by_name(name: str, bad: float) -> None:
    other = "cu_t" if name != "cu_t" else "ore_t"
    with pytest.raises(ModelError, match=name):
        Inventory.published(cutoff_cu_pct=0.2, **{name: bad, other: 1e6})


def test_more_metal_than_ore_is_refused() -> None:
    with pytest.raises(ModelError, match="cu_pct"):
        Inventory.published(cutoff_cu_pct=0.2, ore_t=1e6, cu_t=2e6)


def test_factors_scale_metal_with_both() -> None:
    base = Inventory.published(cutoff_cu_pct=0.2, ore_t=1e9, cu_pct=0.5)
    scaled = base.with_factors(ore=1.1, grade=0.9)
    assert scaled.ore_t == pytest.approx(1.1e9)
    assert scaled.cu_pct == pytest.approx(0.45)
    assert scaled.cu_t == pytest.approx(5e6 * 0.99)
