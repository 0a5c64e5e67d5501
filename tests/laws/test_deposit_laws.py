"""Laws of the deposit stage: calibration holds whatever is asked, and is repeatable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft

from orefield.core import Grid
from orefield.deposit import (
    Centre,
    GaussianField,
    Inventory,
    StandInSpec,
    Structure,
    Variogram,
    compare,
    grade_tonnage,
    stand_in,
)

specs = st.builds(
    lambda ore, mean, share, au, centres, shape, rough, cv, slope, turn, seed: (
        StandInSpec(
            "law",
            Inventory.published(ore_t=ore, cu_pct=mean, cutoff_cu_pct=share * mean, au_gpt=au),
            centres=centres,
            shape=shape,
            roughness=rough,
            grade_cv=cv,
            slope_deg=slope,
            uphill_azimuth_deg=turn,
            target_blocks=15_000,
        ),
        seed,
    ),
    st.floats(5e7, 9e9),
    st.floats(0.2, 2.0),
    st.floats(0.2, 0.85),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from(
        [(Centre(),), (Centre(-150.0, 0.0), Centre(200.0, 80.0, 30.0, 0.6)), (Centre(size=2.0),)]
    ),
    st.sampled_from(["core", "shell"]),
    st.floats(0.05, 0.5),
    st.floats(0.2, 0.8),
    st.floats(0.0, 15.0),
    st.floats(-180.0, 180.0),
    st.integers(0, 2**32),
)


@settings(max_examples=15)
@given(specs)
def test_any_porphyry_meets_its_inventory_and_itself(case: tuple[StandInSpec, int]) -> None:
    spec, seed = case
    model = stand_in(spec, seed)
    report = compare(model, spec.inventory)
    assert report.within(0.005)
    assert report.deviations["cu_pct"] == pytest.approx(0.0, abs=1e-9)
    share = model["rock_fraction"].reshape(model.grid.shape[::-1])
    assert (np.diff(share, axis=0) <= 1e-12).all()  # no rock above air
    assert model["cu_pct"].max() <= spec.max_grade_ratio * spec.inventory.cu_pct * (1 + 1e-9)
    assert (model["cu_pct"][model["rock_fraction"] == 0] == 0).all()
    curve = grade_tonnage(model, [0.0, spec.inventory.cutoff_cu_pct])
    assert curve["ore_t"].iloc[1] == pytest.approx(report.modelled.ore_t, rel=1e-12)
    again = stand_in(spec, seed)
    assert all(model[n].tobytes() == again[n].tobytes() for n in model.fields)


@settings(max_examples=20)
@given(
    st.tuples(st.integers(1, 15), st.integers(1, 15), st.integers(1, 15)),
    st.floats(0.0, 0.9),
    st.floats(5.0, 300.0),
    st.integers(0, 1000),
)
def test_any_random_field_has_unit_variance_by_construction(
    shape: tuple[int, int, int], nugget: float, reach: float, seed: int
) -> None:
    grid = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 15.0), shape)
    variogram = Variogram(
        nugget, (Structure("spherical", 1 - nugget, (reach, reach, 1.5 * reach)),)
    )
    field = GaussianField.on(grid, variogram)
    mx, my, mz = field.period
    # no wrap-around within the range; a single layer has nothing to wrap to
    assert shape[0] == 1 or mx * 20 >= (shape[0] - 1) * 20 + reach
    full = fft.irfftn(field.amplitude**2, s=(mz, my, mx))
    assert full[0, 0, 0] == pytest.approx(1 - nugget, abs=1e-9)
    first = field.sample(np.random.default_rng(seed))
    assert first.shape == (grid.n,)
    assert np.isfinite(first).all()
    assert first.tobytes() == field.sample(np.random.default_rng(seed)).tobytes()
