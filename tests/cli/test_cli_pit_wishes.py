"""What planners ask of ``orefield pit schedule`` beside limits, judged from the files it writes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid

SHAPE = (14, 12, 6)
GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), SHAPE)
PERIODS = 4

SETTINGS = """
[slopes]
overall_deg = 45
[economy]
periods = 4
discount_rate = 0.1
mining = 2.0
ga = 0.5
[[economy.element]]
name = "cu"
field = "cu_pct"
unit = "%"
price = 8000
price_unit = "USD/t"
[[economy.element]]
name = "as"
field = "as_ppm"
unit = "ppm"
[[economy.destination]]
name = "mill"
kind = "mill"
processing = 8.0
dilution = 0.05
[[economy.destination.metal]]
element = "cu"
recovery = 0.85
[[economy.destination]]
name = "stock"
kind = "stockpile"
reclaim_to = "mill"
rehandle = 0.7
haul = 0.1
[[economy.destination]]
name = "dump"
kind = "dump"
[[limit]]
name = "mining"
upper = 2_500_000
[[limit.use]]
of = "mined"
[[limit]]
name = "mill feed"
upper = 500_000
[[limit.use]]
of = "processed"
destinations = ["mill"]
[[limit]]
name = "water"
unit = "m3"
upper = 400_000
[[limit.use]]
of = "processed"
per_tonne = 0.7
[[limit.use]]
of = "mined"
per_tonne = 0.01
[shells]
revenue_factors = [0.4, 0.6, 0.8, 1.0]
[phases]
count = 2
[schedule]
cells = [2, 2]
seconds = 4
gap = 0.02
"""
BY_PHASE = SETTINGS.replace("[schedule]", '[schedule]\nwithin = "phases"\nby_phase = true')


def make():
    rng = np.random.default_rng(3)
    x, y, z = GRID.centroids().T
    away = ((x - 140) / 80) ** 2 + ((y - 120) / 70) ** 2 + ((z - 40) / 35) ** 2
    return BlockModel(
        GRID,
        {
            "density_t_m3": np.full(GRID.n, 2.5),
            "cu_pct": 0.75 * np.exp(-away) * rng.lognormal(0, 0.4, GRID.n),
            "as_ppm": 100.0 * rng.lognormal(0, 0.6, GRID.n),
            "zone": (x > 140).astype(np.int64),
            "permit": np.where(y > 120, 1, 0),
        },
        "made up",
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wishes")
    make().to_parquet(folder / "model.parquet")
    return folder


def run(folder: Path, settings: str, *words: str) -> tuple[int, dict, str]:
    config = folder / "pit.toml"
    config.write_text(settings, encoding="utf-8")
    model = str(folder.parent / "model.parquet")
    if not Path(model).exists():
        model = str(folder / "model.parquet")
    done = CliRunner().invoke(
        app,
        ["pit", "schedule", model, "-c", str(config), "-o", str(folder / "out"), "--json", *words],
    )
    return done.exit_code, json.loads(done.stdout), done.stderr


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def here(place, request) -> Path:
    folder = place / request.node.name.translate(str.maketrans("[]/ ", "____"))
    folder.mkdir()
    return folder


def benches():
    return SHAPE[2] - 1 - np.arange(GRID.n) // (SHAPE[0] * SHAPE[1])


def floors(period, part):
    """Benches by which the floor of each part sinks, period by period, from the blocks."""
    bench = benches()
    out = {}
    for p in np.unique(part[part >= 0]):
        inside = part == p
        floor = bench[inside].min() - 1
        out[int(p)] = []
        for t in range(PERIODS):
            now = bench[inside & (period >= 0) & (period <= t)].max(initial=floor)
            out[int(p)].append(int(now - floor))
            floor = now
    return out


def phases(place, settings):
    """Phase of each block, by the command that makes them."""
    config = place / "phases.toml"
    config.write_text(settings, encoding="utf-8")
    done = CliRunner().invoke(
        app,
        ["pit", "phases", str(place / "model.parquet"), "-c", str(config), "-o",
         str(place / "phases"), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0
    return BlockModel.from_parquet(place / "phases" / "blocks.parquet")["phase"]


@pytest.mark.parametrize("by", ["blocks", "cells", "by_phase"])
def test_a_pit_sinks_no_faster_than_asked(place, here, by):
    settings = {
        "blocks": SETTINGS.replace("cells = [2, 2]\n", "cells = [1, 1]\n"),
        "cells": SETTINGS,
        "by_phase": BY_PHASE,
    }[by]
    code, data, _ = run(here, settings.replace("seconds", "sinking_benches = 2\nseconds"))
    assert code == 0, data
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
    part = phases(place, settings) if by == "by_phase" else np.where(blocks["period"] >= 0, 0, -1)
    found = floors(blocks["period"], part)
    assert max(max(sunk) for sunk in found.values()) <= 2
    assert {s["phase"]: s["benches"] for s in data["sinking"]} == found
    assert [int(r["benches_sunk"]) for r in table(here, "periods")] == [
        max(sunk[t] for sunk in found.values()) for t in range(PERIODS)
    ]
    # without the wish it sinks faster, and is worth more
    _, free, _ = run(here, settings)
    assert max(max(s["benches"]) for s in free["sinking"]) > 2
    assert free["upper_bound"] >= data["objective"]


def test_a_sinking_rate_since_the_start_lets_a_pit_catch_up(here):
    asked = "sinking_benches = 1\nsinking_each_period = false\nseconds"
    code, data, _ = run(here, SETTINGS.replace("seconds", asked))
    assert code == 0
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
    (sunk,) = floors(blocks["period"], np.where(blocks["period"] >= 0, 0, -1)).values()
    assert (np.cumsum(sunk) <= np.arange(1, PERIODS + 1)).all()
    assert data["gap"] is not None


def test_phases_begin_when_they_may_and_follow_one_another(place, here):
    wish = """
