"""The sections ``[classify]`` and ``[statement]``: rules by method, and what is stated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast, get_args

from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.numbers import positive, whole, wholes
from orefield.core.sections import Section, is_real
from orefield.deposit.classification.classes import ResourceClass
from orefield.deposit.classification.precision import MEASURES, Measure, PrecisionRule
from orefield.deposit.classification.rules import QUALITIES, QualityRule, SpacingRule
from orefield.deposit.classification.smoothing import Smoothing
from orefield.deposit.job.lists import one_of
from orefield.deposit.job.search_settings import rotation_of, triple
from orefield.deposit.orientation import Ellipsoid

METHODS = ("spacing", "quality", "simulation")
"""Ways of classifying; the names of their sections."""

Ore = Literal["realisation", "estimate"]
"""What chooses ore: each realisation's own grades, or the estimate."""

_RULED = (ResourceClass.MEASURED, ResourceClass.INDICATED, ResourceClass.INFERRED)
_MONTHS = {ResourceClass.MEASURED: 3.0, ResourceClass.INDICATED: 12.0}


@dataclass(frozen=True, slots=True)
class SpacingSettings:
    """``[classify.spacing]``: rules of holes, within an ellipsoid."""

    search: Ellipsoid
    rules: tuple[SpacingRule, ...]


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """``[classify.simulation]``: production volumes and how well each must be known."""

    rules: tuple[PrecisionRule, ...]
    measures: tuple[Measure, ...]
    volumes: Literal["equal", "panels", "field"]
    panel: tuple[int, int, int]
    field: str
    levels: int | None
    ore: Ore
    cutoff: float | None
    reach_m: float | None
    defaults: bool


