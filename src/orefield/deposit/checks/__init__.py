"""The checks that a competent person signs: numbers, tolerances and verdicts."""

from orefield.deposit.checks.bias import (
    LocalBias,
    conditional_slope,
    local_bias,
    realised_mean,
)
from orefield.deposit.checks.coverage import coverage, furthest
from orefield.deposit.checks.curves import Curve, Curves, curve, curves, even_cutoffs
from orefield.deposit.checks.findings import Findings, Plan, findings
from orefield.deposit.checks.reproduction import (
    PROBABILITIES,
    Continuity,
    Histogram,
    continuity,
    histogram,
    nodes_inside,
    score_table,
)
from orefield.deposit.checks.subject import Subject, subjects
from orefield.deposit.checks.support import block_covariance, variance_left
from orefield.deposit.checks.swaths import Swath, swath
from orefield.deposit.checks.tolerances import FROM_PRACTICE, Tolerances
from orefield.deposit.checks.validation import Validated, validation
from orefield.deposit.checks.verdicts import Check, counts, judged, unjudged

__all__ = [
    "FROM_PRACTICE",
    "PROBABILITIES",
    "Check",
    "Continuity",
    "Curve",
    "Curves",
    "Findings",
    "Histogram",
    "LocalBias",
    "Plan",
    "Subject",
    "Swath",
    "Tolerances",
    "Validated",
    "block_covariance",
    "conditional_slope",
    "continuity",
    "counts",
    "coverage",
    "curve",
    "curves",
    "even_cutoffs",
    "findings",
    "furthest",
    "histogram",
    "judged",
    "local_bias",
    "nodes_inside",
    "realised_mean",
    "score_table",
    "subjects",
    "swath",
    "unjudged",
    "validation",
    "variance_left",
]
