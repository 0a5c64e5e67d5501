"""Blocks by the domain of their nearest sample, and samples of a map: whole commands."""

import numpy as np
import pytest

from orefield.commands.deposit.estimating import deposit_estimate
from orefield.commands.deposit.simulating import deposit_simulate
from orefield.core import BlockModel, Grid
from orefield.core.errors import InputError
from orefield.deposit import Ellipsoid, Rotation
from orefield.report import figures_simulation

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (12, 10, 4))
RANGES, AZIMUTH = (60.0, 25.0, 15.0), 40.0
SETTINGS = """
[samples]
file = "samples.csv"
[grid]
origin = [0, 0, 0]
size = [10, 10, 5]
shape = [12, 10, 4]
[domains]
default = "none"
[domains.nearest]
ranges_m = [60, 25, 15]
azimuth_deg = 40
[[variogram]]
name = "cu_pct"
[[variogram.structure]]
kind = "spherical"
sill = 1.0
ranges_m = [50, 50, 20]
[[estimate]]
value = "cu_pct"
domain = "ore"
method = "nearest neighbour"
search = [{ ranges_m = [200, 200, 200] }]
[simulate]
value = "cu_pct"
domain = "ore"
realisations = 2
variogram = "cu_pct"
"""


@pytest.fixture
def place(tmp_path):
    rng = np.random.default_rng(4)
    xyz = rng.uniform(0, 1, (40, 3)) * [120, 100, 20]
    word = np.where(xyz[:, 0] + xyz[:, 1] < 100, "ore", "waste")
    cu = rng.lognormal(size=40)
    rows = [f"{x},{y},{z},{c},{w}\n" for (x, y, z), c, w in zip(xyz, cu, word, strict=True)]
    (tmp_path / "samples.csv").write_text("x,y,z,cu_pct,domain\n" + "".join(rows), "utf-8")
    (tmp_path / "deposit.toml").write_text(SETTINGS, "utf-8")
    return tmp_path, xyz, word


def nearest_words(xyz, word):
    """By every distance there is."""
    transform = Ellipsoid(RANGES, Rotation(azimuth_deg=AZIMUTH)).transform()
    apart = (GRID.centroids()[:, None] - xyz[None]) @ transform.T
    away = np.linalg.norm(apart, axis=2)
    return np.where(away.min(axis=1) <= 1.0, word[away.argmin(axis=1)], "none")


def test_blocks_have_the_domain_of_the_nearest_sample_in_reach(place, monkeypatch):
    folder, xyz, word = place
    expected = nearest_words(xyz, word)
    assert set(expected) == {"ore", "waste", "none"}
    deposit_estimate(folder / "deposit.toml")
    model = BlockModel.from_parquet(folder / "results" / "estimate.parquet")
    np.testing.assert_array_equal(model["domain"], expected)
    np.testing.assert_array_equal(model["cu_pct_pass"] > 0, expected == "ore")
    for name in ("maps_svg", "distribution_svg"):
        monkeypatch.setattr(figures_simulation, name, lambda *_: "<svg/>")
    data, _ = deposit_simulate(folder / "deposit.toml")
    assert data["blocks"] == (expected == "ore").sum()


def test_a_body_comes_before_the_nearest_sample(place):
    folder, xyz, word = place
    body = '[[domains.polygon]]\nname = "pit"\npoints = [[0, 0], [60, 0], [60, 50], [0, 50]]\n'
    text = SETTINGS.replace("[domains.nearest]", body + "[domains.nearest]")
    (folder / "deposit.toml").write_text(text, "utf-8")
    deposit_estimate(folder / "deposit.toml")
    model = BlockModel.from_parquet(folder / "results" / "estimate.parquet")
    x, y, _ = GRID.centroids().T
    expected = np.where((x < 60) & (y < 50), "pit", nearest_words(xyz, word))
    np.testing.assert_array_equal(model["domain"], expected)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[domains.nearest]\nranges_m = [60, 25, 15]\nazimuth_deg = 40\n", "", "no domain is told"),
        ("ranges_m = [60, 25, 15]\n", "", "ranges_m"),
        ("ranges_m = [60, 25, 15]", "ranges_m = [60, 25, 0]", "range"),
        ('domain = "ore"\nmethod', 'domain = "oer"\nmethod', "did you mean 'ore'"),
        ('default = "none"', 'name = "rock"', "no code 'rock'"),
    ],
)
def test_what_is_wrong_is_told(place, before, after, words):
    folder, *_ = place
    assert before in SETTINGS
    (folder / "deposit.toml").write_text(SETTINGS.replace(before, after, 1), "utf-8")
    with pytest.raises(InputError, match=words):
        deposit_estimate(folder / "deposit.toml")


