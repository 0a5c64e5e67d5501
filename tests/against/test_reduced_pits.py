"""Ultimate pits of five reduced deposits against a maximum flow on written-out arcs."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from orefield import deposit, pit
from orefield.pipeline.asset_inputs import asset_inputs
from orefield.study import open_study

ASSETS = ("julong", "duobaoshan", "zijinshan", "jiama", "wunugetushan")
BLOCKS = 4000
BENCH_M = 90.0
"""So high that blocks are about as wide as high, and a slope spreads over several of them."""

LARGEST = np.iinfo(np.int32).max


@pytest.fixture(scope="module")
def study():
    return open_study("china-copper")


def _reduced(study, asset):
    """Grid, rock, values in whole units, and the slope pattern of a coarse stand-in."""
    inputs = asset_inputs(study, study.parameters, asset)
    spec = dataclasses.replace(inputs.geology, target_blocks=BLOCKS, bench_height_m=BENCH_M)
    model = deposit.stand_in(spec, seed=7)
    assert 0.4 * BLOCKS < model.grid.n < 2.5 * BLOCKS
    usd = pit.block_value_usd(model, inputs.economics)
    # the general solver counts in 32 bits: units so large that all values together fit
    unit_usd = np.abs(usd).sum() / 1e8
    value = np.rint(usd / unit_usd).astype(np.int64)
    return model, value, pit.slope_pattern(model.grid, inputs.slope_deg)


def _arcs(grid, offsets, rock):
    """Every precedence (block, block above it that must go first), one by one."""
    nx, ny, nz = grid.shape
    at = {i: (i % nx, i // nx % ny, i // (nx * ny)) for i in np.flatnonzero(rock).tolist()}
    arcs = []
    for i, (x, y, z) in at.items():
        for dx, dy, dz in offsets.tolist():
            a, b, c = x + dx, y + dy, z + dz
            if 0 <= a < nx and 0 <= b < ny and 0 <= c < nz:
                j = a + nx * (b + ny * c)
                if j in at:
                    arcs.append((i, j))
    return np.array(arcs)


def _maximum_flow(value, arcs):
    """Value and smallest closure: what the source still reaches when the flow is greatest."""
    n = len(value)
    gain, cost = np.flatnonzero(value > 0), np.flatnonzero(value < 0)
    src = np.concatenate([arcs[:, 0], np.full(len(gain), n), cost])
    dst = np.concatenate([arcs[:, 1], gain, np.full(len(cost), n + 1)])
    capacity = np.concatenate([np.full(len(arcs), LARGEST), value[gain], -value[cost]])
    graph = csr_array((capacity.astype(np.int32), (src, dst)), shape=(n + 2, n + 2))
    solved = maximum_flow(graph, n, n + 1, method="dinic")
    left = (graph.astype(np.int64) - solved.flow.astype(np.int64)).tocsr()
    left.data = (left.data > 0).astype(np.int8)
    left.eliminate_zeros()
    reached = breadth_first_order(left, n, return_predecessors=False)
    closure = np.zeros(n, dtype=bool)
    closure[reached[reached < n]] = True
    return int(value[gain].sum()) - int(solved.flow_value), closure


@pytest.mark.parametrize("asset", ASSETS)
def test_the_ultimate_pit_equals_a_maximum_flow(study, asset):
    model, value, pattern = _reduced(study, asset)
    rock = np.asarray(model["rock_fraction"]) > 0
    value = np.where(rock, value, 0)
    arcs = _arcs(model.grid, pattern.offsets, rock)
    assert len(pattern.offsets) >= 9
    assert len(arcs) > 5 * rock.sum()
    best, smallest = _maximum_flow(value, arcs)
    # values reach the solver in cents: hundredths of a unit make each value whole
    found = pit.ultimate_pit(model, value / 100, pattern)
    assert best > 0
    assert 0.02 < found[rock].mean() < 0.98, "there should be a pit, and ground around it"
    assert int(value[found].sum()) == best
    assert np.array_equal(found, smallest)


def test_in_cents_the_pit_is_worth_at_least_any_other(study):
    """The full values, beyond 32 bits: the pit in coarse units is worth no more."""
    model, value, pattern = _reduced(study, "zijinshan")
    usd = pit.block_value_usd(model, asset_inputs(study, study.parameters, "zijinshan").economics)
    exact = pit.ultimate_pit(model, usd, pattern)
    coarse = pit.ultimate_pit(model, value / 100, pattern)
    assert usd[exact].sum() >= usd[coarse].sum() - 0.01 * model.grid.n
    assert usd[exact].sum() > 0
