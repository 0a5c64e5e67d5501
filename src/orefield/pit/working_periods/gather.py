"""A scheduling problem of pieces, each mined at once, and its plans seen from the units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from orefield.kernels.sequencing import rise_along, topological_order
from orefield.pit.production.problem import Limit, Plan, ProductionProblem, Row, arcs_between

_MASK = NDArray[np.bool_]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Pieces:
    """A problem whose blocks are pieces of another one's.

    Attributes
    ----------
    problem : ProductionProblem
        A block a piece; its destinations are ways of dividing the units of a piece.
    piece : int64 array, shape (n,)
        Piece of each unit of the problem it was made of; -1 for units that are never mined.
    ways : float64 array, shape (k, n, d)
        Share of each unit at each destination, in each way.
    """

    problem: ProductionProblem
    piece: _I8
    ways: _F8

    def units(self, plan: Plan) -> Plan:
        """A plan of pieces as a plan of the units."""
        n_t = self.problem.n_periods
        kept = np.flatnonzero(self.piece >= 0)
        period = np.full(len(self.piece), n_t, np.int32)
        period[kept] = plan.period[self.piece[kept]]
        share = np.zeros(self.ways.shape[1:])
        share[kept] = np.einsum("nk,knd->nd", plan.share[self.piece[kept]], self.ways[:, kept])
        share[period == n_t] = 0.0
        return Plan(period, share)

    def part(self, period: NDArray[np.int32]) -> Plan:
        """A plan of the units as one of pieces, each divided in the first way."""
        m, n_t = self.problem.n, self.problem.n_periods
        when = np.full(m, n_t, np.int32)
        kept = self.piece >= 0
        when[self.piece[kept]] = period[kept]
        share = np.zeros((m, len(self.ways)))
        share[when < n_t, 0] = 1.0
        return Plan(when, share)


def gathered(problem: ProductionProblem, piece: _I8, barred: _MASK, ways: Sequence[_F8]) -> Pieces:
    """The problem in which all units of a piece are mined in one period.

    Pieces that need each other become one. Pieces with a barred unit are never mined, nor is
    what needs them.

    Parameters
    ----------
    problem : ProductionProblem
        Of units.
    piece : int64 array, shape (n,)
        Any number for each piece; -1 for units that are never mined.
    barred : bool array, shape (n,)
        Units that are never mined.
    ways : sequence of float64 arrays, shape (n, d)
        Ways of dividing every unit among the destinations; rows add up to one.

    Returns
    -------
    Pieces
        Those that may be mined, numbered from 0, with the same limits and rows.
    """
    barred = barred | (piece < 0)
    of = np.repeat(np.arange(problem.n), np.diff(problem.start))
    _, named = np.unique(piece, return_inverse=True)
    m = int(named.max(initial=-1)) + 1
    one, two = named[of], named[problem.needed]
    arcs = sp.coo_array((np.ones(len(one), bool), (one, two)), shape=(m, m))
    m, strong = connected_components(arcs.tocsr(), connection="strong")
    named = strong[named].astype(np.int64)
    start, needed = arcs_between(named[of], named[problem.needed], m)
    out = np.zeros(m, np.int32)
    out[named[barred]] = 1
    order = topological_order(start, needed.astype(np.int32))
    out = rise_along(order, start, needed.astype(np.int32), out)
    kept = out[named] == 0
    numbers = np.cumsum(out == 0) - 1
    named = np.where(kept, numbers[named], -1)
    m = int((out == 0).sum())
    inner = kept[of]  # what a kept piece needs is kept
    start, needed = arcs_between(named[of[inner]], named[problem.needed[inner]], m)
    way = np.stack(list(ways))
    made = ProductionProblem(
        name=problem.name,
        start=start,
        needed=needed,
        value=np.stack([_sums(part, way, named, m) for part in problem.value]),
        factor=problem.factor,
        limits=tuple(
            Limit(x.name, _sums(x.use, way, named, m), x.lower, x.upper) for x in problem.limits
        ),
        rows=tuple(_row(row, way, named, m) for row in problem.rows),
        destinations=tuple(f"way {k}" for k in range(len(way))),
    )
    return Pieces(made, named, way)


def _sums(amount: _F8, way: _F8, piece: _I8, m: int) -> _F8:
    """What each piece has of an amount (n, d) in each way, shape (m, k)."""
    kept = piece >= 0
    out = np.empty((m, len(way)))
    for k, share in enumerate(way):
        whole = np.einsum("nd,nd->n", amount[kept], share[kept])
        out[:, k] = np.bincount(piece[kept], weights=whole, minlength=m)
    return out


def _row(row: Row, way: _F8, piece: _I8, m: int) -> Row:
    """A general side constraint of pieces; entries of one share are added up."""
    kept = piece[row.block] >= 0
    block, period, factor = row.block[kept], row.period[kept], row.factor[kept]
    n_k = len(way)
    keys, weights = [], []
    for k, share in enumerate(way):
        keys.append((period * m + piece[block]) * n_k + k)
        weights.append(factor * share[block, row.destination[kept]])
    key, where = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.bincount(where, weights=np.concatenate(weights), minlength=len(key))
    used = total != 0
    key, total = key[used], total[used]
    return Row(
        row.name, key // n_k // max(m, 1), key // n_k % max(m, 1), key % n_k, total, row.lower,
        row.upper,
    )  # fmt: skip
