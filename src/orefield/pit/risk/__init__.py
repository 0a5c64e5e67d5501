"""Schedules under geological uncertainty: how a plan fares over realisations, and better ones."""

from orefield.pit.risk.bounds import (
    Prices,
    lowered_bound,
    perfect_information_bound,
    priced_bound,
    priced_constraints,
)
from orefield.pit.risk.evaluation import Evaluation
from orefield.pit.risk.judging import evaluate
from orefield.pit.risk.policies import Policies, all_policies, policies
from orefield.pit.risk.realisations import Realisations, Target, geological_penalty
from orefield.pit.risk.schedule import RiskSchedule, risk_schedule
from orefield.pit.risk.stochastic import expected_problem, sample_average_problem

__all__ = [
    "Evaluation",
    "Policies",
    "Prices",
    "Realisations",
    "RiskSchedule",
    "Target",
    "all_policies",
    "evaluate",
    "expected_problem",
    "geological_penalty",
    "lowered_bound",
    "perfect_information_bound",
    "policies",
    "priced_bound",
    "priced_constraints",
    "risk_schedule",
    "sample_average_problem",
]
