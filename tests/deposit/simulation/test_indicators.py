"""Sequential indicators: against dense simple kriging, and as proportions and variograms."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_oracles import covariance_matrix

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.indicators import IndicatorSimulation
from orefield.deposit.simulation.placing import place_data

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (14, 12, 6), 25.0)
ROCKS = ("ore", "waste", "dyke")
SHARES = np.array([0.3, 0.5, 0.2])
MODEL = Variogram(
    0.1, (Structure("spherical", 0.9, (70.0, 50.0, 25.0), Rotation(40.0, 10.0, 0.0)),)
)
EACH = {
    "ore": MODEL,
    "waste": Variogram(0.0, (Structure("exponential", 1.0, (60.0, 60.0, 20.0)),)),
    "dyke": Variogram(0.3, (Structure("spherical", 0.7, (30.0, 90.0, 40.0)),)),
}


def data(count: int = 25, seed: int = 2):
    rng = np.random.default_rng(seed)
    size = np.array(GRID.size) * np.array(GRID.shape)
    xyz = GRID.to_world(rng.random((count, 3)) * size)
    return place_data(GRID, xyz, rng.integers(0, 3, count).astype(float))


@pytest.mark.parametrize("model", [MODEL, EACH], ids=["one", "each"])
@pytest.mark.parametrize("varying", [False, True])
def test_the_first_node_is_drawn_with_kriged_probabilities(model, varying: bool) -> None:
    known = data()
    node = 500
    assert node not in known.node
    mask = np.arange(GRID.n) == node
    shares = SHARES
    if varying:
        west = GRID.centroids()[:, 0:1] / 200.0
        shares = np.column_stack([0.2 + 0.3 * west, 0.6 - 0.3 * west, np.full(GRID.n, 0.2)])
    simulation = IndicatorSimulation.on(
        GRID, ROCKS, shares, model, known, simulated=mask,
        search=Search(Ellipsoid((900.0, 900.0, 900.0)), max_samples=60), per_path=6000,
    )  # fmt: skip
    found = np.array(list(simulation.realisations(6000, 3)))[:, node]
    table = np.atleast_2d(shares)
    at = GRID.centroids()[[node]]
    probability = np.empty(3)
    for k, rock in enumerate(ROCKS):
        one = model if isinstance(model, Variogram) else model[rock]
        weights = np.linalg.solve(
            covariance_matrix(known.xyz_m, known.xyz_m, one),
            covariance_matrix(known.xyz_m, at, one),
        )[:, 0]
        there = table[known.node if varying else np.zeros(len(known), dtype=int), k]
        here = table[node if varying else 0, k]
        probability[k] = here + weights @ ((known.scores == k) - there)
    probability = np.maximum(probability, 0.0) / np.maximum(probability, 0.0).sum()
    share = np.bincount(found, minlength=3) / 6000
    np.testing.assert_allclose(share, probability, atol=4.5 * 0.5 / np.sqrt(6000))


def test_data_are_honoured_and_proportions_kept() -> None:
    known = data(8)
    simulation = IndicatorSimulation.on(GRID, ROCKS, SHARES, MODEL, known, per_path=8)
    sample = np.array(list(simulation.realisations(40, 5, threads=2)))
    assert sample.dtype == np.int8
    np.testing.assert_array_equal(sample[:, known.node], np.tile(known.scores.astype(int), (40, 1)))
    free = IndicatorSimulation.on(GRID, ROCKS, SHARES, MODEL, per_path=8)
    sample = np.array(list(free.realisations(40, 5, threads=2)))
    shares = np.stack([(sample == k).mean(axis=1) for k in range(3)], axis=1)
    error = shares.std(axis=0, ddof=1) / np.sqrt(40)
    assert (np.abs(shares.mean(axis=0) - SHARES) < 4 * error + 0.01).all()


def test_the_indicator_variogram_is_near_the_models() -> None:
    # two categories, so that one variogram is right for both; within 8 % and 4 standard errors
    shares = np.array([0.4, 0.6])
    flat = Grid((0, 0, 0), (10.0, 10.0, 1.0), (40, 40, 1))
    model = Variogram(0.0, (Structure("exponential", 1.0, (80.0, 80.0, 1.0)),))
    simulation = IndicatorSimulation.on(flat, ("a", "b"), shares, model, per_path=4)
    sample = np.array(list(simulation.realisations(64, 2, threads=2)))
    cube = (sample == 0).reshape(64, 40, 40).astype(float)
    for step in (1, 2, 4):
        each = 0.5 * ((cube[:, :, step:] - cube[:, :, :-step]) ** 2).mean(axis=(1, 2))
        expected = 0.24 * model.gamma(np.array([[10.0 * step, 0.0, 0.0]]))[0]
        error = each.std() / 8.0
        assert each.mean() == pytest.approx(expected, abs=4 * error + 0.08 * expected)


def test_the_same_at_any_number_of_threads() -> None:
    simulation = IndicatorSimulation.on(GRID, ROCKS, SHARES, EACH, data(), per_path=2)
    one, two = (np.array(list(simulation.realisations(5, 7, threads=t))) for t in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_where_nothing_is_simulated_there_is_no_category() -> None:
    mask = np.arange(GRID.n) % 2 == 0
    simulation = IndicatorSimulation.on(GRID, ROCKS, SHARES, MODEL, data(), simulated=mask)
    found = next(simulation.realisations(1, 1))
    assert (found[~mask] == -1).all()
    assert (found[mask] >= 0).all()


@pytest.mark.parametrize(
    ("names", "shares", "model", "words"),
    [
        (("a",), np.array([1.0]), MODEL, "1 categories"),
        (("a", "a"), np.array([0.5, 0.5]), MODEL, "1 different"),
        (("a", "b"), np.array([0.5, 0.6]), MODEL, "add up to 1"),
        (("a", "b"), np.array([-0.5, 1.5]), MODEL, "add up to 1"),
        (("a", "b"), np.array([0.5, 0.25, 0.25]), MODEL, "of shape"),
        (("a", "b"), np.array([0.5, 0.5]), {"a": MODEL}, "'b' has no variogram"),
        (("a", "b"), np.array([0.5, 0.5]), MODEL, "other categories"),
    ],
)
def test_what_has_no_categories_is_refused(names, shares, model, words) -> None:
    with pytest.raises(ModelError, match=words):
        IndicatorSimulation.on(GRID, names, shares, model, data())
