"""Sequential Gaussian simulation on the nodes of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.conditioning import prepared
from orefield.deposit.simulation.drawing import Drawing
from orefield.deposit.simulation.paths import Steps, path_of
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import stream
from orefield.deposit.variogram import Variogram
from orefield.kernels.sequential_nodes import sequential_gaussian

_F8 = NDArray[np.float64]
PER_PATH = 10
"""Realisations that share a path, and so the weights; each path is another."""


@dataclass(frozen=True, eq=False)
class SequentialGaussian(Drawing):
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
    per_path : int
        Realisations that share a path and its weights.
    """

    grid: Grid
    variogram: Variogram
    nodes: NDArray[np.int64]
    data: PlacedData | None
    steps: Steps
    most: int
    unseen: int
    per_path: int = PER_PATH

    @classmethod
    def on(
        cls,
        grid: Grid,
        variogram: Variogram,
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
        simulated: NDArray[np.bool_] | None = None,
        per_path: int = PER_PATH,
    ) -> SequentialGaussian:
        """Ready to draw.

        Parameters
        ----------
        grid, variogram, data, search, simulated
            As :meth:`GridSimulation.on` takes them; the search is among data and nodes, its caps
            by hole and octant are not used.
        per_path : int
            Realisations that share a path and its weights; 1 for a path each.

        Raises
        ------
        ModelError
            When the sill is not 1, no datum is at a node, or no node is in reach of another.
        """
        model, chosen, nodes = prepared(grid, variogram, search, simulated)
        unseen = 0 if data is None else int((data.node < 0).sum())
        if data is not None and unseen == len(data):
            raise ModelError(
                f"none of {len(data)} data is at a node",
                fix="let data move to nodes, and check that grid and data lie in one place",
            )
        steps = Steps.of(grid, chosen)
        return cls(grid, model, nodes, data, steps, chosen.max_samples, unseen, per_path)

    @property
    def batch_size(self) -> int:
        """Realisations that share a path."""
        return self.per_path

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
