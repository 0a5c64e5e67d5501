"""``orefield pit``: limit, shells, phases, schedules and trade-offs of a planner's own model."""

from orefield.commands.pit.outlines import pit_limit, pit_phases, pit_shells
from orefield.commands.pit.scheduling import pit_schedule
from orefield.commands.pit.trading import pit_frontier

__all__ = ["pit_frontier", "pit_limit", "pit_phases", "pit_schedule", "pit_shells"]
