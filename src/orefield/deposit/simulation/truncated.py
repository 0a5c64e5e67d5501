"""Truncated Gaussian simulation: categories in an order, as slices of one Gaussian field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.estimation.neighbours import SampleIndex, Targets
from orefield.deposit.estimation.search import Search
from orefield.deposit.simulation.conditioning import KrigingWeights, prepared, weigh
from orefield.deposit.simulation.drawing import batches
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.indicators import checked_proportions
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import chunks, in_order, stream
from orefield.deposit.variogram import Variogram
from orefield.kernels.gaussian_slices import gibbs_sweep

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]
SWEEPS = 100
"""Rounds of the Gibbs sampler before its state is taken."""
_CHAINS = 16
"""Chains that are swept together, by one thread."""
_LEAST_VARIANCE = 1e-12
"""Left to a datum that others settle, so that it can still be drawn."""


@dataclass(frozen=True, eq=False)
class TruncatedGaussian:
    """Realisations of categories that follow each other in one order, as strata do.

    Build it with :meth:`on`. At data, a Gibbs sampler draws Gaussian values that lie within the
    slices of their categories; they condition a field, which is sliced by the proportions.
    (Matheron and others, 1987, SPE 16753; Armstrong and others, Plurigaussian Simulations in
    Geosciences, 2011; from memory.)

    Attributes
    ----------
    field : GridSimulation
    categories : tuple of str
    thresholds : ndarray of shape (1, k - 1) or (n, k - 1)
    low, high : ndarray of shape (d,)
        Slice of each datum.
    others : KrigingWeights or None
        Each datum from those round it.
    """

    field: GridSimulation
    categories: tuple[str, ...]
    thresholds: _F8
    low: _F8
    high: _F8
    others: KrigingWeights | None

    @classmethod
    def on(
        cls,
        grid: Grid,
        categories: Sequence[str],
        proportions: _F8,
        variogram: Variogram,
        data: PlacedData | None = None,
        *,
        search: Search | None = None,
        simulated: NDArray[np.bool_] | None = None,
        threads: int = 1,
    ) -> TruncatedGaussian:
        """Ready to draw.

        Parameters
        ----------
        grid : Grid
            Its block centres are the nodes.
        categories : sequence of str
            Two or more, in their order from low to high.
        proportions : ndarray of shape (k,) or (n, k)
            Of categories, everywhere or by node; each row adds up to 1.
        variogram : Variogram
            Of the Gaussian field: its sill is 1, or near.
        data : PlacedData, optional
            At nodes; its scores are places in ``categories``.
        search : Search, optional
            Neighbours of nodes and of data.
        simulated : ndarray of shape (n,), bool, optional
            Nodes of interest.
        threads : int
            Does not change the result.

        Raises
        ------
        ModelError
            As :meth:`IndicatorSimulation.on` and :meth:`GridSimulation.on`; when a datum is off
            the nodes, or its category has no share there.
        """
        names = tuple(categories)
        share = checked_proportions(names, proportions, grid.n)
        with np.errstate(divide="ignore"):
            edges = special.ndtri(np.clip(np.cumsum(share, axis=1)[:, :-1], 0.0, 1.0))
        empty = np.zeros(0)
        if data is None:
            field = GridSimulation.on(grid, variogram, simulated=simulated)
            return cls(field, names, edges, empty, empty, None)
        if (data.node < 0).any():
            raise ModelError(
                "a datum is at no node", fix="let data move to nodes; leave others out"
            )
        if not np.isin(data.scores, np.arange(len(names))).all():
            raise ModelError(f"data are of other categories than {', '.join(names)}")
        low, high = _slices(edges, data)
        if not (low < high).all():
            bad = int(np.flatnonzero(low >= high)[0])
            raise ModelError(
                f"category '{names[int(data.scores[bad])]}' has no share where it was observed",
                where=f"sample {data.source[bad]}",
                fix="give it a proportion above 0",
            )
        model, chosen, _ = prepared(grid, variogram, search, simulated)
        field = GridSimulation.on(
            grid, model, data, search=chosen, simulated=simulated, threads=threads
        )
        return cls(field, names, edges, low, high, _from_others(data, model, chosen))

    def gibbs(self, seed: int, count: int, sweeps: int = SWEEPS, threads: int = 1) -> _F8:
        """Gaussian values at data within their slices, shape (d, count): one column each.

        Every column is a chain of its own, with random numbers of its own: the first columns of
        many are those of few. Starts are independent draws within the slices. (Geweke, 1991, and
        Robert, 1995, Statistics and Computing 5(2), for normal values under bounds; from memory.)
        """
        d, others = len(self.low), self.others
        if others is None:
            return np.zeros((d, count))
        deviation = np.sqrt(np.maximum(others.variance, _LEAST_VARIANCE))
        nobody, alone = np.zeros((d, 0), dtype=np.int32), np.zeros((d, 0))
        parts = chunks(count, _CHAINS)

        def some(part: int) -> _F8:
            streams = [stream(seed, 6, k) for k in range(*parts[part])]
            out = np.zeros((d, len(streams)))
            for sweep in range(sweeps + 1):
                uniform = np.column_stack([g.random(d) for g in streams])
                gibbs_sweep(
                    others.near if sweep else nobody, others.weights if sweep else alone,
                    deviation if sweep else np.ones(d), self.low, self.high, uniform, out,
                )  # fmt: skip
            return out

        return np.concatenate(list(in_order(some, len(parts), threads)), axis=1)

    def realisations(self, count: int, seed: int, *, threads: int = 1) -> Iterator[_I1]:
        """One realisation after the other: numbers of categories, (n,) int8; -1 where none is.

        Parameters
        ----------
        count, seed, threads
            As :meth:`Drawing.realisations` takes them.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        parts = batches(count, self.field.batch_size)
        values = self.gibbs(seed, 2 * len(parts), threads=threads)
        nodes = self.field.nodes
        edges = self.thresholds[nodes] if len(self.thresholds) > 1 else self.thresholds

        def two(k: int) -> list[_I1]:
            number, wanted = parts[k]
            known = values[:, 2 * number : 2 * number + 2] if self.others else None
            found = self.field.pair(seed, number, known)[:wanted]
            out = []
            for one in found:
                category = np.full(one.size, -1, dtype=np.int8)
                category[nodes] = (one[nodes, None] >= edges).sum(axis=1)
                out.append(category)
            return out

        for both in in_order(two, len(parts), threads):
            yield from both


def _slices(edges: _F8, data: PlacedData) -> tuple[_F8, _F8]:
    at = edges[data.node if len(edges) > 1 else np.zeros(len(data), dtype=np.int64)]
    ends = np.full((len(data), 1), np.inf)
    table = np.concatenate([-ends, at, ends], axis=1)
    rows, category = np.arange(len(data)), data.scores.astype(np.int64)
    return table[rows, category], table[rows, category + 1]


def _from_others(data: PlacedData, variogram: Variogram, search: Search) -> KrigingWeights:
    """Weights of each datum's neighbours, itself left out."""
    each = np.arange(len(data), dtype=np.int32)
    index = SampleIndex(data.xyz_m, each, search, each)
    places = Targets(data.xyz_m, np.zeros((len(data), 0)), np.zeros(0, dtype=np.int32), each)
    found = index.find(places)
    near = np.ascontiguousarray(found.index)
    near[np.arange(near.shape[1]) >= found.count[:, None]] = -1
    weights, variance = np.empty(near.shape), np.empty(len(data))
    weigh(data.xyz_m, data.xyz_m, variogram.packed(), near, weights, variance)
    return KrigingWeights(near, weights, variance)
