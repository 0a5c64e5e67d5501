"""A planner's own phases: what breaks the slopes is found, and repaired by pulling it in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import slope_pattern
from orefield.pit.phasing import check_phases, repair_phases, slope_with_ramps

SHAPE = (6, 5, 4)


def model(seed):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), SHAPE)
    top = rng.integers(1, 5, SHAPE[0] * SHAPE[1])
    bench = np.arange(grid.n) // (SHAPE[0] * SHAPE[1])
    rock = (bench < np.tile(top, SHAPE[2])).astype(float)
    return BlockModel(grid, {"rock_fraction": rock}), rng


def needs(model, pattern, block):
    """Every rock block that ``block`` needs, by walking, through air too."""
    nx, ny, nz = model.grid.shape
    rock, found, seen, stack = np.asarray(model["rock_fraction"]) > 0, set(), set(), [block]
    while stack:
        i = stack.pop()
        for dx, dy, dz in pattern.offsets.tolist():
            x, y, z = i % nx + dx, i // nx % ny + dy, i // (nx * ny) + dz
            j = x + nx * (y + ny * z)
            if 0 <= x < nx and 0 <= y < ny and z < nz and j not in seen:
                seen.add(j)
                stack.append(j)
                if rock[j]:
                    found.add(j)
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_violations_are_those_that_walking_finds(seed):
    m, rng = model(seed)
    pattern = slope_pattern(m.grid, 45.0, max_benches=3)
    phase = rng.integers(-1, 3, m.grid.n)
    rock = np.asarray(m["rock_fraction"]) > 0
    late = np.where(phase < 0, 99, phase)
    reach = {int(b): needs(m, pattern, int(b)) for b in np.flatnonzero(rock)}
    wanted = {}
    for block in np.flatnonzero(rock & (phase >= 0)):
        worst = max((late[j] for j in reach[int(block)]), default=-1)
        if worst > phase[block]:
            wanted[int(block)] = int(worst)
    found = check_phases(m, phase, pattern)
    assert [v.block for v in found] == sorted(wanted)
    for v in found:
        assert v.phase == phase[v.block]
        assert v.needed in reach[v.block]
        assert (99 if v.needed_phase < 0 else v.needed_phase) == wanted[v.block]
    repaired = repair_phases(m, phase, pattern)
    assert check_phases(m, repaired, pattern) == ()
    inside = rock & (phase >= 0)
    # nothing is put off, and only what is needed is brought forward
    assert (repaired[inside] >= 0).all()
    assert (repaired[inside] <= phase[inside]).all()
    for block in np.flatnonzero(repaired >= 0):
        users = [i for i in np.flatnonzero(inside) if block in reach[int(i)]]
        reasons = [int(phase[i]) for i in users] + ([int(phase[block])] if inside[block] else [])
        assert repaired[block] == min(reasons)


def test_phases_as_other_packages_write_them():
    m, _ = model(1)
    pattern = slope_pattern(m.grid, 45.0)
    for bad in (np.full(m.grid.n, 0.5), np.full(m.grid.n, 1e6)):
        with pytest.raises(ModelError, match="no phase"):
            check_phases(m, bad, pattern)
    with pytest.raises(ModelError, match="no block"):
        repair_phases(m, np.full(m.grid.n, -1.0), pattern)
    with pytest.raises(ModelError, match="phases for a model"):
        check_phases(m, np.zeros(3), pattern)


def test_a_ramp_flattens_the_wall_by_its_width():
    # 300 m at 50 degrees is 251.7 m back; two crossings of 30 m make it 311.7
    found = slope_with_ramps(50.0, wall_height_m=300.0, ramp_m=30.0, crossings=2)
    assert found == pytest.approx(
        math.degrees(math.atan2(300.0, 300.0 / math.tan(math.radians(50.0)) + 60.0))
    )
    assert found == pytest.approx(43.90, abs=0.01)
    assert slope_with_ramps(50.0, wall_height_m=300.0, ramp_m=30.0, crossings=0) == pytest.approx(
        50.0
    )
    for bad in ({"inter_ramp_deg": 95.0}, {"wall_height_m": 0.0}, {"ramp_m": -1.0}):
        given = {
            "inter_ramp_deg": 50.0,
            "wall_height_m": 10.0,
            "ramp_m": 1.0,
            "crossings": 1.0,
            **bad,
        }
        with pytest.raises(ModelError):
            slope_with_ramps(given.pop("inter_ramp_deg"), **given)
