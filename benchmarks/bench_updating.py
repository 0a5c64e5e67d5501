"""What readings of belts and trucks do for blocks mined and for the bench below them.

Run: ``python benchmarks/bench_updating.py [--mines 48] [--first 6000] [--tuning] [--large]``. Every
mine has a truth of its own (Gaussian field, lognormal grades), sparse holes, 100 realisations
conditioned to them and benches mined from the top, seen by two trucks (two to four blocks a
reading) and a belt (eight blocks), with noise of 10 %. In half of the mines the realisations have
another variogram than the truth. ``exact`` is the best linear update there is, by the moments that
the modeller believes. Readings reach as far as ``deposit update`` lets them by itself, by the
modeller's variogram. ``--large`` times 100 realisations of a million blocks in a file.

Options were chosen by the mines of ``TUNING``. What the filter does is judged by other mines, with
the options as they are: ``--tuning`` runs the former, to choose by; any other run the latter.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import seen_mines as sm

from orefield.core import Grid
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.random_field import GaussianField
from orefield.deposit.realisations_file import RealisationsFile, Writer
from orefield.deposit.updating import (
    USUAL_CROWDING,
    USUAL_RANGES,
    Ensemble,
    FilterOptions,
    Reach,
    assimilate,
    curve_of,
    normal_scores,
    update_realisations,
)
from orefield.deposit.variogram import Structure, Variogram

TUNING = range(1000)
"""Mines that options may be chosen by; none of them is ever judged by."""

BARS = (0.30, 0.08)
"""Least gains of the filter as it is: of blocks mined, of the next bench."""

DEFAULT = "square-root, scores"

VARIANTS = {
    DEFAULT: ({}, True),
    "perturbed, scores": ({"method": "perturbed"}, True),
    "square-root, grades": ({"scored": False}, True),
    "as they are": ({"scored": False}, False),
    "relaxation 0.2": ({"relaxation": 0.2}, True),
    "one range, all readings": ({"crowding": None}, True),
}


def exact(mine: sm.Mine) -> tuple[float, float]:
    """Gain of the best linear update by believed moments: mined, below."""
    s = mine.spread
    mean = 0.5 * np.exp(s * mine.mean_score - 0.5 * s**2 * (1.0 - np.diag(mine.covariance)))
    cov = mean[:, None] * mean[None, :] * (np.exp(s**2 * mine.covariance) - 1.0)
    prior, per = mean.copy(), mine.grid.n // mine.grid.shape[2]
    errors = {"mined": [], "below": []}
    for day, rows in enumerate(mine.benches):
        h = np.zeros((len(rows), mine.grid.n))
        for i, (_, blocks, tonnes, _) in enumerate(rows):
            h[i, blocks] = tonnes / tonnes.sum()
        c = cov @ h.T
        seen = h @ c
        noise = 0.01 * ((h @ mean) ** 2 + np.diag(seen))
        gain = np.linalg.solve(seen + np.diag(noise), c.T).T
        mean = mean + gain @ (np.array([r[3] for r in rows]) - h @ mean)
        cov = cov - gain @ c.T
        bench = mine.grid.shape[2] - 1 - day
        for name, at in (("mined", bench), ("below", bench - 1)):
            if at >= 0:
                of = slice(at * per, (at + 1) * per)
                errors[name].append([np.mean((m[of] - mine.truth[of]) ** 2) for m in (prior, mean)])
    mined, below = (np.sqrt(np.mean(errors[n], axis=0)) for n in ("mined", "below"))
    return 1.0 - mined[1] / mined[0], 1.0 - below[1] / below[0]


def accuracy(seeds: range) -> None:
    """RMSE of what is mined and of the next bench, right and wrong variogram, by variant."""
    head = ("mined", "s.e.", "worst", "next", "s.e.", "worst", "refused")
    print(f"{'RMSE less by':<26}" + "".join(f"{word:>9}" for word in head))
    for misspecified in (False, True):
        setting = sm.Setting(misspecified=misspecified)
        cases = [sm.mine(seed, setting) for seed in seeds]
        print("another variogram" if misspecified else "variogram of the truth")
        for name, (options, curve) in VARIANTS.items():
            chosen = FilterOptions(**{"crowding": USUAL_CROWDING, **options})
            reach = 1.0 if chosen.crowding is None else USUAL_RANGES
            found = [sm.mine_out(m, options=chosen, curve=curve, reach=reach) for m in cases]
            gains = np.array(
                [[1.0 - f.mined[1] / f.mined[0], 1.0 - f.below[1] / f.below[0]] for f in found]
            )
            refused = sum(len(f.log.entries) - f.log.accepted for f in found)
            print(f"  {name:<24}{_line(gains)}{refused:>9}", flush=True)
            if name == DEFAULT:
                _bar(gains)
        gains = np.array([exact(m) for m in cases])
        print(f"  {'exact, linear':<24}{_line(gains)}", flush=True)


def _line(gains: np.ndarray) -> str:
    """Mean, its standard error and the worst of both gains (n, 2)."""
    error = gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    rows = zip(gains.mean(axis=0), error, gains.min(axis=0), strict=True)
    return "".join(f"{value:>9.1%}" for row in rows for value in row)


def _bar(gains: np.ndarray) -> None:
    """Whether the means of both gains (n, 2) reach what is asked of the filter."""
    for name, found, asked in zip(("mined", "next bench"), gains.mean(axis=0), BARS, strict=True):
        word = "reached" if found >= asked else "MISSED"
        print(f"    bar, {name} {asked:.0%} or more: {word} ({found:.1%})")


def far_away(seeds: range) -> None:
    """A strip is mined; blocks at the edge of its reach and beyond it, paired over mines."""
    change, moved = [], 0.0
    for seed in seeds:
        for misspecified in (False, True):
            setting = sm.Setting(misspecified=misspecified)
            m = sm.mine(seed, setting)
            nx, ny, nz = m.grid.shape
            strip = set(range((nz - 1) * nx * ny, (nz - 1) * nx * ny + 3 * nx))
            rows = [row for row in m.benches[0] if set(map(int, row[1])) <= strip]
            ensemble = Ensemble.of_grades(m.grid, m.prior, normal_scores(m.prior))
            before = sm.mean_of(ensemble)
            ranges = tuple(USUAL_RANGES * r for r in m.ranges)
            reach = Reach.on(m.grid, Ellipsoid(ranges))
            options = FilterOptions(crowding=USUAL_CROWDING)
            log = assimilate(ensemble, sm.observations(rows), sm.SENSORS, reach, options)
            after = sm.mean_of(ensemble)
            to = m.grid.centroids() - np.array([0.0, m.grid.origin[1] + 60.0, m.grid.top_m])
            apart = np.maximum(to[:, 1], 0.0) / (ranges[1] * min(log.reaches))
            moved = max(moved, float(np.abs(after - before)[~ensemble.touched].max(initial=0.0)))
            edge = ensemble.touched & (apart > 0.6)
            errors = [np.sqrt(np.mean((v[edge] - m.truth[edge]) ** 2)) for v in (before, after)]
            change.append(errors[1] / errors[0] - 1.0)
    test = stats.ttest_1samp(change, 0.0, alternative="greater")
    print(
        f"\nat the edge of reach (beyond 60 %): RMSE {np.mean(change):+.2%} on average "
        f"over {len(change)} mines, at worst {np.max(change):+.2%}; harm: p = {test.pvalue:.2f}"
    )
    print(f"beyond reach: means move by {moved:g} at most")


def faults(seeds: range) -> None:
    """Batches in which the faulty sensor is named, and those in which a good one is."""
    print(f"\n{'fault of truck-2':<18}{'named':>9}{'right word':>12}{'good ones named':>17}")
    for fault in ("none", "stuck", "offset", "drift", "spikes"):
        named = right = wrong = batches = 0
        for seed in seeds:
            m = sm.mine(seed, sm.Setting(shape=(16, 16, 4), misspecified=seed % 2 == 1))
            rng = np.random.default_rng(seed)
            days = [sm.faulty(rows, "truck-2", fault, rng) for rows in m.benches]
            log = sm.mine_out(m, days).log
            batches += len(days)
            named += sum(f.sensor == "truck-2" for f in log.faults)
            right += sum(f.sensor == "truck-2" and f.fault == fault for f in log.faults)
            wrong += sum(f.sensor != "truck-2" for f in log.faults)
        print(f"{fault:<18}{named:>5}/{batches:<4}{right:>8}/{named:<4}{wrong:>14}", flush=True)


def large(members: int = 100) -> None:
    """Seconds and memory of a file of a million blocks."""
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (125, 125, 64))
    model = Variogram(0.1, (Structure("spherical", 0.9, (100.0, 100.0, 40.0)),))
    field, rng = GaussianField.on(grid, model), np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "realisations.parquet"
        truth = sm.grades(field.sample(rng), 0.6)
        with Writer(path, grid, ("cu_pct",)) as out:
            for _ in range(members):
                out.write({"cu_pct": sm.grades(field.sample(rng), 0.6).astype(np.float32)})
        bench = np.arange(40 * 15_625, 41 * 15_625).reshape(125, 125)[:60, :60]
        rows = sm.readings(bench, truth, sm.Setting(), rng)
        source = RealisationsFile(path)
        reach = Reach.on(grid, Ellipsoid((100.0, 100.0, 40.0)))
        began = time.perf_counter()
        curve = curve_of(source, "cu_pct")
        found = update_realisations(
            source, "cu_pct", Path(folder) / "updated.parquet", sm.observations(rows),
            sm.SENSORS, reach, curve=curve,
        )  # fmt: skip
        whole = time.perf_counter() - began
        blocks = np.flatnonzero(found.reached)
        state = Ensemble.of_grades(
            grid, np.array([source.of("cu_pct", k)[blocks] for k in range(members)]), curve, blocks
        )
        began = time.perf_counter()
        assimilate(state, sm.observations(rows), sm.SENSORS, reach)
        filtered = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"\n{members} realisations x {grid.n:,} blocks, {len(rows):,} readings that reach "
        f"{len(blocks):,} blocks, {len(reach.offsets):,} about each: {whole:.1f} s with files, "
        f"{1000 * filtered / len(rows):.2f} s per thousand readings in the filter; "
        f"{peak:.2f} GB at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mines", type=int, default=48, help="half of them with either variogram")
    parser.add_argument("--first", type=int, default=6000, help="first mine to judge by")
    parser.add_argument("--tuning", action="store_true", help="mines to choose options by")
    parser.add_argument("--large", action="store_true", help="time a million blocks instead")
    given = parser.parse_args()
    if given.large:
        large()
        return
    if not given.tuning and given.first in TUNING:
        parser.error(f"mines from {TUNING.start} to {TUNING.stop - 1} chose the options")
    first = TUNING.start if given.tuning else given.first
    seeds = range(first, first + given.mines // 2)
    what = "tuning (says nothing of the bars)" if given.tuning else "judging (never tuned on)"
    print(f"mines {seeds.start} to {seeds.stop - 1}, for {what}")
    accuracy(seeds)
    far_away(seeds)
    faults(seeds)


if __name__ == "__main__":
    main()
