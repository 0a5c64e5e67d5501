"""Use by end-use sector: shares of the published years, growth in the years to come.

*Use* is first use: what the makers of semis melt, refined metal and scrap melted directly
together, by the sector their products go to. It is not final demand, and differs from the
shares of Chinese first-use statistics or of input-output tables; a study names which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import (
    FloatArray,
    checked,
    checked_labels,
    checked_shares,
    spread,
)
from orefield.core.errors import InputError


@dataclass(frozen=True)
class Demand:
    """End-use sectors, their shares in the published years, their growth afterwards.

    Parameters
    ----------
    sectors : tuple of str
        Labels, all different.
    shares : ndarray of shape (n_draws or 1, n_sectors)
        Shares of total use in the published years, summing to 1.
    growth : ndarray of shape (n_draws or 1, n_sectors or 1, n_future or 1)
        Yearly growth of each sector's use after the last published year, as a fraction
        above -1 (0.02 = 2 %/y).

    Raises
    ------
    InputError
        When labels repeat, shares do not sum to 1, or a value is out of range.
    """

    sectors: tuple[str, ...]
    shares: FloatArray
    growth: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "sectors", checked_labels("sectors", self.sectors))
        shares = checked_shares("demand shares", self.shares, ("draw", "sector"))
        if shares.shape[1] != len(self.sectors):
            raise InputError(
                f"{shares.shape[1]} shares are given for {len(self.sectors)} sectors",
                where="demand shares",
            )
        object.__setattr__(self, "shares", shares)
        growth = checked(
            "demand growth",
            self.growth,
            ("draw", "sector", "year"),
            low=-1.0,
            high=1.0,
            open_low=True,
        )
        object.__setattr__(self, "growth", growth)

    def split_t(self, total_use_t: FloatArray) -> FloatArray:
        """Total use (n_draws, n_years) of published years by sector.

        Returns
        -------
        ndarray of shape (n_draws, n_sectors, n_years)
        """
        n_draws = total_use_t.shape[0]
        shares = spread("demand shares", self.shares, (n_draws, len(self.sectors)))
        return np.asarray(total_use_t[:, None, :] * shares[:, :, None], dtype=np.float64)

    def future_use_t(self, last_use_t: FloatArray, n_years: int) -> FloatArray:
        """Use by sector in the years after the last published one.

        Parameters
        ----------
        last_use_t : ndarray of shape (n_draws, n_sectors)
            Use by sector in the last published year.
        n_years : int
            Number of future years.

        Returns
        -------
        ndarray of shape (n_draws, n_sectors, n_years)
        """
        shape = (*last_use_t.shape, n_years)
        factor = np.cumprod(1.0 + spread("demand growth", self.growth, shape), axis=2)
        return np.asarray(last_use_t[:, :, None] * factor, dtype=np.float64)
