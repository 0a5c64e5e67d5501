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
from orefield.pit.limit import maximum_closure, nested_shells, ultimate_pit, whole_units
from orefield.pit.minelib import UpitProblem, read_upit
from orefield.pit.mining_units import MiningUnits, grade_edges, mining_units
from orefield.pit.phases import choose_phases, phase_of_blocks, shell_totals
from orefield.pit.schedule import Schedule, ScheduleInputs, schedule
from orefield.pit.slopes import SlopePattern, slope_pattern
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
    "LAGS",
    "METALS",
    "Cave",
    "Economics",
    "MiningUnits",
    "NpvBracket",
    "Schedule",
    "ScheduleInputs",
    "SlopePattern",
    "UpitProblem",
    "block_cave",
    "block_metal_t",
    "block_nsr_usd_t",
    "block_value_usd",
    "breakeven_cu_pct",
    "central",
    "choose_lag",
    "choose_phases",
    "copper_recovery",
    "feed_shortfall",
    "grade_edges",
    "maximum_closure",
    "mining_units",
    "nested_shells",
    "npv_bracket",
    "phase_of_blocks",
    "prestrip_rock_t",
    "read_upit",
    "schedule",
    "shell_totals",
    "slope_pattern",
    "ultimate_pit",
    "whole_units",
]
