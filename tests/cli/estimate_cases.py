"""Samples and settings of tests of ``orefield deposit estimate``, and how they are run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.estimation import Search

GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), (20, 15, 6), 15.0)
MODEL = Variogram(0.1, (Structure("spherical", 0.9, (150.0, 100.0, 50.0), Rotation(45.0)),))
NEAR = Search(Ellipsoid((60.0, 40.0, 20.0), Rotation(45.0)), max_samples=8, min_samples=3)
FAR = Search(Ellipsoid((180.0, 120.0, 60.0), Rotation(45.0)), max_samples=8, min_samples=1)

HEAD = """
[samples]
file = "samples.csv"
x = "x"
y = "y"
z = "z"
hole = "hole"
[samples.values]
cu_pct = "cu"
ni_pct = "ni"
[samples.codes]
rock = "rock"
[grid]
origin = [0.0, 0.0, 0.0]
size = [20.0, 20.0, 10.0]
shape = [20, 15, 6]
rotation_deg = 15.0
[[variogram]]
name = "cu"
nugget = 0.1
[[variogram.structure]]
kind = "spherical"
sill = 0.9
ranges_m = [150, 100, 50]
azimuth_deg = 45
"""
TWO_PASSES = """
[[estimate.search]]
ranges_m = [60, 40, 20]
azimuth_deg = 45
max_samples = 8
min_samples = 3
[[estimate.search]]
times = 3
min_samples = 1
"""
ONE_PASS = """
[estimate.search]
ranges_m = [180, 120, 60]
azimuth_deg = 45
max_samples = 8
"""
PLAIN = '[[estimate]]\nvalue = "cu_pct"\nvariogram = "cu"\n' + TWO_PASSES


def made() -> Samples:
    """150 samples of 30 holes, whose digits survive a file."""
    rng = np.random.default_rng(0)
    local = rng.uniform([0, 0, 0], [400, 300, 60], (150, 3))
    xyz = np.round(GRID.to_world(local), 6)
    return Samples(
        xyz, {"cu_pct": np.round(rng.lognormal(size=150), 6), "ni_pct": rng.lognormal(size=150)},
        hole=np.repeat(np.arange(30), 5).astype(np.int32),
        codes={"rock": np.where(local[:, 0] < 200, "west", "east")},
    )  # fmt: skip


def with_samples(folder: Path, samples: Samples) -> Path:
    """A folder that has samples as ``samples.csv``."""
    lines = ["x,y,z,hole,cu,ni,rock"]
    for i in range(len(samples)):
        cells = [*samples.xyz_m[i], samples.hole[i], samples["cu_pct"][i], samples["ni_pct"][i]]
        lines.append(",".join([*map(repr, map(float, cells)), str(samples.codes["rock"][i])]))
    (folder / "samples.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run(folder: Path, text: str, head: str = HEAD) -> tuple[int, Any, str]:
    """Exit code, what ``--json`` prints, and what is said beside it."""
    (folder / "deposit.toml").write_text(head + text, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["deposit", "estimate", "-c", str(folder / "deposit.toml"), "--json"]
    )
    return result.exit_code, json.loads(result.stdout or "null"), result.stderr


def model_of(folder: Path) -> BlockModel:
    """The block model that the command left."""
    return BlockModel.from_parquet(folder / "results" / "estimate.parquet")
