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
from orefield.deposit.classification.statement import Interval, Line, Statement

_SURE = (ResourceClass.MEASURED, ResourceClass.INDICATED)
TOGETHER = "measured + indicated"


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is printed: tonnes and metal rounded so that rows add up."""

    line: Line
    label: str
    tonnes: float
    metal_t: float


@dataclass(frozen=True, eq=False)
class Printed:
    """A statement's rows, rounded.

    Attributes
    ----------
    rows : tuple of Row
        By cut-off: domains and classes, classes of all domains, measured and indicated together.
    tonnes_unit, metal_unit, grade_unit : float
        Steps that were rounded to.
    unit : str
        The grade's unit.
    """

    rows: tuple[Row, ...]
    tonnes_unit: float
    metal_unit: float
    grade_unit: float
    unit: str


def printed(found: Statement, unit: str, digits: int) -> Printed:
    """Rows rounded to ``digits`` significant figures of the largest.

    Classes of a domain are the parts that are rounded (measured and indicated together, and the
    inferred on their own); all else printed is a sum of them.
    """
    totals = (*found.by_class, *found.measured_indicated)
    steps_t = unit_for([line.tonnes for line in totals], digits)
    steps_m = unit_for([line.metal_t for line in totals], digits)
    steps_g = unit_for([line.grade for line in totals], digits)
    rows: list[Row] = []
    for both in found.measured_indicated:
        parts = [line for line in found.lines if line.cutoff == both.cutoff]
        kept: dict[tuple[str, ResourceClass], Row] = {}
        for group in (_SURE, (ResourceClass.INFERRED,)):
            own = [line for line in parts if line.resource_class in group]
            mass = rounded_parts([max(line.tonnes, 0.0) for line in own], steps_t)
            metal = rounded_parts([max(line.metal_t, 0.0) for line in own], steps_m)
            for line, t, m in zip(own, mass, metal, strict=True):
                label = line.resource_class.label
                kept[line.domain, line.resource_class] = Row(line, label, float(t), float(m))
        domains = {line.domain for line in parts}
        if len(domains) > 1:
            rows += [kept[line.domain, line.resource_class] for line in parts]
        for total in (line for line in found.by_class if line.cutoff == both.cutoff):
            own_rows = [kept[d, total.resource_class] for d in domains]
            rows.append(_sum(total, total.resource_class.label, own_rows))
        rows.append(_sum(both, TOGETHER, [r for (_, c), r in kept.items() if c in _SURE]))
    return Printed(tuple(rows), steps_t, steps_m, steps_g, unit)


def _sum(line: Line, label: str, parts: Sequence[Row]) -> Row:
    return Row(line, label, math.fsum(r.tonnes for r in parts), math.fsum(r.metal_t for r in parts))


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
                "grade": plain(_rounded(line.grade, found.grade_unit)),
                "metal_t": row.metal_t,
                **_ends("tonnes", line.tonnes_over, "_t"),
                **_ends("grade", line.grade_over, ""),
                **_ends("metal", line.metal_over, "_t"),
                "tonnes_unrounded_t": line.tonnes,
                "grade_unrounded": plain(line.grade),
                "metal_unrounded_t": line.metal_t,
            }
        )
    return out


def _ends(name: str, over: Interval, unit: str) -> dict[str, Any]:
    return {f"{name}_low{unit}": plain(over.low), f"{name}_high{unit}": plain(over.high)}


def statement_text(found: Printed, title: Sequence[str], said: Sequence[str]) -> str:
    """The statement for people: title, a table a cut-off, and what qualifies it."""
    scale_t, name_t = _scale(found.tonnes_unit)
    scale_m, name_m = _scale(found.metal_unit)
    out = [*title]
    intervals = any(math.isfinite(r.line.metal_over.low) for r in found.rows)
    domains = any(r.line.domain for r in found.rows)
    head = ["class", "GB/T 17766-2020", f"rock {name_t}", f"grade {found.unit}", f"metal {name_m}"]
    if domains:
        head.insert(0, "domain")
    if intervals:
        head += [f"rock {name_t}, from to", "grade, from to", f"metal {name_m}, from to"]
    left = 3 if domains else 2
    for cutoff in dict.fromkeys(r.line.cutoff for r in found.rows):
        table = [head]
        for row in (r for r in found.rows if r.line.cutoff == cutoff):
            line, alone = row.line, row.label != TOGETHER
            cells = [
                row.label,
                NAMES[line.resource_class].chinese if alone else "",
                _digits(row.tonnes / scale_t, found.tonnes_unit / scale_t),
                _digits(line.grade, found.grade_unit),
                _digits(row.metal_t / scale_m, found.metal_unit / scale_m),
            ]
            if domains:
                cells.insert(0, line.domain or "all")
            if intervals:
                cells += [
                    _span(line.tonnes_over, scale_t, found.tonnes_unit),
                    _span(line.grade_over, 1.0, found.grade_unit),
                    _span(line.metal_over, scale_m, found.metal_unit),
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


def _digits(value: float, unit: float) -> str:
    if not math.isfinite(value):
        return "-"
    return f"{value:,.{max(0, -math.floor(math.log10(unit) + 1e-9))}f}"


def _span(over: Interval, scale: float, unit: float) -> str:
    if not math.isfinite(over.low):
        return "-"
    ends = (_digits(v / scale, unit / scale) for v in (over.low, over.high))
    return " to ".join(ends)
