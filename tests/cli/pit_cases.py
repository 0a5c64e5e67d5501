"""What tests of ``orefield pit`` share: a model and settings in a folder, a command, its files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from click.testing import Result
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid

Place = tuple[str, str]
"""Where the model and the settings are."""

COPPER = """
[[economy.element]]
name = "cu"
field = "cu_pct"
unit = "%"
price = 8000
price_unit = "USD/t"
"""
MILL = """
[[economy.destination]]
name = "mill"
kind = "mill"
processing = 8.0
"""
COPPER_RECOVERY = """
[[economy.destination.metal]]
element = "cu"
recovery = 0.85
"""
DUMP = """
[[economy.destination]]
name = "dump"
kind = "dump"
"""


def copper_settings(rock: int, *, mine="", elements="", mill="", destinations="", rest="") -> str:
    """Settings of a copper pit over four years; each further text stands after its like."""
    return f"""
[slopes]
overall_deg = 45
[economy]
periods = 4
discount_rate = 0.1
mining = 2.0
{mine}{COPPER}{elements}{MILL}{mill}{COPPER_RECOVERY}{destinations}{DUMP}
[[limit]]
name = "mining"
upper = {rock:_}
[[limit.use]]
of = "mined"
[[limit]]
name = "mill feed"
upper = 500_000
[[limit.use]]
of = "processed"
destinations = ["mill"]
{rest}"""


def copper_fields(grid: Grid, rng, wide: tuple[float, float], level: float) -> dict:
    """Density and grade of one ore body, about (140, 120, ``level``) and 35 m high."""
    x, y, z = grid.centroids().T
    away = ((x - 140) / wide[0]) ** 2 + ((y - 120) / wide[1]) ** 2 + ((z - level) / 35) ** 2
    return {
        "density_t_m3": np.full(grid.n, 2.5),
        "cu_pct": 0.75 * np.exp(-away) * rng.lognormal(0, 0.4, grid.n),
    }


def settled(folder: Path, settings: str) -> str:
    """The settings as a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pit.toml").write_text(settings, encoding="utf-8")
    return str(folder / "pit.toml")


def put(folder: Path, model: BlockModel, settings: str) -> Place:
    """The model and the settings as files of the folder."""
    config = settled(folder, settings)
    model.to_parquet(folder / "model.parquet")
    return str(folder / "model.parquet"), config


def pit(command: str, place: Place, *words: str) -> Result:
    """The command, as it ended."""
    return CliRunner().invoke(app, ["pit", command, place[0], "-c", place[1], *words])


def answer(command: str, place: Place, *words: str) -> tuple[int, dict, str]:
    """Exit code and answer of the command, and what it said on the way."""
    done = pit(command, place, *words, "--json")
    return done.exit_code, json.loads(done.stdout), done.stderr


def told(data: dict) -> str:
    """All that an error says."""
    return data["what"] + data["where"] + data["fix"]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of a table that was written to the folder's ``out``."""
    with (folder / "out" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
