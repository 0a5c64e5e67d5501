"""Classes of a resource by three methods, where they differ, and its statement."""

from orefield.deposit.classification.classes import (
    NAMES,
    RESERVES,
    ClassName,
    ResourceClass,
    class_of,
)
from orefield.deposit.classification.comparison import Confusion, confusion
from orefield.deposit.classification.draws import BlockDraws, Draws
from orefield.deposit.classification.grade_units import mass_fraction, unit_of
from orefield.deposit.classification.ground import Companion, Ground
from orefield.deposit.classification.precision import (
    RULE_SOURCE,
    Precision,
    PrecisionRule,
    by_precision,
    expected_ore,
    precision,
)
from orefield.deposit.classification.qualify import Circumstances, qualifications
from orefield.deposit.classification.rounding import rounded_parts, unit_for
from orefield.deposit.classification.rules import (
    QualityRule,
    SpacingRule,
    by_quality,
    by_spacing,
)
from orefield.deposit.classification.smoothing import Smoothing, moved_tonnes, smoothed
from orefield.deposit.classification.spacing import hole_distances
from orefield.deposit.classification.statement import (
    Interval,
    Line,
    Statement,
    outside_interval,
    statement,
)
from orefield.deposit.classification.volumes import (
    Volumes,
    equal_volumes,
    given_volumes,
    panels,
)

__all__ = [
    "NAMES",
    "RESERVES",
    "RULE_SOURCE",
    "BlockDraws",
    "Circumstances",
    "ClassName",
    "Companion",
    "Confusion",
    "Draws",
    "Ground",
    "Interval",
    "Line",
    "Precision",
    "PrecisionRule",
    "QualityRule",
    "ResourceClass",
    "Smoothing",
    "SpacingRule",
    "Statement",
    "Volumes",
    "by_precision",
    "by_quality",
    "by_spacing",
    "class_of",
    "confusion",
    "equal_volumes",
    "expected_ore",
    "given_volumes",
    "hole_distances",
    "mass_fraction",
    "moved_tonnes",
    "outside_interval",
    "panels",
    "precision",
    "qualifications",
    "rounded_parts",
    "smoothed",
    "statement",
    "unit_for",
    "unit_of",
]
