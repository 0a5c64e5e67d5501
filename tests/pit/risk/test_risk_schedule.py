"""Schedules over realisations: against whole programs, out of sample, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from schedule_oracle import broken, judge
from two_stage import extensive
from uncertain_pits import deposit, metal_target, tiny

from orefield.core import ModelError
from orefield.pit.production import Plan, Row, relax, solve_production
from orefield.pit.risk import (
    Realisations,
    all_policies,
    evaluate,
    expected_problem,
    perfect_information_bound,
    policies,
    risk_schedule,
    sample_average_problem,
)
from orefield.pit.risk.schedule import _Made


@pytest.mark.parametrize("seed", range(5))
def test_the_sample_average_is_the_two_stage_program(seed):
    realisations, target = tiny(seed)
    problem = sample_average_problem(realisations, all_policies(realisations), [target])
    best = extensive(realisations, target, whole=False)
    assert judge(problem)[0] == pytest.approx(best, rel=1e-6)
    found = relax(problem, np.zeros(problem.n, np.int32))
    assert found.objective == pytest.approx(best, rel=1e-5)
    assert found.bound >= best - 1e-6 * abs(best)


@pytest.mark.parametrize("seed", range(4))
def test_plans_are_bounded_by_the_two_stage_optimum_and_come_near(seed):
    realisations, target = tiny(seed, 3)
    best = extensive(realisations, target, whole=True)
    out = risk_schedule(realisations, [target], gap=0.0, seconds=np.inf, turns=4)
    assert out.evaluation.objective <= best + 1e-6
    assert out.evaluation.objective <= out.bound + 1e-6
    assert out.value_of_stochastic_solution >= 0.0
    again = evaluate(out.plan, realisations, [target])
    assert again.objective == pytest.approx(out.evaluation.objective)
    worst = out.mean_evaluation.objective
    assert out.evaluation.objective >= max(worst, best - 0.15 * abs(best) - 1.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_sample_average_is_scheduled_to_its_optimum(seed):
    realisations, target = tiny(seed, 3)
    best = extensive(realisations, target, whole=True)
    out = risk_schedule(
        realisations, [target], rounds=0, sampled=True, gap=0.0, seconds=np.inf, turns=6
    )
    assert out.evaluation.objective == pytest.approx(best, rel=1e-6)
    assert best <= out.bound + 1e-6 * abs(best)
    assert out.bound <= perfect_information_bound(realisations) + 1e-9
    assert out.candidates[-1][0] == "sample average"


def test_without_uncertainty_the_plan_is_the_deterministic_one():
    one, _ = deposit(4, 1, (8, 4), 3, rock=12.0, mill=5.0)
    same = Realisations(one.base, np.repeat(one.value, 5, axis=0))
    options = {"gap": 0.0, "seconds": np.inf, "turns": 5, "seed": 3}
    plain = solve_production(one.problem(0), **options)
    out = risk_schedule(same, bound=True, **options)
    assert out.value_of_stochastic_solution <= 0.01 * abs(plain.objective)
    assert out.evaluation.objective >= plain.objective - 1e-9
    assert out.evaluation.objective <= out.bound * (1 + 1e-9)
    np.testing.assert_array_equal(out.mean_plan.period, plain.plan.period)
    rules = policies(same)
    for target in ([], [metal_target(np.zeros((32, 2)), [0.0] * 3)]):
        assert judge(expected_problem(same, rules, target))[0] == pytest.approx(
            judge(one.problem(0))[0]
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_looking_at_risk_pays_on_realisations_not_seen(seed):
    asked = [6.0, 6.0, 6.0, 0.0]
    realisations, metal = deposit(seed, 10, (10, 5), 4, 14.0, 6.0)
    out = risk_schedule(
        realisations, [metal_target(metal, asked)], rounds=2, bound=False, gap=0.01,
        seconds=np.inf, turns=3,
    )  # fmt: skip
    assert broken(replace(realisations.base, limits=realisations.base.limits[:1]), out.plan) == []
    fresh, metal = deposit(seed + 1000, 40, (10, 5), 4, 14.0, 6.0)
    target = metal_target(metal, asked)
    risk, mean = evaluate(out.plan, fresh, [target]), evaluate(out.mean_plan, fresh, [target])
    assert risk.objective > mean.objective
    short = [e.probability @ (e.shortfall()[0] @ target.penalty) for e in (risk, mean)]
    assert risk.expected_npv > mean.expected_npv or short[0] < short[1]


def test_bounds_of_known_realisations_lie_above_every_plan():
    realisations, _ = tiny(1, 4)
    bound = perfect_information_bound(realisations, tolerance=1e-7)
    known = np.mean([judge(realisations.problem(k))[0] for k in range(4)])
    assert bound == pytest.approx(known, rel=1e-5)
    assert bound >= known - 1e-9


def test_rows_are_kept_on_average():
    realisations, _ = tiny(2, 3)
    n, n_t = realisations.base.n, 2
    row = Row(
        "milled", np.repeat(np.arange(n_t), n), np.tile(np.arange(n), n_t),
        np.zeros(n * n_t, np.int64), np.ones(n * n_t), -np.inf, 1.5,
    )  # fmt: skip
    tied = replace(realisations, base=replace(realisations.base, rows=(row,)))
    rules = all_policies(tied)
    _, share = judge(expected_problem(tied, rules))
    milled = (rules.choice[:, :, 0] == 0).mean(axis=1)
    assert (share.sum(axis=(0, 1)) @ milled) <= 1.5 + 1e-7
    with pytest.raises(ModelError, match="join periods"):
        sample_average_problem(tied, rules)


def test_rules_send_blocks_where_they_are_worth_most_after_the_charge():
    realisations, _ = tiny(3, 4)
    price = np.array([0.0, 4.0])  # of the mill
    rules = policies(realisations, price, [0.0, 0.5, 1.0])
    assert rules.names[:2] == ("always mill", "always dump")
    mean = realisations.base.factor[:, 0].mean()
    for name, choice in zip(rules.names[2:], rules.choice[2:], strict=True):
        fraction = float(name.split()[2])
        gain = realisations.value[:, 0, :, 0] - realisations.value[:, 0, :, 1]
        np.testing.assert_array_equal(choice == 0, mean * gain >= fraction * 4.0)
    assert len(rules) > 2


def test_a_schedule_that_is_stopped_is_the_plan_on_mean_values():
    realisations, target = tiny(1)
    out = risk_schedule(realisations, [target], stop=lambda: True)
    assert [name for name, _ in out.candidates] == ["mean values"]
    assert out.value_of_stochastic_solution == 0.0
    assert out.bound == out.gap == np.inf


def test_a_plan_that_misses_what_was_asked_gives_way_to_one_that_does_not():
    realisations, target = tiny(1)
    made = _Made(realisations, [target])
    idle = Plan(np.full(6, 2, np.int32), np.zeros((6, 2)))
    busy = risk_schedule(realisations, [target], rounds=0, bound=False, turns=1, seconds=np.inf)
    made.judge("misses", busy.plan, "unmet")
    made.judge("meets", idle, "turns")
    assert made.best[0] is idle
    assert made.all[0][1] > made.all[1][1]
    made.judge("misses again", busy.plan, "unmet")
    assert made.best[0] is idle
    made.judge("meets and is worth more", busy.plan, "exhausted")
    assert made.best[0] is busy.plan


def test_rules_that_do_not_fit_are_told():
    realisations, target = tiny(0)
    many, _ = deposit(0, 9, (4, 2), 2, rock=6.0, mill=3.0)
    with pytest.raises(ModelError, match="512 ways"):
        all_policies(many)
    with pytest.raises(ModelError, match="rules of shape"):
        expected_problem(many, all_policies(realisations))
    with pytest.raises(ModelError, match="prices for"):
        policies(realisations, np.ones(5))
    for price, fractions in (([np.nan, 0.0], [1.0]), ([1.0, 0.0], [np.nan])):
        with pytest.raises(ModelError, match="not finite"):
            policies(realisations, np.array(price), fractions)
    with pytest.raises(ModelError, match="-1 rounds"):
        risk_schedule(realisations, [target], rounds=-1)
    single = replace(all_policies(realisations), names=("one",))
    single = replace(single, choice=single.choice[:1])
    with pytest.raises(ModelError, match="one rule"):
        sample_average_problem(realisations, single, [target])
    with pytest.raises(ModelError, match="credits of shape"):
        expected_problem(realisations, all_policies(realisations), [target], np.zeros((1, 2, 2)))
