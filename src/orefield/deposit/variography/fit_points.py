"""What a model is fitted to: points of experimental variograms, weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.variography.experimental import Experimental

_F8 = NDArray[np.float64]

Weights = Literal["pairs/h2", "pairs", "pairs/gamma2", "equal"]
"""One of :data:`WEIGHTS`."""

WEIGHTS: tuple[Weights, ...] = get_args(Weights)
"""How points weigh: pairs over squared distance; pairs; pairs over the model's squared value
(Cressie, 1985, from memory), found by repeating the fit; all the same."""

_APART = np.cos(np.radians(2.0))
_LEVEL = 0.02


@dataclass(frozen=True, eq=False)
class FitPoints:
    """Points of several directions.

    Attributes
    ----------
    lags_m : ndarray of shape (k, 3)
        Lag vectors; along x where direction does not matter.
    gamma, pairs : ndarray of shape (k,)
    curve : ndarray of shape (k,), int
        Which experimental variogram each is of.
    units : ndarray of shape (d, 3)
        Different directions, those less than 2 degrees apart once; none where direction does
        not matter.
    """

    lags_m: _F8
    gamma: _F8
    pairs: _F8
    curve: NDArray[np.int64]
    units: _F8

    @classmethod
    def of(cls, curves: Sequence[Experimental], *, min_pairs: int = 10) -> FitPoints:
        """Points of all curves with enough pairs.

        Parameters
        ----------
        curves : sequence of Experimental
            All with a direction, or all without.
        min_pairs : int
            Lags with fewer are left out.

        Raises
        ------
        ModelError
            When curves with and without a direction are mixed, or fewer than three points
            are left, or every point is zero.
        """
        if not curves:
            raise ModelError("no experimental variogram to fit", fix="give at least one")
        loose = [curve.direction.everywhere for curve in curves]
        if any(loose) and not all(loose):
            raise ModelError(
                "variograms of all directions and of one are fitted together",
                fix="fit those with a direction, or only those without",
            )
        lags, gamma, pairs, origin = [], [], [], []
        units: list[_F8] = []
        for k, curve in enumerate(curves):
            use = curve.known & (curve.pairs >= min_pairs) & (curve.distance_m > 0)
            lags.append(curve.lags_m()[use])
            gamma.append(curve.gamma[use])
            pairs.append(curve.pairs[use].astype(np.float64))
            origin.append(np.full(int(use.sum()), k))
            unit = curve.direction.unit()
            new = not any(abs(float(unit @ u)) > _APART for u in units)
            if not any(loose) and new and use.any():
                units.append(unit)
        found = cls(
            np.concatenate(lags),
            np.concatenate(gamma),
            np.concatenate(pairs),
            np.concatenate(origin),
            np.array(units).reshape(-1, 3),
        )
        if len(found.gamma) < 3:
            raise ModelError(
                f"{len(found.gamma)} lags with {min_pairs} pairs or more: too few to fit",
                fix="widen lags or tolerances, or lower min_pairs",
            )
        if not found.gamma.max() > 0:
            raise ModelError(
                "the experimental variogram is zero everywhere: all samples are equal",
                fix="a value that does not vary has no variogram",
            )
        return found

    @property
    def distance_m(self) -> _F8:
        """Lengths of the lags, shape (k,)."""
        return np.asarray(np.sqrt((self.lags_m**2).sum(axis=1)))

    @property
    def flat(self) -> bool:
        """Whether every direction is horizontal."""
        return bool(len(self.units)) and bool((np.abs(self.units[:, 2]) < _LEVEL).all())

    def weights(self, rule: str, model: _F8 | None = None) -> _F8:
        """Weights of the points, one on average.

        A direction counts by the root of its pairs: otherwise the densest would decide alone.

        Parameters
        ----------
        rule : str
            One of :data:`WEIGHTS`.
        model : ndarray of shape (k,), optional
            The model's values, for "pairs/gamma2"; the points' own at first.

        Raises
        ------
        ModelError
            For an unknown rule.
        """
        if rule == "pairs/h2":
            out = self.pairs / self.distance_m**2
        elif rule == "pairs":
            out = self.pairs.copy()
        elif rule == "pairs/gamma2":
            value = self.gamma if model is None else model
            out = self.pairs / np.maximum(value, 1e-3 * self.gamma.max()) ** 2
        elif rule == "equal":
            out = np.ones(len(self.gamma))
        else:
            raise ModelError(f"unknown weights '{rule}'", fix=f"one of {', '.join(WEIGHTS)}")
        for k in np.unique(self.curve):
            part = self.curve == k
            share = 1.0 if rule == "equal" else np.sqrt(self.pairs[part].sum())
            out[part] *= share * part.sum() / out[part].sum()
        return np.asarray(out * (len(out) / out.sum()))
