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
def reduce_place(
    x: float, y: float, z: float, transforms: _F8, at: int, rx: _F8, ry: _F8, rz: _F8
) -> None:
    """A place (m) in ranges of every structure, into column ``at`` of (s, k) arrays."""
    for s in range(len(transforms)):
        t = transforms[s]
        rx[s, at] = t[0, 0] * x + t[0, 1] * y + t[0, 2] * z
        ry[s, at] = t[1, 0] * x + t[1, 1] * y + t[1, 2] * z
        rz[s, at] = t[2, 0] * x + t[2, 1] * y + t[2, 2] * z


@uncounted
def covariance_row(
    px: _F8,
    py: _F8,
    pz: _F8,
    at: int,
    rx: _F8,
    ry: _F8,
    rz: _F8,
    size: int,
    kinds: _I8,
    sills: _F8,
    tables: _F8,
    variable: int,
    variables: _I8,
    d2: _F8,
    out: _F8,
) -> None:
    """Adds to ``out`` the covariance, without the nugget, of a place with ``size`` others.

    Parameters
    ----------
    px, py, pz, at : (s, .), int
        The place is column ``at``: :func:`reduce_place`.
    rx, ry, rz : (s, k)
        The others, of which the first ``size`` are looked at.
    size : int
        Number of them.
    kinds, tables
        As ``Variogram.packed()`` has them.
    sills : (s, v, v)
        Sill of a structure by two variables.
    variable, variables
        Which variable is at the place, and at the others (not read where v = 1).
    d2, out : (k,)
        Scratch, and what is added to.
    """
    for s in range(kinds.size):
        x, y, z = px[s, at], py[s, at], pz[s, at]
        xs, ys, zs = rx[s], ry[s], rz[s]
        for i in range(size):
            dx, dy, dz = xs[i] - x, ys[i] - y, zs[i] - z
            d2[i] = dx * dx + dy * dy + dz * dz
        correlations(kinds[s], tables[s], d2, size)
        if sills.shape[1] == 1:
            sill = sills[s, 0, 0]
            for i in range(size):
                out[i] += sill * d2[i]
        else:
            for i in range(size):
                out[i] += sills[s, variable, variables[i]] * d2[i]
