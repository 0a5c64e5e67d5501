"""Directions in the ground: azimuth, dip and rake to axes, and axes with ranges to distances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError


@dataclass(frozen=True, slots=True)
class Rotation:
    """Three axes at right angles, as a geologist gives them.

    The *major* axis points along ``azimuth_deg`` and down by ``dip_deg``. At rake 0 the
    *semi-major* axis is horizontal, to the right of it, and the *minor* axis points up;
    ``rake_deg`` turns both about the major axis, the semi-major axis upwards first. GSLIB's
    angles are (azimuth, -dip, -rake); with dip and rake 0 the plane is horizontal.

    Parameters
    ----------
    azimuth_deg : float
        Clockwise from north (the y axis). The default, 90, lets major, semi-major and
        minor be the axes x, y and z.
    dip_deg : float
        Below the horizontal, -90 to 90.
    rake_deg : float

    Raises
    ------
    ModelError
        For an angle that is not finite, beyond +-360 degrees, or a dip beyond +-90.
    """

    azimuth_deg: float = 90.0
    dip_deg: float = 0.0
    rake_deg: float = 0.0

    def __post_init__(self) -> None:
        for name, most in (("azimuth_deg", 360.0), ("dip_deg", 90.0), ("rake_deg", 360.0)):
            value = float(getattr(self, name))
            if not (math.isfinite(value) and abs(value) <= most):
                raise ModelError(
                    f"rotation has {name} = {value:g}", fix=f"give degrees, -{most:g} to {most:g}"
                )
            object.__setattr__(self, name, value)

    def axes(self) -> NDArray[np.float64]:
        """Unit vectors of the major, semi-major and minor axis, shape (3, 3), one a row."""
        azimuth, dip, rake = map(math.radians, (self.azimuth_deg, self.dip_deg, self.rake_deg))
        sa, ca = _sine_cosine(azimuth)
        sd, cd = _sine_cosine(dip)
        sr, cr = _sine_cosine(rake)
        major = np.array([sa * cd, ca * cd, -sd])
        right = np.array([ca, -sa, 0.0])
        up = np.array([sa * sd, ca * sd, cd])
        return np.array([major, cr * right + sr * up, cr * up - sr * right])


def _sine_cosine(angle: float) -> tuple[float, float]:
    # quarter turns exactly, so that axes along the grid's stay along them
    s, c = math.sin(angle), math.cos(angle)
    return (0.0 if abs(s) < 1e-15 else s), (0.0 if abs(c) < 1e-15 else c)


ALONG_AXES = Rotation()
"""Major, semi-major and minor are x, y and z (the semi-major axis points along -y)."""


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid about a point: ranges along the axes of a rotation.

    Parameters
    ----------
    ranges_m : (float, float, float)
        Semi-axes (m): major, semi-major, minor; positive. Only the first two matter in 2-D.
    rotation : Rotation

    Raises
    ------
    ModelError
        For a range that is not finite and positive.
    """

    ranges_m: tuple[float, float, float]
    rotation: Rotation = ALONG_AXES

    def __post_init__(self) -> None:
        if len(self.ranges_m) != 3:
            raise ModelError(f"an ellipsoid has three ranges, got {self.ranges_m}")
        ranges = tuple(float(v) for v in self.ranges_m)
        if not all(math.isfinite(v) and v > 0 for v in ranges):
            raise ModelError(
                f"ellipsoid has ranges {ranges} m", fix="give three finite, positive ranges"
            )
        object.__setattr__(self, "ranges_m", ranges)

    def transform(self) -> NDArray[np.float64]:
        """Matrix (3, 3) that takes a lag (east, north, up; m) to one with length in ranges.

        ``d = norm(transform @ lag)`` is 1 on the ellipsoid's surface.
        """
        out: NDArray[np.float64] = self.rotation.axes() / np.asarray(self.ranges_m)[:, None]
        return out
