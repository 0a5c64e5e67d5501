"""What people and programs are told of variograms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from orefield.commands.deposit.variogram_records import RunResult, VariogramRun
from orefield.commands.files import plain
from orefield.commands.pit import texts
from orefield.deposit.variogram import Structure, Variogram
from orefield.deposit.variography import Experimental, Goodness


def as_data(run: VariogramRun) -> dict[str, Any]:
    """One variogram for JSON."""
    curves = run.every_curve
    out: dict[str, Any] = {
        "name": run.name,
        "value": run.value,
        "measure": run.measured,
        "domain": run.domain,
        "samples": run.curves[0].samples,
        "variance": plain(run.curves[0].variance),
        "collocated_pairs": run.curves[0].collocated,
        "directions": [_curve(curve) for curve in curves],
    }
    if run.fitted is not None:
        good = run.fitted.goodness
        out |= {
            "model": _model(run.fitted.variogram),
            "goodness": _goodness(good, run.directional),
            "tried": [{"structures": what, "criterion": plain(c)} for what, c in run.fitted.tried],
            "notes": list(run.fitted.notes),
        }
    if run.scores is not None:
        out["scores"] = as_data(run.scores)
    return out


def together_data(result: RunResult) -> dict[str, Any]:
    """A coregionalisation for JSON."""
    assert result.together is not None
    found = result.together
    return {
        "name": result.together_name,
        "values": list(found.model.names),
        "nugget": found.model.nugget.tolist(),
        "structures": [
            {**_structure(s), "sill": m.tolist()}
            for s, m in zip(found.model.structures, found.model.sills, strict=True)
        ],
        "r2": [[plain(v) for v in row] for row in found.r2.tolist()],
        "rounds": found.rounds,
        "notes": list(found.notes),
    }


def as_text(results: Sequence[RunResult], folder: Path, files: Sequence[str]) -> str:
    """All of it for a person."""
    parts = []
    for result in results:
        parts += [_run_text(run) for run in result.runs]
        if result.together is not None:
            parts.append(_together_text(result))
        parts += [f"  note  {note}" for note in result.notes]
    parts.append(texts.pairs(texts.written(folder, files)))
    return "\n\n".join(parts)


def _run_text(run: VariogramRun) -> str:
    first = run.curves[0]
    domain = f", {run.domain}" if run.domain else ""
    head = f"{run.name}: {run.measured} of {first.samples:,} samples{domain}"
    if np.isfinite(first.variance):
        kind = "covariance" if first.values[0] != first.values[1] else "variance"
        head += f", {kind} {first.variance:.4g}"
    curves = run.every_curve
    rmse = dict.fromkeys(range(len(curves)), float("nan"))
    if run.fitted is not None:
        by_name = dict(
            zip(map(id, run.directional), run.fitted.goodness.rmse_by_direction, strict=True)
        )
        rmse = {k: by_name.get(id(c), float("nan")) for k, c in enumerate(curves)}
    far = [float(c.distance_m[c.known][-1]) if c.known.any() else np.nan for c in curves]
    near = [float(c.gamma[c.known][0]) if c.known.any() else np.nan for c in curves]
    columns: dict[str, tuple[str, ArrayLike]] = {
        "direction": ("s", [c.direction.name for c in curves]),
        "pairs": (",d", [int(c.pairs.sum()) for c in curves]),
        "lags": ("d", [int(c.known.sum()) for c in curves]),
        "to m": (",.4g", far),
        "first": (".4g", near),
    }
    if run.fitted is not None:
        columns["rmse"] = (".3g", list(rmse.values()))
    lines = [head, texts.table(columns)]
    if run.fitted is not None:
        lines += ["", _model_text(run.fitted.variogram)]
        said = _fits(run)
        said += (("note", note) for note in run.fitted.notes)
        if first.collocated:
            said.append(("note", f"{first.collocated:,} pairs of samples at one place"))
        lines.append(texts.pairs(said))
    return "\n".join(lines)


def _fits(run: VariogramRun) -> list[tuple[str, str]]:
    """How well the model goes through what it was fitted to, and through the values' points."""
    assert run.fitted is not None
    good = run.fitted.goodness
    if run.scores is None or run.scores.fitted is None:
        return [("fit", _quality(good))]
    scores = run.scores.fitted.goodness
    return [("fit", f"{_quality(scores)}, of normal scores"), ("of values", _quality(good))]