[[schedule.not_before]]
phase = 1
period = 2
"""
    code, _, _ = run(here, BY_PHASE + wish)
    assert code == 0
    phase = phases(place, BY_PHASE)
    period = BlockModel.from_parquet(here / "out" / "blocks.parquet")["period"]
    assert (period[phase == 1] >= 0).any()
    assert set(period[phase == 1].tolist()) <= {-1, 2, 3}
    assert (period[phase == 0] == 0).any()
    order = """
[[schedule.order]]
before = 0
after = 1
lead = 1
"""
    assert run(here, BY_PHASE + order)[0] == 0
    period = BlockModel.from_parquet(here / "out" / "blocks.parquet")["period"]
    bench = benches()
    for b in np.flatnonzero((phase == 1) & (period >= 0)):
        ahead = (phase == 0) & (bench <= bench[b] + 1)
        assert ((period[ahead] >= 0) & (period[ahead] <= period[b])).all()


@pytest.mark.parametrize(
    ("wish", "field", "first"),
    [
        ('field = "zone"\ncodes = [1]\nperiod = 2', "zone", 2),
        ('field = "permit"', "permit", 1),
    ],
)
def test_blocks_of_a_field_wait_for_their_period(here, wish, field, first):
    code, data, _ = run(here, f"{SETTINGS}\n[[schedule.not_before]]\n{wish}\n")
    assert code == 0, data
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
    late = blocks[field] == 1
    assert set(blocks["period"][late].tolist()) - {-1} <= set(range(first, PERIODS))
    assert (blocks["period"][~late] == 0).any()


def fed(folder, field):
    """Feed of the mill and its mean grade by period, from the blocks."""
    blocks = BlockModel.from_parquet(folder / "out" / "blocks.parquet")
    tonnes = blocks.tonnes() * blocks["share_mill"]
    period = blocks["period"]
    held = [(tonnes * blocks[field])[period == t].sum() for t in range(PERIODS)]
    ore = np.array([tonnes[period == t].sum() for t in range(PERIODS)])
    return 1.05 * ore, np.array(held) / (1.05 * ore)  # barren dilution


@pytest.mark.parametrize("by", ["cells", "by_phase"])
def test_the_feed_is_blended_and_near_its_target(here, by):
    aim = 210_000 if by == "by_phase" else 330_000
    base = BY_PHASE if by == "by_phase" else SETTINGS
    wishes = """
