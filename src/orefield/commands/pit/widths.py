"""Room to work in the periods of a schedule: made, told, and listed where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.files import plain, rows
from orefield.commands.pit import texts
from orefield.commands.pit.planning import Planner
from orefield.pit.model_problem import ModelProblem
from orefield.pit.phasing import WorkingRoom

if TYPE_CHECKING:
    from orefield.pit.production.solve import Progress, Solution
    from orefield.pit.working_periods import WorkingPlan

FIRST = 0.35
"""Share of the time for the schedule without widths, whose bound holds for both."""

_MOST_NARROW = 5


class Widths:
    """The mining width of a schedule, where ``[schedule]`` asks for one; else nothing.

    Parameters
    ----------
    planner : Planner
        Gives settings, model and slopes.
    built : ModelProblem
        What is scheduled.
    seconds : float
        For the schedule and its widths together.

    Raises
    ------
    ModelError
        When the width is beyond the model.
    """

    def __init__(self, planner: Planner, built: ModelProblem, seconds: float) -> None:
        self.planner, self.built, self.room = planner, built, planner.config.scheduling.room
        self.work: WorkingPlan | None = None
        self.seconds = self.first_s = seconds
        if self.room is not None:
            self.room.between(planner.model.grid)
            self.first_s = FIRST * seconds

    def kept(
        self,
        solution: Solution,
        seed: int,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
        *,
        gap: float = 0.0,
    ) -> Solution:
        """The solution with room in every period; as it is where no width is asked for.

        Its bound is that of any schedule, with room or without. What the first search left of
        its time goes to this one.

        Parameters
        ----------
        solution : Solution
            Without widths.
        seed : int
            Of all choices.
        progress : callable of Progress, optional
            Told the best value with room so far.
        stop : callable, optional
            Asked whether to end with the best so far.
        gap : float
            Relative gap to the bound at which to end.

        Raises
        ------
        ModelError
            When no schedule with room keeps the limits.
        """
        from orefield.pit.working_periods import working_plan

        if self.room is None:
            return solution
        left = max(self.seconds - solution.seconds, (1.0 - FIRST) * self.seconds)
        work = working_plan(
            self.planner.model, self.planner.pattern, self.built, solution.plan, self.room,
            upper_bound=solution.upper_bound, gap=gap, seconds=left, seed=seed,
            progress=progress, stop=stop,
        )  # fmt: skip
        self.work = work
        return replace(
            solution,
            plan=work.plan,
            objective=work.value,
            gap=work.gap,
            seconds=solution.seconds + work.seconds,
            # that of the first search says nothing of a plan with room
            status="with room" if work.met else "unmet",
        )

    def data(self) -> dict[str, Any] | None:
        """What room costs, for JSON."""
        return room_data(self.work, self.room) if self.work and self.room else None

    def said(self) -> tuple[str, list[tuple[str, str]]]:
        """A table and what is said of it, for a person; both empty without a width."""
        if not (self.work and self.room):
            return "", []
        unit = self.planner.unit
        return "\n" + room_table(self.work, unit), room_said(self.work, self.room, unit)

    def tables(self) -> dict[str, dict[str, Any]]:
        """Files with columns: narrow parts, and room by period."""
        if self.work is None:
            return {}
        return {"narrow": narrow_columns(self.work), "room": _by_period(self.work)}

    def fields(self) -> dict[str, NDArray[np.int16]]:
        """Period of each block of the model before widths, -1 for never."""
        if self.work is None:
            return {}
        before = self.built.block_period(self.work.given, self.planner.model.grid.n)
        return {"period_before_widths": before}


def room_data(work: WorkingPlan, room: WorkingRoom) -> dict[str, Any]:
    """What room costs, for JSON."""
    return {
        "mining_width_m": room.mining_m,
        "element": room.shape,
        "objective_before": work.value_given,
        "objective": work.value,
        "loss": plain(work.loss),
        "narrow_share_before": work.room_given.share,
        "narrow_share": work.room.share,
        "moved_t": work.moved_t,
        "dropped_t": work.dropped_t,
        "added_t": work.added_t,
        "limits_met": work.met,
        "periods": rows(_by_period(work)),
        "narrow_parts_before": len(work.room_given.parts),
        "narrow_parts": len(work.room.parts),
        "seconds": work.seconds,
    }


def room_table(work: WorkingPlan, unit: str) -> str:
    """Rock of each period, and how much of it lies too narrow, before and after."""
    found = _by_period(work)
    return texts.table(
        {
            "period": ("d", found["period"]),
            f"rock before M{unit}": (",.2f", found["rock_before_t"] / 1e6),
            "too narrow %": (".1f", _percent(found["narrow_before_t"], found["rock_before_t"])),
            f"rock M{unit}": (",.2f", found["rock_t"] / 1e6),
            "narrow %": (".1f", _percent(found["narrow_t"], found["rock_t"])),
        }
    )


def room_said(work: WorkingPlan, room: WorkingRoom, unit: str) -> list[tuple[str, str]]:
    """What room costs, for a person."""
    less = "" if np.isnan(work.loss) else f": {work.loss:.2%} less"
    out = [
        (
            "width",
            f"{room.mining_m:g} m in every period: {work.room_given.share:.1%} of the rock lay "
            f"too narrow before, {work.room.share:.1%} now",
        ),
        (
            "cost",
            f"{texts.millions(work.value_given)} before, {texts.millions(work.value)} with room "
            f"to work{less}",
        ),
        (
            "moved",
            f"{work.moved_t:,.0f} {unit} to another period; dropped {work.dropped_t:,.0f} {unit}, "
            f"added {work.added_t:,.0f} {unit}",
        ),
    ]
    if not work.met:
        out.append(("limits", "not all met: no schedule with room was found that meets them"))
    for part in work.room.parts[:_MOST_NARROW]:
        out.append(
            (
                "narrow",
                f"period {part.phase}, bench {part.elevation_m:,.1f} m: {part.blocks} blocks near "
                f"{part.east_m:,.0f} E, {part.north_m:,.0f} N",
            )
        )
    return out


def narrow_columns(work: WorkingPlan) -> dict[str, NDArray[np.generic]]:
    """Every part of a bench too narrow, of the plan before and of the one with room."""
    listed = [("before", p) for p in work.room_given.parts]
    listed += [("with room", p) for p in work.room.parts]
    return {
        "plan": np.array([which for which, _ in listed], dtype=np.str_),
        "period": np.array([p.phase for _, p in listed], dtype=np.int64),
        "elevation_m": np.array([p.elevation_m for _, p in listed], dtype=np.float64),
        "east_m": np.array([p.east_m for _, p in listed], dtype=np.float64),
        "north_m": np.array([p.north_m for _, p in listed], dtype=np.float64),
        "blocks": np.array([p.blocks for _, p in listed], dtype=np.int64),
    }


def _by_period(work: WorkingPlan) -> dict[str, Any]:
    return {
        "period": np.arange(len(work.room.rock_t)),
        "rock_before_t": work.room_given.rock_t,
        "narrow_before_t": work.room_given.narrow_t,
        "rock_t": work.room.rock_t,
        "narrow_t": work.room.narrow_t,
    }


def _percent(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(len(whole), np.nan)
    np.divide(100.0 * part, whole, out=out, where=whole > 0)
    return out
