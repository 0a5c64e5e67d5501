"""GSLIB's clustered samples: realisations against the exhaustive field that they were taken from.

The data are those of Deutsch and Journel, GSLIB: 140 samples, crowded where values are high, of a
field of 2,500 values on 50 x 50 nodes, all of which are known.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.core import Grid
from orefield.deposit import Structure, Variogram
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.normal_scores import NormalScores, Tail
from orefield.deposit.simulation.placing import place_data
from orefield.deposit.statistics import cell_declustering

pytestmark = pytest.mark.data

GRID = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (50, 50, 1))
MODEL = Variogram(0.1, (Structure("spherical", 0.9, (10.0, 10.0, 10.0)),))


@pytest.fixture(scope="module")
def field() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    root = os.environ.get("OREFIELD_DATA")
    place = Path(root or "") / "deposit" / "gslib"
    if not root or not place.is_dir():
        pytest.skip("OREFIELD_DATA has no deposit/gslib")
    samples = np.loadtxt(place / "cluster.dat", skiprows=7)
    truth = np.loadtxt(place / "true.dat", skiprows=4)[:, 0]
    return samples[:, :2], samples[:, 2], truth


def test_realisations_of_clustered_samples_are_like_the_truth(field) -> None:
    xy, values, truth = field
    assert (len(values), len(truth)) == (140, 2500)
    xyz = np.column_stack([xy, np.full(140, 0.5)])
    weights = cell_declustering(xyz, values, np.array([5.0]), keep="given").weights
    scores = NormalScores.fit(
        values,
        weights=weights,
        lower=Tail(0.0),
        upper=Tail(200.0, "hyperbolic", 1.8),
        ties="random",
    )
    data = place_data(GRID, xyz, scores.data_scores)
    simulation = GridSimulation.on(GRID, MODEL, data)
    found = np.array(list(simulation.realisations(100, 69069, finish=scores.back, threads=2)))
    # the samples' plain mean is far off; realisations bracket the truth
    assert values.mean() > 1.5 * truth.mean()
    low, high = np.percentile(found.mean(axis=1), [2.5, 97.5])
    assert low < truth.mean() < high
    assert found.mean() == pytest.approx(truth.mean(), rel=0.2)
    # intervals of eight in ten realisations hold eight in ten of the true values
    bottom, top = np.percentile(found, [10.0, 90.0], axis=0)
    free = np.ones(GRID.n, dtype=bool)
    free[data.node] = False
    inside = ((truth >= bottom) & (truth <= top))[free].mean()
    assert inside == pytest.approx(0.8, abs=0.08)
    mean = found.mean(axis=0)
    assert np.corrcoef(np.log(mean), np.log(truth + 0.01))[0, 1] > 0.4
