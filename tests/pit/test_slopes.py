import math

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.kernels.cones import fill_cones
from orefield.pit import slope_pattern
from orefield.pit.slopes import SlopeDomains, slope_domains


def _grid(size=(20.0, 20.0, 15.0), rotation=0.0):
    return Grid((0, 0, 0), size, (61, 61, 12), rotation)


def _cone_of_the_middle(grid, pattern):
    """What one block at the bottom requires, shape (nz, ny, nx), and distances (m)."""
    nx, ny, nz = grid.shape
    seed = np.zeros(grid.n, dtype=bool)
    seed[grid.index(nx // 2, ny // 2, 0)] = True
    cone = fill_cones(seed, grid.shape, pattern.offsets).reshape(nz, ny, nx)
    x = (np.arange(nx) - nx // 2) * grid.size[0]
    y = (np.arange(ny) - ny // 2) * grid.size[1]
    return cone, x[None, :], y[:, None]


@pytest.mark.parametrize("angle", [30.0, 38.0, 45.0, 55.0])
@pytest.mark.parametrize("size", [(20.0, 20.0, 15.0), (30.0, 15.0, 15.0), (10.0, 10.0, 10.0)])
def test_a_cone_is_no_steeper_than_reported_and_never_flatter_than_asked(angle, size):
    grid = _grid(size)
    pattern = slope_pattern(grid, angle, test_benches=11, max_benches=6)
    cone, x, y = _cone_of_the_middle(grid, pattern)
    height = (grid.shape[2] - 1) * size[2]
    distance = np.hypot(x, y)
    asked = distance <= height / math.tan(math.radians(angle)) * (1 + 1e-9)
    steep = distance <= height / math.tan(math.radians(angle + pattern.too_steep_deg + 1e-6))
    assert (cone[-1] <= asked).all()
    assert (cone[-1] >= (steep & asked)).all()
    assert pattern.too_flat_deg == 0.0


def test_tolerance_is_met_and_more_benches_come_closer():
    coarse = slope_pattern(_grid(), 45.0, tolerance_deg=5.0)
    fine = slope_pattern(_grid(), 45.0, tolerance_deg=0.5)
    assert fine.too_steep_deg <= 0.5
    assert coarse.too_steep_deg <= 5.0
    assert fine.benches > coarse.benches
    assert fine.missing < coarse.missing


def test_cubes_at_45_degrees_begin_with_the_five_above():
    pattern = slope_pattern(_grid((10.0, 10.0, 10.0)), 45.0)
    first = {tuple(o) for o in pattern.offsets.tolist() if o[2] == 1}
    assert first == {(0, 0, 1), (1, 0, 1), (-1, 0, 1), (0, 1, 1), (0, -1, 1)}


def test_a_pattern_is_minimal():
    pattern = slope_pattern(_grid(), 40.0, tolerance_deg=0.0, max_benches=5)
    grid = _grid()
    whole = _cone_of_the_middle(grid, pattern)[0]
    from dataclasses import replace

    for k in range(len(pattern.offsets)):
        fewer = replace(pattern, offsets=np.delete(pattern.offsets, k, axis=0))
        assert _cone_of_the_middle(grid, fewer)[0].sum() < whole.sum()


def test_azimuths_are_clockwise_from_north():
    pattern = slope_pattern(_grid(), {0: 60.0, 90: 30.0, 180: 60.0, 270: 60.0})
    cone, _, _ = _cone_of_the_middle(_grid(), pattern)
    middle = 30
    top = cone[-1]
    reach = {
        "east": top[middle, middle:].sum(),
        "west": top[middle, :middle].sum(),
        "north": top[middle:, middle].sum(),
        "south": top[:middle, middle].sum(),
    }
    assert reach["east"] > 2 * reach["west"]
    assert abs(int(reach["north"]) - int(reach["south"])) <= 1


def test_rotation_turns_the_compass_with_the_grid():
    # x axis of the grid points north: the flat eastern wall lies towards -y of the grid
    pattern = slope_pattern(_grid(rotation=90.0), {0: 60.0, 90: 30.0, 180: 60.0, 270: 60.0})
    cone, _, _ = _cone_of_the_middle(_grid(), pattern)
    top = cone[-1]
    assert top[:30, 30].sum() > 2 * top[31:, 30].sum()


@pytest.mark.parametrize("angle", [0.0, 90.0, -5.0, math.nan, {}, {0: 40.0, 360: 45.0}])
def test_bad_angles_are_refused(angle):
    with pytest.raises(ModelError):
        slope_pattern(_grid(), angle)


def test_bad_bench_counts_are_refused():
    with pytest.raises(ModelError, match="max_benches"):
        slope_pattern(_grid(), 45.0, max_benches=0)
    with pytest.raises(ModelError, match="max_benches"):
        slope_pattern(_grid(), 45.0, max_benches=30)


def test_each_domain_has_the_pattern_of_its_own_angles():
    grid = Grid((0, 0, 0), (20.0, 20.0, 15.0), (4, 3, 2))
    label = np.array(["hard", "soft"] * 12)
    domains = slope_domains(grid, label, {"soft": 35.0, "hard": {0.0: 50.0, 180.0: 45.0}})
    assert domains.names == ("hard", "soft")
    assert np.array_equal(np.array(domains.names)[domains.index], label)
    for name, angle in (("soft", 35.0), ("hard", {0.0: 50.0, 180.0: 45.0})):
        alone = slope_pattern(grid, angle).offsets
        k = domains.names.index(name)
        assert np.array_equal(domains.patterns[k].offsets, alone)
        assert np.array_equal(domains.offsets[domains.begin[k] : domains.begin[k + 1]], alone)


def test_domains_may_be_rock_codes():
    grid = Grid((0, 0, 0), (20.0, 20.0, 15.0), (2, 2, 1))
    domains = slope_domains(grid, [7, 7, 3, 7], {3: 40.0, 7: 50.0, 9: 60.0})
    assert domains.index.tolist() == [1, 1, 0, 1]
    assert len(domains.patterns) == 2


def test_bad_domains_are_refused():
    grid = Grid((0, 0, 0), (20.0, 20.0, 15.0), (2, 2, 1))
    with pytest.raises(ModelError, match="domain 4 has no slope angle") as error:
        slope_domains(grid, [3, 3, 4, 3], {3: 40.0})
    assert error.value.where == "block 2"
    with pytest.raises(ModelError, match="domains for a model of 4 blocks"):
        slope_domains(grid, [3, 3], {3: 40.0})
    with pytest.raises(ModelError, match="between 0 and 90") as error:
        slope_domains(grid, [3, 3, 3, 3], {3: 140.0})
    assert error.value.where == "slope domain 3"
    with pytest.raises(ModelError, match="no domain"):
        slope_domains(grid, [3.0, np.nan, 3.0, 3.0], {3.0: 40.0})
    pattern = slope_pattern(grid, 45.0)
    with pytest.raises(ModelError, match="no slope pattern") as error:
        SlopeDomains((pattern,), np.array([0, 0, 1, 0], dtype=np.uint8), ("a",))
    assert error.value.where == "block 2"
