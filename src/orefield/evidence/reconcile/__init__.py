"""Data reconciliation: the least adjustment that makes claims meet the identities, and blame.

``propagate`` says what is impossible for certain, ``reconcile`` what is best believed, whom to
blame and what ties, ``posterior`` samples where bounds bind.
"""

from orefield.evidence.reconcile.findings import findings
from orefield.evidence.reconcile.gross import Prior
from orefield.evidence.reconcile.intervals import Conflict, Propagated, Range, propagate
from orefield.evidence.reconcile.national import (
    BALANCE_INPUTS,
    NationalFigure,
    NationalSystem,
    national_figures,
    national_system,
)
from orefield.evidence.reconcile.observed import LeftOut, Observed, observations
from orefield.evidence.reconcile.posterior import Posterior, posterior
from orefield.evidence.reconcile.result import (
    Adjustment,
    Blame,
    GlobalTest,
    Reconciled,
    Status,
    Value,
)
from orefield.evidence.reconcile.sigma import RELATIVE_SIGMA, outside_scale, sigma_of
from orefield.evidence.reconcile.solve import reconcile
from orefield.evidence.reconcile.structure import Structural, structural
from orefield.evidence.reconcile.system import (
    Identity,
    Observation,
    Product,
    Sense,
    System,
    Variable,
    growth,
    product,
    total,
)
from orefield.evidence.reconcile.words import words

__all__ = [
    "BALANCE_INPUTS",
    "RELATIVE_SIGMA",
    "Adjustment",
    "Blame",
    "Conflict",
    "GlobalTest",
    "Identity",
    "LeftOut",
    "NationalFigure",
    "NationalSystem",
    "Observation",
    "Observed",
    "Posterior",
    "Prior",
    "Product",
    "Propagated",
    "Range",
    "Reconciled",
    "Sense",
    "Status",
    "Structural",
    "System",
    "Value",
    "Variable",
    "findings",
    "growth",
    "national_figures",
    "national_system",
    "observations",
    "outside_scale",
    "posterior",
    "product",
    "propagate",
    "reconcile",
    "sigma_of",
    "structural",
    "total",
    "words",
]
