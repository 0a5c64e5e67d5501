"""Orders, earliest periods and sub-graphs against sets and scipy's reachability."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.kernels.sequencing import (
    earliest_periods,
    reverse_arcs,
    rise_along,
    sub_graph,
    topological_order,
    without_implied,
)

NO_BUDGET = 10**9


def lists_of(n, arcs):
    """Arrays (start, needed) of pairs (block, block it needs)."""
    start = np.zeros(n + 1, np.int64)
    for block, _ in arcs:
        start[block + 1] += 1
    return np.cumsum(start), np.array([a for _, a in sorted(arcs)], np.int32)


def pairs_of(start, needed):
    return [(b, int(a)) for b in range(len(start) - 1) for a in needed[start[b] : start[b + 1]]]


def cones_of(n, arcs):
    """What each block needs, directly or not, and itself; arcs without a cycle."""
    out = [{b} for b in range(n)]
    for _ in range(n):
        for b, a in arcs:
            out[b] |= out[a]
    return out


@st.composite
def graphs(draw, most=9, duplicates=True):
    n = draw(st.integers(1, most))
    pairs = list(itertools.combinations(range(n), 2))
    number = draw(st.permutations(range(n)))
    some = st.lists(st.sampled_from(pairs), unique=not duplicates, max_size=2 * n)
    return n, [(number[b], number[a]) for a, b in draw(some)] if pairs else []


@given(graph=graphs())
def test_reverse_arcs_are_the_arcs_turned_round(graph):
    n, arcs = graph
    begin, after = reverse_arcs(*lists_of(n, arcs))
    assert sorted(pairs_of(begin, after)) == sorted((a, b) for b, a in arcs)


@given(graph=graphs())
def test_order_has_each_block_after_all_it_needs(graph):
    n, arcs = graph
    order = topological_order(*lists_of(n, arcs)).tolist()
    assert sorted(order) == list(range(n))
    place = {b: k for k, b in enumerate(order)}
    assert all(place[a] < place[b] for b, a in arcs)


def test_order_leaves_out_a_cycle_and_what_waits_for_it():
    order = topological_order(*lists_of(6, [(1, 0), (2, 3), (3, 4), (4, 2), (5, 4)]))
    assert sorted(order.tolist()) == [0, 1]
    assert topological_order(*lists_of(1, [(0, 0)])).size == 0
    assert topological_order(*lists_of(0, [])).size == 0


@given(graph=graphs(), data=st.data())
def test_sub_graph_keeps_the_arcs_between_kept_blocks(graph, data):
    n, arcs = graph
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    start, needed, old = sub_graph(keep, *lists_of(n, arcs))
    assert old.tolist() == np.flatnonzero(keep).tolist()
    renamed = [(int(old[b]), int(old[a])) for b, a in pairs_of(start, needed)]
    assert sorted(renamed) == sorted((b, a) for b, a in arcs if keep[b] and keep[a])


@given(graph=graphs())
def test_without_implied_keeps_reachability(graph):
    n, arcs = graph
    kept = pairs_of(*without_implied(*lists_of(n, arcs)))
    assert cones_of(n, kept) == cones_of(n, arcs)
    assert len(set(kept)) == len(kept)
    assert set(kept) <= set(arcs)


def test_without_implied_drops_what_follows_from_two_others():
    assert pairs_of(*without_implied(*lists_of(3, [(2, 1), (2, 0), (1, 0), (2, 1)]))) == [
        (1, 0),
        (2, 1),
    ]


@given(graph=graphs(), data=st.data())
def test_rise_along_gives_the_least_numbers_that_rise(graph, data):
    n, arcs = graph
    number = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), np.int32)
    start, needed = lists_of(n, arcs)
    found = rise_along(topological_order(start, needed), start, needed, number)
    assert found.tolist() == [max(number[list(cone)]) for cone in cones_of(n, arcs)]


@given(graph=graphs(), data=st.data())
def test_earliest_period_is_the_first_by_which_the_cone_fits(graph, data):
    n, arcs = graph
    n_r, n_t = data.draw(st.integers(0, 2)), data.draw(st.integers(1, 3))
    amounts = st.integers(0, 6)
    use = np.array(data.draw(st.lists(amounts, min_size=n_r * n, max_size=n_r * n)), float).reshape(
        n_r, n
    )
    upper = data.draw(
        st.lists(st.sampled_from([0.0, 2.0, 5.0, 9.0, np.inf]), min_size=n_r * n_t,
                 max_size=n_r * n_t)
    )  # fmt: skip
    room = np.cumsum(np.array(upper).reshape(n_r, n_t), axis=1)
    start, needed = lists_of(n, arcs)
    order = topological_order(start, needed)
    found = earliest_periods(order, start, needed, use, room, NO_BUDGET)
    for b, cone in enumerate(cones_of(n, arcs)):
        taken = use[:, sorted(cone)].sum(axis=1)
        fits = [t for t in range(n_t) if (taken <= room[:, t]).all()]
        assert found[b] == (fits[0] if fits else n_t)
    # with little effort the answer may be early, but never late, and still rises
    for budget in (0, 1, n):
        rough = earliest_periods(order, start, needed, use, room, budget)
        assert (rough <= found).all()
        assert all(rough[a] <= rough[b] for b, a in arcs)


@settings(max_examples=10)
@given(graph=graphs())
def test_earliest_without_resources_is_now(graph):
    n, arcs = graph
    start, needed = lists_of(n, arcs)
    order = topological_order(start, needed)
    none = earliest_periods(order, start, needed, np.zeros((0, n)), np.zeros((0, 3)), NO_BUDGET)
    assert not none.any()
