"""``orefield pit``: limit, shells, phases and schedules of a planner's own model."""

from orefield.commands.pit.outlines import pit_limit, pit_phases, pit_shells
from orefield.commands.pit.scheduling import pit_schedule

__all__ = ["pit_limit", "pit_phases", "pit_schedule", "pit_shells"]
