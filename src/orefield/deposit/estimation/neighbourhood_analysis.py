"""Kriging neighbourhood analysis: what block size, samples, search and points are good for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.collocated import Collocated
from orefield.deposit.estimation.kriging import kriging_estimator
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.support import Support
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram

Three = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Choices:
    """What is tried, one thing at a time, the rest as in the plan.

    Attributes
    ----------
    block_sizes_m : sequence of (float, float, float)
    max_samples : sequence of int
    times : sequence of float
        Factors on the search's ranges.
    discretisations : sequence of (int, int, int)
    """

    block_sizes_m: Sequence[tuple[float, float, float]] = ()
    max_samples: Sequence[int] = (4, 8, 12, 16, 24, 32, 48)
    times: Sequence[float] = (0.5, 0.75, 1.0, 1.5, 2.0)
    discretisations: Sequence[Three] = ((1, 1, 1), (2, 2, 2), (3, 3, 3), (5, 5, 5))


@dataclass(frozen=True, slots=True)
class NeighbourhoodCase:
    """One case of a neighbourhood analysis: means over the blocks that it estimates.

    Attributes
    ----------
    what, setting : str
        What was varied, and to what.
    estimated : float
        Share of the blocks that have an estimate.
    efficiency, slope, variance, support : float
        Kriging efficiency, slope of regression, kriging variance, variance of the block; NaN
        when no block is estimated.
    negative : float
        Mean sum of negative weights.
    samples : float
        Mean number of samples.
    """

    what: str
    setting: str
    estimated: float
    efficiency: float
    slope: float
    variance: float
    support: float
    negative: float
    samples: float


def neighbourhood_analysis(
    samples: Samples,
    value: str,
    grid: Grid,
    variogram: Variogram,
    search: Search,
    *,
    discretisation: Three = (3, 3, 3),
    choices: Choices | None = None,
    inside: NDArray[np.bool_] | None = None,
    blocks: int = 500,
    collocated: Collocated = "error",
    threads: int = 1,
) -> list[NeighbourhoodCase]:
    """Kriging efficiency and slope as the neighbourhood changes, on the same blocks.

    Grades play no part: it is the samples' places and the variogram that count. (Vann, Jackson
    and Bertoli, 2003, "Quantitative kriging neighbourhood analysis for the mining geologist".)

    Parameters
    ----------
    samples, value, variogram, search, collocated, threads
        As for :func:`krige`, of the plan.
    grid : Grid
        Of the plan; other block sizes are about the same middles.
    discretisation : (int, int, int)
        Of the plan.
    choices : Choices, optional
        What else is tried.
    inside : ndarray of shape (grid.n,), bool, optional
        Blocks in question; all if left out.
    blocks : int
        Blocks looked at, spread evenly over those in question.

    Raises
    ------
    ModelError
        When there is no block in question, and as :func:`krige`.
    """
    among = np.arange(grid.n) if inside is None else np.flatnonzero(inside)
    if not among.size or blocks < 1:
        raise ModelError("no block is to be looked at", fix="name a domain that has blocks")
    chosen = np.unique(np.linspace(0, among.size - 1, min(blocks, among.size)).round().astype(int))
    centres = np.concatenate([grid.centres(i, i + 1) for i in among[chosen].tolist()])
    out = []
    for what, setting, size, points, one in _cases(grid, discretisation, search, choices):
        block = Support.block(replace(grid, size=size, shape=(1, 1, 1)), points)
        ready = kriging_estimator(
            samples, value, variogram, one, support=block, collocated=collocated
        )
        found = ready.at(centres, threads=threads)
        there = found.take(found.estimated)

        def mean(column: NDArray[np.floating] | NDArray[np.integer]) -> float:
            return float(np.mean(column)) if column.size else float("nan")

        out.append(
            NeighbourhoodCase(
                what, setting, len(there) / len(centres), mean(there.efficiency),
                mean(there.slope), mean(there.variance), mean(there.support),
                mean(there.negative), mean(there.samples),
            )
        )  # fmt: skip
    return out


def _cases(
    grid: Grid, points: Three, search: Search, choices: Choices | None
) -> Iterator[tuple[str, str, tuple[float, float, float], Three, Search]]:
    tried = choices or Choices()
    yield "plan", _by(grid.size), grid.size, points, search
    for size in tried.block_sizes_m:
        yield "block size, m", _by(size), size, points, search
    for most in tried.max_samples:
        least = min(search.min_samples, most)
        one = replace(search, max_samples=most, min_samples=least)
        yield "samples at most", str(most), grid.size, points, one
    for times in tried.times:
        x, y, z = (times * r for r in search.ellipsoid.ranges_m)
        wider = replace(search, ellipsoid=Ellipsoid((x, y, z), search.ellipsoid.rotation))
        yield "search, times", f"{times:g}", grid.size, points, wider
    for other in tried.discretisations:
        yield "points a block", _by(other), grid.size, other, search


def _by(numbers: Sequence[float]) -> str:
    return " x ".join(f"{v:g}" for v in numbers)
