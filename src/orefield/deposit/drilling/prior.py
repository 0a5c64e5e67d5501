"""What is known before drilling: covariances of candidate samples and of what is asked for."""

from __future__ import annotations

from copy import copy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from orefield.core.errors import ModelError
from orefield.deposit.drilling.holes import HoleSamples
from orefield.deposit.drilling.targets import Targets
from orefield.deposit.estimation.support import Support
from orefield.deposit.variogram import Variogram
from orefield.kernels.drilling import place_covariances

_F8 = NDArray[np.float64]

JITTER = 1e-9
"""Noise of every sample, in sills: keeps systems sound where a model has no nugget."""

MAX_ENTRIES = 80_000_000
"""Numbers held at once for candidates against samples, or against sums over blocks."""


_MOST_SPREAD = 30_000_000
"""Sums times blocks for which the covariances of all sums are worked out."""


class Prior(Protocol):
    """Covariances before new holes, given the samples that there are.

    Attributes
    ----------
    samples : HoleSamples
        Of the candidates.
    noise : ndarray of shape (h, k)
        Variance of each sample that is its own (nugget), one where a hole has no sample.
    cross : ndarray of shape (h, k, q)
        Covariances of samples with sums; zero where a hole has no sample.
    start : ndarray of shape (q,)
        Variances of the sums.
    """

    samples: HoleSamples
    noise: _F8
    cross: _F8
    start: _F8

    def own(self) -> _F8:
        """Covariances of the samples of each hole, without noise, shape (h, k, k)."""

    def column(self, hole: int) -> _F8:
        """Covariances of all samples with those of one hole, without noise, (h, k, k)."""

    def sums(self) -> _F8 | None:
        """Covariances of the sums, shape (q, q); ``None`` where that is too much to ask."""


