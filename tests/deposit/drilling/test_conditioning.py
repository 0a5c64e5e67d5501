"""Covariances before and after holes, against dense algebra and against kriging."""

from __future__ import annotations

import numpy as np
import pytest
from drilling_oracles import GRID, MODEL, covariance, existing, holes, problem, sums_given, value_of

from orefield.core import Grid, ModelError
from orefield.deposit.drilling import (
    GaussianPrior,
    HoleSamples,
    Limits,
    PlannedHoles,
    Targets,
    Utility,
)
from orefield.deposit.drilling.targets import block_covariances
from orefield.deposit.estimation import Search, krige
from orefield.deposit.estimation.support import Support
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram

SUPPORT = Support.block(GRID, (2, 2, 1))
JITTER = 1e-9 * MODEL.sill


@pytest.fixture
def sums() -> np.ndarray:
    return np.random.default_rng(5).uniform(0.0, 2.0, (3, GRID.n))


@pytest.mark.parametrize("known_mean", [False, True])
def test_drilled_holes_leave_the_variance_that_one_dense_solve_leaves(
    sums: np.ndarray, known_mean: bool
) -> None:
    planned = holes(6, equal=False)
    found = problem(planned, sums, Limits(1e4), known_mean=known_mean)
    state = found.start()
    samples = found.prior.samples
    places = [existing()]
    before, now = sums_given(
        sums, places[0], np.full(len(places[0]), MODEL.nugget + JITTER), SUPPORT,
        known_mean=known_mean,
    )  # fmt: skip
    assert found.prior.start == pytest.approx(np.diag(now), rel=1e-8)
    assert found.prior.before == pytest.approx(np.diag(before), rel=1e-8)
    for hole in (4, 0, 3):
        # ask about all in between, so that updates are put off for different spells
        state.gains(np.arange(hole, 6))
        state.drill(hole)
        places.append(samples.places_m[hole][samples.valid[hole]])
        every = np.concatenate(places)
        _, now = sums_given(
            sums, every, np.full(len(every), MODEL.nugget + JITTER), SUPPORT, known_mean=known_mean
        )
        assert state.left == pytest.approx(np.diag(now), rel=1e-7)


def test_the_gain_of_a_hole_is_what_it_brings_when_drilled(sums: np.ndarray) -> None:
    found = problem(holes(7), sums, Limits(1e4))
    state = found.start().drill_all([2, 5])
    rows = np.array([0, 1, 3, 4, 6])
    gains = state.gains(rows)
    for row, gain in zip(rows, gains, strict=True):
        assert gain == pytest.approx(
            value_of(found, [2, 5, int(row)]) - value_of(found, [2, 5]), rel=1e-7
        )


def test_sums_of_one_block_have_the_variance_of_block_kriging() -> None:
    """Ordinary kriging of ``deposit.estimation`` from all samples, old and new."""
    grid = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), (4, 3, 2), rotation_deg=-15.0)
    rng = np.random.default_rng(8)
    old = grid.to_world(rng.uniform(0, 1, (15, 3)) * [80, 60, 20])
    planned = PlannedHoles(
        grid.to_world(np.array([[30.0, 20.0, 25.0], [70.0, 50.0, 25.0]])),
        np.array([0.0, 120.0]), np.array([90.0, 60.0]), np.array([25.0, 25.0]),
    )  # fmt: skip
    support = Support.block(grid, (2, 2, 2))
    targets = Targets.of_volumes(grid, np.arange(grid.n), np.ones(grid.n))
    prior = GaussianPrior(planned.samples(5.0), targets, MODEL, support, old)
    from orefield.deposit.drilling import Problem

    found = Problem(planned, prior, Utility.variance(len(targets)), Limits(1e3))
    places = np.concatenate([old, planned.samples(5.0).flat()])
    for drilled, xyz in (([], old), ([0, 1], places)):
        samples = Samples(xyz, {"v": rng.uniform(0, 1, len(xyz))})
        want = krige(
            samples, "v", grid, MODEL, Search.everything(xyz, grid.centroids()),
            discretisation=(2, 2, 2),
        ).variance  # fmt: skip
        state = found.start().drill_all(drilled)
        assert state.left == pytest.approx(want, rel=1e-6)


