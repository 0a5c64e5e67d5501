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
        return self._along(0), self._along(1), self._along(2)

    def _along(self, axis: int) -> NDArray[np.float64]:
        places = np.arange(self.shape[axis], dtype=np.float64) + 0.5
        return self.origin[axis] + places * self.size[axis]

    def centroids(self) -> NDArray[np.float64]:
        """Block centres, shape (n, 3): east, north, elevation (m), in index order."""
        return self.centres(0, self.n)

    def centres(self, start: int, stop: int) -> NDArray[np.float64]:
        """Centres of blocks ``start`` to ``stop`` - 1, shape (stop - start, 3), m.

        Raises
        ------
        ModelError
            When there are no such blocks.
        """
        if not 0 <= start <= stop <= self.n:
            raise ModelError(f"blocks {start} to {stop} are not in a grid of {self.n:,}")
        index = np.arange(start, stop)
        nx, ny, _ = self.shape
        layer, cell = np.divmod(index, nx * ny)
        row, column = np.divmod(cell, nx)
        place = np.column_stack([column, row, layer]) + 0.5
        return self.to_world(place * np.asarray(self.size))

    def to_world(self, local_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """East, north, elevation (m) of places along the grid's axes from its origin, (k, 3)."""
        out = np.array(local_m, dtype=np.float64)
        if self.rotation_deg:
            s, c = self._turn()
            x, y = out[:, 0].copy(), out[:, 1].copy()
            out[:, 0], out[:, 1] = x * c - y * s, x * s + y * c
        out += np.asarray(self.origin)
        return out

    def to_local(self, xyz_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of :meth:`to_world`: distances (m) along the grid's axes, (k, 3)."""
        out: NDArray[np.float64] = np.asarray(xyz_m, dtype=np.float64) - np.asarray(self.origin)
        if self.rotation_deg:
            s, c = self._turn()
            x, y = out[:, 0].copy(), out[:, 1].copy()
            out[:, 0], out[:, 1] = x * c + y * s, y * c - x * s
        return out

    def locate(self, xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Flat index of the block that holds each place, shape (k, 3) -> (k,); -1 outside."""
        cell = np.floor(self.to_local(xyz_m) / np.asarray(self.size))
        inside = ((cell >= 0) & (cell < np.asarray(self.shape))).all(axis=1)
        nx, ny, _ = self.shape
        x, y, z = np.where(inside[:, None], cell, 0).astype(np.int64).T
        return np.where(inside, x + nx * (y + ny * z), -1)

    def _turn(self) -> tuple[float, float]:
        angle = math.radians(self.rotation_deg)
        return math.sin(angle), math.cos(angle)

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
