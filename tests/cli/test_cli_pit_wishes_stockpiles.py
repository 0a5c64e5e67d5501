"""Stockpiles in ``orefield pit schedule`` and ``frontier``, judged from the files written."""

from __future__ import annotations

import numpy as np
import pytest
from pit_cases import answer, settled, table
from pit_wishes_cases import BY_PHASE, PERIODS, SETTINGS, STOCK, model_file, run

from orefield.core import BlockModel

# hardly anything is mined in the last period: the mill lives on stock then
ENDING = ("upper = 2_500_000", "upper = [2_500_000, 2_500_000, 2_500_000, 100_000]")


@pytest.mark.parametrize(
    ("base", "more"),
    [
        (SETTINGS, ""),
        (BY_PHASE, 'value = "optimistic"\n'),
        (SETTINGS.replace("[2, 2]", "[1, 1]"), "slots = [2, 3]\nroom_t = 150_000\n"),
        (SETTINGS, 'element = "cu"\nbins = [0.2, 0.3]\n'),
    ],
    ids=["cells", "optimistic by phase", "blocks with room", "bins by grade"],
)
def test_what_is_put_on_a_stockpile_is_taken_up_or_lies_there(tmp_path, base, more):
    code, data, _ = run(tmp_path, base.replace(*ENDING) + STOCK + more)
    assert code == 0, data
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    period, tonnes = blocks["period"], blocks.tonnes()
    rows, lying = table(tmp_path, "stockpiles"), 0.0
    metal_lying = 0.0
    assert len(rows) == PERIODS
    for t, row in enumerate(rows):
        put = (tonnes * blocks["share_stock"])[period == t].sum()
        metal = (tonnes * blocks["share_stock"] * blocks["cu_pct"] / 100 * 0.85)[period == t].sum()
        assert float(row["put_t"]) == pytest.approx(put)
        assert float(row["put_cu_recoverable_t"]) == pytest.approx(metal)
        lying += put - float(row["taken_up_t"])
        metal_lying += metal - float(row["taken_up_cu_recoverable_t"])
        assert float(row["lying_t"]) == pytest.approx(lying, abs=1e-3)
        assert float(row["lying_cu_recoverable_t"]) == pytest.approx(metal_lying, abs=1e-3)
        assert lying >= -1e-3
    taken = sum(float(r["taken_up_t"]) for r in rows)
    assert taken > 1e4
    # what the blocks say of being taken up adds up to the same, in the periods that may
    again = blocks["reclaim_period"]
    assert (tonnes * blocks["share_reclaimed"]).sum() == pytest.approx(taken)
    assert (again[blocks["share_reclaimed"] > 0] > period[blocks["share_reclaimed"] > 0]).all()
    assert (again[blocks["share_reclaimed"] == 0] == -1).all()
    most = np.argmax([blocks[f"share_{name}"] for name in ("mill", "stock", "dump")], axis=0)
    named = np.array(["mill", "stock", "dump"])[most]
    np.testing.assert_array_equal(
        blocks["destination"], np.where(period >= 0, named, "").astype(np.str_)
    )
    assert data["objective"] == pytest.approx(data["npv_usd"], rel=1e-6)
    if "optimistic" not in more:
        assert data["npv_mixed_usd"] >= data["npv_usd"] * (1 - 1e-9)
    if "room" in more:
        assert max(float(r["lying_t"]) for r in rows) <= 150_000 * (1 + 1e-6)
        assert {float(r["taken_up_t"]) for r in rows[:2]} == {0.0}
    # the mill takes fresh ore and stock together, and so does the water
    for t, row in enumerate(table(tmp_path, "periods")):
        fresh = (tonnes * blocks["share_mill"])[period == t].sum()
        rock = tonnes[period == t].sum()
        feed = 1.05 * (fresh + float(rows[t]["taken_up_t"]))
        assert float(row["mill feed used"]) == pytest.approx(feed)
        assert feed <= 500_000 * (1 + 1e-6)
        assert float(row["water used"]) == pytest.approx(0.7 * feed + 0.01 * rock)
        assert float(row["mill_t"]) + float(row["stock_t"]) + float(row["dump_t"]) == (
            pytest.approx(float(row["rock_t"]))
        )
    recovered = sum(float(r["cu_recovered_t"]) for r in table(tmp_path, "periods"))
    fresh = (tonnes * blocks["share_mill"] * blocks["cu_pct"] / 100 * 0.85)[period >= 0].sum()
    again_t = sum(float(r["taken_up_cu_recoverable_t"]) for r in rows)
    assert recovered == pytest.approx(fresh + again_t)


