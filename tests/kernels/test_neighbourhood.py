"""Connected parts of a precedence graph, and the periods that what lies round them allows."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orefield.kernels.neighbourhood import grow, limits_around
from orefield.kernels.sequencing import reverse_arcs

NEVER = 2**31 - 1


@st.composite
def graphs(draw):
    n = draw(st.integers(2, 10))
    pairs = list(itertools.combinations(range(n), 2))
    arcs = sorted((b, a) for a, b in draw(st.lists(st.sampled_from(pairs), unique=True)))
    start = np.zeros(n + 1, np.int64)
    for b, _ in arcs:
        start[b + 1] += 1
    start, needed = np.cumsum(start), np.array([a for _, a in arcs], np.int32)
    return n, arcs, start, needed, *reverse_arcs(start, needed)


def away(n, arcs, among, seed):
    """Steps from the seed along arcs either way, through blocks among which to stay."""
    steps = {seed: 0}
    for _ in range(n):
        for b, a in arcs:
            for one, two in ((a, b), (b, a)):
                if one in steps and among[two]:
                    steps[two] = min(steps.get(two, n), steps[one] + 1)
    return steps


@given(graph=graphs(), data=st.data())
def test_grows_to_the_nearest_blocks_first(graph, data):
    n, arcs, start, needed, begin, after = graph
    among = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    seed = data.draw(st.integers(0, n - 1))
    among[seed] = True
    size = data.draw(st.integers(1, n + 2))
    found = grow(seed, size, among, start, needed, begin, after).tolist()
    steps = away(n, arcs, among, seed)
    assert found[0] == seed
    assert len(set(found)) == len(found) == min(size, len(steps))
    reached = [steps[b] for b in found]
    assert reached == sorted(reached)
    assert reached == sorted(steps.values())[: len(found)]


@given(graph=graphs(), data=st.data())
def test_limits_are_those_of_neighbours_outside(graph, data):
    n, arcs, start, needed, begin, after = graph
    period = np.array(data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), np.int32)
    inside = data.draw(st.lists(st.integers(0, n - 1), min_size=1, unique=True))
    block = np.array(sorted(inside), np.int32)
    low, high = limits_around(block, period, start, needed, begin, after)
    for at, b in enumerate(block):
        below = [period[a] for k, a in arcs if k == b and a not in inside]
        above = [period[k] for k, a in arcs if a == b and k not in inside]
        assert low[at] == max(below, default=0)
        assert high[at] == min(above, default=NEVER)
