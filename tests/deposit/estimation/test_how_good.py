"""Cross-validation and neighbourhood analysis against what is written out here."""

from __future__ import annotations

import numpy as np
import pytest
from kriging_oracle import dense

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Samples, Structure, Variogram
from orefield.deposit.estimation import (
    Choices,
    Search,
    cross_validate,
    krige,
    kriging_estimator,
    neighbourhood_analysis,
)

MODEL = Variogram(0.1, (Structure("spherical", 0.9, (60.0, 60.0, 60.0)),))
WIDE = Search(Ellipsoid((500.0, 500.0, 500.0)), max_samples=40)


def make(samples, group):
    return kriging_estimator(samples, "v", MODEL, WIDE, group=group)


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 100, (40, 3))
    values = np.sin(xyz[:, 0] / 25.0) + rng.normal(0, 0.2, 40)
    values[3] = np.nan
    return Samples(xyz, {"v": values}, hole=np.repeat(np.arange(8), 5).astype(np.int32))


@pytest.mark.parametrize("leave", ["sample", "hole"])
def test_what_is_left_out_is_not_seen(samples, leave):
    found = cross_validate(make, samples, "v", leave=leave, threads=2)
    kept = np.flatnonzero(~np.isnan(samples["v"]))
    assert found.row.tolist() == kept.tolist()
    for i, row in enumerate(kept):
        others = kept[kept != row]
        if leave == "hole":
            others = kept[samples.hole[kept] != samples.hole[row]]
        z, variance, *_ = dense(
            MODEL, samples.xyz_m[others], samples["v"][others], samples.xyz_m[row]
        )
        assert found.estimates.value[i] == pytest.approx(z, abs=1e-9)
        assert found.estimates.variance[i] == pytest.approx(variance, abs=1e-9)
    figures = found.summary()
    z, truth = found.estimates.value, found.truth
    assert figures["rmse"] == pytest.approx(np.sqrt(np.mean((z - truth) ** 2)))
    assert figures["slope"] == pytest.approx(np.polyfit(z, truth, 1)[0])
    assert figures["correlation"] == pytest.approx(np.corrcoef(z, truth)[0, 1])
    assert figures["standardised_variance"] == pytest.approx(
        np.mean((z - truth) ** 2 / found.estimates.variance)
    )


def test_folds_are_the_same_for_the_same_seed(samples):
    one, two, other = (
        cross_validate(make, samples, "v", leave="folds", folds=5, seed=s) for s in (1, 1, 2)
    )
    assert np.array_equal(one.estimates.value, two.estimates.value)
    assert not np.array_equal(one.estimates.value, other.estimates.value)
    alone = cross_validate(make, samples, "v", leave="folds", folds=39, seed=3)
    each = cross_validate(make, samples, "v")
    assert np.array_equal(alone.estimates.value, each.estimates.value)


def test_a_sample_at_the_same_place_does_not_give_the_answer(samples):
    xyz = np.vstack([samples.xyz_m, samples.xyz_m[:5]])
    twice = Samples(xyz, {"v": np.concatenate([samples["v"], samples["v"][:5]])})
    again = cross_validate(make, twice, "v")
    once = cross_validate(make, Samples(samples.xyz_m, {"v": samples["v"]}), "v")
    assert np.array_equal(again.estimates.value, once.estimates.value)


def test_figures_without_meaning_are_none(samples):
    flat = samples.with_values(v=np.full(40, 2.0))
    figures = cross_validate(make, flat, "v").summary()
    assert figures["rmse"] == pytest.approx(0.0, abs=1e-12)
    assert figures["slope"] is None
    assert figures["correlation"] is None
    narrow = Search(Ellipsoid((0.1, 0.1, 0.1)))

    def alone(s, g):
        return kriging_estimator(s, "v", MODEL, narrow, group=g)

    figures = cross_validate(alone, samples, "v").summary()
    assert figures["estimated"] == 0
    assert figures["rmse"] is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"leave": "half"}, "unknown cross-validation 'half'"),
        ({"leave": "folds", "folds": 1}, "into 1 folds"),
        ({"leave": "folds", "folds": 60}, "into 60 folds"),
    ],
)
def test_cross_validations_that_cannot_be_are_refused(samples, more, said):
    with pytest.raises(ModelError, match=said):
        cross_validate(make, samples, "v", **more)
    one = Samples(samples.xyz_m, {"v": samples["v"]}, hole=np.zeros(40, np.int32))
    with pytest.raises(ModelError, match="nothing is left"):
        cross_validate(make, one, "v", leave="hole")


def test_a_neighbourhood_analysis_is_kriging_of_the_same_blocks(samples):
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (10, 10, 10), 5.0)
    choices = Choices([(20.0, 20.0, 20.0)], [4, 16], [0.05, 1.0], [(1, 1, 1)])
    search = Search(Ellipsoid((120.0, 120.0, 120.0)), max_samples=12, min_samples=8)
    cases = neighbourhood_analysis(
        samples, "v", grid, MODEL, search, discretisation=(2, 2, 2), choices=choices, blocks=10**6
    )
    whole = krige(samples, "v", grid, MODEL, search, discretisation=(2, 2, 2))
    by = {(c.what, c.setting): c for c in cases}
    plan = by["plan", "10 x 10 x 10"]
    assert plan.slope == pytest.approx(whole.slope.mean())
    assert plan.efficiency == pytest.approx(whole.efficiency.mean())
    assert plan.estimated == 1.0
    same = by["search, times", "1"]
    assert (same.slope, same.variance) == (plan.slope, plan.variance)
    assert by["samples at most", "4"].samples == 4.0
    assert by["samples at most", "16"].slope > by["samples at most", "4"].slope
    assert by["block size, m", "20 x 20 x 20"].support < plan.support
    assert by["points a block", "1 x 1 x 1"].support == pytest.approx(0.9)
    small = by["search, times", "0.05"]
    assert small.estimated == 0.0
    assert np.isnan(small.slope)
    with pytest.raises(ModelError, match="no block"):
        neighbourhood_analysis(samples, "v", grid, MODEL, search, inside=np.zeros(grid.n, np.bool_))
