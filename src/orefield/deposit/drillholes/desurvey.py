"""Where a depth along a hole is: minimum curvature between stations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.drillholes.tables import Drillholes, Surveys

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


def directions(azimuth_deg: _F8, dip_deg: _F8) -> _F8:
    """Unit vectors (east, north, up) of directions, shape (n, 3); dip is positive downwards."""
    azimuth, dip = np.radians(azimuth_deg), np.radians(dip_deg)
    level = np.cos(dip)
    return np.column_stack([level * np.sin(azimuth), level * np.cos(azimuth), -np.sin(dip)])


def dogleg_deg(surveys: Surveys) -> _F8:
    """Angle (degrees) between each station and the next row, shape (n - 1,)."""
    way = directions(surveys.azimuth_deg, surveys.dip_deg)
    return np.degrees(_angle(way[:-1], way[1:]))


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths of holes: straight from the collar to the first station, arcs between stations.

    Between two stations the path is the circular arc that has their directions as tangents
    (minimum curvature: Taylor and Mason 1972, from memory). Below the last station it is
    straight on; above the first it is straight, in the first station's direction.

    Attributes
    ----------
    holes : tuple of str
    node_hole : ndarray of shape (k,), int64
        Hole of each node; sorted. Every hole has a node at depth 0.
    node_depth_m : ndarray of shape (k,)
        Sorted within a hole.
    node_way : ndarray of shape (k, 3)
        Unit tangents.
    node_xyz_m : ndarray of shape (k, 3)
    """

    holes: tuple[str, ...]
    node_hole: _I8
    node_depth_m: _F8
    node_way: _F8
    node_xyz_m: _F8

    def locate(self, hole: _I8, depth_m: _F8) -> tuple[_F8, _F8]:
        """Positions and directions at depths along holes.

        Parameters
        ----------
        hole : ndarray of shape (n,), int
            Index into ``holes``.
        depth_m : ndarray of shape (n,)
            From 0 at the collar downwards.

        Returns
        -------
        xyz_m, way : ndarray of shape (n, 3)
            East, north, elevation (m), and unit vectors down the hole.

        Raises
        ------
        ModelError
            For a depth that is negative or not finite.
        """
        hole = np.asarray(hole, dtype=np.int64)
        depth = np.asarray(depth_m, dtype=np.float64)
        if not (np.isfinite(depth) & (depth >= 0.0)).all():
            raise ModelError("a depth along a hole is negative or not finite")
        # complex numbers sort by hole, then by depth: one search for all holes
        key = self.node_hole + 1j * self.node_depth_m
        top = np.searchsorted(key, hole + 1j * depth, side="right") - 1
        past = depth - self.node_depth_m[top]
        below = np.minimum(top + 1, len(key) - 1)
        same = (self.node_hole[below] == hole) & (below > top)
        span = np.where(same, self.node_depth_m[below] - self.node_depth_m[top], 1.0)
        start = self.node_way[top]
        end = np.where(same[:, None], self.node_way[below], start)
        part = np.where(same, past / span, 0.0)
        way = _between(start, end, part)
        return self.node_xyz_m[top] + _along(start, way, past), way


def desurvey(holes: Drillholes) -> Paths:
    """Paths of all holes.

    Parameters
    ----------
    holes : Drillholes
        Validated: every hole has a station; stations are sorted by hole and depth.

    Raises
    ------
    ModelError
        For a hole without a station, or stations that are not sorted.
    """
    surveys = holes.surveys
    at = holes.index(surveys.hole)
    n = len(holes.collars)
    count = np.bincount(at[at >= 0], minlength=n)
    if (count == 0).any() or (at < 0).any():
        bare = holes.collars.hole[np.argmin(count)]
        raise ModelError(f"hole {bare} has no survey", fix="validate the holes first")
    if (np.diff(at) < 0).any() or (np.diff(surveys.depth_m)[np.diff(at) == 0] <= 0).any():
        raise ModelError("stations are not sorted by hole and depth", fix="validate the holes")
    way = directions(surveys.azimuth_deg, surveys.dip_deg)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    late = surveys.depth_m[first] > 0.0
    # a node at the collar of holes whose first station is further down
    where = first[late]
    depth = np.insert(surveys.depth_m, where, 0.0)
    hole = np.insert(at, where, at[where])
    way = np.insert(way, where, way[where], axis=0)
    xyz = np.empty_like(way)
    begin = np.searchsorted(hole, np.arange(n))
    step = np.zeros_like(way)
    step[1:] = _along(way[:-1], way[1:], np.diff(depth))
    step[begin] = 0.0
    # summed hole by hole, so that a hole's path does not depend on the others
    for i, (a, b) in enumerate(zip(begin, np.append(begin[1:], len(hole)), strict=True)):
        xyz[a:b] = holes.collars.xyz_m[i] + np.cumsum(step[a:b], axis=0)
    return Paths(tuple(holes.collars.hole.tolist()), hole, depth, way, xyz)


def _angle(a: _F8, b: _F8) -> _F8:
    """Angles (radians) between unit vectors; exact for small ones, where acos is not."""
    out: _F8 = 2.0 * np.arctan2(
        np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1)
    )  # fmt: skip
    return out


def _along(start: _F8, end: _F8, length: _F8) -> _F8:
    """Displacement along arcs of given lengths from tangent to tangent."""
    half = _angle(start, end) / 2.0
    small = half < 1e-4
    # tan(x)/x by its series where the quotient would lose digits
    factor = np.where(small, 1.0 + half**2 / 3.0, np.tan(half) / np.where(small, 1.0, half))
    out: _F8 = (start + end) * (0.5 * factor * length)[:, None]
    return out


def _between(start: _F8, end: _F8, part: _F8) -> _F8:
    """Tangents at parts of arcs: turned evenly from ``start`` to ``end``."""
    angle = _angle(start, end)
    small = angle < 1e-8
    sine = np.where(small, 1.0, np.sin(angle))
    a = np.where(small, 1.0 - part, np.sin((1.0 - part) * angle) / sine)
    b = np.where(small, part, np.sin(part * angle) / sine)
    out: _F8 = a[:, None] * start + b[:, None] * end
    out /= np.linalg.norm(out, axis=1)[:, None]
    return out
