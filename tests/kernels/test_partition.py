"""Classes of nodes against the same sums written over single nodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.kernels.partition import (
    class_pairs,
    class_use,
    class_value,
    merge,
    refine,
    steps_of,
)

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))


def nodes(rng, n, t, d, most=5):
    """Classes of nodes as they come about: none before a block's first step, then any."""
    cls = rng.integers(1, most, (n, t * d)).astype(np.int32)
    cls[np.arange(t * d) < rng.integers(0, t * d + 1, n)[:, None]] = 0
    return cls, most


@given(shape=SHAPES, seed=st.integers(0, 999))
def test_refine_separates_exactly_what_the_closure_separates(shape, seed):
    rng = np.random.default_rng(seed)
    n, t, d = shape
    cls, count = nodes(rng, n, t, d)
    step = rng.integers(0, t * d + 1, n).astype(np.int32)
    inside = np.arange(t * d) >= step[:, None]
    old = cls.copy()
    found, parent = refine(cls, step, count)
    assert len(parent) == found
    assert (parent[cls] == old).all()
    both = [(int(c), bool(i)) for c, i in zip(old.ravel(), inside.ravel(), strict=True)]
    pairs = set(zip(both, cls.ravel().tolist(), strict=True))
    assert len(pairs) == len({key for key, _ in pairs}) == len({new for _, new in pairs})
    # what is never mined stays class 0, and no number is left out
    assert set(cls.ravel().tolist()) | {0} == set(range(found))
    assert ((cls == 0) == ((old == 0) & ~inside)).all()


@given(shape=SHAPES, seed=st.integers(0, 999))
def test_class_sums_are_sums_over_nodes(shape, seed):
    rng = np.random.default_rng(seed)
    n, t, d = shape
    cls, count = nodes(rng, n, t, d)
    z = np.concatenate([[0.0], rng.random(count - 1)])
    mined = np.diff(z[cls], axis=1, prepend=0.0)
    value = rng.normal(size=(n, t * d))
    assert class_value(cls, value, count)[1:] @ z[1:] == pytest.approx((value * mined).sum())
    use = rng.normal(size=(n, d)) * rng.integers(0, 2, (n, d))
    taken = (mined.reshape(n, t, d) * use[:, None]).sum(axis=(0, 2))
    assert class_use(cls, use, t, count) @ z == pytest.approx(taken, abs=1e-9)


@given(shape=SHAPES, seed=st.integers(0, 999))
def test_pairs_are_those_of_precedences_and_of_time(shape, seed):
    rng = np.random.default_rng(seed)
    n, t, d = shape
    cls, count = nodes(rng, n, t, d, most=int(rng.integers(2, 40)))
    arcs = [(b, a) for b in range(n) for a in range(b) if rng.random() < 0.5]
    start = np.cumsum([0, *(sum(b == k for b, _ in arcs) for k in range(n))]).astype(np.int64)
    needed = np.array([a for _, a in arcs], np.int64)
    expected = set()
    for b in range(n):
        for j in range(t * d):
            if j + 1 < t * d:
                expected.add((int(cls[b, j]), int(cls[b, j + 1])))
            if j % d == d - 1:
                expected |= {(int(cls[b, j]), int(cls[a, j])) for k, a in arcs if k == b}
    expected = {(a, c) for a, c in expected if a not in (0, c)}
    found = [tuple(pair) for pair in class_pairs(cls, start, needed, t, count).tolist()]
    assert sorted(found) == sorted(expected)


def test_pairs_survive_a_table_that_must_grow_twice():
    n, steps = 3, 4000
    cls = np.arange(1, n * steps + 1, dtype=np.int32).reshape(n, steps)
    start, needed = np.array([0, 0, 1, 3], np.int64), np.array([0, 0, 1], np.int64)
    found = class_pairs(cls, start, needed, steps, n * steps + 1)
    assert len(found) == n * (steps - 1) + 3 * steps
    assert len(np.unique(found, axis=0)) == len(found)


def test_merge_renames_in_place():
    cls = np.array([[0, 1, 2], [2, 1, 3]], np.int32)
    merge(cls, np.array([0, 1, 1, 2], np.int32))
    assert cls.tolist() == [[0, 1, 1], [1, 1, 2]]


def test_steps_of_a_closure():
    mask = np.array([[True, False, False], [True, True, False]])
    best = np.array([[2, 0, 0], [1, 1, 1]], np.int32)
    assert steps_of(mask, best, 3).tolist() == [2, 4, 6]
