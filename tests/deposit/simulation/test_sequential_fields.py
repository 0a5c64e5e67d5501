"""Gaussian fields drawn node by node: their variogram, paths, threads, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.deposit import Ellipsoid, Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.paths import multigrid_path
from orefield.deposit.simulation.placing import flattened, place_data
from orefield.deposit.simulation.sequential import SequentialGaussian

TURNED = Rotation(35.0, 25.0, 10.0)
NESTED = Variogram(
    0.1,
    (
        Structure("spherical", 0.4, (60.0, 40.0, 25.0), TURNED),
        Structure("spherical", 0.5, (120.0, 90.0, 50.0), TURNED),
    ),
)
SMALL = Grid((1000.0, 500.0, 30.0), (12.0, 10.0, 6.0), (7, 6, 3), 20.0)
FLAT = Grid((0.0, 0.0, 5.0), (10.0, 10.0, 4.0), (12, 9, 1), -30.0)
WIDE = Search(Ellipsoid((1e4, 1e4, 1e4)), max_samples=100)


def data_in(grid: Grid, count: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = np.array(grid.size) * np.array(grid.shape)
    xyz = flattened(grid, grid.to_world(rng.random((count, 3)) * size * [1, 1, grid.shape[2] > 1]))
    return xyz, rng.standard_normal(count)


def test_a_sequential_field_in_neighbourhoods_reproduces_the_variogram() -> None:
    # 30 fields of 1,280 nodes; within 4 % of the model's and 3.5 standard errors
    grid = Grid((0, 0, 0), (10.0, 10.0, 5.0), (16, 16, 5), 35.0)
    simulation = SequentialGaussian.on(grid, NESTED, per_path=5)
    sample = np.array(list(simulation.realisations(30, 8, threads=2)))
    assert sample.mean() == pytest.approx(0.0, abs=0.12)
    assert (sample**2).mean() == pytest.approx(1.0, abs=0.08)
    cube = sample.reshape(30, 5, 16, 16)
    for axis in (1, 2, 3):
        for step in (1, 2, 4):
            n = cube.shape[axis]
            off = cube.take(range(step, n), axis) - cube.take(range(n - step), axis)
            cells = np.zeros((1, 3))
            cells[0, 3 - axis] = step
            lag = grid.to_world(cells * np.array(grid.size)) - np.array(grid.origin)
            each = 0.5 * (off**2).mean(axis=(1, 2, 3))
            expected = NESTED.gamma(lag)[0]
            error = each.std() / np.sqrt(30)
            assert each.mean() == pytest.approx(expected, abs=3.5 * error + 0.04 * expected)


def test_a_sequential_field_is_the_same_at_any_number_of_threads() -> None:
    xyz, y = data_in(SMALL, 20)
    simulation = SequentialGaussian.on(SMALL, NESTED, place_data(SMALL, xyz, y), per_path=2)
    one, two, fewer = (
        np.array(list(simulation.realisations(n, 5, threads=t)))
        for t, n in ((1, 7), (2, 7), (2, 5))
    )
    assert one.tobytes() == two.tobytes()
    assert fewer.tobytes() == one[:5].tobytes()


def test_a_path_visits_every_node_once_and_coarse_grids_first() -> None:
    grid = Grid((0, 0, 0), (1.0, 1.0, 1.0), (20, 18, 1))
    nodes = np.flatnonzero(np.arange(grid.n) % 7 != 0)
    path = multigrid_path(grid, nodes, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(path), nodes)
    place = np.column_stack([path % 20, path // 20])
    coarse = (place % 8 == 0).all(axis=1)
    assert coarse[: coarse.sum()].all()
    assert not np.array_equal(path, multigrid_path(grid, nodes, np.random.default_rng(2)))


def test_what_cannot_be_drawn_in_sequence_is_refused() -> None:
    xyz, y = data_in(SMALL, 5)
    with pytest.raises(ModelError, match="is at a node"):
        SequentialGaussian.on(SMALL, NESTED, place_data(SMALL, xyz, y, "true"))
    with pytest.raises(ModelError, match="within the search"):
        SequentialGaussian.on(SMALL, NESTED, search=Search(Ellipsoid((1.0, 1.0, 1.0))))
    with pytest.raises(ModelError, match="0 realisations"):
        next(SequentialGaussian.on(SMALL, NESTED).realisations(0, 1))
