"""Which blocks of the grid are of a domain: by a field of a block model, or by wireframes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid, ModelError, TableError
from orefield.core.model_files import read_model
from orefield.core.sections import hint
from orefield.core.telling import Tell
from orefield.deposit.domains import Domains
from orefield.deposit.estimation.slices import slices_of
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.samples import Samples


@dataclass(frozen=True, eq=False)
class BlockFields:
    """Fields of a block model on the grid: words as small codes, numbers as they are.

    Attributes
    ----------
    path : Path
    grid : Grid
    fields : mapping
        By name; texts are not turned to Python objects.
    """

    path: Path
    grid: Grid
    fields: dict[str, NDArray[np.generic]]

    def field(self, name: str) -> NDArray[np.generic]:
        """A field.

        Raises
        ------
        ModelError
            When there is none of that name.
        """
        if name not in self.fields:
            raise ModelError(
                f"the block model has no field '{name}'",
                where=str(self.path),
                fix=f"it has {', '.join(self.fields)}",
            )
        return self.fields[name]

    def of(self, name: str, words: Sequence[str]) -> NDArray[np.bool_]:
        """Blocks whose field is one of these words (or numbers).

        Raises
        ------
        ModelError
            When no block is one of them.
        """
        values = self.field(name)
        known, codes = np.unique(values, return_inverse=True)
        texts = [_word(v) for v in known]
        for word in words:
            if word not in texts:
                raise ModelError(
                    f"no block has {name} = {word}",
                    where=str(self.path),
                    fix=f"there are {', '.join(texts[:12])}",
                )
        return np.asarray(np.isin(codes.ravel(), [texts.index(word) for word in words]))


def block_fields(settings: DepositSettings, name: str, grid: Grid) -> BlockFields:
    """A block model named in the settings, or left in the folder of results, on the same grid.

    Raises
    ------
    InputError
        When it is missing or unreadable, or on another grid.
    """
    kept = settings.folder / name
    path = kept if kept.is_file() else settings.file(name)
    if not path.is_file():
        raise TableError("there is no such block model", where=str(path), fix="correct 'blocks'")
    model = read_model(path)
    if model.grid != grid:
        raise ModelError(
            "the block model is not on the grid of the settings",
            where=str(path),
            fix="give a model with the origin, size, shape and rotation of [grid]",
        )
    return BlockFields(path, model.grid, dict(model.fields))


@dataclass(frozen=True, eq=False)
class BlockLabels:
    """Domains of blocks, by their middles.

    Attributes
    ----------
    domains : Domains
    names : list of str
    codes : ndarray of shape (n,), int16
        Index into ``names``.
    """

    domains: Domains
    names: list[str]
    codes: NDArray[np.int16]

    def of(self, words: Sequence[str], where: str) -> NDArray[np.bool_]:
        """Blocks of any of these domains.

        Raises
        ------
        ModelError
            When there is no block in one.
        """
        for word in words:
            if word not in self.names:
                raise ModelError(
                    f"no block's middle is in domain '{word}'", where=where,
                    fix=hint(word, [n for n in self.names if n]),
                )  # fmt: skip
        return np.asarray(np.isin(self.codes, [self.names.index(word) for word in words]))

    def words(self, start: int, stop: int) -> NDArray[np.object_]:
        """Domains of blocks ``start`` to ``stop`` - 1, as a model read from a file has them."""
        return np.asarray(self.names, dtype=np.object_)[self.codes[start:stop]]


def block_labels(
    domains: Domains | None, samples: Samples, grid: Grid, where: str, say: Tell
) -> BlockLabels:
    """Look up the domain of every block's middle, slice by slice.

    Parameters
    ----------
    domains : Domains or None
        Solids and polygons; or what blocks in none of them take from their nearest samples.
    samples : Samples
        With the code of domains, where blocks take theirs from them.
    grid : Grid
        Of the blocks.
    where : str
        What asks, for errors.
    say : callable
        Told what is being done.

    Raises
    ------
    ModelError
        When nothing tells the domain of a block, or samples have no such code.
    """
    if domains is None or not (domains.bodies or domains.nearest):
        raise ModelError(
            "it is not known which blocks are of the domain",
            where=where,
            fix="give solids or polygons in [domains], let blocks have the domain of their "
            "nearest sample ([domains.nearest]), or name a block model in 'blocks'",
        )
    near = None if domains.nearest is None else _Nearest(domains, samples)
    codes = np.empty(grid.n, np.int16)
    names: list[str] = []
    for start, stop in slices_of(grid):
        say("coding blocks by domain", 0.01 + 0.04 * start / grid.n)
        centres = grid.centres(start, stop)
        words = domains.of_points(centres)
        if near is not None:
            words = near.instead_of_none(words, centres)
        known, inverse = np.unique(words, return_inverse=True)
        for word in known.tolist():
            if word not in names:
                names.append(word)
        codes[start:stop] = np.array([names.index(w) for w in known.tolist()])[inverse.ravel()]
    return BlockLabels(domains, names, codes)


class _Nearest:
    """The code of the nearest sample, for places that are in no body."""

    def __init__(self, domains: Domains, samples: Samples) -> None:
        from scipy.spatial import cKDTree

        assert domains.nearest is not None
        self.domains = domains
        self.words = samples.code(domains.name)
        self.middle = samples.xyz_m.mean(axis=0)
        self.transform = domains.nearest.transform()
        self.tree = cKDTree(self._in_ranges(samples.xyz_m))

    def instead_of_none(
        self, words: NDArray[np.str_], xyz_m: NDArray[np.float64]
    ) -> NDArray[np.str_]:
        """Words of places (n, 3) with a sample's in place of the default."""
        free = np.flatnonzero(words == self.domains.default)
        away, row = self.tree.query(self._in_ranges(xyz_m[free]))
        found = np.where(away <= 1.0 + 1e-9, self.words[row], self.domains.default)
        out = words.astype(np.result_type(words.dtype, found.dtype))
        out[free] = found
        return out

    def _in_ranges(self, xyz_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((xyz_m - self.middle) @ self.transform.T)


def _word(value: object) -> str:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
