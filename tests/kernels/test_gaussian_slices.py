"""Normal values within slices: against SciPy's distributions and rejection sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from orefield.kernels.gaussian_slices import (
    gibbs_sweep,
    normal_quantile,
    normal_share,
    within_slice,
)

INF = np.inf


def test_shares_and_quantiles_are_those_of_scipy() -> None:
    share = np.concatenate([np.geomspace(1e-300, 0.5, 800), 1 - np.geomspace(1e-15, 0.5, 400)])
    found = [normal_quantile(p) for p in share]
    np.testing.assert_allclose(found, special.ndtri(share), rtol=1e-14, atol=1e-15)
    x = np.linspace(-37.0, 9.0, 500)
    np.testing.assert_allclose([normal_share(v) for v in x], special.ndtr(x), rtol=1e-12)


@pytest.mark.parametrize(
    ("low", "high"),
    [(-INF, INF), (-INF, -0.3), (0.4, INF), (-1.0, 2.0), (4.0, 4.5), (-9.0, -8.5), (9.0, INF)],
)
def test_a_cut_normal_has_the_distribution_of_scipys(low: float, high: float) -> None:
    mean, deviation = 0.3, 1.7
    a, b = (low - mean) / deviation, (high - mean) / deviation
    uniform = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6])
    found = np.sort([within_slice(low, high, mean, deviation, u) for u in uniform])
    # above its mean the slice is drawn from its far end: the same distribution
    share = np.sort(1 - uniform) if a > 0 else uniform
    expected = stats.truncnorm.ppf(share, a, b, loc=mean, scale=deviation)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)
    assert ((found >= low) & (found <= high)).all()


def test_a_slice_too_far_out_to_tell_is_met_at_its_near_end() -> None:
    assert within_slice(60.0, 61.0, 0.0, 1.0, 0.7) == 60.0
    assert within_slice(-61.0, -60.0, 0.0, 1.0, 0.7) == -60.0
    assert within_slice(1.0, 2.0, 0.0, 1e-6, 0.5) == 1.0


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((-INF, -INF, -INF), (INF, INF, INF)),
        ((0.5, -INF, -INF), (INF, -0.2, 0.8)),
        ((0.2, 0.1, -1.0), (0.9, 2.0, 1.5)),
        ((0.4, -INF, 0.3), (INF, 0.0, INF)),
    ],
    ids=["free", "one-sided", "boxes", "against the correlation"],
)
def test_sweeps_leave_the_cut_multivariate_normal(low, high) -> None:
    # mean and covariance of 6,000 chains beside rejection, in standard errors of both
    covariance = np.array([[1.0, 0.7, 0.4], [0.7, 1.0, 0.5], [0.4, 0.5, 1.0]])
    precision = np.linalg.inv(covariance)
    near = np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32)
    weights = -np.take_along_axis(precision, near.astype(np.int64), axis=1)
    weights /= np.diag(precision)[:, None]
    deviation = 1.0 / np.sqrt(np.diag(precision))
    bottom, top = np.array(low), np.array(high)
    rng = np.random.default_rng(4)
    chains = 6000
    values = np.clip(np.zeros((3, chains)), bottom[:, None], top[:, None])
    for _ in range(40):
        gibbs_sweep(near, weights, deviation, bottom, top, rng.random((3, chains)), values)
    assert ((values >= bottom[:, None]) & (values <= top[:, None])).all()
    draws = rng.multivariate_normal(np.zeros(3), covariance, 200_000)
    kept = draws[((draws >= bottom) & (draws <= top)).all(axis=1)]
    assert len(kept) > 2000

    def within(found: np.ndarray, expected: np.ndarray) -> bool:
        error = np.sqrt(found.var(axis=0) / len(found) + expected.var(axis=0) / len(expected))
        return bool((np.abs(found.mean(axis=0) - expected.mean(axis=0)) < 4.5 * error).all())

    middle = kept.mean(axis=0)
    products = [
        np.stack([(v[:, i] - middle[i]) * (v[:, j] - middle[j]) for i in range(3)
                  for j in range(i + 1)], axis=1)
        for v in (values.T, kept)
    ]  # fmt: skip
    assert within(values.T, kept)
    assert within(*products)
