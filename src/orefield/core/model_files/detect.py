"""The regular grid that a list of block centres lies on, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid

_F8 = NDArray[np.float64]

_OFF = 0.02
"""A centre may stand this share of a block away from its place: files round coordinates."""

_SAME_M = 1e-3
"""Coordinates closer than this are one coordinate written twice."""

_AXES = ("x", "y", "z")


@dataclass(frozen=True)
class _Lattice:
    """Equally spaced levels along an axis: centre of the first, spacing, number."""

    first: float
    step: float
    count: int


def detect_grid(
    xyz: _F8,
    *,
    rotation_deg: float = 0.0,
    size: tuple[float, float, float] | None = None,
    where: str = "",
) -> tuple[Grid, NDArray[np.int64]]:
    """The grid of block centres, and the flat index of each.

    The spacing along an axis is found from the differences of neighbouring coordinates,
    each of which must be a whole number of blocks; the grid spans what is there. Gaps are
    left as gaps.

    Parameters
    ----------
    xyz : float64 array, shape (k, 3)
        East, north, elevation (m) of block centres.
    rotation_deg : float
        Angle (degrees, counter-clockwise from east) of the grid's x axis.
    size : (float, float, float), optional
        Block size (m); needed along an axis on which all centres have one coordinate.
    where : str
        The file, for errors.

    Returns
    -------
    Grid
    int64 array, shape (k,)
        Flat index of each centre.

    Raises
    ------
    ModelError
        When centres are missing or not finite, do not lie on one regular grid (irregular,
        sub-blocked, rotated by another angle), or stand twice in one place.
    """
    if xyz.ndim != 2 or xyz.shape[1] != 3 or len(xyz) == 0:
        raise ModelError(f"block centres have shape {xyz.shape}, (k, 3) is needed", where=where)
    if not np.isfinite(xyz).all():
        bad = int(np.flatnonzero(~np.isfinite(xyz).all(axis=1))[0])
        raise ModelError(
            "a block centre is not finite", where=_row(where, bad), fix="fill or drop the row"
        )
    pivot = xyz.min(axis=0)
    local = _turned(xyz, pivot, -rotation_deg)
    lattices, cells = [], []
    for axis in range(3):
        given = size[axis] if size is not None else None
        lattice, cell = _lattice(local, axis, given, rotation_deg, where)
        lattices.append(lattice)
        cells.append(cell)
    steps = tuple(lat.step for lat in lattices)
    corner = np.array([[lat.first - lat.step / 2 for lat in lattices]])
    origin = _turned(corner, pivot, rotation_deg)[0]
    grid = Grid(
        (_tidy(origin[0]), _tidy(origin[1]), _tidy(origin[2])),
        (steps[0], steps[1], steps[2]),
        (lattices[0].count, lattices[1].count, lattices[2].count),
        rotation_deg,
    )
    flat = cells[0] + grid.shape[0] * (cells[1] + grid.shape[1] * cells[2])
    refuse_twins(flat, where)
    _refuse_too_fine(cells, grid, where)
    return grid, flat


def refuse_twins(flat: NDArray[np.int64], where: str) -> None:
    """Raise when two rows name one block.

    Raises
    ------
    ModelError
        Naming the second row and the first.
    """
    order = np.argsort(flat, kind="stable")
    same = np.flatnonzero(np.diff(flat[order]) == 0)
    if same.size:
        at = same[int(np.argmin(order[same + 1]))]
        first, second = int(order[at]), int(order[at + 1])
        raise ModelError(
            f"{same.size:,} blocks stand twice in the file (first seen in row {first + 2})",
            where=_row(where, second),
            fix="keep one row a block; a sub-blocked model must be regularised first",
        )


def _refuse_too_fine(cells: list[NDArray[np.int64]], grid: Grid, where: str) -> None:
    """Blocks of several sizes can share a lattice finer than any: no two then are neighbours."""
    for axis in range(3):
        others = [a for a in range(3) if a != axis]
        row = cells[others[0]] + grid.shape[others[0]] * cells[others[1]]
        key = np.sort(row * grid.shape[axis] + cells[axis])
        gap = np.diff(key)[np.diff(key // grid.shape[axis]) == 0]
        if gap.size and gap.min() > 1:
            raise ModelError(
                f"blocks would be {grid.size[axis]:g} m along {_AXES[axis]}, but no two stand "
                "that close: they are of several sizes",
                where=where,
                fix="regularise the model to one block size first, or give [model] size",
            )


def _lattice(
    local: _F8, axis: int, given: float | None, rotation_deg: float, where: str
) -> tuple[_Lattice, NDArray[np.int64]]:
    values = local[:, axis]
    levels = _distinct(np.unique(values), given)
    if len(levels) == 1:
        if given is None:
            raise ModelError(
                f"all blocks have one {_AXES[axis]}, which says nothing of their size",
                where=where,
                fix="give the block size, [model] size = [dx, dy, dz]",
            )
        return _Lattice(float(levels[0]), given, 1), np.zeros(len(values), np.int64)
    step = _spacing(levels) if given is None else given
    apart = np.rint(np.diff(levels) / step)
    place = np.concatenate([[0.0], np.cumsum(apart)])
    if given is None and place[-1] > 0:
        step = _tidy_step(float(np.polyfit(place, levels, 1)[0]), place[-1])
    first = float(np.median(levels - place * step))
    cell = np.rint((values - first) / step)
    off = np.abs(values - first - cell * step)
    worst = int(np.argmax(off))
    if off[worst] > _OFF * step or (apart < 1).any():
        _refuse(local, axis, rotation_deg, where)
    first += step * float(cell.min())
    cell -= cell.min()
    count = int(cell.max()) + 1
    return _Lattice(_tidy(first), step, count), cell.astype(np.int64)


def _distinct(levels: _F8, step: float | None) -> _F8:
    """Levels, with those that differ by the rounding of the file taken together."""
    apart = np.maximum(np.diff(levels), _SAME_M)
    if not apart.size:
        return levels
    tried: list[float] = []
    if step is not None:
        tried.append(step / 2)
    else:
        # where rounding ends and spacing begins, differences jump
        sizes = np.unique(apart)
        jump = sizes[1:] / sizes[:-1]
        tried += [float(sizes[j]) for j in np.argsort(-jump)[:3] if jump[j] > 3.0]
    for limit in (*tried, _SAME_M):
        group = np.concatenate([[0], np.cumsum(apart > limit)])
        first = np.searchsorted(group, np.arange(group[-1] + 1))
        last = np.append(first[1:], len(group)) - 1
        width = levels[last] - levels[first]
        gap = levels[first[1:]] - levels[last[:-1]]
        if not gap.size or width.max() <= 2 * _OFF * gap.min() or limit == _SAME_M:
            merged: _F8 = np.bincount(group, weights=levels) / np.bincount(group)
            return merged
    return levels


def _spacing(levels: _F8) -> float:
    """Mean of the differences that are one block: those near the smallest."""
    apart = np.diff(levels)
    return float(apart[apart < 1.5 * apart.min()].mean())


def _refuse(local: _F8, axis: int, rotation_deg: float, where: str) -> None:
    angle = _apparent_rotation(local)
    if axis < 2 and angle is not None:
        raise ModelError(
            f"block centres do not follow the axes: the grid seems turned by {angle:.2f} degrees",
            where=where,
            fix=f"give [model] rotation_deg = {rotation_deg + angle:.2f} (counter-clockwise)",
        )
    # what most blocks keep to, so that the one named is the one that does not
    values = local[:, axis]
    step = float(np.median(np.diff(np.unique(values))))
    middle = np.sort(values)[len(values) // 2]
    off = values - step * np.rint((values - middle) / step)
    away = np.abs(off - np.median(off))
    raise ModelError(
        f"blocks are not equally spaced along {_AXES[axis]}: {step:g} m fits not all of them",
        where=_row(where, int(np.flatnonzero(away >= 0.999 * away.max())[0])),
        fix="regularise the model to one block size first; sub-blocks and blocks of several "
        "sizes cannot be planned on one grid",
    )


def _apparent_rotation(local: _F8) -> float | None:
    """Angle (degrees) of the steps between nearest blocks of a level, where it is one angle."""
    middle_z = local[np.argsort(local[:, 2])[len(local) // 2], 2]
    level = local[np.abs(local[:, 2] - middle_z) < _SAME_M]
    if len(level) < 4:
        return None
    from scipy.spatial import cKDTree

    level = level[:20_000]
    found = cKDTree(level[:, :2]).query(level[:, :2], k=2)[1]
    near = np.asarray(found, dtype=np.int64)[:, 1]
    step = level[near, :2] - level[:, :2]
    angle = np.degrees(np.arctan2(step[:, 1], step[:, 0])) % 90.0
    middle = float(np.median(angle))
    away = np.abs((angle - middle + 45.0) % 90.0 - 45.0)
    turned = min(middle, 90.0 - middle) > 0.5
    return middle if turned and float(np.quantile(away, 0.9)) < 1.0 else None


def _turned(xyz: _F8, pivot: _F8, degrees: float) -> _F8:
    if not degrees:
        return xyz
    angle = math.radians(degrees)
    out = xyz.copy()
    dx, dy = xyz[:, 0] - pivot[0], xyz[:, 1] - pivot[1]
    out[:, 0] = pivot[0] + dx * math.cos(angle) - dy * math.sin(angle)
    out[:, 1] = pivot[1] + dx * math.sin(angle) + dy * math.cos(angle)
    return out


def _tidy_step(step: float, count: float) -> float:
    """``step`` with few digits where that moves no block by more than rounding does."""
    for digits in range(5):
        short = round(step, digits)
        if short > 0 and abs(short - step) * count <= _OFF * step / 10:
            return short
    return step


def _tidy(value: float) -> float:
    return round(float(value), 6)


def _row(where: str, index: int) -> str:
    return f"{where}:{index + 2}" if where else f"row {index + 2}"
