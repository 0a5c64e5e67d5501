"""Whether realisations have the samples' histogram and the model's variogram."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.checks.subject import Subject
from orefield.deposit.checks.support import block_covariance
from orefield.deposit.classification.draws import BlockDraws, Draws
from orefield.deposit.statistics.summary import quantiles as weighted_quantiles
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

AXES = ("x", "y", "z")

_LEAST_PAIRS, _MOST_PAIRS = 30, 300_000

PROBABILITIES = np.array([0.01, *np.arange(0.05, 0.96, 0.05), 0.99])
"""At which quantiles are compared."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Distribution of realisations against that of declustered samples.

    Attributes
    ----------
    quantiles : ndarray of shape (p,)
        Of the samples, at :data:`PROBABILITIES`.
    realised : ndarray of shape (r, p)
        Of each realisation.
    reached : ndarray of shape (r, p)
        Share of each realisation at or below the samples' quantiles.
    mean, variance : float
        Of declustered samples.
    means, variances : ndarray of shape (r,)
        Of each realisation.
    """

    quantiles: _F8
    realised: _F8
    reached: _F8
    mean: float
    variance: float
    means: _F8
    variances: _F8

    @property
    def largest_gap(self) -> float:
        """Largest difference of cumulative shares, realisations together against samples."""
        return float(np.abs(self.reached.mean(axis=0) - PROBABILITIES).max())

    def share_in_band(self, confidence: float = 0.90) -> float:
        """Share of probabilities at which the samples are in the realisations' central band."""
        tail = 50.0 * (1.0 - confidence)
        low, high = np.percentile(self.reached, [tail, 100.0 - tail], axis=0)
        return float(((low <= PROBABILITIES) & (high >= PROBABILITIES)).mean())


