"""Room to work on benches: openings by an element, and closed sets made of room.

A part of a bench is wide enough where an element (a square or a disk of the mining width)
fits; what elements cover is the opening of the part: J. Serra (1982), "Image Analysis and
Mathematical Morphology", Academic Press. Precedence carries a fit upwards: under one
pattern of offsets, the cone of an element is on every bench a union of elements.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orefield.kernels.offsets import block_at

_MASK = NDArray[np.bool_]
_I4 = NDArray[np.int32]
_F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def open_benches(region: _MASK, room: _MASK, shape: tuple[int, int, int], element: _I4) -> _MASK:
    """Blocks of ``region`` that some element covers without leaving region and room.

    Parameters
    ----------
    region, room : bool arrays, shape (n,)
        x fastest, then y, then z. Room is where an element may lie besides (air).
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    element : int32 array, shape (m, 2)
        Offsets (dx, dy) from 0, 0 upwards. It must lie inside the grid.

    Returns
    -------
    bool array, shape (n,)
    """
    nx, ny, nz = shape
    wx, wy = element[:, 0].max() + 1, element[:, 1].max() + 1
    out = np.zeros(region.size, np.bool_)
    for iz in range(nz):
        layer = nx * ny * iz
        for ay in range(ny - wy + 1):
            for ax in range(nx - wx + 1):
                base = layer + ax + nx * ay
                fits, held = True, False
                for e in range(element.shape[0]):
                    i = base + element[e, 0] + nx * element[e, 1]
                    if region[i]:
                        held = True
                    elif not room[i]:
                        fits = False
                        break
                if not (fits and held):
                    continue
                for e in range(element.shape[0]):
                    i = base + element[e, 0] + nx * element[e, 1]
                    if region[i]:
                        out[i] = True
    return out


@njit(cache=True, nogil=True)
def cover_with_elements(
    bad: _MASK,
    inner: _MASK,
    outer: _MASK,
    room: _MASK,
    shape: tuple[int, int, int],
    element: _I4,
) -> _MASK:
    """For every ``bad`` block the element over it that adds least to ``inner``.

    Only elements that lie in ``outer`` and room are taken.

    Parameters
    ----------
    bad, inner, outer, room : bool arrays, shape (n,)
        As for :func:`open_benches`.
    shape, element
        As for :func:`open_benches`.

    Returns
    -------
    bool array, shape (n,)
        Blocks of ``outer`` under the elements taken.
    """
    nx, ny, _ = shape
    wx, wy = element[:, 0].max() + 1, element[:, 1].max() + 1
    out = np.zeros(bad.size, np.bool_)
    for i in range(bad.size):
        if not bad[i] or out[i]:
            continue
        ix, iy, layer = i % nx, i // nx % ny, i // (nx * ny) * (nx * ny)
        best, least = np.int64(-1), element.shape[0] + 1
        for e in range(element.shape[0]):
            ax, ay = ix - element[e, 0], iy - element[e, 1]
            if ax < 0 or ay < 0 or ax + wx > nx or ay + wy > ny:
                continue
            base = layer + ax + nx * ay
            added, fits = 0, True
            for f in range(element.shape[0]):
                j = base + element[f, 0] + nx * element[f, 1]
                if not (outer[j] or room[j]):
                    fits = False
                    break
                if not (inner[j] or room[j] or out[j]):
                    added += 1
            if fits and added < least:
                best, least = base, added
        if best < 0:
            continue
        for e in range(element.shape[0]):
            j = best + element[e, 0] + nx * element[e, 1]
            if outer[j]:
                out[j] = True
    return out


@njit(cache=True, nogil=True)
def closed_core(
    inside: _MASK,
    air: _MASK,
    shape: tuple[int, int, int],
    offsets: _I4,
    first: _I4,
    which: NDArray[np.uint8],
) -> _MASK:
    """The largest subset of ``inside`` that holds everything its members need.

    Parameters
    ----------
    inside, air : bool arrays, shape (n,)
        Air needs nothing itself and passes on what it stands in front of.
    shape : (int, int, int)
        Number of blocks (nx, ny, nz).
    offsets : int32 array, shape (m, 3)
        Offsets (dx, dy, dz), dz >= 1, of all patterns, one after the other.
    first : int32 array, shape (q + 1,)
        Where each pattern begins in ``offsets``.
    which : uint8 array, shape (n,) or (0,)
        Pattern of each block; empty where there is one.

    Returns
    -------
    bool array, shape (n,)
    """
    nx, ny, _ = shape
    good = np.zeros(inside.size, np.bool_)
    for i in range(inside.size - 1, -1, -1):  # from the top bench down
        if not (inside[i] or air[i]):
            continue
        ix, iy, iz = i % nx, i // nx % ny, i // (nx * ny)
        q = which[i] if which.size > 0 else 0
        good[i] = True
        for k in range(first[q], first[q + 1]):
            j = block_at(ix, iy, iz, offsets[k, 0], offsets[k, 1], offsets[k, 2], shape)
            if j >= 0 and not good[j]:
                good[i] = False
                break
    for i in range(inside.size):
        good[i] = good[i] and inside[i] and not air[i]
    return good


@njit(cache=True, nogil=True)
def closed_hull(
    inside: _MASK,
    air: _MASK,
    shape: tuple[int, int, int],
    offsets: _I4,
    first: _I4,
    which: NDArray[np.uint8],
) -> _MASK:
    """The smallest set of rock that holds ``inside`` and everything its members need.

    Parameters
    ----------
    inside, air, shape, offsets, first, which
        As for :func:`closed_core`.

    Returns
    -------
    bool array, shape (n,)
    """
    nx, ny, _ = shape
    held = inside.copy()
    for i in range(inside.size):  # from the bottom bench up
        if not held[i]:
            continue
        ix, iy, iz = i % nx, i // nx % ny, i // (nx * ny)
        q = which[i] if which.size > 0 else 0
        for k in range(first[q], first[q + 1]):
            j = block_at(ix, iy, iz, offsets[k, 0], offsets[k, 1], offsets[k, 2], shape)
            if j >= 0:
                held[j] = True
    for i in range(inside.size):
        held[i] = held[i] and not air[i]
    return held


@njit(cache=True, nogil=True)
def first_unmet(
    group: _I4,
    air: _MASK,
    shape: tuple[int, int, int],
    offsets: _I4,
    first: _I4,
    which: NDArray[np.uint8],
) -> tuple[_I4, _I4]:
    """Blocks whose group comes before that of a block they need.

    Parameters
    ----------
    group : int32 array, shape (n,)
        Group by which each block is mined; a large number for blocks that are never.
    air, shape, offsets, first, which
        As for :func:`closed_core`; what air stands in front of is needed through it.

    Returns
    -------
    latest : int32 array, shape (n,)
        Latest group among all that a block needs, directly or by chains; -1 for none.
    cause : int32 array, shape (n,)
        A block of that group; -1 for none.
    """
    nx, ny, _ = shape
    latest = np.full(group.size, -1, np.int32)
    cause = np.full(group.size, -1, np.int32)
    for i in range(group.size - 1, -1, -1):  # from the top bench down
        ix, iy, iz = i % nx, i // nx % ny, i // (nx * ny)
        q = which[i] if which.size > 0 else 0
        for k in range(first[q], first[q + 1]):
            j = block_at(ix, iy, iz, offsets[k, 0], offsets[k, 1], offsets[k, 2], shape)
            if j < 0:
                continue
            if not air[j] and group[j] > latest[i]:
                latest[i], cause[i] = group[j], j
            if latest[j] > latest[i]:
                latest[i], cause[i] = latest[j], cause[j]
    return latest, cause


@njit(cache=True, nogil=True)
def regain(
    inside: _MASK,
    wanted: _MASK,
    value: _F8,
    air: _MASK,
    shape: tuple[int, int, int],
    element: _I4,
    offsets: _I4,
    first: _I4,
    which: NDArray[np.uint8],
) -> float:
    """Add, from the top down, elements whose cone is worth more than nothing; in place.

    Parameters
    ----------
    inside : bool array, shape (n,)
        A closed set; grows.
    wanted : bool array, shape (n,)
        Blocks for which elements are tried.
    value : float64 array, shape (n,)
        Worth of each block.
    air, shape, offsets, first, which
        As for :func:`closed_core`.
    element : int32 array, shape (m, 2)
        As for :func:`open_benches`.

    Returns
    -------
    float
        Value gained.
    """
    nx, ny, nz = shape
    wx, wy = element[:, 0].max() + 1, element[:, 1].max() + 1
    seen = np.zeros(inside.size, np.int32)
    stack = np.empty(inside.size, np.int64)
    turn, gained = np.int32(0), 0.0
    for iz in range(nz - 1, -1, -1):
        for ay in range(ny - wy + 1):
            for ax in range(nx - wx + 1):
                base = nx * ny * iz + ax + nx * ay
                own, asked = 0.0, False
                for e in range(element.shape[0]):
                    i = base + element[e, 0] + nx * element[e, 1]
                    if not inside[i] and not air[i]:
                        own += value[i]
                        asked = asked or wanted[i]
                if not asked or own <= 0.0:
                    continue
                # everything the element needs and the set does not hold yet
                turn += 1
                size, done, worth = 0, 0, 0.0
                for e in range(element.shape[0]):
                    i = base + element[e, 0] + nx * element[e, 1]
                    if not inside[i]:
                        seen[i] = turn
                        stack[size] = i
                        size += 1
                while done < size:
                    i = stack[done]
                    done += 1
                    if not air[i]:
                        worth += value[i]
                    jx, jy, jz = i % nx, i // nx % ny, i // (nx * ny)
                    q = which[i] if which.size > 0 else 0
                    for k in range(first[q], first[q + 1]):
                        j = block_at(jx, jy, jz, offsets[k, 0], offsets[k, 1], offsets[k, 2], shape)
                        if j >= 0 and not inside[j] and seen[j] != turn:
                            seen[j] = turn
                            stack[size] = j
                            size += 1
                if worth > 0.0:
                    gained += worth
                    for k in range(size):
                        if not air[stack[k]]:
                            inside[stack[k]] = True
    return gained
