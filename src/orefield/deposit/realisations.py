"""Realisations: equally likely pictures of a deposit, on a grid or at points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, cast, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError
from orefield.core.grid import Grid

Place = Grid | NDArray[np.float64]
"""A grid, or points of shape (n, 3): east, north, elevation (m)."""

Values = NDArray[np.float32] | NDArray[np.float64]


Support = Literal["point", "block", ""]
"""What a value on a grid is of: the middle of the block, its mean, or it is not known which.

Values of points vary more than means of blocks; read as blocks they show too much ore above a
cut-off that is higher than most grades, and too much spread."""


class RealisationSource(Protocol):
    """What gives realisations one at a time: :class:`Realisations`, or a file of them."""

    @property
    def place(self) -> Place:
        """Where the values are."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, the unit in the name."""

    @property
    def count(self) -> int:
        """Number of realisations."""

    @property
    def n(self) -> int:
        """Blocks or points of a realisation."""

    @property
    def simulated(self) -> NDArray[np.bool_]:
        """Where values were simulated, shape (n,); elsewhere they are 0 and mean nothing."""

    @property
    def note(self) -> str:
        """What these are."""

    @property
    def support(self) -> Support:
        """What a value is of."""

    def of(self, name: str, k: int) -> Values:
        """Realisation ``k`` of a variable, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Realisations:
    """Realisations held in memory.

    Parameters
    ----------
    place : Grid, or ndarray of shape (n, 3)
        Blocks in the grid's index order, or points (m).
    values : mapping of str to ndarray of shape (r, n), float32 or float64
        Realisations of each variable, the unit in the name. Realisation ``k`` of all variables
        belongs together. Finite.
    simulated : ndarray of shape (n,), bool, optional
        Where values were simulated; elsewhere they must be 0 and mean nothing. Everywhere when
        left out.
    note : str
        What these are, e.g. ``"conditional, 4-m nodes in 20-m blocks"``.
    support : {"point", "block", ""}
        What a value is of; empty when it is not known.

    Raises
    ------
    ModelError
        When there is none, shapes do not fit, or a value is not finite.
    """

    place: Place
    values: Mapping[str, Values]
    simulated: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    note: str = ""
    support: Support = ""

    def __post_init__(self) -> None:
        n = size_of(self.place)
        mask = checked_mask(self.simulated, n)
        if not self.values:
            raise ModelError("realisations have no variable", fix="give at least one")
        kept = {name: _checked(name, found, n) for name, found in self.values.items()}
        counts = {name: len(found) for name, found in kept.items()}
        if len(set(counts.values())) != 1:
            raise ModelError(f"variables have different numbers of realisations: {counts}")
        for name, found in kept.items():
            if not mask.all() and found[:, ~mask].any():
                raise ModelError(
                    f"'{name}' has values where nothing was simulated", fix="set them to 0"
                )
            found.flags.writeable = False
        checked_support(self.support)
        object.__setattr__(self, "simulated", mask)
        object.__setattr__(self, "values", MappingProxyType(kept))

    def __reduce__(self) -> tuple[object, ...]:
        # a mappingproxy does not pickle
        return (Realisations, (
            self.place, dict(self.values), self.simulated, self.note, self.support,
        ))  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables."""
        return tuple(self.values)

    @property
    def count(self) -> int:
        """Number of realisations."""
        return len(next(iter(self.values.values())))

    @property
    def n(self) -> int:
        """Blocks or points of a realisation."""
        return size_of(self.place)

    def __getitem__(self, name: str) -> Values:
        """All realisations of a variable, shape (r, n)."""
        return self.values[known(name, self.names)]

    def of(self, name: str, k: int) -> Values:
        """Realisation ``k`` of a variable, shape (n,).

        Raises
        ------
        ModelError
            When there is no such variable or realisation.
        """
        out: Values = self[name][among(k, self.count)]
        return out

    def to_parquet(self, path: Path | str) -> None:
        """Write all to one file; see :class:`orefield.deposit.realisations_file.Writer`."""
        from orefield.deposit.realisations_file import Writer

        dtype = np.result_type(*self.values.values())
        with Writer(
            path, self.place, self.names, dtype, self.simulated, self.note, self.support
        ) as out:
            for k in range(self.count):
                out.write({name: self.of(name, k) for name in self.names})

    @classmethod
    def from_parquet(cls, path: Path | str) -> Realisations:
        """Read a whole file into memory; :class:`RealisationsFile` reads one at a time.

        Raises
        ------
        TableError
            When the file is missing, damaged, or holds no realisations.
        """
        from orefield.deposit.realisations_file import RealisationsFile

        found = RealisationsFile(path)
        values = {
            name: np.array([found.of(name, k) for k in range(found.count)]) for name in found.names
        }
        return cls(found.place, values, found.simulated, found.note, found.support)


