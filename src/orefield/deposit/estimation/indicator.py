"""Multiple indicator kriging: a distribution at every place, from indicators at cut-offs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.collocated import Collocated, merged
from orefield.deposit.estimation.drift import Drift
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.estimator import Estimator, places_of, support_of
from orefield.deposit.estimation.finders import finders_of
from orefield.deposit.estimation.kriging import Groups, measured_rows
from orefield.deposit.estimation.method import KrigingMethod
from orefield.deposit.estimation.model import packed_model
from orefield.deposit.estimation.neighbours import Neighbours, Targets
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.support import Support
from orefield.deposit.samples import Samples
from orefield.deposit.variogram import Variogram


@dataclass(frozen=True, eq=False)
class IndicatorEstimates:
    """Distributions at places.

    Attributes
    ----------
    cutoffs : ndarray of shape (c,)
    estimates : Estimates
        Its values are, by column, the mean of the distribution (E-type), its variance, and the
        probability of more than each cut-off; the rest is of the kriging at the cut-off nearest
        to the median.
    """

    cutoffs: NDArray[np.float64]
    estimates: Estimates

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of the distribution, shape (m,)."""
        return self.estimates.values[:, 0]

    @property
    def variance(self) -> NDArray[np.float64]:
        """Variance of the distribution, shape (m,)."""
        return self.estimates.values[:, 1]

    @property
    def above(self) -> NDArray[np.float64]:
        """Probability of more than each cut-off, shape (m, c); it never rises along a row."""
        return self.estimates.values[:, 2:]


class IndicatorMethod:
    """Kriging of indicators, made a distribution.

    Parameters
    ----------
    methods : sequence of KrigingMethod
        One a different variogram, each on the columns of its cut-offs.
    columns : sequence of sequence of int
        The cut-offs of each method.
    class_means : ndarray of shape (c + 1,)
        Mean value below the first cut-off, between cut-offs, above the last.
    central : int
        The cut-off whose kriging is told of.
    """

    def __init__(
        self,
        methods: Sequence[KrigingMethod],
        columns: Sequence[Sequence[int]],
        class_means: NDArray[np.float64],
        central: int,
    ) -> None:
        self._methods, self._of = methods, columns
        self._means = class_means
        self._central = next(i for i, group in enumerate(columns) if central in group)

    @property
    def columns(self) -> int:
        """Mean, variance, and a probability a cut-off."""
        return len(self._means) + 1

    def solve(self, neighbours: Neighbours, targets: Targets) -> Estimates:
        """Distributions of places; none where one of the systems has no solution."""
        cutoffs = len(self._means) - 1
        share = np.empty((len(targets), cutoffs))
        parts = [method.solve(neighbours, targets) for method in self._methods]
        status = parts[self._central].status.copy()
        for part, columns in zip(parts, self._of, strict=True):
            share[:, columns] = part.values
            worse = ~np.isin(part.status, (0, 2)) & np.isin(status, (0, 2))
            status[worse] = part.status[worse]
        there = np.isin(status, (0, 2))
        values = np.full((len(targets), self.columns), np.nan)
        if there.any():
            below = order_corrected(share[there])
            edges = np.column_stack([np.zeros(len(below)), below, np.ones(len(below))])
            classes = np.diff(edges, axis=1)
            mean = classes @ self._means
            values[there, 0] = mean
            values[there, 1] = np.maximum(classes @ self._means**2 - mean**2, 0.0)
            values[there, 2:] = 1.0 - below
        return replace(parts[self._central], values=values, status=status)


