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
from orefield.deposit.job.settings import DepositSettings

_CHUNK = 100_000


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
            When no block is.
        """
        values = self.field(name)
        known, codes = np.unique(values, return_inverse=True)
        texts = [_word(v) for v in known]
        found = np.isin(codes.ravel(), [i for i, text in enumerate(texts) if text in words])
        if not found.any():
            raise ModelError(
                f"no block has {name} = {' or '.join(words)}",
                where=str(self.path),
                fix=f"there are {', '.join(texts[:12])}",
            )
        return np.asarray(found)


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

    def words(self, start: int, stop: int) -> NDArray[np.str_]:
        """Domains of blocks ``start`` to ``stop`` - 1."""
        return np.asarray(self.names, dtype=np.str_)[self.codes[start:stop]]


def block_labels(domains: Domains, grid: Grid, say: Tell) -> BlockLabels:
    """Look up the domain of every block's middle, chunk by chunk."""
    codes = np.empty(grid.n, np.int16)
    names: list[str] = []
    for start in range(0, grid.n, _CHUNK):
        stop = min(start + _CHUNK, grid.n)
        say("coding blocks by domain", 0.01 + 0.04 * start / grid.n)
        known, inverse = np.unique(
            domains.of_points(grid.centres(start, stop)), return_inverse=True
        )
        for word in known.tolist():
            if word not in names:
                names.append(word)
        codes[start:stop] = np.array([names.index(w) for w in known.tolist()])[inverse.ravel()]
    return BlockLabels(domains, names, codes)


def _word(value: object) -> str:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
