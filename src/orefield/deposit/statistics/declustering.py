"""Weights that make up for samples being close together where grades are high."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]

Keep = Literal["least", "largest", "given"]
"""Which mean of several sizes of cells is kept; "given" where there is one size."""

_MOST_CELLS = 1e15


@dataclass(frozen=True, eq=False)
class Declustering:
    """Weights of cells of one size, and what other sizes would give.

    Attributes
    ----------
    weights : ndarray of shape (n,)
        One on average over samples with a value; 0 where there is none.
    size_m : float
        Of the cells, along x; 0 for no cells, all weights alike.
    sizes_m, means : ndarray of shape (s,)
        Every size looked at and the mean of the values with its weights.
    naive : float
        The mean without weights (but with lengths, where they are given).
    """

    weights: _F8
    size_m: float
    sizes_m: _F8
    means: _F8
    naive: float

    @property
    def mean(self) -> float:
        """Mean of the values with the weights."""
        at = np.flatnonzero(self.sizes_m == self.size_m)
        return float(self.means[at[0]]) if at.size else self.naive


def cell_declustering(
    xyz_m: _F8,
    values: _F8,
    sizes_m: Sequence[float] | _F8,
    *,
    keep: Keep = "least",
    offsets: int = 8,
    ratios: tuple[float, float, float] = (1.0, 1.0, 1.0),
    lengths_m: _F8 | None = None,
) -> Declustering:
    """Each cell that holds samples weighs the same (Journel, 1983; Deutsch, 1989, from memory).

    Cells of each size are laid several times, each time shifted along their diagonal by a
    part of their size, and weights averaged. Of several sizes that with the least, or largest,
    mean is kept: the least where holes crowd in high grades.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Positions.
    values : ndarray of shape (n,)
        NaN where not measured: such samples get no weight and crowd no cell.
    sizes_m : sequence of float
        Sizes of cells (m), along x.
    keep : {"least", "largest", "given"}
        Which mean; "given" for the one size there is.
    offsets : int
        Times that cells are laid.
    ratios : (float, float, float)
        Sizes along x, y, z over ``sizes_m``.
    lengths_m : ndarray of shape (n,), optional
        Samples share their cell by length.

    Raises
    ------
    ModelError
        For no value, sizes or ratios that are not positive, or more cells than a number holds.
    """
    sizes = np.asarray(sizes_m, dtype=np.float64).reshape(-1)
    if not sizes.size or not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise ModelError(f"sizes of cells are {sizes.tolist()}", fix="give positive metres")
    if keep == "given" and sizes.size != 1:
        raise ModelError(f"{sizes.size} sizes of cells where one is given", fix="give one")
    if not (all(math.isfinite(r) and r > 0 for r in ratios) and offsets >= 1):
        raise ModelError(f"cells with ratios {ratios}, laid {offsets} times", fix="be positive")
    use = ~np.isnan(values)
    if not use.any():
        raise ModelError("no value to decluster by: none was measured")
    xyz, v = xyz_m[use], values[use]
    mass = np.ones(len(v)) if lengths_m is None else np.asarray(lengths_m, dtype=np.float64)[use]
    naive = float(np.average(v, weights=mass))
    tables = [_weights(xyz, mass, size * np.asarray(ratios), offsets) for size in sizes]
    means = np.array([float(np.average(v, weights=w)) for w in tables])
    at = int(np.argmin(means) if keep != "largest" else np.argmax(means))
    # a size that does not move the mean the asked way is no better than none
    better = {"least": means[at] < naive, "largest": means[at] > naive, "given": True}[keep]
    best = tables[at] if better else mass / mass.mean()
    weights = np.zeros(len(values))
    weights[use] = best
    return Declustering(weights, float(sizes[at]) if better else 0.0, sizes, means, naive)


def scan_sizes(xyz_m: _F8, *, count: int = 24) -> _F8:
    """Sizes worth trying (m), (count,): geometric, from a hundredth to half of the extent."""
    extent = float(np.ptp(xyz_m, axis=0).max())
    if extent == 0:
        return np.ones(1)
    return np.geomspace(extent / 100.0, extent / 2.0, count)


def _weights(xyz: _F8, mass: _F8, size: _F8, offsets: int) -> _F8:
    low = xyz.min(axis=0)
    counts = np.ceil((xyz.max(axis=0) - low) / size) + 2
    if np.prod(counts) > _MOST_CELLS:
        raise ModelError(
            f"cells of {size[0]:g} m are too small for the extent of the samples",
            fix="give larger cells",
        )
    total = np.zeros(len(xyz))
    for k in range(offsets):
        cell = np.floor((xyz - low) / size + k / offsets).astype(np.int64)
        key = cell[:, 0] + np.int64(counts[0]) * (cell[:, 1] + np.int64(counts[1]) * cell[:, 2])
        _, of = np.unique(key, return_inverse=True)
        inside = np.bincount(of, weights=mass)
        total += mass / inside[of] / len(inside)
    return np.asarray(total / total.mean())
