"""Which samples that there are a plan is worked out from, where there are too many for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from orefield.commands.deposit.drill_ground import PlanGround, each_once
from orefield.commands.deposit.reach import longest_ranges
from orefield.deposit.samples import Samples

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KnownSamples:
    """Samples that a plan is worked out from.

    Attributes
    ----------
    xyz_m : ndarray of shape (s, 3)
        Their middles.
    factors : ndarray of shape (s,)
        Nugget of each over that of a sample as it is: below one where several were merged.
    merged : int
        Samples after merging along holes; zero where none were merged.
    """

    xyz_m: _F8
    factors: _F8
    merged: int


def known_samples(
    ground: PlanGround, region: NDArray[np.bool_], places: _F8, most: int, sample_m: float
) -> KnownSamples:
    """The samples nearest to region and candidates, at most so many, the nearest first.

    Where there are more than ``most``, those of a hole are merged to the length of a candidate's
    first: a hole that is left out would be planned again, one seen coarsely is not.
    """
    xyz, factors, merged = ground.existing_m, np.ones(len(ground.existing_m)), 0
    if len(xyz) > most and ground.flat_m is None:
        xyz, factors = merged_along_holes(ground.samples, sample_m)
        merged = len(xyz)
    turn = longest_ranges(ground.variogram).transform()
    some = np.flatnonzero(region)
    some = some[:: max(1, len(some) // 50_000)]
    nx, ny, _ = ground.grid.shape
    cells = np.column_stack([some % nx, some // nx % ny, some // (nx * ny)]) + 0.5
    wanted = ground.grid.to_world(cells * np.asarray(ground.grid.size))
    tree = cKDTree(np.concatenate([wanted, places]) @ turn.T)
    far, _ = tree.query(xyz @ turn.T)
    own = np.argsort(far, kind="stable")[:most]
    return KnownSamples(xyz[own], factors[own], merged)


def merged_along_holes(samples: Samples, length_m: float) -> tuple[_F8, _F8]:
    """Middles (s, 3) of runs of samples so long along each hole, and one over their number (s,)."""
    run = np.empty(len(samples), dtype=np.int64)
    order = np.argsort(samples.hole, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(samples.hole[order])) + 1):
        away = samples.xyz_m[rows] - samples.xyz_m[rows].mean(axis=0)
        # along the hole's own direction, whatever the order of its rows
        along = away @ np.linalg.svd(away, full_matrices=False)[2][0]
        run[rows] = np.floor((along - along.min()) / length_m + 1e-9)
    pairs = np.column_stack([samples.hole, run])
    _, which, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    sums = [np.bincount(which.ravel(), column) for column in samples.xyz_m.T]
    middles = np.column_stack(sums) / counts[:, None]
    once = each_once(middles)
    if len(once) < len(middles):
        # twins are one place, as coinciding samples are
        _, at = cKDTree(middles).query(once)
        return once, 1.0 / counts[at]
    return middles, 1.0 / counts
