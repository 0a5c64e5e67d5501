"""Narrow room between two walls: which wall to move, part by part, by what has to follow."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.offsets import block_at

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _followers(
    stack: _I8, size: int, seen: _I4, turn: int, inner: _MASK, air: _MASK,
    shape: tuple[int, int, int], offsets: _I4, first: _I4, which: NDArray[np.uint8], most: int,
    joining: bool,
) -> int:  # fmt: skip
    """How many blocks move with those on the stack; stops counting at ``most``.

    Where they join ``inner``, all that they need and it lacks; where they leave it, all of it
    that needs them.
    """
    nx, ny, _ = shape
    side = 1 if joining else -1
    done, count = 0, 0
    while done < size and count < most:
        i = stack[done]
        done += 1
        if not air[i]:
            count += 1
        ix, iy, iz = i % nx, i // nx % ny, i // (nx * ny)
        for q in range(first.size - 1):
            if joining and which.size > 0 and which[i] != q:
                continue
            for k in range(first[q], first[q + 1]):
                dx, dy, dz = side * offsets[k, 0], side * offsets[k, 1], side * offsets[k, 2]
                j = block_at(ix, iy, iz, dx, dy, dz, shape)
                if j < 0 or seen[j] == turn:
                    continue
                if joining:
                    follows = not inner[j]
                else:
                    follows = (inner[j] or air[j]) and (which.size == 0 or which[j] == q)
                if follows:
                    seen[j] = turn
                    stack[size] = j
                    size += 1
    return count


@njit(cache=True, nogil=True)
def cheaper_moves(
    start: _I8, block: _I8, inner: _MASK, outer: _MASK, air: _MASK,
    shape: tuple[int, int, int], element: _I4, offsets: _I4, first: _I4,
    which: NDArray[np.uint8], dear: float,
) -> tuple[_MASK, _MASK]:  # fmt: skip
    """For each narrow part of the ring, how the walls beside it move.

    Either the part joins the inner set, with all it needs; or the inner set gives up the
    blocks under elements over the part, with all that need them.

    Parameters
    ----------
    start : int64 array, shape (c + 1,)
        Where the blocks of each part begin.
    block : int64 array, shape (b,)
        Blocks of part ``c`` are ``block[start[c]:start[c + 1]]``.
    inner, outer, air : bool arrays, shape (n,)
        x fastest, then y, then z; inner lies in outer.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    element : int32 array, shape (m, 2)
        What must fit between the walls.
    offsets, first, which
        Precedence, see :func:`orefield.kernels.morphology.closed_core`.
    dear : float
        A block that joins counts so many times one that leaves; of the two moves the
        cheaper one is made. Where infinite, parts join only where no element fits.

    Returns
    -------
    joins, leaves : bool arrays, shape (n,)
        Blocks that start to move; what follows is for closure to find.
    """
    nx, ny, _ = shape
    wx, wy = element[:, 0].max() + 1, element[:, 1].max() + 1
    n = inner.size
    joins, leaves = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    seen = np.zeros(n, np.int32)
    stack = np.empty(n, np.int64)
    turn = 0
    for c in range(start.size - 1):
        turn += 1
        size, covered = 0, True
        for b in range(start[c], start[c + 1]):
            i = block[b]
            ix, iy, layer = i % nx, i // nx % ny, i // (nx * ny) * (nx * ny)
            best, least = np.int64(-1), element.shape[0] + 1
            for e in range(element.shape[0]):
                ax, ay = ix - element[e, 0], iy - element[e, 1]
                if ax < 0 or ay < 0 or ax + wx > nx or ay + wy > ny:
                    continue
                base = layer + ax + nx * ay
                taken = 0
                for f in range(element.shape[0]):
                    j = base + element[f, 0] + nx * element[f, 1]
                    if not (outer[j] or air[j]):
                        taken = element.shape[0] + 1
                        break
                    if inner[j] and seen[j] != turn:
                        taken += 1
                if taken < least:
                    best, least = base, taken
            if best < 0:
                covered = False
                break
            for f in range(element.shape[0]):
                j = best + element[f, 0] + nx * element[f, 1]
                if inner[j] and seen[j] != turn:
                    seen[j] = turn
                    stack[size] = j
                    size += 1
        begun = size
        if covered and np.isinf(dear):
            for k in range(size):
                leaves[stack[k]] = True
            continue
        down = n
        if covered:
            held = stack[:begun].copy()
            down = _followers(
                stack, size, seen, turn, inner, air, shape, offsets, first, which, n, False
            )
        turn += 1
        size = 0
        for b in range(start[c], start[c + 1]):
            seen[block[b]] = turn
            stack[size] = block[b]
            size += 1
        up = _followers(
            stack, size, seen, turn, inner, air, shape, offsets, first, which, down + 1, True
        )
        if not covered or up * dear <= down:
            for b in range(start[c], start[c + 1]):
                joins[block[b]] = True
        else:
            for k in range(begun):
                leaves[held[k]] = True
    return joins, leaves
