"""Sweeps of a precedence pattern over a grid: which air carries a cone, what a cone holds."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def blocks_that_bind(
    rock: NDArray[np.bool_], shape: tuple[int, int, int], pattern: NDArray[np.int32]
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
    pattern : int32 array, shape (m, 3)
        Offsets (dx, dy, dz), dz >= 1.

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
                for k in range(pattern.shape[0]):
                    jx, jy, jz = ix + pattern[k, 0], iy + pattern[k, 1], iz + pattern[k, 2]
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
