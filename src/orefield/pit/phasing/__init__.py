"""Phases: chosen from shells or a planner's own, given room to work, checked against slopes."""

from orefield.pit.phasing.choose import (
    ShellBenches,
    phases_by_tonnes,
    phases_by_value,
    shell_benches,
)
from orefield.pit.phasing.minable import (
    Narrow,
    PhaseDesign,
    minable_limit,
    minable_phases,
    narrow_parts,
)
from orefield.pit.phasing.own import Violation, check_phases, repair_phases
from orefield.pit.phasing.room import WorkingRoom, element, slope_with_ramps

__all__ = [
    "Narrow",
    "PhaseDesign",
    "ShellBenches",
    "Violation",
    "WorkingRoom",
    "check_phases",
    "element",
    "minable_limit",
    "minable_phases",
    "narrow_parts",
    "phases_by_tonnes",
    "phases_by_value",
    "repair_phases",
    "shell_benches",
    "slope_with_ramps",
]
