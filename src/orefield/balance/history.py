"""Use before the model's first year, rebuilt from the few totals that were published.

A stock remembers decades, while published totals of a nation's use are a handful. Between
two anchors use grows at a constant rate (log-linear interpolation); before the first
anchor it falls back at a given rate to a start year, before which the stock is taken as
empty; after the last anchor it grows at a given rate. Both rates and a scale that stands
for the error of the anchors vary by draw. This is an assumption, and is labelled so: what
it leads to is compared with published in-use stocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from orefield.balance._checks import FloatArray, checked, checked_shares, spread
from orefield.core.errors import InputError


@dataclass(frozen=True)
class UseHistory:
    """Total use (semis makers' input, with scrap melted directly) before the first year.

    Parameters
    ----------
    start_year : int
        First year with any use.
    anchor_years : tuple of int
        Years of published totals, rising, none before ``start_year``.
    anchor_use_t : ndarray of shape (n_draws or 1, n_anchors)
        Published totals, t contained per year, above 0.
    growth_before : ndarray of shape (n_draws or 1,)
        Yearly growth before the first anchor, as a fraction (0.09 = 9 %/y), above -1.
    growth_after : ndarray of shape (n_draws or 1,)
        Yearly growth after the last anchor, likewise.
    scale : ndarray of shape (n_draws or 1,)
        Factor on all totals, above 0; 1 in the central case.
    shares : ndarray of shape (n_draws or 1, n_sectors)
        Shares of the end-use sectors, summing to 1.

    Raises
    ------
    InputError
        When anchors are missing, unordered, before the start, or a value is out of range.
    """

    start_year: int
    anchor_years: tuple[int, ...]
    anchor_use_t: FloatArray
    growth_before: FloatArray
    growth_after: FloatArray
    scale: FloatArray
    shares: FloatArray

    def __post_init__(self) -> None:
        years = tuple(int(year) for year in self.anchor_years)
        if not years or any(later <= year for year, later in pairwise(years)):
            raise InputError(f"anchor years {years} must be given and rise", where="history of use")
        if years[0] < self.start_year:
            raise InputError(
                f"the anchor of {years[0]} lies before the start year {self.start_year}",
                where="history of use",
                fix="start earlier or drop the anchor",
            )
        use = checked("anchor_use_t", self.anchor_use_t, ("draw", "anchor"), low=0.0, open_low=True)
        if use.shape[1] != len(years):
            raise InputError(
                f"{use.shape[1]} totals are given for {len(years)} anchor years",
                where="history of use",
            )
        object.__setattr__(self, "anchor_years", years)
        object.__setattr__(self, "anchor_use_t", use)
        for name in ("growth_before", "growth_after"):
            rate = checked(name, getattr(self, name), ("draw",), low=-1.0, high=1.0, open_low=True)
            object.__setattr__(self, name, rate)
        scale = checked("scale", self.scale, ("draw",), low=0.0, open_low=True)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(
            self, "shares", checked_shares("history shares", self.shares, ("draw", "sector"))
        )

    def years(self, until: int) -> range:
        """Start year up to and including ``until``."""
        return range(self.start_year, until + 1)

    def total_use_t(self, n_draws: int, until: int) -> FloatArray:
        """Total use from the start year to ``until``, shape (n_draws, n_years).

        Raises
        ------
        InputError
            When ``until`` lies before the start, or a parameter has other draws.
        """
        year = np.asarray(self.years(until), dtype=np.float64)
        if year.size == 0:
            raise InputError(f"the history starts in {self.start_year}, after {until}")
        k = len(self.anchor_years)
        anchor = np.log(spread("anchor_use_t", self.anchor_use_t, (n_draws, k)))
        before = np.log1p(spread("growth_before", self.growth_before, (n_draws,)))[:, None]
        after = np.log1p(spread("growth_after", self.growth_after, (n_draws,)))[:, None]
        known = np.asarray(self.anchor_years, dtype=np.float64)
        # The segment of each year, and how far along it the year lies.
        left = np.clip(np.searchsorted(known, year, side="right") - 1, 0, max(k - 2, 0))
        right = np.minimum(left + 1, k - 1)
        span = np.maximum(known[right] - known[left], 1.0)
        along = np.clip((year - known[left]) / span, 0.0, 1.0)
        log_use = anchor[:, left] * (1.0 - along) + anchor[:, right] * along
        log_use = log_use + before * np.minimum(year - known[0], 0.0)
        log_use = log_use + after * np.maximum(year - known[-1], 0.0)
        scale = spread("scale", self.scale, (n_draws,))[:, None]
        return np.asarray(np.exp(log_use) * scale, dtype=np.float64)

    def use_by_sector_t(self, n_draws: int, until: int) -> FloatArray:
        """Use by sector, shape (n_draws, n_sectors, n_years); errors as ``total_use_t``."""
        shares = spread("history shares", self.shares, (n_draws, self.shares.shape[1]))
        return np.asarray(
            self.total_use_t(n_draws, until)[:, None, :] * shares[:, :, None], dtype=np.float64
        )
