"""The grid of a stand-in model: the orebody, and room for the pit's walls around it."""

from __future__ import annotations

import math

import numpy as np

from orefield.core.grid import Grid
from orefield.deposit.porphyry import Body
from orefield.deposit.topography import Topography

_MARGIN = 1.12  # noise carries ore this far beyond the rim
_LEVELS = 25
_STEP_M = 5.0
_SMALLEST_BLOCK_M = 5.0


def extents_m(body: Body, topography: Topography) -> tuple[float, float, float, float]:
    """West, east, south and north limits (m) of the plan that a pit may need.

    From every level of the body a wall rises outwards at ``spec.wall_angle_deg`` until
    it meets the terrain plane, which is farther away uphill than downhill. Levels
    deeper than ``spec.wall_depth_max_m`` get no wall, only room for themselves.
    """
    spec = body.spec
    wall = math.tan(math.radians(spec.wall_angle_deg))
    gx, gy = topography.gradient
    lean = math.tan(math.radians(spec.plunge_deg))
    lean_e = lean * math.cos(math.radians(spec.plunge_azimuth_deg))
    lean_n = lean * math.sin(math.radians(spec.plunge_azimuth_deg))
    a, b, c = (_MARGIN * body.reach * axis for axis in body.semi_axes_m)
    limits: list[list[float]] = [[], [], [], []]
    for centre, level in zip(spec.centres, body.centre_heights_m(), strict=True):
        top = min((-spec.depth_to_top_m - level) / (c * centre.size), 0.999)
        for t in np.linspace(-0.999, max(top, -0.5), _LEVELS):
            height = level + float(t) * c * centre.size
            ring = math.sqrt(1.0 - float(t) ** 2) * centre.size
            middle_e = centre.east_m - (height - level) * lean_e
            middle_n = centre.north_m - (height - level) * lean_n
            deep = -height > spec.wall_depth_max_m
            for side, (middle, axis, rise, sign) in enumerate(
                (
                    (middle_e, a, gx, -1.0),
                    (middle_e, a, gx, 1.0),
                    (middle_n, b, gy, -1.0),
                    (middle_n, b, gy, 1.0),
                )
            ):
                foot = sign * middle + ring * axis
                # outwards distance u where  height + (u - foot) wall = rise sign u
                meets = (foot * wall - height) / (wall - sign * rise)
                limits[side].append(sign * (foot if deep else max(foot, meets)))
    return (min(limits[0]), max(limits[1]), min(limits[2]), max(limits[3]))


def lay_out(body: Body, topography: Topography) -> Grid:
    """A grid over the extents with about ``spec.target_blocks`` blocks.

    Horizontal block size is a multiple of 5 m unless given; benches start at a whole
    multiple of the bench height; the local origin is in the plan's middle region.
    """
    spec = body.spec
    west, east, south, north = extents_m(body, topography)
    bench = spec.bench_height_m
    c = body.semi_axes_m[2]
    deepest = min(
        level - c * centre.size * _MARGIN * body.reach
        for level, centre in zip(body.centre_heights_m(), spec.centres, strict=True)
    )
    floor = math.floor((spec.elevation_m + deepest) / bench) * bench

    def benches(margin_m: float) -> int:
        plan_e = np.linspace(west - margin_m, east + margin_m, 60)
        plan_n = np.linspace(south - margin_m, north + margin_m, 60)
        surface = topography.surface_m(plan_e[None, :], plan_n[:, None])
        return math.ceil((float(surface.max()) - floor) / bench)

    nz = benches(0.0)

    def counts(size: float) -> tuple[int, int]:
        return math.ceil((east - west) / size), math.ceil((north - south) / size)

    size = spec.block_size_m
    if size is None:
        raw = math.sqrt((east - west) * (north - south) * nz / spec.target_blocks)
        first = max(_SMALLEST_BLOCK_M, _STEP_M * math.floor(raw / _STEP_M))
        size = min(
            (first, first + _STEP_M),
            key=lambda s: abs(math.log(math.prod(counts(s)) * nz / spec.target_blocks)),
        )
    nx, ny = counts(size)
    # centre the surplus of whole blocks over the extents
    origin_e = (west + east - nx * size) / 2
    origin_n = (south + north - ny * size) / 2
    return Grid((origin_e, origin_n, float(floor)), (size, size, bench), (nx, ny, benches(size)))
