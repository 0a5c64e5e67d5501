"""The national balance: from mines and scrap to use, year by year, for many draws at once.

The network, with what enters and leaves every node:

===================  ========================================  =============================
node                 in                                        out
===================  ========================================  =============================
concentrate market   modelled mines, mine remainder, imports   smelters, exports
smelters             concentrate, scrap                        anode, slag (losses)
refineries           anode (own, imported), scrap,             cathode, losses,
                     unexplained feed                          (unexplained outlet)
refined market       cathode, imports                          semis makers, exports, stock
semis makers         refined metal, scrap melted directly      semis, exports, losses
fabrication          semis, semis and products imported        products in use by sector,
                                                               exports, new scrap
in use, by sector    products                                  end of life
end of life          products out of use                       old scrap, lost, abandoned
scrap market         old and new scrap, imports                smelters, refineries,
                                                               semis makers, exports
===================  ========================================  =============================

**Rules, published years.**

1. Mine remainder = published national mine output - modelled mines. Below zero is an
   error in the central case; in a draw it is cut to zero and the excess is recorded as
   ``mine_shortfall_t``.
2. All concentrate, domestic and imported (gross x grade), is smelted in its year; changes
   of concentrate stocks are not published and so are part of rule 5.
3. Refined use = refined output + imports - exports - change of stock.
4. Scrap supply = old scrap + new scrap + imports; a given share becomes refined metal, the
   rest is melted directly. Total use = refined use + scrap melted directly, solved
   together with the year's own scrap.
5. What refineries need for the published refined output beyond all visible feed is the
   *unexplained feed*, a flow of its own. It may be negative (an unexplained outlet). It
   holds statistical errors, unseen stocks and unreported scrap and is never spread over
   other flows.

**Rules, future years.**

6. Use grows by sector along the demand path from the last published year.
7. Scrap melted directly is its share of the scrap supply, at most a ceiling in total use.
   Refined use = total use - scrap melted directly.
8. Refined output follows the capacity path. Refined net imports = refined use + change of
   stock - refined output; below zero they are exports.
9. Refineries take, in this order: the unexplained feed (its mean share of the last
   published years, times a persistence), scrap, anode imports, and then the concentrate
   that is still needed. Concentrate imports = that - mines; below zero the mines' surplus
   is exported.
10. Scrap that finds no place first reduces scrap imports, then is exported.

Boundaries: contained metal of one nation; semis and products traded are counted in metal;
mines are counted at the concentrate, smelters' slag as lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from orefield.balance._checks import FloatArray, checked, spread
from orefield.balance._supply import (
    mine_remainder,
    refined_output,
    scrap_imports_published,
    solve_supply,
)
from orefield.balance._use import solve_use
from orefield.balance.inputs import BalanceInputs
from orefield.balance.national import NationalBalance
from orefield.core.errors import InputError


def national_balance(inputs: BalanceInputs, modelled_mine_t: ArrayLike) -> NationalBalance:
    """Close the national balance for every draw and year; see the module's rules.

    Pure: the same inputs give the same bits. Work and memory grow with n_draws x
    n_sectors x (years of history and horizon).

    Parameters
    ----------
    inputs : BalanceInputs
        Everything else: history, demand, rates, published figures, outlook.
    modelled_mine_t : array of shape (n_draws, n_years)
        Metal contained in the concentrate of all modelled mines, t per year.

    Returns
    -------
    NationalBalance

    Raises
    ------
    InputError
        When shapes do not fit, a value is not finite or negative, the modelled mines
        exceed the national total in the central case, refined use is not above 0, or
        refined stocks would fall below zero.
    """
    horizon, n_draws = inputs.horizon, inputs.n_draws
    n = horizon.n_published
    shape = (n_draws, horizon.n_years)
    modelled = checked("modelled_mine_t", modelled_mine_t, ("draw", "year"), low=0.0)
    if modelled.shape != shape:
        raise InputError(
            f"'modelled_mine_t' has shape {modelled.shape}, the balance {shape}",
            where="modelled_mine_t",
            fix="give every draw and every year",
        )
    mines = mine_remainder(inputs, modelled)
    mine = modelled + mines.remainder_t

    refined = refined_output(inputs)
    imports, exports, change = _refined_trade_published(inputs)
    refined_use = refined[:, :n] + imports - exports - change
    if (refined_use <= 0.0).any():
        draw, t = np.unravel_index(int(np.argmax(refined_use <= 0.0)), refined_use.shape)
        raise InputError(
            f"refined use is {refined_use[draw, t]:,.0f} t",
            where=f"{horizon.first_year + int(t)}, draw {int(draw)}",
            fix="check refined output, trade and change of stock",
        )
    use = solve_use(inputs, refined_use, scrap_imports_published(inputs))
    total_use = use.use_by_sector_t.sum(axis=1)
    domestic_scrap = use.domestic_scrap_t
    supply = solve_supply(inputs, mine, domestic_scrap, total_use, refined)

    future_change = spread(
        "refined_stock_change_t",
        inputs.outlook.refined_stock_change_t,
        (n_draws, horizon.n_future),
    )
    change = np.concatenate([change, future_change], axis=1)
    future_use = total_use[:, n:] - supply.direct_melt_t[:, n:]
    net = future_use + future_change - refined[:, n:]
    fabrication = use.fabrication
    rates = inputs.processing
    smelted = supply.concentrate_to_smelters_t
    smelter = spread("smelter_recovery", rates.smelter_recovery, (n_draws,))[:, None]
    scrap_smelter = spread("scrap_recovery", rates.scrap_smelter_recovery, (n_draws,))[:, None]
    refinery = spread("refinery_recovery", rates.refinery_recovery, (n_draws,))[:, None]
    return NationalBalance(
        commodity=inputs.commodity,
        sectors=inputs.demand.sectors,
        years=horizon.years,
        last_published_year=horizon.last_published_year,
        stock_years=np.arange(inputs.history.start_year, horizon.last_year + 1),
        modelled_mine_t=modelled,
        mine_remainder_t=mines.remainder_t,
        mine_shortfall_t=mines.shortfall_t,
        concentrate_imports_t=supply.concentrate_imports_t,
        concentrate_exports_t=supply.concentrate_exports_t,
        concentrate_to_smelters_t=smelted,
        primary_anode_t=smelted * smelter,
        secondary_anode_t=supply.scrap_to_smelters_t * scrap_smelter,
        smelter_loss_t=smelted * (1.0 - smelter)
        + supply.scrap_to_smelters_t * (1.0 - scrap_smelter),
        anode_imports_t=supply.anode_imports_t,
        scrap_to_smelters_t=supply.scrap_to_smelters_t,
        scrap_to_refineries_t=supply.scrap_to_refineries_t,
        direct_melt_t=supply.direct_melt_t,
        scrap_imports_t=supply.scrap_imports_t,
        scrap_exports_t=supply.scrap_exports_t,
        unexplained_in_t=supply.unexplained_in_t,
        unexplained_out_t=supply.unexplained_out_t,
        refined_output_t=refined,
        refinery_loss_t=refined * (1.0 / refinery - 1.0),
        refined_imports_t=np.concatenate([imports, np.maximum(net, 0.0)], axis=1),
        refined_exports_t=np.concatenate([exports, np.maximum(-net, 0.0)], axis=1),
        refined_stock_change_t=change,
        refined_stock_t=_refined_stock(inputs, change),
        refined_use_t=np.concatenate([refined_use, future_use], axis=1),
        total_use_t=total_use,
        semis_loss_t=fabrication.semis_loss_t,
        semis_imports_t=fabrication.semis_imports_t,
        semis_exports_t=fabrication.semis_exports_t,
        semis_to_fabrication_t=fabrication.semis_to_fabrication_t,
        product_imports_t=fabrication.product_imports_by_sector_t.sum(axis=1),
        product_exports_t=fabrication.product_exports_by_sector_t.sum(axis=1),
        new_scrap_t=fabrication.new_scrap_t,
        new_scrap_lost_t=fabrication.new_scrap_lost_t,
        old_scrap_t=use.old_scrap_by_sector_t.sum(axis=1),
        end_of_life_lost_t=use.lost_by_sector_t.sum(axis=1),
        end_of_life_abandoned_t=use.abandoned_by_sector_t.sum(axis=1),
        use_by_sector_t=use.use_by_sector_t,
        to_use_by_sector_t=fabrication.to_use_by_sector_t,
        end_of_life_by_sector_t=use.end_of_life_by_sector_t,
        old_scrap_by_sector_t=use.old_scrap_by_sector_t,
        in_use_by_sector_t=use.in_use_t,
    )


def _refined_trade_published(
    inputs: BalanceInputs,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Refined imports, exports and change of stock of the published years."""
    past = (inputs.n_draws, inputs.horizon.n_published)
    p = inputs.published
    return (
        spread("refined_imports_t", p.refined_imports_t, past),
        spread("refined_exports_t", p.refined_exports_t, past),
        spread("refined_stock_change_t", p.refined_stock_change_t, past),
    )


def _refined_stock(inputs: BalanceInputs, change_t: FloatArray) -> FloatArray:
    """Refined stock at year ends, the opening first, shape (n_draws, 1 + n_years)."""
    opening = spread("refined_stock_opening_t", inputs.refined_stock_opening_t, (inputs.n_draws,))
    level = np.cumsum(np.concatenate([opening[:, None], change_t], axis=1), axis=1)
    # a stock drawn down to exactly nothing may end a rounding error below it
    level = np.where(np.abs(level) <= 1e-9 * opening[:, None], 0.0, level)
    if (level < 0.0).any():
        draw, t = np.unravel_index(int(np.argmax(level < 0.0)), level.shape)
        year = inputs.horizon.first_year - 1 + int(t)
        raise InputError(
            f"refined stocks would fall to {level[draw, t]:,.0f} t",
            where=f"refined stock, end of {year}, draw {int(draw)}",
            fix="raise the opening stock or lower the draw-down",
        )
    return level
