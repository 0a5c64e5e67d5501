"""A mining width in the periods of ``orefield pit schedule``, judged from the files it writes."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid

SHAPE = (14, 12, 5)
GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), SHAPE)
PERIODS = 4

SETTINGS = """
[slopes]
overall_deg = 45
[economy]
periods = 4
discount_rate = 0.1
mining = 2.0
[[economy.element]]
name = "cu"
field = "cu_pct"
unit = "%"
price = 8000
price_unit = "USD/t"
[[economy.destination]]
name = "mill"
kind = "mill"
processing = 8.0
[[economy.destination.metal]]
element = "cu"
recovery = 0.85
[[economy.destination]]
name = "dump"
kind = "dump"
[[limit]]
name = "mining"
upper = 1_200_000
[[limit.use]]
of = "mined"
[[limit]]
name = "mill feed"
upper = 500_000
[[limit.use]]
of = "processed"
destinations = ["mill"]
[schedule]
mining_width_m = 40
seconds = 6
gap = 0.005
[output]
blocks = ["parquet", "csv"]
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    rng = np.random.default_rng(3)
    x, y, z = GRID.centroids().T
    away = ((x - 140) / 70) ** 2 + ((y - 120) / 60) ** 2 + ((z - 30) / 35) ** 2
    fields = {
        "density_t_m3": np.full(GRID.n, 2.5),
        "cu_pct": 0.75 * np.exp(-away) * rng.lognormal(0, 0.4, GRID.n),
    }
    path = tmp_path_factory.mktemp("widths") / "model.parquet"
    BlockModel(GRID, fields, "made up").to_parquet(path)
    return path


def run(model: Path, folder: Path, settings: str, *words: str):
    config = folder / "pit.toml"
    config.write_text(settings, encoding="utf-8")
    asked = ["pit", "schedule", str(model), "-c", str(config), "-o", str(folder / "out"), *words]
    return CliRunner().invoke(app, asked)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def narrow(period):
    """Blocks that no two by two blocks of their period and bench cover."""
    nx, ny, nz = SHAPE
    at = np.asarray(period).reshape(nz, ny, nx)
    ok = np.zeros(at.shape, bool)
    for z, y, x in itertools.product(range(nz), range(ny - 1), range(nx - 1)):
        square = at[z, y : y + 2, x : x + 2]
        if (square == square[0, 0]).all() and square[0, 0] >= 0:
            ok[z, y : y + 2, x : x + 2] = True
    return ((at >= 0) & ~ok).ravel()


@pytest.mark.parametrize("units", ["", "cells = [2, 2]"])
def test_every_period_has_room_and_keeps_its_limits(model, tmp_path, units):
    settings = SETTINGS.replace("[schedule]", f"[schedule]\n{units}")
    done = run(model, tmp_path, settings, "--json")
    assert done.exit_code == 0, done.stderr
    data = json.loads(done.stdout)
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    after, before = blocks["period"], blocks["period_before_widths"]
    assert (after >= 0).any()
    assert not narrow(after).any()
    width, rock = data["mining_width"], blocks.tonnes()
    assert width["narrow_share"] == 0.0
    assert width["narrow_share_before"] == pytest.approx(
        rock[narrow(before)].sum() / rock[before >= 0].sum()
    )
    assert width["dropped_t"] == pytest.approx(rock[(before >= 0) & (after < 0)].sum())
    assert width["limits_met"] is True
    assert data["objective"] == pytest.approx(data["npv_usd"])
    assert data["objective"] == pytest.approx(width["objective"])
    assert width["loss"] == pytest.approx(1 - width["objective"] / width["objective_before"])
    assert data["objective"] <= data["upper_bound"] * (1 + 1e-9)
    assert data["gap"] == pytest.approx(1 - data["objective"] / data["upper_bound"])
    for row in table(tmp_path, "periods"):
        t = int(row["period"])
        assert float(row["rock_t"]) == pytest.approx(rock[after == t].sum())
        assert float(row["rock_t"]) <= 1_200_000 * (1 + 1e-9)
        assert float(row["mill_t"]) <= 500_000 * (1 + 1e-9)
    for row in table(tmp_path, "room"):
        t = int(row["period"])
        here = rock[narrow(before) & (before == t)].sum()
        assert float(row["narrow_before_t"]) == pytest.approx(here)
        assert float(row["narrow_t"]) == 0.0
    parts = table(tmp_path, "narrow")
    assert {row["plan"] for row in parts} == {"before"}
    assert sum(int(row["blocks"]) for row in parts) == narrow(before).sum()
    # every block's needed blocks: 45 degrees over two benches of half a block
    nx, ny, nz = SHAPE
    last = np.where(after < 0, PERIODS, after).reshape(nz, ny, nx)
    assert (last[1:] <= last[:-1]).all()


def test_a_person_is_told_what_room_costs(model, tmp_path):
    done = run(model, tmp_path, SETTINGS)
    assert done.exit_code == 0, done.stderr
    assert "too narrow before, 0.0% now" in done.stdout
    assert "with room to work" in done.stdout
    assert "too narrow %" in done.stdout


def test_without_a_width_nothing_is_said_of_it(model, tmp_path):
    done = run(model, tmp_path, SETTINGS.replace("mining_width_m = 40\n", ""), "--json")
    data = json.loads(done.stdout)
    assert data["mining_width"] is None
    assert not (tmp_path / "out" / "narrow.csv").exists()
    assert (
        "period_before_widths"
        not in BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet").fields
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mining_width_m = 0", "'mining_width_m' is 0"),
        ("mining_width_m = -5", "'mining_width_m' is -5"),
        ('mining_width_m = "wide"', "mining_width_m"),
        ("mining_width_m = inf", "mining_m is inf"),
        ("mining_width_m = 4000", "more than the model has"),
        ('mining_width_m = 40\nelement = "star"', "'star' is no shape"),
        ('element = "disk"', "'element' without a mining width"),
        ("mining_widht_m = 40", "mining_width_m"),
    ],
)
def test_bad_widths_are_refused(model, tmp_path, line, said):
    settings = SETTINGS.replace("mining_width_m = 40", line)
    done = run(model, tmp_path, settings, "--json")
    assert done.exit_code != 0
    assert said in done.stdout + done.stderr
    assert not (tmp_path / "out" / "summary.json").exists()


def test_a_minimum_that_room_forbids_is_an_error(model, tmp_path):
    settings = SETTINGS.replace("mining_width_m = 40", "mining_width_m = 200").replace(
        "upper = 1_200_000", "lower = [100_000, 100_000, 100_000, 100_000]\nupper = 1_200_000"
    )
    done = run(model, tmp_path, settings, "--json")
    # all four years have room, or the answer says what is missed, or an error why there is none
    if done.exit_code in (0, 1):
        blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
        data = json.loads(done.stdout)
        mined = [blocks.tonnes()[blocks["period"] == t].sum() for t in range(PERIODS)]
        assert data["mining_width"]["limits_met"] == (min(mined) >= 100_000 * (1 - 1e-9))
        assert (data["status"] == "unmet") == (not data["mining_width"]["limits_met"])
        assert bool(data["unmet"]) == (data["status"] == "unmet") == (done.exit_code == 1)
    else:
        assert "200 m" in done.stdout + done.stderr
