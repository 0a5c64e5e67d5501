"""One small run for all tests of the report, and its report rendered once."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_study import make_study, small_run

import orefield as of
from orefield import report
from orefield.report.data import RunTables
from orefield.store import RunFolder


@pytest.fixture(scope="session")
def run() -> RunFolder:
    """The small study, run to the end."""
    return small_run().run.folder


@pytest.fixture(scope="session")
def tables(run: RunFolder) -> RunTables:
    """Its tables."""
    return RunTables(run.path, run.manifest)


@pytest.fixture(scope="session")
def html(tables: RunTables) -> str:
    """Its report."""
    return report.render(tables)


@pytest.fixture(scope="session")
def short_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    """Runs of one asset that ended early, by their last stage."""
    place: Path = tmp_path_factory.mktemp("short")
    study = make_study(place / "study", assets=("zijinshan",))
    return {
        stage: of.run(study, out=place / stage, until=stage, workers=1).folder
        for stage in ("evidence", "deposit", "pit", "plant", "environment", "balance")
    }