@dataclass(frozen=True, slots=True)
class ClassifySettings:
    """``[classify]``, but for what names the model."""

    method: str
    spacing: SpacingSettings | None
    quality: tuple[QualityRule, ...]
    simulation: SimulationSettings | None
    smoothing: Smoothing | None

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that have a section."""
        have = (self.spacing, self.quality, self.simulation)
        return tuple(m for m, found in zip(METHODS, have, strict=True) if found)


@dataclass(frozen=True, slots=True)
class StatementSettings:
    """``[statement]``: cut-offs, date, rounding and words of people."""

    cutoffs: tuple[float, ...]
    date: str
    digits: int
    confidence: float
    basis: str
    prospects: str
    notes: tuple[str, ...]


def classify_settings(section: Section) -> ClassifySettings:
    """Rules of ``[classify]``; what names the model was read before.

    Raises
    ------
    ModelError
        For unknown keys, no method, or rules that cannot be.
    """
    spacing = section.section("spacing")
    quality = section.section("quality")
    simulation = section.section("simulation")
    smoothing = section.section("smoothing")
    out = ClassifySettings(
        section.text("method", ""),
        _spacing(spacing) if spacing else None,
        _quality(quality) if quality else (),
        _simulation(simulation) if simulation else None,
        _smoothing(smoothing) if smoothing else None,
    )
    section.done()
    if not out.methods:
        raise ModelError(
            "there is no rule to classify by", where=section.where,
            fix="describe [classify.spacing], [classify.quality] or [classify.simulation]",
        )  # fmt: skip
    if out.method and out.method not in out.methods:
        raise ModelError(
            f"'method' is '{out.method}', which has no section", where=section.where,
            fix=f"use one of {', '.join(out.methods)}",
        )  # fmt: skip
    if not out.method and len(out.methods) > 1:
        raise ModelError(
            "which method the statement follows is not told", where=section.where,
            fix=f"set 'method' to one of {', '.join(out.methods)}",
        )  # fmt: skip
    return out


def statement_settings(settings: DepositSettings) -> StatementSettings:
    """``[statement]``; every key has a default.

    Raises
    ------
    ModelError
        For unknown keys or values that cannot be.
    """
    section = settings.section_or_empty("statement")
    cutoffs = section.take("cutoffs", [0.0], (list, int, float), "a list of numbers")
    rows = cutoffs if isinstance(cutoffs, list) else [cutoffs]
    if not rows or not all(map(is_real, rows)):
        raise ModelError(f"'cutoffs' is {cutoffs!r}", where=section.where, fix="give numbers")
    day = section.take("date", "", (str, date), "a date")
    confidence = section.number("confidence", 0.90)
    if not 0 < confidence < 1:
        raise ModelError(f"'confidence' is {confidence:g}", where=section.where, fix="e.g. 0.9")
    out = StatementSettings(
        tuple(float(c) for c in rows),
        day.isoformat() if isinstance(day, date) else str(day),
        whole(section, "digits", 1, 3),
        confidence,
        section.text("basis", "in situ, dry tonnes, block support, no dilution or mining loss"),
        section.text("prospects", ""),
        section.names("notes"),
    )
    section.done()
    return out


def ellipsoid(section: Section) -> Ellipsoid:
    """``ranges_m`` and angles of a search."""
    rotation = rotation_of(section)
    return section.build(Ellipsoid, ranges_m=triple(section, "ranges_m"), rotation=rotation)


def blocks_each_way(section: Section, key: str, low: int) -> tuple[int, int, int]:
    """Blocks along x, y and z, ``low`` or more.

    Raises
    ------
    ModelError
        When they are not three whole numbers.
    """
    found = wholes(section, key, low)
    if len(found) != 3:
        raise ModelError(
            f"'{key}' is {list(found)}", where=section.where, fix="give blocks along x, y and z"
        )
    return found[0], found[1], found[2]


def _spacing(section: Section) -> SpacingSettings:
    search = ellipsoid(section)
    rules = []
    for c, inner in _rules(section):
        rules.append(
            inner.build(
                SpacingRule, resource_class=c, holes=whole(inner, "holes", 1, 1),
                distance_m=inner.number("distance_m"),
            )
        )  # fmt: skip
        inner.done()
        if rules[-1].distance_m > search.ranges_m[0] * (1 + 1e-12):
            raise ModelError(
                f"'distance_m' is beyond the search of {search.ranges_m[0]:g} m",
                where=inner.where, fix="enlarge 'ranges_m'",
            )  # fmt: skip
    section.done()
    return SpacingSettings(search, tuple(rules))


def _quality(section: Section) -> tuple[QualityRule, ...]:
    rules = []
    for c, inner in _rules(section):
        limits = {name: inner.number(name) for name in QUALITIES if inner.has(name)}
        inner.done()
        rules.append(inner.build(QualityRule, resource_class=c, limits=limits))
    section.done()
    return tuple(rules)


def _simulation(section: Section) -> SimulationSettings:
    yearly = section.number("tonnes_per_year")
    if not 0 < yearly < math.inf:
        raise ModelError(
            f"'tonnes_per_year' is {yearly:g}", where=section.where, fix="give tonnes of ore"
        )
    given = dict(_rules(section, must=False))
    rules = []
    for c in _RULED:
        inner = given.get(c)
        if inner is None and c not in _MONTHS:
            continue
        values: Mapping[str, Any] = {}
        months = _MONTHS.get(c, 12.0)
        if inner is not None:
            months = positive(inner, "months", months)
            values = {
                "within": inner.number("within", 0.15),
                "confidence": inner.number("confidence", 0.90),
            }
            inner.done()
        planned = yearly * months / 12.0
        rules.append(
            section.build(
                PrecisionRule, resource_class=c, planned_t=planned, period=_period(months), **values
            )
        )
    measures = section.names("measures") or ("metal",)
    unknown = [m for m in measures if m not in MEASURES]
    if unknown:
        raise ModelError(
            f"'{unknown[0]}' cannot be judged", where=section.where, fix="/".join(MEASURES)
        )
    how, name, panel = _volumes(section)
    out = SimulationSettings(
        tuple(rules), cast("tuple[Measure, ...]", measures), how, panel, name,
        whole(section, "levels", 1) if section.has("levels") else None,
        cast("Ore", one_of(section, "ore", get_args(Ore), "realisation")),
        section.number_or_none("cutoff"),
        positive(section, "reach_m", 1.0) if section.has("reach_m") else None, not given,
    )  # fmt: skip
    section.done()
    return out


def _volumes(section: Section) -> tuple[Any, str, tuple[int, int, int]]:
    how = section.text("volumes", "equal")
    panel = blocks_each_way(section, "panel", 1) if section.has("panel") else (1, 1, 1)
    if how == "panels" and not section.has("panel"):
        raise ModelError("panels have no size", where=section.where, fix="set 'panel' in blocks")
    name = section.text("field", "")
    if how not in ("equal", "panels", "field") or (how == "field") != bool(name):
        raise ModelError(
            f"'volumes' is '{how}'", where=section.where,
            fix="equal, panels (with 'panel'), or field (with 'field')",
        )  # fmt: skip
    return how, name, panel


def _smoothing(section: Section) -> Smoothing:
    radius = blocks_each_way(section, "radius", 0) if section.has("radius") else (1, 1, 1)
    out = section.build(
        Smoothing,
        how=section.text("how", "majority"),
        radius=radius,
        passes=whole(section, "passes", 1, 1),
        least_t=section.number("least_t", 0.0),
    )
    section.done()
    return out


def _rules(section: Section, *, must: bool = True) -> list[tuple[ResourceClass, Section]]:
    found = [(c, section.inner(c.label)) for c in _RULED if section.has(c.label)]
    if must and not found:
        raise ModelError(
            "there is no rule", where=section.where, fix="describe measured, indicated or inferred"
        )
    return found


def _period(months: float) -> str:
    return {3.0: "quarter", 12.0: "year", 1.0: "month"}.get(months, f"{months:g} months")
