"""Histogram and variogram of realisations, against exact fields and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from check_cases import GRID, ground, samples
from scipy import integrate, stats

from orefield.core import Grid, ModelError
from orefield.deposit import GaussianField, Rotation, Structure, Variogram
from orefield.deposit.checks import (
    PROBABILITIES,
    block_covariance,
    continuity,
    histogram,
    nodes_inside,
    score_table,
    subjects,
    variance_left,
)
from orefield.deposit.classification import BlockDraws
from orefield.deposit.realisations import Realisations

MODEL = Variogram(
    0.2, (Structure("spherical", 0.8, (70.0, 45.0, 20.0), Rotation(90.0 - GRID.rotation_deg)),)
)
ALL = np.ones(GRID.n, dtype=bool)


def fields(count: int, seed: int = 1, model: Variogram = MODEL, grid: Grid = GRID) -> np.ndarray:
    """Unconditional fields with exactly this covariance; axes turned to the grid's."""
    along = Variogram(
        model.nugget,
        tuple(Structure(s.kind, s.sill, s.ranges_m, Rotation(), s.shape) for s in model.structures),
    )
    rng = np.random.default_rng(seed)
    made = GaussianField.on(Grid(grid.origin, grid.size, grid.shape), along)
    return np.array([made.sample(rng).ravel() for _ in range(count)])


def test_semivariances_are_those_of_every_pair_inside() -> None:
    draws = np.random.default_rng(2).lognormal(size=(3, GRID.n))
    inside = np.random.default_rng(3).random(GRID.n) < 0.8
    draws[:, 5] = np.nan
    found = continuity(draws, GRID, inside, MODEL, 2.5)
    assert [f.axis for f in found] == ["x", "y", "z"]
    own = inside.copy()
    own[5] = False
    cube, mask = draws.reshape(3, 6, 15, 20), own.reshape(6, 15, 20)
    for one, axis in zip(found, (2, 1, 0), strict=True):
        for k, lag in enumerate(one.lags_m):
            step = round(lag / GRID.size[2 - axis])
            a = np.take(cube, range(cube.shape[axis + 1] - step), axis + 1)
            b = np.take(cube, range(step, cube.shape[axis + 1]), axis + 1)
            pair = np.take(mask, range(mask.shape[axis] - step), axis) & np.take(
                mask, range(step, mask.shape[axis]), axis
            )
            gamma = 0.5 * ((a - b)[:, pair] ** 2).mean(axis=1)
            np.testing.assert_allclose(one.realised[:, k], gamma / 2.5)


def test_the_model_is_told_along_the_grids_own_axes() -> None:
    """Along x of the rotated grid the major range counts, along y the semi-major one."""
    x, y, z = continuity(np.zeros((1, GRID.n)), GRID, ALL, MODEL, 1.0)
    for one, reach in ((x, 70.0), (y, 45.0), (z, 20.0)):
        h = np.minimum(one.lags_m / reach, 1.0)
        np.testing.assert_allclose(one.model, 0.2 + 0.8 * (1.5 * h - 0.5 * h**3), atol=1e-9)


def test_fields_of_the_model_pass_and_of_another_fail() -> None:
    """Paired over 60 exact fields: the mean semivariance is the model's within its error."""
    draws = fields(60)
    for one in continuity(draws, GRID, ALL, MODEL, 1.0):
        error = one.realised.std(axis=0, ddof=1) / np.sqrt(60)
        assert (np.abs(one.realised.mean(axis=0) - one.model) < 4.5 * error).all()
        assert one.largest_gap < 0.1
        assert one.share_in_band() == 1.0
    pure = Variogram(1.0)
    gaps = [one.largest_gap for one in continuity(draws, GRID, ALL, pure, 1.0)]
    assert min(gaps) > 0.2
    # half the variance shows, too: it is not normalised away
    assert continuity(draws, GRID, ALL, MODEL, 2.0)[0].largest_gap > 0.3


def test_what_samples_do_on_the_same_pairs_stands_beside() -> None:
    rng = np.random.default_rng(8)
    inside, near = rng.random(GRID.n) < 0.7, rng.lognormal(size=GRID.n)
    draws = rng.lognormal(size=(2, GRID.n))
    found = continuity(draws, GRID, inside, MODEL, 2.5, nearest=near)
    # the nearest samples taken for a realisation have the same semivariances
    same = continuity(near[None], GRID, inside, MODEL, 2.5)
    for a, b in zip(found, same, strict=True):
        np.testing.assert_allclose(a.nearest, b.realised[0])
        assert a.worst == np.abs(a.realised.mean(axis=0) - a.model).argmax()
    assert np.isnan(same[0].nearest).all()


def test_grades_are_brought_back_to_normal_scores() -> None:
    draws = fields(40, seed=6)
    grades = np.exp(0.8 * draws - 1.0)
    table = np.exp(0.8 * stats.norm.ppf((np.arange(1001) + 0.5) / 1001) - 1.0)
    scored = continuity(grades, GRID, ALL, MODEL, 1.0, scores=table)
    plain = continuity(draws, GRID, ALL, MODEL, 1.0)
    for a, b in zip(scored, plain, strict=True):
        np.testing.assert_allclose(a.realised, b.realised, atol=0.02)
    with pytest.raises(ModelError, match="of points"):
        continuity(grades, GRID, ALL, MODEL, 1.0, scores=table, blocks=True)


