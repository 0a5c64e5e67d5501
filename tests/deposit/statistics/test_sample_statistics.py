"""Statistics of samples against NumPy, SciPy and figures published with the GSLIB data."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from orefield.core import ModelError
from orefield.deposit import Samples
from orefield.deposit.statistics import (
    correlations,
    cumulative,
    histogram,
    quantiles,
    summarise,
)

RNG = np.random.default_rng(0)
VALUES = RNG.lognormal(size=500)
WEIGHTS = RNG.integers(1, 5, 500).astype(float)
REPEATED = np.repeat(VALUES, WEIGHTS.astype(int))


def test_weights_count_like_so_many_equal_values() -> None:
    found = summarise(np.append(VALUES, np.nan), np.append(WEIGHTS, 1.0))
    assert found.count == 500
    assert found.missing == 1
    assert found.mean == pytest.approx(REPEATED.mean())
    assert found.variance == pytest.approx(REPEATED.var())
    assert found.cv == pytest.approx(REPEATED.std() / REPEATED.mean())
    assert found.skewness == pytest.approx(stats.skew(REPEATED))
    assert (found.least, found.largest) == (VALUES.min(), VALUES.max())


def test_quantiles_without_weights_are_hazens() -> None:
    shares = np.array([0.0, 0.01, 0.3, 0.5, 0.77, 1.0])
    np.testing.assert_allclose(
        quantiles(VALUES, shares), np.quantile(VALUES, shares, method="hazen"), rtol=1e-12
    )
    v, share = cumulative(VALUES)
    assert np.array_equal(v, np.sort(VALUES))
    np.testing.assert_allclose(share, (np.arange(500) + 0.5) / 500)


def test_histograms_hold_all_weight() -> None:
    edges, share = histogram(VALUES, WEIGHTS, bins=12)
    np.testing.assert_allclose(share, np.histogram(REPEATED, edges)[0] / len(REPEATED))
    assert share.sum() == pytest.approx(1.0)
    edges, share = histogram(np.append(VALUES, 0.0), bins=7, logarithmic=True)
    assert np.allclose(np.diff(np.log(edges)), np.diff(np.log(edges))[0])
    assert share.sum() == pytest.approx(500 / 501), "zero has no logarithm"
    assert histogram(np.ones(4), bins=3)[1].sum() == pytest.approx(1.0)


def test_values_that_do_not_vary_have_no_skewness() -> None:
    found = summarise(np.full(5, 0.3))
    assert found.variance == pytest.approx(0.0)
    assert np.isnan(found.skewness)
    one = summarise(np.array([-2.0]))
    assert (one.mean, one.negative, one.quantiles[0.5]) == (-2.0, 1, -2.0)
    assert np.isnan(summarise(np.array([-1.0, 1.0])).cv)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: summarise(np.full(3, np.nan)), "none was measured"),
        (lambda: summarise(np.ones(3), -np.ones(3)), "negative"),
        (lambda: summarise(np.ones(3), np.zeros(3)), "all zero"),
        (lambda: summarise(np.ones(3), np.full(3, np.nan)), "not finite"),
        (lambda: summarise(np.ones(3), np.ones(2)), "shape"),
        (lambda: histogram(np.ones(3), bins=0), "bins"),
        (lambda: histogram(-np.ones(3), logarithmic=True), "logarithm"),
    ],
)
def test_what_has_no_statistics_is_refused(call, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        call()


def test_correlations_are_those_of_scipy() -> None:
    a = RNG.lognormal(size=300)
    b = a * RNG.lognormal(sigma=0.5, size=300)
    b[:20] = np.nan
    samples = Samples(RNG.random((300, 3)), {"a": a, "b": b, "flat": np.ones(300)})
    found = correlations(samples, ["a", "b", "flat"])
    x, y = a[20:], b[20:]
    assert found.counts[1, 0] == 280
    assert found.pearson[0, 1] == pytest.approx(stats.pearsonr(x, y).statistic)
    assert found.spearman[0, 1] == pytest.approx(stats.spearmanr(x, y).statistic)
    scores = [stats.norm.ppf((stats.rankdata(v) - 0.5) / 280) for v in (x, y)]
    assert found.normal[0, 1] == pytest.approx(stats.pearsonr(*scores).statistic)
    assert found.pearson[0, 0] == pytest.approx(1.0)
    assert np.isnan(found.pearson[0, 2]), "what does not vary goes with nothing"


def test_weighted_correlations_count_like_so_many_equal_values() -> None:
    a = RNG.random(60)
    b = a + RNG.random(60)
    w = RNG.integers(1, 4, 60)
    samples = Samples(RNG.random((60, 3)), {"a": a, "b": b})
    found = correlations(samples, ["a", "b"], w.astype(float))
    ra, rb = np.repeat(a, w), np.repeat(b, w)
    assert found.pearson[0, 1] == pytest.approx(stats.pearsonr(ra, rb).statistic)
    assert found.spearman[0, 1] == pytest.approx(stats.spearmanr(ra, rb).statistic)


@pytest.mark.data
def test_statistics_of_the_gslib_samples() -> None:
    """The naive mean of cluster.dat, 4.35, and with the weights that the file itself holds."""
    root = os.environ.get("OREFIELD_DATA")
    file = Path(root or ".") / "deposit" / "gslib" / "cluster.dat"
    if not root or not file.is_file():
        pytest.skip("needs the GSLIB training data (OREFIELD_DATA)")
    table = np.loadtxt(file, skiprows=7)
    assert summarise(table[:, 2]).mean == pytest.approx(4.35, abs=0.005)
    assert summarise(table[:, 2], table[:, 4]).mean == pytest.approx(2.53, abs=0.005)
