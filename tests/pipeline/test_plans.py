"""Plans of open pits in a run: bounds, orders, tables and results that agree."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog
from small_study import ASSETS, SEED, make_study, small_run

import orefield as of
from orefield import pit
from orefield.core import fields
from orefield.pipeline.asset_build import LIFE_YEARS, AssetBuild, build_asset
from orefield.pipeline.asset_inputs import AssetInputs, asset_inputs
from orefield.pipeline.trace import trace
from orefield.study import open_study

ASSET = "zijinshan"


@pytest.fixture(scope="module")
def run():
    return small_run().run


@pytest.fixture(scope="module")
def built() -> tuple[AssetInputs, AssetBuild]:
    study = open_study(small_run().study)
    inputs = asset_inputs(study, study.parameters, ASSET)
    return inputs, build_asset(inputs, SEED, None)


def central_terms(inputs: AssetInputs, build: AssetBuild) -> dict[str, np.ndarray | float]:
    """Ore, rock and cash of each piece by hand: bins above the cut-off are milled."""
    u, e = build.units, inputs.economics
    net = e.net_usd_t()
    got = np.minimum(u.cu_t - e.tail_pct / 100 * u.rock_t, u.cu_t * e.cu_recovery_max).clip(min=0.0)
    nsr = got * net[0]
    for m, recovery in enumerate(e.byproduct_recovery, start=1):
        nsr = nsr + u.metal_t[:, :, m] * recovery * net[m]
    milled = nsr > e.mill_cost_usd_t * inputs.cutoff_uplift * u.rock_t
    rock = u.rock_t.sum(axis=1)
    mill = inputs.design_ore_tpy
    return {
        "ore": (u.rock_t * milled).sum(axis=1),
        "rock": rock,
        "cash": ((nsr - e.mill_cost_usd_t * u.rock_t) * milled).sum(axis=1) - rock * u.mining_usd_t,
        "mill": mill,
        "mine": mill * (build.facts["strip_ratio"] + 1.0) * inputs.strip_headroom,
        "factor": (1 + inputs.discount_rate) ** -(np.arange(LIFE_YEARS) + 0.5),
    }


def needs(units: pit.MiningUnits) -> list[tuple[int, int]]:
    """(piece, piece it needs): the one before in its phase, the last of each inner phase."""
    pairs = []
    for i in range(units.n):
        if i and units.phase[i - 1] == units.phase[i]:
            pairs.append((i, i - 1))
        for q in range(units.phase[i]):
            above = np.flatnonzero((units.phase == q) & (units.depth <= units.depth[i]))
            if len(above):
                pairs.append((i, int(above[-1])))
    return pairs


def earliest_begin(units, terms) -> np.ndarray:
    """Year in which all that a piece needs can be done, by adding up its cone."""
    n = units.n
    cone = np.zeros((n, n), bool)
    for i, j in needs(units):
        cone[i] |= cone[j]
        cone[i, j] = True
    years = np.maximum(cone @ terms["ore"] / terms["mill"], cone @ terms["rock"] / terms["mine"])
    # done exactly at a year's end, it can be begun in that year: with nothing of it
    return np.clip(np.ceil(years * (1 - 1e-9)) - 1, 0, LIFE_YEARS - 1).astype(int)


def linear_program(inputs: AssetInputs, build: AssetBuild) -> float:
    """The relaxation in shares mined by the end of each year, solved by scipy's HiGHS."""
    terms = central_terms(inputs, build)
    n, t = build.units.n, LIFE_YEARS
    at = np.arange(n * t).reshape(n, t)
    gain = np.outer(terms["cash"], terms["factor"] - np.append(terms["factor"][1:], 0.0))
    low, high = [at[:, :-1].ravel()], [at[:, 1:].ravel()]
    for i, j in needs(build.units):
        low.append(at[i])
        high.append(at[j])
    less, more = np.concatenate(low), np.concatenate(high)
    k = np.arange(len(less))
    order = sp.csr_array(
        (np.repeat([1.0, -1.0], len(k)), (np.tile(k, 2), np.concatenate([less, more]))),
        shape=(len(k), n * t),
    )
    steps = sp.eye_array(t) - sp.eye_array(t, k=-1)
    use = [
        sp.kron(terms[a][None] / terms[b], steps) for a, b in (("ore", "mill"), ("rock", "mine"))
    ]
    begins = earliest_begin(build.units, terms)
    top = (np.arange(t) >= begins[:, None]).astype(float).ravel()
    scale = np.abs(gain).max()
    found = linprog(
        -gain.ravel() / scale, A_ub=sp.vstack([order, *use], format="csr"),
        b_ub=np.concatenate([np.zeros(len(k)), np.ones(2 * t)]),
        bounds=np.column_stack([np.zeros(n * t), top]), method="highs-ipm",
    )  # fmt: skip
    assert found.status == 0
    return float(-found.fun * scale)


