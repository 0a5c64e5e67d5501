"""The discrete Gaussian model: against quadrature, closed lognormal forms and simulated blocks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from orefield.core import Grid, ModelError
from orefield.deposit import GaussianField, Structure, Variogram
from orefield.deposit.simulation.anamorphosis import Anamorphosis, hermite
from orefield.deposit.simulation.block_support import variance_share
from orefield.deposit.simulation.nodes import reblocked
from orefield.deposit.simulation.uniform_conditioning import UniformConditioning

SIGMA = 0.8
QUANTILES = np.exp(SIGMA * stats.norm.ppf((np.arange(40_000) + 0.5) / 40_000) - SIGMA**2 / 2)
LOGNORMAL = Anamorphosis.fit(QUANTILES, terms=60)


def test_polynomials_are_those_of_scipy_up_to_sign_and_scale() -> None:
    y = np.linspace(-4, 4, 41)
    found = hermite(y, 12)
    for n in range(12):
        expected = (-1) ** n * special.eval_hermitenorm(n, y) / np.sqrt(special.factorial(n))
        np.testing.assert_allclose(found[n], expected, atol=1e-9 * np.abs(expected).max())


def test_coefficients_of_a_lognormal_are_the_closed_form() -> None:
    # exp(s y - s2/2) = sum of (-s)^n / sqrt(n!) H_n
    n = np.arange(5)  # those that the cut of 40,000 values leaves alone
    expected = (-SIGMA) ** n / np.sqrt(special.factorial(n))
    np.testing.assert_allclose(LOGNORMAL.coefficients[:5], expected, atol=4e-3)
    assert LOGNORMAL.mean == pytest.approx(1.0, abs=1e-3)
    assert LOGNORMAL.variance == pytest.approx(np.exp(SIGMA**2) - 1, rel=0.01)


def test_coefficients_are_integrals_of_the_step_function() -> None:
    values = np.array([0.0, 0.2, 0.2, 1.5, 4.0])
    weights = np.array([1.0, 2.0, 1.0, 3.0, 1.0])
    found = Anamorphosis.fit(values, weights, terms=10)
    edges = np.concatenate([[-12.0], stats.norm.ppf(np.cumsum(weights)[:-1] / 8.0), [12.0]])
    for n in range(10):
        total = sum(
            z * integrate.quad(lambda y, n=n: hermite(np.array([y]), 10)[n, 0] * stats.norm.pdf(y),
                               a, b, epsabs=1e-12)[0]
            for z, a, b in zip(values, edges[:-1], edges[1:], strict=True)
        )  # fmt: skip
        assert found.coefficients[n] == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_blocks_have_the_variance_asked_for_and_the_mean_of_points(share: float) -> None:
    r = LOGNORMAL.support(share)
    grades = LOGNORMAL.grades(stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000), r)
    assert grades.mean() == pytest.approx(LOGNORMAL.mean, rel=2e-3)
    assert grades.var() == pytest.approx(share * LOGNORMAL.variance, rel=0.01)
    assert (np.diff(grades) >= 0).all()
    # of a lognormal, blocks are lognormal with sigma r
    closed = np.sqrt(np.log1p(share * np.expm1(SIGMA**2))) / SIGMA
    assert r == pytest.approx(closed, abs=3e-3)


@pytest.mark.parametrize("cutoff", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("share", [1.0, 0.6])
def test_recovery_is_that_of_a_lognormal(cutoff: float, share: float) -> None:
    s = np.sqrt(np.log1p(share * np.expm1(SIGMA**2)))
    at = (np.log(cutoff) + s**2 / 2) / s
    tonnage, metal = LOGNORMAL.recovered(cutoff, LOGNORMAL.support(share))
    assert tonnage == pytest.approx(stats.norm.sf(at), abs=4e-3)
    assert metal == pytest.approx(stats.norm.sf(at - s), abs=4e-3)
    assert LOGNORMAL.recovered(-1.0) == (1.0, LOGNORMAL.mean)
    assert LOGNORMAL.recovered(1e9) == (0.0, 0.0)


def test_the_share_of_variance_is_that_of_averages_of_a_fine_field() -> None:
    grid = Grid((0, 0, 0), (2.0, 2.0, 2.0), (40, 40, 20))
    blocks = Grid((0, 0, 0), (10.0, 10.0, 10.0), (8, 8, 4))
    model = Variogram(0.2, (Structure("spherical", 0.8, (24.0, 16.0, 12.0)),))
    field = GaussianField.on(grid, model)
    rng = np.random.default_rng(6)
    squares = [(reblocked(field.sample(rng), blocks, (5, 5, 5)) ** 2).mean() for _ in range(60)]
    # 125 nodes keep a 125th of the nugget
    found = np.mean(squares) - 0.2 / 125
    expected = variance_share(model, blocks, (5, 5, 5))
    assert found == pytest.approx(expected, abs=4 * np.std(squares) / np.sqrt(60))


def test_panels_give_blocks_the_distribution_that_they_have() -> None:
    # bivariate normal blocks and estimates, made by hand: recovery by panel adds up to the blocks'
    r, s = 0.8, 0.5
    model = UniformConditioning(LOGNORMAL, r, s)
    rng = np.random.default_rng(3)
    panel = rng.standard_normal(4000)
    estimates = LOGNORMAL.grades(panel, s)
    blocks = LOGNORMAL.grades(
        (s / r) * panel[:, None] + np.sqrt(1 - (s / r) ** 2) * rng.standard_normal((4000, 50)), r
    )
    cutoffs = np.array([0.5, 1.0, 1.8])
    tonnage, metal = model.recovered(estimates, cutoffs)
    for k, cutoff in enumerate(cutoffs):
        above = blocks >= cutoff
        spread = above.mean(axis=1).std() / np.sqrt(4000)
        assert tonnage[:, k].mean() == pytest.approx(above.mean(), abs=5 * spread)
        assert metal[:, k].mean() == pytest.approx((blocks * above).mean(), abs=0.02)
        rich = estimates > np.quantile(estimates, 0.9)
        assert tonnage[rich, k].mean() == pytest.approx(above[rich].mean(), abs=0.02)
    # the mean of a panel's blocks is its estimate: no bias, panel by panel
    np.testing.assert_allclose(
        model.quantiles(estimates).mean(axis=1), estimates, rtol=0.02, atol=5e-3
    )


def test_localised_grades_keep_each_panels_distribution_in_the_order_of_the_ranking() -> None:
    model = UniformConditioning.of(LOGNORMAL, 0.6, 0.2 * LOGNORMAL.variance)
    estimates = np.array([0.3, 1.0, 2.5])
    ranking = np.random.default_rng(2).random((3, 16))
    found = model.localised(estimates, ranking)
    for grades, rank in zip(found, ranking, strict=True):
        assert (np.diff(grades[np.argsort(rank)]) >= 0).all()
    np.testing.assert_allclose(found.mean(axis=1), estimates, rtol=0.02)
    tonnage, _ = model.recovered(estimates, np.array([1.0]))
    assert np.abs((found >= 1.0).mean(axis=1) - tonnage[:, 0]).max() <= 1 / 16


def test_what_has_no_change_of_support_is_refused() -> None:
    for broken in (
        lambda: Anamorphosis.fit(np.ones(5)),
        lambda: Anamorphosis.fit(np.array([1.0, np.nan])),
        lambda: Anamorphosis.fit(np.array([1.0, 2.0]), np.array([1.0, -1.0])),
        lambda: Anamorphosis.fit(np.array([1.0, 2.0]), terms=2),
        lambda: LOGNORMAL.support(0.0),
        lambda: LOGNORMAL.support(1.2),
        lambda: UniformConditioning.of(LOGNORMAL, 0.5, LOGNORMAL.variance),
        lambda: UniformConditioning.of(LOGNORMAL, 0.5, 0.0),
        lambda: variance_share(Variogram(1.0), Grid((0, 0, 0), (1, 1, 1), (2, 2, 2))),
        lambda: UniformConditioning(LOGNORMAL, 0.8, 0.5).localised(np.ones(2), np.ones((3, 4))),
        lambda: UniformConditioning(LOGNORMAL, 0.8, 0.5).localised(
            np.array([np.nan]), np.ones((1, 4))
        ),
    ):
        with pytest.raises(ModelError):
            broken()
