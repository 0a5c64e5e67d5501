"""Classes by simulation: volumes of equal tonnes, and deposits whose answer is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from orefield.core import Grid, ModelError
from orefield.deposit.classification import (
    BlockDraws,
    Precision,
    PrecisionRule,
    ResourceClass,
    Volumes,
    by_precision,
    equal_volumes,
    expected_ore,
    given_volumes,
    panels,
    precision,
)
from orefield.deposit.realisations import Realisations

GRID = Grid((100.0, 50.0, 0.0), (10.0, 10.0, 5.0), (24, 16, 4), 20.0)
TONNES = np.full(GRID.n, 10.0 * 10.0 * 5.0 * 2.5)
RULE = PrecisionRule(ResourceClass.MEASURED, 50_000.0, "quarter")


def gaussian_draws(cv: float, r: int = 4000, seed: int = 3) -> tuple[Volumes, np.ndarray]:
    """Panels of 4 x 4 x 2 blocks whose blocks are independent Gaussians: panel cv is known."""
    volumes = panels(GRID, TONNES, (4, 4, 2), 32 * TONNES[0])
    rng = np.random.default_rng(seed)
    block_cv = cv * np.sqrt(32)
    draws = 10.0 * (1.0 + block_cv * rng.standard_normal((r, GRID.n)))
    return volumes, draws


@pytest.mark.parametrize("cv", [0.05, 0.0912, 0.12])
def test_probability_is_that_of_gaussian_panels(cv: float) -> None:
    volumes, draws = gaussian_draws(cv)
    found = precision(volumes, draws, TONNES, cutoff=-np.inf)
    exact = 2 * stats.norm.cdf(0.15 / cv) - 1
    share = found.probability(0.15)
    # a share of r independent draws has this standard error; 48 panels, so 4 of them
    error = np.sqrt(exact * (1 - exact) / len(draws)) + 1e-12
    assert np.abs(share - exact).max() < 4.5 * error
    assert abs(share.mean() - exact) < 4 * error / np.sqrt(len(share))
    wide = found.half_width(0.90)
    assert wide.mean() == pytest.approx(stats.norm.ppf(0.95) * cv, rel=0.02)


@pytest.mark.parametrize(
    ("cv", "measured"), [(0.085, True), (0.098, False)], ids=["below 0.0912", "above 0.0912"]
)
def test_the_rule_draws_its_line_where_the_closed_form_does(cv: float, measured: bool) -> None:
    volumes, draws = gaussian_draws(cv)
    found = precision(volumes, draws, TONNES, cutoff=-np.inf)
    classes = by_precision([(RULE, found)], np.ones(GRID.n, dtype=bool))
    share = (classes == ResourceClass.MEASURED).mean()
    assert share > 0.95 if measured else share < 0.05
    # what is in a volume and not sure enough is inferred
    assert set(np.unique(classes)) <= {ResourceClass.MEASURED, ResourceClass.INFERRED}


def test_a_year_averages_what_a_quarter_cannot() -> None:
    """Independent blocks: four times the tonnes, half the spread."""
    rng = np.random.default_rng(5)
    draws = 5.0 + 5.0 * rng.standard_normal((1500, GRID.n))
    total = TONNES.sum()
    year, quarter = equal_volumes(GRID, TONNES, [total / 12, total / 48])
    both = [precision(v, draws, TONNES, cutoff=-np.inf) for v in (year, quarter)]
    ratio = both[1].half_width(0.9).mean() / both[0].half_width(0.9).mean()
    assert ratio == pytest.approx(2.0, rel=0.05)
    # cv of a quarter 1/sqrt(32) = 0.177, of a year 0.088: indicated and no more
    rules = (RULE, PrecisionRule(ResourceClass.INDICATED, 4 * RULE.planned_t, "year"))
    classes = by_precision([(rules[0], both[1]), (rules[1], both[0])], np.ones(GRID.n, dtype=bool))
    assert (classes == ResourceClass.INDICATED).mean() > 0.7
    assert (classes == ResourceClass.MEASURED).mean() < 0.05


@pytest.mark.parametrize("within", [0.05, 0.15, 0.3, 0.6])
def test_classes_are_monotone_in_every_threshold(within: float) -> None:
    volumes, draws = gaussian_draws(0.1, r=300)
    found = precision(volumes, draws, TONNES, cutoff=9.0)
    of = np.ones(GRID.n, dtype=bool)

    def classes(half: float, sure: float, *measures: str) -> np.ndarray:
        rule = PrecisionRule(ResourceClass.MEASURED, 1.0, "quarter", half, sure)
        return by_precision([(rule, found)], of, measures=measures or ("metal",))

    assert (classes(within * 1.3, 0.9) >= classes(within, 0.9)).all()
    assert (classes(within, 0.8) >= classes(within, 0.9)).all()
    assert (classes(within, 0.9) >= classes(within, 0.9, "metal", "tonnes", "grade")).all()


def test_volumes_hold_equal_tonnes_and_years_are_made_of_quarters() -> None:
    rng = np.random.default_rng(1)
    ore = TONNES * rng.random(GRID.n) * (rng.random(GRID.n) < 0.6)
    year, quarter = equal_volumes(GRID, ore, [ore.sum() / 5, ore.sum() / 20])
    assert (len(year), len(quarter)) == (5, 20)
    for volumes in (year, quarter):
        assert volumes.tonnes.sum() == pytest.approx(ore.sum())
        assert np.abs(volumes.tonnes / volumes.tonnes.mean() - 1).max() < 0.12
        assert not volumes.short.any()
        assert ((volumes.of_block >= 0) == (ore > 0)).all()
    for v in range(len(quarter)):
        assert len(np.unique(year.of_block[quarter.of_block == v])) == 1


def test_no_volume_is_much_larger_than_planned() -> None:
    for parts in (1.0, 1.09, 1.3, 1.49, 2.6, 7.4):
        (volumes,) = equal_volumes(GRID, TONNES, [TONNES.sum() / parts])
        assert volumes.tonnes.max() <= 1.15 * volumes.planned_t


def test_volumes_are_compact() -> None:
    """Equal tonnes of a plain box: no volume is longer than twice what a cube would be."""
    (volumes,) = equal_volumes(GRID, TONNES, [TONNES.sum() / 24])
    local = GRID.to_local(GRID.centroids())
    edge = (GRID.n * GRID.block_volume_m3 / 24) ** (1 / 3)
    for v in range(24):
        extent = np.ptp(local[volumes.of_block == v], axis=0) + np.array(GRID.size)
        assert extent.max() <= 2.5 * edge


def test_levels_keep_a_volume_on_its_benches() -> None:
    (volumes,) = equal_volumes(GRID, TONNES, [TONNES.sum() / 8], levels=1)
    level = np.arange(GRID.n) // (GRID.shape[0] * GRID.shape[1])
    for v in range(len(volumes)):
        assert np.ptp(level[volumes.of_block == v]) == 0


def test_waste_goes_with_the_ore_round_it() -> None:
    ore = TONNES * (np.arange(GRID.n) % 3 == 0)
    (volumes,) = equal_volumes(GRID, ore, [ore.sum() / 6], of=np.ones(GRID.n, dtype=bool))
    assert (volumes.of_block >= 0).all()
    assert volumes.tonnes.sum() == pytest.approx(ore.sum())


def test_panels_follow_the_grid_and_tell_which_are_short() -> None:
    found = panels(GRID, TONNES, (10, 16, 4), 10 * 16 * 4 * TONNES[0])
    assert len(found) == 3  # 24 blocks in tens: the last panel is cut
    assert found.short.tolist() == [False, False, True]
    same = panels(Grid((0, 0, 0), GRID.size, GRID.shape), TONNES, (10, 16, 4), 1.0)
    assert (same.of_block == found.of_block).all()


def test_volumes_given_by_the_model() -> None:
    label = np.where(np.arange(GRID.n) < 100, -1, np.arange(GRID.n) // 400)
    found = given_volumes(label, TONNES, np.ones(GRID.n, dtype=bool))
    assert (found.of_block[:100] == -1).all()
    assert len(found) == len(np.unique(label[100:]))
    assert found.tonnes.sum() == pytest.approx(TONNES[100:].sum())
    with pytest.raises(ModelError, match="no block is in a volume"):
        given_volumes(np.full(GRID.n, -1), TONNES, np.ones(GRID.n, dtype=bool))


def test_metal_ore_and_grade_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(8)
    draws = rng.lognormal(size=(25, GRID.n)).astype(np.float32)
    draws[:, :50] = np.nan
    volumes = panels(GRID, TONNES, (5, 5, 2), 1.0)
    chosen = rng.random(GRID.n) < 0.5
    for ore in (None, chosen):
        found = precision(volumes, draws, TONNES, cutoff=1.2, fraction=0.01, ore=ore)
        for r in (0, 24):
            for v in (0, 7, len(volumes) - 1):
                own = np.flatnonzero(volumes.of_block == v)
                g = draws[r, own].astype(float)
                taken = own[(g >= 1.2)] if ore is None else own[chosen[own] & ~np.isnan(g)]
                rock = TONNES[taken].sum()
                metal = 0.01 * (TONNES[taken] * draws[r, taken].astype(float)).sum()
                assert found.amounts["tonnes"][r, v] == pytest.approx(rock)
                assert found.amounts["metal"][r, v] == pytest.approx(metal)


def test_a_cutoff_above_everything_leaves_nothing_sure() -> None:
    volumes, draws = gaussian_draws(0.1, r=50)
    found = precision(volumes, draws, TONNES, cutoff=1e6)
    assert (found.probability(0.15) == 0).all()
    assert np.isinf(found.half_width(0.9)).all()
    assert not expected_ore(draws, TONNES, 1e6, np.ones(GRID.n, dtype=bool)).any()
    with pytest.raises(ModelError, match="no block has tonnes"):
        equal_volumes(GRID, np.zeros(GRID.n), [1.0])


def test_bad_input_is_told() -> None:
    volumes, draws = gaussian_draws(0.1, r=30)
    with pytest.raises(ModelError, match="too few"):
        precision(volumes, draws[:19], TONNES)
    with pytest.raises(ModelError, match="grid of the estimate"):
        precision(volumes, draws[:, :-1], TONNES)
    with pytest.raises(ModelError, match="do not fall"):
        equal_volumes(GRID, TONNES, [1e4, 1e5])
    with pytest.raises(ModelError, match="negative or not finite"):
        equal_volumes(GRID, np.where(np.arange(GRID.n) == 3, np.nan, TONNES), [1e5])
    for bad in ({"within": 0.0}, {"confidence": 1.2}, {"planned_t": np.inf}):
        with pytest.raises(ModelError):
            PrecisionRule(**{"resource_class": ResourceClass.MEASURED, "planned_t": 1.0,
                             "period": "", **bad})  # fmt: skip
    with pytest.raises(ModelError, match="nothing to classify"):
        by_precision([], np.ones(GRID.n, dtype=bool))


def test_one_block_is_one_volume() -> None:
    grid = Grid((0, 0, 0), (10, 10, 10), (1, 1, 1))
    (volumes,) = equal_volumes(grid, np.array([2500.0]), [100.0])
    assert volumes.of_block.tolist() == [0]
    found = precision(volumes, np.full((20, 1), 2.0), np.array([2500.0]))
    assert isinstance(found, Precision)
    assert found.probability(0.15).tolist() == [1.0]


def test_finer_realisations_are_averaged_onto_the_models_blocks() -> None:
    coarse = Grid((10.0, 20.0, 0.0), (20.0, 20.0, 10.0), (4, 3, 2), 33.0)
    fine = Grid((10.0, 20.0, 0.0), (10.0, 5.0, 5.0), (8, 12, 4), 33.0)
    values = np.random.default_rng(2).random((3, fine.n))
    mask = np.ones(fine.n, dtype=bool)
    mask[: fine.n // 4] = False
    values[:, ~mask] = 0.0
    source = Realisations(fine, {"cu_pct": values}, mask)
    found = BlockDraws(source, "cu_pct", coarse)[1]
    cube = np.where(mask, values[1], np.nan).reshape(2, 2, 3, 4, 4, 2)
    with np.errstate(invalid="ignore"):
        expected = np.array([np.nanmean(c) if np.isfinite(c).any() else np.nan for c in
                             cube.transpose(0, 2, 4, 1, 3, 5).reshape(coarse.n, -1)])  # fmt: skip
    np.testing.assert_allclose(found, expected)
    with pytest.raises(ModelError, match="larger than the model's"):
        BlockDraws(Realisations(coarse, {"cu_pct": np.zeros((1, coarse.n))}), "cu_pct", fine)
    with pytest.raises(ModelError, match="nowhere"):
        BlockDraws(source, "cu_pct", Grid((9e5, 0, 0), (20, 20, 10), (2, 2, 2)))
    with pytest.raises(ModelError, match="no realisations of 'au_gpt'"):
        BlockDraws(source, "au_gpt", coarse)
    with pytest.raises(ModelError, match="at points"):
        BlockDraws(Realisations(np.zeros((2, 3)), {"cu_pct": np.zeros((1, 2))}), "cu_pct", coarse)
