"""What cross-validation says: samples beside what the others made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.checks.bias import regression
from orefield.deposit.checks.subject import Subject
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.checks.verdicts import Check, judged, unjudged

_F8 = NDArray[np.float64]

GROUP = "cross-validation"
FIGURE = "check_validation"


@dataclass(frozen=True, eq=False)
class Validated:
    """Samples that were estimated from the others.

    Parameters
    ----------
    xyz_m : ndarray of shape (k, 3)
        East, north, elevation (m).
    truth : ndarray of shape (k,)
    estimate : ndarray of shape (k,)
        NaN where the others gave none.
    standardised : ndarray of shape (k,)
        Errors in kriging standard deviations; NaN where there is none.

    Raises
    ------
    ModelError
        For shapes that do not fit, or places or truths that are not finite.
    """

    xyz_m: _F8
    truth: _F8
    estimate: _F8
    standardised: _F8

    def __post_init__(self) -> None:
        k = len(self.truth)
        shapes = (self.xyz_m.shape, self.estimate.shape, self.standardised.shape)
        if shapes != ((k, 3), (k,), (k,)):
            raise ModelError(f"{k} validated samples have arrays of shapes {shapes}")
        if not (np.isfinite(self.xyz_m).all() and np.isfinite(self.truth).all()):
            raise ModelError("a validated sample has no place or no value")

    def of(self, subject: Subject) -> Validated:
        """Those that lie in blocks of a domain and were estimated."""
        at = subject.ground.grid.locate(self.xyz_m)
        own = (at >= 0) & subject.rock[np.maximum(at, 0)] & ~np.isnan(self.estimate)
        return Validated(
            self.xyz_m[own], self.truth[own], self.estimate[own], self.standardised[own]
        )


def validation(subject: Subject, found: Validated | None, limits: Tolerances) -> list[Check]:
    """Bias, conditional bias and honesty of the variance, by samples left out.

    Parameters
    ----------
    subject : Subject
        The domain.
    found : Validated or None
        All samples; ``None`` where nothing was cross-validated.
    limits : Tolerances
        What is tolerated.
    """
    d = subject.domain
    measures = (
        "mean error of samples left out, over their mean",
        "slope of samples on their estimates, less one",
        "variance of errors in kriging deviations, less one",
    )
    if found is None:
        why = "nothing was cross-validated: set cross_validation in [estimate]"
        return [unjudged(GROUP, m, why, domain=d) for m in measures]
    own = found.of(subject)
    n = len(own.truth)
    why = f"{n:,} samples"
    if n < 3:
        return [unjudged(GROUP, m, f"{why} are in the domain", domain=d) for m in measures]
    mean = float(own.truth.mean())
    error = float((own.estimate - own.truth).mean())
    correlation, slope = regression(own.estimate, own.truth, np.ones(n))
    known = own.standardised[~np.isnan(own.standardised)]
    spread = float((known**2).mean()) - 1.0 if known.size else float("nan")
    text = f"{why}, correlation {correlation:.2f}" if np.isfinite(correlation) else why
    return [
        judged(
            GROUP, measures[0], error / abs(mean) if mean else float("nan"),
            limits.of("validation_bias"), domain=d, why=why, figure=FIGURE,
        ),
        judged(
            GROUP, measures[1], slope - 1.0, limits.of("validation_slope"), domain=d,
            why=text, figure=FIGURE,
        ),
        judged(
            GROUP, measures[2], spread, limits.of("validation_variance"), domain=d,
            why="above zero the variogram promises more than it keeps", figure=FIGURE,
        ),
    ]  # fmt: skip
