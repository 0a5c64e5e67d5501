"""National flows, stocks, recycling, trade and targets: a metal's balance by year.

``national_balance(inputs, modelled_mine_t)`` closes the system for many draws at once; the
rules stand in :mod:`orefield.balance.flows`.
"""

from orefield.balance.demand import Demand
from orefield.balance.flows import national_balance
from orefield.balance.growth import GrowthModel
from orefield.balance.history import UseHistory
from orefield.balance.inputs import BalanceInputs, Horizon, Outlook, Processing, Published
from orefield.balance.lifetimes import Lifetime, LifetimeKind
from orefield.balance.national import BOUNDARIES, Flow, NationalBalance
from orefield.balance.rates import (
    RATE_TYPES,
    end_of_life_recycling_rate,
    old_scrap_ratio,
    process_yield,
    recycled_input_rate,
)
from orefield.balance.recycling import EndOfLife, Fabrication, FabricationFlows
from orefield.balance.self_sufficiency import (
    DEFINITIONS,
    Definition,
    SelfSufficiency,
    domestic_refined_over_refined_use,
    domestic_refined_t,
    mine_over_use,
    mine_plus_domestic_scrap_over_use,
    self_sufficiency,
)
from orefield.balance.stocks import StockModel
from orefield.balance.targets import Averaging, Target, TargetResult, Track, evaluate, measure

__all__ = [
    "BOUNDARIES",
    "DEFINITIONS",
    "RATE_TYPES",
    "Averaging",
    "BalanceInputs",
    "Definition",
    "Demand",
    "EndOfLife",
    "Fabrication",
    "FabricationFlows",
    "Flow",
    "GrowthModel",
    "Horizon",
    "Lifetime",
    "LifetimeKind",
    "NationalBalance",
    "Outlook",
    "Processing",
    "Published",
    "SelfSufficiency",
    "StockModel",
    "Target",
    "TargetResult",
    "Track",
    "UseHistory",
    "domestic_refined_over_refined_use",
    "domestic_refined_t",
    "end_of_life_recycling_rate",
    "evaluate",
    "measure",
    "mine_over_use",
    "mine_plus_domestic_scrap_over_use",
    "national_balance",
    "old_scrap_ratio",
    "process_yield",
    "recycled_input_rate",
    "self_sufficiency",
]
