"""The ultimate pit and nested shells, as exact maximum closures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.closure import closure_arcs, closure_grid
from orefield.kernels.cones import blocks_that_bind
from orefield.pit.economics import Economics, block_value_usd
from orefield.pit.slopes import SlopePattern

CENTS = 100
"""Values are solved in whole cents: integers leave optimality no tolerance to hide in."""

_MOST = 2**62


def whole_units(value_usd: ArrayLike, per_usd: int = CENTS) -> NDArray[np.int64]:
    """Values rounded to whole units (cents by default), as the solver takes them.

    Raises
    ------
    ModelError
        When a value is not finite, or their sum could overflow 64 bits.
    """
    scaled = np.rint(np.asarray(value_usd, dtype=np.float64) * per_usd)
    if not np.isfinite(scaled).all():
        bad = int(np.flatnonzero(~np.isfinite(scaled))[0])
        raise ModelError("block value is not finite", where=f"block {bad}")
    if float(np.abs(scaled).sum()) >= _MOST:
        raise ModelError(
            "block values are too large for exact arithmetic",
            fix="give values in USD (cents are counted), or fewer units per USD",
        )
    return scaled.astype(np.int64)


def maximum_closure(
    value: NDArray[np.int64], precedence_start: NDArray[np.int64], precedence: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """The smallest set of greatest value in which every member's precedences are members.

    Parameters
    ----------
    value : int64 array, shape (n,)
        See :func:`whole_units`.
    precedence_start : int64 array, shape (n + 1,)
        Block ``i`` needs ``precedence[precedence_start[i]:precedence_start[i + 1]]``.
    precedence : int64 array, shape (k,)
        Blocks needed.

    Raises
    ------
    ModelError
        When the lists do not fit the number of blocks.
    """
    n = len(value)
    start, needed = precedence_start, precedence
    fits = len(start) == n + 1 and int(start[0]) == 0 and int(start[-1]) == len(needed)
    if not fits or (np.diff(start) < 0).any():
        raise ModelError(f"precedence lists do not fit {n:,} blocks")
    if len(needed) and not (int(needed.min()) >= 0 and int(needed.max()) < n):
        raise ModelError("a precedence names a block that does not exist")
    mask, _ = closure_arcs(value, start, needed)
    found: NDArray[np.bool_] = mask
    return found


def ultimate_pit(
    model: BlockModel, value_usd: ArrayLike, pattern: SlopePattern
) -> NDArray[np.bool_]:
    """The pit of greatest undiscounted value, shape (n,); the smallest of equals.

    Air (``rock_fraction`` 0) is never in the pit. Walls end at the border of the grid:
    what lies outside is not modelled and not required, and a chain of offsets that leaves
    the grid does not come back. Leave room between the ore and the sides of a model.

    Parameters
    ----------
    model : BlockModel
        Gives the grid and ``rock_fraction``.
    value_usd : array_like, shape (n,)
        See :func:`orefield.pit.block_value_usd`.
    pattern : SlopePattern
        See :func:`orefield.pit.slope_pattern`.

    Raises
    ------
    ModelError
        For values of the wrong length, not finite, or too large.
    """
    value = whole_units(value_usd)
    if value.shape != (model.grid.n,):
        raise ModelError(f"{value.shape} values for a model of {model.grid.n:,} blocks")
    rock = _rock(model)
    binds = blocks_that_bind(rock, model.grid.shape, pattern.offsets)
    value[~rock] = 0
    return _solve(model, value, binds, pattern) & rock


def nested_shells(
    model: BlockModel,
    economics: Economics,
    pattern: SlopePattern,
    revenue_factors: Sequence[float],
) -> NDArray[np.int16]:
    """Pit shells for rising revenue factors, shape (n,).

    Solved from the middle outwards: a shell bounds those of smaller factors from outside
    and those of larger factors from inside, so that each is solved only in the ring
    between its neighbours, and yet equals its separate solution.

    Parameters
    ----------
    model : BlockModel
        Gives the grid, rock and grades.
    economics : Economics
        At a revenue factor of 1.
    pattern : SlopePattern
        See :func:`orefield.pit.slope_pattern`.
    revenue_factors : sequence of float
        Strictly rising and positive; prices are multiplied by them.

    Returns
    -------
    int16 array, shape (n,)
        Index of the smallest factor whose pit holds the block; -1 where none does.

    Raises
    ------
    ModelError
        When the factors do not rise, or there are none.
    """
    factors = np.asarray(revenue_factors, dtype=np.float64)
    if factors.ndim != 1 or not 1 <= len(factors) < np.iinfo(np.int16).max:
        raise ModelError("at least one revenue factor is needed")
    if not (np.isfinite(factors).all() and factors[0] > 0 and (np.diff(factors) > 0).all()):
        raise ModelError(f"revenue factors must rise from above zero, got {factors.tolist()}")
    rock = _rock(model)
    binds = blocks_that_bind(rock, model.grid.shape, pattern.offsets)
    shell = np.full(model.grid.n, len(factors), dtype=np.int16)
    # (first factor, one past the last, the blocks still undecided between them)
    work: list[tuple[int, int, NDArray[np.bool_]]] = [(0, len(factors), binds)]
    while work:
        low, high, ring = work.pop()
        if low == high or not ring.any():
            continue
        middle = (low + high) // 2
        scaled = economics.at_revenue_factor(float(factors[middle]))
        value = whole_units(block_value_usd(model, scaled))
        inside = _solve(model, value, ring, pattern)
        shell[inside] = middle
        work.append((low, middle, inside))
        work.append((middle + 1, high, ring & ~inside))
    shell[(shell == len(factors)) | ~rock] = -1
    return shell


def _rock(model: BlockModel) -> NDArray[np.bool_]:
    rock: NDArray[np.bool_] = np.asarray(model.get("rock_fraction", 1.0)) > 0
    return rock


def _solve(
    model: BlockModel,
    value: NDArray[np.int64],
    active: NDArray[np.bool_],
    pattern: SlopePattern,
) -> NDArray[np.bool_]:
    mask, bound = closure_grid(value, active, model.grid.shape, pattern.offsets)
    if int(value[mask].sum()) != int(bound):
        raise ModelError("the pit limit is not proven optimal: block values overflow 64 bits")
    found: NDArray[np.bool_] = mask
    return found
