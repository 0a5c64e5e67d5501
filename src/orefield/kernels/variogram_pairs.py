"""Experimental variograms: all pairs of samples within reach, by direction and lag, in one pass."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
_I4 = NDArray[np.int32]

EVERY, CONE, WEDGE = 0, 1, 2
"""Kinds of directions: none, one angle all round, azimuth and dip each with their own."""

ANY_HOLE, SAME_HOLE, OTHER_HOLE = 0, 1, 2

SEMIVARIANCE, MADOGRAM, PAIRWISE_RELATIVE = 0, 1, 2

SUMS = 6
"""Sums of a lag: the measure, distance, both ends of a pair, both ends of its other variable,
product of ends, squares of ends (the last four for relative variograms and correlograms)."""

_NEAR = 1e-9
"""Angles this close to the tolerance are compared as angles, as others do it: cosines round."""


@njit(cache=True, nogil=True)
def _in_cone(dx: float, dy: float, dz: float, d2: float, of: _F8, k: int) -> bool:
    """Within an angle of direction ``k``'s line and a distance from it.

    ``of[k]``: unit vector (3), tolerance (radians), its cosine, bandwidth (m).
    """
    along = dx * of[k, 0] + dy * of[k, 1] + dz * of[k, 2]
    square, least = along * along, of[k, 4] * of[k, 4] * d2
    if square < least - _NEAR * d2:
        return False
    doubtful = square <= least + _NEAR * d2 and d2 > 0.0
    if doubtful and math.acos(min(abs(along) / math.sqrt(d2), 1.0)) > of[k, 3]:
        return False
    if of[k, 5] < np.inf:
        px, py, pz = dx - along * of[k, 0], dy - along * of[k, 1], dz - along * of[k, 2]
        return bool(math.sqrt(px * px + py * py + pz * pz) < of[k, 5])
    return True


@njit(cache=True, nogil=True)
def _in_wedge(dx: float, dy: float, dz: float, d2: float, of: _F8, k: int) -> bool:
    """Within tolerances of azimuth and dip, and bandwidths across and above.

    ``of[k]``: horizontal unit vector (2), cosine of the azimuth's tolerance, horizontal
    bandwidth (m), cosine and sine of the angle upwards, cosine of the dip's tolerance,
    vertical bandwidth (m). The tests are those of Deutsch and Journel, GSLIB (1998), II.1.
    """
    d = math.sqrt(d2)
    level = math.sqrt(dx * dx + dy * dy)
    ahead = dx * of[k, 0] + dy * of[k, 1]
    if level > 1e-12 * d and abs(ahead) < (of[k, 2] - _NEAR) * level:
        return False
    if abs(of[k, 0] * dy - of[k, 1] * dx) > of[k, 3]:
        return False
    if ahead < 0.0:
        level = -level
    if abs(level * of[k, 4] + dz * of[k, 5]) < (of[k, 6] - _NEAR) * d:
        return False
    return bool(abs(of[k, 4] * dz - of[k, 5] * level) <= of[k, 7])


@njit(cache=True, nogil=True)
def _reaches(cx: float, cy: float, cz: float, radius: float, of: _F8, k: int) -> bool:
    """Whether a lag within ``radius`` of (cx, cy, cz) can be in the cone of direction ``k``."""
    c2 = cx * cx + cy * cy + cz * cz
    slack = radius + 1e-9 * math.sqrt(c2)
    if c2 <= slack * slack:
        return True
    along = abs(cx * of[k, 0] + cy * of[k, 1] + cz * of[k, 2])
    across = math.sqrt(max(c2 - along * along, 0.0))
    if across - slack > of[k, 5]:
        return False
    # distance of the centre from the cone's side: its angle beyond it, turned into a length
    sine = math.sqrt(max(1.0 - of[k, 4] * of[k, 4], 0.0))
    beyond = across * of[k, 4] - along * sine
    return bool(beyond <= slack)


@njit(cache=True, nogil=True)
def gather(
    first: int,
    step: int,
    xyz: _F8,
    values: _F8,
    hole: _I4,
    starts: _I8,
    boxes: _F8,
    low: _F8,
    high: _F8,
    table: _I8,
    kinds: _I8,
    within: _I8,
    directions: _F8,
    combos: _I8,
    exclusive: bool,
) -> tuple[_I8, _F8, int]:
    """Sums over pairs whose first point is in leaves ``first``, ``first + step``, ...

    Parameters
    ----------
    first, step : int
        A share of the work: the same shares give the same sums on any number of threads.
    xyz : (n, 3) float64
        Points, leaf by leaf (m).
    values : (n, v) float64
        NaN where not measured.
    hole : (n,) int32
        Of each point.
    starts, boxes
        Leaves, see :func:`orefield.kernels.variogram_leaves.split`.
    low, high : (k,) float64
        A lag holds distances from ``low`` up to, not with, ``high``; both rise, lags may
        overlap.
    table : (t,) int64
        By distance, in steps of ``high[-1] / (t - 1)``: the first lag that can hold it.
    kinds, within : (d,) int64
        :data:`EVERY`, :data:`CONE` or :data:`WEDGE`; :data:`ANY_HOLE`, ...
    directions : (d, 8) float64
        As :func:`_in_cone` and :func:`_in_wedge` take them.
    combos : (c, 3) int64
        Two columns of values and what is measured; :data:`MADOGRAM` and
        :data:`PAIRWISE_RELATIVE` of the first column only.
    exclusive : bool
        A pair counts in the first direction that takes it, not in all.

    Returns
    -------
    counts : (d, k, c) int64
    sums : (d, k, c, SUMS) float64
    collocated : int
        Pairs at one place.
    """
    n_dir, n_lag, n_combo = kinds.size, low.size, combos.shape[0]
    counts = np.zeros((n_dir, n_lag, n_combo), dtype=np.int64)
    sums = np.zeros((n_dir, n_lag, n_combo, SUMS))
    active = np.empty(n_dir, dtype=np.int64)
    furthest = high[n_lag - 1]
    furthest2 = furthest * furthest * (1.0 + 1e-12)
    scale = (table.size - 1) / furthest
    leaves = starts.size - 1
    collocated = 0
    for a in range(first, leaves, step):
        for b in range(a, leaves):
            gap = 0.0
            radius = 0.0
            for axis in range(3):
                apart = max(
                    boxes[b, 0, axis] - boxes[a, 1, axis], boxes[a, 0, axis] - boxes[b, 1, axis]
                )
                if apart > 0.0:
                    gap += apart * apart
                half = 0.5 * (
                    boxes[a, 1, axis] - boxes[a, 0, axis] + boxes[b, 1, axis] - boxes[b, 0, axis]
                )
                radius += half * half
            if gap > furthest2:
                continue
            radius = math.sqrt(radius)
            cx = 0.5 * (boxes[b, 0, 0] + boxes[b, 1, 0] - boxes[a, 0, 0] - boxes[a, 1, 0])
            cy = 0.5 * (boxes[b, 0, 1] + boxes[b, 1, 1] - boxes[a, 0, 1] - boxes[a, 1, 1])
            cz = 0.5 * (boxes[b, 0, 2] + boxes[b, 1, 2] - boxes[a, 0, 2] - boxes[a, 1, 2])
            n_active = 0
            for d in range(n_dir):
                if kinds[d] != CONE or _reaches(cx, cy, cz, radius, directions, d):
                    active[n_active] = d
                    n_active += 1
            if n_active == 0:
                continue
            for i in range(starts[a], starts[a + 1]):
                x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
                begin = i + 1 if a == b else starts[b]
                for j in range(begin, starts[b + 1]):
                    dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                    d2 = dx * dx + dy * dy + dz * dz
                    if d2 > furthest2:
                        continue
                    if d2 == 0.0:
                        collocated += 1
                    dist = -1.0
                    for p in range(n_active):
                        d = active[p]
                        if kinds[d] == CONE and not _in_cone(dx, dy, dz, d2, directions, d):
                            continue
                        if kinds[d] == WEDGE and not _in_wedge(dx, dy, dz, d2, directions, d):
                            continue
                        if within[d] != ANY_HOLE and (within[d] == SAME_HOLE) != (
                            hole[i] == hole[j]
                        ):
                            continue
                        if dist < 0.0:
                            dist = math.sqrt(d2)
                        for k in range(table[min(int(dist * scale), table.size - 1)], n_lag):
                            if low[k] > dist:
                                break
                            if dist >= high[k]:
                                continue
                            for c in range(n_combo):
                                u, v = combos[c, 0], combos[c, 1]
                                a1, a2 = values[i, u], values[j, u]
                                b1, b2 = values[i, v], values[j, v]
                                if np.isnan(a1 + a2 + b1 + b2):
                                    continue
                                what = combos[c, 2]
                                if what == SEMIVARIANCE:
                                    measure = 0.5 * (a1 - a2) * (b1 - b2)
                                elif what == MADOGRAM:
                                    measure = 0.5 * abs(a1 - a2)
                                else:
                                    mean = 0.5 * (a1 + a2)
                                    if mean == 0.0:
                                        continue  # relative to nothing
                                    relative = (a1 - a2) / mean
                                    measure = 0.5 * relative * relative
                                counts[d, k, c] += 1
                                sums[d, k, c, 0] += measure
                                sums[d, k, c, 1] += dist
                                sums[d, k, c, 2] += a1 + a2
                                sums[d, k, c, 3] += b1 + b2
                                sums[d, k, c, 4] += a1 * b2 + a2 * b1
                                sums[d, k, c, 5] += a1 * a1 + a2 * a2
                        if exclusive:
                            break
    return counts, sums, collocated
