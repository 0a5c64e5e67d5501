"""Bias: of the whole, of its parts, and of rich and poor blocks apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.checks.subject import Subject, weighted_mean

_F8 = NDArray[np.float64]


def relative(found: float, reference: float) -> float:
    """Difference over the reference; NaN where that is zero or unknown."""
    if not np.isfinite(reference) or reference == 0:
        return float("nan")
    return (found - reference) / abs(reference)


@dataclass(frozen=True, eq=False)
class LocalBias:
    """Panels of blocks: what the nearest samples say, and what the estimate says.

    Attributes
    ----------
    reference, estimate : ndarray of shape (p,)
        Means of the nearest-neighbour model and of the estimate in panels with samples enough.
    tonnes : ndarray of shape (p,)
    correlation, slope : float
        Of the reference on the estimate, weighted by tonnes; NaN for fewer than three panels or
        panels all alike.
    """

    reference: _F8
    estimate: _F8
    tonnes: _F8
    correlation: float
    slope: float

    def share_within(self, tolerance: float, scale: float) -> float:
        """Share of rock in panels whose estimate is within ``tolerance`` of ``scale``."""
        if not self.tonnes.size or not scale > 0:
            return float("nan")
        near = np.abs(self.estimate - self.reference) <= tolerance * scale
        return float(self.tonnes @ near) / float(self.tonnes.sum())


def local_bias(subject: Subject, panel: tuple[int, int, int], least: int) -> LocalBias:
    """Panels of so many blocks each way that hold at least ``least`` samples.

    Raises
    ------
    ModelError
        For panels without a block.
    """
    if min(panel) < 1:
        raise ModelError(f"panels of {panel} blocks", fix="give one or more each way")
    grid = subject.ground.grid
    across = -(-np.asarray(grid.shape) // np.asarray(panel))
    count = int(np.prod(across))

    def panel_of(block: NDArray[np.int64]) -> NDArray[np.int64]:
        nx, ny, _ = grid.shape
        layer, cell = np.divmod(block, nx * ny)
        row, column = np.divmod(cell, nx)
        flat = column // panel[0] + across[0] * (row // panel[1] + across[1] * (layer // panel[2]))
        return np.asarray(flat, dtype=np.int64)

    at = grid.locate(subject.samples.xyz_m)
    held = np.bincount(panel_of(at[at >= 0]), minlength=count)
    own = np.flatnonzero(subject.blocks)
    where, weight = panel_of(own), subject.ground.tonnes[own]
    mass = np.bincount(where, weight, minlength=count)
    kept = (held >= least) & (mass > 0)

    def mean(values: _F8) -> _F8:
        total = np.bincount(where, weight * values[own], minlength=count)[kept]
        return np.asarray(total / mass[kept], dtype=np.float64)

    tonnes = np.asarray(mass[kept], dtype=np.float64)
    reference, estimate = mean(subject.nearest), mean(subject.ground.grade)
    correlation, slope = regression(estimate, reference, tonnes)
    return LocalBias(reference, estimate, tonnes, correlation, slope)


def conditional_slope(subject: Subject) -> tuple[float, _F8]:
    """Slope of the regression of blocks' grades on their estimates, realisations for truth.

    One where an estimate is conditionally unbiased: blocks estimated rich are as rich as they
    are thought to be. Below one, the rich are thought too rich and the poor too poor.

    Returns
    -------
    slope : float
        Mean over realisations; NaN without realisations, or for estimates all alike.
    slopes : ndarray of shape (r,)
    """
    if subject.draws is None:
        return float("nan"), np.zeros(0)
    own = np.flatnonzero(subject.blocks & ~np.isnan(np.asarray(subject.draws[0], np.float64)))
    estimate, weight = subject.ground.grade[own], subject.ground.tonnes[own]
    slopes = np.array(
        [
            regression(estimate, np.asarray(subject.draws[r], np.float64)[own], weight)[1]
            for r in range(len(subject.draws))
        ]
    )
    return (float(slopes.mean()) if np.isfinite(slopes).all() else float("nan")), slopes


def realised_mean(subject: Subject) -> tuple[float, _F8]:
    """Mean over realisations of the domain's mean, and the mean in each, shape (r,)."""
    if subject.draws is None:
        return float("nan"), np.zeros(0)
    means = np.array(
        [
            weighted_mean(np.asarray(subject.draws[r], np.float64), subject.tonnes)
            for r in range(len(subject.draws))
        ]
    )
    return float(means.mean()), means


def regression(x: _F8, y: _F8, weight: _F8) -> tuple[float, float]:
    """Weighted correlation, and slope of y on x; NaN where they mean nothing.

    Parameters
    ----------
    x, y, weight : ndarray of shape (k,)
        Fewer than three, or values all alike, give NaN.
    """
    if len(x) < 3:
        return float("nan"), float("nan")
    w = weight / weight.sum()
    dx, dy = x - w @ x, y - w @ y
    xx, yy, xy = float(w @ dx**2), float(w @ dy**2), float(w @ (dx * dy))
    # what is left of a difference of equal numbers is rounding
    least = 1e-12 * max(1.0, float(w @ x**2), float(w @ y**2))
    if xx <= least:
        return float("nan"), float("nan")
    return (xy / np.sqrt(xx * yy) if yy > least else float("nan")), xy / xx
