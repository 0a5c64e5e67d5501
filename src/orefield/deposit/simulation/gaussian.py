"""Conditional Gaussian fields on a grid: spectra by FFT, conditioning by kriged residuals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.random_field import GaussianField
from orefield.deposit.simulation.all_data import AllData
from orefield.deposit.simulation.conditioning import Weigher, prepared
from orefield.deposit.simulation.drawing import Drawing, Finish, batches
from orefield.deposit.simulation.off_nodes import OffNodes
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.residuals import Residuals
from orefield.deposit.simulation.streams import in_order, stream
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GridSimulation(Drawing):
    """Realisations of a Gaussian field on the nodes of a grid, with or without data.

    Build it with :meth:`on`; it serves any number of realisations, of any seed.

    Two realisations come of one complex transform, of white noise times the square root of the
    spectrum: real and imaginary part are independent. The nugget is part of the spectrum. At data
    that are not nodes the unconditional field is drawn given the nodes and data around them
    (after Dietrich and Newsam, 1996, Water Resources Research 32(6), from memory; in neighbourhoods
    here), so that residuals are kriged from where data truly are.

    Attributes
    ----------
    grid : Grid
    amplitude : ndarray of shape (mz, my, mx)
        Square root of the spectrum.
    nodes : ndarray of shape (m,), int64
        Blocks that are simulated.
    data : PlacedData or None
    kriged : AllData, Residuals or None
        Residuals of data, at nodes.
    off_nodes : OffNodes or None
        How the field is drawn at data that are no nodes.
    """

    grid: Grid
    amplitude: _F8
    nodes: _I8
    data: PlacedData | None = None
    kriged: AllData | Residuals | None = None
    off_nodes: OffNodes | None = None

    @classmethod
    def on(
        cls,
        grid: Grid,
        variogram: Variogram,
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
        hole: NDArray[np.int32] | None = None,
        simulated: NDArray[np.bool_] | None = None,
        threads: int = 1,
    ) -> GridSimulation:
        """Spectrum, weights and all that is the same for every realisation.

        Parameters
        ----------
        grid : Grid
            Its block centres are the nodes.
        variogram : Variogram
            Of normal scores: its sill is 1, or near.
        data : PlacedData, optional
            As :func:`place_data` makes them; none for unconditional fields.
        search : Search, optional
            Neighbours for kriging of residuals. Left out, all data at once where these are at
            nodes, not too many and none follows from others (:class:`AllData`); else the nearest
            (:func:`default_search`).
        hole : ndarray of shape (d,), int, optional
            Of the data, for a search that counts by hole; each its own when left out.
        simulated : ndarray of shape (n,), bool, optional
            Blocks that are of interest; all when left out.
        threads : int
            Does not change the result.

        Raises
        ------
        ModelError
            When the sill is not 1, the variogram has no spectrum on the grid, or no datum
            reaches any node.
        """
        model, chosen, nodes = prepared(grid, variogram, search, simulated)
        amplitude = np.sqrt(GaussianField.on(grid, model, axes="world").power())
        if data is None:
            return cls(grid, amplitude, nodes)
        kriged: AllData | Residuals | None = None
        if search is None:
            kriged = AllData.at(grid, amplitude, nodes, data)
        if kriged is None:
            kriged = Residuals.at(grid, nodes, Weigher(data.xyz_m, model, chosen, hole), threads)
        if not kriged.reached.any():
            raise ModelError(
                f"none of {len(data)} data reaches a node",
                fix="widen the search, or check that grid and data lie in one place",
            )
        return cls(grid, amplitude, nodes, data, kriged, OffNodes.of(grid, model, data))

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which of the simulated nodes have a datum in reach, shape (m,)."""
        if self.kriged is None:
            return np.zeros(len(self.nodes), dtype=np.bool_)
        return self.kriged.reached

    def pair(self, seed: int, number: int, scores: _F8 | None = None) -> _F8:
        """Realisations ``2 number`` and ``2 number + 1``, shape (2, n); 0 where not simulated.

        Parameters
        ----------
        seed, number : int
            They decide the noise.
        scores : ndarray of shape (d, 2), optional
            Scores of the data in the two, where they differ between realisations.
        """
        fields, residuals = self._free(seed, number, scores)
        if self.kriged is not None:
            self.kriged.add(residuals, fields)
        return fields

    def _free(self, seed: int, number: int, scores: _F8 | None = None) -> tuple[_F8, _F8]:
        """A pair before it is conditioned, shape (2, n), and what it lacks at data, (d, 2)."""
        rng = stream(seed, 0, number)
        mz, my, mx = self.amplitude.shape
        noise = rng.standard_normal((mz, my, 2 * mx)).view(np.complex128)
        noise *= self.amplitude
        field = fft.ifftn(noise, norm="ortho", overwrite_x=True, workers=1)
        nx, ny, nz = self.grid.shape
        kept = field[:nz, :ny, :nx].reshape(-1)
        whole = np.stack([kept.real, kept.imag])
        out = np.zeros_like(whole)
        out[:, self.nodes] = whole[:, self.nodes]
        if self.data is None:
            return out, np.zeros((0, 2))
        values = np.ascontiguousarray(whole[:, np.maximum(self.data.node, 0)].T)
        if self.off_nodes is not None:
            self.off_nodes.draw(whole, rng, values)
        known = self.data.scores[:, None] if scores is None else scores
        return out, known - values

    @property
    def batch_size(self) -> int:
        """Two, the real and the imaginary part of one transform; more where weights cost more."""
        return 2 * (self.kriged.pairs if self.kriged else 1)

    def batch(self, seed: int, number: int, count: int, threads: int = 1) -> _F8:
        """The first ``count`` realisations of batch ``number``, shape (count, n)."""
        pairs = math.ceil(count / 2)
        first = number * self.batch_size // 2
        if pairs == 1:
            return self.pair(seed, first)[:count]
        fields = np.empty((2 * pairs, self.grid.n))
        residuals = np.empty((0 if self.data is None else len(self.data), 2 * pairs))

        def one(k: int) -> None:
            both = slice(2 * k, 2 * k + 2)
            fields[both], residuals[:, both] = self._free(seed, first + k)

        for _ in in_order(one, pairs, threads):
            pass
        if self.kriged is not None:
            self.kriged.add(residuals, fields, threads)
        return fields[:count]

    def realisations(
        self, count: int, seed: int, *, finish: Finish | None = None, threads: int = 1
    ) -> Iterator[_F8]:
        """As :meth:`Drawing.realisations`; batches of many fields come one after the other.

        Each then has all the threads, so that no more fields than it has are in memory.
        """
        if self.batch_size == 2:
            yield from super().realisations(count, seed, finish=finish, threads=threads)
            return
        for number, some in batches(count, self.batch_size):
            fields = self.batch(seed, number, some, threads)

            def one(k: int, fields: _F8 = fields) -> _F8:
                return finish(fields[k]) if finish else fields[k]

            yield from in_order(one, some, threads)
