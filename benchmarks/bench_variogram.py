"""Experimental variograms of drill-hole composites beside GSTools, in one run.

Run: ``OREFIELD_DATA=... python benchmarks/bench_variogram.py [--threads 2] [--repeats 3]``.
Samples are the 20-ft composites of copper of ``examples/babbitt`` (about 10,500), desurveyed and
composited by orefield. Three directions (north, east, down), 15 lags of 30 m, an angular tolerance
of 22.5 degrees, with and without a bandwidth of 60 m. The peer is GSTools (LGPL-3.0,
``vario_estimate``; its compiled loops with the threads that it is fastest with). Counts of pairs
must be the same number by number, variograms to 1e-9. Every figure is the best of the repeats;
a first run compiles kernels. The last lines are without a peer: thirteen directions, and three
variables with their cross variograms in one pass.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.deposit.settings import read_settings
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.variography import Direction, Lags, experimental, fan

SETTINGS = Path(__file__).parents[1] / "examples" / "babbitt" / "deposit.toml"
EDGES = np.linspace(0.0, 450.0, 16)
TOLERANCE_DEG, BAND_M = 22.5, 60.0
LINES = ((0.0, 0.0), (90.0, 0.0), (0.0, 90.0))


def best(repeats: int, call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the fastest, and its result."""
    times, found = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        found = call()
        times.append(time.perf_counter() - began)
    return min(times), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    samples = samples_of(read_settings(SETTINGS))
    copper = samples.measured("cu_pct")
    lags = Lags.edges(EDGES)
    try:
        import gstools as gs
    except ImportError:
        gs = None
        print("gstools is not installed: times of orefield alone")
    print(f"{len(copper):,} composites, {len(lags)} lags to {EDGES[-1]:g} m")
    print(f"{'three directions':<26}{'pairs':>12}{'orefield s':>12}{'GSTools s':>12}{'ratio':>8}")
    for band in (BAND_M, np.inf):
        ways = [Direction(a, d, TOLERANCE_DEG, band) for a, d in LINES]

        def ours(ways: list[Direction] = ways) -> Any:
            return experimental(
                copper, ["cu_pct"], lags, ways, exclusive=True, threads=asked.threads
            )

        ours()
        seconds, found = best(2 * asked.repeats, ours)
        title = f"bandwidth {band:g} m" if np.isfinite(band) else "no bandwidth"
        line = f"{title:<26}{sum(int(c.pairs.sum()) for c in found):>12,}{seconds:>12.3f}"
        if gs is not None:
            theirs = []
            for threads in sorted({1, asked.threads}):
                gs.config.NUM_THREADS = threads
                took, (_, gamma, counts) = best(
                    asked.repeats,
                    lambda ways=ways, band=band: gs.vario_estimate(
                        copper.xyz_m.T,
                        copper["cu_pct"],
                        EDGES,
                        direction=[way.unit() for way in ways],
                        angles_tol=np.radians(TOLERANCE_DEG),
                        bandwidth=band if np.isfinite(band) else None,
                        return_counts=True,
                    ),
                )
                theirs.append(took)
            for curve, n, g in zip(found, counts, gamma, strict=True):
                if not np.array_equal(curve.pairs, n):
                    raise SystemExit(f"{curve.direction.name}: counts of pairs differ")
                if not np.allclose(curve.gamma[n > 0], g[n > 0], rtol=1e-9):
                    raise SystemExit(f"{curve.direction.name}: variograms differ")
            line += f"{min(theirs):>12.3f}{min(theirs) / seconds:>8.1f}"
        print(line, flush=True)
    more = {
        "thirteen directions": (["cu_pct"], fan(flat=False), False),
        "three variables and cross": (["cu_pct", "ni_pct", "s_pct"], ways, True),
    }
    for title, (names, directions, cross) in more.items():
        seconds, found = best(
            asked.repeats,
            lambda names=names, directions=directions, cross=cross: experimental(
                samples, names, lags, directions, cross=cross, threads=asked.threads
            ),
        )
        print(f"{title:<26}{sum(int(c.pairs.sum()) for c in found):>12,}{seconds:>12.3f}")


if __name__ == "__main__":
    main()
