"""Drill planning written out densely with NumPy: what the package is held against."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid
from orefield.deposit.drilling import (
    GaussianPrior,
    Limits,
    PlannedHoles,
    Problem,
    Targets,
    Utility,
)
from orefield.deposit.estimation.support import Support
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import Structure, Variogram

F8 = NDArray[np.float64]

MODEL = Variogram(
    0.15,
    (
        Structure("spherical", 0.5, (160.0, 100.0, 60.0), Rotation(30.0, 10.0, 0.0)),
        Structure("exponential", 0.35, (220.0, 220.0, 80.0)),
    ),
)
GRID = Grid((1000.0, 2000.0, 300.0), (20.0, 20.0, 10.0), (6, 5, 4), rotation_deg=20.0)


def existing(count: int = 12, seed: int = 1) -> F8:
    """Places within the grid."""
    share = np.random.default_rng(seed).uniform(0.0, 1.0, (count, 3))
    return GRID.to_world(share * np.multiply(GRID.size, GRID.shape))


def holes(count: int = 8, seed: int = 2, *, equal: bool = True) -> PlannedHoles:
    """Holes from above the grid, in any direction."""
    rng = np.random.default_rng(seed)
    plan = np.column_stack(
        [rng.uniform(0, 120, count), rng.uniform(0, 100, count), np.full(count, 42.0)]
    )
    length = np.full(count, 40.0) if equal else rng.choice([20.0, 30.0, 45.0], count)
    return PlannedHoles(
        GRID.to_world(plan), rng.uniform(0, 360, count), rng.uniform(50, 90, count), length
    )


def covariance(model: Variogram, a: F8, b: F8) -> F8:
    """Without the nugget, all pairs, from the model's own formula."""
    structures = Variogram(0.0, model.structures)
    lags = (a[:, None] - b[None]).reshape(-1, 3)
    return structures.covariance(lags).reshape(len(a), len(b))


def points_of(support: Support) -> tuple[F8, F8]:
    """Points of all blocks (m p, 3), and the matrix (m, m p) that averages them."""
    centres, p = GRID.centroids(), len(support.offsets_m)
    points = (centres[:, None] + support.offsets_m[None]).reshape(-1, 3)
    return points, np.kron(np.eye(len(centres)), np.full((1, p), 1.0 / p))


def sums_given(
    sums: F8, places: F8, noise: F8, support: Support, *, known_mean: bool
) -> tuple[F8, F8]:
    """Covariance of sums (q, n blocks) before and given samples, the mean known or not."""
    points, average = points_of(support)
    f = sums @ average
    before = f @ covariance(MODEL, points, points) @ f.T
    k = covariance(MODEL, places, places) + np.diag(noise)
    c = covariance(MODEL, places, points) @ f.T
    inverse = np.linalg.inv(k)
    after = before - c.T @ inverse @ c
    if not known_mean:
        ones = np.ones((len(places), 1))
        short = f.sum(axis=1, keepdims=True).T - ones.T @ inverse @ c
        after += short.T @ short / (ones.T @ inverse @ ones)
    return before, after


def problem(
    planned: PlannedHoles,
    sums: F8,
    limits: Limits,
    *,
    known_mean: bool = False,
    sample_m: float = 10.0,
    model: Variogram = MODEL,
    places: F8 | None = None,
) -> Problem:
    """A problem of variance, on the small grid."""
    targets = Targets.of_fields(GRID, {str(i): row for i, row in enumerate(sums)})
    prior = GaussianPrior(
        planned.samples(sample_m), targets, model, Support.block(GRID, (2, 2, 1)),
        existing() if places is None else places, known_mean=known_mean,
    )  # fmt: skip
    return Problem(planned, prior, Utility.variance(len(sums)), limits)


def value_of(found: Problem, chosen: Sequence[int]) -> float:
    """Utility of some holes by one dense solve."""
    prior, k = found.prior, found.prior.samples.width
    if not chosen:
        return 0.0
    rows = np.array(list(chosen))
    c = np.concatenate([prior.column(j)[rows].reshape(-1, k) for j in rows], axis=1)
    c = c + np.diag(prior.noise[rows].ravel())
    g = prior.cross[rows].reshape(len(c), -1)
    return float(found.utility.value((g * np.linalg.solve(c, g)).sum(axis=0)))


def best_subset(found: Problem) -> tuple[float, tuple[int, ...]]:
    """The best of all subsets within the limits."""
    best: tuple[float, tuple[int, ...]] = (0.0, ())
    for size in range(1, len(found) + 1):
        for chosen in itertools.combinations(range(len(found)), size):
            if (found.uses[:, list(chosen)].sum(axis=1) <= 1 + 1e-9).all():
                best = max(best, (value_of(found, chosen), chosen))
    return best
