"""The balance starts from reconciled totals: they, their errors, and what stands in their stead."""

from dataclasses import replace

import numpy as np
import pytest
from small_study import make_study, small_run

import orefield as of
from orefield.core import EvidenceError
from orefield.evidence.assemble import corpus_of_evidence
from orefield.evidence.reconcile import BALANCE_INPUTS, Status
from orefield.pipeline.national import balance_inputs
from orefield.pipeline.reconciled import (
    claim_table,
    reconcile_study,
    spread,
    total_table,
)
from orefield.study import Draws, open_study

PAST = range(2020, 2026)
FIELDS = {
    "mine_production_t": "national_mine_t", "refined_production_t": "refined_output_t",
    **{n: n for n in BALANCE_INPUTS if n not in ("mine_production_t", "refined_production_t")},
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return open_study("china-copper")


@pytest.fixture(scope="module")
def corpus(study):
    return corpus_of_evidence(study.evidence, commodity=study.document.study.commodity)


@pytest.fixture(scope="module")
def totals(study, corpus):
    return reconcile_study(study, study.parameters, corpus)


@pytest.fixture(scope="module")
def draws(study):
    keys = [f"china.{n}" for n in BALANCE_INPUTS]
    return Draws(study.parameters, 3, 400, keys)


def _published(inputs, name):
    return np.asarray(getattr(inputs.published, FIELDS[name]))


def test_the_central_case_is_what_was_reconciled_and_else_what_was_chosen(study, totals, draws):
    started = balance_inputs(study, study.parameters, draws, totals)
    chosen = balance_inputs(study, study.parameters, draws, None)
    for name in BALANCE_INPUTS:
        found, plain = totals.of(name), _published(chosen, name)
        made = _published(started, name)
        for i, year in enumerate(PAST):
            before = plain[0, i] if plain.shape[1] > 1 else plain[0, 0]
            want = found[year][0] if year in found else before
            assert made[0, i] == pytest.approx(want, rel=1e-12, abs=1e-6), (name, year)
    assert sum(f.reconciled for f in totals.figures) > 15


def test_draws_spread_by_the_standard_error_and_keep_their_luck(study, totals, draws):
    started = balance_inputs(study, study.parameters, draws, totals)
    for name in ("mine_production_t", "refined_production_t", "scrap_imports_gross_t"):
        made = _published(started, name)[1:401]
        factor = draws.get(f"china.{name}")[1:401]
        for i, year in enumerate(PAST):
            if year not in totals.of(name):
                continue
            value, error = totals.of(name)[year]
            assert np.std(made[:, i]) == pytest.approx(error, rel=0.12), (name, year)
            assert np.corrcoef(made[:, i], factor)[0, 1] == pytest.approx(1.0)
            assert np.mean(made[:, i]) == pytest.approx(value, rel=0.01)
            assert made[:, i].min() >= 0.0


def test_the_tornado_still_swings_each_series_alone(study, totals, draws):
    started = balance_inputs(study, study.parameters, draws, totals)
    at = 401 + 2 * draws.swings.index("china.mine_production_t")
    made = _published(started, "mine_production_t")
    assert (made[at] < made[0]).all()
    assert (made[at + 1] > made[0]).all()
    assert np.array_equal(_published(started, "anode_imports_t")[at],
                          _published(started, "anode_imports_t")[0])  # fmt: skip


def test_totals_move_by_what_was_reconciled_and_no_more(totals):
    """A reconciled value lies within what was said of it, identities apart."""
    for f in totals.figures:
        if not f.reconciled:
            assert f.origin in ("not observed", "tie")
            continue
        assert f.found.claims
        said = [
            totals.result.adjustments[c].observation for c in f.found.claims
            if c not in f.found.blamed
        ]  # fmt: skip
        low, high = min(o.value for o in said), max(o.value for o in said)
        slack = 0.1 * min(o.sigma for o in said)
        assert low - slack <= f.found.value <= high + slack, (f.name, f.year)
        assert f.found.standard_error <= 1.001 * min(o.sigma for o in said)


def test_the_range_of_the_study_is_the_sigma_of_the_claims_it_chose(study, totals):
    row = study.parameters.row("china.mine_production_t")
    chosen = row.year_evidence[2024].removeprefix("claim:")
    o = totals.result.adjustments[chosen].observation
    others = [v for y, v in row.value.items() if y != 2024]
    assert o.sigma == pytest.approx(spread(row) * np.median(others))
    # 5th and 95th percentile of a normal, by its definition
    assert spread(row) == pytest.approx((row.high - row.low) / (2 * 1.6449), rel=1e-3)


def test_what_the_study_says_is_another_flow_is_left_out_and_told(study, totals, corpus):
    named = study.parameters.text("china.reconcile.other_definitions").split(",")
    out = {item.claim: item.why for item in totals.observed.left_out}
    there = [s.id for s in corpus.statements if s.entity == "china" and s.attribute in named]
    assert there
    for claim in there:
        assert claim not in totals.claims
        assert "other_definitions" in out[claim]


def test_an_override_or_a_scenario_stands_before_what_was_reconciled(study, totals):
    base = study.parameters
    row = base.row("china.mine_production_t")
    other = replace(row, value={y: 1.5 * v for y, v in row.value.items()})
    changed = base.with_rows([other], "mine")
    inputs = balance_inputs(study, changed, Draws(changed, 3, 4), totals)
    made = _published(inputs, "mine_production_t")
    assert made[0] == pytest.approx([1.5 * row.value[y] for y in PAST])
    # others are as reconciled
    value, _ = totals.of("refined_production_t")[2024]
    assert _published(inputs, "refined_production_t")[0, 4] == pytest.approx(value)


def test_tables_say_for_every_year_where_its_total_comes_from(totals):
    table = total_table(totals)
    assert len(table) == len(BALANCE_INPUTS) * len(PAST)
    assert set(table["origin"]) <= {"reconciled", "not observed", "tie"}
    made = table[table["origin"] == "reconciled"]
    assert made[["value", "standard_error", "chi2", "p_value"]].notna().all().all()
    assert made["key"].str.startswith("china.reconciled.").all()
    assert (table.loc[table["origin"] != "reconciled", "key"] == "").all()
    claims = claim_table(totals)
    assert claims["claim"].is_unique
    in_system = claims[claims["reason"] == ""]
    assert set(totals.claims) <= set(in_system["claim"])
    assert (claims.loc[claims["reason"] != "", "value"].isna()).all()


def test_what_no_identity_determines_has_no_value(totals):
    """Imports of concentrate unknown, the supply of smelters must not be its mines alone."""
    for year in PAST:
        gross = totals.result.values[f"concentrate_imports_gross_t@{year}"]
        supply = totals.result.values[f"concentrate_supply_t@{year}"]
        if gross.status is Status.UNOBSERVABLE:
            smelted = any(
                c.startswith("N-smelter") and f"@{year}" in next(iter(a.observation.terms))
                for c, a in totals.result.adjustments.items()
            )
            assert smelted or supply.status is Status.UNOBSERVABLE


def test_results_and_json_carry_the_totals():
    run = small_run().run
    results = run.table("results").set_index("key")
    table = run.table("reconciled")
    for row in table[table["origin"] == "reconciled"].itertuples():
        found = results.loc[row.key]
        assert found["central"] == row.value
        assert found["p90"] - found["p10"] == pytest.approx(2 * 1.2815515655 * row.standard_error)
    told = small_run().reply.json["evidence"]
    assert told["claims"] > 2000
    assert set(told["findings"]) == {"pass", "violate", "tie", "insufficient", "superseded"}
    assert told["findings"]["pass"] > 1000
    assert told["reconciled"]["totals"] == (table["origin"] == "reconciled").sum()
    counts = run.table("finding_counts").groupby("verdict")["findings"].sum()
    assert {v: int(n) for v, n in counts.items()} == {
        v: n for v, n in told["findings"].items() if n
    }
    assert len(run.table("findings")) == sum(n for v, n in counts.items() if v != "pass")
    text = (run.path / "summary.txt").read_text(encoding="utf-8")
    assert "held against each other" in text
    assert "Reconciled: " in text


def test_a_study_may_start_from_its_own_choice(tmp_path):
    study = make_study(
        tmp_path / "s", assets=("zijinshan",), more="\n[evidence]\nreconcile = false"
    )
    run = of.run(study, out=tmp_path / "out", until="evidence", workers=1)
    assert "reconciled" not in run.tables
    assert "findings" in run.tables
    assert run.summary["evidence"]["reconciled"] == {}
    assert not (run.table("results")["stage"] == "evidence").any()


def test_totals_that_cannot_be_reconciled_say_so_and_how_to_go_on(tmp_path, monkeypatch):
    def refuse(*_args, **_more):
        raise EvidenceError("no values meet the identities within the bounds", fix="mend a claim")

    monkeypatch.setattr("orefield.pipeline.reconciled.reconcile_parts", refuse)
    with pytest.raises(EvidenceError) as caught:
        of.run("china-copper", out=tmp_path / "out", until="evidence", workers=1)
    assert "cannot be reconciled: no values meet" in caught.value.what
    assert "mend a claim" in caught.value.fix
    assert "reconcile = false" in caught.value.fix
    assert not (tmp_path / "out").exists()
