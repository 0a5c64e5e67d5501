"""What a block is worth: any elements, destinations and periods; cut-offs; use of resources."""

from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.cutoffs import Setting, cutoff_grade, nsr_cutoff_usd_t, nsr_usd_t
from orefield.pit.worth.decks import Calendar, Deck, deck
from orefield.pit.worth.destinations import KINDS, Destination
from orefield.pit.worth.distribution import GradeTonnage, grade_tonnage
from orefield.pit.worth.economy import Carbon, Economy, Royalty
from orefield.pit.worth.elements import Concentrate, Element, Metal, Penalty
from orefield.pit.worth.lane import (
    Cutoffs,
    Operation,
    Policy,
    lane_cutoffs,
    lane_policy,
    value_per_tonne,
)
from orefield.pit.worth.lane_decks import cutoff_policy
from orefield.pit.worth.lane_model import lane_inputs
from orefield.pit.worth.quantities import block_limits, block_usage, block_usages, contained_t
from orefield.pit.worth.rates import Cost, Rate, cost
from orefield.pit.worth.reading import economy_from_dict, usage_from_dict, usages_from_list
from orefield.pit.worth.recovery import ByRock, Constant, ConstantTail, FromField, Linear, Table
from orefield.pit.worth.usage import BASES, Amount, Usage, bond_kwh_t
from orefield.pit.worth.value import (
    Worth,
    best_destination,
    best_value,
    block_worth,
    reclaimed_worth,
)

__all__ = [
    "BASES",
    "KINDS",
    "Amount",
    "Blocks",
    "ByRock",
    "Calendar",
    "Carbon",
    "Concentrate",
    "Constant",
    "ConstantTail",
    "Cost",
    "Cutoffs",
    "Deck",
    "Destination",
    "Economy",
    "Element",
    "FromField",
    "GradeTonnage",
    "Linear",
    "Metal",
    "Operation",
    "Penalty",
    "Policy",
    "Rate",
    "Royalty",
    "Setting",
    "Table",
    "Usage",
    "Worth",
    "best_destination",
    "best_value",
    "block_limits",
    "block_usage",
    "block_usages",
    "block_worth",
    "bond_kwh_t",
    "contained_t",
    "cost",
    "cutoff_grade",
    "cutoff_policy",
    "deck",
    "economy_from_dict",
    "grade_tonnage",
    "lane_cutoffs",
    "lane_inputs",
    "lane_policy",
    "nsr_cutoff_usd_t",
    "nsr_usd_t",
    "reclaimed_worth",
    "usage_from_dict",
    "usages_from_list",
    "value_per_tonne",
]
