"""Block models to the files that other packages read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.model_files.vtk import write_vtk_model
from orefield.core.model_files.whole import whole_file


def write_model(
    model: BlockModel,
    path: Path | str,
    *,
    fields: Sequence[str] | None = None,
    only: NDArray[np.bool_] | None = None,
) -> None:
    """Write a block model as Parquet, CSV or VTK, by the ending of the path.

    CSV holds a row a block: centre (``x_m, y_m, z_m``), size (``dx_m, dy_m, dz_m``) and
    fields, as block files of other packages do. Parquet carries the grid in its metadata,
    VTK in its header.

    Parameters
    ----------
    model : BlockModel
        What is written.
    path : Path
        Ending in ``.parquet``, ``.csv`` or ``.vtk``.
    fields : sequence of str, optional
        Fields written, in this order; all by default.
    only : bool array, shape (n,), optional
        Blocks written to CSV. Parquet and VTK always hold the whole grid.

    Raises
    ------
    TableError
        For another ending.
    ModelError
        When a field is not there, or ``only`` does not fit.
    RunError
        When the file cannot be written.
    """
    if only is not None and only.shape != (model.grid.n,):
        raise ModelError(f"{only.shape} blocks chosen of a model of {model.grid.n:,}")
    if fields is not None:
        model = BlockModel(model.grid, {name: model[name] for name in fields}, model.note)
    suffix = Path(path).suffix.lower()
    if suffix == ".parquet":
        with whole_file(path) as out:
            model.to_parquet(out)
    elif suffix == ".csv":
        _write_csv(model, path, only)
    elif suffix == ".vtk":
        write_vtk_model(model, path)
    else:
        raise TableError(
            f"'{suffix}' is not a kind of block model file",
            where=str(path),
            fix="give .parquet, .csv or .vtk",
        )


def _write_csv(model: BlockModel, path: Path | str, only: NDArray[np.bool_] | None) -> None:
    import pyarrow as pa
    from pyarrow import csv

    at = np.arange(model.grid.n) if only is None else np.flatnonzero(only)
    centre = model.grid.centroids()[at]
    columns = {name: centre[:, axis] for axis, name in enumerate(("x_m", "y_m", "z_m"))}
    # what the lattice adds in the last digits is of no use to a reader
    columns = {name: np.round(values, 6) for name, values in columns.items()}
    for axis, name in enumerate(("dx_m", "dy_m", "dz_m")):
        columns[name] = np.full(len(at), model.grid.size[axis])
    table = pa.table({**columns, **{n: v[at] for n, v in model.fields.items() if n not in columns}})
    with whole_file(path) as out:
        # the header apart: some packages do not read quotes around names
        out.write((",".join(table.column_names) + "\n").encode())
        csv.write_csv(table, out, csv.WriteOptions(include_header=False, quoting_style="needed"))
