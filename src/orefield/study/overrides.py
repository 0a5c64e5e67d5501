"""A user's own values in place of parameters, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from orefield.core import units
from orefield.core.errors import EvidenceError, StudyError, UnitError
from orefield.study import plausible
from orefield.study.document import Override, StudyDocument
from orefield.study.parameters import Assumption, Parameter, Parameters, moved_range
from orefield.study.resolve import parse_date


def override(
    parameters: Parameters,
    layers: Iterable[tuple[StudyDocument, Path]],
    assumptions: dict[str, Assumption],
) -> Parameters:
    """The parameters with the overrides of every layer; each becomes an assumption too.

    Raises
    ------
    StudyError
        For a key that is no parameter, or a value of the wrong kind.
    UnitError
        For a unit that does not fit.
    EvidenceError
        For a value or range that cannot be.
    """
    for document, folder in layers:
        rows: list[Parameter] = []
        for key, given in document.overrides.items():
            where = f"{folder / 'study.toml'}, [overrides] '{key}'"
            row = parameters.find(key)
            if row is None:
                near = get_close_matches(key, parameters.keys(), n=1)
                raise StudyError(
                    f"override of '{key}', which is no parameter",
                    where=where,
                    fix=f"did you mean '{near[0]}'?" if near else "see parameters.csv",
                )
            try:
                changed = _changed(row, key, given, where)
                plausible.check(changed, "")
            except (EvidenceError, UnitError) as error:
                raise type(error)(error.what, where=where, fix=error.fix) from error
            rows.append(changed)
            assumptions[f"override:{key}"] = Assumption(
                f"override:{key}", given.text, given.unit or _table_unit(row), given.low,
                given.high, changed.dist, given.reason, "override",
            )  # fmt: skip
        parameters = parameters.with_rows(rows, parameters.scenario)
    return parameters


def _table_unit(row: Parameter) -> str:
    """The unit column of an assumption: dates and texts say that they are."""
    return row.kind if row.kind in ("text", "date") else row.unit


def _changed(row: Parameter, key: str, given: Override, where: str) -> Parameter:
    # an override of an override rejects what the first put in place, and what that rejected
    rejected = tuple((e.partition(":")[2], "overridden by the study") for e in row.evidence)
    row = replace(
        row,
        key=key,
        evidence=(f"assumption:override:{key}",),
        mark="override",
        rule=given.reason,
        rejected=(*rejected, *row.rejected),
    )
    if row.kind == "series":
        raise StudyError(
            f"'{key}' is a yearly series and cannot be overridden by one number",
            where=where,
            fix="add claims with a later vintage in a table of your own",
        )
    if row.kind in ("text", "date"):
        if given.unit or given.dist or given.low is not None or given.high is not None:
            raise StudyError(
                f"'{key}' is a {row.kind}: it has no unit and no range",
                where=where,
                fix="leave out unit, low, high and dist",
            )
        return replace(row, value=parse_date(given.text) if row.kind == "date" else given.text)
    return _number(row, key, given, where)


def _number(row: Parameter, key: str, given: Override, where: str) -> Parameter:
    if not isinstance(given.value, float | int) or not isinstance(row.value, float | int):
        raise StudyError(
            f"'{given.text}' is not a number",
            where=where,
            fix="write the number without quotes, and the unit in 'unit'",
        )
    scale = units.factor(given.unit or row.unit, row.unit)
    value = float(given.value) * scale
    # a range that is not given keeps its shape around the new value
    low, high = moved_range(row, row.value, value)
    low = low if given.low is None else given.low * scale
    high = high if given.high is None else given.high * scale
    dist = given.dist or row.dist
    ranged = given.low is not None or given.high is not None
    if dist == "fixed" and ranged:
        raise StudyError(
            f"'{key}' has a range, yet is fixed",
            where=where,
            fix='add dist = "triangular" (or another), or leave out low and high',
        )
    if dist == "fixed":
        low = high = value
    return replace(row, value=value, low=low, high=high, dist=dist)
