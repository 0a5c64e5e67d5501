"""What people and programs are told of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from orefield.commands.deposit.statistics_runs import Described, Statistics
from orefield.commands.files import plain, rows
from orefield.commands.pit import texts
from orefield.deposit.statistics import Summary, histogram

Columns = dict[str, ArrayLike]


def as_tables(found: Statistics, bins: int, logarithmic: bool) -> dict[str, Columns]:
    """Every table of the command, by the name of its file."""
    out = {"stats": _stacked([_summary_row(part) for part in found.parts])}
    out["histogram"] = _stacked([r for p in found.parts for r in _bars(p, bins, logarithmic)])
    scans = [
        {"value": p.value, "domain": p.domain, "cell_m": s, "mean": m}
        for p in found.parts
        if p.cells is not None
        for s, m in zip(p.cells.sizes_m.tolist(), p.cells.means.tolist(), strict=True)
    ]
    if scans:
        out["declustering"] = _stacked(scans)
    cuts = [
        {"value": p.value, "domain": p.domain, **row}
        for p in found.parts
        if p.cuts is not None
        for row in rows(asdict(p.cuts))
    ]
    if cuts:
        out["top_cuts"] = _stacked(cuts)
    deciles = []
    for p in found.parts:
        if p.deciles is not None:
            columns = {k: v for k, v in asdict(p.deciles).items() if k != "cut_advised"}
            deciles += [{"value": p.value, "domain": p.domain, **row} for row in rows(columns)]
    if deciles:
        out["deciles"] = _stacked(deciles)
    contacts = [
        {"value": value, "sides": sides, **row}
        for value, sides, c in found.contacts
        for row in rows(
            {k: getattr(c, k) for k in ("low_m", "high_m", "count", "length_m", "mean")}
        )
    ]
    if contacts:
        out["contacts"] = _stacked(contacts)
    if found.together is not None:
        out["correlations"] = _stacked(_pairs(found))
    return out


def as_data(found: Statistics) -> dict[str, Any]:
    """Numbers for JSON."""
    return {
        "values": [_part(part) for part in found.parts],
        "correlations": _pairs(found) if found.together is not None else [],
        "contacts": [
            {
                "value": value,
                "sides": sides,
                "contacts": c.contacts,
                "step": plain(c.step),
                "step_in_deviations": plain(c.step_in_deviations),
                "classes": rows(
                    {k: getattr(c, k) for k in ("low_m", "high_m", "count", "length_m", "mean")}
                ),
            }
            for value, sides, c in found.contacts
        ],
        "notes": found.notes,
    }


def as_text(found: Statistics, folder: Path, files: Sequence[str]) -> str:
    """All of it for a person."""
    parts = found.parts
    lines = ["statistics (declustered and length-weighted; naive: by length alone)"]
    lines.append(
        texts.table(
            {
                "value": ("s", [p.value for p in parts]),
                "domain": ("s", [p.domain for p in parts]),
                "samples": (",d", [p.weighted.count for p in parts]),
                "missing": (",d", [p.weighted.missing for p in parts]),
                "naive mean": (".4g", [p.naive.mean for p in parts]),
                "mean": (".4g", [p.weighted.mean for p in parts]),
                "deviation": (".4g", [p.weighted.deviation for p in parts]),
                "cv": (".3g", [p.weighted.cv for p in parts]),
                "least": (".4g", [p.weighted.least for p in parts]),
                "median": (".4g", [p.weighted.quantiles[0.5] for p in parts]),
                "90 %": (".4g", [p.weighted.quantiles[0.9] for p in parts]),
                "largest": (".4g", [p.weighted.largest for p in parts]),
                "cell m": (",.3g", [_cell(p) for p in parts]),
            }
        )
    )
    cut = [p for p in parts if p.cuts is not None and p.deciles is not None]
    if cut:
        lines += ["", "high grades", texts.table(_cut_columns(cut))]
    if found.together is not None:
        pairs = _pairs(found)
        lines += ["", "correlations"]
        columns: dict[str, tuple[str, ArrayLike]] = {
            "values": ("s", [f"{row['a']}, {row['b']}" for row in pairs]),
            "samples": (",d", [row["samples"] for row in pairs]),
        }
        for name in ("pearson", "spearman", "normal"):
            columns[name] = (".3f", [np.nan if r[name] is None else r[name] for r in pairs])
        lines.append(texts.table(columns))
    if found.contacts:
        lines += ["", "contacts (outside less inside, in the class next to the boundary)"]
        lines.append(
            texts.table(
                {
                    "value": ("s", [value for value, _, _ in found.contacts]),
                    "sides": ("s", [sides for _, sides, _ in found.contacts]),
                    "crossings": (",d", [c.contacts for _, _, c in found.contacts]),
                    "step": (".4g", [c.step for _, _, c in found.contacts]),
                    "in deviations": (
                        ".2f",
                        [c.step_in_deviations for _, _, c in found.contacts],
                    ),
                }
            )
        )
    said = [*(("note", note) for note in found.notes), *texts.written(folder, files)]
    return "\n".join([*lines, "", texts.pairs(said)])


def _cut_columns(parts: Sequence[Described]) -> dict[str, tuple[str, ArrayLike]]:
    kept = [p for p in parts if p.deciles is not None]
    deciles = [p.deciles for p in kept if p.deciles is not None]
    return {
        "value": ("s", [p.value for p in kept]),
        "domain": ("s", [p.domain for p in kept]),
        "metal in top 10 %": (".1%", [float(d.metal[19]) for d in deciles]),
        "in top 1 %": (".1%", [float(d.metal[18]) for d in deciles]),
        "99 % quantile": (".4g", [p.weighted.quantiles[0.99] for p in kept]),
        "first gap above": (".4g", [np.nan if p.gap is None else p.gap for p in kept]),
        "deciles advise": ("s", ["a cut" if d.cut_advised else "none" for d in deciles]),
    }


def _part(part: Described) -> dict[str, Any]:
    return {
        "value": part.value,
        "domain": part.domain,
        "naive": _summary(part.naive),
        "declustered": _summary(part.weighted),
        "cell_m": plain(_cell(part)),
        "disintegrates_above": part.gap,
        "cut_advised": None if part.deciles is None else part.deciles.cut_advised,
        "top_cuts": [] if part.cuts is None else rows(asdict(part.cuts)),
    }


def _summary(s: Summary) -> dict[str, Any]:
    data = {k: plain(v) for k, v in asdict(s).items() if k != "quantiles"}
    return {
        **data,
        "deviation": s.deviation,
        "quantiles": {f"{share:g}": value for share, value in s.quantiles.items()},
    }


def _summary_row(part: Described) -> dict[str, Any]:
    out: dict[str, Any] = {"value": part.value, "domain": part.domain}
    out |= {"naive_mean": part.naive.mean, "naive_cv": part.naive.cv}
    data = _summary(part.weighted)
    quantiles = data.pop("quantiles")
    return out | data | {f"q{float(k) * 100:g}": v for k, v in quantiles.items()}


def _bars(part: Described, bins: int, logarithmic: bool) -> list[dict[str, Any]]:
    if logarithmic and not (part.values > 0).any():
        return []
    edges, share = histogram(part.values, part.weights, bins=bins, logarithmic=logarithmic)
    return [
        {"value": part.value, "domain": part.domain, **row}
        for row in rows({"low": edges[:-1], "high": edges[1:], "share": share})
    ]


def _pairs(found: Statistics) -> list[dict[str, Any]]:
    c = found.together
    assert c is not None
    return [
        {
            "a": c.names[j],
            "b": c.names[i],
            "samples": int(c.counts[i, j]),
            "pearson": plain(float(c.pearson[i, j])),
            "spearman": plain(float(c.spearman[i, j])),
            "normal": plain(float(c.normal[i, j])),
        }
        for i in range(len(c.names))
        for j in range(i)
    ]


def _cell(part: Described) -> float:
    return part.cells.size_m if part.cells is not None and part.cells.size_m > 0 else np.nan


def _stacked(table: Sequence[dict[str, Any]]) -> Columns:
    keys = table[0] if table else {}
    return {
        key: np.array([np.nan if row[key] is None else row[key] for row in table], dtype=object)
        for key in keys
    }
