"""Units gathered into pieces: which pieces need which, and what is left where none may be mined."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from working_cases import case

from orefield.pit.production.problem import arcs_between
from orefield.pit.working_periods.gather import gathered


@given(st.integers(0, 6), st.data())
def test_arcs_are_pairs_each_once(m, data):
    node = st.integers(0, max(m - 1, 0))
    pairs = data.draw(st.lists(st.tuples(node, node), max_size=30 if m else 0))
    one, two = (np.array([p[axis] for p in pairs], np.int64) for axis in range(2))
    start, needed = arcs_between(one, two, m)
    assert (start.dtype, needed.dtype) == (np.int64, np.int64)
    assert start.shape == (m + 1,)
    for a in range(m):
        wanted = sorted({q for p, q in pairs if p == a and q != a})
        assert needed[start[a] : start[a + 1]].tolist() == wanted


def test_where_every_unit_is_barred_no_piece_is_left():
    _, _, built = case(0)
    problem = built.problem
    n, n_t = problem.n, problem.n_periods
    ways = [np.tile([1.0, 0.0], (n, 1))]
    pieces = gathered(problem, np.arange(n), np.ones(n, bool), ways)
    assert pieces.problem.n == 0
    assert (pieces.piece == -1).all()
    plan = pieces.units(pieces.part(np.zeros(n, np.int32)))
    assert (plan.period == n_t).all()
    assert not plan.share.any()
    # the top alone barred: what needs it goes with it
    top = int(problem.needed[0])
    some = gathered(problem, np.arange(n), np.arange(n) == top, ways)
    lost = {top}
    for b in range(n - 1, -1, -1):  # deeper blocks have lower numbers
        if lost & set(problem.needed[problem.start[b] : problem.start[b + 1]].tolist()):
            lost.add(b)
    assert len(lost) > 1
    assert set(np.flatnonzero(some.piece < 0).tolist()) == lost
