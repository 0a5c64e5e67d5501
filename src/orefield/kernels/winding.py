"""Generalised winding numbers of triangle meshes that may be open, by a tree of bounding balls."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]


@njit(cache=True, nogil=True)
def solid_angle(px: float, py: float, pz: float, vertices: _F8, a: int, b: int, c: int) -> float:
    """Signed solid angle (steradian) of a triangle seen from a point (Van Oosterom, Strackee)."""
    ax, ay, az = vertices[a, 0] - px, vertices[a, 1] - py, vertices[a, 2] - pz
    bx, by, bz = vertices[b, 0] - px, vertices[b, 1] - py, vertices[b, 2] - pz
    cx, cy, cz = vertices[c, 0] - px, vertices[c, 1] - py, vertices[c, 2] - pz
    la = np.sqrt(ax * ax + ay * ay + az * az)
    lb = np.sqrt(bx * bx + by * by + bz * bz)
    lc = np.sqrt(cx * cx + cy * cy + cz * cz)
    volume = ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)
    below = (
        la * lb * lc
        + (ax * bx + ay * by + az * bz) * lc
        + (bx * cx + by * cy + bz * cz) * la
        + (cx * ax + cy * ay + cz * az) * lb
    )
    angle: float = 2.0 * np.arctan2(volume, below)
    return angle


@njit(cache=True, nogil=True)
def build_tree(vertices: _F8, triangles: _I4, order: _I4, leaf: int) -> tuple[_I4, _F8]:
    """A binary tree of balls over triangles, split at the middle of the longest side.

    Parameters
    ----------
    vertices : float64 array, shape (v, 3)
        Corners.
    triangles : int32 array, shape (t, 3)
        Three corners each.
    order : int32 array, shape (t,)
        All triangles; sorted in place so that every node has a range of it.
    leaf : int
        Triangles of a leaf, at most.

    Returns
    -------
    nodes : int32 array, shape (k, 3)
        Begin and end in ``order``, and the first of two children (0 for a leaf).
    balls : float64 array, shape (k, 7)
        Centre by area, radius, and area times normal.
    """
    n = triangles.shape[0]
    nodes = np.zeros((2 * n + 1, 3), np.int32)
    balls = np.zeros((2 * n + 1, 7), np.float64)
    centre = np.empty((n, 3))
    for t in range(n):
        for k in range(3):
            centre[t, k] = (
                vertices[triangles[t, 0], k]
                + vertices[triangles[t, 1], k]
                + vertices[triangles[t, 2], k]
            ) / 3.0
    nodes[0, 1] = n
    count = 1
    at = 0
    while at < count:
        lo, hi = nodes[at, 0], nodes[at, 1]
        _ball(vertices, triangles, centre, order, lo, hi, balls[at])
        if hi - lo > leaf:
            low = np.full(3, np.inf)
            high = np.full(3, -np.inf)
            for i in range(lo, hi):
                for k in range(3):
                    low[k] = min(low[k], centre[order[i], k])
                    high[k] = max(high[k], centre[order[i], k])
            axis = int(np.argmax(high - low))
            part = order[lo:hi].copy()
            key = np.empty(hi - lo)
            for i in range(hi - lo):
                key[i] = centre[part[i], axis]
            ranked = np.argsort(key)
            for i in range(hi - lo):
                order[lo + i] = part[ranked[i]]
            middle = (lo + hi) // 2
            nodes[at, 2] = count
            nodes[count, 0], nodes[count, 1] = lo, middle
            nodes[count + 1, 0], nodes[count + 1, 1] = middle, hi
            count += 2
        at += 1
    return nodes[:count].copy(), balls[:count].copy()


@njit(cache=True, nogil=True)
def _ball(
    vertices: _F8, triangles: _I4, centre: _F8, order: _I4, lo: int, hi: int, ball: _F8
) -> None:
    total = 0.0
    for i in range(lo, hi):
        t = order[i]
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = (
            vertices[b, 0] - vertices[a, 0],
            vertices[b, 1] - vertices[a, 1],
            vertices[b, 2] - vertices[a, 2],
        )
        vx, vy, vz = (
            vertices[c, 0] - vertices[a, 0],
            vertices[c, 1] - vertices[a, 1],
            vertices[c, 2] - vertices[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        area = 0.5 * np.sqrt(nx * nx + ny * ny + nz * nz)
        total += area
        for k in range(3):
            ball[k] += area * centre[t, k]
        ball[4] += 0.5 * nx
        ball[5] += 0.5 * ny
        ball[6] += 0.5 * nz
    for k in range(3):
        if total > 0.0:
            ball[k] /= total
        else:
            ball[k] = centre[order[lo], k]
    far = 0.0
    for i in range(lo, hi):
        for corner in range(3):
            v = triangles[order[i], corner]
            away = 0.0
            for k in range(3):
                away += (vertices[v, k] - ball[k]) ** 2
            far = max(far, away)
    ball[3] = np.sqrt(far)


@njit(cache=True, nogil=True)
def generalised_winding(
    points: _F8,
    vertices: _F8,
    triangles: _I4,
    order: _I4,
    nodes: _I4,
    balls: _F8,
    far: float,
    out: _F8,
) -> None:
    """Winding numbers about points: 1 within a closed mesh, 0 without, between near a hole.

    What is further than ``far`` radii away counts as a dipole (Barill et al. 2018, "Fast winding
    numbers for soups and clouds", first order; from memory).

    Parameters
    ----------
    points : float64 array, shape (n, 3)
        East, north, elevation.
    vertices, triangles, order, nodes, balls
        The mesh, and its tree from :func:`build_tree`.
    far : float
        In radii of the ball.
    out : float64 array, shape (n,)
        Written.
    """
    stack = np.empty(256, np.int32)
    for n in range(points.shape[0]):
        px, py, pz = points[n, 0], points[n, 1], points[n, 2]
        total = 0.0
        stack[0] = 0
        depth = 1
        while depth > 0:
            depth -= 1
            at = stack[depth]
            dx, dy, dz = balls[at, 0] - px, balls[at, 1] - py, balls[at, 2] - pz
            away = np.sqrt(dx * dx + dy * dy + dz * dz)
            if away > far * balls[at, 3]:
                total += (dx * balls[at, 4] + dy * balls[at, 5] + dz * balls[at, 6]) / away**3
            elif nodes[at, 2] == 0:
                for i in range(nodes[at, 0], nodes[at, 1]):
                    t = order[i]
                    total += solid_angle(
                        px, py, pz, vertices, triangles[t, 0], triangles[t, 1], triangles[t, 2]
                    )
            else:
                stack[depth] = nodes[at, 2]
                stack[depth + 1] = nodes[at, 2] + 1
                depth += 2
        out[n] = total / (4.0 * np.pi)
