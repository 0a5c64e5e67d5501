"""How far an observation reaches: tapers by distance, on a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.orientation import Ellipsoid

_F8 = NDArray[np.float64]

_LEAST = 1e-3
"""Tapers below this are none: they would double the work and move nothing."""

MAX_REACH = 20_000_000
"""More blocks than this within reach of one are taken for a mistake of units."""


def gaspari_cohn(distance: ArrayLike) -> _F8:
    """Taper at distances in ranges (any shape): 1 at zero, zero from 1 on.

    The fifth-order function of Gaspari and Cohn (1999, equation 4.10, Quarterly Journal of
    the Royal Meteorological Society 125(554), doi 10.1002/qj.49712555417); its half-width is
    half a range here.
    """
    r = 2.0 * np.abs(np.asarray(distance, dtype=np.float64))
    near = 1.0 + r * r * (-5.0 / 3.0 + r * (5.0 / 8.0 + r * (0.5 - 0.25 * r)))
    s = np.maximum(r, 1.0)
    far = (
        4.0 + s * (-5.0 + s * (5.0 / 3.0 + s * (5.0 / 8.0 + s * (-0.5 + s / 12.0))))
        - 2.0 / (3.0 * s)
    )  # fmt: skip
    return np.where(r <= 1.0, near, np.where(r < 2.0, np.maximum(far, 0.0), 0.0))


@dataclass(frozen=True, eq=False)
class Reach:
    """Blocks within reach of a block, as steps on the grid.

    Attributes
    ----------
    offsets : int64 array, shape (t, 3)
        Steps along x, y and z, the nearest first; the first is the block itself.
    tapers : float32 array, shape (t,)
        1 for the block itself, falling to zero at the ellipsoid.
    to_ranges : float64 array, shape (3, 3)
        From steps on the grid to lags in ranges; zero where distance does not matter.
    """

    offsets: NDArray[np.int64]
    tapers: NDArray[np.float32]
    to_ranges: _F8

    @classmethod
    def on(cls, grid: Grid, ellipsoid: Ellipsoid) -> Reach:
        """Steps within an ellipsoid about a block of a grid; tapers by :func:`gaspari_cohn`.

        Raises
        ------
        ModelError
            When the ellipsoid holds absurdly many blocks.
        """
        # half-width of the ellipsoid's box along the grid's axes
        unit = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1, 1, 1), grid.rotation_deg)
        turn = unit.to_world(np.eye(3))
        to_ranges = ellipsoid.transform() @ turn.T
        half = np.sqrt((np.linalg.inv(to_ranges) ** 2).sum(axis=1))
        most = np.minimum(np.floor(half / grid.size), np.asarray(grid.shape) - 1).astype(np.int64)
        if math.prod(2.0 * most + 1.0) > MAX_REACH:
            raise ModelError(
                f"localisation reaches over {math.prod(2.0 * most + 1.0):,.0f} blocks",
                fix="give shorter ranges; they are in metres",
            )
        axes = np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij")
        steps = np.stack(axes, axis=-1).reshape(-1, 3)
        lags = steps * np.asarray(grid.size)
        distance = np.sqrt(((lags @ to_ranges.T) ** 2).sum(axis=1))
        taper = gaspari_cohn(distance)
        kept = np.flatnonzero(taper > _LEAST)
        order = kept[np.argsort(distance[kept], kind="stable")]
        return cls(steps[order], taper[order].astype(np.float32), to_ranges * np.asarray(grid.size))

    def narrowed(self, share: float) -> Reach:
        """The same to a share of the distance, above 0 to 1."""
        if share >= 1.0 or self.is_everywhere:
            return self
        to_ranges = self.to_ranges / share
        distance = np.sqrt(((self.offsets @ to_ranges.T) ** 2).sum(axis=1))
        taper = gaspari_cohn(distance)
        kept = taper > _LEAST
        return Reach(self.offsets[kept], taper[kept].astype(np.float32), to_ranges)

    @property
    def is_everywhere(self) -> bool:
        """Whether an observation reaches all blocks alike."""
        return len(self.offsets) == 0


EVERYWHERE = Reach(
    np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.float32), np.zeros((3, 3))
)
"""No localisation: an observation reaches all blocks, whatever their distance."""
