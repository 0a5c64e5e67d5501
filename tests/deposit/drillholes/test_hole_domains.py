"""Domains by polygons and solids, of points, holes and blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hole_cases import logged, one_hole

from orefield.core import Grid, ModelError
from orefield.deposit.domains import Domains, LoggedDomain, Polygon
from orefield.deposit.drillholes.desurvey import desurvey
from orefield.deposit.drillholes.segments import segments_of, split_by
from orefield.deposit.wireframe import Wireframe

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
CORNERS = np.array([[x, y, z] for x in (0.0, 1) for y in (0.0, 1) for z in (0.0, 1)])
FACES = np.array(
    [[0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6],
     [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]], dtype=np.int32,
)  # fmt: skip


def box(low, high):
    low, high = np.asarray(low, float), np.asarray(high, float)
    return Wireframe(low + CORNERS * (high - low), FACES)


def test_points_in_a_polygon_against_angles():
    rng = np.random.default_rng(6)
    # a star: its corners go round the middle, far from convex
    turn = np.sort(rng.uniform(0, 2 * np.pi, 17))
    corners = np.column_stack([np.cos(turn), np.sin(turn)]) * rng.uniform(2, 10, 17)[:, None]
    points = rng.uniform(-11, 11, (4000, 3))
    toward = corners[None] - points[:, None, :2]
    angle = np.arctan2(toward[..., 1], toward[..., 0])
    step = np.diff(np.column_stack([angle, angle[:, :1]]), axis=1)
    whole = np.abs(((step + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)) > np.pi
    assert np.array_equal(Polygon(corners).inside(points), whole)


def test_a_polygon_with_a_side_along_the_axes_holds_each_point_once():
    left = Polygon(SQUARE)
    right = Polygon(SQUARE + np.array([10.0, 0.0]))
    edge = np.array([[10.0, y, 0.0] for y in np.linspace(0.5, 9.5, 10)])
    assert (left.inside(edge) ^ right.inside(edge)).all()


def test_polygons_that_cannot_be():
    with pytest.raises(ModelError, match="corners of shape"):
        Polygon(SQUARE[:2])
    with pytest.raises(ModelError, match="not finite"):
        Polygon(SQUARE * np.nan)


def test_the_first_body_that_holds_a_point_has_it():
    domains = Domains(
        (("core", box((2, 2, 2), (4, 4, 4))), ("halo", box((0, 0, 0), (9, 9, 9)))), default="rest"
    )
    points = np.array([[3.0, 3, 3], [5, 5, 5], [20, 5, 5]])
    assert domains.of_points(points).tolist() == ["core", "halo", "rest"]
    grid = Grid((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0), (11, 11, 11))
    shares = domains.shares(grid, (2, 2, 2))
    assert shares["core"].sum() == pytest.approx(8.0)
    assert shares["core"].sum() + shares["halo"].sum() == pytest.approx(729.0)
    assert (shares["core"] + shares["halo"] <= 1.0).all()


def test_shares_of_a_polygon_in_a_turned_grid():
    domains = Domains((("in", Polygon(SQUARE)),))
    grid = Grid((-4.0, -14.0, 0.0), (0.5, 0.5, 7.0), (60, 60, 2), 30.0)
    share = domains.shares(grid, (4, 4, 1))["in"]
    # all of the square that the grid reaches, on each of two benches
    local = grid.to_local(np.column_stack([SQUARE, np.zeros(4)]))
    assert (local[:, :2] >= 0).all()
    assert (local[:, :2] <= 30).all()
    assert share.sum() * 0.25 == pytest.approx(200.0, rel=0.01)
    assert np.array_equal(share[:3600], share[3600:])


def test_a_code_behind_bodies_is_what_was_logged_else_the_default():
    rock = logged(("H1", 0, 40, "schist"))
    holes = one_hole((0, 100, 1.0), lithology=rock)
    domains = Domains(
        (("lens", box((-5, -5, -30), (5, 5, -20))),), LoggedDomain("rock"), default="unknown"
    )
    found = domains.of_segments(holes, desurvey(holes), segments_of(holes))
    np.testing.assert_allclose(found.to_m, [20, 30, 40, 100], atol=2e-4)
    assert found.codes["domain"].tolist() == ["schist", "lens", "schist", "unknown"]


def test_splits_are_found_to_a_tenth_of_a_millimetre_whatever_the_step():
    holes = one_hole((0, 90, 1.0), (90, 100, 2.0), dip=35.0, azimuth=200.0)
    paths, segments = desurvey(holes), segments_of(holes)
    drop = np.sin(np.radians(35.0))

    def bands(xyz):
        return np.floor(xyz[:, 2] / 7.3).astype(np.int64)

    for step in (0.5, 5.0, 12.0):
        found, label = split_by(segments, paths, bands, step)
        edges = np.arange(1, int(100 * drop / 7.3) + 1) * 7.3 / drop
        expected = np.sort(np.concatenate([edges, [90.0, 100.0]]))
        np.testing.assert_allclose(found.to_m, expected, atol=1e-4)
        assert len(np.unique(label)) == len(edges) + 1
    with pytest.raises(ModelError, match="step along holes"):
        split_by(segments, paths, bands, 0.0)


@pytest.mark.parametrize(
    ("times", "fix"), [(1 / 0.3048, "body looks like feet"), (0.3048, "holes look like feet"),
                       (50.0, "one coordinate system")]
)  # fmt: skip
def test_a_body_in_other_units_is_no_empty_domain(times, fix):
    far = box(np.array([5000.0, 7000, 0]) * times, np.array([5100.0, 7100, 90]) * times)
    holes = np.array([[5000.0, 7000, 80], [5090, 7080, 10]])
    with pytest.raises(ModelError, match="no hole comes near the body of domain 'in'") as caught:
        Domains((("in", far),)).refuse_far_bodies(holes)
    assert fix in caught.value.fix
    Domains((("in", box((5150, 7000, 0), (5300, 7100, 50))),)).refuse_far_bodies(holes)
