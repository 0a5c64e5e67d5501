"""Block models to the files that other packages read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.model_files.omf_1 import omf_1_library, write_version_1
from orefield.core.model_files.omf_2_write import write_version_2
from orefield.core.model_files.rows import csv_rows
from orefield.core.model_files.vtk import write_vtk_model
from orefield.core.model_files.whole import whole_file

_OMF_1 = "v1.omf"

BLOCK_FILES = ("parquet", "csv", "vtk", "omf", _OMF_1)
"""Endings of block model files that are written."""


def write_model(
    model: BlockModel,
    path: Path | str,
    *,
    fields: Sequence[str] | None = None,
    only: NDArray[np.bool_] | None = None,
) -> None:
    """Write a block model as Parquet, CSV, VTK or OMF, by the ending of the path.

    CSV holds a row a block: centre (``x_m, y_m, z_m``), size (``dx_m, dy_m, dz_m``) and
    fields, as block files of other packages do. Parquet carries the grid in its metadata,
    VTK in its header. OMF is version 2, or version 1 (through the library ``omf``) where the
    path ends in ``.v1.omf``.

    Parameters
    ----------
    model : BlockModel
        What is written.
    path : Path
        Ending in ``.parquet``, ``.csv``, ``.vtk``, ``.omf`` or ``.v1.omf``.
    fields : sequence of str, optional
        Fields written, in this order; all by default.
    only : bool array, shape (n,), optional
        Blocks written to CSV. The other kinds always hold the whole grid.

    Raises
    ------
    TableError
        For another ending.
    ModelError
        When a field is not there or cannot be written, ``only`` does not fit, or OMF 1 is
        wanted without its library.
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
    elif suffix == ".omf":
        write = write_version_1 if _is_omf_1(path) else write_version_2
        with whole_file(path) as out:
            write(model, out, str(path))
    else:
        raise TableError(
            f"'{suffix}' is not a kind of block model file",
            where=str(path),
            fix=f"give one of .{', .'.join(BLOCK_FILES)}",
        )


def refuse_unwritable(path: Path | str) -> None:
    """Raise now what :func:`write_model` would raise for lack of a library after a long run.

    Raises
    ------
    ModelError
        When OMF 1 is wanted without its library.
    """
    if _is_omf_1(path):
        omf_1_library(str(path))


def _is_omf_1(path: Path | str) -> bool:
    return Path(path).name.lower().endswith(f".{_OMF_1}")


def _write_csv(model: BlockModel, path: Path | str, only: NDArray[np.bool_] | None) -> None:
    at = np.arange(model.grid.n) if only is None else np.flatnonzero(only)
    with csv_rows(path, model.grid) as add:
        add(model.grid.centroids()[at], {name: v[at] for name, v in model.fields.items()})
