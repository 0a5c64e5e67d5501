"""Classes by holes and by kriging's qualities, against brute force and their own laws."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Samples
from orefield.deposit.classification import (
    NAMES,
    RESERVES,
    QualityRule,
    ResourceClass,
    SpacingRule,
    by_quality,
    by_spacing,
    class_of,
    hole_distances,
)

M, D, F, U = (
    ResourceClass.MEASURED,
    ResourceClass.INDICATED,
    ResourceClass.INFERRED,
    ResourceClass.UNCLASSIFIED,
)


def random_samples(seed: int, flat: bool = False) -> Samples:
    rng = np.random.default_rng(seed)
    holes = 14
    hole = rng.integers(0, holes, 120).astype(np.int32)
    xyz = rng.uniform(0.0, (300.0, 200.0, 0.0 if flat else 90.0), (120, 3))
    return Samples(xyz, {"cu_pct": rng.random(120)}, hole=hole, holes=tuple(map(str, range(holes))))


def brute_force(grid: Grid, samples: Samples, search: Ellipsoid, k: int) -> np.ndarray:
    """Every block against every sample, hole by hole."""
    lag = grid.centroids()[:, None, :] - samples.xyz_m[None, :, :]
    d = np.linalg.norm(lag @ search.transform().T, axis=2)
    by_hole = np.array([d[:, samples.hole == h].min(axis=1) for h in np.unique(samples.hole)]).T
    by_hole[by_hole > 1.0] = np.inf
    return np.sort(by_hole, axis=1)[:, :k] * search.ranges_m[0]


@pytest.mark.parametrize("flat", [False, True], ids=["3-D", "2-D"])
@pytest.mark.parametrize("seed", [1, 2])
def test_hole_distances_are_those_of_every_pair(flat: bool, seed: int) -> None:
    samples = random_samples(seed, flat)
    grid = Grid((5.0, -20.0, 0.0), (25.0, 20.0, 15.0), (11, 9, 1 if flat else 6), 17.0)
    search = Ellipsoid((90.0, 60.0, 40.0), Rotation(30.0, 0.0 if flat else 25.0, 10.0))
    if flat:
        samples = Samples(
            np.column_stack([samples.xyz_m[:, :2], np.full(len(samples), 7.5)]),
            samples.values, hole=samples.hole, holes=samples.holes,
        )  # fmt: skip
    found = hole_distances(grid, samples, search, 4)
    np.testing.assert_allclose(found, brute_force(grid, samples, search, 4), rtol=1e-12)
    assert np.isinf(found).any()
    assert np.isfinite(found).any()


def test_distances_do_not_depend_on_where_the_deposit_is() -> None:
    samples = random_samples(3)
    grid = Grid((0.0, 0.0, 0.0), (30.0, 20.0, 15.0), (10, 10, 6))
    search = Ellipsoid((80.0, 80.0, 40.0))
    near = hole_distances(grid, samples, search, 3)
    shift = np.array([5e5, 4e6, 4500.0])
    moved = Samples(samples.xyz_m + shift, samples.values, hole=samples.hole, holes=samples.holes)
    far = hole_distances(Grid(tuple(shift), grid.size, grid.shape), moved, search, 3)
    np.testing.assert_allclose(far, near, rtol=1e-6)


def test_one_hole_is_one_hole_however_many_samples_it_has() -> None:
    xyz = np.column_stack([np.full(50, 5.0), np.full(50, 5.0), np.linspace(0, 10, 50)])
    samples = Samples(xyz, {"cu_pct": np.ones(50)}, hole=np.zeros(50, np.int32), holes=("A",))
    found = hole_distances(Grid((0, 0, 0), (10, 10, 10), (1, 1, 1)), samples,
                           Ellipsoid((50, 50, 50)), 2)  # fmt: skip
    assert np.isfinite(found[0, 0])
    assert np.isinf(found[0, 1])


def test_a_search_in_millimetres_is_refused() -> None:
    with pytest.raises(ModelError, match="tiny"):
        hole_distances(
            Grid((0, 0, 0), (10, 10, 10), (2, 2, 2)), random_samples(1), Ellipsoid((0.01,) * 3), 1
        )


RULES = (SpacingRule(M, 3, 40.0), SpacingRule(D, 2, 80.0), SpacingRule(F, 1, 200.0))


def test_the_surest_rule_that_is_met_decides() -> None:
    inf = np.inf
    distances = np.array(
        [[10, 20, 40], [10, 20, 40.1], [80, 80, 90], [80, 80.1, 90], [200, inf, inf],
         [201, inf, inf], [inf, inf, inf], [1, 2, 3]], dtype=float
    )  # fmt: skip
    of = np.ones(8, dtype=bool)
    of[7] = False
    assert by_spacing(distances, RULES, of).tolist() == [M, D, D, F, F, U, U, U]


@given(st.floats(5, 400), st.floats(0, 200), st.integers(0, 2**20))
def test_a_larger_distance_never_lowers_a_class(distance: float, more: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    distances = np.sort(rng.uniform(0, 500, (60, 3)), axis=1)
    of = rng.random(60) < 0.9
    tight = by_spacing(distances, [SpacingRule(D, 2, distance)], of)
    loose = by_spacing(distances, [SpacingRule(D, 2, distance + more)], of)
    fewer = by_spacing(distances, [SpacingRule(D, 1, distance)], of)
    assert (loose >= tight).all()
    assert (fewer >= tight).all()
    assert not tight[~of].any()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([SpacingRule(M, 2, 50.0), SpacingRule(M, 3, 60.0)], "two rules of measured"),
        ([SpacingRule(M, 2, 100.0), SpacingRule(D, 2, 50.0)], "asks less"),
        ([SpacingRule(M, 5, 50.0)], "asks for 5 holes"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules: list[SpacingRule], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        by_spacing(np.ones((3, 3)), rules, np.ones(3, dtype=bool))


@pytest.mark.parametrize(
    ("cls", "holes", "distance"), [(U, 1, 10.0), (M, 0, 10.0), (M, 1, 0.0), (M, 1, np.nan)]
)
def test_rules_of_spacing_are_checked(cls: ResourceClass, holes: int, distance: float) -> None:
    with pytest.raises(ModelError):
        SpacingRule(cls, holes, distance)


FIELDS = {
    "slope": np.array([0.95, 0.95, 0.6, 0.6, 0.1, np.nan]),
    "variance": np.array([0.1, 0.5, 0.1, 0.5, 0.1, 0.1]),
    "efficiency": np.array([0.9, 0.9, 0.9, 0.9, 0.9, 0.9]),
}
ALL = np.ones(6, dtype=bool)


def test_every_limit_of_kriging_must_hold_and_nan_meets_none() -> None:
    rules = [QualityRule(M, {"slope": 0.9, "variance": 0.3}), QualityRule(D, {"slope": 0.5})]
    assert by_quality(FIELDS, rules, ALL).tolist() == [M, D, D, D, U, U]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_stricter_slope_never_raises_a_class(slope: float, more: float) -> None:
    loose = by_quality(FIELDS, [QualityRule(M, {"slope": slope})], ALL)
    strict = by_quality(FIELDS, [QualityRule(M, {"slope": slope + more})], ALL)
    assert (strict <= loose).all()


def test_qualities_that_are_not_there_are_named() -> None:
    with pytest.raises(ModelError, match="holes"):
        by_quality(FIELDS, [QualityRule(M, {"holes": 3})], ALL)
    with pytest.raises(ModelError, match="nothing that kriging tells"):
        QualityRule(M, {"slop": 0.9})
    with pytest.raises(ModelError, match="no limit"):
        QualityRule(M, {})
    with pytest.raises(ModelError, match="nan"):
        QualityRule(M, {"slope": float("nan")})


def test_names_are_those_of_the_crosswalk_of_evidence() -> None:
    """Both tables are ours, but were written apart: they must say the same."""
    file = resources.files("orefield.evidence.rules") / "data" / "class_crosswalk.csv"
    with file.open(encoding="utf-8") as text:
        rows = {row["class"]: row["gbt_17766_2020"] for row in csv.DictReader(text)}
    for c in (M, D, F):
        assert NAMES[c].chinese == rows[c.label]
    for reserve in RESERVES.values():
        assert reserve.chinese in rows["reserve"]
    assert class_of(" Measured ") is M
    assert class_of("proved") is None
