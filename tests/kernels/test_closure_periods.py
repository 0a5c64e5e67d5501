"""Closures over periods: against the graph written out, from any start."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from orefield.kernels.closure import closure_arcs
from orefield.kernels.closure_periods import closure_periods, periods_state


def _problem(seed, most=40):
    """Random blocks, each needing some of smaller number, and earliest periods that fit."""
    rng = np.random.default_rng(seed)
    n, periods = int(rng.integers(1, most)), int(rng.integers(1, 6))
    pairs = np.sort(rng.integers(0, n, (int(rng.integers(0, 4 * n)), 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)[:, ::-1]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    start = np.searchsorted(pairs[:, 0], np.arange(n + 1)).astype(np.int64)
    needed = pairs[:, 1].astype(np.int32)
    earliest = rng.integers(0, periods, n).astype(np.int32)
    for b in range(n):
        earliest[b] = max([earliest[b], *earliest[needed[start[b] : start[b + 1]]]])
    return rng, periods, n, start, needed, earliest


def _written_out(periods, n, start, needed, earliest):
    """Every arc of the graph of periods and blocks, as pairs of node numbers."""
    block = np.repeat(np.arange(n), np.diff(start))
    pairs = []
    for t in range(periods):
        on = earliest[block] <= t
        pairs.append(np.column_stack([t * n + block[on], t * n + needed[on]]))
        if t < periods - 1:
            b = np.flatnonzero(earliest <= t)
            pairs.append(np.column_stack([t * n + b, (t + 1) * n + b]))
    arcs = np.concatenate(pairs)
    return arcs[np.lexsort((arcs[:, 1], arcs[:, 0]))]


def _flow_value(value, arcs):
    n = len(value)
    gain, cost = np.flatnonzero(value > 0), np.flatnonzero(value < 0)
    src = np.concatenate([arcs[:, 0], np.full(len(gain), n), cost])
    dst = np.concatenate([arcs[:, 1], gain, np.full(len(cost), n + 1)])
    most = np.full(len(arcs), np.iinfo(np.int32).max)
    cap = np.concatenate([most, value[gain], -value[cost]]).astype(np.int32)
    graph = csr_array((cap, (src, dst)), shape=(n + 2, n + 2))
    return int(value[gain].sum()) - int(maximum_flow(graph, n, n + 1).flow_value)


@pytest.mark.parametrize("seed", range(40))
def test_each_call_of_a_sequence_equals_the_graph_written_out(seed):
    rng, periods, n, start, needed, earliest = _problem(seed)
    arcs = _written_out(periods, n, start, needed, earliest)
    begin = np.searchsorted(arcs[:, 0], np.arange(periods * n + 1)).astype(np.int64)
    out = np.arange(periods)[:, None] < earliest
    state = periods_state(periods, n)
    value = rng.integers(-30, 25, (periods, n))
    for _ in range(6):
        mask, bound = closure_periods(value, start, needed, earliest, state)
        asked = np.where(out, 0, value).ravel()
        whole, whole_bound = closure_arcs(asked, begin, arcs[:, 1].copy())
        assert not mask[out].any()
        assert int(value[mask].sum()) == bound == whole_bound == _flow_value(asked, arcs)
        assert np.array_equal(mask.ravel(), whole)
        # some values a lot, most a little: as multipliers change
        value = value + rng.integers(-8, 9, (periods, n)) * (rng.random((periods, n)) < 0.5)
        value[:, 0] += rng.integers(-200, 200)


@pytest.mark.parametrize("seed", range(6))
def test_a_warm_start_forgets_values_that_went_and_came_back(seed):
    rng, periods, n, start, needed, earliest = _problem(seed, most=300)
    state = periods_state(periods, n)
    value = rng.integers(-(10**12), 10**12, (periods, n))
    first, bound = closure_periods(value, start, needed, earliest, state)
    nothing, zero = closure_periods(-np.abs(value), start, needed, earliest, state)
    again, same = closure_periods(value, start, needed, earliest, state)
    assert not nothing.any()
    assert zero == 0
    assert same == bound
    assert np.array_equal(again, first)


def test_once_mined_a_block_stays_mined_and_needs_are_met_in_every_period():
    rng, periods, n, start, needed, earliest = _problem(7, most=200)
    value = rng.integers(-20, 25, (periods, n))
    mask, _ = closure_periods(value, start, needed, earliest, periods_state(periods, n))
    assert mask.any()
    assert (mask[1:] >= mask[:-1]).all()
    block = np.repeat(np.arange(n), np.diff(start))
    assert (mask[:, needed] >= mask[:, block]).all()


def test_one_period_is_the_plain_closure():
    rng, _, n, start, needed, _ = _problem(11, most=200)
    value = rng.integers(-20, 25, (1, n))
    earliest = np.zeros(n, dtype=np.int32)
    mask, bound = closure_periods(value, start, needed, earliest, periods_state(1, n))
    plain, same = closure_arcs(value[0], start, needed)
    assert bound == same
    assert np.array_equal(mask[0], plain)


@pytest.mark.parametrize("seed", range(60))
def test_ties_leave_arcs_without_flow_and_the_closure_smallest(seed):
    """Values of a few units: the trees of a warm start then do not show the closure themselves."""
    rng, periods, n, start, needed, earliest = _problem(seed)
    earliest *= seed % 2
    arcs = _written_out(periods, n, start, needed, earliest)
    begin = np.searchsorted(arcs[:, 0], np.arange(periods * n + 1)).astype(np.int64)
    out = np.arange(periods)[:, None] < earliest
    state = periods_state(periods, n)
    for _ in range(5):
        value = np.where(out, 0, rng.integers(-2, 3, (periods, n)))
        mask, bound = closure_periods(value, start, needed, earliest, state)
        assert int(value[mask].sum()) == bound == _flow_value(value.ravel(), arcs)
        # a unit of cost, spread over all nodes, leaves no member that earns nothing
        strict, _ = closure_arcs(value.ravel() * (value.size + 1) - 1, begin, arcs[:, 1])
        assert np.array_equal(mask.ravel(), strict & ~out.ravel())
