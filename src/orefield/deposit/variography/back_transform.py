"""Models of normal scores taken back to the values that the scores were made of.

After Matheron's discrete Gaussian anamorphosis: of a value ``Z = sum phi_n H_n(Y)`` the covariance
is ``sum phi_n^2 rho^n`` where Y has the correlation rho (Rivoirard, Introduction to Disjunctive
Kriging and Non-Linear Geostatistics, 1994; Chiles and Delfiner, Geostatistics, 2012, chapter 6;
from memory).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import ALONG_AXES
from orefield.deposit.variogram import Kind, Variogram
from orefield.deposit.variography.directions import ALL_DIRECTIONS, along_axes
from orefield.deposit.variography.experimental import Experimental
from orefield.deposit.variography.fit_search import Held
from orefield.deposit.variography.fitting import DEFAULT_KINDS, Fitted, fit_variogram

_F8 = NDArray[np.float64]

_STEPS = 4001
_POINTS = 12
_BEYOND = 1.25
"""Points go so many ranges far: what lies further is the sill."""


@dataclass(frozen=True, eq=False)
class ScoreLink:
    """Correlations of normal scores, and of the values that they were made of.

    Both are told over the correlation of one underlying normal variable, since scores of values
    that repeat repeat themselves and are then not quite normal.

    Attributes
    ----------
    scores, values : ndarray of shape (k,)
        Correlations at the same rising correlation of the underlying variable, from 0 to 1.
    """

    scores: _F8
    values: _F8

    @classmethod
    def of(cls, value_terms: _F8, score_terms: _F8) -> ScoreLink:
        """From the expansions of values and scores in normalised Hermite polynomials.

        Parameters
        ----------
        value_terms, score_terms : ndarray of shape (terms,)
            The mean first, as :class:`orefield.deposit.simulation.Anamorphosis` gives them.

        Raises
        ------
        ModelError
            For fewer than two terms, or terms without any variance.
        """
        # dense towards one, where high polynomials let correlations fall at once
        rho = 1.0 - np.linspace(1.0, 0.0, _STEPS) ** 3
        return cls(_powers(score_terms, rho), _powers(value_terms, rho))

    def of_values(self, scores: _F8) -> _F8:
        """Correlations of values, where scores have these; any shape, 0 to 1."""
        return np.asarray(np.interp(scores, self.scores, self.values))

    def of_scores(self, values: _F8) -> _F8:
        """Correlations of scores, where values have these; any shape, 0 to 1."""
        return np.asarray(np.interp(values, self.values, self.scores))


def back_transformed(
    model: Variogram,
    link: ScoreLink,
    sill: float,
    *,
    flat: bool = False,
    structures: int | None = None,
    kinds: Sequence[Kind] = DEFAULT_KINDS,
    held: Held | None = None,
) -> Fitted:
    """The nested model of values that goes with a model of their normal scores.

    What comes back is no nested model itself. One with as many structures is fitted to it along
    the axes of the scores' model; the nugget comes back exactly.

    Parameters
    ----------
    model : Variogram
        Of the scores. Its sill counts as the whole variance.
    link : ScoreLink
        Of the same scores and values.
    sill : float
        Variance of the values, positive.
    flat : bool
        The model lies in a plane: nothing is said of the third axis.
    structures : int, optional
        How many; as many as the scores' model has when left out.
    kinds : sequence of str
        Kinds tried.
    held : Held, optional
        Parts of the values' model given by hand; a sill takes the place of ``sill``.

    Returns
    -------
    Fitted
        Its goodness says how near the nested model is to what came back.

    Raises
    ------
    ModelError
        For a sill that is not positive, parts held that are more than it, and as
        :func:`fit_variogram`.
    """
    given = held or Held()
    total = sill if given.sill is None else given.sill
    if not (np.isfinite(total) and total > 0):
        raise ModelError(f"values with a variance of {total:g}", fix="give a positive variance")
    taken = (given.nugget or 0.0) + sum(part.sill or 0.0 for part in given.structures)
    if taken > total:
        raise ModelError(
            f"nugget and sills held add up to {taken:g}, the values vary by {total:g}",
            fix="lower one of them, or hold the sill too",
        )
    if given.nugget is None:
        nugget = total * (1.0 - float(link.of_values(np.array(1.0 - model.nugget / model.sill))))
        # structures by hand may leave less than that
        given = replace(given, nugget=max(min(nugget, total - taken), 0.0))
    count = max(len(model.structures) if structures is None else structures, len(given.structures))
    rotation = model.structures[0].rotation if model.structures else ALONG_AXES
    return fit_variogram(
        [_along(model, link, total, k, flat=flat) for k in range(_axes(model, flat))],
        structures=count,
        kinds=kinds,
        held=replace(given, sill=total, rotation=given.rotation or rotation),
        weights="equal",
        isotropic=_axes(model, flat) == 1,
        min_pairs=1,
    )


def _powers(terms: _F8, rho: _F8) -> _F8:
    """``sum phi_n^2 rho^n`` over its value at one, shape (k,)."""
    squares = np.asarray(terms, dtype=np.float64)[1:] ** 2
    if squares.ndim != 1 or not squares.size or not squares.sum() > 0:
        raise ModelError(
            "an expansion without variance", fix="a value that does not vary has no variogram"
        )
    out = np.zeros_like(rho)
    for square in squares[::-1]:  # Horner
        out = (out + square) * rho
    return np.asarray(out / out[-1])


def _axes(model: Variogram, flat: bool) -> int:
    """How many ranges of the model's structures differ by direction: 1, 2 or 3."""
    if all(len(set(part.ranges_m)) == 1 for part in model.structures):
        return 1
    return 2 if flat else 3


def _along(
    model: Variogram, link: ScoreLink, sill: float, axis: int, *, flat: bool
) -> Experimental:
    """What comes back along one axis of the model."""
    if _axes(model, flat) == 1:
        way = ALL_DIRECTIONS
    else:
        way = along_axes(model.structures[0].rotation, flat=flat)[axis]
    ranges = [part.ranges_m[axis] * _BEYOND for part in model.structures] or [1.0]
    h = np.unique(np.concatenate([np.linspace(0.0, r, _POINTS + 1)[1:] for r in ranges]))
    scores = 1.0 - model.gamma(h[:, None] * way.unit()) / model.sill
    gamma = sill * (1.0 - link.of_values(scores))
    pairs = np.full(len(h), 1000, dtype=np.int64)
    same = ("values", "values")
    return Experimental(same, "semivariogram", way, pairs, h, gamma, sill, 1000, 0)
