"""Use, stock in use and scrap, solved together (see :mod:`orefield.balance.flows`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import FloatArray, spread
from orefield.balance.inputs import BalanceInputs
from orefield.balance.recycling import FabricationFlows
from orefield.balance.stocks import StockModel
from orefield.core.errors import InputError


@dataclass(frozen=True)
class UseSide:
    """Use and what follows from it.

    ``history_years`` is the first axis length of the stock before the first year; arrays
    named ``*_by_sector_t`` have shape (n_draws, n_sectors, n_years), ``in_use_t`` has the
    years of the history before them.
    """

    use_by_sector_t: FloatArray
    fabrication: FabricationFlows
    in_use_t: FloatArray
    end_of_life_by_sector_t: FloatArray
    old_scrap_by_sector_t: FloatArray
    lost_by_sector_t: FloatArray
    abandoned_by_sector_t: FloatArray

    @property
    def domestic_scrap_t(self) -> FloatArray:
        """Old and new scrap that reaches the scrap market, shape (n_draws, n_years)."""
        return np.asarray(
            self.old_scrap_by_sector_t.sum(axis=1) + self.fabrication.new_scrap_t, np.float64
        )


def solve_use(
    inputs: BalanceInputs, refined_use_t: FloatArray, scrap_imports_t: FloatArray
) -> UseSide:
    """Use of all years from the refined use of the published ones.

    In a published year refined use is known, and use is refined use plus scrap melted
    directly. That scrap comes in part from the year's own use (new scrap, and products
    that fail in their first year), so each year is a linear equation in its use::

        use = refined use + direct * (imported scrap + scrap of earlier cohorts + b * use)

    In a future year use is given by the demand path.

    Parameters
    ----------
    inputs : BalanceInputs
        Parameters; its published refined output and trade are not read here.
    refined_use_t : ndarray of shape (n_draws, n_published)
        Refined metal that semis makers take.
    scrap_imports_t : ndarray of shape (n_draws, n_published)
        Metal in imported scrap.

    Raises
    ------
    InputError
        When a year's use would feed more than itself back as scrap.
    """
    n_draws, horizon = inputs.n_draws, inputs.horizon
    n_sectors, n_published = len(inputs.demand.sectors), horizon.n_published
    past = inputs.history.use_by_sector_t(n_draws, horizon.first_year - 1)
    n_past = past.shape[2]
    n_all = n_past + horizon.n_years
    model = StockModel.from_lifetimes(inputs.lifetimes, n_draws, n_all)
    recovered, lost, abandoned = inputs.end_of_life.rates(n_draws, horizon.n_years)
    share = spread(
        "refining_share_of_scrap",
        inputs.processing.refining_share_of_scrap,
        (n_draws, horizon.n_years),
    )

    inflow = np.zeros((n_draws, n_sectors, n_all))
    inflow[:, :, :n_past] = inputs.fabrication.apply(past).to_use_by_sector_t
    shares = inputs.demand.split_t(np.ones((n_draws, 1)))
    unit = inputs.fabrication.apply(shares)  # flows of 1 t of use in a published year
    to_use, new_scrap = unit.to_use_by_sector_t[:, :, 0], unit.new_scrap_t[:, 0]
    use = np.zeros((n_draws, n_sectors, horizon.n_years))
    for t in range(n_published):
        direct = 1.0 - share[:, t]
        earlier = (model.outflow_of_earlier(inflow, n_past + t) * recovered[:, :, t]).sum(axis=1)
        own = new_scrap + (to_use * model.retire[:, :, 0] * recovered[:, :, t]).sum(axis=1)
        left = 1.0 - direct * own
        if (left <= 0.0).any():
            raise InputError(
                "a year's use would return more than itself as scrap",
                where=f"{horizon.first_year + t}, draw {int(np.argmin(left))}",
                fix="check new scrap rates, lifetimes and net imports of semis and products",
            )
        total = (refined_use_t[:, t] + direct * (scrap_imports_t[:, t] + earlier)) / left
        use[:, :, t] = total[:, None] * shares[:, :, 0]
        inflow[:, :, n_past + t] = total[:, None] * to_use
    use[:, :, n_published:] = inputs.demand.future_use_t(
        use[:, :, n_published - 1], horizon.n_future
    )
    fabrication = inputs.fabrication.apply(use)
    inflow[:, :, n_past:] = fabrication.to_use_by_sector_t
    leaving = model.outflow(inflow)[:, :, n_past:]
    return UseSide(
        use_by_sector_t=use,
        fabrication=fabrication,
        in_use_t=model.level(inflow),
        end_of_life_by_sector_t=leaving,
        old_scrap_by_sector_t=leaving * recovered,
        lost_by_sector_t=leaving * lost,
        abandoned_by_sector_t=leaving * abandoned,
    )