def test_blocks_are_compared_with_the_regularised_model() -> None:
    fine = Grid((0, 0, 0), (5.0, 5.0, 2.5), (48, 40, 16))
    coarse = Grid((0, 0, 0), (20.0, 20.0, 10.0), (12, 10, 4))
    model = Variogram(0.1, (Structure("spherical", 0.9, (90.0, 70.0, 30.0)),))
    points = fields(60, model=model, grid=fine)
    cube = points.reshape(60, 4, 4, 10, 4, 12, 4)
    draws = cube.mean(axis=(2, 4, 6)).reshape(60, coarse.n)
    left = variance_left(model, coarse)
    # the mean over fields of the variance about the known mean, 0
    assert (draws**2).mean() == pytest.approx(left, rel=0.12)
    for one in continuity(draws, coarse, np.ones(coarse.n, bool), model, 1.0, blocks=True):
        error = one.realised.std(axis=0, ddof=1) / np.sqrt(60)
        assert (np.abs(one.realised.mean(axis=0) - one.model) < 4.5 * error + 0.02).all()


def test_block_covariance_is_the_double_integral() -> None:
    """A Gaussian structure is a product over axes, and so is its mean over two blocks."""
    ranges = (60.0, 40.0, 15.0)
    model = Variogram(0.5, (Structure("gaussian", 2.0, ranges),))
    grid = Grid((0, 0, 0), (20.0, 15.0, 10.0), (3, 3, 3))

    def along(size: float, reach: float, lag: float) -> float:
        value, _ = integrate.dblquad(
            lambda y, x: np.exp(-3 * ((lag + y - x) / reach) ** 2), 0, size, 0, size
        )
        return float(value) / size**2

    for lag in ((0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (40.0, 15.0, -10.0)):
        exact = 2.0 * np.prod([along(s, r, h) for s, r, h in zip(grid.size, ranges, lag,
                                                                 strict=True)])  # fmt: skip
        found = block_covariance(model, grid, np.array([lag]))[0]
        assert found == pytest.approx(exact, rel=1e-6)
    assert variance_left(Variogram(1.0), grid) == pytest.approx(0.0, abs=1e-12)


def test_block_covariance_turns_with_the_grid() -> None:
    turned = Grid((7, 8, 0), (40.0, 10.0, 5.0), (3, 3, 3), 90.0)
    plain = Grid((0, 0, 0), (10.0, 40.0, 5.0), (3, 3, 3))
    model = Variogram(0.1, (Structure("spherical", 1.0, (80.0, 30.0, 20.0)),))
    lag = np.array([[13.0, 0.0, 0.0]])
    for at in (np.zeros((1, 3)), lag, -lag):
        both = [block_covariance(model, g, at)[0] for g in (turned, plain)]
        assert both[0] == pytest.approx(both[1], rel=1e-3)


def test_histograms_of_the_samples_own_distribution_pass_and_others_fail() -> None:
    listed, _ = subjects(ground(), samples(count=2000))
    subject = listed[0]
    order = np.argsort(subject.values)
    rng = np.random.default_rng(4)
    table = score_table(subject.values, subject.weights)
    same = np.array([rng.choice(table, GRID.n) for _ in range(30)])
    found = histogram(subject, same, ALL)
    assert found.largest_gap < 0.01
    assert found.means.mean() == pytest.approx(subject.declustered_mean, rel=0.02)
    assert found.variances.mean() == pytest.approx(subject.declustered_variance, rel=0.1)
    weight = np.cumsum(subject.weights[order])
    for p, q in zip(PROBABILITIES, found.quantiles, strict=True):
        assert weight[np.searchsorted(subject.values[order], q)] == pytest.approx(p, abs=0.01)
    assert histogram(subject, same * 1.3, ALL).largest_gap > 0.1
    with pytest.raises(ModelError, match="no node"):
        histogram(subject, same, np.zeros(GRID.n, dtype=bool))


def test_an_atom_is_no_gap() -> None:
    """Half the samples at one value, as below a detection limit: half of every draw, too."""
    values = np.where(np.arange(400) % 2 == 0, 0.01, 0.2 + np.arange(400) / 400)
    made = samples(count=400, seed=8).with_values(cu_pct=values)
    listed, _ = subjects(ground(), made, weights=np.ones(400))
    rng = np.random.default_rng(1)
    same = rng.choice(values, (20, GRID.n))
    assert histogram(listed[0], same, ALL).largest_gap < 0.03


def test_nodes_of_finer_realisations_are_found_in_the_domains_blocks() -> None:
    fine = Grid(GRID.origin, (5.0, 6.0, 5.0), (40, 30, 6), GRID.rotation_deg)
    source = Realisations(fine, {"cu_pct": np.ones((2, fine.n))})
    listed, _ = subjects(ground(), samples(), draws=BlockDraws(source, "cu_pct", GRID))
    draws, grid, inside = nodes_inside(listed[0], listed[0].draws)
    assert grid == fine
    assert inside.sum() == 4 * listed[0].blocks.sum()
    assert (draws[0] == 1).all()


def test_a_domain_too_small_for_two_lags_has_no_variogram() -> None:
    few = np.zeros(GRID.n, dtype=bool)
    few[:3] = True
    assert continuity(np.ones((2, GRID.n)), GRID, few, MODEL, 1.0) == []
    assert continuity(np.ones((2, GRID.n)), GRID, ALL, MODEL, 0.0) == []
