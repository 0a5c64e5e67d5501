"""Grids: the index order, where blocks are, and grids that cannot exist."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import Grid, ModelError, OrefieldError

counts = st.integers(1, 7)
sizes = st.floats(0.5, 200.0)
places = st.floats(-1e6, 1e6)
grids = st.builds(
    Grid,
    st.tuples(places, places, st.floats(-500, 6000)),
    st.tuples(sizes, sizes, sizes),
    st.tuples(counts, counts, counts),
    st.floats(-360, 360),
)


def test_x_runs_fastest_and_z_upwards() -> None:
    grid = Grid((100.0, 200.0, 4000.0), (10.0, 20.0, 15.0), (3, 2, 2))
    centres = grid.centroids()
    assert centres.shape == (12, 3)
    assert centres[0].tolist() == [105.0, 210.0, 4007.5]
    assert centres[1].tolist() == [115.0, 210.0, 4007.5]  # east first
    assert centres[3].tolist() == [105.0, 230.0, 4007.5]  # then north
    assert centres[6].tolist() == [105.0, 210.0, 4022.5]  # then up
    assert grid.n == 12
    assert grid.block_volume_m3 == 3000.0
    assert grid.top_m == 4030.0
    assert grid.bench_elevation_m().tolist() == [4000.0, 4015.0]


@given(grids)
def test_index_counts_every_block_once_in_the_order_of_centroids(grid: Grid) -> None:
    nx, ny, nz = grid.shape
    flat = [grid.index(ix, iy, iz) for iz in range(nz) for iy in range(ny) for ix in range(nx)]
    assert flat == list(range(grid.n))
    x, y, z = grid.local_axes()
    cube = np.arange(grid.n).reshape(nz, ny, nx)
    assert cube[nz - 1, 0, nx - 1] == grid.index(nx - 1, 0, nz - 1)
    assert (len(x), len(y), len(z)) == grid.shape


@given(grids)
def test_rotation_turns_the_plan_about_the_origin(grid: Grid) -> None:
    # oracle: complex numbers
    x, y, z = grid.local_axes()
    turn = np.exp(1j * np.radians(grid.rotation_deg))
    origin = complex(grid.origin[0], grid.origin[1])
    flat = np.array([complex(a, b) for _ in z for b in y for a in x])
    expected = origin + (flat - origin) * turn
    found = grid.centroids()
    scale = 1e-9 * (1 + abs(origin) + np.abs(expected - origin).max())
    assert np.abs(found[:, 0] - expected.real).max() <= scale
    assert np.abs(found[:, 1] - expected.imag).max() <= scale
    assert (found[:, 2] == np.repeat(z, len(x) * len(y))).all()


@given(grids)
def test_metadata_and_pickle_give_the_same_grid(grid: Grid) -> None:
    assert Grid.from_dict(json.loads(json.dumps(grid.as_dict()))) == grid
    assert pickle.loads(pickle.dumps(grid)) == grid
    assert len({grid, Grid.from_dict(grid.as_dict())}) == 1


@pytest.mark.parametrize(
    ("origin", "size", "shape", "rotation", "words"),
    [
        ((0, 0, 0), (10, 10, 0), (1, 1, 1), 0.0, "positive"),
        ((0, 0, 0), (10, -10, 5), (1, 1, 1), 0.0, "positive"),
        ((0, 0, float("nan")), (10, 10, 5), (1, 1, 1), 0.0, "not finite"),
        ((0, float("inf"), 0), (10, 10, 5), (1, 1, 1), 0.0, "not finite"),
        ((0, 0, 0), (10, 10, float("inf")), (1, 1, 1), 0.0, "not finite"),
        ((0, 0, 0), (10, 10, 5), (1, 1, 1), float("nan"), "not finite"),
        ((0, 0, 0), (10, 10, 5), (0, 1, 1), 0.0, "at least one"),
        ((0, 0, 0), (10, 10, 5), (1, 1, -4), 0.0, "at least one"),
        ((0, 0, 0), (10, 10, 5), (1000, 1000, 1000), 0.0, "larger than"),
    ],
)
def test_a_grid_that_cannot_exist_is_refused(origin, size, shape, rotation, words) -> None:
    with pytest.raises(ModelError, match=words):
        Grid(origin, size, shape, rotation)


@pytest.mark.parametrize("block", [(-1, 0, 0), (3, 0, 0), (0, 2, 0), (0, 0, 2), (0, 0, -1)])
def test_a_block_outside_is_refused(block: tuple[int, int, int]) -> None:
    with pytest.raises(ModelError, match="outside the grid"):
        Grid((0, 0, 0), (1, 1, 1), (3, 2, 2)).index(*block)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"origin": [0, 0], "size": [1, 1, 1], "shape": [1, 1, 1]},
        {"origin": [0, 0, 0], "size": [1, 1, 1], "shape": [1, 1, "many"]},
        {"origin": [0, 0, 0], "size": [1, 1, None], "shape": [1, 1, 1]},
        {"origin": 5, "size": [1, 1, 1], "shape": [1, 1, 1]},
        {"origin": [0, 0, 0], "size": [1, 1, 1], "shape": [1, 1, 0]},
        {"origin": [0, 0, 0], "size": [1, 1, 1], "shape": [1, 1, 1], "rotation_deg": "north"},
    ],
)
def test_broken_metadata_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        Grid.from_dict(values)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["origin", "size", "shape", "rotation_deg"]), json_values))
def test_no_metadata_breaks_out_of_the_error_tree(values: dict[str, object]) -> None:
    try:
        Grid.from_dict(values)
    except OrefieldError:
        return
    assert {"origin", "size", "shape"} <= set(values)


def test_a_count_that_is_not_whole_is_refused() -> None:
    with pytest.raises(ModelError):
        Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (2.5, 2, 2))  # type: ignore[arg-type]
    with pytest.raises(ModelError):
        Grid.from_dict({"origin": [0, 0, 0], "size": [1, 1, 1], "shape": [2.7, 2, 2]})


def test_two_sizes_are_not_three() -> None:
    with pytest.raises(ModelError):
        Grid((0.0, 0.0, 0.0), (1.0, 1.0), (2, 2, 2))  # type: ignore[arg-type]


def test_counts_from_arrays_can_be_written() -> None:
    shape = tuple(np.array([2, 2, 2]))
    grid = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), shape)
    assert json.loads(json.dumps(grid.as_dict()))["shape"] == [2, 2, 2]
