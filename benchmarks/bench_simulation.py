"""Time and memory of 100 conditional realisations on 100,000 nodes, beside krigekit's.

Run: ``python benchmarks/bench_simulation.py [--realisations 100] [--threads 2] [--quick]``. The
same data, variogram, neighbours and threads for both: krigekit simulates sequentially with one
path for all realisations (its own way of sharing weights), orefield by FFT and kriging of
residuals. Each runs in a fresh process; times are wall clock of the whole call, without imports
and, for orefield, without the first compilation of kernels. Beside its time stands what each
reproduces: data, and mean, variance and variogram at three lags of the field (one realisation of
the model) that the data were taken from.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from orefield.core import Grid
from orefield.deposit import Rotation, Structure, Variogram
from orefield.deposit.estimation.search import Search
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.placing import place_data

RANGES = ((80.0, 60.0, 45.0), (160.0, 120.0, 90.0))
SILLS, NUGGET = (0.4, 0.5), 0.1
AZIMUTH, DIP = 30.0, 20.0
NEIGHBOURS, DATA = 24, 1000


def case(shape: tuple[int, int, int]) -> tuple[Grid, Variogram, np.ndarray, np.ndarray]:
    """A grid, a variogram, nodes with data, and the field that they know."""
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), shape)
    turn = Rotation(AZIMUTH, DIP, 0.0)
    model = Variogram(
        NUGGET,
        tuple(Structure("spherical", s, r, turn) for s, r in zip(SILLS, RANGES, strict=True)),
    )
    truth = GridSimulation.on(grid, model).pair(3, 0)[0]
    at = np.random.default_rng(5).choice(grid.n, DATA, replace=False)
    return grid, model, at, truth


def ours(shape: tuple[int, int, int], count: int, threads: int) -> tuple[float, np.ndarray]:
    """Seconds and realisations of orefield."""
    grid, model, at, truth = case(shape)
    xyz, y = grid.centroids()[at], truth[at]
    search = Search(Ellipsoid(RANGES[1], Rotation(AZIMUTH, DIP, 0.0)), max_samples=NEIGHBOURS)
    tiny = Grid(grid.origin, grid.size, (4, 4, 4))
    warm = place_data(tiny, xyz, y)
    list(GridSimulation.on(tiny, model, warm, search=search).realisations(2, 1))
    out = np.empty((count, grid.n))
    start = time.perf_counter()
    data = place_data(grid, xyz, y)
    simulation = GridSimulation.on(grid, model, data, search=search, threads=threads)
    for k, one in enumerate(simulation.realisations(count, 1, threads=threads)):
        out[k] = one
    return time.perf_counter() - start, out


def theirs(shape: tuple[int, int, int], count: int, threads: int) -> tuple[float, np.ndarray]:
    """Seconds and realisations of krigekit."""
    from krigekit import sequential_gaussian_simulation

    grid, _, at, truth = case(shape)
    nodes = grid.centroids()
    models = [
        {
            "vtype": "sph", "sill": sill, "nugget": NUGGET if k == 0 else 0.0,
            "a_major": r[0], "a_minor1": r[1], "a_minor2": r[2], "azimuth": AZIMUTH, "dip": DIP,
        }
        for k, (sill, r) in enumerate(zip(SILLS, RANGES, strict=True))
    ]  # fmt: skip
    start = time.perf_counter()
    found = sequential_gaussian_simulation(
        nodes[at], truth[at], nodes, models, count, nmax=NEIGHBOURS, seed=1, nthread=threads
    )
    seconds = time.perf_counter() - start
    return seconds, np.asarray(found).reshape(grid.n, count).T


def told(shape: tuple[int, int, int], values: np.ndarray) -> dict[str, float]:
    """What the realisations reproduce, as a share of the truth's."""
    _, _, at, truth = case(shape)
    both = [v.reshape(-1, *shape[::-1]) for v in (values, truth)]
    out = {
        "mean less the truth's": float(values.mean() - truth.mean()),
        "variance / truth's": float(values.var(axis=1).mean() / truth.var()),
        "misfit at data": float(np.abs(values[:, at] - truth[at]).max()),
    }
    for step in (1, 4, 8):
        for axis, name in ((3, "x"), (2, "y"), (1, "z")):
            n = shape[3 - axis]
            ours, known = (
                float(((c.take(range(n - step), axis) - c.take(range(step, n), axis)) ** 2).mean())
                for c in both
            )
            out[f"gamma {name}{10 * step}"] = ours / known
    return out


RUNS: dict[str, Callable[[tuple[int, int, int], int, int], tuple[float, np.ndarray]]] = {
    "orefield": ours,
    "krigekit": theirs,
}


def in_a_process(which: str, options: argparse.Namespace) -> dict[str, float]:
    """The figures of one run in a process of its own."""
    command = [sys.executable, __file__, "--one", which, "--threads", str(options.threads)]
    command += ["--realisations", str(options.realisations)]
    command += ["--quick"] if options.quick else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realisations", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="12,000 nodes")
    parser.add_argument("--one", choices=RUNS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    shape = (30, 20, 20) if options.quick else (50, 50, 40)
    if options.one:
        seconds, values = RUNS[options.one](shape, options.realisations, options.threads)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak, **told(shape, values)}))
        return
    have = [n for n in RUNS if n != "krigekit" or importlib.util.find_spec("krigekit")]
    print(f"{options.realisations} realisations, {np.prod(shape):,} nodes, {DATA} data, "
          f"{NEIGHBOURS} neighbours, {options.threads} threads")  # fmt: skip
    best: dict[str, dict[str, float]] = {}
    for _ in range(options.repeats):
        for name in have:
            found = in_a_process(name, options)
            if name not in best or found["seconds"] < best[name]["seconds"]:
                best[name] = found
    for name, found in best.items():
        figures = "  ".join(f"{k} {v:.3f}" for k, v in found.items() if k[:5] != "gamma")
        print(f"{name:<10}{figures}")
        print(f"{'':<10}variogram / truth's: " + "  ".join(
            f"{k[6:]} {v:.3f}" for k, v in found.items() if k[:5] == "gamma"
        ))  # fmt: skip
    if len(best) == 2:
        ratio = best["orefield"]["seconds"] / best["krigekit"]["seconds"]
        print(f"orefield takes {ratio:.3f} of krigekit's time (bar: 0.5 or less)")


if __name__ == "__main__":
    main()
