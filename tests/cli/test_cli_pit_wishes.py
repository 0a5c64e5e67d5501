"""What planners ask of ``orefield pit schedule`` beside limits, judged from the files it writes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pit_cases import answer, pit, put, settled, table
from pit_wishes_cases import (
    BY_PHASE,
    GRID,
    PERIODS,
    SETTINGS,
    SHAPE,
    STOCK,
    make,
    model_file,
    run,
)

from orefield.core import BlockModel


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


def phases(folder, settings):
    """Phase of each block, by the command that makes them."""
    place = (model_file(), settled(folder / "phased", settings))
    assert answer("phases", place, "-o", str(folder / "phases"))[0] == 0
    return BlockModel.from_parquet(folder / "phases" / "blocks.parquet")["phase"]


def fed(folder, field):
    """Feed of the mill and its mean grade by period, from the blocks."""
    blocks = BlockModel.from_parquet(folder / "out" / "blocks.parquet")
    tonnes = blocks.tonnes() * blocks["share_mill"]
    period = blocks["period"]
    held = [(tonnes * blocks[field])[period == t].sum() for t in range(PERIODS)]
    ore = np.array([tonnes[period == t].sum() for t in range(PERIODS)])
    return 1.05 * ore, np.array(held) / (1.05 * ore)  # barren dilution


@pytest.mark.parametrize("by", ["blocks", "cells", "by_phase"])
def test_a_pit_sinks_no_faster_than_asked(tmp_path, by):
    settings = {
        "blocks": SETTINGS.replace("cells = [2, 2]\n", "cells = [1, 1]\n"),
        "cells": SETTINGS,
        "by_phase": BY_PHASE,
    }[by]
    code, data, _ = run(tmp_path, settings.replace("seconds", "sinking_benches = 2\nseconds"))
    assert code == 0, data
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    part = (
        phases(tmp_path, settings) if by == "by_phase" else np.where(blocks["period"] >= 0, 0, -1)
    )
    found = floors(blocks["period"], part)
    assert max(max(sunk) for sunk in found.values()) <= 2
    assert {s["phase"]: s["benches"] for s in data["sinking"]} == found
    assert [int(r["benches_sunk"]) for r in table(tmp_path, "periods")] == [
        max(sunk[t] for sunk in found.values()) for t in range(PERIODS)
    ]
    # without the wish it sinks faster, and is worth more
    _, free, _ = run(tmp_path, settings)
    assert max(max(s["benches"]) for s in free["sinking"]) > 2
    assert free["upper_bound"] >= data["objective"]


@pytest.mark.parametrize("each", ["true", "false"])
def test_a_sinking_rate_since_the_start_lets_a_pit_catch_up(tmp_path, each):
    """Nothing can be mined in the first period, and one bench more in the second if it may."""
    asked = f"sinking_benches = 1\nsinking_each_period = {each}\nseconds"
    late = SETTINGS.replace("upper = 2_500_000", "upper = [0, 2_500_000]")
    code, _, _ = run(tmp_path, late.replace("seconds", asked))
    assert code == 0
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    (sunk,) = floors(blocks["period"], np.where(blocks["period"] >= 0, 0, -1)).values()
    assert (np.cumsum(sunk) <= np.arange(1, PERIODS + 1)).all()
    assert sunk[0] == 0
    assert max(sunk) == (1 if each == "true" else 2)


def test_phases_begin_when_they_may_and_follow_one_another(tmp_path):
    wish = """
[[schedule.not_before]]
phase = 1
period = 2
"""
    code, _, _ = run(tmp_path, BY_PHASE + wish)
    assert code == 0
    phase = phases(tmp_path, BY_PHASE)
    period = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")["period"]
    assert (period[phase == 1] >= 0).any()
    assert set(period[phase == 1].tolist()) <= {-1, 2, 3}
    assert (period[phase == 0] == 0).any()


def test_a_phase_leads_another(tmp_path):
    """The outer one leads: what no plan would do of its own accord."""
    settings = BY_PHASE
    for old, new in (
        ("2_500_000", "5_000_000"),
        ("500_000", "1_500_000"),
        ("400_000", "1_500_000"),
    ):
        assert f"upper = {old}\n" in settings
        settings = settings.replace(f"upper = {old}\n", f"upper = {new}\n")
    order = "\n[[schedule.order]]\nbefore = 1\nafter = 0\nlead = -1\n"
    phase, bench = phases(tmp_path, settings), benches()

    def too_early(wish):
        assert run(tmp_path, settings + wish)[0] == 0
        period = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")["period"]
        for p in (0, 1):
            assert (period[phase == p] >= 0).any()
        when = np.where(period >= 0, period, PERIODS)
        return sum(
            bool((when[(phase == 1) & (bench <= bench[b] - 1)] > when[b]).any())
            for b in np.flatnonzero((phase == 0) & (period >= 0))
        )

    assert too_early(order) == 0
    assert too_early("") > 0


@pytest.mark.parametrize(
    ("wish", "field", "first"),
    [
        ('field = "zone"\ncodes = [1]\nperiod = 2', "zone", 2),
        ('field = "permit"', "permit", 1),
        ('field = "village"', "village", PERIODS),
    ],
)
def test_blocks_of_a_field_wait_for_their_period(tmp_path, wish, field, first):
    code, data, _ = run(tmp_path, f"{SETTINGS}\n[[schedule.not_before]]\n{wish}\n")
    assert code == 0, data
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    late = blocks[field] > 0
    assert set(blocks["period"][late].tolist()) - {-1} <= set(range(first, PERIODS))
    assert (blocks["period"][~late] == 0).any()


@pytest.mark.parametrize("by", ["cells", "by_phase"])
def test_the_feed_is_blended_and_near_its_target(tmp_path, by):
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
    code, data, _ = run(tmp_path, base + wishes.replace("AIM", str(aim)))
    assert code == 0, data
    assert data["unmet"] == []
    tonnes, arsenic = fed(tmp_path, "as_ppm")
    _, copper = fed(tmp_path, "cu_pct")
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
    rows = table(tmp_path, "periods")
    np.testing.assert_allclose([float(r["as of feed"]) for r in rows], arsenic)
    assert [float(r["as of feed upper"]) for r in rows] == [110, 105, 105, 105]
    assert {r["as of feed lower"] for r in rows} == {""}
    assert [float(r["mill target target_t"]) for r in rows] == [aim] * 4
    # the wishes bind: without them both are missed, and nothing is worth less
    _, free, _ = run(tmp_path, BY_PHASE if by == "by_phase" else SETTINGS)
    _, as_free = fed(tmp_path, "as_ppm")
    assert (as_free > 110).any()
    assert free["upper_bound"] >= data["objective"]


def test_a_plan_that_misses_what_is_asked_says_so(tmp_path):
    """Rock is asked to the tonne, and units are whole: only fractions of them could give it."""
    wish = """
