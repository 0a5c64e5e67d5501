"""What ``deposit classify`` tells: classes by method, volumes, confusion of methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.classify_settings import StatementSettings
from orefield.commands.deposit.resource_model import ResourceModel
from orefield.commands.deposit.statement_texts import aligned
from orefield.commands.files import Results, plain
from orefield.deposit.classification.classes import NAMES, SUREST_FIRST, ResourceClass
from orefield.deposit.classification.comparison import Confusion
from orefield.deposit.classification.precision import Precision, PrecisionRule

_I1 = NDArray[np.int8]


def title(resource: ResourceModel, stated: StatementSettings) -> list[str]:
    """The statement's head."""
    out = [
        f"Statement of mineral resources: {resource.value}, by class (CRIRSCO; GB/T 17766-2020)",
        f"  effective date: {stated.date or 'not given'}",
        f"  basis: {stated.basis}",
    ]
    if resource.model.note:
        out.append(f"  model: {resource.model.note}")
    return out + [f"  note: {text}" for text in stated.notes]


def summary(
    resource: ResourceModel, by_method: Mapping[str, _I1], final: _I1, method: str
) -> dict[str, Any]:
    """Tonnes of rock by class and method, without a cut-off."""
    ground = resource.ground
    of = ground.of

    def tonnes(classes: _I1) -> dict[str, float]:
        return {c.label: float(ground.tonnes[of & (classes == c)].sum()) for c in SUREST_FIRST}

    return {
        "value": resource.value,
        "unit": ground.unit,
        "blocks": ground.grid.n,
        "blocks_classified": int(np.count_nonzero(of & (final > 0))),
        "rock_t": float(ground.tonnes.sum()),
        "estimated_t": float(ground.tonnes[of].sum()),
        "method": method,
        "tonnes_by_class": {**{m: tonnes(c) for m, c in by_method.items()}, "final": tonnes(final)},
        "names": {
            c.label: {"crirsco": n.english, "gbt_17766_2020": n.chinese, "pinyin": n.pinyin}
            for c, n in NAMES.items()
        },
    }


def smoothing_rows(moved: Mapping[ResourceClass, tuple[float, float]]) -> list[dict[str, Any]]:
    """Tonnes of each class before and after smoothing."""
    return [
        {"class": c.label, "before_t": moved[c][0], "after_t": moved[c][1]} for c in SUREST_FIRST
    ]


def confusion_row(found: Confusion) -> dict[str, Any]:
    """How far two methods agree, for JSON."""
    return {
        "first": found.first,
        "second": found.second,
        "agreement": found.agreement,
        "kappa": plain(found.kappa),
        "tonnes_t": found.tonnes.tolist(),
        "metal_t": found.metal_t.tolist(),
        "classes": [c.label for c in ResourceClass],
    }


def confusion_table(compared: Sequence[Confusion]) -> dict[str, list[Any]]:
    """A row a pair of methods and classes; empty for one method."""
    out: dict[str, list[Any]] = {}
    for found in compared:
        for a in SUREST_FIRST:
            for b in SUREST_FIRST:
                row = {
                    "first": found.first,
                    "first_class": a.label,
                    "second": found.second,
                    "second_class": b.label,
                    "tonnes_t": float(found.tonnes[a, b]),
                    "metal_t": float(found.metal_t[a, b]),
                }
                for key, value in row.items():
                    out.setdefault(key, []).append(value)
    return out


def volume_row(rule: PrecisionRule, found: Precision) -> dict[str, Any]:
    """What was found of the volumes of one period, for JSON."""
    share = found.probability(rule.within)
    tonnes = found.volumes.tonnes
    wide = found.half_width(rule.confidence)
    wide = wide[np.isfinite(wide)]
    return {
        "class": rule.resource_class.label,
        "period": rule.period,
        "planned_t": rule.planned_t,
        "within": rule.within,
        "confidence": rule.confidence,
        "volumes": len(found.volumes),
        "short": int(np.count_nonzero(found.volumes.short)),
        "passing": int(np.count_nonzero(share >= rule.confidence - 1e-12)),
        "passing_t": float(tonnes[share >= rule.confidence - 1e-12].sum()),
        "expected_ore_t": float(tonnes.sum()),
        "half_width_median": plain(float(np.median(wide))) if wide.size else None,
    }


def volume_table(rule: PrecisionRule, found: Precision) -> dict[str, Any]:
    """A row a volume."""
    return {
        "volume": np.arange(len(found.volumes)),
        "expected_ore_t": found.volumes.tonnes,
        "metal_t": found.expected("metal"),
        "half_width": found.half_width(rule.confidence),
        "half_width_tonnes": found.half_width(rule.confidence, "tonnes"),
        "half_width_grade": found.half_width(rule.confidence, "grade"),
        "probability_within": found.probability(rule.within),
    }


def whole(
    statement: str, data: Mapping[str, Any], compared: Sequence[Confusion], files: Results
) -> str:
    """What a person is told."""
    out = [statement]
    methods: Mapping[str, Mapping[str, float]] = data["tonnes_by_class"]
    scale, unit = _scale(data["estimated_t"])
    rows = [[f"rock, {unit}, no cut-off", *methods]]
    for c in SUREST_FIRST:
        rows.append([c.label, *(f"{methods[m][c.label] / scale:,.3f}" for m in methods)])
    out += ["", aligned(rows, 1)]
    for row in data["volumes"]:
        out.append(
            f"  {row['passing']} of {row['volumes']} volumes of a {row['period']} "
            f"({row['planned_t']:,.0f} t) within {row['within']:.0%} at {row['confidence']:.0%}"
        )
    if data["smoothing"]:
        moves = ", ".join(
            f"{r['class']} {r['before_t'] / scale:,.3f} to {r['after_t'] / scale:,.3f}"
            for r in data["smoothing"]
        )
        out.append(f"  smoothing, {unit}: {moves}")
    for found in compared:
        out += ["", *_confusion_text(found, scale, unit)]
    out += [f"  warning: {text}" for text in data["warnings"]]
    if files.folder is not None:
        out.append(f"  left in {files.folder}: {', '.join(data['files'])}")
    return "\n".join(out)


def _scale(tonnes: float) -> tuple[float, str]:
    """What tonnes are shown in: millions, thousands where there are few, or as they are."""
    return next(
        (s, name) for s, name in ((1e6, "Mt"), (1e3, "kt"), (1.0, "t")) if tonnes >= s or s == 1.0
    )


def _confusion_text(found: Confusion, scale: float, unit: str) -> list[str]:
    rows = [
        [f"{unit}: {found.first} below, {found.second} across", *(c.label for c in SUREST_FIRST)]
    ]
    for a in SUREST_FIRST:
        rows.append([a.label, *(f"{found.tonnes[a, b] / scale:,.3f}" for b in SUREST_FIRST)])
    return [aligned(rows, 1), f"  same class: {found.agreement:.1%} of tonnes above the cut-off"]
