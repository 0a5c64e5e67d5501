"""What of a hole's samples is the hole's alone: the more, the tighter the bound on any plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.sparse.linalg import eigsh

from orefield.deposit.drilling.prior import Prior

_F8 = NDArray[np.float64]

MOST_SAMPLES = 2000
"""With more samples of candidates only the nugget is taken for a hole's own."""

_PASSES = 2
_STAY = 0.9
"""Share of the most that a pass takes, so that the next has something to take."""


def nugget_blocks(prior: Prior) -> _F8:
    """Noise of each hole's samples as matrices, shape (h, k, k)."""
    k = prior.samples.width
    out = np.zeros((*prior.noise.shape, k))
    out[:, np.arange(k), np.arange(k)] = prior.noise
    return out


def own_noise(prior: Prior, own: _F8) -> _F8 | None:
    """Covariances ``R_h`` of each hole's own noise, shape (h, k, k), as large as can be found.

    Samples are a signal and noise that each hole has for itself. Which part of the covariance is
    called noise is free, as long as signal and sums together keep a covariance that can be: the
    joint matrix less all ``R_h`` stays positive semi-definite. The nugget is one choice. Larger
    is what a hole varies given all others and the sums (its block of the inverse's inverse),
    times the largest factor that keeps the matrix; this is done a few times over. A Cholesky
    factorisation of what is left proves each step.

    Returns
    -------
    ndarray of shape (h, k, k), or None
        ``None`` where there are too many samples, or nothing beyond the nugget was found.
    """
    h, k = prior.samples.valid.shape
    sums = prior.sums() if h * k <= MOST_SAMPLES else None
    if sums is None:
        return None
    rest = joint(prior)
    cross = prior.cross.reshape(h * k, -1)
    sums = sums + 1e-9 * float(np.trace(sums)) / len(sums) * np.eye(len(sums))
    try:
        told = linalg.solve_triangular(linalg.cholesky(sums, lower=True), cross.T, lower=True)
        rest -= told.T @ told
        found = np.zeros((h, k, k))
        for _ in range(_PASSES):
            part = _most(rest, h, k)
            if part is None:
                break
            found += part
            _take(rest, part)
    except linalg.LinAlgError:
        return None  # sums that depend on each other but for rounding
    return found if found.any() else None


def joint(prior: Prior) -> _F8:
    """Covariance of all samples of all candidates with their noise, shape (h k, h k)."""
    h, k = prior.samples.valid.shape
    out = np.empty((h * k, h * k))
    for hole in range(h):
        out[:, hole * k : (hole + 1) * k] = prior.column(hole).reshape(h * k, k)
    out[np.diag_indices(h * k)] += prior.noise.ravel()
    return out


def _most(rest: _F8, h: int, k: int) -> _F8 | None:
    """Blocks to take from a covariance, which stays positive definite; ``None`` for none."""
    factor, fault = linalg.lapack.dpotrf(rest, lower=1)
    if fault:
        return None
    inverse, fault = linalg.lapack.dpotri(factor, lower=1)
    if fault:
        return None
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    at = np.arange(h)
    blocks = np.linalg.inv(inverse.reshape(h, k, h, k)[at, :, at, :])
    blocks = 0.5 * (blocks + blocks.transpose(0, 2, 1))
    roots = np.linalg.cholesky(blocks)
    scaled = inverse.copy()
    for i in range(h):
        rows = slice(i * k, (i + 1) * k)
        scaled[rows] = roots[i].T @ scaled[rows]
    for i in range(h):
        rows = slice(i * k, (i + 1) * k)
        scaled[:, rows] = scaled[:, rows] @ roots[i]
    largest = float(eigsh(scaled, k=1, which="LA", return_eigenvectors=False, tol=1e-4,
                          v0=np.ones(h * k))[0])  # fmt: skip
    share = _STAY / largest
    for _ in range(4):
        tried = rest.copy()
        _take(tried, share * blocks)
        if not linalg.lapack.dpotrf(tried, lower=1, overwrite_a=1)[1]:
            return share * blocks
        share *= 0.7
    return None


def _take(rest: _F8, blocks: _F8) -> None:
    h, k, _ = blocks.shape
    at = np.arange(h)
    rest.reshape(h, k, h, k)[at, :, at, :] -= blocks
