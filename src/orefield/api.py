"""What users call: run a study, open a run, compare, trace; from Python and the command line."""

from __future__ import annotations

import platform
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield import store
from orefield._version import __version__
from orefield.core.errors import RunError
from orefield.pipeline.execute import STAGES, Outcome, Progress, execute, quiet
from orefield.store import RunFolder
from orefield.study import BASELINE, Study, open_study, shipped_studies

if TYPE_CHECKING:
    import pandas as pd

    from orefield.report import Plot

__all__ = [
    "Run",
    "check_study",
    "compare",
    "data_fetch",
    "data_list",
    "doctor",
    "list_studies",
    "new_study",
    "open_run",
    "open_study",
    "run",
    "trace",
]

Reply = tuple[dict[str, Any], str]
"""What a command prints: one JSON object, or text."""


class Run:
    """A finished run.

    Attributes
    ----------
    folder : RunFolder
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return f"Run({str(self.folder.path)!r})"

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the run's tables."""
        return self.folder.tables

    def table(self, name: str) -> pd.DataFrame:
        """A table as a pandas frame; see :attr:`tables`.

        Raises
        ------
        RunError
            When there is no such table.
        """
        return self.folder.table(name)

    def sql(self, query: str) -> pd.DataFrame:
        """A DuckDB query over the run's tables."""
        return self.folder.sql(query)

    def trace(self, key: str, scenario: str = BASELINE) -> str:
        """The chain behind a result, as text."""
        from orefield.pipeline.trace import trace as follow

        return follow(self.folder, key, scenario).text()

    @property
    def plot(self) -> Plot:
        """Figures of the run: ``run.plot.self_sufficiency()`` and others."""
        from orefield.report import Plot

        return Plot(self.folder)

    @property
    def summary(self) -> dict[str, Any]:
        """What ``orefield run --json`` prints."""
        return dict(self.folder.manifest["summary"])

    @property
    def text(self) -> str:
        """The terminal summary."""
        return (self.path / "summary.txt").read_text(encoding="utf-8")


def run(
    study: str | Path | Study = "china-copper",
    *,
    out: str | Path | None = None,
    seed: int | None = None,
    draws: int | None = None,
    until: str | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    progress: Progress = quiet,
) -> Run:
    """Run a study and return the finished run.

    Parameters
    ----------
    study : str, Path or Study
        Name of a shipped study, folder with a ``study.toml``, or an opened study.
    out : path, optional
        Run folder; ``runs/STUDY`` below the current folder by default.
    seed, draws : int, optional
        The study's by default.
    until : str, optional
        Last stage to run: evidence, deposit, pit, plant, environment, balance, scenarios
        or report.
    workers : int, optional
        Processes; the results do not depend on it.
    overwrite : bool
        Replace an earlier run in ``out``.
    progress : callable
        Called with what is being done and the share done (0 to 1).

    Raises
    ------
    OrefieldError
        Whatever is wrong with the study, the output folder or the run. Nothing
        half-written is left.
    """
    started = time.perf_counter()
    last = until or STAGES[-1]
    if last not in STAGES:
        raise RunError(f"unknown stage '{last}'", fix=f"stages: {', '.join(STAGES)}")
    if workers is not None and workers < 1:
        raise RunError(f"{workers} workers", fix="use 1 or more")
    if draws is not None and draws < 1:
        raise RunError(f"{draws} draws", fix="use 1 or more")
    opened = study if isinstance(study, Study) else open_study(study)
    settings = opened.document.run
    seed = settings.seed if seed is None else seed
    draws = settings.draws if draws is None else draws
    target = Path(out) if out is not None else Path("runs") / opened.id
    with store.new_run(target, overwrite=overwrite) as work:
        outcome = execute(
            opened, work, seed=seed, draws=draws, until=last, workers=workers, progress=progress
        )
        manifest = _manifest(opened, outcome, target, seed, draws, last)
        if last == STAGES[-1]:
            _report(work, manifest, outcome, progress)
        manifest["summary"]["seconds"] = round(time.perf_counter() - started, 3)
        manifest["summary"]["peak_mb"] = round(_peak_mb(), 1)
        manifest["seconds"] = {k: round(v, 3) for k, v in outcome.seconds.items()}
        manifest["output_hashes"] = store.content_hashes(work)
        (work / "summary.txt").write_text(_summary_text(work, manifest, last), encoding="utf-8")
        store.write_manifest(work, manifest)
        progress("done", 1.0)
    return Run(RunFolder(target))


