"""Variogram models: how alike grades are at a distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from orefield.core.errors import ModelError
from orefield.deposit.orientation import ALONG_AXES, Ellipsoid, Rotation

Kind = Literal["spherical", "exponential", "gaussian", "cubic", "matern"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SHAPES = (0.05, 20.0)
_TABLE = 2**16
"""Steps of a Matern table, in the square root of the distance: 1e-9 of the sill at worst
for shapes of one half and more."""

_FURTHEST = 16.0
"""Ranges at which a Matern table ends."""


@dataclass(frozen=True, slots=True)
class Structure:
    """One nested structure of a variogram.

    Parameters
    ----------
    kind : {"spherical", "exponential", "gaussian", "cubic", "matern"}
        Spherical and cubic reach their sill at the range; the others reach 95 % of it there
        (the *practical* range: a correlation of exp(-3) is left).
    sill : float
        Its share of the variance, positive.
    ranges_m : (float, float, float)
        Ranges (m) along the major, semi-major and minor axis of ``rotation``; positive.
    rotation : Rotation
        The default lets the ranges run along x, y and z.
    shape : float, optional
        Smoothness of a Matern structure, 0.05 to 20; 0.5 is exponential.

    Raises
    ------
    ModelError
        For an unknown kind, a sill or range that is not finite and positive, a shape where
        there is none or out of range.
    """

    kind: Kind
    sill: float
    ranges_m: tuple[float, float, float]
    rotation: Rotation = ALONG_AXES
    shape: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ModelError(
                f"unknown variogram structure '{self.kind}'", fix=f"use one of {', '.join(KINDS)}"
            )
        if not (math.isfinite(self.sill) and self.sill > 0):
            raise ModelError(
                f"variogram structure has sill = {self.sill:g}",
                fix="a sill must be finite and positive",
            )
        object.__setattr__(self, "ranges_m", self.ellipsoid.ranges_m)
        if self.kind == "matern":
            if self.shape is None or not _SHAPES[0] <= self.shape <= _SHAPES[1]:
                raise ModelError(
                    f"Matern structure has shape {self.shape}",
                    fix=f"give a shape from {_SHAPES[0]:g} to {_SHAPES[1]:g}",
                )
        elif self.shape is not None:
            raise ModelError(f"a {self.kind} structure has no shape", fix="leave it out")

    @property
    def ellipsoid(self) -> Ellipsoid:
        """Ranges and rotation."""
        return Ellipsoid(self.ranges_m, self.rotation)

    @property
    def reach(self) -> float:
        """Distance in ranges beyond which its correlation is below 0.3 %."""
        if self.kind in ("spherical", "cubic"):
            return 1.0
        if self.kind != "matern":
            return 2.0 if self.kind == "exponential" else 1.4
        assert self.shape is not None
        return _matern_reach(self.shape)

    def correlation(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Correlation at distances ``h`` in ranges (any shape).

        Cubic and Matern are those of Chiles and Delfiner, Geostatistics (2012), section 2.5.
        """
        d = np.asarray(distance, dtype=np.float64)
        if self.kind == "spherical":
            d = np.minimum(d, 1.0)
            return np.asarray(1.0 - d * (1.5 - 0.5 * d * d))
        if self.kind == "cubic":
            d = np.minimum(d, 1.0)
            d2 = d * d
            return np.asarray(1.0 - d2 * (7.0 - d * (8.75 - d2 * (3.5 - 0.75 * d2))))
        if self.kind == "exponential":
            return np.asarray(np.exp(-3.0 * d))
        if self.kind == "gaussian":
            return np.asarray(np.exp(-3.0 * d * d))
        assert self.shape is not None
        return _matern(d * matern_scale(self.shape), self.shape)

    def covariance(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Covariance at distances ``h`` in ranges (any shape)."""
        return np.asarray(self.sill * self.correlation(distance))


class PackedVariogram(NamedTuple):
    """A variogram as kernels take it (see :mod:`orefield.kernels.covariance`).

    ``nugget`` float; ``kinds`` (s,) int64, index into :data:`KINDS`; ``sills`` (s,);
    ``transforms`` (s, 3, 3), lag in m to lag in ranges; ``tables`` (s, k) correlations of
    Matern structures at ``sqrt(d / 16)`` from 0 to 1 (k = 1 where there is none).
    """

    nugget: float
    kinds: NDArray[np.int64]
    sills: NDArray[np.float64]
    transforms: NDArray[np.float64]
    tables: NDArray[np.float64]


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

    def scaled(self, factor: float) -> Variogram:
        """The same shape with every sill and the nugget times ``factor`` (positive)."""
        return Variogram(
            self.nugget * factor,
            tuple(
                Structure(s.kind, s.sill * factor, s.ranges_m, s.rotation, s.shape)
                for s in self.structures
            ),
        )

    def standardised(self) -> Variogram:
        """The same shape with a total sill of one."""
        return self.scaled(1.0 / self.sill)

    def covariance(self, lags_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Covariance at lag vectors, shape (m, 3) in m -> (m,). The sill at lag zero."""
        lags = np.atleast_2d(np.asarray(lags_m, dtype=np.float64))
        out = np.where((lags == 0).all(axis=1), self.nugget, 0.0)
        for structure in self.structures:
            reduced = lags @ structure.ellipsoid.transform().T
            out += structure.covariance(np.sqrt((reduced**2).sum(axis=1)))
        return np.asarray(out)

    def gamma(self, lags_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Semivariance at lag vectors, shape (m, 3) in m -> (m,). Zero at lag zero."""
        return np.asarray(self.sill - self.covariance(lags_m))

    def packed(self) -> PackedVariogram:
        """The model as arrays for kernels."""
        n = len(self.structures)
        matern = any(s.kind == "matern" for s in self.structures)
        tables = np.zeros((n, _TABLE + 1 if matern else 1))
        for table, s in zip(tables, self.structures, strict=True):
            if s.kind == "matern":
                at = _FURTHEST * np.linspace(0.0, 1.0, _TABLE + 1) ** 2
                table[:] = s.correlation(at)
        return PackedVariogram(
            float(self.nugget),
            np.array([KINDS.index(s.kind) for s in self.structures], dtype=np.int64),
            np.array([s.sill for s in self.structures], dtype=np.float64),
            np.array([s.ellipsoid.transform() for s in self.structures]).reshape(n, 3, 3),
            tables,
        )


def _matern(scaled: NDArray[np.float64], shape: float) -> NDArray[np.float64]:
    """Matern correlation at ``scaled`` = distance over its scale."""
    x = np.maximum(scaled, 1e-300)
    # in logarithms: K overflows near zero just where its factor underflows
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        logarithm = (
            (1.0 - shape) * math.log(2.0)
            - special.gammaln(shape)
            + shape * np.log(x)
            + np.log(special.kve(shape, x))
            - x
        )
        found = np.exp(np.minimum(logarithm, 0.0))
    return np.asarray(np.where(np.isfinite(found) & (scaled > 1e-8), found, 1.0))


@lru_cache(maxsize=64)
def matern_scale(shape: float) -> float:
    """Arguments of the Bessel function in one range of a Matern structure.

    There exp(-3) of the correlation is left.
    """

    def over(x: float) -> float:
        return float(_matern(np.array([x]), shape)[0]) - math.exp(-3.0)

    return float(optimize.brentq(over, 1e-6, 200.0, xtol=1e-13))


@lru_cache(maxsize=64)
def _matern_reach(shape: float) -> float:
    scale = matern_scale(shape)

    def over(d: float) -> float:
        return float(_matern(np.array([d * scale]), shape)[0]) - 3e-3

    return float(optimize.brentq(over, 0.5, 60.0))
