"""Grade-tonnage curves against plain counting."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError
from orefield.deposit import grade_tonnage, measure

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (10, 10, 5))


def model(seed: int = 1) -> BlockModel:
    rng = np.random.default_rng(seed)
    return BlockModel(
        GRID,
        {
            "density_t_m3": rng.uniform(2.2, 2.8, GRID.n),
            "rock_fraction": np.clip(rng.uniform(-0.3, 1.3, GRID.n), 0, 1),
            "cu_pct": np.round(rng.lognormal(-1, 0.8, GRID.n), 2),
        },
    )


def test_every_row_is_what_counting_gives() -> None:
    m = model()
    curve = grade_tonnage(m, [0.0, 0.2, 0.5, 0.37, 1.0, 99.0])
    assert curve["cutoff_cu_pct"].tolist() == [0.0, 0.2, 0.37, 0.5, 1.0, 99.0]
    for row in curve.itertuples():
        found = measure(m, row.cutoff_cu_pct)
        assert row.ore_t == pytest.approx(found.ore_t, rel=1e-12)
        assert row.cu_pct == pytest.approx(found.cu_pct, rel=1e-12)
        assert row.cu_t == pytest.approx(found.cu_t, rel=1e-12)
    assert curve["ore_t"].iloc[0] == pytest.approx(m.tonnes().sum())
    assert curve["ore_t"].iloc[-1] == 0


def test_as_the_cutoff_rises_tonnes_fall_and_grade_rises() -> None:
    curve = grade_tonnage(model())
    assert len(curve) == 41
    assert (np.diff(curve["ore_t"]) <= 0).all()
    assert (np.diff(curve["cu_t"]) <= 1e-6).all()
    held = curve["ore_t"] > 0
    assert held.sum() > 35
    assert (np.diff(curve["cu_pct"][held]) >= -1e-12).all()
    assert (curve["cu_pct"][held] >= curve["cutoff_cu_pct"][held]).all()


def test_a_model_of_air_has_an_empty_curve() -> None:
    air = model().with_fields(rock_fraction=np.zeros(GRID.n))
    curve = grade_tonnage(air, [0.0, 0.5])
    assert (curve[["ore_t", "cu_pct", "cu_t"]] == 0).all().all()


@pytest.mark.parametrize("bad", [[-0.1], [np.nan], [0.2, np.inf]])
def test_a_bad_cutoff_is_refused(bad: list[float]) -> None:
    with pytest.raises(ModelError, match="cut-off"):
        grade_tonnage(model(), bad)


def test_one_step_is_no_curve() -> None:
    with pytest.raises(ModelError, match="2 or more"):
        grade_tonnage(model(), steps=1)