def _report(work: Path, manifest: dict[str, Any], outcome: Outcome, progress: Progress) -> None:
    from orefield import report

    progress("report: figures and page", 0.93)
    started = time.perf_counter()
    report.write(work, manifest)
    outcome.seconds["report"] = time.perf_counter() - started


def _summary_text(work: Path, manifest: Mapping[str, Any], last: str) -> str:
    if last != STAGES[-1]:
        return f"{manifest['study']['title']}: run up to stage '{last}' in {manifest['run']}\n"
    from orefield import report

    return report.summary(work, manifest)


def _manifest(
    study: Study, outcome: Outcome, target: Path, seed: int, draws: int, last: str
) -> dict[str, Any]:
    section = study.document.study
    closures = {
        name: {
            "rows": c.rows,
            "cells": c.cells,
            "max_relative_residual": c.max_relative_residual,
            "worst": c.worst,
        }
        for name, c in outcome.closures.items()
    }
    summary: dict[str, Any] = {
        "run": str(target),
        "study": study.id,
        "seed": seed,
        "draws": draws,
        "seconds": 0.0,
        "peak_mb": 0.0,
        "ledger": {
            "rows": sum(c.rows for c in outcome.closures.values()),
            "cells": sum(c.cells for c in outcome.closures.values()),
            "max_relative_residual": max(
                (c.max_relative_residual for c in outcome.closures.values()), default=0.0
            ),
        },
        "assets": outcome.assets,
        # by definition and year: the baseline's, then every scenario's
        "self_sufficiency": outcome.self_sufficiency.get(BASELINE, {}),
        "scenarios": outcome.self_sufficiency,
        "targets": outcome.targets,
        "deviations": outcome.deviations,
    }
    return {
        "version": __version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": str(target),
        "until": last,
        "study": {
            "id": study.id,
            "title": section.title,
            "description": section.description,
            "country": section.country,
            "commodity": section.commodity,
            "first_year": section.first_year,
            "last_year": section.last_year,
            "history_to": section.history_to,
            "as_of": section.as_of.isoformat(),
            "assets": list(study.assets),
        },
        "seed": seed,
        "draws": draws,
        "scenarios": {name: s.label for name, s in study.scenarios.items()},
        "input_hashes": dict(study.hashes),
        "closures": closures,
        "assets": outcome.assets,
        "targets": outcome.targets,
        "summary": summary,
        "seconds": {},
        "output_hashes": {},
    }


def _peak_mb() -> float:
    """Largest memory of this process or of one of its workers (MB)."""
    unit = 1e-6 if sys.platform == "darwin" else 1e-3
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return float(max(own, children)) * unit


def open_run(folder: str | Path) -> Run:
    """Open a finished run.

    Raises
    ------
    RunError
        When the folder holds no run.
    """
    return Run(RunFolder(folder))


# -- commands --------------------------------------------------------------------------


def trace(folder: str | Path, key: str, *, scenario: str = BASELINE) -> Reply:
    """The chain behind a result of a run: stage, parameters, claims, sources.

    Raises
    ------
    RunError
        When there is no such run, result or scenario.
    """
    from orefield.pipeline.trace import trace as follow

    chain = follow(RunFolder(folder), key, scenario)
    return chain.as_dict(), chain.text()


def compare(run_a: str | Path, run_b: str | Path, *, top: int = 20) -> Reply:
    """What differs between two runs.

    Raises
    ------
    RunError
        When a folder holds no run.
    """
    from orefield.pipeline.compare import compare as difference

    found = difference(RunFolder(run_a), RunFolder(run_b), top=top)
    return found.as_dict(), found.text()


