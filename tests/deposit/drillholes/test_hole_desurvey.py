"""Minimum curvature against closed forms, and what it must do at stations and beyond."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hole_cases import collars, intervals, surveys
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.deposit.drillholes.desurvey import desurvey
from orefield.deposit.drillholes.tables import Drillholes

ASSAY = intervals(("A", 0, 1, 1.0))


def path(*stations, xyz=(100.0, 200.0, 300.0)):
    rows = surveys(*[("A", *s) for s in stations])
    return desurvey(Drillholes(collars(A=xyz), rows, {"assay": ASSAY}))


def at(found, *depths):
    xyz, way = found.locate(np.zeros(len(depths), int), np.array(depths, float))
    return xyz, way


def test_a_single_station_is_a_straight_hole():
    found = path((0.0, 45.0, 60.0))
    xyz, way = at(found, 0.0, 10.0, 1000.0)
    half = 0.5 * math.sqrt(0.5)
    np.testing.assert_allclose(way[1], [half, half, -math.sin(math.radians(60))], atol=1e-15)
    np.testing.assert_allclose(xyz, np.array([100, 200, 300]) + np.outer([0, 10, 1000], way[0]),
                               rtol=0, atol=1e-10)  # fmt: skip


def test_straight_down_keeps_east_and_north():
    xyz, _ = at(path((0.0, 137.0, 90.0)), 0.0, 5000.0)
    np.testing.assert_allclose(xyz[1], [100, 200, -4700], atol=1e-9)


def arc(radius, turned):
    """A hole that begins vertical and turns to the north on a circle."""
    return radius * (1 - np.cos(turned)), -radius * np.sin(turned)


def test_a_quarter_circle_from_two_stations():
    radius = 400.0
    length = radius * math.pi / 2
    found = path((0.0, 0.0, 90.0), (length, 0.0, 0.0), xyz=(0.0, 0.0, 0.0))
    depths = np.linspace(0, length, 9)
    xyz, way = at(found, *depths)
    north, up = arc(radius, depths / radius)
    np.testing.assert_allclose(xyz, np.column_stack([0 * north, north, up]), atol=1e-9)
    np.testing.assert_allclose(way[:, 2], -np.cos(depths / radius), atol=1e-12)
    # straight on below the last station: level, to the north
    np.testing.assert_allclose(at(found, length + 50.0)[0][0], [0, radius + 50, -radius], atol=1e-9)


def test_more_stations_on_one_arc_change_nothing():
    radius = 250.0
    few = path((0, 0, 90), (100, 0, 90 - math.degrees(100 / radius)), xyz=(0, 0, 0))
    many = path(
        *[(d, 0, 90 - math.degrees(d / radius)) for d in np.linspace(0, 100, 11)], xyz=(0, 0, 0)
    )
    depths = np.linspace(0, 100, 37)
    np.testing.assert_allclose(at(few, *depths)[0], at(many, *depths)[0], atol=1e-9)


def test_an_inclined_arc_turns_in_its_own_plane():
    # the textbook formula of one course, written out
    (a1, d1), (a2, d2), length = (30.0, 70.0), (75.0, 40.0), 60.0
    i1, i2 = (math.radians(90 - d) for d in (d1, d2))
    t1, t2 = math.radians(a1), math.radians(a2)
    dl = math.acos(math.cos(i2 - i1) - math.sin(i1) * math.sin(i2) * (1 - math.cos(t2 - t1)))
    rf = 2 / dl * math.tan(dl / 2)
    half = length / 2 * rf
    expected = [
        half * (math.sin(i1) * math.sin(t1) + math.sin(i2) * math.sin(t2)),
        half * (math.sin(i1) * math.cos(t1) + math.sin(i2) * math.cos(t2)),
        -half * (math.cos(i1) + math.cos(i2)),
    ]
    found = path((0, a1, d1), (length, a2, d2), xyz=(0, 0, 0))
    np.testing.assert_allclose(at(found, length)[0][0], expected, atol=1e-11)
    # every point of the arc is at one distance from the centre of its circle
    xyz, way = at(found, *np.linspace(0, length, 13))
    inward = way[-1] - way[0] * math.cos(dl)
    centre = xyz[0] + inward / np.linalg.norm(inward) * length / dl
    np.testing.assert_allclose(np.linalg.norm(xyz - centre, axis=1), length / dl, rtol=1e-10)


def test_a_first_station_below_the_collar_gives_its_direction():
    xyz, _ = at(path((50.0, 90.0, 45.0), (80.0, 90.0, 45.0), xyz=(0, 0, 0)), 25.0, 100.0)
    np.testing.assert_allclose(xyz[:, 0], np.array([25, 100]) * math.sqrt(0.5), atol=1e-10)
    np.testing.assert_allclose(xyz[:, 2], -xyz[:, 0], atol=1e-10)


def test_tiny_doglegs_lose_no_digits():
    # a degree split in a million parts: the arc is straight to the eye, its length exact
    found = path((0, 0, 60.0), (1000, 1e-9, 60.0), xyz=(0, 0, 0))
    xyz, _ = at(found, 0.0, 1000.0)
    assert np.linalg.norm(xyz[1] - xyz[0]) == pytest.approx(1000.0, abs=1e-9)


def test_one_hole_does_not_depend_on_the_others():
    stations = [("A", 0, 10, 60), ("A", 50, 30, 50), ("B", 0, 200, 80), ("B", 40, 210, 85)]
    both = desurvey(
        Drillholes(collars(A=(0, 0, 0), B=(5e5, 6e6, 900)), surveys(*stations), {"assay": ASSAY})
    )
    alone = desurvey(Drillholes(collars(A=(0, 0, 0)), surveys(*stations[:2]), {"assay": ASSAY}))
    depths = np.linspace(0, 120, 25)
    assert np.array_equal(
        both.locate(np.zeros(25, int), depths)[0], alone.locate(np.zeros(25, int), depths)[0]
    )


@given(
    st.lists(st.tuples(st.floats(1, 80), st.floats(0, 360), st.floats(-85, 85)), min_size=1,
             max_size=6),
)  # fmt: skip
def test_paths_are_exact_at_stations_and_smooth_everywhere(courses):
    depths = np.cumsum([c[0] for c in courses]) - courses[0][0]
    found = path(*[(d, a, p) for d, (_, a, p) in zip(depths, courses, strict=True)])
    xyz, way = at(found, *depths)
    dip, azimuth = (np.radians([c[k] for c in courses]) for k in (2, 1))
    np.testing.assert_allclose(
        way,
        np.column_stack([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth),
                         -np.sin(dip)]),
        atol=1e-9,
    )  # fmt: skip
    # unit speed: a short way along the path is as long as the depths say, on either side
    for d in depths:
        step = 1e-5
        near, _ = at(found, max(d - step, 0.0), d, d + step)
        assert np.linalg.norm(near[2] - near[1]) == pytest.approx(step, rel=1e-3)
    # a chord is never longer than the arc
    assert (np.linalg.norm(np.diff(xyz, axis=0), axis=1) <= np.diff(depths) + 1e-9).all()


def test_depths_above_the_collar_are_refused():
    with pytest.raises(ModelError, match="negative or not finite"):
        at(path((0, 0, 90)), -1.0)
    with pytest.raises(ModelError, match="negative or not finite"):
        at(path((0, 0, 90)), math.nan)


def test_unsorted_stations_and_bare_holes_are_refused():
    with pytest.raises(ModelError, match="not sorted"):
        path((50, 0, 90), (0, 0, 90))
    with pytest.raises(ModelError, match="hole B has no survey"):
        desurvey(
            Drillholes(
                collars(A=(0, 0, 0), B=(1, 1, 1)), surveys(("A", 0, 0, 90)), {"assay": ASSAY}
            )
        )
