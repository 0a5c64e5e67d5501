"""Kriging against dense systems, PyKrige and the published GSLIB output."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from kriging_oracle import covariances, dense, nearest

from orefield.core import Grid
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.estimation import Drift, LocalAnisotropy, Search, krige
from orefield.deposit.estimation.support import Support

AXES = Rotation(30.0, 20.0, 10.0)
MODEL = Variogram(
    0.2,
    (
        Structure("spherical", 0.5, (300.0, 200.0, 80.0), AXES),
        Structure("exponential", 0.4, (500.0, 300.0, 100.0), Rotation(60.0, 10.0, 0.0)),
    ),
)
SEARCH = Search(Ellipsoid((300.0, 200.0, 80.0), AXES), max_samples=14)


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 1000, (300, 3)) * [1, 1, 0.2] + [5e5, 4e6, 100]
    values = {"cu": rng.lognormal(size=300), "ni": rng.normal(size=300)}
    return Samples(xyz, values, hole=rng.integers(0, 30, 300).astype(np.int32))


@pytest.fixture(scope="module")
def grid():
    return Grid((5e5, 4e6, 100.0), (60.0, 60.0, 25.0), (15, 15, 7), 20.0)


def same(a, b):
    return all(
        np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=True)
        for f in dataclasses.fields(a)
    )


@pytest.mark.parametrize("mean", [None, 1.3])
@pytest.mark.parametrize("discretisation", [None, (3, 2, 2)])
def test_estimates_are_those_of_dense_systems(samples, grid, mean, discretisation):
    found = krige(samples, "cu", grid, MODEL, SEARCH, mean=mean, discretisation=discretisation)
    places = grid.centroids()
    offsets = None if discretisation is None else Support.block(grid, discretisation).offsets_m
    checked = 0
    for b in range(0, grid.n, 13):
        at = nearest(samples.xyz_m, places[b], SEARCH.transform(), 14)
        assert found.samples[b] == len(at)
        if not len(at):
            assert found.passes[b] == 0
            assert found.status[b] == 1
            assert np.isnan(found.value[b])
            continue
        checked += 1
        xyz, values = samples.xyz_m[at], samples["cu"][at]
        z, variance, weights, nu, own, k = dense(
            MODEL, xyz, values, places[b], mean=mean, offsets=offsets
        )
        of_estimate = weights @ covariances(MODEL, xyz, xyz) @ weights
        assert found.value[b] == pytest.approx(z, abs=1e-9)
        assert found.variance[b] == pytest.approx(variance, abs=1e-9)
        assert found.support[b] == pytest.approx(own, abs=1e-12)
        assert found.slope[b] == pytest.approx(weights @ k / of_estimate, abs=1e-9)
        assert found.lagrange[b] == pytest.approx(nu[0] if mean is None else 0.0, abs=1e-9)
        assert found.negative[b] == pytest.approx(weights[weights < 0].sum(), abs=1e-9)
        assert found.efficiency[b] == pytest.approx((own - variance) / own, abs=1e-9)
        lags = np.linalg.norm(xyz - places[b], axis=1)
        assert found.distance_m[b] == pytest.approx(lags.mean())
        assert found.nearest_m[b] == pytest.approx(lags.min())
        assert found.holes[b] == len(set(samples.hole[at].tolist()))
    assert checked > 50


@pytest.mark.parametrize(("order", "axes"), [(1, "xyz"), (2, "xy"), (1, "z"), (0, "xyz")])
def test_universal_kriging_is_that_of_dense_systems(samples, grid, order, axes):
    search = Search(Ellipsoid((500.0, 500.0, 200.0)), max_samples=24, min_samples=12)
    found = krige(samples, "cu", grid, MODEL, search, drift=Drift(order, axes))
    places = grid.centroids()

    def terms(xyz):
        c = {a: (xyz[:, i] - places[:, i].mean()) / 500 for i, a in enumerate("xyz") if a in axes}
        columns = [np.ones(len(xyz))]
        if order >= 1:
            columns += list(c.values())
        if order == 2:
            names = list(c)
            columns += [c[p] * c[q] for i, p in enumerate(names) for q in names[i:]]
        return np.column_stack(columns)

    for b in range(0, grid.n, 41):
        at = nearest(samples.xyz_m, places[b], search.transform(), 24)
        if len(at) < 12:
            continue
        z, variance, *_ = dense(
            MODEL, samples.xyz_m[at], samples["cu"][at], places[b],
            drift=terms(samples.xyz_m[at]), at=terms(places[b : b + 1])[0],
        )  # fmt: skip
        assert found.value[b] == pytest.approx(z, abs=1e-8)
        assert found.variance[b] == pytest.approx(variance, abs=1e-8)


def in_block(terms, place, offsets):
    """A drift of a block: that of its points, on average."""
    return terms(place + offsets).mean(axis=0)


@pytest.mark.parametrize("order", [1, 2])
def test_a_drift_of_blocks_is_that_of_their_points(samples, grid, order):
    search = Search(Ellipsoid((500.0, 500.0, 200.0)), max_samples=24, min_samples=16)
    found = krige(samples, "cu", grid, MODEL, search, drift=Drift(order), discretisation=(3, 2, 2))
    offsets = Support.block(grid, (3, 2, 2)).offsets_m
    places = grid.centroids()
    middle = places.mean(axis=0)

    def terms(xyz):
        x, y, z = ((xyz - middle) / [500, 500, 100]).T
        columns = [np.ones(len(xyz)), x, y, z]
        if order == 2:
            columns += [x * x, x * y, x * z, y * y, y * z, z * z]
        return np.column_stack(columns)

    for b in np.flatnonzero(found.estimated)[::23]:
        at = nearest(samples.xyz_m, places[b], search.transform(), 24)
        z, variance, *_ = dense(
            MODEL, samples.xyz_m[at], samples["cu"][at], places[b],
            drift=terms(samples.xyz_m[at]), at=in_block(terms, places[b], offsets), offsets=offsets,
        )  # fmt: skip
        assert found.value[b] == pytest.approx(z, abs=1e-8)
        assert found.variance[b] == pytest.approx(variance, abs=1e-8)


@pytest.mark.parametrize("order", [1, 2])
def test_in_a_level_plane_a_drift_has_no_height(samples, order):
    level = Samples(samples.xyz_m * [1, 1, 0] + [0, 0, 1234.5678], dict(samples.values))
    places = level.xyz_m[::11] + np.array([33.0, 17.0, 0.0])
    search = Search(Ellipsoid((400.0, 400.0, 400.0)), max_samples=16, min_samples=8)
    found = krige(level, "cu", places, MODEL, search, drift=Drift(order, "xyz"))

    def terms(xyz):
        x, y = ((xyz[:, :2] - places[0, :2]) / 500).T
        return np.column_stack([np.ones(len(xyz)), x, y, x * x, x * y, y * y][: 3 * order])

    checked = 0
    for b in np.flatnonzero(found.estimated):
        at = nearest(level.xyz_m, places[b], search.transform(), 16)
        z, variance, *_ = dense(
            MODEL, level.xyz_m[at], level["cu"][at], places[b],
            drift=terms(level.xyz_m[at]), at=terms(places[b : b + 1])[0],
        )  # fmt: skip
        assert found.value[b] == pytest.approx(z, abs=1e-8)
        assert found.variance[b] == pytest.approx(variance, abs=1e-8)
        checked += 1
    assert checked > 20


@pytest.mark.parametrize("points", [(1, 1, 1), (3, 3, 2), (2, 2, 2)])
@pytest.mark.parametrize("mean", [None, 1.0])
def test_a_sample_at_a_point_of_the_block_brings_no_nugget(points, mean):
    # GSLIB's pitfall: with the nugget in the covariance of a sample with the point it lies at,
    # the mean covariance of a block jumps with its discretisation
    grid = Grid((0.0, 0.0, 0.0), (30.0, 30.0, 20.0), (2, 2, 1))
    offsets = Support.block(grid, points).offsets_m
    nodes = (grid.centroids()[:1] + offsets)[: len(offsets) // 2 + 1]
    rng = np.random.default_rng(1)
    xyz = np.vstack([nodes, rng.uniform(0, 60, (9, 3)) * [1, 1, 0.3]])
    values = rng.lognormal(size=len(xyz))
    everything = Search.everything(xyz, grid.centroids())
    found = krige(
        Samples(xyz, {"v": values}), "v", grid, MODEL, everything, mean=mean, discretisation=points
    )
    for b, place in enumerate(grid.centroids()):
        z, variance, weights, *_ = dense(MODEL, xyz, values, place, mean=mean, offsets=offsets)
        assert found.value[b] == pytest.approx(z, abs=1e-9)
        assert found.variance[b] == pytest.approx(variance, abs=1e-9)
        assert found.negative[b] == pytest.approx(np.minimum(weights, 0).sum(), abs=1e-9)
    # nor is the block exact at it
    assert np.abs(found.value[0] - values[: len(nodes)]).min() > 1e-3


def test_a_drift_of_the_coordinates_is_found_again(samples, grid):
    xyz = samples.xyz_m - samples.xyz_m[0]
    plane = 3.0 + xyz @ [0.01, -0.02, 0.05]
    far = grid.centroids() + np.array([3000.0, 0.0, 0.0])
    everything = Search.everything(samples.xyz_m, far)
    found = krige(samples.with_values(t=plane), "t", far, MODEL, everything, drift=Drift(1))
    assert found.value == pytest.approx(
        3.0 + (far - samples.xyz_m[0]) @ [0.01, -0.02, 0.05], abs=1e-6
    )


def test_an_external_drift_is_followed(samples, grid):
    rng = np.random.default_rng(8)
    at_samples, at_places = rng.normal(size=300), rng.normal(size=grid.n)
    drift = Drift(external=(at_samples, at_places))
    whole = samples.with_values(t=5.0 - 2.0 * at_samples)
    search = Search(Ellipsoid((500.0, 500.0, 200.0)), max_samples=12, min_samples=3)
    found = krige(whole, "t", grid, MODEL, search, drift=drift)
    assert found.value == pytest.approx(5.0 - 2.0 * at_places, abs=1e-7)


def test_means_may_change_from_place_to_place(samples, grid):
    at_samples = samples.xyz_m[:, 0] / 1e5
    at_places = grid.centroids()[:, 0] / 1e5
    found = krige(samples, "cu", grid, MODEL, SEARCH, mean=(at_samples, at_places))
    residuals = samples.with_values(r=samples["cu"] - at_samples)
    apart = krige(residuals, "r", grid, MODEL, SEARCH, mean=0.0)
    assert found.value == pytest.approx(apart.value + at_places, abs=1e-12, nan_ok=True)


def test_estimates_are_exact_at_data(samples):
    for model in (MODEL, Variogram(0.0, MODEL.structures)):
        found = krige(samples, "cu", samples.xyz_m, model, SEARCH)
        assert found.value == pytest.approx(samples["cu"], abs=1e-9)
        assert found.variance == pytest.approx(np.zeros(300), abs=1e-9)


def test_threads_and_neighbouring_places_change_no_bit(samples):
    grid = Grid((5e5, 4e6, 100.0), (28.0, 28.0, 20.0), (36, 36, 8))
    search = Search(SEARCH.ellipsoid, max_samples=14, max_per_hole=3)
    passes = [search, Search(Ellipsoid((900.0, 900.0, 300.0)), max_samples=8)]
    one = krige(samples, "cu", grid, MODEL, passes, discretisation=(2, 2, 1))
    for threads in (2, 5):
        more = krige(samples, "cu", grid, MODEL, passes, discretisation=(2, 2, 1), threads=threads)
        assert same(one, more)
    some = np.random.default_rng(2).permutation(grid.n)[:500]
    assert np.array_equal(
        krige(samples, "cu", grid.centroids()[some], MODEL, passes).value,
        krige(samples, "cu", grid, MODEL, passes).value[some],
    )


def test_several_values_share_their_weights(samples, grid):
    both = krige(samples, ("cu", "ni"), grid, MODEL, SEARCH)
    for i, name in enumerate(("cu", "ni")):
        assert np.array_equal(
            both.values[:, i], krige(samples, name, grid, MODEL, SEARCH).value, equal_nan=True
        )


def test_passes_fill_what_earlier_ones_leave(samples, grid):
    narrow = Search(Ellipsoid((80.0, 80.0, 30.0)), max_samples=8, min_samples=3)
    wide = Search(Ellipsoid((400.0, 400.0, 150.0)), max_samples=8)
    both = krige(samples, "cu", grid, MODEL, [narrow, wide])
    first, second = (krige(samples, "cu", grid, MODEL, s) for s in (narrow, wide))
    assert set(both.passes.tolist()) >= {1, 2}
    assert np.array_equal(both.passes == 1, first.estimated)
    assert np.array_equal(
        both.value, np.where(first.estimated, first.value, second.value), equal_nan=True
    )


def test_pykrige_agrees_in_one_neighbourhood():
    ok3d = pytest.importorskip("pykrige.ok3d")
    rng = np.random.default_rng(4)
    xyz = rng.uniform(0, 100, (80, 3))
    values = rng.lognormal(size=80)
    places = rng.uniform(0, 100, (60, 3))
    model = Variogram(0.3, (Structure("spherical", 0.9, (70.0, 70.0, 70.0)),))
    theirs = ok3d.OrdinaryKriging3D(
        *xyz.T, values, variogram_model="spherical",
        variogram_parameters={"psill": 0.9, "range": 70.0, "nugget": 0.3},
    )  # fmt: skip
    z, variance = theirs.execute("points", *places.T)
    found = krige(Samples(xyz, {"v": values}), "v", places, model, Search.everything(xyz, places))
    assert found.value == pytest.approx(np.asarray(z), abs=1e-9)
    assert found.variance == pytest.approx(np.asarray(variance), abs=1e-9)


@pytest.mark.data
def test_gslib_output_is_reproduced():
    """kt3d of GSLIB with the parameters of the book: simple kriging, 4 to 8 of cluster.dat."""
    if "OREFIELD_DATA" not in os.environ:
        pytest.skip("OREFIELD_DATA is not set")
    folder = Path(os.environ["OREFIELD_DATA"]) / "deposit" / "gslib"
    if not (folder / "kt3d.out").is_file():
        pytest.skip("the GSLIB files are not there")

    def rows(name, header):
        lines = (folder / name).read_text().splitlines()[header:]
        return np.array([line.split() for line in lines], dtype=float)

    published, data = rows("kt3d.out", 4), rows("cluster.dat", 7)
    xyz = np.column_stack([data[:, :2], np.full(len(data), 0.5)])
    grid = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (50, 50, 1))
    model = Variogram(0.2, (Structure("spherical", 0.8, (10.0, 10.0, 10.0)),))
    search = Search(Ellipsoid((20.0, 20.0, 20.0)), min_samples=4, max_samples=8)
    found = krige(Samples(xyz, {"v": data[:, 2]}), "v", grid, model, search, mean=2.302)
    # where the eighth and ninth sample are equally far, GSLIB takes either
    d2 = np.sort(((data[:, None, :2] - grid.centroids()[None, :, :2]) ** 2).sum(axis=2), axis=0)
    untied = d2[7] != d2[8]
    assert untied.sum() == 2050
    # the file has eight digits of single precision
    assert found.value[untied] == pytest.approx(published[untied, 0], rel=2e-6, abs=3e-6)
    assert found.variance[untied] == pytest.approx(published[untied, 1], abs=4e-7)
    apart = np.abs(found.value - published[:, 0])
    assert np.mean(apart < 1e-5) > 0.9


def test_local_anisotropy_is_that_of_each_place(samples, grid):
    rotations = (Rotation(0.0), Rotation(60.0, 30.0), Rotation(140.0, -20.0, 40.0))
    factors = np.array([[1.0, 1.0, 1.0], [1.5, 1.0, 0.5], [1.0, 0.7, 1.2]])
    which = np.random.default_rng(5).integers(0, 3, grid.n).astype(np.int32)
    search = Search(Ellipsoid((300.0, 200.0, 80.0)), max_samples=10)
    local = LocalAnisotropy(rotations, which, factors)
    found = krige(
        samples, "cu", grid, MODEL, search, local=local, discretisation=(2, 2, 2), threads=2
    )
    for r, rotation in enumerate(rotations):
        turned = Variogram(
            MODEL.nugget,
            tuple(
                dataclasses.replace(s, rotation=rotation, ranges_m=tuple(factors[r] * s.ranges_m))
                for s in MODEL.structures
            ),
        )
        wide = Search(Ellipsoid(tuple(factors[r] * (300.0, 200.0, 80.0)), rotation), 10)
        alone = krige(samples, "cu", grid, turned, wide, discretisation=(2, 2, 2))
        at = which == r
        assert np.array_equal(found.samples[at], alone.samples[at])
        assert found.value[at] == pytest.approx(alone.value[at], abs=1e-9, nan_ok=True)
        assert found.variance[at] == pytest.approx(alone.variance[at], abs=1e-9, nan_ok=True)
