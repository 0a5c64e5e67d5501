"""An estimator made ready from samples, which then estimates any places, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.estimates import Estimates
from orefield.deposit.estimation.neighbours import Finder, Targets
from orefield.deposit.estimation.passes import Method, estimate_in_passes
from orefield.deposit.estimation.support import Support

_NO_CODES = np.zeros(0, np.int32)


class Terms(Protocol):
    """Forms of a drift."""

    def at(self, xyz_m: NDArray[np.float64], external: NDArray[np.float64]) -> NDArray[np.float64]:
        """Their values at places (m, 3), with external fields (m, e) there: (m, p)."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """Searches and a method on samples; :meth:`at` estimates.

    Attributes
    ----------
    finders : sequence of Finder
        One a pass.
    method : Method
    terms : Terms or None
        Of the drift; without, the method has no drift.
    mean : float
        Added to what the method gives: the known mean of simple kriging.
    local_means : bool
        Whether the known means are given place by place instead.
    """

    finders: Sequence[Finder]
    method: Method
    terms: Terms | None = None
    mean: float = 0.0
    local_means: bool = False

    def at(
        self,
        places_m: NDArray[np.float64],
        *,
        external: NDArray[np.float64] | None = None,
        means: NDArray[np.float64] | None = None,
        which: NDArray[np.int32] | None = None,
        leave_out: NDArray[np.int32] | None = None,
        threads: int = 1,
    ) -> Estimates:
        """Estimates of places, shape (m, 3) in m; see :func:`krige` for what else may be given.

        Raises
        ------
        ModelError
            When what is given at places does not fit them, or is not finite.
        """
        places = checked_places(places_m)
        m = len(places)
        drift = np.zeros((m, 0))
        if self.terms is not None:
            fields = np.zeros((m, 0)) if external is None else _known(external, m, "a drift")
            drift = self.terms.at(places, fields.reshape(m, -1))
        if self.local_means and means is None:
            raise ModelError("the means at places are missing", fix="give one a place")
        targets = Targets(
            places,
            drift,
            _NO_CODES if which is None else np.asarray(which, dtype=np.int32),
            _NO_CODES if leave_out is None else np.asarray(leave_out, dtype=np.int32),
        )
        found = estimate_in_passes(self.finders, self.method, targets, threads)
        if means is not None:
            found.values[:] += _known(means, m, "a mean")[:, None]
        elif self.mean:
            found.values[:] += self.mean
        return found


def places_of(where: Grid | NDArray[np.float64]) -> NDArray[np.float64]:
    """Middles of blocks, or places as given: (m, 3), m.

    Raises
    ------
    ModelError
        For another shape, or coordinates that are not finite.
    """
    return where.centroids() if isinstance(where, Grid) else checked_places(where)


def checked_places(where: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (m, 3), all of them finite.

    Raises
    ------
    ModelError
        When they are not.
    """
    places = np.ascontiguousarray(where, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 3:
        raise ModelError(f"places have shape {places.shape}", fix="give (m, 3)")
    if not np.isfinite(places).all():
        bad = int(np.flatnonzero(~np.isfinite(places).all(axis=1))[0])
        raise ModelError("a place is not finite", where=f"place {bad}")
    return places


def support_of(
    where: Grid | NDArray[np.float64], discretisation: tuple[int, int, int] | None
) -> Support:
    """Blocks of a grid cut into points, or points.

    Raises
    ------
    ModelError
        For a discretisation of places that are no blocks.
    """
    if discretisation is None:
        return Support.point()
    if not isinstance(where, Grid):
        raise ModelError("points cannot be cut into smaller ones", fix="give a grid of blocks")
    return Support.block(where, discretisation)


def _known(values: NDArray[np.float64], places: int, what: str) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if len(found) != places:
        raise ModelError(f"{what} is given at {len(found)} of {places} places")
    if not np.isfinite(found).all():
        bad = int(np.argwhere(~np.isfinite(found))[0][0])
        raise ModelError(f"{what} is not finite", where=f"place {bad}")
    return found
