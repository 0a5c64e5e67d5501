"""Time of the ultimate pit, beside MineFlow's (pymineflow) where that is installed.

Run: ``python benchmarks/bench_closure.py [--large]``. Both solve the same values under the
same minimum search pattern, and must agree on the optimum; times are the best of three.
"""

from __future__ import annotations

import argparse
import importlib.util
import time

import numpy as np
from scipy.ndimage import gaussian_filter

from orefield.core import Grid
from orefield.kernels.closure import closure_grid
from orefield.pit import slope_pattern

BENCHES = 6
CASES = {
    "100 k": ((46, 46, 47), (20.0, 20.0, 15.0)),
    "1 M": ((100, 100, 100), (20.0, 20.0, 15.0)),
    "2.4 M flat": ((200, 200, 60), (25.0, 25.0, 15.0)),
}


def porphyry_cents(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """Block values (cents) of a made-up porphyry with a correlated grade."""
    nx, ny, nz = shape
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    noise = gaussian_filter(rng.normal(size=(nz, ny, nx)), 3)
    away = (
        ((x / nx - 0.5) / 0.25) ** 2 + ((y / ny - 0.5) / 0.25) ** 2 + ((z / nz - 0.45) / 0.45) ** 2
    )
    cu_pct = 0.9 * np.exp(-away) * np.exp(0.4 * noise / noise.std())
    tonnes = 20 * 20 * 15 * 2.6
    margin = np.maximum(cu_pct - 0.05, 0) / 100 * 8500 * 0.8 - 7
    mining = 2 + 0.0025 * 15 * (nz - 1 - z)
    return np.rint(100 * tonnes * (np.maximum(margin, 0) - mining)).astype(np.int64).ravel()


def best_of(n: int, run) -> tuple[float, object]:
    seconds, result = [], None
    for _ in range(n):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def mineflow(value: np.ndarray, shape: tuple[int, int, int], size: tuple[float, ...]):
    """Time and optimum of MineFlow, or None where it is not installed."""
    if importlib.util.find_spec("pymineflow") is None:
        return None
    from pymineflow._mineflow import Pit

    def solve():
        return Pit(
            *shape, value, pattern="minsearch", slope_deg=45.0, n_benches=BENCHES, block_size=size
        ).solve()

    seconds, found = best_of(3, solve)
    return seconds, int(found[1])


def bench(name: str, shape: tuple[int, int, int], size: tuple[float, float, float]) -> None:
    value = porphyry_cents(shape)
    active = np.ones(value.size, dtype=bool)
    grid = Grid((0.0, 0.0, 0.0), size, shape)
    offsets = slope_pattern(grid, 45.0, tolerance_deg=0.0, max_benches=BENCHES).offsets
    closure_grid(value[:8].copy(), active[:8], (2, 2, 2), offsets)  # compile
    ours, (mask, bound) = best_of(3, lambda: closure_grid(value, active, shape, offsets))
    line = f"{name:<12}{value.size:>12,}{int(mask.sum()):>12,}{ours:>12.3f}"
    peer = mineflow(value, shape, size)
    if peer is not None:
        theirs, optimum = peer
        if optimum != int(bound):
            raise SystemExit(f"{name}: optimum {int(bound)} here, {optimum} there")
        line += f"{theirs:>12.3f}{ours / theirs:>8.2f}"
    print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="the cases of 1 M blocks and more")
    large = parser.parse_args().large
    print(
        f"{'case':<12}{'blocks':>12}{'in pit':>12}{'orefield s':>12}{'mineflow s':>12}{'ratio':>8}"
    )
    for name, (shape, size) in CASES.items():
        if large or name == "100 k":
            bench(name, shape, size)


if __name__ == "__main__":
    main()
