"""What cannot be estimated is told, in an error or in the block; never a silent NaN or zero."""

from __future__ import annotations

import numpy as np
import pytest
from kriging_oracle import dense

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.estimation import STATUS, Drift, LocalAnisotropy, Search, krige, weigh
from orefield.deposit.estimation.indicator import krige_indicators

MODEL = Variogram(0.1, (Structure("spherical", 0.9, (100.0, 100.0, 100.0)),))
SMOOTH = Variogram(0.0, (Structure("gaussian", 1.0, (100.0, 100.0, 100.0)),))
WIDE = Search(Ellipsoid((500.0, 500.0, 500.0)), max_samples=100)
PLACES = np.array([[10.0, 10.0, 0.0], [40.0, 55.0, 0.0]])


def made(xyz, values, **more):
    return Samples(np.asarray(xyz, float), {"v": np.asarray(values, float)}, **more)


def random(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 100, (n, 3)), rng.normal(size=n)


def test_one_sample_gives_its_value():
    found = krige(made([[0, 0, 0]], [3.5]), "v", PLACES, MODEL, WIDE)
    assert found.value.tolist() == [3.5, 3.5]
    z, variance, *_ = dense(MODEL, np.zeros((1, 3)), np.array([3.5]), PLACES[0])
    assert found.variance[0] == pytest.approx(variance)
    assert z == 3.5


def test_equal_values_give_themselves():
    xyz, _ = random()
    for found in (
        krige(made(xyz, np.full(40, 2.0)), "v", PLACES, MODEL, WIDE),
        weigh(made(xyz, np.full(40, 2.0)), "v", PLACES, WIDE),
    ):
        assert found.value == pytest.approx([2.0, 2.0], abs=1e-12)


def test_an_empty_search_is_told_in_the_block():
    xyz, values = random()
    far = PLACES + 1e5
    found = krige(made(xyz, values), "v", far, MODEL, WIDE)
    assert found.passes.tolist() == [0, 0]
    assert [STATUS[s] for s in found.status] == ["too few samples in the search"] * 2
    assert found.samples.tolist() == [0, 0]
    assert np.isnan(found.value).all()


def test_collocated_samples_with_equal_values_are_one():
    xyz, values = random()
    twice = made(np.vstack([xyz, xyz[:5]]), np.concatenate([values, values[:5]]))
    assert np.array_equal(
        krige(twice, "v", PLACES, MODEL, WIDE).value,
        krige(made(xyz, values), "v", PLACES, MODEL, WIDE).value,
    )


def test_collocated_samples_with_different_values_are_named():
    xyz, values = random()
    hole = np.zeros(41, np.int32)
    hole[40] = 1
    twice = made(np.vstack([xyz, xyz[7:8]]), [*values, 9.0], hole=hole, holes=("A-1", "B-2"))
    with pytest.raises(ModelError) as caught:
        krige(twice, "v", PLACES, MODEL, WIDE)
    assert "different v" in str(caught.value)
    assert "sample 7 of hole A-1 and sample 40 of hole B-2" in str(caught.value)
    averaged = krige(twice, "v", PLACES, MODEL, WIDE, collocated="average")
    mean = values.copy()
    mean[7] = (values[7] + 9.0) / 2
    expected = krige(made(xyz, mean), "v", PLACES, MODEL, WIDE)
    assert averaged.value == pytest.approx(expected.value, abs=1e-12)
    first = krige(twice, "v", PLACES, MODEL, WIDE, collocated="first")
    assert np.array_equal(first.value, krige(made(xyz, values), "v", PLACES, MODEL, WIDE).value)
    with pytest.raises(ModelError, match="unknown rule 'mean'"):
        krige(twice, "v", PLACES, MODEL, WIDE, collocated="mean")


