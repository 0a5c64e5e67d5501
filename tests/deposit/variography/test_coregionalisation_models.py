"""Linear models of coregionalisation: positive semi-definite, and as good as can be."""

from __future__ import annotations

import numpy as np
import pytest
from fields_by_hand import field, scattered
from scipy import optimize

from orefield.core import ModelError
from orefield.deposit import Samples, Structure, Variogram
from orefield.deposit.variography import (
    Coregionalisation,
    Lags,
    experimental,
    fit_coregionalisation,
)
from orefield.deposit.variography.coregionalisation_fit import goulard_voltz

SHAPES = (
    Structure("spherical", 1.0, (60.0, 60.0, 60.0)),
    Structure("exponential", 1.0, (200.0, 120.0, 80.0)),
)
SILLS = np.array([[[0.5, 0.3], [0.3, 0.4]], [[0.3, -0.1], [-0.1, 0.4]]])
NUGGET = np.array([[0.2, 0.05], [0.05, 0.3]])


def model() -> Coregionalisation:
    return Coregionalisation(("a", "b"), NUGGET, SHAPES, SILLS)


def test_covariances_are_sums_of_structures() -> None:
    rng = np.random.default_rng(0)
    lags = np.vstack([np.zeros(3), rng.normal(0, 60, (20, 3))])
    found = model().covariance(lags)
    for i in range(2):
        direct = model().direct("ab"[i])
        np.testing.assert_allclose(found[:, i, i], direct.covariance(lags))
    distance = np.sqrt((lags**2).sum(axis=1)) / 60.0
    d = np.minimum(distance, 1.0)
    first = 1 - 1.5 * d + 0.5 * d**3
    second = np.exp(-3 * np.sqrt(((lags / [200.0, 120.0, 80.0]) ** 2).sum(axis=1)))
    cross = 0.3 * first - 0.1 * second + 0.05 * (distance == 0)
    np.testing.assert_allclose(found[:, 0, 1], cross, atol=1e-12)
    np.testing.assert_allclose(model().gamma(lags), model().sill - found)


def test_the_block_matrix_of_samples_is_positive_definite() -> None:
    xyz = np.random.default_rng(1).uniform(0, 150, (40, 3))
    lag = (xyz[:, None] - xyz[None]).reshape(-1, 3)
    blocks = model().covariance(lag).reshape(40, 40, 2, 2).transpose(2, 0, 3, 1).reshape(80, 80)
    assert np.linalg.eigvalsh(blocks).min() > 0


def test_packed_arrays_hold_the_model() -> None:
    packed = model().packed()
    assert packed.sills.shape == (2, 2, 2)
    assert packed.transforms.shape == (2, 3, 3)
    assert packed.kinds.tolist() == [0, 1]
    assert np.array_equal(packed.nuggets, NUGGET)
    bare = Coregionalisation(("a",), np.eye(1), (), np.zeros((0, 1, 1))).packed()
    assert bare.kinds.size == 0
    turned = model().subset(["b", "a"])
    assert turned.names == ("b", "a")
    assert turned.nugget[0, 0] == 0.3


@pytest.mark.parametrize("seed", range(4))
def test_the_iteration_finds_the_best_positive_semidefinite_matrices(seed: int) -> None:
    """Against a general minimiser over Cholesky factors."""
    rng = np.random.default_rng(seed)
    v, k = 3, 25
    h = np.linspace(2.0, 150.0, k)
    columns = np.column_stack(
        [np.ones(k), np.minimum(1.5 * h / 50 - 0.5 * (h / 50) ** 3, 1.0) * (h < 50) + (h >= 50),
         1 - np.exp(-3 * h / 140)]
    )  # fmt: skip
    noise = rng.normal(0, 0.4, (k, v, v))
    base = np.array([[1.0, 0.95, -0.6], [0.95, 1.0, -0.7], [-0.6, -0.7, 1.0]])
    gamma = base * columns[:, 2, None, None] + 0.5 * (noise + noise.transpose(0, 2, 1))
    weight = rng.uniform(0.5, 2.0, k)
    sills, _, error = goulard_voltz(columns, gamma, weight)
    assert all(np.linalg.eigvalsh(m).min() > -1e-12 for m in sills)
    left = gamma - np.einsum("ks,sab->kab", columns, sills)
    assert error == pytest.approx(float(np.einsum("k,kab->", weight, left**2)), rel=1e-6)

    def cost(x):
        factor = x.reshape(3, v, v)
        made = np.einsum("sac,sbc->sab", factor, factor)
        rest = gamma - np.einsum("ks,sab->kab", columns, made)
        slope = -2 * np.einsum("k,ks,kab->sab", weight, columns, rest)
        return np.einsum("k,kab->", weight, rest**2), (2 * slope @ factor).ravel()

    best = min(
        optimize.minimize(cost, rng.normal(0, 0.5, 27), jac=True, method="L-BFGS-B",
                          options={"maxiter": 5000, "ftol": 1e-14}).fun
        for _ in range(4)
    )  # fmt: skip
    assert error <= best * (1 + 1e-5)


