"""Time and memory of the ultimate pit, beside MineFlow's (pymineflow) where that is installed.

Run: ``python benchmarks/bench_closure.py [--large] [--huge]``. Both solve the same values under
the same precedences, graph building included, and must agree on the optimum; times are the best
of a few runs. Memory is the peak of a fresh process that holds the values and solves once.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from orefield.core import Grid
from orefield.kernels.closure import closure_arcs, closure_grid
from orefield.pit.slopes import slope_pattern

BENCHES = 6
SIZE = (20.0, 20.0, 15.0)
KINDS = ("porphyry", "rich", "poor", "veins", "lenses")
PEER = importlib.util.find_spec("pymineflow") is not None
OPTIMA = {"newman1": 26_086_899, "zuck_small": 1_422_726_898, "kd": 652_195_037}


def block_values(kind: str, shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """Block values (cents) of a made-up deposit with a correlated grade."""
    from scipy.ndimage import gaussian_filter

    nx, ny, nz = shape
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.standard_normal((nz, ny, nx), dtype=np.float32), 3)
    noise /= noise.std()
    z, y, x = np.arange(nz)[:, None, None], np.arange(ny)[None, :, None], np.arange(nx)

    def away(cx: float, cy: float, cz: float, rx: float, ry: float, rz: float) -> np.ndarray:
        return ((x / nx - cx) / rx) ** 2 + ((y / ny - cy) / ry) ** 2 + ((z / nz - cz) / rz) ** 2

    if kind in ("porphyry", "rich", "poor"):
        top, wide = {"porphyry": (0.9, 1.0), "rich": (6.0, 0.5), "poor": (0.45, 1.0)}[kind]
        cu_pct = top * np.exp(-wide * away(0.5, 0.5, 0.45, 0.25, 0.25, 0.45) + 0.4 * noise)
    elif kind == "veins":
        cu_pct = 0.12 * np.exp(noise)
        for _ in range(6):
            dip, at = rng.normal(size=3), rng.random(3)
            dip /= np.linalg.norm(dip)
            off = dip[0] * (x / nx - at[0]) + dip[1] * (y / ny - at[1])
            off = np.abs(off + 0.3 * dip[2] * (z / nz - at[2]))
            cu_pct = cu_pct + 1.5 * np.exp(-((off / 0.02) ** 2) + 0.5 * noise)
    else:
        cu_pct = 1.2 * np.exp(-away(0.5, 0.5, 0.7, 0.45, 0.4, 0.08) + 0.6 * noise)
        cu_pct = cu_pct + 0.7 * np.exp(-away(0.4, 0.6, 0.2, 0.2, 0.2, 0.15) + 0.5 * noise)
    tonnes = SIZE[0] * SIZE[1] * SIZE[2] * 2.6
    margin = np.maximum(cu_pct - 0.05, 0) / 100 * 8500 * 0.8 - 7
    mining = 2 + 0.0025 * SIZE[2] * (nz - 1 - z)
    return np.rint(100 * tonnes * (np.maximum(margin, 0) - mining)).astype(np.int64).ravel()


def best_of(n: int, run):
    seconds, result = [], None
    for _ in range(n):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def solve_grid(value: np.ndarray, shape: tuple[int, int, int]):
    offsets = slope_pattern(
        Grid((0.0, 0.0, 0.0), SIZE, shape), 45.0, tolerance_deg=0.0, max_benches=BENCHES
    ).offsets
    return closure_grid(value, np.ones(value.size, dtype=bool), shape, offsets)


def mineflow_grid(value: np.ndarray, shape: tuple[int, int, int]):
    from pymineflow._mineflow import Pit

    return Pit(
        *shape, value, pattern="minsearch", slope_deg=45.0, n_benches=BENCHES, block_size=SIZE
    ).solve()


def report(name: str, blocks: int, inside: int, ours: float, theirs: float | None, mb: str) -> None:
    line = f"{name:<14}{blocks:>12,}{inside:>12,}{ours:>12.4f}"
    line += f"{theirs:>12.4f}{ours / theirs:>8.2f}" if theirs is not None else " " * 20
    print(f"{line}{mb:>10}", flush=True)


def bench_grid(kind: str, shape: tuple[int, int, int], runs: int, *, peer: bool = True) -> None:
    name = f"{kind} {np.prod(shape) / 1e6:.2g} M"
    value = block_values(kind, shape)
    ours, theirs = np.inf, np.inf
    for _ in range(runs):
        seconds, (mask, bound) = best_of(1, lambda: solve_grid(value, shape))
        ours = min(ours, seconds)
        if PEER and peer:
            seconds, found = best_of(1, lambda: mineflow_grid(value, shape))
            theirs = min(theirs, seconds)
            if int(found[1]) != int(bound):
                raise SystemExit(f"{name}: optimum {int(bound)} here, {int(found[1])} there")
    if int(value[mask].sum()) != int(bound):
        raise SystemExit(f"{name}: the pit is not proven")
    timed = theirs if np.isfinite(theirs) else None
    report(name, value.size, int(mask.sum()), ours, timed, peak(value, shape))


def peak(value: np.ndarray, shape: tuple[int, int, int]) -> str:
    """Peak memory (MB) of a fresh process that solves these values once."""
    path = Path(f"values-{os.getpid()}.npy")
    np.save(path, value)
    try:
        command = [sys.executable, __file__, "--memory", str(path), *map(str, shape)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    finally:
        path.unlink()


def peak_mb() -> int:
    """Largest resident set of this process; ``ru_maxrss`` would begin with the parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024)
    raise SystemExit("memory is only measured on Linux")


