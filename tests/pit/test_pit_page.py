"""The page on planning a pit does what it says."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from orefield.core import BlockModel

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pit.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(python|toml|sh|)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _run(command: list[str], folder: Path) -> str:
    here = str(Path(sys.executable).parent)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": here + os.pathsep + os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("pit")
    said: dict[str, list[str]] = {"python": [], "sh": [], "": []}
    for kind, code in BLOCK.findall(TEXT):
        if kind == "toml":
            (folder / "pit.toml").write_text(code, encoding="utf-8")
        elif kind == "":
            said[""].append(code)
        else:
            said[kind].append(
                _run(
                    [sys.executable, "-c", code] if kind == "python" else ["sh", "-euc", code],
                    folder,
                )
            )
    return folder, said


def test_the_page_runs_and_says_what_it_shows(page):
    _, said = page
    shown = [line.split() for line in said[""][0].splitlines()]
    printed = [line.split() for line in said["sh"][0].splitlines()]
    for line in shown:
        assert line in printed, line
    assert "blocks in phases" in said["python"][-1]


def test_the_schedule_keeps_its_limits_and_adds_up(page):
    folder, _ = page
    summary = json.loads((folder / "schedule" / "summary.json").read_text("utf-8"))
    assert summary["objective"] == pytest.approx(summary["npv_usd"], rel=1e-9)
    assert summary["objective"] <= summary["upper_bound"] * (1 + 1e-9)
    with (folder / "schedule" / "periods.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    for row in rows:
        assert float(row["mill_t"]) <= 2e6 * (1 + 1e-9)
        assert float(row["rock_t"]) <= 8e6 * (1 + 1e-9)
        assert float(row["mill_t"]) + float(row["dump_t"]) == pytest.approx(float(row["rock_t"]))
    model = BlockModel.from_parquet(folder / "schedule" / "blocks.parquet")
    mined = model["period"] >= 0
    assert model.tonnes()[mined].sum() == pytest.approx(sum(float(r["rock_t"]) for r in rows))
    # every period's ground is in the folder, in three forms
    last = max(t for t, row in enumerate(rows) if float(row["rock_t"]) > 0)
    for ending in ("vtk", "obj", "stl"):
        assert (folder / "schedule" / f"end-of-period-{last:02d}.{ending}").stat().st_size > 1000


def test_the_frontier_is_the_one_shown_and_bounds_the_schedule(page):
    folder, said = page
    (shown,) = (text for text in said[""] if text.startswith("value against tailings"))
    printed = next(text for text in said["sh"] if text.startswith("value against tailings"))
    wanted, got = (
        [line.replace(",", "").split() for line in text.splitlines()[:6]]
        for text in (shown, printed)
    )
    assert got[:3] == wanted[:3]
    for row, line in zip(got[3:], wanted[3:], strict=True):
        assert [float(x) for x in row] == pytest.approx([float(x) for x in line], rel=1e-3)
    curve = json.loads((folder / "frontier" / "summary.json").read_text("utf-8"))
    plan = json.loads((folder / "schedule" / "summary.json").read_text("utf-8"))
    # the schedule of the page is one of those that the frontier speaks of
    taken = sum(p["tailings used"] for p in plan["periods"])
    assert plan["objective"] <= curve["points"][0]["npv_bound"] * (1 + 1e-9)
    for point in curve["points"][1:]:
        slack = point["marginal"] * (taken - point["cap"])
        assert plan["objective"] <= (point["npv_bound"] + slack) * (1 + 1e-9)


def test_the_wishes_of_the_page_are_kept(page):
    folder, said = page
    (shown,) = (text for text in said[""] if "benches sunk" in text)
    printed = next(text for text in said["sh"] if "benches sunk" in text)
    assert shown.splitlines()[0].split() in [line.split() for line in printed.splitlines()]
    summary = json.loads((folder / "wishes" / "summary.json").read_text("utf-8"))
    assert summary["unmet"] == []
    with (folder / "wishes" / "periods.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for t, row in enumerate(rows):
        assert float(row["cu of feed"]) >= 0.35 * (1 - 1e-6)
        assert float(row["feed of mill fed_t"]) <= 1.06 * 1.9e6 * (1 + 1e-6)
        assert t == 7 or float(row["feed of mill fed_t"]) >= 0.94 * 1.9e6 * (1 - 1e-6)
        assert int(row["benches_sunk"]) <= 9
    phase = BlockModel.from_parquet(folder / "phases" / "blocks.parquet")["phase"]
    period = BlockModel.from_parquet(folder / "wishes" / "blocks.parquet")["period"]
    assert not np.isin(period[phase == 2], [0, 1]).any()


def test_the_widths_of_the_page_are_kept(page):
    folder, said = page
    (shown,) = (text for text in said[""] if "too narrow %" in text)
    printed = next(text for text in said["sh"] if "too narrow %" in text)
    assert shown.splitlines()[0].split() in [line.split() for line in printed.splitlines()]
    data = json.loads((folder / "widths" / "summary.json").read_text("utf-8"))["mining_width"]
    assert data["limits_met"] is True
    assert data["narrow_share"] == 0.0 < data["narrow_share_before"]
    model = BlockModel.from_parquet(folder / "widths" / "blocks.parquet")
    period = model["period"].reshape(model.grid.shape[::-1])
    rock = model["rock_fraction"].reshape(period.shape) > 0
    inside = np.zeros(period.shape, bool)  # under a square of two by two blocks
    for t in range(8):
        room = (period == t) | ~rock
        fits = room[:, 1:, 1:] & room[:, 1:, :-1] & room[:, :-1, 1:] & room[:, :-1, :-1]
        for y in (slice(1, None), slice(None, -1)):
            for x in (slice(1, None), slice(None, -1)):
                inside[:, y, x] |= fits & (period[:, y, x] == t)
    assert inside[period >= 0].all()


def test_every_file_named_was_written(page):
    folder, _ = page
    for command in ("limit", "shells", "phases", "schedule", "widths", "wishes", "frontier"):
        summary = json.loads((folder / command / "summary.json").read_text("utf-8"))
        assert sorted(p.name for p in (folder / command).iterdir()) == sorted(summary["files"])
