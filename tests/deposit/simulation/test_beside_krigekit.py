"""Gaussian simulation beside krigekit's: of the same path and noise, and paired over seeds.

What a statistic of realisations must be, given the data, is known: the mean and the covariance of
the conditional field tell it. Fields by FFT are held to that, seed by seed, and krigekit's beside.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from simulation_oracles import covariance_matrix

from orefield.core import Grid
from orefield.deposit import Ellipsoid, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.paths import path_of
from orefield.deposit.simulation.placing import PlacedData, place_data
from orefield.deposit.simulation.sequential import SequentialGaussian
from orefield.deposit.simulation.streams import stream

krigekit = pytest.importorskip("krigekit")

TURN = Rotation(30.0, 20.0, 0.0)
NUGGET, SILLS = 0.1, (0.4, 0.5)
RANGES = ((80.0, 60.0, 45.0), (160.0, 120.0, 90.0))
MODEL = Variogram(
    NUGGET, tuple(Structure("spherical", s, r, TURN) for s, r in zip(SILLS, RANGES, strict=True))
)
SMALL = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (6, 5, 3))
WIDER = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (14, 12, 5))
NEAR = Search(Ellipsoid(RANGES[1], TURN), max_samples=24)

STATISTICS = (
    "mean", "variance", "gamma x 10 m", "gamma y 10 m", "gamma z 10 m", "gamma x 40 m",
    "below -1", "below 0", "below 1", "mean beside data",
)  # fmt: skip
TOLERANCE = np.array([0.02, 0.02, 0.004, 0.004, 0.004, 0.02, 0.01, 0.01, 0.01, 0.02])
"""Stated: how far the mean over seeds may be from what it must be, of fields of variance 1."""
THEIRS = np.array([0.04, 0.05, 0.006, 0.006, 0.006, 0.06, 0.02, 0.02, 0.02, 0.04])
"""The same of krigekit's, whose neighbourhoods of nodes cost long lags some variance."""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # krigekit may leave files where it runs


def case(grid: Grid, count: int, seed: int) -> tuple[PlacedData, np.ndarray]:
    """Data at nodes, of a field of the model's own, and that field."""
    truth = GridSimulation.on(grid, MODEL).pair(seed, 0)[0]
    at = np.random.default_rng(seed).choice(grid.n, count, replace=False)
    return place_data(grid, grid.centroids()[at], truth[at]), truth


def theirs(
    grid: Grid, data: PlacedData, path: np.ndarray, noise: np.ndarray, most: int
) -> np.ndarray:
    """Realisations (f, n) by krigekit: simple kriging along a path, with the noise (n, f)."""
    kriging = krigekit.Kriging(
        ndim=3, nvar=1, unbias=0, nsim=noise.shape[1], anisotropic_search=True
    )
    kriging.set_obs(ivar=1, coord=data.xyz_m, value=data.scores)
    kriging.set_grid(coord=grid.centroids())
    for k, (sill, ranges) in enumerate(zip(SILLS, RANGES, strict=True)):
        kriging.set_vgm(
            ivar=1, jvar=1, vtype="sph", sill=sill, nugget=0.0 if k else NUGGET, a_major=ranges[0],
            a_minor1=ranges[1], a_minor2=ranges[2], azimuth=30.0, dip=20.0,
        )  # fmt: skip
    kriging.set_sim(path + 1, noise)
    longest = RANGES[1]
    kriging.set_search(
        ivar=1, nmax=most, anis1=longest[1] / longest[0], anis2=longest[2] / longest[0],
        azimuth=30.0, dip=20.0,
    )  # fmt: skip
    kriging.solve(nthread=1)
    return np.asarray(kriging.get_results()[0]).reshape(grid.n, -1).T


