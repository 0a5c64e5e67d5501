"""Smelting: exact splits, closure, and refusal of what cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import InputError
from orefield.plant import Material, MetalRoute, Smelting

SHARES = st.floats(0.0, 1.0)


def test_hand_reckoned_copper() -> None:
    got = MetalRoute(0.975, 0.8, 0.998).smelt(1000.0)
    assert float(got.anode_t) == pytest.approx(975.0)
    assert float(got.slag_t) == pytest.approx(20.0)
    assert float(got.dust_t) == pytest.approx(5.0)
    assert float(got.refined_t) == pytest.approx(973.05)
    assert float(got.refinery_loss_t) == pytest.approx(1.95)


@given(metal=st.floats(0.0, 1e7), anode=SHARES, slag=SHARES, refined=SHARES)
def test_everything_that_enters_leaves(
    metal: float, anode: float, slag: float, refined: float
) -> None:
    got = MetalRoute(anode, slag, refined).smelt(metal)
    assert float(got.anode_t + got.slag_t + got.dust_t) == pytest.approx(metal, rel=1e-14)
    assert float(got.refined_t + got.refinery_loss_t) == pytest.approx(
        float(got.anode_t), rel=1e-14
    )
    parts = (got.anode_t, got.slag_t, got.dust_t, got.refined_t, got.refinery_loss_t)
    assert min(float(p) for p in parts) >= 0.0


def test_metals_go_their_own_ways() -> None:
    smelting = Smelting(
        cu=MetalRoute(0.98, 0.9, 0.995), ag=MetalRoute(0.96, 1.0, 0.98), au=MetalRoute(0.97, 1, 1)
    )
    out = smelting.smelt(Material.of(np.full((2, 2), 100.0), 25.0, 0.0, 0.01, 0.001))
    assert set(out) == {"Cu", "Ag", "Au"}
    np.testing.assert_allclose(out["Cu"].refined_t, 25 * 0.98 * 0.995)
    np.testing.assert_allclose(out["Ag"].refined_t, 0.01 * 0.96 * 0.98)
    np.testing.assert_allclose(out["Au"].refined_t, 0.001 * 0.97)
    np.testing.assert_array_equal(
        smelting.cathode_equivalent_t(np.full((2, 2), 25.0)), out["Cu"].refined_t
    )


def test_recovery_by_draw() -> None:
    route = MetalRoute(np.array([[0.9], [1.0]]), 0.5, 1.0)
    np.testing.assert_allclose(route.smelt(np.ones((2, 3))).slag_t[:, 0], [0.05, 0.0])


@pytest.mark.parametrize("bad", [-0.01, 1.01, 97.5, float("nan")])
def test_fractions_outside_0_to_1(bad: float) -> None:
    for position in range(3):
        values = [0.9, 0.9, 0.9]
        values[position] = bad
        with pytest.raises(InputError):
            MetalRoute(*values)


def test_negative_metal() -> None:
    with pytest.raises(InputError, match="metal_in_concentrate_t"):
        MetalRoute(0.9, 0.9, 0.9).smelt([-1.0])
