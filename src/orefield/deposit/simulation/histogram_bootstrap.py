"""Histograms that samples could as well have shown: what is not known of the distribution itself.

Normal scores take the samples' histogram for that of the deposit. It is one of those that samples
at these places could have had: their scores are drawn anew, correlated as the variogram says, and
the histogram of what was drawn takes the place of the samples' own in one realisation (spatial
bootstrap: Solow, 1985, Mathematical Geology 17(7); for histograms Journel and Bitanov, 2004; both
from memory). All of it happens between scores, so that repeated values and tails stay as they are
and samples are honoured exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.simulation.drawing import Finish, batches
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.streams import in_order
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Redrawn:
    """A rising map of scores under the samples' histogram to those under another.

    Between knots it is straight; beyond them it goes on with a slope of one.

    Attributes
    ----------
    before, after : ndarray of shape (k,)
        Scores under the samples' histogram, and under the other; both rising.
    """

    before: _F8
    after: _F8

    @classmethod
    def of(cls, drawn: _F8, weights: _F8) -> Redrawn:
        """The map for samples with scores ``drawn`` (m,) and weights (m,), positive."""
        order = np.argsort(drawn, kind="stable")
        knots, first = np.unique(drawn[order], return_index=True)
        mass = np.add.reduceat(weights[order], first)
        share = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
        return cls(knots, special.ndtri(share))

    def to(self, scores: _F8) -> _F8:
        """Scores (any shape) under the other histogram."""
        return _mapped(scores, self.before, self.after)

    def back(self, scores: _F8) -> _F8:
        """The inverse of :meth:`to`."""
        return _mapped(scores, self.after, self.before)


@dataclass(frozen=True, eq=False)
class HistogramBootstrap:
    """Draws a histogram for each realisation. Build it with :meth:`on`.

    Attributes
    ----------
    fields : GridSimulation
        Unconditional.
    node : ndarray of shape (m,), int64
        Nearest to each sample; samples beside the grid count at its rim.
    weights : ndarray of shape (m,)
        Declustering weights of the samples.
    """

    fields: GridSimulation
    node: _I8
    weights: _F8

    @classmethod
    def on(cls, grid: Grid, variogram: Variogram, xyz_m: _F8, weights: _F8) -> HistogramBootstrap:
        """Ready to draw.

        Parameters
        ----------
        grid : Grid
            Of the nodes.
        variogram : Variogram
            Of normal scores, sill 1.
        xyz_m : ndarray of shape (m, 3)
            Samples (m).
        weights : ndarray of shape (m,)
            Positive.

        Raises
        ------
        ModelError
            For fewer than two samples, weights that are not positive, and as
            :meth:`GridSimulation.on`.
        """
        if len(xyz_m) < 2:
            raise ModelError(
                "a histogram cannot be drawn anew from one sample",
                fix="give more samples, or take the histogram for known",
            )
        if weights.shape != (len(xyz_m),) or not (np.isfinite(weights) & (weights > 0)).all():
            raise ModelError("weights of samples are not one each, finite and positive")
        place = grid.to_local(np.asarray(xyz_m, dtype=np.float64)) / np.asarray(grid.size)
        last = np.asarray(grid.shape) - 1
        column, row, layer = np.clip(np.floor(place).astype(np.int64), 0, last).T
        node = (layer * grid.shape[1] + row) * grid.shape[0] + column
        return cls(GridSimulation.on(grid, variogram), node, weights)

    def pair(self, seed: int, number: int) -> tuple[Redrawn, Redrawn]:
        """The maps of realisations ``2 number`` and ``2 number + 1``."""
        own = int(np.random.SeedSequence(seed, spawn_key=(11,)).generate_state(1, np.uint64)[0])
        first, second = self.fields.pair(own, number)[:, self.node]
        return Redrawn.of(first, self.weights), Redrawn.of(second, self.weights)

    def realisations(
        self,
        simulation: GridSimulation,
        count: int,
        seed: int,
        *,
        finish: Finish | None = None,
        threads: int = 1,
    ) -> Iterator[_F8]:
        """Realisations of a conditional simulation, each under a histogram of its own.

        They come back under the samples' histogram: what takes scores to values takes them too.

        Parameters
        ----------
        simulation : GridSimulation
            On the same grid, with data.
        count, seed, finish, threads
            As :meth:`Drawing.realisations` takes them.

        Raises
        ------
        ModelError
            For less than one realisation, or a simulation without data.
        """
        if simulation.data is None:
            raise ModelError("a simulation without data has no histogram to draw anew")
        scores = simulation.data.scores
        parts = batches(count, 2)

        def two(k: int) -> list[_F8]:
            number, wanted = parts[k]
            maps = self.pair(seed, number)
            known = np.column_stack([redrawn.to(scores) for redrawn in maps])
            fields = simulation.pair(seed, number, known)[:wanted]
            found = [m.back(field) for m, field in zip(maps, fields, strict=False)]
            return [finish(one) if finish else one for one in found]

        for both in in_order(two, len(parts), threads):
            yield from both


def _mapped(scores: _F8, before: _F8, after: _F8) -> _F8:
    y = np.asarray(scores, dtype=np.float64)
    out = np.interp(y, before, after)
    out = np.where(y < before[0], y + (after[0] - before[0]), out)
    return np.asarray(np.where(y > before[-1], y + (after[-1] - before[-1]), out))
