"""Room to work in every period of a schedule: what a mining width costs, and how long it takes.

Run: ``python benchmarks/bench_widths.py [--shape 70 66 24] [--periods 12] [--width 60 ...]
[--seconds 300] [--first 60]``. The model is made up: two bodies of copper in a grid of blocks of
20 by 20 by 15 m, a mill and a limit on mining. It is scheduled block by block first, for
``--first`` seconds; every width then starts from that plan. There is no peer to run beside. The
verdict is that of the checker, which shares no arithmetic with the engine.
"""

from __future__ import annotations

import argparse
import resource

import numpy as np

from orefield.core import BlockModel, Grid
from orefield.pit import slope_pattern, ultimate_pit
from orefield.pit.minelib import check_plan
from orefield.pit.model_problem import model_problem
from orefield.pit.phasing import WorkingRoom
from orefield.pit.production import Limit, discount_factors, solve_production
from orefield.pit.working_periods import working_plan
from orefield.pit.worth import Worth


def made_up(shape, periods):
    """Model, slopes and problem."""
    rng = np.random.default_rng(5)
    nx, ny, nz = shape
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    one = ((x - 0.45 * nx) / (0.22 * nx)) ** 2 + ((y - 0.5 * ny) / (0.2 * ny)) ** 2
    one = one + ((z - 0.55 * nz) / (0.5 * nz)) ** 2
    two = ((x - 0.7 * nx) / (0.12 * nx)) ** 2 + ((y - 0.6 * ny) / (0.12 * ny)) ** 2
    two = two + ((z - 0.8 * nz) / (0.3 * nz)) ** 2
    cu = (0.8 * np.exp(-one) + 0.9 * np.exp(-two)) * rng.lognormal(-0.08, 0.5, one.shape)
    grid = Grid((0.0, 0.0, 0.0), (20.0, 20.0, 15.0), shape)
    model = BlockModel(grid, {"density_t_m3": np.full(grid.n, 2.6)}, "made up")
    tonnes = model.tonnes()
    mill = tonnes * (cu.ravel() / 100 * 8500 * 0.87 * 0.9 - 12.2)
    dump = -2.2 * tonnes
    pattern = slope_pattern(grid, 45.0)
    pit = ultimate_pit(model, np.maximum(mill, dump), pattern)
    at = np.flatnonzero(pit)
    t, ore = tonnes[at], float(tonnes[at][(mill > dump)[at]].sum())
    factor = discount_factors(0.08, periods, first=1)
    worth = Worth(
        ("all",), np.stack([mill[at], dump[at]], axis=1)[None], factor, np.ones((periods, 1)),
        np.ones(1), ("mill", "dump"), ("mill", "dump"), np.ones((len(at), 2), bool),
    )  # fmt: skip
    none = np.full(periods, -np.inf)
    limits = [
        Limit("mining", np.stack([t, t], 1), none, np.full(periods, 1.05 * t.sum() / periods)),
        Limit("mill", np.stack([t, 0 * t], 1), none, np.full(periods, ore / periods)),
    ]
    return model, pattern, model_problem(model, pit, pattern, worth, limits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", nargs=3, type=int, default=[70, 66, 24])
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--width", nargs="+", type=float, default=[40.0, 60.0], help="metres")
    parser.add_argument("--seconds", type=float, default=300.0, help="for each width")
    parser.add_argument("--first", type=float, default=60.0, help="for the schedule without widths")
    given = parser.parse_args()
    model, pattern, built = made_up(tuple(given.shape), given.periods)
    first = solve_production(built.problem, gap=0.003, seconds=given.first, exact=False)
    print(
        f"{model.grid.n:,} blocks, {built.problem.n:,} in the pit, {given.periods} periods: "
        f"{first.objective:,.0f}, gap {first.gap:.3%} after {first.seconds:.0f} s"
    )
    print(f"{'width m':>8}{'narrow %':>10}{'then %':>8}{'loss %':>8}{'gap %':>8}{'s':>7}{'MB':>7}")
    for width in given.width:
        found = working_plan(
            model, pattern, built, first.plan, WorkingRoom(width),
            upper_bound=first.upper_bound, seconds=given.seconds,
        )  # fmt: skip
        accepted = check_plan(built.problem, found.plan).feasible
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{width:>8g}{100 * found.room_given.share:>10.1f}{100 * found.room.share:>8.1f}"
            f"{100 * found.loss:>8.2f}{100 * found.gap:>8.2f}{found.seconds:>7.0f}{peak:>7.0f}"
            f"  {'accepted' if accepted else 'REFUSED'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
