"""Searches against brute force: exact, ties by index, caps, minimums."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation
from orefield.deposit.estimation import LocalAnisotropy, Search
from orefield.deposit.estimation.finders import TurnedIndex
from orefield.deposit.estimation.neighbours import SampleIndex, Targets

NONE = np.zeros(0, np.int32)
AXES = Rotation(30.0, 20.0, 10.0)


def targets(places, which=NONE, leave_out=NONE):
    return Targets(places, np.zeros((len(places), 0)), which, leave_out)


def brute(xyz, hole, place, search, transform=None, seen=None):
    """Nearest first under caps, one after another."""
    lag = (xyz - place) @ (search.transform() if transform is None else transform).T
    d2 = (lag**2).sum(axis=1)
    by_hole, by_octant, got = {}, {}, []
    for i in np.lexsort((np.arange(len(xyz)), d2)):
        if d2[i] > 1.0 or len(got) == search.max_samples:
            break
        octant = tuple(lag[i] >= 0)
        if seen is not None and not seen[i]:
            continue
        if by_hole.get(hole[i], 0) >= (search.max_per_hole or len(xyz)):
            continue
        if by_octant.get(octant, 0) >= (search.max_per_octant or len(xyz)):
            continue
        by_hole[hole[i]] = by_hole.get(hole[i], 0) + 1
        by_octant[octant] = by_octant.get(octant, 0) + 1
        got.append(i)
    enough = (
        len(got) >= search.min_samples
        and len(by_octant) >= search.min_octants
        and len(by_hole) >= search.min_holes
    )
    return sorted(got) if enough else []


def samples(n=700, seed=1):
    rng = np.random.default_rng(seed)
    collars = rng.uniform(0, 1000, (n // 20, 2))
    hole = np.repeat(np.arange(n // 20), 20).astype(np.int32)
    xyz = np.column_stack([collars[hole], -10.0 * np.tile(np.arange(20), n // 20)])
    xyz[:, :2] += rng.normal(0, 2, (len(xyz), 2))
    return xyz, hole


def check(found, xyz, hole, places, search, step=1):
    for b in range(0, len(places), step):
        row = found.index[b, : found.count[b]].tolist()
        assert row == brute(xyz, hole, places[b], search), b


@pytest.mark.parametrize(
    "caps",
    [
        {},
        {"max_per_hole": 3},
        {"max_per_octant": 2},
        {"max_per_hole": 2, "max_per_octant": 3, "min_octants": 4},
        {"min_samples": 9, "min_holes": 3},
    ],
)
@pytest.mark.parametrize("radii", [(300.0, 200.0, 80.0), (70.0, 60.0, 15.0), (4e3, 2e3, 1e3)])
def test_neighbours_are_those_of_brute_force(caps, radii):
    xyz, hole = samples()
    search = Search(Ellipsoid(radii, AXES), max_samples=12, **caps)
    places = Grid((-100, -100, -250), (65, 65, 40), (18, 18, 7), 12.0).centroids()
    index = SampleIndex(xyz, hole, search)
    index.prepare(places)
    order = index.near(places)
    assert sorted(order) == list(range(len(places)))
    found = index.find(targets(places[order]))
    check(found, xyz, hole, places[order], search, step=11)


def test_grouping_changes_no_choice():
    xyz, hole = samples()
    search = Search(Ellipsoid((500, 300, 100), AXES), max_samples=16, max_per_hole=4)
    places = Grid((0, 0, -200), (40, 40, 20), (20, 20, 8)).centroids()
    alone, together = SampleIndex(xyz, hole, search), SampleIndex(xyz, hole, search)
    together.prepare(places)
    a, b = alone.find(targets(places)), together.find(targets(places))
    assert np.array_equal(a.count, b.count)
    real = np.arange(16) < a.count[:, None]
    assert np.array_equal(a.index[real], b.index[real])


@pytest.mark.parametrize("azimuth", [90.0, 17.0])
@pytest.mark.parametrize("places", [0.0, 0.5])
def test_ties_go_to_the_smaller_index(azimuth, places):
    x, y = np.meshgrid(np.arange(12.0), np.arange(12.0))
    xyz = np.column_stack([x.ravel(), y.ravel(), np.zeros(144)])
    hole = np.arange(144, dtype=np.int32)
    search = Search(Ellipsoid((3.0, 3.0, 3.0), Rotation(azimuth)), max_samples=7)
    at = xyz + np.array([places, places, 0.0])
    found = SampleIndex(xyz, hole, search).find(targets(at))
    for b in range(144):
        d2 = ((xyz - at[b]) ** 2).sum(axis=1)  # exact in these numbers
        order = np.lexsort((np.arange(144), d2))
        expected = np.sort(order[d2[order] <= 9.0][:7])
        assert found.index[b, : found.count[b]].tolist() == expected.tolist()


def test_samples_on_the_surface_are_within():
    xyz = np.array([[100.0, 0, 0], [0, 50.0, 0], [0, 0, 25.0], [100.0001, 0, 0]])
    turned = xyz @ Rotation(33.0, 21.0, 12.0).axes()
    for places, rotation in ((xyz, Rotation()), (turned, Rotation(33.0, 21.0, 12.0))):
        search = Search(Ellipsoid((100.0, 50.0, 25.0), rotation))
        found = SampleIndex(places, np.zeros(4, np.int32), search).find(targets(np.zeros((1, 3))))
        assert found.index[0, : found.count[0]].tolist() == [0, 1, 2]


def test_groups_are_not_seen():
    xyz, hole = samples()
    search = Search(Ellipsoid((300, 300, 300)), max_samples=10)
    found = SampleIndex(xyz, hole, search, hole).find(targets(xyz, leave_out=hole))
    for b in range(0, len(xyz), 17):
        expected = brute(xyz, hole, xyz[b], search, seen=hole != hole[b])
        assert found.index[b, : found.count[b]].tolist() == expected


def test_an_ellipsoid_turns_from_place_to_place():
    xyz, hole = samples()
    rng = np.random.default_rng(3)
    rotations = tuple(Rotation(a, d) for a, d in ((0, 0), (60, 30), (120, -45), (170, 80)))
    factors = np.array([[1, 1, 1], [2, 1, 0.5], [0.3, 0.3, 3], [1, 2, 1.0]])
    places = rng.uniform([0, 0, -200], [1000, 1000, 0], (200, 3))
    local = LocalAnisotropy(rotations, rng.integers(0, 4, 200), factors)
    for caps in ({}, {"max_per_hole": 2, "max_per_octant": 2}):
        search = Search(Ellipsoid((200.0, 120.0, 60.0)), max_samples=9, **caps)
        found = TurnedIndex(xyz, hole, search, local).find(targets(places, local.which))
        for b in range(len(places)):
            r = local.which[b]
            transform = rotations[r].axes() / (factors[r] * search.ellipsoid.ranges_m)[:, None]
            expected = brute(xyz, hole, places[b], search, transform)
            assert found.index[b, : found.count[b]].tolist() == expected


def test_coordinates_far_from_the_origin_and_flat_ones():
    xyz, hole = samples()
    far = xyz + np.array([5e6, 4e6, 1e3])
    search = Search(Ellipsoid((300, 200, 80), AXES), max_samples=12)
    near = SampleIndex(xyz, hole, search).find(targets(xyz[::7] + 3.3))
    away = SampleIndex(far, hole, search).find(targets(far[::7] + 3.3))
    assert np.array_equal(near.count, away.count)
    flat = xyz * [1, 1, 0]
    found = SampleIndex(flat, hole, search).find(targets(flat[::7]))
    check(found, flat, hole, flat[::7], search)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_samples": 0}, "max_samples = 0"),
        ({"max_samples": 3, "min_samples": 4}, "takes 3 samples and needs 4"),
        ({"min_octants": 9}, "min_octants is 9"),
        ({"max_per_octant": 1, "min_samples": 9}, "never make 9"),
        ({"max_per_hole": True}, "max_per_hole = True"),
        ({"min_holes": 30}, "30 holes"),
        ({"max_samples": 2.5}, "max_samples = 2.5"),
    ],
)
def test_searches_that_cannot_be_are_refused(given, said):
    with pytest.raises(ModelError, match=said):
        Search(Ellipsoid((1.0, 1.0, 1.0)), **given)
