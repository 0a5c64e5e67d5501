"""``orefield minelib solve`` and ``check``: published instances, and solutions of them."""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield.commands.places import file_place
from orefield.core.errors import InputError
from orefield.pit.minelib import (
    MOST_SHOWN,
    Check,
    Instance,
    SolutionLines,
    check_solution,
    pit_lines,
    pit_optimum,
    plan_lines,
    read_instance,
    read_solution,
    write_solution,
)

if TYPE_CHECKING:
    from orefield.pit.minelib.instance import Kind
    from orefield.pit.production.solve import Progress

Reply = tuple[dict[str, Any], str]
Tell = Callable[[str, float], None]
Stopping = Callable[[], AbstractContextManager[Callable[[], bool]]]

_KINDS = {
    "range": "out of range",
    "fraction": "impossible fractions",
    "twice": "blocks listed again",
    "periods": "blocks in several periods",
    "partial": "blocks not mined whole",
    "precedence": "precedences",
    "limit": "resource limits",
    "general": "general constraints",
}
_TELL_EVERY_S = 1.0
_SPELLED_OUT = 10


def solve(
    folder: str | Path,
    kind: Kind,
    *,
    gap: float = 0.01,
    seconds: float = 300.0,
    seed: int = 0,
    out: Path | None = None,
    resume: Path | None = None,
    tell: Tell | None = None,
    stopping: Stopping | None = None,
) -> Reply:
    """Solve the instance in a folder, and check the solution independently.

    Parameters
    ----------
    folder : path
        Holds the files of one instance.
    kind : "upit", "cpit" or "pcpsp"
        Ultimate pit, or a schedule with one destination or several.
    gap : float
        A schedule is good enough when its value is within this share of the upper bound.
    seconds : float
        Time a schedule may take.
    seed : int
        Of the search for schedules.
    out : Path, optional
        Solution file to write.
    resume : Path, optional
        Where a schedule's state is kept, and taken up again when it is there.
    tell : callable, optional
        Takes what to say of the progress, and the share of the time that has gone.
    stopping : callable, optional
        Makes a context while which a search can be stopped; it gives a function that is true
        when it should stop.

    Raises
    ------
    OrefieldError
        For files that are broken or limits that cannot be kept, and a place that cannot be
        written.
    """
    if kind == "upit" and resume is not None:
        raise InputError("an ultimate pit is solved at once", fix="leave --resume out")
    file_place(out, "the solution")
    file_place(resume, "the state of the search")
    began = time.perf_counter()
    instance = read_instance(folder, kind)
    read = time.perf_counter()
    _compile(instance, tell)
    ready = time.perf_counter()
    if kind == "upit":
        found, lines = _solve_pit(instance)
    else:
        stop_with = stopping or (lambda: nullcontext(lambda: False))
        found, lines = _solve_schedule(instance, gap, seconds, seed, resume, tell, stop_with)
    solved = time.perf_counter()
    verdict = check_solution(instance, lines)
    if out is not None:
        write_solution(out, kind, lines)
    if not verdict.feasible:
        # what the engine says of a plan that is none is worth nothing
        found |= {"status": "rejected", "gap": None}
    data = {
        "instance": instance.name,
        "problem": kind,
        **found,
        "seconds": solved - ready,
        "blocks": instance.n,
        "peak_mb": peak_mb(),
        "seconds_reading": read - began,
        "seconds_compiling": ready - read,
        "blocks_mined": verdict.blocks,
        "precedences": len(instance.needed),
        "periods": instance.n_periods,
        "destinations": instance.n_destinations,
        "resources": len(instance.lower),
        "feasible": verdict.feasible,
        "checked_objective": verdict.objective,
        "violations_total": sum(verdict.counts.values()),
        "out": None if out is None else str(out),
    }
    return data, _solved_text(data, verdict)


def check(folder: str | Path, file: Path, kind: Kind) -> Reply:
    """Check a solution file against the instance in a folder.

    Raises
    ------
    TableError
        When a file is missing or broken. What a solution breaks is no error but a result.
    """
    instance = read_instance(folder, kind)
    verdict = check_solution(instance, read_solution(file, kind))
    data = {"instance": instance.name, "problem": kind, "file": str(file), **verdict.as_dict()}
    return data, _checked_text(data, verdict)


def _compile(instance: Instance, tell: Tell | None) -> None:
    """Have kernels compiled before the clock of the solution runs; it takes time only once."""
    if tell is not None:
        tell("compiling, at first use on a machine", 0.0)
    if instance.kind == "upit":
        start, needed = np.array([0, 0, 1]), np.zeros(1, np.int32)
        pit_optimum(replace(instance, start=start, needed=needed, value=np.array([[-1.0], [2.0]])))
        return
    from orefield.pit.production.ready import compile_kernels

    compile_kernels()


def _solve_pit(instance: Instance) -> tuple[dict[str, Any], SolutionLines]:
    found = pit_optimum(instance)
    return {
        "objective": found.objective,
        "upper_bound": found.upper_bound,
        "gap": (found.upper_bound - found.objective) / max(abs(found.upper_bound), 1e-300),
        "lp_bound": found.upper_bound,
        "status": "optimal",
        "seconds_lp": 0.0,
    }, pit_lines(found.pit)


