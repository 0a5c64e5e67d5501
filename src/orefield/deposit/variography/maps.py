"""Variogram maps: how alike grades are, by lag east, north and up."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples
from orefield.kernels.variogram_leaves import split
from orefield.kernels.variogram_maps import gather_map

_F8 = NDArray[np.float64]

MAX_CELLS = 20_000_000
_LEAF = 16
_SHARES = 16


@dataclass(frozen=True, eq=False)
class VariogramMap:
    """Semivariance on a grid of lags; the same at a lag and its opposite.

    Attributes
    ----------
    size_m : (float, float, float)
        Of cells, along the axes.
    axes : ndarray of shape (3, 3)
        Unit vectors of the map's x, y and z, one a row; east, north and up unless told.
    pairs : ndarray of shape (nz, ny, nx), int64
        Odd numbers of cells; lag zero is the middle. Where it is 0, ``gamma`` is NaN.
    gamma : ndarray of shape (nz, ny, nx)
    """

    size_m: tuple[float, float, float]
    axes: _F8
    pairs: NDArray[np.int64]
    gamma: _F8

    def lags_m(self) -> _F8:
        """Lag vector (east, north, up) of each cell, shape (nz, ny, nx, 3)."""
        along = [
            (np.arange(n) - n // 2) * size
            for n, size in zip(self.pairs.shape[::-1], self.size_m, strict=True)
        ]
        z, y, x = np.meshgrid(along[2], along[1], along[0], indexing="ij")
        return np.asarray(np.stack([x, y, z], axis=-1) @ self.axes)


def variogram_map(
    samples: Samples,
    value: str,
    size_m: tuple[float, float, float],
    half: tuple[int, int, int],
    *,
    axes: _F8 | None = None,
    threads: int | None = None,
) -> VariogramMap:
    """The variogram map of a value.

    Parameters
    ----------
    samples : Samples
        NaN where not measured.
    value : str
        What is mapped.
    size_m : (float, float, float)
        Of cells (m) along the map's axes.
    half : (int, int, int)
        Cells on either side of lag zero along each axis; 0 for a map in a plane, whose one
        cell should then be thick enough.
    axes : ndarray of shape (3, 3), optional
        The map's axes, one unit vector a row (:meth:`Rotation.axes`); east, north, up when
        left out.
    threads : int, optional
        As many as there are cores when left out; the result does not depend on it.

    Raises
    ------
    ModelError
        For sizes and numbers of cells that cannot be, or fewer than two samples.
    """
    if not (np.isfinite(size_m).all() and min(size_m) > 0 and min(half) >= 0 and max(half) > 0):
        raise ModelError(
            f"a map of {half} cells of {size_m} m on either side", fix="give positive numbers"
        )
    if np.prod([2.0 * h + 1 for h in half]) > MAX_CELLS:
        raise ModelError(f"a map of {half} cells on either side is too large", fix="use fewer")
    frame = np.eye(3) if axes is None else np.asarray(axes, dtype=np.float64)
    if frame.shape != (3, 3) or np.abs(frame @ frame.T - np.eye(3)).max() > 1e-6:
        raise ModelError("axes of a map are not at right angles", fix="give Rotation(...).axes()")
    use = ~np.isnan(samples[value])
    if use.sum() < 2:
        raise ModelError(f"{int(use.sum())} sample with a value of '{value}': there are no pairs")
    xyz = samples.xyz_m[use] @ frame.T
    order, starts, boxes = split(xyz, _LEAF)
    fixed = (
        np.ascontiguousarray(xyz[order]),
        np.ascontiguousarray(samples[value][use][order]),
        starts,
        boxes,
        np.array(size_m, dtype=np.float64),
        np.array(half, dtype=np.int64),
    )
    shares = min(_SHARES, len(starts) - 1)
    counts, sums = np.zeros((1, 1, 1), dtype=np.int64), np.zeros((1, 1, 1))
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for n, s in pool.map(lambda first: gather_map(first, shares, *fixed), range(shares)):
            counts, sums = counts + n, sums + s
    # a pair is seen from both ends
    counts, sums = counts + counts[::-1, ::-1, ::-1], sums + sums[::-1, ::-1, ::-1]
    with np.errstate(invalid="ignore"):
        gamma = sums / counts
    sizes = (float(size_m[0]), float(size_m[1]), float(size_m[2]))
    return VariogramMap(sizes, frame, counts, gamma)
