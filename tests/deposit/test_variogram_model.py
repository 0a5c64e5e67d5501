"""Variogram models: their shapes, directions, and the same in kernels."""

import math
import pickle

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation as Turned

from orefield.core import ModelError
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.orientation import ALONG_AXES
from orefield.kernels.covariance import covariance

KINDS = ["spherical", "exponential", "gaussian", "cubic", "matern"]


def structure(kind, sill=1.0, ranges=(100.0, 60.0, 20.0), rotation=ALONG_AXES, shape=1.3):
    return Structure(kind, sill, ranges, rotation, shape if kind == "matern" else None)


@pytest.mark.parametrize("kind", KINDS)
def test_correlation_falls_from_one_to_what_its_range_promises(kind):
    s = structure(kind)
    d = np.linspace(0.0, 5.0, 501)
    c = s.correlation(d)
    assert c[0] == 1.0
    assert (np.diff(c) <= 1e-15).all()
    at_range = 0.0 if kind in ("spherical", "cubic") else math.exp(-3.0)
    assert s.correlation(np.array([1.0]))[0] == pytest.approx(at_range, abs=1e-12)
    assert (s.correlation(np.array([s.reach, 2 * s.reach])) <= 0.003 + 1e-9).all()


@pytest.mark.parametrize("d", [0.0, 0.1, 0.5, 1.0, 2.5])
def test_matern_is_what_it_must_be_at_half_integers(d):
    half = structure("matern", shape=0.5).correlation(np.array([d]))[0]
    assert half == pytest.approx(math.exp(-3.0 * d), rel=1e-10)
    scale = brentq(lambda x: (1 + x) * math.exp(-x) - math.exp(-3.0), 1.0, 10.0, xtol=1e-13)
    x = scale * d
    found = structure("matern", shape=1.5).correlation(np.array([d]))[0]
    assert found == pytest.approx((1 + x) * math.exp(-x), rel=1e-7)


def test_gamma_along_the_axes_reaches_its_sill_at_the_ranges():
    v = Variogram(0.1, (structure("spherical", 0.9, rotation=Rotation(30.0, 20.0, 40.0)),))
    axes = Rotation(30.0, 20.0, 40.0).axes()
    for axis, reach in zip(axes, (100.0, 60.0, 20.0), strict=True):
        assert v.gamma(axis * reach)[0] == pytest.approx(1.0, abs=1e-12)
        assert v.gamma(axis * reach * 0.5)[0] == pytest.approx(0.1 + 0.9 * 0.6875)
    assert v.gamma(np.zeros((1, 3)))[0] == 0.0


def test_axes_are_a_geologists():
    north = Rotation(0.0, 0.0, 0.0).axes()
    assert north == pytest.approx(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]]), abs=1e-15)
    down = Rotation(0.0, 90.0, 0.0).axes()
    assert down[0] == pytest.approx([0, 0, -1], abs=1e-15)
    dipping = Rotation(90.0, 45.0).axes()
    assert dipping[0] == pytest.approx([math.sqrt(0.5), 0.0, -math.sqrt(0.5)])
    # the default leaves x, y, z where they are, but for a sign
    assert np.abs(Rotation().axes()) == pytest.approx(np.eye(3), abs=1e-15)


def test_rake_turns_about_the_major_axis():
    before, after = Rotation(50.0, 25.0).axes(), Rotation(50.0, 25.0, 35.0).axes()
    assert after[0] == pytest.approx(before[0])
    angle = math.degrees(math.acos(np.clip(before[1] @ after[1], -1, 1)))
    assert angle == pytest.approx(35.0)
    assert after[1][2] > before[1][2]
    assert after @ after.T == pytest.approx(np.eye(3), abs=1e-14)


