"""Blocks as rows of a CSV, some at a time, so that a model need never be whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.grid import Grid
from orefield.core.model_files.whole import whole_file

AddRows = Callable[[NDArray[np.float64], Mapping[str, NDArray[np.generic]]], None]
"""Given centres of blocks, shape (k, 3) in m, and their fields, (k,) each, writes the rows."""

_LATTICE = ("x_m", "y_m", "z_m", "dx_m", "dy_m", "dz_m")


@contextmanager
def csv_rows(path: Path | str, grid: Grid) -> Iterator[AddRows]:
    """A CSV with a row a block: its centre, its size, its fields.

    Parameters
    ----------
    path : Path
        Takes its name once all rows are in it.
    grid : Grid
        Of the blocks.

    Yields
    ------
    AddRows
        To be called with the same fields each time.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    bare = csv.WriteOptions(include_header=False, quoting_style="needed")
    with whole_file(path) as out:

        def add(centres_m: NDArray[np.float64], fields: Mapping[str, NDArray[np.generic]]) -> None:
            # what the lattice adds in the last digits is of no use to a reader
            centre = np.round(centres_m, 6).T
            size = np.broadcast_to(np.reshape(grid.size, (3, 1)), centre.shape)
            columns = dict(zip(_LATTICE, (*centre, *size), strict=True))
            others = {name: v for name, v in fields.items() if name not in columns}
            table = pa.table({**columns, **others})
            if out.tell() == 0:
                # the header apart: some packages do not read quotes around names
                out.write((",".join(table.column_names) + "\n").encode())
            csv.write_csv(table, out, bare)

        yield add


__all__ = ["csv_rows"]
