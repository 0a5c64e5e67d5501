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
    check(found, xyz, hole, places[order], search, step=29)


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


def lattice(n, layers=1):
    """Whole numbers, in an order that says nothing; columns share a hole."""
    x, y, z = np.meshgrid(np.arange(n), np.arange(n), np.arange(layers), indexing="ij")
    order = np.random.default_rng(4).permutation(x.size)
    xyz = np.column_stack([x.ravel(), y.ravel(), z.ravel()])[order]
    return xyz, ((xyz[:, 0] + n * xyz[:, 1]) // 3).astype(np.int32)


def exact(lag, hole, search, radius):
    """Nearest first under caps by whole numbers: ties, octants and caps without rounding."""
    d2 = (lag**2).sum(axis=1)
    by_hole, by_octant, got = {}, {}, []
    for i in np.lexsort((np.arange(len(lag)), d2)):
        octant = tuple(lag[i] >= 0)
        if d2[i] > radius**2 or len(got) == search.max_samples:
            break
        if by_hole.get(hole[i], 0) == search.max_per_hole:
            continue
        if by_octant.get(octant, 0) == search.max_per_octant:
            continue
        by_hole[hole[i]] = by_hole.get(hole[i], 0) + 1
        by_octant[octant] = by_octant.get(octant, 0) + 1
        got.append(i)
    return sorted(got) if len(by_octant) >= search.min_octants else []


@pytest.mark.parametrize("shift", [(0, 0, 0), (697452.504, 5126553.7968, 412.3944)])
@pytest.mark.parametrize(
    "caps",
    [
        {"max_per_hole": 2},
        {"max_per_octant": 2},
        {"max_per_octant": 3, "min_octants": 5},
        {"max_per_hole": 1, "max_per_octant": 1},
        {"max_per_hole": 2, "max_per_octant": 3, "min_octants": 8},
    ],
)
def test_caps_with_ties_and_samples_between_octants(caps, shift):
    # everything is tied, and each place looks along planes full of samples
    xyz, hole = lattice(9, 4)
    scale = 3.048  # coordinates that are no binary fractions
    search = Search(Ellipsoid((4 * scale,) * 3), max_samples=11, **caps)
    at = xyz * scale + shift
    index = SampleIndex(at, hole, search)
    # as middles of blocks are computed: the last digits differ from those of samples
    places = (xyz[::3, [1, 0, 2]] + 0.5) * scale + (np.array(shift) - 0.5 * scale)
    index.prepare(places)
    found = index.find(targets(places))
    # the second axis of the ellipsoid points to the south
    for b, node in enumerate(xyz[::3, [1, 0, 2]]):
        expected = exact((xyz - node) * [1, -1, 1], hole, search, 4)
        assert found.index[b, : found.count[b]].tolist() == expected


@pytest.mark.parametrize("azimuth", [90.0, 0.0, 37.0, 205.0])
def test_octants_in_a_plane_are_quadrants(azimuth):
    rng = np.random.default_rng(6)
    xy = rng.uniform(0, 100, (300, 2))
    xyz = np.column_stack([xy, np.full(300, 412.3944)])
    hole = np.arange(300, dtype=np.int32)
    at = rng.uniform(-10, 110, (150, 2))
    places = np.column_stack([at, np.full(150, 412.0 + 0.3944)])  # another last digit
    s, c = np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))
    ellipsoid = Ellipsoid((30.0, 18.0, 5.0), Rotation(azimuth))
    search = Search(ellipsoid, max_samples=10, max_per_octant=3, min_octants=3)
    found = SampleIndex(xyz, hole, search).find(targets(places))
    for b in range(150):
        dx, dy = (xy - at[b]).T
        u, v = (s * dx + c * dy) / 30.0, (c * dx - s * dy) / 18.0
        taken, filled = [], {}
        for i in np.argsort(u**2 + v**2):
            quadrant = (u[i] >= 0, v[i] >= 0)
            if u[i] ** 2 + v[i] ** 2 > 1 or len(taken) == 10 or filled.get(quadrant, 0) == 3:
                continue
            filled[quadrant] = filled.get(quadrant, 0) + 1
            taken.append(i)
        expected = sorted(taken) if len(filled) >= 3 else []
        assert found.index[b, : found.count[b]].tolist() == expected
    assert (found.count == 0).any()
    assert found.count.max() == 10
    five = Search(ellipsoid, max_samples=10, min_octants=5)
    assert (SampleIndex(xyz, hole, five).find(targets(places)).count == 0).all()


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
