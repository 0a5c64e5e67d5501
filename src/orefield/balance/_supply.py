"""Mines, scrap market, smelters and refineries (see :mod:`orefield.balance.flows`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import FloatArray, spread
from orefield.balance.inputs import BalanceInputs
from orefield.core.errors import InputError


@dataclass(frozen=True)
class MineSide:
    """Mines by year, each of shape (n_draws, n_years), t contained in concentrate."""

    remainder_t: FloatArray
    shortfall_t: FloatArray


@dataclass(frozen=True)
class SupplySide:
    """Feeds and products of smelters and refineries, each (n_draws, n_years), t contained."""

    concentrate_imports_t: FloatArray
    concentrate_exports_t: FloatArray
    concentrate_to_smelters_t: FloatArray
    scrap_imports_t: FloatArray
    scrap_exports_t: FloatArray
    scrap_to_smelters_t: FloatArray
    scrap_to_refineries_t: FloatArray
    direct_melt_t: FloatArray
    anode_imports_t: FloatArray
    unexplained_in_t: FloatArray
    unexplained_out_t: FloatArray
    refined_output_t: FloatArray


def mine_remainder(inputs: BalanceInputs, modelled_mine_t: FloatArray) -> MineSide:
    """The mines that are not modelled, and by how much the modelled exceed the nation.

    Raises
    ------
    InputError
        When in the central case the modelled mines exceed the published national total.
    """
    horizon, n = inputs.horizon, inputs.horizon.n_published
    published = spread("national_mine_t", inputs.published.national_mine_t, (inputs.n_draws, n))
    gap = published - modelled_mine_t[:, :n]
    if (gap[0] < 0.0).any():
        t = int(np.argmax(gap[0] < 0.0))
        raise InputError(
            f"the modelled mines give {modelled_mine_t[0, t]:,.0f} t in the central case, more "
            f"than the published national total of {published[0, t]:,.0f} t",
            where=f"mine remainder, {horizon.first_year + t}",
            fix="check the modelled mines' capacities and start dates, and the total's basis",
        )
    rest = np.maximum(gap, 0.0)
    growth = spread(
        "mine_remainder_growth",
        inputs.outlook.mine_remainder_growth,
        (inputs.n_draws, horizon.n_future),
    )
    future = rest[:, -1:] * np.cumprod(1.0 + growth, axis=1)
    shortfall = np.zeros(modelled_mine_t.shape)
    shortfall[:, :n] = np.maximum(-gap, 0.0)
    return MineSide(np.concatenate([rest, future], axis=1), shortfall)


def refined_output(inputs: BalanceInputs) -> FloatArray:
    """Refined output: published, then along the capacity path; (n_draws, n_years)."""
    shape = (inputs.n_draws, inputs.horizon.n_published)
    past = spread("refined_output_t", inputs.published.refined_output_t, shape)
    growth = spread(
        "refined_growth",
        inputs.outlook.refined_growth,
        (inputs.n_draws, inputs.horizon.n_future),
    )
    return np.concatenate([past, past[:, -1:] * np.cumprod(1.0 + growth, axis=1)], axis=1)


def solve_supply(
    inputs: BalanceInputs,
    mine_t: FloatArray,
    domestic_scrap_t: FloatArray,
    total_use_t: FloatArray,
    refined_t: FloatArray,
) -> SupplySide:
    """Feeds of smelters and refineries; all arguments of shape (n_draws, n_years)."""
    p, rates, outlook = inputs.published, inputs.processing, inputs.outlook
    n_draws, n = inputs.n_draws, inputs.horizon.n_published
    all_years, past, future = (
        (n_draws, inputs.horizon.n_years),
        (n_draws, n),
        (n_draws, inputs.horizon.n_future),
    )
    by_draw = {
        name: spread(name, getattr(rates, name), (n_draws,))[:, None]
        for name in (
            "smelter_recovery",
            "scrap_smelter_recovery",
            "refinery_recovery",
            "refining_scrap_to_smelters",
            "direct_melt_ceiling",
        )
    }
    smelter = by_draw["smelter_recovery"]
    via_smelter = by_draw["refining_scrap_to_smelters"]
    # anode equivalents of a tonne of scrap that becomes refined metal
    scrap_yield = via_smelter * by_draw["scrap_smelter_recovery"] + (1.0 - via_smelter)
    share = spread("refining_share_of_scrap", rates.refining_share_of_scrap, all_years)
    need = refined_t / by_draw["refinery_recovery"]

    # Published years: every feed is given, and what does not close is the unexplained feed.
    concentrate_in = spread("concentrate_imports", p.concentrate_imports_gross_t, past) * spread(
        "concentrate_grade", p.concentrate_grade, past
    )
    scrap_in = scrap_imports_published(inputs)
    anode_in = spread("anode_imports_t", p.anode_imports_t, past)
    scrap = domestic_scrap_t[:, :n] + scrap_in
    refining = share[:, :n] * scrap
    visible = (mine_t[:, :n] + concentrate_in) * smelter + refining * scrap_yield + anode_in
    unexplained = need[:, :n] - visible

    # Future years: concentrate imports close.
    base = outlook.unexplained_base_years
    kept = (unexplained[:, -base:] / refined_t[:, n - base : n]).mean(axis=1, keepdims=True)
    more_unexplained = (
        spread("unexplained_persistence", outlook.unexplained_persistence, future)
        * kept
        * refined_t[:, n:]
    )
    # Published feeds are not negative and the persistence is at most 1, so the unexplained
    # feed never exceeds the need by more than rounding.
    room = np.maximum(need[:, n:] - more_unexplained, 0.0)
    offered = spread("scrap_imports_t", outlook.scrap_imports_t, future)
    scrap = domestic_scrap_t[:, n:] + offered
    direct = np.minimum(
        (1.0 - share[:, n:]) * scrap, by_draw["direct_melt_ceiling"] * total_use_t[:, n:]
    )
    to_refine = np.minimum(scrap - direct, room / scrap_yield)
    surplus = np.maximum(scrap - direct - to_refine, 0.0)
    cut = np.minimum(surplus, offered)
    room = np.maximum(room - to_refine * scrap_yield, 0.0)
    anode = np.minimum(spread("anode_imports_t", outlook.anode_imports_t, future), room)
    concentrate = (room - anode) / smelter

    def years(before: FloatArray, after: FloatArray) -> FloatArray:
        return np.concatenate([before, after], axis=1)

    none = np.zeros(past)
    refining_all = years(refining, to_refine)
    unexplained_all = years(unexplained, more_unexplained)
    return SupplySide(
        concentrate_imports_t=years(concentrate_in, np.maximum(concentrate - mine_t[:, n:], 0.0)),
        concentrate_exports_t=years(none, np.maximum(mine_t[:, n:] - concentrate, 0.0)),
        concentrate_to_smelters_t=years(mine_t[:, :n] + concentrate_in, concentrate),
        scrap_imports_t=years(scrap_in, offered - cut),
        scrap_exports_t=years(none, surplus - cut),
        scrap_to_smelters_t=refining_all * via_smelter,
        scrap_to_refineries_t=refining_all * (1.0 - via_smelter),
        direct_melt_t=years(domestic_scrap_t[:, :n] + scrap_in - refining, direct),
        anode_imports_t=years(anode_in, anode),
        unexplained_in_t=np.maximum(unexplained_all, 0.0),
        unexplained_out_t=np.maximum(-unexplained_all, 0.0),
        refined_output_t=refined_t,
    )


def scrap_imports_published(inputs: BalanceInputs) -> FloatArray:
    """Metal in the scrap imports of the published years, shape (n_draws, n_published)."""
    past = (inputs.n_draws, inputs.horizon.n_published)
    gross = spread("scrap_imports_gross_t", inputs.published.scrap_imports_gross_t, past)
    return np.asarray(gross * spread("scrap_grade", inputs.published.scrap_grade, past), np.float64)
