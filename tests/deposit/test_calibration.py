"""Measuring a model and setting it beside what is published, on models counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import BlockModel, CalibrationError, Grid, ModelError
from orefield.deposit import Inventory, compare, measure

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (4, 1, 1))
MODEL = BlockModel(
    GRID,
    {
        "density_t_m3": np.array([2.0, 3.0, 2.0, 2.0]),
        "rock_fraction": np.array([1.0, 0.5, 1.0, 0.0]),
        "cu_pct": np.array([0.5, 1.0, 0.1, 9.0]),
        "au_gpt": np.array([0.2, 0.6, 0.0, 9.0]),
    },
)


def test_what_is_measured_is_what_is_counted() -> None:
    found = measure(MODEL, 0.5)
    assert found.ore_t == 2000 + 1500
    assert found.blocks == 2  # the block of air is none, however rich
    assert found.cu_t == pytest.approx((2000 * 0.5 + 1500 * 1.0) / 100)
    assert found.cu_pct == pytest.approx(100 * found.cu_t / found.ore_t)
    assert found.au_gpt == pytest.approx((2000 * 0.2 + 1500 * 0.6) / 3500)
    assert found.mo_pct == 0


def test_deviations_are_relative_and_the_worst_is_named() -> None:
    published = Inventory.published(ore_t=3500, cu_pct=0.7, cutoff_cu_pct=0.5, au_gpt=0.5)
    report = compare(MODEL, published)
    assert report.deviations == {
        "ore_t": 0.0,
        "cu_pct": pytest.approx(2500 / 3500 / 0.7 - 1),
        "cu_t": pytest.approx(25 / 24.5 - 1),
        "au_gpt": pytest.approx(1300 / 3500 / 0.5 - 1),
    }
    assert report.worst[0] == "au_gpt"
    assert report.within(0.26)
    assert not report.within(0.25)
    assert report.require(0.26) is report
    assert report.require_copper(0.021) is report
    with pytest.raises(CalibrationError, match=r"au_gpt is 0\.371429, published 0\.5"):
        report.require(0.25)
    with pytest.raises(CalibrationError, match="cu_"):
        report.require_copper(0.02)


def test_the_report_as_plain_values() -> None:
    published = Inventory.published(ore_t=3500, cu_pct=0.7, cutoff_cu_pct=0.5)
    plain = compare(MODEL, published).as_dict()
    assert plain["published"]["cu_t"] == pytest.approx(24.5)
    assert plain["modelled"]["ore_t"] == 3500
    assert set(plain["modelled"]) == set(plain["published"])


def test_a_model_without_copper_is_refused() -> None:
    with pytest.raises(ModelError, match="cu_pct"):
        measure(BlockModel(GRID, {"density_t_m3": np.ones(4)}), 0.2)
