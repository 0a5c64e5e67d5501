"""``orefield pit risk``: schedules over realisations of the deposit, and how plans fare there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply, Stopping, preparing, searching, stoppable
from orefield.commands.files import Results, plain
from orefield.commands.pit import risk_report as report
from orefield.commands.pit import texts
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.risk_report import HELD, SEEN, Judged
from orefield.commands.pit.risk_task import MEAN, RiskTask
from orefield.core import ModelError
from orefield.core.telling import Tell, told
from orefield.pit.risk import RiskSchedule, risk_schedule

_FAR_OFF = 0.05
"""A mean that is further from that of its realisations is told."""


def pit_risk(
    model: Path,
    config: Path,
    *,
    plan: Path | None = None,
    out: Path | None = None,
    gap: float | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """A plan on mean values and one that looks at risk, or a given plan, over realisations.

    Parameters
    ----------
    model, config : Path
        Block model and settings, with a section ``[risk]``.
    plan : Path, optional
        Folder or file with a plan: only judged then, nothing is searched for.
    out : Path, optional
        Folder for the files.
    gap, seconds, seed
        In place of those of ``[schedule]``; the time is for all plans and the bound.
    tell : callable, optional
        Told what is being done.
    stopping : callable, optional
        As for :func:`orefield.commands.pit.pit_schedule`.

    Raises
    ------
    OrefieldError
        For what is wrong with model, realisations, settings, plan or folder, and limits that
        cannot be kept.
    """
    began = time.perf_counter()
    say = told(tell)
    ahead = preparing(say)
    planner = Planner.open(model, config, ahead)
    settings = planner.config.risk
    if not settings.given:
        raise ModelError(
            "section [risk] is missing",
            where=str(planner.config.path),
            fix="say what the realisations are; see docs/risk.md",
        )
    if planner.config.wishes.piles:
        raise ModelError(
            "stockpiles cannot be planned over realisations",
            where=f"{planner.config.path}, [[stockpile]]",
            fix="leave them out here",
        )
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    task = RiskTask.of(planner, settings, plan)
    search = planner.config.scheduling
    bar = searching(say)
    with stoppable(stopping) as stop:
        found = None
        if task.given is None:
            found = risk_schedule(
                task.problem.seen.realisations, task.problem.seen.targets,
                mean=task.problem.mean, adapt=settings.adapt, rounds=settings.rounds,
                gap=search.gap if gap is None else gap,
                seconds=search.seconds if seconds is None else seconds,
                seed=search.seed if seed is None else seed,
                progress=bar, stop=stop,
            )  # fmt: skip
        stopped = stop()
        bar("judging plans", 1.0)
        plans = task.judged(found)
    data = {
        "model": str(model),
        "note": planner.model.note,
        "blocks": planner.model.grid.n,
        "rock_unit": planner.unit,
        "scheduled_blocks": len(task.problem.built.block),
        "units": task.problem.built.problem.n,
        "realisations": task.about(),
        "adapt": settings.adapt,
        "alpha": settings.alpha,
        "widths_kept": search.room is None or task.given is not None,
        "plans": report.as_data(plans, settings.alpha),
        **_gains(plans, found),
        "status": "interrupted" if stopped else "finished",
        "seconds": time.perf_counter() - began,
    }
    _write(files, task, plans)
    files.summary(data)
    return {**data, "files": files.written}, _text(task, plans, data, files, out)


def _gains(plans: list[Judged], found: RiskSchedule | None) -> dict[str, Any]:
    """What looking at risk brings, and the bound, where plans were looked for."""
    if found is None:
        return {}
    plain_plan, risk = plans
    gain = {
        sample: risk.samples[sample].objective - plain_plan.samples[sample].objective
        for sample in risk.samples
    }
    return {
        "value_of_stochastic_solution": found.value_of_stochastic_solution,
        "value_of_stochastic_solution_held_out": gain.get(HELD),
        "objective": found.evaluation.objective,
        "upper_bound": plain(found.bound),
        "gap": plain(found.gap),
        "candidates": [{"plan": name, "objective": worth} for name, worth in found.candidates],
        "seconds_searching": found.seconds,
    }


def _write(files: Results, task: RiskTask, plans: list[Judged]) -> None:
    model, built = task.planner.as_read, task.problem.built
    n = model.grid.n
    period = {j.name: built.block_period(j.plan, n) for j in plans}
    best = plans[-1]
    share = np.zeros((n, len(built.names)))
    share[built.block] = built.block_share(best.plan)
    fields: dict[str, NDArray[Any]] = {"period": period[best.name]}
    if len(plans) > 1:
        fields["period_mean"] = period[MEAN]
        names = np.asarray(["", *built.names], dtype=np.str_)
        fields["destination"] = names[np.where(share.sum(axis=1) > 0, share.argmax(axis=1) + 1, 0)]
        fields |= {f"share_{name}": share[:, d] for d, name in enumerate(built.names)}
    fields["ore_probability"] = task.ore
    taken = np.any([p >= 0 for p in period.values()], axis=0)
    files.blocks("blocks", model, fields, taken)
    files.table("risk", report.realisation_rows(plans, task.draws, task.chosen))
    targets = report.target_rows(plans)
    if targets:
        files.table("targets", targets)


def _text(
    task: RiskTask, plans: list[Judged], data: dict[str, Any], files: Results, out: Path | None
) -> str:
    head = texts.heading("value over realisations, MUSD", Path(data["model"]), data["note"])
    parts = [head, report.value_table(plans, task.settings.alpha)]
    if task.settings.targets:
        sample = HELD if task.problem.held is not None else SEEN
        parts += [f"probability of meeting targets, {sample}", report.target_table(plans)]
    said = report.sample_lines(task.draws, task.chosen, task.settings.seed, task.draws.n)
    said += _of_means(task)
    follow = "follow grades once they are known" if data["adapt"] else "are fixed beforehand"
    said.append(("destinations", follow))
    if "objective" in data:
        gain, later = (
            data["value_of_stochastic_solution"], data["value_of_stochastic_solution_held_out"],
        )  # fmt: skip
        brings = f"{texts.millions(gain)} in sample"
        if later is not None:
            brings += f", {texts.millions(later)} held out"
        said += [
            ("risk brings", f"{brings}: the value of the stochastic solution"),
            ("bound", "-" if data["upper_bound"] is None else texts.millions(data["upper_bound"])),
            ("gap", _gap_said(data, plans[-1])),
            (
                "search",
                f"{data['status']} after {data['seconds_searching']:.1f} s, {data['units']:,} "
                f"units of {data['scheduled_blocks']:,} blocks",
            ),
        ]
    if not data["widths_kept"]:
        said.append(("widths", "plans are made without mining_width_m of [schedule]"))
    for judged in plans:
        said += [
            (
                "passed",
                f"{limit['name']}, plan {judged.name}: by up to {limit['most']:,.4g} in "
                f"{limit['probability']:.0%} of realisations {sample}",
            )
            for sample, found in judged.samples.items()
            for limit in report.passed(found)
        ]
    said += texts.written(out, files.written)
    return "\n".join([*parts, texts.pairs(said)])


def _gap_said(data: dict[str, Any], plan: Judged) -> str:
    """The gap, or why there is none."""
    if data["gap"] is not None:
        return f"{data['gap']:.2%}"
    if data["upper_bound"] is None or plan.samples[SEEN].kept:
        return "-"
    return "-: the plan passes limits in some realisation"


def _of_means(task: RiskTask) -> list[tuple[str, str]]:
    out = []
    if task.made_mean:
        out.append(
            (
                "mean",
                f"of {', '.join(task.made_mean)}: of the realisations in sample, as the model has "
                "no such field",
            )
        )
    out += [
        ("mean", f"the model's {name} lies {share:+.1%} off the mean of its realisations")
        for name, share in task.bias().items()
        if abs(share) > _FAR_OFF
    ]
    return out
