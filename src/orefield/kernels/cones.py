"""Sweeps of a precedence pattern over a grid: which air carries a cone, what a cone holds."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def blocks_that_bind(
    rock: NDArray[np.bool_],
    shape: tuple[int, int, int],
    patterns: NDArray[np.int32],
    begin: NDArray[np.int64],
    domain: NDArray[np.uint8],
) -> NDArray[np.bool_]:
    """Rock, and the air through which the cone of a block reaches rock.

    A pattern reaches far blocks by chains of offsets. A chain may run through air, in
    front of a cliff; that air must stay in the problem (at no value) for the rock beyond
    it to be required. All other air requires nothing and can be left out.

    Parameters
    ----------
    rock : bool array, shape (n,)
        x fastest, then y, then z upwards.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    patterns : int32 array, shape (m, 3)
        Offsets (dx, dy, dz), dz >= 1, of all patterns.
    begin : int64 array, shape (patterns + 1,)
        Where each pattern begins in ``patterns``.
    domain : uint8 array, shape (n,)
        Pattern of each block; or empty, and the first holds everywhere.

    Returns
    -------
    bool array, shape (n,)
    """
    nx, ny, nz = shape
    binds = rock.copy()
    for iz in range(nz - 1, -1, -1):
        for iy in range(ny):
            for ix in range(nx):
                i = ix + nx * (iy + ny * iz)
                if binds[i]:
                    continue
                p = domain[i] if domain.size > 0 else 0
                for k in range(begin[p], begin[p + 1]):
                    jx, jy, jz = ix + patterns[k, 0], iy + patterns[k, 1], iz + patterns[k, 2]
                    if (
                        0 <= jx < nx
                        and 0 <= jy < ny
                        and jz < nz
                        and binds[jx + nx * (jy + ny * jz)]
                    ):
                        binds[i] = True
                        break
    return binds


@njit(cache=True, nogil=True)
def fill_cones(
    seed: NDArray[np.bool_], shape: tuple[int, int, int], pattern: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Everything that the cones of the ``seed`` blocks hold, the seeds included.

    Parameters
    ----------
    seed : bool array, shape (n,)
        x fastest, then y, then z upwards.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    pattern : int32 array, shape (m, 3)
        Offsets (dx, dy, dz), dz >= 1.

    Returns
    -------
    bool array, shape (n,)
    """
    nx, ny, nz = shape
    inside = seed.copy()
    for iz in range(nz):
        for iy in range(ny):
            for ix in range(nx):
                if not inside[ix + nx * (iy + ny * iz)]:
                    continue
                for k in range(pattern.shape[0]):
                    jx, jy, jz = ix + pattern[k, 0], iy + pattern[k, 1], iz + pattern[k, 2]
                    if 0 <= jx < nx and 0 <= jy < ny and jz < nz:
                        inside[jx + nx * (jy + ny * jz)] = True
    return inside


@njit(cache=True, nogil=True)
def lists_on_grid(
    active: NDArray[np.bool_],
    shape: tuple[int, int, int],
    patterns: NDArray[np.int32],
    begin: NDArray[np.int64],
    domain: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The precedences among the active blocks, written out: for problems that leave most out.

    Parameters
    ----------
    active : bool array, shape (n,)
        x fastest, then y, then z upwards.
    shape, patterns, begin, domain
        As :func:`blocks_that_bind`.

    Returns
    -------
    block : int64 array, shape (a,)
        The active blocks, from the top down.
    start : int64 array, shape (a + 1,); needed : int32 array, shape (k,)
        The block at place i of ``block`` needs those at places
        ``needed[start[i]:start[i + 1]]``.
    """
    nx, ny, nz = shape
    place = np.full(active.size, -1, np.int32)
    size = 0
    for i in range(active.size):
        size += active[i]
    block = np.empty(size, np.int64)
    most = 0
    for p in range(begin.size - 1):
        most = max(most, begin[p + 1] - begin[p])
    start = np.zeros(size + 1, np.int64)
    needed = np.empty(size * most, np.int32)
    at, end = 0, 0
    for iz in range(nz - 1, -1, -1):
        for iy in range(ny):
            for ix in range(nx):
                i = ix + nx * (iy + ny * iz)
                if not active[i]:
                    continue
                p = domain[i] if domain.size > 0 else 0
                for k in range(begin[p], begin[p + 1]):
                    jx, jy, jz = ix + patterns[k, 0], iy + patterns[k, 1], iz + patterns[k, 2]
                    if 0 <= jx < nx and 0 <= jy < ny and jz < nz:
                        j = jx + nx * (jy + ny * jz)
                        if place[j] >= 0:
                            needed[end] = place[j]
                            end += 1
                place[i] = at
                block[at] = i
                at += 1
                start[at] = end
    return block, start, needed[:end].copy()
