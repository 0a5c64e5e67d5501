"""Two small pits of which realisations are known: one of values, one of grades."""

from __future__ import annotations

import re

import numpy as np
from pit_cases import COPPER, DUMP, Place, answer

from orefield.core import BlockModel, Grid

GRID = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (5, 1, 2))
TONNES = 1000.0 * 2.0
RATE = 0.1
MILL, ROCK = 2 * TONNES, 4 * TONNES
PERIODS = 2

SETTINGS = f"""
[economy]
value_fields = {{ mill = "v_mill", dump = "v_dump" }}
ore = ["mill"]
periods = {PERIODS}
discount_rate = {RATE}
timing = "start"
[[limit]]
name = "rock"
upper = {ROCK}
[[limit.use]]
of = "mined"
[[limit]]
name = "feed"
upper = {MILL}
[[limit.use]]
of = "processed"
[schedule]
gap = 0.0
seconds = 2
[risk]
hold_out = 0
rounds = 2
[risk.fields]
v_mill = "sim_{{}}"
[[risk.target]]
name = "ore"
of = "processed"
amount = {1.5 * TONNES}
penalty = 0.01
geological_rate = 0.2
"""

GRADES = f"""
[economy]
periods = 2
mining = 2.0
rock_field = "rock"
{COPPER}[[economy.element]]
name = "au"
field = "au_gpt"
unit = "g/t"
price = 1500
price_unit = "USD/ozt"
[[economy.destination]]
name = "mill"
kind = "mill"
processing = 9.0
rejects = ["oxide"]
[[economy.destination.metal]]
element = "cu"
recovery = 0.9
[[economy.destination.metal]]
element = "au"
recovery = 0.5
{DUMP}[[limit]]
name = "mining"
upper = 8_000
[[limit.use]]
of = "mined"
[schedule]
seconds = 3
[risk]
[risk.fields]
cu_pct = "cu_{{}}"
au_gpt = ["gold_a", "gold_b", "gold_c"]
density_t_m3 = "sg_{{}}"
rock = "rock_{{}}"
[[risk.target]]
name = "copper"
of = "recovered"
element = "cu"
amount = [20, 10]
penalty = 2000
"""


def made(seed: int, n: int = 3) -> BlockModel:
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(GRID.n) < 5, 60.0, 15.0)  # the lower bench is the richer
    fields = {f"sim_{k}": level * rng.lognormal(0.0, 0.7, GRID.n) - 25.0 for k in range(1, n + 1)}
    mean = np.mean(list(fields.values()), axis=0)
    return BlockModel(
        GRID,
        {
            "density_t_m3": np.full(GRID.n, 2.0),
            "v_mill": mean,
            "v_dump": np.full(GRID.n, -10.0),
            **fields,
        },
        "made up",
    )


def graded() -> BlockModel:
    rng = np.random.default_rng(3)
    n = GRID.n
    rock = np.where(np.arange(n) < 8, "sulfide", "oxide")
    fields: dict[str, np.ndarray] = {
        "cu_pct": np.full(n, 1.0), "au_gpt": np.full(n, 0.2), "rock": rock,
        "density_t_m3": np.full(n, 2.0),
    }  # fmt: skip
    for k, letter in enumerate("abc", 1):
        fields[f"cu_{k}"] = rng.lognormal(0.0, 0.3, n)
        fields[f"gold_{letter}"] = rng.lognormal(-2.0, 0.3, n)
        fields[f"sg_{k}"] = rng.uniform(1.8, 2.2, n)
        fields[f"rock_{k}"] = np.where(np.arange(n) < 7 + k % 2, "sulfide", "oxide")
    return BlockModel(GRID, fields, "made up")


def ask(place: Place, *more: str) -> tuple[int, dict, str]:
    return answer("risk", place, *more)


def sims(model: BlockModel) -> np.ndarray:
    names = sorted(
        (f for f in model.fields if re.fullmatch(r"sim_\d+", f)), key=lambda f: int(f[4:])
    )
    return np.stack([np.asarray(model[name], float) for name in names])


def discounts() -> np.ndarray:
    return (1.0 + RATE) ** -np.arange(PERIODS)


def penalties() -> np.ndarray:
    return 0.01 * discounts() * 1.2 ** -np.arange(PERIODS)