def test_cash_counts_stock_when_it_is_taken_up(tmp_path):
    """With each block as itself and whole blocks, the cash is a sum anyone can do."""
    settings = (
        SETTINGS.replace("[2, 2]", "[1, 1]").replace(*ENDING)
        + STOCK
        + 'value = "optimistic"\nslots = [3]\n'
    )
    code, data, _ = run(tmp_path, settings)
    assert code == 0
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    period, t = blocks["period"], blocks.tonnes()
    milled = t * (blocks["cu_pct"] / 100 * 0.85 * 8000 - 1.05 * 8.5)
    for p, row in enumerate(table(tmp_path, "periods")):
        now = period == p
        cash = (milled * blocks["share_mill"])[now].sum() - 2.0 * t[now].sum()
        cash -= 0.1 * (t * blocks["share_stock"])[now].sum()
        up = blocks["reclaim_period"] == p
        cash += ((milled - 0.7 * t) * blocks["share_reclaimed"])[up].sum()
        assert float(row["cash_usd"]) == pytest.approx(cash, rel=1e-6)
        assert float(row["discounted_usd"]) == pytest.approx(cash / 1.1 ** (p + 1), rel=1e-6)
    # a pile that mixes earns something else, and never more than the bound
    assert data["npv_mixed_usd"] <= data["upper_bound"] * (1 + 1e-9)


def test_stock_makes_a_blend_and_a_steady_feed_with_what_is_fresh(tmp_path):
    settings = (
        SETTINGS.replace(*ENDING)
        + STOCK
        + """
[[blend]]
element = "cu"
lower = 0.25
upper = 0.6
[[feed]]
steady_within = 0.05
"""
    )
    code, data, _ = run(tmp_path, settings)
    assert code == 0, data
    rows, stock = table(tmp_path, "periods"), table(tmp_path, "stockpiles")
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    tonnes = blocks.tonnes() * blocks["share_mill"]
    feed = np.zeros(PERIODS)
    for t, row in enumerate(rows):
        now = blocks["period"] == t
        ore = tonnes[now].sum() + float(stock[t]["taken_up_t"])
        metal = (tonnes * blocks["cu_pct"])[now].sum() / 100
        metal += float(stock[t]["taken_up_cu_recoverable_t"]) / 0.85
        feed[t] = 1.05 * ore
        assert float(row["cu of feed"]) == pytest.approx(100 * metal / feed[t])
        assert 0.25 * (1 - 1e-6) <= float(row["cu of feed"]) <= 0.6 * (1 + 1e-6)
        assert float(row["feed of mill fed_t"]) == pytest.approx(feed[t])
    assert (np.abs(np.diff(feed)) <= 0.05 * feed[:-1] * (1 + 1e-6)).all()
    assert sum(float(s["taken_up_t"]) for s in stock) > 0


def test_a_frontier_counts_stock_that_is_taken_up(tmp_path):
    place = (model_file(), settled(tmp_path, SETTINGS.replace(*ENDING) + STOCK))
    mill = ["--of", "mill feed", "--cap", "0", "--bounds-only"]
    code, data, _ = answer("frontier", place, *mill)
    assert code == 0, data
    free, none = data["points"]
    assert free["npv_bound"] > 1e7
    # what is fed from a stockpile is fed: without feed nothing can be earned
    assert none["npv_bound"] <= 1.0
    water = ["--of", "water", "--points", "1"]
    code, data, _ = answer("frontier", place, *water, "--over", "period")
    assert code == 2
    assert "another period" in data["what"]
    # what is only mined is as before
    mined = ["--of", "mining", "--over", "period", "--points", "1", "--bounds-only"]
    assert answer("frontier", place, *mined)[0] == 0
