"""Slopes by domain: each block's own pattern rules, in phases, repairs and schedules alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import BlockModel, Grid, ModelError
from orefield.pit import ultimate_pit
from orefield.pit.model_problem import model_problem
from orefield.pit.phasing import WorkingRoom, check_phases, minable_phases, repair_phases
from orefield.pit.shells import shells_by_value
from orefield.pit.slopes import slope_domains
from orefield.pit.worth import Worth

SHAPE = (12, 11, 5)


def case(seed):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 10.0, 10.0), SHAPE)
    per_bench = SHAPE[0] * SHAPE[1]
    top = rng.integers(3, 6, per_bench)
    rock = (np.arange(grid.n) // per_bench < np.tile(top, SHAPE[2])).astype(float)
    zone = rng.integers(0, 2, 12)[np.arange(grid.n) % SHAPE[0]]
    model = BlockModel(grid, {"rock_fraction": rock, "density_t_m3": np.full(grid.n, 2.0)})
    slopes = slope_domains(grid, zone, {0: 50.0, 1: 36.0}, max_benches=3)
    value = (rng.gamma(0.7, 3.0, grid.n) - 1.2) * rock
    return model, slopes, value


def needs(model, slopes, block):
    nx, ny, nz = SHAPE
    rock, found, seen, stack = np.asarray(model["rock_fraction"]) > 0, set(), set(), [block]
    while stack:
        i = stack.pop()
        for dx, dy, dz in slopes.patterns[slopes.index[i]].offsets.tolist():
            x, y, z = i % nx + dx, i // nx % ny + dy, i // (nx * ny) + dz
            j = x + nx * (y + ny * z)
            if 0 <= x < nx and 0 <= y < ny and z < nz and j not in seen:
                seen.add(j)
                stack.append(j)
                if rock[j]:
                    found.add(j)
    return found


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_shells_phases_and_lists_keep_every_domain(seed):
    model, slopes, value = case(seed)
    shell = shells_by_value(model, lambda f: value + 1.2 * (f - 1.0), slopes, (0.6, 0.8, 1.0))
    if not (shell >= 0).any():
        return
    reach = {int(b): needs(model, slopes, int(b)) for b in np.flatnonzero(shell >= 0)}
    for b, wanted in reach.items():
        assert all(0 <= shell[j] <= shell[b] for j in wanted)
    names = np.unique(shell[shell >= 0])
    phase = np.where(shell >= 0, np.searchsorted(names, shell), -1)
    design = minable_phases(model, phase, slopes, WorkingRoom(mining_m=20.0, bottom_m=20.0))
    for b in np.flatnonzero(design.phase >= 0):
        assert all(0 <= design.phase[j] <= design.phase[b] for j in reach[int(b)])
    assert check_phases(model, design.phase, slopes) == ()
    pit = shell >= 0
    at = np.flatnonzero(pit)
    worth = Worth(
        ("all",), value[at][None, :, None], np.ones((1, 1)), np.ones((1, 1)), np.ones(1),
        ("mined",), ("mill",), np.ones((len(at), 1), bool),
    )  # fmt: skip
    problem = model_problem(model, pit, slopes, worth).problem
    for i, b in enumerate(at):
        got, stack = set(), [i]
        while stack:
            j = stack.pop()
            for k in problem.needed[problem.start[j] : problem.start[j + 1]].tolist():
                if k not in got:
                    got.add(k)
                    stack.append(k)
        assert {int(at[k]) for k in got} == reach[int(b)]


def test_repair_follows_each_blocks_own_slope():
    model, slopes, _ = case(4)
    rock = np.asarray(model["rock_fraction"]) > 0
    seed = int(np.flatnonzero(rock)[SHAPE[0] * 5 + 6])
    phase = np.full(model.grid.n, -1)
    phase[seed] = 0
    repaired = repair_phases(model, phase, slopes)
    assert set(np.flatnonzero(repaired == 0).tolist()) == {seed, *needs(model, slopes, seed)}


def test_domains_of_another_model_are_refused():
    model, slopes, value = case(0)
    small = BlockModel(Grid((0, 0, 0), (10, 10, 10), (4, 4, 2)), {})
    with pytest.raises(ModelError, match="domains of 660 blocks"):
        check_phases(small, np.zeros(32), slopes)
    assert ultimate_pit(model, value, slopes).shape == (660,)
