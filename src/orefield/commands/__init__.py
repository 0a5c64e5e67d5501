"""What the commands do besides running: each returns one JSON object and its text."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orefield import store
from orefield._version import __version__
from orefield.core.errors import RunError
from orefield.store import RunFolder
from orefield.study import BASELINE, open_study, shipped_studies

__all__ = [
    "check_study",
    "compare",
    "data_fetch",
    "data_list",
    "doctor",
    "list_studies",
    "new_study",
    "trace",
]

Reply = tuple[dict[str, Any], str]
"""What a command prints: one JSON object, or text."""


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
    """Read a study and every stage's inputs; raise what is wrong, or say what is in it.

    Raises
    ------
    OrefieldError
        The first fault, with file and line.
    """
    from orefield.pipeline.readiness import check_inputs  # compiled kernels: only when needed

    opened = open_study(study)
    check_inputs(opened)
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
