"""Models of normal scores taken back to values, against closed forms, drawn pairs and fields."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from fields_by_hand import field
from scipy import special

from orefield.core import ModelError
from orefield.deposit import Rotation, Structure, Variogram
from orefield.deposit.simulation import Anamorphosis
from orefield.deposit.variography import (
    Held,
    HeldStructure,
    Lags,
    ScoreLink,
    back_transformed,
    experimental,
    fan,
    fit_variogram,
    normal_scores,
    of_arrays,
)


def link_of(values: np.ndarray, weights: np.ndarray | None = None) -> ScoreLink:
    both = (values, normal_scores(values, weights))
    return ScoreLink.of(*(Anamorphosis.fit(v, weights).coefficients for v in both))


def gslib(name: str, head: int) -> np.ndarray:
    root = os.environ.get("OREFIELD_DATA")
    file = Path(root or ".") / "deposit" / "gslib" / name
    if not file.is_file():
        pytest.skip(f"OREFIELD_DATA has no deposit/gslib/{name}")
    return np.loadtxt(file, skiprows=head)


def quantiles(n: int = 20_000) -> np.ndarray:
    return special.ndtri((np.arange(n) + 0.5) / n)


def lognormal_correlation(rho: np.ndarray, sigma: float) -> np.ndarray:
    """Of exp(sigma Y), where Y has the correlation rho."""
    return np.expm1(sigma**2 * rho) / np.expm1(sigma**2)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 1.3])
def test_lognormal_values_lose_correlation_as_they_must(sigma: float) -> None:
    link, rho = link_of(np.exp(sigma * quantiles())), np.linspace(0, 1, 21)
    np.testing.assert_allclose(link.of_values(rho), lognormal_correlation(rho, sigma), atol=0.012)
    np.testing.assert_allclose(link.of_scores(link.of_values(rho)), rho, atol=1e-4)


def test_normal_values_and_values_of_two_kinds_keep_their_correlation() -> None:
    rho = np.linspace(0, 1, 21)
    np.testing.assert_allclose(link_of(5.0 + 3.0 * quantiles()).of_values(rho), rho, atol=1e-3)
    two = np.repeat([0.0, 7.0], [700, 300])  # its scores are two numbers as well
    np.testing.assert_allclose(link_of(two).of_values(rho), rho, atol=1e-9)


def test_many_equal_values_are_counted_with() -> None:
    """Pairs drawn from a bivariate normal law; a third of the values is zero."""
    y = quantiles()
    values = np.where(y < -0.4, 0.0, np.exp(y) - np.exp(-0.4))
    link, scores = link_of(values), normal_scores(values)
    rng = np.random.default_rng(1)
    for rho in (0.3, 0.6, 0.9):
        a = rng.standard_normal(150_000)
        b = rho * a + np.sqrt(1 - rho**2) * rng.standard_normal(a.size)
        told = [
            float(np.corrcoef(np.interp(a, y, of), np.interp(b, y, of))[0, 1])
            for of in (values, scores)
        ]
        assert float(link.of_values(np.array(told[1]))) == pytest.approx(told[0], abs=0.015)


@pytest.mark.parametrize("kind", ["spherical", "exponential"])
def test_a_nested_model_comes_back_along_every_direction(kind) -> None:
    turn = Rotation(40.0, 20.0, 10.0)
    scores = Variogram(0.2, (Structure(kind, 0.6, (150.0, 80.0, 30.0), turn),))
    found = back_transformed(scores, link_of(np.exp(quantiles())), 7.0)
    model = found.variogram
    lags = np.random.default_rng(2).normal(size=(300, 3)) * [80.0, 80.0, 40.0]
    # the scores' sill is the whole variance: 0.8 of it is told, 0.2 / 0.8 of that is nugget
    rho = 1.0 - scores.gamma(lags) / 0.8
    true = 7.0 * (1.0 - lognormal_correlation(rho, 1.0))
    assert np.abs(model.gamma(lags) - true).max() < 0.05 * 7.0
    assert model.sill == pytest.approx(7.0)
    start = 7.0 * (1.0 - lognormal_correlation(np.array(0.75), 1.0))
    assert model.nugget == pytest.approx(start, rel=0.02)
    assert {s.rotation for s in model.structures} == {turn}
    assert len(model.structures) == 1


def test_parts_given_by_hand_hold_for_the_values() -> None:
    link = link_of(np.exp(quantiles()))
    scores = Variogram(0.1, (Structure("spherical", 0.9, (100.0, 100.0, 100.0)),))
    held = Held(nugget=0.4, sill=3.0, structures=(HeldStructure(ranges_m=(70.0, 70.0, 70.0)),))
    model = back_transformed(scores, link, 2.0, held=held).variogram
    assert model.nugget == pytest.approx(0.4)
    assert model.sill == pytest.approx(3.0)
    assert model.structures[0].ranges_m == (70.0, 70.0, 70.0)
    for nugget_alone in (Variogram(0.9), Variogram(2.0)):
        bare = back_transformed(nugget_alone, link, 2.0).variogram
        assert bare.structures == ()
        assert bare.nugget == pytest.approx(2.0)


def test_lognormal_fields_are_found_better_by_way_of_their_scores() -> None:
    """Six fields of known covariance: mean difference of models up to the range, over the sill."""
    y_model = Variogram(0.1, (Structure("spherical", 0.9, (100.0, 100.0, 100.0)),))
    h = np.linspace(1.0, 150.0, 40)
    lags = np.column_stack([h, np.zeros((40, 2))])
    true = 1.0 - lognormal_correlation(1.0 - y_model.gamma(lags), 1.2)
    reach = float(h[np.argmax(true >= 0.8)])
    off: list[tuple[float, float]] = []
    reaches = []
    for seed in range(6):
        xy = np.random.default_rng(300 + seed).uniform(0.0, 600.0, (300, 2))
        y = field(y_model, np.column_stack([xy, np.zeros(len(xy))]), seed)
        samples = of_arrays(xy, {"v": np.exp(1.2 * y), "s": normal_scores(y)})
        raw, scores = experimental(samples, ["v", "s"], Lags.regular(15.0, 12))
        plain = fit_variogram([raw], kinds=("spherical",), structures=1).variogram
        by_scores = fit_variogram([scores], kinds=("spherical",), structures=1).variogram
        back = back_transformed(by_scores, link_of(samples["v"]), raw.variance).variogram
        assert back.sill == pytest.approx(samples["v"].var())
        shapes = [m.gamma(lags) / m.sill for m in (plain, back)]
        off.append((np.abs(shapes[0] - true).mean(), np.abs(shapes[1] - true).mean()))
        reaches.append(float(h[np.argmax(shapes[1] >= 0.8)]) / reach)
    plainly, by_way = np.array(off).mean(axis=0)
    assert by_way < 0.05
    assert by_way < 0.6 * plainly
    assert 0.8 < np.median(reaches) < 1.25
    assert 0.6 < min(reaches) <= max(reaches) < 1.7


@pytest.mark.data
def test_cluster_dat_has_a_model_by_way_of_its_scores() -> None:
    """GSLIB's 140 clustered samples: nugget 0.1 to 0.3, spherical, reach about 10, of scores."""
    data = gslib("cluster.dat", 7)
    values = data[:, 2]
    samples = of_arrays(data[:, :2], {"v": values, "s": normal_scores(values)})
    lags = Lags.regular(2.0, 12)
    plain = fit_variogram(experimental(samples, ["v"], lags)).variogram
    assert plain.nugget == pytest.approx(plain.sill, rel=0.05), "its own points tell nothing"
    scores = fit_variogram(experimental(samples, ["s"], lags, fan(flat=True)), structures=1)
    assert scores.goodness.weighted_r2 > 0.75
    (part,) = scores.variogram.structures
    assert part.kind == "spherical"
    assert 0.1 <= scores.variogram.nugget / scores.variogram.sill <= 0.3
    assert 8.0 < np.sqrt(part.ranges_m[0] * part.ranges_m[1]) < 14.0
    back = back_transformed(scores.variogram, link_of(values), values.var(), flat=True).variogram
    assert scores.variogram.nugget / scores.variogram.sill < back.nugget / back.sill < 0.4
    assert 7.0 < np.sqrt(np.prod(back.structures[0].ranges_m[:2])) < 13.0


