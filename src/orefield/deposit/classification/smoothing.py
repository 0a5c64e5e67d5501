"""Maps of classes made minable: spots of single blocks taken up by what surrounds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.classification.classes import CLASSES, ResourceClass

_I1 = NDArray[np.int8]
_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

How = Literal["majority", "islands"]
HOWS: tuple[How, ...] = get_args(How)


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How a spotted map of classes is smoothed.

    Parameters
    ----------
    how : {"majority", "islands"}
        ``majority``: a block takes the class that most tonnes around it have. ``islands``:
        connected bodies of a class that are too small take the class most of their neighbours
        have.
    radius : (int, int, int)
        Blocks each way (along the grid's axes) that a majority is taken over.
    passes : int
        How often.
    least_t : float
        Tonnes below which a body is too small.

    Raises
    ------
    ModelError
        For an unknown way or numbers out of range.
    """

    how: How = "majority"
    radius: tuple[int, int, int] = (1, 1, 1)
    passes: int = 1
    least_t: float = 0.0

    def __post_init__(self) -> None:
        if self.how not in HOWS:
            raise ModelError(f"classes cannot be smoothed by '{self.how}'", fix="/".join(HOWS))
        if min(self.radius) < 0 or max(self.radius) < 1 or self.passes < 1:
            raise ModelError(
                f"smoothing over {self.radius} blocks, {self.passes} times",
                fix="give a radius of one or more blocks some way, and one or more passes",
            )
        if self.how == "islands" and not self.least_t > 0:
            raise ModelError("bodies have no least tonnes", fix="set 'least_t'")


def smoothed(grid: Grid, classes: _I1, tonnes: _F8, of: _MASK, by: Smoothing) -> _I1:
    """Classes with spots taken up; tonnes move between classes, none is lost.

    Blocks outside ``of`` stay unclassified and are nobody's neighbour, so that smoothing never
    makes a resource of what was not estimated.

    Parameters
    ----------
    grid : Grid
        Who is whose neighbour.
    classes : ndarray of int8, shape (n,)
        :class:`ResourceClass` of each block.
    tonnes : ndarray of shape (n,)
        Rock of each block.
    of : ndarray of bool, shape (n,)
        Blocks that can be a resource.
    by : Smoothing
        How.
    """
    nx, ny, nz = grid.shape
    box = (nz, ny, nx)
    now = np.asarray(classes, dtype=np.int8).reshape(box)
    weight = np.where(of, tonnes, 0.0).reshape(box)
    inside = np.asarray(of).reshape(box)
    for _ in range(by.passes):
        before = now
        now = (
            _majority(now, weight, inside, by.radius)
            if by.how == "majority"
            else _without_islands(now, weight, inside, by.least_t)
        )
        if (now == before).all():
            break
    return np.where(of, now.reshape(-1), np.int8(0)).astype(np.int8)


def _majority(now: _I1, weight: _F8, inside: _MASK, radius: tuple[int, int, int]) -> _I1:
    size = tuple(2 * r + 1 for r in reversed(radius))
    # scaled, so that the running sums' rounding stays far below one block
    scale = float(weight.max()) or 1.0
    votes = np.array(
        [
            ndimage.uniform_filter(np.where(now == c, weight / scale, 0.0), size, mode="constant")
            for c in CLASSES
        ]
    )
    best = votes.max(axis=0)
    own = np.take_along_axis(votes, now[None].astype(np.int64), axis=0)[0]
    tied = votes >= best - 1e-9
    # the lowest class of equals, and a block's own where it is among them
    chosen = np.where(own >= best - 1e-9, now, tied.argmax(axis=0))
    return np.where(inside, chosen, now).astype(np.int8)


def _without_islands(now: _I1, weight: _F8, inside: _MASK, least_t: float) -> _I1:
    out = now.copy()
    for c in sorted(CLASSES, reverse=True):
        body, count = ndimage.label(inside & (out == c))
        if count == 0:
            continue
        mass = np.bincount(body.ravel(), weight.ravel(), minlength=count + 1)
        small = mass < least_t
        small[0] = False
        touching = _neighbours(np.asarray(body, np.int32), out, inside, count)
        touching[:, c] = 0
        has = touching.any(axis=1)
        takes = np.where(small & has, touching.argmax(axis=1), -1)
        new = takes[body]
        out = np.where(new >= 0, new, out).astype(np.int8)
    return out


def _neighbours(
    body: NDArray[np.int32], classes: _I1, inside: _MASK, count: int
) -> NDArray[np.int64]:
    """How many faces each body shares with each class, shape (count + 1, classes)."""
    faces = np.zeros((count + 1, len(CLASSES)), dtype=np.int64)
    for axis in range(3):
        here: list[slice] = [slice(None)] * 3
        there: list[slice] = [slice(None)] * 3
        here[axis], there[axis] = slice(None, -1), slice(1, None)
        for a, b in ((tuple(here), tuple(there)), (tuple(there), tuple(here))):
            edge = (body[a] > 0) & (body[b] != body[a]) & inside[b]
            np.add.at(faces, (body[a][edge], classes[b][edge].astype(np.int64)), 1)
    return faces


def moved_tonnes(before: _I1, after: _I1, tonnes: _F8) -> dict[ResourceClass, tuple[float, float]]:
    """Tonnes of each class before and after smoothing."""
    return {c: (float(tonnes[before == c].sum()), float(tonnes[after == c].sum())) for c in CLASSES}