def order_corrected(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares below rising cut-offs made those of a distribution.

    Clipped to 0 and 1, then the mean of an upward correction (never less than before) and a
    downward one (never more than after): Deutsch and Journel, GSLIB, 1998, section IV.1.9.

    Parameters
    ----------
    share : ndarray of shape (m, c)
        Kriged indicators of being at or below each cut-off.
    """
    clipped = np.clip(share, 0.0, 1.0)
    upward = np.maximum.accumulate(clipped, axis=1)
    downward = np.minimum.accumulate(clipped[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(0.5 * (upward + downward))


def krige_indicators(
    samples: Samples,
    value: str,
    where: Grid | NDArray[np.float64],
    cutoffs: Sequence[float],
    variogram: Variogram | Sequence[Variogram],
    search: Search | Sequence[Search],
    *,
    discretisation: tuple[int, int, int] | None = None,
    collocated: Collocated = "error",
    leave_out: Groups | None = None,
    threads: int = 1,
) -> IndicatorEstimates:
    """Multiple indicator kriging (Journel, 1983, Mathematical Geology 15(3)).

    With one variogram for all cut-offs it is median indicator kriging: one system a place. Over
    blocks, a probability is the share of the block above the cut-off, of point support.

    Parameters
    ----------
    samples, value, where, search, discretisation, collocated, leave_out, threads
        As for :func:`krige`.
    cutoffs : sequence of float
        Rising; samples lie on both sides of each.
    variogram : Variogram or sequence of Variogram
        Of indicators: one for all, or one a cut-off.

    Raises
    ------
    ModelError
        For cut-offs that do not rise or have no sample on one side, another number of
        variograms, and as :func:`krige`.
    """
    ready = indicator_estimator(
        samples, value, cutoffs, variogram, search, support=support_of(where, discretisation),
        collocated=collocated, group=None if leave_out is None else leave_out[0],
    )  # fmt: skip
    found = ready.at(
        places_of(where), leave_out=None if leave_out is None else leave_out[1], threads=threads
    )
    return IndicatorEstimates(np.asarray(cutoffs, dtype=np.float64), found)


def indicator_estimator(
    samples: Samples,
    value: str,
    cutoffs: Sequence[float],
    variogram: Variogram | Sequence[Variogram],
    search: Search | Sequence[Search],
    *,
    support: Support | None = None,
    collocated: Collocated = "error",
    group: NDArray[np.int32] | None = None,
) -> Estimator:
    """What :func:`krige_indicators` does before it looks at places.

    Raises
    ------
    ModelError
        As :func:`krige_indicators`.
    """
    rows = measured_rows(samples, (value,))
    data = samples[value][rows, None]
    kept, data = merged(samples.where(rows), data, (value,), collocated)
    rows = rows[kept]
    values, length = data[:, 0], samples.length_m[rows]
    cuts = checked_cutoffs(cutoffs, values)
    models = [variogram] * len(cuts) if isinstance(variogram, Variogram) else list(variogram)
    if len(models) != len(cuts):
        raise ModelError(
            f"{len(models)} variograms are given for {len(cuts)} cut-offs",
            fix="give one a cut-off, or one for all",
        )
    indicators = (values[:, None] <= cuts).astype(np.float64)
    groups: dict[Variogram, list[int]] = {}
    for i, model in enumerate(models):
        groups.setdefault(model, []).append(i)
    xyz, hole = samples.xyz_m[rows], samples.hole[rows]
    none = np.zeros((len(rows), 0))
    terms = Drift().fitted(xyz, none)
    methods = [
        KrigingMethod(
            xyz, indicators[:, columns], hole, packed_model(model), support or Support.point(),
            terms.at(xyz, none),
        )
        for model, columns in groups.items()
    ]  # fmt: skip
    shares = np.average(indicators, axis=0, weights=length)
    method = IndicatorMethod(
        methods, list(groups.values()), class_means(values, length, cuts),
        int(np.argmin(np.abs(shares - 0.5))),
    )  # fmt: skip
    picked = None if group is None else np.asarray(group)[rows]
    return Estimator(finders_of(xyz, hole, search, group=picked), method, terms)


def checked_cutoffs(cutoffs: Sequence[float], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut-offs that rise, with samples on both sides of each.

    Raises
    ------
    ModelError
        When they do not, or have none.
    """
    cuts = np.asarray(cutoffs, dtype=np.float64)
    if cuts.ndim != 1 or not cuts.size or not np.isfinite(cuts).all() or (np.diff(cuts) <= 0).any():
        raise ModelError(f"cut-offs are {list(cutoffs)}", fix="give rising numbers")
    for cut in cuts.tolist():
        below = int((values <= cut).sum())
        if below in (0, len(values)):
            side = "above" if below else "below"
            raise ModelError(
                f"no sample is {side} the cut-off {cut:g}",
                fix=f"samples go from {values.min():g} to {values.max():g}",
            )
    return cuts


def class_means(
    values: NDArray[np.float64], weights: NDArray[np.float64], cutoffs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean value of samples in each class between cut-offs; its middle where there is none."""
    of = np.searchsorted(cutoffs, values, side="left")
    n = len(cutoffs) + 1
    total = np.bincount(of, weights=weights, minlength=n)
    sums = np.bincount(of, weights=weights * values, minlength=n)
    edges = np.concatenate([[values.min()], cutoffs, [values.max()]])
    middle = 0.5 * (edges[1:] + edges[:-1])
    return np.asarray(np.where(total > 0, sums / np.where(total > 0, total, math.inf), middle))
