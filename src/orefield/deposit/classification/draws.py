"""Realisations of one grade as blocks of a model see them, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.realisations import RealisationSource, grid_of, known

_F8 = NDArray[np.float64]


class Draws(Protocol):
    """Realisations of a grade on blocks: an array of shape (r, n), or :class:`BlockDraws`.

    NaN where nothing was simulated.
    """

    def __len__(self) -> int:
        """Number of realisations."""

    def __getitem__(self, index: int, /) -> NDArray[np.floating]:
        """One realisation, shape (n,)."""


@dataclass(frozen=True, eq=False)
class BlockDraws:
    """Realisations of one variable on a grid: their own, or a coarser one.

    On a coarser grid a block's value is the mean of the nodes whose centres lie in it.

    Parameters
    ----------
    source : RealisationSource
    name : str
        The variable.
    grid : Grid
        Of the blocks asked for.

    Raises
    ------
    ModelError
        When realisations are at points, lack the variable, share no block with ``grid``, or are
        coarser than it.
    """

    source: RealisationSource
    name: str
    grid: Grid
    block: NDArray[np.int64] = field(init=False)
    nodes: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        own = grid_of(self.source)
        known(self.name, self.source.names)
        block = np.zeros(0, dtype=np.int64)
        nodes = np.zeros(0, dtype=np.int64)
        if own != self.grid:
            if own.block_volume_m3 > self.grid.block_volume_m3 * (1 + 1e-9):
                raise ModelError(
                    f"realisations are of blocks of {own.size} m, larger than the model's "
                    f"{self.grid.size} m",
                    fix="simulate on the model's grid or a finer one",
                )
            block = np.where(self.source.simulated, self.grid.locate(own.centroids()), -1)
            inside = block >= 0
            if not inside.any():
                raise ModelError(
                    "realisations lie nowhere in the model's grid",
                    fix="check that both have the same origin and coordinates",
                )
            nodes = np.bincount(block[inside], minlength=self.grid.n)
        object.__setattr__(self, "block", block)
        object.__setattr__(self, "nodes", nodes)

    def __len__(self) -> int:
        return self.source.count

    def __getitem__(self, index: int, /) -> _F8:
        values = self.source.of(self.name, index).astype(np.float64)
        if not self.block.size:
            values[~self.source.simulated] = np.nan
            return values
        inside = self.block >= 0
        sums = np.bincount(self.block[inside], values[inside], minlength=self.grid.n)
        out = np.full(self.grid.n, np.nan)
        np.divide(sums, self.nodes, out=out, where=self.nodes > 0)
        return out