class GaussianPrior:
    """Covariances of a variogram given samples: kriging, simple or ordinary.

    Exact: nothing is localised, blocks enter as sums. With an unknown mean (ordinary kriging)
    the mean's own uncertainty is in the covariances.

    Parameters
    ----------
    samples : HoleSamples
        Of the candidates.
    targets : Targets
    variogram : Variogram
        In the value's unit squared; its nugget is that of samples ``support_m`` long.
    support : Support
        Points that a block is cut into.
    existing_m : ndarray of shape (s, 3)
        Samples that there are, coinciding ones once; may be none.
    known_mean : bool
        Simple kriging; needed where there is no sample.
    noise_factor : float
        Nugget of a candidate's sample over the model's: below one where they are longer.
    existing_factors : ndarray of shape (s,), optional
        The same of each sample that there is; ones where left out.

    Raises
    ------
    ModelError
        When there is neither sample nor known mean, too much is asked for at once, or the model
        is not positive definite on the samples.
    """

    def __init__(
        self,
        samples: HoleSamples,
        targets: Targets,
        variogram: Variogram,
        support: Support,
        existing_m: _F8,
        *,
        known_mean: bool = False,
        noise_factor: float = 1.0,
        existing_factors: _F8 | None = None,
    ) -> None:
        if not (np.isfinite(noise_factor) and noise_factor >= 0):
            raise ModelError(f"noise of samples times {noise_factor:g}", fix="give zero or more")
        if not len(existing_m) and not known_mean:
            raise ModelError(
                "without any sample the mean cannot be unknown",
                fix="give samples, or say that the mean is known",
            )
        self.targets, self.variogram, self.support = targets, variogram, support
        self._known, self._factor_of_noise = known_mean, noise_factor
        packed = variogram.packed()
        self._packed = (packed.kinds, packed.sills, packed.transforms, packed.tables)
        self._existing = np.ascontiguousarray(existing_m, dtype=np.float64).reshape(-1, 3)
        self._refuse(samples)
        self._middle = samples.flat().mean(axis=0)
        factors = np.ones(len(existing_m)) if existing_factors is None else existing_factors
        self._factor_of_samples(factors * variogram.nugget + JITTER * variogram.sill)
        k = targets.covariances(self._existing, variogram, support)
        wm = linalg.solve_triangular(self._factor, k, lower=True) if len(k) else k
        mean = targets.totals()
        um = (mean - self._ones @ wm) / self._scale if not known_mean else np.zeros(len(mean))
        self._wm, self._um = wm, um
        self.before = targets.variances(variogram, support)
        self.start = np.maximum(self.before - (wm**2).sum(axis=0) + um**2, 0.0)
        self._offer(samples)

    def of(self, samples: HoleSamples) -> GaussianPrior:
        """The same sums, given the same samples, for other candidates.

        Raises
        ------
        ModelError
            When too much is asked for at once.
        """
        out = copy(self)
        out._refuse(samples)
        out._offer(samples)
        return out

    def _refuse(self, samples: HoleSamples) -> None:
        refuse_too_much(samples, len(self.targets), "sums over blocks (panels)")
        refuse_too_much(samples, len(self._existing), "samples")

    def _offer(self, samples: HoleSamples) -> None:
        """What is known of candidates: their noise, and their covariances with the sums."""
        nugget = self._factor_of_noise * self.variogram.nugget + JITTER * self.variogram.sill
        self.samples = samples
        self.noise = np.where(samples.valid, nugget, 1.0)
        self._places, self._valid = samples.flat(), samples.valid.ravel()
        self._columns: dict[int, _F8] = {}
        self._w, self._u = self._given(self._places)
        cross = self.targets.covariances(self._places, self.variogram, self.support)
        cross += np.outer(self._u, self._um) - self._w.T @ self._wm
        cross[~self._valid] = 0.0
        self.cross = cross.reshape(*samples.valid.shape, len(self.targets))

    def _factor_of_samples(self, noise: _F8) -> None:
        n = len(self._existing)
        k = self._covariances(self._existing, self._existing)
        k[np.diag_indices(n)] += noise
        try:
            self._factor = linalg.cholesky(k, lower=True, overwrite_a=True) if n else k
        except linalg.LinAlgError:
            raise ModelError(
                "the variogram is not positive definite on the samples",
                fix="give the variogram a nugget, or leave out samples that nearly coincide",
            ) from None
        self._ones = (
            linalg.solve_triangular(self._factor, np.ones(n), lower=True) if n else np.zeros(0)
        )
        self._scale = float(np.sqrt(self._ones @ self._ones)) if n else 1.0

    def _covariances(self, a: _F8, b: _F8) -> _F8:
        out = np.empty((len(a), len(b)))
        if out.size:
            place_covariances(
                np.ascontiguousarray(a - self._middle),
                np.ascontiguousarray((b - self._middle).T), *self._packed, out,
            )  # fmt: skip
        return out

    def _given(self, places: _F8) -> tuple[_F8, _F8]:
        """What the samples say of places: (s, n) and, for the mean, (n,)."""
        if not len(self._existing):
            return np.zeros((0, len(places))), np.zeros(len(places))
        w = linalg.solve_triangular(
            self._factor, self._covariances(self._existing, places), lower=True, overwrite_b=True
        )
        u = np.zeros(len(places)) if self._known else (1.0 - self._ones @ w) / self._scale
        return w, u

    def own(self) -> _F8:
        """Covariances of the samples of each hole, without noise, shape (h, k, k)."""
        h, k = self.samples.valid.shape
        out = np.empty((h, k, k))
        for i in range(h):
            at = slice(i * k, (i + 1) * k)
            c = self._covariances(self._places[at], self._places[at])
            w, u = self._w[:, at], self._u[at]
            out[i] = c - w.T @ w + np.outer(u, u)
        valid = self.samples.valid
        out *= valid[:, :, None] & valid[:, None, :]
        return out

    def column(self, hole: int) -> _F8:
        """Covariances of all samples with those of one hole, without noise, (h, k, k)."""
        if hole not in self._columns:
            h, k = self.samples.valid.shape
            at = slice(hole * k, (hole + 1) * k)
            c = self._covariances(self._places, self._places[at])
            c += np.outer(self._u, self._u[at]) - self._w.T @ self._w[:, at]
            c *= self._valid[:, None] & self._valid[at]
            self._columns[hole] = c.reshape(h, k, k)
        return self._columns[hole]

    def sums(self) -> _F8 | None:
        """Covariances of the sums, shape (q, q); ``None`` where that is too much to ask."""
        if len(self.start) == 1:
            return np.array(self.start[:, None])
        if len(self.start) * self.targets.grid.n > _MOST_SPREAD:
            return None
        found = self.targets.covariance_matrix(self.variogram, self.support)
        return np.asarray(found - self._wm.T @ self._wm + np.outer(self._um, self._um))


def refuse_too_much(samples: HoleSamples, each: int, of: str) -> None:
    """Refuse what would not fit in memory.

    Raises
    ------
    ModelError
        Naming what to make fewer.
    """
    entries = samples.valid.size * each
    if entries > MAX_ENTRIES:
        raise ModelError(
            f"{samples.valid.size:,} samples of candidates against {each:,} {of}",
            fix="fewer candidates, longer samples (sample_m), larger panels or fewer max_samples",
        )
