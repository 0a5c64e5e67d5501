"""Kriging of residuals from all data at once, by the spectrum of the field itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, linalg

from orefield.core.grid import Grid
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import chunks, in_order

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

MOST_DATA = 3000
"""Covariances of more data than this are not factorised."""
LEAST_CONDITION = 1e-8
"""Below this reciprocal condition some data all but follow from others, and are better left out."""
_TELLS = 1e-3
"""A datum whose correlation with a node is less says nothing of it."""


@dataclass(frozen=True, eq=False)
class AllData:
    """What adds kriged residuals of data at nodes to fields on nodes.

    Simple kriging of residuals r from all data is ``C(x, data) b`` with ``C(data, data) b = r``:
    one factorisation, one solve a field, and one convolution of ``b`` with the covariance, which
    is a product of spectra (Dietrich and Newsam, 1996, Water Resources Research 32(6), from
    memory). No weights are kept, and no edge of a neighbourhood is left in the field.

    Attributes
    ----------
    amplitude : ndarray of shape (mz, my, mx)
        Square root of the field's spectrum.
    shape : (int, int, int)
        Of the grid, (nx, ny, nz).
    nodes : ndarray of shape (m,), int64
        Blocks whose centres get residuals.
    cells : tuple of ndarray of shape (d,), int64
        Indices of data: layer, row, column.
    factor : ndarray of shape (d, d)
        Lower Cholesky factor of the covariances among data.
    reached : ndarray of shape (m,), bool
        Nodes of which data tell something.
    """

    amplitude: _F8
    shape: tuple[int, int, int]
    nodes: _I8
    cells: tuple[_I8, _I8, _I8]
    factor: _F8
    reached: NDArray[np.bool_]

    @classmethod
    def at(cls, grid: Grid, amplitude: _F8, nodes: _I8, data: PlacedData) -> AllData | None:
        """``None`` for data that are too many, off the nodes, or all but follow from others."""
        if len(data) > MOST_DATA or (data.node < 0).any():
            return None
        layer, cell = np.divmod(data.node, grid.shape[0] * grid.shape[1])
        row, column = np.divmod(cell, grid.shape[0])
        cells = (layer, row, column)
        periodic = fft.ifftn(amplitude**2).real
        among = np.empty((len(data), len(data)))
        for start, end in chunks(len(data), 256):
            # lags below zero are at the far end of the period, as negative indices are
            lags = [axis[start:end, None] - axis for axis in cells]
            among[start:end] = periodic[lags[0], lags[1], lags[2]]
        factor, fault = linalg.lapack.dpotrf(among, lower=1)
        if fault:
            return None
        norm = np.abs(among).sum(axis=0).max()
        if linalg.lapack.dpocon(factor, norm, uplo="L")[0] < LEAST_CONDITION:
            return None
        ones = np.zeros(amplitude.shape)
        ones[cells] = 1.0
        near = fft.rfftn(ones) * fft.rfftn((np.abs(periodic) > _TELLS).astype(np.float64))
        nx, ny, nz = grid.shape
        told = fft.irfftn(near, s=amplitude.shape)[:nz, :ny, :nx].reshape(-1) > 0.5
        return cls(amplitude, grid.shape, nodes, cells, np.tril(factor), told[nodes])

    @property
    def pairs(self) -> int:
        """Pairs of fields that are best conditioned together."""
        return 1

    def add(self, residuals: _F8, fields: _F8, threads: int = 1) -> None:
        """Krige residuals (d, f) of data, and add them to fields (f, n), f even."""
        shares = linalg.cho_solve((self.factor, True), residuals)
        nx, ny, nz = self.shape

        def two(k: int) -> None:
            lattice = np.zeros(self.amplitude.shape, dtype=np.complex128)
            lattice[self.cells] = shares[:, 2 * k] + 1j * shares[:, 2 * k + 1]
            spectrum = fft.fftn(lattice, overwrite_x=True, workers=1)
            spectrum *= self.amplitude
            spectrum *= self.amplitude
            found = fft.ifftn(spectrum, overwrite_x=True, workers=1)
            kept = found[:nz, :ny, :nx].reshape(-1)[self.nodes]
            fields[2 * k, self.nodes] += kept.real
            fields[2 * k + 1, self.nodes] += kept.imag

        for _ in in_order(two, len(fields) // 2, threads):
            pass
