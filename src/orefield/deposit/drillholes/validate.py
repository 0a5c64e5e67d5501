"""Drill holes validated as a geologist does before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from orefield.core.errors import ModelError
from orefield.deposit.drillholes.check_collars import Extent, check_collars, check_lengths
from orefield.deposit.drillholes.check_intervals import check_intervals
from orefield.deposit.drillholes.check_surveys import check_station_depths, check_surveys
from orefield.deposit.drillholes.findings import FaultRules, Findings
from orefield.deposit.drillholes.tables import Collars, Drillholes, Intervals, Surveys


@dataclass(frozen=True, slots=True)
class ValidationRules:
    """What counts as a fault, and what is done with it.

    Parameters
    ----------
    faults : FaultRules
        What is done with errors.
    extent : Extent, optional
        Where collars lie.
    kink_limit_deg : float
        Bend per 30 m that is told, degrees.

    Raises
    ------
    ModelError
        For a limit that is not positive.
    """

    faults: FaultRules = field(default_factory=FaultRules)
    extent: Extent | None = None
    kink_limit_deg: float = 10.0

    def __post_init__(self) -> None:
        if not self.kink_limit_deg > 0:
            raise ModelError(f"the limit of kinks is {self.kink_limit_deg:g} degrees")


def validate(
    collars: Collars,
    surveys: Surveys,
    tables: Mapping[str, Intervals],
    rules: ValidationRules | None = None,
) -> tuple[Drillholes, Findings]:
    """Drill holes that hold together, and all that was found.

    Rows with errors are not in the result, whatever the rules say: with the choice ``stop`` the
    findings refuse to go on (:meth:`Findings.refuse_errors`).

    Parameters
    ----------
    collars, surveys, tables
        As read.
    rules : ValidationRules, optional
        Limits, and what is done with errors.

    Returns
    -------
    holes : Drillholes
        Stations and intervals sorted by hole and depth; intervals do not overlap; every hole
        has a station.
    findings : Findings
    """
    chosen = rules or ValidationRules()
    findings = Findings(chosen.faults)
    collars = check_collars(collars, findings, chosen.extent)
    surveys = check_surveys(surveys, collars, findings, chosen.kink_limit_deg)
    checked = {
        name: check_intervals(name, table, collars, findings) for name, table in tables.items()
    }
    surveyed = np.isin(collars.hole, surveys.hole)
    if not surveyed.all():  # only where they are to be dropped
        collars = collars.where(surveyed)
        checked = {n: t.where(np.isin(t.hole, collars.hole)) for n, t in checked.items()}
    holes = Drillholes(collars, surveys, checked)
    if not len(collars):
        findings.add("holes_none", table="collar", hole=[""], file=collars.file)
        return holes, findings
    check_lengths(holes, findings)
    check_station_depths(holes, findings)
    return holes, findings
