"""A made-up deposit to simulate: a known field, samples of it, settings for every method."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid
from orefield.deposit import GaussianField, Structure, Variogram
from orefield.report import figures_simulation

GRID = Grid((1000.0, 2000.0, 100.0), (10.0, 10.0, 5.0), (24, 20, 6), 15.0)
MODEL = Variogram(0.05, (Structure("spherical", 0.95, (90.0, 90.0, 25.0)),))

FEW = 'realisations = 12\nseed = 7\ncutoffs = [0.4]\ndigits = "float64"\n'
TAILS = '[simulate.lower]\nlimit = 0.0\n[simulate.upper]\nkind = "hyperbolic"\nlimit = 8.0\n'
SETTINGS = """
folder = "results"
[samples]
file = "samples.csv"
[grid]
origin = [1000.0, 2000.0, 100.0]
size = [10.0, 10.0, 5.0]
shape = [24, 20, 6]
rotation_deg = 15.0
[[variogram]]
name = "cu_pct_normal"
nugget = 0.05
[[variogram.structure]]
kind = "spherical"
sill = 0.95
ranges_m = [90.0, 90.0, 25.0]
[[variogram]]
name = "cu_pct"
nugget = 0.02
[[variogram.structure]]
kind = "spherical"
sill = 0.1
ranges_m = [90.0, 90.0, 25.0]
[[variogram]]
name = "rock"
nugget = 0.0
[[variogram.structure]]
kind = "cubic"
sill = 1.0
ranges_m = [90.0, 90.0, 25.0]
[simulate]
"""


def fields() -> tuple[np.ndarray, np.ndarray]:
    """Two Gaussian fields on the grid."""
    field = GaussianField.on(GRID, MODEL)
    rng = np.random.default_rng(21)
    return field.sample(rng), field.sample(rng)


def grades(y: np.ndarray) -> np.ndarray:
    """Grades (% Cu) of Gaussian values."""
    return np.exp(0.6 * y - 1.0)


def case(folder: Path, simulate: str, samples: int = 400) -> Path:
    """Settings and samples in a folder; ``simulate`` is the section's text."""
    folder.mkdir(parents=True, exist_ok=True)
    first, second = fields()
    rng = np.random.default_rng(5)
    at = rng.choice(GRID.n, samples, replace=False)
    xyz = GRID.centroids()[at] + rng.uniform(-1.0, 1.0, (samples, 3))
    cu = grades(first[at])
    ag = (1.0 + 4.0 * cu) * np.exp(0.2 * second[at])
    rock = np.array(["dyke", "ore", "waste"])[np.digitize(first[at], [-0.8, 0.6])]
    zone = np.where(GRID.to_local(xyz)[:, 0] < 120.0, "west", "east")
    rows = ["x_m,y_m,z_m,cu_pct,ag_gpt,rock,domain"]
    for p, c, s, r, z in zip(xyz, cu, ag, rock, zone, strict=True):
        rows.append(f"{p[0]:.3f},{p[1]:.3f},{p[2]:.3f},{c:.5f},{s:.5f},{r},{z}")
    (folder / "samples.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    west = np.where(GRID.to_local(GRID.centroids())[:, 0] < 120.0, "west", "east")
    BlockModel(GRID, {"domain": west}).to_parquet(folder / "zones.parquet")
    (folder / "deposit.toml").write_text(SETTINGS + simulate, encoding="utf-8")
    return folder / "deposit.toml"


def simulate(config: Path) -> dict[str, Any]:
    """Run the command with ``--json``; what it printed, or the error, with the exit code."""
    result = CliRunner().invoke(app, ["deposit", "simulate", "-c", str(config), "--json"])
    data: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return {**data, "code": result.exit_code}


def undraw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave figures out: they cost more than realisations here."""
    for name in ("maps_svg", "distribution_svg"):
        monkeypatch.setattr(figures_simulation, name, lambda *_: "<svg/>")
