"""The metal ledger closes what balances, and names the node of what does not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orefield.core.errors import LedgerError
from orefield.core.ledger import TOLERANCE, Closure, MetalLedger

YEARS = np.arange(2020, 2024)


def flow(ledger: MetalLedger, src: str, dst: str, quantity_t: object, **more: object) -> None:
    given = {
        "stage": "plant", "material": "ore", "commodity": "Cu", "period": YEARS, **more,
    }  # fmt: skip
    ledger.flow(src=src, dst=dst, quantity_t=quantity_t, **given)  # type: ignore[arg-type]


def level(ledger: MetalLedger, node: str, quantity_t: object, **more: object) -> None:
    given = {
        "stage": "pit", "material": "ore", "commodity": "Cu",
        "period": np.arange(2019, 2024), **more,
    }  # fmt: skip
    ledger.level(node=node, quantity_t=quantity_t, **given)  # type: ignore[arg-type]


def mine(milled: float = 90.0) -> MetalLedger:
    """Deposit -> mill -> market and tailings, over four years; closes when milled = 90 + 10."""
    ledger = MetalLedger(boundaries=["market"])
    flow(ledger, "deposit", "mill", 100.0)
    flow(ledger, "mill", "market", milled)
    flow(ledger, "mill", "tailings", 10.0)
    level(ledger, "deposit", 1000.0 - 100.0 * np.arange(5))
    level(ledger, "tailings", 10.0 * np.arange(5))
    return ledger


def test_a_balanced_mine_closes() -> None:
    closure = mine().check().require()
    assert closure.max_relative_residual <= 1e-15
    assert closure.rows == 4 * 3 + 5 * 2
    # mill, deposit, tailings in four years; the market is a boundary
    assert closure.cells == 12


def test_a_leaking_mill_is_named() -> None:
    closure = mine(milled=89.0).check()
    assert closure.max_relative_residual == pytest.approx(0.01)
    with pytest.raises(LedgerError) as caught:
        closure.require()
    assert "node mill, Cu, 2020, draw 0, scenario baseline" in caught.value.where
    assert "in 100 t, out 99 t" in caught.value.where
    assert caught.value.fix


def test_the_worst_year_and_draw_are_named() -> None:
    ledger = MetalLedger("river-first", boundaries=["world"])
    out = np.full((3, 4), 5.0)
    out[2, 1] = 4.0
    draws = np.arange(3)[:, None]
    flow(ledger, "world", "smelter", np.full((3, 4), 5.0), draw=draws)
    flow(ledger, "smelter", "world", out, draw=draws)
    closure = ledger.check()
    assert "node smelter, Cu, 2021, draw 2, scenario river-first" in closure.worst
    assert closure.max_relative_residual == pytest.approx(0.2)


def test_the_tolerance_is_sharp() -> None:
    def smelter(loss: float) -> Closure:
        ledger = MetalLedger(boundaries=["world"])
        flow(ledger, "world", "smelter", 1.0, period=2020)
        flow(ledger, "smelter", "world", 1.0 - loss, period=2020)
        return ledger.check()

    smelter(0.5 * TOLERANCE).require()
    with pytest.raises(LedgerError):
        smelter(2.0 * TOLERANCE).require()


def test_not_a_number_never_counts_as_closed() -> None:
    with pytest.raises(LedgerError):
        Closure(1, 1, math.nan, "somewhere").require()


def test_each_commodity_closes_on_its_own() -> None:
    ledger = MetalLedger(boundaries=["world"])
    flow(ledger, "world", "mill", 5.0, commodity="Cu", period=2020)
    flow(ledger, "mill", "world", 5.0, commodity="Mo", period=2020)
    assert ledger.check().max_relative_residual == 1.0


def test_materials_may_change_on_the_way() -> None:
    ledger = MetalLedger(boundaries=["world"])
    flow(ledger, "world", "mill", 5.0, material="ore")
    flow(ledger, "mill", "world", 4.0, material="concentrate")
    flow(ledger, "mill", "world", 1.0, material="tailings")
    ledger.check().require()


def test_nothing_is_required_of_boundaries() -> None:
    ledger = MetalLedger(boundaries=["mine", "world"])
    flow(ledger, "mine", "world", 5.0)
    closure = ledger.check()
    assert (closure.cells, closure.max_relative_residual) == (0, 0.0)
    open_world = MetalLedger(boundaries=["mine"])
    flow(open_world, "mine", "world", 5.0)
    with pytest.raises(LedgerError, match="does not close"):
        open_world.check().require()


# -- stocks -----------------------------------------------------------------------------


def stock(levels: list[float], years: list[int], inflow: float = 10.0) -> MetalLedger:
    ledger = MetalLedger(boundaries=["world"])
    flow(ledger, "world", "in use", inflow)
    level(ledger, "in use", levels, period=years)
    return ledger


def test_levels_are_an_account_of_their_own() -> None:
    years = [2019, 2020, 2021, 2022, 2023]
    stock([0, 10, 20, 30, 40], years).check().require()
    closure = stock([0, 10, 20, 31, 41], years).check()
    assert closure.max_relative_residual == pytest.approx(0.1)
    assert "node in use, Cu, 2022" in closure.worst


def test_a_stock_without_opening_level_does_not_close() -> None:
    closure = stock([10, 20, 30, 40], [2020, 2021, 2022, 2023]).check()
    assert closure.max_relative_residual == 1.0
    assert "2020" in closure.worst


def test_a_missing_level_between_does_not_close() -> None:
    closure = stock([0, 10, 30, 40], [2019, 2020, 2022, 2023]).check()
    assert closure.max_relative_residual >= 1.0


def test_a_level_that_jumps_without_flow_does_not_close() -> None:
    ledger = MetalLedger(boundaries=["world"])
    level(ledger, "dump", [5.0, 5.0, 6.0], period=[2019, 2020, 2021])
    closure = ledger.check()
    assert closure.max_relative_residual >= 1.0
    assert "node dump, Cu, 2021" in closure.worst


def test_a_missing_level_of_an_idle_stock_does_not_close() -> None:
    ledger = MetalLedger(boundaries=["world"])
    level(ledger, "dump", [5.0, 2.0], period=[2019, 2021])  # 3 t gone while nobody looked
    with pytest.raises(LedgerError):
        ledger.check().require()


def test_stock_and_process_may_differ_by_draw() -> None:
    ledger = stock([0, 10, 20, 30, 40], [2019, 2020, 2021, 2022, 2023])
    flow(ledger, "world", "in use", 10.0, draw=1)  # no levels in draw 1: nothing leaves
    closure = ledger.check()
    assert closure.max_relative_residual == 1.0
    assert "draw 1" in closure.worst


def test_levels_of_several_materials_add_up() -> None:
    ledger = MetalLedger(boundaries=["world"])
    flow(ledger, "world", "yard", 3.0, material="ore", period=2020)
    flow(ledger, "world", "yard", 4.0, material="scrap", period=2020)
    level(ledger, "yard", [0.0, 3.0], material="ore", period=[2019, 2020])
    level(ledger, "yard", [1.0, 5.0], material="scrap", period=[2019, 2020])
    ledger.check().require()


def test_two_levels_of_one_material_are_refused() -> None:
    ledger = mine()
    level(ledger, "tailings", 20.0, period=2021, stage="environment")
    with pytest.raises(LedgerError, match="two levels of ore") as caught:
        ledger.check()
    assert "node tailings, 2021" in caught.value.where


def test_rounding_of_a_large_stock_is_no_leak() -> None:
    # 1e10 t with a flow of 1e-3 t: the difference of levels carries 1e-6 t of rounding
    ledger = MetalLedger(boundaries=["world"])
    flow(ledger, "deposit", "world", 1e-3, period=2020)
    level(ledger, "deposit", [1e10, 1e10 - 1e-3], period=[2019, 2020])
    ledger.check().require()


# -- bad input --------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf, -math.inf])
def test_quantities_are_finite_and_not_negative(wrong: float) -> None:
    ledger = MetalLedger()
    quantity = np.array([1.0, 2.0, wrong, 3.0])
    with pytest.raises(LedgerError) as caught:
        flow(ledger, "mill", "market", quantity)
    assert "mill -> market, 2022, draw 0" in caught.value.where
    with pytest.raises(LedgerError):
        level(ledger, "mill", quantity, period=YEARS)
    assert ledger.rows == 0


@pytest.mark.parametrize(
    "wrong",
    [{"period": 2020.5}, {"period": np.array([40_000])}, {"period": math.nan}, {"draw": 0.5}],
)
def test_periods_and_draws_are_whole_numbers(wrong: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="not a whole number") as caught:
        flow(MetalLedger(), "mill", "market", 1.0, **wrong)
    assert "mill -> market" in caught.value.where


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(LedgerError, match="do not fit"):
        flow(MetalLedger(), "mill", "market", np.ones(3))


def test_a_flow_to_itself_is_refused() -> None:
    with pytest.raises(LedgerError, match="to itself"):
        flow(MetalLedger(), "mill", "mill", 1.0)


def test_zeros_are_not_stored_but_zero_levels_are() -> None:
    ledger = MetalLedger()
    flow(ledger, "a", "b", [0.0, 1.0, 0.0, 2.0])
    assert ledger.rows == 2
    level(ledger, "b", [0.0, 0.0], period=[2019, 2020])
    assert ledger.rows == 4


def test_an_empty_ledger_is_closed() -> None:
    closure = MetalLedger().check().require()
    assert (closure.rows, closure.cells) == (0, 0)


# -- reading and files ------------------------------------------------------------------


def test_frame_holds_every_row() -> None:
    frame = mine().frame()
    assert len(frame) == 22
    assert set(frame["from"]) == {"deposit", "mill", "tailings"}
    assert frame["unit"].unique().tolist() == ["t"]
    flows = frame[~frame["is_level"]]
    assert flows.loc[flows["to"] == "market", "quantity_t"].sum() == pytest.approx(360.0)


@pytest.mark.parametrize("draws", [None, [0, 2]])
def test_parquet_round_trip(tmp_path: Path, draws: list[int] | None) -> None:
    ledger = MetalLedger("recycling-first", boundaries=["world"])
    quantity = np.arange(1.0, 13.0).reshape(3, 4) / 7.0
    flow(ledger, "world", "smelter", quantity, draw=np.arange(3)[:, None], source="C001")
    level(ledger, "yard", 2.5, draw=np.arange(3)[:, None])
    path = tmp_path / "ledger.parquet"
    written = ledger.to_parquet(path, draws)
    back = pq.read_table(path).to_pandas()
    expected = ledger.frame()
    if draws is not None:
        expected = expected[expected["draw"].isin(draws)].reset_index(drop=True)
    assert written == len(back) == len(expected)
    for column in expected.columns:
        same = back[column].astype(str) if column in ("from", "to") else back[column]
        want = expected[column].astype(str) if column in ("from", "to") else expected[column]
        assert same.tolist() == want.tolist(), column
    assert back["scenario"].unique().tolist() == ["recycling-first"]


def test_an_empty_ledger_writes_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    assert MetalLedger().to_parquet(path) == 0
    back = pd.read_parquet(path)
    assert len(back) == 0
    assert {"period", "draw", "from", "to", "quantity_t", "unit"} <= set(back.columns)
    assert back["is_level"].dtype == bool
    assert back["period"].dtype == np.int16


def test_rows_read_back_close_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    mine().to_parquet(path)
    again = MetalLedger(boundaries=["market"])
    for row in pq.read_table(path).to_pylist():
        common = {
            "stage": row["stage"], "material": row["material"], "commodity": row["commodity"],
            "period": row["period"], "draw": row["draw"], "quantity_t": row["quantity_t"],
        }  # fmt: skip
        if row["is_level"]:
            again.level(node=row["from"], **common)
        else:
            again.flow(src=row["from"], dst=row["to"], **common)
    assert again.check() == mine().check()