@pytest.mark.slow
def test_gap_of_an_asset_is_that_of_an_independent_linear_program(built):
    inputs, build = built
    expected = linear_program(inputs, build)
    assert build.plan.bound_usd == pytest.approx(expected, rel=1e-5)
    assert build.plan.gap == pytest.approx(1 - build.plan.objective_usd / expected, abs=2e-5)


def test_the_order_of_the_draws_is_the_plan(built):
    inputs, build = built
    assert build.units is build.plan.units
    place = np.argsort(build.order)
    assert sorted(build.order.tolist()) == list(range(build.units.n))
    for i, j in needs(build.units):
        assert place[j] < place[i]
    terms = central_terms(inputs, build)
    one = np.ones((1, LIFE_YEARS))
    plain = pit.ScheduleInputs.of(
        inputs.economics, list(range(LIFE_YEARS)), one * terms["mill"], one * terms["mine"],
        mill_cost_usd_t=inputs.economics.mill_cost_usd_t * inputs.cutoff_uplift,
    )  # fmt: skip
    result = pit.schedule(build.units, build.order, plain)
    cash = (result.nsr_usd - result.mining_usd)[0]
    cash = cash - inputs.economics.mill_cost_usd_t * result.ore_t[0]
    worth = float((cash * terms["factor"]).sum())
    assert build.plan.objective_usd == pytest.approx(worth, rel=1e-9)
    assert build.facts["npv_specified_usd"] == pytest.approx(worth, rel=1e-9)
    assert build.plan.lag_usd <= worth <= build.plan.bound_usd <= build.plan.free_bound_usd


def test_every_open_pit_has_its_plan_in_the_run(run):
    plans = run.table("plans")
    fields.check_table("plans", plans)
    assert plans["asset"].tolist() == list(ASSETS)
    gap = 1 - plans["objective_usd"] / plans["upper_bound_usd"]
    np.testing.assert_allclose(plans["gap"], gap, atol=1e-12)
    assert (plans["gap"] > -1e-9).all()
    assert (plans["gap"] < 0.1).all()
    assert (plans["objective_usd"] >= plans["lag_usd"]).all()
    assert (plans["swing"] <= plans["lag_swing"]).all()
    assert (plans["idle"] <= plans["lag_idle"]).all()
    units = run.table("mining_units")
    assert units.groupby("asset").size().to_dict() == plans.set_index("asset")["pieces"].to_dict()
    for _, mine in units.groupby("asset"):
        assert sorted(mine["place"]) == list(range(len(mine)))
        assert not mine.duplicated(["phase", "bench", "piece"]).any()


def test_plans_are_results_that_can_be_traced(run):
    plans = run.table("plans").set_index("asset")
    results = run.table("results").set_index("key")
    for asset in ASSETS:
        for name in ("objective_usd", "upper_bound_usd", "gap", "free_bound_usd", "lag_usd"):
            row = results.loc[f"{asset}.plan.{name}"]
            assert float(row["central"]) == plans.loc[asset, name]
    text = trace(run.folder, f"{ASSET}.plan.gap", "baseline").text()
    assert "finance.discount_rate" in text
    assert "cutoff_uplift" in text


def test_summary_and_manifest_tell_plans_and_their_seconds(run):
    plans = run.table("plans").set_index("asset")
    for told in run.summary["assets"]:
        assert told["plan"]["gap"] == pytest.approx(plans.loc[told["id"], "gap"])
    seconds = run.folder.manifest["plan_seconds"]
    assert set(seconds) == set(ASSETS)
    assert all(0 < s < 60 for s in seconds.values())


def test_an_asset_built_again_has_the_same_plan(built):
    inputs, build = built
    other = build_asset(inputs, SEED, None)
    np.testing.assert_array_equal(other.order, build.order)
    assert other.plan.bound_usd == build.plan.bound_usd


def test_a_cave_has_no_plan_and_says_so(tmp_path):
    study = make_study(tmp_path / "s", assets=("pulang",), blocks=3000, draws=2)
    run = of.run(study, out=tmp_path / "out", until="pit", workers=1)
    assert "plans" not in run.tables
    assert run.summary["assets"][0]["plan"] is None
    assert run.folder.manifest["plan_seconds"] == {}