def test_a_singular_system_is_told_and_solved_without_the_redundant():
    rng = np.random.default_rng(1)
    xyz = np.vstack([rng.uniform(0, 100, (60, 3)), rng.uniform(50, 50.001, (30, 3))])
    values = np.sin(xyz[:, 0] / 40.0)
    found = krige(made(xyz, values), "v", PLACES, SMOOTH, WIDE)
    assert [STATUS[s] for s in found.status] == ["estimated; redundant samples left out"] * 2
    assert found.value == pytest.approx(np.sin(PLACES[:, 0] / 40.0), abs=0.05)
    assert np.isfinite(found.variance).all()
    assert (found.variance >= 0).all()


def test_a_gaussian_model_without_nugget_stays_bounded():
    x, y = np.meshgrid(np.arange(0.0, 100.0, 4.0), np.arange(0.0, 100.0, 4.0))
    xyz = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    values = np.cos(xyz[:, 0] / 30.0) + np.sin(xyz[:, 1] / 20.0)
    search = Search(Ellipsoid((60.0, 60.0, 60.0)), max_samples=60)
    places = np.random.default_rng(3).uniform(10, 90, (200, 3)) * [1, 1, 0]
    found = krige(made(xyz, values), "v", places, SMOOTH, search)
    assert (found.status == 2).any()
    truth = np.cos(places[:, 0] / 30.0) + np.sin(places[:, 1] / 20.0)
    assert np.abs(found.value - truth).max() < 1e-3


def test_a_drift_that_samples_cannot_tell_is_told():
    xyz = np.column_stack([np.linspace(0, 90, 10), np.linspace(0, 90, 10), np.zeros(10)])
    found = krige(made(xyz, np.arange(10.0)), "v", PLACES, MODEL, WIDE, drift=Drift(1, "xy"))
    assert [STATUS[s] for s in found.status] == [STATUS[4]] * 2
    assert np.isnan(found.value).all()
    assert (found.passes == 0).all()


def test_a_dipping_plane_does_not_tell_height_from_place():
    xyz, values = random()
    xyz[:, 2] = 20.0 + 0.3 * xyz[:, 0] - 0.5 * xyz[:, 1]
    found = krige(made(xyz, values), "v", PLACES, MODEL, WIDE, drift=Drift(1, "xyz"))
    assert [STATUS[s] for s in found.status] == [STATUS[4]] * 2
    assert np.isnan(found.value).all()
    assert krige(made(xyz, values), "v", PLACES, MODEL, WIDE, drift=Drift(1, "xy")).estimated.all()


def test_a_later_pass_may_know_the_drift():
    rng = np.random.default_rng(5)
    line = np.column_stack([np.linspace(0, 20, 6), np.linspace(0, 20, 6), np.zeros(6)])
    xyz = np.vstack([line, rng.uniform(60, 100, (20, 3)) * [1, 1, 0]])
    near = Search(Ellipsoid((30.0, 30.0, 30.0)), max_samples=6)
    found = krige(made(xyz, xyz[:, 0]), "v", PLACES[:1], MODEL, [near, WIDE], drift=Drift(1, "xy"))
    assert found.passes.tolist() == [2]
    assert found.value == pytest.approx([10.0], abs=1e-8)


def test_missing_values_are_not_seen():
    xyz, values = random()
    holes = values.copy()
    holes[::3] = np.nan
    keep = ~np.isnan(holes)
    assert np.array_equal(
        krige(made(xyz, holes), "v", PLACES, MODEL, WIDE).value,
        krige(made(xyz[keep], values[keep]), "v", PLACES, MODEL, WIDE).value,
    )
    with pytest.raises(ModelError, match="no sample has a value"):
        krige(made(xyz, np.full(40, np.nan)), "v", PLACES, MODEL, WIDE)


def test_negative_values_are_values():
    xyz, values = random()
    up = krige(made(xyz, values + 10.0), "v", PLACES, MODEL, WIDE)
    down = krige(made(xyz, values - 10.0), "v", PLACES, MODEL, WIDE)
    assert up.value - down.value == pytest.approx([20.0, 20.0], abs=1e-9)


