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


def conditioned(
    fields: np.ndarray, nodes: np.ndarray, at: np.ndarray, y: np.ndarray, variogram: Variogram
) -> np.ndarray:
    """Fields (f, n) made to honour data at nodes ``at``: all data for every node, dense."""
    weights = np.linalg.solve(
        covariance_matrix(nodes[at], nodes[at], variogram),
        covariance_matrix(nodes[at], nodes, variogram),
    ).T
    return fields + (y - fields[:, at]) @ weights.T


def drawn_on_path(
    nodes: np.ndarray,
    at: np.ndarray,
    y: np.ndarray,
    variogram: Variogram,
    path: np.ndarray,
    noise: np.ndarray,
) -> np.ndarray:
    """The conditional field (n,) by the Cholesky factor in the order of a path, of its noise.

    Drawing node by node, each given all before, is what the rows of that factor do.
    """
    free = ~np.isin(path, at)
    mean, covariance = conditional(nodes[path[free]], nodes[at], y, variogram)
    out = np.empty(len(nodes))
    out[path[free]] = mean + np.linalg.cholesky(covariance) @ noise[free]
    out[at] = y
    return out
