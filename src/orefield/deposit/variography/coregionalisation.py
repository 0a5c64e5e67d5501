"""Several variables at once: a linear model of coregionalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.variogram import Structure, Variogram

_F8 = NDArray[np.float64]

PSD_TOLERANCE = 1e-9
"""An eigenvalue this far below zero, as a share of the trace, is rounding."""


class PackedCoregionalisation(NamedTuple):
    """A model of several variables as kernels take it.

    ``nuggets`` (v, v); ``kinds`` (s,) int64, index into ``KINDS``; ``sills`` (s, v, v);
    ``transforms`` (s, 3, 3), lag in m to lag in ranges; ``tables`` (s, k) correlations of
    Matern structures, as those of :class:`orefield.deposit.variogram.PackedVariogram`.
    The covariance of variables a and b at a lag is
    ``sum_s sills[s, a, b] * correlation_s(lag)``, and ``nuggets[a, b]`` more at lag zero.
    """

    nuggets: _F8
    kinds: NDArray[np.int64]
    sills: _F8
    transforms: _F8
    tables: _F8


@dataclass(frozen=True, eq=False)
class Coregionalisation:
    """Direct and cross variograms that share their structures, each with a matrix of sills.

    Parameters
    ----------
    names : tuple of str
        The v variables.
    nugget : ndarray of shape (v, v)
        Symmetric and positive semi-definite.
    structures : tuple of Structure
        Shapes; their own sills are not looked at (1 by custom).
    sills : ndarray of shape (s, v, v)
        One matrix a structure, each symmetric and positive semi-definite.

    Raises
    ------
    ModelError
        For shapes that do not fit, names that occur twice, matrices that are not symmetric,
        finite and positive semi-definite, or a variable without variance.
    """

    names: tuple[str, ...]
    nugget: _F8
    structures: tuple[Structure, ...]
    sills: _F8

    def __post_init__(self) -> None:
        v, s = len(self.names), len(self.structures)
        nugget = np.array(self.nugget, dtype=np.float64)
        sills = np.array(self.sills, dtype=np.float64).reshape((s, v, v) if s == 0 else (-1, v, v))
        if v == 0 or len(set(self.names)) != v:
            raise ModelError(f"variables of a coregionalisation are {self.names}", fix="name each")
        if nugget.shape != (v, v) or sills.shape != (s, v, v):
            raise ModelError(
                f"sills of {v} variables have shapes {nugget.shape} and {sills.shape}",
                fix=f"give a {v} x {v} matrix for the nugget and for each structure",
            )
        for k, matrix in enumerate((nugget, *sills)):
            _check(matrix, "the nugget" if k == 0 else f"structure {k}")
        total = np.diag(nugget + sills.sum(axis=0))
        if not (total > 0).all():
            at = int(np.flatnonzero(~(total > 0))[0])
            raise ModelError(f"'{self.names[at]}' has no variance in the coregionalisation")
        for array in (nugget, sills):
            array.flags.writeable = False
        object.__setattr__(self, "names", tuple(self.names))
        object.__setattr__(self, "nugget", nugget)
        object.__setattr__(self, "sills", sills)
        object.__setattr__(self, "structures", tuple(self.structures))

    @property
    def sill(self) -> _F8:
        """Matrix (v, v) of total sills: variances and covariances."""
        return np.asarray(self.nugget + self.sills.sum(axis=0))

    def index(self, name: str) -> int:
        """Place of a variable.

        Raises
        ------
        ModelError
            When there is none of that name.
        """
        if name not in self.names:
            raise ModelError(
                f"the coregionalisation has no variable '{name}'",
                fix=f"it has: {', '.join(self.names)}",
            )
        return self.names.index(name)

    def direct(self, name: str) -> Variogram:
        """The variogram of one variable; structures without variance in it are left out."""
        i = self.index(name)
        parts = [
            Structure(s.kind, float(m[i, i]), s.ranges_m, s.rotation, s.shape)
            for s, m in zip(self.structures, self.sills, strict=True)
            if m[i, i] > 0
        ]
        return Variogram(max(float(self.nugget[i, i]), 0.0), tuple(parts))

    def subset(self, names: Sequence[str]) -> Coregionalisation:
        """The model of some of its variables, in this order."""
        at = np.array([self.index(name) for name in names])
        pick = np.ix_(at, at)
        return Coregionalisation(
            tuple(names),
            self.nugget[pick],
            self.structures,
            np.array([m[pick] for m in self.sills]),
        )

    def covariance(self, lags_m: _F8) -> _F8:
        """Covariances at lag vectors, shape (m, 3) in m -> (m, v, v)."""
        lags = np.atleast_2d(np.asarray(lags_m, dtype=np.float64))
        out = np.where((lags == 0).all(axis=1)[:, None, None], self.nugget, 0.0)
        for structure, sills in zip(self.structures, self.sills, strict=True):
            reduced = lags @ structure.ellipsoid.transform().T
            rho = structure.correlation(np.sqrt((reduced**2).sum(axis=1)))
            out = out + rho[:, None, None] * sills
        return np.asarray(out)

    def gamma(self, lags_m: _F8) -> _F8:
        """Direct and cross variograms at lag vectors, shape (m, 3) in m -> (m, v, v)."""
        return np.asarray(self.sill - self.covariance(lags_m))

    def packed(self) -> PackedCoregionalisation:
        """The model as arrays for kernels."""
        if not self.structures:
            v = len(self.names)
            none = np.zeros((0, v, v))
            return PackedCoregionalisation(
                self.nugget, np.zeros(0, np.int64), none, np.zeros((0, 3, 3)), np.zeros((0, 1))
            )
        shapes = Variogram(0.0, self.structures).packed()
        return PackedCoregionalisation(
            self.nugget, shapes.kinds, self.sills, shapes.transforms, shapes.tables
        )


def _check(matrix: _F8, what: str) -> None:
    if not np.isfinite(matrix).all():
        raise ModelError(f"sills of {what} are not all finite")
    scale = max(float(np.abs(matrix).max()), 1e-300)
    if np.abs(matrix - matrix.T).max() > 1e-9 * scale:
        raise ModelError(f"sills of {what} are not symmetric", fix="make a,b equal to b,a")
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < -PSD_TOLERANCE * max(float(np.trace(matrix)), scale):
        raise ModelError(
            f"sills of {what} are not positive semi-definite (an eigenvalue is {least:.3g})",
            fix="lower the cross sills; each at most the root of the product of the direct ones",
        )
