"""Parquet models: with their grid in the metadata, or plain tables of blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import TableError
from orefield.core.model_files.keys import nearest
from orefield.core.model_files.options import ModelOptions, refuse_parent
from orefield.core.model_files.table import model_from_table


def read_parquet_model(path: Path | str, options: ModelOptions | None = None) -> BlockModel:
    """Read a block model from Parquet.

    A file written by :meth:`BlockModel.to_parquet` brings its grid; any other is a table
    of blocks like a CSV, see :func:`read_csv_model`.

    Raises
    ------
    TableError, ModelError
        As :func:`read_csv_model`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    chosen = options or ModelOptions()
    try:
        metadata = pq.read_schema(path).metadata or {}
        if b"orefield.grid" not in metadata:
            return model_from_table(pq.read_table(path).to_pandas(), str(path), chosen)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise TableError(
            f"block model cannot be read: {error}", where=str(path), fix="check the file"
        ) from error
    refuse_parent(chosen, str(path))
    model = BlockModel.from_parquet(path)
    names = {**chosen.fields, **chosen.rename}
    for source in names.values():
        if source not in model.fields:
            near = nearest(source, model.fields)
            raise TableError(
                f"block model has no field '{source}'",
                where=str(path),
                fix=f"did you mean '{near}'?" if near else f"it has: {', '.join(model.fields)}",
            )
    kept = {name: model[source] for name, source in names.items()}
    if not chosen.fields:
        taken = set(names.values())
        kept.update({n: v for n, v in model.fields.items() if n not in taken})
    # texts come back from Parquet as Python objects
    kept = {n: np.asarray(v, dtype=np.str_) if v.dtype.kind == "O" else v for n, v in kept.items()}
    return BlockModel(model.grid, kept, chosen.note or model.note)
