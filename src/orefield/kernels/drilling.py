"""Covariances that drill planning asks for: places with places, places with sums over blocks."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.covariance import correlation, covariance

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def add_row(
    x: float, y: float, z: float, others: _F8,
    kinds: _I8, sills: _F8, transforms: _F8, tables: _F8, out: _F8,
) -> None:  # fmt: skip
    """Adds to ``out`` (m,) the covariance, without the nugget, of a place with others (3, m).

    Arguments from ``kinds`` on are those of ``Variogram.packed()``; one structure after the
    other, so that what kind it is stands outside of the loop over places.
    """
    for s in range(kinds.size):
        kind, sill, table = kinds[s], sills[s], tables[s]
        t00, t01, t02 = transforms[s, 0, 0], transforms[s, 0, 1], transforms[s, 0, 2]
        t10, t11, t12 = transforms[s, 1, 0], transforms[s, 1, 1], transforms[s, 1, 2]
        t20, t21, t22 = transforms[s, 2, 0], transforms[s, 2, 1], transforms[s, 2, 2]
        for i in range(out.size):
            dx, dy, dz = others[0, i] - x, others[1, i] - y, others[2, i] - z
            a = t00 * dx + t01 * dy + t02 * dz
            b = t10 * dx + t11 * dy + t12 * dz
            c = t20 * dx + t21 * dy + t22 * dz
            out[i] += sill * correlation(kind, a * a + b * b + c * c, table)


@njit(cache=True, nogil=True)
def place_covariances(
    a: _F8, b: _F8, kinds: _I8, sills: _F8, transforms: _F8, tables: _F8, out: _F8
) -> None:
    """Covariances, without the nugget, of places ``a`` (n, 3) with ``b`` (3, m) into (n, m).

    Arguments from ``kinds`` on are those of ``Variogram.packed()``.
    """
    for i in range(len(a)):
        out[i, :] = 0.0
        add_row(a[i, 0], a[i, 1], a[i, 2], b, kinds, sills, transforms, tables, out[i])


@njit(cache=True, nogil=True)
def target_covariances(
    places: _F8,
    centres: _F8,
    offsets: _F8,
    starts: _I8,
    which: _I8,
    weights: _F8,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    out: _F8,
) -> None:
    """Covariances of places (n, 3) with weighted sums over blocks, added to ``out`` (n, q).

    ``centres`` (3, m) are the middles of blocks; each is the mean of its points at ``offsets``
    (p, 3). Block ``b`` is in the sums ``which[starts[b]:starts[b + 1]]``, of arrays (m + 1,) and
    (e,), with ``weights`` (e,). Arguments from ``kinds`` on are those of ``Variogram.packed()``.
    """
    m = centres.shape[1]
    row = np.empty(m)
    share = 1.0 / len(offsets)
    for i in range(len(places)):
        row[:] = 0.0
        for p in range(len(offsets)):
            add_row(
                places[i, 0] - offsets[p, 0],
                places[i, 1] - offsets[p, 1],
                places[i, 2] - offsets[p, 2],
                centres, kinds, sills, transforms, tables, row,
            )  # fmt: skip
        for b in range(m):
            for e in range(starts[b], starts[b + 1]):
                out[i, which[e]] += share * weights[e] * row[b]


@njit(cache=True, nogil=True)
def averaged_covariances(
    lags: _F8,
    steps: _F8,
    shares: _F8,
    kinds: _I8,
    sills: _F8,
    transforms: _F8,
    tables: _F8,
    out: _F8,
) -> None:
    """Covariance of two blocks at lags (n, 3): a mean over steps (d, 3) between their points."""
    for i in range(len(lags)):
        total = 0.0
        for d in range(len(steps)):
            total += shares[d] * covariance(
                lags[i, 0] + steps[d, 0], lags[i, 1] + steps[d, 1], lags[i, 2] + steps[d, 2],
                kinds, sills, transforms, tables,
            )  # fmt: skip
        out[i] = total


@njit(cache=True, nogil=True)
def sum_variances(cells: _I8, starts: _I8, weights: _F8, table: _F8, out: _F8) -> None:
    """Variances of weighted sums over blocks, by all pairs of their blocks.

    ``cells`` (e, 3) are places in the grid (x, y, z) of the blocks of all sums, one sum after the
    other, with ``starts`` (q + 1,) and ``weights`` (e,); ``table`` (2 nz - 1, 2 ny - 1, 2 nx - 1)
    is the covariance of two blocks by lag, its middle lag zero; ``out`` (q,) takes the variances.
    """
    mz, my, mx = table.shape[0] // 2, table.shape[1] // 2, table.shape[2] // 2
    for q in range(len(out)):
        total = 0.0
        for i in range(starts[q], starts[q + 1]):
            part = 0.0
            for j in range(starts[q], i):
                part += (
                    weights[j]
                    * table[
                        mz + cells[i, 2] - cells[j, 2],
                        my + cells[i, 1] - cells[j, 1],
                        mx + cells[i, 0] - cells[j, 0],
                    ]
                )
            total += weights[i] * (2.0 * part + weights[i] * table[mz, my, mx])
        out[q] = total
