"""A block model as CSV while its slices pass by, so that it is never whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from orefield.core import Grid
from orefield.core.model_files.whole import whole_file
from orefield.deposit.estimation.slices import Columns

_LATTICE = ("x_m", "y_m", "z_m", "dx_m", "dy_m", "dz_m")


@contextmanager
def csv_rows(path: Path, grid: Grid) -> Iterator[Callable[[int, Columns], None]]:
    """A CSV that takes slices in their order: what :func:`write_model` makes of the whole model.

    Parameters
    ----------
    path : Path
        Takes its name once all slices are in it.
    grid : Grid
        Of the model.

    Yields
    ------
    callable
        Given the first block of a slice and its fields, writes the rows.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    bare = csv.WriteOptions(include_header=False, quoting_style="needed")
    with whole_file(path) as out:

        def add(start: int, columns: Columns) -> None:
            rows = len(next(iter(columns.values())))
            centre = np.round(grid.centres(start, start + rows), 6).T
            size = np.broadcast_to(np.reshape(grid.size, (3, 1)), (3, rows))
            lattice = zip(_LATTICE, (*centre, *size), strict=True)
            table = pa.table({**columns, **dict(lattice)})
            table = table.select([*_LATTICE, *(n for n in columns if n not in _LATTICE)])
            if start == 0:
                # the header apart: some packages do not read quotes around names
                out.write((",".join(table.column_names) + "\n").encode())
            csv.write_csv(table, out, bare)

        yield add
