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
from orefield.deposit.simulation.conditioning import (
    KrigingWeights,
    default_search,
    unit_sill,
    weigh,
)
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.indicators import checked_proportions
from orefield.deposit.simulation.placing import PlacedData
from orefield.deposit.simulation.streams import in_order, stream
from orefield.deposit.variogram import Variogram

_F8 = NDArray[np.float64]
_I1 = NDArray[np.int8]
SWEEPS = 100
"""Rounds of the Gibbs sampler before its state is taken."""


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
        model = unit_sill(variogram)
        chosen = search or default_search(model)
        field = GridSimulation.on(
            grid, model, data, search=chosen, simulated=simulated, threads=threads
        )
        return cls(field, names, edges, low, high, _from_others(data, model, chosen))

    def gibbs(self, seed: int, count: int, sweeps: int = SWEEPS) -> _F8:
        """Gaussian values at data within their slices, shape (d, count): one column each."""
        streams = [stream(seed, 6, k) for k in range(count)]
        d = len(self.low)
        if self.others is None:
            return np.zeros((d, count))
        out = _between(
            self.low[:, None],
            self.high[:, None],
            np.zeros((d, count)),
            np.ones((d, 1)),
            np.column_stack([g.random(d) for g in streams]),
        )
        deviation = np.sqrt(np.maximum(self.others.variance, 1e-12))
        lists = [row[row >= 0] for row in self.others.near]
        weights = [w[: len(row)] for w, row in zip(self.others.weights, lists, strict=True)]
        for _ in range(sweeps):
            uniform = np.column_stack([g.random(d) for g in streams])
            for i in range(d):
                mean = weights[i] @ out[lists[i]]
                out[i] = _between(self.low[i], self.high[i], mean, deviation[i], uniform[i])
        return out

    def realisations(self, count: int, seed: int, *, threads: int = 1) -> Iterator[_I1]:
        """One realisation after the other: numbers of categories, (n,) int8; -1 where none is.

        Parameters
        ----------
        count, seed, threads
            As :meth:`GridSimulation.realisations` takes them.

        Raises
        ------
        ModelError
            For less than one realisation.
        """
        if count < 1:
            raise ModelError(f"{count} realisations", fix="give one or more")
        even = count + count % 2
        values = self.gibbs(seed, even)
        nodes = self.field.nodes
        edges = self.thresholds[nodes] if len(self.thresholds) > 1 else self.thresholds

        def two(number: int) -> list[_I1]:
            known = values[:, 2 * number : 2 * number + 2] if self.others else None
            found = self.field.pair(seed, number, known)[: count - 2 * number]
            out = []
            for one in found:
                category = np.full(one.size, -1, dtype=np.int8)
                category[nodes] = (one[nodes, None] >= edges).sum(axis=1)
                out.append(category)
            return out

        for both in in_order(two, even // 2, threads):
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


def _between(low: _F8, high: _F8, mean: _F8, deviation: _F8, uniform: _F8) -> _F8:
    """Normal values cut to an interval, at ``uniform`` of their distribution."""
    a, b = (low - mean) / deviation, (high - mean) / deviation
    # from the side on which probabilities keep their digits
    flip = np.where(a > 0, -1.0, 1.0)
    first, last = np.where(a > 0, -b, a), np.where(a > 0, -a, b)
    p, q = special.ndtr(first), special.ndtr(last)
    found = special.ndtri(np.maximum(p + uniform * (q - p), 1e-300))
    return np.asarray(mean + deviation * flip * np.clip(found, first, last))
