"""What can be wrong with collars: twins, places far away, feet taken for metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.drillholes.findings import Findings
from orefield.deposit.drillholes.log_units import FOOT_M
from orefield.deposit.drillholes.tables import Collars, Drillholes

_FAR_TIMES = 20.0
_FAR_M = 2000.0
_LONG_TIMES = 5.0
_SAME_M = 0.01


@dataclass(frozen=True, slots=True)
class Extent:
    """A rectangle in plan (m) that collars lie in.

    Raises
    ------
    ModelError
        When it is empty or not finite.
    """

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    def __post_init__(self) -> None:
        sides = (self.x_max - self.x_min, self.y_max - self.y_min)
        if not all(np.isfinite(s) and s > 0 for s in sides):
            raise ModelError(
                "the extent is empty", fix="give [x_min, y_min, x_max, y_max] in metres"
            )

    def holds(self, xyz_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points lie in it."""
        x, y = xyz_m[:, 0], xyz_m[:, 1]
        inside: NDArray[np.bool_] = (
            (x >= self.x_min) & (x <= self.x_max) & (y >= self.y_min) & (y <= self.y_max)
        )
        return inside


def check_collars(collars: Collars, findings: Findings, extent: Extent | None) -> Collars:
    """Collars without twins and, if errors are dropped, without those outside the extent."""
    collars = _without_twins(collars, findings)
    xyz = collars.xyz_m
    n = len(collars)
    spread = np.ptp(xyz[:, :2], axis=0).max()
    if (
        n > 1
        and (np.abs(xyz[:, 0]) <= 180.0).all()
        and (np.abs(xyz[:, 1]) <= 90.0).all()
        and 0.0 < spread < 5.0
    ):
        findings.add("coordinates_degrees", table="collar", hole=[""], file=collars.file,
                     detail=f"all lie within {spread:.3g} of each other")  # fmt: skip
    if extent is not None:
        return _within(collars, findings, extent)
    away = np.linalg.norm(xyz[:, :2] - np.median(xyz[:, :2], axis=0), axis=1)
    far = away > max(_FAR_TIMES * float(np.median(away)), _FAR_M)
    findings.add("collar_far", table="collar", hole=collars.hole[far], line=collars.line[far],
                 file=collars.file, detail=[f"{v / 1000:,.1f} km" for v in away[far]])  # fmt: skip
    return collars


def check_lengths(holes: Drillholes, findings: Findings) -> None:
    """Depths of collars against those of intervals, and lengths against the collars' extent."""
    collars = holes.collars
    deepest = holes.deepest_m()
    both = (deepest > 0) & (collars.depth_m > 0)
    if both.sum() >= 3:
        ratio = float(np.median(deepest[both] / collars.depth_m[both]))
        for feet, text in ((1 / FOOT_M, "intervals look like feet"), (FOOT_M, "collars do")):
            if abs(ratio / feet - 1.0) < 0.02:
                findings.add("units_depth", table="collar", hole=[""], file=collars.file,
                             detail=f"intervals are {ratio:.3f} times as deep: {text}")  # fmt: skip
    wide = float(np.linalg.norm(np.ptp(collars.xyz_m[:, :2], axis=0)))
    long = float(np.median(holes.depth_m()))
    if len(collars) >= 5 and long > _LONG_TIMES * wide > 0:
        findings.add("units_spacing", table="collar", hole=[""], file=collars.file,
                     detail=f"{long:,.0f} m long, collars within {wide:,.1f} m")  # fmt: skip


def _without_twins(collars: Collars, findings: Findings) -> Collars:
    order = np.argsort(collars.hole, kind="stable")
    names = collars.hole[order]
    again = np.zeros(len(collars), dtype=np.bool_)
    again[order[1:]] = names[1:] == names[:-1]
    if again.any():
        first = {name: i for i, name in reversed(list(enumerate(collars.hole.tolist())))}
        rows = np.flatnonzero(again)
        origin = np.array([first[collars.hole[i]] for i in rows.tolist()])
        same = (np.abs(collars.xyz_m[rows] - collars.xyz_m[origin]) <= _SAME_M).all(axis=1)
        for kind, which in (("collar_repeated", same), ("collar_duplicate", ~same)):
            at = rows[which]
            detail = [f"first in line {v}" for v in collars.line[origin[which]]]
            findings.add(kind, table="collar", hole=collars.hole[at], line=collars.line[at],
                         file=collars.file, detail=detail)  # fmt: skip
        collars = collars.where(~again)
    place = np.round(collars.xyz_m / _SAME_M).astype(np.int64)
    _, inverse, count = np.unique(place, axis=0, return_inverse=True, return_counts=True)
    twin = count[inverse.ravel()] > 1
    findings.add("collar_twin", table="collar", hole=collars.hole[twin], line=collars.line[twin],
                 file=collars.file)  # fmt: skip
    return collars


def _within(collars: Collars, findings: Findings, extent: Extent) -> Collars:
    inside = extent.holds(collars.xyz_m)
    if not inside.any():
        kind, detail = "extent_missed", ""
        for scale, text in ((FOOT_M, "they look like feet"), (1 / FOOT_M, "the extent does")):
            if extent.holds(collars.xyz_m * scale).any():
                kind, detail = "units_extent", text
        findings.add(kind, table="collar", hole=[""], file=collars.file, detail=detail)
        return collars
    out = ~inside
    drop = findings.add("collar_outside", table="collar", hole=collars.hole[out],
                        line=collars.line[out], file=collars.file)  # fmt: skip
    return collars.where(inside) if drop else collars
