"""Rows of parameters.csv and assumptions.csv, before any evidence is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orefield.core import units
from orefield.core.errors import TableError, UnitError
from orefield.core.tables import Row, read_rows
from orefield.study import distributions
from orefield.study.parameters import Assumption

KINDS = ("number", "series", "date", "text")


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of parameters.csv before its evidence is looked up."""

    key: str
    unit: str
    kind: str
    evidence: str
    low: str
    high: str
    dist: str
    label: str
    note: str
    where: str


def read_parameters(path: Path) -> list[ParameterRow]:
    """Rows of parameters.csv.

    Raises
    ------
    TableError, UnitError
        See :func:`orefield.core.tables.read_rows`; also for an unknown kind or unit.
    """
    rows = read_rows(
        path,
        ("key", "unit", "kind", "evidence"),
        ("low", "high", "dist", "label", "note"),
        key="key",
    )
    out = []
    for row in rows:
        kind = row.text("kind")
        if kind not in KINDS:
            raise TableError(
                f"unknown kind '{kind}'",
                where=f"{row.where}, column 'kind'",
                fix=f"use one of {', '.join(KINDS)}",
            )
        unit = row.text("unit", "")
        if kind in ("number", "series"):
            _known(unit, row)
        out.append(
            ParameterRow(
                row.text("key"), unit, kind, row.text("evidence"), row.text("low", ""),
                row.text("high", ""), row.text("dist", ""), row.text("label", ""),
                row.text("note", ""), row.where,
            )
        )  # fmt: skip
    return out


def read_assumptions(path: Path) -> dict[str, Assumption]:
    """Rows of assumptions.csv by id.

    Raises
    ------
    TableError, UnitError, EvidenceError
        For unreadable tables, unknown units, ranges that cannot be, a missing reason.
    """
    rows = read_rows(
        path, ("id", "value", "unit", "low", "high", "dist", "reason"), ("mark",), key="id"
    )
    out: dict[str, Assumption] = {}
    for row in rows:
        low, high = row.number("low"), row.number("high")
        dist = row.text("dist", "fixed")
        if dist not in distributions.NAMES:
            raise TableError(
                f"unknown distribution '{dist}'",
                where=f"{row.where}, column 'dist'",
                fix=f"use one of {', '.join(distributions.NAMES)}",
            )
        unit = row.text("unit", "")
        if unit not in ("", "text", "date"):
            _known(unit, row)
            row.number("value")
        if dist != "fixed" or low is not None or high is not None:
            value = row.number("value")
            if value is None or low is None or high is None:
                raise TableError(
                    "an assumption with a range needs value, low and high",
                    where=row.where,
                    fix="fill the empty one, or write fixed and leave low and high empty",
                )
            distributions.check(dist, value, low, high, row.where)
        mark = row.text("mark", "assumption")
        if mark not in ("assumption", "recall"):
            raise TableError(
                f"mark '{mark}' is not assumption or recall",
                where=f"{row.where}, column 'mark'",
                fix="write assumption, or recall for what is remembered without a source",
            )
        out[row.text("id")] = Assumption(
            row.text("id"), row.text("value"), unit, low, high, dist, row.text("reason"), mark
        )
    return out


def _known(unit: str, row: Row) -> None:
    try:
        units.normalise(unit)
    except UnitError as error:
        raise UnitError(error.what, where=f"{row.where}, column 'unit'", fix=error.fix) from error
