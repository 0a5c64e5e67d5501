"""Tailings: dry tonnes to settled volume, and whether the facility holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, Parameter, amount, shaped, within
from orefield.core.errors import InputError


@dataclass(frozen=True, eq=False)
class TailingsFacility:
    """Where an asset's tailings go.

    Parameters
    ----------
    settled_density_t_m3 : float or array
        Dry tonnes in a cubic metre of settled deposit, 0.5-2.5; an array broadcasts,
        such as (n_draws, 1).
    capacity_m3 : float or None
        Volume of all its approved facilities; None when none is published, and then
        nothing is said about how full they are.
    opening_m3 : float
        Volume already there before the first year.

    Raises
    ------
    InputError
        For a density or volume that cannot be, or an opening above the capacity.
    """

    settled_density_t_m3: Parameter
    capacity_m3: float | None = None
    opening_m3: float = 0.0

    def __post_init__(self) -> None:
        within("settled_density_t_m3", self.settled_density_t_m3, 0.5, 2.5)
        amount("opening_m3", self.opening_m3)
        if self.capacity_m3 is not None:
            within("capacity_m3", self.capacity_m3, 0.0, np.inf, open_low=True)
            if self.opening_m3 > self.capacity_m3:
                raise InputError(
                    f"the facility opens with {self.opening_m3:g} m3, it holds "
                    f"{self.capacity_m3:g} m3",
                    where="opening_m3",
                )

    def store(self, tailings_t: ArrayLike) -> StoredTailings:
        """Settled volumes of yearly dry ``tailings_t``, shape (..., T).

        A facility that is too small still takes everything here: what exceeds it is
        shown, as a plan would need a new facility, and not made to vanish.

        Raises
        ------
        InputError
            For negative or non-finite tonnes.
        """
        yearly_t = amount("tailings_t", tailings_t)
        density = shaped("settled_density_t_m3", self.settled_density_t_m3, yearly_t.shape)
        volume = yearly_t / density
        cumulative = self.opening_m3 + np.cumsum(volume, axis=-1)
        return StoredTailings(volume, cumulative, self.capacity_m3)


@dataclass(frozen=True, eq=False)
class StoredTailings:
    """Volumes of settled tailings, last axis years.

    Attributes
    ----------
    volume_m3 : ndarray
        Added in each year.
    cumulative_m3 : ndarray
        In place at the end of each year, the opening included.
    capacity_m3 : float or None
    """

    volume_m3: Array
    cumulative_m3: Array
    capacity_m3: float | None

    @property
    def share_filled(self) -> Array | None:
        """Cumulative volume / capacity; None where no capacity is published."""
        return None if self.capacity_m3 is None else self.cumulative_m3 / self.capacity_m3

    @property
    def excess_m3(self) -> Array | None:
        """Volume beyond capacity at the end of each year; None without a capacity."""
        if self.capacity_m3 is None:
            return None
        return np.maximum(self.cumulative_m3 - self.capacity_m3, 0.0)

    def first_year_over(self, years: ArrayLike) -> Array | None:
        """First of ``years`` (T,) at whose end the capacity is exceeded, shape (...,).

        NaN where it never is; None without a capacity.
        """
        excess = self.excess_m3
        if excess is None:
            return None
        calendar = shaped("years", years, excess.shape[-1:])
        over = excess > 0.0
        first = calendar[np.argmax(over, axis=-1)]
        return np.where(over.any(axis=-1), first, np.nan)
