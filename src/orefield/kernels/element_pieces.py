"""Benches cut into pieces of which each has room to work, whatever becomes of the others."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _root(parent: _I8, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def _join(parent: _I8, size: _I8, i: int, j: int) -> int:
    i, j = _root(parent, i), _root(parent, j)
    if i == j:
        return i
    if size[i] < size[j]:
        i, j = j, i
    parent[j] = i
    size[i] += size[j]
    return i


@njit(cache=True, nogil=True)
def pieces_of_elements(
    zone: _I4, unit: _I8, tile: _I8, n_units: int, shape: tuple[int, int, int], element: _I4
) -> tuple[_I8, _MASK]:
    """Pieces of benches, each a union of elements within its zone, and what none can hold.

    Units in one tile make a piece; where a block of a piece lies under no element that the
    piece holds, the element over it that makes the smallest piece joins what it touches.

    Parameters
    ----------
    zone : int32 array, shape (n,)
        x fastest, then y, then z. Pieces keep within a zone; -1 is air, in which elements may
        lie too, -2 any other place.
    unit : int64 array, shape (n,)
        What cannot be divided: number of each block's unit, of one zone each; read where the
        zone is 0 or more.
    tile : int64 array, shape (n,)
        To begin with, the blocks of a tile (of one bench and zone) are together.
    n_units : int
        Number of units.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    element : int32 array, shape (m, 2)
        Offsets (dx, dy) from 0, 0 upwards.

    Returns
    -------
    piece : int64 array, shape (n_units,)
        A unit of the piece that each is in.
    narrow : bool array, shape (n_units,)
        Units with a block over which no element lies within its zone.
    """
    nx, ny, _ = shape
    wx, wy = element[:, 0].max() + 1, element[:, 1].max() + 1
    m = element.shape[0]
    parent, size = np.arange(n_units), np.zeros(n_units, np.int64)
    narrow = np.zeros(n_units, np.bool_)
    first = np.full(tile.max() + 1, -1, np.int64)
    for i in range(zone.size):
        if zone[i] >= 0:
            size[unit[i]] += 1
    for i in range(zone.size):
        if zone[i] >= 0:
            if first[tile[i]] < 0:
                first[tile[i]] = unit[i]
            else:
                _join(parent, size, first[tile[i]], unit[i])
    met = np.full(n_units, -1, np.int64)
    for i in range(zone.size):
        if zone[i] < 0:
            continue
        ix, iy, layer = i % nx, i // nx % ny, i // (nx * ny) * (nx * ny)
        best, least = np.int64(-1), np.int64(2**62)
        for e in range(m):
            ax, ay = ix - element[e, 0], iy - element[e, 1]
            if ax < 0 or ay < 0 or ax + wx > nx or ay + wy > ny:
                continue
            base = layer + ax + nx * ay
            total, fits = np.int64(0), True
            for f in range(m):
                j = base + element[f, 0] + nx * element[f, 1]
                if zone[j] == -1:
                    continue
                if zone[j] != zone[i]:
                    fits = False
                    break
                r = _root(parent, unit[j])
                if met[r] != base * m + e:
                    met[r] = base * m + e
                    total += size[r]
            if fits and total < least:
                best, least = base, total
        if best < 0:
            narrow[unit[i]] = True
            continue
        for f in range(m):
            j = best + element[f, 0] + nx * element[f, 1]
            if zone[j] >= 0:
                _join(parent, size, unit[i], unit[j])
    for u in range(n_units):
        parent[u] = _root(parent, u)
    return parent, narrow