def _quality(good: Goodness) -> str:
    # a model that was fitted to something else may be further from points than their mean is
    r2 = "below 0" if good.weighted_r2 < 0 else f"{good.weighted_r2:.3f}"
    return f"R2 {r2} (weighted), RMSE {good.rmse_of_sill:.1%} of the sill, {good.points} points"


def _model_text(model: Variogram) -> str:
    parts = model.structures
    columns: dict[str, tuple[str, ArrayLike]] = {
        "structure": ("s", ["nugget", *(_title(s) for s in parts)]),
        "sill": (".4g", [model.nugget, *(s.sill for s in parts)]),
        "share": (".1%", [model.nugget / model.sill, *(s.sill / model.sill for s in parts)]),
        "major m": (",.4g", [np.nan, *(s.ranges_m[0] for s in parts)]),
        "semi m": (",.4g", [np.nan, *(s.ranges_m[1] for s in parts)]),
        "minor m": (",.4g", [np.nan, *(s.ranges_m[2] for s in parts)]),
        "azimuth": (".1f", [np.nan, *(s.rotation.azimuth_deg for s in parts)]),
        "dip": (".1f", [np.nan, *(s.rotation.dip_deg for s in parts)]),
        "rake": (".1f", [np.nan, *(s.rotation.rake_deg for s in parts)]),
    }
    return texts.table(columns)


def _together_text(result: RunResult) -> str:
    assert result.together is not None
    found = result.together
    model = found.model
    lines = [
        f"{result.together_name}: coregionalisation of {len(model.names)} variables, "
        f"{found.rounds} rounds"
    ]
    rows: dict[str, tuple[str, list[Any]]] = {"pair": ("s", []), "nugget": (".4g", [])}
    for k, s in enumerate(model.structures, 1):
        rows[f"{k}: {_title(s)} {s.ranges_m[0]:,.4g} m"] = (".4g", [])
    rows |= {"sum": (".4g", []), "R2": (".3f", [])}
    for i, a in enumerate(model.names):
        for j, b in enumerate(model.names[: i + 1]):
            parts = [model.nugget[i, j], *(m[i, j] for m in model.sills)]
            row = [a if i == j else f"{b} x {a}", *parts, sum(parts), found.r2[i, j]]
            for (_, column), value in zip(rows.values(), row, strict=True):
                column.append(value if isinstance(value, str) else float(value))
    lines.append(texts.table(rows))
    return "\n".join([*lines, *(f"  note  {note}" for note in found.notes)])


def _curve(curve: Experimental) -> dict[str, Any]:
    way = curve.direction
    loose = way.everywhere
    return {
        "name": way.name,
        "azimuth_deg": None if loose else way.azimuth_deg,
        "dip_deg": None if loose else way.dip_deg,
        "tolerance_deg": way.tolerance_deg,
        "holes": way.holes,
        "pairs": curve.pairs.tolist(),
        "distance_m": [plain(v) for v in curve.distance_m.tolist()],
        "gamma": [plain(v) for v in curve.gamma.tolist()],
    }


def _goodness(good: Goodness, curves: Sequence[Experimental]) -> dict[str, Any]:
    return {
        "points": good.points,
        "weighted_r2": plain(good.weighted_r2),
        "rmse": plain(good.rmse),
        "rmse_of_sill": plain(good.rmse_of_sill),
        "worst_of_sill": plain(good.worst_of_sill),
        "rmse_by_direction": {
            curve.direction.name: plain(v)
            for curve, v in zip(curves, good.rmse_by_direction, strict=True)
        },
    }


def _model(model: Variogram) -> dict[str, Any]:
    return {
        "nugget": model.nugget,
        "sill": model.sill,
        "structures": [{**_structure(s), "sill": s.sill} for s in model.structures],
    }


def _structure(s: Structure) -> dict[str, Any]:
    out: dict[str, Any] = {
        "kind": s.kind,
        "ranges_m": list(s.ranges_m),
        "azimuth_deg": s.rotation.azimuth_deg,
        "dip_deg": s.rotation.dip_deg,
        "rake_deg": s.rotation.rake_deg,
    }
    return out if s.shape is None else {**out, "shape": s.shape}


def _title(s: Structure) -> str:
    return s.kind if s.shape is None else f"{s.kind} {s.shape:.3g}"
