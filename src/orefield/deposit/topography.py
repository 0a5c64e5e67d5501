"""A terrain model: a plane at the site's elevation with gentle relief."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

_WAVES = 8
_WAVELENGTHS_M = (700.0, 3000.0)
_SUBCELLS = 3


@dataclass(frozen=True, slots=True)
class Topography:
    """A smooth surface through ``elevation_m`` at the local origin (0, 0).

    Parameters
    ----------
    elevation_m : float
        Elevation (m) at east 0, north 0.
    slope_deg : float
        Dip of the regional plane (degrees), in [0, 40].
    uphill_azimuth_deg : float
        Direction (degrees, counter-clockwise from east) in which it rises.
    relief_m : float
        Standard deviation (m) of the undulation on top of the plane.
    waves : tuple of (kx, ky, phase)
        Wave vectors (rad/m) and phases of the undulation; see :meth:`seeded`.

    Raises
    ------
    ModelError
        For values that are not finite, a slope beyond 40 degrees or negative relief.
    """

    elevation_m: float
    slope_deg: float = 0.0
    uphill_azimuth_deg: float = 0.0
    relief_m: float = 0.0
    waves: tuple[tuple[float, float, float], ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.elevation_m, self.slope_deg, self.uphill_azimuth_deg, self.relief_m)
        if not all(math.isfinite(v) for v in numbers):
            raise ModelError(f"topography has a number that is not finite: {numbers}")
        if not 0 <= self.slope_deg <= 40:
            raise ModelError(
                f"the terrain slopes by {self.slope_deg:g} degrees",
                fix="give 0 to 40; a pit wall needs terrain flatter than itself",
            )
        if self.relief_m < 0:
            raise ModelError(f"relief is {self.relief_m:g} m", fix="give zero or more")

    @classmethod
    def seeded(
        cls,
        rng: np.random.Generator,
        elevation_m: float,
        *,
        slope_deg: float,
        uphill_azimuth_deg: float,
        relief_m: float,
    ) -> Topography:
        """A surface whose undulation is drawn from ``rng`` (a sum of eight cosines)."""
        low, high = (2 * math.pi / w for w in reversed(_WAVELENGTHS_M))
        number = np.exp(rng.uniform(math.log(low), math.log(high), _WAVES))
        heading = rng.uniform(0.0, 2 * math.pi, _WAVES)
        phase = rng.uniform(0.0, 2 * math.pi, _WAVES)
        waves = tuple(
            (float(k * math.cos(h)), float(k * math.sin(h)), float(p))
            for k, h, p in zip(number, heading, phase, strict=True)
        )
        return cls(elevation_m, slope_deg, uphill_azimuth_deg, relief_m, waves)

    @property
    def gradient(self) -> tuple[float, float]:
        """Rise of the regional plane per metre east and north."""
        rise = math.tan(math.radians(self.slope_deg))
        angle = math.radians(self.uphill_azimuth_deg)
        return (rise * math.cos(angle), rise * math.sin(angle))

    def surface_m(
        self, east_m: NDArray[np.float64], north_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Surface elevation (m) at points (any shape that broadcasts together)."""
        east, north = np.broadcast_arrays(
            np.asarray(east_m, dtype=np.float64), np.asarray(north_m, dtype=np.float64)
        )
        gx, gy = self.gradient
        out = self.elevation_m + gx * east + gy * north
        if self.waves and self.relief_m:
            scale = self.relief_m * math.sqrt(2.0 / len(self.waves))
            for kx, ky, phase in self.waves:
                out = out + scale * (np.cos(kx * east + ky * north + phase) - math.cos(phase))
        return np.asarray(out)

    def rock_fraction(self, grid: Grid) -> NDArray[np.float64]:
        """Share of each block below the surface, shape (n,): 1 is rock, 0 is air.

        Averages 3 x 3 vertical lines a block, so that steep ground does not step.
        """
        nx, ny, nz = grid.shape
        offsets = (np.arange(_SUBCELLS) + 0.5) / _SUBCELLS
        floor = grid.bench_elevation_m()[:, None, None]
        total = np.zeros((nz, ny, nx))
        for oy in offsets:
            for ox in offsets:
                east, north = _plan(grid, ox, oy)
                total += np.clip((self.surface_m(east, north) - floor) / grid.size[2], 0.0, 1.0)
        return np.asarray(total.ravel() / _SUBCELLS**2)

    def depth_m(self, grid: Grid) -> NDArray[np.float64]:
        """Depth (m) of block centres below the surface at them, shape (n,)."""
        nx, ny, nz = grid.shape
        surface = self.surface_m(*_plan(grid, 0.5, 0.5))
        centre = grid.bench_elevation_m() + grid.size[2] / 2
        return np.asarray((surface[None, :, :] - centre[:, None, None]).reshape(nx * ny * nz))


def _plan(grid: Grid, ox: float, oy: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """East and north, shape (ny, nx), of points at block shares (ox, oy) of each column."""
    x = (np.arange(grid.shape[0]) + ox) * grid.size[0]
    y = (np.arange(grid.shape[1]) + oy) * grid.size[1]
    yy, xx = np.meshgrid(y, x, indexing="ij")
    angle = math.radians(grid.rotation_deg)
    east = grid.origin[0] + xx * math.cos(angle) - yy * math.sin(angle)
    north = grid.origin[1] + xx * math.sin(angle) + yy * math.cos(angle)
    return east, north
