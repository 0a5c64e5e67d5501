"""``orefield pit schedule``: when each block is mined and where it goes, with a proven bound."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.commands.calls import Reply, Stopping, preparing, searching, stoppable
from orefield.commands.files import Results, plain, rows
from orefield.commands.pit import texts
from orefield.commands.pit.plan_report import PlanReport, refuse_names_twice
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.widths import Widths
from orefield.commands.pit.wish_texts import said_of_wishes, shown_wishes
from orefield.commands.places import file_place
from orefield.core.telling import Tell, told

if TYPE_CHECKING:
    from orefield.pit.production.solve import Progress


_MOST_UNMET = 5


def pit_schedule(
    model: Path,
    config: Path,
    *,
    out: Path | None = None,
    gap: float | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    resume: Path | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """A schedule of a model's pit or phases, with its upper bound.

    Parameters
    ----------
    model, config : Path
        Block model and settings.
    out : Path, optional
        Folder for the files.
    gap, seconds, seed
        In place of those of ``[schedule]``.
    resume : Path, optional
        Where the search keeps its state, and takes it up again.
    tell : callable, optional
        Told what is being done.
    stopping : callable, optional
        Makes a context while which the search can be stopped; it gives a function that is
        true when it should stop.

    Raises
    ------
    OrefieldError
        For what is wrong with model, settings or folder, and limits that cannot be kept.
    """
    from orefield.pit.production.ready import compile_kernels
    from orefield.pit.production.solve import solve_production
    from orefield.pit.production.unmet import unmet

    file_place(resume, "the state of the search")
    began = time.perf_counter()
    say = told(tell)
    planner = Planner.open(model, config, preparing(say))
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    settings = planner.config.scheduling
    built = planner.to_schedule.built
    refuse_names_twice(planner)
    allowed_s = settings.seconds if seconds is None else seconds
    aim = settings.gap if gap is None else gap
    seed = settings.seed if seed is None else seed
    widths = Widths(planner, built, allowed_s)
    planner.tell("compiling, at first use on a machine", 1.0)
    compile_kernels()
    with stoppable(stopping) as stop:
        solution = solve_production(
            built.problem,
            gap=aim,
            seconds=widths.first_s,
            seed=seed,
            exact=False,
            checkpoint=resume,
            progress=_teller(searching(say), allowed_s),
            stop=stop,
        )
        solution = widths.kept(solution, seed, _teller(searching(say), allowed_s), stop, gap=aim)
        stopped = stop()
    done = PlanReport(planner, planner.to_schedule, solution.plan)
    columns = done.by_period()
    _write(files, planner, done, columns, widths)
    data = {
        "model": str(model),
        "note": planner.model.note,
        "blocks": planner.model.grid.n,
        "rock_unit": planner.unit,
        "scheduled_blocks": len(built.block),
        "units": built.problem.n,
        "precedences": len(built.problem.needed),
        "objective": solution.objective,
        "upper_bound": plain(solution.upper_bound),
        "lp_bound": plain(solution.lp_bound),
        "gap": plain(solution.gap),
        "status": "interrupted" if stopped else solution.status,
        "unsaved": solution.unsaved or None,
        "unmet": [str(each) for each in unmet(built.problem, solution.plan)],
        "npv_usd": float(columns["discounted_usd"].sum()),
        "periods": rows(columns),
        "limits": done.limit_rows(),
        "mining_width": widths.data(),
        **done.wish_rows(),
        "stockpiles": done.pile_rows(),
        "npv_mixed_usd": done.npv_mixed() if done.of.piles else None,
        "seconds_searching": solution.seconds,
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    return {**data, "files": files.written}, _text(done, data, columns, files, out, widths)


def _write(
    files: Results, planner: Planner, done: PlanReport, columns: dict[str, Any], widths: Widths
) -> None:
    period = done.period
    fields = done.block_fields() | widths.fields()
    files.blocks("blocks", planner.as_read, fields, period >= 0)
    files.table("periods", columns)
    if files.folder is not None:
        # matplotlib takes a second to load
        from orefield.report.figures_plans import schedule_svg

        sent = {name: columns[f"{name}_t"] for name in done.of.worth.destinations}
        files.figure("periods", schedule_svg(sent, columns["npv_usd"], unit=planner.unit))
    for name, table in widths.tables().items():
        files.table(name, table)
    if done.of.piles:
        files.table("stockpiles", done.stock_table())
    for t in range(done.n_periods):
        if (period == t).any():
            files.surface(f"end-of-period-{t:02d}", planner.model, (period >= 0) & (period <= t))


def _teller(tell: Tell, seconds: float) -> Callable[[Progress], None]:
    """Tell of the search, at most once a second."""
    last = [-math.inf]
    began = time.perf_counter()

    def say(progress: Progress) -> None:
        now = time.perf_counter()
        if now - last[0] < 1.0:
            return
        last[0] = now
        bound, said = progress.upper_bound, progress.stage
        if math.isfinite(bound):
            said += f": bound {bound / 1e6:,.2f} M"
        if math.isfinite(progress.objective):
            said += f", best {progress.objective / 1e6:,.2f} M, gap {progress.gap:.2%}"
        tell(said, (now - began) / seconds)

    return say


def _text(
    done: PlanReport,
    data: dict[str, Any],
    columns: dict[str, Any],
    files: Results,
    out: Path | None,
    widths: Widths,
) -> str:
    unit = done.planner.unit
    shown: dict[str, Any] = {"period": ("d", columns["period"])}
    names = ["rock", *done.of.worth.destinations]
    names += [f"{p.name}_{what}" for p in done.of.piles for what in ("taken_up", "lying")]
    for name in names:
        shown[f"{name.replace('_', ' ')} M{unit}"] = (",.2f", columns[f"{name}_t"] / 1e6)
    metals = [k for k in columns if k.endswith("_recovered_t")]
    shown |= dict(texts.metal(k.removesuffix("_recovered_t"), columns[k]) for k in metals)
    shown |= {
        "cash MUSD": (",.2f", columns["cash_usd"] / 1e6),
        "NPV MUSD": (",.2f", columns["npv_usd"] / 1e6),
    }
    room_shown, room_said = widths.said()
    said = [
        ("value", texts.millions(data["objective"]) + ", discounted"),
        ("bound", texts.millions(data["upper_bound"]) if data["upper_bound"] is not None else "-"),
        ("gap", f"{data['gap']:.3%}" if data["gap"] is not None else "-"),
        (
            "search",
            f"{data['status']} after {data['seconds_searching']:.1f} s, {data['units']:,} units of "
            f"{data['scheduled_blocks']:,} blocks",
        ),
        *texts.unsaved(data["unsaved"]),
        *_unmet(data["unmet"]),
        *_binding(data, columns),
        *said_of_wishes(data, done),
        *room_said,
        *_empty(columns),
        *texts.written(out, files.written),
    ]
    head = texts.heading("schedule", Path(data["model"]), data["note"])
    asked = shown_wishes(done, columns)
    second = f"\n{texts.table(asked)}" if asked else ""
    return f"{head}\n{texts.table(shown)}{second}{room_shown}\n{texts.pairs(said)}"


def _unmet(missed: list[str]) -> list[tuple[str, str]]:
    """What a plan does not keep, where none was found that keeps everything."""
    said = [("not met", each) for each in missed[:_MOST_UNMET]]
    if len(missed) > _MOST_UNMET:
        said.append(("", f"and {len(missed) - _MOST_UNMET} more; --json names all"))
    return said


def _empty(columns: dict[str, Any]) -> list[tuple[str, str]]:
    """A plan without mining needs a word: it is allowed, and hardly ever meant."""
    if columns["rock_t"].sum() > 0:
        return []
    return [("nothing", "is mined: no block pays and fits the limits; are they in the right unit?")]


def _binding(data: dict[str, Any], columns: dict[str, Any]) -> list[tuple[str, str]]:
    """How full each limit is, on average of the periods in which anything is mined."""
    out = []
    busy = columns["rock_t"] > 0
    for limit in data["limits"]:
        upper = np.array([math.inf if v is None else v for v in limit["upper"]])
        used = columns[f"{limit['name']} used"]
        counts = busy & np.isfinite(upper) & (upper > 0)
        if counts.any():
            share = used[counts] / upper[counts]
            full = int((share > 0.99).sum())
            out.append(
                (
                    limit["name"],
                    f"{share.mean():.0%} used, full in {full} of {counts.sum()} periods",
                )
            )
    return out
