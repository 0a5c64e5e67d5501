"""What holds for every run: ledgers close, rock is neither made nor lost, plans are bracketed."""

import numpy as np
import pandas as pd
import pytest
from small_study import ASSETS, DRAWS, fresh_folder, small_run

import orefield as of
from orefield import balance, deposit, plant
from orefield.core import BlockModel

SCENARIOS = ("baseline", "plateau_accelerated", "recycling_first", "river_first")
BOUNDARIES = {*balance.BOUNDARIES, *plant.BOUNDARIES}
CELL = ["draw", "commodity", "node", "period"]


@pytest.fixture(scope="module")
def run():
    return small_run().run


def residuals(ledger: pd.DataFrame) -> pd.DataFrame:
    """Inflow less outflow less change of level of every node, by group-by alone.

    Written from the definition of the ledger, not from its check. A level exists for a
    stock only; where a stock is missing a level, the change is taken from nothing.
    """
    text = ["from", "to", "commodity"]
    ledger = ledger.assign(**{name: ledger[name].astype(str) for name in text})
    flows, levels = ledger[~ledger["is_level"]], ledger[ledger["is_level"]]
    into = flows.rename(columns={"to": "node"}).groupby(CELL)["quantity_t"].sum()
    out_of = flows.rename(columns={"from": "node"}).groupby(CELL)["quantity_t"].sum()
    level = levels.rename(columns={"from": "node"}).groupby(CELL)["quantity_t"].sum()
    change = level.groupby(CELL[:3]).diff()
    table = pd.DataFrame({"into": into, "out": out_of, "level": level, "change": change})
    opening = table["change"].isna() & table["level"].notna()
    assert not (opening & (table["into"].notna() | table["out"].notna())).any()
    table = table[~opening].fillna(0.0).reset_index()
    table["residual"] = (table["into"] - table["out"] - table["change"]).abs()
    # as large as rounding makes it: a share of what moved, and of what lies there
    table["scale"] = np.maximum(
        np.maximum(table["into"], table["out"]), np.maximum(1e-6 * table["level"], 1e-12)
    )
    return table[~table["node"].isin(BOUNDARIES)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_ledger_closes_at_every_node_by_independent_sums(run, scenario):
    ledger = run.table(f"ledger_{scenario}")
    table = residuals(ledger)
    assert len(table) > 500
    worst = table.loc[(table["residual"] / table["scale"]).idxmax()]
    assert worst["residual"] <= 1e-9 * worst["scale"], worst.to_dict()
    assert {"Cu", "Mo", "Ag", "Au", "solids"} <= set(table["commodity"])
    assert set(table["period"]) >= set(range(2020, 2041))
    assert set(table["draw"]) == (set(range(DRAWS + 1)) if scenario == "baseline" else {0})
    for asset in ASSETS:
        assert {f"deposit:{asset}", f"mill:{asset}"} <= set(table["node"])


def test_the_independent_sums_would_notice_a_lost_tonne(run):
    ledger = run.table("ledger_baseline")
    at = ledger[~ledger["is_level"] & (ledger["to"].astype(str) == "mill:zijinshan")].index[0]
    ledger.loc[at, "quantity_t"] *= 1 + 1e-7
    table = residuals(ledger)
    assert (table["residual"] > 1e-9 * table["scale"]).any()


def test_the_boundaries_are_few_and_named(run):
    ledger = run.table("ledger_baseline")
    nodes = {*ledger["from"].astype(str), *ledger["to"].astype(str)}
    assert len(nodes & BOUNDARIES) < len(nodes) / 2
    assert not any(n.startswith(("deposit:", "mill:", "tailings:")) for n in BOUNDARIES)


def test_the_closures_of_the_manifest_cover_every_scenario_and_draw(run):
    closures = run.folder.manifest["closures"]
    assert {name.replace("-", "_") for name in closures} == set(SCENARIOS)
    for name, closure in closures.items():
        assert closure["max_relative_residual"] <= 1e-9, name
        central = len(run.table(f"ledger_{name.replace('-', '_')}"))
        assert closure["rows"] >= central * (1 if name == "baseline" else DRAWS)


@pytest.mark.parametrize("asset", ASSETS)
def test_rock_is_conserved_between_the_opening_and_the_end(run, asset):
    ledger = run.table("ledger_baseline")
    rows = ledger[
        ledger["is_level"] & (ledger["from"].astype(str) == f"deposit:{asset}")
        & (ledger["commodity"] == "solids") & (ledger["draw"] == 0)
    ]  # fmt: skip
    level = rows.set_index("period")["quantity_t"].sort_index()
    schedule = run.table("schedule")
    mined = schedule[schedule["asset"] == asset].set_index("year")[["ore_t", "waste_t"]].sum(axis=1)
    np.testing.assert_allclose(-level.diff().dropna(), mined, rtol=1e-9, atol=1e-3)
    assert level.iloc[0] - level.iloc[-1] == pytest.approx(mined.sum(), rel=1e-9)
    units = run.table("mining_units")
    in_pit = units[units["asset"] == asset]["rock_t"].sum()
    assert in_pit == pytest.approx(
        run.table("assets").set_index("asset").loc[asset, "pit_rock_t"], rel=1e-9
    )
    assert 0 <= level.iloc[-1] <= level.iloc[0] <= in_pit * (1 + 1e-9)


def test_no_more_metal_leaves_a_mine_than_its_ore_holds(run):
    schedule = run.table("schedule")
    assert (schedule["cu_recovered_t"] <= schedule["cu_in_ore_t"] * (1 + 1e-9)).all()
    assert (schedule["concentrate_t"] <= schedule["ore_t"] * (1 + 1e-9)).all()
    head = 100 * schedule["cu_in_ore_t"] / schedule["ore_t"].where(schedule["ore_t"] > 0)
    np.testing.assert_allclose(head.fillna(0), schedule["cu_pct"], rtol=1e-9, atol=1e-12)


def test_shells_nest_and_hold_ever_more(run):
    for _, shells in run.table("shells").groupby("asset"):
        for name in ("rock_t", "ore_t", "cu_t"):
            assert (shells.sort_values("revenue_factor")[name].diff().dropna() >= 0).all()


def test_plans_are_bracketed_by_worst_and_best(run):
    assets = run.table("assets").set_index("asset")
    assert (assets["npv_worst_usd"] <= assets["npv_specified_usd"] * (1 + 1e-12)).all()
    assert (assets["npv_specified_usd"] <= assets["npv_best_usd"] * (1 + 1e-12)).all()


# -- the shipped study, in full ------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped():
    """All assets at full size, and the balance with enough draws for a median."""
    folder = fresh_folder() / "china-copper"
    return of.run("china-copper", out=folder, until="balance", draws=50)


@pytest.mark.slow
def test_every_shipped_asset_is_bracketed(shipped):
    assets = shipped.table("assets").set_index("asset")
    assert len(assets) >= 14
    for name, row in assets.iterrows():
        worst, mid, best = (row[f"npv_{k}_usd"] for k in ("worst", "specified", "best"))
        assert worst <= mid + 1e-9 * abs(mid), name
        assert mid <= best + 1e-9 * abs(best), name


@pytest.mark.slow
def test_every_shipped_stand_in_meets_its_inventory(shipped):
    for asset in shipped.summary["assets"]:
        assert "stand-in" in asset["geology"]
        for name in ("ore_t", "cu_pct", "cu_t"):
            off = asset["modelled"][name] / asset["published"][name] - 1
            assert abs(off) <= 0.005, (asset["id"], name, off)


@pytest.mark.slow
def test_block_models_on_disk_hold_what_the_summary_says(shipped):
    """Measured again from the files, in single precision as they are."""
    cutoffs = shipped.table("assets").set_index("asset")["published_cutoff_cu_pct"]
    for asset in shipped.summary["assets"]:
        model = BlockModel.from_parquet(shipped.path / "blocks" / f"{asset['id']}.parquet")
        assert model.grid.n == asset["blocks"]
        found = deposit.measure(model, cutoffs[asset["id"]])
        assert found.ore_t == pytest.approx(asset["published"]["ore_t"], rel=0.006)
        assert found.cu_pct == pytest.approx(asset["published"]["cu_pct"], rel=0.006)


@pytest.mark.slow
def test_a_million_blocks_in_all(shipped):
    assert sum(a["blocks"] for a in shipped.summary["assets"]) >= 1_000_000


@pytest.mark.slow
def test_the_shipped_ledger_closes_by_independent_sums(shipped):
    ledger = shipped.table("ledger_baseline")
    few = ledger[ledger["draw"].isin([0, 1, 25, 50])]
    table = residuals(few)
    assert (table["residual"] <= 1e-9 * table["scale"]).all()
    assert shipped.summary["ledger"]["max_relative_residual"] <= 1e-9


@pytest.mark.slow
def test_hindcast_within_15_per_cent_of_every_published_year(shipped):
    """P50 of operating mines, 2021-2025, against what their owners published."""
    rows = shipped.table("deviations")
    rows = rows[rows["year"].between(2021, 2025)]
    assert len(rows) >= 25
    assert rows["asset"].nunique() >= 6
    off = rows[rows["deviation_pct"].abs() > 15]
    assert off.empty, off[["asset", "year", "published_t", "modelled_p50_t", "deviation_pct"]]
    results = shipped.table("results")
    p50 = results[
        (results["scenario"] == "baseline") & (results["metric"] == "cu_recovered_t")
    ].set_index(["entity", "year"])["p50"]
    for row in rows.itertuples():
        assert p50[row.asset, row.year] == pytest.approx(row.modelled_p50_t, rel=1e-9)


@pytest.mark.slow
def test_modelled_mines_give_no_more_than_the_nation_published(shipped):
    results = shipped.table("results")
    base = results[results["scenario"] == "baseline"].set_index(["metric", "year"])["p50"]
    for year in range(2020, 2025):
        assert base["modelled_mine_t", year] <= base["mine_t", year] * 1.001
        assert base["mine_remainder_t", year] >= 0
