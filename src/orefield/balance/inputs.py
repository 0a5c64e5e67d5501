"""What the national balance is computed from, as validated dataclasses.

All tonnages are contained metal unless a name says ``gross``. Arrays over draws and years
have shape (n_draws, n_years); an axis of length 1 stands for "the same for all". Draw 0
is the central case. *Published years* run from the horizon's first year to its last
published year; *future years* follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.balance._checks import FloatArray, checked
from orefield.balance.demand import Demand
from orefield.balance.history import UseHistory
from orefield.balance.lifetimes import Lifetime
from orefield.balance.recycling import EndOfLife, Fabrication
from orefield.core.errors import InputError

_BY_YEAR = ("draw", "year")
_BY_DRAW = ("draw",)


@dataclass(frozen=True)
class Horizon:
    """Calendar years of the balance.

    Raises
    ------
    InputError
        Unless ``first_year <= last_published_year < last_year``.
    """

    first_year: int
    last_published_year: int
    last_year: int

    def __post_init__(self) -> None:
        if not self.first_year <= self.last_published_year < self.last_year:
            raise InputError(
                f"the horizon {self.first_year} .. {self.last_published_year} (published) .. "
                f"{self.last_year} is not in order",
                fix="give at least one published and one future year",
            )

    @property
    def n_published(self) -> int:
        """Number of published years."""
        return self.last_published_year - self.first_year + 1

    @property
    def n_future(self) -> int:
        """Number of future years."""
        return self.last_year - self.last_published_year

    @property
    def n_years(self) -> int:
        """Number of years in all."""
        return self.last_year - self.first_year + 1

    @property
    def years(self) -> NDArray[np.int64]:
        """All years, shape (n_years,)."""
        return np.arange(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class Published:
    """What was published for the published years, (n_draws or 1, n_published or 1).

    Draws vary these within the spread of their sources.

    Parameters
    ----------
    national_mine_t : ndarray
        Mine production of the whole nation, contained in concentrate.
    concentrate_imports_gross_t, concentrate_grade : ndarray
        Gross (dry) tonnes at customs, and their metal as a fraction.
    anode_imports_t : ndarray
        Blister and anode.
    scrap_imports_gross_t, scrap_grade : ndarray
        Gross tonnes at customs, and their metal as a fraction.
    refined_output_t : ndarray
        Refined (cathode) production from all feeds, above 0.
    refined_imports_t, refined_exports_t : ndarray
    refined_stock_change_t : ndarray
        Change of refined stocks, visible and reported; above 0 when they rise.
    """

    national_mine_t: FloatArray
    concentrate_imports_gross_t: FloatArray
    concentrate_grade: FloatArray
    anode_imports_t: FloatArray
    scrap_imports_gross_t: FloatArray
    scrap_grade: FloatArray
    refined_output_t: FloatArray
    refined_imports_t: FloatArray
    refined_exports_t: FloatArray
    refined_stock_change_t: FloatArray

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            low = -np.inf if name == "refined_stock_change_t" else 0.0
            high = 1.0 if name.endswith("grade") else np.inf
            value = checked(
                name, getattr(self, name), _BY_YEAR, low=low, high=high,
                open_low=name == "refined_output_t",
            )  # fmt: skip
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Processing:
    """Rates of smelters, refineries and the use of scrap, 0 to 1.

    Parameters
    ----------
    smelter_recovery : ndarray of shape (n_draws or 1,)
        Metal in anode per metal in concentrate, above 0; the rest is lost in slag.
    scrap_smelter_recovery : ndarray of shape (n_draws or 1,)
        Metal in anode per metal in scrap fed to smelters, above 0.
    refinery_recovery : ndarray of shape (n_draws or 1,)
        Metal in cathode per metal in anode (and scrap fed to anode furnaces), above 0.
    refining_scrap_to_smelters : ndarray of shape (n_draws or 1,)
        Of the scrap that becomes refined metal, the share that passes a smelter; the
        rest is charged to the refineries' anode furnaces.
    refining_share_of_scrap : ndarray of shape (n_draws or 1, n_years or 1)
        Of all scrap (domestic and imported), the share that becomes refined metal; the
        rest is melted directly by semis makers. Over the *whole* horizon.
    direct_melt_ceiling : ndarray of shape (n_draws or 1,)
        Largest share of total use that can be scrap melted directly (purity); binding
        in future years only.
    """

    smelter_recovery: FloatArray
    scrap_smelter_recovery: FloatArray
    refinery_recovery: FloatArray
    refining_scrap_to_smelters: FloatArray
    refining_share_of_scrap: FloatArray
    direct_melt_ceiling: FloatArray

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            axes = _BY_YEAR if name == "refining_share_of_scrap" else _BY_DRAW
            recovery = name.endswith("recovery")
            value = checked(name, getattr(self, name), axes, low=0.0, high=1.0, open_low=recovery)
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Outlook:
    """What is assumed for the future years, (n_draws or 1, n_future or 1).

    Parameters
    ----------
    refined_growth : ndarray
        Yearly growth of refined output (capacity path), fraction above -1.
    mine_remainder_growth : ndarray
        Yearly growth of the mines that are not modelled, fraction of -1 or more.
    anode_imports_t : ndarray
        Blister and anode offered by the world; less is taken when it is not needed.
    scrap_imports_t : ndarray
        Scrap offered by the world (contained); less is taken when it is not needed.
    refined_stock_change_t : ndarray
        Change of refined stocks; above 0 when they rise.
    unexplained_persistence : ndarray
        Factor, 0 to 1, on the unexplained feed's mean share of refined output over the
        last ``unexplained_base_years`` published years: 1 keeps it, 0 ends it.
    unexplained_base_years : int
    """

    refined_growth: FloatArray
    mine_remainder_growth: FloatArray
    anode_imports_t: FloatArray
    scrap_imports_t: FloatArray
    refined_stock_change_t: FloatArray
    unexplained_persistence: FloatArray
    unexplained_base_years: int = 3

    def __post_init__(self) -> None:
        for name, low, high in (
            ("refined_growth", -1.0, 1.0),
            ("mine_remainder_growth", -1.0, 1.0),
            ("anode_imports_t", 0.0, np.inf),
            ("scrap_imports_t", 0.0, np.inf),
            ("refined_stock_change_t", -np.inf, np.inf),
            ("unexplained_persistence", 0.0, 1.0),
        ):
            value = checked(
                name, getattr(self, name), _BY_YEAR, low=low, high=high,
                open_low=name == "refined_growth",
            )  # fmt: skip
            object.__setattr__(self, name, value)
        if self.unexplained_base_years < 1:
            raise InputError("unexplained_base_years must be 1 or more")


@dataclass(frozen=True)
class BalanceInputs:
    """Everything the balance needs besides the modelled mines.

    Parameters
    ----------
    commodity : str
        Name of the metal in the ledger.
    n_draws : int
        Draws including the central case, draw 0.
    refined_stock_opening_t : ndarray of shape (n_draws or 1,)
        Refined stocks at the end of the year before the first.

    Raises
    ------
    InputError
        When the number of sectors disagrees between the parts, or the history starts
        after the first year.
    """

    commodity: str
    n_draws: int
    horizon: Horizon
    history: UseHistory
    demand: Demand
    lifetimes: tuple[Lifetime, ...]
    fabrication: Fabrication
    end_of_life: EndOfLife
    published: Published
    processing: Processing
    outlook: Outlook
    refined_stock_opening_t: FloatArray

    def __post_init__(self) -> None:
        n = len(self.demand.sectors)
        for name, found, one_for_all in (
            ("history shares", self.history.shares.shape[1], False),
            ("lifetimes", len(self.lifetimes), False),
            ("end-of-life split", self.end_of_life.split.shape[0], False),
            ("new_scrap_rate", self.fabrication.new_scrap_rate.shape[1], True),
            ("product_net_exports", self.fabrication.product_net_exports.shape[1], True),
        ):
            if found != n and not (one_for_all and found == 1):
                raise InputError(
                    f"'{name}' has {found} sectors, the demand has {n}",
                    where=name,
                    fix=f"give one for each of: {', '.join(self.demand.sectors)}",
                )
        if self.n_draws < 1:
            raise InputError("at least one draw, the central case, is needed")
        if self.history.start_year >= self.horizon.first_year:
            raise InputError(
                f"the history of use starts in {self.history.start_year}, not before "
                f"{self.horizon.first_year}",
                fix="start it decades earlier: the stock remembers",
            )
        if self.outlook.unexplained_base_years > self.horizon.n_published:
            raise InputError("unexplained_base_years exceeds the number of published years")
        opening = checked(
            "refined_stock_opening_t", self.refined_stock_opening_t, _BY_DRAW, low=0.0
        )
        object.__setattr__(self, "refined_stock_opening_t", opening)
