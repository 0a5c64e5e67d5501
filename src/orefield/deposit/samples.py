"""Samples: points in space with a length, a hole and what was measured; what is estimated from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

MAX_COORDINATE_M = 1e8
"""A coordinate further out than this is a slip: the earth is 4e7 m round."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Points with values: composites of drill holes, or any other samples.

    Values are NaN where nothing was assayed; nothing else may be NaN. Everything downstream
    (statistics, variograms, estimation, simulation) takes this type.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        East, north, elevation (m) of the middles. In 2-D the elevation is the same for all.
    values : mapping of str to ndarray of shape (n,), float
        What was measured, the unit in the name (``cu_pct``); NaN where it was not.
    length_m : ndarray of shape (n,), optional
        Lengths (m), positive; ones when left out.
    hole : ndarray of shape (n,), int, optional
        Index into ``holes``; every sample a hole of its own when left out.
    holes : tuple of str, optional
        Names of the holes.
    codes : mapping of str to ndarray of shape (n,), str
        What is told in words: domain, rock type; "" where it is not told.
    note : str
        What these are, e.g. ``"20-ft composites"``.

    Raises
    ------
    ModelError
        For no sample, shapes that do not fit, positions that are not finite or absurd,
        lengths that are not positive, infinite values, holes that are not there.
    """

    xyz_m: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    length_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    hole: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    holes: tuple[str, ...] = ()
    codes: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        xyz = np.ascontiguousarray(self.xyz_m, dtype=np.float64)
        if xyz.ndim != 2 or xyz.shape[1] != 3:
            raise ModelError(f"positions of samples have shape {xyz.shape}", fix="give (n, 3)")
        n = len(xyz)
        if n == 0:
            raise ModelError("there is no sample", fix="give at least one")
        if not (np.abs(xyz) <= MAX_COORDINATE_M).all():  # false for NaN, too
            bad = int(np.flatnonzero(~(np.abs(xyz) <= MAX_COORDINATE_M).all(axis=1))[0])
            raise ModelError(
                "a sample's position is not finite, or absurdly far away", where=f"sample {bad}"
            )
        length = self.length_m if len(self.length_m) else np.ones(n)
        hole = self.hole if len(self.hole) else np.arange(n, dtype=np.int32)
        holes = self.holes or tuple(str(i + 1) for i in range(int(np.max(hole)) + 1))
        shapes = {name: np.shape(v) for name, v in (*self.values.items(), *self.codes.items())}
        for name, shape in {"length_m": length.shape, "hole": hole.shape, **shapes}.items():
            if shape != (n,):
                raise ModelError(f"{n} samples have '{name}' of shape {shape}")
        length = np.ascontiguousarray(length, dtype=np.float64)
        if not (np.isfinite(length) & (length > 0)).all():
            raise ModelError("a sample's length is not finite and positive")
        hole = np.ascontiguousarray(hole, dtype=np.int32)
        if hole.min() < 0 or hole.max() >= len(holes):
            raise ModelError(f"a sample's hole is none of the {len(holes)} named")
        values = {k: np.ascontiguousarray(v, dtype=np.float64) for k, v in self.values.items()}
        for name, column in values.items():
            endless = np.flatnonzero(np.isinf(column))
            if endless.size:
                raise ModelError(f"'{name}' is infinite", where=f"sample {endless[0]}")
        hole.flags.writeable = False
        for array in (xyz, length, *values.values()):
            array.flags.writeable = False
        put = object.__setattr__
        put(self, "xyz_m", xyz)
        put(self, "length_m", length)
        put(self, "hole", hole)
        put(self, "holes", tuple(holes))
        put(self, "values", MappingProxyType(values))
        put(self, "codes", MappingProxyType({k: np.asarray(v) for k, v in self.codes.items()}))

    def __reduce__(self) -> tuple[object, ...]:
        # a mappingproxy does not pickle
        return (
            Samples,
            (
                self.xyz_m,
                dict(self.values),
                self.length_m,
                self.hole,
                self.holes,
                dict(self.codes),
                self.note,
            ),
        )

    def __len__(self) -> int:
        return len(self.xyz_m)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        try:
            return self.values[name]
        except KeyError:
            raise ModelError(
                f"samples have no value '{name}'",
                fix=f"they have: {', '.join(self.values) or 'none'}",
            ) from None

    def code(self, name: str) -> NDArray[np.str_]:
        """A column of words.

        Raises
        ------
        ModelError
            When there is none of that name.
        """
        try:
            return self.codes[name]
        except KeyError:
            raise ModelError(
                f"samples have no code '{name}'",
                fix=f"they have: {', '.join(self.codes) or 'none'}",
            ) from None

    def where(self, keep: NDArray[np.bool_] | NDArray[np.integer]) -> Samples:
        """Those of a mask, or in the order of indices; names of holes stay.

        Raises
        ------
        ModelError
            When none is left.
        """
        return Samples(
            self.xyz_m[keep],
            {k: v[keep] for k, v in self.values.items()},
            self.length_m[keep],
            self.hole[keep],
            self.holes,
            {k: v[keep] for k, v in self.codes.items()},
            self.note,
        )

    def measured(self, *names: str) -> Samples:
        """Those at which every one of ``names`` was measured.

        Raises
        ------
        ModelError
            When a name is unknown, or it was measured nowhere.
        """
        keep = np.ones(len(self), dtype=np.bool_)
        for name in names:
            keep &= ~np.isnan(self[name])
        if not keep.any():
            raise ModelError(f"no sample has a value of {', '.join(names)}")
        return self if keep.all() else self.where(keep)

    def with_values(self, **values: NDArray[np.float64]) -> Samples:
        """The same samples with further (or replaced) values."""
        return Samples(
            self.xyz_m,
            {**self.values, **values},
            self.length_m,
            self.hole,
            self.holes,
            self.codes,
            self.note,
        )

    def with_codes(self, **codes: NDArray[np.str_]) -> Samples:
        """The same samples with further (or replaced) words."""
        return Samples(
            self.xyz_m,
            self.values,
            self.length_m,
            self.hole,
            self.holes,
            {**self.codes, **codes},
            self.note,
        )
