"""Recovery: the constant tail, its limits and its inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import InputError
from orefield.plant import (
    copper_recovery,
    head_for_recovery,
    recovered_byproduct_t,
    recovered_copper_t,
)

tails = st.floats(0.005, 0.1)
limits = st.floats(0.5, 1.0)


def test_hand_reckoned_recoveries() -> None:
    got = copper_recovery([0.30, 0.40, 0.05, 0.04, 0.0, 5.0], 0.04, 0.93)
    np.testing.assert_allclose(got, [13 / 15, 0.90, 0.2, 0.0, 0.0, 0.93], rtol=1e-14)


def test_published_point_is_met_with_a_usual_tail() -> None:
    # Xiongcun feasibility study, 2007: 92.1 % of the copper at a head of 0.45 %. The tail
    # which that implies lies in the usual 0.03-0.06 % Cu.
    tail = 0.45 * (1 - 0.921)
    assert 0.03 < tail < 0.06
    assert copper_recovery(0.45, tail, 0.95) == pytest.approx(0.921, rel=1e-12)


@given(head=st.floats(0.0, 10.0), tail=tails, limit=limits)
def test_recovery_stays_between_nothing_and_the_limit(
    head: float, tail: float, limit: float
) -> None:
    assert 0.0 <= float(copper_recovery(head, tail, limit)) <= limit


@given(heads=st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 5.0)), tail=tails, limit=limits)
def test_richer_ore_is_never_recovered_worse(
    heads: tuple[float, float], tail: float, limit: float
) -> None:
    low, high = sorted(heads)
    assert copper_recovery(low, tail, limit) <= copper_recovery(high, tail, limit)


@given(recovery=st.floats(0.0, 0.97), tail=tails)
def test_inverse(recovery: float, tail: float) -> None:
    head = head_for_recovery(recovery, tail, 0.97)
    assert float(copper_recovery(head, tail, 0.97)) == pytest.approx(recovery, abs=1e-12)


@given(ore=st.floats(1.0, 1e8), head=st.floats(0.0, 5.0), tail=tails, limit=limits)
def test_tonnes_and_fractions_agree(ore: float, head: float, tail: float, limit: float) -> None:
    cu = ore * head / 100
    expected = cu * float(copper_recovery(head, tail, limit))
    assert float(recovered_copper_t(ore, cu, tail, limit)) == pytest.approx(
        expected, rel=1e-9, abs=1e-9 * ore
    )


@given(
    ore=st.lists(st.floats(1.0, 1e7), min_size=2, max_size=6),
    head=st.floats(0.3, 0.6),
    data=st.data(),
)
def test_linear_between_the_limits(ore: list[float], head: float, data: st.DataObject) -> None:
    """Parcels apart or blended give the same metal, as the module's text says."""
    heads = [head + data.draw(st.floats(-0.1, 0.1)) for _ in ore]
    ore_t = np.array(ore)
    cu_t = ore_t * np.array(heads) / 100
    apart = recovered_copper_t(ore_t, cu_t, 0.04, 1.0).sum()
    blended = float(recovered_copper_t(ore_t.sum(), cu_t.sum(), 0.04, 1.0))
    assert blended == pytest.approx(apart, rel=1e-12)


def test_not_linear_below_the_tail() -> None:
    ore, cu = np.array([100.0, 100.0]), np.array([0.01, 0.80])
    apart = recovered_copper_t(ore, cu, 0.04, 1.0).sum()
    blended = float(recovered_copper_t(ore.sum(), cu.sum(), 0.04, 1.0))
    assert apart == pytest.approx(0.76)
    assert blended == pytest.approx(0.73)


def test_no_ore_gives_nothing() -> None:
    assert float(recovered_copper_t(0.0, 0.0, 0.04, 0.9)) == 0.0


def test_draws_and_years_broadcast() -> None:
    heads = np.full((3, 5), 0.5)
    tail = np.array([[0.03], [0.04], [0.05]])
    got = copper_recovery(heads, tail, 0.95)
    assert got.shape == (3, 5)
    np.testing.assert_allclose(got[:, 0], [0.94, 0.92, 0.90], rtol=1e-13)


def test_byproduct_is_proportional() -> None:
    np.testing.assert_allclose(recovered_byproduct_t([10.0, 0.0], 0.6), [6.0, 0.0])


@pytest.mark.parametrize(
    ("head", "tail", "limit"),
    [
        (-0.1, 0.04, 0.9),
        (float("nan"), 0.04, 0.9),
        (101.0, 0.04, 0.9),
        (0.5, -0.01, 0.9),
        (0.5, 0.04, 1.2),
        (0.5, 0.04, 90.0),
    ],
)
def test_impossible_grades_are_refused(head: float, tail: float, limit: float) -> None:
    with pytest.raises(InputError):
        copper_recovery(head, tail, limit)


@pytest.mark.parametrize(("recovery", "limit"), [(0.96, 0.95), (1.0, 1.0)])
def test_unreachable_recovery(recovery: float, limit: float) -> None:
    with pytest.raises(InputError, match="out of reach"):
        head_for_recovery(recovery, 0.04, limit)


def test_no_inverse_without_a_tail() -> None:
    with pytest.raises(InputError, match="tail_cu_pct"):
        head_for_recovery(0.5, 0.0, 0.9)


def test_bad_element_is_named() -> None:
    ore = np.ones((2, 3))
    ore[1, 2] = np.nan
    with pytest.raises(InputError, match="ore_t is nan") as caught:
        recovered_copper_t(ore, np.zeros((2, 3)), 0.04, 0.9)
    assert caught.value.where == "element (1, 2)"
