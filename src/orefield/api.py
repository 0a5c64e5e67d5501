"""What users call: run a study, open a run, compare, trace; from Python and the command line."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield import store
from orefield._version import __version__
from orefield.core.errors import RunError
from orefield.pipeline.drilled import data_hashes
from orefield.pipeline.execute import STAGES, Outcome, Progress, execute, quiet
from orefield.store import RunFolder
from orefield.study import BASELINE, Study, open_study

if TYPE_CHECKING:
    import pandas as pd

    from orefield.report import Plot

__all__ = [
    "Run",
    "open_run",
    "open_study",
    "run",
]


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
        or report. The study's by default.
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
    if workers is not None and workers < 1:
        raise RunError(f"{workers} workers", where="workers", fix="use 1 or more")
    if draws is not None and draws < 1:
        raise RunError(f"{draws} draws", where="draws", fix="use 1 or more")
    opened = study if isinstance(study, Study) else open_study(study)
    settings = opened.document.run
    seed = settings.seed if seed is None else seed
    draws = settings.draws if draws is None else draws
    last = until or settings.until or STAGES[-1]
    if last not in STAGES:
        where = "until" if until else f"study '{opened.id}', [run] until"
        raise RunError(f"unknown stage '{last}'", where=where, fix=f"stages: {', '.join(STAGES)}")
    target = Path(out) if out is not None else Path("runs") / opened.id
    with store.new_run(target, overwrite=overwrite) as work:
        outcome = execute(
            opened, work, seed=seed, draws=draws, until=last, workers=workers, progress=progress
        )
        manifest = _manifest(opened, outcome, target, seed, draws, last)
        manifest["seconds"] = {k: round(v, 3) for k, v in outcome.seconds.items()}
        manifest["plan_seconds"] = {k: round(v, 3) for k, v in outcome.plan_seconds.items()}
        if last == STAGES[-1]:
            _report(work, manifest, outcome, progress)
        manifest["summary"]["seconds"] = round(time.perf_counter() - started, 3)
        manifest["summary"]["peak_mb"] = round(_peak_mb(outcome.workers), 1)
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
        "evidence": outcome.evidence,
        "unread_parameters": outcome.unread,
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
        "input_hashes": {**study.hashes, **data_hashes(study)},
        "closures": closures,
        "assets": outcome.assets,
        "targets": outcome.targets,
        "summary": summary,
        "seconds": {},
        "output_hashes": {},
    }


def _peak_mb(workers: int) -> float:
    """Most memory that the run can have held at once (MB).

    The system keeps the peak of this process and of the largest process it started; with
    workers, their peaks are added as though all came together: a bound, not an estimate.
    """
    unit = 1e-6 if sys.platform == "darwin" else 1e-3
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if workers > 1 else 0
    return float(own + workers * worker) * unit


def open_run(folder: str | Path) -> Run:
    """Open a finished run.

    Raises
    ------
    RunError
        When the folder holds no run.
    """
    return Run(RunFolder(folder))
