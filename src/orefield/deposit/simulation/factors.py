"""Min/max autocorrelation factors: variables turned into factors without correlation, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_LEAST_SHARE = 1e-9
_MOST_PAIRS = 2_000_000


@dataclass(frozen=True, eq=False)
class Factors:
    """A linear transform of standardised variables, exactly invertible.

    Build it with :meth:`fit`. At lag zero and at one further lag the factors have no correlation;
    they are in order of continuity, the least continuous first. (Switzer and Green, 1984,
    Technical report 6, Stanford University; Desbarats and Dimitrakopoulos, 2000, Mathematical
    Geology 32(8); from memory.)

    Attributes
    ----------
    mean : ndarray of shape (k,)
    matrix : ndarray of shape (k, k)
        ``factors = (values - mean) @ matrix``; of variance 1.
    lag_m : float
        The further lag.
    variogram : ndarray of shape (k,)
        Of each factor at that lag.
    """

    mean: _F8
    matrix: _F8
    lag_m: float
    variogram: _F8

    @classmethod
    def fit(
        cls,
        xyz_m: _F8,
        values: _F8,
        *,
        lag_m: float,
        weights: _F8 | None = None,
        tolerance: float = 0.25,
    ) -> Factors:
        """Factors of samples.

        Parameters
        ----------
        xyz_m : ndarray of shape (m, 3)
            Where they are.
        values : ndarray of shape (m, k)
            Normal scores of k variables, or any other numbers.
        lag_m : float
            Distance (m) at which increments are taken.
        weights : ndarray of shape (m,), optional
            Declustering weights.
        tolerance : float
            Pairs within this share of the lag count.

        Raises
        ------
        ModelError
            When variables depend on each other linearly, shapes do not fit, or no pair of samples
            is that far apart.
        """
        data = np.asarray(values, dtype=np.float64)
        if data.ndim != 2 or data.shape[1] < 2 or len(data) <= data.shape[1]:
            raise ModelError(
                f"values of shape {data.shape} make no factors",
                fix="give more samples than variables, and two variables or more",
            )
        share = np.ones(len(data)) if weights is None else np.asarray(weights, dtype=np.float64)
        share = share / share.sum()
        mean = share @ data
        off = data - mean
        lengths, axes = np.linalg.eigh((off * share[:, None]).T @ off)
        if lengths[0] < _LEAST_SHARE * lengths[-1]:
            raise ModelError(
                "the variables depend on each other linearly",
                fix="leave one of them out and derive it from the others afterwards",
            )
        # of one scale whichever way the axes are turned
        whiten = (axes / np.sqrt(lengths)) @ axes.T
        white = off @ whiten
        first, second = _pairs(xyz_m, lag_m, tolerance)
        step = white[first] - white[second]
        found, turn = np.linalg.eigh(0.5 * step.T @ step / len(step))
        turn = turn[:, ::-1]
        turn = turn * np.where(turn[np.abs(turn).argmax(axis=0), np.arange(len(turn))] < 0, -1, 1)
        return cls(mean, whiten @ turn, float(lag_m), found[::-1].copy())

    def forward(self, values: _F8) -> _F8:
        """Factors (m, k) of values (m, k)."""
        return np.asarray((np.asarray(values, dtype=np.float64) - self.mean) @ self.matrix)

    def back(self, factors: _F8) -> _F8:
        """Values (m, k) of factors (m, k)."""
        found = np.linalg.solve(self.matrix.T, np.asarray(factors, dtype=np.float64).T)
        return np.asarray(found.T + self.mean)


def _pairs(
    xyz_m: _F8, lag_m: float, tolerance: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not (np.isfinite(lag_m) and lag_m > 0 and 0 < tolerance < 1):
        raise ModelError(
            f"a lag of {lag_m:g} m, within {tolerance:g} of it", fix="give positive ones"
        )
    places = np.asarray(xyz_m, dtype=np.float64)
    tree = cKDTree(places)
    most = (1 + tolerance) * lag_m
    # thinned when pairs are many: every so many samples, with all their partners
    expected = int(tree.count_neighbors(tree, most))
    some = np.arange(0, len(places), max(1, expected // _MOST_PAIRS))
    near = cKDTree(places[some]).query_ball_tree(tree, most)
    first = np.repeat(some, [len(row) for row in near])
    second = np.concatenate([np.asarray(row, dtype=np.int64) for row in near])
    away = np.linalg.norm(places[first] - places[second], axis=1)
    keep = away >= (1 - tolerance) * lag_m
    if not keep.any():
        raise ModelError(
            f"no two samples are {lag_m:g} m apart, give or take {100 * tolerance:.0f} %",
            fix="choose a lag at which there are pairs",
        )
    return first[keep], second[keep]
