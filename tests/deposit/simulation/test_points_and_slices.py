"""Fields at any points, and categories as slices of a field: against the model and dense solves."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from scipy import stats
from simulation_oracles import conditional, covariance_matrix

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.placing import place_data
from orefield.deposit.simulation.spectral import PointSimulation
from orefield.deposit.simulation.truncated import TruncatedGaussian
from orefield.deposit.variogram import Kind

TURNED = Rotation(35.0, 25.0, 10.0)
POINTS = np.random.default_rng(3).random((25, 3)) * [80.0, 80.0, 30.0]
DATA = np.random.default_rng(4).random((9, 3)) * [80.0, 80.0, 30.0]
SCORES = np.random.default_rng(5).standard_normal(9)
NESTED = Variogram(
    0.15,
    (
        Structure("spherical", 0.35, (60.0, 40.0, 25.0), TURNED),
        Structure("exponential", 0.5, (120.0, 90.0, 50.0), TURNED),
    ),
)
WIDE = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=100)
GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (9, 8, 3), 15.0)


@pytest.mark.parametrize("kind", ["spherical", "exponential", "gaussian", "cubic", "matern"])
def test_waves_have_the_models_covariance(kind: str) -> None:
    shape = 1.3 if kind == "matern" else None
    model = Variogram(0.0, (Structure(cast("Kind", kind), 1.0, (60.0, 40.0, 25.0), TURNED, shape),))
    simulation = PointSimulation.on(POINTS, model, waves=100)
    sample = np.array(list(simulation.realisations(1200, 2)))
    assert np.abs(sample.mean(axis=0)).max() < 5 / np.sqrt(1200)
    found = sample.T @ sample / 1200
    assert np.abs(found - covariance_matrix(POINTS, POINTS, model)).max() < 5 * 1.42 / np.sqrt(1200)


def test_many_waves_make_a_gaussian_field() -> None:
    sample = np.array(
        list(PointSimulation.on(POINTS[:2], NESTED, waves=1000).realisations(1000, 2))
    )
    assert stats.kstest(sample[:, 0], "norm").pvalue > 0.01
    total = sample.sum(axis=1) / np.sqrt(covariance_matrix(POINTS[:2], POINTS[:2], NESTED).sum())
    assert stats.kstest(total, "norm").pvalue > 0.01


def test_conditional_points_have_the_mean_and_covariance_of_the_field() -> None:
    mean, covariance = conditional(POINTS, DATA, SCORES, NESTED)
    simulation = PointSimulation.on(POINTS, NESTED, DATA, SCORES, search=WIDE, waves=100)
    sample = np.array(list(simulation.realisations(2000, 6)))
    z = (sample.mean(axis=0) - mean) / np.sqrt(np.diag(covariance) / 2000)
    assert np.abs(z).max() < 5
    assert np.abs(np.cov(sample.T) - covariance).max() < 0.16


def test_a_point_at_a_datum_has_its_value() -> None:
    both = np.concatenate([POINTS[:3], DATA])
    simulation = PointSimulation.on(both, NESTED, DATA, SCORES, waves=50)
    one, two = (np.array(list(simulation.realisations(3, 6, threads=t))) for t in (1, 2))
    np.testing.assert_allclose(one[:, 3:], np.tile(SCORES, (3, 1)), atol=1e-12)
    assert one.tobytes() == two.tobytes()


def test_points_that_cannot_be_simulated_are_refused() -> None:
    with pytest.raises(ModelError, match="at one place"):
        PointSimulation.on(POINTS, NESTED, DATA[[0, 0]], SCORES[:2])
    with pytest.raises(ModelError, match="reaches a point"):
        PointSimulation.on(POINTS, NESTED, DATA + 1e4, SCORES)
    with pytest.raises(ModelError, match="0 waves"):
        PointSimulation.on(POINTS, NESTED, waves=0)
    with pytest.raises(ModelError, match="sill of 2"):
        PointSimulation.on(POINTS, NESTED.scaled(2.0))


STRATA = ("top", "middle", "base")
SHARES = np.array([0.25, 0.45, 0.3])
SMOOTH = Variogram(0.0, (Structure("cubic", 1.0, (70.0, 60.0, 20.0), Rotation(40.0, 0.0, 0.0)),))


def strata(count: int = 12):
    rng = np.random.default_rng(8)
    xyz = GRID.to_world(rng.random((count, 3)) * np.array(GRID.size) * np.array(GRID.shape))
    y = np.array(list(PointSimulation.on(xyz, SMOOTH, waves=500).realisations(1, 77)))[0]
    edges = stats.norm.ppf(np.cumsum(SHARES)[:2])
    return place_data(GRID, xyz, (y[:, None] >= edges).sum(axis=1).astype(float))


def test_slices_have_their_proportions_and_touch_in_order() -> None:
    found = np.array(
        list(TruncatedGaussian.on(GRID, STRATA, SHARES, SMOOTH).realisations(400, 3, threads=2))
    )
    shares = np.stack([(found == k).mean(axis=1) for k in range(3)], axis=1)
    error = shares.std(axis=0) / np.sqrt(400)
    assert (np.abs(shares.mean(axis=0) - SHARES) < 4.5 * error).all()


def test_slices_honour_categories_in_every_realisation() -> None:
    data = strata()
    simulation = TruncatedGaussian.on(GRID, STRATA, SHARES, SMOOTH, data)
    found = np.array(list(simulation.realisations(31, 3, threads=2)))
    assert len(found) == 31
    np.testing.assert_array_equal(found[:, data.node], np.tile(data.scores.astype(int), (31, 1)))
    again = np.array(list(simulation.realisations(31, 3, threads=1)))
    assert found.tobytes() == again.tobytes()


def test_gibbs_draws_follow_the_cut_multivariate_normal() -> None:
    # against rejection: draws of the field at data, kept where every category is met
    data = strata(4)
    simulation = TruncatedGaussian.on(GRID, STRATA, SHARES, SMOOTH, data, search=WIDE)
    found = simulation.gibbs(5, 2000)
    covariance = covariance_matrix(data.xyz_m, data.xyz_m, SMOOTH)
    draws = np.random.default_rng(1).multivariate_normal(np.zeros(len(data)), covariance, 300_000)
    kept = draws[((draws > simulation.low) & (draws < simulation.high)).all(axis=1)]
    assert len(kept) > 500
    error = np.sqrt(kept.var(axis=0) / len(kept) + found.var(axis=1) / 2000)
    assert (np.abs(found.mean(axis=1) - kept.mean(axis=0)) < 4.5 * error).all()
    np.testing.assert_allclose(np.cov(found), np.cov(kept.T), atol=0.08)


def test_proportions_may_change_from_node_to_node() -> None:
    height = (GRID.centroids()[:, 2:] - 7.5) / 15.0
    shares = np.column_stack([0.3 - 0.4 * height, np.full(GRID.n, 0.4), 0.3 + 0.4 * height])
    found = np.array(list(TruncatedGaussian.on(GRID, STRATA, shares, SMOOTH).realisations(600, 3)))
    top = (found == 0).mean(axis=0).reshape(3, -1).mean(axis=1)
    expected = shares[:, 0].reshape(3, -1).mean(axis=1)
    np.testing.assert_allclose(top, expected, atol=0.03)


def test_slices_that_cannot_be_are_refused() -> None:
    data = strata()
    share = np.array([0.5, 0.5, 0.0])
    rock = place_data(GRID, GRID.centroids()[:1], np.array([2.0]))
    with pytest.raises(ModelError, match="'base' has no share"):
        TruncatedGaussian.on(GRID, STRATA, share, SMOOTH, rock)
    with pytest.raises(ModelError, match="at no node"):
        TruncatedGaussian.on(
            GRID, STRATA, SHARES, SMOOTH,
            place_data(GRID, GRID.centroids()[:1] + 2.0, np.array([2.0]), "true"),
        )  # fmt: skip
    with pytest.raises(ModelError, match="other categories"):
        TruncatedGaussian.on(GRID, STRATA[:2], SHARES[:2] / SHARES[:2].sum(), SMOOTH, rock)
    with pytest.raises(ModelError, match="0 realisations"):
        next(TruncatedGaussian.on(GRID, STRATA, SHARES, SMOOTH, data).realisations(0, 1))
