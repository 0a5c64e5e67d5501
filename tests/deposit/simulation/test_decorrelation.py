"""Factors of several variables: exactly invertible, without correlation, with the data's shape."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from orefield.core import Grid, ModelError
from orefield.deposit import GaussianField, Structure, Variogram
from orefield.deposit.simulation.factors import Factors
from orefield.deposit.simulation.normal_scores import NormalScores
from orefield.deposit.simulation.pursuit import ProjectionPursuit

SHORT = Variogram(0.0, (Structure("spherical", 1.0, (60.0, 60.0, 60.0)),))
LONG = Variogram(0.0, (Structure("spherical", 1.0, (250.0, 250.0, 250.0)),))
MIX = np.array([[1.0, 0.7, -0.4], [0.2, 1.0, 0.5], [0.0, 0.3, 1.0]])


def mixed() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three variables that are mixtures of fields of short, long and no continuity."""
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), (40, 40, 1))
    rng = np.random.default_rng(12)
    fields = np.column_stack(
        [
            GaussianField.on(grid, SHORT).sample(rng),
            GaussianField.on(grid, LONG).sample(rng),
            rng.standard_normal(grid.n),
        ]
    )
    return grid.centroids(), fields, fields @ MIX


def curved(count: int = 900, seed: int = 5) -> np.ndarray:
    """Two variables with a bend, one with a floor: nothing that correlation tells."""
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(count)
    b = a**2 + 0.3 * rng.standard_normal(count)
    c = np.maximum(a + rng.standard_normal(count), -0.5) + 1e-6 * rng.random(count)
    return np.column_stack([a, b, c])


def scores_of(values: np.ndarray) -> np.ndarray:
    return np.column_stack([NormalScores.fit(v).data_scores for v in values.T])


@pytest.fixture(scope="module")
def pursued() -> tuple[np.ndarray, ProjectionPursuit]:
    """Normal scores of the curved cloud, and their transform."""
    scores = scores_of(curved())
    return scores, ProjectionPursuit.fit(scores, seed=1)


def test_factors_have_no_correlation_at_either_lag() -> None:
    xyz, _, values = mixed()
    found = Factors.fit(xyz, values, lag_m=40.0)
    factors = found.forward(values)
    np.testing.assert_allclose(factors.T @ factors / len(factors), np.eye(3), atol=1e-10)
    np.testing.assert_allclose(found.back(factors), values, atol=1e-11)
    away = np.linalg.norm(xyz[:, None] - xyz[None], axis=2)
    first, second = np.nonzero((away >= 30.0) & (away <= 50.0))
    step = factors[first] - factors[second]
    at_lag = 0.5 * step.T @ step / len(step)
    np.testing.assert_allclose(at_lag, np.diag(found.variogram), atol=1e-9)
    assert (np.diff(found.variogram) < 0).all()


def test_factors_find_the_fields_that_were_mixed() -> None:
    xyz, fields, values = mixed()
    factors = Factors.fit(xyz, values, lag_m=40.0).forward(values)
    among = np.abs(np.corrcoef(factors.T, fields.T)[:3, 3:])
    assert among[0, 2] > 0.93  # no continuity first
    assert among[1, 0] > 0.93
    assert among[2, 1] > 0.93


def test_pursuit_goes_there_and_back_at_data_and_between(pursued) -> None:
    scores, found = pursued
    normals = found.forward(scores)
    np.testing.assert_allclose(found.back(normals), scores, atol=1e-8)
    new = np.random.default_rng(3).standard_normal((500, 3)) * 1.5
    np.testing.assert_allclose(found.forward(found.back(new)), new, atol=1e-5)


def test_pursuit_makes_independent_normals(pursued) -> None:
    scores, found = pursued
    assert found.index[-1] <= found.target < found.index[0]
    normals = found.forward(scores)
    for column in normals.T:
        assert stats.kstest(column, "norm").pvalue > 0.01
    # the bend: correlation of squares with the other variable, gone
    assert abs(np.corrcoef(scores[:, 0] ** 2, scores[:, 1])[0, 1]) > 0.5
    for i in range(3):
        for j in range(3):
            if i != j:
                assert abs(np.corrcoef(normals[:, i] ** 2, normals[:, j])[0, 1]) < 0.1
                assert abs(np.corrcoef(normals[:, i], normals[:, j])[0, 1]) < 0.08


def test_normals_come_back_as_the_cloud_of_the_data(pursued) -> None:
    _, found = pursued
    values = curved()
    transforms = [NormalScores.fit(v) for v in values.T]
    back = found.back(np.random.default_rng(9).standard_normal((20_000, 3)))
    back = np.column_stack([t.back(v) for t, v in zip(transforms, back.T, strict=True)])
    for k in range(3):
        assert stats.ks_2samp(back[:, k], values[:, k]).statistic < 0.04
    expected = np.corrcoef(values[:, 0] ** 2, values[:, 1])[0, 1]
    assert np.corrcoef(back[:, 0] ** 2, back[:, 1])[0, 1] == pytest.approx(expected, abs=0.1)
    other = np.corrcoef(values.T)
    np.testing.assert_allclose(np.corrcoef(back.T), other, atol=0.08)


def test_the_same_data_and_seed_give_the_same_transform() -> None:
    scores = scores_of(curved(400))
    one, two = (ProjectionPursuit.fit(scores, seed=2).forward(scores) for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_what_has_no_factors_is_refused() -> None:
    xyz, _, values = mixed()
    twice = np.column_stack([values, values[:, 0] + values[:, 1]])
    for broken, words in (
        (lambda: Factors.fit(xyz, twice, lag_m=40.0), "linearly"),
        (lambda: Factors.fit(xyz, values[:, :1], lag_m=40.0), "make no factors"),
        (lambda: Factors.fit(xyz, values, lag_m=4e4), "no two samples"),
        (lambda: Factors.fit(xyz, values, lag_m=0.0), "positive"),
        (lambda: ProjectionPursuit.fit(twice), "linearly"),
        (lambda: ProjectionPursuit.fit(values[:12]), "ten samples"),
    ):
        with pytest.raises(ModelError, match=words):
            broken()
