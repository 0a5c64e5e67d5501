"""``orefield pit frontier``: bounds against our own linear program, plans within their caps."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.pit import pit_frontier
from orefield.core import BlockModel, Grid
from orefield.pit import slope_pattern, ultimate_pit

GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 20.0), (9, 8, 4))
PERIODS, CAPACITY = 3, 1.2e6

SETTINGS = """
[slopes]
overall_deg = 45
[economy]
value_fields = { mill = "v_mill", dump = "v_dump" }
ore = ["mill"]
periods = 3
discount_rate = 0.1
[[limit]]
name = "rock"
unit = "t"
upper = 1_200_000
[[limit.use]]
of = "mined"
[[limit]]
name = "water"
unit = "m3"
[[limit.use]]
of = "processed"
per_tonne = 0.5
[schedule]
seconds = 20
gap = 0.05
seed = 3
"""


def made() -> BlockModel:
    rng = np.random.default_rng(8)
    x, y, z = GRID.centroids().T
    away = ((x - 90) / 50) ** 2 + ((y - 80) / 45) ** 2 + ((z - 45) / 30) ** 2
    tonnes = np.full(GRID.n, 8000.0 * 2.5)
    revenue = 40.0 * np.exp(-away) * rng.lognormal(0, 0.4, GRID.n)
    return BlockModel(
        GRID,
        {
            "density_t_m3": np.full(GRID.n, 2.5),
            "v_mill": (revenue - 10.0) * tonnes,
            "v_dump": -2.0 * tonnes,
        },
        "made up",
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frontier")
    made().to_parquet(folder / "model.parquet")
    (folder / "pit.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def ask(place: Path, *words: str) -> tuple[int, dict, str]:
    command = ["pit", "frontier", str(place / "model.parquet"), "-c", str(place / "pit.toml")]
    done = CliRunner().invoke(app, [*command, *words, "--json"])
    return done.exit_code, json.loads(done.stdout), done.stderr


def relaxed(cap: float, over: str) -> float:
    """Value of the relaxed schedule under a cap on water, written down block by block."""
    m, pattern = made(), slope_pattern(GRID, 45.0)
    value = np.column_stack([m["v_mill"], m["v_dump"]])
    pit = np.flatnonzero(ultimate_pit(m, value.max(axis=1), pattern))
    number = {int(b): i for i, b in enumerate(pit)}
    tonnes, n, nx, ny = m.tonnes()[pit], len(pit), GRID.shape[0], GRID.shape[1]

    def column(i: int, t: int, d: int) -> int:
        return (i * PERIODS + t) * 2 + d

    rows: list[tuple[dict[int, float], float]] = []
    for i, block in enumerate(pit.tolist()):
        rows.append(({column(i, t, d): 1.0 for t in range(PERIODS) for d in (0, 1)}, 1.0))
        for dx, dy, dz in pattern.offsets.tolist():
            x, y, z = block % nx + dx, block // nx % ny + dy, block // (nx * ny) + dz
            if not (0 <= x < nx and 0 <= y < ny and z < GRID.shape[2]):
                continue
            j = number[x + nx * (y + ny * z)]
            for last in range(PERIODS):
                row = {column(i, t, d): 1.0 for t in range(last + 1) for d in (0, 1)}
                row |= {column(j, t, d): -1.0 for t in range(last + 1) for d in (0, 1)}
                rows.append((row, 0.0))
    for t in range(PERIODS):
        rows.append(({column(i, t, d): tonnes[i] for i in range(n) for d in (0, 1)}, CAPACITY))
    water = [{column(i, t, 0): 0.5 * tonnes[i] for i in range(n)} for t in range(PERIODS)]
    if np.isfinite(cap):
        total = {k: v for row in water for k, v in row.items()}
        rows += [(total, cap)] if over == "total" else [(row, cap) for row in water]
    at = [(r, c, v) for r, (row, _) in enumerate(rows) for c, v in row.items()]
    r, c, v = (np.asarray(part) for part in zip(*at, strict=True))
    matrix = sparse.csr_matrix((v, (r, c)), shape=(len(rows), n * PERIODS * 2))
    worth = value[pit][:, None, :] * 1.1 ** -np.arange(1.0, PERIODS + 1)[None, :, None]
    found = linprog(-worth.ravel(), A_ub=matrix, b_ub=[b for _, b in rows], bounds=(0, None))
    assert found.status == 0
    return float(-found.fun)


@pytest.mark.parametrize("over", ["total", "period"])
def test_bounds_are_those_of_a_linear_program(place, over):
    code, data, _ = ask(place, "--of", "water", "--over", over, "--points", "2", "--bounds-only")
    assert code == 0
    assert (data["measure"], data["unit"], data["over"]) == ("water", "m3", over)
    assert (data["note"], data["status"], data["files"]) == ("made up", "finished", [])
    assert [p["cap"] is None for p in data["points"]] == [True, False, False]
    for point in data["points"]:
        cap = np.inf if point["cap"] is None else point["cap"]
        assert point["npv_bound"] == pytest.approx(relaxed(cap, over), rel=2e-6)
        assert point["npv"] is None
    # the caps bind: each costs value
    bounds = [p["npv_bound"] for p in data["points"]]
    assert bounds[0] > bounds[1] * 1.001 > bounds[2] * 1.002


def test_plans_are_within_their_caps_and_written(place, tmp_path):
    caps = ["--cap", "250000", "--cap", "500000", "--cap", "5e5"]
    code, data, said = ask(place, "--of", "water", *caps, "--out", str(tmp_path))
    assert code == 0
    assert [p["cap"] for p in data["points"]] == [None, 500_000.0, 250_000.0]
    assert said.index("valuing") < said.index("points of water")
    assert ET.parse(tmp_path / "frontier.svg").getroot().tag.endswith("svg")
    model = made()
    blocks = BlockModel.from_parquet(tmp_path / "blocks.parquet")
    with (tmp_path / "frontier.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    for k, point in enumerate(data["points"]):
        assert point["npv"] <= point["npv_bound"] * (1 + 1e-9)
        assert point["gap"] <= 0.05
        period = blocks[f"period_{k:02d}"]
        rock = np.bincount(period[period >= 0], model.tonnes()[period >= 0], PERIODS)
        assert (rock <= CAPACITY * (1 + 1e-9)).all()
        if point["cap"] is not None:
            assert point["use"] <= point["cap"] * (1 + 1e-9)
        # no block is worth more than at its better destination
        best = np.maximum(model["v_mill"], model["v_dump"])
        mined = period >= 0
        assert (best[mined] / 1.1 ** (period[mined] + 1.0)).sum() >= point["npv"] * (1 - 1e-9)
        assert int(table[k]["point"]) == k
        assert table[k]["cap"] == ("" if point["cap"] is None else repr(point["cap"]))
        assert float(table[k]["npv_bound"]) == point["npv_bound"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(data["files"])


def test_time_gap_and_seed_are_those_of_the_settings_or_asked_for(place, monkeypatch):
    from orefield.commands.pit import trading

    asked: list[dict] = []
    inner = trading.frontier

    def spy(problem, measure, **options):
        asked.append(options)
        return inner(problem, measure, **options)

    monkeypatch.setattr(trading, "frontier", spy)
    files = place / "model.parquet", place / "pit.toml"
    pit_frontier(*files, of="water", points=1, plans=False)
    pit_frontier(*files, of="water", points=1, plans=False, gap=0.3, seconds=9.0, seed=0)
    got = [(o["gap"], o["seconds"], o["seed"]) for o in asked]
    assert got == [(0.05, 20.0, 3), (0.3, 9.0, 0)]


def test_a_frontier_that_is_stopped_says_so_and_the_bar_fills_and_never_goes_back(place):
    told: list[float] = []
    files = place / "model.parquet", place / "pit.toml"
    data, text = pit_frontier(*files, of="water", points=2, tell=lambda _, s: told.append(s))
    assert (data["status"], told[-1]) == ("finished", 1.0)
    assert told == sorted(told)
    assert "value against water in all, m3: model.parquet (made up)" in text
    data, text = pit_frontier(*files, of="water", stopping=lambda: nullcontext(lambda: True))
    assert data["status"] == "interrupted"
    assert "interrupted after" in text
    # what is said of a stopped search still holds
    assert data["points"][0]["npv_bound"] >= relaxed(np.inf, "total") * (1 - 1e-9)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--of", "watr"), "did you mean 'water'? there are: rock, water"),
        (("--of", "gold"), "there are: rock, water"),
        (("--of", "water", "--over", "ever"), "total or period"),
        (("--of", "water", "--cap", "nan"), "not finite"),
        (("--of", "water", "--cap", "inf"), "not finite"),
    ],
)
def test_wrong_wishes_are_named(place, words, said):
    code, data, _ = ask(place, *words)
    assert code == 2
    assert said in data["what"] + data["where"] + data["fix"]


def test_a_cap_that_no_schedule_keeps_is_named(place):
    files = place / "model.parquet", place / "pit.toml"
    data, text = pit_frontier(*files, of="water", points=[-5.0, 1e5], plans=False)
    assert "impossible  no schedule takes -5 or less" in text
    assert [p["npv_bound"] is None for p in data["points"]] == [False, False, True]


def test_a_wrong_name_is_said_before_the_pit_is_looked_for(place):
    _, _, said = ask(place, "--of", "gold")
    assert "ultimate pit" not in said


def test_no_limit_at_all_says_to_describe_one(place, tmp_path):
    first, rest = SETTINGS.split("[[limit]]", 1)
    (tmp_path / "pit.toml").write_text(first + "[schedule]" + rest.split("[schedule]")[1])
    made().to_parquet(tmp_path / "model.parquet")
    code, data, _ = ask(tmp_path, "--of", "water")
    assert (code, "[[limit]]" in data["fix"]) == (2, True)
