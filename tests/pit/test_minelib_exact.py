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
    lists = [sorted(j for i, j in arcs if i == b) for b in range(n)]
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


def test_a_pit_without_proof_is_refused(monkeypatch):
    everything = lambda value, start, needed: (np.ones(len(value), bool), np.int64(10**9))  # noqa: E731
    monkeypatch.setattr(optimum, "closure_arcs", everything)
    with pytest.raises(ModelError, match="not proven optimal"):
        pit_optimum(_instance([1.0, -2.0], set()))
