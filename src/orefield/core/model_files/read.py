"""A planner's block model, whatever file it comes in."""

from __future__ import annotations

from pathlib import Path

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import TableError
from orefield.core.model_files.omf import read_omf_model
from orefield.core.model_files.options import ModelOptions
from orefield.core.model_files.parquet import read_parquet_model
from orefield.core.model_files.table import read_csv_model
from orefield.core.model_files.topography import with_ground

_READERS = {
    ".csv": read_csv_model,
    ".txt": read_csv_model,
    ".parquet": read_parquet_model,
    ".omf": read_omf_model,
}


def read_model(path: Path | str, options: ModelOptions | None = None) -> BlockModel:
    """Read a block model from Parquet, CSV or OMF, and cut it by its topography.

    Parameters
    ----------
    path : Path
        The ending says what it is: ``.parquet``, ``.csv`` (``.txt``) or ``.omf``.
    options : ModelOptions, optional
        Which column is what, and what to do about gaps and air.

    Raises
    ------
    TableError
        For a file that cannot be read; file, row and column are named.
    ModelError
        When the blocks lie on no regular grid, two stand in one place, or a block above
        topography holds metal or value.
    """
    chosen = options or ModelOptions()
    reader = _READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise TableError(
            f"'{Path(path).suffix}' is not a kind of block model file",
            where=str(path),
            fix=f"give one of {', '.join(_READERS)}",
        )
    if not Path(path).is_file():
        raise TableError("block model file is missing", where=str(path), fix="check the path")
    return with_ground(reader(path, chosen), chosen)
