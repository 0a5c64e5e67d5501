"""Candidate holes on a grid of collars, in every direction and length offered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.deposit.drilling.holes import PlannedHoles

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

Elevation = Callable[[_F8], _F8]
"""Elevation (m) of the ground at places (k, 2)."""

MAX_COLLARS = 100_000


def collar_grid(
    grid: Grid,
    spacing_m: tuple[float, float],
    *,
    margin_m: float = 0.0,
    phase: tuple[float, float] = (0.5, 0.5),
) -> _F8:
    """Places (k, 2) on a regular pattern along the grid's own axes.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    spacing_m : (float, float)
        Along the grid's x and y.
    margin_m : float
        How far beyond the grid.
    phase : (float, float)
        Where the pattern begins, in spacings from the corner.

    Raises
    ------
    ModelError
        For spacings that are not positive, or absurdly many collars.
    """
    if not all(np.isfinite(s) and s > 0 for s in spacing_m):
        raise ModelError(f"collars every {spacing_m} m", fix="give metres above zero")
    if not (np.isfinite(margin_m) and margin_m >= 0):
        raise ModelError(f"a margin of {margin_m:g} m", fix="give zero or more")
    axes = []
    for s, step, shift in zip(
        np.multiply(grid.size, grid.shape)[:2], spacing_m, phase, strict=True
    ):
        first = -np.floor(margin_m / step + shift) + shift
        axes.append(np.arange(first * step, s + margin_m + 1e-9, step))
        axes[-1] = axes[-1][axes[-1] >= -margin_m - 1e-9]
    if len(axes[0]) * len(axes[1]) > MAX_COLLARS:
        raise ModelError(
            f"{len(axes[0]):,} x {len(axes[1]):,} collars", fix="space them wider; units are metres"
        )
    x, y = np.meshgrid(*axes)
    local = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    return grid.to_world(local)[:, :2]


def fans(
    places_m: _F8,
    elevation: Elevation,
    azimuths_deg: Sequence[float],
    dips_deg: Sequence[float],
    lengths_m: Sequence[float],
) -> PlannedHoles:
    """Every direction and length from every collar; a vertical hole has one azimuth.

    Raises
    ------
    ModelError
        When there is no collar, direction or length.
    """
    if not (len(places_m) and len(azimuths_deg) and len(dips_deg) and len(lengths_m)):
        raise ModelError("there is no candidate hole", fix="give collars, directions and lengths")
    ways = dict.fromkeys(
        (0.0 if abs(dip) == 90 else float(azimuth), float(dip), float(length))
        for dip in dips_deg for azimuth in azimuths_deg for length in lengths_m
    )  # fmt: skip
    collars = np.column_stack([places_m, elevation(places_m)])
    each = np.repeat(collars, len(ways), axis=0)
    azimuth, dip, length = np.tile(np.array(list(ways)), (len(collars), 1)).T
    return PlannedHoles(each, azimuth, dip, length)


def ground_of_columns(grid: Grid, rock: _MASK) -> Elevation:
    """The top of the highest rock of a column of blocks; beyond it, that of the nearest column.

    Raises
    ------
    ModelError
        When no block is rock.
    """
    nx, ny, nz = grid.shape
    box = rock.reshape(nz, ny * nx)
    has = box.any(axis=0)
    if not has.any():
        raise ModelError("no block is rock", fix="check density and rock_fraction")
    top = nz - box[::-1].argmax(axis=0)
    columns = np.flatnonzero(has)
    middles = grid.to_world(
        np.column_stack(
            [(columns % nx + 0.5) * grid.size[0], (columns // nx + 0.5) * grid.size[1],
             np.zeros(len(columns))]
        )
    )[:, :2]  # fmt: skip
    levels = grid.origin[2] + top[columns] * grid.size[2]
    from scipy.spatial import cKDTree

    tree = cKDTree(middles)

    def elevation(places_m: _F8) -> _F8:
        _, at = tree.query(places_m)
        return np.asarray(levels[at], dtype=np.float64)

    return elevation
