"""Stationary Gaussian random fields on a regular grid, by FFT.

The moving-average method in the frequency domain (FFT-MA: Le Ravalec, Noetinger and
Hu, 2000, "The FFT moving average (FFT-MA) generator", Mathematical Geology 32(6)) on
a periodic grid that is larger than the model by the variogram's reach, so that
opposite faces of the model stay independent (circulant embedding: Dietrich and
Newsam, 1997, SIAM Journal on Scientific Computing 18(4)).

The periodic covariance is the *sum* of the covariance over its periodic images, not
the covariance of the nearest image: such a sum is positive semi-definite whatever the
size of the period, so that its spectrum needs no repair.

Where ranges run along the grid's axes, one octant of lags is worked out and mirrored; where
they are turned, half of them. Along an axis with a single layer of blocks, nothing is periodic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.orientation import ALONG_AXES
from orefield.deposit.variogram import Structure, Variogram

MAX_PERIODIC_CELLS = 60_000_000
"""A periodic grid beyond this would not fit in memory beside the model."""

_CLIPPED_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class GaussianField:
    """A generator of fields with mean 0, variance 1 and a given variogram.

    Build it with :meth:`on`; one generator serves many fields.

    Parameters
    ----------
    shape : (int, int, int)
        Blocks of the model ``(nx, ny, nz)``.
    period : (int, int, int)
        Cells of the periodic grid ``(mx, my, mz)``.
    nugget : float
        Share of the variance without correlation.
    amplitude : ndarray of shape (mz, my, mx // 2 + 1)
        Square root of the spectrum of the correlated part.
    """

    shape: tuple[int, int, int]
    period: tuple[int, int, int]
    nugget: float
    amplitude: NDArray[np.float64]

    @classmethod
    def on(
        cls, grid: Grid, variogram: Variogram, *, axes: Literal["grid", "world"] = "grid"
    ) -> GaussianField:
        """A generator for the blocks of ``grid``.

        The variogram is taken on the support of a block and scaled to unit sill.

        Parameters
        ----------
        grid : Grid
            Places.
        variogram : Variogram
            Any nugget and structures.
        axes : {"grid", "world"}
            Whether the variogram's angles are from the grid's own y axis, or from north; the
            same where the grid is not rotated.

        Raises
        ------
        ModelError
            When the ranges are so long, against the block size, that the periodic
            grid would be absurd.
        """
        model = variogram.standardised()
        turned = axes == "world" and grid.rotation_deg != 0.0
        lags = [_Lags(s, _turn(grid) if turned else np.eye(3)) for s in model.structures]
        period = _period(grid, lags)
        if math.prod(period) > MAX_PERIODIC_CELLS:
            raise ModelError(
                f"a random field of {period} periodic cells is too large",
                fix="shorten the variogram's ranges or use larger blocks",
            )
        if not model.structures:
            return cls(grid.shape, grid.shape, 1.0, np.zeros((0, 0, 0)))
        spectrum = fft.rfftn(_periodic_covariance(grid, period, lags)).real
        negative = -float(spectrum[spectrum < 0].sum())
        if negative > _CLIPPED_SHARE * float(np.abs(spectrum).sum()):
            raise ModelError(
                "the variogram has no valid spectrum on this grid",
                fix="shorten its ranges or use smaller blocks",
            )
        np.maximum(spectrum, 0.0, out=spectrum)
        field = cls(grid.shape, period, model.nugget, np.sqrt(spectrum))
        variance = field._variance()
        return cls(
            grid.shape,
            period,
            model.nugget,
            field.amplitude * math.sqrt((1.0 - model.nugget) / variance),
        )

    def sample(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """One field, shape (n,) in the grid's index order. Advances ``rng``."""
        nx, ny, nz = self.shape
        out = np.zeros(nx * ny * nz)
        if self.amplitude.size:
            mx, my, mz = self.period
            noise = fft.rfftn(rng.standard_normal((mz, my, mx)), workers=1)
            noise *= self.amplitude
            smooth = fft.irfftn(noise, s=(mz, my, mx), workers=1, overwrite_x=True)
            out += smooth[:nz, :ny, :nx].ravel()
        if self.nugget > 0:
            out += math.sqrt(self.nugget) * rng.standard_normal(out.size)
        return out

    def power(self) -> NDArray[np.float64]:
        """Spectrum of the field with its nugget, all of it, shape (mz, my, mx).

        Its mean is the variance, 1; its inverse transform is the periodic covariance.
        """
        mx, my, mz = self.period
        if not self.amplitude.size:
            return np.full((mz, my, mx), self.nugget)
        out = np.empty((mz, my, mx))
        half = mx // 2 + 1
        out[:, :, :half] = self.amplitude**2
        # the rest mirrors the half through the origin
        z, y = -np.arange(mz) % mz, -np.arange(my) % my
        out[:, :, half:] = out[np.ix_(z, y, np.arange(mx - half, 0, -1))]
        out += self.nugget
        return out

    def _variance(self) -> float:
        # Mean of the squared full spectrum's amplitude; the half spectrum holds every
        # column once, and all but the first (and, for even mx, the last) stand for two.
        mx, my, mz = self.period
        power = (self.amplitude**2).sum(axis=(0, 1))
        double = 2.0 * power.sum() - power[0] - (power[-1] if mx % 2 == 0 else 0.0)
        return float(double) / (mx * my * mz)


@dataclass(frozen=True, slots=True)
class _Lags:
    """A structure, and how the grid's axes lie to it (columns of ``turn``, in its frame)."""

    structure: Structure
    turn: NDArray[np.float64]

    @property
    def along_axes(self) -> bool:
        """Whether the ranges run along the grid's axes, by name."""
        return self.structure.rotation == ALONG_AXES and bool((self.turn == np.eye(3)).all())

    @property
    def transform(self) -> NDArray[np.float64]:
        """Matrix (3, 3): lag along the grid's axes (m) to lag in ranges."""
        out: NDArray[np.float64] = self.structure.ellipsoid.transform() @ self.turn
        return out

    def extent_m(self, ranges: float, axis: int) -> float:
        """Half the width along one of the grid's axes of the body of that many ranges."""
        if self.along_axes:
            return ranges * self.structure.ranges_m[axis]
        return ranges * float(np.linalg.norm(np.linalg.inv(self.transform)[axis]))


def _turn(grid: Grid) -> NDArray[np.float64]:
    angle = math.radians(grid.rotation_deg)
    s, c = math.sin(angle), math.cos(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _period(grid: Grid, lags: list[_Lags]) -> tuple[int, int, int]:
    cells = []
    for axis in range(3):
        reach_m = max((s.extent_m(s.structure.reach, axis) for s in lags), default=0.0)
        further = 0 if grid.shape[axis] == 1 else math.ceil(reach_m / grid.size[axis])
        cells.append(int(grid.shape[axis] + further))
    if math.prod(cells) > MAX_PERIODIC_CELLS:
        return (cells[0], cells[1], cells[2])
    mx, my, mz = (int(fft.next_fast_len(c, real=True)) for c in cells)
    return (mx, my, mz)


def _periodic_covariance(
    grid: Grid, period: tuple[int, int, int], lags: list[_Lags]
) -> NDArray[np.float64]:
    """Sum over periodic images, shape (mz, my, mx)."""
    mx, my, mz = period
    half = [m // 2 + 1 for m in period]
    octant = np.zeros((half[2], half[1], half[0]))
    for one in lags:
        if one.along_axes:
            _add_octant(octant, grid.size, period, one.structure)
    fold = [np.minimum(np.arange(m), m - np.arange(m)) for m in (mz, my, mx)]
    out: NDArray[np.float64] = octant[np.ix_(*fold)]
    for one in lags:
        if not one.along_axes:
            _add_box(out, grid, one)
    return out


def _add_octant(
    octant: NDArray[np.float64],
    size: tuple[float, float, float],
    period: tuple[int, int, int],
    structure: Structure,
) -> None:
    # squared distance in ranges along each axis, to the near and the far image
    axes = []
    for axis in range(3):
        cells = octant.shape[2 - axis]
        lag = np.arange(cells) * (size[axis] / structure.ranges_m[axis])
        far = lag - period[axis] * (size[axis] / structure.ranges_m[axis])
        near_enough = np.abs(far).min() < _IMAGE_RANGES and period[axis] > 1
        axes.append([lag**2, far**2] if near_enough else [lag**2])
    for z2 in axes[2]:
        for y2 in axes[1]:
            for x2 in axes[0]:
                octant += structure.covariance(
                    np.sqrt(z2[:, None, None] + y2[None, :, None] + x2[None, None, :])
                )


def _add_box(out: NDArray[np.float64], grid: Grid, one: _Lags) -> None:
    """Add the covariance at all lags within reach, wrapped round the period, a layer a time."""
    structure, transform = one.structure, one.transform
    ranges = 1.0 if structure.kind in ("spherical", "cubic") else _IMAGE_RANGES
    # two images along an axis are enough: the period is longer than the reach
    wide = [
        min(math.ceil(one.extent_m(ranges, axis) / grid.size[axis]), m - 1)
        for axis, m in enumerate(out.shape[::-1])
    ]
    x, y = (np.arange(-w, w + 1) * grid.size[axis] for axis, w in enumerate(wide[:2]))
    level = (
        transform[:, 0, None, None] * x[None, None, :]
        + transform[:, 1, None, None] * y[None, :, None]
    )
    for layer in range(wide[2] + 1):
        shifted = level + (transform[:, 2] * (layer * grid.size[2]))[:, None, None]
        found = structure.covariance(np.sqrt((shifted**2).sum(axis=0)))
        out[layer % len(out)] += _wrapped(found, out.shape[1:])
        if layer:  # the lags below are those above, through the origin
            out[-layer % len(out)] += _wrapped(found[::-1, ::-1], out.shape[1:])


def _wrapped(centred: NDArray[np.float64], period: tuple[int, ...]) -> NDArray[np.float64]:
    """A layer of lags round (0, 0), folded into one period that begins there."""
    out = centred
    for axis in (0, 1):
        m, width = period[axis], out.shape[axis]
        before = -(width // 2) % m
        after = -(before + width) % m
        pad = [(before, after) if a == axis else (0, 0) for a in (0, 1)]
        out = np.pad(out, pad)
        split = (-1, m, out.shape[1]) if axis == 0 else (out.shape[0], -1, m)
        out = out.reshape(split).sum(axis=axis)
    return out


_IMAGE_RANGES = 5.5
"""Beyond this many ranges an image adds less than 1e-7 of the sill."""
