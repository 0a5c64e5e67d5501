"""``orefield pit``: limit, shells, phases, schedules, trade-offs, risk of an own model."""

from orefield.commands.pit.outlines import pit_limit, pit_phases, pit_shells
from orefield.commands.pit.risk import pit_risk
from orefield.commands.pit.scheduling import pit_schedule
from orefield.commands.pit.trading import pit_frontier

__all__ = ["pit_frontier", "pit_limit", "pit_phases", "pit_risk", "pit_schedule", "pit_shells"]
