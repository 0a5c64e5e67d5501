"""The pit-by-pit graph shows what the table holds, and repeats byte by byte."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from orefield.pit.shell_analysis import PitByPit
from orefield.report.figures_shells import pit_by_pit_graph, pit_by_pit_svg


def table(n=4, specified=True):
    rise = np.arange(1.0, n + 1)
    return PitByPit(
        revenue_factor=0.2 * rise, ore_t=1e6 * rise, waste_t=2e6 * rise, strip=np.full(n, 2.0),
        metal_t={}, value_usd=9e6 * rise, best_usd=8e6 * rise, worst_usd=5e6 * rise - 7e6,
        specified_usd=7e6 * rise if specified else np.full(n, np.nan), life=rise,
    )  # fmt: skip


@pytest.mark.parametrize("specified", [True, False])
def test_bars_and_lines_are_those_of_the_table(specified):
    fig = pit_by_pit_graph(table(specified=specified))
    bars, lines = fig.axes
    heights = [p.get_height() for p in bars.patches]
    np.testing.assert_allclose(heights, [1, 2, 3, 4, 2, 4, 6, 8])
    drawn = {line.get_label(): line.get_ydata() for line in lines.lines}
    assert set(drawn) == {"best", "worst", "specified"} - (set() if specified else {"specified"})
    np.testing.assert_allclose(drawn["best"], [8, 16, 24, 32])
    assert lines.get_ylim()[0] <= -2.0  # a case that loses money stays in sight


def test_many_shells_are_labelled_sparsely_and_the_last_always():
    bars = pit_by_pit_graph(table(101)).axes[0]
    labels = [t.get_text() for t in bars.get_xticklabels()]
    assert len(labels) <= 10
    assert "20.2" in labels


def test_the_file_is_svg_and_repeats():
    text = pit_by_pit_svg(table())
    assert ET.fromstring(text).tag.endswith("svg")
    assert text == pit_by_pit_svg(table())
    assert "revenue factor" in text
