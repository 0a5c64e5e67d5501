"""How far apart samples are: what lags are made of where nobody says."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples
from orefield.deposit.variography.directions import DOWN_THE_HOLE, Direction

_MOST = 0.85
_WIDE_DEG = 30.0


def spacing_between(samples: Samples) -> float:
    """Median distance (m) in plan from a hole to the nearest other; of samples without holes.

    Raises
    ------
    ModelError
        When all are at one place.
    """
    if has_holes(samples):
        count = np.maximum(np.bincount(samples.hole, minlength=len(samples.holes)), 1)
        place = np.column_stack(
            [
                np.bincount(samples.hole, weights=samples.xyz_m[:, a], minlength=len(count)) / count
                for a in range(2)
            ]
        )[np.unique(samples.hole)]
    else:
        place = samples.xyz_m
    place = np.unique(place, axis=0)
    if len(place) < 2:
        place = np.unique(samples.xyz_m, axis=0)
    if len(place) < 2:
        raise ModelError("all samples are at one place", fix="a variogram takes two places or more")
    distance = np.asarray(cKDTree(place).query(place, k=[2])[0])
    return float(np.median(distance))


def spacing_along(samples: Samples) -> float | None:
    """Median distance (m) from a sample to the next of its hole; ``None`` without holes."""
    order = np.argsort(samples.hole, kind="stable")
    same = np.diff(samples.hole[order]) == 0
    step = np.sqrt((np.diff(samples.xyz_m[order], axis=0) ** 2).sum(axis=1))[same]
    step = step[step > 0]
    return float(np.median(step)) if step.size else None


def has_holes(samples: Samples) -> bool:
    """Whether some hole has two samples or more."""
    return bool(np.bincount(samples.hole).max() > 1)


def down_the_hole(samples: Samples) -> Direction:
    """Pairs within holes: along the line that most holes follow, or whatever way they go.

    A line is given where it holds 85 % of the length of steps from sample to sample.
    """
    order = np.argsort(samples.hole, kind="stable")
    same = np.diff(samples.hole[order]) == 0
    step = np.diff(samples.xyz_m[order], axis=0)[same]
    length = np.sqrt((step**2).sum(axis=1))
    step, length = step[length > 0], length[length > 0]
    if not length.size:
        return DOWN_THE_HOLE
    values, vectors = np.linalg.eigh((step / length[:, None]).T @ step)
    if values[-1] < _MOST * length.sum():
        return DOWN_THE_HOLE
    x, y, z = vectors[:, -1] if vectors[2, -1] <= 0 else -vectors[:, -1]
    dip = float(np.degrees(np.arcsin(min(-z, 1.0))))
    azimuth = float(np.degrees(np.arctan2(x, y)) % 360.0) if np.hypot(x, y) > 1e-6 else 0.0
    return Direction(
        round(azimuth, 1), round(dip, 1), _WIDE_DEG, holes="same", name="down the hole"
    )


def is_flat(samples: Samples) -> bool:
    """Whether all samples are at one elevation: a model in a plane."""
    return bool(np.ptp(samples.xyz_m[:, 2]) == 0)
