"""In which directions and at which distances pairs are looked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import Rotation
from orefield.kernels import variogram_pairs as kernel

_F8 = NDArray[np.float64]

Holes = Literal["any", "same", "other"]
_HOLES: dict[Holes, int] = {
    "any": kernel.ANY_HOLE,
    "same": kernel.SAME_HOLE,
    "other": kernel.OTHER_HOLE,
}

MAX_LAGS = 10_000
"""More lags than this are a slip of units."""


@dataclass(frozen=True)
class Lags:
    """Classes of distance.

    A lag holds pairs from ``low`` up to, not with, ``high``; lags may overlap or leave gaps.

    Parameters
    ----------
    low, high : ndarray of shape (k,)
        Bounds (m), both rising.

    Raises
    ------
    ModelError
        For no lag, too many, bounds that are not finite, do not rise, or hold nothing.
    """

    low: _F8
    high: _F8

    def __post_init__(self) -> None:
        low = np.array(self.low, dtype=np.float64).reshape(-1)
        high = np.array(self.high, dtype=np.float64).reshape(-1)
        if not 1 <= low.size <= MAX_LAGS or low.size != high.size:
            raise ModelError(
                f"{low.size:,} lags of a variogram", fix=f"give 1 to {MAX_LAGS:,} distances"
            )
        rising = (np.diff(low) > 0).all() and (np.diff(high) > 0).all()
        if not (np.isfinite(high).all() and (low >= 0).all() and (high > low).all() and rising):
            raise ModelError(
                "distances of lags are not finite, positive and rising",
                fix="give edges such as [0, 50, 100, 150], or a positive spacing and tolerance",
            )
        for array in (low, high):
            array.flags.writeable = False
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def __len__(self) -> int:
        return len(self.low)

    @classmethod
    def regular(cls, spacing_m: float, count: int, tolerance_m: float | None = None) -> Lags:
        """Multiples of a spacing, each with a tolerance; a first, half one holds what is closer.

        Pairs at one place are in none of them.

        Parameters
        ----------
        spacing_m : float
            Distance from one lag to the next, positive.
        count : int
            How many, besides the first half one.
        tolerance_m : float, optional
            Half the width of a lag; half the spacing when left out.
        """
        tolerance = 0.5 * spacing_m if tolerance_m is None else tolerance_m
        usable = math.isfinite(spacing_m) and math.isfinite(tolerance)
        if not (usable and spacing_m > 0 and tolerance > 0):
            raise ModelError(
                f"lags {spacing_m:g} m apart with a tolerance of {tolerance:g} m",
                fix="give a positive spacing and tolerance",
            )
        if not 1 <= count < MAX_LAGS:
            raise ModelError(f"{count:,} lags of a variogram", fix=f"give 1 to {MAX_LAGS - 1:,}")
        at = spacing_m * np.arange(count + 1)
        low = np.maximum(at - tolerance, np.nextafter(0.0, 1.0))
        keep = np.concatenate([low[1:] > low[:-1], [True]])  # a wide tolerance swallows some
        return cls(low[keep], (at + tolerance)[keep])

    @classmethod
    def edges(cls, edges_m: NDArray[np.float64]) -> Lags:
        """Classes between edges; with a first edge of zero, pairs at one place are in the first."""
        edges = np.asarray(edges_m, dtype=np.float64)
        if edges.ndim != 1 or len(edges) < 2:
            raise ModelError("edges of lags are not a list of two or more", fix="e.g. [0, 50, 100]")
        return cls(edges[:-1], edges[1:])

    def table(self) -> NDArray[np.int64]:
        """By distance in equal steps up to the furthest: the first lag that can hold it."""
        steps = int(min(8 * len(self), 65_536)) + 1
        # a step earlier than it looks: distances are rounded on their way to a step
        at = (np.arange(steps + 1) - 1) * (self.high[-1] / steps)
        return np.asarray(np.searchsorted(self.high, at, side="right"), dtype=np.int64)


@dataclass(frozen=True)
class Direction:
    """A line in the ground with tolerances, or every direction.

    One angle all round (``tolerance_deg``, ``bandwidth_m``), or, with ``dip_tolerance_deg``,
    azimuth and dip each on its own, as GSLIB does it.

    Parameters
    ----------
    azimuth_deg : float
        Clockwise from north.
    dip_deg : float
        Below the horizontal; 90 is down.
    tolerance_deg : float
        Half angle, of azimuth alone where ``dip_tolerance_deg`` is given; 90 or more is
        every direction.
    bandwidth_m : float
        Furthest from the line; across it where ``dip_tolerance_deg`` is given.
    dip_tolerance_deg, vertical_bandwidth_m : float, optional
        Half angle up and down, and furthest above and below.
    holes : {"any", "same", "other"}
        Pairs within a hole only, or between holes only.
    name : str
        For tables and figures; made of the angles when empty.

    Raises
    ------
    ModelError
        For an angle or width that cannot be.
    """

    azimuth_deg: float = 0.0
    dip_deg: float = 0.0
    tolerance_deg: float = 22.5
    bandwidth_m: float = math.inf
    dip_tolerance_deg: float | None = None
    vertical_bandwidth_m: float = math.inf
    holes: Holes = "any"
    name: str = ""

    def __post_init__(self) -> None:
        Rotation(self.azimuth_deg, self.dip_deg)  # refuses angles that are none
        tolerances = [self.tolerance_deg]
        if self.dip_tolerance_deg is not None:
            tolerances.append(self.dip_tolerance_deg)
        elif self.vertical_bandwidth_m != math.inf:
            raise ModelError(
                "a vertical bandwidth goes with a tolerance of dip",
                fix="give dip_tolerance_deg, or leave the vertical bandwidth out",
            )
        if not all(0 < t <= 180 for t in tolerances):
            raise ModelError(f"tolerance of {tolerances} degrees", fix="give more than 0, up to 90")
        if not (self.bandwidth_m > 0 and self.vertical_bandwidth_m > 0):
            raise ModelError("a bandwidth is not positive", fix="give metres, or leave it out")
        if self.holes not in _HOLES:
            raise ModelError(f"holes are '{self.holes}'", fix="one of any, same, other")
        if not self.name:
            object.__setattr__(self, "name", self._title())

    @property
    def everywhere(self) -> bool:
        """Whether the direction of a pair does not matter."""
        loose = self.tolerance_deg >= 90 and self.dip_tolerance_deg is None
        return loose and self.bandwidth_m == math.inf

    def unit(self) -> _F8:
        """East, north and up of a unit vector along the line, shape (3,)."""
        return np.asarray(Rotation(self.azimuth_deg, self.dip_deg).axes()[0])

    def packed(self) -> tuple[int, int, _F8]:
        """Kind, rule of holes and eight numbers, as the kernel takes them."""
        u = self.unit()
        numbers = np.zeros(8)
        rule = _HOLES[self.holes]
        if self.everywhere:
            return kernel.EVERY, rule, numbers
        angle = math.radians(min(self.tolerance_deg, 90.0))
        if self.dip_tolerance_deg is None:
            numbers[:6] = (*u, angle, math.cos(angle), self.bandwidth_m)
            return kernel.CONE, rule, numbers
        azimuth, dip = math.radians(self.azimuth_deg), math.radians(self.dip_deg)
        tilt = math.radians(min(self.dip_tolerance_deg, 90.0))
        numbers[:] = (
            math.sin(azimuth),
            math.cos(azimuth),
            math.cos(angle),
            self.bandwidth_m,
            math.cos(dip),
            -math.sin(dip),
            math.cos(tilt),
            self.vertical_bandwidth_m,
        )
        return kernel.WEDGE, rule, numbers

    def _title(self) -> str:
        if self.everywhere:
            return "down the hole" if self.holes == "same" else "all directions"
        return f"{self.azimuth_deg:g} / {self.dip_deg:g}"


ALL_DIRECTIONS = Direction(tolerance_deg=90.0)
"""Omnidirectional."""

DOWN_THE_HOLE = Direction(tolerance_deg=90.0, holes="same")
"""Pairs within a hole, whatever its direction: where nuggets are read."""


def fan(
    *,
    flat: bool,
    tolerance_deg: float = 22.5,
    bandwidth_m: float = math.inf,
) -> tuple[Direction, ...]:
    """Directions all round, enough to find a rotation from.

    Parameters
    ----------
    flat : bool
        Eight azimuths; otherwise the thirteen axes and diagonals of a cube.
    tolerance_deg, bandwidth_m : float
        As :class:`Direction`.
    """
    if flat:
        angles = [(22.5 * k, 0.0) for k in range(8)]
    else:
        diagonal = round(math.degrees(math.atan(math.sqrt(0.5))), 4)
        angles = [(45.0 * k, 0.0) for k in range(4)]
        angles += [(90.0 * k, 45.0) for k in range(4)]
        angles += [(45.0 + 90.0 * k, diagonal) for k in range(4)]
        angles.append((0.0, 90.0))
    return tuple(
        Direction(a, d, tolerance_deg, bandwidth_m, name=f"{a:g} / {d:.3g}") for a, d in angles
    )


def along_axes(
    rotation: Rotation,
    *,
    flat: bool,
    tolerance_deg: float = 22.5,
    bandwidth_m: float = math.inf,
) -> tuple[Direction, ...]:
    """Directions along the major, semi-major and (unless ``flat``) minor axis of a rotation."""
    out = []
    for name, axis in zip(("major", "semi-major", "minor"), rotation.axes(), strict=True):
        if flat and name == "minor":
            continue
        x, y, z = axis if axis[2] <= 0 else -axis
        azimuth = math.degrees(math.atan2(x, y)) % 360.0 if math.hypot(x, y) > 1e-9 else 0.0
        dip = math.degrees(math.asin(min(-z, 1.0))) + 0.0  # no minus zero in names
        title = f"{name} {azimuth:.4g} / {dip:.3g}"
        out.append(Direction(azimuth, dip, tolerance_deg, bandwidth_m, name=title))
    return tuple(out)