def size_of(place: Place) -> int:
    """Blocks of a grid, or number of points.

    Raises
    ------
    ModelError
        When points are not of shape (n, 3), n positive, and finite.
    """
    if isinstance(place, Grid):
        return place.n
    shape = np.shape(place)
    if len(shape) != 2 or shape[1] != 3 or not shape[0] or not np.isfinite(place).all():
        raise ModelError(f"points of shape {shape}", fix="give a grid, or finite points (n, 3)")
    return int(shape[0])


def checked_mask(mask: NDArray[np.bool_] | None, n: int) -> NDArray[np.bool_]:
    """A mask of shape (n,); all true for none, or an empty one.

    Raises
    ------
    ModelError
        When its shape does not fit, or nothing is true.
    """
    given = mask is not None and np.size(mask) > 0
    out = np.asarray(mask, dtype=np.bool_) if given else np.ones(n, dtype=np.bool_)
    if out.shape != (n,):
        raise ModelError(f"{n} places have a mask of shape {out.shape}")
    if not out.any():
        raise ModelError("nothing is to be simulated", fix="the mask is false everywhere")
    return out


def checked_support(word: str) -> Support:
    """One of :data:`Support`.

    Raises
    ------
    ModelError
        When it is none.
    """
    for known_word in get_args(Support):
        if word == known_word:
            return cast(Support, word)
    raise ModelError(f"realisations have the support '{word}'", fix="'point', 'block' or ''")


def grid_of(source: RealisationSource) -> Grid:
    """The grid of realisations.

    Raises
    ------
    ModelError
        When they are at points.
    """
    if isinstance(source.place, Grid):
        return source.place
    raise ModelError("realisations are at points", fix="simulate on a grid")


def one_at_a_time(source: RealisationSource, name: str) -> Iterator[Values]:
    """Realisations of a variable, each of shape (n,), in order."""
    for k in range(source.count):
        yield source.of(name, k)


def block_model(source: RealisationSource, pattern: str = "{name}_{k}") -> BlockModel:
    """All realisations as fields of a block model, numbered from 1: ``cu_pct_1``, ...

    A field ``simulated`` (0 or 1) says where they mean something, when that is not everywhere.

    Raises
    ------
    ModelError
        When they are at points.
    """
    grid = grid_of(source)
    fields: dict[str, NDArray[np.generic]] = {
        pattern.format(name=name, k=k + 1): source.of(name, k)
        for name in source.names
        for k in range(source.count)
    }
    if not source.simulated.all():
        fields["simulated"] = source.simulated.astype(np.int8)
    return BlockModel(grid, fields, source.note)


def known(name: str, names: tuple[str, ...]) -> str:
    """``name``, if realisations have such a variable.

    Raises
    ------
    ModelError
        When they have none.
    """
    if name not in names:
        raise ModelError(f"there are no realisations of '{name}'", fix=f"of {', '.join(names)}")
    return name


def among(k: int, count: int) -> int:
    """``k``, if there is such a realisation, counted from 0.

    Raises
    ------
    ModelError
        When there is none.
    """
    if not 0 <= k < count:
        raise ModelError(f"there is no realisation {k}", fix=f"there are 0 to {count - 1}")
    return k


def _checked(name: str, found: Values, n: int) -> Values:
    values: Values = found
    if values.dtype not in (np.float32, np.float64):
        raise ModelError(f"realisations of '{name}' are {values.dtype}", fix="float32 or float64")
    if values.ndim != 2 or values.shape[1] != n or not len(values):
        raise ModelError(
            f"realisations of '{name}' have shape {values.shape}", fix=f"give (r, {n}), r positive"
        )
    if not np.isfinite(values).all():
        k, i = (int(v[0]) for v in np.nonzero(~np.isfinite(values)))
        raise ModelError(f"'{name}' is not finite", where=f"realisation {k}, place {i}")
    return values
