"""Regular three-dimensional grids: where every block is."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

MAX_BLOCKS = 200_000_000
"""More blocks than this is taken for a mistake of units, not a model."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular block grid in easting, northing and elevation (m).

    The one documented order: block ``(ix, iy, iz)`` has the flat index
    ``ix + nx * (iy + ny * iz)``; ``x`` (east) runs fastest, ``z`` (up) slowest, so
    that index order is bench by bench from the pit bottom upwards. A field of the
    grid reshapes to ``(nz, ny, nx)`` in C order.

    Parameters
    ----------
    origin : (float, float, float)
        East, north, elevation (m) of the lower south-west *corner* of block (0, 0, 0).
    size : (float, float, float)
        Block size (m) along the grid's own x, y, z.
    shape : (int, int, int)
        Number of blocks ``(nx, ny, nz)``.
    rotation_deg : float
        Angle (degrees, counter-clockwise from east) of the grid's x axis about the
        vertical through ``origin``.

    Raises
    ------
    ModelError
        For sizes or counts that are not positive and finite, or absurdly many blocks.
    """

    origin: tuple[float, float, float]
    size: tuple[float, float, float]
    shape: tuple[int, int, int]
    rotation_deg: float = 0.0

    def __post_init__(self) -> None:
        for name in ("origin", "size", "shape"):
            if len(getattr(self, name)) != 3:
                raise ModelError(f"grid's {name} must be three numbers: {getattr(self, name)}")
        try:
            counts = tuple(operator.index(v) for v in self.shape)
        except TypeError:
            raise ModelError(
                f"grid's counts of blocks must be whole numbers, got {self.shape}"
            ) from None
        # plain tuples of plain numbers, so that a grid hashes and writes as JSON
        object.__setattr__(self, "shape", counts)
        object.__setattr__(self, "origin", tuple(float(v) for v in self.origin))
        object.__setattr__(self, "size", tuple(float(v) for v in self.size))
        numbers = (*self.origin, *self.size, self.rotation_deg)
        if not all(math.isfinite(v) for v in numbers):
            raise ModelError(f"grid has a number that is not finite: {numbers}")
        if min(self.size) <= 0:
            raise ModelError(
                f"block size must be positive, got {self.size}", fix="give sizes in metres"
            )
        if min(self.shape) < 1:
            raise ModelError(f"grid must have at least one block each way, got {self.shape}")
        if math.prod(self.shape) > MAX_BLOCKS:
            raise ModelError(
                f"grid of {math.prod(self.shape):,} blocks is larger than {MAX_BLOCKS:,}",
                fix="use larger blocks, or check that sizes and extents are both in metres",
            )

    @property
    def n(self) -> int:
        """Number of blocks."""
        return math.prod(self.shape)

    @property
    def block_volume_m3(self) -> float:
        """Volume of a block (m3)."""
        return math.prod(self.size)

    @property
    def top_m(self) -> float:
        """Elevation (m) of the grid's upper face."""
        return self.origin[2] + self.size[2] * self.shape[2]

    def index(self, ix: int, iy: int, iz: int) -> int:
        """Flat index of block ``(ix, iy, iz)``."""
        nx, ny, nz = self.shape
        if not (0 <= ix < nx and 0 <= iy < ny and 0 <= iz < nz):
            raise ModelError(f"block ({ix}, {iy}, {iz}) is outside the grid {self.shape}")
        return ix + nx * (iy + ny * iz)

    def local_axes(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Block centres along the grid's own axes, without rotation: (nx,), (ny,), (nz,) in m."""
        return tuple(  # type: ignore[return-value]
            self.origin[a] + (np.arange(self.shape[a]) + 0.5) * self.size[a] for a in range(3)
        )

    def centroids(self) -> NDArray[np.float64]:
        """Block centres, shape (n, 3): east, north, elevation (m), in index order."""
        x, y, z = self.local_axes()
        zz, yy, xx = np.meshgrid(z, y, x, indexing="ij")
        out = np.column_stack([xx.ravel(), yy.ravel(), zz.ravel()])
        if self.rotation_deg:
            angle = math.radians(self.rotation_deg)
            dx, dy = out[:, 0] - self.origin[0], out[:, 1] - self.origin[1]
            out[:, 0] = self.origin[0] + dx * math.cos(angle) - dy * math.sin(angle)
            out[:, 1] = self.origin[1] + dx * math.sin(angle) + dy * math.cos(angle)
        return out

    def bench_elevation_m(self) -> NDArray[np.float64]:
        """Elevation (m) of each level's lower face, shape (nz,)."""
        floor = self.origin[2] + np.arange(self.shape[2]) * self.size[2]
        return np.asarray(floor, dtype=np.float64)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for file metadata."""
        return {
            "origin": list(self.origin),
            "size": list(self.size),
            "shape": list(self.shape),
            "rotation_deg": self.rotation_deg,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Grid:
        """The inverse of :meth:`as_dict`.

        Raises
        ------
        ModelError
            When a key is missing or a value is not a number.
        """
        try:
            ox, oy, oz = (float(v) for v in values["origin"])
            sx, sy, sz = (float(v) for v in values["size"])
            nx, ny, nz = (_whole(v) for v in values["shape"])
            rotation = float(values.get("rotation_deg", 0.0))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(
                f"grid metadata cannot be read: {error}",
                fix="origin, size and shape must each hold three numbers",
            ) from error
        return cls((ox, oy, oz), (sx, sy, sz), (nx, ny, nz), rotation)


def _whole(value: Any) -> int:
    if int(value) != value:
        raise ValueError(f"{value} is not a whole number of blocks")
    return int(value)