@pytest.mark.data
def test_cluster_dat_tells_the_variogram_of_the_whole_field() -> None:
    """140 declustered samples against every pair of the 2,500 nodes that they are of."""
    data, nodes = gslib("cluster.dat", 7), gslib("true.dat", 4)[:, 0].reshape(50, 50)
    values, weights = data[:, 2], data[:, 4]
    samples = of_arrays(data[:, :2], {"s": normal_scores(values, weights)})
    scores = fit_variogram(experimental(samples, ["s"], Lags.regular(2.0, 12)), structures=1)
    sill = float(np.cov(values, aweights=weights, ddof=0))
    model = back_transformed(scores.variogram, link_of(values, weights), sill).variogram
    assert model.sill == pytest.approx(nodes.var(), rel=0.2), "44.9 without weights"
    h = np.arange(1, 21)
    both = [np.concatenate([(g[k:] - g[:-k]).ravel() for g in (nodes, nodes.T)]) for k in h]
    true = np.array([0.5 * np.mean(step**2) for step in both]) / nodes.var()
    found = model.gamma(np.column_stack([h, 0 * h, 0 * h])) / model.sill
    assert np.abs(found - true).mean() < 0.08
    assert np.abs(found - true).mean() < 0.6 * np.abs(1.0 - true).mean(), "half of pure nugget"
    assert np.argmax(found > 0.9) == pytest.approx(np.argmax(true > 0.9), abs=1)


@pytest.mark.parametrize(
    ("sill", "held", "text"),
    [
        (0.0, None, "variance of 0"),
        (float("nan"), None, "variance of nan"),
        (2.0, Held(nugget=2.5), "add up to 2.5, the values vary by 2"),
        (2.0, Held(nugget=0.5, structures=(HeldStructure(sill=2.0),)), "add up to 2.5"),
    ],
)
def test_what_cannot_come_back_is_refused(sill, held, text: str) -> None:
    scores = Variogram(0.1, (Structure("spherical", 0.9, (100.0, 100.0, 100.0)),))
    with pytest.raises(ModelError, match=text):
        back_transformed(scores, link_of(np.exp(quantiles(200))), sill, held=held)


@pytest.mark.parametrize("terms", [np.array([3.0]), np.array([3.0, 0.0, 0.0])])
def test_what_does_not_vary_has_no_way_back(terms: np.ndarray) -> None:
    with pytest.raises(ModelError, match="without variance"):
        ScoreLink.of(terms, terms)
