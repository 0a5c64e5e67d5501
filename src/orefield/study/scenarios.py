"""Scenarios: small tables of changes to parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from orefield.core import units
from orefield.core.errors import EvidenceError, TableError, UnitError
from orefield.core.tables import plain_number, read_rows
from orefield.study import plausible
from orefield.study.parameters import NEVER, Parameter, Parameters, moved_range
from orefield.study.resolve import parse_date

BASELINE = "baseline"
"""Name of the scenario that changes nothing."""

OPERATIONS = ("label", "set", "scale", "add", "delay_y")

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """One row of scenarios.csv."""

    scenario: str
    key: str
    op: str
    value: str
    unit: str
    reason: str
    where: str

    @property
    def reference(self) -> str:
        """How evidence names this change."""
        return f"scenario:{self.scenario}/{self.key}/{self.op}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changes."""

    name: str
    label: str
    changes: tuple[Change, ...]

    def apply(self, base: Parameters) -> Parameters:
        """The parameters of this scenario.

        Raises
        ------
        TableError, EvidenceError, UnitError
            When a change does not fit its parameter, or leads to what cannot be.
        """
        rows: dict[str, Parameter] = {}
        for change in self.changes:
            row = rows.get(change.key) or base.find(change.key)
            if row is None:
                near = get_close_matches(change.key, base.keys(), n=1)
                raise TableError(
                    f"scenario '{self.name}' changes '{change.key}', which is no parameter",
                    where=f"{change.where}, column 'key'",
                    fix=(f"did you mean '{near[0]}'? " if near else "")
                    + "add the parameter to parameters.csv first",
                )
            try:
                changed = replace(_changed(row, change), key=change.key, drawn_as=row.stream_key)
                plausible.check(changed, "")
            except (EvidenceError, UnitError) as error:
                raise type(error)(
                    f"scenario '{self.name}', '{change.key}': {error.what}",
                    where=f"{change.where}, column 'value'",
                    fix=error.fix,
                ) from error
            rows[change.key] = changed
        return base.with_rows(rows.values(), self.name)


def read_scenarios(path: Path) -> list[Change]:
    """Rows of scenarios.csv.

    Raises
    ------
    TableError
        For an unknown operation, a scenario name that is no plain word, a change without a
        reason, or one of the baseline.
    """
    out = []
    for row in read_rows(path, ("scenario", "key", "op", "value", "unit", "reason")):
        op = row.text("op")
        if op not in OPERATIONS:
            raise TableError(
                f"unknown operation '{op}'",
                where=f"{row.where}, column 'op'",
                fix=f"use one of {', '.join(OPERATIONS)}",
            )
        name = row.text("scenario")
        if not _NAME.fullmatch(name):
            raise TableError(
                f"'{name}' is no name for a scenario",
                where=f"{row.where}, column 'scenario'",
                fix="use lower-case letters, digits, - and _",
            )
        if name == BASELINE and op != "label":
            raise TableError(
                "the baseline is what parameters.csv says: it cannot be changed",
                where=f"{row.where}, column 'scenario'",
                fix="name another scenario, or use [overrides] in study.toml",
            )
        out.append(
            Change(
                name, row.text("key", ""), op, row.text("value", ""),
                row.text("unit", ""), row.text("reason"), row.where,
            )
        )  # fmt: skip
    return out


def group(changes: Iterable[Change]) -> dict[str, Scenario]:
    """Scenarios by name; the baseline is always there and comes first."""
    labels: dict[str, str] = {BASELINE: "as published and assumed"}
    by_name: dict[str, list[Change]] = {BASELINE: []}
    for change in changes:
        rows = by_name.setdefault(change.scenario, [])
        labels.setdefault(change.scenario, change.scenario)
        if change.op == "label":
            labels[change.scenario] = change.value or change.reason
        else:
            rows.append(change)
    return {name: Scenario(name, labels[name], tuple(rows)) for name, rows in by_name.items()}


def _changed(row: Parameter, change: Change) -> Parameter:
    """The row after a change, with the change among its evidence."""
    value = row.value
    if change.op == "set" and isinstance(value, str):
        changes: dict[str, object] = {"value": change.value}
    elif change.op == "set" and isinstance(value, date):
        changes = {"value": parse_date(change.value)}
    elif change.op == "delay_y":
        if not isinstance(value, date):
            raise _misfit(row, change, "is not a date")
        changes = {"value": _delayed(value, row, change)}
    elif isinstance(value, str | date):
        raise _misfit(row, change, "is not a number")
    elif isinstance(value, Mapping):
        changes = {"value": MappingProxyType(_series(value, row, change))}
    else:
        changes = _range(value, row, change)
    evidence = (*row.evidence, change.reference)
    changes |= {"evidence": evidence, "note": change.reason, "mark": "assumption"}
    return replace(row, **changes)  # type: ignore[arg-type]


def _delayed(value: date, row: Parameter, change: Change) -> date:
    years = _number(change)
    if value == NEVER:
        return value
    try:
        return value + timedelta(days=365.25 * years)
    except OverflowError:
        raise _misfit(row, change, f"would move by {years:g} years") from None


def _series(value: Mapping[int, float], row: Parameter, change: Change) -> dict[int, float]:
    if change.op == "set":
        raise _misfit(row, change, "is a series: scale it")
    amount = _number(change)
    if change.op == "scale":
        return {year: v * amount for year, v in value.items()}
    amount *= units.factor(change.unit or row.unit, row.unit)
    return {year: v + amount for year, v in value.items()}


def _range(value: float, row: Parameter, change: Change) -> dict[str, object]:
    """Value, low and high of a number after a change."""
    amount = _number(change)
    if change.op == "scale":
        low, high = sorted((row.low * amount, row.high * amount))
        return {"value": value * amount, "low": low, "high": high}
    amount *= units.factor(change.unit or row.unit, row.unit)
    if change.op == "add":
        return {"value": value + amount, "low": row.low + amount, "high": row.high + amount}
    low, high = moved_range(row, value, amount)
    return {"value": amount, "low": low, "high": high}


def _number(change: Change) -> float:
    try:
        return plain_number(change.value)
    except ValueError:
        raise TableError(
            f"'{change.value}' is not a number",
            where=f"{change.where}, column 'value'",
            fix="write a plain number",
        ) from None


def _misfit(row: Parameter, change: Change, why: str) -> TableError:
    return TableError(
        f"scenario '{change.scenario}': '{change.op}' does not fit '{row.key}', which {why}",
        where=f"{change.where}, column 'op'",
        fix="use an operation that fits, or mend the key",
    )
