"""Nested shells of any valuation: the best value at every revenue factor, ring by ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.limit import nested_shells_of_values, rising_factors, whole_units
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

    Each equals its separate solution in whole cents: see
    :func:`orefield.pit.limit.nested_shells_of_values`.

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
    steps = rising_factors(factors)
    rock = np.asarray(model.get("rock_fraction", 1.0)) > 0
    _refuse_falling(value_at, float(steps[0]), float(steps[-1]), rock)

    def cents(k: int) -> NDArray[np.int64]:
        return whole_units(value_at(float(steps[k])))

    return nested_shells_of_values(model, cents, pattern, len(steps), progress=progress)


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