def bench_listed(folder: Path, name: str) -> None:
    from orefield.pit import read_upit

    problem = read_upit(folder / name, name)
    value = np.rint(problem.value * 100).astype(np.int64)
    start, needed = problem.precedence_start, problem.precedence
    ours, theirs, inside = np.inf, np.inf, 0
    for _ in range(20):  # in turn, so that a busy machine is busy for both
        seconds, (mask, bound) = best_of(1, lambda: closure_arcs(value, start, needed))
        ours, inside = min(ours, seconds), int(mask.sum())
        if PEER:
            from pymineflow._mineflow import ExplicitPit

            seconds, found = best_of(1, lambda: ExplicitPit.from_csr(start, needed, value).solve())
            theirs = min(theirs, seconds)
            if int(found[1]) != int(bound):
                raise SystemExit(f"{name}: optimum {int(bound)} here, {int(found[1])} there")
    if round(int(bound) / 100) != OPTIMA[name]:
        raise SystemExit(f"{name}: {int(bound) / 100:.2f} is not the published optimum")
    report(name, len(value), inside, ours, theirs if PEER else None, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="models of 4 million blocks")
    parser.add_argument("--huge", action="store_true", help="a model of 16 million blocks")
    parser.add_argument("--memory", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        nx, ny, nz = map(int, asked.memory[1:])
        solve_grid(np.load(asked.memory[0]), (nx, ny, nz))
        print(peak_mb())
        return
    print(
        f"{'case':<14}{'blocks':>12}{'in pit':>12}{'orefield s':>12}{'mineflow s':>12}{'ratio':>8}"
        f"{'peak MB':>10}"
    )
    solve_grid(np.zeros(8, dtype=np.int64), (2, 2, 2))  # compile
    folder = Path(os.environ.get("OREFIELD_DATA", ".")) / "minelib"
    for name in OPTIMA:
        if (folder / name).is_dir():
            bench_listed(folder, name)
    for kind in KINDS:
        bench_grid(kind, (126, 126, 63), 2)
    if asked.large:
        for kind in KINDS:
            bench_grid(kind, (200, 200, 100), 1)
    if asked.huge:
        bench_grid("porphyry", (400, 400, 100), 1, peer=False)


if __name__ == "__main__":
    main()
