"""What published output says of a pit: how far it had been opened when a study begins."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from orefield.pipeline.history import match_opening
from orefield.pit import Economics, MiningUnits, ScheduleInputs, schedule

PRICES = Economics(
    cu_usd_t=8000.0,
    cu_payable=1.0,
    concentrate_cu_pct=25.0,
    mining_usd_t=2.0,
    processing_usd_t=6.0,
    tail_pct=0.0,
    cu_recovery_max=0.9,
    mo_recovery=0.5,
    mo_usd_t=10_000.0,
)
MILL_T, MINE_T, YEARS = 5e6, 8e6, 8
COPPER_T = MILL_T * 0.01 * 0.9


def pit_with_a_band(waste_t: float) -> SimpleNamespace:
    """Twenty Mt of ore, a band of waste, then ore without end, in one column."""
    rock = np.array([[20e6], [waste_t], [400e6 - waste_t]])
    metal = np.zeros((3, 1, 4))
    metal[:, 0, 0] = rock[:, 0] * [0.01, 0.0, 0.01]
    units = MiningUnits(
        phase=np.zeros(3, dtype=np.int32),
        bench=np.array([2, 1, 0], dtype=np.int32),
        depth=np.arange(3, dtype=np.int32),
        elevation_m=np.zeros(3),
        rock_t=rock,
        metal_t=metal,
        mining_usd_t=np.full(3, 2.0),
        edges_pct=np.zeros(0),
        selective=True,
    )
    return SimpleNamespace(units=units, order=units.order(0), method="open_pit")


def inputs(**changes) -> ScheduleInputs:
    return replace(ScheduleInputs.of(PRICES, range(YEARS), MILL_T, MINE_T), **changes)


def ore_t(build: SimpleNamespace, opening_t: float) -> np.ndarray:
    plan = inputs(opening_rock_t=np.array([opening_t]))
    return schedule(build.units, build.order, plan).ore_t[0]


def output(*years: float) -> np.ndarray:
    return np.array([*years, *[np.nan] * (YEARS - len(years))])


def test_a_mine_at_work_does_not_run_out_of_ore_when_its_statistics_end():
    """Both openings give two published years; only the deep one has ore laid bare after them."""
    build, published = pit_with_a_band(100e6), output(COPPER_T, COPPER_T)
    unopened = ore_t(build, 0.0)
    assert unopened[:2] == pytest.approx(MILL_T)
    assert unopened[4:7].sum() < 0.1 * 3 * MILL_T
    found = match_opening(build, inputs(), inputs(), published, 0.0)
    assert ore_t(build, found)[:7] == pytest.approx(MILL_T)


def test_what_is_published_comes_before_what_is_to_come():
    """A lean year is met, though a deeper opening would have fed the mill in every year."""
    build = pit_with_a_band(6e6)
    lean = ore_t(build, 0.0)
    assert lean[4] == pytest.approx(2e6)
    published = output(*(lean[:6] * 0.01 * 0.9))
    found = match_opening(build, inputs(), inputs(), published, 0.0)
    assert ore_t(build, found)[:6] == pytest.approx(lean[:6], rel=0.1)


@pytest.mark.parametrize("published", [output(), output(COPPER_T)])
def test_one_published_year_says_nothing_of_an_opening(published):
    assert match_opening(pit_with_a_band(100e6), inputs(), inputs(), published, 7e6) == 7e6


def test_a_cave_has_no_opening():
    build = pit_with_a_band(100e6)
    build.method = "block_cave"
    published = output(COPPER_T, COPPER_T)
    assert match_opening(build, inputs(), inputs(), published, 0.0) == 0.0
