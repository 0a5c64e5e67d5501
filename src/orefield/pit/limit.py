"""The ultimate pit and nested shells, as exact maximum closures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.kernels.closure import closure_arcs, closure_in_order
from orefield.kernels.sequencing import from_the_top, sub_graph, topological_order
from orefield.pit._closures import (
    MOST,
    Slopes,
    refuse_circles,
    refuse_unproven,
    sound_lists,
    whole_values,
)
from orefield.pit.economics import Economics, block_value_usd
from orefield.pit.slopes import SlopeDomains, SlopePattern

CENTS = 100
"""Values are solved in whole cents: integers leave optimality no tolerance to hide in."""


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
    if float(np.abs(scaled).sum()) >= MOST:
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
    precedence : integer array, shape (k,)
        Blocks needed.

    Raises
    ------
    ModelError
        When values are not whole numbers or too large, when the lists do not fit the number
        of blocks, and when a block needs one that does not exist, itself, one twice, or, by
        way of others, itself.
    """
    amount = whole_values(value)
    start, needed = sound_lists(len(amount), precedence_start, precedence)
    order, level, _, _, sound = from_the_top(start, needed)
    refuse_circles(start, needed, sound)
    mask, bound = closure_in_order(amount, start, needed, order, level)
    refuse_unproven(amount, mask, int(bound))
    found: NDArray[np.bool_] = mask
    return found


