"""Samples made ready for a search, and the neighbours that it finds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.estimation.search import NO_CAP, Search
from orefield.kernels.search_neighbours import find_neighbours
from orefield.kernels.search_tree import build_tree

_PROBES = 48
_SHARE = 0.25
"""Half diagonal of places that share candidates, of a typical search's reach."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Neighbours of places.

    Attributes
    ----------
    index : ndarray of shape (m, k), int32
        Samples in ascending order; only the first ``count`` of a row mean anything.
    count : ndarray of shape (m,), int32
        Samples found; 0 where the search's minimums are not met.
    """

    index: NDArray[np.int32]
    count: NDArray[np.int32]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return iter((self.index, self.count))


@dataclass(frozen=True, eq=False)
class Targets:
    """Places to be estimated, with what is known there.

    Attributes
    ----------
    xyz_m : ndarray of shape (m, 3)
    drift : ndarray of shape (m, p)
        Drifts; (m, 0) for none.
    which : ndarray of shape (m,), int32, or (0,)
        Rotation of the local anisotropy, where there is one.
    leave_out : ndarray of shape (m,), int32, or (0,)
        Group of samples that the place must not see.
    """

    xyz_m: NDArray[np.float64]
    drift: NDArray[np.float64]
    which: NDArray[np.int32]
    leave_out: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.xyz_m)

    def take(self, at: NDArray[np.integer] | slice) -> Targets:
        """Some of the places."""
        return Targets(
            self.xyz_m[at],
            self.drift[at],
            self.which[at] if self.which.size else self.which,
            self.leave_out[at] if self.leave_out.size else self.leave_out,
        )


class Finder(Protocol):
    """Finds the neighbours of places."""

    def find(self, targets: Targets) -> Neighbours:
        """Neighbours of each place."""

    def prepare(self, xyz_m: NDArray[np.float64]) -> None:
        """Learn how far searches reach at some of these places; changes the speed alone."""

    def near(self, xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """An order of places in which those that follow one another share candidates."""


class SampleIndex:
    """Samples in the metric of a search, in a tree: finds neighbours exactly.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Samples, n >= 1 (m).
    hole : ndarray of shape (n,), int
    search : Search
    group : ndarray of shape (n,), int, optional
        For cross-validation: samples of a group can be left out of a place's search.
    """

    def __init__(
        self,
        xyz_m: NDArray[np.float64],
        hole: NDArray[np.int32],
        search: Search,
        group: NDArray[np.int32] | None = None,
    ) -> None:
        self.search = search
        self._middle = np.asarray(xyz_m, dtype=np.float64).mean(axis=0)
        self._transform = search.transform()
        self._points = self._reduced(xyz_m)
        self._hole = np.ascontiguousarray(hole, dtype=np.int32)
        self._group = np.zeros(0, np.int32) if group is None else np.asarray(group, np.int32)
        self._tree = build_tree(self._points)
        self._most = min(search.max_samples, len(self._points))
        self._widest = 0.0

    def _reduced(self, xyz_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.ascontiguousarray((xyz_m - self._middle) @ self._transform.T)

    def prepare(self, xyz_m: NDArray[np.float64]) -> None:
        """Learn how far searches reach at some of these places; changes the speed alone."""
        step = max(1, len(xyz_m) // _PROBES)
        few = self._reduced(xyz_m[::step][:_PROBES])
        self._widest = 0.0
        index, count, _ = self._find(few, np.zeros(0, np.int32))
        reach = [
            math.sqrt(((self._points[row[:n]] - place) ** 2).sum(axis=1).max()) if n else 1.0
            for row, n, place in zip(index, count, few, strict=True)
        ]
        self._widest = _SHARE * float(np.median(reach)) if reach else 0.0

    def near(self, xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """An order of places in which those that follow one another share candidates."""
        if self._widest <= 0:
            return np.arange(len(xyz_m))
        edge = 2.0 * self._widest / math.sqrt(3.0)
        cell = np.floor(self._reduced(xyz_m) / edge).astype(np.int64)
        cell -= cell.min(axis=0)
        nx, ny, _ = cell.max(axis=0) + 1
        return np.argsort(cell[:, 0] + nx * (cell[:, 1] + ny * cell[:, 2]), kind="stable")

    def find(self, targets: Targets) -> Neighbours:
        """Neighbours of places; none where the search's minimums are not met."""
        index, count, octants = self._find(self._reduced(targets.xyz_m), targets.leave_out)
        return Neighbours(index, self.search.enough(index, count, octants, self._hole))

    def _find(
        self, places: NDArray[np.float64], leave_out: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        index = np.empty((len(places), self._most), np.int32)
        count, octants = np.zeros(len(places), np.int32), np.zeros(len(places), np.int32)
        find_neighbours(
            places, leave_out, self._points, self._hole, self._group, *self._tree, self._most,
            self.search.max_per_hole or NO_CAP, self.search.max_per_octant or NO_CAP,
            self._widest, index, count, octants,
        )  # fmt: skip
        return index, count, octants
