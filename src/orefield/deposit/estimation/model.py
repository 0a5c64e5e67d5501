"""A covariance model as kriging kernels take it: of one variable, or of several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Coregionalisation


class PackedModel(NamedTuple):
    """``transforms`` (t, s, 3, 3), ``kinds`` (s,), ``sills`` (s, v, v), ``tables``, ``nugget``
    (v, v): arguments of :func:`orefield.kernels.kriging_blocks.krige_blocks`.
    """

    transforms: NDArray[np.float64]
    kinds: NDArray[np.int64]
    sills: NDArray[np.float64]
    tables: NDArray[np.float64]
    nugget: NDArray[np.float64]


def packed_model(variogram: Variogram) -> PackedModel:
    """The model of one variable."""
    nugget, kinds, sills, transforms, tables = variogram.packed()
    return PackedModel(
        np.ascontiguousarray(transforms[None]),
        kinds,
        np.ascontiguousarray(sills[:, None, None]),
        tables,
        np.array([[nugget]]),
    )


def packed_coregionalisation(model: Coregionalisation, names: Sequence[str]) -> PackedModel:
    """The model of several variables, in this order.

    Raises
    ------
    ModelError
        When it lacks one.
    """
    at = np.array([model.index(name) for name in names])
    shapes = [replace(s, sill=1.0) for s in model.structures]
    _, kinds, _, transforms, tables = Variogram(1.0, tuple(shapes)).packed()
    return PackedModel(
        np.ascontiguousarray(transforms[None]),
        kinds,
        np.ascontiguousarray(model.sills[:, at[:, None], at]),
        tables,
        np.ascontiguousarray(model.nugget[at[:, None], at]),
    )


@dataclass(frozen=True, eq=False)
class LocalAnisotropy:
    """Anisotropy that changes from place to place: rotations, and factors on the ranges.

    The model's structures and the search take the rotation of the place that is estimated, with
    ranges of their own times the factors there; the system of a place is that of its own
    anisotropy throughout.

    Parameters
    ----------
    rotations : tuple of Rotation
        The different ones.
    which : ndarray of shape (m,), int
        The place's rotation, index into ``rotations``.
    factors : ndarray of shape (r, 3), optional
        On the ranges along major, semi-major and minor axis, a row a rotation; ones if left out.

    Raises
    ------
    ModelError
        For an index without rotation, or factors that are not positive.
    """

    rotations: tuple[Rotation, ...]
    which: NDArray[np.int32]
    factors: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        which = np.ascontiguousarray(self.which, dtype=np.int32)
        if which.size and not (which.min() >= 0 and which.max() < len(self.rotations)):
            raise ModelError(f"a place has a rotation that is none of {len(self.rotations)}")
        object.__setattr__(self, "which", which)
        if self.factors is not None:
            factors = np.asarray(self.factors, dtype=np.float64)
            if factors.shape != (len(self.rotations), 3) or not (
                np.isfinite(factors).all() and (factors > 0).all()
            ):
                raise ModelError(
                    "factors on ranges are not finite and positive",
                    fix="give three a rotation",
                )
            object.__setattr__(self, "factors", factors)

    def factor(self, r: int) -> NDArray[np.float64]:
        """Factors on the ranges of rotation ``r``, shape (3,)."""
        return np.ones(3) if self.factors is None else self.factors[r]

    def take(self, at: NDArray[np.integer] | slice) -> LocalAnisotropy:
        """That of some places."""
        return LocalAnisotropy(self.rotations, self.which[at], self.factors)

    def of(self, places: int) -> NDArray[np.int32]:
        """The rotation of each of so many places.

        Raises
        ------
        ModelError
            When they are of another number.
        """
        if len(self.which) != places:
            raise ModelError(f"{len(self.which)} rotations are given for {places} places")
        return self.which

    def model(self, packed: PackedModel, variogram: Variogram) -> PackedModel:
        """The model turned to every rotation: ``transforms`` (r, s, 3, 3)."""
        turned = np.array(
            [
                [
                    rotation.axes() / (np.asarray(s.ranges_m) * self.factor(r))[:, None]
                    for s in variogram.structures
                ]
                for r, rotation in enumerate(self.rotations)
            ]
        ).reshape(len(self.rotations), len(variogram.structures), 3, 3)
        return packed._replace(transforms=turned)
