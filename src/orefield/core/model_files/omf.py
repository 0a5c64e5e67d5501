"""Block models of the Open Mining Format, versions 1 and 2, on regular grids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import TableError
from orefield.core.model_files.keys import nearest
from orefield.core.model_files.omf_1 import read_version_1
from orefield.core.model_files.omf_2 import read_version_2
from orefield.core.model_files.omf_grid import OmfFields
from orefield.core.model_files.options import ModelOptions, refuse_parent


def read_omf_model(path: Path | str, options: ModelOptions | None = None) -> BlockModel:
    """Read a block model from an OMF file, version 1 or 2.

    Parameters
    ----------
    path : Path
        The file.
    options : ModelOptions, optional
        ``element`` names the block model where the file holds several; ``fields``,
        ``rename``, ``fill`` and ``absent`` are used; the grid is the file's own.

    Raises
    ------
    TableError
        When the file is broken or holds no block model, several and none is named, or a
        value is missing.
    ModelError
        When the blocks are sub-blocked, of several sizes, or the grid is not level; or
        when version 1 is met without the library.
    """
    chosen = options or ModelOptions()
    refuse_parent(chosen, str(path))
    try:
        with Path(path).open("rb") as opened:
            start = opened.read(4)
    except OSError as error:
        raise TableError(f"OMF file cannot be read: {error}", where=str(path)) from error
    if start == b"PK\x03\x04":
        grid, fields = read_version_2(path, chosen)
    elif start == b"\x84\x83\x82\x81":
        grid, fields = read_version_1(path, chosen)
    else:
        raise TableError("this is no OMF file", where=str(path), fix="export it again as OMF")
    return BlockModel(grid, _chosen_fields(fields, chosen, str(path)), chosen.note)


def _chosen_fields(fields: OmfFields, options: ModelOptions, where: str) -> OmfFields:
    names = {**options.fields, **options.rename}
    for source in names.values():
        if source not in fields:
            near = nearest(source, fields)
            raise TableError(
                f"block model has no attribute '{source}'",
                where=where,
                fix=f"did you mean '{near}'?" if near else f"it has: {', '.join(fields)}",
            )
    out = {name: fields[source] for name, source in names.items()}
    if not options.fields:
        taken = set(names.values())
        out.update({name: values for name, values in fields.items() if name not in taken})
    return {name: _filled(name, values, options, where) for name, values in out.items()}


def _filled(
    name: str, values: NDArray[np.generic], options: ModelOptions, where: str
) -> NDArray[np.generic]:
    if values.dtype.kind not in "fiu":
        return values
    numbers = np.array(values, dtype=np.float64)
    empty = ~np.isfinite(numbers)
    for code in options.absent:
        empty |= numbers == code
    if empty.any():
        if name not in options.fill:
            raise TableError(
                f"{int(empty.sum()):,} values are missing",
                where=f"{where}, attribute '{name}', block {int(np.flatnonzero(empty)[0])}",
                fix="an empty grade is not zero: say what it means in [model.fill]",
            )
        numbers[empty] = options.fill[name]
        return numbers
    return values