[[blend]]
element = "as"
upper = [110, 105]
[[blend]]
name = "head grade"
element = "cu"
destinations = ["mill"]
lower = 0.3
[[feed]]
name = "mill target"
target = AIM
within = 0.08
steady_within = 0.1
"""
    code, data, _ = run(here, base + wishes.replace("AIM", str(aim)))
    assert code == 0, data
    assert data["unmet"] == []
    tonnes, arsenic = fed(here, "as_ppm")
    _, copper = fed(here, "cu_pct")
    assert (arsenic <= np.array([110, 105, 105, 105]) * (1 + 1e-6)).all()
    assert (copper >= 0.3 * (1 - 1e-6)).all()
    assert (np.abs(tonnes - aim) <= 0.08 * aim * (1 + 1e-6)).all()
    assert (np.abs(np.diff(tonnes)) <= 0.1 * tonnes[:-1] * (1 + 1e-6)).all()
    arsenical, head = data["blends"]
    np.testing.assert_allclose(arsenical["grade"], arsenic)
    np.testing.assert_allclose(head["grade"], copper)
    assert (head["unit"], arsenical["name"]) == ("%", "as of feed")
    assert arsenical["upper"] == [110, 105, 105, 105]
    assert arsenical["lower"] == [None] * 4
    np.testing.assert_allclose(data["feeds"][0]["fed_t"], tonnes)
    rows = table(here, "periods")
    np.testing.assert_allclose([float(r["as of feed"]) for r in rows], arsenic)
    assert [float(r["as of feed upper"]) for r in rows] == [110, 105, 105, 105]
    assert {r["as of feed lower"] for r in rows} == {""}
    assert [float(r["mill target target_t"]) for r in rows] == [aim] * 4
    # the wishes bind: without them both are missed, and nothing is worth less
    _, free, _ = run(here, BY_PHASE if by == "by_phase" else SETTINGS)
    _, as_free = fed(here, "as_ppm")
    assert (as_free > 110).any()
    assert free["upper_bound"] >= data["objective"]


# hardly anything is mined in the last period: the mill lives on stock then
ENDING = ("upper = 2_500_000", "upper = [2_500_000, 2_500_000, 2_500_000, 100_000]")
STOCK = """
[[stockpile]]
name = "stock"
"""


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
def test_what_is_put_on_a_stockpile_is_taken_up_or_lies_there(here, base, more):
    code, data, _ = run(here, base.replace(*ENDING) + STOCK + more)
    assert code == 0, data
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
    period, tonnes = blocks["period"], blocks.tonnes()
    rows, lying = table(here, "stockpiles"), 0.0
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
    for t, row in enumerate(table(here, "periods")):
        fresh = (tonnes * blocks["share_mill"])[period == t].sum()
        rock = tonnes[period == t].sum()
        feed = 1.05 * (fresh + float(rows[t]["taken_up_t"]))
        assert float(row["mill feed used"]) == pytest.approx(feed)
        assert feed <= 500_000 * (1 + 1e-6)
        assert float(row["water used"]) == pytest.approx(0.7 * feed + 0.01 * rock)
        assert float(row["mill_t"]) + float(row["stock_t"]) + float(row["dump_t"]) == (
            pytest.approx(float(row["rock_t"]))
        )
    recovered = sum(float(r["cu_recovered_t"]) for r in table(here, "periods"))
    fresh = (tonnes * blocks["share_mill"] * blocks["cu_pct"] / 100 * 0.85)[period >= 0].sum()
    again_t = sum(float(r["taken_up_cu_recoverable_t"]) for r in rows)
    assert recovered == pytest.approx(fresh + again_t)


def test_cash_counts_stock_when_it_is_taken_up(here):
    """With each block as itself and whole blocks, the cash is a sum anyone can do."""
    settings = (
        SETTINGS.replace("[2, 2]", "[1, 1]").replace(*ENDING)
        + STOCK
        + 'value = "optimistic"\nslots = [3]\n'
    )
    code, data, _ = run(here, settings)
    assert code == 0
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
    period, t = blocks["period"], blocks.tonnes()
    milled = t * (blocks["cu_pct"] / 100 * 0.85 * 8000 - 1.05 * 8.5)
    for p, row in enumerate(table(here, "periods")):
        now = period == p
        cash = (milled * blocks["share_mill"])[now].sum() - 2.0 * t[now].sum()
        cash -= 0.1 * (t * blocks["share_stock"])[now].sum()
        up = blocks["reclaim_period"] == p
        cash += ((milled - 0.7 * t) * blocks["share_reclaimed"])[up].sum()
        assert float(row["cash_usd"]) == pytest.approx(cash, rel=1e-6)
        assert float(row["discounted_usd"]) == pytest.approx(cash / 1.1 ** (p + 1), rel=1e-6)
    # a pile that mixes earns something else, and never more than the bound
    assert data["npv_mixed_usd"] <= data["upper_bound"] * (1 + 1e-9)


def test_stock_makes_a_blend_and_a_steady_feed_with_what_is_fresh(here):
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
    code, data, _ = run(here, settings)
    assert code == 0, data
    rows, stock = table(here, "periods"), table(here, "stockpiles")
    blocks = BlockModel.from_parquet(here / "out" / "blocks.parquet")
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


def test_a_plan_that_misses_what_is_asked_says_so(here):
    """Rock is asked to the tonne, and units are whole: only fractions of them could give it."""
    wish = """
