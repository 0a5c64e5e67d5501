"""Pit by pit: totals counted by hand, cases against a schedule written out plainly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.pit.shell_analysis import pit_by_pit, skins
from orefield.pit.shell_blocks import ShellBlocks, blocks_by_destination

SHAPE = (5, 4, 3)


def blocks(seed, n_shells=4):
    rng = np.random.default_rng(seed)
    n = 60
    shell = rng.integers(-1, n_shells, n).astype(np.int16)
    rock = rng.uniform(0.5, 2.0, n)
    ore = np.where(rng.random(n) < 0.5, rock, 0.0)
    return ShellBlocks(SHAPE, shell, rock, ore, rng.normal(1, 5, n), {"cu": ore * 0.01})


def plainly(units, rock_cap, ore_cap, rate):
    """Units in order, in slices so thin that a period is filled almost exactly."""
    worth, period, rock_used, ore_used = 0.0, 0, 0.0, 0.0
    for rock, ore, value in units:
        left = 1.0
        while left > 1e-12:
            part = left
            for used, cap, amount in ((rock_used, rock_cap, rock), (ore_used, ore_cap, ore)):
                if amount > 0:
                    part = min(part, (cap - used) / amount)
            worth += part * value / (1 + rate) ** (period + 0.5)
            rock_used, ore_used, left = rock_used + part * rock, ore_used + part * ore, left - part
            if left > 1e-12:
                period, rock_used, ore_used = period + 1, 0.0, 0.0
    return worth, period + max(rock_used / rock_cap, ore_used / ore_cap)


def units(b, keep, order):
    depth = SHAPE[2] - 1 - np.arange(60) // (SHAPE[0] * SHAPE[1])
    out = []
    for group in sorted({order(i, depth[i]) for i in np.flatnonzero(keep)}):
        at = [i for i in np.flatnonzero(keep) if order(i, depth[i]) == group]
        out.append((b.rock_t[at].sum(), b.ore_t[at].sum(), b.value_usd[at].sum()))
    return out


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 9999),
    st.sampled_from([3.0, 7.0, 1e9]),
    st.sampled_from([0.0, 0.1]),
    st.integers(0, 3),
)
def test_the_three_cases(seed, cap, rate, lag):
    b = blocks(seed)
    phase = np.where(b.shell >= 0, b.shell // 2, -1)
    table = pit_by_pit(
        b, [0.5, 0.7, 0.9, 1.0], rock_cap_t=cap, ore_cap_t=cap / 2, rate=rate, phase=phase, lag=lag
    )
    for s in range(4):
        inside = (b.shell >= 0) & (b.shell <= s)
        assert table.ore_t[s] == pytest.approx(b.ore_t[inside].sum())
        assert table.waste_t[s] == pytest.approx((b.rock_t - b.ore_t)[inside].sum())
        assert table.value_usd[s] == pytest.approx(b.value_usd[inside].sum())
        assert table.metal_t["cu"][s] == pytest.approx(0.01 * table.ore_t[s])
        best, _ = plainly(units(b, inside, lambda i, d: (b.shell[i], d)), cap, cap / 2, rate)
        worst, life = plainly(units(b, inside, lambda i, d: (d,)), cap, cap / 2, rate)
        given_, _ = plainly(
            units(b, inside, lambda i, d: (phase[i] * lag + d, phase[i], d)), cap, cap / 2, rate
        )
        assert table.best_usd[s] == pytest.approx(best, abs=1e-6)
        assert table.worst_usd[s] == pytest.approx(worst, abs=1e-6)
        assert table.specified_usd[s] == pytest.approx(given_, abs=1e-6)
        assert table.life[s] == pytest.approx(life, abs=1e-6)
    if rate == 0.0:
        np.testing.assert_allclose(table.best_usd, table.value_usd, atol=1e-6)
        np.testing.assert_allclose(table.worst_usd, table.value_usd, atol=1e-6)


def test_skins_are_differences_and_mark_what_discounting_takes():
    shell = np.array([0, 1, 1, -1] + [-1] * 56)
    value = np.array([100.0, -30.0, 33.0, 0.0] + [0.0] * 56)
    rock = np.ones(60)
    # the second shell strips on the top bench what it earns at the bottom
    at = [40, 41, 0, 3]
    place = np.full(60, -1)
    place[at] = shell[:4]
    full = np.zeros(60)
    full[at] = value[:4]
    b = ShellBlocks(SHAPE, place, rock, np.where(full > 0, rock, 0.0), full)
    table = pit_by_pit(b, [0.8, 1.0], rock_cap_t=1.0, rate=0.1)
    added = skins(table)
    np.testing.assert_allclose(added["value_usd"], [100.0, 3.0])
    np.testing.assert_allclose(added["ore_t"], [1.0, 1.0])
    np.testing.assert_allclose(added["strip"], [0.0, 1.0])
    assert added["loses_discounted"].tolist() == [False, True]
    assert table.best_shell() == 0


def test_destinations_are_settled_by_value_and_waste_wins_ties():
    value = np.array([[5.0, -1.0], [-1.0, -1.0], [-9.0, -1.0], [3.0, 9.0]])
    may = np.array([[1, 1], [1, 1], [1, 1], [1, 0]], bool)
    found = blocks_by_destination(
        (4, 1, 1), np.zeros(4, int), [2.0, 3.0, 4.0, 5.0], value, [True, False],
        allowed=may, metal_t={"au": value * 0 + [[1.0, 0.0]]},
    )  # fmt: skip
    np.testing.assert_array_equal(found.value_usd, [5.0, -1.0, -1.0, 3.0])
    np.testing.assert_array_equal(found.ore_t, [2.0, 0.0, 0.0, 5.0])
    np.testing.assert_array_equal(found.metal_t["au"], [1.0, 0.0, 0.0, 1.0])
    with pytest.raises(ModelError, match="no destination"):
        blocks_by_destination(
            (4, 1, 1), np.zeros(4, int), np.ones(4), value, [1, 0], allowed=may & False
        )


def test_faults_are_told():
    b = blocks(0)
    factors = [0.5, 0.7, 0.9, 1.0]
    for bad in ({"rock_cap_t": 0.0}, {"ore_cap_t": -1.0}, {"rate": -1.0}, {"lag": -1}):
        with pytest.raises(ModelError):
            pit_by_pit(b, factors, **bad)
    with pytest.raises(ModelError, match="revenue factors"):
        pit_by_pit(b, factors[:2])
    with pytest.raises(ModelError, match="phases"):
        pit_by_pit(b, factors, phase=np.zeros(3, int))
    with pytest.raises(ModelError, match="not finite"):
        ShellBlocks(SHAPE, b.shell, b.rock_t, b.ore_t, np.full(60, np.nan))
    with pytest.raises(ModelError, match="shape"):
        ShellBlocks(SHAPE, b.shell, b.rock_t[:3], b.ore_t, b.value_usd)
