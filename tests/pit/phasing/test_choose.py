"""Phases from shells: the best grouping, against trying them all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.pit.phasing import ShellBenches, phases_by_tonnes, phases_by_value, shell_benches


def groupings(n, k):
    for ends in itertools.combinations(range(1, n), k - 1):
        yield np.searchsorted(np.asarray(ends), np.arange(n), side="right")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 90), min_size=3, max_size=9),
    st.lists(st.floats(0.5, 5.0), min_size=1, max_size=3),
)
def test_tonnages_come_as_near_as_any_grouping(rock, targets):
    rock = np.asarray(rock) / 10.0
    aims = np.asarray(targets)

    def score(phase):
        size = np.bincount(phase, weights=rock, minlength=len(aims))
        if not (size > 0).all():
            return np.inf
        return float((((size / (aims * rock.sum() / aims.sum())) - 1) ** 2).sum())

    best = min((score(g) for g in groupings(len(rock), len(aims))), default=np.inf)
    if not rock.sum() > 0 or not np.isfinite(best):
        with pytest.raises(ModelError):
            phases_by_tonnes(rock, aims)
        return
    found = phases_by_tonnes(rock, aims)
    assert (np.diff(found) >= 0).all()
    assert score(found) == pytest.approx(best, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0.0, 0.12]))
def test_value_is_the_greatest_of_all_groupings(seed, k, rate):
    rng = np.random.default_rng(seed)
    rock = rng.uniform(0.1, 3.0, (6, 4))
    ore = rock * rng.uniform(0.0, 1.0, rock.shape)
    benches = ShellBenches(rock, ore, rng.normal(1.0, 3.0, rock.shape))
    low = 0.5 * rock.sum() / k

    def score(phase):
        total = 0.0
        for p in range(k):
            mine = phase == p
            if rock[mine].sum() < low:
                return -np.inf
            before = phase < p
            clock = max(rock[before].sum() / 5.0, ore[before].sum() / 2.0)
            for b in range(4):
                takes = sum(max(rock[s, b] / 5.0, ore[s, b] / 2.0) for s in np.flatnonzero(mine))
                worth = benches.value[mine, b].sum()
                total += worth / (1 + rate) ** (clock + takes / 2)
                clock += takes
        return total

    best = max(score(g) for g in groupings(6, k))
    options = {"rock_cap_t": 5.0, "ore_cap_t": 2.0, "rate": rate, "smallest_t": low}
    if not np.isfinite(best):
        with pytest.raises(ModelError, match="grouped"):
            phases_by_value(benches, k, **options)
        return
    assert score(phases_by_value(benches, k, **options)) == pytest.approx(best)


def test_sums_by_shell_and_bench():
    shape = (2, 1, 3)
    shell = np.array([0, -1, 0, 1, 1, 1])
    amount = np.arange(6.0)
    found = shell_benches(shell, shape, amount, 2 * amount, -amount, 2)
    # benches from the top: the last two blocks are bench 0
    np.testing.assert_array_equal(found.rock, [[0, 2, 0], [9, 3, 0]])
    np.testing.assert_array_equal(found.ore, [[0, 4, 0], [18, 6, 0]])
    np.testing.assert_array_equal(found.value, [[0, -2, 0], [-9, -3, 0]])
    with pytest.raises(ModelError, match="same blocks"):
        shell_benches(shell, shape, amount[:3], amount, amount, 2)


def test_faults_are_told():
    with pytest.raises(ModelError, match="positive"):
        phases_by_tonnes([1.0, 2.0], [1.0, 0.0])
    with pytest.raises(ModelError, match="no pit"):
        phases_by_tonnes([0.0, 0.0], [1.0])
    with pytest.raises(ModelError, match="grouped into 3"):
        phases_by_tonnes([1.0, 0.0, 2.0], [1.0, 1.0, 1.0])
    benches = ShellBenches(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2)))
    for bad in ({"rock_cap_t": 0.0}, {"ore_cap_t": -1.0}, {"rate": -1.0}):
        with pytest.raises(ModelError):
            phases_by_value(benches, 1, **{"rock_cap_t": 1.0, "ore_cap_t": 1.0, "rate": 0.1, **bad})
    with pytest.raises(ModelError, match="at least one"):
        phases_by_value(benches, 0, rock_cap_t=1.0, ore_cap_t=1.0, rate=0.0)
