"""A resource statement for people and files: rounded so that sums hold."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orefield.commands.files import plain
from orefield.deposit.classification.classes import NAMES, ResourceClass
from orefield.deposit.classification.rounding import rounded_parts, unit_for
from orefield.deposit.classification.statement import TOGETHER, Interval, Line, Statement

_SURE = (ResourceClass.MEASURED, ResourceClass.INDICATED)


@dataclass(frozen=True, slots=True)
class Steps:
    """What figures are rounded to: tonnes, metal, other metals (t)."""

    tonnes: float
    metal: float
    others: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is printed: tonnes and metal rounded so that rows add up."""

    line: Line
    label: str
    steps: Steps
    tonnes: float
    metal_t: float
    others_t: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Printed:
    """A statement's rows, rounded.

    Attributes
    ----------
    rows : tuple of Row
        By cut-off: domains and classes, classes of all domains, measured and indicated together.
    grade_step : float
        What grades are rounded to.
    other_steps : tuple of float
        The same of other grades.
    unit : str
        The grade's unit.
    """

    rows: tuple[Row, ...]
    grade_step: float
    other_steps: tuple[float, ...]
    unit: str

    @property
    def coarsest(self) -> Steps:
        """The largest step of each column, which tells what it is shown in."""
        steps = [row.steps for row in self.rows]
        return Steps(
            max(s.tonnes for s in steps),
            max(s.metal for s in steps),
            tuple(max(values) for values in zip(*(s.others for s in steps), strict=True)),
        )


def printed(found: Statement, unit: str, digits: int) -> Printed:
    """Rows rounded to ``digits`` significant figures of the largest.

    Classes of a domain are the parts that are rounded: measured and indicated together, and the
    inferred on their own, with steps of their own; all else printed is a sum of them.
    """
    inferred = [x for x in found.by_class if x.resource_class == ResourceClass.INFERRED]
    steps = {True: _steps(found.measured_indicated, digits), False: _steps(inferred, digits)}
    for sure, lines in ((True, found.measured_indicated), (False, inferred)):
        if not any(line.tonnes > 0 for line in lines):
            steps[sure] = steps[not sure]  # of nothing, no digit is significant
    totals = (*found.by_class, *found.measured_indicated)
    rows: list[Row] = []
    for both in found.measured_indicated:
        parts = [line for line in found.lines if line.cutoff == both.cutoff]
        kept: dict[tuple[str, ResourceClass], Row] = {}
        for sure in (True, False):
            own = [line for line in parts if (line.resource_class in _SURE) == sure]
            for row in _rounded_rows(own, steps[sure]):
                kept[row.line.domain, row.line.resource_class] = row
        domains = list(dict.fromkeys(line.domain for line in parts))
        if len(domains) > 1:
            rows += [kept[line.domain, line.resource_class] for line in parts]
        for total in (line for line in found.by_class if line.cutoff == both.cutoff):
            own_rows = [kept[d, total.resource_class] for d in domains]
            rows.append(_sum(total, total.resource_class.label, own_rows))
        rows.append(_sum(both, TOGETHER, [r for (_, c), r in kept.items() if c in _SURE]))
    others = range(len(totals[0].companions))
    return Printed(
        tuple(rows),
        unit_for([line.grade for line in totals], digits),
        tuple(unit_for([line.companions[k].grade for line in totals], digits) for k in others),
        unit,
    )


def _steps(totals: Sequence[Line], digits: int) -> Steps:
    others = range(len(totals[0].companions))
    return Steps(
        unit_for([line.tonnes for line in totals], digits),
        unit_for([line.metal_t for line in totals], digits),
        tuple(unit_for([line.companions[k].metal_t for line in totals], digits) for k in others),
    )


def _rounded_rows(own: Sequence[Line], steps: Steps) -> list[Row]:
    mass = rounded_parts([line.tonnes for line in own], steps.tonnes)
    metal = rounded_parts([line.metal_t for line in own], steps.metal)
    rest = [
        rounded_parts([line.companions[k].metal_t for line in own], step)
        for k, step in enumerate(steps.others)
    ]
    return [
        Row(
            line, line.resource_class.label, steps, float(mass[i]), float(metal[i]),
            tuple(float(column[i]) for column in rest),
        )
        for i, line in enumerate(own)
    ]  # fmt: skip


def _sum(line: Line, label: str, parts: Sequence[Row]) -> Row:
    rest = zip(*(r.others_t for r in parts), strict=True)
    return Row(
        line, label, parts[0].steps,
        math.fsum(r.tonnes for r in parts), math.fsum(r.metal_t for r in parts),
        tuple(math.fsum(column) for column in rest),
    )  # fmt: skip


