"""Covariances as holes are drilled: exact block updates, put off until they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.drilling.prior import Prior
from orefield.deposit.drilling.utility import Utility

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_CHUNK = 4_000_000
"""Numbers worked on at once."""


class Conditioning:
    """Candidates given those drilled so far.

    Drilling hole j adds a block column to a Cholesky factor of the drilled samples' covariance:
    nothing is factorised again. What it does to a candidate's own covariance and to its
    covariances with the sums is worked out when that candidate is next asked about.

    Parameters
    ----------
    prior : Prior
    utility : Utility
    own : ndarray of shape (h, k, k), optional
        ``prior.own()``, where it is at hand.
    """

    def __init__(self, prior: Prior, utility: Utility, own: _F8 | None = None) -> None:
        self.prior, self.utility = prior, utility
        h, k = prior.samples.valid.shape
        self._own = (prior.own() if own is None else own).copy()
        self._own[:, np.arange(k), np.arange(k)] += prior.noise
        self._cross = prior.cross.copy()
        self._seen = np.zeros(h, dtype=np.int64)
        self._blocks: list[tuple[_F8, _F8]] = []
        self.holes: list[int] = []
        self.taken: _F8 = np.zeros(len(prior.start))

    @property
    def value(self) -> float:
        """Utility of the holes drilled."""
        return float(self.utility.value(self.taken))

    @property
    def left(self) -> _F8:
        """Variances of the sums now, shape (q,)."""
        return np.maximum(self.prior.start - self.taken, 0.0)

    def _refresh(self, rows: _I8) -> None:
        for t, (factor, told) in enumerate(self._blocks):
            late = rows[self._seen[rows] <= t]
            if not late.size:
                continue
            b = factor[late]
            self._own[late] -= b @ b.transpose(0, 2, 1)
            self._cross[late] -= b @ told
        self._seen[rows] = len(self._blocks)

    def reductions(self, rows: _I8) -> _F8:
        """Variance that each of some holes would take from each sum, shape (r, q)."""
        self._refresh(rows)
        out = np.empty((len(rows), self._cross.shape[2]))
        step = max(1, _CHUNK // (self._cross.shape[1] * max(self._cross.shape[2:])))
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            root = np.linalg.cholesky(self._own[part])
            found = np.linalg.solve(root, self._cross[part])
            out[start : start + step] = (found**2).sum(axis=1)
        return out

    def gains(self, rows: _I8) -> _F8:
        """Utility that each of some holes would add, shape (r,)."""
        return np.asarray(self.utility.value(self.taken + self.reductions(rows)) - self.value)

    def drill(self, hole: int) -> None:
        """Take a hole as drilled."""
        at = np.array([hole])
        self._refresh(at)
        root: _F8 = np.asarray(np.linalg.cholesky(self._own[hole]))
        told = np.linalg.solve(root, self._cross[hole])
        column = self.prior.column(hole).copy()
        for factor, _ in self._blocks:
            column -= factor @ factor[hole].T
        flat = column.reshape(-1, column.shape[2])
        added: _F8 = np.asarray(np.linalg.solve(root, flat.T)).T.reshape(column.shape)
        self._blocks.append((added, told))
        self.holes.append(hole)
        self.taken = self.taken + np.asarray((told**2).sum(axis=0), dtype=np.float64)

    def drill_all(self, holes: Iterable[int]) -> Conditioning:
        """Take several as drilled; gives itself."""
        for hole in holes:
            self.drill(hole)
        return self
