"""Arrays of amounts and parameters, checked where they enter a room."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import InputError

Array = NDArray[np.float64]

Parameter = float | Array
"""A number for all draws, or an array that broadcasts, such as (D, 1) for one a draw."""


def amount(name: str, value: ArrayLike) -> Array:
    """``value`` as float64, every element finite and not negative.

    Raises
    ------
    InputError
        Naming the first element that is not.
    """
    return within(name, value, 0.0, np.inf)


def within(
    name: str, value: ArrayLike, low: float, high: float, *, open_low: bool = False
) -> Array:
    """``value`` as float64, every element finite and in [low, high] (or (low, high]).

    Raises
    ------
    InputError
        Naming the first element that is not.
    """
    array = np.asarray(value, dtype=np.float64)
    above = array > low if open_low else array >= low
    bad = ~(np.isfinite(array) & above & (array <= high))
    if bad.any():
        at = np.argwhere(bad)[0] if array.ndim else ()
        bracket = "(" if open_low else "["
        raise InputError(
            f"{name} is {array[tuple(at)]:g}",
            where=f"element {tuple(int(i) for i in at)}" if array.ndim else name,
            fix=f"give finite numbers in {bracket}{low:g}, {high:g}]",
        )
    return array


def shaped(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Array:
    """``value`` as float64, broadcast (read-only) to ``shape``.

    Raises
    ------
    InputError
        When it does not fit.
    """
    array = np.asarray(value, dtype=np.float64)
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise InputError(
            f"{name} has shape {array.shape}, which does not fit {shape}",
            where=name,
            fix="one value a draw is (n_draws, 1), one a year (n_years,)",
        ) from None
