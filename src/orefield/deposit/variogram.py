"""Variogram models: how alike grades are at a distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError


@dataclass(frozen=True, slots=True)
class Structure:
    """One nested structure of a variogram, with ranges along the grid's axes.

    Parameters
    ----------
    kind : {"spherical", "exponential"}
        Spherical reaches its sill at the range; exponential reaches 95 % of it there
        (the *practical* range).
    sill : float
        Its share of the variance, positive.
    range_x_m, range_y_m, range_z_m : float
        Ranges (m) along east, north and up of the grid, positive.

    Raises
    ------
    ModelError
        For an unknown kind, or a sill or range that is not finite and positive.
    """

    kind: Literal["spherical", "exponential"]
    sill: float
    range_x_m: float
    range_y_m: float
    range_z_m: float

    def __post_init__(self) -> None:
        if self.kind not in ("spherical", "exponential"):
            raise ModelError(
                f"unknown variogram structure '{self.kind}'",
                fix="use 'spherical' or 'exponential'",
            )
        for name in ("sill", "range_x_m", "range_y_m", "range_z_m"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ModelError(
                    f"variogram structure has {name} = {value:g}",
                    fix=f"{name} must be finite and positive",
                )

    @property
    def ranges_m(self) -> tuple[float, float, float]:
        """Ranges (m) along x, y, z."""
        return (self.range_x_m, self.range_y_m, self.range_z_m)

    @property
    def reach(self) -> float:
        """Distance in ranges beyond which its correlation is below 0.3 %."""
        return 1.0 if self.kind == "spherical" else 2.0

    def covariance(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Covariance at anisotropic distances ``h / range`` (any shape)."""
        if self.kind == "spherical":
            d = np.minimum(distance, 1.0)
            return np.asarray(self.sill * (1.0 - d * (1.5 - 0.5 * d * d)))
        return np.asarray(self.sill * np.exp(-3.0 * distance))


@dataclass(frozen=True, slots=True)
class Variogram:
    """A nugget and nested structures; for a random field the sill is one.

    Raises
    ------
    ModelError
        When the nugget is not in [0, inf) or there is no variance at all.
    """

    nugget: float
    structures: tuple[Structure, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.nugget) and self.nugget >= 0):
            raise ModelError(
                f"variogram has nugget = {self.nugget:g}", fix="the nugget is zero or more"
            )
        if self.sill <= 0:
            raise ModelError(
                "a variogram needs a nugget or at least one structure", fix="give some variance"
            )

    @property
    def sill(self) -> float:
        """Total variance: nugget and all structures."""
        return self.nugget + math.fsum(s.sill for s in self.structures)

    def standardised(self) -> Variogram:
        """The same shape with a total sill of one."""
        sill = self.sill
        return Variogram(
            self.nugget / sill,
            tuple(Structure(s.kind, s.sill / sill, *s.ranges_m) for s in self.structures),
        )

    def gamma(self, lags_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Semivariance at lag vectors, shape (m, 3) in m -> (m,). Zero at lag zero."""
        lags = np.atleast_2d(np.asarray(lags_m, dtype=np.float64))
        out = np.full(len(lags), self.sill)
        for structure in self.structures:
            distance = np.sqrt(((lags / np.asarray(structure.ranges_m)) ** 2).sum(axis=1))
            out -= structure.covariance(distance)
        out[(lags == 0).all(axis=1)] = 0.0
        return out
