"""Axes and ranges of structures as numbers that a search can change freely."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import ALONG_AXES, Rotation
from orefield.deposit.variography.fit_points import FitPoints

_F8 = NDArray[np.float64]

_RIGHT_ANGLE = math.sin(math.radians(3.0))
_FREE_FLAT, _FREE_SOLID = 3, 6
"""Directions that an ellipse and an ellipsoid take to be found: as many as they have numbers."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Axes that all structures share, and how many of their ranges can differ.

    Attributes
    ----------
    axes : ndarray of shape (3, 3)
        Unit vectors, one a row.
    ranges : {1, 2, 3}
        Different ranges of a structure: 1 without anisotropy, 2 in a plane.
    turns : {0, 1, 3}
        Angles that are looked for: about the vertical, or about all axes.
    named : bool
        Whether the axes are given by hand: the first stays the major one.
    """

    axes: _F8
    ranges: int
    turns: int
    named: bool

    @classmethod
    def of(cls, points: FitPoints, rotation: Rotation | None, *, isotropic: bool) -> Frame:
        """The frame that the directions of the points allow.

        Raises
        ------
        ModelError
            When a rotation is neither given nor can be found from so few directions.
        """
        units = points.units
        if rotation is not None:
            return cls(rotation.axes(), 1 if isotropic else 2 if points.flat else 3, 0, True)
        if isotropic or len(units) < 2:
            return cls(ALONG_AXES.axes(), 1, 0, False)
        if points.flat:
            if len(units) >= _FREE_FLAT:
                return cls(start_axes(points), 2, 1, False)
            if abs(float(units[0] @ units[1])) < _RIGHT_ANGLE:
                return cls(_right_handed(units), 2, 0, False)
        elif len(units) >= _FREE_SOLID:
            return cls(start_axes(points), 3, 3, False)
        elif len(units) == 3:
            angles = np.abs(units @ units.T - np.eye(3))
            if angles.max() < _RIGHT_ANGLE:
                return cls(_right_handed(units[:2]), 3, 0, False)
        raise ModelError(
            f"{len(units)} directions do not tell how an anisotropy lies",
            fix=f"give directions at right angles, {_FREE_FLAT} or more in a plane, "
            f"{_FREE_SOLID} or more in space, or a rotation by hand",
        )

    def turned(self, angles: _F8) -> _F8:
        """Axes after the angles (turns,) that a search has found."""
        if self.turns == 0:
            return self.axes
        vector = np.array([0.0, 0.0, angles[0]]) if self.turns == 1 else np.asarray(angles)
        angle = math.sqrt(float(vector @ vector))
        if angle < 1e-12:
            return self.axes
        # Rodrigues: turning about the vector by its length
        x, y, z = vector / angle
        cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        turn = np.eye(3) + math.sin(angle) * cross + (1.0 - math.cos(angle)) * (cross @ cross)
        return np.asarray(self.axes @ turn.T)

    def spread(self, ranges: _F8) -> _F8:
        """Three ranges of those that can differ, shape (ranges,) -> (3,)."""
        return np.concatenate([ranges, np.repeat(ranges[-1], 3 - len(ranges))])


def start_axes(points: FitPoints) -> _F8:
    """Axes of the ellipsoid through where each direction reaches most of the variance.

    The distance r of each direction gives one row of ``u' M u = 1 / r^2``; the eigenvectors of
    M are the axes, the longest range first.
    """
    units, reach = points.units, reaches(points)
    u = units
    rows = np.column_stack(
        [u**2, 2 * u[:, 0] * u[:, 1], 2 * u[:, 0] * u[:, 2], 2 * u[:, 1] * u[:, 2]]
    )
    found = np.zeros(6)
    if points.flat:
        # nothing is known of the vertical: it stays an axis of its own
        found[[0, 1, 3]] = np.linalg.lstsq(rows[:, [0, 1, 3]], 1.0 / reach**2, rcond=None)[0]
        found[2] = 1e6
    else:
        found[:] = np.linalg.lstsq(rows, 1.0 / reach**2, rcond=None)[0]
    xx, yy, zz, xy, xz, yz = found
    _, vectors = np.linalg.eigh(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
    axes = vectors.T
    if points.flat:
        axes = axes[np.argsort(np.abs(axes[:, 2]))]  # the vertical one last
        return _right_handed(axes[:2])
    return _right_handed(axes[:2])


def reaches(points: FitPoints) -> _F8:
    """Distance (m) at which each direction's points reach 80 % of the variance, shape (d,).

    Half as far again as the furthest point where they never do.
    """
    far = points.distance_m >= np.quantile(points.distance_m, 0.5)
    level = 0.8 * float(np.average(points.gamma[far], weights=points.pairs[far]))
    out = []
    for unit in points.units:
        part = np.abs(points.lags_m @ unit) > points.distance_m * np.cos(np.radians(2.0))
        order = np.argsort(points.distance_m[part])
        h, g = points.distance_m[part][order], points.gamma[part][order]
        above = np.flatnonzero(g >= level)
        if not above.size:
            out.append(1.5 * h[-1])
        elif above[0] == 0:
            out.append(h[0])
        else:
            k = above[0]
            share = (level - g[k - 1]) / (g[k] - g[k - 1])
            out.append(h[k - 1] + share * (h[k] - h[k - 1]))
    return np.array(out)


def rotation_of(axes: _F8) -> Rotation:
    """Azimuth, dip and rake of axes, shape (3, 3), one a row; the major axis looks down."""
    major, semi = axes[0], axes[1]
    if major[2] > 0:
        major = -major
    dip = math.degrees(math.asin(min(max(-major[2], -1.0), 1.0)))
    level = math.hypot(major[0], major[1])
    azimuth = math.degrees(math.atan2(major[0], major[1])) if level > 1e-9 else 0.0
    azimuth = azimuth % 360.0
    if level > 1e-9 and abs(dip) < 1e-6 and azimuth >= 180.0:
        azimuth -= 180.0  # a horizontal line has two ends
    _, right, up = Rotation(azimuth, dip).axes()
    rake = math.degrees(math.atan2(float(semi @ up), float(semi @ right)))
    if rake > 90.0:
        rake -= 180.0
    elif rake <= -90.0:
        rake += 180.0
    # + 0.0: no minus zero in files
    return Rotation(round(azimuth, 6) + 0.0, round(dip, 6) + 0.0, round(rake, 6) + 0.0)


def _right_handed(first: _F8) -> _F8:
    """Three axes of two that are nearly at right angles, shape (2, 3) -> (3, 3)."""
    a = first[0] / np.linalg.norm(first[0])
    b = first[1] - (first[1] @ a) * a
    b /= np.linalg.norm(b)
    return np.array([a, b, np.cross(a, b)])
