"""What drilling is to make known: weighted sums of grades over blocks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.support import Support
from orefield.deposit.variogram import Variogram
from orefield.kernels.drilling import averaged_covariances, sum_variances, target_covariances

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

_ROWS = 64
"""Points that a thread works on at once."""

_MOST_PAIRS = 300_000_000
"""Pairs of blocks summed one by one; with more, a Fourier transform is quicker."""


@dataclass(frozen=True, eq=False)
class Targets:
    """Sums ``M = sum of w_b Z_b`` over blocks of a grid, several of them.

    Attributes
    ----------
    grid : Grid
    blocks : int64 array, shape (m,)
        Blocks that are in any sum.
    starts, which, weights : arrays of shape (m + 1,), (e,), (e,)
        Block ``b`` is in the sums ``which[starts[b]:starts[b + 1]]`` with these weights.
    names : tuple of str
        Of the sums; their number is q.
    """

    grid: Grid
    blocks: _I8
    starts: _I8
    which: _I8
    weights: _F8
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def of_fields(cls, grid: Grid, fields: Mapping[str, _F8]) -> Targets:
        """One sum a field of weights, shape (n,): blocks of weight zero are left out.

        Raises
        ------
        ModelError
            For weights that are not finite or do not fit, or a field without any.
        """
        if not fields:
            raise ModelError("there is no field of weights", fix="give one or more")
        parts = []
        for q, (name, given) in enumerate(fields.items()):
            weights = _checked(grid, name, given)
            own = np.flatnonzero(weights)
            if not own.size:
                raise ModelError(
                    f"'{name}' has no block with weight: the region is empty",
                    fix="check the region, the cut-off and the field of weights",
                )
            parts.append((own, np.full(len(own), q), weights[own]))
        block, which, weight = (np.concatenate(found) for found in zip(*parts, strict=True))
        return cls._of_entries(grid, block, which, weight, tuple(fields))

    @classmethod
    def of_volumes(cls, grid: Grid, of_block: NDArray[np.integer], weights: _F8) -> Targets:
        """One sum a volume of blocks of a grid.

        Parameters
        ----------
        grid : Grid
            Of the blocks.
        of_block : int array, shape (n,)
            Volume of each block, from 0 without a gap; -1 for none.
        weights : ndarray of shape (n,)
            Of the blocks.

        Raises
        ------
        ModelError
            As :meth:`of_fields`.
        """
        weight = _checked(grid, "weights of volumes", weights)
        of = np.asarray(of_block)
        if of.shape != (grid.n,):
            raise ModelError(f"{of.shape} blocks have a volume, the grid has {grid.n:,}")
        own = np.flatnonzero((of >= 0) & (weight != 0))
        if not own.size:
            raise ModelError("no block is in a volume: the region is empty")
        count = int(of.max()) + 1
        names = tuple(str(v + 1) for v in range(count))
        return cls._of_entries(grid, own, of[own].astype(np.int64), weight[own], names)

    @classmethod
    def _of_entries(
        cls, grid: Grid, block: _I8, which: _I8, weights: _F8, names: tuple[str, ...]
    ) -> Targets:
        order = np.lexsort((which, block))
        blocks, counts = np.unique(block, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(
            grid, blocks.astype(np.int64), starts, which[order].astype(np.int64),
            np.ascontiguousarray(weights[order]), names,
        )  # fmt: skip

    def centres(self) -> _F8:
        """Middles of the blocks (m), shape (m, 3)."""
        if len(self.blocks) == self.grid.n:
            return self.grid.centroids()
        return self.grid.to_world((self._cells(self.blocks) + 0.5) * np.asarray(self.grid.size))

    def totals(self) -> _F8:
        """Sum of the weights of each, shape (q,)."""
        found = np.bincount(self.which, self.weights, minlength=len(self))
        return np.asarray(found, dtype=np.float64)

    def _cells(self, blocks: _I8) -> _I8:
        nx, ny, _ = self.grid.shape
        layer, cell = np.divmod(blocks, nx * ny)
        row, column = np.divmod(cell, nx)
        return np.column_stack([column, row, layer])

    def cells(self) -> _I8:
        """Places of the blocks (x, y, z) in the box around them, shape (m, 3)."""
        found = self._cells(self.blocks)
        return np.asarray(found - found.min(axis=0))

    def covariances(self, places_m: _F8, variogram: Variogram, support: Support) -> _F8:
        """Covariances of points (n, 3) with the sums, shape (n, q); equal points are done once."""
        packed = variogram.packed()
        centres = self.centres()
        middle = centres.mean(axis=0)
        # holes of several lengths from one collar share most of their samples
        places, back = np.unique(places_m, axis=0, return_inverse=True)
        places = np.ascontiguousarray(places - middle)
        others = np.ascontiguousarray((centres - middle).T)
        out = np.zeros((len(places), len(self)))

        def work(start: int) -> None:
            rows = slice(start, start + _ROWS)
            target_covariances(
                places[rows], others, support.offsets_m, self.starts, self.which, self.weights,
                packed.kinds, packed.sills, packed.transforms, packed.tables, out[rows],
            )  # fmt: skip

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(work, range(0, len(places), _ROWS)))
        return np.asarray(out[back.ravel()])

    def variances(self, variogram: Variogram, support: Support) -> _F8:
        """Variances of the sums before any sample, shape (q,): exact, by pairs or by FFT."""
        table = block_covariances(self.grid, self.cells().max(axis=0) + 1, variogram, support)
        return self.by_lag(table)

    def by_lag(self, table: _F8, values: _F8 | None = None) -> _F8:
        """Variances of the sums where the covariance of two blocks is a table by lag.

        Parameters
        ----------
        table : ndarray of shape (2 bz - 1, 2 by - 1, 2 bx - 1)
            For the box of the blocks; its middle is lag zero.
        values : ndarray of shape (m,), optional
            Further factors of the blocks' weights.
        """
        cells = self.cells()
        entry = np.repeat(np.arange(len(self.blocks)), np.diff(self.starts))
        weights = self.weights if values is None else self.weights * values[entry]
        order = np.argsort(self.which, kind="stable")
        counts = np.bincount(self.which, minlength=len(self)).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        out = np.zeros(len(self))
        if float((counts.astype(np.float64) ** 2).sum()) <= _MOST_PAIRS:
            own = np.ascontiguousarray(cells[entry[order]])
            sum_variances(own, starts, np.ascontiguousarray(weights[order]), table, out)
            return out
        spread = _Spread(table)
        for q in range(len(self)):
            rows = order[starts[q] : starts[q + 1]]
            field = spread.field(cells[entry[rows]], weights[rows])
            out[q] = float((field * spread.of(field)).sum())
        return out

    def covariance_matrix(self, variogram: Variogram, support: Support) -> _F8:
        """Covariances of the sums with each other before any sample, shape (q, q): by FFT."""
        cells = self.cells()
        table = block_covariances(self.grid, cells.max(axis=0) + 1, variogram, support)
        spread = _Spread(table)
        entry = np.repeat(np.arange(len(self.blocks)), np.diff(self.starts))
        out = np.empty((len(self), len(self)))
        x, y, z = cells[entry].T
        for q in range(len(self)):
            rows = np.flatnonzero(self.which == q)
            felt = spread.of(spread.field(cells[entry[rows]], self.weights[rows]))[z, y, x]
            out[q] = np.bincount(self.which, self.weights * felt, minlength=len(self))
        return 0.5 * (out + out.T)


class _Spread:
    """Sums over blocks with the covariance to every other block, by FFT."""

    def __init__(self, table: _F8) -> None:
        self._shape = tuple(k // 2 + 1 for k in table.shape)
        self._size = [fft.next_fast_len(int(k), real=True) for k in table.shape]
        self._spectrum = fft.rfftn(fft.ifftshift(_centred(table, self._size)))

    def field(self, cells: _I8, weights: _F8) -> _F8:
        """Weights (e,) at cells (e, 3) as an array of the box, each cell once."""
        out = np.zeros(self._shape)
        x, y, z = cells.T
        out[z, y, x] = weights
        return out

    def of(self, field: _F8) -> _F8:
        """Covariance of every block with the sum."""
        a, b, c = self._shape
        found = fft.irfftn(fft.rfftn(field, self._size) * self._spectrum, self._size)
        return np.asarray(found[:a, :b, :c])


def _centred(table: _F8, size: Sequence[int]) -> _F8:
    """A table by lag within zeros, its middle where ``ifftshift`` looks for zero."""
    out = np.zeros(size)
    at = [n // 2 - k // 2 for n, k in zip(size, table.shape, strict=True)]
    inside = tuple(slice(a, a + k) for a, k in zip(at, table.shape, strict=True))
    out[inside] = table
    return out


def block_covariances(
    grid: Grid, box: NDArray[np.integer], variogram: Variogram, support: Support
) -> _F8:
    """Covariance of two blocks by lag, without the nugget: (2 bz - 1, 2 by - 1, 2 bx - 1).

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    box : int array, shape (3,)
        Blocks along x, y, z.
    variogram : Variogram
        Of points.
    support : Support
        Points of a block.
    """
    steps, counts = _steps(support.offsets_m)
    axes = [np.arange(-(int(n) - 1), int(n)) * s for n, s in zip(box, grid.size, strict=True)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    lags = grid.to_world(np.column_stack([x.ravel(), y.ravel(), z.ravel()])) - grid.origin
    packed = variogram.packed()
    out = np.empty(len(lags))
    averaged_covariances(
        np.ascontiguousarray(lags), steps, counts / counts.sum(),
        packed.kinds, packed.sills, packed.transforms, packed.tables, out,
    )  # fmt: skip
    return out.reshape(z.shape)


def _steps(offsets: _F8) -> tuple[_F8, _F8]:
    """Differences between the points of two blocks, and how often each occurs."""
    every = (offsets[:, None] - offsets[None]).reshape(-1, 3)
    _, first, counts = np.unique(np.round(every, 6), axis=0, return_index=True, return_counts=True)
    return np.ascontiguousarray(every[first]), counts.astype(np.float64)


def _checked(grid: Grid, name: str, values: _F8) -> _F8:
    weights = np.asarray(values, dtype=np.float64)
    if weights.shape != (grid.n,):
        raise ModelError(f"'{name}' has shape {weights.shape}, the grid {grid.n:,} blocks")
    if not np.isfinite(weights).all():
        bad = int(np.flatnonzero(~np.isfinite(weights))[0])
        raise ModelError(
            f"'{name}' is not finite", where=f"block {bad}", fix="a block without weight has 0"
        )
    if (weights < 0).any():
        bad = int(np.flatnonzero(weights < 0)[0])
        raise ModelError(f"'{name}' is negative", where=f"block {bad}", fix="give 0 or more")
    return weights