def test_two_estimates_whose_files_would_have_one_name_are_refused(place):
    folder, *_ = place
    twin = '[[estimate]]\nvalue = "cu_pct"\nfield = "cu.pct"\ndomain = "ore"\n'
    text = SETTINGS.replace(
        "[simulate]", twin + "[[estimate.search]]\nranges_m = [9, 9, 9]\n[simulate]"
    )
    (folder / "deposit.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match="would both be called 'cu_pct_ore'"):
        deposit_estimate(folder / "deposit.toml")


MAP = """
[samples]
file = "map.csv"
{z}
[grid]
origin = [0, 0, {base}]
size = [10, 10, 4]
shape = [10, 10, 1]
[[estimate]]
value = "zn_ppm"
method = "inverse distance"
search = [{{ ranges_m = [60, 60, 1] }}]
"""


@pytest.fixture
def uneven(tmp_path):
    """Samples on the middles of blocks, at heights of their own."""
    rng = np.random.default_rng(2)
    at = rng.choice(100, 30, replace=False)
    zn = rng.lognormal(6, 1, 30)
    rows = [f"{5 + 10 * (k % 10)},{5 + 10 * (k // 10)},{h},{v}\n"
            for k, h, v in zip(at, rng.uniform(20, 30, 30), zn, strict=True)]  # fmt: skip
    (tmp_path / "map.csv").write_text("x,y,elev,zn_ppm\n" + "".join(rows), "utf-8")
    return tmp_path, at, zn


def test_a_map_on_uneven_ground_is_told_how_to_be_one(uneven):
    folder, at, zn = uneven
    (folder / "map.toml").write_text(MAP.format(z="", base=0), "utf-8")
    with pytest.raises(InputError, match="one layer of the grid") as told:
        deposit_estimate(folder / "map.toml")
    assert "elevation_m" in str(told.value)
    # any elevation: a map's samples come to the level of the grid, and are met exactly
    (folder / "map.toml").write_text(MAP.format(z="elevation_m = 0", base=700), "utf-8")
    deposit_estimate(folder / "map.toml")
    model = BlockModel.from_parquet(folder / "results" / "estimate.parquet")
    np.testing.assert_allclose(model["zn_ppm"][at], zn, rtol=1e-12)


def test_samples_of_a_bench_keep_their_elevations(uneven):
    """One metre of reach upwards: only samples near the middle of the bench, 25 m, are seen."""
    folder, at, _ = uneven
    (folder / "map.toml").write_text(MAP.format(z="", base=23), "utf-8")
    deposit_estimate(folder / "map.toml")
    model = BlockModel.from_parquet(folder / "results" / "estimate.parquet")
    height = np.genfromtxt(folder / "map.csv", delimiter=",", skip_header=1)[:, 2]
    near = np.abs(height - 25.0) <= 1.0
    assert 0 < near.sum() < len(at)
    xy, places = model.grid.centroids()[:, :2], model.grid.centroids()[at][near]
    apart = xy[:, None] - places[None, :, :2]
    rise = (25.0 - height[near]) / 1.0
    within = (((apart / 60.0) ** 2).sum(axis=2) + rise**2 <= 1.0).any(axis=1)
    np.testing.assert_array_equal(model["zn_ppm_pass"] > 0, within)
