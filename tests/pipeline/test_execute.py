"""The run from Python: tables, queries, chains, and what each stage leaves in the folder."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small_study import ASSETS, DRAWS, environment, make_study, small_run

import orefield as of
from orefield.core import BlockModel
from orefield.core.errors import RunError
from orefield.pipeline.execute import STAGES

EVIDENCE = {"claims", "sources", "entities", "assumptions", "parameters", "scenarios"}


@pytest.fixture(scope="module")
def run():
    return small_run().run


@pytest.fixture(scope="module")
def coarse(tmp_path_factory):
    return make_study(tmp_path_factory.mktemp("coarse") / "s", assets=("zijinshan",), blocks=5000)


def test_public_names():
    assert set(of.__all__) == {"Run", "__version__", "open_run", "open_study", "run"}
    assert set(dir(of)) == set(of.__all__)
    with pytest.raises(AttributeError, match="runn"):
        _ = of.runn


def test_a_table_is_a_pandas_frame(run):
    schedule = run.table("schedule")
    assert isinstance(schedule, pd.DataFrame)
    assert sorted(schedule["asset"].unique()) == sorted(ASSETS)
    assert sorted(schedule["year"].unique()) == list(range(2020, 2041))
    assert len(schedule) == len(ASSETS) * 21
    assert (schedule[["ore_t", "waste_t", "cu_recovered_t", "co2_scope1_t"]] >= 0).all().all()
    assert not schedule.isna().any().any()


def test_every_table_opens_and_has_rows(run):
    wanted = EVIDENCE | {
        "assets", "grade_tonnage", "shells", "mining_units", "sections", "schedule",
        "deviations", "balance", "in_use", "self_sufficiency", "tornado", "results", "lineage",
        "river_nodes", "river_links", "river_chains", "ledger_baseline",
    }  # fmt: skip
    assert wanted <= set(run.tables)
    for name in run.tables:
        assert len(run.table(name)) > 0, name


def test_no_such_table(run):
    with pytest.raises(RunError) as caught:
        run.table("shedule")
    assert "schedule" in caught.value.fix


def test_sql_sees_every_table(run):
    found = run.sql(
        "SELECT asset, sum(cu_recovered_t) AS cu_t FROM schedule GROUP BY asset ORDER BY asset"
    )
    direct = run.table("schedule").groupby("asset")["cu_recovered_t"].sum()
    assert found["asset"].tolist() == sorted(ASSETS)
    np.testing.assert_allclose(found["cu_t"], direct.sort_index(), rtol=1e-12)
    with pytest.raises(RunError, match="query failed"):
        run.sql("SELECT * FROM nowhere")


def test_results_are_the_quantiles_of_the_draws(run):
    draws = run.table("self_sufficiency")
    random = draws[(draws["draw"] > 0) & (draws["definition"] == "mine_over_use")]
    assert random["draw"].nunique() == DRAWS
    results = run.table("results")
    base = results[results["scenario"] == "baseline"]
    rows = base[base["metric"] == "self_sufficiency.mine_over_use"].set_index("year")
    for q, column in ((0.1, "p10"), (0.5, "p50"), (0.9, "p90")):
        expected = random.groupby("year")["share"].quantile(q)
        np.testing.assert_allclose(rows[column].sort_index(), expected, rtol=1e-12)
    assert (results["p10"] <= results["p50"]).all()
    assert (results["p50"] <= results["p90"]).all()
    assert np.isfinite(results[["central", "p10", "p50", "p90"]]).all().all()
    assert not results.duplicated(["scenario", "key"]).any()


def test_central_results_are_the_schedule(run):
    results = run.table("results")
    rows = results[(results["scenario"] == "baseline") & (results["metric"] == "cu_recovered_t")]
    both = rows.merge(run.table("schedule"), left_on=["entity", "year"], right_on=["asset", "year"])
    assert len(both) == len(ASSETS) * 21
    np.testing.assert_array_equal(both["central"], both["cu_recovered_t"])


def test_the_nation_mines_what_its_assets_mine(run):
    results = run.table("results")
    base = results[results["scenario"] == "baseline"]
    nation = base[base["metric"] == "modelled_mine_t"].set_index("year")["central"]
    assets = run.table("schedule").groupby("year")["cu_recovered_t"].sum()
    np.testing.assert_allclose(nation.sort_index(), assets, rtol=1e-12)
    whole = base[base["metric"] == "mine_t"].set_index("year")["central"]
    rest = base[base["metric"] == "mine_remainder_t"].set_index("year")["central"]
    np.testing.assert_allclose(whole, nation + rest, rtol=1e-12)


def test_history_is_the_published_one(run):
    """As reconciled where several speak of a year, and then no farther than their spread."""
    study = of.open_study("china-copper")
    published = study.parameters.series("china.mine_production_t")
    results = run.table("results")
    rows = results[(results["scenario"] == "baseline") & (results["metric"] == "mine_t")]
    central = rows.set_index("year")["central"]
    totals = run.table("reconciled")
    totals = totals[totals["series"] == "mine_production_t"].set_index("year")
    for year in range(2021, 2025):
        row = totals.loc[year]
        started = row["value"] if row["origin"] == "reconciled" else published[year]
        assert central[year] == pytest.approx(started, rel=0.01), year
        assert row["observed_low"] <= started <= row["observed_high"]


def test_block_models_open_with_their_shells(run):
    assets = run.table("assets").set_index("asset")
    for asset in ASSETS:
        model = BlockModel.from_parquet(run.path / "blocks" / f"{asset}.parquet")
        assert model.grid.n == assets.loc[asset, "blocks"]
        assert "stand-in geology" in model.note
        inside = model["shell"] >= 0
        rock = model.tonnes()[inside].sum()
        assert rock == pytest.approx(assets.loc[asset, "pit_rock_t"], rel=1e-5)  # float32


def test_deviations_are_listed_for_every_published_year(run):
    study = of.open_study("china-copper")
    rows = run.table("deviations")
    for asset in ASSETS:
        series = study.parameters.series(f"{asset}.published.output_cu_t")
        listed = rows[rows["asset"] == asset].set_index("year")
        years = [y for y in series if 2020 <= y <= 2025]
        assert sorted(listed.index) == sorted(years)
        for year in years:
            assert listed.loc[year, "published_t"] == pytest.approx(series[year])


def test_a_run_can_be_opened_again_and_says_what_it_is(run):
    again = of.open_run(run.path)
    assert again.summary == run.summary
    assert repr(again) == f"Run({str(run.path)!r})"
    assert again.text
    assert "<-" in again.trace("duobaoshan.copper_t.2026")
    with pytest.raises(RunError, match="no run"):
        of.open_run(run.path / "blocks")


@pytest.mark.parametrize(
    ("until", "has", "lacks"),
    [
        ("evidence", EVIDENCE, {"assets", "schedule"}),
        ("deposit", {"assets", "grade_tonnage"}, {"schedule", "balance"}),
        ("pit", {"assets", "shells", "mining_units"}, {"schedule", "balance"}),
        ("plant", {"schedule", "deviations", "ledger_baseline"}, {"river_nodes", "balance"}),
        ("environment", {"schedule", "river_nodes"}, {"balance", "tornado"}),
        ("balance", {"balance", "self_sufficiency"}, {"tornado", "ledger_river_first"}),
    ],
)
def test_each_stage_leaves_its_tables_and_no_later_ones(coarse, tmp_path, until, has, lacks):
    run = of.run(coarse, out=tmp_path / "out", until=until, draws=2, workers=1)
    assert has <= set(run.tables)
    assert not lacks & set(run.tables)
    assert run.folder.manifest["until"] == until
    if until == "pit":
        assert run.table("assets")["pit_rock_t"].gt(0).all()
    if until in ("plant", "environment"):
        # the concentrate market ends the system where there is no nation behind it
        assert run.summary["ledger"]["max_relative_residual"] <= 1e-9
        assert run.summary["self_sufficiency"] == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"until": "pits"}, "unknown stage"),
        ({"draws": 0}, "0 draws"),
        ({"draws": -3}, "-3 draws"),
        ({"workers": 0}, "0 workers"),
    ],
)
def test_settings_out_of_range_are_refused(coarse, tmp_path, options, words):
    with pytest.raises(RunError, match=words) as caught:
        of.run(coarse, out=tmp_path / "out", **options)
    assert caught.value.fix
    assert not list(tmp_path.iterdir())


def test_progress_is_told_in_order(coarse, tmp_path):
    told = []
    of.run(coarse, out=tmp_path / "out", until="pit", workers=1,
           progress=lambda what, share: told.append((what, share)))  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("zijinshan" in what for what, _ in told)


@pytest.mark.parametrize("how", ["file", pytest.param("stdin", marks=pytest.mark.slow)])
def test_a_script_of_three_lines_works_in_two_processes(tmp_path, how):
    """Without a guard for the main module, as people write scripts."""
    second = make_study(tmp_path / "two", blocks=5000)
    script = tmp_path / "script.py"
    script.write_text(
        "import orefield as of\n"
        f"run = of.run({str(second)!r}, out='out', until='deposit', workers=2)\n"
        "print(run.table('assets')['asset'].tolist())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script) if how == "file" else "-"],
        input=script.read_text() if how == "stdin" else None,
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{list(ASSETS)}\n"


def test_stages_are_those_of_the_design():
    assert STAGES == (
        "evidence", "deposit", "pit", "plant", "environment", "balance", "scenarios", "report",
    )  # fmt: skip
