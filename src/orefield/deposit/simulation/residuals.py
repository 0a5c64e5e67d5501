"""Kriged residuals at the nodes of a grid: weights are held, or made anew where they are many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.grid import Grid
from orefield.deposit.simulation.conditioning import KrigingWeights, Weigher
from orefield.deposit.simulation.placing import centres
from orefield.deposit.simulation.streams import chunks

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

MOST_HELD_BYTES = 2 << 30
"""Weights that take more than this are not kept: with 32 neighbours, those of 5.6 million nodes.
Made anew they take as long again for each batch of fields, and memory stays that of the fields."""
FIELDS_BYTES = 1 << 30
"""Fields that are conditioned together where weights are made anew, so that this is not often."""
_WEIGHT_BYTES = 12
_SLAB = 1 << 16
_PROBES = 500


@dataclass(frozen=True, eq=False)
class Residuals:
    """What adds kriged residuals to fields on nodes.

    Attributes
    ----------
    grid : Grid
    nodes : ndarray of shape (m,), int64
        Blocks whose centres get them.
    weigher : Weigher
        From the data.
    reached : ndarray of shape (m,), bool
        Nodes with a datum in reach.
    held : KrigingWeights or None
        Weights of all nodes, where they are few enough.
    """

    grid: Grid
    nodes: _I8
    weigher: Weigher
    reached: NDArray[np.bool_]
    held: KrigingWeights | None

    @classmethod
    def at(cls, grid: Grid, nodes: _I8, weigher: Weigher, threads: int = 1) -> Residuals:
        """Search for all nodes, and weigh them if weights can be held."""
        weigher.prepare(centres(grid, nodes[:: max(1, len(nodes) // _PROBES)]))
        size = (len(nodes), weigher.most)
        few = size[0] * size[1] * _WEIGHT_BYTES <= MOST_HELD_BYTES
        held = KrigingWeights(
            np.empty(size, dtype=np.int32), np.empty(size), np.empty(size[0])
        ) if few else None  # fmt: skip
        reached = np.empty(len(nodes), dtype=np.bool_)
        # slab by slab, so that places and the order of work take little memory
        for start, end in chunks(len(nodes), _SLAB):
            some = centres(grid, nodes[start:end])
            if held is None:
                reached[start:end] = weigher.near(some)[:, 0] >= 0
                continue
            found = weigher.at(some, threads)
            held.near[start:end], held.weights[start:end] = found.near, found.weights
            held.variance[start:end] = found.variance
            reached[start:end] = found.near[:, 0] >= 0
        return cls(grid, nodes, weigher, reached, held)

    @property
    def pairs(self) -> int:
        """Pairs of fields that are best conditioned together."""
        return 1 if self.held else max(1, FIELDS_BYTES // (16 * self.grid.n))

    def add(self, residuals: _F8, fields: _F8, threads: int = 1) -> None:
        """Krige residuals (d, f) of data, and add them to fields (f, n).

        The same bits whether weights are held or not, at any number of threads.
        """
        if self.held is not None:
            self.held.add(residuals, self.nodes, fields)
            return
        for start, end in chunks(len(self.nodes), _SLAB):
            some = self.nodes[start:end]

            def use(rows: _I8, weights: KrigingWeights, some: _I8 = some) -> None:
                weights.add(residuals, some[rows], fields)

            self.weigher.each(centres(self.grid, some), use, threads)