def test_axes_agree_with_rotations_one_after_the_other():
    azimuth, dip, rake = 77.0, -33.0, 12.0
    turn = (
        Turned.from_euler("z", -azimuth, degrees=True)
        * Turned.from_euler("x", -dip, degrees=True)
        * Turned.from_euler("y", -rake, degrees=True)
    )
    expected = turn.apply([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert Rotation(azimuth, dip, rake).axes() == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_kernels_give_the_same_covariance(kind):
    rng = np.random.default_rng(3)
    v = Variogram(
        0.2,
        (
            structure(kind, 0.5, rotation=Rotation(120.0, 30.0, 10.0)),
            structure("spherical", 0.3, (300.0, 200.0, 50.0)),
        ),
    )
    lags = rng.normal(0.0, 60.0, (200, 3))
    packed = v.packed()
    found = [covariance(*lag, *packed[1:]) for lag in lags]
    assert found == pytest.approx(v.covariance(lags), abs=2e-9)
    assert covariance(0.0, 0.0, 0.0, *packed[1:]) == pytest.approx(0.8)


@pytest.mark.parametrize("kind", KINDS)
def test_covariances_are_positive_definite(kind):
    points = np.random.default_rng(5).uniform(0.0, 150.0, (60, 3))
    v = Variogram(0.0, (structure(kind),))
    lags = (points[:, None] - points[None]).reshape(-1, 3)
    values = np.linalg.eigvalsh(v.covariance(lags).reshape(60, 60))
    assert values.min() > -1e-12


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Rotation(dip_deg=91.0),
        lambda: Rotation(azimuth_deg=float("nan")),
        lambda: Rotation(rake_deg=1e5),
        lambda: Ellipsoid((1.0, 1.0, 0.0)),
        lambda: Structure("matern", 1.0, (1.0, 1.0, 1.0)),
        lambda: Structure("matern", 1.0, (1.0, 1.0, 1.0), shape=99.0),
        lambda: Structure("cubic", 1.0, (1.0, 1.0, 1.0), shape=1.0),
    ],
)
def test_models_that_cannot_be_are_refused(wrong):
    with pytest.raises(ModelError):
        wrong()


def samples(**changes):
    given = {
        "xyz_m": np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]),
        "values": {"cu_pct": np.array([0.1, np.nan, 0.3]), "ni_pct": np.array([1.0, 2.0, np.nan])},
        "hole": np.array([0, 0, 1], dtype=np.int32),
        "holes": ("A", "B"),
        "codes": {"rock": np.array(["granite", "", "gneiss"])},
    }
    return Samples(**(given | changes))


def test_samples_keep_what_was_measured():
    s = samples()
    assert len(s) == 3
    assert s.length_m.tolist() == [1.0, 1.0, 1.0]
    assert s.measured("cu_pct")["cu_pct"].tolist() == [0.1, 0.3]
    assert len(s.measured("cu_pct", "ni_pct")) == 1
    assert s.where(s.code("rock") == "gneiss").hole.tolist() == [1]
    back = pickle.loads(pickle.dumps(s))
    assert back.holes == ("A", "B")
    assert back["cu_pct"] == pytest.approx(s["cu_pct"], nan_ok=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"xyz_m": np.zeros((0, 3))}, "no sample"),
        ({"xyz_m": np.zeros((3, 2))}, "shape"),
        ({"xyz_m": np.array([[0, 0, np.nan]] * 3)}, "not finite"),
        ({"xyz_m": np.full((3, 3), 1e9)}, "absurdly far"),
        ({"length_m": np.array([1.0, 0.0, 1.0])}, "length"),
        ({"length_m": np.ones(2)}, "shape"),
        ({"values": {"cu_pct": np.array([np.inf, 1.0, 1.0])}}, "infinite"),
        ({"hole": np.array([0, 1, 2], dtype=np.int32)}, "hole"),
        ({"codes": {"rock": np.array(["a"])}}, "shape"),
    ],
)
def test_samples_that_cannot_be_are_refused(changes, words):
    with pytest.raises(ModelError, match=words):
        samples(**changes)


def test_a_value_nobody_measured_is_named():
    with pytest.raises(ModelError, match="zn_pct"):
        samples()["zn_pct"]
    with pytest.raises(ModelError, match="no sample has a value"):
        samples().measured("cu_pct", "ni_pct").where(np.array([True])).with_values(
            au_gpt=np.array([np.nan])
        ).measured("au_gpt")
