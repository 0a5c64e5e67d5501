"""Blocks at offsets from others on a grid."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def block_at(
    ix: int, iy: int, iz: int, dx: int, dy: int, dz: int, shape: tuple[int, int, int]
) -> int:
    """Flat index of the block at an offset from another.

    Parameters
    ----------
    ix, iy, iz : int
        Indices of a block.
    dx, dy, dz : int
        Offset, in blocks.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz); x runs fastest, then y, then z.

    Returns
    -------
    int
        -1 outside the grid.
    """
    nx, ny, nz = shape
    jx, jy, jz = ix + dx, iy + dy, iz + dz
    if 0 <= jx < nx and 0 <= jy < ny and 0 <= jz < nz:
        return jx + nx * (jy + ny * jz)
    return -1
