"""Covariance of a nested variogram at a lag, for kernels that ask for it one pair at a time."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

SPHERICAL, EXPONENTIAL, GAUSSIAN, CUBIC, MATERN = 0, 1, 2, 3, 4
"""Codes of structures: places in ``orefield.deposit.variogram.KINDS``."""

FURTHEST = 16.0
"""Ranges at which the table of a Matern structure ends."""


@njit(cache=True, nogil=True)
def correlation(kind: int, d2: float, table: _F8) -> float:
    """Correlation of one structure at squared distance ``d2`` in ranges."""
    if kind == SPHERICAL:
        if d2 >= 1.0:
            return 0.0
        d = math.sqrt(d2)
        return 1.0 - d * (1.5 - 0.5 * d2)
    if kind == EXPONENTIAL:
        return math.exp(-3.0 * math.sqrt(d2))
    if kind == GAUSSIAN:
        return math.exp(-3.0 * d2)
    if kind == CUBIC:
        if d2 >= 1.0:
            return 0.0
        d = math.sqrt(d2)
        return 1.0 - d2 * (7.0 - d * (8.75 - d2 * (3.5 - 0.75 * d2)))
    steps = table.size - 1
    place = math.sqrt(math.sqrt(d2) / FURTHEST) * steps
    if place >= steps:
        return 0.0
    at = int(place)
    share = place - at
    between: float = table[at] * (1.0 - share) + table[at + 1] * share
    return between


@njit(cache=True, nogil=True)
def covariance(
    dx: float, dy: float, dz: float, kinds: _I8, sills: _F8, transforms: _F8, tables: _F8
) -> float:
    """Covariance of all structures at a lag (m), without the nugget.

    The nugget belongs to a sample and itself; the caller adds it where two places are one.
    Arguments from ``kinds`` on are those of ``Variogram.packed()``.
    """
    total = 0.0
    for s in range(kinds.size):
        x = transforms[s, 0, 0] * dx + transforms[s, 0, 1] * dy + transforms[s, 0, 2] * dz
        y = transforms[s, 1, 0] * dx + transforms[s, 1, 1] * dy + transforms[s, 1, 2] * dz
        z = transforms[s, 2, 0] * dx + transforms[s, 2, 1] * dy + transforms[s, 2, 2] * dz
        total += sills[s] * correlation(kinds[s], x * x + y * y + z * z, tables[s])
    return total
