"""The shipped study, opened once; a small one of a few rows in mini_study."""

from __future__ import annotations

from pathlib import Path

import pytest

from orefield.study import Study, open_study, shipped_studies


@pytest.fixture(scope="session")
def shipped() -> Study:
    return open_study("china-copper")


@pytest.fixture(scope="session")
def shipped_folder() -> Path:
    return shipped_studies()["china-copper"]
