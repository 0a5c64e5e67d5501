"""Settings shared by all tests: Hypothesis profiles, and data that must not go missing.

``--data-required`` turns the skip of a test that needs public data (mark ``data``) into
a failure; continuous integration passes it where the data are present.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")

# The first call of a kernel compiles it, so a single example may take seconds.
_SLOW_START = [HealthCheck.too_slow]
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=_SLOW_START
)
settings.register_profile(
    "search", max_examples=2000, deadline=None, suppress_health_check=_SLOW_START
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data-required",
        action="store_true",
        help="fail, not skip, tests that need the public data sets (OREFIELD_DATA)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needs_data = item.get_closest_marker("data") is not None
    if report.skipped and needs_data and item.config.getoption("--data-required"):
        _turn_into_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # A module that skips itself while it is imported never shows its tests' marks.
    report = yield
    if (
        report.skipped
        and isinstance(collector, pytest.Module)
        and collector.config.getoption("--data-required")
        and "OREFIELD_DATA" in Path(collector.path).read_text(encoding="utf-8")
    ):
        _turn_into_failure(report)
    return report


def _turn_into_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"needs public data that must be present here (--data-required): {reason}"
