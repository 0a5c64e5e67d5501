"""Searches: which samples an estimate is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import Ellipsoid

NO_CAP = 2**31 - 2


@dataclass(frozen=True, slots=True)
class Search:
    """A search neighbourhood: an ellipsoid, and how many samples are taken within it.

    The nearest samples are taken first, in ranges of the ellipsoid; of two at the same distance
    (squares that agree to 1e-8 of themselves) the one with the smaller index.

    Parameters
    ----------
    ellipsoid : Ellipsoid
        Its ranges are the search radii (m); samples on its surface are within.
    max_samples : int
        Samples taken at most.
    min_samples : int
        With fewer, a block is not estimated.
    max_per_hole : int, optional
        Samples of one hole at most.
    max_per_octant : int, optional
        Samples at most in each octant between the ellipsoid's axes (a quadrant in 2-D).
    min_octants : int
        Octants with samples at least.
    min_holes : int
        Holes at least.

    Raises
    ------
    ModelError
        For a count below its least, or a minimum that no choice can reach.
    """

    ellipsoid: Ellipsoid
    max_samples: int = 24
    min_samples: int = 1
    max_per_hole: int | None = None
    max_per_octant: int | None = None
    min_octants: int = 1
    min_holes: int = 1

    def __post_init__(self) -> None:
        for name in ("max_samples", "min_samples", "min_octants", "min_holes"):
            _at_least_one(name, getattr(self, name))
        for name in ("max_per_hole", "max_per_octant"):
            if getattr(self, name) is not None:
                _at_least_one(name, getattr(self, name))
        if self.min_samples > self.max_samples:
            raise ModelError(
                f"a search takes {self.max_samples} samples and needs {self.min_samples}",
                fix="min_samples is max_samples or less",
            )
        if self.min_octants > 8:
            raise ModelError(f"min_octants is {self.min_octants}", fix="there are eight octants")
        if self.max_per_octant and self.min_samples > 8 * self.max_per_octant:
            raise ModelError(
                f"eight octants of {self.max_per_octant} samples never make {self.min_samples}",
                fix="lower min_samples or raise max_per_octant",
            )
        if self.min_holes > self.max_samples:
            raise ModelError(
                f"{self.max_samples} samples never come from {self.min_holes} holes",
                fix="lower min_holes",
            )

    @property
    def capped(self) -> bool:
        """Whether holes or octants have a cap."""
        return self.max_per_hole is not None or self.max_per_octant is not None

    def transform(self) -> NDArray[np.float64]:
        """Lags (m) to lags in ranges of the ellipsoid, shape (3, 3)."""
        return self.ellipsoid.transform()

    def enough(
        self,
        index: NDArray[np.int32],
        count: NDArray[np.int32],
        octants: NDArray[np.int32],
        hole: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """Counts of neighbours (m,), 0 where a minimum is not met.

        Parameters
        ----------
        index : ndarray of shape (m, k), int
            Neighbours.
        count, octants : ndarray of shape (m,), int
            How many they are, and of how many octants.
        hole : ndarray of shape (n,), int
            Of samples.
        """
        short = (count < self.min_samples) | (octants < self.min_octants)
        if self.min_holes > 1:
            short |= holes_among(index, count, hole) < self.min_holes
        return np.where(short, 0, count).astype(np.int32)

    @classmethod
    def everything(cls, xyz_m: NDArray[np.float64], *more: NDArray[np.float64]) -> Search:
        """A search that takes every sample from anywhere among these places: one neighbourhood.

        Parameters
        ----------
        xyz_m : ndarray of shape (n, 3)
            Samples.
        *more : ndarray of shape (m, 3)
            Places to be estimated.
        """
        corners = np.concatenate(
            [np.stack([np.min(part, axis=0), np.max(part, axis=0)]) for part in (xyz_m, *more)]
        )
        radius = 1.01 * float(np.linalg.norm(np.ptp(corners, axis=0))) + 1.0
        return cls(Ellipsoid((radius, radius, radius)), max_samples=len(xyz_m))


def holes_among(
    index: NDArray[np.int32], count: NDArray[np.int32], hole: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Different holes among the neighbours of each place, shape (m,)."""
    real = np.arange(index.shape[1]) < count[:, None]
    of = np.where(real, hole[np.where(real, index, 0)], -1)
    of.sort(axis=1)
    fresh = np.diff(of, axis=1, prepend=-1) > 0
    return np.asarray(fresh.sum(axis=1), dtype=np.int32)


def _at_least_one(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ModelError(f"a search has {name} = {value!r}", fix="give a whole number from 1")
