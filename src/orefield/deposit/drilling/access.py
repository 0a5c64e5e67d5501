"""Where a hole may be collared: polygons in plan, distances to holes that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError
from orefield.deposit.domains import Polygon as AnyPolygon
from orefield.deposit.drilling.holes import HoleSamples, PlannedHoles

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Polygon(AnyPolygon):
    """A simple polygon in plan: sides that meet in corners only.

    Parameters
    ----------
    corners_m : ndarray of shape (k, 2)
        East and north (m), in order; the last joins the first.
    name : str

    Raises
    ------
    ModelError
        For fewer than three corners, corners that are not finite or repeat, sides that cross or
        touch, or no area.
    """

    name: str = "polygon"

    def __post_init__(self) -> None:
        corners = np.asarray(self.corners_m, dtype=np.float64)
        if len(corners) > 1 and (corners[0] == corners[-1]).all():
            object.__setattr__(self, "corners_m", corners[:-1])
        try:
            super().__post_init__()
        except ModelError as error:
            raise ModelError(error.what, where=self.name, fix=error.fix) from None
        corners = self.corners_m
        if len(np.unique(corners, axis=0)) != len(corners):
            raise ModelError("a corner comes twice", where=self.name, fix="give each once")
        crossing = self._crossing()
        if crossing is not None:
            i, j = crossing
            raise ModelError(
                f"sides {i + 1} and {j + 1} cross or touch", where=self.name,
                fix="give corners in order around the area",
            )  # fmt: skip
        x, y = (corners - corners.mean(axis=0)).T
        if abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) < 1e-6:
            raise ModelError("a polygon has no area", where=self.name)

    def _crossing(self) -> tuple[int, int] | None:
        a, b = self.corners_m, np.roll(self.corners_m, -1, axis=0)
        n = len(a)
        for i in range(n):
            for j in range(i + 1, n):
                if _meet(a[i], b[i], a[j], b[j], j == i + 1, i == 0 and j == n - 1):
                    return i, j
        return None


def _meet(a: _F8, b: _F8, c: _F8, d: _F8, next_to: bool, ends: bool) -> bool:
    """Whether two sides of a polygon meet elsewhere than in the corner they share."""
    if next_to or ends:
        # neighbours meet in a corner; they must not run back over each other
        shared, one, other = (b, a, d) if next_to else (a, b, c)
        u, v = one - shared, other - shared
        return bool(abs(u[0] * v[1] - u[1] * v[0]) == 0.0 and float(u @ v) > 0)

    def side(p: _F8, q: _F8, r: _F8) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    def between(p: _F8, q: _F8, r: _F8) -> bool:
        return bool((np.minimum(p, q) <= r).all() and (r <= np.maximum(p, q)).all())

    s1, s2, s3, s4 = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if ((s1 > 0) != (s2 > 0)) and ((s3 > 0) != (s4 > 0)) and 0.0 not in (s1, s2, s3, s4):
        return True
    touching = ((s1, a, b, c), (s2, a, b, d), (s3, c, d, a), (s4, c, d, b))
    return any(s == 0.0 and between(p, q, r) for s, p, q, r in touching)


@dataclass(frozen=True, eq=False)
class Access:
    """Rules for candidates.

    Parameters
    ----------
    allowed : sequence of Polygon
        A collar must be inside one of them, if there are any.
    forbidden : sequence of Polygon
        A collar must be outside all of them.
    least_distance_m : float
        From any sample that there is to any sample of a new hole.
    most_length_m : float
        Of a hole.

    Raises
    ------
    ModelError
        For a distance or length out of range.
    """

    allowed: Sequence[Polygon] = ()
    forbidden: Sequence[Polygon] = ()
    least_distance_m: float = 0.0
    most_length_m: float = np.inf

    def __post_init__(self) -> None:
        if not (np.isfinite(self.least_distance_m) and self.least_distance_m >= 0):
            raise ModelError(
                f"the least distance to holes is {self.least_distance_m:g} m",
                fix="give zero or more",
            )
        if not self.most_length_m > 0:
            raise ModelError(
                f"holes may be {self.most_length_m:g} m long", fix="give metres above zero"
            )

    def inside(self, xy_m: _F8) -> _MASK:
        """Whether a hole may be collared at places (m, 2)."""
        out = np.ones(len(xy_m), dtype=np.bool_)
        if self.allowed:
            out = np.logical_or.reduce([p.inside(xy_m) for p in self.allowed])
        for polygon in self.forbidden:
            out &= ~polygon.inside(xy_m)
        return out


@dataclass(frozen=True, eq=False)
class Admitted:
    """Candidates that may be drilled.

    Attributes
    ----------
    rows : int array, shape (h,)
        Of the candidates offered.
    refused : dict of str to int
        How many were refused, by reason.
    """

    rows: NDArray[np.int64]
    refused: dict[str, int] = field(default_factory=dict)


def admit(
    holes: PlannedHoles, samples: HoleSamples, existing_m: _F8, access: Access, same_m: float
) -> Admitted:
    """Candidates that keep the rules; the first reason counts.

    Parameters
    ----------
    holes : PlannedHoles
        Candidates.
    samples : HoleSamples
        Theirs.
    existing_m : ndarray of shape (s, 3)
        Samples that there are.
    access : Access
        The rules.
    same_m : float
        A candidate none of whose samples is further than this from one that there is repeats a
        hole.

    Raises
    ------
    ModelError
        When none is left, with the reasons.
    """
    far = np.full(samples.valid.shape, np.inf)
    if len(existing_m):
        found, _ = cKDTree(existing_m).query(samples.flat())
        far = np.asarray(found).reshape(samples.valid.shape)
    nearest = np.where(samples.valid, far, np.inf).min(axis=1)
    furthest = np.where(samples.valid, far, -np.inf).max(axis=1)
    inside = access.inside(holes.collar_m[:, :2])
    reasons = {
        "collar where none is allowed": ~inside,
        f"longer than {access.most_length_m:g} m": holes.length_m > access.most_length_m + 1e-9,
        "repeats a hole that there is": furthest <= same_m,
        f"nearer than {access.least_distance_m:g} m to a hole": nearest < access.least_distance_m,
    }
    left = np.ones(len(holes), dtype=np.bool_)
    refused = {}
    for reason, hit in reasons.items():
        count = int((left & hit).sum())
        if count:
            refused[reason] = count
        left &= ~hit
    if not left.any():
        told = "; ".join(f"{n:,} {reason}" for reason, n in refused.items())
        raise ModelError(
            f"none of {len(holes):,} candidate holes is allowed: {told}",
            fix="widen the polygons, shorten distances, or offer other collars",
        )
    return Admitted(np.flatnonzero(left), refused)
