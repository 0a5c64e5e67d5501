"""Concentrator and material: solids and metals close, and nothing impossible passes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orefield.core import InputError
from orefield.plant import (
    MOLYBDENITE_MO_PCT,
    Concentrator,
    Material,
    PlantResult,
    recovered_copper_t,
)

PLANT = Concentrator(
    concentrate_cu_pct=25.0,
    mo_concentrate_mo_pct=50.0,
    mo_recovery=0.6,
    ag_recovery=0.5,
    au_recovery=0.55,
)


def feed(shape: tuple[int, int] = (2, 3), ore: float = 1e6) -> Material:
    ore_t = np.full(shape, ore)
    return Material.of(ore_t, ore_t * 0.005, ore_t * 2e-4, ore_t * 3e-6, ore_t * 2e-7)


def test_hand_reckoned_plant() -> None:
    ore = Material.of(1_000_000.0, 5_000.0, 200.0, 3.0, 0.2)
    out = PLANT.process(ore, 4_500.0)
    assert float(out.copper_concentrate.dry_t) == pytest.approx(18_000.0)
    assert float(out.copper_concentrate.cu_pct) == pytest.approx(25.0)
    assert float(out.copper_concentrate.ag_gpt) == pytest.approx(1.5 / 18_000 * 1e6)
    assert float(out.copper_concentrate.au_gpt) == pytest.approx(0.11 / 18_000 * 1e6)
    assert float(out.copper_concentrate.mo_t) == 0.0
    assert float(out.molybdenum_concentrate.dry_t) == pytest.approx(240.0)
    assert float(out.molybdenum_concentrate.mo_pct) == pytest.approx(50.0)
    assert float(out.tailings.dry_t) == pytest.approx(981_760.0)
    assert float(out.tailings.cu_t) == pytest.approx(500.0)
    assert float(out.tailings.cu_pct) == pytest.approx(500 / 981_760 * 100)
    assert float(out.tailings.mo_t) == pytest.approx(80.0)


def test_molybdenite_from_atomic_weights() -> None:
    assert pytest.approx(95.95 / (95.95 + 2 * 32.06) * 100, abs=0.01) == MOLYBDENITE_MO_PCT


@settings(max_examples=60)
@given(
    ore_t=arrays(float, (3, 4), elements=st.just(0.0) | st.floats(1.0, 1e9)),
    head=arrays(float, (3, 4), elements=st.floats(0.01, 3.0)),
    share=arrays(float, (3, 4), elements=st.just(0.0) | st.floats(0.1, 1.0)),
    mo=st.floats(0.0, 0.1),
    grade=arrays(float, (3, 1), elements=st.floats(20.0, 27.0)),
)
def test_solids_and_metals_close(
    ore_t: np.ndarray, head: np.ndarray, share: np.ndarray, mo: float, grade: np.ndarray
) -> None:
    plant = Concentrator(grade, 52.0, 0.6, 0.5, 0.55)
    ore = Material.of(ore_t, ore_t * head / 100, ore_t * mo / 100, ore_t * 3e-6, ore_t * 2e-7)
    out = plant.process(ore, ore.cu_t * share)
    streams = zip(
        ore.commodities(),
        out.copper_concentrate.commodities(),
        out.molybdenum_concentrate.commodities(),
        out.tailings.commodities(),
        strict=True,
    )
    for (name, into), (_, a), (_, b), (_, c) in streams:
        np.testing.assert_allclose(a + b + c, into, rtol=1e-14, atol=1e-300, err_msg=name)


def test_schedules_own_byproducts_are_taken() -> None:
    ore = feed()
    out = PLANT.process(
        ore, ore.cu_t * 0.9, mo_recovered_t=ore.mo_t * 0.1, ag_recovered_t=0.0, au_recovered_t=0.0
    )
    np.testing.assert_allclose(out.molybdenum_concentrate.mo_t, ore.mo_t * 0.1)
    assert not out.copper_concentrate.ag_t.any()
    np.testing.assert_array_equal(out.tailings.ag_t, ore.ag_t)


def test_without_molybdenum_circuit_it_is_in_the_tailings() -> None:
    out = Concentrator(25.0, 50.0, 0.0, 0.5, 0.5).process(feed(), 4000.0)
    assert not out.molybdenum_concentrate.dry_t.any()
    np.testing.assert_array_equal(out.tailings.mo_t, feed().mo_t)


def test_concentrate_grade_rises_with_head_within_bounds() -> None:
    plant = Concentrator(
        24.0, 50.0, 0.6, 0.5, 0.5, reference_head_cu_pct=0.5, concentrate_cu_pct_per_head_pct=4.0
    )
    ore = Material.of([1e6, 1e6, 1e6, 0.0], [5e3, 1e4, 2e5, 0.0])
    np.testing.assert_allclose(plant.concentrate_grade_pct(ore), [24.0, 26.0, 60.0, 24.0])
    out = plant.process(ore, ore.cu_t * 0.9)
    np.testing.assert_allclose(out.copper_concentrate.cu_pct[:3], [24.0, 26.0, 60.0])


def test_idle_years_give_nothing_and_grades_that_say_so() -> None:
    out = PLANT.process(Material.of(np.zeros((1, 2)), 0.0), np.zeros((1, 2)))
    assert not out.tailings.dry_t.any()
    assert np.isnan(out.copper_concentrate.cu_pct).all()


def test_silver_and_gold_need_a_copper_concentrate_to_ride_on() -> None:
    ore = feed()
    out = PLANT.process(ore, np.array([[4500.0, 0.0, 4500.0]]))
    assert out.copper_concentrate.ag_t[0].tolist() == pytest.approx([1.5, 0.0, 1.5])
    np.testing.assert_array_equal(out.tailings.au_t[:, 1], ore.au_t[:, 1])
    with pytest.raises(InputError, match="in 0 t of material"):
        PLANT.process(ore, 0.0, ag_recovered_t=1.0)


def test_rounding_of_a_long_sum_is_forgiven_and_cut() -> None:
    ore = Material.of(1e6, 5000.0, 200.0)
    out = PLANT.process(ore, 4500.0, mo_recovered_t=200.0 * (1 + 1e-12))
    assert float(out.tailings.mo_t) == 0.0


def test_more_recovered_than_there_is() -> None:
    ore = feed()
    wanted = ore.cu_t.copy()
    wanted[1, 0] *= 1.01
    with pytest.raises(InputError, match="cu_recovered_t is") as caught:
        PLANT.process(ore, wanted)
    assert caught.value.where == "element (1, 0)"


def test_more_concentrate_than_ore() -> None:
    with pytest.raises(InputError, match="of concentrate from"):
        PLANT.process(Material.of(100.0, 30.0), 29.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("concentrate_cu_pct", 0.25),  # a fraction where a percentage is meant
        ("concentrate_cu_pct", float("nan")),
        ("mo_concentrate_mo_pct", 61.0),
        ("mo_recovery", 60.0),
        ("ag_recovery", -0.1),
        ("au_recovery", np.array([[0.5], [1.5]])),
    ],
)
def test_impossible_parameters(name: str, value: float) -> None:
    good: dict[str, object] = {
        "concentrate_cu_pct": 25.0,
        "mo_concentrate_mo_pct": 50.0,
        "mo_recovery": 0.6,
        "ag_recovery": 0.5,
        "au_recovery": 0.5,
    }
    Concentrator(**good)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=name):
        Concentrator(**{**good, name: value})  # type: ignore[arg-type]


def test_parameters_of_a_wrong_shape() -> None:
    plant = Concentrator(np.full(7, 25.0), 50.0, 0.6, 0.5, 0.5)
    with pytest.raises(InputError, match="does not fit"):
        plant.process(feed(), 4000.0)


@pytest.mark.parametrize(("dry", "cu"), [(-1.0, 0.0), (1.0, float("inf")), (1.0, 1.5), (0.0, 1.0)])
def test_impossible_material(dry: float, cu: float) -> None:
    with pytest.raises(InputError):
        Material.of(dry, cu)


def test_material_from_stacked_metals() -> None:
    got = Material.stacked([[100.0, 200.0]], [[[4.0, 3.0, 2.0, 1.0], [8.0, 6.0, 4.0, 2.0]]])
    assert [values.tolist() for _, values in got.commodities()] == [
        [[100.0, 200.0]], [[4.0, 8.0]], [[3.0, 6.0]], [[2.0, 4.0]], [[1.0, 2.0]],
    ]  # fmt: skip
    with pytest.raises(InputError, match="stacked metals"):
        Material.stacked([100.0, 200.0], [[1.0, 2.0], [3.0, 4.0]])


def test_material_of_mixed_shapes() -> None:
    with pytest.raises(InputError, match="different shapes"):
        Material.of(np.ones((2, 3)), np.zeros((3, 2)))


def test_material_is_read_only_and_leaves_the_callers_array_alone() -> None:
    dry = np.ones(3)
    material = Material.of(dry, 0.1)
    with pytest.raises(ValueError, match="read-only"):
        material.dry_t[0] = 2.0
    dry[0] = 2.0  # still the caller's


def test_streams_of_different_shapes() -> None:
    with pytest.raises(InputError, match="different shapes"):
        PlantResult(feed((2, 3)), feed((2, 3)), feed((2, 3)), feed((2, 2)))


def test_recovery_by_schedule_parcels_equals_recovery_here() -> None:
    ore = feed()
    out = PLANT.process(ore, recovered_copper_t(ore.dry_t, ore.cu_t, 0.04, 0.95))
    np.testing.assert_allclose(out.copper_concentrate.cu_t / ore.cu_t, 0.92, rtol=1e-12)
