"""Composites as files: samples, with where along the hole they are and how much was assayed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orefield.core.errors import TableError
from orefield.deposit.drillholes.composite import HoleComposites
from orefield.deposit.drillholes.raw_table import RawTable, read_raw
from orefield.deposit.estimation.collocated import different_places
from orefield.deposit.from_files import BYPRODUCTS
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import SampleColumns, samples_of_table, write_samples

GRADES = ("cu_pct", *BYPRODUCTS)
"""Grades that composites of a study may hold; the first they must."""

_PLACE = ("x_m", "y_m", "z_m", "hole", "length_m")
_BOOKKEEPING = ("from_m", "to_m")


def read_composites(path: Path | str) -> Samples:
    """Composites whose columns have the names that orefield writes.

    Columns ``hole, x_m, y_m, z_m, length_m, cu_pct`` and, when there, ``mo_pct, ag_gpt,
    au_gpt``; the middles of the composites in the coordinates of the grid. An empty grade was
    not assayed. The note of the samples names the columns that are not taken.

    Parameters
    ----------
    path : Path
        ``.csv``, or ``.parquet`` as :func:`write_composites` leaves it.

    Raises
    ------
    TableError
        Naming file, line and column, as :func:`~orefield.deposit.samples_file.read_samples`;
        for a file without composites, and two composites of one hole in one place.
    """
    table = read_raw(path)
    there = [name for name in GRADES if name == GRADES[0] or table.first_of((name,))]
    chosen = SampleColumns(*_PLACE, values={name: name for name in there})
    samples = samples_of_table(table, chosen)
    _refuse_twins(samples, table)
    taken = {table.named(name) for name in (*_PLACE, *there)}
    spare = [
        name for name in table.columns
        if name not in taken and name not in _BOOKKEEPING and not name.endswith("_coverage")
    ]  # fmt: skip
    note = samples.note + (f" (not taken: {', '.join(spare)})" if spare else "")
    return Samples(
        samples.xyz_m, samples.values, samples.length_m, samples.hole, samples.holes, note=note
    )


def _refuse_twins(samples: Samples, table: RawTable) -> None:
    place = different_places(samples.xyz_m).place
    key = place * len(samples.holes) + samples.hole
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[inverse.ravel()] != np.arange(len(samples)))
    if again.size:
        row = int(again[0])
        before = int(first[inverse.ravel()[row]])
        raise TableError(
            f"two composites of hole {samples.holes[samples.hole[row]]} stand in one place "
            f"(first {table.where(before)})",
            where=table.where(row, table.named("x_m")),
            fix="remove or average one of them",
        )


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
