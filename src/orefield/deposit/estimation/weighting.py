"""Estimators without a model: inverse distance, nearest neighbour, moving average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.collocated import Collocated, different_places, merged
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.estimator import Estimator, places_of, support_of
from orefield.deposit.estimation.finders import finders_of
from orefield.deposit.estimation.kriging import Groups, measured_rows
from orefield.deposit.estimation.neighbours import Neighbours, Targets
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.support import Support
from orefield.deposit.samples import Samples
from orefield.kernels.neighbours_described import describe_neighbours
from orefield.kernels.weighted_blocks import weighted_blocks

Weighting = Literal["inverse distance", "nearest neighbour", "moving average"]
WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)

Distance = Literal["search", "plain"]
"""What a distance is: in ranges of the first search's ellipsoid, or in metres."""


class WeightedMean:
    """A mean of neighbours, weighted by length over a power of their distance.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        Samples (m).
    values : ndarray of shape (n, v)
    hole : ndarray of shape (n,), int
    length_m : ndarray of shape (n,)
        Weights besides the distance.
    transform : ndarray of shape (3, 3)
        The metric of distances.
    power : float
        0 for the moving average, infinite for the nearest neighbour.
    support : Support
        Blocks are means over their points.
    """

    def __init__(
        self,
        xyz_m: NDArray[np.float64],
        values: NDArray[np.float64],
        hole: NDArray[np.int32],
        length_m: NDArray[np.float64],
        transform: NDArray[np.float64],
        power: float,
        support: Support,
    ) -> None:
        self._middle = xyz_m.mean(axis=0)
        self._xyz = np.ascontiguousarray(xyz_m - self._middle)
        self._reduced = np.ascontiguousarray(self._xyz @ transform.T)
        self._values = np.ascontiguousarray(values)
        self._hole = np.ascontiguousarray(hole, dtype=np.int32)
        self._length = np.ascontiguousarray(length_m)
        self._transform, self._power = transform, power
        self._offsets = np.ascontiguousarray(support.offsets_m @ transform.T)

    @property
    def columns(self) -> int:
        """Values that it estimates."""
        return int(self._values.shape[1])

    def solve(self, neighbours: Neighbours, targets: Targets) -> Estimates:
        """Means of neighbours."""
        out = Estimates.empty(len(targets), self.columns)
        places = np.ascontiguousarray(targets.xyz_m - self._middle)
        weighted_blocks(
            neighbours.index, neighbours.count, np.ascontiguousarray(places @ self._transform.T),
            self._offsets, self._reduced, self._values, self._length, self._power, out.values,
        )  # fmt: skip
        describe_neighbours(
            neighbours.index, neighbours.count, places, self._xyz, self._hole,
            out.samples, out.holes, out.distance_m, out.nearest_m,
        )  # fmt: skip
        out.status[neighbours.count > 0] = 0
        return out


def weigh(
    samples: Samples,
    value: str | Sequence[str],
    where: Grid | NDArray[np.float64],
    search: Search | Sequence[Search],
    *,
    kind: Weighting = "inverse distance",
    power: float = 2.0,
    distance: Distance = "search",
    discretisation: tuple[int, int, int] | None = None,
    by_length: bool = False,
    collocated: Collocated = "error",
    leave_out: Groups | None = None,
    threads: int = 1,
) -> Estimates:
    """Estimate points or blocks by inverse distance, nearest neighbour or moving average.

    A sample at the very place is the estimate. (Inverse distance: Shepard, 1968.) There is no
    estimation variance.

    Parameters
    ----------
    samples, value, where, search, discretisation, collocated, leave_out, threads
        As for :func:`~orefield.deposit.estimation.kriging.krige`.
    kind : {"inverse distance", "nearest neighbour", "moving average"}
        What weights are made of.
    power : float
        Of the distance, positive; read for inverse distance alone.
    distance : {"search", "plain"}
        In ranges of the first search's ellipsoid, or in metres. It weighs the samples; which
        they are is told by the ellipsoids in either case.
    by_length : bool
        Weigh samples by their lengths, too; those that were averaged by the sum of theirs.

    Raises
    ------
    ModelError
        As :func:`krige`; for an unknown kind or distance, or a power that is not positive.
    """
    ready = weighting_estimator(
        samples, value, search, kind=kind, power=power, distance=distance,
        support=support_of(where, discretisation), by_length=by_length, collocated=collocated,
        group=None if leave_out is None else leave_out[0],
    )  # fmt: skip
    return ready.at(
        places_of(where), leave_out=None if leave_out is None else leave_out[1], threads=threads
    )


def weighting_estimator(
    samples: Samples,
    value: str | Sequence[str],
    search: Search | Sequence[Search],
    *,
    kind: Weighting = "inverse distance",
    power: float = 2.0,
    distance: Distance = "search",
    support: Support | None = None,
    by_length: bool = False,
    collocated: Collocated = "error",
    group: NDArray[np.int32] | None = None,
) -> Estimator:
    """What :func:`weigh` does before it looks at places.

    Raises
    ------
    ModelError
        As :func:`weigh`.
    """
    if kind not in WEIGHTINGS:
        raise ModelError(f"unknown method '{kind}'", fix=f"use one of {', '.join(WEIGHTINGS)}")
    if kind == "inverse distance" and not (math.isfinite(power) and power > 0):
        raise ModelError(f"the power of distance is {power:g}", fix="give a positive number")
    if distance not in get_args(Distance):
        raise ModelError(
            f"unknown distance '{distance}'", fix=f"use one of {', '.join(get_args(Distance))}"
        )
    names = (value,) if isinstance(value, str) else tuple(value)
    rows = measured_rows(samples, names)
    data = np.column_stack([samples[name][rows] for name in names])
    seen = samples.where(rows)
    kept, data = merged(seen, data, names, collocated)
    rows = rows[kept]
    length: NDArray[np.float64] = np.ones(len(rows))
    if by_length and collocated == "average":
        # an average stands for all that was assayed at the place
        place = different_places(seen.xyz_m).place
        length = np.bincount(place, weights=seen.length_m).astype(np.float64)
    elif by_length:
        length = seen.length_m[kept]
    xyz, hole = samples.xyz_m[rows], samples.hole[rows]
    exponent = {"moving average": 0.0, "nearest neighbour": np.inf}.get(kind, power)
    searches = [search] if isinstance(search, Search) else list(search)
    if not searches:
        raise ModelError("there is no search", fix="give one search or more, one a pass")
    metric = searches[0].transform() if distance == "search" else np.eye(3)
    return Estimator(
        finders_of(xyz, hole, searches, group=None if group is None else np.asarray(group)[rows]),
        WeightedMean(xyz, data, hole, length, metric, exponent, support or Support.point()),
    )
