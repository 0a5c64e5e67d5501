"""Models of one variable: fitted to its variograms, or to those of its normal scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.variogram_records import VariogramRun
from orefield.commands.deposit.variogram_samples import NORMAL_SCORES
from orefield.core import ModelError
from orefield.deposit.job.fit_settings import FitSettings
from orefield.deposit.samples import Samples
from orefield.deposit.simulation import Anamorphosis
from orefield.deposit.variography import (
    Fitted,
    Goodness,
    Held,
    ScoreLink,
    back_transformed,
    fit_variogram,
    normal_scores,
)
from orefield.deposit.variography.fit_points import FitPoints
from orefield.deposit.variography.fitting import judge

_F8 = NDArray[np.float64]

_LITTLE = 0.5
"""A model that explains less than this of the points' variation is warned of."""

_FAR = 0.05
"""A nested model further from what came back, over the sill, is told of."""


@dataclass(frozen=True, eq=False)
class ScoresOf:
    """Normal scores of a value among the samples, and the way back.

    Attributes
    ----------
    column : str
        What the samples call them.
    link : ScoreLink
    variance : float
        Of the values, with declustering weights where there are any.
    score_variance : float
        The same of the scores: one, or less where values repeat.
    """

    column: str
    link: ScoreLink
    variance: float
    score_variance: float


def scored(
    samples: Samples, names: Sequence[str], weights: _F8 | None
) -> tuple[Samples, dict[str, ScoresOf]]:
    """Samples with normal scores of some values beside them.

    Parameters
    ----------
    samples : Samples
        Values are NaN where not measured.
    names : sequence of str
        Values; one that was measured at fewer than two samples gets no scores.
    weights : ndarray of shape (n,), optional
        Declustering weights; samples without any count for scores, not for the distribution.

    Raises
    ------
    ModelError
        For weights that are negative, or nothing together.
    """
    out: dict[str, ScoresOf] = {}
    for name in names:
        values = samples[name]
        scores = normal_scores(values, weights)
        use = ~np.isnan(values) if weights is None else ~np.isnan(values) & (weights > 0)
        if use.sum() < 2 or np.ptp(values[use]) == 0:
            continue
        share = np.ones(int(use.sum())) if weights is None else weights[use]
        of = [Anamorphosis.fit(v[use], share) for v in (values, scores)]
        column = f"{NORMAL_SCORES} of {name}"
        while column in samples.values:
            column += "'"
        samples = samples.with_values(**{column: scores})
        level = [float(np.cov(v[use], aweights=share, ddof=0)) for v in (values, scores)]
        link = ScoreLink.of(of[0].coefficients, of[1].coefficients)
        out[name] = ScoresOf(column, link, level[0], level[1])
    return samples, out


def fitted_to_values(run: VariogramRun, fit: FitSettings) -> Fitted:
    """A model of the run's own points.

    Raises
    ------
    ModelError
        As :func:`orefield.deposit.variography.fit_variogram`, naming the run.
    """
    held = fit.held
    note: tuple[str, ...] = ()
    if fit.down_hole and run.down_hole is not None:
        use = run.down_hole.known & (run.down_hole.pairs >= fit.min_pairs)
        if use.sum() >= 3:
            along = fit_variogram(
                [run.down_hole], kinds=fit.kinds, weights=fit.weights, min_pairs=fit.min_pairs
            )
            most = held.sill if held.sill is not None else float(np.inf)
            nugget = min(along.variogram.nugget, most)
            held = replace(held, nugget=nugget)
            note = (f"nugget {nugget:.4g} read down the hole",)
    try:
        found = fit_variogram(
            run.directional,
            structures=fit.structures,
            kinds=fit.kinds,
            held=held,
            weights=fit.weights,
            isotropic=fit.isotropic,
            min_pairs=fit.min_pairs,
        )
    except ModelError as error:
        raise _named(run, error) from None
    if found.goodness.weighted_r2 < _LITTLE:
        other = "" if run.measured.endswith(NORMAL_SCORES) else "normal scores, "
        note = (*note, f"the model explains little: try {other}a domain or a top-cut")
    return replace(found, notes=(*note, *found.notes))


def fitted_to_scores(run: VariogramRun, way: ScoresOf, fit: FitSettings) -> Fitted:
    """A model of the run's values by way of ``run.scores``, which has a model already.

    Its goodness is that of the model among the points of the values themselves.

    Raises
    ------
    ModelError
        As :func:`orefield.deposit.variography.back_transformed`, naming the run.
    """
    assert run.scores is not None
    assert run.scores.fitted is not None
    by_scores = run.scores.fitted
    try:
        found = back_transformed(
            by_scores.variogram,
            way.link,
            way.variance,
            flat=all(abs(c.direction.unit()[2]) < 1e-9 for c in run.directional),
            structures=fit.structures,
            kinds=fit.kinds,
            held=fit.held,
        )
        goodness = _judged(run, found, fit)
    except ModelError as error:
        raise _named(run, error) from None
    sill = "the variance of the values" if fit.held.sill is None else "as given"
    off = found.goodness.worst_of_sill
    notes = (
        f"fitted to {NORMAL_SCORES} and taken back; the sill is {sill}",
        *([f"up to {off:.1%} of the sill from what came back"] if off > _FAR else []),
        *(f"{NORMAL_SCORES}: {note}" for note in by_scores.notes),
    )
    return Fitted(found.variogram, goodness, by_scores.tried, notes)


def score_settings(fit: FitSettings, way: ScoresOf) -> FitSettings:
    """How scores are fitted: of what is given by hand of values, the rotation and the nugget.

    The nugget goes through the way back; ranges and sills of structures are for the values. The
    sill is the variance of the scores: where points go on rising beyond it, as in a trend, no model
    of a stationary field follows, and a range further than the furthest lag would tell nothing.
    """
    nugget, total = fit.held.nugget, fit.held.sill or way.variance
    if nugget is not None:
        kept = float(way.link.of_scores(np.array(max(1.0 - nugget / total, 0.0))))
        nugget = way.score_variance * (1.0 - kept)
    return replace(
        fit, held=Held(nugget=nugget, rotation=fit.held.rotation, sill=way.score_variance)
    )


def of_unit_sill(fit: FitSettings) -> FitSettings:
    """Settings for a value that was turned into normal scores: of sill 1, as simulation takes them,
    unless another is given by hand.
    """
    if fit.held.sill is not None:
        return fit
    return replace(fit, held=replace(fit.held, sill=1.0))


def _judged(run: VariogramRun, found: Fitted, fit: FitSettings) -> Goodness:
    points = FitPoints.of(run.directional, min_pairs=fit.min_pairs)
    model = found.variogram
    weight = points.weights(fit.weights, model.gamma(points.lags_m))
    return judge(model, run.directional, points, weight)


def _named(run: VariogramRun, error: ModelError) -> ModelError:
    where = ": ".join(filter(None, (run.name, error.where)))
    return ModelError(error.what, where=where, fix=error.fix)
