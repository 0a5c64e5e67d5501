"""Declustering weights against cells and areas written out by hand, and the GSLIB samples."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from orefield.core import ModelError
from orefield.deposit.statistics import (
    cell_declustering,
    node_weights,
    polygon_weights,
    scan_sizes,
)

RNG = np.random.default_rng(3)
XYZ = RNG.uniform(0, [100, 80, 40], (60, 3))
VALUES = RNG.random(60)


def gslib() -> np.ndarray:
    root = os.environ.get("OREFIELD_DATA")
    file = Path(root or ".") / "deposit" / "gslib" / "cluster.dat"
    if not root or not file.is_file():
        pytest.skip("needs the GSLIB training data (OREFIELD_DATA)")
    return np.loadtxt(file, skiprows=7)


def flat(xy: np.ndarray) -> np.ndarray:
    return np.column_stack([xy, np.zeros(len(xy))])


@pytest.mark.data
def test_cells_find_the_size_and_mean_known_of_the_gslib_samples() -> None:
    table = gslib()
    value = table[:, 2]
    found = cell_declustering(flat(table[:, :2]), value, np.arange(1.0, 26.0), offsets=5)
    published = np.average(value, weights=table[:, 4])
    assert found.size_m == 5.0, "where the mean is least"
    assert found.mean == pytest.approx(published, rel=0.01)
    assert np.corrcoef(found.weights, table[:, 4])[0, 1] > 0.9
    polygons = polygon_weights(table[:, :2], box_m=(0.0, 0.0, 50.0, 50.0))
    # the whole field's mean, of the exhaustive file, is 2.58; without weights it is 4.35
    assert np.average(value, weights=polygons) == pytest.approx(2.58, rel=0.15)


def test_cells_are_those_counted_by_hand() -> None:
    size, offsets = np.array([20.0, 20.0, 10.0]), 4
    found = cell_declustering(
        XYZ, VALUES, [20.0], keep="given", offsets=offsets, ratios=(1.0, 1.0, 0.5)
    )
    total = np.zeros(len(XYZ))
    for k in range(offsets):
        cells = [tuple(c) for c in np.floor((XYZ - XYZ.min(axis=0)) / size + k / offsets)]
        different = len(set(cells))
        total += [1.0 / cells.count(c) / different for c in cells]
    np.testing.assert_allclose(found.weights, total / total.mean())
    assert found.weights.mean() == pytest.approx(1.0)
    assert found.mean == pytest.approx(np.average(VALUES, weights=total))


def test_the_least_and_the_largest_mean_are_kept() -> None:
    sizes = scan_sizes(XYZ)
    least = cell_declustering(XYZ, VALUES, sizes)
    most = cell_declustering(XYZ, VALUES, sizes, keep="largest")
    assert least.mean == pytest.approx(min(least.means.min(), least.naive))
    assert most.mean == pytest.approx(max(most.means.max(), most.naive))


def test_samples_without_a_value_get_no_weight_and_crowd_nobody() -> None:
    holes = VALUES.copy()
    holes[::3] = np.nan
    found = cell_declustering(XYZ, holes, [25.0], keep="given")
    assert (found.weights[::3] == 0).all()
    use = ~np.isnan(holes)
    alone = cell_declustering(XYZ[use], holes[use], [25.0], keep="given")
    np.testing.assert_allclose(found.weights[use], alone.weights)


def test_long_samples_take_more_of_their_cell() -> None:
    xyz = np.array([[0.0, 0, 0], [0.1, 0, 0], [50.0, 0, 0]])
    found = cell_declustering(
        xyz, np.arange(3.0), [10.0], keep="given", offsets=1, lengths_m=np.array([3.0, 1.0, 2.0])
    )
    np.testing.assert_allclose(found.weights / found.weights.sum(), [0.375, 0.125, 0.5])


def test_one_sample_and_all_at_one_place_weigh_the_same() -> None:
    for n in (1, 4):
        found = cell_declustering(np.ones((n, 3)), np.arange(float(n)), [5.0, 9.0])
        assert np.allclose(found.weights, 1.0)
        assert np.allclose(polygon_weights(np.ones((n, 2))), 1.0)
        assert np.allclose(node_weights(np.ones((n, 3))), 1.0)


@pytest.mark.parametrize(
    ("values", "options", "text"),
    [
        (VALUES, {"sizes_m": []}, "sizes"),
        (VALUES, {"sizes_m": [-3.0]}, "positive"),
        (VALUES, {"sizes_m": [np.nan]}, "positive"),
        (VALUES, {"sizes_m": [1e-9]}, "too small"),
        (VALUES, {"sizes_m": [3.0, 4.0], "keep": "given"}, "give one"),
        (VALUES, {"sizes_m": [3.0], "ratios": (0.0, 1.0, 1.0)}, "positive"),
        (VALUES, {"sizes_m": [3.0], "offsets": 0}, "0 times"),
        (np.full(60, np.nan), {"sizes_m": [3.0]}, "none was measured"),
    ],
)
def test_cells_that_cannot_be_are_refused(values, options, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        cell_declustering(XYZ, values, **options)


def test_areas_of_a_regular_grid_are_equal() -> None:
    x, y = np.meshgrid(np.arange(5) + 0.5, np.arange(4) + 0.5)
    xy = np.column_stack([x.ravel(), y.ravel()]) * [10, 20]
    np.testing.assert_allclose(polygon_weights(xy, box_m=(0, 0, 50, 80)), 1.0)
    np.testing.assert_allclose(polygon_weights(xy[:1], box_m=(0, 0, 50, 80)), 1.0)


def test_areas_are_shares_of_many_places() -> None:
    xy = RNG.uniform(0, [90, 40], (25, 2))
    found = polygon_weights(xy, box_m=(-5, -5, 100, 50))
    east, north = np.meshgrid(np.linspace(-5, 100, 500), np.linspace(-5, 50, 300))
    places = np.column_stack([east.ravel(), north.ravel()])
    nearest = ((places[:, None] - xy) ** 2).sum(axis=2).argmin(axis=1)
    counted = np.bincount(nearest, minlength=25) / len(places) * 25
    np.testing.assert_allclose(found, counted, atol=0.03)


def test_samples_on_the_edge_of_the_box_have_what_lies_within() -> None:
    xy = np.array([[0.0, 0], [4, 0], [0, 4], [4, 4], [2, 2]])
    corner = np.array([2.0, 2.0, 2.0, 2.0, 8.0])  # triangles of 2 x 2 / 2, and what is left
    for far in (0.0, 5e6):
        found = polygon_weights(xy + far, box_m=(far, far, far + 4, far + 4))
        np.testing.assert_allclose(found, corner / corner.mean(), rtol=1e-6)
    close = np.array([[0.0, 0.0], [1e-10, 0.0], [100.0, 0.0]])
    np.testing.assert_allclose(polygon_weights(close), [0.75, 0.75, 1.5])


@pytest.mark.parametrize("how", [polygon_weights, node_weights])
def test_a_place_is_shared_by_length(how) -> None:
    xyz = np.array([[0.0, 0, 0], [0, 0, 0], [100, 0, 0]])
    lengths = np.array([3.0, 1.0, 2.0])
    np.testing.assert_allclose(how(xyz, lengths_m=lengths), [1.125, 0.375, 1.5], rtol=1e-5)
    for wrong in (np.ones(2), np.zeros(3), np.full(3, np.nan)):
        with pytest.raises(ModelError, match="lengths of samples"):
            how(xyz, lengths_m=wrong)


def test_samples_at_one_place_share_their_area() -> None:
    xy = np.array([[1.0, 1.0], [1.0, 1.0], [3.0, 1.0]])
    np.testing.assert_allclose(polygon_weights(xy, box_m=(0, 0, 4, 2)), [0.75, 0.75, 1.5])
    with pytest.raises(ModelError, match="does not hold every sample"):
        polygon_weights(xy, box_m=(0, 0, 2, 2))


def test_volumes_are_shares_of_nodes() -> None:
    found = node_weights(XYZ, spacing_m=2.0)
    low, high = XYZ.min(axis=0), XYZ.max(axis=0)
    counts = np.ceil((high - low) / 2.0).astype(int)
    axes = [low[a] + (np.arange(counts[a]) + 0.5) * (high - low)[a] / counts[a] for a in range(3)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    parts = np.array_split(nodes, 20)
    nearest = np.concatenate([((p[:, None] - XYZ) ** 2).sum(axis=2).argmin(axis=1) for p in parts])
    counted = np.bincount(nearest, minlength=60).astype(float)
    np.testing.assert_allclose(found, counted / counted.mean())
    with pytest.raises(ModelError, match="too many"):
        node_weights(XYZ, spacing_m=1e-3)
    with pytest.raises(ModelError, match="no node within"):
        node_weights(XYZ, spacing_m=50.0, reach_m=1e-6)
