"""A drilled deposit with known truth, its estimate and its realisations, as files of commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid
from orefield.deposit import GaussianField, Structure, Variogram
from orefield.deposit.realisations import Realisations

GRID = Grid((1000.0, 2000.0, 0.0), (10.0, 10.0, 10.0), (30, 24, 5), 30.0)
FLAT = Grid((1000.0, 2000.0, 0.0), (10.0, 10.0, 10.0), (30, 24, 1), 30.0)

SETTINGS = """
[samples]
file = "samples.csv"
x = "x"
y = "y"
z = "z"
hole = "hole"
values = { cu_pct = "cu" }

[classify]
method = "simulation"
domain = "domain"

[classify.spacing]
ranges_m = [120, 120, 60]
measured = { holes = 3, distance_m = 40 }
indicated = { holes = 2, distance_m = 70 }
inferred = { holes = 1, distance_m = 120 }

[classify.quality]
measured = { slope = 0.7 }
indicated = { slope = 0.4, efficiency = 0.1 }
inferred = { slope = 0.01 }

[classify.simulation]
tonnes_per_year = 4e6

[statement]
cutoffs = [0.2, 0.5]
date = 2026-01-31

[check]
domain = "domain"

[[variogram]]
name = "cu_pct"
nugget = 0.0
[[variogram.structure]]
kind = "spherical"
sill = 0.05
ranges_m = [120, 80, 50]
azimuth_deg = 60
"""


def deposit(folder: Path, grid: Grid = GRID, settings: str = SETTINGS, draws: int = 30) -> Path:
    """Write samples, estimate, realisations and settings; the path of the settings."""
    results = folder / "results"
    results.mkdir(parents=True)
    rng = np.random.default_rng(1)
    nx, ny, nz = grid.shape
    flat = Grid(grid.origin, grid.size, grid.shape)
    field = GaussianField.on(
        flat, Variogram(0.0, (Structure("spherical", 1.0, (120.0, 80.0, 50.0)),))
    )
    truth = field.sample(rng).ravel()
    grade = np.exp(0.5 * truth - 1.0)
    index = np.arange(grid.n).reshape(nz, ny, nx)
    holes = index[:, 2::5, 2:22:5]  # the eastern quarter is not drilled
    at = holes.transpose(1, 2, 0).reshape(-1, nz)
    with (folder / "samples.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["hole", "x", "y", "z", "cu"])
        for h, column in enumerate(at):
            for block, xyz in zip(column, grid.centroids()[column], strict=True):
                place = [repr(float(v)) for v in (*xyz, grade[block])]
                writer.writerow([f"H{h}", *place])
    own = grid.centroids()[at.ravel()]
    lag = np.linalg.norm(grid.centroids()[:, None] - own[None], axis=2)
    weight = 1.0 / (lag + 1.0) ** 2
    weight[lag > 60.0] = 0.0
    near = lag.min(axis=1)
    made = near <= 60.0
    estimate = (weight @ grade[at.ravel()]) / np.where(made, weight.sum(axis=1), 1.0)
    slope = np.clip(1.0 - near / 80.0, 0.0, 1.0)
    fields = {
        "cu_pct": np.where(made, estimate, 0.0), "cu_pct_pass": made.astype(np.int8),
        "cu_pct_slope": np.where(made, slope, 0.0),
        "cu_pct_efficiency": np.where(made, slope - 0.2, 0.0),
        "cu_pct_negative_weights": np.zeros(grid.n), "density_t_m3": np.full(grid.n, 2.7),
        "domain": np.where(np.arange(grid.n) % nx < nx // 2, "west", "east"),
        "pit": (np.arange(grid.n) // (nx * ny) >= nz // 2).astype(np.int8),
    }  # fmt: skip
    BlockModel(grid, fields, "synthetic example").to_parquet(results / "estimate.parquet")
    sims = [
        np.where(near < 1.0, grade, np.exp(0.5 * (0.8 * truth + 0.6 * field.sample(rng).ravel())
                                           - 1.0))
        for _ in range(draws)
    ]  # fmt: skip
    Realisations(grid, {"cu_pct": np.array(sims, np.float32)}, note="synthetic").to_parquet(
        results / "realisations.parquet"
    )
    config = folder / "deposit.toml"
    config.write_text(settings, encoding="utf-8")
    return config


def run(*args: str | Path) -> tuple[int, dict[str, Any], str]:
    """Exit code, the JSON that was printed, and what went to stderr."""
    result = CliRunner().invoke(app, ["deposit", *map(str, args), "--json"])
    data = json.loads(result.stdout) if result.stdout.strip() else {}
    return result.exit_code, data, result.stderr


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV."""
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
