"""Terrain: where rock ends and air begins."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.deposit import Topography

GRID = Grid((-400.0, -300.0, 4800.0), (40.0, 30.0, 15.0), (20, 20, 25))


def seeded(seed: int = 3, **changes: float) -> Topography:
    values = {"slope_deg": 10.0, "uphill_azimuth_deg": 30.0, "relief_m": 25.0, **changes}
    return Topography.seeded(np.random.default_rng(seed), 5000.0, **values)


def test_the_surface_passes_through_the_sites_elevation() -> None:
    assert seeded().surface_m(np.zeros(1), np.zeros(1))[0] == pytest.approx(5000.0, abs=1e-9)


def test_a_plane_rises_by_its_slope_in_its_direction() -> None:
    plane = Topography(5000.0, 10.0, 90.0)
    north = plane.surface_m(np.zeros(2), np.array([0.0, 100.0]))
    assert north[1] - north[0] == pytest.approx(100 * math.tan(math.radians(10)))
    east = plane.surface_m(np.array([0.0, 100.0]), np.zeros(2))
    assert east[1] - east[0] == pytest.approx(0.0, abs=1e-9)


def test_relief_has_the_size_asked_for() -> None:
    x = np.linspace(-40_000, 40_000, 300)
    spread = [
        float(seeded(s, slope_deg=0.0, relief_m=25.0).surface_m(x[None], x[:, None]).std())
        for s in range(5)
    ]
    assert np.mean(spread) == pytest.approx(25.0, rel=0.05)


def test_a_level_surface_fills_blocks_exactly() -> None:
    share = Topography(4806.0).rock_fraction(GRID).reshape(25, 400)
    np.testing.assert_allclose(share[0], 0.4, rtol=1e-12)
    assert (share[1:] == 0).all()
    assert (Topography(9000.0).rock_fraction(GRID) == 1).all()
    assert (Topography(0.0).rock_fraction(GRID) == 0).all()


def test_rock_lies_under_air_and_fills_the_volume_below_the_surface() -> None:
    terrain = seeded()
    share = terrain.rock_fraction(GRID).reshape(25, 20, 20)
    assert ((share >= 0) & (share <= 1)).all()
    assert (np.diff(share, axis=0) <= 1e-12).all()
    # oracle: the surface integrated on a fine lattice
    x = -400 + (np.arange(400) + 0.5) * 2.0
    y = -300 + (np.arange(300) + 0.5) * 2.0
    depth = np.clip(terrain.surface_m(x[None], y[:, None]) - 4800.0, 0, 375.0)
    volume = float(depth.mean()) * 800 * 600
    assert float(share.sum()) * GRID.block_volume_m3 == pytest.approx(volume, rel=2e-3)


def test_depth_is_measured_down_from_the_surface() -> None:
    terrain = seeded()
    depth = terrain.depth_m(GRID)
    centre = GRID.centroids()
    expected = terrain.surface_m(centre[:, 0], centre[:, 1]) - centre[:, 2]
    np.testing.assert_allclose(depth, expected, atol=1e-9)


def test_a_turned_grid_stands_in_the_same_terrain() -> None:
    terrain = seeded()
    turned = Grid((100.0, 50.0, 4900.0), (25.0, 25.0, 15.0), (8, 6, 10), rotation_deg=40.0)
    centre = turned.centroids()
    expected = terrain.surface_m(centre[:, 0], centre[:, 1]) - centre[:, 2]
    np.testing.assert_allclose(terrain.depth_m(turned), expected, atol=1e-8)


def test_seed_decides() -> None:
    assert seeded(3) == seeded(3)
    assert seeded(3) != seeded(4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"elevation_m": math.nan},
        {"slope_deg": -1.0},
        {"slope_deg": 41.0},
        {"slope_deg": math.nan},
        {"relief_m": -5.0},
        {"uphill_azimuth_deg": math.inf},
    ],
)
def test_terrain_that_cannot_exist_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ModelError):
        Topography(**{"elevation_m": 5000.0, **wrong})
