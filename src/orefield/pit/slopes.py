"""Slope angles turned into a precedence pattern: which blocks must go before a block.

The blocks above a block that a wall of the asked slope takes away fill a cone. Listing
all of them would be exact and slow; most follow from others, since what a required
block requires is required too. The minimum search pattern keeps those that follow from
no others, up to a number of benches, after L. Caccetta and L. M. Giannini (1988), "The
generation of minimum search patterns in the optimum design of open pit mines",
Proceedings of the AusIMM 293.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import Grid, ModelError

MOST_DOMAINS = 255
"""Domains that a byte for each block can tell apart."""

_TOUCH = 1e-9
"""A block centre this close (relative) to the cone counts as inside."""


@dataclass(frozen=True)
class SlopePattern:
    """Precedence offsets for one set of slope angles, and how well they keep to them.

    Attributes
    ----------
    offsets : int32 array, shape (m, 3)
        (dx, dy, dz) in blocks, dz >= 1, along the grid's own axes.
    benches : int
        The largest dz.
    test_benches : int
        Height, in benches, at which the three figures below were measured.
    too_steep_deg : float
        How many degrees steeper than asked a wall can be left (0 when the cone is exact).
    too_flat_deg : float
        How many degrees flatter than asked a wall can be forced.
    missing : float
        Share of the exact cone's blocks, over ``test_benches`` benches, not required.
    """

    offsets: NDArray[np.int32]
    benches: int
    test_benches: int
    too_steep_deg: float
    too_flat_deg: float
    missing: float

    def __post_init__(self) -> None:
        if self.offsets.ndim != 2 or self.offsets.shape[1] != 3 or len(self.offsets) == 0:
            raise ModelError(f"slope pattern has shape {self.offsets.shape}, (m, 3) is needed")
        if (self.offsets[:, 2] < 1).any():
            raise ModelError("slope pattern requires a block that is not above")
        self.offsets.flags.writeable = False


def slope_pattern(
    grid: Grid,
    angle_deg: float | Mapping[float, float],
    *,
    tolerance_deg: float = 1.0,
    max_benches: int = 9,
    test_benches: int = 24,
) -> SlopePattern:
    """The smallest pattern whose walls are at most ``tolerance_deg`` too steep.

    Benches are added until the tolerance is met. When ``max_benches`` do not meet it, the
    closest pattern on the way is returned: read ``too_steep_deg``.

    Parameters
    ----------
    grid : Grid
        Its block size and rotation are used.
    angle_deg : float or mapping of float to float
        Overall slope (degrees from the horizontal), or slopes by azimuth (degrees
        clockwise from north, the way the wall lies from the pit's centre), interpolated
        linearly round the compass between the azimuths given.
    tolerance_deg, max_benches, test_benches
        See above, and :class:`SlopePattern`.

    Raises
    ------
    ModelError
        For angles outside (0, 90) degrees, or no angle at all.
    """
    azimuths, angles = _angles(angle_deg)
    if max_benches < 1 or test_benches < max_benches:
        raise ModelError(
            f"max_benches {max_benches} must be at least 1 and at most test_benches {test_benches}"
        )
    half = _half_width(grid, float(angles.min()), test_benches)
    cone = _cone(grid, azimuths, angles, test_benches, half)
    offsets: list[tuple[int, int, int]] = []
    best: SlopePattern | None = None
    for benches in range(1, max_benches + 1):
        reach = _reach(offsets, benches, half)
        for iy, ix in np.argwhere(cone[benches - 1] & ~reach[benches - 1]):
            offsets.append((int(ix) - half[0], int(iy) - half[1], benches))
        if not offsets:
            continue
        found = _measure(grid, azimuths, angles, offsets, cone, half)
        if best is None or found.too_steep_deg < best.too_steep_deg:
            best = found
        if found.too_steep_deg <= tolerance_deg:
            break
    assert best is not None  # the block straight above is in every cone
    return best


@dataclass(frozen=True)
class SlopeDomains:
    """Slope patterns of several domains, and the domain of every block.

    Attributes
    ----------
    patterns : tuple of SlopePattern
        One for each domain.
    index : uint8 array, shape (n,)
        Number of each block's pattern. A block's walls are those of its own domain.
    names : tuple of str
        The domains, as they were given.
    """

    patterns: tuple[SlopePattern, ...]
    index: NDArray[np.uint8]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.patterns) <= MOST_DOMAINS or len(self.names) != len(self.patterns):
            raise ModelError(
                f"{len(self.patterns)} slope patterns for {len(self.names)} domains",
                fix=f"give one pattern for each of 1 to {MOST_DOMAINS} domains",
            )
        if self.index.dtype != np.uint8 or self.index.ndim != 1:
            raise ModelError("the domain of each block must be one uint8 number")
        beyond = np.flatnonzero(self.index >= len(self.patterns))
        if beyond.size:
            raise ModelError(
                f"domain {int(self.index[beyond[0]])} has no slope pattern",
                where=f"block {int(beyond[0])}",
            )
        self.index.flags.writeable = False

    @property
    def offsets(self) -> NDArray[np.int32]:
        """Offsets of all patterns, one after the other, shape (m, 3)."""
        return np.concatenate([p.offsets for p in self.patterns]).astype(np.int32)

    @property
    def begin(self) -> NDArray[np.int64]:
        """Where each pattern begins in ``offsets``, shape (patterns + 1,)."""
        return np.cumsum([0, *(len(p.offsets) for p in self.patterns)], dtype=np.int64)


def slope_domains(
    grid: Grid,
    domain: ArrayLike,
    angle_deg: Mapping[object, float | Mapping[float, float]],
    *,
    tolerance_deg: float = 1.0,
    max_benches: int = 9,
    test_benches: int = 24,
) -> SlopeDomains:
    """Slope patterns by domain: sectors, rock codes, or any other label of a block.

    Parameters
    ----------
    grid : Grid
        Its block size and rotation are used.
    domain : array_like, shape (n,)
        Label of each block: text or whole numbers.
    angle_deg : mapping
        For each label, what :func:`slope_pattern` takes: an angle, or angles by azimuth.
    tolerance_deg, max_benches, test_benches
        As :func:`slope_pattern`.

    Raises
    ------
    ModelError
        For labels of the wrong length, a label without angles, too many domains, or angles
        that :func:`slope_pattern` refuses; the domain is named.
    """
    label = np.asarray(domain)
    if label.shape != (grid.n,):
        raise ModelError(f"{label.shape} domains for a model of {grid.n:,} blocks")
    if label.dtype.kind == "f" and not np.isfinite(label).all():
        bad = int(np.flatnonzero(~np.isfinite(label))[0])
        raise ModelError("a block has no domain", where=f"block {bad}")
    found, which = np.unique(label, return_inverse=True)
    if len(found) > MOST_DOMAINS:
        raise ModelError(
            f"{len(found):,} slope domains, at most {MOST_DOMAINS} are possible",
            fix="give a column of domains, not of measurements",
        )
    patterns = []
    for value in found.tolist():
        if value not in angle_deg:
            block = int(np.flatnonzero(label == value)[0])
            raise ModelError(
                f"domain {value} has no slope angle",
                where=f"block {block}",
                fix=f"angles are given for {', '.join(map(str, angle_deg)) or 'no domain'}",
            )
        try:
            pattern = slope_pattern(
                grid,
                angle_deg[value],
                tolerance_deg=tolerance_deg,
                max_benches=max_benches,
                test_benches=test_benches,
            )
        except ModelError as error:
            raise ModelError(error.what, where=f"slope domain {value}", fix=error.fix) from error
        patterns.append(pattern)
    return SlopeDomains(
        tuple(patterns), which.reshape(-1).astype(np.uint8), tuple(map(str, found.tolist()))
    )


def _angles(
    angle_deg: float | Mapping[float, float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = angle_deg if isinstance(angle_deg, Mapping) else {0.0: angle_deg}
    if not table:
        raise ModelError("no slope angle given", fix="give one angle, or angles by azimuth")
    azimuths = np.array(sorted(a % 360.0 for a in table))
    if len(np.unique(azimuths)) != len(table):
        raise ModelError("the same azimuth is given twice", where=f"azimuths {sorted(table)}")
    by_azimuth = {a % 360.0: v for a, v in table.items()}
    angles = np.array([by_azimuth[a] for a in azimuths], dtype=np.float64)
    if not ((angles > 0.0) & (angles < 90.0)).all():
        raise ModelError(
            f"slope angles must lie between 0 and 90 degrees, got {angles.tolist()}",
            fix="give the angle from the horizontal",
        )
    return azimuths, angles


def _half_width(grid: Grid, flattest_deg: float, benches: int) -> tuple[int, int]:
    radius = benches * grid.size[2] / math.tan(math.radians(flattest_deg))
    return (math.floor(radius / grid.size[0] + 1e-6), math.floor(radius / grid.size[1] + 1e-6))


def _asked(
    grid: Grid,
    azimuths: NDArray[np.float64],
    angles: NDArray[np.float64],
    half: tuple[int, int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance (m) and asked slope (degrees) of every column round the middle one."""
    x = np.arange(-half[0], half[0] + 1) * grid.size[0]
    y = np.arange(-half[1], half[1] + 1) * grid.size[1]
    xx, yy = np.meshgrid(x, y)
    turn = math.radians(grid.rotation_deg)
    east = xx * math.cos(turn) - yy * math.sin(turn)
    north = xx * math.sin(turn) + yy * math.cos(turn)
    azimuth = np.degrees(np.arctan2(east, north)) % 360.0
    return np.hypot(xx, yy), np.interp(azimuth, azimuths, angles, period=360.0)


def _cone(
    grid: Grid,
    azimuths: NDArray[np.float64],
    angles: NDArray[np.float64],
    benches: int,
    half: tuple[int, int],
) -> NDArray[np.bool_]:
    """The exact cone, shape (benches, 2 * half_y + 1, 2 * half_x + 1)."""
    distance, asked = _asked(grid, azimuths, angles, half)
    flat = distance * np.tan(np.radians(asked))
    height = (np.arange(1, benches + 1) * grid.size[2])[:, None, None]
    inside: NDArray[np.bool_] = flat[None] <= height * (1.0 + _TOUCH)
    return inside


def _reach(
    offsets: list[tuple[int, int, int]], benches: int, half: tuple[int, int]
) -> NDArray[np.bool_]:
    """What chains of ``offsets`` require, same shape as :func:`_cone`."""
    hx, hy = half
    reach = np.zeros((benches + 1, 2 * hy + 1, 2 * hx + 1), dtype=bool)
    reach[0, hy, hx] = True
    ny, nx = reach.shape[1:]
    for level in range(benches):
        here = reach[level]
        if not here.any():
            continue
        for dx, dy, dz in offsets:
            if level + dz > benches:
                continue
            to = reach[level + dz, max(dy, 0) : ny + min(dy, 0), max(dx, 0) : nx + min(dx, 0)]
            to |= here[max(-dy, 0) : ny + min(-dy, 0), max(-dx, 0) : nx + min(-dx, 0)]
    return reach[1:]


def _measure(
    grid: Grid,
    azimuths: NDArray[np.float64],
    angles: NDArray[np.float64],
    offsets: list[tuple[int, int, int]],
    cone: NDArray[np.bool_],
    half: tuple[int, int],
) -> SlopePattern:
    benches = len(cone)
    # The reach may leave the exact cone, so it is given room to do so.
    room = (2 * half[0] + 1, 2 * half[1] + 1)
    reach = _reach(offsets, benches, room)
    wide = np.zeros_like(reach)
    ox, oy = room[0] - half[0], room[1] - half[1]
    wide[:, oy : oy + cone.shape[1], ox : ox + cone.shape[2]] = cone
    distance, asked = _asked(grid, azimuths, angles, room)
    height = benches * grid.size[2]
    stands = np.degrees(np.arctan2(height, distance))
    missing, extra = wide[-1] & ~reach[-1], reach[-1] & ~wide[-1]
    steep = float((stands - asked)[missing].max()) if missing.any() else 0.0
    flat = float((asked - stands)[extra].max()) if extra.any() else 0.0
    return SlopePattern(
        np.array(offsets, dtype=np.int32).reshape(-1, 3),
        max(o[2] for o in offsets),
        benches,
        max(steep, 0.0),
        max(flat, 0.0),
        float((wide & ~reach).sum() / wide.sum()),
    )
