"""What holds for every pit and schedule, whatever the ground."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid
from orefield.kernels.cones import fill_cones
from orefield.pit import (
    Economics,
    ScheduleInputs,
    block_value_usd,
    mining_units,
    nested_shells,
    schedule,
    slope_pattern,
    ultimate_pit,
)

FEW = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)

ECONOMICS = Economics(
    cu_usd_t=8000.0,
    mo_usd_t=30_000.0,
    treatment_usd_t_conc=80.0,
    mining_usd_t=2.0,
    mining_increment_usd_t_m=0.004,
    reference_elevation_m=180.0,
    processing_usd_t=6.0,
    tail_pct=0.04,
    cu_recovery_max=0.9,
    mo_recovery=0.5,
)


def _ground(seed):
    """A ragged little deposit under steps and cliffs, at a random block size."""
    rng = np.random.default_rng(seed)
    nx, ny, nz = (int(v) for v in rng.integers(4, 13, 3))
    top = rng.integers(nz // 2, nz + 1, (ny, nx))
    z = np.arange(nz)[:, None, None]
    share = np.clip(top[None] - z + rng.choice([0.0, 0.5]), 0, 1)
    cu = rng.lognormal(-1.5, 1.0, (nz, ny, nx)) * (rng.random((nz, ny, nx)) < 0.5)
    size = (float(rng.uniform(10, 40)), float(rng.uniform(10, 40)), float(rng.uniform(8, 20)))
    fields = {
        "density_t_m3": np.full(cu.size, 2.6),
        "rock_fraction": np.ascontiguousarray(share).ravel(),
        "cu_pct": cu.ravel(),
        "mo_pct": rng.random(cu.size) * 0.02,
    }
    model = BlockModel(Grid((0, 0, 0), size, (nx, ny, nz)), fields, "made up")
    slopes = {float(a): float(rng.uniform(30, 60)) for a in (0, 120, 240)}
    return model, slope_pattern(model.grid, slopes, tolerance_deg=3.0, max_benches=4), rng


@given(seeds)
@FEW
def test_every_cone_of_a_pit_is_in_the_pit(seed):
    model, pattern, _ = _ground(seed)
    pit = ultimate_pit(model, block_value_usd(model, ECONOMICS), pattern)
    rock = model["rock_fraction"] > 0
    assert not (pit & ~rock).any()
    assert np.array_equal(fill_cones(pit, model.grid.shape, pattern.offsets) & rock, pit)


@given(seeds)
@FEW
def test_no_cone_and_no_part_of_the_pit_adds_value(seed):
    model, pattern, rng = _ground(seed)
    value = np.rint(block_value_usd(model, ECONOMICS) * 100)
    pit = ultimate_pit(model, value / 100, pattern)
    best = value[pit].sum()
    rock = model["rock_fraction"] > 0
    for i in rng.choice(model.grid.n, 5):
        seed_block = np.zeros(model.grid.n, dtype=bool)
        seed_block[i] = True
        more = pit | (fill_cones(seed_block, model.grid.shape, pattern.offsets) & rock)
        assert value[more].sum() <= best


@given(seeds)
@FEW
def test_shells_nest_and_equal_separate_pits(seed):
    model, pattern, rng = _ground(seed)
    factors = np.cumsum(rng.uniform(0.05, 0.5, 5))
    shell = nested_shells(model, ECONOMICS, pattern, factors)
    before = np.zeros(model.grid.n, dtype=bool)
    for k, factor in enumerate(factors):
        value = block_value_usd(model, ECONOMICS.at_revenue_factor(float(factor)))
        alone = ultimate_pit(model, value, pattern)
        assert not (before & ~alone).any()
        assert np.array_equal((shell >= 0) & (shell <= k), alone)
        before = alone


@given(seeds)
@FEW
def test_a_schedule_keeps_every_tonne_and_every_limit(seed):
    model, pattern, rng = _ground(seed)
    shell = nested_shells(model, ECONOMICS, pattern, [0.6, 1.0, 2.0, 5.0])
    if not (shell >= 0).any():
        return
    units = mining_units(model, shell, ECONOMICS, [0.1, 0.2, 0.4])
    d, t = 4, 12
    scale = units.total_rock_t / t
    mill, mine = rng.uniform(0, 1.5, (d, t)) * scale, rng.uniform(0, 3, (d, t)) * scale
    target = np.where(rng.random((d, t)) < 0.3, rng.uniform(0, 0.01, (d, t)) * scale, np.nan)
    inputs = ScheduleInputs.of(
        ECONOMICS, range(2020, 2020 + t), mill, mine, n_draws=d, overdrive=1.2,
        tonnage_factor=rng.uniform(0.7, 1.3, d), grade_factor=rng.uniform(0.7, 1.3, (d, 4)),
        target_cu_t=target, opening_rock_t=rng.uniform(0, 0.3, d) * units.total_rock_t,
    )  # fmt: skip
    out = schedule(units, units.order(int(rng.integers(0, 6))), inputs)

    room = np.where(np.isnan(target), 1.0, 1.2)
    moved = out.ore_t + out.waste_t
    assert (out.ore_t <= mill * room * (1 + 1e-9)).all()
    assert (moved <= mine * room * (1 + 1e-9)).all()
    held = ~np.isnan(target)
    assert (out.recovered_t[..., 0][held] <= target[held] * (1 + 1e-9) + 1e-9).all()
    assert (out.recovered_t <= out.ore_metal_t * (1 + 1e-12)).all()
    for array in (out.ore_t, out.waste_t, out.recovered_t, out.rock_left_t, out.metal_left_t):
        assert (array >= 0).all()

    total = units.total_rock_t * inputs.tonnage_factor
    tolerance = 1e-12 * total
    left = np.concatenate([out.opening_rock_t[:, None], out.rock_left_t], axis=1)
    assert (np.abs(-np.diff(left, axis=1) - moved) <= tolerance[:, None]).all()
    opened = np.minimum(inputs.opening_rock_t, total)
    assert (np.abs(total - opened - out.opening_rock_t) <= tolerance).all()
    metal = units.total_metal_t * inputs.tonnage_factor[:, None] * inputs.grade_factor
    mined = (out.ore_metal_t + out.waste_metal_t).sum(axis=1)
    gone = out.opening_metal_t - out.metal_left_t[:, -1]
    assert (np.abs(gone - mined) <= 1e-12 * metal + 1e-15).all()


@given(seeds, st.integers(0, 15))
@FEW
def test_units_conserve_the_model_whatever_the_phases(seed, cut):
    model, _, rng = _ground(seed)
    phase = rng.integers(-1, 3, model.grid.n).astype(np.int16)
    tonnes = model.tonnes()
    inside = (phase >= 0) & (tonnes > 0)
    if not inside.any():
        return
    edges = np.unique(rng.random(cut))
    units = mining_units(model, phase, ECONOMICS, edges)
    assert np.isclose(units.total_rock_t, tonnes[inside].sum(), rtol=1e-12, atol=0)
    copper = (tonnes * model["cu_pct"] / 100)[inside].sum()
    assert np.isclose(units.total_metal_t[0], copper, rtol=1e-12, atol=1e-12)
    assert sorted(units.order(2).tolist()) == list(range(units.n))
