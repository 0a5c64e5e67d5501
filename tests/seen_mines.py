"""Made-up mines whose truth is known: sparse holes, realisations, benches seen by sensors.

Used by tests and by ``benchmarks/bench_updating.py``. Fields come from a Cholesky factor of their
covariance, realisations are conditioned by kriging of residuals: nothing here is the code that is
tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from orefield.core import Grid
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.updating import (
    AS_THEY_ARE,
    USUAL_CROWDING,
    USUAL_RANGES,
    Ensemble,
    FilterOptions,
    Memory,
    Observations,
    Reach,
    Sensor,
    UpdateLog,
    assimilate,
    normal_scores,
)
from orefield.deposit.variogram import Structure, Variogram

Row = tuple[str, np.ndarray, np.ndarray, float]
"""Sensor, blocks, tonnes, reading."""


@dataclass(frozen=True)
class Setting:
    """What a mine looks like: blocks, continuity, holes, sensors."""

    shape: tuple[int, int, int] = (20, 20, 4)
    size: tuple[float, float, float] = (20.0, 20.0, 12.0)
    ranges: tuple[float, float, float] = (140.0, 140.0, 50.0)
    nugget: float = 0.15
    spread: float = 0.6
    """Standard deviation of the logarithm of grades."""
    holes_m: float = 110.0
    members: int = 100
    noise: float = 0.10
    misspecified: bool = False


@dataclass(frozen=True)
class Mine:
    """One truth, its realisations, and readings of its benches from the top down."""

    grid: Grid
    truth: np.ndarray
    prior: np.ndarray
    """Realisations, shape (r, n)."""
    mean_score: np.ndarray
    covariance: np.ndarray
    """Of scores given the holes, as the misled or well-informed modeller has it, (n,), (n, n)."""
    spread: float
    ranges: tuple[float, float, float]
    """Of the variogram as the modeller has it."""
    benches: list[list[Row]]
    """Per bench, from the top: sensor, blocks, tonnes, reading."""


def covariance(grid: Grid, variogram: Variogram) -> np.ndarray:
    """Covariance of all blocks, shape (n, n)."""
    at = grid.centroids()
    lag = (at[:, None, :] - at[None, :, :]).reshape(-1, 3)
    return variogram.covariance(lag).reshape(grid.n, grid.n)


def grades(score: np.ndarray, spread: float) -> np.ndarray:
    """Lognormal grades of mean 0.5 %."""
    return 0.5 * np.exp(spread * score - 0.5 * spread**2)


def mine(seed: int, setting: Setting | None = None) -> Mine:
    """A mine by its number."""
    s = setting or Setting()
    rng = np.random.default_rng([seed, 20])
    grid = Grid((1000.0, 2000.0, 100.0), s.size, s.shape)
    real = Variogram(s.nugget, (Structure("spherical", 1.0 - s.nugget, s.ranges),))
    true_covariance = covariance(grid, real)
    truth = linalg.cholesky(true_covariance, lower=True) @ rng.standard_normal(grid.n)
    believed = real
    if s.misspecified:
        factor = (0.6, 1.6)[seed % 2]
        nugget = (0.35, 0.05)[seed // 2 % 2]
        kind = ("exponential", "spherical")[seed // 4 % 2]
        ranges = tuple(factor * r for r in s.ranges)
        believed = Variogram(nugget, (Structure(kind, 1.0 - nugget, ranges),))
    prior_covariance = covariance(grid, believed)
    every = max(1, round(s.holes_m / s.size[0]))
    first = int(rng.integers(0, every)), int(rng.integers(0, every))
    nx, ny, nz = s.shape
    ix, iy, iz = np.meshgrid(
        np.arange(first[0], nx, every), np.arange(first[1], ny, every), np.arange(nz), indexing="ij"
    )
    held = (ix + nx * (iy + ny * iz)).ravel()
    k = prior_covariance[np.ix_(held, held)] + 1e-8 * np.eye(len(held))
    weights = linalg.solve(k, prior_covariance[held], assume_a="pos")
    mean = weights.T @ truth[held]
    left = prior_covariance - prior_covariance[:, held] @ weights
    root = linalg.cholesky(left + 1e-7 * np.eye(grid.n), lower=True)
    scores = mean + (root @ rng.standard_normal((grid.n, s.members))).T
    z = grades(truth, s.spread)
    benches = [
        readings(np.arange(b * nx * ny, (b + 1) * nx * ny).reshape(ny, nx), z, s, rng)
        for b in reversed(range(nz))
    ]
    ranges = believed.structures[0].ranges_m
    return Mine(grid, z, grades(scores, s.spread), mean, left, s.spread, ranges, benches)


def readings(
    bench: np.ndarray, truth: np.ndarray, setting: Setting, rng: np.random.Generator
) -> list[Row]:
    """A bench mined strip by strip: two trucks of two to four blocks by turns, a belt of eight."""
    out = []
    ny = len(bench)
    path = np.concatenate([bench[y, :: 1 if y % 2 == 0 else -1] for y in range(ny)])
    at, turn = 0, 0
    while at < len(path):
        blocks = path[at : at + int(rng.integers(2, 5))]
        out.append((f"truck-{1 + turn % 2}", *_seen(blocks, truth, setting, rng)))
        at, turn = at + len(blocks), turn + 1
    out += [
        ("belt", *_seen(path[at : at + 8], truth, setting, rng)) for at in range(0, len(path), 8)
    ]
    return out


def _seen(
    blocks: np.ndarray, truth: np.ndarray, setting: Setting, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    tonnes = rng.uniform(0.5, 1.5, len(blocks))
    mixed = float(tonnes @ truth[blocks] / tonnes.sum())
    return blocks, tonnes, mixed * (1.0 + setting.noise * float(rng.standard_normal()))


SENSORS = {name: Sensor(name, noise_relative=0.1) for name in ("truck-1", "truck-2", "belt")}


def observations(rows: list[Row], day: int = 0) -> Observations:
    """Readings of a day, one a minute."""
    minutes = np.arange(len(rows)) * 60 + 86_400 * day
    return Observations(
        tuple(f"{day}-{i}" for i in range(len(rows))),
        np.datetime64("2026-01-01T00:00:00") + minutes.astype("timedelta64[s]"),
        tuple(row[0] for row in rows),
        tuple("belt" if row[0] == "belt" else "truck" for row in rows),
        np.array([row[3] for row in rows]),
        np.concatenate([[0], np.cumsum([len(row[1]) for row in rows])]).astype(np.int64),
        np.concatenate([row[1] for row in rows]),
        np.concatenate([row[2] for row in rows]),
    )


def mean_of(ensemble: Ensemble) -> np.ndarray:
    """Mean grade of every block held."""
    return np.mean([ensemble.grades(r) for r in range(ensemble.members)], axis=0)


@dataclass(frozen=True)
class Mined:
    """Root mean square errors (before, after) of what was mined, and of the bench below."""

    mined: tuple[float, float]
    below: tuple[float, float]
    log: UpdateLog


def mine_out(
    mine: Mine,
    days: list[list[Row]] | None = None,
    options: FilterOptions | None = None,
    *,
    reach: float = USUAL_RANGES,
    curve: bool = True,
) -> Mined:
    """Bench after bench taken in; the bench below is judged before it is mined.

    Localised as ``deposit update`` does it where nobody says how: by the modeller's variogram,
    be it right or wrong.
    """
    ensemble = Ensemble.of_grades(
        mine.grid, mine.prior, normal_scores(mine.prior) if curve else AS_THEY_ARE
    )
    a, b, c = (reach * r for r in mine.ranges)
    to = Reach.on(mine.grid, Ellipsoid((a, b, c)))
    per_bench, prior = mine.grid.n // mine.grid.shape[2], mine.prior.mean(axis=0)
    memory, log = Memory(), UpdateLog()
    chosen = options or FilterOptions(crowding=USUAL_CROWDING)
    errors: dict[str, list[tuple[float, float]]] = {"mined": [], "below": []}
    for day, rows in enumerate(days or mine.benches):
        log.extend(
            assimilate(ensemble, observations(rows, day), SENSORS, to, chosen, memory=memory)
        )
        now, bench = mean_of(ensemble), mine.grid.shape[2] - 1 - day
        for name, at in (("mined", bench), ("below", bench - 1)):
            if at >= 0:
                of = slice(at * per_bench, (at + 1) * per_bench)
                errors[name].append(
                    (
                        float(np.mean((prior[of] - mine.truth[of]) ** 2)),
                        float(np.mean((now[of] - mine.truth[of]) ** 2)),
                    )
                )
    root = {
        name: tuple(np.sqrt(np.mean(found, axis=0))) if found else (1.0, 1.0)
        for name, found in errors.items()
    }
    return Mined(root["mined"], root["below"], log)


def faulty(rows: list[Row], sensor: str, fault: str, rng: np.random.Generator) -> list[Row]:
    """The same readings with one sensor that is stuck, off, drifting or full of spikes."""
    number = sum(row[0] == sensor for row in rows)
    out, k = [], 0
    for row in rows:
        value = row[3]
        if row[0] == sensor:
            if fault == "stuck" and k > number // 3:
                value = 0.4321
            elif fault == "offset":
                value *= 1.4
            elif fault == "drift":
                value *= 1.0 + 0.8 * k / number
            elif fault == "spikes" and rng.random() < 0.5:
                value *= float(rng.choice([4.0, 0.15]))
            k += 1
        out.append((*row[:3], value))
    return out
