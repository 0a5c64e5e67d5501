"""Variogram maps, normal scores and spacings against what is written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from fields_by_hand import scattered
from scipy import stats

from orefield.core import ModelError
from orefield.deposit import Rotation, Samples
from orefield.deposit.variography import indicator, normal_scores, variogram_map
from orefield.deposit.variography.spacing import (
    down_the_hole,
    is_flat,
    spacing_along,
    spacing_between,
)


@pytest.mark.parametrize("axes", [None, Rotation(30.0, 20.0, 10.0).axes()])
def test_a_map_equals_every_pair_put_into_its_cell(axes) -> None:
    rng = np.random.default_rng(1)
    samples = scattered(150, 1, v=np.where(rng.random(150) < 0.1, np.nan, rng.random(150)))
    found = variogram_map(samples, "v", (30.0, 20.0, 15.0), (3, 4, 2), axes=axes, threads=2)
    known = samples.measured("v")
    xyz = known.xyz_m @ (np.eye(3) if axes is None else axes).T
    counts, sums = np.zeros((5, 9, 7), int), np.zeros((5, 9, 7))
    for i in range(len(xyz)):
        for j in range(i + 1, len(xyz)):
            cell = np.floor((xyz[j] - xyz[i]) / [30, 20, 15] + 0.5).astype(int)
            x, y, z = cell + np.array([3, 4, 2])
            if 0 <= x < 7 and 0 <= y < 9 and 0 <= z < 5:
                for cell in ((z, y, x), (4 - z, 8 - y, 6 - x)):
                    counts[cell] += 1
                    sums[cell] += 0.5 * (known["v"][i] - known["v"][j]) ** 2
    assert np.array_equal(found.pairs, counts)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(found.gamma, sums / counts, rtol=1e-10)
    assert np.array_equal(found.gamma, found.gamma[::-1, ::-1, ::-1], equal_nan=True)
    lag = found.lags_m()
    assert np.allclose(lag[2, 4, 3], 0.0)
    assert np.allclose(np.sqrt((lag[2, 4, 4] ** 2).sum()), 30.0)


@pytest.mark.parametrize(
    ("size", "half", "text"),
    [
        ((0.0, 1.0, 1.0), (1, 1, 1), "positive"),
        ((1.0, 1.0, 1.0), (0, 0, 0), "positive"),
        ((1.0, np.nan, 1.0), (1, 1, 1), "positive"),
        ((1.0, 1.0, 1.0), (500, 500, 500), "too large"),
    ],
)
def test_maps_that_cannot_be_are_refused(size, half, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        variogram_map(scattered(10, 1, v=np.ones(10)), "v", size, half)


def test_one_sample_has_no_map() -> None:
    with pytest.raises(ModelError, match="no pairs"):
        variogram_map(Samples(np.zeros((1, 3)), {"v": np.ones(1)}), "v", (1, 1, 1), (2, 2, 2))


def test_normal_scores_are_normal_in_the_order_of_values() -> None:
    value = np.random.default_rng(0).lognormal(size=5000)
    score = normal_scores(value)
    assert stats.spearmanr(value, score).statistic == pytest.approx(1.0)
    assert stats.kstest(score, "norm").statistic < 1e-3
    tied = normal_scores(np.array([1.0, 2.0, 2.0, 3.0, np.nan]))
    assert tied[1] == tied[2] == pytest.approx(0.0)
    assert np.isnan(tied[4])


def test_weights_move_normal_scores() -> None:
    weighted = normal_scores(np.array([1.0, 2.0]), np.array([3.0, 1.0]))
    assert weighted[0] == pytest.approx(stats.norm.ppf(0.375))
    assert weighted[1] == pytest.approx(stats.norm.ppf(0.875))
    assert np.isfinite(normal_scores(np.arange(3.0), np.array([0.0, 1.0, 0.0]))).all()
    # light values at the end keep the quantile of their own weight, and their order
    light = normal_scores(np.arange(4.0), np.array([0.01, 0.01, 1.0, 1.0]))
    np.testing.assert_allclose(light[:2], stats.norm.ppf(np.array([0.005, 0.015]) / 2.02))
    with pytest.raises(ModelError, match="negative"):
        normal_scores(np.arange(2.0), np.array([1.0, -1.0]))
    with pytest.raises(ModelError, match="nothing"):
        normal_scores(np.arange(2.0), np.zeros(2))
    assert np.isnan(normal_scores(np.full(3, np.nan))).all()


def test_indicators() -> None:
    out = indicator(np.array([0.1, 0.5, 0.7, np.nan]), 0.5)
    assert out[:3].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(out[3])


def test_spacings_are_those_of_the_holes() -> None:
    collars = np.array([[0.0, 0.0], [50.0, 0.0], [100.0, 0.0], [0.0, 60.0]])
    depth = -3.0 * np.arange(5)
    xyz = np.concatenate([np.column_stack([np.tile(c, (5, 1)), depth]) for c in collars])
    samples = Samples(xyz, {}, hole=np.repeat(np.arange(4, dtype=np.int32), 5))
    assert spacing_between(samples) == pytest.approx(50.0)
    assert spacing_along(samples) == pytest.approx(3.0)
    assert down_the_hole(samples).dip_deg == pytest.approx(90.0)
    assert not is_flat(samples)
    loose = Samples(xyz * [1, 1, 0] + np.arange(20)[:, None] * [1.0, 0, 0], {})
    assert is_flat(loose)
    assert spacing_along(loose) is None
    assert down_the_hole(loose).everywhere
    with pytest.raises(ModelError, match="one place"):
        spacing_between(Samples(np.zeros((3, 3)), {}))


def test_holes_that_go_every_way_have_no_direction() -> None:
    rng = np.random.default_rng(0)
    unit = rng.normal(size=(30, 3))
    unit /= np.sqrt((unit**2).sum(axis=1))[:, None]
    xyz = (rng.uniform(0, 500, (30, 1, 3)) + unit[:, None] * np.arange(6)[:, None]).reshape(-1, 3)
    samples = Samples(xyz, {}, hole=np.repeat(np.arange(30, dtype=np.int32), 6))
    assert down_the_hole(samples).everywhere
    dipping = Samples(
        np.concatenate([c + np.outer(np.arange(6.0), [0.6, 0.0, -0.8]) for c in xyz[::6]]),
        {},
        hole=samples.hole,
    )
    way = down_the_hole(dipping)
    assert way.azimuth_deg == pytest.approx(90.0)
    assert way.dip_deg == pytest.approx(53.1)