def histogram(subject: Subject, draws: Draws, inside: _MASK) -> Histogram:
    """Quantiles of realisations, and what share of them the samples' quantiles reach.

    Parameters
    ----------
    subject : Subject
        The domain.
    draws : Draws
        On any support; blocks have less variance than samples.
    inside : ndarray of bool, shape (n,)
        Nodes of the realisations that are in the subject's domain.

    Raises
    ------
    ModelError
        When no node is inside and simulated.
    """
    quantiles = weighted_quantiles(subject.values, PROBABILITIES, subject.weights)
    own = np.flatnonzero(inside & ~np.isnan(np.asarray(draws[0], np.float64)))
    if not own.size:
        raise ModelError("no node of the realisations is in the domain")
    realised = np.empty((len(draws), len(PROBABILITIES)))
    reached = np.empty_like(realised)
    means, variances = np.empty(len(draws)), np.empty(len(draws))
    for r in range(len(draws)):
        values = np.sort(np.asarray(draws[r], np.float64)[own])
        realised[r] = np.quantile(values, PROBABILITIES)
        # half of the ties below, half above: an atom's middle is its quantile
        left = np.searchsorted(values, quantiles, side="left")
        right = np.searchsorted(values, quantiles, side="right")
        reached[r] = np.clip(PROBABILITIES, left / len(values), right / len(values))
        means[r], variances[r] = values.mean(), values.var()
    return Histogram(
        quantiles, realised, reached, subject.declustered_mean, subject.declustered_variance,
        means, variances,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Continuity:
    """Semivariances of realisations along one axis of their grid, over the sill.

    Attributes
    ----------
    axis : {"x", "y", "z"}
    lags_m : ndarray of shape (k,)
    realised : ndarray of shape (r, k)
        Over the sill of the model (of blocks, where realisations are of blocks).
    model : ndarray of shape (k,)
        Over the same sill.
    nearest : ndarray of shape (k,)
        Of the nearest-neighbour model on the same pairs, over the variance of samples: whether
        the samples themselves follow the model there. NaN where it was not given.
    """

    axis: str
    lags_m: _F8
    realised: _F8
    model: _F8
    nearest: _F8

    @property
    def worst(self) -> int:
        """At which lag the mean over realisations is furthest from the model."""
        return int(np.abs(self.realised.mean(axis=0) - self.model).argmax())

    @property
    def largest_gap(self) -> float:
        """Largest difference of the mean over realisations from the model, in sills."""
        return float(np.abs(self.realised.mean(axis=0) - self.model)[self.worst])

    def share_in_band(self, confidence: float = 0.90) -> float:
        """Share of lags at which the model is inside the realisations' central band."""
        tail = 50.0 * (1.0 - confidence)
        low, high = np.percentile(self.realised, [tail, 100.0 - tail], axis=0)
        return float(((self.model >= low) & (self.model <= high)).mean())


def continuity(
    draws: Draws,
    grid: Grid,
    inside: _MASK,
    variogram: Variogram,
    variance: float,
    *,
    lags: int = 10,
    scores: Sequence[float] | _F8 | None = None,
    blocks: bool = False,
    nearest: _F8 | None = None,
) -> list[Continuity]:
    """Experimental variograms of realisations along the grid's axes, against the model.

    Realisations are compared within the domain alone, pair by pair, at lags of whole blocks up
    to a third of its extent. Semivariances of realisations are divided by the variance that they
    should have: so a realisation with too much or too little variance shows.

    Parameters
    ----------
    draws : Draws
        On ``grid``.
    grid : Grid
        Of the realisations.
    inside : ndarray of bool, shape (grid.n,)
        The domain's nodes.
    variogram : Variogram
        Of grades, with any sill; or of normal scores, with ``scores``.
    variance : float
        Of declustered samples: what the sill of the model stands for. Not used with ``scores``.
    lags : int
        How many at most along an axis.
    scores : sequence of float, optional
        Sorted table of grades, evenly in probability, that takes realisations to normal scores
        before they are compared.
    blocks : bool
        Whether values are means of blocks; the model is then regularised.
    nearest : ndarray of shape (grid.n,), optional
        Value of the nearest sample; what it has in place of realisations tells a trend of the
        deposit, which no stationary model has, from realisations that are wrong.

    Returns
    -------
    list of Continuity
        For axes with two lags at least.

    Raises
    ------
    ModelError
        For normal scores of blocks, which have no variogram of points.
    """
    if scores is not None and blocks:
        raise ModelError("the variogram of scores is of points, realisations are of blocks")
    own = inside & ~np.isnan(np.asarray(draws[0], np.float64))
    plans = []
    for a, name in enumerate(AXES):
        pairs = _pairs_along(grid, own, a, lags)
        if len(pairs) >= 2:
            plans.append((a, name, pairs, _lag_vectors(grid, a, np.array(list(pairs)))))
    scale = 1.0 if scores is not None else variance
    if not (scale > 0 and plans):
        return []
    expected = 1.0
    if blocks:
        expected = float(block_covariance(variogram, grid, np.zeros((1, 3)))[0]) / variogram.sill
    found = [np.empty((len(draws), len(pairs))) for _, _, pairs, _ in plans]
    table = None if scores is None else np.asarray(scores, dtype=np.float64)
    for r in range(len(draws)):
        values = np.array(draws[r], dtype=np.float64)
        if table is not None:
            values[own] = _to_scores(values[own], table)
        for (_, _, pairs, _), out in zip(plans, found, strict=True):
            for k, (first, second) in enumerate(pairs.values()):
                apart = values[second] - values[first]
                out[r, k] = 0.5 * float(apart @ apart) / len(apart)
    beside = _beside(nearest, table, scale)
    out_list = []
    for (a, name, pairs, vectors), values in zip(plans, found, strict=True):
        model = (
            expected - block_covariance(variogram, grid, vectors) / variogram.sill
            if blocks
            else variogram.gamma(vectors) / variogram.sill
        )
        lag_m = np.array(list(pairs), dtype=np.float64) * grid.size[a]
        near = np.array([beside(first, second) for first, second in pairs.values()])
        out_list.append(Continuity(name, lag_m, values / scale / expected, model / expected, near))
    return out_list


def _beside(
    nearest: _F8 | None, table: _F8 | None, scale: float
) -> Callable[[NDArray[np.int32], NDArray[np.int32]], float]:
    """Semivariance of nearest neighbours between nodes, over the sill."""
    if nearest is None:
        return lambda first, second: float("nan")
    values = nearest if table is None else _to_scores(nearest, table)

    def over_pairs(first: NDArray[np.int32], second: NDArray[np.int32]) -> float:
        apart = values[second] - values[first]
        return 0.5 * float(apart @ apart) / len(apart) / scale

    return over_pairs


def score_table(values: _F8, weights: _F8) -> _F8:
    """Sorted grades at 1,001 even probabilities: what takes grades to normal scores."""
    return weighted_quantiles(values, (np.arange(1001) + 0.5) / 1001, weights)


def _to_scores(values: _F8, table: _F8) -> _F8:
    # ranks of equal table entries are averaged, so that an atom gets one score
    left = np.searchsorted(table, values, side="left")
    right = np.searchsorted(table, values, side="right")
    share = np.clip(0.5 * (left + right) / len(table), 0.5 / len(table), 1 - 0.5 / len(table))
    return np.asarray(special.ndtri(share))


def _pairs_along(
    grid: Grid, own: _MASK, axis: int, most: int
) -> dict[int, tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Pairs of nodes by lag in blocks: up to a third of the domain's extent, where enough are."""
    nx, ny, nz = grid.shape
    box = own.reshape(nz, ny, nx)
    along = 2 - axis
    there = np.flatnonzero(box.any(axis=tuple(k for k in range(3) if k != along)))
    furthest = (int(there[-1] - there[0]) + 1) // 3 if there.size else 0
    if furthest < 2:
        return {}
    stride = (1, nx, nx * ny)[axis]
    node = np.arange(grid.n, dtype=np.int32).reshape(nz, ny, nx)
    out = {}
    for step in np.unique(np.linspace(1, furthest, min(most, furthest)).round().astype(np.int64)):
        first: list[slice] = [slice(None)] * 3
        second: list[slice] = [slice(None)] * 3
        first[along], second[along] = slice(None, -int(step)), slice(int(step), None)
        both = box[tuple(first)] & box[tuple(second)]
        at = node[tuple(first)][both]
        # more pairs than this tell nothing more: every so many is taken
        at = at[:: -(-len(at) // _MOST_PAIRS) or 1]
        if len(at) >= _LEAST_PAIRS:
            out[int(step)] = (at, (at + stride * step).astype(np.int32))
    return out


def _lag_vectors(grid: Grid, axis: int, steps: NDArray[np.int64]) -> _F8:
    local = np.zeros((len(steps), 3))
    local[:, axis] = steps * grid.size[axis]
    turned: _F8 = grid.to_world(local) - np.asarray(grid.origin)
    return turned


def nodes_inside(subject: Subject, draws: BlockDraws) -> tuple[BlockDraws, Grid, _MASK]:
    """Realisations on their own grid, and which of their nodes are in the subject's blocks.

    Returns
    -------
    draws, grid, inside
        ``inside`` has shape (grid.n,).
    """
    own = draws.source.place
    if not isinstance(own, Grid):
        raise ModelError("realisations are at points", fix="simulate on a grid")
    fine = BlockDraws(draws.source, draws.name, own)
    at = subject.ground.grid.locate(own.centroids())
    return fine, own, (at >= 0) & subject.blocks[np.maximum(at, 0)]
