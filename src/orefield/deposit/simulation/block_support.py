"""How much of the variance of points blocks keep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.variogram import Variogram


def variance_share(
    variogram: Variogram, blocks: Grid, points: tuple[int, int, int] = (6, 6, 6)
) -> float:
    """Variance of blocks over that of points: the mean covariance within a block over the sill.

    The nugget of points is gone in a block. In a grid of one layer, blocks have no thickness.

    Parameters
    ----------
    variogram : Variogram
        Of the values themselves, of any sill.
    blocks : Grid
        Its blocks.
    points : (int, int, int)
        Points of a block along the grid's axes.

    Raises
    ------
    ModelError
        When there are less than one, or the variogram is all nugget: blocks then have no variance
        that a model could tell.
    """
    counts = (points[0], points[1], 1 if blocks.shape[2] == 1 else points[2])
    if min(counts) < 1:
        raise ModelError(f"blocks have {points} points", fix="give three whole numbers from 1")
    if not variogram.structures:
        raise ModelError("the variogram is all nugget", fix="blocks have no variance then")
    axes = [
        (np.arange(count) + 0.5) / count * size
        for count, size in zip(counts, blocks.size, strict=True)
    ]
    local = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    xyz: NDArray[np.float64] = blocks.to_world(local)
    lags = (xyz[:, None, :] - xyz[None, :, :]).reshape(-1, 3)
    without = Variogram(0.0, variogram.structures)
    return float(without.covariance(lags).mean()) / variogram.sill
