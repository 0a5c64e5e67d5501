"""Where holes may go: polygons, distances, collars, files of candidates, infill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orefield.core import Grid, ModelError, TableError
from orefield.deposit.drilling import (
    Access,
    PlannedHoles,
    Polygon,
    admit,
    collar_grid,
    fans,
    ground_of_columns,
)
from orefield.deposit.drilling.collar_file import read_planned
from orefield.deposit.drilling.infill import regular_infill

SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])


def test_polygon_holds_what_winding_numbers_say() -> None:
    corners = np.array([[0, 0], [8, 1], [9, 7], [5, 3], [1, 9]], dtype=np.float64)
    places = np.random.default_rng(2).uniform(-1, 10, (500, 2))
    lag = corners[None] - places[:, None]
    angle = np.arctan2(lag[..., 1], lag[..., 0])
    turn = (np.diff(np.concatenate([angle, angle[:, :1]], axis=1)) + np.pi) % (2 * np.pi) - np.pi
    winding = np.abs(turn.sum(axis=1)) > np.pi
    assert (Polygon(corners).inside(places) == winding).all()
    assert (Polygon(corners[::-1]).inside(places) == winding).all()


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        (SQUARE[[0, 2, 1, 3]], "cross"),
        (SQUARE[:2], r"shape \(2, 2\)"),
        (np.array([[0, 0], [5, 0], [10, 0]]), "cross or touch|no area"),
        (np.array([[0, 0], [5, 0], [5, 5], [5, 0]]), "twice"),
        (np.array([[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]]), "cross or touch"),
        (np.array([[0, 0], [np.nan, 0], [5, 5]]), "finite"),
    ],
)
def test_polygons_that_cannot_be(corners: np.ndarray, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Polygon(corners)


def test_a_polygon_may_be_closed() -> None:
    closed = Polygon(np.concatenate([SQUARE, SQUARE[:1]]))
    assert closed.inside(np.array([[5.0, 5.0], [11.0, 5.0]])).tolist() == [True, False]


def _vertical(x: list[float]) -> PlannedHoles:
    n = len(x)
    return PlannedHoles(
        np.column_stack([x, np.zeros(n), np.full(n, 100.0)]),
        np.zeros(n), np.full(n, 90.0), np.full(n, 50.0),
    )  # fmt: skip


def test_candidates_are_refused_by_the_first_rule_they_break() -> None:
    holes = _vertical([0.0, 20.0, 40.0, 200.0, 300.0])
    samples = holes.samples(10.0)
    existing = samples.places_m[1]
    area = Polygon(np.array([[-10, -10], [250, -10], [250, 10], [-10, 10]]))
    pond = Polygon(np.array([[190, -10], [210, -10], [210, 10], [190, 10]]))
    # 20 is there already; 0 and 40 are 20 m from it; 200 is in the pond; 300 outside
    with_room = admit(
        holes, samples, existing, Access((area,), (pond,), least_distance_m=20.0), 5.0
    )
    assert with_room.rows.tolist() == [0, 2]
    assert with_room.refused == {
        "collar where none is allowed": 2, "repeats a hole that there is": 1
    }  # fmt: skip
    with pytest.raises(ModelError, match="2 nearer than 21 m"):
        admit(holes, samples, existing, Access((area,), (pond,), least_distance_m=21.0), 5.0)


def test_no_candidate_left_says_why() -> None:
    holes = _vertical([0.0, 20.0])
    samples = holes.samples(10.0)
    with pytest.raises(ModelError, match="2 repeats a hole"):
        admit(holes, samples, samples.flat(), Access(), 5.0)
    with pytest.raises(ModelError, match="2 longer than 30"):
        admit(holes, samples, np.zeros((0, 3)), Access(most_length_m=30.0), 5.0)


def test_samples_lie_in_the_middle_of_their_lengths() -> None:
    hole = PlannedHoles(
        np.array([[0.0, 0.0, 100.0]]), np.array([90.0]), np.array([30.0]), np.array([33.0])
    )
    found = hole.samples(10.0)
    depth = -(found.places_m[0, :, 2] - 100.0) / np.sin(np.radians(30.0))
    # 33 m give two whole samples and one of 13 m, from 20 to 33
    assert depth == pytest.approx([5.0, 15.0, 26.5])
    assert found.places_m[0, :, 0] == pytest.approx(depth * np.cos(np.radians(30.0)))
    assert hole.ends()[0] == pytest.approx([33 * np.cos(np.pi / 6), 0.0, 100 - 16.5])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dip_deg": np.array([95.0])}, "dips beyond"),
        ({"length_m": np.array([0.0])}, "no length"),
        ({"azimuth_deg": np.array([np.nan])}, "not finite"),
        ({"collar_m": np.zeros((0, 3))}, "one or more"),
    ],
)
def test_holes_that_cannot_be(change: dict[str, np.ndarray], words: str) -> None:
    values = {
        "collar_m": np.zeros((1, 3)), "azimuth_deg": np.zeros(1),
        "dip_deg": np.full(1, 90.0), "length_m": np.ones(1),
    }  # fmt: skip
    with pytest.raises(ModelError, match=words):
        PlannedHoles(**{**values, **change})


def test_collars_follow_a_rotated_grid_and_its_ground() -> None:
    grid = Grid((500.0, 100.0, 0.0), (10.0, 10.0, 5.0), (10, 6, 4), rotation_deg=40.0)
    places = collar_grid(grid, (50.0, 20.0))
    local = grid.to_local(np.column_stack([places, np.zeros(len(places))]))
    assert sorted(set(local[:, 0].round(6))) == [25.0, 75.0]
    assert sorted(set(local[:, 1].round(6))) == [10.0, 30.0, 50.0]
    rock = np.ones((4, 6, 10), dtype=bool)
    rock[3, :, 5:] = False
    level = ground_of_columns(grid, rock.ravel())(places)
    assert set(level[local[:, 0] < 50]) == {20.0}
    assert set(level[local[:, 0] > 50]) == {15.0}
    holes = fans(places, ground_of_columns(grid, rock.ravel()), (0, 90), (90, 60), (30.0, 40.0))
    assert len(holes) == 6 * 3 * 2  # a vertical hole has one azimuth


def test_infill_keeps_the_metres_and_the_region() -> None:
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (20, 12, 3), rotation_deg=-25.0)
    region = np.ones((3, 12, 20), dtype=bool)
    region[:, :, 12:] = False
    patterns = regular_infill(
        grid, region.ravel(), 640.0, (30.0, 70.0, 40.0),
        lambda places: np.full(len(places), 30.0), lambda places: np.ones(len(places), bool),
    )  # fmt: skip
    assert patterns
    for pattern in patterns:
        holes = pattern.holes
        assert 0.7 * 640 <= holes.length_m.sum() <= 640
        down = (30.0 - 15.0) / np.sin(np.radians(70.0))
        middle = grid.to_local(holes.collar_m + down * holes.directions())
        assert (middle[:, 0] < 120).all()


def test_candidates_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("hole,x_m,y_m,z_m,azimuth_deg,dip_deg,length_m\nA,1,2,3,0,90,50\n")
    assert read_planned(path).names == ("A",)
    path.write_text("hole,x_m,y_m,z_m,azimuth_deg,dip_deg,length_m\nA,1,two,3,0,90,50\n")
    with pytest.raises(TableError, match="two"):
        read_planned(path)
    path.write_text("x_m,y_m\n1,2\n")
    with pytest.raises(TableError, match="columns are missing"):
        read_planned(path)
    with pytest.raises(TableError, match="cannot be read"):
        read_planned(tmp_path / "none.csv")
