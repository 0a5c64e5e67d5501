"""Self-sufficiency by each of its definitions, named and kept apart.

"Self-sufficiency" without a definition can be off by a factor of two: the three shares
below differ in what counts as domestic supply and in what it is measured against. None
is capped at 1; a nation that exports exceeds it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.balance._checks import FloatArray
from orefield.balance.national import NationalBalance


@dataclass(frozen=True)
class Definition:
    """What a self-sufficiency share divides by what, in words for reports."""

    key: str
    label: str
    numerator: str
    denominator: str
    note: str


DEFINITIONS = (
    Definition(
        "mine_over_use",
        "mines / total use",
        "metal in concentrate of domestic mines",
        "total use: refined metal and scrap melted directly",
        "The strictest: recycling counts for nothing, smelting losses are not deducted.",
    ),
    Definition(
        "mine_plus_domestic_scrap_over_use",
        "mines and domestic scrap / total use",
        "metal in concentrate of domestic mines, old scrap and new scrap recovered at home",
        "total use: refined metal and scrap melted directly",
        "New scrap counts on both sides: it is melted again and so is part of use. Scrap of "
        "products counts as domestic wherever their metal once came from.",
    ),
    Definition(
        "domestic_refined_over_refined_use",
        "refined from domestic raw material / refined use",
        "refined output made from domestic concentrate and domestic scrap",
        "refined use",
        "Scrap melted directly is on neither side. Domestic and imported feed of a kind are "
        "refined alike; imported anode and the unexplained feed count as not domestic.",
    ),
)
"""The definitions, in the order reports show them."""


@dataclass(frozen=True)
class SelfSufficiency:
    """Shares by definition, each of shape (n_draws, n_years); draw 0 is the central case."""

    years: FloatArray
    mine_over_use: FloatArray
    mine_plus_domestic_scrap_over_use: FloatArray
    domestic_refined_over_refined_use: FloatArray

    def by_definition(self) -> dict[str, FloatArray]:
        """Arrays by the keys of :data:`DEFINITIONS`, in their order."""
        return {definition.key: getattr(self, definition.key) for definition in DEFINITIONS}


def self_sufficiency(balance: NationalBalance) -> SelfSufficiency:
    """All definitions for one balance."""
    return SelfSufficiency(
        years=np.asarray(balance.years, dtype=np.float64),
        mine_over_use=mine_over_use(balance),
        mine_plus_domestic_scrap_over_use=mine_plus_domestic_scrap_over_use(balance),
        domestic_refined_over_refined_use=domestic_refined_over_refined_use(balance),
    )


def mine_over_use(balance: NationalBalance) -> FloatArray:
    """Domestic mine output / total use, (n_draws, n_years). NaN where nothing is used."""
    return _share(balance.mine_t, balance.total_use_t)


def mine_plus_domestic_scrap_over_use(balance: NationalBalance) -> FloatArray:
    """(Mine output + old and new scrap recovered at home) / total use, (n_draws, n_years).

    NaN where nothing is used.
    """
    return _share(balance.mine_t + balance.domestic_scrap_t, balance.total_use_t)


def domestic_refined_over_refined_use(balance: NationalBalance) -> FloatArray:
    """Refined output from domestic raw material / refined use, (n_draws, n_years).

    Concentrate and scrap are each taken to be domestic in the proportion in which they
    come to market; exports are taken from the domestic part. NaN where no refined metal
    is used.
    """
    return _share(domestic_refined_t(balance), balance.refined_use_t)


def domestic_refined_t(balance: NationalBalance) -> FloatArray:
    """Refined output from domestic concentrate and scrap, t, shape (n_draws, n_years)."""
    concentrate = _part(
        balance.mine_t - balance.concentrate_exports_t, balance.concentrate_to_smelters_t
    )
    scrap_used = balance.scrap_to_smelters_t + balance.scrap_to_refineries_t + balance.direct_melt_t
    scrap = _part(balance.domestic_scrap_t - balance.scrap_exports_t, scrap_used)
    secondary = balance.secondary_anode_t + balance.scrap_to_refineries_t
    feed = balance.primary_anode_t + secondary + balance.anode_imports_t + balance.unexplained_in_t
    domestic = balance.primary_anode_t * concentrate + secondary * scrap
    return balance.refined_output_t * _part(domestic, feed)


def _part(part_t: FloatArray, whole_t: FloatArray) -> FloatArray:
    """Part over whole; 0 where the whole is 0, for then there is nothing to share out."""
    out = np.zeros(part_t.shape)
    np.divide(part_t, whole_t, out=out, where=whole_t > 0.0)
    return out


def _share(part_t: FloatArray, whole_t: FloatArray) -> FloatArray:
    out = np.full(part_t.shape, np.nan)
    np.divide(part_t, whole_t, out=out, where=whole_t > 0.0)
    return out