def as_rows(found: Printed) -> list[dict[str, Any]]:
    """A row a line, rounded and not, for CSV and JSON; ``None`` for what is not there."""
    out = []
    for row in found.rows:
        line = row.line
        alone = row.label != TOGETHER
        names = NAMES[line.resource_class]
        out.append(
            {
                "cutoff": line.cutoff,
                "grade_unit": found.unit,
                "domain": line.domain or "all",
                "class": row.label,
                "gbt_17766_2020": names.chinese if alone else "",
                "tonnes_t": row.tonnes,
                "grade": plain(_rounded(line.grade, found.grade_step)),
                "metal_t": row.metal_t,
                **_ends("tonnes", line.tonnes_over, "_t"),
                **_ends("grade", line.grade_over, ""),
                **_ends("metal", line.metal_over, "_t"),
                "tonnes_unrounded_t": line.tonnes,
                "grade_unrounded": plain(line.grade),
                "metal_unrounded_t": line.metal_t,
                **_others(row, found),
            }
        )
    return out


def _others(row: Row, found: Printed) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for c, metal, step in zip(row.line.companions, row.others_t, found.other_steps, strict=True):
        out[c.value] = plain(_rounded(c.grade, step))
        out[f"{c.value}_metal_t"] = metal
    return out


def _ends(name: str, over: Interval, unit: str) -> dict[str, Any]:
    ends = (("low", over.low), ("mean", over.mean), ("high", over.high))
    return {f"{name}_{end}{unit}": plain(value) for end, value in ends}


def statement_text(found: Printed, title: Sequence[str], said: Sequence[str]) -> str:
    """The statement for people: title, a table a cut-off, and what qualifies it."""
    scale_t, name_t = _scale(found.coarsest.tonnes)
    scale_m, name_m = _scale(found.coarsest.metal)
    scales = [_scale(step) for step in found.coarsest.others]
    out = [*title]
    intervals = any(math.isfinite(r.line.metal_over.low) for r in found.rows)
    domains = any(r.line.domain for r in found.rows)
    head = ["class", "GB/T 17766-2020", f"rock {name_t}", f"grade {found.unit}", f"metal {name_m}"]
    for c, (_, name) in zip(found.rows[0].line.companions, scales, strict=True):
        head += [f"{c.value}, {c.unit}", f"metal {name}"]
    if domains:
        head.insert(0, "domain")
    if intervals:
        names = (f"rock {name_t}", "grade", f"metal {name_m}")
        head += [f"{name}: realisations" for name in names]
    left = 3 if domains else 2
    for cutoff in dict.fromkeys(r.line.cutoff for r in found.rows):
        table = [head]
        for row in (r for r in found.rows if r.line.cutoff == cutoff):
            line, steps = row.line, row.steps
            cells = [
                row.label,
                NAMES[line.resource_class].chinese if row.label != TOGETHER else "",
                _digits(row.tonnes, steps.tonnes, scale_t),
                _digits(line.grade, found.grade_step),
                _digits(row.metal_t, steps.metal, scale_m),
            ]
            for c, metal, step, fine, (scale, _) in zip(
                line.companions, row.others_t, steps.others, found.other_steps, scales, strict=True
            ):
                cells += [_digits(c.grade, fine), _digits(metal, step, scale)]
            if domains:
                cells.insert(0, line.domain or "all")
            if intervals:
                cells += [
                    _span(line.tonnes_over, line.tonnes, steps.tonnes, scale_t),
                    _span(line.grade_over, line.grade, found.grade_step),
                    _span(line.metal_over, line.metal_t, steps.metal, scale_m),
                ]
            table.append(cells)
        out += ["", f"cut-off {cutoff:g} {found.unit}", aligned(table, left)]
    out += ["", "what qualifies it:", *(f"  - {text}" for text in said)]
    return "\n".join(out)


def aligned(rows: Sequence[Sequence[str]], left: int) -> str:
    """Rows of cells below each other, the first ``left`` columns flush left."""
    wide = [max(_width(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell + " " * (w - _width(cell)) if k < left else " " * (w - _width(cell)) + cell
            for k, (cell, w) in enumerate(zip(row, wide, strict=True))
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def _scale(unit: float) -> tuple[float, str]:
    for scale, name, least in ((1e6, "Mt", 1e4), (1e3, "kt", 1e1), (1.0, "t", 1e-2)):
        if unit >= least:
            return scale, name
    return 1e-3, "kg"


def _rounded(value: float, unit: float) -> float:
    return round(value / unit) * unit if math.isfinite(value) else value


def _digits(value: float, step: float, scale: float = 1.0) -> str:
    """A value over a scale, with the decimals that a step leaves."""
    if not math.isfinite(value):
        return "-"
    decimals = max(0, -math.floor(math.log10(step / scale) + 1e-9))
    return f"{_rounded(value, step) / scale:,.{decimals}f}"


def _span(over: Interval, estimate: float, step: float, scale: float = 1.0) -> str:
    """Mean and interval over realisations, with a star where the estimate is not within."""
    if not math.isfinite(over.low):
        return "- "
    mean, low, high = (_digits(v, step, scale) for v in (over.mean, over.low, over.high))
    return f"{mean} ({low} to {high}){'*' if over.misses(estimate) else ' '}"
