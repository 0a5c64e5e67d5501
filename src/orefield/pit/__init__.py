"""From block model to yearly schedule: value, limit, shells, phases, units, schedule."""

from orefield.pit.cave import Cave, block_cave
from orefield.pit.economics import (
    METALS,
    Economics,
    block_metal_t,
    block_nsr_usd_t,
    block_value_usd,
    breakeven_cu_pct,
    copper_recovery,
)
from orefield.pit.limit import (
    maximum_closure,
    nested_closures,
    nested_shells,
    nested_shells_of_values,
    ultimate_pit,
    whole_units,
)
from orefield.pit.minelib import UpitProblem, read_upit
from orefield.pit.mining_units import MiningUnits, grade_edges, mining_units
from orefield.pit.model_problem import ModelProblem, coarse_groups, model_problem
from orefield.pit.phases import choose_phases, phase_of_blocks, shell_totals
from orefield.pit.production import (
    Limit,
    Plan,
    ProductionProblem,
    Row,
    Solution,
    solve_production,
)
from orefield.pit.realised import ESTIMATE, RealisedUnits, schedule_realised
from orefield.pit.schedule import Schedule, ScheduleInputs, schedule
from orefield.pit.shell_analysis import PitByPit, pit_by_pit, skins
from orefield.pit.shells import shells_by_value
from orefield.pit.slopes import SlopeDomains, SlopePattern, slope_domains, slope_pattern
from orefield.pit.strategy import (
    LAGS,
    NpvBracket,
    central,
    choose_lag,
    feed_shortfall,
    npv_bracket,
    prestrip_rock_t,
)

__all__ = [
    "ESTIMATE",
    "LAGS",
    "METALS",
    "Cave",
    "Economics",
    "Limit",
    "MiningUnits",
    "ModelProblem",
    "NpvBracket",
    "PitByPit",
    "Plan",
    "ProductionProblem",
    "RealisedUnits",
    "Row",
    "Schedule",
    "ScheduleInputs",
    "SlopeDomains",
    "SlopePattern",
    "Solution",
    "UpitProblem",
    "block_cave",
    "block_metal_t",
    "block_nsr_usd_t",
    "block_value_usd",
    "breakeven_cu_pct",
    "central",
    "choose_lag",
    "choose_phases",
    "coarse_groups",
    "copper_recovery",
    "feed_shortfall",
    "grade_edges",
    "maximum_closure",
    "mining_units",
    "model_problem",
    "nested_closures",
    "nested_shells",
    "nested_shells_of_values",
    "npv_bracket",
    "phase_of_blocks",
    "pit_by_pit",
    "prestrip_rock_t",
    "read_upit",
    "schedule",
    "schedule_realised",
    "shell_totals",
    "shells_by_value",
    "skins",
    "slope_domains",
    "slope_pattern",
    "solve_production",
    "ultimate_pit",
    "whole_units",
]