def test_two_variables_that_share_a_field_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    xyz = rng.uniform(0, [400, 400, 1], (900, 3)) * [1, 1, 0]
    common = field(Variogram(1e-6, (Structure("spherical", 1.0, (80.0,) * 3),)), xyz, 1)
    own = field(Variogram(1e-6, (Structure("spherical", 1.0, (80.0,) * 3),)), xyz, 2)
    a = 10.0 * common
    b = 0.1 * (0.8 * common + 0.6 * own + 0.3 * rng.standard_normal(len(xyz)))
    curves = experimental(
        Samples(xyz, {"a": a, "b": b}), ["a", "b"], Lags.regular(10, 14), cross=True
    )
    found = fit_coregionalisation(curves, kinds=("spherical",))
    sill = found.model.sill
    correlation = sill[0, 1] / np.sqrt(sill[0, 0] * sill[1, 1])
    real = np.corrcoef(a, b)[0, 1]
    assert correlation == pytest.approx(real, abs=0.12)
    assert found.model.structures[-1].ranges_m[0] == pytest.approx(80.0, rel=0.35)
    assert found.r2.diagonal().min() > 0.8
    scaled = experimental(
        Samples(xyz, {"a": 1e3 * a, "b": b}), ["a", "b"], Lags.regular(10, 14), cross=True
    )
    again = fit_coregionalisation(scaled, kinds=("spherical",))
    np.testing.assert_allclose(again.model.sill[0, 1], 1e3 * sill[0, 1], rtol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_noise_gives_models_that_are_positive_semidefinite(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = dict(zip("abc", rng.standard_normal((3, 90)), strict=True))
    curves = experimental(
        scattered(90, seed, **values), list("abc"), Lags.regular(15, 6), cross=True
    )
    found = fit_coregionalisation(curves, min_pairs=3)
    for matrix in (found.model.nugget, *found.model.sills):
        assert np.linalg.eigvalsh(matrix).min() > -1e-9


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"nugget": np.array([[0.1, 0.5], [0.5, 0.1]])}, "not positive semi-definite"),
        ({"nugget": np.array([[0.1, 0.0], [0.05, 0.1]])}, "not symmetric"),
        ({"nugget": np.array([[np.nan, 0.0], [0.0, 0.1]])}, "not all finite"),
        ({"sills": -SILLS}, "structure 1 are not positive semi-definite"),
        ({"sills": SILLS[:1]}, "shapes"),
        ({"names": ("a", "a")}, "variables"),
        ({"nugget": np.diag([1.0, 0.0]), "sills": np.zeros((2, 2, 2))}, "'b' has no variance"),
    ],
)
def test_models_that_cannot_be_are_refused(change, text: str) -> None:
    values = {"names": ("a", "b"), "nugget": NUGGET, "structures": SHAPES, "sills": SILLS, **change}
    with pytest.raises(ModelError, match=text):
        Coregionalisation(**values)


def test_missing_variograms_are_told() -> None:
    rng = np.random.default_rng(0)
    samples = scattered(60, 0, a=rng.random(60), b=rng.random(60), c=np.ones(60))
    lags = Lags.regular(20, 5)
    with pytest.raises(ModelError, match="of 1 variable"):
        fit_coregionalisation(experimental(samples, ["a"], lags))
    with pytest.raises(ModelError, match="a and b is missing"):
        fit_coregionalisation(experimental(samples, ["a", "b"], lags))
    with pytest.raises(ModelError, match="'c' does not vary"):
        fit_coregionalisation(experimental(samples, ["a", "c"], lags, cross=True))
    with pytest.raises(ModelError, match="no variable 'z'"):
        model().direct("z")
