"""Closures under what must not matter: numbering, order of arcs, layout, free ground."""

import numpy as np
import pytest

from orefield.kernels.closure import closure_arcs, closure_domains, closure_grid
from orefield.kernels.cones import lists_on_grid
from orefield.kernels.sequencing import from_the_top


def _lists(seed, most=400):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most))
    pairs = np.sort(rng.integers(0, n, (3 * n, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)[:, ::-1]
    return rng, n, pairs, rng.integers(-40, 30, n)


def _solve(value, pairs):
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    start = np.searchsorted(pairs[order, 0], np.arange(len(value) + 1)).astype(np.int64)
    return closure_arcs(value, start, pairs[order, 1].copy())


@pytest.mark.parametrize("seed", range(12))
def test_numbers_of_blocks_do_not_matter(seed):
    rng, n, pairs, value = _lists(seed)
    mask, bound = _solve(value, pairs)
    number = rng.permutation(n)
    moved = np.empty(n, dtype=np.int64)
    moved[number] = value
    other, same = _solve(moved, number[pairs])
    assert same == bound
    assert np.array_equal(other[number], mask)


@pytest.mark.parametrize("seed", range(12))
def test_small_numbers_leave_arcs_without_flow_and_the_closure_smallest(seed):
    # values of -1, 0, 1: ties everywhere
    rng, n, pairs, _ = _lists(seed, most=60)
    value = rng.integers(-1, 2, n)
    mask, bound = _solve(value, pairs)
    assert mask[pairs[mask[pairs[:, 0]], 1]].all()
    assert int(value[mask].sum()) == bound
    # smallest: a unit of cost more, spread over the members, leaves no member that is idle
    slack = value * (n + 1) - 1
    strict, _ = _solve(slack, pairs)
    assert np.array_equal(strict, mask)


@pytest.mark.parametrize("seed", range(6))
def test_an_order_from_the_top_puts_needs_first(seed):
    _, n, pairs, _ = _lists(seed)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    start = np.searchsorted(pairs[:, 0], np.arange(n + 1)).astype(np.int64)
    order, level, begin, below, sound = from_the_top(start, pairs[:, 1].astype(np.int32))
    place = np.empty(n, dtype=int)
    place[order] = np.arange(n)
    assert sound == n
    assert (place[pairs[:, 1]] < place[pairs[:, 0]]).all()
    assert (level[pairs[:, 1]] < level[pairs[:, 0]]).all()
    turned = np.column_stack([below, np.repeat(np.arange(n), np.diff(begin))])
    assert np.array_equal(turned[np.lexsort((turned[:, 1], turned[:, 0]))], pairs)


def test_blocks_on_and_under_a_circle_are_told():
    # 0 -> 1 -> 2 -> 0 is a circle, 3 needs it, 4 does not
    start = np.array([0, 1, 2, 3, 4, 4], dtype=np.int64)
    order, _, _, _, sound = from_the_top(start, np.array([1, 2, 0, 2], dtype=np.int32))
    assert sound == 1
    assert order[0] == 4


def _grid(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(int(v) for v in rng.integers(1, 10, 3))
    n = int(np.prod(shape))
    patterns, begin = [], [0]
    for _ in range(int(rng.integers(1, 5))):
        m = int(rng.integers(1, 6))
        patterns.append(np.column_stack([rng.integers(-3, 4, (m, 2)), rng.integers(1, 4, m)]))
        begin.append(begin[-1] + m)
    domain = rng.integers(0, len(patterns), n).astype(np.uint8)
    offsets = np.concatenate(patterns).astype(np.int32)
    return rng, shape, n, offsets, np.array(begin, dtype=np.int64), domain


def _by_hand(shape, offsets, begin, domain, active):
    """Arcs of a grid with domains, written out one by one."""
    nx, ny, nz = shape
    pairs = []
    for i in np.flatnonzero(active).tolist():
        x, y, z = i % nx, i // nx % ny, i // (nx * ny)
        p = domain[i]
        for dx, dy, dz in offsets[begin[p] : begin[p + 1]].tolist():
            a, b, c = x + dx, y + dy, z + dz
            if 0 <= a < nx and 0 <= b < ny and c < nz and active[a + nx * (b + ny * c)]:
                pairs.append((i, a + nx * (b + ny * c)))
    return np.unique(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=0)


@pytest.mark.parametrize("seed", range(15))
def test_domains_on_a_grid_equal_their_arcs_written_out(seed):
    rng, shape, n, offsets, begin, domain = _grid(seed)
    value = rng.integers(-20, 22, n)
    active = rng.random(n) < 0.9
    mask, bound = closure_domains(value, active, shape, offsets, begin, domain)
    listed, same = _solve(
        np.where(active, value, 0), _by_hand(shape, offsets, begin, domain, active)
    )
    assert bound == same
    assert np.array_equal(mask, listed)
    block, start, needed = lists_on_grid(active, shape, offsets, begin, domain)
    thin, thin_bound = closure_arcs(value[block], start, needed)
    assert thin_bound == bound
    assert np.array_equal(np.sort(block[thin]), np.flatnonzero(mask))


@pytest.mark.parametrize("seed", range(6))
def test_one_domain_everywhere_is_the_single_pattern(seed):
    rng, shape, n, offsets, begin, _ = _grid(seed)
    value, active = rng.integers(-20, 22, n), rng.random(n) < 0.9
    one = offsets[: begin[1]]
    domain = np.zeros(n, dtype=np.uint8)
    mask, bound = closure_domains(value, active, shape, offsets, begin, domain)
    plain, same = closure_grid(value, active, shape, one)
    assert bound == same
    assert np.array_equal(mask, plain)


def test_all_ore_and_no_ore():
    shape, pattern = (9, 8, 7), np.array([[0, 0, 1], [1, 0, 1], [-1, 0, 2]], dtype=np.int32)
    n = 9 * 8 * 7
    active = np.ones(n, dtype=bool)
    mask, bound = closure_grid(np.full(n, 3), active, shape, pattern)
    assert mask.all()
    assert bound == 3 * n
    mask, bound = closure_grid(np.full(n, -3), active, shape, pattern)
    assert not mask.any()
    assert bound == 0
    assert not closure_grid(np.zeros(n, dtype=np.int64), active, shape, pattern)[0].any()
