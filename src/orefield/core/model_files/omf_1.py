"""Version 1 of the Open Mining Format, through the library ``omf`` (an extra)."""

from __future__ import annotations

import struct
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.core.model_files.omf_grid import OmfFields, one_of, regular_grid
from orefield.core.model_files.options import ModelOptions

_BROKEN = (
    OSError, LookupError, TypeError, ValueError, AttributeError, OverflowError, AssertionError,
    struct.error, zlib.error,
)  # fmt: skip
"""What the library raises for a damaged file: a header cut off (``struct``), a place beyond any
file (``OverflowError``), JSON or a key that is none, an array cut off (``zlib``) or of another kind
(it asserts); and parts that are not there (``AttributeError`` of None)."""


def read_version_1(path: Path | str, options: ModelOptions) -> tuple[Grid, OmfFields]:
    """The grid and the data of a block model in an OMF 1 file.

    Raises
    ------
    TableError, ModelError
        As :func:`orefield.core.model_files.read_omf_model`.
    """
    where = str(path)
    try:
        omf = import_module("omf")
    except ImportError:
        raise ModelError(
            "OMF version 1 needs the library 'omf'",
            where=where,
            fix="install it with: pip install 'orefield[omf]', or export OMF version 2 or CSV",
        ) from None
    try:
        return _volume(omf, omf.OMFReader(where).get_project(), options, where)
    except _BROKEN as error:
        raise TableError(f"OMF file is broken: {error}", where=where) from error


def _volume(omf: Any, project: Any, options: ModelOptions, where: str) -> tuple[Grid, OmfFields]:
    volumes = [e for e in project.elements if isinstance(e, omf.VolumeElement)]
    volume = volumes[one_of([str(v.name) for v in volumes], options.element, where)]
    g = volume.geometry
    sizes = [np.asarray(t, dtype=np.float64) for t in (g.tensor_u, g.tensor_v, g.tensor_w)]
    shift = np.add([float(v) for v in project.origin], [float(v) for v in g.origin])
    grid = regular_grid(shift, (g.axis_u, g.axis_v, g.axis_w), sizes, where)
    fields: OmfFields = {}
    for data in volume.data:
        if data.location != "cells" or not isinstance(data, omf.ScalarData | omf.MappedData):
            continue
        values = np.asarray(data.array.array)
        if values.shape != (grid.n,):
            raise TableError(
                f"data '{data.name}' has shape {values.shape}, the grid {grid.n:,} blocks",
                where=where,
            )
        # w runs fastest in version 1
        fields[str(data.name)] = np.ascontiguousarray(
            values.reshape(grid.shape).transpose(2, 1, 0).ravel()
        )
    return grid, fields
