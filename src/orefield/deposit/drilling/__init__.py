"""Drill planning: which holes next, how wide a spacing will do, and what no plan could beat."""

from orefield.deposit.drilling.access import Access, Admitted, Polygon, admit
from orefield.deposit.drilling.bound import Certificate, certify
from orefield.deposit.drilling.choose import Limits, Plan, Problem, choose
from orefield.deposit.drilling.collars import collar_grid, fans, ground_of_columns
from orefield.deposit.drilling.ensemble import EnsemblePrior
from orefield.deposit.drilling.holes import HoleSamples, PlannedHoles
from orefield.deposit.drilling.prior import GaussianPrior
from orefield.deposit.drilling.spacing import Continuity, Study, ore_continuity, panel_error, study
from orefield.deposit.drilling.targets import Targets
from orefield.deposit.drilling.utility import Utility

__all__ = [
    "Access",
    "Admitted",
    "Certificate",
    "Continuity",
    "EnsemblePrior",
    "GaussianPrior",
    "HoleSamples",
    "Limits",
    "Plan",
    "PlannedHoles",
    "Polygon",
    "Problem",
    "Study",
    "Targets",
    "Utility",
    "admit",
    "certify",
    "choose",
    "collar_grid",
    "fans",
    "ground_of_columns",
    "ore_continuity",
    "panel_error",
    "study",
]
