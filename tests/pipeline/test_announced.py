"""What is announced against what a modelled plan gives: verdicts, words, the table, background."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_study import ASSETS, small_run

from orefield.core import fields
from orefield.evidence.corpus import Corpus
from orefield.evidence.entities import Entities
from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, SigmaClass, Stage
from orefield.pipeline.announced import (
    RULE,
    announced,
    announced_table,
    best_of,
    physics_statements,
)

YEARS = range(2025, 2029)
N = 101


def _mine(centre=100_000.0, sd=5_000.0, asset="hill", published=(True, False, False, False)):
    """Draws evenly spread over a normal: P10 and P90 are known beforehand."""
    from scipy.special import ndtri

    z = ndtri((np.arange(N) + 0.5) / N)
    made = np.concatenate([[centre], centre + sd * z, [9 * centre, 9 * centre]])[:, None]
    cu = np.repeat(made, len(YEARS), axis=1)
    known = np.where(np.array(published), centre, np.nan)
    return SimpleNamespace(
        asset=asset, columns={"cu_recovered_t": cu}, published_cu_t=known,
        blind_cu_t=np.full(len(YEARS), centre),
    )  # fmt: skip


def _said(low, high=None, *, year=2026, cls=ResourceClass.GUIDANCE, **more):
    fields = {
        "id": "K1", "source": "s", "subject": "Hill", "attribute": "planned_cu",
        "topic": Topic("hill", Quantity.PRODUCTION, "cu", Stage.MINE), "low": low,
        "high": low if high is None else high, "unit": "t/y", "shown": f"{low / 1e3:g} kt/y",
        "rounding": 500.0, "basis": Basis.CONTAINED, "resource_class": cls, "first_year": year,
        "last_year": year, "sigma_class": SigmaClass.A,
    }  # fmt: skip
    return Statement(**(fields | more))


def _judge(*statements, mine=None, scenarios=None):
    mines = [_mine() if mine is None else mine]
    best = None if scenarios is None else best_of({"baseline": mines, **scenarios}, N)
    corpus = Corpus(tuple(statements), {}, Entities())
    return announced(corpus, mines, YEARS, "cu", N, best)


@pytest.mark.parametrize(
    ("low", "verdict"),
    [
        (100_000.0, Verdict.PASS), (106_000.0, Verdict.PASS),
        (109_000.0, Verdict.INSUFFICIENT),  # above P90, below the most
        (118_000.0, Verdict.INSUFFICIENT),  # above the most, within claim and model together
        (125_000.0, Verdict.VIOLATE), (300_000.0, Verdict.VIOLATE),
        (92_000.0, Verdict.INSUFFICIENT),  # below P10
    ],
)  # fmt: skip
def test_the_verdict_follows_p10_p90_and_the_most(low, verdict):
    (found,) = _judge(_said(low))
    assert found.verdict is verdict
    finding = found.finding()
    assert finding.rule == RULE
    assert finding.claims == ("K1",)
    assert not finding.blamed  # a model is no judge
    if verdict is Verdict.VIOLATE:
        assert finding.residual == pytest.approx(low - 500.0 - found.most)


def test_the_words_give_the_figures_and_say_that_a_model_speaks():
    (found,) = _judge(_said(300_000.0))
    assert found.p10 == pytest.approx(100_000 - 1.2816 * 5_000, rel=5e-3)
    assert "300 kt/y announced for 2026; the modelled plan gives 94 kt to 106 kt" in found.words
    assert f"at most {found.most / 1e3:.0f} kt in any of {N} draws" in found.words
    assert "not the owner's" in found.words


def test_columns_behind_the_draws_are_no_draws():
    (found,) = _judge(_said(300_000.0))
    assert found.most < 120_000.0


def test_a_one_sided_figure_speaks_by_the_end_it_has():
    above = _said(150_000.0, float("inf"))
    (found,) = _judge(above)
    assert found.verdict is Verdict.VIOLATE
    (found,) = _judge(_said(50_000.0, float("inf")))
    assert found.verdict is Verdict.PASS
    (found,) = _judge(_said(float("-inf"), 150_000.0, shown="up to 150 kt"))
    assert found.verdict is Verdict.PASS


def test_a_year_the_model_was_held_to_is_no_evidence():
    assert _judge(_said(300_000.0, year=2025)) == ()
    (found,) = _judge(_said(300_000.0, year=2025), mine=_mine(published=(False,) * 4))
    assert found.year == 2025


def test_a_year_outside_the_study_or_a_span_of_years_is_not_judged():
    assert _judge(_said(300_000.0, year=2050)) == ()
    assert _judge(_said(300_000.0, last_year=2027)) == ()
    assert _judge(_said(300_000.0, cls=ResourceClass.PLAN, year=2050)) == ()


def test_plans_and_capacities_are_held_against_the_best_year_from_theirs_on():
    mine = _mine()
    mine.columns["cu_recovered_t"][:, 3] *= 1.5
    (found,) = _judge(_said(140_000.0, cls=ResourceClass.PLAN, year=None), mine=mine)
    assert (found.year, found.plan_year, found.verdict) == (None, 2028, Verdict.PASS)
    assert "in its best year 2028" in found.words
    (found,) = _judge(_said(20_000.0, cls=ResourceClass.CAPACITY, year=2026), mine=mine)
    assert found.verdict is Verdict.PASS  # a mine may outgrow an early capacity


def test_another_scenario_may_reach_what_the_baseline_does_not():
    (alone,) = _judge(_said(300_000.0))
    (both,) = _judge(_said(300_000.0), scenarios={"fast": [_mine(centre=320_000.0)]})
    assert alone.verdict is Verdict.VIOLATE
    assert both.verdict is Verdict.INSUFFICIENT
    assert "scenario 'fast'" in both.words
    assert both.p90 == alone.p90


def test_a_mine_that_no_scenario_opens_contradicts_nothing():
    (found,) = _judge(_said(52_000.0), mine=_mine(centre=0.0, sd=0.0))
    assert found.verdict is Verdict.INSUFFICIENT
    assert "no scenario" in found.words


@pytest.mark.parametrize(
    "other",
    [
        {"unit": "t/d"}, {"basis": Basis.ORE}, {"basis": Basis.CONCENTRATE_GROSS},
        {"low": None, "high": None}, {"derivation": "105/1.17"}, {"background": True},
        {"topic": Topic("hill", Quantity.PRODUCTION, "mo", Stage.MINE)},
        {"topic": Topic("hill", Quantity.PRODUCTION, "cu", Stage.REFINED)},
        {"topic": Topic("hill", Quantity.RESOURCE, "cu", Stage.MINE)},
        {"topic": Topic("?hill", Quantity.PRODUCTION, "cu", Stage.MINE)},
    ],
)  # fmt: skip
def test_what_is_of_something_else_is_not_compared(other):
    assert _judge(replace(_said(300_000.0), **other)) == ()


def test_the_table_has_a_row_a_figure_and_holds_when_there_is_none():
    found = _judge(_said(300_000.0), _said(100_000.0, id="K2", cls=ResourceClass.PLAN, year=None))
    table = announced_table(found)
    assert table["verdict"].tolist() == ["violate", "pass"]
    assert table["year"].isna().tolist() == [False, True]
    assert len(announced_table(())) == 0
    open_above = announced_table(_judge(_said(150_000.0, float("inf"))))
    fields.check_table("announced", open_above)
    assert open_above["announced_high_t"].isna().all()


def test_a_run_writes_the_comparison_and_its_findings():
    run = small_run().run
    table = run.table("announced")
    assert set(table["asset"]) <= set(ASSETS)
    assert (table["p10_t"] <= table["p90_t"]).all()
    assert (table["p90_t"] <= table["most_t"] * (1 + 1e-9)).all()
    findings = run.table("findings")
    told = findings[findings["rule"] == RULE]
    assert len(told) == (table["verdict"] != "pass").sum()
    counts = run.table("finding_counts").query(f"rule == '{RULE}'")
    assert counts["findings"].sum() == len(table)


def test_physics_statements_are_background_by_asset_and_future_year():
    run = small_run().run.folder
    found = physics_statements(run)
    results = run.table("results").set_index("key")
    assert {s.entity for s in found} == set(ASSETS)
    assert {s.first_year for s in found} == set(range(2026, 2041))
    assert len({s.id for s in found}) == len(found)
    for s in found:
        row = results[results["scenario"] == "baseline"].loc[
            f"{s.entity}.cu_recovered_t.{s.first_year}"
        ]
        assert (s.low, s.high) == (row["p10"], row["p90"])
        assert s.background
        assert s.resource_class is ResourceClass.PLAN
        assert s.topic == Topic(s.entity, Quantity.PRODUCTION, "cu", Stage.MINE)
        assert s.source == "model:small"
