"""Histograms drawn anew: what the spatial bootstrap must hold to."""

import numpy as np
import pytest
from scipy import stats

from orefield.core import Grid
from orefield.core.errors import ModelError
from orefield.deposit import Structure, Variogram
from orefield.deposit.simulation import GridSimulation, NormalScores, place_data
from orefield.deposit.simulation.histogram_bootstrap import HistogramBootstrap, Redrawn

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (40, 30, 1))
MODEL = Variogram(0.1, (Structure("spherical", 0.9, (90.0, 60.0, 10.0)),))
RNG = np.random.default_rng(5)
NODES = np.sort(RNG.choice(GRID.n, 60, replace=False))
PLACES = GRID.centroids()[NODES]


@pytest.fixture(scope="module")
def bootstrap():
    return HistogramBootstrap.on(GRID, MODEL, PLACES, np.ones(len(PLACES)))


def test_the_map_rises_and_goes_back():
    drawn = RNG.standard_normal(200)
    redrawn = Redrawn.of(drawn, RNG.random(200) + 0.1)
    scores = np.linspace(-6, 6, 999)
    there = redrawn.to(scores)
    assert (np.diff(there) > 0).all()
    np.testing.assert_allclose(redrawn.back(there), scores, atol=1e-12)


def test_what_was_drawn_is_normal_under_its_own_histogram():
    drawn = 0.5 + 2.0 * RNG.standard_normal(4001)
    there = Redrawn.of(drawn, np.ones(4001)).to(drawn)
    assert stats.kstest(there, "norm").statistic < 2e-3
    weights = np.where(drawn < 0.5, 3.0, 1.0)
    there = Redrawn.of(drawn, weights).to(drawn)
    heavy = weights[there < 0].sum() / weights.sum()
    assert heavy == pytest.approx(0.5, abs=1e-3), "weights move the middle"


def test_means_of_what_is_drawn_vary_as_the_variogram_says(bootstrap):
    """Against the dense covariance of the samples' mean."""
    apart = PLACES[:, None] - PLACES[None]
    covariance = MODEL.sill - MODEL.gamma(apart.reshape(-1, 3)).reshape(60, 60)
    np.fill_diagonal(covariance, 1.0)
    expected = covariance.mean()
    fields = [bootstrap.fields.pair(3, k)[:, bootstrap.node].mean(axis=1) for k in range(400)]
    found = np.concatenate(fields).var()
    assert found == pytest.approx(expected, rel=4 * np.sqrt(2 / 800))
    assert expected > 2 / 60, "much more than that of independent samples"


def test_histograms_differ_and_are_right_on_average(bootstrap):
    at = np.linspace(-1.5, 1.5, 7)
    maps = [m for k in range(200) for m in bootstrap.pair(1, k)]
    shares = np.array([stats.norm.cdf(m.to(at)) for m in maps])
    error = shares.std(axis=0) / np.sqrt(len(maps))
    assert (np.abs(shares.mean(axis=0) - stats.norm.cdf(at)) < 4 * error).all()
    assert (shares[:, 3].std() > 0.05).all()


def test_samples_are_honoured_whatever_the_histogram(bootstrap):
    values = np.where(RNG.random(60) < 0.3, 0.0, RNG.lognormal(size=60))  # a spike of zeros
    scores = NormalScores.fit(values)
    data = place_data(GRID, PLACES, scores.data_scores)
    fields = GridSimulation.on(GRID, MODEL, data)
    for k in range(3):
        maps = bootstrap.pair(2, k)
        known = np.column_stack([m.to(data.scores) for m in maps])
        for redrawn, field in zip(maps, fields.pair(2, k, known), strict=True):
            at_samples = scores.back(redrawn.back(field))[data.node]
            np.testing.assert_allclose(at_samples, values[data.source], atol=1e-12)


def test_samples_beside_the_grid_count_at_its_rim():
    places = np.array([[-50.0, 5.0, 2.0], [5.0, 5.0, 2.0], [1e4, 1e4, 50.0]])
    found = HistogramBootstrap.on(GRID, MODEL, places, np.ones(3))
    assert found.node.tolist() == [0, 0, GRID.n - 1]
    turned = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (4, 3, 2), rotation_deg=30.0)
    every = HistogramBootstrap.on(turned, MODEL, turned.centroids(), np.ones(turned.n))
    assert every.node.tolist() == list(range(turned.n))


@pytest.mark.parametrize(
    ("places", "weights", "words"),
    [
        (PLACES[:1], np.ones(1), "one sample"),
        (PLACES, np.ones(3), "one each"),
        (PLACES, np.zeros(60), "positive"),
        (PLACES, np.full(60, np.nan), "finite"),
    ],
)
def test_what_cannot_be_drawn_is_told(places, weights, words):
    with pytest.raises(ModelError, match=words):
        HistogramBootstrap.on(GRID, MODEL, places, weights)


def test_intervals_hold_the_truth_more_often_than_with_the_samples_histogram():
    """Of the metal above a cut-off in 24 made-up deposits; 90 % of them is asked for."""
    free = GridSimulation.on(GRID, MODEL)
    held = {"known": 0, "bootstrap": 0}
    for number, field in enumerate(free.realisations(24, seed=40)):
        truth = np.exp(0.8 * field)
        scores = NormalScores.fit(truth[NODES])
        data = place_data(GRID, PLACES, scores.data_scores)
        simulation = GridSimulation.on(GRID, MODEL, data)
        drawn = HistogramBootstrap.on(GRID, MODEL, PLACES, np.ones(len(PLACES)))
        ways = {
            "known": simulation.realisations(40, number, finish=scores.back),
            "bootstrap": drawn.realisations(simulation, 40, number, finish=scores.back),
        }
        metal = (truth * (truth > 1.5)).sum()
        for name, draws in ways.items():
            found = [(one * (one > 1.5)).sum() for one in draws]
            low, high = np.quantile(found, [0.05, 0.95])
            held[name] += bool(low <= metal <= high)
    assert held["bootstrap"] > held["known"]
    assert held["bootstrap"] >= 18, held


def test_a_simulation_without_data_has_no_histogram(bootstrap):
    with pytest.raises(ModelError, match="without data"):
        next(bootstrap.realisations(bootstrap.fields, 2, 1))
