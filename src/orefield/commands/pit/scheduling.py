"""``orefield pit schedule``: when each block is mined and where it goes, with a proven bound."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit import texts
from orefield.commands.pit.calls import Reply, Stopping, Tell, preparing, searching, stoppable, told
from orefield.commands.pit.files import Results, plain, rows
from orefield.commands.pit.planning import Planner
from orefield.commands.places import file_place
from orefield.pit.model_problem import ModelProblem
from orefield.pit.valuation import GradeValuation
from orefield.pit.worth import Worth

if TYPE_CHECKING:
    from orefield.pit.production.problem import Limit, Plan
    from orefield.pit.production.solve import Progress

_F8 = NDArray[np.float64]


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
    from orefield.pit.production.solve import solve_production

    file_place(resume, "the state of the search")
    began = time.perf_counter()
    say = told(tell)
    planner = Planner.open(model, config, preparing(say))
    files = Results(out, planner.config.block_files, planner.config.surface_files)
    settings = planner.config.scheduling
    built, worth, limits = planner.scheduled
    allowed_s = settings.seconds if seconds is None else seconds
    with stoppable(stopping) as stop:
        solution = solve_production(
            built.problem,
            gap=settings.gap if gap is None else gap,
            seconds=allowed_s,
            seed=settings.seed if seed is None else seed,
            exact=False,
            checkpoint=resume,
            progress=_teller(searching(say), allowed_s),
            stop=stop,
        )
        stopped = stop()
    done = _Scheduled(planner, built, worth, limits, solution.plan)
    columns = done.by_period()
    _write(files, planner, done, columns)
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
        "npv_usd": float(columns["discounted_usd"].sum()),
        "periods": rows(columns),
        "limits": done.limit_rows(),
        "seconds_searching": solution.seconds,
        "seconds": time.perf_counter() - began,
    }
    files.summary(data)
    return {**data, "files": files.written}, _text(planner, data, columns, files, out)


@dataclass(frozen=True)
class _Scheduled:
    """A plan seen from the blocks of the model."""

    planner: Planner
    built: ModelProblem
    worth: Worth
    limits: Sequence[Limit]
    plan: Plan

    @property
    def period(self) -> NDArray[np.int16]:
        """Period of each block of the model, -1 where never mined."""
        return self.built.block_period(self.plan, self.planner.model.grid.n)

    def by_period(self) -> dict[str, Any]:
        """What is done in each period, column by column."""
        built, worth = self.built, self.worth
        n_t = built.problem.n_periods
        share, period = built.block_share(self.plan), self.period[built.block]
        mined = np.flatnonzero(period >= 0)
        share, period, block = share[mined], period[mined], built.block[mined]
        rock = self.planner.rock_t[block]

        def sums(amount: _F8) -> _F8:
            return np.bincount(period, weights=amount, minlength=n_t).astype(np.float64)

        columns: dict[str, Any] = {"period": np.arange(n_t), "rock_t": sums(rock)}
        for d, name in enumerate(worth.destinations):
            columns[f"{name}_t"] = sums(rock * share[:, d])
        ore = [d for d, kind in enumerate(worth.kinds) if kind != "dump"]
        fed = sums(rock * share[:, ore].sum(axis=1))
        recovered = self.planner.config.valuation.metal_t(self.planner.model, block)
        for name, amount in recovered.items():
            columns[f"{name}_recovered_t"] = sums((amount * share).sum(axis=1))
        for field in self._grade_fields():
            grade = np.asarray(self.planner.model[field], np.float64)[block]
            held = sums(grade * rock * share[:, ore].sum(axis=1))
            columns[f"{field} fed"] = np.divide(held, fed, out=np.full(n_t, np.nan), where=fed > 0)
        parts = worth.parts[:, mined]
        flow = np.einsum("pbd,bd->pb", parts, share)
        columns["cash_usd"] = sums(np.einsum("bp,pb->b", worth.undiscounted[period], flow))
        columns["discounted_usd"] = sums(np.einsum("bp,pb->b", worth.factor[period], flow))
        columns["npv_usd"] = np.cumsum(columns["discounted_usd"])
        for limit, used in zip(self.limits, self._used(mined, share, period), strict=True):
            columns[f"{limit.name} used"] = used
        return columns

    def _grade_fields(self) -> list[str]:
        """Fields with the grades of elements that are recovered."""
        valuation = self.planner.config.valuation
        if not isinstance(valuation, GradeValuation):
            return []
        fields = [valuation.economy.element(name).field for name in valuation.elements]
        return [f for f in fields if f in self.planner.model.fields]

    def _used(self, mined: NDArray[np.int64], share: _F8, period: NDArray[np.integer]) -> list[_F8]:
        n_t = self.built.problem.n_periods
        return [
            np.bincount(
                period, weights=(limit.use[mined] * share).sum(axis=1), minlength=n_t
            ).astype(np.float64)
            for limit in self.limits
        ]

    def limit_rows(self) -> list[dict[str, Any]]:
        """Each limit's bounds by period, for JSON."""
        return [
            {
                "name": limit.name,
                "lower": [plain(v) for v in limit.lower.tolist()],
                "upper": [plain(v) for v in limit.upper.tolist()],
            }
            for limit in self.limits
        ]

    def destination(self) -> NDArray[np.str_]:
        """Where most of each block goes, by name; empty where it is never mined."""
        share = self.built.block_share(self.plan)
        names = np.asarray(["", *self.worth.destinations], dtype=np.str_)
        out = np.zeros(self.planner.model.grid.n, np.int64)
        going = np.where(share.sum(axis=1) > 0, share.argmax(axis=1) + 1, 0)
        out[self.built.block] = going
        return names[out]


def _write(files: Results, planner: Planner, done: _Scheduled, columns: dict[str, Any]) -> None:
    period = done.period
    share = np.zeros((planner.model.grid.n, len(done.worth.destinations)))
    share[done.built.block] = done.built.block_share(done.plan)
    fields: dict[str, Any] = {"period": period, "destination": done.destination()}
    fields |= {f"share_{name}": share[:, d] for d, name in enumerate(done.worth.destinations)}
    files.blocks("blocks", planner.as_read, fields, period >= 0)
    files.table("periods", columns)
    for t in range(done.built.problem.n_periods):
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
    planner: Planner,
    data: dict[str, Any],
    columns: dict[str, Any],
    files: Results,
    out: Path | None,
) -> str:
    unit = planner.unit
    shown: dict[str, Any] = {"period": ("d", columns["period"])}
    names = [k for k in columns if k.endswith("_t") and not k.endswith("_recovered_t")]
    shown |= {f"{k[:-2]} M{unit}": (",.2f", columns[k] / 1e6) for k in names}
    metals = [k for k in columns if k.endswith("_recovered_t")]
    shown |= dict(texts.metal(k.removesuffix("_recovered_t"), columns[k]) for k in metals)
    shown |= {
        "cash MUSD": (",.2f", columns["cash_usd"] / 1e6),
        "NPV MUSD": (",.2f", columns["npv_usd"] / 1e6),
    }
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
        *_binding(data, columns),
        *_empty(columns),
        *texts.written(out, files.written),
    ]
    head = texts.heading("schedule", Path(data["model"]), data["note"])
    return f"{head}\n{texts.table(shown)}\n{texts.pairs(said)}"


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
