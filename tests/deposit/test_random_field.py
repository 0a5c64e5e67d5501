"""Random fields: their variogram, variance and independence, against the model itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft, stats

from orefield.core import Grid, ModelError
from orefield.deposit import GaussianField, Structure, Variogram

GRID = Grid((0.0, 0.0, 0.0), (20.0, 25.0, 15.0), (40, 30, 20))
NESTED = Variogram(
    0.15,
    (
        Structure("spherical", 0.35, (80.0, 60.0, 45.0)),
        Structure("spherical", 0.50, (240.0, 200.0, 120.0)),
    ),
)


def covariance_of(field: GaussianField) -> np.ndarray:
    """The covariance that the generator has by construction, on its periodic grid."""
    mx, my, mz = field.period
    return fft.irfftn(field.amplitude**2, s=(mz, my, mx))


def fields(grid: Grid, variogram: Variogram, count: int, seed: int = 5) -> np.ndarray:
    field = GaussianField.on(grid, variogram)
    rng = np.random.default_rng(seed)
    nx, ny, nz = grid.shape
    return np.array([field.sample(rng).reshape(nz, ny, nx) for _ in range(count)])


@pytest.mark.parametrize(
    ("variogram", "tolerance"),
    [
        (NESTED, 1e-10),
        (Variogram(0.0, (Structure("spherical", 1.0, (500.0, 90.0, 400.0)),)), 1e-10),
        (Variogram(0.3, (Structure("exponential", 0.7, (150.0, 100.0, 200.0)),)), 3e-3),
    ],
    ids=["nested", "long", "exponential"],
)
def test_covariance_is_the_models_at_every_lag_inside_the_grid(
    variogram: Variogram, tolerance: float
) -> None:
    found = covariance_of(GaussianField.on(GRID, variogram))
    nx, ny, nz = GRID.shape
    rng = np.random.default_rng(1)
    for _ in range(300):
        ix, iy, iz = (int(rng.integers(0, n)) for n in (nx, ny, nz))
        if ix == iy == iz == 0:
            continue
        lag = np.array([[ix * 20.0, iy * 25.0, iz * 15.0]])
        expected = variogram.sill - variogram.gamma(lag)[0]
        assert found[iz, iy, ix] == pytest.approx(expected, abs=tolerance)
    assert found[0, 0, 0] == pytest.approx(1.0 - variogram.nugget, abs=1e-12)


def test_experimental_variogram_follows_the_model() -> None:
    # 40 fields: the mean experimental value is within 0.035 of the model (sill 1)
    sample = fields(GRID, NESTED, 40)
    for axis, size in ((3, 20.0), (2, 25.0), (1, 15.0)):
        for step in (1, 2, 3, 5, 8):
            a = np.take(sample, range(sample.shape[axis] - step), axis=axis)
            b = np.take(sample, range(step, sample.shape[axis]), axis=axis)
            experimental = 0.5 * float(((a - b) ** 2).mean())
            lag = np.zeros((1, 3))
            lag[0, 3 - axis] = step * size
            assert experimental == pytest.approx(NESTED.gamma(lag)[0], abs=0.035)


def test_mean_variance_and_distribution_are_standard_normal() -> None:
    sample = fields(GRID, NESTED, 40)
    assert float(sample.mean()) == pytest.approx(0.0, abs=0.05)
    assert float((sample**2).mean()) == pytest.approx(1.0, abs=0.03)
    # one block of each field: independent standard normals
    single = fields(Grid((0, 0, 0), (20.0, 25.0, 15.0), (4, 4, 4)), NESTED, 1500)[:, 2, 1, 3]
    assert stats.kstest(single, "norm").pvalue > 0.01


def test_opposite_faces_do_not_know_each_other() -> None:
    sample = fields(GRID, NESTED, 60)
    for axis in (1, 2, 3):
        first = np.take(sample, 0, axis=axis)
        last = np.take(sample, -1, axis=axis)
        wrapped = float((first * last).mean())
        neighbour = float((first * np.take(sample, 1, axis=axis)).mean())
        assert abs(wrapped) < 0.06
        assert neighbour > 0.4


def test_a_range_longer_than_the_grid_keeps_its_correlation() -> None:
    # a period that is too short would pull the far face back towards the near one
    long = Variogram(0.0, (Structure("spherical", 1.0, (2000.0, 2000.0, 2000.0)),))
    grid = Grid((0, 0, 0), (50.0, 50.0, 50.0), (20, 2, 2))
    sample = fields(grid, long, 250)
    far = float((sample[..., 0] * sample[..., -1]).mean())
    expected = 1 - long.gamma(np.array([[950.0, 0, 0]]))[0]
    assert expected == pytest.approx(0.341, abs=0.001)
    assert far == pytest.approx(expected, abs=0.2)


def test_pure_nugget_is_white() -> None:
    sample = fields(GRID, Variogram(2.5), 4)
    assert float((sample**2).mean()) == pytest.approx(1.0, abs=0.02)
    assert float((sample[..., 1:] * sample[..., :-1]).mean()) == pytest.approx(0.0, abs=0.02)


def test_the_generator_decides_every_bit() -> None:
    field = GaussianField.on(GRID, NESTED)
    first = field.sample(np.random.default_rng(11))
    again = GaussianField.on(GRID, NESTED).sample(np.random.default_rng(11))
    other = field.sample(np.random.default_rng(12))
    assert first.tobytes() == again.tobytes()
    assert abs(float(np.corrcoef(first, other)[0, 1])) < 0.2
    rng = np.random.default_rng(11)
    assert field.sample(rng).tobytes() == first.tobytes()
    assert field.sample(rng).tobytes() != first.tobytes()


def test_one_flat_layer_works() -> None:
    sample = fields(Grid((0, 0, 0), (20.0, 25.0, 15.0), (30, 30, 1)), NESTED, 30)
    step = 0.5 * float(((sample[..., 2:] - sample[..., :-2]) ** 2).mean())
    assert step == pytest.approx(NESTED.gamma(np.array([[40.0, 0, 0]]))[0], abs=0.05)


def test_an_absurd_range_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(ModelError, match="too large"):
        GaussianField.on(GRID, Variogram(0.0, (Structure("spherical", 1.0, (1e6, 1e6, 1e6)),)))


def test_model_values_known_by_hand() -> None:
    spherical = Variogram(0.2, (Structure("spherical", 0.8, (100.0, 50.0, 25.0)),))
    lags = np.array([[0, 0, 0], [50, 0, 0], [0, 25, 0], [0, 0, 12.5], [100, 0, 0], [0, 60, 0.0]])
    half = 0.2 + 0.8 * (1.5 * 0.5 - 0.5 * 0.125)
    np.testing.assert_allclose(spherical.gamma(lags), [0, half, half, half, 1.0, 1.0], rtol=1e-14)
    exponential = Variogram(0.0, (Structure("exponential", 2.0, (90.0, 90.0, 90.0)),))
    assert exponential.gamma(np.array([[90.0, 0, 0]]))[0] == pytest.approx(2 * (1 - np.exp(-3)))
    assert exponential.standardised().sill == pytest.approx(1.0)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Structure("bessel", 1.0, (1.0, 1.0, 1.0)),  # type: ignore[arg-type]
        lambda: Structure("spherical", 0.0, (1.0, 1.0, 1.0)),
        lambda: Structure("spherical", 1.0, (-5.0, 1.0, 1.0)),
        lambda: Structure("spherical", 1.0, (1.0, float("nan"), 1.0)),
        lambda: Structure("spherical", 1.0, (1.0, 1.0, float("inf"))),
        lambda: Variogram(-0.1),
        lambda: Variogram(float("nan")),
        lambda: Variogram(0.0),
    ],
)
def test_a_variogram_that_cannot_exist_is_refused(broken) -> None:
    with pytest.raises(ModelError):
        broken()
