"""Normal scores: any distribution to a standard normal one, and back, with tails."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

TailKind = Literal["linear", "power", "hyperbolic"]
Ties = Literal["random", "local", "spread"]
_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Tail:
    """What lies beyond the least or the greatest value.

    Parameters
    ----------
    limit : float
        The least, or greatest, value there can be. A hyperbolic tail takes infinity, too.
    kind : {"linear", "power", "hyperbolic"}
        How quantiles go from the outermost value ``z1`` (of probability ``p1`` beyond it) to the
        limit, at a probability ``p`` beyond. With a power, below:
        ``limit + (z1 - limit) (p / p1) ** (1 / power)``; above:
        ``z1 + (limit - z1) (1 - p / p1) ** (1 / power)``. Linear is a power of one. Hyperbolic is
        a Pareto tail of exponent ``power``, cut at the limit so that it ends there with
        probability 0, for upper tails of positive values only.
    power : float, optional
        Positive; 1 unless told otherwise, 1.5 in a hyperbolic tail. A power below 1 draws values
        down, towards the limit below and the outermost value above; more than 1 draws them up.

    Raises
    ------
    ModelError
        For an unknown kind, or a power that is not positive.

    Notes
    -----
    From memory of Deutsch and Journel, GSLIB (1998), section V.1.6, but for the cut of the
    hyperbolic tail, which makes it continuous up to the limit and so invertible.
    """

    limit: float
    kind: TailKind = "linear"
    power: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(TailKind):
            raise ModelError(
                f"unknown tail '{self.kind}'", fix=f"use one of {', '.join(get_args(TailKind))}"
            )
        if math.isnan(self.limit) or (math.isinf(self.limit) and self.kind != "hyperbolic"):
            raise ModelError(f"a {self.kind} tail has the limit {self.limit:g}", fix="a number")
        if self.kind == "linear" and self.power is not None:
            raise ModelError("a linear tail has no power", fix="leave it out, or use 'power'")
        power = {"power": 1.0, "hyperbolic": 1.5}.get(self.kind, 1.0)
        chosen = power if self.power is None else float(self.power)
        if not (math.isfinite(chosen) and chosen > 0):
            raise ModelError(f"a tail has the power {chosen:g}", fix="give more than zero")
        if self.kind != "linear":
            object.__setattr__(self, "power", chosen)

    def quantile(self, share: _F8, end: float) -> _F8:
        """Values at ``share`` = p / p1 of the probability beyond the outermost value ``end``."""
        power = self.power or 1.0
        if self.kind != "hyperbolic":
            if self.limit > end:
                return np.asarray(end + (self.limit - end) * (1.0 - share) ** (1.0 / power))
            return np.asarray(self.limit + (end - self.limit) * share ** (1.0 / power))
        # in u = (z / end) ** -power, uniform from the limit's to one
        last = 0.0 if math.isinf(self.limit) else (self.limit / end) ** -power
        return np.asarray(end * (last + (1.0 - last) * share) ** (-1.0 / power))

    def share(self, values: _F8, end: float) -> _F8:
        """The inverse of :meth:`quantile`."""
        power = self.power or 1.0
        if self.kind != "hyperbolic":
            width = end - self.limit
            if width == 0.0:
                return np.ones_like(values)
            if width < 0.0:
                return np.asarray(1.0 - np.clip((end - values) / width, 0.0, 1.0) ** power)
            return np.asarray(np.clip((values - self.limit) / width, 0.0, 1.0) ** power)
        last = 0.0 if math.isinf(self.limit) else (self.limit / end) ** -power
        if last >= 1.0:
            return np.ones_like(values)
        found = ((values / end) ** -power - last) / (1.0 - last)
        return np.asarray(np.clip(found, 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class NormalScores:
    """A monotone transform to standard normal scores and back.

    Build it with :meth:`fit`.

    Attributes
    ----------
    values : ndarray of shape (m,)
        Values of the data in ascending order; equal ones repeat.
    scores : ndarray of shape (m,)
        Their scores, strictly ascending.
    data_scores : ndarray of shape (m,)
        Scores of the data in the order in which they were given; equal values differ.
    lower, upper : Tail
    """

    values: _F8
    scores: _F8
    data_scores: _F8
    lower: Tail
    upper: Tail

    @classmethod
    def fit(
        cls,
        values: _F8,
        *,
        weights: _F8 | None = None,
        lower: Tail | None = None,
        upper: Tail | None = None,
        ties: Ties = "random",
        xyz_m: _F8 | None = None,
        seed: int = 0,
    ) -> NormalScores:
        """The transform of these data.

        Parameters
        ----------
        values : ndarray of shape (m,)
            Finite.
        weights : ndarray of shape (m,), optional
            Declustering weights, positive; equal when left out.
        lower, upper : Tail, optional
            Left out, the transform ends at the least and greatest value.
        ties : {"random", "local", "spread"}
            How equal values are ordered, so that each has a score of its own: at random (from
            ``seed``; the same data give the same scores), by the average of their 8 nearest
            samples (needs ``xyz_m``), or in the order of the file.
        xyz_m : ndarray of shape (m, 3), optional
            Positions (m), for ``ties="local"``.
        seed : int
            For ``ties="random"``.

        Raises
        ------
        ModelError
            When fewer than two values differ, a value is not finite, a weight is not positive,
            or values lie beyond a tail's limit.
        """
        data = np.asarray(values, dtype=np.float64)
        share = _shares(data, weights)
        if data.min() == data.max():
            raise ModelError(
                f"all {data.size} values are {data.min():g}", fix="there is nothing to simulate"
            )
        low = lower or Tail(float(data.min()))
        high = upper or Tail(float(data.max()))
        _within(data, low, high)
        order = np.lexsort((_tie_breaker(data, ties, xyz_m, seed), data))
        running = np.cumsum(share[order])
        middle = running - 0.5 * share[order]
        # from the nearer end, so that the upper tail keeps its digits
        above = (np.cumsum(share[order][::-1]) - 0.5 * share[order][::-1])[::-1]
        scores = np.where(middle < 0.5, special.ndtri(middle), -special.ndtri(above))
        if not (np.diff(scores) > 0).all():
            raise ModelError(
                "weights differ so much that scores coincide", fix="check the weights for slips"
            )
        data_scores = np.empty_like(scores)
        data_scores[order] = scores
        return cls(data[order], scores, data_scores, low, high)

    def forward(self, values: _F8) -> _F8:
        """Scores of values (any shape). A value that repeats in the data gets its middle score.

        Raises
        ------
        ModelError
            When a value lies beyond a tail's limit, or is not finite.
        """
        z = np.asarray(values, dtype=np.float64)
        _within(z, self.lower, self.upper)
        ends, first, counts = np.unique(self.values, return_index=True, return_counts=True)
        middle = 0.5 * (self.scores[first] + self.scores[first + counts - 1])
        out = np.interp(z, ends, middle)
        # between two values of which one repeats, from the nearer ends of their scores
        at = np.clip(np.searchsorted(ends, z) - 1, 0, ends.size - 2)
        low, high = self.scores[first + counts - 1][at], self.scores[first][at + 1]
        part = (z - ends[at]) / (ends[at + 1] - ends[at])
        between = (z > ends[at]) & (z < ends[at + 1])
        out = np.where(between, low + part * (high - low), out)
        below, above = z < ends[0], z > ends[-1]
        p = special.ndtr(self.scores[0]) * self.lower.share(z[below], ends[0])
        out[below] = special.ndtri(np.maximum(p, _LEAST))
        p = special.ndtr(-self.scores[-1]) * self.upper.share(z[above], ends[-1])
        out[above] = -special.ndtri(np.maximum(p, _LEAST))
        return np.asarray(out)

    def back(self, scores: _F8) -> _F8:
        """Values of scores (any shape)."""
        y = np.asarray(scores, dtype=np.float64)
        out = np.interp(y, self.scores, self.values)
        below, above = y < self.scores[0], y > self.scores[-1]
        share = special.ndtr(y[below]) / special.ndtr(self.scores[0])
        out[below] = self.lower.quantile(share, float(self.values[0]))
        share = special.ndtr(-y[above]) / special.ndtr(-self.scores[-1])
        out[above] = self.upper.quantile(share, float(self.values[-1]))
        return np.asarray(out)


_LEAST = 1e-300
"""A probability of nothing has no score; this one's is -37."""


