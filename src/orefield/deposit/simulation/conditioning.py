"""Kriging of residuals: what makes an unconditional field honour data.

A conditional realisation is ``u(x) + sum_i w_i(x) (y_i - u(x_i))``: an unconditional field and the
simple kriging of its differences from the data (Journel and Huijbregts, Mining Geostatistics,
1978, chapter VII; from memory). The weights depend on places alone, so that they are worked out
once and serve every realisation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.neighbours import SampleIndex, Targets
from orefield.deposit.estimation.search import Search
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.realisations import checked_mask
from orefield.deposit.simulation.streams import chunks, in_order
from orefield.deposit.variogram import PackedVariogram, Variogram
from orefield.kernels.gaussian_conditioning import add_residuals, covariances_among, simple_weights

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_CHUNK = 8192
_NONE = np.zeros(0, dtype=np.int32)
MOST_HELD = 3000
"""Covariances of more sources than this are worked out when needed, not held."""
SILL_TOLERANCE = 0.1
"""A variogram of normal scores whose sill is further from 1 is not one."""


@dataclass(frozen=True, eq=False)
class KrigingWeights:
    """Simple kriging weights at targets, of their neighbours among sources.

    Attributes
    ----------
    near : ndarray of shape (m, k), int32
        Sources of each target, ending with -1 where there are fewer.
    weights : ndarray of shape (m, k)
    variance : ndarray of shape (m,)
        Simple kriging variance; the sill where nothing is near.
    """

    near: _I4
    weights: _F8
    variance: _F8

    def add(self, residuals: _F8, at: NDArray[np.int64], fields: _F8) -> None:
        """Add kriged residuals (s, f) of sources to columns ``at`` (m,) of fields (f, n)."""
        add_residuals(self.near, self.weights, residuals, at, fields)


Use = Callable[[NDArray[np.int64], KrigingWeights], None]
"""Takes rows of targets, and their weights."""


class Weigher:
    """Simple kriging weights at any targets, of the neighbours that a search finds.

    Parameters
    ----------
    sources_m : ndarray of shape (s, 3)
        Places (m) that give them.
    variogram : Variogram
        Of any sill.
    search : Search
        Targets with fewer than its minimum have no neighbour.
    hole : ndarray of shape (s,), int, optional
        For counts by hole; each source its own when left out.

    Attributes
    ----------
    most : int
        Neighbours of a target at most.
    """

    def __init__(
        self, sources_m: _F8, variogram: Variogram, search: Search, hole: _I4 | None = None
    ) -> None:
        of = np.arange(len(sources_m), dtype=np.int32) if hole is None else hole
        self.most = min(search.max_samples, len(sources_m))
        self._index = SampleIndex(sources_m, of, search)
        self._packed = variogram.packed()
        self._sources = np.ascontiguousarray(sources_m, dtype=np.float64)
        self._search = search

    def prepare(self, targets_m: _F8) -> None:
        """Learn how far searches reach at some targets; changes the speed alone."""
        self._index.prepare(targets_m)

    def near(self, targets_m: _F8) -> _I4:
        """Sources round each target, shape (m, most), ending with -1 where there are fewer."""
        places = Targets(
            np.ascontiguousarray(targets_m, dtype=np.float64), np.zeros((len(targets_m), 0)),
            _NONE, _NONE,
        )  # fmt: skip
        found = self._index.find(places)
        near = found.index
        near[np.arange(self.most) >= found.count[:, None]] = -1
        return near

    def each(self, targets_m: _F8, use: Use, threads: int = 1) -> None:
        """Pass weights to ``use``, some targets (by their rows) at a time, in the threads."""
        order = _by_cell(targets_m, self._search)
        parts = chunks(len(order), _CHUNK)

        def one(part: int) -> None:
            rows = order[slice(*parts[part])]
            use(rows, self._some(np.ascontiguousarray(targets_m[rows], dtype=np.float64)))

        for _ in in_order(one, len(parts), threads):
            pass

    def at(self, targets_m: _F8, threads: int = 1) -> KrigingWeights:
        """Weights at all targets."""
        near = np.empty((len(targets_m), self.most), dtype=np.int32)
        out = KrigingWeights(near, np.empty(near.shape), np.empty(len(near)))

        def keep(rows: NDArray[np.int64], found: KrigingWeights) -> None:
            near[rows] = found.near
            out.weights[rows], out.variance[rows] = found.weights, found.variance

        self.each(targets_m, keep, threads)
        return out

    def _some(self, targets: _F8) -> KrigingWeights:
        found = self.near(targets)
        # covariances among the few sources that these targets see are worked out once
        seen, place = np.unique(found, return_inverse=True)
        there = int(np.searchsorted(seen, 0))
        local = np.ascontiguousarray((place.reshape(found.shape) - there).astype(np.int32))
        local[local < 0] = -1
        few = np.ascontiguousarray(self._sources[seen[there:]])
        weights, variance = np.empty(found.shape), np.empty(len(found))
        weigh(targets, few, self._packed, local, weights, variance, _among(few, self._packed))
        return KrigingWeights(found, weights, variance)


def krige_weights(
    targets_m: _F8,
    sources_m: _F8,
    variogram: Variogram,
    search: Search,
    hole: _I4 | None = None,
    threads: int = 1,
) -> KrigingWeights:
    """Weights at targets (m, 3); what else it takes is as :class:`Weigher` does."""
    weigher = Weigher(sources_m, variogram, search, hole)
    weigher.prepare(targets_m)
    return weigher.at(targets_m, threads)


def weigh(
    targets: _F8,
    sources: _F8,
    packed: PackedVariogram,
    near: _I4,
    weights: _F8,
    variance: _F8,
    among: _F8 | None = None,
) -> None:
    """Fill ``weights`` (m, k) and ``variance`` (m,) of targets whose neighbours are known."""
    table = np.zeros((0, 0)) if among is None else among
    simple_weights(targets, sources, near, table, *packed, weights, variance)


def _by_cell(targets_m: _F8, search: Search) -> NDArray[np.int64]:
    """Targets in an order in which those that follow one another have neighbours in common."""
    reduced = np.asarray(targets_m, dtype=np.float64) @ search.transform().T
    cell = np.floor(reduced - reduced.min(axis=0)).astype(np.int64)
    return np.lexsort(cell.T)


def _among(sources: _F8, packed: PackedVariogram) -> _F8:
    """Covariances of sources (s, s) where they are few enough to be held; else (0, 0)."""
    if len(sources) > MOST_HELD:
        return np.zeros((0, 0))
    out = np.empty((len(sources), len(sources)))
    covariances_among(sources, *packed, out)
    return out


def unit_sill(variogram: Variogram) -> Variogram:
    """A variogram of normal scores, with its sill brought to 1 if that is a small matter.

    Raises
    ------
    ModelError
        When its sill is further from 1 than :data:`SILL_TOLERANCE`.
    """
    if abs(variogram.sill - 1.0) > SILL_TOLERANCE:
        raise ModelError(
            f"the variogram has a sill of {variogram.sill:.4g}, normal scores have 1",
            fix="give that of normal scores, or set standardise = true to keep its shape alone",
        )
    return variogram.standardised()


def prepared(
    grid: Grid,
    variogram: Variogram,
    search: Search | None,
    simulated: NDArray[np.bool_] | None,
) -> tuple[Variogram, Search, NDArray[np.int64]]:
    """A model of sill 1, a search, and the nodes (m,) of interest; what was left out filled in.

    Raises
    ------
    ModelError
        When the sill is not 1, or the mask does not fit the grid or is false everywhere.
    """
    model = unit_sill(variogram)
    inside = checked_mask(simulated, grid.n)
    return model, search or default_search(model), np.flatnonzero(inside)


def default_search(variogram: Variogram, most: int = 32) -> Search:
    """The ``most`` nearest data within the reach of the variogram's longest structure."""
    if not variogram.structures:
        return Search(Ellipsoid((1e-3, 1e-3, 1e-3)), max_samples=most)
    longest = max(variogram.structures, key=lambda s: s.reach**3 * float(np.prod(s.ranges_m)))
    x, y, z = (longest.reach * r for r in longest.ranges_m)
    return Search(Ellipsoid((x, y, z), longest.rotation), max_samples=most)
