"""Settings of the commands: those of a deposit, whose files may be of public data sets."""

from __future__ import annotations

from pathlib import Path

from orefield.datasets import file_of
from orefield.deposit.job.settings import DepositSettings, read_grid
from orefield.deposit.job.settings import read_settings as read

__all__ = ["DepositSettings", "read_grid", "read_settings"]


def read_settings(path: Path | str, folder: Path | None = None) -> DepositSettings:
    """Read settings; see :func:`orefield.deposit.job.settings.read_settings`."""
    return read(path, folder, file_of)
