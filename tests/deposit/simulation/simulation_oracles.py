"""Dense solves that simulations are judged against, written out plainly."""

from __future__ import annotations

import numpy as np

from orefield.deposit import Variogram


def covariance_matrix(a: np.ndarray, b: np.ndarray, variogram: Variogram) -> np.ndarray:
    """Covariances (len(a), len(b)) of places, straight from the model."""
    lags = (a[:, None, :] - b[None, :, :]).reshape(-1, 3)
    lags[np.abs(lags).max(axis=1) < 1e-7] = 0.0
    return variogram.covariance(lags).reshape(len(a), len(b))


def conditional(
    nodes: np.ndarray, xyz: np.ndarray, y: np.ndarray, variogram: Variogram
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of a Gaussian field at nodes, given data."""
    among = covariance_matrix(xyz, xyz, variogram)
    cross = covariance_matrix(nodes, xyz, variogram)
    weights = np.linalg.solve(among, cross.T).T
    return weights @ y, covariance_matrix(nodes, nodes, variogram) - weights @ cross.T


def dense_draws(mean: np.ndarray, covariance: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Realisations (count, n) by the square root of the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(seed).standard_normal((count, len(mean)))
    return mean + noise @ root.T
