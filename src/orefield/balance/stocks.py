"""The dynamic stock model: what entered use, what is still there, what leaves.

Inflow-driven: every year's inflow is a cohort, and a lifetime distribution says what
share of it is still in use at each age. Level and outflow are two separate accounts:

* level(t)   = sum over cohorts c <= t of inflow(c) * S(t - c)
* outflow(t) = sum over cohorts c <= t of inflow(c) * S(t - c - 1) * h(t - c)

where h is the hazard, the share of the survivors that leaves in the year. They are added
up from different tables, so that the metal ledger compares two accounts.

**Half-year convention.** A year's inflow is taken to enter in the middle of the year on
average: at the end of its own year a cohort is 0.5 years old, and k + 0.5 years old k
years later, so S(k) is the survival at age k + 0.5 and a first-year loss S(0) < 1 exists.
Levels are at the end of the year.

Sources: van der Voet et al. (2002), *Predicting future emissions based on characteristics
of stocks*, Ecol. Econ. 41(2), 223-234; Mueller (2006), *Stock dynamics for forecasting
material flows*, Ecol. Econ. 59(1), 142-156, doi:10.1016/j.ecolecon.2005.09.025; on the
convention for the age of the first cohort, Pauliuk & Heeren (2020), J. Ind. Ecol. 24(3),
446-458, doi:10.1111/jiec.12952.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import FloatArray, checked, spread
from orefield.balance.lifetimes import Lifetime
from orefield.core.errors import InputError


@dataclass(frozen=True)
class StockModel:
    """Tables of survival and retirement by age, for every draw and sector.

    Build it with :meth:`from_lifetimes`.

    Attributes
    ----------
    survive : ndarray of shape (n_draws, n_sectors, n_ages)
        Share of a cohort in use at the end of the k-th year after its own.
    retire : ndarray of shape (n_draws, n_sectors, n_ages)
        Share of a cohort that leaves within the k-th year after its own.
    """

    survive: FloatArray
    retire: FloatArray

    @classmethod
    def from_lifetimes(
        cls, lifetimes: Sequence[Lifetime], n_draws: int, n_years: int
    ) -> StockModel:
        """Tables for one lifetime per sector over a span of ``n_years`` years.

        Raises
        ------
        InputError
            When there is no sector, no year, or a lifetime has another number of draws.
        """
        if not lifetimes or n_years < 1 or n_draws < 1:
            raise InputError("a stock model needs at least one sector, one draw and one year")
        age_y = np.arange(n_years) + 0.5
        survive = np.empty((n_draws, len(lifetimes), n_years))
        for i, lifetime in enumerate(lifetimes):
            table = lifetime.survival(age_y)
            survive[:, i, :] = spread(f"lifetime of sector {i}", table, (n_draws, n_years))
        before = np.concatenate([np.ones((n_draws, len(lifetimes), 1)), survive[..., :-1]], axis=2)
        hazard = np.ones_like(survive)  # a cohort that is gone stays gone
        np.divide(before - survive, before, out=hazard, where=before > 0.0)
        retire = before * hazard
        survive.flags.writeable = False
        retire.flags.writeable = False
        return cls(survive, retire)

    def level(self, inflow_t: FloatArray) -> FloatArray:
        """Stock in use at the end of each year, same shape as ``inflow_t``.

        Parameters
        ----------
        inflow_t : ndarray of shape (n_draws, n_sectors, n_years)
            Tonnes entering use, 0 or more, from the first year that anything did: the
            stock before it is empty.

        Raises
        ------
        InputError
            When the shape does not fit the tables or a value is negative or not finite.
        """
        return self._convolve(inflow_t, self.survive)

    def outflow(self, inflow_t: FloatArray) -> FloatArray:
        """Tonnes leaving use in each year; arguments and errors as for :meth:`level`."""
        return self._convolve(inflow_t, self.retire)

    def outflow_of_earlier(self, inflow_t: FloatArray, year: int) -> FloatArray:
        """Tonnes leaving in year index ``year`` from cohorts before it, (n_draws, n_sectors).

        The cohort of the year itself, whose size may depend on this very outflow, adds
        ``retire[..., 0]`` of its inflow. Used where use and scrap of a year are solved
        together; ``inflow_t`` is read before ``year`` only and is not checked.
        """
        if year == 0:
            return np.zeros(inflow_t.shape[:2])
        cohorts = inflow_t[..., :year] * self.retire[..., year:0:-1]
        return np.asarray(cohorts.sum(axis=-1), dtype=np.float64)

    def _convolve(self, inflow_t: FloatArray, table: FloatArray) -> FloatArray:
        inflow = checked("inflow_t", inflow_t, ("draw", "sector", "year"), low=0.0)
        n_years = inflow.shape[2]
        if inflow.shape[:2] != table.shape[:2] or n_years > table.shape[2]:
            raise InputError(
                f"inflow of shape {inflow.shape} does not fit tables of shape {table.shape}",
                where="stock model",
                fix="build the model for these draws, sectors and at least this many years",
            )
        out = np.zeros(inflow.shape)
        # One pass per age in a fixed order: the same bits however many threads there are.
        for age in range(n_years):
            out[..., age:] += inflow[..., : n_years - age] * table[..., age : age + 1]
        return out
