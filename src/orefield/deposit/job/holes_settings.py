"""The ``[holes]`` section: files of drill holes, how they are written, what counts as a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orefield.core import ModelError
from orefield.core.sections import REQUIRED, Section, is_real
from orefield.deposit.drillholes.check_collars import Extent
from orefield.deposit.drillholes.findings import FaultRules, Findings
from orefield.deposit.drillholes.read import (
    Angles,
    LogSource,
    join_surveys,
    read_collars,
    read_intervals,
    read_surveys,
)
from orefield.deposit.drillholes.tables import Drillholes, Intervals
from orefield.deposit.drillholes.validate import ValidationRules, validate
from orefield.deposit.job.cell_settings import (
    cell_rules,
    columns_and_units,
    source_words,
    words_of,
)
from orefield.deposit.job.settings import DepositSettings

_DIPS = {"down_positive": True, "down_negative": False}
_COLLAR = ("hole", "x", "y", "z", "length", "azimuth", "dip")
_SURVEY = ("hole", "at", "azimuth", "dip")
_TABLE = ("hole", "from", "to")


def holes_of(settings: DepositSettings) -> tuple[Drillholes, Findings]:
    """Drill holes of ``[holes]``, read and validated; the caller decides on errors found.

    Raises
    ------
    ModelError
        For unknown keys, or no table of intervals.
    TableError, UnitError
        For files that cannot be read.
    """
    section = settings.section("holes", "name the files: [holes.collar], [holes.survey], ...")
    base = {
        "coordinate_unit": section.text("coordinate_unit", "m"),
        "depth_unit": section.text("depth_unit", section.text("coordinate_unit", "m")),
        "rules": cell_rules(section),
        **source_words(section),
    }
    angles = _angles(section)
    rules = _rules(section)
    collar = _source(settings, section.inner("collar"), base, _COLLAR)
    survey = section.section("survey")
    survey_source = _source(settings, survey, base, _SURVEY) if survey else None
    tables = [
        (row.text("name"), _source(settings, row, base, _TABLE))
        for row in section.sections("table")
    ]
    section.done()
    names = [name for name, _ in tables]
    if len(set(names)) != len(names):
        raise ModelError("two tables have one name", where=f"{section.where}.table")
    if not tables:
        raise ModelError(
            "the holes have no table of intervals",
            where=section.where,
            fix='add [[holes.table]] name = "assay", file = ...',
        )
    collars, stations = read_collars(collar, angles)
    if survey_source is not None:
        stations = join_surveys(stations, read_surveys(survey_source, angles))
    intervals: dict[str, Intervals] = {name: read_intervals(s) for name, s in tables}
    return validate(collars, stations, intervals, rules)


def _angles(section: Section) -> Angles:
    word = section.text("dip", "down_negative")
    if word not in _DIPS:
        raise ModelError(f"'dip' is {word!r}", where=section.where, fix=" or ".join(_DIPS))
    correction = section.number("azimuth_correction_deg", 0.0)
    return section.build(
        Angles, down_positive=_DIPS[word], azimuth_correction_deg=correction
    )  # fmt: skip


def _rules(section: Section) -> ValidationRules:
    kinds: Any = words_of(section, "findings")
    errors: Any = section.text("on_error", "stop")
    corners = section.take("extent", [], (list,), "four numbers")
    extent = None
    if corners:
        if len(corners) != 4 or not all(map(is_real, corners)):
            raise ModelError(
                f"'extent' is {corners!r}",
                where=section.where,
                fix="give [x_min, y_min, x_max, y_max] in metres",
            )
        x0, y0, x1, y1 = map(float, corners)
        extent = section.build(Extent, x_min=x0, y_min=y0, x_max=x1, y_max=y1)
    faults = section.build(FaultRules, errors=errors, kinds=kinds)
    limit = section.number("kink_limit_deg", 10.0)
    return section.build(ValidationRules, faults=faults, extent=extent, kink_limit_deg=limit)


def _source(
    settings: DepositSettings, section: Section, base: dict[str, Any], keys: tuple[str, ...]
) -> LogSource:
    """One file: its own keys, and those of ``[holes]`` where it says nothing else."""
    path = settings.file(section.text("file", REQUIRED))
    columns = {key: section.text(key) for key in keys if section.has(key)}
    own = dict(base)
    for key in ("coordinate_unit", "depth_unit", "separator", "encoding"):
        own[key] = section.text(key, base[key])
    own["rules"] = cell_rules(section, base["rules"])
    source = LogSource(path, columns, **own)
    if "from" in keys:
        values, units = columns_and_units(section, "values")
        codes = words_of(section, "codes")
        source = replace(source, values=values, units=units, codes=codes)
        section.has("name")
    section.done()
    return source
