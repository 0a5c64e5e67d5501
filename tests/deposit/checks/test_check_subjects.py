"""Samples and blocks brought together, slices, panels and bias: against plain loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from check_cases import FLAT, GRID, ground, samples, west_east
from scipy import stats

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Samples
from orefield.deposit.checks import (
    Subject,
    conditional_slope,
    curves,
    even_cutoffs,
    furthest,
    local_bias,
    realised_mean,
    subjects,
    swath,
)
from orefield.deposit.checks.bias import relative
from orefield.deposit.statistics import cell_declustering


def whole(grid: Grid = GRID, **changes: object) -> Subject:
    listed, skipped = subjects(ground(grid), samples(grid), **changes)
    assert skipped == []
    return listed[0]


@pytest.mark.parametrize("grid", [GRID, FLAT], ids=["3-D", "2-D"])
def test_samples_weigh_the_rock_that_is_nearest_to_them(grid: Grid) -> None:
    shape = Ellipsoid((100.0, 50.0, 10.0), Rotation(40.0, 0.0, 0.0))
    found = whole(grid, shape=shape)
    measured = samples(grid).measured("cu_pct")
    own = np.flatnonzero(found.blocks)
    lag = grid.centroids()[own][:, None] - measured.xyz_m[None]
    near = np.linalg.norm(lag @ shape.transform().T, axis=2).argmin(axis=1)
    weight = np.bincount(near, found.ground.tonnes[own], minlength=len(measured))
    np.testing.assert_allclose(found.weights, weight / weight.sum())
    np.testing.assert_allclose(found.nearest[own], measured["cu_pct"][near])
    assert np.isnan(found.nearest[~found.blocks]).all()
    assert found.weights.sum() == pytest.approx(1.0)
    mean = np.average(found.nearest[own], weights=found.ground.tonnes[own])
    assert found.declustered_mean == pytest.approx(mean)


def test_domains_are_those_of_samples_words_or_of_the_blocks_they_lie_in() -> None:
    blocks = ground(domain=west_east())
    by_word, _ = subjects(blocks, samples(), code="domain")
    by_place, _ = subjects(blocks, samples())
    assert [s.domain for s in by_word] == ["", "east", "west"]
    for a, b in zip(by_word, by_place, strict=True):
        assert a.weights == pytest.approx(b.weights)
    west = by_word[2]
    assert set(west_east()[west.blocks]) == {"west"}
    assert (west.samples.code("domain") == "west").all()
    # hard boundaries: a block never takes the other domain's sample
    assert set(west.nearest[west.blocks]) <= set(west.values)


def test_a_domain_without_samples_is_named_and_none_at_all_is_an_error() -> None:
    blocks = ground(domain=west_east())
    only = samples().where(samples().code("domain") == "west")
    listed, skipped = subjects(blocks, only, code="domain")
    assert skipped == ["east"]
    assert [s.domain for s in listed] == [""]
    assert set(west_east()[listed[0].blocks]) == {"west"}
    renamed = samples().with_codes(domain=np.full(len(samples()), "WEST"))
    with pytest.raises(ModelError, match="no domain has both"):
        subjects(blocks, renamed, code="domain")
    nothing = samples().with_values(cu_pct=np.full(len(samples()), np.nan))
    with pytest.raises(ModelError, match="no sample has a value"):
        subjects(blocks, nothing)
    with pytest.raises(ModelError, match="no code"):
        subjects(blocks, samples(), code="rock")


def test_weights_given_take_the_place_of_our_own() -> None:
    weights = np.random.default_rng(3).random(len(samples())) + 0.1
    found, _ = subjects(ground(), samples(), weights=weights, weighed="by hand")
    kept = ~np.isnan(samples()["cu_pct"])
    expected = np.average(samples()["cu_pct"][kept], weights=weights[kept])
    assert found[0].declustered_mean == pytest.approx(expected)
    assert found[0].weighed == "by hand"


@pytest.mark.parametrize("grid", [GRID, FLAT], ids=["3-D", "2-D"])
@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_slices_are_those_of_a_plain_loop_in_a_rotated_grid(grid: Grid, axis: str) -> None:
    rng = np.random.default_rng(5)
    draws = rng.lognormal(size=(30, grid.n))
    draws[:, 0] = np.nan
    listed, _ = subjects(ground(grid), samples(grid), draws=draws)
    subject = listed[0]
    found = swath(subject, axis, 4)
    a = "xyz".index(axis)
    if grid.shape[a] == 1:
        assert found is None
        return
    assert found is not None
    at = np.floor(grid.to_local(grid.centroids())[:, a] / (4 * grid.size[a])).astype(int)
    place = np.floor(grid.to_local(subject.samples.xyz_m)[:, a] / (4 * grid.size[a])).astype(int)
    for k in range(-(-grid.shape[a] // 4)):
        own, mine = subject.blocks & (at == k), place == k
        weight = subject.ground.tonnes[own]
        assert found.tonnes[k] == pytest.approx(weight.sum())
        assert found.samples[k] == mine.sum()
        mean = np.average(subject.ground.grade[own], weights=weight)
        assert found.estimate_mean[k] == pytest.approx(mean)
        near = np.average(subject.nearest[own], weights=weight)
        assert found.nearest_mean[k] == pytest.approx(near)
        sample = np.average(subject.values[mine], weights=subject.weights[mine])
        assert found.sample_mean[k] == pytest.approx(sample)
        known = own & ~np.isnan(draws[0])
        means = [np.average(d[known], weights=subject.ground.tonnes[known]) for d in draws]
        expected = [*np.percentile(means, [5, 95]), np.mean(means)]
        np.testing.assert_allclose([found.low[k], found.high[k], found.realised_mean[k]], expected)
    inside = [
        (found.samples[k] >= 5, abs(found.estimate_mean[k] - found.nearest_mean[k]) <= 0.05)
        for k in range(len(found.tonnes))
    ]
    rock = sum(t for t, (j, _) in zip(found.tonnes, inside, strict=True) if j)
    near_rock = sum(t for t, (j, n) in zip(found.tonnes, inside, strict=True) if j and n)
    assert found.share_within(0.1, 5, 0.5) == pytest.approx(near_rock / rock)


def test_a_slice_without_samples_or_rock_is_not_judged() -> None:
    subject = whole()
    found = swath(subject, "x", 1)
    assert found is not None
    assert np.isnan(found.share_within(0.1, 10_000, 1.0))
    for bad in (("w", 1), ("x", 0)):
        with pytest.raises(ModelError):
            swath(subject, *bad)


def test_panels_are_those_of_a_plain_loop() -> None:
    subject = whole()
    found = local_bias(subject, (5, 5, 3), 4)
    local = GRID.to_local(GRID.centroids()) / GRID.size
    mine = GRID.to_local(subject.samples.xyz_m) / GRID.size
    reference, estimate, tonnes = [], [], []
    for z in range(2):
        for y in range(3):
            for x in range(4):
                low, high = np.array([x * 5, y * 5, z * 3]), np.array([5, 5, 3])
                own = subject.blocks & ((local >= low) & (local < low + high)).all(axis=1)
                if ((mine >= low) & (mine < low + high)).all(axis=1).sum() < 4:
                    continue
                weight = subject.ground.tonnes[own]
                reference.append(np.average(subject.nearest[own], weights=weight))
                estimate.append(np.average(subject.ground.grade[own], weights=weight))
                tonnes.append(weight.sum())
    np.testing.assert_allclose(found.reference, reference)
    np.testing.assert_allclose(found.estimate, estimate)
    cov = np.cov(np.array([estimate, reference]), aweights=tonnes, ddof=0)
    assert found.correlation == pytest.approx(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))
    assert found.slope == pytest.approx(cov[0, 1] / cov[0, 0])
    assert np.isnan(local_bias(subject, (5, 5, 3), 1000).correlation)


@pytest.mark.parametrize("slope", [0.6, 1.0, 1.3])
def test_conditional_bias_is_the_slope_that_was_built_in(slope: float) -> None:
    blocks = ground()
    rng = np.random.default_rng(4)
    star = blocks.grade
    draws = 0.2 + slope * star + 0.05 * rng.standard_normal((80, GRID.n))
    listed, _ = subjects(blocks, samples(), draws=draws)
    mean, slopes = conditional_slope(listed[0])
    assert mean == pytest.approx(slope, abs=4 * slopes.std() / np.sqrt(80))
    middle, means = realised_mean(listed[0])
    own = listed[0].blocks
    expected = np.average(draws[:, own], weights=blocks.tonnes[own], axis=1)
    np.testing.assert_allclose(means, expected)
    assert middle == pytest.approx(expected.mean())


def test_what_is_all_alike_has_no_slope() -> None:
    flat = ground(grade=np.full(GRID.n, 0.3))
    listed, _ = subjects(flat, samples(), draws=np.random.default_rng(1).random((20, GRID.n)))
    assert np.isnan(conditional_slope(listed[0])[0])
    assert np.isnan(conditional_slope(whole())[0])  # no realisations
    assert np.isnan(relative(1.0, 0.0))
    assert relative(-1.0, -2.0) == 0.5


def test_curves_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(9)
    draws = rng.lognormal(-1, 0.5, (20, GRID.n))
    listed, _ = subjects(ground(), samples(), draws=draws)
    subject = listed[0]
    levels = [0.1, 0.35, 5.0, 100.0]
    found = curves(subject, levels, 0.6)
    own = subject.blocks
    tonnes = subject.ground.tonnes[own]
    assert found.blocks is not None
    assert found.realised is not None
    cases = [
        (found.estimate.share, found.estimate.grade, subject.ground.grade[own], tonnes),
        (found.nearest.share, found.nearest.grade, subject.nearest[own], tonnes),
        (found.samples.share, found.samples.grade, subject.values, subject.weights),
        (found.realised.share[7], found.realised.grade[7], draws[7, own], tonnes),
    ]
    for share, grade, values, weight in cases:
        for k, level in enumerate(levels):
            above = values >= level
            assert share[k] == pytest.approx(weight[above].sum() / weight.sum())
            if above.any():
                assert grade[k] == pytest.approx(np.average(values[above], weights=weight[above]))
            else:
                assert np.isnan(grade[k])
        assert (np.diff(share) <= 1e-12).all()
    assert (found.estimate.metal[-1], found.estimate.share[-1]) == (0, 0)
    with pytest.raises(ModelError, match="cut-offs"):
        curves(subject, [np.nan])
    assert np.all(np.diff(even_cutoffs(subject)) > 0)


@pytest.mark.parametrize("kept", [1.0, 0.6, 0.25])
def test_blocks_in_theory_are_those_of_a_lognormal_deposit(kept: float) -> None:
    """Of a lognormal, by the discrete Gaussian model, blocks are lognormal: closed form."""
    s = 0.5
    score = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    made = samples(count=4000).with_values(cu_pct=np.exp(s * score))
    (subject,), _ = subjects(ground(), made, weights=np.ones(4000))
    levels = np.array([0.8, 1.0, 1.5, 2.0])
    found = curves(subject, levels, kept).blocks
    assert found is not None
    # variance exp(s^2) (exp(s^2 r^2) - 1) of blocks is the share kept of that of points
    r2 = np.log(1 + kept * (np.exp(s * s) - 1)) / s**2
    mean = s * s * (1 - r2) / 2
    deviation = s * np.sqrt(r2)
    z = (np.log(levels) - mean) / deviation
    share = stats.norm.sf(z)
    grade = np.exp(s * s / 2) * stats.norm.sf(z - deviation) / share
    np.testing.assert_allclose(found.share, share, atol=0.01)
    np.testing.assert_allclose(found.grade, grade, rtol=0.01)


def test_distance_to_the_nearest_sample() -> None:
    subject = whole()
    lag = GRID.centroids()[subject.blocks][:, None] - subject.samples.xyz_m[None]
    np.testing.assert_allclose(furthest(subject), np.linalg.norm(lag, axis=2).min(axis=1))


def gslib(folder: Path) -> tuple[Samples, Grid, np.ndarray]:
    cluster = np.loadtxt(folder / "deposit/gslib/cluster.dat", skiprows=7)
    true = np.loadtxt(folder / "deposit/gslib/true.dat", skiprows=4)[:, 0]
    xyz = np.column_stack([cluster[:, :2], np.full(len(cluster), 0.5)])
    made = Samples(xyz, {"primary_pct": cluster[:, 2]})
    return made, Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (50, 50, 1)), true


@pytest.mark.data
def test_declustering_brings_clustered_samples_near_the_truth() -> None:
    """GSLIB's clustered samples: naive mean 4.35, truth 2.58; by cells of 5, 2.5 (published)."""
    import os

    if not os.environ.get("OREFIELD_DATA"):
        pytest.skip("OREFIELD_DATA is not set")
    made, grid, true = gslib(Path(os.environ["OREFIELD_DATA"]))
    blocks = ground(grid, value="primary_pct", grade=true, tonnes=np.ones(grid.n),
                    estimated=np.ones(grid.n, dtype=bool))  # fmt: skip
    (found,), _ = subjects(blocks, made)
    assert found.values.mean() == pytest.approx(4.35, abs=0.01)
    assert found.block_mean == pytest.approx(2.58, abs=0.01)
    assert abs(found.declustered_mean - 2.58) < abs(4.35 - 2.58) / 5
    cells = cell_declustering(made.xyz_m, made["primary_pct"], [5.0], keep="given")
    (other,), _ = subjects(blocks, made, weights=cells.weights)
    assert other.declustered_mean == pytest.approx(2.52, abs=0.1)
