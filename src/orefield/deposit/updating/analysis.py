"""One reading against what the members predict: how each prediction is to move."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.updating.anamorphosis import Anamorphosis
from orefield.deposit.updating.observations import Sensor

_F8 = NDArray[np.float64]

Method = Literal["square-root", "perturbed"]
METHODS: tuple[Method, ...] = get_args(Method)

_NO_SPREAD = 1e-12
"""Spread of predictions, as a share of their size, below which members agree."""


class Reading(NamedTuple):
    """A reading and its predictions, as scores (or as grades, where the curve is none).

    ``predicted`` (r,) by each member; ``seen``; ``noise_variance`` of the sensor's error.
    """

    predicted: _F8
    seen: float
    noise_variance: float

    @property
    def variance(self) -> float:
        """Of the predictions."""
        return float(self.predicted.var(ddof=1))

    @property
    def off(self) -> float:
        """Reading less mean prediction, in standard deviations of both together.

        NaN where neither has any: barren blocks in all members, and a noise that is a share of
        the grade.
        """
        if self.agreed and self.noise_variance <= self._least:
            return math.nan
        apart = self.seen - float(self.predicted.mean())
        return float(apart / np.sqrt(self.variance + self.noise_variance))

    @property
    def agreed(self) -> bool:
        """Whether all members predict the same: nothing can be learnt."""
        return self.variance <= self._least

    @property
    def _least(self) -> float:
        return (_NO_SPREAD * float(np.abs(self.predicted).max())) ** 2


def in_scores(predicted: _F8, seen: float, sensor: Sensor, curve: Anamorphosis) -> Reading:
    """A reading and its predictions carried over to scores by a curve, and the noise with them.

    A mixture of a few blocks is about as skewed as a block is; the curve of the blocks makes
    both nearly Gaussian. The noise is what one standard deviation of it, up and down, is in
    scores, on average over the members.

    Parameters
    ----------
    predicted : float64 array, shape (r,)
        Grades.
    seen : float
        Grade.
    sensor : Sensor
        Says how noisy it is.
    curve : Anamorphosis
        Of the blocks; :data:`AS_THEY_ARE` leaves grades as grades.
    """
    error = sensor.error(predicted)
    half = 0.5 * (curve.scores(predicted + error) - curve.scores(predicted - error))
    return Reading(
        curve.scores(predicted), float(curve.scores(seen)), float(np.mean(half**2))
    )  # fmt: skip


class Step(NamedTuple):
    """What a reading does to its own prediction.

    ``score`` (r,) the prediction as it is regressed on, with mean zero; ``push`` (r,) what is
    added to it; ``gain`` the share of the innovation that the mean takes over, 0 to 1.
    """

    score: _F8
    push: _F8
    gain: float


def step(reading: Reading, draw: _F8 | None = None) -> Step:
    """The update of a scalar by a reading of it, for Gaussian members and noise.

    Without ``draw``, the serial square-root filter of Whitaker and Hamill (2002, Monthly
    Weather Review 130(7), equations 10-13): members keep their order and nothing is drawn by
    lot. With it, the filter with perturbed observations (Burgers, van Leeuwen and Evensen,
    1998, Monthly Weather Review 126(6)). Both from memory.

    Parameters
    ----------
    reading : Reading
        Its predictions must differ.
    draw : float64 array, shape (r,), optional
        Standard normal numbers.
    """
    mean = reading.predicted.mean()
    score = reading.predicted - mean
    variance = reading.variance
    gain = variance / (variance + reading.noise_variance)
    if draw is None:
        shrink = np.sqrt(reading.noise_variance / (variance + reading.noise_variance))
        return Step(score, gain * (reading.seen - mean) + (shrink - 1.0) * score, gain)
    noise = np.sqrt(reading.noise_variance) * (draw - draw.mean())
    return Step(score, gain * (reading.seen + noise - reading.predicted), gain)
