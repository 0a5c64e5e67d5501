"""What both versions of the Open Mining Format share: which block model, and on what grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import MAX_BLOCKS, Grid

_F8 = NDArray[np.float64]
OmfFields = dict[str, NDArray[np.generic]]
"""Attributes of a block model by name, in the grid's order."""

_LEVEL = 1e-6
"""An axis may lean this much (sine) and still be vertical or horizontal."""

_ANGLE_DIGITS = 10
"""Digits of an angle (degrees) that its cosine and sine keep: less than a micron in 10 km."""


@dataclass(frozen=True, eq=False)
class OmfSubBlocks:
    """The sub-blocks of a block model.

    Attributes
    ----------
    low, size : float64 array, shape (k, 3)
        Lower corners and lengths along the grid's axes, m from its origin.
    fields : mapping of str to array, shape (k,)
        Attributes of sub-blocks.
    """

    low: _F8
    size: _F8
    fields: Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class OmfModel:
    """A block model as a file has it: nothing filled, renamed or regularised.

    Attributes
    ----------
    grid : Grid
        Of (parent) blocks.
    fields : mapping of str to array, shape (grid.n,)
        Attributes of (parent) blocks.
    note : str
        What the file says of the model.
    sub_blocks : OmfSubBlocks, optional
        Where blocks are divided.
    """

    grid: Grid
    fields: Mapping[str, NDArray[np.generic]]
    note: str = ""
    sub_blocks: OmfSubBlocks | None = field(default=None)


def one_of(names: Sequence[str], wanted: str, where: str) -> int:
    """Place of the block model wanted, or of the only one.

    Raises
    ------
    TableError
        When there is none, or several and none or no single one is named.
    """
    if not names:
        raise TableError("the file holds no block model", where=where, fix="export one as OMF")
    if wanted:
        if names.count(wanted) != 1:
            raise TableError(
                f"the file holds {names.count(wanted)} block models '{wanted}'"
                if wanted in names
                else f"the file holds no block model '{wanted}'",
                where=where,
                fix=f"it holds: {', '.join(names)}",
            )
        return names.index(wanted)
    if len(names) > 1:
        raise TableError(
            f"the file holds {len(names)} block models: {', '.join(names)}",
            where=where,
            fix="name one, [model] element = ...",
        )
    return 0


def three_counts(values: Any) -> tuple[int, int, int]:
    """Three numbers of cells, whole and above zero.

    Raises
    ------
    ValueError
        For anything else.
    """
    whole = isinstance(values, list) and len(values) == 3 and all(type(v) is int for v in values)
    if not (whole and min(values) > 0):
        raise ValueError(f"{values!r} are no three counts")
    a, b, c = values
    return a, b, c


def add_field(fields: OmfFields, name: str, values: NDArray[np.generic], where: str) -> None:
    """Put an attribute among others.

    Raises
    ------
    TableError
        When its name is taken.
    """
    if name in fields:
        raise TableError(f"the block model has two attributes '{name}'", where=where)
    fields[name] = values


def equal_sizes(
    sizes: Sequence[_F8], where: str
) -> tuple[tuple[float, float, float], tuple[int, int, int]]:
    """Size (m) and number of cells along each axis of a tensor of cells.

    Raises
    ------
    ModelError
        When a size is infinite or none, or cells are of several sizes.
    """
    for axis, each in enumerate(sizes):
        _refuse_not_finite(each, where)
        if each.size == 0 or np.abs(each - each[0]).max() > 1e-6 * abs(float(each[0])):
            raise ModelError(
                f"blocks are of several sizes along {'uvw'[axis]}",
                where=where,
                fix="regularise the model to one block size first",
            )
    u, v, w = sizes
    return (float(u[0]), float(v[0]), float(w[0])), (len(u), len(v), len(w))


def regular_grid(
    origin: ArrayLike,
    axes: Sequence[Sequence[float]],
    size: tuple[float, float, float],
    counts: tuple[int, int, int],
    where: str,
) -> Grid:
    """The grid of oriented cells.

    Parameters
    ----------
    origin : array_like, shape (3,)
        East, north, elevation (m) of the corner of the first cell.
    axes : sequence of three sequences of float
        Directions of u, v and w.
    size : (float, float, float)
        Size (m) of a cell along each.
    counts : (int, int, int)
        Number of cells along each.
    where : str
        The file, for errors.

    Raises
    ------
    ModelError
        When a number is infinite or none, there are absurdly many cells, or the axes are not
        level and right-handed.
    """
    corner = np.asarray(origin, dtype=np.float64)
    u, v, w = (np.asarray(a, dtype=np.float64) for a in axes)
    for part in (corner, u, v, w, np.asarray(size)):
        _refuse_not_finite(part, where)
    if math.prod(counts) > MAX_BLOCKS:
        raise ModelError(f"grid of {counts} blocks", where=where, fix="check the counts")
    level = abs(u[2]) < _LEVEL and abs(v[2]) < _LEVEL and abs(w[2] - np.linalg.norm(w)) < _LEVEL
    square = abs(float(np.dot(u, v))) < _LEVEL and u[0] * v[1] - u[1] * v[0] > 0
    if not (level and square):
        raise ModelError(
            "the block model is tilted, mirrored or counts downwards",
            where=where,
            fix="export it with level benches, x to the right of y, and z upwards",
        )
    turn = round(math.degrees(math.atan2(u[1], u[0])), _ANGLE_DIGITS)
    east, north, floor = corner.tolist()
    return Grid((east, north, floor), size, counts, turn or 0.0)


def axes_of(grid: Grid) -> tuple[list[float], list[float], list[float]]:
    """Unit vectors (east, north, up) of the grid's axes."""
    turn = math.radians(grid.rotation_deg)
    c, s = math.cos(turn), math.sin(turn)
    return [c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]


def _refuse_not_finite(values: _F8, where: str) -> None:
    if not np.isfinite(values).all():
        raise ModelError(
            "the block model's origin, axes or sizes hold a number that is not finite",
            where=where,
            fix="export the file again",
        )
