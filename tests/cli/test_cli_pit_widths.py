"""A mining width in the periods of ``orefield pit schedule``, judged from the files it writes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from pit_cases import copper_fields, copper_settings, pit, settled, table

from orefield.commands.pit.planning import Planner
from orefield.commands.pit.widths import Widths
from orefield.core import BlockModel, Grid
from orefield.core.model_files import read_model
from orefield.pit.production import Plan
from orefield.pit.production.solve import Solution
from orefield.pit.working_periods import working_plan

SHAPE = (14, 12, 5)
GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), SHAPE)
PERIODS = 4

SETTINGS = copper_settings(
    1_200_000,
    rest="""
[schedule]
mining_width_m = 40
seconds = 4
gap = 0.005
[output]
blocks = ["parquet", "csv", "omf"]
""",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    fields = copper_fields(GRID, np.random.default_rng(3), (70, 60), 30)
    path = tmp_path_factory.mktemp("widths") / "model.parquet"
    BlockModel(GRID, fields, "made up").to_parquet(path)
    return path


def run(model: Path, folder: Path, settings: str, *words: str):
    place = (str(model), settled(folder, settings))
    return pit("schedule", place, "-o", str(folder / "out"), *words)


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
    exchanged = read_model(tmp_path / "out" / "blocks.omf")
    np.testing.assert_array_equal(exchanged["period"], after)
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
    done = run(model, tmp_path, settings)
    assert done.exit_code == 2
    assert "room of 200 m" in done.stderr
    assert "mining, period 0" in done.stderr
    assert not (tmp_path / "out" / "summary.json").exists()


def test_a_minimum_that_only_part_of_a_square_could_meet_is_unmet(tmp_path):
    # one square of 80 m is the whole model, so that it is mined in one year, and both ask for some
    grid = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), (4, 4, 1))
    fields = {"density_t_m3": np.full(16, 2.5), "cu_pct": np.full(16, 1.5)}
    path = tmp_path / "model.parquet"
    BlockModel(grid, fields, "made up").to_parquet(path)
    settings = SETTINGS.replace("mining_width_m = 40", "mining_width_m = 80").replace(
        "upper = 1_200_000", "lower = 20_000\nupper = 1_200_000"
    )
    settings = settings.replace("periods = 4", "periods = 2").replace("seconds = 4", "seconds = 1")
    done = run(path, tmp_path, settings, "--json")
    assert done.exit_code == 1, done.stderr
    data = json.loads(done.stdout)
    assert data["status"] == "unmet"
    assert data["mining_width"]["limits_met"] is False
    assert data["gap"] is None
    (missed,) = data["unmet"]
    assert "mining" in str(missed)
    blocks = BlockModel.from_parquet(tmp_path / "out" / "blocks.parquet")
    assert np.unique(blocks["period"]).size == 1


def test_time_left_by_the_first_search_and_the_gap_go_to_the_widths(model, tmp_path, monkeypatch):
    planner = Planner.open(str(model), settled(tmp_path, SETTINGS))
    built = planner.to_schedule.built
    n = built.problem.n
    nothing = Plan(np.full(n, PERIODS, np.int32), np.zeros((n, built.problem.n_destinations)))
    asked = []

    def watched(*args, **options):
        asked.append(options)
        return working_plan(*args, **{**options, "seconds": 0.0})

    monkeypatch.setattr("orefield.pit.working_periods.working_plan", watched)
    for took, left in ((10.0, 90.0), (35.0, 65.0), (60.0, 65.0)):
        widths = Widths(planner, built, 100.0)
        assert widths.first_s == pytest.approx(35.0)
        before = Solution(nothing, 0.0, 1e9, 1e9, np.inf, took, 0.0, "time")
        after = widths.kept(before, 7, gap=0.25)
        assert asked[-1]["seconds"] == pytest.approx(left)
        assert asked[-1]["gap"] == 0.25
        assert asked[-1]["seed"] == 7
        assert after.status == "with room"
        assert after.seconds >= took
