"""Phases with room: closed, nested, wide enough on every bench, and no dearer than need be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from orefield.core import BlockModel, Grid, ModelError
from orefield.kernels.morphology import open_benches
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.phasing import (
    WorkingRoom,
    element,
    minable_limit,
    minable_phases,
    narrow_parts,
)
from orefield.pit.phasing.precedence import Precedence


def made(seed, shape=(16, 15, 7), size=(10.0, 10.0, 10.0), hill=False):
    rng = np.random.default_rng(seed)
    grid = Grid((0.0, 0.0, 0.0), size, shape)
    nx, ny, nz = shape
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    away = (x - nx / 2) ** 2 + (y - ny / 2) ** 2
    value = 60.0 * np.exp(-away / 14.0) * rng.lognormal(0, 0.9, away.shape) - 7.0
    rock = np.ones(grid.n)
    if hill:
        rock = (z <= nz - 1 - x // 5).astype(float).ravel()
    fields = {"density_t_m3": np.full(grid.n, 2.5), "rock_fraction": rock}
    model = BlockModel(grid, fields)
    return model, np.where(rock > 0, value.ravel(), 0.0)


def phases(model, value, pattern, thresholds=(25.0, 9.0, 0.0)):
    phase = np.full(model.grid.n, -1, np.int16)
    for p, off in enumerate(thresholds):
        pit = ultimate_pit(model, value - off, pattern)
        phase[pit & (phase < 0)] = p
    # dearer pits nest inside cheaper ones
    names = np.unique(phase[phase >= 0])
    phase[phase >= 0] = np.searchsorted(names, phase[phase >= 0])
    return phase


def closed(model, inside, pattern):
    """Checked by walking, not by the kernels: what air stands in front of counts too."""
    nx, ny, nz = model.grid.shape
    rock = np.asarray(model["rock_fraction"]) > 0
    for block in np.flatnonzero(inside):
        stack, seen = [int(block)], set()
        while stack:
            i = stack.pop()
            for dx, dy, dz in pattern.offsets.tolist():
                x, y, z = i % nx + dx, i // nx % ny + dy, i // (nx * ny) + dz
                if not (0 <= x < nx and 0 <= y < ny and z < nz):
                    continue
                j = x + nx * (y + ny * z)
                if rock[j]:
                    if not inside[j]:
                        return False
                elif j not in seen:
                    seen.add(j)
                    stack.append(j)
    return True


@pytest.mark.parametrize("shape", ["square", "disk"])
@pytest.mark.parametrize("seed", range(4))
def test_openings_are_those_of_scipy(seed, shape):
    rng = np.random.default_rng(seed)
    grid = Grid((0, 0, 0), (10.0, 12.0, 5.0), (14, 13, 3))
    region = rng.random(grid.n) < 0.8
    fit = element(grid, 30.0, shape)
    found = open_benches(region, np.zeros(grid.n, bool), grid.shape, fit)
    structure = np.zeros(fit.max(axis=0)[::-1] + 1, bool)
    structure[fit[:, 1], fit[:, 0]] = True
    for got, layer in zip(found.reshape(3, 13, 14), region.reshape(3, 13, 14), strict=True):
        # scipy's erosion and dilation, with the element's own corner as its origin
        fits = ndimage.correlate(layer.astype(int), structure.astype(int), mode="constant")
        centre = tuple(s // 2 for s in structure.shape)
        covered = np.zeros_like(layer)
        for cy, cx in np.argwhere(fits == structure.sum()):
            y, x = cy - centre[0], cx - centre[1]
            covered[y : y + structure.shape[0], x : x + structure.shape[1]] |= structure
        np.testing.assert_array_equal(got, covered)
        if structure.all() and structure.shape[0] % 2 and structure.shape[1] % 2:
            np.testing.assert_array_equal(got, ndimage.binary_opening(layer, structure))


def test_air_is_room_but_not_what_is_worked():
    grid = Grid((0, 0, 0), (10.0, 10.0, 5.0), (4, 3, 1))
    region = np.zeros(12, bool)
    region[[0, 4, 8]] = True
    fit = element(grid, 20.0)
    assert not open_benches(region, np.zeros(12, bool), grid.shape, fit).any()
    air = np.zeros(12, bool)
    air[[1, 5, 9]] = True
    np.testing.assert_array_equal(open_benches(region, air, grid.shape, fit), region)


def test_widths_are_rounded_up_to_blocks():
    grid = Grid((0, 0, 0), (20.0, 15.0, 5.0), (9, 9, 1))
    assert element(grid, 0.0).tolist() == [[0, 0]]
    assert element(grid, 45.0).max(axis=0).tolist() == [2, 2]
    assert element(grid, 40.0).max(axis=0).tolist() == [1, 2]
    with pytest.raises(ModelError, match="more than"):
        element(grid, 400.0)


@pytest.mark.parametrize("hill", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_largest_minable_part_is_the_largest(seed, hill):
    """Against the definition: no closed union of elements in the pit holds another block."""
    model, value = made(seed, (9, 8, 4), hill=hill)
    pattern = slope_pattern(model.grid, 45.0, max_benches=3)
    pit = ultimate_pit(model, value, pattern)
    room = WorkingRoom(bottom_m=30.0)
    found = minable_limit(model, pit, pattern, room)
    ways = Precedence.of(model, pattern)
    fit = room.at_bottom(model.grid)
    nx, ny, nz = model.grid.shape
    # by definition, a block can stay when some element over it has its whole cone in the pit,
    # and every bench of what stays is a union of elements that stay
    possible = pit.copy()
    while True:
        kept = np.zeros(model.grid.n, bool)
        for z, y, x in itertools.product(range(nz), range(ny - 2), range(nx - 2)):
            cells = np.array([x + i + nx * (y + j + ny * z) for i, j in fit.tolist()])
            if (possible | ways.air)[cells].all() and possible[cells].any():
                square = np.zeros(model.grid.n, bool)
                square[cells] = True
                cone = ways.hull(square & ~ways.air)
                if not (cone & ~possible).any():
                    kept[cells] = True
        kept &= ~ways.air
        if np.array_equal(kept, possible):
            break
        possible = kept
    np.testing.assert_array_equal(found, possible)
    assert closed(model, found, pattern)


@pytest.mark.parametrize("hill", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_phases_nest_are_closed_and_have_room(seed, hill):
    model, value = made(seed, hill=hill)
    pattern = slope_pattern(model.grid, 45.0, max_benches=3)
    before = phases(model, value, pattern)
    room = WorkingRoom(mining_m=30.0, bottom_m=30.0, smallest_m2=1000.0)
    design = minable_phases(model, before, pattern, room, value_usd=value)
    phase = design.phase
    assert phase.max() >= 0
    assert sorted(set(phase[phase >= 0].tolist())) == list(range(int(phase.max()) + 1))
    for p in range(int(phase.max()) + 1):
        assert closed(model, (phase >= 0) & (phase <= p), pattern)
    ways = Precedence.of(model, pattern)
    square = element(model.grid, 30.0)
    excused = sum(n.blocks for n in design.narrow if n.between)
    tight = 0
    for p in range(int(phase.max()) + 1):
        ring = phase == p
        tight += int((ring & ~open_benches(ring, ways.air, model.grid.shape, square)).sum())
    assert tight == excused
    tonnes = model.tonnes()
    assert design.tonnes.sum() == pytest.approx(tonnes[phase >= 0].sum())
    assert design.tonnes_before.sum() == pytest.approx(tonnes[before >= 0].sum())
    assert design.tonnes.sum() == pytest.approx(
        design.tonnes_before.sum() - design.left_t + design.added_t
    )
    assert design.value == pytest.approx(value[phase >= 0].sum())
    assert design.value_before == pytest.approx(value[before >= 0].sum())
    # the pit given was of greatest value: widths can only cost
    assert design.value <= design.value_before + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([20.0, 30.0, 40.0]), st.sampled_from([0.0, 20.0]))
def test_on_open_ground_nothing_has_to_be_excused(seed, width, bottom):
    # far from the border of the grid one pattern leaves no exception
    model, value = made(seed, (34, 34, 5))
    pattern = slope_pattern(model.grid, 45.0, max_benches=3)
    before = phases(model, value, pattern)
    pit = before.reshape(5, 34, 34) >= 0
    assume(
        not (pit[:, :3].any() or pit[:, -3:].any() or pit[:, :, :3].any() or pit[:, :, -3:].any())
    )
    room = WorkingRoom(mining_m=width, bottom_m=max(width, bottom))
    design = minable_phases(model, before, pattern, room, value_usd=value)
    assert design.narrow == ()


def test_no_width_changes_nothing():
    model, value = made(3)
    pattern = slope_pattern(model.grid, 45.0)
    before = phases(model, value, pattern)
    design = minable_phases(model, before, pattern, WorkingRoom(), value_usd=value)
    np.testing.assert_array_equal(design.phase, before)
    assert design.value == design.value_before
    assert (design.moved_t, design.left_t, design.added_t) == (0.0, 0.0, 0.0)
    assert design.narrow == ()


def test_a_limit_that_is_kept_reports_its_narrow_bottom():
    model, value = made(1)
    pattern = slope_pattern(model.grid, 45.0)
    before = phases(model, value, pattern)
    room = WorkingRoom(bottom_m=40.0)
    narrow = narrow_parts(model, before, pattern, room)
    assert any(not part.between for part in narrow)
    design = minable_phases(model, before, pattern, room, keep_limit=True)
    np.testing.assert_array_equal(design.phase >= 0, before >= 0)
    assert np.isnan(design.value)
    freed = minable_phases(model, before, pattern, room)
    assert len(freed.narrow) < len(design.narrow)


def test_values_win_back_what_pays():
    model, value = made(2)
    pattern = slope_pattern(model.grid, 45.0)
    pit = ultimate_pit(model, value, pattern)
    room = WorkingRoom(bottom_m=40.0)
    without = minable_limit(model, pit, pattern, room)
    won = minable_limit(model, pit, pattern, room, value_usd=value)
    assert not (without & ~won).any()
    assert value[won].sum() >= value[without].sum()
    assert value[won].sum() <= value[pit].sum() + 1e-6


def test_a_ramp_asks_for_its_width_between_walls():
    model, _ = made(0)
    alone = WorkingRoom(mining_m=20.0).between(model.grid)
    with_ramp = WorkingRoom(mining_m=20.0, ramp_m=25.0).between(model.grid)
    assert (len(alone), len(with_ramp)) == (4, 25)


def test_faults_are_told():
    model, value = made(0)
    pattern = slope_pattern(model.grid, 45.0)
    room = WorkingRoom(mining_m=20.0)
    lonely = np.full(model.grid.n, -1)
    lonely[model.grid.index(8, 8, 0)] = 0
    with pytest.raises(ModelError, match="not closed"):
        minable_phases(model, lonely, pattern, room)
    with pytest.raises(ModelError, match="no phase"):
        minable_phases(model, np.full(model.grid.n, -1), pattern, room)
    with pytest.raises(ModelError, match="shape"):
        minable_phases(model, np.zeros(3, int), pattern, room)
    pit = ultimate_pit(model, value, pattern)
    with pytest.raises(ModelError, match="shape"):
        minable_limit(model, pit, pattern, room, value_usd=np.zeros(4))
    for bad in ({"mining_m": -1.0}, {"bottom_m": float("nan")}, {"shape": "hexagon"}):
        with pytest.raises(ModelError):
            WorkingRoom(**bad)