[[limit]]
name = "rock to the tonne"
lower = [1_000_001, 0]
upper = [1_000_002, 1e9]
[[limit.use]]
of = "mined"
"""
    code, data, _ = run(tmp_path, SETTINGS + wish)
    assert (code, data["status"], data["gap"]) == (1, "unmet", None), data
    rock = data["periods"][0]["rock_t"]
    assert data["unmet"][0].startswith(f"rock to the tonne, period 0: {rock:,.6g} where at ")


def test_a_table_tells_what_was_asked_and_reached(tmp_path):
    wishes = '\n[[blend]]\nelement = "cu"\nlower = 0.2\n[[feed]]\ntarget = 480_000\nwithin = 0.2\n'
    text = SETTINGS.replace("seconds", "sinking_benches = 3\nseconds") + wishes + STOCK
    done = pit("schedule", (model_file(), settled(tmp_path, text)))
    assert done.exit_code == 0, done.output
    for word in (
        "cu of feed %", "at least", "feed of mill Mt", "target", "benches sunk",
        "asked 3 in each", "from its target (asked 20.0%)", "stock taken up Mt",
        "lying at the end", "where each bin mixes fully",
    ):  # fmt: skip
        assert word in done.output, word


@pytest.mark.parametrize("until", [0, 2, None])
def test_how_near_and_how_steady_a_feed_was_is_told(tmp_path, until):
    end = "" if until is None else f"until = {until}\n"
    wish = f"\n[[feed]]\ntarget = 450_000\nwithin = 0.1\nsteady_within = 0.2\n{end}"
    place = (model_file(), settled(tmp_path, SETTINGS + wish))
    done = pit("schedule", place, "-o", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    data = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    fed_t = data["feeds"][0]["fed_t"]
    off, change = [0.0], [0.0]
    for t, tonnes in enumerate(fed_t):
        kept = until is None or t < until
        off.append((abs(tonnes - 450_000) if kept else tonnes - 450_000) / 450_000)
        if t > 0:
            step = tonnes / fed_t[t - 1] - 1
            change.append(abs(step) if kept else step)
    said = " ".join(done.output.split())
    assert f"at most {max(change):.1%} from the period before (asked 20.0%)" in said
    if until == 0:
        assert f"at most {max(off):.1%} above its target; nothing was asked of less" in said
    else:
        assert f"at most {max(off):.1%} from its target (asked 10.0%)" in said


def test_values_by_field_have_blends_and_feeds_but_no_stockpiles(tmp_path):
    m = make()
    worth = m.tonnes() * (m["cu_pct"] / 100 * 0.85 * 8000 - 9.0)
    m = m.with_fields(v_mill=worth - 2.0 * m.tonnes(), v_dump=-2.0 * m.tonnes())
    head, tail = SETTINGS.split("[economy]")
    values = '[economy]\nvalue_fields = { mill = "v_mill", dump = "v_dump" }\nore = ["mill"]\n'
    limits = "[[limit]]" + tail.split("[[limit]]", maxsplit=1)[1]
    text = head + values + "periods = 4\ndiscount_rate = 0.1\n" + limits
    for wish, expected in (
        ('[[blend]]\nfield = "as_ppm"\nupper = 105\n[[feed]]\nsteady_within = 0.3\nuntil = 3\n', 0),
        ('[[blend]]\nelement = "as"\nupper = 105\n', 2),
        (STOCK, 2),
    ):
        place = put(tmp_path, m, text + wish)
        code, data, _ = answer("schedule", place, "-o", str(tmp_path / "out"))
        assert code == expected, data
        if code == 0:
            assert max(data["blends"][0]["grade"]) <= 105 * (1 + 1e-6)
            fed_t = np.array(data["feeds"][0]["fed_t"])
            assert (np.abs(np.diff(fed_t))[:2] <= 0.3 * fed_t[:2] * (1 + 1e-6)).all()
            assert data["unmet"] == []
