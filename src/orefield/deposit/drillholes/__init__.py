"""Drill holes: read, validated, desurveyed, cut into pieces, composited."""

from orefield.deposit.drillholes.cells import CellRules, Kind
from orefield.deposit.drillholes.check_collars import Extent
from orefield.deposit.drillholes.composite import HoleComposites, composite
from orefield.deposit.drillholes.composite_sums import Balance
from orefield.deposit.drillholes.desurvey import Paths, desurvey
from orefield.deposit.drillholes.finding_kinds import KINDS
from orefield.deposit.drillholes.findings import FaultRules, Findings
from orefield.deposit.drillholes.read import (
    Angles,
    LogSource,
    join_surveys,
    read_collars,
    read_intervals,
    read_surveys,
)
from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.drillholes.segments import Segments, segments_of, split_by
from orefield.deposit.drillholes.tables import Collars, Drillholes, Intervals, Surveys
from orefield.deposit.drillholes.validate import ValidationRules, validate

__all__ = [
    "KINDS",
    "Angles",
    "Balance",
    "CellRules",
    "Collars",
    "CompositeRules",
    "Drillholes",
    "Extent",
    "FaultRules",
    "Findings",
    "HoleComposites",
    "Intervals",
    "Kind",
    "LogSource",
    "Paths",
    "Segments",
    "Surveys",
    "ValidationRules",
    "composite",
    "desurvey",
    "join_surveys",
    "read_collars",
    "read_intervals",
    "read_surveys",
    "segments_of",
    "split_by",
    "validate",
]
