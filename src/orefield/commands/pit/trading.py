"""``orefield pit frontier``: what a limit on water, tailings or carbon costs in value."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield.commands.pit.files import Results
from orefield.commands.pit.planning import Planner, Tell
from orefield.core import ModelError
from orefield.pit.frontier import Measure, frontier

if TYPE_CHECKING:
    from orefield.pit.frontier import Point
    from orefield.pit.production.problem import Limit

Reply = tuple[dict[str, Any], str]
Stopping = Callable[[], AbstractContextManager[Callable[[], bool]]]

_PREPARED = 0.3


def pit_frontier(
    model: Path,
    config: Path,
    *,
    of: str,
    over: str = "total",
    points: int = 6,
    plans: bool = True,
    out: Path | None = None,
    gap: float | None = None,
    seconds: float | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """The trade-off between a schedule's value and what it takes of a resource.

    Parameters
    ----------
    model, config : Path
        Block model and settings, with the ``[[limit]]`` that ``of`` names; it may have no
        bounds.
    of : str
        Name of the limit.
    over : {"total", "period"}
        Whether its total or its largest period is capped.
    points : int
        Caps tried.
    plans : bool
        Look for a schedule at each cap, not only for the bound.
    out : Path, optional
        Folder for the table.
    gap, seconds
        In place of those of ``[schedule]``; the time is for all points together.
    tell : callable, optional
        Told what is being done.
    stopping : callable, optional
        As for :func:`orefield.commands.pit.pit_schedule`.

    Raises
    ------
    OrefieldError
        For what is wrong with model, settings or folder, and a name that no limit has.
    """
    say = tell or (lambda _what, _share: None)
    planner = Planner.open(model, config, lambda what, share: say(what, _PREPARED * share))
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    settings = planner.config.scheduling
    built, _, _ = planner.scheduled
    limit = _limit(built.problem.limits, of)
    if over not in ("total", "period"):
        raise ModelError(f"'{over}' cannot be capped", where="--over", fix="total or period")
    measure = Measure.of(limit, over="total" if over == "total" else "period")
    seen: list[Point] = []

    def watch(point: Point) -> None:
        seen.append(point)
        done = len(seen) / (2 * points if plans else points)
        say(f"points of {of}", _PREPARED + (1 - _PREPARED) * min(done, 1.0))

    with (stopping or (lambda: nullcontext(lambda: False)))() as stop:
        found = frontier(
            built.problem, measure, points=points, plans=plans, progress=watch, stop=stop,
            gap=settings.gap if gap is None else gap,
            seconds=settings.seconds if seconds is None else seconds,
        )  # fmt: skip
    table = found.table()
    files.table("frontier", {str(name): table[name].to_numpy() for name in table})
    data = {"model": str(model), **found.as_dict()}
    files.summary(data)
    return data, f"frontier of {of} ({over}): {model}\n{table.to_string(index=False)}"


def _limit(limits: tuple[Limit, ...], name: str) -> Limit:
    for limit in limits:
        if limit.name == name:
            return limit
    names = ", ".join(limit.name for limit in limits) or "none"
    raise ModelError(f"no limit is called '{name}'", where="[[limit]]", fix=f"there are: {names}")
