"""Covariances before drilling from realisations: where grades vary more, samples tell more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from orefield.core.errors import ModelError
from orefield.deposit.drilling.holes import HoleSamples
from orefield.deposit.drilling.prior import JITTER, refuse_too_much
from orefield.deposit.drilling.targets import Targets
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.updating.localisation import gaspari_cohn

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

LEAST_DRAWS = 20
_CHUNK = 20_000_000


class EnsemblePrior:
    """Covariances of realisations of blocks, tapered with distance.

    A sample sees the block that it lies in, with noise of its own. The covariance of two blocks is
    that of their realisations times a taper (Gaspari and Cohn's) of their distance, which removes
    what a finite number of realisations shows between blocks that have nothing to do with each
    other and keeps the matrix positive semi-definite. The relative standard error of a variance
    is about ``sqrt(2 / (r - 1))`` for r realisations. Blocks that were not simulated vary nowhere.

    Parameters
    ----------
    samples : HoleSamples
    targets : Targets
    draws : sequence of ndarray of shape (n,)
        Realisations on the grid of the targets, given the samples that there are; NaN where
        nothing was simulated.
    noise : float
        Variance of a sample given its block.
    reach : Ellipsoid
        Where the taper ends.

    Raises
    ------
    ModelError
        For fewer than 20 realisations, of another grid, or too much at once.
    """

    def __init__(
        self,
        samples: HoleSamples,
        targets: Targets,
        draws: Sequence[_F8],
        noise: float,
        reach: Ellipsoid,
    ) -> None:
        r = len(draws)
        if r < LEAST_DRAWS:
            raise ModelError(
                f"{r} realisations are too few for covariances",
                fix=f"simulate {LEAST_DRAWS} or more, better 100 or more",
            )
        if not (np.isfinite(noise) and noise >= 0):
            raise ModelError(f"noise of samples is {noise:g}", fix="give zero or more")
        grid = targets.grid
        self.samples = samples
        refuse_too_much(samples, max(len(targets), r), "sums over blocks or realisations")
        at = np.where(samples.valid.ravel(), grid.locate(samples.flat()), -1)
        blocks = np.unique(np.concatenate([targets.blocks, at[at >= 0]]))
        spread = _spread(draws, blocks, grid.n)
        self._turn = reach.transform()
        row = np.searchsorted(blocks, np.maximum(at, 0)).clip(max=len(blocks) - 1)
        self._spread = np.where((at >= 0)[:, None], spread[:, row].T, 0.0)
        self._centres = _centres(targets, np.maximum(at, 0)) @ self._turn.T
        own = spread[:, np.searchsorted(blocks, targets.blocks)]
        self.start = _variances(targets, own, self._turn)
        scale = float(own.var(axis=0).mean()) * r / (r - 1)
        self.noise = np.where(samples.valid, noise + JITTER * max(scale, 1e-300), 1.0)
        self.cross = self._crossed(targets, own, at).reshape(*samples.valid.shape, len(targets))
        self._columns: dict[int, _F8] = {}

    def _crossed(self, targets: Targets, own: _F8, at: _I8) -> _F8:
        """Covariances of samples with sums; samples of one block have the same."""
        entry = np.repeat(np.arange(len(targets.blocks)), np.diff(targets.starts))
        sums = sparse.csr_matrix(
            (targets.weights, (entry, targets.which)), shape=(len(targets.blocks), len(targets))
        )
        places = targets.centres() @ self._turn.T
        _, first, back = np.unique(at, return_index=True, return_inverse=True)
        out = np.empty((len(first), len(targets)))
        step = max(1, _CHUNK // len(places))
        for start in range(0, len(first), step):
            rows = first[start : start + step]
            taper = gaspari_cohn(_distances(self._centres[rows], places))
            found = (self._spread[rows] @ own) * taper
            out[start : start + step] = np.asarray(found @ sums)
        return np.asarray(out[back])

    def _covariances(self, a: slice, b: slice) -> _F8:
        taper = gaspari_cohn(_distances(self._centres[a], self._centres[b]))
        return np.asarray((self._spread[a] @ self._spread[b].T) * taper)

    def own(self) -> _F8:
        """Covariances of the samples of each hole, without noise, shape (h, k, k)."""
        h, k = self.samples.valid.shape
        cuts = [slice(i * k, (i + 1) * k) for i in range(h)]
        return np.array([self._covariances(cut, cut) for cut in cuts])

    def column(self, hole: int) -> _F8:
        """Covariances of all samples with those of one hole, without noise, (h, k, k)."""
        if hole not in self._columns:
            h, k = self.samples.valid.shape
            found = self._covariances(slice(None), slice(hole * k, (hole + 1) * k))
            self._columns[hole] = found.reshape(h, k, k)
        return self._columns[hole]

    def sums(self) -> _F8 | None:
        """Not worked out: the bound takes only the noise for a hole's own."""
        return None


def _spread(draws: Sequence[_F8], blocks: _I8, n: int) -> _F8:
    """Deviations of realisations from their mean over ``sqrt(r - 1)``, shape (r, b)."""
    out = np.empty((len(draws), len(blocks)))
    for k in range(len(draws)):
        drawn = np.asarray(draws[k], dtype=np.float64)
        if drawn.shape != (n,):
            raise ModelError(f"a realisation has {drawn.shape} values, the grid {n:,} blocks")
        out[k] = np.nan_to_num(drawn[blocks])
    out -= out.mean(axis=0)
    return np.asarray(out / np.sqrt(len(draws) - 1))


def _variances(targets: Targets, own: _F8, turn: _F8) -> _F8:
    """Variances of the sums: by lag, one realisation at a time."""
    box = targets.cells().max(axis=0) + 1
    grid = targets.grid
    axes = [np.arange(-(int(n) - 1), int(n)) * s for n, s in zip(box, grid.size, strict=True)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    lags = grid.to_world(np.column_stack([x.ravel(), y.ravel(), z.ravel()])) - grid.origin
    table = gaspari_cohn(np.sqrt(((lags @ turn.T) ** 2).sum(axis=1))).reshape(z.shape)
    return np.maximum(sum(targets.by_lag(table, deviation) for deviation in own), 0.0)


def _centres(targets: Targets, blocks: _I8) -> _F8:
    nx, ny, _ = targets.grid.shape
    cells = np.column_stack([blocks % nx, blocks // nx % ny, blocks // (nx * ny)]) + 0.5
    return targets.grid.to_world(cells * np.asarray(targets.grid.size))


def _distances(a: _F8, b: _F8) -> _F8:
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))
