"""Experimental variograms of samples: every pair within reach, by direction and lag."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples
from orefield.deposit.variography.directions import ALL_DIRECTIONS, Direction, Lags
from orefield.kernels import variogram_pairs as kernel
from orefield.kernels.variogram_leaves import split

_F8 = NDArray[np.float64]

Measure = Literal[
    "semivariogram", "madogram", "pairwise_relative", "general_relative", "correlogram"
]
"""One of :data:`MEASURES`."""

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""What is averaged over pairs: half the squared difference; half the difference; half the
squared difference over the pair's mean, squared; the semivariogram over the squared mean of
the lag; one less the correlation of the two ends."""

_KERNEL = {"madogram": kernel.MADOGRAM, "pairwise_relative": kernel.PAIRWISE_RELATIVE}
_LEAF = 16
_SHARES, _LEAVES_A_SHARE = 64, 64
"""The work is cut the same on any number of threads, so that sums round the same."""


@dataclass(frozen=True, eq=False)
class Experimental:
    """One experimental variogram.

    Attributes
    ----------
    values : (str, str)
        The variables; the same twice unless it is a cross variogram.
    measure : str
        One of :data:`MEASURES`.
    direction : Direction
        Where pairs were looked for.
    pairs : ndarray of shape (k,), int64
        Pairs by lag. Where it is 0, ``distance_m`` and ``gamma`` are NaN.
    distance_m : ndarray of shape (k,)
        Mean distance of the pairs.
    gamma : ndarray of shape (k,)
        The measure. NaN, too, for a relative measure or correlogram of a lag whose ends have
        no mean or no variance to relate to.
    variance : float
        Variance of the samples used, or their covariance: what a sill is compared with.
        1 for a correlogram; NaN for a madogram and the relative ones, which have no such level.
    samples : int
        Samples that have both variables.
    collocated : int
        Pairs of samples at one place, of any variable.
    """

    values: tuple[str, str]
    measure: Measure
    direction: Direction
    pairs: NDArray[np.int64]
    distance_m: _F8
    gamma: _F8
    variance: float
    samples: int
    collocated: int

    @property
    def name(self) -> str:
        """The variable, or both."""
        a, b = self.values
        return a if a == b else f"{a} x {b}"

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Lags with a result, shape (k,)."""
        return (self.pairs > 0) & np.isfinite(self.gamma)

    def lags_m(self) -> _F8:
        """Lag vectors: mean distance along the direction, shape (k, 3); NaN without pairs."""
        return np.asarray(self.distance_m[:, None] * self.direction.unit())


def experimental(
    samples: Samples,
    values: Sequence[str],
    lags: Lags,
    directions: Sequence[Direction] = (ALL_DIRECTIONS,),
    *,
    measure: Measure = "semivariogram",
    cross: bool = False,
    exclusive: bool = False,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Experimental]:
    """Experimental variograms of several variables in several directions, in one pass over pairs.

    Counts are exact, and sums do not depend on the number of threads. A cross variogram takes
    the pairs of samples that both have both variables. A pair whose mean is zero has no
    pairwise relative difference and is left out of it.

    Parameters
    ----------
    samples : Samples
        NaN where not measured.
    values : sequence of str
        Variables.
    lags : Lags
        Classes of distance.
    directions : sequence of Direction
        All of them looked at together; they may overlap.
    measure : str
        One of :data:`MEASURES`; cross variograms are semivariograms.
    cross : bool
        Cross variograms of every two variables, besides the direct ones.
    exclusive : bool
        A pair counts in the first direction that takes it, not in every one.
    threads : int, optional
        As many as there are cores when left out.
    progress : callable, optional
        Told the share done.

    Returns
    -------
    list of Experimental
        By variable (direct ones first, then cross), and by direction within.

    Raises
    ------
    ModelError
        For an unknown variable or measure, or fewer than two samples.
    """
    combos, pairs_of = _combinations(values, measure, cross)
    if not directions:
        raise ModelError("no direction of a variogram", fix="give at least one")
    table = np.column_stack([samples[name] for name in values])
    use = ~np.isnan(table).all(axis=1)
    if use.sum() < 2:
        raise ModelError(
            f"{int(use.sum())} sample with a value of {', '.join(values)}: there are no pairs",
            fix="a variogram takes two samples or more",
        )
    table, xyz, hole = table[use], samples.xyz_m[use], samples.hole[use]
    centre = np.nanmean(table, axis=0) if measure == "correlogram" else np.zeros(len(values))
    counts, sums, collocated = _gather(
        xyz, table - centre, hole, lags, directions, combos, exclusive, threads, progress
    )
    out = []
    for c, (u, v) in enumerate(pairs_of):
        both = ~np.isnan(table[:, u] + table[:, v])
        variance = _level(table[both, u], table[both, v], measure)
        for d, direction in enumerate(directions):
            n = counts[d, :, c]
            total = sums[d, :, c]
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = total / n[:, None]
                gamma = _measured(mean, measure)
            out.append(
                Experimental(
                    (values[u], values[v]),
                    measure,
                    direction,
                    n,
                    mean[:, 1],
                    gamma,
                    variance,
                    int(both.sum()),
                    collocated,
                )
            )
    return out


def of_arrays(xyz_m: _F8, values: Mapping[str, _F8]) -> Samples:
    """Samples of plain arrays: positions (n, 2) or (n, 3) in m, and values (n,) by name."""
    xyz = np.asarray(xyz_m, dtype=np.float64)
    if xyz.ndim == 2 and xyz.shape[1] == 2:
        xyz = np.column_stack([xyz, np.zeros(len(xyz))])
    return Samples(xyz, values)


def _combinations(
    values: Sequence[str], measure: str, cross: bool
) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    if measure not in MEASURES:
        raise ModelError(f"unknown measure '{measure}'", fix=f"one of {', '.join(MEASURES)}")
    if not values or len(set(values)) != len(values):
        raise ModelError(f"variables of variograms are {tuple(values)}", fix="name each once")
    if cross and measure != "semivariogram":
        raise ModelError(
            f"cross variograms are semivariograms, not '{measure}'", fix="leave one of them out"
        )
    v = len(values)
    pairs = [(i, i) for i in range(v)]
    if cross:
        pairs += [(i, j) for i in range(v) for j in range(i + 1, v)]
    what = _KERNEL.get(measure, kernel.SEMIVARIANCE)
    return np.array([(u, w, what) for u, w in pairs], dtype=np.int64), pairs


def _gather(
    xyz: _F8,
    table: _F8,
    hole: NDArray[np.int32],
    lags: Lags,
    directions: Sequence[Direction],
    combos: NDArray[np.int64],
    exclusive: bool,
    threads: int | None,
    progress: Callable[[float], None] | None,
) -> tuple[NDArray[np.int64], _F8, int]:
    order, starts, boxes = split(xyz, _LEAF)
    packed = [direction.packed() for direction in directions]
    fixed = (
        np.ascontiguousarray(xyz[order]),
        np.ascontiguousarray(table[order]),
        np.ascontiguousarray(hole[order]),
        starts,
        boxes,
        np.array(lags.low),
        np.array(lags.high),
        lags.table(),
        np.array([p[0] for p in packed], dtype=np.int64),
        np.array([p[1] for p in packed], dtype=np.int64),
        np.array([p[2] for p in packed]),
        combos,
        exclusive,
    )
    leaves = len(starts) - 1
    shares = min(leaves, max(_SHARES, leaves // _LEAVES_A_SHARE))
    shape = (len(directions), len(lags), len(combos))
    counts, sums, collocated = np.zeros(shape, np.int64), np.zeros((*shape, kernel.SUMS)), 0
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        parts = pool.map(lambda first: kernel.gather(first, shares, *fixed), range(shares))
        for done, (n, s, same) in enumerate(parts, 1):
            counts += n
            sums += s
            collocated += same
            if progress is not None:
                progress(done / shares)
    return counts, sums, collocated


def _measured(mean: _F8, measure: str) -> _F8:
    """The measure of lags (k,) from means of sums (k, SUMS)."""
    if measure == "general_relative":
        level = 0.5 * mean[:, 2]
        return np.asarray(np.where(level != 0, mean[:, 0] / level**2, np.nan))
    if measure == "correlogram":
        level, square, product = 0.5 * mean[:, 2], 0.5 * mean[:, 5], 0.5 * mean[:, 4]
        spread = square - level**2
        some = spread > 1e-12 * np.abs(square)
        return np.asarray(np.where(some, 1.0 - (product - level**2) / spread, np.nan))
    return mean[:, 0]


def _level(a: _F8, b: _F8, measure: str) -> float:
    if measure == "correlogram":
        return 1.0
    if measure != "semivariogram" or len(a) == 0:
        return float("nan")
    return float(np.mean((a - a.mean()) * (b - b.mean())))
