"""What both versions of the Open Mining Format share: which block model, and on what grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid

OmfFields = dict[str, NDArray[np.generic]]
"""Attributes of a block model by name, in the grid's order."""

_LEVEL = 1e-6
"""An axis may lean this much (sine) and still be vertical or horizontal."""


def one_of(names: Sequence[str], wanted: str, where: str) -> int:
    """Place of the block model wanted, or of the only one.

    Raises
    ------
    TableError
        When there is none, or several and none is named.
    """
    if not names:
        raise TableError("the file holds no block model", where=where, fix="export one as OMF")
    if wanted:
        if wanted not in names:
            raise TableError(
                f"the file holds no block model '{wanted}'",
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


def regular_grid(
    origin: ArrayLike,
    axes: Sequence[Sequence[float]],
    sizes: Sequence[NDArray[np.float64]],
    where: str,
) -> Grid:
    """The grid of an oriented tensor of cells.

    Parameters
    ----------
    origin : array_like, shape (3,)
        East, north, elevation (m) of the corner of the first cell.
    axes : sequence of three sequences of float
        Directions of u, v and w.
    sizes : sequence of three float64 arrays
        Size (m) of every cell along each.
    where : str
        The file, for errors.

    Raises
    ------
    ModelError
        When a number is infinite or none, cells are of several sizes, or the axes are not level
        and right-handed.
    """
    corner = np.asarray(origin, dtype=np.float64)
    u, v, w = (np.asarray(a, dtype=np.float64) for a in axes)
    if not all(np.isfinite(part).all() for part in (corner, u, v, w, *sizes)):
        raise ModelError(
            "the block model's origin, axes or sizes hold a number that is not finite",
            where=where,
            fix="export the file again",
        )
    for axis, each in enumerate(sizes):
        if each.size == 0 or np.abs(each - each[0]).max() > 1e-6 * abs(float(each[0])):
            raise ModelError(
                f"blocks are of several sizes along {'uvw'[axis]}",
                where=where,
                fix="regularise the model to one block size first",
            )
    level = abs(u[2]) < _LEVEL and abs(v[2]) < _LEVEL and abs(w[2] - np.linalg.norm(w)) < _LEVEL
    square = abs(float(np.dot(u, v))) < _LEVEL and u[0] * v[1] - u[1] * v[0] > 0
    if not (level and square):
        raise ModelError(
            "the block model is tilted, mirrored or counts downwards",
            where=where,
            fix="export it with level benches, x to the right of y, and z upwards",
        )
    turn = math.degrees(math.atan2(u[1], u[0]))
    east, north, floor = corner.tolist()
    return Grid(
        (east, north, floor),
        (float(sizes[0][0]), float(sizes[1][0]), float(sizes[2][0])),
        (len(sizes[0]), len(sizes[1]), len(sizes[2])),
        0.0 if abs(turn) < 1e-9 else turn,
    )
