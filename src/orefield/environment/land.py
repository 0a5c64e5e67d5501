"""Land disturbed by pit, dumps, tailings and plant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.amounts import Array, Parameter, amount, within
from orefield.core.errors import InputError
from orefield.core.grid import Grid


def pit_outline_area_m2(grid: Grid, in_pit: NDArray[np.bool_]) -> float:
    """Plan area (m2) of a pit: columns of the grid with a block in it.

    Parameters
    ----------
    grid : Grid
        Where the blocks are.
    in_pit : ndarray of bool, shape (grid.n,)
        Blocks of rock in the pit, in the grid's index order.

    Raises
    ------
    InputError
        When the mask has another length.
    """
    mask = np.asarray(in_pit, dtype=bool)
    if mask.shape != (grid.n,):
        raise InputError(
            f"pit mask has shape {mask.shape}, the grid has {grid.n:,} blocks", where="in_pit"
        )
    nx, ny, nz = grid.shape
    columns = int(mask.reshape(nz, ny * nx).any(axis=0).sum())
    return columns * grid.size[0] * grid.size[1]


@dataclass(frozen=True, eq=False)
class LandUse:
    """How piles turn into area.

    Parameters
    ----------
    dump_density_t_m3 : float or array
        Dry tonnes in a cubic metre of dumped rock (density in place / swell), 1-2.5.
    dump_mean_height_m, tailings_mean_depth_m : float or array
        Volume / area of the finished pile, above 0 to 1,000 m. As a mean over the
        final footprint it understates the area while piles are young and low.
    plant_site_m2 : float
        Plant, camp and roads, disturbed from the first year of digging.

    Raises
    ------
    InputError
        For a parameter outside its range.
    """

    dump_density_t_m3: Parameter
    dump_mean_height_m: Parameter
    tailings_mean_depth_m: Parameter
    plant_site_m2: float

    def __post_init__(self) -> None:
        within("dump_density_t_m3", self.dump_density_t_m3, 1.0, 2.5)
        within("dump_mean_height_m", self.dump_mean_height_m, 0.0, 1000.0, open_low=True)
        within("tailings_mean_depth_m", self.tailings_mean_depth_m, 0.0, 1000.0, open_low=True)
        amount("plant_site_m2", self.plant_site_m2)

    def disturbed(
        self, pit_m2: ArrayLike, waste_t: ArrayLike, tailings_cumulative_m3: ArrayLike
    ) -> DisturbedLand:
        """Land disturbed at the end of each year; nothing is reclaimed.

        Parameters
        ----------
        pit_m2 : array_like
            Outline of the pit at the end of each year, or one value where only the final
            outline is known; it then counts from the first year with rock moved.
        waste_t : array_like, shape (..., T)
            Waste dumped in each year (t).
        tailings_cumulative_m3 : array_like, shape (..., T)
            Settled tailings in place at the end of each year.

        Raises
        ------
        InputError
            For negative or non-finite amounts, or a cumulative volume that falls.
        """
        pit, waste, stored = np.broadcast_arrays(
            amount("pit_m2", pit_m2),
            amount("waste_t", waste_t),
            amount("tailings_cumulative_m3", tailings_cumulative_m3),
        )
        if (np.diff(stored, axis=-1) < 0).any():
            raise InputError(
                "tailings in place fall from one year to the next",
                where="tailings_cumulative_m3",
                fix="give cumulative volumes",
            )
        dumped_m3 = np.cumsum(waste, axis=-1) / np.asarray(self.dump_density_t_m3)
        begun = (dumped_m3 > 0) | (stored > 0)
        return DisturbedLand(
            pit_m2=np.where(begun, pit, 0.0),
            dump_m2=dumped_m3 / np.asarray(self.dump_mean_height_m),
            tailings_m2=stored / np.asarray(self.tailings_mean_depth_m),
            plant_m2=np.where(begun, self.plant_site_m2, 0.0),
        )


@dataclass(frozen=True, eq=False)
class DisturbedLand:
    """Land (m2) disturbed at the end of each year, by what stands on it."""

    pit_m2: Array
    dump_m2: Array
    tailings_m2: Array
    plant_m2: Array

    @property
    def total_m2(self) -> Array:
        """All of it."""
        return self.pit_m2 + self.dump_m2 + self.tailings_m2 + self.plant_m2
