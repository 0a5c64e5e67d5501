"""How much room machines need, in blocks; and what a ramp takes from a wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core import Grid, ModelError

_I4 = NDArray[np.int32]


@dataclass(frozen=True)
class WorkingRoom:
    """Widths that phases must keep.

    Attributes
    ----------
    mining_m : float
        Between the walls of successive phases, on every bench.
    bottom_m : float
        Of every bench of the pit as it stands after each phase, its floor above all.
    ramp_m : float
        Added to ``mining_m``: a phase carries its ramp on its own wall, so that the wall
        of the next one stands that much further back.
    smallest_m2 : float
        A part of a phase on a bench smaller than this goes to the phase inside it.
    shape : {"square", "disk"}
        What must fit: a square along the grid, or a disk of that width.

    Raises
    ------
    ModelError
        For a width that is negative or not finite, or an unknown shape.
    """

    mining_m: float = 0.0
    bottom_m: float = 0.0
    ramp_m: float = 0.0
    smallest_m2: float = 0.0
    shape: Literal["square", "disk"] = "square"

    def __post_init__(self) -> None:
        for name in ("mining_m", "bottom_m", "ramp_m", "smallest_m2"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise ModelError(
                    f"{name} is {value}", where="working room", fix="give metres, 0 for none"
                )
        if self.shape not in ("square", "disk"):
            raise ModelError(
                f"'{self.shape}' is no shape", where="working room", fix='"square" or "disk"'
            )

    def between(self, grid: Grid) -> _I4:
        """Element that must fit between walls, see :func:`element`."""
        return element(grid, self.mining_m + self.ramp_m, self.shape)

    def at_bottom(self, grid: Grid) -> _I4:
        """Element that must fit on every bench of the pit, see :func:`element`."""
        return element(grid, self.bottom_m, self.shape)


def element(grid: Grid, width_m: float, shape: Literal["square", "disk"] = "square") -> _I4:
    """Blocks (dx, dy) that a square or a disk of a width covers, from 0, 0 upwards.

    Widths are rounded up to whole blocks: 45 m is three blocks of 20 m. A disk holds the
    blocks whose centre it holds.

    Parameters
    ----------
    grid : Grid
        Gives the block size.
    width_m : float
        At most a block: one block.
    shape : {"square", "disk"}
        See :class:`WorkingRoom`.

    Returns
    -------
    int32 array, shape (m, 2)

    Raises
    ------
    ModelError
        When the element is wider than the grid.
    """
    wide = [max(1, math.ceil(width_m / grid.size[axis] - 1e-9)) for axis in range(2)]
    if wide[0] > grid.shape[0] or wide[1] > grid.shape[1]:
        raise ModelError(
            f"a width of {width_m:g} m is more than the model has",
            fix="check that widths and block sizes are both in metres",
        )
    y, x = np.meshgrid(np.arange(wide[1]), np.arange(wide[0]), indexing="ij")
    held = np.ones(x.shape, dtype=bool)
    if shape == "disk":
        away_x = (x - (wide[0] - 1) / 2) / (wide[0] / 2)
        away_y = (y - (wide[1] - 1) / 2) / (wide[1] / 2)
        held = away_x**2 + away_y**2 <= 1.0
    return np.column_stack([x[held], y[held]]).astype(np.int32)


def slope_with_ramps(
    inter_ramp_deg: float, *, wall_height_m: float, ramp_m: float, crossings: float
) -> float:
    """Overall slope (degrees) of a wall that ramps cross: each sets it back by its width.

    ``tan(overall) = H / (H / tan(inter-ramp) + crossings * ramp width)``. To leave room
    for the ramps of a design, plan the walls that will carry them at this angle.

    Parameters
    ----------
    inter_ramp_deg : float
        Slope of the wall between ramps.
    wall_height_m, ramp_m : float
        Height of the wall, width of a ramp.
    crossings : float
        How often a ramp crosses the wall from toe to crest.

    Raises
    ------
    ModelError
        For an angle outside (0, 90) degrees, a height that is not positive, or negative
        widths or crossings.
    """
    if not 0.0 < inter_ramp_deg < 90.0:
        raise ModelError(f"inter-ramp slope of {inter_ramp_deg} degrees", fix="give 0 to 90")
    if not (wall_height_m > 0.0 and ramp_m >= 0.0 and crossings >= 0.0):
        raise ModelError(
            f"wall {wall_height_m} m, ramp {ramp_m} m, {crossings} crossings",
            fix="give a height above zero, and no negative width or number",
        )
    back = wall_height_m / math.tan(math.radians(inter_ramp_deg)) + crossings * ramp_m
    return math.degrees(math.atan(wall_height_m / back))
