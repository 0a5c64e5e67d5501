"""Data on a grid's nodes: the rule for those that lie elsewhere in a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

_F8 = NDArray[np.float64]

Positions = Literal["nodes", "true"]
MOST_SHARING = 0.05
"""Share of samples that may lie in a block with a nearer one before they should all stay in place:
moved to centres, they would condition nothing."""
_SAME_M = 1e-6


@dataclass(frozen=True, eq=False)
class PlacedData:
    """Conditioning data, each at one place.

    Attributes
    ----------
    xyz_m : ndarray of shape (d, 3)
        Where data condition: centres of blocks, or their true places.
    scores : ndarray of shape (d,)
    node : ndarray of shape (d,), int64
        Block whose centre the place is; -1 for a place that is none.
    source : ndarray of shape (d,), int64
        The sample of each.
    passed_over : int
        Samples left out: not the nearest to a centre, or at the place of an earlier one.
    """

    xyz_m: _F8
    scores: _F8
    node: NDArray[np.int64]
    source: NDArray[np.int64]
    passed_over: int

    def __len__(self) -> int:
        return len(self.scores)


def place_data(
    grid: Grid,
    xyz_m: _F8,
    scores: _F8,
    positions: Positions = "nodes",
    values: _F8 | None = None,
) -> PlacedData:
    """Where samples condition a simulation on a grid's nodes.

    With ``"nodes"``, the sample nearest to a block's centre moves there, and others of the block
    are passed over (as GSLIB assigns data to nodes). With ``"true"``, samples stay where they are.
    Samples outside the grid stay in any case. Of samples at one place the first is taken; if they
    stay there by rule, their values must be the same.

    Parameters
    ----------
    grid : Grid
        Its block centres are the nodes.
    xyz_m : ndarray of shape (n, 3)
        Samples.
    scores : ndarray of shape (n,)
        Normal scores.
    positions : {"nodes", "true"}
        The rule.
    values : ndarray of shape (n,) or (n, k), optional
        What must be the same at one place; ``scores`` when left out. (Equal values may have
        different scores.)

    Raises
    ------
    ModelError
        For an unknown rule, or different values at one place that stays where it is.
    """
    if positions not in get_args(Positions):
        raise ModelError(f"unknown rule '{positions}' for data", fix="use 'nodes' or 'true'")
    block = grid.locate(xyz_m)
    rows = np.flatnonzero(block >= 0)
    centre = centres(grid, block[rows])
    away = ((np.asarray(xyz_m)[rows] - centre) ** 2).sum(axis=1)
    if positions == "true":
        on_node = rows[away < _SAME_M**2]
        stay = np.setdiff1d(np.arange(len(block)), on_node)
    else:
        on_node, stay = rows, np.flatnonzero(block < 0)
    # the nearest to its centre, of equally near ones the first
    at = np.searchsorted(rows, on_node)
    order = np.lexsort((on_node, away[at], block[on_node]))
    _, first = np.unique(block[on_node][order], return_index=True)
    moved = np.sort(on_node[order][first])
    must_agree = np.asarray(scores if values is None else values) if positions == "true" else None
    kept = _without_twins(np.asarray(xyz_m, dtype=np.float64), stay, must_agree)
    source = np.concatenate([moved, kept])
    xyz = np.concatenate([centres(grid, block[moved]), np.asarray(xyz_m)[kept]])
    node = np.concatenate([block[moved], np.full(len(kept), -1)])
    return PlacedData(
        np.ascontiguousarray(xyz),
        np.asarray(scores)[source],
        node,
        source,
        len(block) - len(source),
    )


def positions_for(grid: Grid, xyz_m: _F8, values: _F8) -> Positions:
    """The rule of :func:`place_data` that loses few samples.

    They stay in their places where more than :data:`MOST_SHARING` of those in the grid share a
    block with a nearer one; not where two at one place differ, since only one of them can hold.

    Parameters
    ----------
    grid : Grid
        Its block centres are the nodes.
    xyz_m : ndarray of shape (n, 3)
        Samples.
    values : ndarray of shape (n,) or (n, k)
        What must be the same at one place.
    """
    block = grid.locate(xyz_m)
    inside = block[block >= 0]
    shared = inside.size - np.unique(inside).size
    if shared <= MOST_SHARING * inside.size:
        return "nodes"
    return "nodes" if _differing(*_twins(xyz_m), values).size else "true"


def centres(grid: Grid, block: NDArray[np.int64]) -> _F8:
    """Centres of some blocks, shape (m, 3), in the world."""
    layer, cell = np.divmod(block, grid.shape[0] * grid.shape[1])
    row, column = np.divmod(cell, grid.shape[0])
    return grid.to_world((np.column_stack([column, row, layer]) + 0.5) * np.asarray(grid.size))


def flattened(grid: Grid, xyz_m: _F8) -> _F8:
    """Samples in 2-D brought to the elevation of a grid of one layer; others as they are."""
    out = np.array(xyz_m, dtype=np.float64)
    if grid.shape[2] == 1 and np.ptp(out[:, 2]) == 0.0:
        out[:, 2] = grid.origin[2] + 0.5 * grid.size[2]
    return out


def _without_twins(
    xyz: _F8, rows: NDArray[np.intp], must_agree: NDArray[np.float64] | None
) -> NDArray[np.intp]:
    first, which = _twins(xyz[rows])
    if must_agree is not None:
        differs = _differing(first, which, must_agree[rows])
        if differs.size:
            twin = rows[first[which[differs[0]]]]
            raise ModelError(
                "two samples at one place have different values",
                where=f"samples {twin} and {rows[differs[0]]}",
                fix="average them, or let data move to nodes (the nearest to a centre is taken)",
            )
    return np.sort(rows[first])


def _twins(xyz: _F8) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first sample at each place, and the place of each sample."""
    places = np.round(np.asarray(xyz, dtype=np.float64) / _SAME_M).astype(np.int64)
    _, first, which = np.unique(places, axis=0, return_index=True, return_inverse=True)
    return first, which


def _differing(first: NDArray[np.intp], which: NDArray[np.intp], values: _F8) -> NDArray[np.intp]:
    """Samples whose values are not those of the first at their place."""
    table = np.asarray(values).reshape(len(which), -1)
    return np.flatnonzero((table != table[first[which]]).any(axis=1))
