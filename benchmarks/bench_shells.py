"""Time of 100 nested shells, beside pymineflow's where that is installed.

Run: ``python benchmarks/bench_shells.py [--large]``. On kd (listed precedences) pymineflow has
one solve a shell, with the graph kept; on a grid it solves rings, as orefield does. Both must
agree on every shell. One thread each. ``--large`` takes the model of 4 million blocks.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from pathlib import Path

import numpy as np
from bench_closure import BENCHES, SIZE, block_values

from orefield.core import BlockModel, Grid
from orefield.kernels.closure import closure_grid
from orefield.pit import read_upit, slope_pattern
from orefield.pit.limit import nested_closures, nested_shells_of_values

FACTORS = np.linspace(0.35, 1.2, 100)
PEER = importlib.util.find_spec("pymineflow") is not None


def scaled(value: np.ndarray, factor: float) -> np.ndarray:
    """Values when what is earned is multiplied and what is spent is not."""
    return np.where(value > 0, np.rint(value * factor), value).astype(np.int64)


def report(name: str, blocks: int, ours: float, theirs: float | None) -> None:
    line = f"{name:<14}{blocks:>12,}{ours:>12.2f}"
    if theirs is not None:
        line += f"{theirs:>14.2f}{ours / theirs:>8.2f}"
    print(line, flush=True)


def bench_kd(folder: Path) -> None:
    problem = read_upit(folder / "kd", "kd")
    value = np.rint(problem.value * 100).astype(np.int64)
    start, needed = problem.precedence_start, problem.precedence
    values = [scaled(value, f) for f in FACTORS]
    nested_closures(values[:2], start, needed)  # compile
    began = time.perf_counter()
    shell = nested_closures(values, start, needed)
    ours, theirs = time.perf_counter() - began, None
    if PEER:
        from pymineflow._mineflow import ExplicitPit

        began = time.perf_counter()
        pit = ExplicitPit.from_csr(start, needed, values[0])
        for k, v in enumerate(values):
            mask = np.asarray((pit.solve() if k == 0 else pit.solve_with_values(v))[0])
            if not np.array_equal(mask.astype(bool), (shell >= 0) & (shell <= k)):
                raise SystemExit(f"kd: shell {k} differs")
        theirs = time.perf_counter() - began
    report("kd", len(value), ours, theirs)


def bench_grid(name: str, shape: tuple[int, int, int]) -> None:
    value = block_values("porphyry", shape)
    model = BlockModel(Grid((0.0, 0.0, 0.0), SIZE, shape), {})
    pattern = slope_pattern(model.grid, 45.0, tolerance_deg=0.0, max_benches=BENCHES)
    closure_grid(value[:8], np.ones(8, dtype=bool), (2, 2, 2), pattern.offsets)  # compile
    began = time.perf_counter()
    shell = nested_shells_of_values(
        model, lambda k: scaled(value, float(FACTORS[k])), pattern, len(FACTORS)
    )
    ours, theirs = time.perf_counter() - began, None
    if PEER:
        from pymineflow.model import PitModel

        iz, iy, ix = np.unravel_index(np.arange(value.size), shape[::-1])
        began = time.perf_counter()
        peer = PitModel(ix=ix, iy=iy, iz=iz, block_size=SIZE, slopes=45.0, n_benches=BENCHES)
        number, _, _ = peer.nested_pit_numbers(
            lambda k, rows: scaled(value if rows is None else value[rows], float(FACTORS[k])),
            len(FACTORS),
            threads=1,
        )
        theirs = time.perf_counter() - began
        if not np.array_equal(number - 1, shell):
            raise SystemExit(f"{name}: shells differ")
    report(name, value.size, ours, theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="the model of 4 million blocks")
    large = parser.parse_args().large
    print(f"{'100 shells':<14}{'blocks':>12}{'orefield s':>12}{'pymineflow s':>14}{'ratio':>8}")
    folder = Path(os.environ.get("OREFIELD_DATA", ".")) / "minelib"
    if (folder / "kd").is_dir():
        bench_kd(folder)
    bench_grid("porphyry 250k", (79, 79, 40))
    if large:
        bench_grid("porphyry 4M", (200, 200, 100))


if __name__ == "__main__":
    main()
