"""Transforms from score to grade: exact means, bounds, order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orefield.core import CalibrationError
from orefield.deposit import Inventory
from orefield.deposit.byproducts import byproduct_grades
from orefield.deposit.grades import copper_grades, rank_ore, scale_to_mean


@given(
    st.integers(0, 1000), st.integers(30, 400), st.floats(0.05, 0.95), st.floats(0.1, 3.0),
    st.floats(0.2, 1.5),
)  # fmt: skip
def test_any_mean_between_cutoff_and_cap_is_met_and_order_is_kept(
    seed: int, n: int, share: float, mean: float, cv: float
) -> None:
    rng = np.random.default_rng(seed)
    score = rng.standard_normal(n)
    tonnes = rng.uniform(0.2, 1.0, n) * 1e5
    cutoff = mean * share
    ore = [Inventory.published(ore_t=0.4 * tonnes.sum(), cu_pct=mean, cutoff_cu_pct=cutoff)]
    ranks = rank_ore(score, tonnes, ore, "x")
    grades = copper_grades(
        score, tonnes, ranks, ore,
        grade_cv=cv, max_grade_ratio=8.0, background_cu_pct=0.01, asset="x",
    )  # fmt: skip
    chosen = grades >= cutoff
    assert set(np.flatnonzero(chosen)) == set(ranks.order[: ranks.ends[0]])
    found = float((tonnes * grades)[chosen].sum() / tonnes[chosen].sum())
    assert found == pytest.approx(mean, rel=1e-10)
    assert grades.max() <= 8 * mean * (1 + 1e-12)
    assert grades.min() >= 0
    by_score = grades[np.argsort(score)]
    assert (np.diff(by_score) >= 0).all()


@given(st.integers(0, 1000), st.floats(0.05, 0.95), st.floats(0.35, 0.9))
def test_a_tier_between_two_cutoffs_meets_its_mean(seed: int, where: float, top: float) -> None:
    rng = np.random.default_rng(seed)
    score, tonnes = rng.standard_normal(300), rng.uniform(0.2, 1.0, 300) * 1e5
    total = float(tonnes.sum())
    core_t, all_t = 0.2 * total, 0.5 * total
    halo = 0.15 + where * 0.15
    inventories = [
        Inventory.published(
            ore_t=all_t, cu_t=(core_t * top + (all_t - core_t) * halo) / 100, cutoff_cu_pct=0.15
        ),
        Inventory.published(ore_t=core_t, cu_pct=top, cutoff_cu_pct=0.3),
    ]
    ranks = rank_ore(score, tonnes, inventories, "x")
    args = {"grade_cv": 0.4, "max_grade_ratio": 8.0, "background_cu_pct": 0.01, "asset": "x"}
    # a few blocks cannot hold any two tonnages exactly: skip means pushed onto the ends
    between = tonnes[ranks.order[ranks.ends[1] : ranks.ends[0]]].sum()
    exact = (tonnes[ranks.order[: ranks.ends[0]]].sum() * inventories[0].cu_pct
             - tonnes[ranks.order[: ranks.ends[1]]].sum() * top) / between  # fmt: skip
    assume(0.155 < exact < 0.295)
    grades = copper_grades(score, tonnes, ranks, inventories, **args)
    for inventory in inventories:
        ore = grades >= inventory.cutoff_cu_pct
        found = float((tonnes * grades)[ore].sum() / tonnes[ore].sum())
        assert found == pytest.approx(inventory.cu_pct, rel=1e-10)
    assert (np.diff(grades[np.argsort(score)]) >= 0).all()


def test_below_the_cutoff_grade_fades_without_a_step() -> None:
    score = np.linspace(0, 10, 2000)
    tonnes = np.full(2000, 1e5)
    ore = [Inventory.published(ore_t=4e7, cu_pct=0.5, cutoff_cu_pct=0.2)]
    ranks = rank_ore(score, tonnes, ore, "x")
    grades = copper_grades(
        score, tonnes, ranks, ore,
        grade_cv=0.5, max_grade_ratio=8.0, background_cu_pct=0.01, asset="x",
    )  # fmt: skip
    below = grades < 0.2
    assert int(below.sum()) == 1600
    assert grades[below].max() > 0.197
    assert grades[0] == pytest.approx(0.01, abs=1e-3)


def test_air_is_never_ore() -> None:
    score = np.array([9.0, 5.0, 4.0, 1.0])
    tonnes = np.array([0.0, 10.0, 10.0, 10.0])
    ore = [Inventory.published(ore_t=10.0, cu_pct=0.5, cutoff_cu_pct=0.2)]
    ranks = rank_ore(score, tonnes, ore, "x")
    assert ranks.order.tolist() == [1, 2, 3]
    assert ranks.ends == (1,)


def test_equal_scores_are_taken_in_index_order() -> None:
    ore = [Inventory.published(ore_t=20.0, cu_pct=0.5, cutoff_cu_pct=0.2)]
    ranks = rank_ore(np.zeros(5), np.full(5, 10.0), ore, "x")
    assert ranks.order[: ranks.ends[0]].tolist() == [0, 1]


def test_more_ore_than_rock_is_refused_with_the_numbers() -> None:
    ore = [Inventory.published(ore_t=31.0, cu_pct=0.5, cutoff_cu_pct=0.2)]
    with pytest.raises(CalibrationError, match="holds 30 t of rock, the published ore is 31 t"):
        rank_ore(np.zeros(3), np.full(3, 10.0), ore, "x")


def test_nothing_but_air_is_refused() -> None:
    ore = [Inventory.published(ore_t=10.0, cu_pct=0.5, cutoff_cu_pct=0.2)]
    with pytest.raises(CalibrationError, match="holds 0 t"):
        rank_ore(np.zeros(3), np.zeros(3), ore, "x")


@given(
    st.lists(st.floats(0.01, 10), min_size=2, max_size=40),
    st.floats(0.01, 5),
    st.floats(1.05, 20),
)
def test_scaling_meets_the_mean_under_the_cap(
    shape: list[float], mean: float, ratio: float
) -> None:
    values = np.array(shape)
    weight = np.linspace(1, 2, len(values))
    k = scale_to_mean(values, weight, mean, ratio * mean, "x")
    capped = np.minimum(k * values, ratio * mean)
    assert float((weight * capped).sum() / weight.sum()) == pytest.approx(mean, rel=1e-11)


@pytest.mark.parametrize("cap", [0.5, 1.0])
def test_a_mean_at_or_above_the_cap_is_refused(cap: float) -> None:
    with pytest.raises(CalibrationError, match="cannot be reached"):
        scale_to_mean(np.ones(4), np.ones(4), 1.0, cap, "gold")


def test_a_byproduct_of_constant_copper_is_refused() -> None:
    with pytest.raises(CalibrationError, match="the same"):
        byproduct_grades(
            np.full(50, 0.5), np.ones(50), np.ones(50, bool),
            np.random.default_rng(1).standard_normal(50),
            mean=0.3, cv=0.5, rank_correlation=0.5, max_grade_ratio=8.0, where="x",
        )  # fmt: skip
