"""Schedules under geological uncertainty: how a plan fares over realisations, and better ones."""

from orefield.pit.risk.evaluation import Evaluation, evaluate
from orefield.pit.risk.policies import Policies, all_policies, policies
from orefield.pit.risk.realisations import Realisations, Target, geological_penalty
from orefield.pit.risk.schedule import RiskSchedule, perfect_information_bound, risk_schedule
from orefield.pit.risk.stochastic import expected_problem, sample_average_problem

__all__ = [
    "Evaluation",
    "Policies",
    "Realisations",
    "RiskSchedule",
    "Target",
    "all_policies",
    "evaluate",
    "expected_problem",
    "geological_penalty",
    "perfect_information_bound",
    "policies",
    "risk_schedule",
    "sample_average_problem",
]