[[limit]]
name = "rock to the tonne"
lower = [1_000_001, 0]
upper = [1_000_002, 1e9]
[[limit.use]]
of = "mined"
"""
    code, data, _ = run(here, SETTINGS + wish)
    assert (code, data["status"], data["gap"]) == (1, "unmet", None), data
    rock = data["periods"][0]["rock_t"]
    assert data["unmet"][0].startswith(f"rock to the tonne, period 0: {rock:,.6g} where at ")


def test_a_table_tells_what_was_asked_and_reached(here):
    config = here / "pit.toml"
    wishes = '\n[[blend]]\nelement = "cu"\nlower = 0.2\n[[feed]]\ntarget = 480_000\nwithin = 0.2\n'
    text = SETTINGS.replace("seconds", "sinking_benches = 3\nseconds") + wishes + STOCK
    config.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["pit", "schedule", str(here.parent / "model.parquet"), "-c", str(config)]
    )
    assert done.exit_code == 0, done.output
    for word in (
        "cu of feed %", "at least", "feed of mill Mt", "target", "benches sunk",
        "asked 3 in each", "from its target (asked 20.0%)", "stock taken up Mt",
        "lying at the end", "where each bin mixes fully",
    ):  # fmt: skip
        assert word in done.output, word


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            "[[feed]]\ntarget = 490_000\nwithin = 0.01\n[[blend]]\nelement = 'cu'\nlower = 0.9",
            "feed of mill",
        ),
        ("[[feed]]\nname = 'the mill'\ntarget = [2_000_000, 0]\nwithin = 0.1", "the mill"),
        (STOCK + "[[feed]]\nname = 'the mill'\ntarget = 600_000\nwithin = 0.1", "the mill"),
    ],
)
def test_wishes_that_cannot_be_met_are_named_with_their_period(here, wish, said):
    code, data, _ = run(here, f"{SETTINGS}\n{wish}\n", "--time", "300")
    assert code == 2
    assert "no schedule meets the side constraints" in data["what"]
    assert said in data["what"]
    assert "period" in data["what"] + data["where"]
    assert not (here / "out" / "summary.json").exists()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("[[schedule.not_before]]\nphase = 1\nperiod = 1", 'within = "phases"'),
        ("[[schedule.order]]\nbefore = 0\nafter = 1", 'within = "phases"'),
        ("[[schedule.order]]\nbefore = 0\nafter = 0", "lead itself"),
        ("[[schedule.order]]\nbefore = 0\nafter = 1\nlead = 0.5", "whole benches"),
        ("[[schedule.order]]\nbefore = 0", "'after' is missing"),
        ("[[schedule.not_before]]\nperiod = 1", "of a phase or of a field"),
        ("[[schedule.not_before]]\nfield = 'zone'\nperiod = 1", "no codes"),
        ("[[schedule.not_before]]\nfield = 'zone'\ncodes = [7]\nperiod = 1", "has '7'"),
        ("[[schedule.not_before]]\nfield = 'zona'\ncodes = [7]\nperiod = 1", "zona"),
        ("[[schedule.not_before]]\nfield = 'cu_pct'", "gives no period"),
        ("[[schedule.not_before]]\nfield = 'zone'\ncodes = [1]\nperiod = -1", "from 0"),
        ("[[schedule.not_before]]\nphase = 1\nperod = 1", "did you mean 'period'"),
        ("[[blend]]\nelement = 'cu'", "without bounds"),
        ("[[blend]]\nelement = 'cv'\nlower = 1", "cv"),
        ("[[blend]]\nfield = 'cv'\nlower = 1", "cv"),
        ("[[blend]]\nlower = 1", "element or of a field"),
        ("[[blend]]\nelement = 'cu'\nfield = 'cu_pct'\nlower = 1", "not both"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\nupper = 0.5", "period 0"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\ndestinations = ['mil']", "did you mean 'mill'"),
        ("[[blend]]\nelement = 'cu'\nlower = 1\ndestinations = ['dump']", "takes feed"),
        ("[[blend]]\nelement = 'cu'\nlowr = 1", "lowr"),
        ("[[blend]]\nelement = 'cu'\nname = 'water'\nlower = 1", "water"),
        ("[[feed]]\ntarget = 1", "belong together"),
        ("[[feed]]\nwithin = 0.1", "belong together"),
        ("[[feed]]\nuntil = 1", "without a wish"),
        ("[[feed]]\ntarget = -1\nwithin = 0.1", "target"),
        ("[[feed]]\ntarget = 1\nwithin = 1.5", "fraction"),
        ("[[feed]]\nsteady_within = 0.1\nper = 'month'", "year or period"),
        ("[[feed]]\nsteady_within = 0.1\nuntil = 1.5", "whole"),
        ("[feed]\nsteady_within = 0.1", "no list of tables"),
        ("[[stockpile]]\nname = 'heap'", "heap"),
        ("[[stockpile]]\nname = 'dump'", "not a stockpile"),
        (STOCK + STOCK, "stock"),
        (STOCK + "slots = [0, 2]", "from 1"),
        (STOCK + "slots = [2, 1]", "rising periods"),
        (STOCK + "slots = [4]", "rising periods"),
        (STOCK + "bins = 0", "bins"),
        (STOCK + "bins = [0.2, 0.1]\nelement = 'cu'", "rising"),
        (STOCK + "bins = [0.1, 0.2]", "element or field"),
        (STOCK + "element = 'cu'", "without grades"),
        (STOCK + "room_t = 0", "more than zero"),
        (STOCK + "value = 'true'", "conservative or optimistic"),
    ],
)
def test_wishes_that_are_wrong_are_told(place, wish, said, tmp_path):
    config = tmp_path / "bad.toml"
    config.write_text(f"{SETTINGS}\n{wish}\n", encoding="utf-8")
    done = CliRunner().invoke(
        app, ["pit", "schedule", str(place / "model.parquet"), "-c", str(config), "--json"]
    )
    data = json.loads(done.stdout)
    assert done.exit_code == 2, data
    assert said in data["what"] + data["where"] + data["fix"], data


@pytest.mark.parametrize(
    ("old", "new", "wish", "said"),
    [
        ("seconds", "sinking_each_period = true\nseconds", "", "without a sinking rate"),
        ("seconds", "sinking_benches = 0\nseconds", "", "from 1"),
        ("rehandle = 0.7", "rehandle = 500", STOCK, "pays when it is taken up"),
        ("periods = 4", "periods = 1", STOCK, "two periods"),
        ('reclaim_to = "mill"\n', "", STOCK, "not a stockpile that feeds"),
    ],
)
def test_settings_that_do_not_go_with_a_wish_are_told(place, old, new, wish, said, tmp_path):
    config = tmp_path / "bad.toml"
    assert old in SETTINGS
    config.write_text(SETTINGS.replace(old, new) + wish, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["pit", "schedule", str(place / "model.parquet"), "-c", str(config), "--json"]
    )
    data = json.loads(done.stdout)
    assert done.exit_code == 2, data
    assert said in data["what"] + data["where"] + data["fix"], data


def test_phases_that_units_mix_or_that_are_not_there_are_told(place, tmp_path):
    config = tmp_path / "bad.toml"
    mixed = BY_PHASE.replace("by_phase = true", "sinking_benches = 2")
    wrong = BY_PHASE + "\n[[schedule.order]]\nbefore = 0\nafter = 9\n"
    late = BY_PHASE + "\n[[schedule.not_before]]\nphase = 9\nperiod = 1\n"
    for text, said in ((mixed, "by_phase = true"), (wrong, "no phase 9"), (late, "no phase 9")):
        config.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(
            app, ["pit", "schedule", str(place / "model.parquet"), "-c", str(config), "--json"]
        )
        data = json.loads(done.stdout)
        assert done.exit_code == 2
        assert said in data["what"] + data["fix"], data


def test_values_by_field_have_blends_and_feeds_but_no_stockpiles(place, here):
    m = make()
    worth = m.tonnes() * (m["cu_pct"] / 100 * 0.85 * 8000 - 9.0)
    m.with_fields(v_mill=worth - 2.0 * m.tonnes(), v_dump=-2.0 * m.tonnes()).to_parquet(
        here / "model.parquet"
    )
    head, tail = SETTINGS.split("[economy]")
    values = '[economy]\nvalue_fields = { mill = "v_mill", dump = "v_dump" }\nore = ["mill"]\n'
    limits = "[[limit]]" + tail.split("[[limit]]", maxsplit=1)[1]
    text = head + values + "periods = 4\ndiscount_rate = 0.1\n" + limits
    config = here / "pit.toml"
    for wish, code in (
        ('[[blend]]\nfield = "as_ppm"\nupper = 105\n[[feed]]\nsteady_within = 0.3\nuntil = 3\n', 0),
        ('[[blend]]\nelement = "as"\nupper = 105\n', 2),
        (STOCK, 2),
    ):
        config.write_text(text + wish, encoding="utf-8")
        done = CliRunner().invoke(
            app, ["pit", "schedule", str(here / "model.parquet"), "-c", str(config), "--json",
                  "-o", str(here / "out")],
        )  # fmt: skip
        data = json.loads(done.stdout)
        assert done.exit_code == code, data
        if code == 0:
            assert max(data["blends"][0]["grade"]) <= 105 * (1 + 1e-6)
            fed_t = np.array(data["feeds"][0]["fed_t"])
            assert (np.abs(np.diff(fed_t))[:2] <= 0.3 * fed_t[:2] * (1 + 1e-6)).all()
            assert data["unmet"] == []


def test_a_frontier_counts_stock_that_is_taken_up(place, here):
    config = here / "pit.toml"
    config.write_text(SETTINGS + STOCK, encoding="utf-8")
    words = ["pit", "frontier", str(place / "model.parquet"), "-c", str(config), "--json"]
    done = CliRunner().invoke(app, [*words, "--of", "water", "--points", "2", "--bounds-only"])
    data = json.loads(done.stdout)
    assert done.exit_code == 0, data
    code, plan, _ = run(here, SETTINGS + STOCK)
    assert code == 0
    taken = sum(p["water used"] for p in plan["periods"])
    for point in data["points"][1:]:
        most = point["npv_bound"] + point["marginal"] * (taken - point["cap"])
        assert plan["objective"] <= most * (1 + 1e-9)
    done = CliRunner().invoke(app, [*words, "--of", "water", "--over", "period", "--points", "1"])
    assert done.exit_code == 2
    assert "another period" in json.loads(done.stdout)["what"]
    # what is only mined is as before
    words += ["--of", "mining", "--over", "period", "--points", "1", "--bounds-only"]
    assert CliRunner().invoke(app, words).exit_code == 0
