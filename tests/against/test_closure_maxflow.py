"""The closure against an independent maximum flow, and against trying every subset."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from orefield.core import Grid
from orefield.kernels.closure import closure_arcs, closure_grid
from orefield.pit import maximum_closure, slope_pattern


def _arcs(shape, pattern, active):
    """Precedence arcs (i, j) of a grid, written out."""
    nx, ny, nz = shape
    iz, iy, ix = np.unravel_index(np.arange(nx * ny * nz), (nz, ny, nx))
    pairs = []
    for dx, dy, dz in pattern.tolist():
        jx, jy, jz = ix + dx, iy + dy, iz + dz
        keep = (jx >= 0) & (jx < nx) & (jy >= 0) & (jy < ny) & (jz < nz)
        src = np.flatnonzero(keep)
        dst = jx[keep] + nx * (jy[keep] + ny * jz[keep])
        both = active[src] & active[dst]
        pairs.append(np.column_stack([src[both], dst[both]]))
    return np.concatenate(pairs)


def _smallest_by_flow(value, arcs):
    """Greatest value and smallest closure: what the source still reaches at maximum flow."""
    n = len(value)
    gain, cost = np.flatnonzero(value > 0), np.flatnonzero(value < 0)
    total = int(value[gain].sum())
    infinite = np.iinfo(np.int32).max
    assert total < infinite
    src = np.concatenate([arcs[:, 0], np.full(len(gain), n), cost])
    dst = np.concatenate([arcs[:, 1], gain, np.full(len(cost), n + 1)])
    cap = np.concatenate([np.full(len(arcs), infinite), value[gain], -value[cost]])
    graph = csr_array((cap.astype(np.int32), (src, dst)), shape=(n + 2, n + 2))
    solved = maximum_flow(graph, n, n + 1, method="dinic")
    left = (graph.astype(np.int64) - solved.flow.astype(np.int64)).tocsr()
    left.data = (left.data > 0).astype(np.int8)
    left.eliminate_zeros()
    reached = breadth_first_order(left, n, return_predecessors=False)
    mask = np.zeros(n, dtype=bool)
    mask[reached[reached < n]] = True
    return total - int(solved.flow_value), mask


def _reduced_model(case):
    """Five unlike deposits, small enough for a general solver. Values in kUSD."""
    shape, size, slopes = {
        "porphyry": ((20, 18, 12), (40.0, 40.0, 30.0), 42.0),
        "tall": ((12, 12, 24), (30.0, 30.0, 15.0), 50.0),
        "flat": ((30, 26, 6), (25.0, 25.0, 10.0), 35.0),
        "sectors": ((18, 20, 12), (30.0, 20.0, 15.0), {0.0: 35.0, 120.0: 48.0, 240.0: 40.0}),
        "hill": ((22, 16, 14), (25.0, 25.0, 15.0), 45.0),
    }[case]
    nx, ny, nz = shape
    rng = np.random.default_rng(sum(map(ord, case)))
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    away = ((x / nx - 0.5) / 0.25) ** 2 + ((y / ny - 0.5) / 0.25) ** 2 + ((z / nz - 0.5) / 0.4) ** 2
    grade = np.exp(-away) * rng.lognormal(0.0, 0.5, away.shape)
    value = np.rint(9000 * grade - 1500 - 40 * (nz - z)).astype(np.int64)
    active = np.ones(value.shape, dtype=bool)
    if case == "hill":
        active = z <= nz - 1 - 0.4 * np.abs(x - 0.3 * nx)
    value = np.where(active, value, 0)
    pattern = slope_pattern(Grid((0, 0, 0), size, shape), slopes).offsets
    return shape, value.ravel(), active.ravel(), pattern


@pytest.mark.parametrize("case", ["porphyry", "tall", "flat", "sectors", "hill"])
def test_reduced_models_equal_maximum_flow(case):
    shape, value, active, pattern = _reduced_model(case)
    arcs = _arcs(shape, pattern, active)
    mask, bound = closure_grid(value, active, shape, pattern)
    best = int(value[mask].sum())
    assert 0.02 < mask.mean() < 0.95, "the case should leave both pit and ground"
    assert best == bound
    by_flow, smallest = _smallest_by_flow(value, arcs)
    assert best == by_flow
    assert np.array_equal(mask, smallest)


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs_equal_maximum_flow(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 300))
    value = rng.integers(-30, 25, n)
    value[rng.random(n) < 0.2] = 0
    count = int(rng.integers(0, 4 * n))
    arcs = rng.integers(0, n, (count, 2))
    arcs = np.unique(arcs[arcs[:, 0] != arcs[:, 1]], axis=0)  # cycles are allowed
    start = np.searchsorted(arcs[:, 0], np.arange(n + 1))
    mask, bound = closure_arcs(value, start, arcs[:, 1].copy())
    assert mask[arcs[mask[arcs[:, 0]], 1]].all()
    best, smallest = _smallest_by_flow(value, arcs)
    assert int(value[mask].sum()) == bound == best
    assert np.array_equal(mask, smallest)


@given(
    value=st.lists(st.integers(-6, 6), min_size=1, max_size=9),
    bits=st.integers(0, 2**36 - 1),
)
@settings(max_examples=150, deadline=None)
def test_tiny_graphs_equal_trying_every_subset(value, bits):
    n = len(value)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    arcs = [p for k, p in enumerate(pairs) if bits >> k & 1]
    closures = [
        set(s)
        for s in ([i for i in range(n) if c[i]] for c in product((0, 1), repeat=n))
        if all(j in s for i, j in arcs if i in s)
    ]
    best = max(sum(value[i] for i in s) for s in closures)
    smallest = set.intersection(*[s for s in closures if sum(value[i] for i in s) == best])
    start = np.cumsum([0] + [sum(i == a for a, _ in arcs) for i in range(n)])
    needed = np.array([j for _, j in sorted(arcs)], dtype=np.int64)
    mask = maximum_closure(np.array(value, dtype=np.int64), start.astype(np.int64), needed)
    assert set(np.flatnonzero(mask).tolist()) == smallest


@pytest.mark.parametrize("seed", range(8))
def test_grid_and_list_of_arcs_agree(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(int(v) for v in rng.integers(1, 9, 3))
    n = int(np.prod(shape))
    value = rng.integers(-20, 22, n)
    active = rng.random(n) < 0.9
    m = int(rng.integers(1, 8))
    pattern = np.column_stack([rng.integers(-3, 4, (m, 2)), rng.integers(1, 4, m)])
    pattern = pattern.astype(np.int32)
    arcs = _arcs(shape, pattern, active)
    arcs = arcs[np.lexsort((arcs[:, 1], arcs[:, 0]))]
    start = np.searchsorted(arcs[:, 0], np.arange(n + 1))
    on_grid, bound = closure_grid(value, active, shape, pattern)
    listed, listed_bound = closure_arcs(np.where(active, value, 0), start, arcs[:, 1].copy())
    assert bound == listed_bound
    assert np.array_equal(on_grid, listed)
