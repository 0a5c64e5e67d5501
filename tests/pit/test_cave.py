import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import Economics, ScheduleInputs, block_cave, mining_units, schedule

ECONOMICS = Economics(
    cu_usd_t=10_000.0,
    cu_payable=1.0,
    mining_usd_t=5.0,
    processing_usd_t=5.0,
    tail_pct=0.0,
    cu_recovery_max=1.0,
)  # breaks even at 0.1 % Cu, drawn and milled


def _model(cu, rock=None):
    cu = np.asarray(cu, dtype=float)
    nz, ny, nx = cu.shape
    fields = {"density_t_m3": np.full(cu.size, 2.5), "cu_pct": cu.ravel().copy()}
    if rock is not None:
        fields["rock_fraction"] = np.asarray(rock, dtype=float).ravel().copy()
    return BlockModel(Grid((0, 0, 1000), (20, 20, 10), (nx, ny, nz)), fields)


def _cave(model, **given):
    limits = {"production_level_m": 1000.0, "min_height_m": 20.0, "max_height_m": 60.0}
    return block_cave(model, ECONOMICS, **{**limits, **given})


def test_the_best_height_by_trying_all():
    rng = np.random.default_rng(4)
    cu = rng.uniform(0.0, 0.5, (8, 5, 6))
    cave = _cave(_model(cu), n_rings=1)
    value = (cu / 100 * 10_000 - 10) * 20 * 20 * 10 * 2.5
    sums = np.cumsum(value, axis=0)[1:6]
    drawn = cave.height_m > 0
    assert drawn.any()
    assert cave.value_usd[drawn] == pytest.approx(sums.max(axis=0)[drawn])
    assert cave.height_m[drawn] == pytest.approx(10.0 * (sums.argmax(axis=0) + 2)[drawn])


def test_footprint_is_one_piece_and_pays_for_each_column():
    cu = np.full((6, 1, 7), 0.0)
    cu[:, :, 0:3] = 0.3
    cu[:, :, 4:6] = 0.5  # fewer columns of more value
    cave = _cave(_model(cu))
    assert (cave.height_m[0] > 0).tolist() == [False] * 4 + [True] * 2 + [False]
    dear = (0.5 / 100 * 10_000 - 10) * 6 * 20 * 20 * 10 * 2.5
    with pytest.raises(ModelError, match="no column"):
        _cave(_model(cu), column_usd=dear * 1.001)


def test_a_column_ends_at_the_surface():
    cu = np.full((6, 1, 2), 0.5)
    rock = np.ones((6, 1, 2))
    rock[3:, 0, 0] = 0.0
    rock[1:, 0, 1] = 0.0
    cave = _cave(_model(cu, rock))
    assert cave.height_m[0].tolist() == [30.0, 0.0]


def test_units_of_a_cave_are_drawn_upwards_and_all_milled():
    cu = np.full((8, 9, 9), 0.3)
    model = _model(cu)
    cave = _cave(model, n_rings=3, production_level_m=1010.0)
    units = mining_units(model, cave.phase, ECONOMICS, [], upwards=True, selective=False)
    drawn_t = 81 * 6 * 20 * 20 * 10 * 2.5
    assert units.total_rock_t == pytest.approx(drawn_t)
    assert set(units.phase) == {0, 1, 2}
    assert units.depth.min() == 0
    assert units.bench.min() == 1
    order = units.order(2)
    for ring in range(3):
        assert (np.diff(units.elevation_m[order][units.phase[order] == ring]) > 0).all()
    out = schedule(units, order, ScheduleInputs.of(ECONOMICS, range(5), 1e6, np.inf))
    assert out.ore_t[0, 0] == pytest.approx(1e6)
    assert (out.waste_t == 0).all()


@pytest.mark.parametrize(
    "given",
    [
        {"production_level_m": 900.0},
        {"production_level_m": 2000.0},
        {"min_height_m": 70.0},
        {"max_height_m": 5.0},
        {"n_rings": 0},
    ],
)
def test_caves_that_cannot_be_are_refused(given):
    with pytest.raises(ModelError):
        _cave(_model(np.full((8, 3, 3), 0.5)), **given)
