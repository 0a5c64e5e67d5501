"""The blocks that are valued: tonnes, elevation, rock and fields of a model or of a few grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.core.sections import hint

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks to value, all of a model or some.

    Attributes
    ----------
    tonnes : float64 array, shape (n,)
        Dry tonnes of rock; zero is air.
    elevation_m : float64 array, shape (n,)
        Of the centre.
    fields : mapping of str to array, shape (n,)
    rock_field : str
        The field that holds rock codes; empty for none.
    index : int64 array, shape (n,)
        What errors call the blocks.
    """

    tonnes: _F8
    elevation_m: _F8
    fields: Mapping[str, NDArray[np.generic]]
    rock_field: str
    index: NDArray[np.int64]

    @classmethod
    def of(cls, model: BlockModel, rock_field: str = "", blocks: ArrayLike | None = None) -> Blocks:
        """Blocks of a model; ``blocks`` are the indices of some, all by default.

        Raises
        ------
        ModelError
            When an index is out of range or tonnes are negative.
        """
        nx, ny, _ = model.grid.shape
        tonnes = model.tonnes()
        elevation = np.repeat(model.grid.local_axes()[2], nx * ny)
        fields: Mapping[str, NDArray[np.generic]] = model.fields
        index = block_indices(model, None)
        if blocks is not None:
            index = block_indices(model, blocks)
            tonnes, elevation = tonnes[index], elevation[index]
            fields = _Some(model.fields, index)
        bad = np.flatnonzero(~(tonnes >= 0))
        if len(bad):
            raise ModelError(
                f"a block has {tonnes[bad[0]]:g} tonnes",
                where=f"block {index[bad[0]]}",
                fix="density and rock_fraction must not be negative",
            )
        return cls(tonnes, elevation, fields, rock_field, index)

    @property
    def n(self) -> int:
        """Number of blocks."""
        return len(self.tonnes)

    def part(self, first: int, last: int) -> Blocks:
        """Blocks ``first`` to ``last - 1`` of these; arrays are shared."""
        here = slice(first, last)
        return Blocks(
            self.tonnes[here],
            self.elevation_m[here],
            _Some(self.fields, here),
            self.rock_field,
            self.index[here],
        )

    def field(self, name: str) -> _F8:
        """A numeric field, shape (n,), zero in air.

        Raises
        ------
        ModelError
            When the field is missing or holds text.
        """
        if name not in self.fields:
            raise ModelError(f"the block model has no field '{name}'", fix=hint(name, self.fields))
        values = self.fields[name]
        if values.dtype.kind not in "fiub":
            raise ModelError(f"field '{name}' holds text where numbers are needed")
        return np.where(self.tonnes > 0, np.asarray(values, np.float64), 0.0)

    def by_rock(self, table: Mapping[str, float], otherwise: float | None, what: str) -> _F8:
        """``table``'s value of each block's rock code, shape (n,).

        Codes are compared as text, or as numbers where the field is numeric.

        Raises
        ------
        ModelError
            When no rock field is named, a code of the table is no number where the field is
            numeric, or a block's code is not in the table and there is no ``otherwise``.
        """
        codes, rock = self.rock()
        looked_up = np.full(len(codes), np.nan if otherwise is None else float(otherwise))
        for key, value in table.items():
            looked_up[codes == rock_code(key, codes.dtype)] = value
        out = looked_up[rock]
        lost = np.flatnonzero(np.isnan(out) & (self.tonnes > 0))
        if len(lost):
            raise ModelError(
                f"{what} has no value for rock '{codes[rock[lost[0]]]}'",
                where=f"block {self.index[lost[0]]}",
                fix="add the code, or a value for all others",
            )
        return np.where(np.isnan(out), 0.0, out)

    def rock(self) -> tuple[NDArray[np.generic], NDArray[np.intp]]:
        """Distinct rock codes, and the position of each block's code among them.

        Raises
        ------
        ModelError
            When no rock field is named or the model lacks it.
        """
        if not self.rock_field:
            raise ModelError("values by rock code need rock codes", fix="name a rock_field")
        if self.rock_field not in self.fields:
            raise ModelError(
                f"the block model has no rock field '{self.rock_field}'",
                fix=hint(self.rock_field, self.fields),
            )
        values = self.fields[self.rock_field]
        if values.dtype.kind in "OS":
            values = values.astype(str)
        codes, place = np.unique(values, return_inverse=True)
        return codes, place


def block_indices(model: BlockModel, blocks: ArrayLike | None) -> NDArray[np.int64]:
    """``blocks`` as indices into a model, in their order, shape (k,); all blocks for ``None``.

    Raises
    ------
    ModelError
        When they are no list of whole numbers, or one is out of range.
    """
    if blocks is None:
        return np.arange(model.grid.n, dtype=np.int64)
    index = np.asarray(blocks)
    if index.ndim != 1 or index.dtype.kind not in "iu":
        raise ModelError("blocks must be a list of indices", fix="one whole number each")
    if len(index) and not (index.min() >= 0 and index.max() < model.grid.n):
        raise ModelError(f"a block is not among 0 to {model.grid.n - 1}")
    return index.astype(np.int64)


def rock_code(key: str, dtype: np.dtype[np.generic]) -> str | float:
    """A code as the rock field holds it: text, or a number.

    Raises
    ------
    ModelError
        When the field is numeric and the code is not.
    """
    if dtype.kind == "U":
        return key
    try:
        return float(key)
    except ValueError:
        raise ModelError(
            f"rock code '{key}' is no number, but the rock field holds numbers",
            fix="name the codes as the model does",
        ) from None


class _Some(Mapping[str, NDArray[np.generic]]):
    """Fields of some blocks, cut out when they are asked for."""

    def __init__(
        self, fields: Mapping[str, NDArray[np.generic]], index: NDArray[np.int64] | slice
    ) -> None:
        self._fields, self._index = fields, index

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self._fields[name][self._index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)
