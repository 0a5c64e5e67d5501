"""Conditional Gaussian fields on a grid: spectra by FFT, conditioning by kriged residuals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.random_field import GaussianField
from orefield.deposit.simulation.conditioning import (
    KrigingWeights,
    default_search,
    krige_weights,
    unit_sill,
)
from orefield.deposit.simulation.off_nodes import OffNodes
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import in_order, stream
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GridSimulation:
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
    weights : KrigingWeights or None
        Of data at nodes.
    off_nodes : OffNodes or None
        How the field is drawn at data that are no nodes.
    """

    grid: Grid
    amplitude: _F8
    nodes: _I8
    data: PlacedData | None = None
    weights: KrigingWeights | None = None
    off_nodes: OffNodes | None = None

    @classmethod
    def on(
        cls,
        grid: Grid,
        variogram: Variogram,
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
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
            Neighbours for kriging of residuals; see :func:`default_search`.
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
        model = unit_sill(variogram)
        amplitude = np.sqrt(GaussianField.on(grid, model, axes="world").power())
        inside = np.ones(grid.n, dtype=np.bool_) if simulated is None else simulated
        nodes = np.flatnonzero(inside)
        if data is None:
            return cls(grid, amplitude, nodes)
        chosen = search or default_search(model)
        targets = grid.centroids()[nodes]
        weights = krige_weights(targets, data.xyz_m, model, chosen, threads=threads)
        if not (weights.near >= 0).any():
            raise ModelError(
                f"none of {len(data)} data reaches a node",
                fix="widen the search, or check that grid and data lie in one place",
            )
        return cls(grid, amplitude, nodes, data, weights, OffNodes.of(grid, model, data))

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which of the simulated nodes have a datum in reach, shape (m,)."""
        if self.weights is None:
            return np.zeros(len(self.nodes), dtype=np.bool_)
        return np.asarray(self.weights.near[:, 0] >= 0)

    def pair(self, seed: int, number: int, scores: _F8 | None = None) -> _F8:
        """Realisations ``2 number`` and ``2 number + 1``, shape (2, n); 0 where not simulated.

        Parameters
        ----------
        seed, number : int
            They decide the noise.
        scores : ndarray of shape (d, 2), optional
            Scores of the data in the two, where they differ between realisations.
        """
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
        if self.data is not None and self.weights is not None:
            values = np.ascontiguousarray(whole[:, np.maximum(self.data.node, 0)].T)
            if self.off_nodes is not None:
                self.off_nodes.draw(whole, rng, values)
            known = self.data.scores[:, None] if scores is None else scores
            residuals = known - values
            self.weights.add(residuals, self.nodes, out)
        return out

    def realisations(
        self,
        count: int,
        seed: int,
        *,
        finish: Callable[[_F8], _F8] | None = None,
        threads: int = 1,
    ) -> Iterator[_F8]:
        """One realisation after the other, each of shape (n,), or as ``finish`` leaves it.

        Parameters
        ----------
        count : int
            Number of realisations. Fewer of them are the first of more.
        seed : int
            The same seed gives the same bytes, whatever the number of threads.
        finish : callable, optional
            Applied to each, in the threads: back-transform, reblocking.
        threads : int
            Pairs worked on at once.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        if count < 1:
            raise ModelError(f"{count} realisations", fix="give one or more")

        def two(number: int) -> list[_F8]:
            found = self.pair(seed, number)[: count - 2 * number]
            return [finish(one) if finish else one for one in found]

        for both in in_order(two, (count + 1) // 2, threads):
            yield from both