def ultimate_pit(
    model: BlockModel, value_usd: ArrayLike, pattern: SlopePattern | SlopeDomains
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
    pattern : SlopePattern or SlopeDomains
        See :func:`orefield.pit.slope_pattern` and :func:`orefield.pit.slope_domains`.

    Raises
    ------
    ModelError
        For values of the wrong length, not finite, or too large.
    """
    value = whole_units(value_usd)
    if value.shape != (model.grid.n,):
        raise ModelError(f"{value.shape} values for a model of {model.grid.n:,} blocks")
    rock = _rock(model)
    slopes = Slopes.of(pattern, model.grid.n)
    binds = slopes.binding(rock, model.grid.shape)
    value[~rock] = 0
    return slopes.solve(value, binds, model.grid.shape) & rock


def nested_shells(
    model: BlockModel,
    economics: Economics,
    pattern: SlopePattern | SlopeDomains,
    revenue_factors: Sequence[float],
) -> NDArray[np.int16]:
    """Pit shells for rising revenue factors, shape (n,).

    The largest is solved first, the others from the middle outwards: a shell bounds those of
    smaller factors from outside and those of larger factors from inside, so that each is solved
    only in the ring between its neighbours, and yet equals its separate solution.

    Parameters
    ----------
    model : BlockModel
        Gives the grid, rock and grades.
    economics : Economics
        At a revenue factor of 1.
    pattern : SlopePattern or SlopeDomains
        See :func:`orefield.pit.slope_pattern` and :func:`orefield.pit.slope_domains`.
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
    factors = rising_factors(revenue_factors)

    def value_at(k: int) -> NDArray[np.int64]:
        return whole_units(block_value_usd(model, economics.at_revenue_factor(float(factors[k]))))

    return nested_shells_of_values(model, value_at, pattern, len(factors))


def rising_factors(revenue_factors: Sequence[float]) -> NDArray[np.float64]:
    """The factors of nested shells, shape (m,).

    Raises
    ------
    ModelError
        When there are none or too many, or they do not rise from above zero.
    """
    factors = np.asarray(revenue_factors, dtype=np.float64)
    if factors.ndim != 1 or not 1 <= len(factors) < np.iinfo(np.int16).max:
        raise ModelError("at least one revenue factor is needed")
    if not (np.isfinite(factors).all() and factors[0] > 0 and (np.diff(factors) > 0).all()):
        raise ModelError(f"revenue factors must rise from above zero, got {factors.tolist()}")
    return factors


def nested_shells_of_values(
    model: BlockModel,
    value_at: Callable[[int], NDArray[np.int64]],
    pattern: SlopePattern | SlopeDomains,
    count: int,
    *,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.int16]:
    """As :func:`nested_shells`, for values that rise by any rule.

    Parameters
    ----------
    model : BlockModel
        Gives the grid and ``rock_fraction``.
    value_at : callable
        Values (int64, shape (n,)) of shell k, for k from 0 to ``count - 1``; no block's may
        fall as k rises.
    pattern : SlopePattern or SlopeDomains
        See :func:`orefield.pit.slope_pattern` and :func:`orefield.pit.slope_domains`.
    count : int
        How many shells.
    progress : callable, optional
        Told the share of shells that are done.

    Returns
    -------
    int16 array, shape (n,)
        Number of the first shell that holds the block; -1 where none does.
    """
    rock = _rock(model)
    slopes = Slopes.of(pattern, model.grid.n)
    shape = model.grid.shape
    binds = slopes.binding(rock, shape)

    def solve(k: int, ring: NDArray[np.bool_]) -> NDArray[np.bool_]:
        value = value_at(k)
        if value.shape != rock.shape:
            raise ModelError(f"{value.shape} values for a model of {len(rock):,} blocks")
        return slopes.solve(np.where(rock, value, 0), ring, shape)

    shell = _by_rings(count, binds, solve, progress or (lambda _share: None))
    shell[~rock] = -1
    return shell


def nested_closures(
    values: Sequence[NDArray[np.int64]] | NDArray[np.int64],
    precedence_start: NDArray[np.int64],
    precedence: NDArray[np.int64],
) -> NDArray[np.int16]:
    """Nested shells of a problem with listed precedences, shape (n,).

    The largest first, then each among the blocks between its neighbours, as
    :func:`nested_shells`.

    Parameters
    ----------
    values : sequence of int64 arrays, each of shape (n,)
        Values for each shell; no block's may fall from one shell to the next.
    precedence_start, precedence
        As :func:`maximum_closure`.

    Returns
    -------
    int16 array, shape (n,)
        Number of the first shell that holds the block; -1 where none does.

    Raises
    ------
    ModelError
        As :func:`maximum_closure`; and when a value falls.
    """
    count, n = len(values), len(precedence_start) - 1
    if not 1 <= count < np.iinfo(np.int16).max:
        raise ModelError("at least one shell is needed")
    start, needed = sound_lists(n, precedence_start, precedence)
    refuse_circles(start, needed, len(topological_order(start, needed)))
    whole = [whole_values(v) for v in values]
    for k, value in enumerate(whole):
        if value.shape != (n,):
            raise ModelError(f"{len(value):,} values for {n:,} blocks", where=f"shell {k}")
        if k and (value < whole[k - 1]).any():
            falls = int(np.flatnonzero(value < whole[k - 1])[0])
            raise ModelError(
                f"block {falls} is worth less in shell {k} than in the one before",
                where=f"block {falls}",
                fix="shells nest only where values rise",
            )
    shell = np.full(n, -1, dtype=np.int16)
    # (first shell, one past the last, the blocks still undecided, their precedences)
    work = [(0, count, np.arange(n), start, needed)]
    while work:
        low, high, block, start, needed = work.pop()
        if low == high or not len(block):
            continue
        # The largest first: nothing outside it is asked again.
        middle = high - 1 if high - low == count else (low + high) // 2
        value = whole[middle][block]
        mask, bound = closure_arcs(value, start, needed)
        refuse_unproven(value, mask, int(bound))
        shell[block[mask]] = middle
        work.append((low, middle, block[mask], *sub_graph(mask, start, needed)[:2]))
        work.append((middle + 1, high, block[~mask], *sub_graph(~mask, start, needed)[:2]))
    return shell


def _by_rings(
    count: int,
    everything: NDArray[np.bool_],
    solve: Callable[[int, NDArray[np.bool_]], NDArray[np.bool_]],
    progress: Callable[[float], None],
) -> NDArray[np.int16]:
    """Number of the first of ``count`` shells that holds each block, or -1."""
    shell = np.full(len(everything), -1, dtype=np.int16)
    largest = solve(count - 1, everything)
    shell[largest] = count - 1
    # (first shell, one past the last, the blocks still undecided between them)
    work: list[tuple[int, int, NDArray[np.bool_]]] = [(0, count - 1, largest)]
    done = 1
    while work:
        progress(done / count)
        low, high, ring = work.pop()
        if low == high or not ring.any():
            done += high - low
            continue
        middle = (low + high) // 2
        inside = solve(middle, ring)
        shell[inside] = middle
        done += 1
        work.append((low, middle, inside))
        work.append((middle + 1, high, ring & ~inside))
    progress(1.0)
    return shell


def _rock(model: BlockModel) -> NDArray[np.bool_]:
    rock: NDArray[np.bool_] = np.asarray(model.get("rock_fraction", 1.0)) > 0
    return rock
