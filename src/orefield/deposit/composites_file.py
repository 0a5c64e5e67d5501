"""Composites as files: samples, with where along the hole they are and how much was assayed."""

from __future__ import annotations

from pathlib import Path

from orefield.deposit.drillholes.composite import HoleComposites
from orefield.deposit.samples_file import write_samples


def write_composites(composites: HoleComposites, path: Path | str) -> None:
    """Composites as CSV or Parquet, by the ending.

    The columns of :func:`~orefield.deposit.samples_file.write_samples`, then ``from_m``, ``to_m``
    and ``<value>_coverage``, which are not values when the file is read as samples.

    Raises
    ------
    TableError
        For another ending.
    RunError
        When the file cannot be written.
    """
    further = {"from_m": composites.from_m, "to_m": composites.to_m}
    further.update({f"{n}_coverage": c for n, c in composites.coverage.items()})
    write_samples(composites.samples, path, further)
