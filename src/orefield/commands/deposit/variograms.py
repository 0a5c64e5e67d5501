"""``orefield deposit variogram``: experimental variograms, maps and fitted models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.calls import Reply
from orefield.commands.deposit.experimental_settings import experimental_settings
from orefield.commands.deposit.file_names import FileNames
from orefield.commands.deposit.resource_model import write_json, write_text
from orefield.commands.deposit.settings import read_settings
from orefield.commands.deposit.variogram_records import RunResult, VariogramRun
from orefield.commands.deposit.variogram_runs import carry_out
from orefield.commands.deposit.variogram_samples import model_names
from orefield.commands.deposit.variogram_texts import as_data, as_text, together_data
from orefield.commands.files import Results
from orefield.core import ModelError
from orefield.core.telling import Tell, told
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.variogram_settings import FILE
from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Coregionalisation, VariogramMap, write_models

_PREPARED = 0.1


def deposit_variogram(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Experimental variograms by direction, and models fitted to them.

    Writes ``variograms.toml`` (models, as other commands read them), ``variogram_points.csv``,
    a figure a variable, and ``variogram.json``.

    Parameters
    ----------
    config : Path
        Settings: samples or holes, and ``[experimental]``, once or several times.
    out : Path, optional
        Folder of results, in place of the file's own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings or samples, or a model that cannot be fitted.
    """
    say = told(tell)
    settings = read_settings(config, out)
    tasks = experimental_settings(settings)
    say("samples", 0.0)
    samples = samples_of(settings)
    _refuse_twins([name for task in tasks for name in model_names(samples, task)])
    results: list[RunResult] = []
    for k, task in enumerate(tasks):
        title = task.name or ", ".join(task.values) or "all values"

        def on(share: float, title: str = title, k: int = k) -> None:
            say(f"variograms of {title}", _PREPARED + (0.8 * (k + share)) / len(tasks))

        results.append(carry_out(samples, task, on))
    runs = [run for result in results for run in result.runs]
    say("files", 0.9)
    files = Results(settings.folder, (), ())
    models, notes = _models(results)
    if models:
        write_text(settings.folder, FILE, write_models(models, notes))
        files.written.append(FILE)
    every = [one for run in runs for one in (run, run.scores) if one is not None]
    files.table("variogram_points", _points(every))
    # matplotlib takes a second to load
    from orefield.report.figures_variogram import variogram_svg

    names = FileNames()
    for run in every:
        name, curves = names.of(run.name), run.every_curve
        model = run.fitted.variogram if run.fitted is not None else None
        title = f"{run.name}: {run.measured}{f', {run.domain}' if run.domain else ''}"
        files.figure(f"variogram_{name}", variogram_svg(curves, model, title))
        if run.map is not None:
            from orefield.report.figures_variogram_map import map_svg

            files.figure(f"variogram_map_{name}", map_svg(run.map, model, title))
            files.table(f"variogram_map_{name}", _cells(run.map))
    data: dict[str, Any] = {
        "settings": str(config),
        "samples": len(samples),
        "variograms": [as_data(run) for run in runs],
        "coregionalisations": [together_data(r) for r in results if r.together is not None],
        "notes": [note for result in results for note in result.notes],
        "files": [*files.written, "variogram.json"],
    }
    write_json(settings.folder, "variogram.json", data)
    say("done", 1.0)
    return data, as_text(results, settings.folder, data["files"])


def _refuse_twins(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ModelError(
                f"two variograms would be called '{name}'",
                where="[[experimental]]",
                fix="give each [[experimental]] a 'name' of its own",
            )
        seen.add(name)


def _models(
    results: list[RunResult],
) -> tuple[dict[str, Variogram | Coregionalisation], dict[str, dict[str, str]]]:
    models: dict[str, Variogram | Coregionalisation] = {}
    notes: dict[str, dict[str, str]] = {}
    for result in results:
        for run in result.runs:
            if run.fitted is not None:
                models[run.name] = run.fitted.variogram
                said = {
                    "value": run.value,
                    "measure": run.measured,
                    "domain": run.domain,
                    "note": "" if run.scores is None else run.fitted.notes[0],
                }
                notes[run.name] = {key: text for key, text in said.items() if text}
        if result.together is not None:
            models[result.together_name] = result.together.model
    return models, notes


def _points(runs: list[VariogramRun]) -> dict[str, Any]:
    """Every lag of every curve, for a table."""
    columns: dict[str, list[Any]] = {
        key: []
        for key in (
            "name", "direction", "azimuth_deg", "dip_deg", "lag", "pairs", "distance_m",
            "gamma", "model",
        )
    }  # fmt: skip
    for run in runs:
        model = run.fitted.variogram if run.fitted is not None else None
        for curve in run.every_curve:
            way = curve.direction
            loose = way.everywhere
            # of all directions there is no one value of a model with anisotropy
            drawn = None if loose or model is None else model.gamma(np.nan_to_num(curve.lags_m()))
            for k in range(len(curve.pairs)):
                row = (
                    run.name,
                    way.name,
                    "" if loose else way.azimuth_deg,
                    "" if loose else way.dip_deg,
                    k,
                    int(curve.pairs[k]),
                    float(curve.distance_m[k]),
                    float(curve.gamma[k]),
                    float("nan") if drawn is None or not curve.known[k] else float(drawn[k]),
                )
                for key, value in zip(columns, row, strict=True):
                    columns[key].append(value)
    return {key: np.array(c, dtype=object) for key, c in columns.items()}


def _cells(found: VariogramMap) -> dict[str, Any]:
    """Cells of a map that hold pairs, for a table."""
    held = found.pairs > 0
    east, north, up = found.lags_m()[held].T
    return {
        "lag_east_m": east,
        "lag_north_m": north,
        "lag_up_m": up,
        "pairs": found.pairs[held],
        "gamma": found.gamma[held],
    }
