"""Stationary Gaussian random fields on a regular grid, by FFT.

The moving-average method in the frequency domain (FFT-MA: Le Ravalec, Noetinger and
Hu, 2000, "The FFT moving average (FFT-MA) generator", Mathematical Geology 32(6)) on
a periodic grid that is larger than the model by the variogram's reach, so that
opposite faces of the model stay independent (circulant embedding: Dietrich and
Newsam, 1997, SIAM Journal on Scientific Computing 18(4)).

The periodic covariance is the *sum* of the covariance over its periodic images, not
the covariance of the nearest image: such a sum is positive semi-definite whatever the
size of the period, so that its spectrum needs no repair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    def on(cls, grid: Grid, variogram: Variogram) -> GaussianField:
        """A generator for the blocks of ``grid``.

        The variogram is taken on block support and scaled to unit sill; its ranges
        run along the grid's own axes.

        Raises
        ------
        ModelError
            When the ranges are so long, against the block size, that the periodic
            grid would be absurd.
        """
        model = variogram.standardised()
        if any(s.rotation != ALONG_AXES for s in model.structures):
            raise ModelError(
                "the variogram is rotated against the grid", fix="give ranges along the grid's axes"
            )
        period = _period(grid, model.structures)
        if math.prod(period) > MAX_PERIODIC_CELLS:
            raise ModelError(
                f"a random field of {period} periodic cells is too large",
                fix="shorten the variogram's ranges or use larger blocks",
            )
        if not model.structures:
            return cls(grid.shape, grid.shape, 1.0, np.zeros((0, 0, 0)))
        spectrum = fft.rfftn(_periodic_covariance(grid.size, period, model.structures)).real
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

    def _variance(self) -> float:
        # Mean of the squared full spectrum's amplitude; the half spectrum holds every
        # column once, and all but the first (and, for even mx, the last) stand for two.
        mx, my, mz = self.period
        power = (self.amplitude**2).sum(axis=(0, 1))
        double = 2.0 * power.sum() - power[0] - (power[-1] if mx % 2 == 0 else 0.0)
        return float(double) / (mx * my * mz)


def _period(grid: Grid, structures: tuple[Structure, ...]) -> tuple[int, int, int]:
    cells = []
    for axis in range(3):
        reach_m = max((s.reach * s.ranges_m[axis] for s in structures), default=0.0)
        cells.append(int(grid.shape[axis] + math.ceil(reach_m / grid.size[axis])))
    if math.prod(cells) > MAX_PERIODIC_CELLS:
        return (cells[0], cells[1], cells[2])
    mx, my, mz = (int(fft.next_fast_len(c, real=True)) for c in cells)
    return (mx, my, mz)


def _periodic_covariance(
    size: tuple[float, float, float],
    period: tuple[int, int, int],
    structures: tuple[Structure, ...],
) -> NDArray[np.float64]:
    """Sum over periodic images, shape (mz, my, mx), from one octant by symmetry."""
    mx, my, mz = period
    half = [m // 2 + 1 for m in period]
    octant = np.zeros((half[2], half[1], half[0]))
    for structure in structures:
        # squared distance in ranges along each axis, to the near and the far image
        axes = []
        for axis in range(3):
            lag = np.arange(half[axis]) * (size[axis] / structure.ranges_m[axis])
            far = lag - period[axis] * (size[axis] / structure.ranges_m[axis])
            near_enough = np.abs(far).min() < _IMAGE_RANGES
            axes.append([lag**2, far**2] if near_enough else [lag**2])
        for z2 in axes[2]:
            for y2 in axes[1]:
                for x2 in axes[0]:
                    octant += structure.covariance(
                        np.sqrt(z2[:, None, None] + y2[None, :, None] + x2[None, None, :])
                    )
    fold = [np.minimum(np.arange(m), m - np.arange(m)) for m in (mz, my, mx)]
    return octant[np.ix_(*fold)]


# beyond this many ranges an image adds less than 1e-7 of the sill
_IMAGE_RANGES = 5.5
