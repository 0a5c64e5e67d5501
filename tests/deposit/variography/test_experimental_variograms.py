"""Experimental variograms against brute force, GSTools, and what no samples can give."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from fields_by_hand import cone, pairs_of, scattered

from orefield.core import ModelError
from orefield.deposit import Samples
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    DOWN_THE_HOLE,
    Direction,
    Lags,
    experimental,
    fan,
    of_arrays,
)

LAGS = Lags.regular(15.0, 8)


def values(n: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(size=(2, n))
    a[rng.random(n) < 0.1] = np.nan
    b[rng.random(n) < 0.2] = np.nan
    return {"a": a, "b": b}


def brute(samples, u, v, chosen, distance, i, j, lags, measure):
    """Counts, mean distances and means of ``measure(a_i, a_j, b_i, b_j)`` by lag."""
    a, b = samples[u], samples[v]
    known = ~np.isnan(a[i] + a[j] + b[i] + b[j]) & chosen
    out = []
    for low, high in zip(lags.low, lags.high, strict=True):
        use = known & (distance >= low) & (distance < high)
        p, q = i[use], j[use]
        some = use.any()
        out.append(
            (
                use.sum(),
                distance[use].mean() if some else np.nan,
                measure(a[p], a[q], b[p], b[q]).mean() if some else np.nan,
            )
        )
    return [np.array(column) for column in zip(*out, strict=True)]


def half_product(a1, a2, b1, b2):
    return 0.5 * (a1 - a2) * (b1 - b2)


@pytest.mark.parametrize(
    "lags", [LAGS, Lags.regular(20.0, 5, 15.0), Lags.edges(np.arange(0, 90, 7.5))]
)
def test_several_variables_and_directions_equal_every_pair_looked_at(lags: Lags) -> None:
    samples = scattered(240, 1, **values(240, 2))
    directions = (
        ALL_DIRECTIONS,
        DOWN_THE_HOLE,
        Direction(30.0, 20.0, 25.0, 30.0),
        Direction(0.0, 90.0, 40.0, holes="other"),
        Direction(120.0, 10.0, 90.0, 12.0),
    )
    found = experimental(samples, ["a", "b"], lags, directions, cross=True)
    i, j, lag, distance = pairs_of(samples.xyz_m)
    same = samples.hole[i] == samples.hole[j]
    masks = [
        np.ones(len(i), bool),
        same,
        cone(lag, distance, directions[2].unit(), 25.0, 30.0),
        cone(lag, distance, directions[3].unit(), 40.0, np.inf) & ~same,
        cone(lag, distance, directions[4].unit(), 90.0, 12.0),
    ]
    expected = [("a", "a"), ("b", "b"), ("a", "b")]
    assert [c.values for c in found] == [pair for pair in expected for _ in directions]
    for k, curve in enumerate(found):
        n, h, g = brute(samples, *curve.values, masks[k % 5], distance, i, j, lags, half_product)
        np.testing.assert_array_equal(curve.pairs, n)
        assert curve.pairs.dtype == np.int64
        np.testing.assert_allclose(curve.distance_m, h, rtol=1e-12)
        np.testing.assert_allclose(curve.gamma, g, rtol=1e-10, atol=1e-12)
        both = ~np.isnan(samples[curve.values[0]] + samples[curve.values[1]])
        cov = np.cov(samples[curve.values[0]][both], samples[curve.values[1]][both], ddof=0)
        assert curve.variance == pytest.approx(cov[0, 1])
        assert curve.samples == both.sum()


def test_azimuth_and_dip_with_tolerances_of_their_own_equal_every_pair_looked_at() -> None:
    samples = scattered(300, 3, **values(300, 4))
    way = Direction(60.0, 30.0, 20.0, 40.0, dip_tolerance_deg=15.0, vertical_bandwidth_m=25.0)
    (curve,) = experimental(samples, ["a"], LAGS, (way,))
    i, j, lag, distance = pairs_of(samples.xyz_m)
    azimuth = np.degrees(np.arctan2(lag[:, 0], lag[:, 1]))
    off = np.abs((azimuth - 60.0 + 90.0) % 180.0 - 90.0)
    forward = np.where(np.cos(np.radians(azimuth - 60.0)) >= 0, 1.0, -1.0)
    level = forward * np.hypot(lag[:, 0], lag[:, 1])
    # in the vertical plane of the pair: dip below the horizontal, seen from the forward end
    dip = np.degrees(np.arctan2(-lag[:, 2] * np.sign(level), np.abs(level)))
    across = np.abs(np.sin(np.radians(60.0)) * lag[:, 1] - np.cos(np.radians(60.0)) * lag[:, 0])
    tilt = np.radians(30.0)
    above = np.abs(np.cos(tilt) * lag[:, 2] + np.sin(tilt) * level)
    chosen = (off <= 20.0) & (across <= 40.0) & (np.abs(dip - 30.0) <= 15.0) & (above <= 25.0)
    n, _, g = brute(samples, "a", "a", chosen, distance, i, j, LAGS, half_product)
    assert n.sum() > 100
    np.testing.assert_array_equal(curve.pairs, n)
    np.testing.assert_allclose(curve.gamma, g, rtol=1e-10)


def test_other_measures_equal_their_definitions() -> None:
    samples = scattered(200, 5, **values(200, 6))
    i, j, _, distance = pairs_of(samples.xyz_m)
    every = np.ones(len(i), bool)

    def of(measure):
        return brute(samples, "a", "a", every, distance, i, j, LAGS, measure)[2]

    expected = {
        "madogram": of(lambda a, b, *_: 0.5 * np.abs(a - b)),
        "pairwise_relative": of(lambda a, b, *_: 2.0 * ((a - b) / (a + b)) ** 2),
        "general_relative": of(half_product) / of(lambda a, b, *_: (a + b) / 2) ** 2,
    }
    mean = of(lambda a, b, *_: (a + b) / 2)
    spread = of(lambda a, b, *_: (a**2 + b**2) / 2) - mean**2
    expected["correlogram"] = 1.0 - (of(lambda a, b, *_: a * b) - mean**2) / spread
    for measure, gamma in expected.items():
        (curve,) = experimental(samples, ["a"], LAGS, measure=measure)  # type: ignore[arg-type]
        np.testing.assert_allclose(curve.gamma, gamma, rtol=1e-9, err_msg=measure)


def test_results_do_not_depend_on_threads() -> None:
    samples = scattered(900, 7, **values(900, 8))
    runs = [
        experimental(samples, ["a", "b"], LAGS, fan(flat=False), cross=True, threads=t)
        for t in (1, 2, 5)
    ]
    for other in runs[1:]:
        for one, two in zip(runs[0], other, strict=True):
            assert np.array_equal(one.pairs, two.pairs)
            assert np.array_equal(one.gamma, two.gamma, equal_nan=True)


def test_counts_equal_those_of_gstools_on_drill_holes() -> None:
    gs = pytest.importorskip("gstools")
    rng = np.random.default_rng(9)
    collars = rng.integers(0, 12, (40, 2)) * 25.0
    depth = np.arange(12) * 5.0
    xyz = np.concatenate([np.column_stack([np.tile(c, (12, 1)), -depth]) for c in collars])
    value = rng.standard_normal(len(xyz))
    edges = np.arange(0.0, 130.0, 12.5)
    ways = [Direction(0, 0, 22.5, 15.0), Direction(90, 0, 22.5, 15.0), Direction(0, 90, 22.5, 15.0)]
    _, gamma, counts = gs.vario_estimate(
        xyz.T, value, edges, direction=[w.unit() for w in ways], angles_tol=np.radians(22.5),
        bandwidth=15.0, return_counts=True,
    )  # fmt: skip
    found = experimental(
        of_arrays(xyz, {"v": value}), ["v"], Lags.edges(edges), ways, exclusive=True
    )
    for curve, n, g in zip(found, counts, gamma, strict=True):
        assert np.array_equal(curve.pairs, n)
        np.testing.assert_allclose(curve.gamma[n > 0], g[n > 0], rtol=1e-9, atol=1e-12)
    assert found[0].collocated > 0, "some collars are at one place"


@pytest.mark.data
def test_pairs_of_the_gslib_samples() -> None:
    root = os.environ.get("OREFIELD_DATA")
    file = Path(root or ".") / "deposit" / "gslib" / "cluster.dat"
    if not root or not file.is_file():
        pytest.skip("needs the GSLIB training data (OREFIELD_DATA)")
    table = np.loadtxt(file, skiprows=7)
    samples = of_arrays(table[:, :2], {"primary": table[:, 2], "secondary": table[:, 3]})
    lags = Lags.edges(np.arange(0.0, 26.0, 2.5))
    found = experimental(samples, ["primary", "secondary"], lags, cross=True)
    i, j, _, distance = pairs_of(samples.xyz_m)
    every = np.ones(len(i), bool)
    for curve in found:
        n, _, g = brute(samples, *curve.values, every, distance, i, j, lags, half_product)
        assert np.array_equal(curve.pairs, n)
        np.testing.assert_allclose(curve.gamma, g, rtol=1e-10)


def test_collocated_samples_are_counted_and_in_no_regular_lag() -> None:
    xyz = np.array([[0.0, 0, 0], [0, 0, 0], [10, 0, 0], [10, 0, 0]])
    samples = Samples(xyz, {"v": np.array([1.0, 2.0, 1.0, 1.0])})
    (curve,) = experimental(samples, ["v"], Lags.regular(10.0, 1))
    assert curve.collocated == 2
    assert curve.pairs.tolist() == [0, 4]
    assert np.isnan(curve.gamma[0])
    assert not curve.known[0]
    (edged,) = experimental(samples, ["v"], Lags.edges(np.array([0.0, 5.0, 15.0])))
    assert edged.pairs.tolist() == [2, 4]


def test_lags_without_pairs_are_flagged_not_zero() -> None:
    samples = of_arrays(np.array([[0.0, 0.0], [100.0, 0.0]]), {"v": np.array([1.0, 3.0])})
    (curve,) = experimental(samples, ["v"], Lags.regular(10.0, 20))
    assert curve.pairs.sum() == 1
    assert curve.known.sum() == 1
    assert np.isnan(curve.gamma[~curve.known]).all()
    assert curve.gamma[curve.known] == pytest.approx(2.0)


def test_all_equal_values_have_a_variogram_of_zero() -> None:
    samples = scattered(50, 1, v=np.full(50, 0.7))
    (curve,) = experimental(samples, ["v"], LAGS)
    assert (curve.gamma[curve.known] == 0).all()
    (relative,) = experimental(samples, ["v"], LAGS, measure="correlogram")
    assert not relative.known.any(), "ends that do not vary have no correlation"


def test_values_of_zero_have_no_pairwise_relative_difference() -> None:
    samples = scattered(40, 1, v=np.zeros(40))
    (curve,) = experimental(samples, ["v"], LAGS, measure="pairwise_relative")
    assert curve.pairs.sum() == 0


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s: experimental(s.where(np.array([0])), ["v"], LAGS), "no pairs"),
        (lambda s: experimental(s, ["w"], LAGS), "no value 'w'"),
        (lambda s: experimental(s, ["none"], LAGS), "0 sample"),
        (lambda s: experimental(s, [], LAGS), "variables"),
        (lambda s: experimental(s, ["v", "v"], LAGS), "variables"),
        (lambda s: experimental(s, ["v"], LAGS, ()), "no direction"),
        (lambda s: experimental(s, ["v"], LAGS, measure="odd"), "unknown measure"),
        (lambda s: experimental(s, ["v", "none"], LAGS, measure="madogram", cross=True), "cross"),
        (lambda _: Lags.regular(0.0, 5), "positive"),
        (lambda _: Lags.regular(np.inf, 5), "positive"),
        (lambda _: Lags.regular(5.0, 0), "lags"),
        (lambda _: Lags.regular(5.0, 1_000_000), "1,000,000 lags"),
        (lambda _: Lags.edges(np.linspace(0, 1, 20_000)), "19,999 lags"),
        (lambda _: Lags.edges(np.array([0.0, 5.0, 4.0])), "rising"),
        (lambda _: Lags.edges(np.array([0.0, np.nan])), "rising"),
        (lambda _: Lags.edges(np.array([3.0])), "two or more"),
        (lambda _: Direction(tolerance_deg=0.0), "tolerance"),
        (lambda _: Direction(dip_deg=100.0), "dip_deg"),
        (lambda _: Direction(bandwidth_m=-1.0), "bandwidth"),
        (lambda _: Direction(vertical_bandwidth_m=5.0), "tolerance of dip"),
        (lambda _: Direction(holes="few"), "holes"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused(call, text: str) -> None:
    samples = scattered(10, 1, v=np.arange(10.0), none=np.full(10, np.nan))
    with pytest.raises(ModelError, match=text):
        call(samples)
