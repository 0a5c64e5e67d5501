"""Ordinary kriging of drill-hole composites beside krigekit, in one run.

Run: ``python benchmarks/bench_kriging.py [--blocks 200000 1000000] [--threads 2] [--repeats 3]
[--babbitt FOLDER] [--alone]``. Samples are 20-ft composites of copper of the Babbitt holes, read
and composited by orefield (the folder that holds ``collar_BABBITT.csv`` and the others;
``OREFIELD_DATA``/deposit/babbitt by default; where that is not there, holes are invented, which is
said in the first lines). The search takes the 24 nearest in a rotated 3-D
ellipsoid, the model has a nugget and two structures. Both codes get the same composites, model,
search and blocks; krigekit its own threads (OpenMP) and the best of its cache settings. Every
figure is the best of the repeats; a first short run compiles kernels. Then, without a peer, the
same with 3 x 3 x 3 points a block and 3 samples a hole at most. The last lines print ratios and
this process's peak memory before krigekit is loaded.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np

from orefield.core import Grid
from orefield.deposit import Ellipsoid, Rotation, Samples, Structure, Variogram
from orefield.deposit.drillholes.composite import composite
from orefield.deposit.drillholes.desurvey import desurvey
from orefield.deposit.drillholes.read import (
    Angles,
    LogSource,
    read_collars,
    read_intervals,
    read_surveys,
)
from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.drillholes.segments import segments_of
from orefield.deposit.drillholes.validate import validate
from orefield.deposit.estimation import Search, krige
from orefield.deposit.estimation.collocated import different_places

COMPOSITE_M = 20 * 0.3048
INVENTED = "INVENTED holes, not Babbitt"


def composites(folder: Path) -> Samples:
    """Copper in full 20-ft lengths, at least half assayed; one sample a place."""

    def source(name: str, **more: dict[str, str]) -> LogSource:
        file = folder / f"{name}_BABBITT.csv"
        return LogSource(file, coordinate_unit="ft", depth_unit="ft", **more)

    down = Angles(down_positive=True)
    holes, findings = validate(
        read_collars(source("collar"), down)[0],
        read_surveys(source("survey"), down),
        {"assay": read_intervals(source("assay", values={"cu_pct": "CU"}))},
    )
    findings.refuse_errors()
    rules = CompositeRules(COMPOSITE_M, residual="discard", missing="skip")
    found, _ = composite(
        holes, desurvey(holes), segments_of(holes), rules, values=["cu_pct"], note="Babbitt"
    )
    return found.samples.where(different_places(found.samples.xyz_m).first)


def invented(holes: int = 400, each: int = 26) -> Samples:
    """As many composites of holes that nobody drilled, over the same ground."""
    rng = np.random.default_rng(0)
    collar = rng.uniform(0, [5000, 3300], (holes, 2))
    depth = (np.arange(each) + 0.5) * COMPOSITE_M
    tilt = rng.uniform(-0.3, 0.3, (holes, 2))
    xy = collar[:, None] + depth[None, :, None] * tilt[:, None]
    xyz = np.concatenate([xy, np.broadcast_to(-depth[:, None], (holes, each, 1))], axis=2)
    grade = np.exp(-1.3 + 0.5 * np.sin(xy[..., 0] / 400) + rng.normal(0, 0.5, (holes, each)))
    return Samples(
        xyz.reshape(-1, 3), {"cu_pct": grade.ravel()}, np.full(grade.size, COMPOSITE_M),
        np.repeat(np.arange(holes, dtype=np.int32), each), note=INVENTED,
    )  # fmt: skip


def chosen_samples(folder: Path | None) -> Samples:
    """Composites of a folder that is named, else of the public data, else invented ones."""
    public = Path(os.environ.get("OREFIELD_DATA", "")) / "deposit" / "babbitt"
    if folder is None and ("OREFIELD_DATA" not in os.environ or not public.is_dir()):
        print(
            f"{INVENTED}: set OREFIELD_DATA to a folder with deposit/babbitt, or name one with "
            "--babbitt; figures of these are no figures of Babbitt"
        )
        return invented()
    return composites(folder or public)


AXES = Rotation(45.0, 20.0, 10.0)
RANGES = ((120.0, 90.0, 40.0), (600.0, 400.0, 150.0))
SILLS = (0.1, 0.5, 0.4)
"""Of the nugget, a spherical and an exponential structure."""


def model() -> Variogram:
    return Variogram(
        SILLS[0],
        (
            Structure("spherical", SILLS[1], RANGES[0], AXES),
            Structure("spherical", SILLS[2], RANGES[1], AXES),
        ),
    )


def blocks(samples: Samples, wanted: int) -> Grid:
    """About so many blocks, 1:1:0.5 in shape, over the middle nine tenths of the samples."""
    low, high = np.quantile(samples.xyz_m, [0.05, 0.95], axis=0)
    extent = high - low
    edge = (extent.prod() / wanted * 2.0) ** (1 / 3)
    shape = tuple(round(float(v)) for v in extent / (edge, edge, edge / 2))
    return Grid(tuple(low), (edge, edge, edge / 2), shape)


def ours(samples, grid, threads, **more):
    search = Search(Ellipsoid((6000.0, 4000.0, 1500.0), AXES), max_samples=24, **more.pop("s", {}))
    start = time.perf_counter()
    found = krige(samples, "cu_pct", grid, model(), search, threads=threads, **more)
    return time.perf_counter() - start, found


def theirs(samples, grid, threads, cache):
    import krigekit

    start = time.perf_counter()
    k = krigekit.Kriging(ndim=3, anisotropic_search=True)
    k.set_obs(1, samples.xyz_m, samples["cu_pct"])
    k.set_grid(grid.centroids())
    angles = {"azimuth": AXES.azimuth_deg, "dip": AXES.dip_deg, "plunge": AXES.rake_deg}
    for i, (sill, ranges) in enumerate(zip(SILLS[1:], RANGES, strict=True)):
        k.set_vgm(
            1, 1, "sph", nugget=SILLS[0] if i == 0 else 0.0, sill=sill, a_major=ranges[0],
            a_minor1=ranges[1], a_minor2=ranges[2], **angles,
        )  # fmt: skip
    k.set_search(1, anis1=4000.0 / 6000.0, anis2=1500.0 / 6000.0, nmax=24, **angles)
    k.solve(nthread=threads, ncache=cache)
    estimate, variance = k.get_results()
    return time.perf_counter() - start, np.array(estimate), np.array(variance)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--babbitt", type=Path, help="folder of the drill-hole tables")
    parser.add_argument("--alone", action="store_true", help="without krigekit")
    options = parser.parse_args()
    samples = chosen_samples(options.babbitt)
    holes = len(set(samples.hole.tolist()))
    print(f"{len(samples):,} composites of {holes} holes: {samples.note}")
    ours(samples, blocks(samples, 2000), options.threads)
    mine, grids = {}, {n: blocks(samples, n) for n in options.blocks}
    for wanted, grid in grids.items():
        runs = [ours(samples, grid, options.threads) for _ in range(options.repeats)]
        mine[wanted] = min(runs, key=lambda r: r[0])
        seconds = mine[wanted][0]
        print(
            f"orefield  {grid.n:>9,} blocks {grid.shape}: {seconds:7.2f} s, "
            f"{grid.n / seconds:>9,.0f} blocks/s, {options.threads} threads; "
            f"estimated {int(mine[wanted][1].estimated.sum()):,}"
        )
    print(f"peak memory of all that: {peak_mb():.0f} MB")
    for n, grid in grids.items():
        if n > 200_000:
            continue
        best = min(
            (
                ours(samples, grid, options.threads, discretisation=(3, 3, 3),
                     s={"max_per_hole": 3})[0]
                for _ in range(options.repeats)
            ),
        )  # fmt: skip
        print(
            f"orefield  {grid.n:>9,} blocks, 3x3x3 points, 3 a hole: {best:7.2f} s, "
            f"{grid.n / best:>9,.0f} blocks/s"
        )
    if options.alone:
        return
    for wanted, grid in grids.items():
        best = None
        for cache in (None, 0, 4096):
            for _ in range(options.repeats):
                run = theirs(samples, grid, options.threads, cache)
                if best is None or run[0] < best[0]:
                    best = (*run, cache)
        seconds, found = mine[wanted]
        apart = np.abs(best[1] - found.value)
        print(
            f"krigekit  {grid.n:>9,} blocks: {best[0]:7.2f} s (ncache={best[3]}), "
            f"{grid.n / best[0]:>9,.0f} blocks/s; ratio {best[0] / seconds:.2f}; estimates apart: "
            f"median {np.nanmedian(apart):.1e}, 99 % {np.nanquantile(apart, 0.99):.1e}"
        )
    print(f"peak memory with krigekit: {peak_mb():.0f} MB; {samples.note}")


if __name__ == "__main__":
    main()
