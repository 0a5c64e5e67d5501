"""Nested shells of any valuation: the best value at every revenue factor, ring by ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.limit import ultimate_pit
from orefield.pit.phasing.precedence import Slopes

_F8 = NDArray[np.float64]


def shells_by_value(
    model: BlockModel,
    value_at: Callable[[float], _F8],
    pattern: Slopes,
    factors: Sequence[float],
    *,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.int16]:
    """Pit shells for rising factors of whatever raises the value of blocks.

    Solved from the middle outwards: a shell bounds those of smaller factors from outside
    and those of larger ones from inside, so that each is solved in the ring between its
    neighbours, and yet equals its separate solution.

    Parameters
    ----------
    model : BlockModel
        Gives grid and rock.
    value_at : callable
        Value (USD) of every block at a factor, shape (n,); no block's may fall as the
        factor rises.
    pattern : SlopePattern or SlopeDomains
        See :func:`orefield.pit.slope_pattern`.
    factors : sequence of float
        Rising and positive.
    progress : callable, optional
        Told the share of shells that are done.

    Returns
    -------
    int16 array, shape (n,)
        Index of the smallest factor whose pit holds the block; -1 where none does.

    Raises
    ------
    ModelError
        When the factors do not rise, or a value falls as they do.
    """
    steps = np.asarray(factors, dtype=np.float64)
    if steps.ndim != 1 or not 1 <= len(steps) < np.iinfo(np.int16).max:
        raise ModelError("at least one revenue factor is needed")
    if not (np.isfinite(steps).all() and steps[0] > 0 and (np.diff(steps) > 0).all()):
        raise ModelError(f"revenue factors must rise from above zero, got {steps.tolist()}")
    rock = np.asarray(model.get("rock_fraction", 1.0)) > 0
    _refuse_falling(value_at, float(steps[0]), float(steps[-1]), rock)
    shell = np.full(model.grid.n, len(steps), dtype=np.int16)
    work: list[tuple[int, int, NDArray[np.bool_]]] = [(0, len(steps), rock)]
    done = 0
    while work:
        low, high, ring = work.pop()
        if low == high:
            continue
        if not ring.any():
            done += high - low
            continue
        middle = (low + high) // 2
        # outside the ring all is settled: mined before, or never; nothing there is asked
        part = BlockModel(model.grid, {"rock_fraction": ring.astype(np.float64)})
        inside = ultimate_pit(part, value_at(float(steps[middle])), pattern)
        shell[inside] = middle
        done += 1
        if progress is not None:
            progress(done / len(steps))
        work.append((low, middle, inside))
        work.append((middle + 1, high, ring & ~inside))
    shell[(shell == len(steps)) | ~rock] = -1
    return shell


def _refuse_falling(
    value_at: Callable[[float], _F8], low: float, high: float, rock: NDArray[np.bool_]
) -> None:
    first, last = value_at(low), value_at(high)
    slack = 1e-9 * np.maximum(np.abs(first), np.abs(last))
    falls = np.flatnonzero(rock & (last < first - slack))
    if falls.size:
        raise ModelError(
            f"{falls.size:,} blocks are worth less at factor {high:g} than at {low:g}",
            where=f"block {int(falls[0])}",
            fix="shells nest only where values rise with the factor: check signs, and royalties "
            "that slide",
        )
