"""Members of blocks within reach of what was seen, as the filter changes them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.updating.anamorphosis import AS_THEY_ARE, Anamorphosis
from orefield.deposit.updating.localisation import Reach
from orefield.kernels.assimilation import mark_reach, predict, within_reach

_F4 = NDArray[np.float32]
_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(eq=False)
class Ensemble:
    """Realisations of some blocks of a grid, as Gaussian scores.

    Attributes
    ----------
    grid : Grid
    blocks : int64 array, shape (b,)
        Blocks held, as flat indices, rising.
    state : float32 array, shape (b, r)
        Their scores in each member; changed in place.
    curve : Anamorphosis
        From scores to grades.
    """

    grid: Grid
    blocks: _I8
    state: _F4
    curve: Anamorphosis = AS_THEY_ARE
    touched: NDArray[np.bool_] = field(init=False)
    """Blocks that an update has moved, shape (b,)."""
    row_of: NDArray[np.int32] = field(init=False)
    """Row of each block of the grid in ``state``, -1 where it has none, shape (n,)."""

    def __post_init__(self) -> None:
        if self.state.ndim != 2 or len(self.state) != len(self.blocks):
            raise ModelError(
                f"{len(self.blocks):,} blocks have members of shape {self.state.shape}"
            )
        if self.members < 2:
            raise ModelError(
                "an ensemble of one has no spread to learn from",
                fix="give at least two realisations; fifty and more are usual",
            )
        if not np.isfinite(self.state).all():
            raise ModelError("a realisation holds a grade that is not finite")
        self.touched = np.zeros(len(self.blocks), dtype=np.bool_)
        self.row_of = np.full(self.grid.n, -1, dtype=np.int32)
        self.row_of[self.blocks] = np.arange(len(self.blocks), dtype=np.int32)
        self._best = np.zeros(len(self.blocks), dtype=np.float32)
        self._rows = np.zeros(len(self.blocks), dtype=np.int64)

    @classmethod
    def of_grades(
        cls,
        grid: Grid,
        grades: NDArray[np.floating],
        curve: Anamorphosis = AS_THEY_ARE,
        blocks: _I8 | None = None,
    ) -> Ensemble:
        """Of grades, shape (r, b): one row a realisation, one column a block.

        Parameters
        ----------
        grid : Grid
            Of the blocks.
        grades : float array, shape (r, b)
            Finite.
        curve : Anamorphosis
            From scores to grades.
        blocks : int64 array, shape (b,), optional
            Blocks that the columns are of; all of the grid by default.

        Raises
        ------
        ModelError
            When there is one realisation only, shapes do not fit, or a grade is not finite.
        """  # fmt: skip
        at = np.arange(grid.n) if blocks is None else np.asarray(blocks, dtype=np.int64)
        if grades.ndim != 2:
            raise ModelError(f"realisations have shape {grades.shape}, (members, blocks) is needed")
        state = np.empty((grades.shape[1], grades.shape[0]), dtype=np.float32)
        for r, row in enumerate(grades):
            state[:, r] = curve.scores(row)
        return cls(grid, at, state, curve)

    @property
    def members(self) -> int:
        """Number of realisations."""
        return int(self.state.shape[1])

    def grades(self, member: int) -> _F8:
        """Grades of one realisation, shape (b,)."""
        return self.curve.grades(self.state[:, member])

    def rows(self, blocks: _I8) -> _I8:
        """Rows of blocks in the state.

        Raises
        ------
        ModelError
            For a block that is not held.
        """
        inside = (blocks >= 0) & (blocks < self.grid.n)
        found = np.where(inside, self.row_of[np.where(inside, blocks, 0)], -1).astype(np.int64)
        if (found < 0).any():
            bad = int(blocks[np.flatnonzero(found < 0)[0]])
            raise ModelError(f"block {bad} is not among those to be updated")
        return found

    def predicted(self, blocks: _I8, shares: _F8) -> _F8:
        """Grade of a mixture in every member, shape (r,)."""
        curve = self.curve
        return predict(
            self.state, self.rows(blocks), shares, curve.table, curve.low, curve.step
        )  # fmt: skip

    def reached(self, blocks: _I8, reach: Reach) -> tuple[_I8, _F4]:
        """Rows within reach of any of some blocks, and the taper of each."""
        if reach.is_everywhere:
            every = np.arange(len(self.blocks), dtype=np.int64)
            return every, np.ones(len(every), dtype=np.float32)
        shape = np.asarray(self.grid.shape, dtype=np.int64)
        count = within_reach(
            cells(self.grid, blocks), reach.offsets, reach.tapers, shape, self.row_of,
            self._best, self._rows,
        )  # fmt: skip
        rows = self._rows[:count].copy()
        tapers = self._best[rows]
        self._best[rows] = 0.0
        return rows, tapers


def cells(grid: Grid, blocks: _I8) -> _I8:
    """Blocks as indices along x, y and z, shape (k, 3)."""
    nx, ny, _ = grid.shape
    layer, cell = np.divmod(np.asarray(blocks, dtype=np.int64), nx * ny)
    row, column = np.divmod(cell, nx)
    return np.column_stack([column, row, layer]).astype(np.int64)


def blocks_within_reach(grid: Grid, blocks: _I8, reach: Reach) -> _I8:
    """All blocks within reach of any of ``blocks``, rising: those that an update may move."""
    if reach.is_everywhere:
        return np.arange(grid.n, dtype=np.int64)
    marked = np.zeros(grid.n, dtype=np.bool_)
    shape = np.asarray(grid.shape, dtype=np.int64)
    mark_reach(cells(grid, np.unique(blocks)), reach.offsets, shape, marked)
    return np.flatnonzero(marked).astype(np.int64)
