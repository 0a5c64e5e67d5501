"""Graphs of schedules and trade-offs show what the tables hold, and repeat byte by byte."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import numpy as np

from orefield.pit.frontier import Frontier, Point
from orefield.pit.production import Plan
from orefield.report.figures_plans import (
    schedule_graph,
    schedule_svg,
    trade_off_graph,
    trade_off_svg,
)

TONNES = {"mill": np.array([1e6, 2e6, 0.0]), "dump": np.array([3e6, 1e6, 5e5])}
WORTH = np.array([-4e6, 6e6, 9e6])
PLAN = Plan(np.zeros(1, np.int32), np.ones((1, 1)))


def points():
    return Frontier(
        "water", "m3", "total",
        (
            Point(math.inf, 9e6, 8.9e6, 50.0, 0.0, PLAN, 8e6, 48.0),
            Point(30.0, 7e6, 6.9e6, 30.0, 2.0, None),
            Point(1.0, -math.inf, math.nan, math.nan, math.nan),
        ),
        1.0,
    )  # fmt: skip


def test_bars_are_stacked_and_a_loss_stays_in_sight():
    bars, line = schedule_graph(TONNES, WORTH).axes
    assert [p.get_height() for p in bars.patches] == [1, 2, 0, 3, 1, 0.5]
    assert [p.get_y() for p in bars.patches] == [0, 0, 0, 1, 2, 0]
    assert [t.get_text() for t in bars.get_legend().get_texts()] == ["mill", "dump"]
    np.testing.assert_allclose(line.lines[0].get_ydata(), WORTH / 1e6)
    assert line.get_ylim()[0] <= -4.0


def test_many_periods_are_labelled_sparsely():
    long = schedule_graph({"mill": np.ones(90)}, np.arange(90.0)).axes[0]
    assert len(long.get_xticklabels()) <= 12


def test_a_trade_off_has_its_bound_and_its_plans_and_no_impossible_cap():
    (ax,) = trade_off_graph(points()).axes
    proven, bound, plans = ax.lines
    np.testing.assert_allclose(bound.get_xydata(), [[50.0, 9.0], [30.0, 7.0]])
    at, worth = proven.get_xydata().T
    assert (at.min(), at.max()) == (30.0, 50.0)
    # two USD a unit more, up to the value without a cap
    np.testing.assert_allclose(worth, np.minimum(7.0 + 2e-6 * (at - 30.0), 9.0))
    np.testing.assert_allclose(plans.get_xydata(), [[48.0, 8.0]])
    assert ax.get_xlabel() == "water, m3"


def test_the_files_are_svg_and_repeat():
    for text, again in (
        (schedule_svg(TONNES, WORTH), schedule_svg(TONNES, WORTH)),
        (trade_off_svg(points()), trade_off_svg(points())),
    ):
        assert ET.fromstring(text).tag.endswith("svg")
        assert text == again
