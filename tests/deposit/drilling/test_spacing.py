"""Spacing studies and ensembles against kriging, dense algebra and limits known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from drilling_oracles import GRID, MODEL, holes

from orefield.core import Grid, ModelError
from orefield.deposit.drilling import (
    Continuity,
    EnsemblePrior,
    Limits,
    Problem,
    Targets,
    Utility,
    certify,
    choose,
    ore_continuity,
    panel_error,
    study,
)
from orefield.deposit.estimation import Search, krige
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples
from orefield.deposit.updating.localisation import gaspari_cohn
from orefield.deposit.variogram import Structure, Variogram

PLAIN = Variogram(0.2, (Structure("spherical", 0.8, (120.0, 120.0, 40.0)),))


def test_panel_has_the_variance_of_block_kriging() -> None:
    """The panel on a hole, between two, between four: ``deposit.estimation.krige`` of each."""
    panel, spacing, sample = (60.0, 40.0, 10.0), (50.0, 40.0), 5.0
    found = panel_error(PLAIN, panel, spacing, sample, margin_m=5.0)
    grid = Grid((-30.0, -20.0, -5.0), panel, (1, 1, 1))
    want = []
    for px in (0.0, 25.0):
        for py in (0.0, 20.0):
            x = np.arange(-2, 3) * 50.0 + px
            y = np.arange(-2, 3) * 40.0 + py
            z = np.array([-7.5, -2.5, 2.5, 7.5])
            xyz = np.stack(np.meshgrid(x, y, z), axis=-1).reshape(-1, 3)
            samples = Samples(xyz, {"v": np.arange(len(xyz), dtype=np.float64)})
            want.append(
                krige(
                    samples, "v", grid, PLAIN, Search.everything(xyz, np.zeros((1, 3))),
                    discretisation=(6, 6, 4),
                ).variance[0]
            )  # fmt: skip
    assert found.samples == 100
    assert found.variance == pytest.approx(np.mean(want), rel=1e-6)
    assert found.worst_variance == pytest.approx(max(want), rel=1e-6)


def test_wider_spacing_and_smaller_panels_tell_less() -> None:
    spacings = [(20.0, 20.0), (40.0, 40.0), (80.0, 80.0), (160.0, 160.0)]
    quarter = study("quarter", (80.0, 80.0, 10.0), spacings, Continuity(PLAIN, 0.7), 10.0)
    year = study("year", (160.0, 160.0, 10.0), spacings, Continuity(PLAIN, 0.7), 10.0)
    assert (np.diff(quarter.errors) > 0).all()
    assert (year.errors < quarter.errors).all()


def test_far_apart_holes_leave_the_variance_of_the_panel_and_of_the_mean() -> None:
    found = panel_error(PLAIN, (20.0, 20.0, 10.0), (5000.0, 5000.0), 10.0)
    # at three of four positions no hole is near: the panel's own and that of 25 samples' mean
    assert found.worst_variance == pytest.approx(found.support + 1.0 / 25, rel=0.02)


def test_error_is_in_proportion_to_the_coefficient_of_variation() -> None:
    one = study("q", (50.0, 50.0, 10.0), [(60.0, 60.0)], Continuity(PLAIN, 0.5), 10.0)
    two = study("q", (50.0, 50.0, 10.0), [(60.0, 60.0)], Continuity(PLAIN, 1.0), 10.0)
    assert two.errors == pytest.approx(2 * one.errors)
    scaled = Continuity(PLAIN.scaled(9.0), 0.5)
    same = study("q", (50.0, 50.0, 10.0), [(60.0, 60.0)], scaled, 10.0)
    assert same.errors == pytest.approx(one.errors, rel=1e-6)
    assert one.errors[0] == pytest.approx(1.6448536 * 0.5 * np.sqrt(one.rows[0].variance), rel=1e-6)


def test_uncertain_tonnes_add_their_variance() -> None:
    ore = ore_continuity(PLAIN, 0.8)
    assert ore.variation == pytest.approx(0.5)  # sqrt(p (1 - p)) / p
    grade = Continuity(PLAIN, 0.5)
    sure = study("q", (50.0, 50.0, 10.0), [(60.0, 60.0)], grade, 10.0)
    both = study("q", (50.0, 50.0, 10.0), [(60.0, 60.0)], grade, 10.0, ore=ore)
    assert both.errors == pytest.approx(np.sqrt(2) * sure.errors)


def test_spacing_reached_lies_where_the_error_passes_the_limit() -> None:
    spacings = [(80.0, 80.0), (20.0, 20.0), (40.0, 40.0)]
    grade = Continuity(PLAIN, 0.9)
    errors = np.sort(study("q", (80.0, 80.0, 10.0), spacings, grade, 10.0).errors)
    between = float(0.5 * (errors[1] + errors[2]))
    found = study("q", (80.0, 80.0, 10.0), spacings, grade, 10.0, within=between)
    assert found.reached_m == pytest.approx(60.0)
    assert found.bracketed
    none = study("q", (80.0, 80.0, 10.0), spacings, grade, 10.0, within=float(errors[0]) / 2)
    assert none.reached_m is None
    every = study("q", (80.0, 80.0, 10.0), spacings, grade, 10.0, within=0.99)
    assert every.reached_m == 80.0
    assert not every.bracketed


def test_a_turned_pattern_over_isotropic_ground_is_the_same() -> None:
    a = panel_error(PLAIN, (60.0, 40.0, 10.0), (50.0, 30.0), 10.0)
    b = panel_error(PLAIN, (60.0, 40.0, 10.0), (50.0, 30.0), 10.0, rotation_deg=33.0)
    assert b.variance == pytest.approx(a.variance, rel=1e-9)
    flat = panel_error(PLAIN, (60.0, 40.0, 10.0), (50.0, 30.0), 10.0, flat=True)
    assert flat.samples == a.samples  # one sample a hole either way


@pytest.mark.parametrize("bad", [0.0, -5.0, float("nan"), float("inf")])
def test_sizes_that_cannot_be(bad: float) -> None:
    with pytest.raises(ModelError, match="metres above zero"):
        panel_error(PLAIN, (60.0, 40.0, 10.0), (50.0, bad), 10.0)
    with pytest.raises(ModelError, match="coefficient of variation"):
        study("q", (60.0, 40.0, 10.0), [(50.0, 50.0)], Continuity(PLAIN, bad), 10.0)


def _ensemble(count: int = 40) -> tuple[Problem, np.ndarray, Ellipsoid]:
    rng = np.random.default_rng(4)
    centres = GRID.centroids()
    lags = (centres[:, None] - centres[None]).reshape(-1, 3)
    root = np.linalg.cholesky(MODEL.covariance(lags).reshape(GRID.n, GRID.n))
    draws = np.exp(0.5 * rng.standard_normal((count, GRID.n)) @ root.T)
    reach = Ellipsoid((200.0, 150.0, 80.0))
    weights = {"a": rng.uniform(0, 1, GRID.n), "b": rng.uniform(0, 1, GRID.n)}
    targets = Targets.of_fields(GRID, weights)
    planned = holes(8, seed=6, equal=False)
    prior = EnsemblePrior(planned.samples(5.0), targets, draws, 0.05, reach)
    found = Problem(planned, prior, Utility.variance(2), Limits(90.0))
    f = np.array(list(weights.values()))
    spread = (draws - draws.mean(axis=0)) / np.sqrt(count - 1)
    distance = np.sqrt(((lags @ reach.transform().T) ** 2).sum(axis=1)).reshape(GRID.n, GRID.n)
    return found, f, (spread.T @ spread) * gaspari_cohn(distance)  # type: ignore[return-value]


def test_ensemble_conditions_as_its_tapered_covariance_does() -> None:
    found, f, dense = _ensemble()
    assert found.prior.start == pytest.approx(np.diag(f @ dense @ f.T), rel=1e-9)
    state = found.start().drill_all([1, 6])
    samples = found.prior.samples
    at = np.concatenate([GRID.locate(samples.places_m[h][samples.valid[h]]) for h in (1, 6)])
    at = at[at >= 0]  # above the grid nothing is known
    k = dense[np.ix_(at, at)] + np.eye(len(at)) * float(found.prior.noise[0, 0])
    c = dense[at] @ f.T
    left = np.diag(f @ dense @ f.T - c.T @ np.linalg.solve(k, c))
    assert state.left == pytest.approx(left, rel=1e-7)


def test_ensemble_is_planned_and_bounded_like_a_variogram() -> None:
    found, _, _ = _ensemble()
    plan = choose(found)
    assert 0 < plan.value <= certify(found, [plan.holes]).bound * (1 + 1e-9)


def test_too_few_realisations_are_refused() -> None:
    with pytest.raises(ModelError, match="too few"):
        _ensemble(5)
