"""Slope patterns written out as lists: which blocks of a pit each block needs."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.offsets import block_at

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _needs(
    i: int, number: _I4, air: _MASK, shape: tuple[int, int, int], offsets: _I4, first: _I4,
    which: NDArray[np.uint8], seen: _I4, turn: int, stack: _I8, found: _I4,
) -> int:  # fmt: skip
    """Numbers of the blocks that ``i`` needs, through air too, into ``found``; how many."""
    nx, ny, _ = shape
    stack[0], size, count = i, 1, 0
    while size > 0:
        size -= 1
        b = stack[size]
        ix, iy, iz = b % nx, b // nx % ny, b // (nx * ny)
        q = which[b] if which.size > 0 else 0
        for k in range(first[q], first[q + 1]):
            j = block_at(ix, iy, iz, offsets[k, 0], offsets[k, 1], offsets[k, 2], shape)
            if j < 0 or seen[j] == turn:
                continue
            seen[j] = turn
            if number[j] >= 0:
                found[count] = number[j]
                count += 1
            elif air[j]:
                # a chain of offsets may run through air in front of a cliff
                stack[size] = j
                size += 1
    return count


@njit(cache=True, nogil=True)
def precedence_lists(
    block: _I8, air: _MASK, shape: tuple[int, int, int], offsets: _I4, first: _I4,
    which: NDArray[np.uint8],
) -> tuple[_I8, _I8]:  # fmt: skip
    """Lists of the blocks that each block of a pit needs.

    Parameters
    ----------
    block : int64 array, shape (m,)
        Flat indices of the pit's blocks; their places here are their new numbers.
    air : bool array, shape (n,)
        Blocks without rock.
    shape, offsets, first, which
        Precedence, see :func:`orefield.kernels.morphology.closed_core`.

    Returns
    -------
    start : int64 array, shape (m + 1,)
        Where each block's list begins.
    needed : int64 array, shape (k,)
        New numbers of blocks needed directly, each once a list.
    """
    number = np.full(air.size, -1, np.int32)
    for b in range(block.size):
        number[block[b]] = b
    seen = np.full(air.size, -1, np.int32)
    stack = np.empty(air.size, np.int64)
    found = np.empty(air.size, np.int32)
    start = np.zeros(block.size + 1, np.int64)
    for b in range(block.size):
        count = _needs(block[b], number, air, shape, offsets, first, which, seen, b, stack, found)
        start[b + 1] = start[b] + count
    needed = np.empty(start[-1], np.int64)
    seen[:] = -1
    for b in range(block.size):
        count = _needs(block[b], number, air, shape, offsets, first, which, seen, b, stack, found)
        for k in range(count):
            needed[start[b] + k] = found[k]
    return start, needed