def _shares(data: _F8, weights: _F8 | None) -> _F8:
    if data.ndim != 1 or data.size < 2:
        raise ModelError(f"{data.size} values make no distribution", fix="give two or more")
    if not np.isfinite(data).all():
        bad = int(np.flatnonzero(~np.isfinite(data))[0])
        raise ModelError("a value is not finite", where=f"sample {bad}", fix="leave it out")
    if weights is None:
        return np.full(data.size, 1.0 / data.size)
    found = np.asarray(weights, dtype=np.float64)
    if found.shape != data.shape or not (np.isfinite(found) & (found > 0)).all():
        raise ModelError(
            f"{data.size} values have weights of shape {found.shape}, or one is not positive",
            fix="give a positive weight for each",
        )
    return np.asarray(found / found.sum())


def _within(data: _F8, lower: Tail, upper: Tail) -> None:
    if not np.isfinite(data).all():
        raise ModelError("a value is not finite", fix="leave it out")
    if data.size == 0:
        return
    if data.min() < lower.limit and lower.kind != "hyperbolic":
        raise ModelError(
            f"{int((data < lower.limit).sum())} values lie below the lower limit {lower.limit:g}, "
            f"the least is {data.min():g}",
            fix="lower the limit of the lower tail",
        )
    if data.max() > upper.limit:
        raise ModelError(
            f"{int((data > upper.limit).sum())} values lie above the upper limit {upper.limit:g}, "
            f"the greatest is {data.max():g}",
            fix="raise the limit of the upper tail",
        )
    if lower.kind == "hyperbolic":
        raise ModelError("a lower tail is never hyperbolic", fix="use linear or power")
    if upper.kind == "hyperbolic" and data.max() <= 0:
        raise ModelError("a hyperbolic tail needs positive values", fix="use linear or power")


def _tie_breaker(data: _F8, ties: Ties, xyz_m: _F8 | None, seed: int) -> _F8:
    if ties == "random":
        return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,))).random(data.size)
    if ties == "spread":
        return np.arange(data.size, dtype=np.float64)
    if ties != "local":
        raise ModelError(
            f"unknown rule '{ties}' for equal values", fix=f"use {', '.join(get_args(Ties))}"
        )
    if xyz_m is None or np.shape(xyz_m) != (data.size, 3):
        raise ModelError("equal values cannot be ordered by their surroundings", fix="give xyz_m")
    near = min(_NEIGHBOURS + 1, data.size)
    _, found = cKDTree(xyz_m).query(xyz_m, k=near)
    return np.asarray(data[found].mean(axis=1))
