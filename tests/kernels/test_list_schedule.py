"""Schedules made block by block: precedences and capacities hold, moves only gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.kernels.list_schedule import list_schedule, settle
from orefield.kernels.sequencing import reverse_arcs, topological_order


class Case:
    """Random blocks, precedences, destinations, uses and room."""

    def __init__(self, seed, n=12, t=4, d=2, r=2):
        rng = np.random.default_rng(seed)
        self.n, self.t, self.rng = n, t, rng
        number = rng.permutation(n)
        arcs = sorted(
            (int(number[b]), int(number[a]))
            for b in range(n) for a in range(b) if rng.random() < 0.25
        )  # fmt: skip
        self.arcs = arcs
        count = np.bincount([b for b, _ in arcs], minlength=n) if arcs else np.zeros(n, int)
        self.start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        self.needed = np.array([a for _, a in arcs], np.int32)
        self.begin, self.after = reverse_arcs(self.start, self.needed)
        self.order = topological_order(self.start, self.needed)
        self.choice = rng.integers(0, d, (t, n)).astype(np.int32)
        self.use = rng.integers(0, 6, (r, n, d)).astype(float)
        self.upper = rng.choice([0.0, 4.0, 9.0, 15.0, np.inf], (r, t))
        self.gain = rng.integers(-20, 30, (t, n)).astype(float)
        self.earliest = rng.integers(0, 2, n).astype(np.int32)

    def schedule(self, priority, room, last=None):
        last = np.full(self.n, self.t - 1, np.int32) if last is None else last
        return list_schedule(
            priority, self.start, self.needed, self.begin, self.after, self.choice, self.use,
            room, self.earliest, last,
        )  # fmt: skip

    def settle(self, period, room, passes=50):
        return settle(
            period, self.order, self.start, self.needed, self.begin, self.after, self.choice,
            self.gain, self.use, room, self.earliest, passes,
        )  # fmt: skip

    def taken(self, period):
        out = np.zeros(self.upper.shape)
        for b in range(self.n):
            if period[b] < self.t:
                out[:, period[b]] += self.use[:, b, self.choice[period[b], b]]
        return out

    def worth(self, period):
        mined = np.flatnonzero(period < self.t)
        return float(self.gain[period[mined], mined].sum())

    def holds(self, period, room):
        taken = self.taken(period)
        assert (taken <= self.upper + 1e-9).all()
        finite = np.isfinite(self.upper)
        assert room[finite] == pytest.approx((self.upper - taken)[finite])
        for b, a in self.arcs:
            assert period[a] <= period[b]
        assert (period[period < self.t] >= self.earliest[period < self.t]).all()


@given(seed=st.integers(0, 9999))
def test_blocks_go_into_the_first_period_with_room(seed):
    case = Case(seed)
    priority = case.rng.random(case.n)
    room = case.upper.copy()
    period = case.schedule(priority, room)
    case.holds(period, room)
    # the same rule, written plainly
    left, done = case.upper.copy(), np.full(case.n, case.t)
    waiting = set(range(case.n))
    while True:
        ready = [
            b for b in waiting
            if all(done[a] < case.t for k, a in case.arcs if k == b)
        ]  # fmt: skip
        if not ready:
            break
        b = min(ready, key=lambda b: (priority[b], b))
        waiting.discard(b)
        low = max([case.earliest[b], *(done[a] for k, a in case.arcs if k == b)])
        for t in range(low, case.t):
            need = case.use[:, b, case.choice[t, b]]
            if (need <= left[:, t]).all():
                done[b] = t
                left[:, t] -= need
                break
    assert period.tolist() == done.tolist()


@given(seed=st.integers(0, 9999))
def test_last_periods_are_kept(seed):
    case = Case(seed)
    last = case.rng.integers(0, case.t, case.n).astype(np.int32)
    room = case.upper.copy()
    period = case.schedule(case.rng.random(case.n), room, last)
    case.holds(period, room)
    assert ((period <= last) | (period == case.t)).all()


@given(seed=st.integers(0, 9999))
def test_settling_keeps_all_rules_and_gains_what_it_says(seed):
    case = Case(seed)
    room = case.upper.copy()
    period = case.schedule(case.rng.random(case.n), room)
    before = case.worth(period)
    gained = case.settle(period, room)
    case.holds(period, room)
    assert gained >= 0.0
    assert case.worth(period) == pytest.approx(before + gained)
    # at rest: once more changes nothing
    again = period.copy()
    assert case.settle(again, room) == 0.0
    assert again.tolist() == period.tolist()


def test_equal_priorities_go_by_number_and_passes_may_be_none():
    case = Case(0)
    case.arcs, case.start = [], np.zeros(case.n + 1, np.int64)
    case.needed, (case.begin, case.after) = (
        np.zeros(0, np.int32),
        reverse_arcs(case.start, np.zeros(0, np.int32)),
    )
    case.use[:] = 1.0
    case.upper[:] = 2.0
    case.earliest[:] = 0
    room = case.upper.copy()
    period = case.schedule(np.zeros(case.n), room)
    assert period.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4]
    assert case.settle(period, room, passes=0) == 0.0


def test_settling_does_not_break_a_limit_that_a_block_relieves():
    """A block with a negative use makes room for others; it cannot leave them behind."""
    for seed in range(30):
        case = Case(seed)
        case.use[0] = case.rng.integers(-4, 5, case.use[0].shape)
        case.upper[0] = case.rng.choice([0.0, 1.0, 3.0], case.t)
        room = case.upper.copy()
        period = case.schedule(case.rng.random(case.n), room)
        assert (case.taken(period) <= case.upper + 1e-9).all()
        case.settle(period, room)
        assert (case.taken(period) <= case.upper + 1e-9).all(), f"seed {seed}"
