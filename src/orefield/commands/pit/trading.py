"""``orefield pit frontier``: what a limit on water, tailings or carbon costs in value."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from orefield.commands.calls import Reply, Stopping, preparing, searching, stoppable
from orefield.commands.files import Results
from orefield.commands.pit import texts
from orefield.commands.pit.planning import Planner
from orefield.core import ModelError
from orefield.core.model_files.keys import nearest
from orefield.core.telling import Tell, told
from orefield.pit.frontier import Frontier, Measure, frontier
from orefield.pit.frontier.measures import Over
from orefield.pit.model_stock import total_use
from orefield.pit.worth import Usage

if TYPE_CHECKING:
    from orefield.pit.frontier import Point


def pit_frontier(
    model: Path,
    config: Path,
    *,
    of: str,
    over: str = "total",
    points: int | Sequence[float] = 6,
    plans: bool = True,
    out: Path | None = None,
    gap: float | None = None,
    seconds: float | None = None,
    seed: int | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """The trade-off between a schedule's value and what it takes of a resource.

    Parameters
    ----------
    model, config : Path
        Block model and settings, with the ``[[limit]]`` that ``of`` names; it may have no
        bounds, and bounds that it has are kept at every cap.
    of : str
        Name of the limit.
    over : {"total", "period"}
        Whether its total or its largest period is capped.
    points : int or sequence of float
        How many caps, or the caps, in the limit's unit; see
        :func:`orefield.pit.frontier.frontier`.
    plans : bool
        Look for a schedule at each cap, not only for the bound.
    out : Path, optional
        Folder for the table, and for a block model with the period of each block in the plan
        of every point that has one.
    gap, seconds, seed
        In place of those of ``[schedule]``; the time is for all points together.
    tell : callable, optional
        Told what is being done.
    stopping : callable, optional
        As for :func:`orefield.commands.pit.pit_schedule`.

    Raises
    ------
    OrefieldError
        For what is wrong with model, settings or folder, and a name that no limit has; and as
        :func:`orefield.pit.frontier.frontier`.
    """
    began = time.perf_counter()
    say = told(tell)
    planner = Planner.open(model, config, preparing(say))
    # what was asked wrongly is said before the pit is looked for, not after
    usage = _usage(planner.config.usages, of)
    if over not in get_args(Over):
        raise ModelError(f"'{over}' cannot be capped", where="--over", fix="total or period")
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    settings = planner.config.scheduling
    scheduled = planner.to_schedule
    built = scheduled.built
    limit = next(x for x in built.problem.limits if x.name == of)
    if over == "period":
        for pile in scheduled.piles:
            if of in pile.takes and pile.takes[of][pile.bin >= 0].any():
                raise ModelError(
                    f"stock taken up from '{pile.name}' takes '{of}' in another period than it "
                    "is mined in",
                    where="--over period",
                    fix="--over total, or leave out the [[stockpile]]",
                )
    use = total_use(built, scheduled.piles, limit)
    measure = Measure.of(replace(limit, use=use), usage.unit, cast(Over, over))
    count = points if isinstance(points, int) else len(set(points))
    bar = searching(say)
    bar(f"value without a cap on {of}", 0.0)
    with stoppable(stopping) as stop:
        found = frontier(
            built.problem, measure, points=points, plans=plans,
            gap=settings.gap if gap is None else gap,
            seconds=settings.seconds if seconds is None else seconds,
            seed=settings.seed if seed is None else seed,
            progress=_Watch(bar, of, count + (count + 1 if plans else 0)), stop=stop,
        )  # fmt: skip
        stopped = stop()
    table = found.table()
    columns = {str(name): table[name].to_numpy() for name in table}
    files.table("frontier", {"point": np.arange(len(table)), **columns})
    if files.folder is not None and any(p.possible for p in found.points):
        # matplotlib takes a second to load
        from orefield.report.figures_plans import trade_off_svg

        files.figure("frontier", trade_off_svg(found))
    period = {
        f"period_{k:02d}": built.block_period(point.plan, planner.model.grid.n)
        for k, point in enumerate(found.points)
        if point.plan is not None
    }
    if period:
        mined = np.any([of_plan >= 0 for of_plan in period.values()], axis=0)
        files.blocks("blocks", planner.as_read, period, mined)
    data = {
        "model": str(model),
        "note": planner.model.note,
        "rock_unit": planner.unit,
        "scheduled_blocks": len(built.block),
        "units": built.problem.n,
        **found.as_dict(),
        "status": "interrupted" if stopped else "finished",
        "seconds_searching": found.seconds,
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    said = [
        ("search", f"{data['status']} after {found.seconds:.1f} s, {data['units']:,} units"),
        *(
            ("impossible", f"no schedule takes {point.cap:g} or less")
            for point in found.points
            if point.bound == -np.inf
        ),
        *texts.written(out, files.written),
    ]
    unit = f", {usage.unit}" if usage.unit else ""
    what = "in all" if over == "total" else "in the largest period"
    head = texts.heading(f"value against {of} {what}{unit}", model, planner.model.note)
    text = f"{head}\n{texts.table(_shown(found, columns))}\n{texts.pairs(said)}"
    return {**data, "files": files.written}, text


class _Watch:
    """Tells of every point that is found, of ``steps`` in all."""

    def __init__(self, tell: Tell, of: str, steps: int) -> None:
        self.tell, self.of, self.steps, self.done = tell, of, steps, 0

    def __call__(self, _point: Point) -> None:
        self.done += 1
        self.tell(f"points of {self.of}", self.done / self.steps)


def _usage(usages: tuple[Usage, ...], name: str) -> Usage:
    for usage in usages:
        if usage.name == name:
            return usage
    names = [usage.name for usage in usages]
    near = nearest(name, names)
    there = f"there are: {', '.join(names)}" if names else "describe it in a [[limit]]"
    raise ModelError(
        f"no limit is called '{name}'",
        where="[[limit]]",
        fix=f"did you mean '{near}'? {there}" if near else there,
    )


def _shown(found: Frontier, columns: dict[str, Any]) -> dict[str, Any]:
    """Columns for a person: money in millions, amounts without more digits than they need."""
    most = max((p.lp_use for p in found.points), default=0.0)
    amount = ",.0f" if most >= 1e3 else ",.4g"
    shown = {
        "point": ("d", np.arange(len(found.points))),
        "cap": (amount, columns["cap"]),
        "bound MUSD": (",.2f", columns["npv_bound"] / 1e6),
    }
    if any(p.plan is not None for p in found.points):
        shown |= {
            "value MUSD": (",.2f", columns["npv"] / 1e6),
            "gap": (".2%", columns["gap"]),
            "use": (amount, columns["use"]),
        }
    return {**shown, "USD a unit more": (",.4g", columns["marginal"])}
