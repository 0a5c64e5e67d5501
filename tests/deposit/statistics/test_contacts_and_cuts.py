"""Contacts along holes and the effect of high grades, against small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.deposit import Samples
from orefield.deposit.statistics import (
    contact_analysis,
    decile_analysis,
    disintegration,
    top_cuts,
)


def hole(words: str, grades: list[float], *, gap_after: int = 10**9) -> Samples:
    """A vertical hole of 2-m samples, a letter each."""
    depth = 2.0 * np.arange(len(words)) + np.where(np.arange(len(words)) > gap_after, 20.0, 0.0)
    xyz = np.column_stack([np.zeros((len(words), 2)), -depth])
    n = len(words)
    return Samples(
        xyz,
        {"cu": np.array(grades)},
        length_m=np.full(n, 2.0),
        hole=np.zeros(n, dtype=np.int32),
        codes={"rock": np.array(list(words))},
    )


def test_distances_run_from_the_boundary_to_middles() -> None:
    samples = hole("aaaabbb", [4.0, 3, 2, 1, 10, 20, 30])
    found = contact_analysis(samples, "cu", "rock", ["a"], ["b"], width_m=2.0, reach_m=8.0)
    assert found.contacts == 1
    assert found.low_m.tolist() == [-8, -6, -4, -2, 0, 2, 4, 6]
    assert found.count.tolist() == [1, 1, 1, 1, 1, 1, 1, 0]
    np.testing.assert_allclose(found.mean[:7], [4, 3, 2, 1, 10, 20, 30])
    assert np.isnan(found.mean[7])
    assert found.step == pytest.approx(9.0)


def test_the_nearer_of_two_boundaries_counts_and_gaps_end_a_run() -> None:
    samples = hole("baaab", [0.0, 1, 2, 1, 0])
    found = contact_analysis(samples, "cu", "rock", ["a"], ["b"], width_m=2.0, reach_m=4.0)
    assert found.contacts == 2
    assert found.count.tolist() == [1, 2, 2, 0]
    broken = hole("abbb", [1.0, 5, 6, 7], gap_after=1)
    after = contact_analysis(broken, "cu", "rock", ["a"], ["b"], width_m=2.0, reach_m=8.0)
    assert after.count.sum() == 2, "nothing is told beyond a gap"
    third = hole("acb", [1.0, 2, 3])
    with pytest.raises(ModelError, match="no hole goes from a into b"):
        contact_analysis(third, "cu", "rock", ["a"], ["b"], width_m=2.0, reach_m=8.0)


def test_middles_on_the_edge_of_a_class_are_alike_on_both_sides() -> None:
    """Middles stand 1, 3 and 5 m off: on the edges of classes of 1 m."""
    samples = hole("aaabbb", [3.0, 2, 1, 10, 20, 30])
    found = contact_analysis(samples, "cu", "rock", ["a"], ["b"], width_m=1.0, reach_m=6.0)
    assert found.count.tolist() == [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]
    assert found.mean[[4, 7]].tolist() == [1.0, 10.0]


def test_lengths_weigh_and_missing_values_are_left_out() -> None:
    samples = Samples(
        np.column_stack([np.zeros((4, 2)), [0.0, -1.5, -3.5, -5.0]]),
        {"cu": np.array([1.0, 2.0, np.nan, 4.0])},
        length_m=np.array([2.0, 1.0, 3.0, 1.0]),
        hole=np.zeros(4, dtype=np.int32),
        codes={"rock": np.array(list("aabb"))},
    )
    found = contact_analysis(samples, "cu", "rock", ["a"], ["b"], width_m=4.0, reach_m=4.0)
    assert found.count.tolist() == [2, 1]
    assert found.mean[0] == pytest.approx((2 * 1.0 + 1 * 2.0) / 3)


def test_a_step_is_judged_by_the_spread_beside_it() -> None:
    rng = np.random.default_rng(0)
    parts = [
        hole("a" * 5 + "b" * 5, [*rng.normal(1, 0.2, 5), *rng.normal(3, 0.2, 5)]) for _ in range(40)
    ]
    samples = Samples(
        np.concatenate([p.xyz_m + np.array([10.0 * k, 0, 0]) for k, p in enumerate(parts)]),
        {"cu": np.concatenate([p["cu"] for p in parts])},
        length_m=np.full(400, 2.0),
        hole=np.repeat(np.arange(40, dtype=np.int32), 10),
        codes={"rock": np.tile(np.array(list("a" * 5 + "b" * 5)), 40)},
    )
    found = contact_analysis(samples, "cu", "rock", ["a"], ["b"], width_m=2.0, reach_m=10.0)
    assert found.contacts == 40
    assert found.step == pytest.approx(2.0, abs=0.15)
    assert found.step_in_deviations == pytest.approx(10.0, rel=0.3)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"inside": ["a"], "outside": ["a", "b"]}, "none for both"),
        ({"inside": [], "outside": ["b"]}, "name words"),
        ({"code": "zone"}, "no code 'zone'"),
        ({"value": "ni"}, "no value 'ni'"),
        ({"width_m": 0.0}, "positive"),
        ({"width_m": 9.0}, "positive"),
        ({"reach_m": np.inf}, "positive"),
        ({"width_m": 1e-6}, "classes"),
    ],
)
def test_contacts_that_cannot_be_are_refused(options, text: str) -> None:
    given = {
        "value": "cu", "code": "rock", "inside": ["a"], "outside": ["b"], "width_m": 2.0,
        "reach_m": 8.0, **options,
    }  # fmt: skip
    with pytest.raises(ModelError, match=text):
        contact_analysis(hole("aabb", [1.0, 1, 2, 2]), **given)


def test_cuts_take_away_what_lies_above() -> None:
    v = np.array([1.0, 1.0, 1.0, 1.0, 16.0, np.nan])
    found = top_cuts(v, cuts=(6.0, 1.0))
    assert found.cut.tolist() == [16.0, 6.0, 1.0]
    assert found.samples.tolist() == [0, 1, 1]
    np.testing.assert_allclose(found.mean, [4.0, 2.0, 1.0])
    np.testing.assert_allclose(found.metal_lost, [0.0, 0.5, 0.75])
    np.testing.assert_allclose(found.cv, [1.5, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.share, [1.0, 0.8, 0.8])


def test_metal_falls_with_the_cut_whatever_the_weights() -> None:
    rng = np.random.default_rng(1)
    found = top_cuts(rng.lognormal(size=400), rng.random(400))
    assert found.metal_lost[0] == 0
    assert (np.diff(found.metal_lost) >= 0).all()
    assert (np.diff(found.cv) <= 1e-12).all()


def test_deciles_hold_all_metal_once() -> None:
    v = np.random.default_rng(2).lognormal(size=1000)
    found = decile_analysis(v)
    ordered = np.sort(v)
    tenths = ordered.reshape(10, 100)
    np.testing.assert_allclose(found.metal[:9], tenths[:9].sum(axis=1) / v.sum())
    np.testing.assert_allclose(found.metal[19], tenths[9].sum() / v.sum())
    np.testing.assert_allclose(found.metal[9:19].sum(), found.metal[19])
    np.testing.assert_allclose(found.mean[:9], tenths[:9].mean(axis=1))
    np.testing.assert_allclose(found.largest[:9], tenths[:9, -1])
    assert not decile_analysis(np.ones(50)).cut_advised
    assert decile_analysis(np.append(np.ones(99), 1000.0)).cut_advised


def test_a_tail_that_falls_apart_is_found() -> None:
    smooth = np.linspace(1.0, 2.0, 500)
    assert disintegration(smooth) is None
    assert disintegration(np.append(smooth, [3.0, 9.0])) == 2.0
    assert disintegration(np.array([1.0])) is None


@pytest.mark.parametrize("call", [top_cuts, decile_analysis])
def test_values_without_metal_are_refused(call) -> None:
    with pytest.raises(ModelError, match="the mean is"):
        call(np.zeros(4))
