"""Which points lie within a closed triangle mesh: vertical rays through bins in plan.

A point is projected along the vertical, and every triangle whose projection it lies in is crossed.
Two triangles that share an edge look at it from the same end, so that a ray through an edge or a
corner crosses exactly one of them, whatever is rounded; the sum of signed crossings above a point
is then its winding number.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def bin_triangles(
    vertices: _F8, triangles: _I4, x0: float, y0: float, cell: float, nx: int, ny: int
) -> tuple[_I8, _I4]:
    """Triangles over each square of a plan, as ``(start, index)`` of compressed rows.

    Parameters
    ----------
    vertices : float64 array, shape (v, 3)
        Corners.
    triangles : int32 array, shape (t, 3)
        Three corners each.
    x0, y0, cell : float
        Corner and side of the squares, which cover all vertices.
    nx, ny : int
        How many there are; square (i, j) is row ``i + nx * j``.
    """
    start = np.zeros(nx * ny + 1, np.int64)
    for pass_ in range(2):
        if pass_ == 1:
            for b in range(nx * ny):
                start[b + 1] += start[b]
            index = np.empty(start[nx * ny], np.int32)
            put = start[:-1].copy()
        else:
            index = np.empty(0, np.int32)
            put = start
        for t in range(triangles.shape[0]):
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            ax, bx, cx = vertices[a, 0], vertices[b, 0], vertices[c, 0]
            ay, by, cy = vertices[a, 1], vertices[b, 1], vertices[c, 1]
            i0 = max(0, min(nx - 1, int((min(ax, bx, cx) - x0) / cell)))
            i1 = max(0, min(nx - 1, int((max(ax, bx, cx) - x0) / cell)))
            j0 = max(0, min(ny - 1, int((min(ay, by, cy) - y0) / cell)))
            j1 = max(0, min(ny - 1, int((max(ay, by, cy) - y0) / cell)))
            for j in range(j0, j1 + 1):
                for i in range(i0, i1 + 1):
                    if pass_ == 0:
                        start[i + nx * j + 1] += 1
                    else:
                        index[put[i + nx * j]] = t
                        put[i + nx * j] += 1
    return start, index


@njit(cache=True, nogil=True)
def _edge(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> int:
    """Signed crossing of an edge by the ray from a point to the east; the same from both sides."""
    if (ay <= py) == (by <= py):
        return 0
    if ay < by:
        left = (bx - ax) * (py - ay) - (by - ay) * (px - ax) > 0.0
        return 1 if left else 0
    left = (ax - bx) * (py - by) - (ay - by) * (px - bx) > 0.0
    return -1 if left else 0


@njit(cache=True, nogil=True)
def _projected(vertices: _F8, a: int, b: int, c: int, px: float, py: float) -> int:
    """1 or -1 when a point lies in the projection of a triangle (normal up or down), else 0."""
    ax, ay = vertices[a, 0], vertices[a, 1]
    bx, by = vertices[b, 0], vertices[b, 1]
    cx, cy = vertices[c, 0], vertices[c, 1]
    return (
        _edge(px, py, ax, ay, bx, by)
        + _edge(px, py, bx, by, cx, cy)
        + _edge(px, py, cx, cy, ax, ay)
    )


@njit(cache=True, nogil=True)
def winding_numbers(
    points: _F8,
    vertices: _F8,
    triangles: _I4,
    bounds: _F8,
    cell: float,
    nx: int,
    ny: int,
    start: _I8,
    index: _I4,
    signed: bool,
    out: _I4,
) -> None:
    """Winding number of a closed mesh about points, or the number of crossings above them.

    Parameters
    ----------
    points : float64 array, shape (n, 3)
        East, north, elevation.
    vertices, triangles
        The mesh.
    bounds : float64 array, shape (2, 3)
        Least and greatest coordinates of the mesh.
    cell, nx, ny, start, index
        Bins, see :func:`bin_triangles`; their corner is ``bounds[0]``.
    signed : bool
        Whether crossings count by their direction; else each counts one.
    out : int32 array, shape (n,)
        Written.
    """
    for n in range(points.shape[0]):
        px, py, pz = points[n, 0], points[n, 1], points[n, 2]
        out[n] = 0
        if (
            px < bounds[0, 0] or px > bounds[1, 0] or py < bounds[0, 1] or py > bounds[1, 1]
            or pz < bounds[0, 2] or pz > bounds[1, 2]
        ):  # fmt: skip
            continue
        i = min(nx - 1, int((px - bounds[0, 0]) / cell))
        j = min(ny - 1, int((py - bounds[0, 1]) / cell))
        total = 0
        for at in range(start[i + nx * j], start[i + nx * j + 1]):
            t = index[at]
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            if max(vertices[a, 2], vertices[b, 2], vertices[c, 2]) <= pz:
                continue
            side = _projected(vertices, a, b, c, px, py)
            if side == 0:
                continue
            ax, ay, az = vertices[a, 0] - px, vertices[a, 1] - py, vertices[a, 2] - pz
            bx, by, bz = vertices[b, 0] - px, vertices[b, 1] - py, vertices[b, 2] - pz
            cx, cy, cz = vertices[c, 0] - px, vertices[c, 1] - py, vertices[c, 2] - pz
            volume = (
                ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)
            )  # fmt: skip
            if side * volume > 0.0:
                total += side if signed else abs(side)
        out[n] = total


@njit(cache=True, nogil=True)
def column_counts(
    columns: _F8,
    levels: _F8,
    parts: int,
    vertices: _F8,
    triangles: _I4,
    bounds: _F8,
    cell: float,
    nx: int,
    ny: int,
    start: _I8,
    index: _I4,
    signed: bool,
    out: _I4,
) -> None:
    """How many of each group of levels of vertical columns lie within a closed mesh.

    Parameters
    ----------
    columns : float64 array, shape (n, 2)
        East and north of the columns.
    levels : float64 array, shape (m * parts,)
        Elevations, rising.
    parts : int
        Levels of one group (a block).
    vertices, triangles, bounds, cell, nx, ny, start, index, signed
        See :func:`winding_numbers`.
    out : int32 array, shape (n, m)
        Added to.
    """
    heights = np.empty(64, np.float64)
    sides = np.empty(64, np.int32)
    for n in range(columns.shape[0]):
        px, py = columns[n, 0], columns[n, 1]
        if px < bounds[0, 0] or px > bounds[1, 0] or py < bounds[0, 1] or py > bounds[1, 1]:
            continue
        i = min(nx - 1, int((px - bounds[0, 0]) / cell))
        j = min(ny - 1, int((py - bounds[0, 1]) / cell))
        count = 0
        for at in range(start[i + nx * j], start[i + nx * j + 1]):
            t = index[at]
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            side = _projected(vertices, a, b, c, px, py)
            if side == 0:
                continue
            if count == heights.shape[0]:
                heights = np.concatenate((heights, np.empty(count, np.float64)))
                sides = np.concatenate((sides, np.empty(count, np.int32)))
            heights[count] = _height(vertices, a, b, c, px, py)
            sides[count] = side if signed else 1
            count += 1
        if count == 0:
            continue
        for k in range(levels.shape[0]):
            total = 0
            for h in range(count):
                if heights[h] > levels[k]:
                    total += sides[h]
            if (total != 0) if signed else (total % 2 == 1):
                out[n, k // parts] += 1


@njit(cache=True, nogil=True)
def _height(vertices: _F8, a: int, b: int, c: int, px: float, py: float) -> float:
    """Elevation of a triangle's plane over a place in its projection, kept within its corners."""
    ux, uy = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1]
    vx, vy = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1]
    uz, vz = vertices[b, 2] - vertices[a, 2], vertices[c, 2] - vertices[a, 2]
    low = min(vertices[a, 2], vertices[b, 2], vertices[c, 2])
    high = max(vertices[a, 2], vertices[b, 2], vertices[c, 2])
    middle: float = 0.5 * (low + high)
    area = ux * vy - uy * vx
    if area == 0.0:
        return middle
    dx, dy = px - vertices[a, 0], py - vertices[a, 1]
    s = (dx * vy - dy * vx) / area
    t = (ux * dy - uy * dx) / area
    height: float = min(max(vertices[a, 2] + s * uz + t * vz, low), high)
    return height
