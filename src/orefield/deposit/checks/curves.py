"""Grade-tonnage curves of samples, estimate and realisations: what smoothing does to ore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.checks.subject import Subject
from orefield.deposit.simulation.anamorphosis import Anamorphosis

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """What is left as the cut-off rises, of one support.

    Attributes
    ----------
    name : str
    share : ndarray of shape (..., c)
        Share of rock at or above each cut-off.
    grade : ndarray of shape (..., c)
        Its mean grade; NaN where nothing is left.
    """

    name: str
    share: _F8
    grade: _F8

    @property
    def metal(self) -> _F8:
        """Share times grade: metal in a tonne of all rock, in units of grade."""
        return np.where(self.share > 0, self.share * np.nan_to_num(self.grade), 0.0)


@dataclass(frozen=True, eq=False)
class Curves:
    """Grade-tonnage curves on the same cut-offs.

    Attributes
    ----------
    cutoffs : ndarray of shape (c,)
    samples, nearest, estimate : Curve
        Declustered samples; nearest neighbours (samples' support on blocks); estimate.
    blocks : Curve or None
        What blocks should have, by a change of support of the samples' distribution.
    realised : Curve or None
        Arrays of shape (r, c).
    """

    cutoffs: _F8
    samples: Curve
    nearest: Curve
    estimate: Curve
    blocks: Curve | None
    realised: Curve | None


def curve(name: str, values: _F8, weights: _F8, cutoffs: _F8) -> Curve:
    """Share and mean grade at or above each cut-off; NaN values are below all of them.

    Raises
    ------
    ModelError
        When nothing weighs anything.
    """
    total = float(weights.sum())
    if not total > 0:
        raise ModelError(f"'{name}' has no tonnes to draw a curve of")
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    ranked, weight = values[known][order], weights[known][order]
    # from the richest down, so that high cut-offs keep their digits
    rock = np.append(np.cumsum(weight[::-1])[::-1], 0.0)
    metal = np.append(np.cumsum((weight * ranked)[::-1])[::-1], 0.0)
    first = np.searchsorted(ranked, cutoffs, side="left")
    ore = rock[first]
    grade = np.divide(metal[first], ore, out=np.full(len(cutoffs), np.nan), where=ore > 0)
    return Curve(name, ore / total, grade)


def curves(
    subject: Subject, cutoffs: Sequence[float] | _F8, block_variance: float | None = None
) -> Curves:
    """Curves of every support that there is.

    Parameters
    ----------
    subject : Subject
        The domain.
    cutoffs : sequence of float
        In the grade's unit.
    block_variance : float, optional
        Share of the samples' variance that blocks keep; see
        :func:`orefield.deposit.checks.variance_left`. The blocks' curve is then that of the
        discrete Gaussian model (:class:`orefield.deposit.simulation.Anamorphosis`).

    Raises
    ------
    ModelError
        For no cut-off, or one that is not finite.
    """
    levels = np.unique(np.asarray(cutoffs, dtype=np.float64))
    if not levels.size or not np.isfinite(levels).all():
        raise ModelError(f"cut-offs {list(cutoffs)}", fix="give finite cut-offs")
    own = subject.blocks
    weight = subject.ground.tonnes[own]
    made = curve("estimate", subject.ground.grade[own], weight, levels)
    points = curve("samples, declustered", subject.values, subject.weights, levels)
    nearest = curve("nearest neighbour", subject.nearest[own], weight, levels)
    theory = None
    if block_variance is not None:
        theory = _theory(subject, levels, block_variance)
    realised = None
    if subject.draws is not None:
        each = [
            curve("realisation", np.asarray(subject.draws[r], np.float64)[own], weight, levels)
            for r in range(len(subject.draws))
        ]
        realised = Curve(
            "realisations", np.array([c.share for c in each]), np.array([c.grade for c in each])
        )
    return Curves(levels, points, nearest, made, theory, realised)


def _theory(subject: Subject, levels: _F8, block_variance: float) -> Curve | None:
    """Blocks by the discrete Gaussian model; ``None`` where samples or blocks are all alike."""
    heavy = subject.weights > 0
    values = subject.values[heavy]
    if not (np.ptp(values) > 0 and 0 < block_variance <= 1):
        return None
    model = Anamorphosis.fit(values, subject.weights[heavy])
    support = model.support(block_variance)
    found = np.array([model.recovered(float(level), support) for level in levels])
    share, metal = found.T
    grade = np.divide(metal, share, out=np.full(len(levels), np.nan), where=share > 0)
    return Curve("blocks, in theory", share, grade)


def even_cutoffs(subject: Subject, count: int = 25) -> _F8:
    """Cut-offs from the least grade (or zero) to the one that 2 % of the samples exceed."""
    order = np.argsort(subject.values, kind="stable")
    reached = np.cumsum(subject.weights[order])
    top = float(subject.values[order][min(int(np.searchsorted(reached, 0.98)), len(order) - 1)])
    low = min(0.0, float(subject.values.min()))
    return np.linspace(low, top if top > low else low + 1.0, count)