def path_and_noise(grid: Grid, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """What our sequential simulation draws from."""
    path = path_of(grid, np.arange(grid.n), seed, 0)
    noise = [stream(seed, 3, 0, k).standard_normal(grid.n) for k in range(count)]
    return path, np.column_stack(noise)


def told(sample: np.ndarray, data: PlacedData, grid: Grid) -> np.ndarray:
    """Statistics of realisations (f, n), the mean over them, in the order of STATISTICS."""
    cube = sample.reshape(len(sample), *grid.shape[::-1])
    lags = [
        cube[..., 1:] - cube[..., :-1], cube[:, :, 1:] - cube[:, :, :-1],
        cube[:, 1:] - cube[:, :-1], cube[..., 4:] - cube[..., :-4],
    ]  # fmt: skip
    return np.array(
        [sample.mean(), sample.var(axis=1).mean()]
        + [0.5 * float((off**2).mean()) for off in lags]
        + [float((sample < edge).mean()) for edge in (-1.0, 0.0, 1.0)]
        + [float(sample[:, beside(data, grid)].mean())]
    )


def expected(data: PlacedData, grid: Grid, covariance: np.ndarray) -> np.ndarray:
    """What :func:`told` is on the average of the conditional field, all data taken together.

    ``covariance`` (n, n) is that of nodes before there are data.
    """
    at, n = data.node, grid.n
    weights = np.linalg.solve(covariance[np.ix_(at, at)], covariance[at]).T
    mean, left = weights @ data.scores, covariance - weights @ covariance[at]
    variance = np.maximum(np.diag(left), 0.0)
    number = np.arange(n).reshape(grid.shape[::-1])
    pairs = [
        (number[..., 1:], number[..., :-1]), (number[:, 1:], number[:, :-1]),
        (number[1:], number[:-1]), (number[..., 4:], number[..., :-4]),
    ]  # fmt: skip

    def gamma(a: np.ndarray, b: np.ndarray) -> float:
        off = (mean[a] - mean[b]) ** 2 + variance[a] + variance[b] - 2.0 * left[a, b]
        return 0.5 * float(off.mean())

    deviation = np.sqrt(variance + 1e-18)
    return np.array(
        [mean.mean(), (mean**2 + variance).mean() - mean.mean() ** 2 - left.mean()]
        + [gamma(a.ravel(), b.ravel()) for a, b in pairs]
        + [float(ndtr((edge - mean) / deviation).mean()) for edge in (-1.0, 0.0, 1.0)]
        + [float(mean[beside(data, grid)].mean())]
    )


def beside(data: PlacedData, grid: Grid) -> np.ndarray:
    """A node next to each datum."""
    return data.node + np.where(data.node % grid.shape[0] == 0, 1, -1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_all_neighbours_path_and_noise_make_the_same_realisation(seed: int) -> None:
    data, _ = case(SMALL, 12, seed)
    wide = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=200)
    ours = np.array(
        list(SequentialGaussian.on(SMALL, MODEL, data, search=wide).realisations(2, seed))
    )
    path, noise = path_and_noise(SMALL, seed, 2)
    np.testing.assert_allclose(ours, theirs(SMALL, data, path, noise, 200), atol=1e-5)


def test_in_neighbourhoods_path_and_noise_make_nearly_the_same() -> None:
    # of equally distant nodes each takes others, no more than that
    pairs = []
    for seed in range(6):
        data, _ = case(WIDER, 40, seed)
        sequential = SequentialGaussian.on(WIDER, MODEL, data, search=NEAR)
        ours = np.array(list(sequential.realisations(10, seed)))
        other = theirs(WIDER, data, *path_and_noise(WIDER, seed, 10), 24)
        for sample in (ours, other):
            known = np.tile(data.scores, (10, 1))
            np.testing.assert_allclose(sample[:, data.node], known, atol=1e-6)
        together = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours, other, strict=True)]
        assert min(together) > 0.998
        pairs.append(told(ours, data, WIDER) - told(other, data, WIDER))
    assert (np.abs(np.mean(pairs, axis=0)) < 0.006).all()


def test_fields_by_fft_have_the_statistics_that_the_data_ask_for_over_seeds() -> None:
    # paired: each seed has data of its own, which both know, and of which all is known
    nodes = WIDER.centroids()
    prior = covariance_matrix(nodes, nodes, MODEL)
    ours, other = [], []
    for seed in range(12):
        data, _ = case(WIDER, 40, seed)
        wanted = expected(data, WIDER, prior)
        sample = np.array(
            list(GridSimulation.on(WIDER, MODEL, data, search=NEAR).realisations(40, seed))
        )
        np.testing.assert_allclose(sample[:, data.node], np.tile(data.scores, (40, 1)), atol=1e-12)
        ours.append(told(sample, data, WIDER) - wanted)
        sample = theirs(WIDER, data, *path_and_noise(WIDER, seed, 20), 24)
        other.append(told(sample, data, WIDER) - wanted)
    for found, tolerance in ((ours, TOLERANCE), (other, THEIRS)):
        middle = np.mean(found, axis=0)
        error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
        table = dict(zip(STATISTICS, zip(middle, error, strict=True), strict=True))
        # seeds enough that a gap as wide as the tolerance shows
        assert (error < tolerance / 2).all(), table
        assert (np.abs(middle) < tolerance).all(), table
