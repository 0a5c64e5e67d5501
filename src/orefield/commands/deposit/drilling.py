"""``orefield deposit plan``: spacing study, and the next holes that tell the most per metre."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orefield.commands.calls import Reply, Stopping, forward, stoppable
from orefield.commands.deposit.drill_figures import write_holes, write_spacing
from orefield.commands.deposit.drill_ground import plan_ground
from orefield.commands.deposit.drill_problem import planned
from orefield.commands.deposit.drill_settings import plan_settings
from orefield.commands.deposit.drill_spacing import spacing_data, studied
from orefield.commands.deposit.drill_texts import collar_table, holes_data, plan_text
from orefield.commands.deposit.resource_model import write_json
from orefield.commands.deposit.settings import read_settings
from orefield.commands.files import Results
from orefield.core.telling import Tell
from orefield.deposit.job.output_settings import block_files

HOLES = "planned_holes"
"""Name of the CSV of collars that is left."""


def deposit_plan(
    config: Path,
    *,
    out: Path | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """Plan drilling as ``[plan]`` describes: next holes, a spacing study, or both.

    Parameters
    ----------
    config : Path
        Settings with samples, a variogram, ``[plan]``, and an estimate or ``[grid]``.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.
    stopping : callable, optional
        Makes a context in which the choice can be stopped, for the best so far.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or data, and results that cannot be written.
    """
    say = forward(tell)
    settings = read_settings(config, out)
    section = settings.section("plan", "describe candidates and limits, or a spacing study")
    chosen = plan_settings(settings, section)
    say("reading samples", 0.0)
    ground = plan_ground(settings, section, chosen)
    files = Results(settings.folder, block_files(settings), ())
    data: dict[str, Any] = {
        "value": ground.value,
        "unit": ground.unit,
        "samples": len(ground.samples),
        "variogram_sill": ground.variogram.sill,
        "warnings": ground.warnings,
    }
    if chosen.holes is not None:
        with stoppable(stopping) as stop:
            found = planned(settings, ground, chosen, chosen.holes, stop, say)
        data.update(holes_data(ground, chosen.holes, found))
        files.table(HOLES, collar_table(found, data))
        say("drawing", 0.84)
        write_holes(files, ground, chosen, found, data)
    if chosen.spacing is not None:
        study = studied(settings, ground, chosen.spacing, say)
        data["spacing"] = spacing_data(ground, chosen.spacing, study)
        rows = data["spacing"]["spacings"]
        files.table("spacings", {key: [_or_nan(r[key]) for r in rows] for key in rows[0]})
        write_spacing(files, study, chosen.spacing.within)
    say("writing", 0.97)
    data = {**data, "files": [*files.written, "plan.json"]}
    write_json(settings.folder, "plan.json", data)
    return data, plan_text(data)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
