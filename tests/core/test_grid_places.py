"""Places in a grid: centres by part, to the grid's own axes and back, the block that holds one."""

import numpy as np
import pytest

from orefield.core import Grid, ModelError

GRIDS = [
    Grid((1000.0, -50.0, 10.0), (10.0, 5.0, 2.5), (7, 5, 3)),
    Grid((1000.0, -50.0, 10.0), (10.0, 5.0, 2.5), (7, 5, 3), 37.0),
    Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (4, 6, 1), -120.0),
]


@pytest.mark.parametrize("grid", GRIDS)
def test_a_centre_lies_in_its_block(grid):
    assert grid.locate(grid.centroids()).tolist() == list(range(grid.n))


@pytest.mark.parametrize("grid", GRIDS)
def test_parts_are_the_whole(grid):
    cut = grid.n // 3
    parts = [grid.centres(0, cut), grid.centres(cut, cut), grid.centres(cut, grid.n)]
    assert (np.concatenate(parts) == grid.centroids()).all()


def test_centres_by_hand():
    grid = Grid((100.0, 200.0, 0.0), (10.0, 4.0, 2.0), (2, 2, 2), 90.0)
    # x of the grid runs north, y of it west
    assert grid.centroids()[0] == pytest.approx([98.0, 205.0, 1.0])
    assert grid.centroids()[1] == pytest.approx([98.0, 215.0, 1.0])
    assert grid.centroids()[2] == pytest.approx([94.0, 205.0, 1.0])
    assert grid.centroids()[4] == pytest.approx([98.0, 205.0, 3.0])


@pytest.mark.parametrize("grid", GRIDS)
def test_there_and_back(grid):
    places = np.random.default_rng(1).normal(0.0, 500.0, (50, 3))
    assert grid.to_world(grid.to_local(places)) == pytest.approx(places, abs=1e-9)


@pytest.mark.parametrize("grid", GRIDS)
def test_what_lies_outside_has_no_block(grid):
    size, shape = np.asarray(grid.size), np.asarray(grid.shape)
    rng = np.random.default_rng(2)
    local = rng.uniform(-1.0, 2.0, (400, 3)) * size * shape
    inside = ((local >= 0) & (local < size * shape)).all(axis=1)
    found = grid.locate(grid.to_world(local))
    assert ((found >= 0) == inside).all()
    assert inside.any()
    assert not inside.all()


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (3, 2), (0, 10**6)])
def test_blocks_that_are_not_there(start, stop):
    with pytest.raises(ModelError, match="not in a grid"):
        GRIDS[0].centres(start, stop)
