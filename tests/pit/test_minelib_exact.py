"""Values as whole numbers: exact where decimals allow, and a true bound where they do not."""

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import ModelError
from orefield.pit.minelib import exact_units, optimum, pit_optimum
from orefield.pit.minelib.instance import Instance, no_general, no_use


@given(st.lists(st.decimals(-(10**6), 10**6, places=5), min_size=1, max_size=20))
def test_decimals_are_counted_exactly(decimals):
    units = exact_units([float(d) for d in decimals])
    assert units.lost == 0.0
    assert [Fraction(int(w)) * units.unit for w in units.whole] == [Fraction(d) for d in decimals]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_no_set_is_worth_more_than_the_bound(value):
    units = exact_units(value)
    assert sum(abs(int(w)) for w in units.whole) < 2**62
    tens = units.unit in {Fraction(1, 10**k) for k in range(16)} and max(map(abs, value)) < 2**53
    true = [Fraction(Decimal(repr(v))) if tens else Fraction(v) for v in value]
    for mask in itertools.product([False, True], repeat=len(value)):
        worth = sum((v for v, m in zip(true, mask, strict=True) if m), Fraction(0))
        counted = sum((int(w) * units.unit for w, m in zip(units.whole, mask, strict=True) if m),
                      Fraction(0))  # fmt: skip
        assert worth <= counted + Fraction(units.lost)


def test_what_is_lost_is_little():
    rng = np.random.default_rng(1)
    value = rng.normal(size=100_000) * 1e5
    units = exact_units(value)
    assert 0 < units.lost < 1e-13 * np.abs(value).sum()
    assert units.value(value > 0) == pytest.approx(value[value > 0].sum(), rel=1e-13)


def test_sums_of_whole_values_stay_within_62_bits():
    units = exact_units(np.full(700, 9e15))  # each has 53 bits, and all of them 63
    assert sum(map(int, units.whole)) < 2**62
    assert units.value(np.ones(700, bool)) == 700 * 9e15


@pytest.mark.parametrize("seed", range(4))
def test_a_bound_of_rounded_values_is_not_below_the_exact_optimum(seed):
    value = np.random.default_rng(seed).normal(size=100_000) * 1e5
    found = pit_optimum(_instance(value, set()))
    exact = sum(Fraction(float(v)) for v in value[value > 0])
    hair = 1 + Fraction(1, 2**52)  # the bound is told as a double
    assert found.objective <= found.upper_bound <= float(exact) * (1 + 1e-13)
    assert Fraction(found.upper_bound) * hair >= exact


@pytest.mark.parametrize("value", [[0.0, 0.0], [-0.0], [5e-324], [1e308, -1e308], [2.0**70, 1.0]])
def test_extremes_are_taken(value):
    units = exact_units(value)
    total = float(sum(Fraction(int(w)) * units.unit for w in units.whole))
    assert abs(total - sum(value)) <= units.lost + 1e-15 * max(map(abs, value))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named(bad):
    with pytest.raises(ModelError, match="not finite") as error:
        exact_units([1.0, bad])
    assert error.value.where == "block 1"


def _instance(value, arcs):
    n = len(value)
    lists: list[list[int]] = [[] for _ in range(n)]
    for i, j in sorted(arcs):
        lists[i].append(j)
    none = np.zeros((0, 1))
    return Instance(
        "drawn", "upit", np.cumsum([0, *map(len, lists)]),
        np.array([j for own in lists for j in own], np.int32), np.array(value)[:, None], 1, 0.0,
        none, none, no_use(), np.zeros(0), np.zeros(0), no_general(),
    )  # fmt: skip


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=7),
    st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda a: a[0] > a[1])),
)
def test_the_optimum_is_that_of_all_closed_sets(value, arcs):
    arcs = {(i, j) for i, j in arcs if i < len(value)}
    found = pit_optimum(_instance(value, arcs))
    best = max(
        math.fsum(v for v, m in zip(value, mask, strict=True) if m)
        for mask in itertools.product([False, True], repeat=len(value))
        if all(mask[j] for i, j in arcs if mask[i])
    )
    assert found.objective == pytest.approx(best, rel=1e-12, abs=1e-6)
    assert best - 1e-9 <= found.upper_bound <= found.objective + 1e-6
    assert all(found.pit[j] for i, j in arcs if found.pit[i])


@pytest.mark.parametrize("loss", [-5.36024e19, -1e300, -1e9 - 0.3])
def test_a_loss_that_marks_a_block_as_untouchable_costs_no_accuracy(loss):
    arcs = {(0, 1), (3, 2)}
    found = pit_optimum(_instance([5.55, -2.01, loss, 40.25, 0.03], arcs))
    assert found.pit.tolist() == [True, True, False, False, True]
    assert found.objective == found.upper_bound == 3.57


def test_a_loss_that_can_just_be_paid_is_paid():
    found = pit_optimum(_instance([100.02, -100.01, 7.0], {(0, 1), (2, 1)}))
    assert (found.objective, found.upper_bound) == (7.01, 7.01)
    alone = pit_optimum(_instance([100.02, -100.03, -1e25], {(0, 1)}))
    assert (alone.objective, alone.pit.tolist()) == (0.0, [False, False, False])


def test_a_value_that_is_not_finite_has_no_optimum():
    for bad in (np.nan, -np.inf, np.inf):
        with pytest.raises(ModelError, match="not finite"):
            pit_optimum(_instance([1.0, bad], set()))


def test_a_pit_without_proof_is_refused(monkeypatch):
    def everything(value, start, needed):
        return np.ones(len(value), bool), np.int64(10**9)

    monkeypatch.setattr(optimum, "closure_arcs", everything)
    with pytest.raises(ModelError, match="not proven optimal"):
        pit_optimum(_instance([1.0, -2.0], set()))