def _solve_schedule(
    instance: Instance,
    gap: float,
    seconds: float,
    seed: int,
    resume: Path | None,
    tell: Tell | None,
    stopping: Stopping,
) -> tuple[dict[str, Any], SolutionLines]:
    from orefield.pit.production.solve import solve_production

    problem = instance.production_problem()
    with stopping() as stop:
        solution = solve_production(
            problem,
            gap=gap,
            seconds=seconds,
            seed=seed,
            checkpoint=resume,
            progress=None if tell is None else _teller(tell, seconds),
            stop=stop,
        )
    return {
        "objective": solution.objective,
        "upper_bound": _known(solution.upper_bound),
        "gap": _known(solution.gap),
        "lp_bound": _known(solution.lp_bound),
        "status": solution.status,
        "unsaved": solution.unsaved or None,
        "seconds_lp": solution.lp_seconds,
    }, plan_lines(solution.plan, problem.n_periods)


def _known(value: float) -> float | None:
    """A number, or None for one that was not found in time: JSON has no infinity."""
    return value if math.isfinite(value) else None


def _shown(value: float | None, form: str) -> str:
    return f"{'not known':>20}" if value is None else f"{value:>20{form}}"


def _teller(tell: Tell, seconds: float) -> Callable[[Progress], None]:
    """Tell of a search at most once a second."""
    last = [-math.inf]

    def say(progress: Progress) -> None:
        if progress.seconds - last[0] >= _TELL_EVERY_S:
            last[0] = progress.seconds
            tell(_progress_text(progress), min(1.0, progress.seconds / seconds))

    return say


def _progress_text(progress: Progress) -> str:
    parts = [progress.stage]
    if math.isfinite(progress.upper_bound):
        parts.append(f"bound {progress.upper_bound:,.0f}")
    if math.isfinite(progress.objective):
        parts.append(f"best {progress.objective:,.0f}")
    if math.isfinite(progress.gap):
        parts.append(f"gap {progress.gap:.2%}")
    return ", ".join(parts)


def peak_mb() -> float | None:
    """The most memory this process has held, in MB (10**6 bytes); None where it is not told."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage here counts what the process that started this one held at the time, too
        told = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"), re.MULTILINE)
        if told:
            return int(told[1]) * 1024 / 1e6
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def _table(rows: list[tuple[str, str]]) -> str:
    wide = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{wide}}  {text}" for name, text in rows)


def _solved_text(data: dict[str, Any], verdict: Check) -> str:
    sizes = ["blocks", "precedences"]
    if data["problem"] != "upit":
        sizes += ["periods", "destinations", "resources"]
    many = ", ".join(f"{data[x]:,} {x if data[x] != 1 else x[:-1]}" for x in sizes)
    rows = [
        ("value", f"{data['objective']:>20,.2f}  in the unit of the files"),
        ("upper bound", _shown(data["upper_bound"], ",.2f")),
        ("gap", _shown(data["gap"], ".4%")),
        ("mined", f"{data['blocks_mined']:>20,}  blocks"),
        ("solving", f"{data['seconds']:>20,.2f}  s ({data['status']})"),
        ("reading", f"{data['seconds_reading']:>20,.2f}  s"),
    ]
    if data["peak_mb"] is not None:
        rows.append(("memory", f"{data['peak_mb']:>20,.0f}  MB at most"))
    rows.append(("checked", _verdict(verdict)))
    if data.get("unsaved"):
        rows.append(("not saved", f"the search cannot be resumed: {data['unsaved']}"))
    if data["out"]:
        rows.append(("written to", data["out"]))
    return f"{data['instance']}, {data['problem'].upper()}: {many}\n{_table(rows)}" + _spelled(
        verdict
    )


def _checked_text(data: dict[str, Any], verdict: Check) -> str:
    rows = [
        ("value", f"{data['objective']:>20,.2f}  in the unit of the files"),
        ("mined", f"{data['blocks']:>20,}  blocks"),
        ("checked", _verdict(verdict)),
    ]
    head = f"{data['file']} for {data['instance']}, {data['problem'].upper()}"
    return f"{head}\n{_table(rows)}" + _spelled(verdict)


def _verdict(verdict: Check) -> str:
    if verdict.feasible:
        return f"keeps every constraint (tolerance {verdict.tolerance:g})"
    kinds = ", ".join(f"{_KINDS[kind]} {n:,}" for kind, n in verdict.counts.items())
    return f"breaks constraints: {kinds} (tolerance {verdict.tolerance:g})"


def _spelled(verdict: Check) -> str:
    shown = verdict.violations[:_SPELLED_OUT]
    more = sum(verdict.counts.values()) - len(shown)
    lines = [f"  {v.text if v.text.startswith(v.where) else f'{v.where}: {v.text}'}" for v in shown]
    if more:
        lines.append(f"  and {more:,} more; --json spells out up to {MOST_SHOWN}")
    return "".join(f"\n{line}" for line in lines)