def check_study(study: str | Path) -> Reply:
    """Read a study; raise what is wrong with it, or say what is in it.

    Raises
    ------
    OrefieldError
        The first fault, with file and line.
    """
    opened = open_study(study)
    marks: dict[str, int] = {}
    for row in opened.parameters:
        marks[row.mark] = marks.get(row.mark, 0) + 1
    data = {
        "study": opened.id,
        "title": opened.document.study.title,
        "ok": True,
        "assets": list(opened.assets),
        "scenarios": list(opened.scenarios),
        "claims": len(opened.evidence.claims),
        "sources": len(opened.evidence.sources),
        "parameters": len(opened.parameters),
        "parameters_by_mark": marks,
        "overrides": [r.key for r in opened.parameters if r.mark == "override"],
    }
    lines = [
        f"{opened.id}: {opened.document.study.title}",
        f"  {len(opened.assets)} assets modelled: {', '.join(opened.assets)}",
        f"  {len(opened.evidence.claims):,} claims from {len(opened.evidence.sources)} sources",
        f"  {len(opened.parameters)} parameters: "
        + ", ".join(f"{n} {mark}" for mark, n in sorted(marks.items())),
        f"  scenarios: {', '.join(opened.scenarios)}",
        "  no fault found",
    ]
    return data, "\n".join(lines)


def list_studies() -> Reply:
    """The studies that come with the package."""
    found = {name: open_study(folder) for name, folder in shipped_studies().items()}
    data = {
        "studies": [
            {"id": name, "title": s.document.study.title, "assets": list(s.assets)}
            for name, s in found.items()
        ]
    }
    text = "\n".join(
        f"{name}: {s.document.study.title} ({len(s.assets)} assets)" for name, s in found.items()
    )
    return data, text


def new_study(
    folder: str | Path, base: str | Path = "china-copper", *, copy: bool = False
) -> Reply:
    """Start a study from another: one that extends it, or a full copy of its tables.

    Raises
    ------
    StudyError
        When the folder exists, or there is no such study.
    """
    from orefield.study.scaffold import new

    made = new(Path(folder), base, copy=copy)
    text = (
        f"made {made}\n  edit it, then: orefield check {made.parent}\n"
        f"                 orefield run {made.parent}"
    )
    return {"study": str(made.parent), "file": str(made)}, text


def doctor() -> Reply:
    """Whether this machine can run orefield."""
    import importlib.metadata
    import os

    wanted = ("numpy", "scipy", "numba", "pandas", "pyarrow", "duckdb", "pydantic", "typer",
              "rich", "matplotlib", "jinja2", "pooch")  # fmt: skip
    versions: dict[str, str] = {}
    missing = []
    for name in wanted:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    free = store.disk_free_mb(Path.cwd())
    checks = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
        "disk_free_mb": round(free),
        "packages": versions,
        "missing": missing,
        "studies": list(shipped_studies()),
        "ok": not missing and free > 500 and sys.version_info >= (3, 11),
    }
    lines = [
        f"orefield {__version__} on Python {checks['python']}, {checks['platform']}",
        f"  cores {checks['cores']}, free disk {free:,.0f} MB"
        + ("" if free > 500 else " (a run needs about 200 MB)"),
        "  " + ", ".join(f"{k} {v}" for k, v in versions.items()),
    ]
    lines += [f"  missing: {name}; run 'make setup'" for name in missing]
    lines.append("  ready" if checks["ok"] else "  not ready")
    if missing:
        raise RunError(f"packages are missing: {', '.join(missing)}", fix="install orefield again")
    return checks, "\n".join(lines)


def data_list() -> Reply:
    """Public data sets, and where each is found."""
    from orefield.datasets import listing

    return listing()


def data_fetch(names: Sequence[str]) -> Reply:
    """Find or download data sets, checked by SHA-256.

    Raises
    ------
    OrefieldError
        For an unknown name, a wrong hash, or no address to fetch from.
    """
    from orefield.datasets import fetch

    found = {name: [str(p) for p in fetch(name)] for name in names}
    text = "\n".join(f"{name}: {len(paths)} files" for name, paths in found.items())
    return {"data": found}, text
