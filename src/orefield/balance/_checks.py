"""What every input of the balance must satisfy, said once.

Arrays over draws and years carry an explicit axis for each; an axis of length 1 stands
for "the same for all". Nothing else is broadcast: an array of 21 numbers could be 21
draws or 21 years, and guessing would put numbers on the wrong axis in silence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import InputError

FloatArray = NDArray[np.float64]

_SHARE_TOLERANCE = 1e-6
# Published shares are rounded; a sum further from 1 than this is a mistake, not rounding
# of the representation. What passes is rescaled to sum to 1 exactly.


def checked(
    name: str,
    value: ArrayLike,
    axes: Sequence[str],
    *,
    low: float = -np.inf,
    high: float = np.inf,
    open_low: bool = False,
) -> FloatArray:
    """A read-only float64 copy of ``value`` with one axis for each of ``axes``.

    A single number becomes an array of length-1 axes.

    Raises
    ------
    InputError
        When ``value`` is not numeric, has the wrong number of axes, or holds a value
        that is NaN, infinite, below ``low`` (or equal to it with ``open_low``) or above
        ``high``.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"'{name}' is not numeric: {error}", where=name) from error
    if array.ndim == 0:
        array = array.reshape((1,) * len(axes))
    if array.ndim != len(axes) or array.size == 0:
        raise InputError(
            f"'{name}' has shape {array.shape}, but needs the axes ({', '.join(axes)})",
            where=name,
            fix="give every axis; an axis of length 1 stands for 'the same for all'",
        )
    below = array <= low if open_low else array < low
    bad = ~np.isfinite(array) | below | (array > high)
    if bad.any():
        at = np.unravel_index(int(np.argmax(bad)), array.shape)
        place = ", ".join(f"{axis} {int(i)}" for axis, i in zip(axes, at, strict=True))
        left = "above" if open_low else "from"
        raise InputError(
            f"'{name}' is {array[at]} where {left} {low:g} to {high:g} is possible",
            where=f"{name}, {place}",
            fix="correct the value, its unit, or the distribution it was drawn from",
        )
    array.flags.writeable = False
    return array


def spread(name: str, array: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """``array`` with its length-1 axes spread to ``shape``.

    Raises
    ------
    InputError
        When an axis is neither 1 nor of the length asked for.
    """
    if any(have not in (1, need) for have, need in zip(array.shape, shape, strict=True)):
        raise InputError(
            f"'{name}' has shape {array.shape}, which does not fit {shape}",
            where=name,
            fix="check the number of draws, sectors and years",
        )
    return np.broadcast_to(array, shape)


def checked_shares(name: str, value: ArrayLike, axes: Sequence[str]) -> FloatArray:
    """Shares from 0 to 1 that sum to 1 over the last axis; rescaled to do so exactly.

    Raises
    ------
    InputError
        When a share is out of range or a sum differs from 1 by more than 1e-6.
    """
    shares = checked(name, value, axes, low=0.0, high=1.0 + _SHARE_TOLERANCE)
    total = shares.sum(axis=-1, keepdims=True)
    if (np.abs(total - 1.0) > _SHARE_TOLERANCE).any():
        worst = float(total.ravel()[np.argmax(np.abs(total - 1.0))])
        raise InputError(
            f"the shares '{name}' sum to {worst:.6g}, not to 1",
            where=name,
            fix="add the missing share (such as 'other') or rescale them",
        )
    out: FloatArray = shares / total
    out.flags.writeable = False
    return out


def checked_labels(name: str, labels: Sequence[str]) -> tuple[str, ...]:
    """Labels as a tuple: at least one, none empty, none twice.

    Raises
    ------
    InputError
        Otherwise.
    """
    out = tuple(labels)
    if not out or any(not label.strip() for label in out) or len(set(out)) != len(out):
        raise InputError(
            f"'{name}' needs labels that are all different and none empty, not {out}", where=name
        )
    return out
