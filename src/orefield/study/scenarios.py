"""Scenarios: small tables of changes to parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from orefield.core import units
from orefield.core.errors import TableError, UnitError
from orefield.core.tables import read_rows
from orefield.study.parameters import NEVER, Parameter, Parameters
from orefield.study.resolve import parse_date

BASELINE = "baseline"
OPERATIONS = ("label", "set", "scale", "add", "delay_y")


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
        return f"scenario:{self.scenario}/{self.key}"


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
        TableError
            When a change does not fit its parameter.
        """
        rows: dict[str, Parameter] = {}
        for change in self.changes:
            row = rows.get(change.key) or base.find(change.key)
            if row is None:
                raise TableError(
                    f"scenario '{self.name}' changes '{change.key}', which is no parameter",
                    where=change.where,
                    fix="add the parameter to parameters.csv first",
                )
            rows[change.key] = replace(_changed(row, change), key=change.key)
        return base.with_rows(rows.values(), self.name)


def read_scenarios(path: Path) -> list[Change]:
    """Rows of scenarios.csv.

    Raises
    ------
    TableError
        For an unknown operation or a change without a reason.
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
        out.append(
            Change(
                row.text("scenario"), row.text("key", ""), op, row.text("value", ""),
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
    evidence = (*row.evidence, change.reference)
    note = change.reason
    if change.op == "delay_y":
        if not isinstance(row.value, date):
            raise _misfit(row, change, "is not a date")
        years = _number(change)
        moved = row.value if row.value == NEVER else row.value + timedelta(days=365.25 * years)
        return replace(row, value=moved, evidence=evidence, note=note, mark="assumption")
    if change.op == "set":
        if isinstance(row.value, date):
            return replace(
                row, value=parse_date(change.value), evidence=evidence, note=note,
                mark="assumption",
            )  # fmt: skip
        if isinstance(row.value, str):
            return replace(row, value=change.value, evidence=evidence, note=note)
        if isinstance(row.value, Mapping):
            raise _misfit(row, change, "is a series: scale it")
        try:
            value = _number(change) * units.factor(change.unit or row.unit, row.unit)
        except UnitError as error:
            raise UnitError(error.what, where=change.where, fix=error.fix) from error
        # the range keeps its shape around the new value
        ratio = value / row.value if row.value else 1.0
        shift = 0.0 if row.value else value
        return replace(
            row, value=value, low=row.low * ratio + shift, high=row.high * ratio + shift,
            evidence=evidence, note=note, mark="assumption",
        )  # fmt: skip
    if isinstance(row.value, (str, date)):
        raise _misfit(row, change, "is not a number")
    amount = _number(change)
    if isinstance(row.value, Mapping):
        if change.op == "add":
            amount *= units.factor(change.unit or row.unit, row.unit)
        series = {
            y: (v * amount if change.op == "scale" else v + amount) for y, v in row.value.items()
        }
        return replace(
            row, value=MappingProxyType(series), evidence=evidence, note=note, mark="assumption"
        )
    if change.op == "scale":
        low, high = sorted((row.low * amount, row.high * amount))
        return replace(
            row, value=row.value * amount, low=low, high=high, evidence=evidence, note=note,
            mark="assumption",
        )  # fmt: skip
    amount *= units.factor(change.unit or row.unit, row.unit)
    return replace(
        row, value=row.value + amount, low=row.low + amount, high=row.high + amount,
        evidence=evidence, note=note, mark="assumption",
    )  # fmt: skip


def _number(change: Change) -> float:
    try:
        return float(change.value)
    except ValueError:
        raise TableError(
            f"'{change.value}' is not a number", where=f"{change.where}, column 'value'"
        ) from None


def _misfit(row: Parameter, change: Change, why: str) -> TableError:
    return TableError(
        f"scenario '{change.scenario}': '{change.op}' does not fit '{row.key}', which {why}",
        where=change.where,
    )
