"""The geometry of a porphyry: grade shells around intrusive centres.

Each centre is an ellipsoid, blunted at the top by erosion. A point's normalised
distance is 0 at a centre and 1 on the orebody's rim; with several centres the nearest
counts. The potential turns distance into a preference for ore.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import CalibrationError
from orefield.deposit.standin_spec import StandInSpec

_PLAN_RATIO = 0.7  # width / length where only one is known
_HEIGHT_RATIO = 0.85  # height / mean plan axis where nothing is known
_LATTICE = 36
_FADE_FROM = 1.2
_FADE = 4.0


@dataclass(frozen=True, slots=True)
class Body:
    """A porphyry body, sized to hold its ore.

    Coordinates are local: east, north and height above the terrain plane at the local
    origin (m; the body lies below, at negative heights).

    Parameters
    ----------
    spec : StandInSpec
    semi_axes_m : (float, float, float)
        Semi-axes (m) east, north, vertical of a centre of size 1.
    reach : float
        Normalised distance to which mineralised rock is wanted: 1, or more when a
        low-grade tier lies outside the rim.
    """

    spec: StandInSpec
    semi_axes_m: tuple[float, float, float]
    reach: float = 1.0

    @property
    def height_m(self) -> float:
        """Vertical extent (m) of a centre of size 1, after erosion."""
        return self.semi_axes_m[2] * (2.0 - self.spec.eroded_share)

    def centre_heights_m(self) -> list[float]:
        """Height (m, negative) of each centre."""
        spec, c = self.spec, self.semi_axes_m[2]
        return [
            -spec.depth_to_top_m - (1.0 - spec.eroded_share) * c * centre.size + centre.lift_m
            for centre in spec.centres
        ]

    def distance(
        self, east: NDArray[np.float64], north: NDArray[np.float64], height: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Normalised distance to the nearest centre; arrays broadcast together."""
        spec = self.spec
        a, b, c = self.semi_axes_m
        lean = math.tan(math.radians(spec.plunge_deg))
        lean_e = lean * math.cos(math.radians(spec.plunge_azimuth_deg))
        lean_n = lean * math.sin(math.radians(spec.plunge_azimuth_deg))
        squares = []
        for centre, level in zip(spec.centres, self.centre_heights_m(), strict=True):
            dz = height - level
            # the axis leans: its foot moves towards the plunge azimuth
            dx = east - centre.east_m + dz * lean_e
            dy = north - centre.north_m + dz * lean_n
            squares.append(((dx / a) ** 2 + (dy / b) ** 2 + (dz / c) ** 2) / centre.size**2)
        return np.asarray(np.sqrt(reduce(np.minimum, squares)))

    def potential(
        self, east: NDArray[np.float64], north: NDArray[np.float64], height: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Preference for ore: 0 at its best, -1 on the rim, falling faster beyond it."""
        spec = self.spec
        r = self.distance(east, north, height)
        if spec.shape == "shell":
            outer = np.maximum(r - spec.core_radius, 0.0) / (1.0 - spec.core_radius)
            inner = np.maximum(spec.core_radius - r, 0.0) / spec.core_radius
            out = -(outer**2) - spec.core_depletion * inner**2
        else:
            out = -(r**2)
        out = out - _FADE * np.maximum(r - _FADE_FROM * self.reach, 0.0) ** 2
        middle = float(np.mean(self.centre_heights_m()))
        rise = np.clip((height - middle) / self.semi_axes_m[2], -1.0, 1.0)
        return np.asarray(out + spec.upward_enrichment * rise)

    def volume_m3(self) -> float:
        """Volume (m3) within the rim and below the cover, by a lattice count."""
        a, b, c = self.semi_axes_m
        spec = self.spec
        largest = max(centre.size for centre in spec.centres)
        lean = math.tan(math.radians(spec.plunge_deg)) * c * largest
        levels = self.centre_heights_m()
        east = [ce.east_m + s * (a * ce.size + lean) for ce in spec.centres for s in (-1, 1)]
        north = [ce.north_m + s * (b * ce.size + lean) for ce in spec.centres for s in (-1, 1)]
        low = min(z - c * ce.size for z, ce in zip(levels, spec.centres, strict=True))
        axes: list[NDArray[np.float64]] = []
        cell = 1.0
        for start, stop in (
            (min(east), max(east)),
            (min(north), max(north)),
            (low, -spec.depth_to_top_m),
        ):
            step = (stop - start) / _LATTICE
            axes.append(np.asarray(start + (np.arange(_LATTICE) + 0.5) * step, dtype=np.float64))
            cell *= step
        height, north_at, east_at = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
        inside = self.distance(east_at, north_at, height) <= 1.0
        return float(inside.sum()) * cell


def size_body(spec: StandInSpec, ore_volume_m3: float) -> Body:
    """The body whose rim encloses ``ore_volume_m3``, from the axes that are published.

    Axes left out are found from the volume. A height found so stops at
    ``spec.height_max_m``; the plan then widens in proportion, and so it does when all
    axes are given but do not hold the tonnage.

    Raises
    ------
    CalibrationError
        When no size encloses the volume.
    """
    length, width, height = spec.length_m, spec.width_m, spec.height_m
    plan_known = length is not None or width is not None
    if length is None:
        length = width / _PLAN_RATIO if width is not None else 1000.0
    if width is None:
        width = length * _PLAN_RATIO
    start = (length, width, height or _HEIGHT_RATIO * math.sqrt(length * width))
    if height is not None:
        grow = (True, True, None not in (spec.length_m, spec.width_m))
    else:
        grow = (not plan_known, not plan_known, True)
    body = _scaled(spec, start, grow, ore_volume_m3)
    if height is None and body.height_m > spec.height_max_m:
        start = (length, width, spec.height_max_m)
        body = _scaled(spec, start, (True, True, False), ore_volume_m3)
    return body


def _scaled(
    spec: StandInSpec,
    axes_m: tuple[float, float, float],
    grow: tuple[bool, bool, bool],
    volume_m3: float,
) -> Body:
    """The body with the axes that may grow scaled until the volume fits (bisection)."""

    def at(scale: float) -> Body:
        length, width, height = (
            axis * (scale if free else 1.0) for axis, free in zip(axes_m, grow, strict=True)
        )
        return Body(spec, (length / 2, width / 2, height / (2.0 - spec.eroded_share)))

    low, high = 1e-3, 1e3
    if at(high).volume_m3() < volume_m3 or at(low).volume_m3() > volume_m3:
        raise CalibrationError(
            f"no orebody of {volume_m3:.4g} m3 fits the given axes",
            where=spec.asset,
            fix="leave out an axis, or move the centres",
        )
    for _ in range(24):
        middle = math.sqrt(low * high)
        if at(middle).volume_m3() < volume_m3:
            low = middle
        else:
            high = middle
    return at(math.sqrt(low * high))
