"""Covariances of one place with a row of others: the loops of kriging, without branches."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.covariance import CUBIC, EXPONENTIAL, FURTHEST, GAUSSIAN, SPHERICAL
from orefield.kernels.uncounted import uncounted

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@uncounted
def correlations(kind: int, table: _F8, d2: _F8, size: int) -> None:
    """Squared distances in ranges become correlations, in place: the first ``size``."""
    if kind == SPHERICAL:
        for i in range(size):
            q = min(d2[i], 1.0)
            d2[i] = 1.0 - math.sqrt(q) * (1.5 - 0.5 * q)
    elif kind == EXPONENTIAL:
        for i in range(size):
            d2[i] = math.exp(-3.0 * math.sqrt(d2[i]))
    elif kind == GAUSSIAN:
        for i in range(size):
            d2[i] = math.exp(-3.0 * d2[i])
    elif kind == CUBIC:
        for i in range(size):
            q = min(d2[i], 1.0)
            d = math.sqrt(q)
            d2[i] = 1.0 - q * (7.0 - d * (8.75 - q * (3.5 - 0.75 * q)))
    else:
        steps = table.size - 1
        for i in range(size):
            place = math.sqrt(math.sqrt(d2[i]) / FURTHEST) * steps
            if place >= steps:
                d2[i] = 0.0
            else:
                at = int(place)
                share = place - at
                d2[i] = table[at] * (1.0 - share) + table[at + 1] * share


@uncounted
def covariance_row(
    x: float,
    y: float,
    z: float,
    xs: _F8,
    ys: _F8,
    zs: _F8,
    size: int,
    kinds: _I8,
    sills: _F8,
    tables: _F8,
    transforms: _F8,
    variable: int,
    variables: _I8,
    d2: _F8,
    out: _F8,
) -> None:
    """Adds to ``out`` the covariance, without the nugget, of (x, y, z) with ``size`` places.

    Parameters
    ----------
    x, y, z : float
        The place (m).
    xs, ys, zs : (k,)
        The others (m), of which ``size`` are looked at.
    size : int
        Number of them.
    kinds, tables
        As ``Variogram.packed()`` has them.
    sills : (s, v, v)
        Sill of a structure by two variables.
    transforms : (s, 3, 3)
        Lags in metres to lags in ranges.
    variable, variables
        Which variable is at the place, and at the others (not read where v = 1).
    d2, out : (k,)
        Scratch, and what is added to.
    """
    for s in range(kinds.size):
        t00, t01, t02 = transforms[s, 0, 0], transforms[s, 0, 1], transforms[s, 0, 2]
        t10, t11, t12 = transforms[s, 1, 0], transforms[s, 1, 1], transforms[s, 1, 2]
        t20, t21, t22 = transforms[s, 2, 0], transforms[s, 2, 1], transforms[s, 2, 2]
        for i in range(size):
            dx, dy, dz = xs[i] - x, ys[i] - y, zs[i] - z
            a = t00 * dx + t01 * dy + t02 * dz
            b = t10 * dx + t11 * dy + t12 * dz
            c = t20 * dx + t21 * dy + t22 * dz
            d2[i] = a * a + b * b + c * c
        correlations(kinds[s], tables[s], d2, size)
        if sills.shape[1] == 1:
            sill = sills[s, 0, 0]
            for i in range(size):
                out[i] += sill * d2[i]
        else:
            for i in range(size):
                out[i] += sills[s, variable, variables[i]] * d2[i]
