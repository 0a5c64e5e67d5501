"""Kriging written out as one dense bordered system: the oracle of these tests."""

from __future__ import annotations

import numpy as np

from orefield.deposit import Variogram


def covariances(variogram: Variogram, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    lags = (a[:, None, :] - b[None, :, :]).reshape(-1, 3)
    return variogram.covariance(lags).reshape(len(a), len(b))


def dense(variogram, xyz, values, place, *, drift=None, at=None, mean=None, offsets=None):
    """Estimate, variance, weights and multipliers at one place, by numpy.linalg.solve.

    ``drift`` (n, p) and ``at`` (p,): a column of ones by default; none with a ``mean``.
    ``offsets`` (q, 3): points of a block, over which the nugget is left out.
    """
    n = len(xyz)
    bare = Variogram(0.0, variogram.structures) if offsets is not None else variogram
    points = np.zeros((1, 3)) if offsets is None else offsets
    k = covariances(bare, xyz, place + points).mean(axis=1)
    own = covariances(bare, points, points).mean()
    drift = np.ones((n, 1)) if drift is None else drift
    at = np.ones(1) if at is None else at
    if mean is not None:
        drift, at = drift[:, :0], at[:0]
    p = drift.shape[1]
    whole = np.zeros((n + p, n + p))
    whole[:n, :n] = covariances(variogram, xyz, xyz)
    whole[:n, n:], whole[n:, :n] = drift, drift.T
    found = np.linalg.solve(whole, np.concatenate([k, at]))
    weights = found[:n]
    base = 0.0 if mean is None else mean
    estimate = base + weights @ (values - base)
    return estimate, own - found @ np.concatenate([k, at]), weights, found[n:], own, k


def nearest(xyz, place, transform, most):
    """Indices of the nearest within the ellipsoid, by sorting them all; in ascending order."""
    reduced = (xyz - place) @ transform.T
    d2 = (reduced**2).sum(axis=1)
    order = np.lexsort((np.arange(len(xyz)), d2))
    return np.sort(order[d2[order] <= 1.0][:most])
