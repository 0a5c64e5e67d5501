"""A copper pit with arsenic, a stockpile and a field of permits, of which wishes are asked."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from pit_cases import answer, copper_fields, copper_settings, settled
from small_study import fresh_folder

from orefield.core import BlockModel, Grid

SHAPE = (14, 12, 6)
GRID = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 10.0), SHAPE)
PERIODS = 4

SETTINGS = copper_settings(
    2_500_000,
    mine="ga = 0.5",
    elements="""
[[economy.element]]
name = "as"
field = "as_ppm"
unit = "ppm"
""",
    mill="dilution = 0.05",
    destinations="""
[[economy.destination]]
name = "stock"
kind = "stockpile"
reclaim_to = "mill"
rehandle = 0.7
haul = 0.1
""",
    rest="""
[[limit]]
name = "water"
unit = "m3"
upper = 400_000
[[limit.use]]
of = "processed"
per_tonne = 0.7
[[limit.use]]
of = "mined"
per_tonne = 0.01
[shells]
revenue_factors = [0.4, 0.6, 0.8, 1.0]
[phases]
count = 2
[schedule]
cells = [2, 2]
seconds = 4
gap = 0.02
""",
)
BY_PHASE = SETTINGS.replace("[schedule]", '[schedule]\nwithin = "phases"\nby_phase = true')
STOCK = """
[[stockpile]]
name = "stock"
"""


def make() -> BlockModel:
    rng = np.random.default_rng(3)
    x, y, _ = GRID.centroids().T
    fields = {
        **copper_fields(GRID, rng, (80, 70), 40),
        "as_ppm": 100.0 * rng.lognormal(0, 0.6, GRID.n),
        "zone": (x > 140).astype(np.int64),
        "permit": np.where(y > 120, 1, 0),
        "village": np.where(y > 180, 1e300, 0.0),
    }
    return BlockModel(GRID, fields, "made up")


@functools.cache
def model_file() -> str:
    """The model as a file, one for all tests."""
    path = fresh_folder() / "model.parquet"
    make().to_parquet(path)
    return str(path)


def run(folder: Path, settings: str, *words: str) -> tuple[int, dict, str]:
    """What the schedule of the model by these settings answers; its files are in ``out``."""
    place = (model_file(), settled(folder, settings))
    return answer("schedule", place, "-o", str(folder / "out"), *words)
