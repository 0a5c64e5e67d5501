"""Room to work in every period of a schedule: how much there is, and plans that keep it."""

from orefield.pit.working_periods.regularise import working_plan
from orefield.pit.working_periods.result import PeriodRoom, WorkingPlan, period_room

__all__ = ["PeriodRoom", "WorkingPlan", "period_room", "working_plan"]
