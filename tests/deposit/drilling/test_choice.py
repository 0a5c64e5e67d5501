"""Choosing holes: against all subsets, and the bound against the best of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from drilling_oracles import GRID, MODEL, best_subset, existing, holes, problem, value_of

from orefield.core import ModelError
from orefield.deposit.drilling import Limits, Utility, certify, choose
from orefield.deposit.drilling.own_noise import joint, own_noise
from orefield.deposit.variogram import Variogram

ONES = np.ones((1, GRID.n))


def _sums(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, (count, GRID.n)) * (rng.uniform(0, 1, (count, GRID.n)) < 0.5)


@pytest.mark.parametrize("seed", range(6))
def test_plan_is_near_the_best_subset_and_the_bound_is_above_it(seed: int) -> None:
    equal = seed % 2 == 0
    found = problem(holes(9, seed=seed + 20, equal=equal), _sums(seed, 1 + seed % 3), Limits(125.0))
    best, _ = best_subset(found)
    plan = choose(found)
    assert plan.value == pytest.approx(value_of(found, plan.holes), rel=1e-7)
    assert (found.uses[:, list(plan.holes)].sum(axis=1) <= 1 + 1e-9).all()
    assert plan.value <= best * (1 + 1e-9)
    if equal:
        assert plan.greedy_value >= (1 - 1 / math.e) * best
    assert plan.value >= 0.95 * best
    bound = certify(found, [plan.holes])
    assert best <= bound.bound * (1 + 1e-9)
    assert bound.bound <= bound.everything * (1 + 1e-12)
    assert bound.relaxed <= bound.bound * (1 + 1e-9)


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("sweeps", [0, 2])
def test_what_is_said_of_each_hole_is_what_it_adds_to_those_before(seed: int, sweeps: int) -> None:
    # unequal lengths: the run by gain may win, whose order is not that of gain per cost
    found = problem(holes(9, seed=seed, equal=False), _sums(seed, 2), Limits(125.0))
    plan = choose(found, sweeps=sweeps)
    values = [value_of(found, plan.holes[:k]) for k in range(len(plan.holes) + 1)]
    assert plan.gains == pytest.approx(np.diff(values), rel=1e-7)
    assert plan.taken.sum(axis=1) == pytest.approx(values[1:], rel=1e-7)


@pytest.mark.parametrize("nugget", [0.0, 0.02, 1.0])
def test_bound_holds_from_any_start_and_at_any_nugget(nugget: float) -> None:
    model = Variogram(nugget, MODEL.structures)
    found = problem(holes(8, seed=3), ONES, Limits(80.0), model=model)
    best, chosen = best_subset(found)
    for start in ([], [chosen], [(0, 1)]):
        for steps in (1, 10):
            assert certify(found, start, steps=steps).bound >= best * (1 - 1e-9)


def test_own_variation_makes_the_bound_tighter_and_leaves_a_covariance() -> None:
    found = problem(holes(8, seed=4), ONES, Limits(80.0))
    alone = own_noise(found.prior, found.own)
    assert alone is not None
    h, k = found.prior.samples.valid.shape
    rest = joint(found.prior)
    for i in range(h):
        rest[i * k : (i + 1) * k, i * k : (i + 1) * k] -= alone[i]
    g = found.prior.cross.reshape(h * k, -1)
    every = np.block([[rest, g], [g.T, np.diag(found.prior.start)]])
    assert np.linalg.eigvalsh(every).min() > -1e-8 * np.trace(every)
    # no less than the nugget in every direction of every hole, for this model
    assert np.linalg.eigvalsh(alone).min() >= 0


def test_thresholds_count_only_what_brings_volumes_on_their_way() -> None:
    found = problem(holes(8, seed=5), _sums(3, 4), Limits(125.0))
    tonnes = np.array([1.0, 2.0, 3.0, 4.0])
    limit = found.prior.start * np.array([[0.7, 0.9, 0.5, 1.2]])
    found.utility = Utility.thresholds(found.prior.start, limit, tonnes)
    best, _ = best_subset(found)
    plan = choose(found)
    assert found.utility.most(found.prior.start) == pytest.approx(6.0)  # the fourth has passed
    assert 0.9 * best <= plan.value <= best * (1 + 1e-9)
    assert certify(found, [plan.holes]).bound >= best * (1 - 1e-9)


def test_lazy_choice_is_the_full_one() -> None:
    found = problem(holes(9, seed=6), ONES, Limits(130.0))
    plan = choose(found, sweeps=0)
    state, chosen = found.start(), []
    for _ in range(3):
        rows = np.array([i for i in range(9) if i not in chosen])
        chosen.append(int(rows[np.argmax(state.gains(rows))]))
        state.drill(chosen[-1])
    assert list(plan.holes) == chosen
    assert plan.evaluations <= 9 + 8 + 7


def test_exchanges_never_lose() -> None:
    for seed in range(4):
        found = problem(holes(10, seed=40 + seed, equal=False), ONES, Limits(100.0))
        assert choose(found, sweeps=3).value >= choose(found, sweeps=0).value * (1 - 1e-12)


def test_more_metres_never_bring_less() -> None:
    values = [choose(problem(holes(9, seed=9), ONES, Limits(m))).value for m in (40.0, 80.0, 160.0)]
    assert values == sorted(values)


def test_new_holes_keep_their_distance() -> None:
    planned = holes(10, seed=11)
    found = problem(planned, ONES, Limits(200.0, between_m=25.0))
    plan = choose(found)
    samples = found.prior.samples
    for i, a in enumerate(plan.holes):
        for b in plan.holes[:i]:
            lag = samples.places_m[a][:, None] - samples.places_m[b][None]
            assert np.sqrt((lag**2).sum(axis=2)).min() >= 25.0


def test_budget_and_number_of_holes_are_kept() -> None:
    planned = holes(10, seed=12, equal=False)
    limits = Limits(np.inf, budget=9000.0, holes=3, per_m=60.0, per_hole=1000.0)
    plan = choose(problem(planned, ONES, limits))
    cost = 1000.0 * len(plan.holes) + 60.0 * planned.length_m[list(plan.holes)].sum()
    assert len(plan.holes) <= 3
    assert cost <= 9000.0


def test_a_stop_gives_the_best_so_far() -> None:
    found = problem(holes(9, seed=6), ONES, Limits(130.0))
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    plan = choose(found, stop=stop)
    assert plan.stopped
    assert 1 <= len(plan.holes) < 3
    with pytest.raises(ModelError, match="stopped before any hole"):
        choose(found, stop=lambda: True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"metres": 0.0}, "0 m may be drilled"),
        ({"metres": float("nan")}, "may be drilled"),
        ({"metres": 100.0, "budget": 10.0}, "cost nothing"),
        ({"metres": 100.0, "holes": 0}, "0 holes"),
        ({"metres": 100.0, "per_m": -1.0}, "per_m"),
        ({"metres": np.inf}, "nothing limits"),
    ],
)
def test_limits_that_cannot_be(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Limits(**values)


def test_limits_shorter_than_any_candidate() -> None:
    with pytest.raises(ModelError, match="no candidate fits"):
        problem(holes(4), ONES, Limits(20.0))


def test_candidates_out_of_reach_are_told() -> None:
    planned = holes(4)
    far = type(planned)(
        planned.collar_m + 1e5, planned.azimuth_deg, planned.dip_deg, planned.length_m
    )
    found = problem(far, ONES, Limits(100.0), known_mean=True, places=existing())
    with pytest.raises(ModelError, match="tells anything"):
        choose(found)


def test_nothing_to_gain_is_told() -> None:
    with pytest.raises(ModelError, match="nothing to gain"):
        Utility.thresholds(np.array([1.0]), np.array([[2.0]]), np.array([5.0]))
