"""Variograms and random fields written out in NumPy, for tests to compare with."""

from __future__ import annotations

import numpy as np

from orefield.deposit import Samples, Variogram


def field(model: Variogram, xyz: np.ndarray, seed: int) -> np.ndarray:
    """A Gaussian field of a known variogram at (n, 3) places, by Cholesky."""
    lag = (xyz[:, None] - xyz[None]).reshape(-1, 3)
    covariance = model.covariance(lag).reshape(len(xyz), len(xyz))
    root = np.linalg.cholesky(covariance + 1e-9 * model.sill * np.eye(len(xyz)))
    return root @ np.random.default_rng(seed).standard_normal(len(xyz))


def pairs_of(xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Indices of every pair, lag vectors and distances."""
    i, j = np.triu_indices(len(xyz), 1)
    lag = xyz[j] - xyz[i]
    return i, j, lag, np.sqrt((lag**2).sum(axis=1))


def cone(lag: np.ndarray, distance: np.ndarray, unit: np.ndarray, degrees: float, band: float):
    """Mask of pairs within an angle of a line and a distance from it."""
    along = lag @ unit
    across = np.sqrt(np.maximum(((lag - along[:, None] * unit) ** 2).sum(axis=1), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        angle = np.arccos(np.clip(np.abs(along) / distance, 0, 1))
    return ((distance == 0) | (angle <= np.radians(degrees))) & (across < band)


def scattered(n: int, seed: int, **values: np.ndarray) -> Samples:
    """Samples in a box of 300 x 200 x 100 m, four a hole."""
    rng = np.random.default_rng(seed)
    xyz = rng.uniform(0.0, [300.0, 200.0, 100.0], (n, 3))
    return Samples(xyz, values, hole=np.arange(n, dtype=np.int32) // 4)
