"""The resource statement: nothing lost, sums that hold, intervals that are those of the draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core import Grid, ModelError, UnitError
from orefield.deposit.classification import (
    Circumstances,
    Companion,
    Ground,
    ResourceClass,
    mass_fraction,
    outside_interval,
    qualifications,
    rounded_parts,
    statement,
    unit_for,
    unit_of,
)

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (12, 10, 5), 12.0)
RNG = np.random.default_rng(4)
GRADE = RNG.lognormal(-1.0, 0.7, GRID.n)
TONNES = 1000.0 * RNG.uniform(2.5, 3.1, GRID.n)
ESTIMATED = RNG.random(GRID.n) < 0.9
DOMAIN = np.where(np.arange(GRID.n) % 3 == 0, "oxide", "sulphide")
CLASSES = RNG.integers(0, 4, GRID.n).astype(np.int8)


def ground(**changes: object) -> Ground:
    values = {
        "grid": GRID, "value": "cu_pct", "unit": "%", "tonnes": TONNES, "grade": GRADE,
        "estimated": ESTIMATED, "domain": DOMAIN,
    }  # fmt: skip
    return Ground(**{**values, **changes})


def test_lines_are_those_of_a_plain_loop() -> None:
    made = statement(ground(), CLASSES, [0.3])
    for line in made.lines:
        own = ESTIMATED & (line.domain == DOMAIN) & (line.resource_class == CLASSES)
        own &= GRADE >= 0.3
        assert line.tonnes == pytest.approx(TONNES[own].sum(), rel=1e-12)
        assert line.metal_t == pytest.approx((0.01 * TONNES * GRADE)[own].sum(), rel=1e-12)
        assert line.grade == pytest.approx(np.average(GRADE[own], weights=TONNES[own]))
        assert math.isnan(line.tonnes_over.low)


@given(st.floats(0.01, 3.0), st.integers(0, 1000))
def test_tonnes_are_conserved_over_classes_and_fall_with_the_cutoff(
    cutoff: float, seed: int
) -> None:
    classes = np.random.default_rng(seed).integers(1, 4, GRID.n).astype(np.int8)
    made = statement(ground(), classes, [0.0, cutoff])
    for level in (0.0, cutoff):
        total = sum(line.tonnes for line in made.by_class if line.cutoff == level)
        assert total == pytest.approx(TONNES[ESTIMATED & (level <= GRADE)].sum())
        by_domain = sum(line.tonnes for line in made.lines if line.cutoff == level)
        assert by_domain == pytest.approx(total)
    low, high = made.measured_indicated
    assert high.tonnes <= low.tonnes
    assert high.tonnes == 0 or high.grade >= cutoff


def test_inferred_is_in_no_sum_with_the_others() -> None:
    only = np.full(GRID.n, ResourceClass.INFERRED, dtype=np.int8)
    made = statement(ground(), only, [0.0])
    assert made.measured_indicated[0].tonnes == 0
    assert math.isnan(made.measured_indicated[0].grade)


def test_a_shell_leaves_out_what_is_outside() -> None:
    inside = np.arange(GRID.n) < GRID.n // 2
    made = statement(ground(inside=inside), np.full(GRID.n, 3, np.int8), [0.0])
    assert made.measured_indicated[0].tonnes == pytest.approx(TONNES[ESTIMATED & inside].sum())


def test_intervals_are_percentiles_of_sums_over_draws() -> None:
    draws = RNG.lognormal(-1.0, 0.7, (60, GRID.n))
    made = statement(ground(), CLASSES, [0.4], draws=draws, confidence=0.8)
    (both,) = made.measured_indicated
    own = ESTIMATED & (CLASSES >= 2)
    rock = [(TONNES * own * (d >= 0.4)).sum() for d in draws]
    metal = [0.01 * (TONNES * d * own * (d >= 0.4)).sum() for d in draws]
    grade = 100 * np.array(metal) / rock
    for over, values in (
        (both.tonnes_over, rock), (both.metal_over, metal), (both.grade_over, grade)
    ):  # fmt: skip
        np.testing.assert_allclose((over.low, over.high), np.percentile(values, [10, 90]))
    assert made.realisations == 60


def test_what_lies_outside_its_interval_is_named() -> None:
    near = np.repeat(GRADE[None], 30, axis=0)
    made = statement(ground(), CLASSES, [0.3], draws=near)
    assert outside_interval(made) == ()
    far = statement(ground(), CLASSES, [0.3], draws=1.5 * near)
    told = outside_interval(far)
    assert [text.split(" at ")[0] for text in told] == [
        "measured", "indicated", "inferred", "measured + indicated",
    ]  # fmt: skip
    # half as much again everywhere is bias, and said to be
    assert all(text.endswith("+50.0% metal without a cut-off") for text in told)
    measured = ESTIMATED & (CLASSES == 3)
    rock = TONNES[measured & (1.5 * GRADE >= 0.3)].sum() / TONNES[measured & (GRADE >= 0.3)].sum()
    assert f"realisations have {rock - 1:+.1%} rock" in told[0]
    assert outside_interval(statement(ground(), CLASSES, [0.3])) == ()


def test_what_was_not_simulated_is_told_and_counts_as_nothing() -> None:
    draws = np.full((25, GRID.n), 1.0)
    draws[:, :100] = np.nan
    made = statement(ground(), np.full(GRID.n, 3, np.int8), [0.0], draws=draws)
    missing = TONNES[:100][ESTIMATED[:100]].sum()
    assert made.not_simulated_t == pytest.approx(missing)
    assert made.measured_indicated[0].tonnes_over.high == pytest.approx(
        TONNES[ESTIMATED].sum() - missing
    )


def test_a_cutoff_above_all_leaves_empty_classes() -> None:
    made = statement(ground(), CLASSES, [1e6], draws=np.ones((20, GRID.n)))
    for line in (*made.lines, *made.by_class, *made.measured_indicated):
        assert line.tonnes == line.metal_t == 0
        assert math.isnan(line.grade)
        assert math.isnan(line.grade_over.low)
        assert line.tonnes_over.high == 0


def test_one_block() -> None:
    grid = Grid((0, 0, 0), (10, 10, 10), (1, 1, 1))
    one = Ground(grid, "au_gpt", "g/t", np.array([2700.0]), np.array([2.0]), np.array([True]))
    made = statement(one, np.array([3], np.int8), [0.5])
    assert made.by_class[0].metal_t == pytest.approx(2700 * 2e-6)
    assert made.by_class[0].grade == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tonnes": np.where(np.arange(GRID.n) == 7, np.nan, TONNES)}, "tonnes"),
        ({"tonnes": -TONNES}, "tonnes"),
        ({"tonnes": TONNES[:-1]}, "shape"),
        ({"estimated": np.zeros(GRID.n, dtype=bool)}, "no block"),
        ({"grade": np.where(ESTIMATED, np.inf, 0.0)}, "not finite"),
        ({"domain": DOMAIN[:5]}, "shape"),
    ],
)
def test_ground_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        ground(**changes)


def test_what_was_not_estimated_may_be_anything() -> None:
    odd = np.where(ESTIMATED, GRADE, np.nan)
    classes = np.full(GRID.n, 3, np.int8)
    a = statement(ground(grade=odd), classes, [0.2])
    b = statement(ground(), classes, [0.2])
    assert [line.tonnes for line in a.lines] == [line.tonnes for line in b.lines]


@pytest.mark.parametrize("cutoffs", [[], [math.nan], [math.inf]])
def test_cutoffs_that_are_none_are_refused(cutoffs: list[float]) -> None:
    with pytest.raises(ModelError, match="cut-offs"):
        statement(ground(), CLASSES, cutoffs)


# -- rounding ---------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1, max_size=12),
    st.sampled_from([0.1, 1.0, 1e3, 1e5]),
)
def test_rounded_parts_add_up_and_none_is_off_by_a_unit(parts: list[float], unit: float) -> None:
    found = rounded_parts(parts, unit)
    steps = found / unit
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)
    assert (np.abs(found - parts) < unit * (1 + 1e-6)).all()
    total = math.fsum(parts)
    assert abs(found.sum() - total) <= unit * (0.5 + 1e-6)


def test_figures_that_would_not_add_up_one_by_one() -> None:
    # rounded one by one: 1 + 1 + 1 = 3, yet the sum is 4.2, so 4
    assert rounded_parts([1.4, 1.4, 1.4], 1.0).sum() == 4.0
    assert rounded_parts([0.3, 0.6, 0.1], 0.1).tolist() == pytest.approx([0.3, 0.6, 0.1])
    assert rounded_parts([0.0, 0.0], 10.0).tolist() == [0.0, 0.0]
    assert unit_for([123456.0, 98.0], 3) == pytest.approx(1000.0)
    assert unit_for([0.0, math.nan]) == 1.0
    for bad in ([-1.0], [math.nan]):
        with pytest.raises(ModelError):
            rounded_parts(bad, 1.0)
    with pytest.raises(ModelError):
        rounded_parts([1.0], 0.0)
    with pytest.raises(ModelError):
        unit_for([1.0], 0)


# -- units and what is said ---------------------------------------------------------------


def test_units_of_grades() -> None:
    assert [unit_of(v) for v in ("cu_pct", "au_gpt", "u_ppm")] == ["%", "g/t", "ppm"]
    assert mass_fraction("%") == mass_fraction("pct") == 0.01
    for name in ("cu", "pct", "primary_value"):
        with pytest.raises(UnitError, match="not known"):
            unit_of(name)
    with pytest.raises(UnitError, match="no unit of grade"):
        mass_fraction("oz")


def circumstances(**changes: object) -> Circumstances:
    return Circumstances(**{
        "date": "2026-01-31", "prospects": "", "shell": "", "density": "measured",
        "synthetic": False, "note": "", "realisations": 0, "confidence": 0.9,
        "method": "spacing", "rule_source": "", "reach": "",
        "smoothing": "", "outside_interval": (),
        "not_estimated_t": 0.0, "not_asked_t": 0.0, "not_simulated_t": 0.0, "outside_t": 0.0,
        **changes})  # fmt: skip


def test_a_statement_always_says_what_it_is_not() -> None:
    plain = " ".join(qualifications(circumstances()))
    for words in ("not signed", "reasonable prospects", "not assessed", "no interval", "17766"):
        assert words in plain
    assert "synthetic" not in plain
    made_up = qualifications(circumstances(synthetic=True, note="stand-in geology"))
    assert made_up[0].startswith("synthetic")
    apart = " ".join(qualifications(circumstances(not_asked_t=7e6)))
    assert "7,000,000 t of rock lie outside the estimate's domains" in apart
    near = " ".join(qualifications(circumstances(method="simulation", reach="only within 90 m")))
    assert "only within 90 m" in near
    shell = " ".join(qualifications(circumstances(shell="pit", outside_t=5e6, date="")))
    assert "5,000,000 t" in shell
    assert "not assessed" not in shell
    assert "no effective date" in shell


def test_other_metals_are_those_of_the_same_ore() -> None:
    nickel = RNG.random(GRID.n)
    made = statement(ground(companions=(Companion("ni_ppm", "ppm", nickel),)), CLASSES, [0.3])
    for line in made.lines:
        own = ESTIMATED & (line.domain == DOMAIN) & (line.resource_class == CLASSES)
        own &= GRADE >= 0.3
        (other,) = line.companions
        assert other.metal_t == pytest.approx(1e-6 * (TONNES * nickel)[own].sum())
        assert other.grade == pytest.approx(np.average(nickel[own], weights=TONNES[own]))
    with pytest.raises(UnitError):
        ground(companions=(Companion("ni", "oz", nickel),))
    with pytest.raises(ModelError, match="shape"):
        ground(companions=(Companion("ni_ppm", "ppm", nickel[:3]),))
    with pytest.raises(ModelError, match="not finite"):
        ground(companions=(Companion("ni_ppm", "ppm", np.full(GRID.n, np.nan)),))