def test_variances_of_sums_are_the_same_by_pairs_and_by_fourier_transform(
    sums: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = Targets.of_fields(GRID, {str(i): row for i, row in enumerate(sums)})
    by_pairs = targets.variances(MODEL, SUPPORT)
    monkeypatch.setattr("orefield.deposit.drilling.targets._MOST_PAIRS", 0)
    assert targets.variances(MODEL, SUPPORT) == pytest.approx(by_pairs, rel=1e-10)
    matrix = targets.covariance_matrix(MODEL, SUPPORT)
    dense, _ = sums_given(sums, existing(), np.ones(12), SUPPORT, known_mean=True)
    assert matrix == pytest.approx(dense, rel=1e-9)


def test_covariance_of_blocks_by_lag_is_the_mean_over_their_points() -> None:
    table = block_covariances(GRID, np.array([2, 2, 2]), MODEL, SUPPORT)
    a = GRID.centroids()[GRID.index(0, 0, 0)] + SUPPORT.offsets_m
    b = GRID.centroids()[GRID.index(1, 1, 1)] + SUPPORT.offsets_m
    assert table[2, 2, 2] == pytest.approx(covariance(MODEL, a, b).mean())
    assert table[1, 1, 1] == pytest.approx(covariance(MODEL, a, a).mean())


def test_a_longer_sample_has_less_nugget() -> None:
    targets = Targets.of_fields(GRID, {"m": np.ones(GRID.n)})
    samples = holes(3).samples(10.0)
    half = GaussianPrior(samples, targets, MODEL, SUPPORT, existing(), noise_factor=0.5)
    assert half.noise[0, 0] == pytest.approx(0.5 * MODEL.nugget, rel=1e-6)


def test_samples_merged_of_several_have_their_share_of_the_nugget(sums: np.ndarray) -> None:
    factors = np.random.default_rng(3).uniform(0.2, 1.0, 12)
    targets = Targets.of_fields(GRID, {str(i): row for i, row in enumerate(sums)})
    prior = GaussianPrior(
        holes(3).samples(10.0), targets, MODEL, SUPPORT, existing(), existing_factors=factors
    )
    noise = factors * MODEL.nugget + JITTER
    _, now = sums_given(sums, existing(), noise, SUPPORT, known_mean=False)
    assert prior.start == pytest.approx(np.diag(now), rel=1e-8)


def test_other_candidates_of_the_same_ground_are_as_if_made_anew(sums: np.ndarray) -> None:
    targets = Targets.of_fields(GRID, {str(i): row for i, row in enumerate(sums)})
    first, other = holes(3).samples(10.0), holes(5, seed=9).samples(8.0)
    prior = GaussianPrior(first, targets, MODEL, SUPPORT, existing(), noise_factor=0.5)
    column = prior.column(1).copy()
    moved = prior.of(other)
    fresh = GaussianPrior(other, targets, MODEL, SUPPORT, existing(), noise_factor=0.5)
    for found, want in (
        (moved.start, fresh.start), (moved.cross, fresh.cross), (moved.noise, fresh.noise),
        (moved.own(), fresh.own()), (moved.column(4), fresh.column(4)), (prior.column(1), column),
    ):  # fmt: skip
        assert found == pytest.approx(want, rel=1e-9, abs=1e-12)
    assert prior.samples is first


def test_without_samples_the_mean_must_be_known() -> None:
    targets = Targets.of_fields(GRID, {"m": np.ones(GRID.n)})
    none = np.zeros((0, 3))
    with pytest.raises(ModelError, match="mean"):
        GaussianPrior(holes(3).samples(10.0), targets, MODEL, SUPPORT, none)
    prior = GaussianPrior(holes(3).samples(10.0), targets, MODEL, SUPPORT, none, known_mean=True)
    assert prior.start == pytest.approx(prior.before)


def test_samples_that_coincide_under_a_model_without_nugget_are_told() -> None:
    smooth = Variogram(0.0, (MODEL.structures[0],))
    targets = Targets.of_fields(GRID, {"m": np.ones(GRID.n)})
    samples = holes(3).samples(10.0)
    twice = np.concatenate([existing(), existing()])
    prior = GaussianPrior(samples, targets, smooth, SUPPORT, twice)  # jitter carries it
    once = GaussianPrior(samples, targets, smooth, SUPPORT, existing())
    assert prior.start == pytest.approx(once.start, rel=1e-4)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.full(GRID.n, np.nan), "not finite"),
        (np.zeros(GRID.n), "region is empty"),
        (-np.ones(GRID.n), "negative"),
        (np.ones(3), "shape"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: np.ndarray, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Targets.of_fields(GRID, {"feed": weights})


def test_too_much_at_once_is_refused_before_memory_is_taken() -> None:
    many = np.broadcast_to(np.zeros(3), (300_000, 10, 3))
    samples = HoleSamples(many, np.broadcast_to(np.True_, (300_000, 10)))
    targets = Targets.of_fields(GRID, {"m": np.ones(GRID.n)})
    with pytest.raises(ModelError, match="fewer candidates"):
        GaussianPrior(samples, targets, MODEL, SUPPORT, np.zeros((100, 3)))
