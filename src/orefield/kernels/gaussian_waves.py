"""Sums of random waves: Gaussian fields at any points."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def add_waves(points: _F8, waves: _F8, phases: _F8, heights: _F8, out: _F8) -> None:
    """Add cosine waves at points.

    ``points`` (n, 3) in m, ``waves`` (w, 3) in radians a metre, ``phases``, ``heights`` (w,);
    ``out`` (n,) is added to.
    """
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        total = 0.0
        for w in range(len(waves)):
            angle = waves[w, 0] * x + waves[w, 1] * y + waves[w, 2] * z + phases[w]
            total += heights[w] * math.cos(angle)
        out[i] += total
