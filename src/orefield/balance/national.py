"""The closed balance: named arrays, the network as a list of flows, and ledger rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orefield.balance._checks import FloatArray
from orefield.core.errors import InputError
from orefield.core.ledger import MetalLedger

STAGE = "balance"
WORLD, LOSSES, ABANDONED, UNEXPLAINED, REMAINDER = (
    "rest of world",
    "losses",
    "abandoned in place",
    "unexplained feed",
    "mine remainder",
)
BOUNDARIES = (WORLD, LOSSES, ABANDONED, UNEXPLAINED, REMAINDER)
"""Nodes where the national system ends; everything else closes."""

CONCENTRATE, SMELTERS, REFINERIES, REFINED, SEMIS, FABRICATION, END_OF_LIFE, SCRAP = (
    "concentrate market",
    "smelters",
    "refineries",
    "refined market",
    "semis makers",
    "fabrication",
    "end of life",
    "scrap market",
)
REFINED_STOCK = "refined stock"


@dataclass(frozen=True)
class Flow:
    """One arrow of the network: ``quantity_t`` of shape (n_draws, n_years), 0 or more."""

    src: str
    dst: str
    material: str
    quantity_t: FloatArray


@dataclass(frozen=True)
class NationalBalance:
    """The national balance of one metal, t contained per year.

    Arrays have shape (n_draws, n_years), those named ``*_by_sector_t`` (n_draws,
    n_sectors, n_years). Draw 0 is the central case. Made by
    :func:`orefield.balance.national_balance`, whose module states every rule. Arrays are
    read-only.

    Attributes
    ----------
    years : ndarray of shape (n_years,)
    stock_years : ndarray of shape (n_stock_years,)
        Years of ``in_use_by_sector_t``, which begins with the history.
    mine_shortfall_t : ndarray
        By how much the modelled mines exceed the published national total (not a flow).
    primary_anode_t, secondary_anode_t : ndarray
        Anode the smelters make from concentrate and from scrap.
    direct_melt_t : ndarray
        Scrap that semis makers melt without refining.
    unexplained_in_t, unexplained_out_t : ndarray
        The statistical difference of the refineries as two directed flows.
    refined_stock_t : ndarray of shape (n_draws, 1 + n_years)
        Level at year ends, the year before the first in front.
    total_use_t : ndarray
        Refined use and scrap melted directly.
    new_scrap_t, old_scrap_t : ndarray
        Domestic scrap that reaches the scrap market, from fabrication and from the end
        of life.
    in_use_by_sector_t : ndarray of shape (n_draws, n_sectors, n_stock_years)
        Stock in use at year ends.
    """

    commodity: str
    sectors: tuple[str, ...]
    years: NDArray[np.int64]
    last_published_year: int
    stock_years: NDArray[np.int64]
    modelled_mine_t: FloatArray
    mine_remainder_t: FloatArray
    mine_shortfall_t: FloatArray
    concentrate_imports_t: FloatArray
    concentrate_exports_t: FloatArray
    concentrate_to_smelters_t: FloatArray
    primary_anode_t: FloatArray
    secondary_anode_t: FloatArray
    smelter_loss_t: FloatArray
    anode_imports_t: FloatArray
    scrap_to_smelters_t: FloatArray
    scrap_to_refineries_t: FloatArray
    direct_melt_t: FloatArray
    scrap_imports_t: FloatArray
    scrap_exports_t: FloatArray
    unexplained_in_t: FloatArray
    unexplained_out_t: FloatArray
    refined_output_t: FloatArray
    refinery_loss_t: FloatArray
    refined_imports_t: FloatArray
    refined_exports_t: FloatArray
    refined_stock_change_t: FloatArray
    refined_stock_t: FloatArray
    refined_use_t: FloatArray
    total_use_t: FloatArray
    semis_loss_t: FloatArray
    semis_imports_t: FloatArray
    semis_exports_t: FloatArray
    semis_to_fabrication_t: FloatArray
    product_imports_t: FloatArray
    product_exports_t: FloatArray
    new_scrap_t: FloatArray
    new_scrap_lost_t: FloatArray
    old_scrap_t: FloatArray
    end_of_life_lost_t: FloatArray
    end_of_life_abandoned_t: FloatArray
    use_by_sector_t: FloatArray
    to_use_by_sector_t: FloatArray
    end_of_life_by_sector_t: FloatArray
    old_scrap_by_sector_t: FloatArray
    in_use_by_sector_t: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    # -- sums ----------------------------------------------------------------------

    @property
    def mine_t(self) -> FloatArray:
        """All domestic mines, (n_draws, n_years)."""
        return self.modelled_mine_t + self.mine_remainder_t

    @property
    def domestic_scrap_t(self) -> FloatArray:
        """Old and new scrap recovered in the country, (n_draws, n_years)."""
        return self.old_scrap_t + self.new_scrap_t

    @property
    def unexplained_feed_t(self) -> FloatArray:
        """The unexplained feed with its sign, (n_draws, n_years)."""
        return self.unexplained_in_t - self.unexplained_out_t

    @property
    def end_of_life_t(self) -> FloatArray:
        """Metal leaving use, (n_draws, n_years)."""
        return np.asarray(self.end_of_life_by_sector_t.sum(axis=1), dtype=np.float64)

    @property
    def in_use_t(self) -> FloatArray:
        """Stock in use, all sectors, at the ends of ``stock_years``."""
        return np.asarray(self.in_use_by_sector_t.sum(axis=1), dtype=np.float64)

    # -- the network ---------------------------------------------------------------

    def flows(self, modelled_source: str | None = "modelled mines") -> tuple[Flow, ...]:
        """Every flow of the network; materials are named where nodes share several.

        Parameters
        ----------
        modelled_source : str or None
            Node the modelled mines' concentrate comes from; None leaves that flow out,
            for a ledger into which the mines write it themselves.
        """
        return tuple(self._flows(modelled_source))

    def _flows(self, modelled_source: str | None) -> Iterator[Flow]:
        if modelled_source is not None:
            yield Flow(modelled_source, CONCENTRATE, "concentrate", self.modelled_mine_t)
        yield Flow(REMAINDER, CONCENTRATE, "concentrate", self.mine_remainder_t)
        yield Flow(WORLD, CONCENTRATE, "concentrate", self.concentrate_imports_t)
        yield Flow(CONCENTRATE, WORLD, "concentrate", self.concentrate_exports_t)
        yield Flow(CONCENTRATE, SMELTERS, "concentrate", self.concentrate_to_smelters_t)
        yield Flow(SCRAP, SMELTERS, "scrap", self.scrap_to_smelters_t)
        yield Flow(SMELTERS, REFINERIES, "anode, primary", self.primary_anode_t)
        yield Flow(SMELTERS, REFINERIES, "anode, secondary", self.secondary_anode_t)
        yield Flow(SMELTERS, LOSSES, "slag", self.smelter_loss_t)
        yield Flow(WORLD, REFINERIES, "anode", self.anode_imports_t)
        yield Flow(SCRAP, REFINERIES, "scrap", self.scrap_to_refineries_t)
        yield Flow(UNEXPLAINED, REFINERIES, "unexplained", self.unexplained_in_t)
        yield Flow(REFINERIES, UNEXPLAINED, "unexplained", self.unexplained_out_t)
        yield Flow(REFINERIES, REFINED, "refined", self.refined_output_t)
        yield Flow(REFINERIES, LOSSES, "refining losses", self.refinery_loss_t)
        yield Flow(WORLD, REFINED, "refined", self.refined_imports_t)
        yield Flow(REFINED, WORLD, "refined", self.refined_exports_t)
        rise = np.maximum(self.refined_stock_change_t, 0.0)
        yield Flow(REFINED, REFINED_STOCK, "refined", rise)
        fall = np.maximum(-self.refined_stock_change_t, 0.0)
        yield Flow(REFINED_STOCK, REFINED, "refined", fall)
        yield Flow(REFINED, SEMIS, "refined", self.refined_use_t)
        yield Flow(SCRAP, SEMIS, "scrap", self.direct_melt_t)
        yield Flow(SEMIS, LOSSES, "melting losses", self.semis_loss_t)
        yield Flow(SEMIS, WORLD, "semis", self.semis_exports_t)
        # Semis made at home; imported ones join at fabrication.
        own = self.semis_to_fabrication_t - self.semis_imports_t
        yield Flow(SEMIS, FABRICATION, "semis", own)
        yield Flow(WORLD, FABRICATION, "semis", self.semis_imports_t)
        yield Flow(WORLD, FABRICATION, "products", self.product_imports_t)
        yield Flow(FABRICATION, WORLD, "products", self.product_exports_t)
        yield Flow(FABRICATION, SCRAP, "new scrap", self.new_scrap_t)
        yield Flow(FABRICATION, LOSSES, "new scrap", self.new_scrap_lost_t)
        for i, sector in enumerate(self.sectors):
            node = in_use(sector)
            yield Flow(FABRICATION, node, "products", self.to_use_by_sector_t[:, i])
            yield Flow(node, END_OF_LIFE, "products", self.end_of_life_by_sector_t[:, i])
        yield Flow(END_OF_LIFE, SCRAP, "old scrap", self.old_scrap_t)
        yield Flow(END_OF_LIFE, LOSSES, "waste", self.end_of_life_lost_t)
        yield Flow(END_OF_LIFE, ABANDONED, "waste", self.end_of_life_abandoned_t)
        yield Flow(WORLD, SCRAP, "scrap", self.scrap_imports_t)
        yield Flow(SCRAP, WORLD, "scrap", self.scrap_exports_t)

    def levels(self) -> dict[str, FloatArray]:
        """Stock nodes and their levels at year ends, (n_draws, 1 + n_years).

        The year before the first comes first: it is the opening level.
        """
        start = len(self.stock_years) - len(self.years) - 1
        out = {REFINED_STOCK: self.refined_stock_t}
        for i, sector in enumerate(self.sectors):
            out[in_use(sector)] = self.in_use_by_sector_t[:, i, start:]
        return out

    def write_ledger(
        self,
        ledger: MetalLedger,
        draws: Sequence[int] | None = None,
        *,
        modelled_source: str | None = "modelled mines",
    ) -> None:
        """Append all flows and levels as rows of stage ``balance``.

        The boundary nodes (:data:`BOUNDARIES`, and ``modelled_source``) are added to the
        ledger's own.

        Parameters
        ----------
        ledger : MetalLedger
            The ledger of the scenario; rows are appended.
        draws : sequence of int, optional
            Draws to write, by index; all by default.
        modelled_source : str or None
            See :meth:`flows`. With None the stage that models the mines must write their
            concentrate, summing to ``modelled_mine_t``, to ``concentrate market``.

        Raises
        ------
        InputError
            When a draw does not exist.
        """
        n_draws = len(self.total_use_t)
        index = np.arange(n_draws) if draws is None else np.asarray(draws, dtype=np.int64)
        if index.ndim != 1 or ((index < 0) | (index >= n_draws)).any():
            raise InputError(
                f"draws {draws} are not all among the {n_draws} draws of the balance",
                where="write_ledger",
            )
        ledger.boundaries.update(BOUNDARIES)
        if modelled_source is not None:
            ledger.boundaries.add(modelled_source)
        for flow in self.flows(modelled_source):
            ledger.flow(
                stage=STAGE,
                src=flow.src,
                dst=flow.dst,
                material=flow.material,
                commodity=self.commodity,
                period=self.years[None, :],
                draw=index[:, None],
                quantity_t=flow.quantity_t[index],
            )
        level_years = np.concatenate([[self.years[0] - 1], self.years])
        for node, level in self.levels().items():
            ledger.level(
                stage=STAGE,
                node=node,
                material="refined" if node == REFINED_STOCK else "products",
                commodity=self.commodity,
                period=level_years[None, :],
                draw=index[:, None],
                quantity_t=level[index],
            )


def in_use(sector: str) -> str:
    """Name of the stock node of a sector's products in use."""
    return f"in use: {sector}"
