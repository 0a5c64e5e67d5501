"""The figure of holes: whole, repeatable, and there for the smallest sets, too."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hole_cases import collars, intervals, one_hole, surveys

from orefield.core import ModelError
from orefield.deposit.drillholes import (
    CompositeRules,
    composite,
    desurvey,
    segments_of,
    validate,
)
from orefield.report.figures_holes import holes_graph, holes_svg


def drawn(holes, length=2.0):
    paths = desurvey(holes)
    found, _ = composite(holes, paths, segments_of(holes), CompositeRules(length))
    return paths, holes.depth_m(), found.samples, "cu_pct"


def fan():
    rng = np.random.default_rng(8)
    names = [f"H{i}" for i in range(30)]
    places = {n: (50.0 * (i % 10), 40.0 * (i // 10), 100.0) for i, n in enumerate(names)}
    stations = [(n, 0, rng.uniform(0, 360), rng.uniform(50, 90)) for n in names]
    rows = [(n, 4 * k, 4 * k + 4, rng.lognormal()) for n in names[:-1] for k in range(20)]
    holes, _ = validate(collars(**places), surveys(*stations), {"assay": intervals(*rows)})
    return holes


def test_plan_and_section_of_a_fan():
    case = drawn(fan())
    text = holes_svg(*case)
    ET.fromstring(text)
    assert text == holes_svg(*case)
    plan, section = holes_graph(*case).axes
    assert "mean cu % of each hole" in plan.get_title(loc="left")
    assert "section along 09" in section.get_title(loc="left")  # the fan lies east to west
    # a metre east is as long as a metre north
    box = plan.get_window_extent()
    (x0, x1), (y0, y1) = plan.get_xlim(), plan.get_ylim()
    assert (x1 - x0) / box.width == pytest.approx((y1 - y0) / box.height)
    # all holes are in the plan, the one that was not assayed too
    for x, y, _ in case[0].node_xyz_m:
        assert x0 < x < x1
        assert y0 < y < y1


@pytest.mark.parametrize("rows", [[(0, 2, 1.0)], [(0, 40, 1.0)], [(0, 4, 0.0), (8, 20, 2.0)]])
def test_one_hole_and_equal_grades_are_drawn(rows):
    ET.fromstring(holes_svg(*drawn(one_hole(*rows))))


def test_a_value_that_was_measured_nowhere_is_refused():
    paths, depth, samples, _ = drawn(one_hole((0, 4, 1.0)))
    none = samples.with_values(ni_pct=np.full(len(samples), np.nan))
    with pytest.raises(ModelError, match="no sample has a value of ni_pct"):
        holes_svg(paths, depth, none, "ni_pct")
