"""Grades to Gaussian scores and back, within limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

_FURTHEST = 6.0
"""Scores at which the table ends: beyond lie two in a thousand million."""

_STEPS = 4096


@dataclass(frozen=True, eq=False)
class Anamorphosis:
    """A rising curve from Gaussian scores to grades.

    Attributes
    ----------
    table : float64 array, shape (t,)
        Grades at equally spaced scores, never falling; of length one when grades are taken as
        they are.
    """

    table: _F8

    @property
    def is_identity(self) -> bool:
        """Whether grades are taken as they are."""
        return len(self.table) == 1

    @property
    def low(self) -> float:
        """Score of the table's first entry."""
        return 0.0 if self.is_identity else -_FURTHEST

    @property
    def step(self) -> float:
        """Scores between entries of the table."""
        return 1.0 if self.is_identity else 2.0 * _FURTHEST / (len(self.table) - 1)

    def grades(self, scores: ArrayLike) -> _F8:
        """Grades at scores (any shape)."""
        x = np.asarray(scores, dtype=np.float64)
        return x if self.is_identity else np.interp(x, self._axis, self.table)

    def scores(self, grades: ArrayLike) -> _F8:
        """Scores of grades (any shape); among equal grades of the table, the middle score."""
        z = np.asarray(grades, dtype=np.float64)
        if self.is_identity:
            return z
        return np.interp(z, *self._knots)

    @cached_property
    def _axis(self) -> _F8:
        return np.linspace(-_FURTHEST, _FURTHEST, len(self.table))

    @cached_property
    def _knots(self) -> tuple[_F8, _F8]:
        """Different grades of the table, rising, and the score in the middle of each's share."""
        rises = np.flatnonzero(np.diff(self.table) > 0)
        first = np.concatenate([[0], rises + 1])
        last = np.concatenate([rises, [len(self.table) - 1]])
        middle = special.ndtri(
            0.5 * (special.ndtr(self._axis[first]) + special.ndtr(self._axis[last]))
        )
        # where there is one entry only, to the last digit
        scores = np.where(first == last, self._axis[first], middle)
        return self.table[first], scores


AS_THEY_ARE = Anamorphosis(np.zeros(1))
"""Grades are Gaussian enough."""


def normal_scores(
    grades: ArrayLike, *, lowest: float = 0.0, highest: float = np.inf
) -> Anamorphosis:
    """The curve that makes a sample of grades standard Gaussian.

    Between the extremes seen it follows the sample's quantiles; beyond, it goes on in a
    straight line, up to the limits.

    Parameters
    ----------
    grades : array_like, any shape
        The sample: finite, not all equal.
    lowest, highest : float
        Limits that no grade passes.

    Raises
    ------
    ModelError
        When there are fewer than two different grades, one is not finite, or one lies
        beyond the limits.
    """
    z = np.sort(np.asarray(grades, dtype=np.float64).ravel())
    if len(z) < 2 or not np.isfinite(z).all() or z[0] == z[-1]:
        raise ModelError(
            "grades for an anamorphosis are not finite, or all equal",
            fix="give realisations that differ",
        )
    if z[0] < lowest or z[-1] > highest:
        bad = z[0] if z[0] < lowest else z[-1]
        raise ModelError(
            f"a grade of {bad:g} lies beyond the limits, {lowest:g} to {highest:g}",
            fix="correct the grade, or the limits",
        )
    axis = np.linspace(-_FURTHEST, _FURTHEST, _STEPS + 1)
    share = special.ndtr(axis)
    seen = (np.arange(len(z)) + 0.5) / len(z)
    table = np.interp(share, seen, z)
    # straight on in the tails, as steeply as over the last unit of score before them
    bottom, top = special.ndtri(seen[0]), special.ndtri(seen[-1])
    rise = np.interp(bottom + 1.0, axis, table) - z[0], z[-1] - np.interp(top - 1.0, axis, table)
    below, above = axis < bottom, axis > top
    table[below] = np.maximum(z[0] + (axis[below] - bottom) * rise[0], lowest)
    table[above] = np.minimum(z[-1] + (axis[above] - top) * rise[1], highest)
    return Anamorphosis(np.maximum.accumulate(table))
