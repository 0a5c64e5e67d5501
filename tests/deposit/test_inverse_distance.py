"""Inverse distance: against a plain loop, laws of weights, and a public data set."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.deposit import INVERSE_DISTANCE_NOTE, Samples, inverse_distance

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (6, 5, 3))


def composites(k: int = 40, seed: int = 4) -> Samples:
    rng = np.random.default_rng(seed)
    return Samples(
        rng.uniform([0, 0, 0], [60, 50, 30], (k, 3)),
        {"cu_pct": rng.lognormal(-1, 0.5, k), "au_gpt": rng.lognormal(-2, 0.5, k)},
        rng.uniform(1, 5, k),
        note="holes of the test",
    )


@pytest.mark.parametrize(("radius", "most", "power"), [(15, 4, 2.0), (40, 12, 3.0), (500, 99, 1.0)])
def test_every_block_is_what_a_plain_loop_gives(radius: float, most: int, power: float) -> None:
    data = composites()
    gold = np.where(np.arange(40) % 3 > 0, data["au_gpt"], np.nan)  # not assayed everywhere
    data = data.with_values(au_gpt=gold, ni_pct=gold)
    model = inverse_distance(
        data, GRID, search_radius_m=radius, max_samples=most, power=power, density_t_m3=2.6
    )
    for name in ("cu_pct", "au_gpt"):
        there = np.flatnonzero(~np.isnan(data[name]))
        for block, centre in enumerate(GRID.centroids()):
            far = np.sqrt(((data.xyz_m[there] - centre) ** 2).sum(axis=1))
            chosen = [i for i in np.argsort(far)[:most] if far[i] <= radius]
            if name == "cu_pct":
                assert model["composites"][block] == len(chosen)
            if not chosen:
                assert model[name][block] == 0
                continue
            near = there[chosen]
            weight = data.length_m[near] / far[chosen] ** power
            expected = (weight * data[name][near]).sum() / weight.sum()
            assert model[name][block] == pytest.approx(expected, rel=1e-12)
    assert model.note.startswith(f"{INVERSE_DISTANCE_NOTE}, of cu_pct, au_gpt from holes of")
    barren = float((model["composites"] == 0).mean())
    assert f"{barren:.0%} of blocks out of reach" in model.note
    assert "ni_pct" not in model.fields  # no grade that is mined
    assert (model["density_t_m3"] == 2.6).all()


def test_a_constant_stays_constant_and_data_are_honoured() -> None:
    data = composites()
    flat = data.with_values(cu_pct=np.full(len(data), 0.7))
    model = inverse_distance(flat, GRID, search_radius_m=500, density_t_m3=2.6)
    np.testing.assert_allclose(model["cu_pct"], 0.7, rtol=1e-12)
    at_centres = Samples(GRID.centroids()[[3, 50]], {"cu_pct": np.array([0.2, 1.9])})
    model = inverse_distance(at_centres, GRID, search_radius_m=500, density_t_m3=2.6)
    assert model["cu_pct"][3] == 0.2
    assert model["cu_pct"][50] == 1.9


def test_estimates_stay_within_the_data() -> None:
    data = composites()
    model = inverse_distance(data, GRID, search_radius_m=500, density_t_m3=2.6)
    low, high = data["cu_pct"].min(), data["cu_pct"].max()
    assert low <= model["cu_pct"].min()
    assert model["cu_pct"].max() <= high


def test_one_composite_is_enough() -> None:
    one = Samples(np.array([[30.0, 25.0, 15.0]]), {"cu_pct": np.ones(1)})
    model = inverse_distance(one, GRID, search_radius_m=500, density_t_m3=2.6)
    assert (model["cu_pct"] == 1).all()


def test_composites_of_two_holes_at_one_place_count_as_all_that_was_assayed_there() -> None:
    centres = GRID.centroids()
    data = Samples(
        centres[[7, 21, 7]], {"cu_pct": np.array([0.2, 2.0, 0.8])}, np.array([3.0, 2.0, 1.0])
    )
    model = inverse_distance(data, GRID, search_radius_m=500, density_t_m3=2.6)
    assert model["cu_pct"][7] == pytest.approx(0.35, rel=1e-12)
    for block in (0, 33, 60):
        d2 = ((data.xyz_m - centres[block]) ** 2).sum(axis=1)
        expected = np.average(data["cu_pct"], weights=data.length_m / d2)
        assert model["cu_pct"][block] == pytest.approx(expected, rel=1e-12)


def test_out_of_reach_and_without_copper_is_refused() -> None:
    far = Samples(np.array([[5e5, 4e6, 0.0]]), {"cu_pct": np.ones(1)})
    with pytest.raises(ModelError, match="within reach"):
        inverse_distance(far, GRID, search_radius_m=100, density_t_m3=2.6)
    gold = Samples(np.array([[5.0, 4.0, 0.0]]), {"au_gpt": np.ones(1)})
    with pytest.raises(ModelError, match="no value 'cu_pct'"):
        inverse_distance(gold, GRID, search_radius_m=100, density_t_m3=2.6)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"search_radius_m": 0.0}, "search_radius_m is 0"),
        ({"search_radius_m": float("nan")}, "search_radius_m is nan"),
        ({"max_samples": 0}, "max_samples = 0"),
        ({"power": -1.0}, "power of distance is -1"),
        ({"density_t_m3": float("inf")}, "density_t_m3 is inf"),
    ],
)
def test_a_bad_setting_is_refused_by_name(wrong: dict[str, float], said: str) -> None:
    settings = {"search_radius_m": 50.0, "density_t_m3": 2.6, **wrong}
    with pytest.raises(ModelError, match=said):
        inverse_distance(composites(), GRID, **settings)


def gslib(name: str) -> np.ndarray:
    root = os.environ.get("OREFIELD_DATA")
    path = Path(root, "deposit", "gslib", name) if root else None
    if path is None or not path.exists():
        pytest.skip("needs the GSLIB training data (OREFIELD_DATA)")
    columns = int(path.read_text(encoding="ascii").splitlines()[1].split()[0])
    return np.loadtxt(path, skiprows=2 + columns)


@pytest.mark.data
def test_the_gslib_exhaustive_set_is_recovered_from_its_clustered_samples() -> None:
    # Deutsch and Journel's training data: 140 samples of a 50 x 50 set that is known
    samples, truth = gslib("cluster.dat"), gslib("true.dat")[:, 0]
    assert samples.shape[0] == 140
    xyz = np.column_stack([samples[:, :2], np.zeros(140)])
    data = Samples(xyz, {"cu_pct": samples[:, 2]})
    grid = Grid((0.0, 0.0, -0.5), (1.0, 1.0, 1.0), (50, 50, 1))
    model = inverse_distance(data, grid, search_radius_m=20, density_t_m3=2.6)
    found = model["cu_pct"]
    # the published facts of the set: mean 2.58, clustered sample mean 4.35
    assert truth.mean() == pytest.approx(2.58, abs=0.005)
    assert samples[:, 2].mean() == pytest.approx(4.35, abs=0.005)
    # estimates undo much of the clustering, and follow the truth
    assert abs(found.mean() - truth.mean()) < 0.5 * abs(samples[:, 2].mean() - truth.mean())
    assert np.corrcoef(np.log(found + 0.1), np.log(truth + 0.1))[0, 1] > 0.4
    # samples sit at centres of cells: exactly honoured
    cell = (samples[:, 0].astype(int) + 50 * samples[:, 1].astype(int)).astype(int)
    np.testing.assert_allclose(found[cell], samples[:, 2], atol=1e-12)
