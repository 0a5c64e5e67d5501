"""The support of an estimate: a point, or a block cut into points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

MAX_POINTS = 1000


@dataclass(frozen=True, eq=False)
class Support:
    """Points of a block about its middle; one point of zeros for a point.

    Attributes
    ----------
    offsets_m : ndarray of shape (q, 3)
    is_block : bool
        The nugget averages out over a block; it does not at a point.
    """

    offsets_m: NDArray[np.float64]
    is_block: bool

    @classmethod
    def point(cls) -> Support:
        """Point support."""
        return cls(np.zeros((1, 3)), False)

    @classmethod
    def block(cls, grid: Grid, discretisation: tuple[int, int, int]) -> Support:
        """Blocks of a grid, cut into a regular pattern of points.

        Parameters
        ----------
        grid : Grid
            Its block size and rotation.
        discretisation : (int, int, int)
            Points along the grid's x, y, z; ``(1, 1, 1)`` is a block seen as its middle, which
            leaves its variance at the sill less the nugget.

        Raises
        ------
        ModelError
            For counts that are not positive, or more than 1000 points.
        """
        counts = tuple(discretisation)
        if (
            len(counts) != 3
            or any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) for n in counts)
            or min(counts) < 1
            or math.prod(counts) > MAX_POINTS
        ):
            raise ModelError(
                f"a block cannot be cut into {discretisation} points",
                fix=f"give three whole numbers from 1, {MAX_POINTS} points at most",
            )
        axes = [
            ((np.arange(n) + 0.5) / n - 0.5) * size
            for n, size in zip(counts, grid.size, strict=True)
        ]
        z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
        local = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
        turned = grid.to_world(local) - np.asarray(grid.origin)
        return cls(np.ascontiguousarray(turned), True)
