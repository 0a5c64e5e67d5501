"""``orefield pit``: answers, files, and settings or models that are wrong."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.pit import pit_schedule
from orefield.core import BlockModel, Grid
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.phasing import check_phases
from orefield.pit.slopes import slope_domains

GRID = Grid((1000.0, 2000.0, 0.0), (20.0, 20.0, 10.0), (18, 17, 8))

SETTINGS = """
[slopes]
overall_deg = 45
[economy]
revenue_fields = { mill = "rev" }
cost_fields = { mill = "cost_mill", dump = "cost_dump" }
ore = ["mill"]
periods = 3
discount_rate = 0.1
[[limit]]
name = "rock"
upper = 4_000_000
[[limit.use]]
of = "mined"
[capacity]
rock_t = 4_000_000
[shells]
revenue_factors = [0.5, 0.7, 0.9, 1.0]
[phases]
count = 2
mining_width_m = 40
bottom_width_m = 40
[schedule]
cells = [2, 2]
seconds = 3
gap = 0.1
"""


def make():
    rng = np.random.default_rng(5)
    x, y, z = GRID.centroids().T
    away = ((x - 1180) / 90) ** 2 + ((y - 2170) / 90) ** 2 + ((z - 45) / 40) ** 2
    tonnes = np.full(GRID.n, 20.0 * 20.0 * 10.0 * 2.5)
    fields = {
        "density_t_m3": np.full(GRID.n, 2.5),
        "rev": 60.0 * np.exp(-away) * rng.lognormal(0, 0.3, GRID.n) * tonnes,
        "cost_mill": 11.0 * tonnes,
        "cost_dump": 2.0 * tonnes,
    }
    return BlockModel(GRID, fields, "made up")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pit")
    make().to_parquet(folder / "model.parquet")
    (folder / "pit.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def ask(*words: str) -> tuple[int, dict, str]:
    done = CliRunner().invoke(app, ["pit", *words, "--json"])
    return done.exit_code, json.loads(done.stdout), done.stderr


def test_the_limit_is_the_ultimate_pit(place):
    code, data, _ = ask("limit", str(place / "model.parquet"), "-c", str(place / "pit.toml"))
    assert code == 0
    m = make()
    value = np.maximum(m["rev"] - m["cost_mill"], -m["cost_dump"])
    pit = ultimate_pit(m, value, slope_pattern(GRID, 45.0))
    assert data["pit_blocks"] == pit.sum() > 100
    assert data["value_usd"] == pytest.approx(value[pit].sum())
    ore = pit & (m["rev"] - m["cost_mill"] > -m["cost_dump"])
    assert data["ore_t"] == pytest.approx(m.tonnes()[ore].sum())
    assert data["note"] == "made up"
    assert data["files"] == []


def drawn(path):
    return ET.parse(path).getroot().tag.endswith("svg")


def test_shells_rise_and_phases_keep_to_the_slopes(place):
    model, config = str(place / "model.parquet"), str(place / "pit.toml")
    _, shells, _ = ask("shells", model, "-c", config, "--out", str(place / "shells"))
    assert drawn(place / "shells" / "shells.svg")
    assert [s["revenue_factor"] for s in shells["shells"]] == [0.5, 0.7, 0.9, 1.0]
    rock = [s["rock_t"] for s in shells["shells"]]
    assert rock == sorted(rock)
    assert all(s["specified_usd"] is not None for s in shells["shells"])
    plain = place / "plain.toml"
    plain.write_text(SETTINGS.split("[phases]", maxsplit=1)[0], encoding="utf-8")
    _, alone, _ = ask("shells", model, "-c", str(plain))
    assert all(s["specified_usd"] is None for s in alone["shells"])
    assert [s["best_usd"] for s in alone["shells"]] == [s["best_usd"] for s in shells["shells"]]
    code, phases, _ = ask("phases", model, "-c", config, "--out", str(place / "phases"))
    assert code == 0
    assert phases["value_usd"] <= phases["value_before_usd"]
    written = BlockModel.from_parquet(place / "phases" / "blocks.parquet")
    assert check_phases(make(), written["phase"], slope_pattern(GRID, 45.0)) == ()
    assert sum(p["rock_t"] for p in phases["phases"]) == pytest.approx(
        make().tonnes()[written["phase"] >= 0].sum()
    )


def test_a_schedule_has_a_bound_and_goes_on_from_where_it_stopped(place):
    model, config = str(place / "model.parquet"), str(place / "pit.toml")
    kept = place / "state.npz"
    out = place / "schedule"
    code, data, said = ask(
        "schedule", model, "-c", config, "--resume", str(kept), "--gap", "0.5", "--out", str(out)
    )
    assert code == 0
    assert drawn(out / "periods.svg")
    assert data["objective"] == pytest.approx(data["npv_usd"])
    assert data["objective"] <= data["upper_bound"] * (1 + 1e-9)
    assert all(p["rock used"] <= 4e6 * (1 + 1e-9) for p in data["periods"])
    assert "building the schedule" in said
    assert kept.exists()
    _, again, _ = ask("schedule", model, "-c", config, "--resume", str(kept), "--gap", "0.5")
    assert again["objective"] >= data["objective"] * (1 - 1e-9)


def test_a_schedule_that_is_stopped_says_so_and_the_bar_never_goes_back(place):
    told: list[float] = []
    data, text = pit_schedule(
        place / "model.parquet", place / "pit.toml", gap=0.0, seconds=60.0,
        tell=lambda _, share: told.append(share), stopping=lambda: nullcontext(lambda: True),
    )  # fmt: skip
    assert data["status"] == "interrupted"
    assert data["seconds"] < 55.0
    assert "interrupted after" in text
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_a_planners_own_phases_are_checked(place):
    m = make()
    pit = ultimate_pit(
        m, np.maximum(m["rev"] - m["cost_mill"], -m["cost_dump"]), slope_pattern(GRID, 45.0)
    )
    own = np.where(pit, 0, -1)
    own[np.flatnonzero(pit)[-1]] = -1
    m.with_fields(push=own).to_parquet(place / "own.parquet")
    config = place / "own.toml"
    config.write_text(SETTINGS.replace("count = 2", 'field = "push"'), encoding="utf-8")
    code, data, _ = ask(
        "phases", str(place / "own.parquet"), "-c", str(config), "-o", str(place / "own")
    )
    assert code == 2
    listed = (place / "own" / "violations.csv").read_text("utf-8").splitlines()
    assert listed[0] == "block,phase,needed,needed_phase"
    assert f"break the slopes at {len(listed) - 1:,} blocks" in data["what"]
    assert "break the slopes" in data["what"]
    assert "needs block" in data["what"]
    config.write_text(
        SETTINGS.replace("count = 2", 'field = "push"\nrepair = true'), encoding="utf-8"
    )
    assert ask("phases", str(place / "own.parquet"), "-c", str(config))[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[slopes]", "[slope]", "did you mean 'slopes'"),
        ("overall_deg", "overal_deg", "overall_deg"),
        ("overall_deg = 45", "overall_deg = 95", "0 and 90"),
        ("mining_width_m", "mining_widht_m", "mining_width_m"),
        ("mining_width_m = 40", "mining_width_m = -4", "mining_m is -4"),
        ('revenue_fields = { mill = "rev" }', 'revenue_fields = { mill = "rev_" }', "rev"),
        ("periods = 3", "periods = 2.5", "whole number"),
        ("rock_t = 4_000_000", "rock_t = 0", "more than zero"),
        ("[0.5, 0.7, 0.9, 1.0]", "[0.5, 0.4]", "rise"),
        ("count = 2", "count = 0", "whole number"),
        ("count = 2", "count = 40", "40 phases"),
        ("count = 2", "final_factor = 0.6", "0.6"),
        ("count = 2", 'field = "nothing"', "nothing"),
        ("[economy]", "[economy]\nelement = []", "element"),
        ("[slopes]", "[slopes", "TOML"),
        ("ore = [", "ore_ = [", "ore_"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(place, old, new, said, tmp_path):
    config = tmp_path / "bad.toml"
    assert old in SETTINGS
    config.write_text(SETTINGS.replace(old, new), encoding="utf-8")
    code, data, shown = ask("phases", str(place / "model.parquet"), "-c", str(config))
    assert code == 2
    assert said in data["what"] + data["where"] + data["fix"]
    assert shown.count("error:") == 1


DOMAINS = """[slopes]
domain_field = "zone"
overall_deg = 45
[[slopes.domain]]
codes = [1, 2]
overall_deg = 35
"""


def test_slopes_by_domain(place, tmp_path):
    zone = np.arange(GRID.n) % 18 // 6
    flat = tmp_path / "zones.parquet"
    make().with_fields(zone=zone).to_parquet(flat)
    config = tmp_path / "pit.toml"
    config.write_text(SETTINGS.replace("[slopes]\noverall_deg = 45\n", DOMAINS), encoding="utf-8")
    code, data, _ = ask("limit", str(flat), "-c", str(config), "-o", str(tmp_path / "out"))
    assert code == 0
    assert data["slope"]["domains"] == 2
    m = make()
    value = np.maximum(m["rev"] - m["cost_mill"], -m["cost_dump"])
    slopes = slope_domains(GRID, np.where(zone > 0, 1, 0), {0: 45.0, 1: 35.0})
    pit = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")["pit"] > 0
    np.testing.assert_array_equal(pit, ultimate_pit(m, value, slopes))
    assert data["value_usd"] < value[ultimate_pit(m, value, slope_pattern(GRID, 45.0))].sum()
    code, _, _ = ask("phases", str(flat), "-c", str(config), "-o", str(tmp_path / "out"))
    assert code == 0
    phase = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")["phase"]
    assert check_phases(m, phase, slopes) == ()
    assert ask("schedule", str(flat), "-c", str(config), "--gap", "0.5")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("overall_deg = 45\n", "", "domain '0' has no slope angle"),
        ("codes = [1, 2]", "codes = []", "lacks its codes"),
        ("overall_deg = 35", "", "lacks its codes or its angle"),
        ("overall_deg = 35", "overall_deg = 0", "0 and 90"),
        ('domain_field = "zone"', "", "both a field and their codes"),
        ('"zone"', '"zona"', "zona"),
        ('"zone"', '"rev"', "whole numbers"),
        ("codes = [1, 2]", "codes = [1, 1]", "in two domains"),
        ("codes", "coeds", "codes"),
    ],
)
def test_wrong_domains_are_named(place, old, new, said, tmp_path):
    model = tmp_path / "zones.parquet"
    make().with_fields(zone=np.arange(GRID.n) % 3).to_parquet(model)
    config = tmp_path / "bad.toml"
    assert old in DOMAINS
    text = SETTINGS.replace("[slopes]\noverall_deg = 45\n", DOMAINS.replace(old, new, 1))
    config.write_text(text, encoding="utf-8")
    code, data, _ = ask("limit", str(model), "-c", str(config))
    assert code == 2
    assert said in data["what"] + data["where"] + data["fix"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cells = [2, 2]", "cells = [2]", "cells"),
        ("gap = 0.1", "gap = 2", "fraction"),
        ("cells = [2, 2]", "cells = [2, inf]", "finite"),
        ("periods = 3", "periods = inf", "whole number"),
        ("gap = 0.1", f"gap = {10**400}", "digits"),
        ("gap = 0.1", 'within = "pit"', "limit"),
        ("gap = 0.1", "by_phase = true", "need phases"),
        ('of = "mined"', 'of = "minde"', "minde"),
        ("upper = 4_000_000", "upper = 4_000_000\nlower = 5_000_000", "lower bound"),
    ],
)
def test_wrong_schedules_are_named(place, old, new, said, tmp_path):
    config = tmp_path / "bad.toml"
    assert old in SETTINGS
    config.write_text(SETTINGS.replace(old, new), encoding="utf-8")
    code, data, _ = ask("schedule", str(place / "model.parquet"), "-c", str(config))
    assert code == 2
    assert said in data["what"] + data["where"] + data["fix"]


def test_models_and_folders_that_cannot_be_used(place, tmp_path):
    config = str(place / "pit.toml")
    code, data, _ = ask("limit", str(tmp_path / "none.csv"), "-c", config)
    assert (code, data["error"]) == (2, "TableError")
    assert ask("limit", str(place / "model.parquet"), "-c", str(tmp_path / "none.toml"))[0] == 2
    (tmp_path / "file").write_text("x", encoding="utf-8")
    code, data, _ = ask(
        "limit", str(place / "model.parquet"), "-c", config, "-o", str(tmp_path / "file")
    )
    assert code == 1
    assert "folder" in data["what"]
    share = np.ones(GRID.n)
    share[-5:] = 0.0
    make().with_fields(rock_fraction=share).to_parquet(tmp_path / "air.parquet")
    code, data, _ = ask("limit", str(tmp_path / "air.parquet"), "-c", config)
    assert code == 2
    assert "above topography" in data["what"]


def test_no_pit_is_told_and_not_a_crash(place, tmp_path):
    m = make()
    m.with_fields(rev=np.zeros(GRID.n)).to_parquet(tmp_path / "poor.parquet")
    config, poor = str(place / "pit.toml"), str(tmp_path / "poor.parquet")
    code, data, _ = ask("limit", poor, "-c", config, "-o", str(tmp_path / "out"))
    assert (code, data["pit_blocks"], data["strip"]) == (0, 0, None)
    for command in ("phases", "schedule"):
        code, data, _ = ask(command, poor, "-c", config)
        assert code == 2, command
    assert ask("shells", poor, "-c", config)[0] == 0