@pytest.mark.parametrize("dip", [90.0, -90.0])
def test_a_degenerate_rotation_is_a_rotation(dip):
    xyz, values = random()
    model = Variogram(
        0.1, (Structure("spherical", 1.0, (90.0, 60.0, 30.0), Rotation(40, dip, 20)),)
    )
    search = Search(Ellipsoid((90.0, 60.0, 50.0), Rotation(200, dip, 0)), max_samples=8)
    found = krige(made(xyz, values), "v", PLACES + np.array([0, 0, 30]), model, search)
    assert np.isfinite(found.value).all()


def test_a_pure_nugget_gives_the_mean_and_its_variance():
    xyz, values = random()
    found = krige(made(xyz, values), "v", PLACES, Variogram(2.0), WIDE)
    assert found.value == pytest.approx(np.full(2, values.mean()))
    assert found.variance == pytest.approx(np.full(2, 2.0 + 2.0 / 40))
    block = krige(
        made(xyz, values), "v", Grid((0, 0, 0), (10, 10, 10), (2, 1, 1)), Variogram(2.0), WIDE,
        discretisation=(2, 2, 2),
    )  # fmt: skip
    assert block.variance == pytest.approx(np.full(2, 2.0 / 40))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: krige(s, "w", PLACES, MODEL, WIDE), "no value 'w'"),
        (lambda s: krige(s, (), PLACES, MODEL, WIDE), "nothing is to be estimated"),
        (lambda s: krige(s, "v", PLACES, MODEL, []), "there is no search"),
        (lambda s: krige(s, "v", PLACES * np.nan, MODEL, WIDE), "place is not finite"),
        (lambda s: krige(s, "v", PLACES[0], MODEL, WIDE), "places have shape"),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, threads=0), "0 threads"),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, mean=np.nan), "mean is not finite"),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, mean=1.0, drift=Drift(1)), "a mean and"),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, discretisation=(2, 2, 2)), "points cannot"),
        (
            lambda s: krige(
                s, "v", Grid((0, 0, 0), (1, 1, 1), (1, 1, 1)), MODEL, WIDE,
                discretisation=(0, 1, 1),
            ),
            "cannot be cut",
        ),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, drift=Drift(3)), "order 3"),
        (lambda s: krige(s, "v", PLACES, MODEL, WIDE, drift=Drift(1, "xq")), "axes 'xq'"),
        (
            lambda s: krige(
                s, "v", PLACES, MODEL, WIDE, drift=Drift(external=(np.ones(40), np.ones(3)))
            ),
            "at 3 of 2 places",
        ),
        (lambda s: Drift(external=(np.array([np.nan]), np.ones(1))), "drift is not finite"),
        (
            lambda s: krige(
                s, "v", PLACES, MODEL, WIDE, local=LocalAnisotropy((Rotation(),), np.zeros(3, int))
            ),
            "3 rotations",
        ),
        (lambda s: LocalAnisotropy((Rotation(),), np.array([1])), "none of 1"),
        (lambda s: weigh(s, "v", PLACES, WIDE, power=0.0), "power of distance"),
        (lambda s: weigh(s, "v", PLACES, WIDE, kind="kriging"), "unknown method"),
        (lambda s: weigh(s, "v", PLACES, WIDE, distance="plane"), "unknown distance 'plane'"),
        (lambda s: weigh(s, "v", PLACES, []), "there is no search"),
        (lambda s: krige_indicators(s, "v", PLACES, [99.0], MODEL, WIDE), "above the cut-off 99"),
        (lambda s: krige_indicators(s, "v", PLACES, [0.1, 0.0], MODEL, WIDE), "rising"),
        (
            lambda s: krige_indicators(s, "v", PLACES, [0.0, 0.1], [MODEL], WIDE),
            "1 variograms are given for 2",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(call, said):
    with pytest.raises(ModelError, match=said):
        call(made(*random()))
