"""Fitted models against the models that made the points, and fields of known variogram."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from fields_by_hand import field, scattered

from orefield.core import ModelError
from orefield.deposit import Rotation, Structure, Variogram
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    Direction,
    Experimental,
    Held,
    HeldStructure,
    Lags,
    along_axes,
    experimental,
    fan,
    fit_variogram,
    of_arrays,
)


def exact(model: Variogram, directions: tuple[Direction, ...], step: float, n: int):
    """Points that lie on a model."""
    out = []
    for way in directions:
        h = step * np.arange(1, n + 1)
        gamma = model.gamma(h[:, None] * way.unit())
        pairs = np.full(n, 500, dtype=np.int64)
        same = ("v", "v")
        out.append(Experimental(same, "semivariogram", way, pairs, h, gamma, model.sill, 1000, 0))
    return out


def difference(a: Variogram, b: Variogram, reach: float, *, flat: bool = False) -> float:
    """Largest difference of two models over lags up to ``reach``, over the sill."""
    rng = np.random.default_rng(0)
    lags = rng.normal(size=(400, 3)) * [1.0, 1.0, 0.0 if flat else 1.0]
    lags *= (reach * rng.random(400) / np.sqrt((lags**2).sum(axis=1)))[:, None]
    return float(np.abs(a.gamma(lags) - b.gamma(lags)).max() / a.sill)


TURNED = Rotation(35.0, 25.0, 15.0)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("spherical", None),
        ("exponential", None),
        ("gaussian", None),
        ("cubic", None),
        ("matern", 1.2),
    ],
)
def test_points_on_a_model_give_the_model(kind, shape) -> None:
    true = Variogram(0.15, (Structure(kind, 0.85, (180.0, 90.0, 45.0), TURNED, shape),))
    found = fit_variogram(exact(true, fan(flat=False), 12.0, 20), structures=1, kinds=(kind,))
    assert difference(true, found.variogram, 240.0) < 0.02
    (part,) = found.variogram.structures
    np.testing.assert_allclose(part.ranges_m, (180.0, 90.0, 45.0), rtol=0.06)
    np.testing.assert_allclose(
        np.abs(np.sum(part.rotation.axes() * TURNED.axes(), axis=1)), 1.0, atol=0.01
    )
    assert found.goodness.weighted_r2 > 0.995


def test_two_structures_are_found_where_there_are_two_and_one_where_one() -> None:
    near = Structure("spherical", 0.4, (40.0, 25.0, 25.0), Rotation(60.0))
    far = Structure("spherical", 0.5, (200.0, 120.0, 120.0), Rotation(60.0))
    ways = fan(flat=True)
    two = fit_variogram(exact(Variogram(0.1, (near, far)), ways, 10.0, 22))
    assert len(two.variogram.structures) == 2
    assert difference(Variogram(0.1, (near, far)), two.variogram, 150.0, flat=True) < 0.03
    assert two.variogram.structures[0].rotation.azimuth_deg == pytest.approx(60.0, abs=3)
    lone = Variogram(0.1, (far,))
    one = fit_variogram(exact(lone, ways, 10.0, 22), kinds=("spherical",))
    assert len(one.variogram.structures) == 1
    assert one.tried[0][0] == "spherical"


@pytest.mark.parametrize("short", ["exponential", "spherical"])
def test_either_of_two_kinds_can_be_the_short_one(short: str) -> None:
    kinds = ("spherical", "exponential")
    (far,) = set(kinds) - {short}
    parts = (Structure(short, 0.5, (30.0,) * 3), Structure(far, 0.4, (300.0,) * 3))
    true = Variogram(0.1, parts)
    curves = exact(true, (ALL_DIRECTIONS,), 8.0, 30)
    found = fit_variogram(curves, structures=2, kinds=kinds)
    assert [s.kind for s in found.variogram.structures] == [short, far]
    assert difference(true, found.variogram, 200.0) < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_fields_of_known_variogram_in_a_plane(seed: int) -> None:
    true = Variogram(0.2, (Structure("spherical", 0.8, (160.0, 70.0, 70.0), Rotation(30.0)),))
    rng = np.random.default_rng(100 + seed)
    xy = rng.uniform(0.0, 1000.0, (1100, 2))
    xyz = np.column_stack([xy, np.zeros(len(xy))])
    curves = experimental(
        of_arrays(xy, {"z": field(true, xyz, seed)}), ["z"], Lags.regular(20.0, 14), fan(flat=True)
    )
    found = fit_variogram(curves, kinds=("spherical",), structures=1)
    (part,) = found.variogram.structures
    turn = abs((part.rotation.azimuth_deg - 30.0 + 90.0) % 180.0 - 90.0)
    assert turn < 15.0
    assert 0.65 < part.ranges_m[0] / 160.0 < 1.5
    assert 0.65 < part.ranges_m[1] / 70.0 < 1.5
    assert abs(found.variogram.sill - 1.0) < 0.3
    assert found.goodness.weighted_r2 > 0.9


def test_the_dip_of_a_body_is_found_from_vertical_holes() -> None:
    """A slab that dips 30 degrees to azimuth 120, drilled on a jittered square grid."""
    dipping = Rotation(120.0, 30.0)
    true = Variogram(0.15, (Structure("spherical", 0.85, (220.0, 120.0, 50.0), dipping),))
    x, y = np.meshgrid(50.0 * np.arange(8), 50.0 * np.arange(8))
    collars = np.column_stack([x.ravel(), y.ravel()])
    collars += np.random.default_rng(5).uniform(-8.0, 8.0, collars.shape)
    xyz = np.column_stack([np.repeat(collars, 14, axis=0), np.tile(-10.0 * np.arange(14), 64)])
    curves = experimental(
        of_arrays(xyz, {"z": field(true, xyz, 5)}), ["z"], Lags.regular(40.0, 7), fan(flat=False)
    )
    found = fit_variogram(curves, structures=1, kinds=("spherical",))
    (part,) = found.variogram.structures
    turned = np.abs(np.sum(part.rotation.axes() * dipping.axes(), axis=1))
    assert np.degrees(np.arccos(turned[0])) < 15.0, "the line of the longest range"
    assert np.degrees(np.arccos(turned[2])) < 10.0, "the normal of the slab"
    np.testing.assert_allclose(part.ranges_m, (220.0, 120.0, 50.0), rtol=0.35)


def test_a_plunging_body_is_found_over_fields() -> None:
    """Azimuth, dip and rake all turned; no direction that is looked in lies along an axis."""
    turn, ranges = Rotation(50.0, 35.0, 25.0), np.array([200.0, 100.0, 50.0])
    true = Variogram(0.1, (Structure("spherical", 0.9, (200.0, 100.0, 50.0), turn),))
    off, found = [], []
    for seed in range(5):
        xyz = np.random.default_rng(50 + seed).uniform(0.0, [500.0, 500.0, 300.0], (650, 3))
        samples = of_arrays(xyz, {"z": field(true, xyz, seed)})
        curves = experimental(samples, ["z"], Lags.regular(25.0, 10), fan(flat=False))
        (part,) = fit_variogram(curves, structures=1, kinds=("spherical",)).variogram.structures
        cosines = np.abs(np.sum(part.rotation.axes() * turn.axes(), axis=1))
        off.append(np.degrees(np.arccos(np.minimum(cosines, 1.0))))
        found.append(np.array(part.ranges_m) / ranges)
    assert np.max(off) < 30.0, "each axis of every field"
    assert (np.median(off, axis=0) < 15.0).all()
    # cones of 22.5 degrees see less of the longest range than there is
    assert (np.abs(np.median(found, axis=0) - 1.0) < 0.3).all()
    assert np.min(found) > 0.55
    assert np.max(found) < 1.7


@pytest.mark.parametrize("unit", [1e-6, 0.01, 1e6])
def test_the_unit_of_a_value_changes_nothing_but_sills(unit: float) -> None:
    """Grades as fractions, per cent or grams: the same field, the same ranges."""
    true = Variogram(0.1, (Structure("spherical", 0.9, (200.0, 90.0, 90.0), Rotation(30.0)),))
    xy = np.random.default_rng(1).uniform(0.0, 500.0, (400, 2))
    z = field(true, np.column_stack([xy, np.zeros(len(xy))]), 1)
    samples = of_arrays(xy, {"v": z, "other": unit * z})
    curves = experimental(samples, ["v", "other"], Lags.regular(25.0, 10), fan(flat=True))
    one, other = (fit_variogram(part, structures=1).variogram for part in (curves[:8], curves[8:]))
    assert other.sill == pytest.approx(one.sill * unit**2, rel=1e-3)
    assert other.nugget == pytest.approx(one.nugget * unit**2, rel=1e-2, abs=1e-3 * other.sill)
    for a, b in zip(one.structures, other.structures, strict=True):
        assert a.kind == b.kind
        np.testing.assert_allclose(a.ranges_m, b.ranges_m, rtol=1e-2)
        assert a.rotation.azimuth_deg == pytest.approx(b.rotation.azimuth_deg, abs=0.5)


@pytest.mark.parametrize("rule", ["pairs", "pairs/h2", "pairs/gamma2", "equal"])
def test_every_rule_of_weights_finds_the_model(rule: str) -> None:
    true = Variogram(0.3, (Structure("spherical", 0.7, (80.0, 80.0, 80.0)),))
    found = fit_variogram(exact(true, (ALL_DIRECTIONS,), 8.0, 16), structures=1, weights=rule)
    assert difference(true, found.variogram, 120.0) < 0.01
    assert len(set(found.variogram.structures[0].ranges_m)) == 1


def test_parts_given_by_hand_stay_as_given() -> None:
    true = Variogram(0.2, (Structure("spherical", 0.8, (150.0, 75.0, 40.0), TURNED),))
    curves = exact(true, along_axes(TURNED, flat=False), 10.0, 20)
    held = Held(
        nugget=0.25,
        sill=1.1,
        rotation=TURNED,
        structures=(HeldStructure("exponential", ranges_m=(30.0, 30.0, 30.0), sill=0.05),),
    )
    model = fit_variogram(curves, structures=2, held=held).variogram
    assert model.nugget == pytest.approx(0.25)
    assert model.sill == pytest.approx(1.1, rel=1e-6)
    (given,) = [s for s in model.structures if s.kind == "exponential" and s.sill == 0.05]
    assert given.ranges_m == (30.0, 30.0, 30.0)
    assert all(s.rotation == TURNED for s in model.structures)
    whole = Held(
        nugget=0.1,
        structures=(HeldStructure("gaussian", 0.9, (50.0, 50.0, 50.0)),),
        rotation=TURNED,
    )
    by_hand = fit_variogram(curves, held=whole)
    assert by_hand.variogram.structures[0].kind == "gaussian"
    assert by_hand.variogram.sill == pytest.approx(1.0)
    assert by_hand.goodness.weighted_r2 < 0.9, "a model by hand is judged as well"


def test_axes_at_right_angles_are_sorted_by_range() -> None:
    true = Variogram(0.0, (Structure("spherical", 1.0, (40.0, 160.0, 80.0)),))
    ways = (Direction(90.0, 0.0), Direction(0.0, 0.0), Direction(0.0, 90.0))
    (part,) = fit_variogram(
        exact(true, ways, 10.0, 20), structures=1, kinds=("spherical",)
    ).variogram.structures
    np.testing.assert_allclose(part.ranges_m, (160.0, 80.0, 40.0), rtol=0.05)
    assert abs(part.rotation.axes()[0, 1]) == pytest.approx(1.0)
    assert abs(part.rotation.axes()[1, 2]) == pytest.approx(1.0)


def test_a_drift_has_its_sill_marked_as_unseen() -> None:
    (curve,) = exact(Variogram(0.0, (Structure("spherical", 9.0, (900.0,) * 3),)),
                     (ALL_DIRECTIONS,), 10.0, 15)  # fmt: skip
    found = fit_variogram([curve], structures=1, kinds=("spherical",))
    assert any("its sill is not seen" in note for note in found.notes)


@pytest.mark.parametrize("seed", range(4))
def test_every_fitted_model_is_positive_definite(seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = scattered(120, seed, v=rng.lognormal(0.0, 1.5, 120))
    curves = experimental(samples, ["v"], Lags.regular(12.0, 5), fan(flat=False, tolerance_deg=40))
    kinds = (("spherical",), ("cubic",), ("matern",), ("exponential",))[seed]
    model = fit_variogram(curves, min_pairs=3, structures=1 + seed % 2, kinds=kinds).variogram
    xyz = rng.uniform(0, 100, (60, 3))
    lag = (xyz[:, None] - xyz[None]).reshape(-1, 3)
    matrix = model.covariance(lag).reshape(60, 60)
    assert np.linalg.eigvalsh(matrix).min() > -1e-10 * model.sill


def curves_of(samples, ways=(ALL_DIRECTIONS,)):
    return experimental(samples, ["v"], Lags.regular(12.0, 8), ways)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda c: fit_variogram([]), "no experimental"),
        (lambda c: fit_variogram(curves_of(scattered(30, 1, v=np.ones(30)))), "zero everywhere"),
        (lambda c: fit_variogram(c, min_pairs=10**9), "too few"),
        (lambda c: fit_variogram(c, kinds=()), "kinds"),
        (lambda c: fit_variogram(c, kinds=cast(Any, ("round",))), "round"),
        (lambda c: fit_variogram(c, weights="heavy"), "unknown weights"),
        (lambda c: fit_variogram(c, structures=7), "7 structures"),
        (lambda c: Held(nugget=-1.0), "nugget held"),
        (lambda c: Held(sill=0.0), "sill held"),
        (lambda c: Held(nugget=2.0, sill=1.0), "more than the sill"),
        (lambda c: Held(structures=(HeldStructure(ranges_m=(0.0, 1.0, 1.0)),)), "ranges"),
        (lambda c: Held(structures=(HeldStructure(sill=-1.0),)), "sill"),
        (lambda c: Held(structures=(HeldStructure("cubic", shape=1.0),)), "no shape"),
    ],
)
def test_what_cannot_be_fitted_is_refused(call, text: str) -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ModelError, match=text):
        call(curves_of(scattered(60, 1, v=rng.random(60))))


def test_too_few_directions_are_told() -> None:
    samples = scattered(200, 1, v=np.random.default_rng(1).random(200))
    ways = (Direction(0.0, 0.0, 40.0), Direction(50.0, 20.0, 40.0), Direction(90.0, 60.0, 40.0))
    with pytest.raises(ModelError, match="do not tell how an anisotropy lies"):
        fit_variogram(curves_of(samples, ways))
    with pytest.raises(ModelError, match="fitted together"):
        fit_variogram([*curves_of(samples, ways), *curves_of(samples)])
    assert fit_variogram(curves_of(samples, ways), isotropic=True).variogram.sill > 0


def test_a_pure_nugget_is_a_model() -> None:
    (curve,) = exact(Variogram(0.5), (ALL_DIRECTIONS,), 10.0, 12)
    found = fit_variogram([replace(curve, variance=0.5)]).variogram
    assert found.nugget + sum(s.sill for s in found.structures if s.ranges_m[0] < 10) == (
        pytest.approx(0.5)
    )
    bare = fit_variogram([curve], structures=0)
    assert bare.variogram.structures == ()
    assert bare.variogram.nugget == pytest.approx(0.5)
