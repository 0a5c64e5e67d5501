"""Samples at one place: told, averaged or dropped, never left to make a system singular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.samples import Samples

Collocated = Literal["error", "average", "first"]
"""What is done with samples at one place whose values differ."""

SAME_PLACE_M = 1e-6


class Places(NamedTuple):
    """Different places among samples.

    Attributes
    ----------
    first : ndarray of shape (k,), int
        The first sample at each place, ascending.
    place : ndarray of shape (n,), int
        The place of each sample.
    """

    first: NDArray[np.int64]
    place: NDArray[np.int64]


def different_places(xyz_m: NDArray[np.float64]) -> Places:
    """Samples told apart by position, to a micrometre."""
    rounded = np.round((xyz_m - xyz_m.min(axis=0)) / SAME_PLACE_M)
    _, first, inverse = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Places(first[order], rank[inverse.ravel()])


def merged(
    samples: Samples, data: NDArray[np.float64], names: Sequence[str], rule: Collocated
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One sample a place: which are kept, and their values.

    Samples at one place with equal values are one. Those whose values differ are an error that
    names both, or, where the rule says so, replaced by their mean weighted by length, or by the
    first of them.

    Parameters
    ----------
    samples : Samples
        Their places, lengths and holes.
    data : ndarray of shape (n, v)
        Their values.
    names : sequence of str
        Of the columns.
    rule : {"error", "average", "first"}
        For values that differ.

    Returns
    -------
    kept : ndarray of shape (k,), int
    values : ndarray of shape (k, v)

    Raises
    ------
    ModelError
        For an unknown rule, and by the rule ``"error"``.
    """
    if rule not in get_args(Collocated):
        raise ModelError(
            f"unknown rule '{rule}' for samples at one place",
            fix=f"use one of {', '.join(get_args(Collocated))}",
        )
    first, place = different_places(samples.xyz_m)
    if len(first) == len(samples):
        return first, data
    # equal to rounding: an average of equal values may differ in its last bit
    different = np.abs(data - data[first][place]) > 1e-12 * (1.0 + np.abs(data))
    if rule == "error" and different.any():
        b, column = (int(v) for v in np.argwhere(different)[0])
        a = int(first[place[b]])
        raise ModelError(
            f"two samples at one place have different {names[column]}: "
            f"{data[a, column]:g} and {data[b, column]:g}",
            where=f"{_name(samples, a)} and {_name(samples, b)}, at "
            + ", ".join(f"{v:.3f}" for v in samples.xyz_m[a]),
            fix='correct one, or say collocated = "average" (or "first")',
        )
    if rule == "first" or not different.any():
        return first, data[first]
    length = np.bincount(place, weights=samples.length_m)
    mean = np.column_stack(
        [np.bincount(place, weights=samples.length_m * column) / length for column in data.T]
    )
    return first, mean


def _name(samples: Samples, i: int) -> str:
    return f"sample {i} of hole {samples.holes[samples.hole[i]]}"
