"""Verdicts, tolerances and all checks of a domain together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from check_cases import FLAT, GRID, ground, samples, west_east

from orefield.core import Grid, ModelError
from orefield.deposit import Structure, Variogram
from orefield.deposit.checks import (
    Check,
    Findings,
    Plan,
    Subject,
    Tolerances,
    counts,
    coverage,
    findings,
    judged,
    subjects,
    unjudged,
)
from orefield.deposit.classification import BlockDraws
from orefield.deposit.realisations import Realisations

LOOSE = Variogram(0.1, (Structure("spherical", 0.9, (60.0, 60.0, 30.0)),))


def of(found: Findings | list[Check], words: str) -> Check:
    checks = found.checks if isinstance(found, Findings) else found
    (one,) = [c for c in checks if words in c.measure]
    return one


def nothing(_name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("value", "tolerance", "at_least", "verdict"),
    [
        (0.05, 0.05, False, "pass"), (-0.05, 0.05, False, "pass"), (-0.051, 0.05, False, "fail"),
        (0.9, 0.9, True, "pass"), (0.89, 0.9, True, "fail"), (-2.0, 0.9, True, "fail"),
        (math.nan, 0.9, True, "not judged"), (math.inf, 0.9, False, "not judged"),
        (0.1, None, False, "not judged"),
    ],
)  # fmt: skip
def test_verdicts(value: float, tolerance: float | None, at_least: bool, verdict: str) -> None:
    found = judged("group", "measure", value, tolerance, at_least=at_least)
    assert found.verdict == verdict
    assert bool(found.why) == (verdict == "not judged")
    plain = found.as_dict()
    assert plain["value"] is None or math.isfinite(plain["value"])
    assert plain["domain"] == "all"


def test_what_is_not_judged_says_why_and_is_counted() -> None:
    checks = [judged("a", "b", 1.0, 2.0), judged("a", "b", 3.0, 2.0), unjudged("a", "b", "because")]
    assert counts(checks) == {"pass": 1, "fail": 1, "not judged": 1}
    assert checks[2].why == "because"
    with pytest.raises(ModelError, match="swath"):
        Tolerances(swath=-0.1)
    assert Tolerances().of("extrapolation_m") is None
    assert Tolerances(extrapolation_m=50.0).of("extrapolation_m") == 50.0


def perfect(grid: Grid = GRID) -> Subject:
    """An estimate that is the nearest-neighbour model, and realisations that are it, too."""
    first, _ = subjects(ground(grid), samples(grid))
    near = np.nan_to_num(first[0].nearest, nan=0.3)
    blocks = ground(grid, grade=near)
    source = Realisations(grid, {"cu_pct": np.repeat(near[None], 20, axis=0)})
    listed, _ = subjects(blocks, samples(grid), draws=BlockDraws(source, "cu_pct", grid))
    return listed[0]


@pytest.mark.parametrize("grid", [GRID, FLAT], ids=["3-D", "2-D"])
def test_a_perfect_estimate_passes_whatever_compares_it(grid: Grid) -> None:
    plan = Plan(Tolerances(), (0.3,), of_blocks=False)
    found = findings(perfect(grid), plan, nothing)
    for group in ("global bias", "swaths", "local bias", "conditional bias", "grade-tonnage"):
        checks = [c for c in found.checks if c.group == group and c.verdict != "not judged"]
        assert checks, group
        assert {c.verdict for c in checks} == {"pass"}, group
    assert of(found, "largest gap between shares").value < 0.06
    assert [s.axis for s in found.swaths] == (["x", "y"] if grid is FLAT else ["x", "y", "z"])


@pytest.mark.parametrize(("factor", "failing"), [(1.2, "global bias"), (0.7, "grade-tonnage")])
def test_an_estimate_that_is_off_fails(factor: float, failing: str) -> None:
    subject = perfect()
    scaled = ground(grade=subject.ground.grade * factor)
    listed, _ = subjects(scaled, samples(), draws=subject.draws)
    found = findings(listed[0], Plan(Tolerances(), (0.3,)), nothing)
    assert "fail" in {c.verdict for c in found.checks if c.group == failing}
    assert of(found, "mean of blocks over declustered").value == pytest.approx(factor - 1)


def test_without_realisations_or_variogram_nothing_is_guessed() -> None:
    listed, _ = subjects(ground(), samples())
    found = findings(listed[0], Plan(Tolerances(), (0.3,)), nothing)
    for words in (
        "mean of realisations", "slope of blocks", "variance of realisations",
        "largest gap of realisations", "tonnes of the estimate", "variance of the",
    ):  # fmt: skip
        one = of(found, words)
        assert one.verdict == "not judged"
        assert "no realisations" in one.why or "no variogram" in one.why
        assert math.isnan(one.value)


def test_realisations_of_blocks_are_not_held_against_points() -> None:
    subject = perfect()
    plan = Plan(Tolerances(), (), variogram=LOOSE, scores=LOOSE, of_blocks=True)
    found = findings(subject, plan, nothing)
    assert of(found, "largest gap between shares").verdict == "not judged"
    assert "of blocks" in of(found, "largest gap between shares").why
    kept = of(found, "variance of realisations")
    assert kept.verdict != "not judged"
    assert "blocks keep" in kept.why
    only_scores = findings(subject, Plan(Tolerances(), (), scores=LOOSE, of_blocks=True), nothing)
    assert "variogram of grades" in of(only_scores, "variance of realisations").why
    assert of(only_scores, "largest gap of realisations").verdict == "not judged"


def test_what_kriging_tells_is_weighed_by_tonnes() -> None:
    rng = np.random.default_rng(1)
    told = {
        "slope": rng.random(GRID.n), "efficiency": rng.random(GRID.n),
        "negative_weights": -0.2 * rng.random(GRID.n),
    }  # fmt: skip
    blocks = ground()
    listed, _ = subjects(blocks, samples())
    subject = listed[0]
    found = coverage(subject, told.get, Tolerances(extrapolation_m=1.0))
    own = blocks.estimated
    weight = blocks.tonnes[own]
    assert of(found, "mean slope").value == pytest.approx(np.average(told["slope"][own],
                                                                     weights=weight))  # fmt: skip
    poor = weight[told["slope"][own] < 0.5].sum() / weight.sum()
    assert of(found, "slope below 0.5").value == pytest.approx(poor)
    assert of(found, "negative weights").value == pytest.approx(
        np.average(told["negative_weights"][own], weights=weight)
    )
    left = blocks.tonnes[~own].sum() / blocks.tonnes.sum()
    assert of(found, "not estimated").value == pytest.approx(left)
    assert of(found, "largest distance").verdict == "fail"


def test_estimates_below_zero_and_beyond_the_samples_are_found() -> None:
    grade = np.full(GRID.n, 0.3)
    grade[:300] = -0.01
    grade[300:900] = 99.0
    blocks = ground(grade=grade, tonnes=np.ones(GRID.n), estimated=np.ones(GRID.n, dtype=bool))
    listed, _ = subjects(blocks, samples())
    found = coverage(listed[0], nothing, Tolerances())
    assert of(found, "below zero").value == pytest.approx(300 / GRID.n)
    assert of(found, "beyond the range").value == pytest.approx(900 / GRID.n)
    assert {of(found, w).verdict for w in ("below zero", "beyond")} == {"fail"}


def test_every_domain_has_its_own_checks() -> None:
    listed, _ = subjects(ground(domain=west_east()), samples(), code="domain")
    made = [findings(s, Plan(Tolerances(), ()), nothing) for s in listed]
    assert [{c.domain for c in f.checks} for f in made] == [{""}, {"east"}, {"west"}]
    east, west = (of(f, "mean of blocks over declustered") for f in made[1:])
    assert east.value != west.value


def test_all_samples_alike() -> None:
    same = samples().with_values(cu_pct=np.full(len(samples()), 0.4))
    blocks = ground(grade=np.full(GRID.n, 0.4))
    source = Realisations(GRID, {"cu_pct": np.full((20, GRID.n), 0.4)})
    listed, _ = subjects(blocks, same, draws=BlockDraws(source, "cu_pct", GRID))
    plan = Plan(Tolerances(), (0.4, 0.5), variogram=LOOSE, of_blocks=False)
    found = findings(listed[0], plan, nothing)
    assert of(found, "mean of blocks over declustered").verdict == "pass"
    assert of(found, "correlation of panels").verdict == "not judged"
    assert of(found, "variance of realisations").verdict == "not judged"
    assert of(found, "tonnes of the estimate above 0.4").value == pytest.approx(0.0)
    assert of(found, "tonnes of the estimate above 0.5").verdict == "not judged"


def test_one_sample_and_one_block() -> None:
    grid = Grid((0, 0, 0), (10, 10, 10), (1, 1, 1))
    one = samples(grid, 1, seed=3).with_values(cu_pct=np.array([0.5]))
    blocks = ground(grid, grade=np.array([0.5]), estimated=np.array([True]))
    listed, _ = subjects(blocks, one)
    found = findings(listed[0], Plan(Tolerances(), (0.2,), variogram=LOOSE), nothing)
    assert of(found, "mean of blocks over declustered").value == pytest.approx(0.0)
    assert found.swaths == []
