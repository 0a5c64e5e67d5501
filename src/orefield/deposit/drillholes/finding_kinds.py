"""Every kind of fault that drill holes can have: how bad it is, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of fault.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        Errors stop a run unless they are to be dropped.
    what : str
        One sentence.
    fix : str
        What a person can do about it.
    drop : str
        What is done with it under ``drop``; empty where nothing can be.
    warn : bool
        Whether the data can be used as they are.
    """

    severity: Severity
    what: str
    fix: str
    drop: str = ""
    warn: bool = False


KINDS: Final[Mapping[str, FindingKind]] = {
    "collar_duplicate": FindingKind(
        "error", "a hole has two collars", "keep the one that is right", "the first is kept"
    ),
    "collar_repeated": FindingKind("warning", "a collar stands twice", "remove one row",
                                   "the first is kept"),
    "collar_twin": FindingKind("warning", "two holes begin at one place",
                               "is one a re-entry or a second name of the other?"),
    "collar_missing": FindingKind(
        "error", "rows of a hole that has no collar", "add the collar, or correct the name",
        "the rows are left out",
    ),
    "collar_far": FindingKind("warning", "a collar lies far from all others",
                              "check its coordinates for swapped or lost digits"),
    "collar_outside": FindingKind(
        "error", "a collar lies outside the extent", "check its coordinates and their system",
        "the hole is left out", warn=True,
    ),
    "extent_missed": FindingKind(
        "error", "all collars lie outside the extent",
        "are both in one coordinate system? are east and north the right columns?",
    ),
    "holes_none": FindingKind(
        "error", "no hole is left", "correct the errors above; they are in findings.csv",
    ),
    "coordinates_degrees": FindingKind(
        "error", "coordinates look like degrees of longitude and latitude",
        "project them into metres first", warn=True,
    ),
    "units_extent": FindingKind(
        "error", "all collars lie outside the extent, but not once feet and metres are swapped",
        "correct coordinate_unit",
    ),
    "units_depth": FindingKind(
        "error", "depths of collars and of intervals differ by feet and metres",
        "correct depth_unit of one of the tables", warn=True,
    ),
    "units_spacing": FindingKind(
        "warning", "holes are very long against the spacing of their collars",
        "are coordinates and depths in the units that the settings say?",
    ),
    "survey_missing": FindingKind(
        "error", "a hole has no survey", 'survey it, or take it for vertical: "warn"',
        "the hole is left out", warn=True,
    ),
    "survey_angle": FindingKind(
        "error", "an azimuth beyond 360 or a dip beyond 90 degrees", "correct the angle",
        "the station is left out",
    ),
    "survey_depth": FindingKind(
        "error", "a station has a negative depth", "correct the depth", "the station is left out"
    ),
    "survey_duplicate": FindingKind(
        "error", "two stations at one depth differ", "keep the one that is right",
        "the first is kept",
    ),
    "survey_repeated": FindingKind("warning", "a station stands twice", "remove one row",
                                   "the first is kept"),
    "survey_late": FindingKind("note", "the first station is not at the collar",
                               "its direction is taken from the collar down"),
    "survey_beyond": FindingKind("warning", "a station lies below the end of the hole",
                                 "check the depths of collar and station"),
    "survey_kink": FindingKind("warning", "the hole bends more than a rod string can",
                               "check the angles before and after for slips"),
    "survey_reversal": FindingKind(
        "error", "the hole turns back on itself between two stations", "correct the angle",
        "the lower station is left out",
    ),
    "dip_sign": FindingKind(
        "error", "more holes go up than down",
        'turn the sign: dip = "down_positive" or "down_negative"', warn=True,
    ),
    "hole_up": FindingKind("warning", "the hole goes up", "is it from underground?"),
    "interval_order": FindingKind(
        "error", "an interval does not end below its begin", "correct from and to",
        "the interval is left out",
    ),
    "interval_depth": FindingKind(
        "error", "an interval begins above the collar", "correct from", "the interval is left out"
    ),
    "interval_duplicate": FindingKind(
        "error", "two intervals at one depth differ", "keep the one that is right",
        "the first is kept",
    ),
    "interval_repeated": FindingKind("warning", "an interval stands twice", "remove one row",
                                     "the first is kept"),
    "interval_overlap": FindingKind(
        "error", "two intervals overlap", "correct from and to",
        "the one that begins later is left out",
    ),
    "interval_gap": FindingKind("note", "there is a gap between two intervals",
                                "was nothing logged, or is a row lost?"),
    "interval_beyond": FindingKind(
        "error", "an interval reaches below the end of the hole",
        "correct the depth of the collar or of the interval", "it is cut at the end of the hole",
        warn=True,
    ),
    "interval_missing": FindingKind("warning", "a hole has no interval in a table",
                                    "is the hole not yet assayed, or its name another?"),
    "grade_negative": FindingKind(
        "error", "a grade is negative",
        'say what it means: missing = [...], or negative = "below" or "missing"',
        "the value is taken for missing",
    ),
    "grade_range": FindingKind(
        "error", "a grade is more than all of the mass", "is the unit right?",
        "the value is taken for missing",
    ),
    "density_range": FindingKind(
        "error", "a density is not positive or more than any rock's", "is the unit right?",
        "the value is taken for missing",
    ),
    "value_code": FindingKind("note", "a code for 'no value'", "it is taken for missing"),
    "value_negative": FindingKind("note", "a negative number taken for missing",
                                  "that is what the settings say"),
    "value_below": FindingKind("note", "a value below detection",
                               "it is replaced as the settings say"),
    "value_above": FindingKind("note", "a value above what the method measures",
                               "assay it again by another method"),
}  # fmt: skip
"""Every kind of finding, by its name in files and settings."""
