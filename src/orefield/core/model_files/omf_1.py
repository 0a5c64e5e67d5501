"""Version 1 of the Open Mining Format, through the library ``omf`` (an extra).

Cells are written with w running fastest, as the readers of Discretize and OMFVista take them; the
description of the format does not say.
"""

from __future__ import annotations

import json
import struct
import zlib
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.core.model_files.omf_archive import MOST_ARRAY
from orefield.core.model_files.omf_grid import (
    OmfFields,
    OmfModel,
    add_field,
    axes_of,
    equal_sizes,
    one_of,
    regular_grid,
)
from orefield.core.model_files.omf_texts import categories, texts_at
from orefield.core.model_files.options import ModelOptions

_BROKEN = (
    OSError, LookupError, TypeError, ValueError, AttributeError, OverflowError, AssertionError,
    RecursionError, struct.error, zlib.error,
)  # fmt: skip
"""What the library raises for a damaged file: a header cut off (``struct``), a place beyond any
file (``OverflowError``), JSON or a key that is none, an array cut off (``zlib``) or of another kind
(it asserts); and parts that are not there (``AttributeError`` of None)."""

_START_OF_INDEX = 52
"""Where the header says at which byte the JSON index begins."""

_PIECE = 2**24
"""Bytes that are unpacked at a time to see how many there are."""

_GREY = (128, 128, 128)
"""Elements have a colour; without one the library takes another each time."""


def omf_1_library(where: str) -> Any:
    """The library that reads and writes version 1.

    Raises
    ------
    ModelError
        When it is not installed.
    """
    try:
        return import_module("omf")
    except ImportError:
        raise ModelError(
            "OMF version 1 needs the library 'omf'",
            where=where,
            fix="install it with: pip install 'orefield[omf]', or use OMF version 2 or CSV",
        ) from None


def read_version_1(path: Path | str, options: ModelOptions) -> OmfModel:
    """The grid and the data of a block model in an OMF 1 file.

    Raises
    ------
    TableError, ModelError
        As :func:`orefield.core.model_files.read_omf_model`.
    """
    where = str(path)
    omf = omf_1_library(where)
    try:
        _refuse_bombs(path, where)
        return _volume(omf, omf.OMFReader(where).get_project(), options, where)
    except _BROKEN as error:
        raise TableError(f"OMF file is broken: {error}", where=where) from error


def _refuse_bombs(path: Path | str, where: str) -> None:
    """Raise when an array unpacks to an absurd size; the library would unpack all of it."""
    with Path(path).open("rb") as file:
        file.seek(_START_OF_INDEX)
        file.seek(struct.unpack("<Q", file.read(8))[0])
        for part in json.loads(file.read()).values():
            array = part.get("array")
            if not isinstance(array, dict):
                continue
            file.seek(array["start"])
            packed, unpacked = file.read(array["length"]), 0
            stream = zlib.decompressobj()
            while packed:
                unpacked += len(stream.decompress(packed, _PIECE))
                packed = stream.unconsumed_tail
                if unpacked > MOST_ARRAY:
                    raise TableError("an array of the OMF file is absurdly large", where=where)


def _volume(omf: Any, project: Any, options: ModelOptions, where: str) -> OmfModel:
    volumes = [e for e in project.elements if isinstance(e, omf.VolumeElement)]
    volume = volumes[one_of([str(v.name) for v in volumes], options.element, where)]
    g = volume.geometry
    lengths = [np.asarray(t, dtype=np.float64) for t in (g.tensor_u, g.tensor_v, g.tensor_w)]
    shift = np.add([float(v) for v in project.origin], [float(v) for v in g.origin])
    size, counts = equal_sizes(lengths, where)
    grid = regular_grid(shift, (g.axis_u, g.axis_v, g.axis_w), size, counts, where)
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
        if isinstance(data, omf.MappedData):
            values = _legend(omf, data, values, where)
        values = np.ascontiguousarray(values.reshape(grid.shape).transpose(2, 1, 0).ravel())
        add_field(fields, str(data.name), values, where)
    return OmfModel(grid, fields, str(volume.description or ""))


def _legend(omf: Any, data: Any, place: NDArray[Any], where: str) -> NDArray[Any]:
    """Texts of mapped data where a legend has them, else the indices."""
    texts = [v.values for v in data.legends if isinstance(v.values, omf.data.StringArray)]
    if not texts:
        return place
    names = [str(v) for v in texts[0].array]
    if not ((place >= -1) & (place < len(names))).all():
        raise TableError(f"data '{data.name}' names no entry of its legend", where=where)
    place = np.where(place == -1, len(names), place).astype(np.int64)
    return texts_at(names, place, MOST_ARRAY, f"data '{data.name}'", where)


def write_version_1(model: BlockModel, out: IO[bytes], where: str) -> None:
    """Write a block model as OMF 1, as more packages read it than read version 2.

    Numbers become 64-bit floats or integers, booleans 0 and 1, texts a legend with indices. The
    library puts the time and random identifiers into the file: no two are equal byte by byte.

    Parameters
    ----------
    model : BlockModel
        What is written.
    out : binary file
        Open for writing.
    where : str
        The file, for errors.

    Raises
    ------
    ModelError
        When the library is not installed, or a field is neither numbers nor texts.
    """
    omf = omf_1_library(where)
    grid = model.grid
    u, v, w = axes_of(grid)
    tensors = [np.full(n, size) for n, size in zip(grid.shape, grid.size, strict=True)]
    volume = omf.VolumeElement(
        name="block model",
        description=model.note,
        color=_GREY,
        geometry=omf.VolumeGridGeometry(
            tensor_u=tensors[0], tensor_v=tensors[1], tensor_w=tensors[2],
            origin=list(grid.origin), axis_u=u, axis_v=v, axis_w=w,
        ),
        data=[_data(omf, name, values, grid, where) for name, values in model.fields.items()],
    )  # fmt: skip
    project = omf.Project(name="orefield", units="m", elements=[volume])
    # what the library's OMFWriter does, into a file that is not yet called .omf
    omf.OMFWriter.initialize_header(out, project.uid)
    index = project.serialize(open_file=out)
    omf.OMFWriter.update_header(out)
    out.write(json.dumps(index).encode())


def _data(omf: Any, name: str, values: NDArray[np.generic], grid: Grid, where: str) -> Any:
    ordered = np.asarray(values).reshape(grid.shape[::-1]).transpose(2, 1, 0).ravel()
    kind = ordered.dtype.kind
    if kind in "iub":
        numbers = ordered.astype(np.int64)
        if kind == "u" and not (numbers >= 0).all():
            raise ModelError(f"field '{name}' has numbers beyond 64 bits with sign", where=where)
        return omf.ScalarData(name=name, location="cells", array=numbers)
    if kind == "f":
        return omf.ScalarData(name=name, location="cells", array=ordered.astype(np.float64))
    names, place = categories(name, ordered, where)
    legend = omf.Legend(name=name, values=omf.data.StringArray(names))
    return omf.MappedData(name=name, location="cells", array=place, legends=[legend])
