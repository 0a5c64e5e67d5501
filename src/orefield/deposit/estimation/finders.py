"""From searches to finders: one for each pass; of several variables, and of turning ellipsoids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.deposit.estimation.model import LocalAnisotropy
from orefield.deposit.estimation.neighbours import Finder, Neighbours, SampleIndex, Targets
from orefield.deposit.estimation.search import NO_CAP, Search
from orefield.kernels.search_neighbours import find_turned
from orefield.kernels.search_tree import build_tree


class JoinedIndex:
    """Samples of several variables, each searched on its own.

    Parameters
    ----------
    parts : sequence of Finder
        The first is of the value that is estimated: a place without it has no neighbours.
    sizes : sequence of int
        Samples of each; in the joined list they follow one another.
    """

    def __init__(self, parts: Sequence[Finder], sizes: Sequence[int]) -> None:
        self._parts = list(parts)
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)

    def prepare(self, xyz_m: NDArray[np.float64]) -> None:
        """As that of each part."""
        for part in self._parts:
            part.prepare(xyz_m)

    def near(self, xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """As that of the first part."""
        return self._parts[0].near(xyz_m)

    def find(self, targets: Targets) -> Neighbours:
        """Neighbours of every variable, one behind the other."""
        found = [part.find(targets) for part in self._parts]
        widths = [part.index.shape[1] for part in found]
        total = np.zeros(len(targets), np.int32)
        index = np.zeros((len(targets), sum(widths)), np.int32)
        for part, start, width in zip(found, self._starts, widths, strict=True):
            real = np.arange(width) < part.count[:, None]
            rows, columns = np.nonzero(real)
            index[rows, total[rows] + columns] = part.index[rows, columns] + start
            total += part.count
        total[found[0].count == 0] = 0
        return Neighbours(index, total)


class TurnedIndex:
    """Samples searched by an ellipsoid that turns and stretches from place to place.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
    hole : ndarray of shape (n,), int
    search : Search
        Its ranges, times the factors of a place, along the axes of the place.
    local : LocalAnisotropy
    group : ndarray of shape (n,), int, optional
    """

    def __init__(
        self,
        xyz_m: NDArray[np.float64],
        hole: NDArray[np.int32],
        search: Search,
        local: LocalAnisotropy,
        group: NDArray[np.int32] | None = None,
    ) -> None:
        self._search = search
        self._middle = xyz_m.mean(axis=0)
        self._points = np.ascontiguousarray(xyz_m - self._middle)
        self._hole = np.ascontiguousarray(hole, dtype=np.int32)
        self._group = np.zeros(0, np.int32) if group is None else np.asarray(group, np.int32)
        self._tree = build_tree(self._points)
        ranges = np.array(
            [local.factor(r) * search.ellipsoid.ranges_m for r in range(len(local.rotations))]
        )
        self._transforms = np.array(
            [
                rotation.axes() / row[:, None]
                for rotation, row in zip(local.rotations, ranges, strict=True)
            ]
        )
        self._reach = ranges.max(axis=1)
        self._plain = SampleIndex(xyz_m, hole, search)

    def prepare(self, xyz_m: NDArray[np.float64]) -> None:
        """Nothing to learn for itself; the order of places is that of the ellipsoid unturned."""
        self._plain.prepare(xyz_m)

    def near(self, xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """An order of places in which neighbours follow one another."""
        return self._plain.near(xyz_m)

    def find(self, targets: Targets) -> Neighbours:
        """Neighbours of places; none where the search's minimums are not met."""
        search = self._search
        m, most = len(targets), min(search.max_samples, len(self._points))
        index = np.empty((m, most), np.int32)
        count, octants = np.zeros(m, np.int32), np.zeros(m, np.int32)
        find_turned(
            np.ascontiguousarray(targets.xyz_m - self._middle), targets.leave_out, targets.which,
            self._transforms, self._reach, self._points, self._hole, self._group, *self._tree,
            most, search.max_per_hole or NO_CAP, search.max_per_octant or NO_CAP,
            index, count, octants,
        )  # fmt: skip
        return Neighbours(index, search.enough(index, count, octants, self._hole))


def finders_of(
    xyz_m: NDArray[np.float64],
    hole: NDArray[np.int32],
    search: Search | Sequence[Search],
    *,
    group: NDArray[np.int32] | None = None,
    local: LocalAnisotropy | None = None,
) -> list[Finder]:
    """A finder for every pass.

    Parameters
    ----------
    xyz_m, hole : ndarray of shape (n, 3), (n,)
        Samples.
    search : Search or sequence of Search
        One a pass.
    group : ndarray of shape (n,), optional
        Groups that can be left out.
    local : LocalAnisotropy, optional
        Turns the ellipsoids from place to place.
    """
    searches = [search] if isinstance(search, Search) else list(search)
    if local is not None:
        return [TurnedIndex(xyz_m, hole, one, local, group) for one in searches]
    return [SampleIndex(xyz_m, hole, one, group) for one in searches]
