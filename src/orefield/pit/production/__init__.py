"""Production scheduling: which block is mined when, and sent where, with a certified bound."""

from orefield.pit.production.problem import (
    Limit,
    Plan,
    ProductionProblem,
    Row,
    discount_factors,
    one_destination,
)
from orefield.pit.production.relaxation import Relaxation, relax
from orefield.pit.production.restrict import Restricted, restrict
from orefield.pit.production.solve import Progress, Solution, solve_production

__all__ = [
    "Limit",
    "Plan",
    "ProductionProblem",
    "Progress",
    "Relaxation",
    "Restricted",
    "Row",
    "Solution",
    "discount_factors",
    "one_destination",
    "relax",
    "restrict",
    "solve_production",
]
