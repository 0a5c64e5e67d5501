"""Drifts of universal kriging: polynomials of the coordinates, and fields known everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

External = tuple[NDArray[np.float64], NDArray[np.float64]]
"""A field at samples (n,) or (n, e), and at places (m,) or (m, e)."""


@dataclass(frozen=True, eq=False)
class Drift:
    """Forms of the trend that the estimate must reproduce exactly; a constant is always one.

    Parameters
    ----------
    order : {0, 1, 2}
        Of the polynomial of the coordinates.
    axes : str
        Which coordinates: some of ``x``, ``y``, ``z``. Those that do not vary among samples are
        left out.
    external : (ndarray, ndarray), optional
        Fields at samples (n, e) and at places (m, e); finite. (Kriging with external drift.)

    Raises
    ------
    ModelError
        For another order, unknown axes, or fields that are not finite.
    """

    order: int = 0
    axes: str = "xyz"
    external: External | None = None

    def __post_init__(self) -> None:
        if self.order not in (0, 1, 2):
            raise ModelError(f"a drift has order {self.order!r}", fix="give 0, 1 or 2")
        if not self.axes or set(self.axes) - set("xyz") or len(set(self.axes)) != len(self.axes):
            raise ModelError(f"a drift has axes '{self.axes}'", fix="some of x, y and z")
        if self.external is not None:
            pair = [np.asarray(part, dtype=np.float64) for part in self.external]
            pair = [part[:, None] if part.ndim == 1 else part for part in pair]
            if pair[0].shape[1] != pair[1].shape[1]:
                raise ModelError("an external drift has other fields at samples than at places")
            if not all(np.isfinite(part).all() for part in pair):
                raise ModelError(
                    "an external drift is not finite",
                    fix="it must be known at every sample and at every place",
                )
            object.__setattr__(self, "external", (pair[0], pair[1]))

    def at_samples(self, samples: int) -> NDArray[np.float64]:
        """External fields at samples, shape (n, e); e may be 0.

        Raises
        ------
        ModelError
            When they are of another number of samples.
        """
        return self._part(0, samples, "samples")

    def at_places(self, places: int) -> NDArray[np.float64]:
        """External fields at places, shape (m, e); e may be 0.

        Raises
        ------
        ModelError
            When they are of another number of places.
        """
        return self._part(1, places, "places")

    def _part(self, which: int, expected: int, what: str) -> NDArray[np.float64]:
        if self.external is None:
            return np.zeros((expected, 0))
        part = self.external[which]
        if len(part) != expected:
            raise ModelError(f"an external drift is given at {len(part)} of {expected} {what}")
        return part

    def fitted(self, xyz_m: NDArray[np.float64], external: NDArray[np.float64]) -> DriftTerms:
        """The terms at points, scaled to these samples so that systems stay well conditioned."""
        scale = np.ptp(xyz_m, axis=0) / 2.0
        used = tuple(i for i, a in enumerate("xyz") if a in self.axes and scale[i] > 0)
        powers = [
            power
            for degree in range(1, self.order + 1)
            for power in combinations_with_replacement(used, degree)
        ]
        spread = external.std(axis=0)
        return DriftTerms(
            xyz_m.mean(axis=0),
            np.where(scale > 0, scale, 1.0),
            tuple(powers),
            external.mean(axis=0),
            np.where(spread > 0, spread, 1.0),
        )


@dataclass(frozen=True, eq=False)
class DriftTerms:
    """Terms of a drift: one, products of coordinates, external fields; each about one in size.

    Attributes
    ----------
    middle, scale : ndarray of shape (3,)
        Coordinates (m) are taken from the middle, over the scale.
    powers : tuple of tuple of int
        Axes of each product.
    external_mean, external_scale : ndarray of shape (e,)
    spread : ndarray of shape (3, 3), optional
        Mean products of scaled coordinates within a block, about its middle; zero at points.
    """

    middle: NDArray[np.float64]
    scale: NDArray[np.float64]
    powers: tuple[tuple[int, ...], ...]
    external_mean: NDArray[np.float64]
    external_scale: NDArray[np.float64]
    spread: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, 3)))

    def over(self, offsets_m: NDArray[np.float64]) -> DriftTerms:
        """The terms of blocks: means over points (q, 3) about a middle, which is their mean.

        A square is more on average over a block than at its middle. External fields are taken
        for those of the whole block as they are.
        """
        local = offsets_m / self.scale
        return replace(self, spread=local.T @ local / len(local))

    def at(self, xyz_m: NDArray[np.float64], external: NDArray[np.float64]) -> NDArray[np.float64]:
        """Their values at places (m, 3), with external fields (m, e) there: (m, p)."""
        local = (xyz_m - self.middle) / self.scale
        columns = [np.ones(len(xyz_m))]
        for p in self.powers:
            within = self.spread[p] if len(p) == 2 else 0.0
            columns.append(local[:, p].prod(axis=1) + within)
        fields = (external - self.external_mean) / self.external_scale
        return np.ascontiguousarray(np.column_stack([*columns, fields]))
