"""Sequential Gaussian simulation on the nodes of a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.conditioning import default_search, unit_sill
from orefield.deposit.simulation.paths import Steps, batches, path_of
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import in_order, stream
from orefield.deposit.variogram import Variogram
from orefield.kernels.sequential_nodes import sequential_gaussian

_F8 = NDArray[np.float64]
PER_PATH = 10
"""Realisations that share a path, and so the weights; each path is another."""


@dataclass(frozen=True, eq=False)
class SequentialGaussian:
    """Realisations drawn node by node, each given data and nodes before it.

    Build it with :meth:`on`. Data condition at nodes alone: a datum outside the grid, or one
    that stays off the nodes, is not seen. (Deutsch and Journel, GSLIB, 1998, section V.2.)

    Attributes
    ----------
    grid : Grid
    variogram : Variogram
    nodes : ndarray of shape (m,), int64
    data : PlacedData or None
    steps : Steps
    most : int
        Neighbours at most, data and nodes together.
    unseen : int
        Data that are at no node.
    """

    grid: Grid
    variogram: Variogram
    nodes: NDArray[np.int64]
    data: PlacedData | None
    steps: Steps
    most: int
    unseen: int

    @classmethod
    def on(
        cls,
        grid: Grid,
        variogram: Variogram,
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
        simulated: NDArray[np.bool_] | None = None,
    ) -> SequentialGaussian:
        """Ready to draw.

        Parameters
        ----------
        grid, variogram, data, search, simulated
            As :meth:`GridSimulation.on` takes them; the search is among data and nodes, its caps
            by hole and octant are not used.

        Raises
        ------
        ModelError
            When the sill is not 1, no datum is at a node, or no node is in reach of another.
        """
        model = unit_sill(variogram)
        chosen = search or default_search(model)
        inside = np.ones(grid.n, dtype=np.bool_) if simulated is None else simulated
        unseen = 0 if data is None else int((data.node < 0).sum())
        if data is not None and unseen == len(data):
            raise ModelError(
                f"none of {len(data)} data is at a node",
                fix="let data move to nodes, and check that grid and data lie in one place",
            )
        steps = Steps.of(grid, chosen)
        return cls(grid, model, np.flatnonzero(inside), data, steps, chosen.max_samples, unseen)

    def batch(self, seed: int, number: int, count: int) -> _F8:
        """Realisations that share path ``number``, shape (count, n); 0 where not simulated."""
        path = path_of(self.grid, self.nodes, seed, number)
        known = np.zeros(self.grid.n, dtype=np.bool_)
        values = np.zeros((self.grid.n, count))
        if self.data is not None:
            at = self.data.node >= 0
            known[self.data.node[at]] = True
            values[self.data.node[at]] = self.data.scores[at, None]
        # a stream a realisation, so that fewer of them are the first of more
        noise = np.column_stack(
            [stream(seed, 3, number, k).standard_normal(path.size) for k in range(count)]
        )
        sequential_gaussian(
            path, np.asarray(self.grid.shape), self.steps.cells, self.steps.lags_m, known,
            self.most, noise, *self.variogram.packed(), values,
        )  # fmt: skip
        out = np.zeros((count, self.grid.n))
        out[:, self.nodes] = values[self.nodes].T
        return out

    def realisations(
        self,
        count: int,
        seed: int,
        *,
        finish: Callable[[_F8], _F8] | None = None,
        threads: int = 1,
        per_path: int = PER_PATH,
    ) -> Iterator[_F8]:
        """One realisation after the other, shape (n,), or as ``finish`` leaves it.

        Parameters
        ----------
        count, seed, finish, threads
            As :meth:`GridSimulation.realisations` takes them.
        per_path : int
            Realisations that share a path and its weights; 1 for a path each.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        parts = batches(count, per_path)

        def some(k: int) -> list[_F8]:
            found = self.batch(seed, *parts[k])
            return [finish(one) if finish else one for one in found]

        for several in in_order(some, len(parts), threads):
            yield from several
