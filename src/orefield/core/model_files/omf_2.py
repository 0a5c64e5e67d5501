"""Reading version 2 of the Open Mining Format: a ZIP archive of a JSON index and Parquet arrays.

Described by the Global Mining Guidelines Group, "OMF File Format",
https://gmggroup.github.io/omf-rust.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import TableError
from orefield.core.grid import Grid
from orefield.core.model_files.omf_archive import OmfArchive
from orefield.core.model_files.omf_grid import (
    OmfFields,
    OmfModel,
    OmfSubBlocks,
    add_field,
    equal_sizes,
    one_of,
    regular_grid,
    three_counts,
)
from orefield.core.model_files.omf_sub_blocks import read_sub_blocks
from orefield.core.model_files.options import ModelOptions
from orefield.core.sections import is_real

_Item = Mapping[str, Any]

_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
"""A damaged archive or stream: no bytes, bytes cut off, a wrong directory, a wrong checksum."""

_MALFORMED = (LookupError, TypeError, ValueError, AttributeError, OverflowError)
"""An index of another form: a key or item that is not there, a value of another type or out of
range (``int(1e999)``), JSON that is none, a list where a table should be."""

_EAST_NORTH_UP = {"u": [1.0, 0.0, 0.0], "v": [0.0, 1.0, 0.0], "w": [0.0, 0.0, 1.0]}
"""Axes that the index leaves out."""


def read_version_2(path: Path | str, options: ModelOptions) -> OmfModel:
    """The grid, the attributes and the sub-blocks of a block model in an OMF 2 file.

    Raises
    ------
    TableError, ModelError
        As :func:`orefield.core.model_files.read_omf_model`.
    """
    where = str(path)
    try:
        with zipfile.ZipFile(path) as file:
            archive = OmfArchive(file, where)
            project = archive.index()
            elements = [e for e in _flat(project["elements"]) if _kind(e) == "BlockModel"]
            at = one_of([str(e["name"]) for e in elements], options.element, where)
            return _model(elements[at], project, archive)
    except (*_UNREADABLE, *_MALFORMED) as error:
        raise TableError(f"OMF file is broken: {error}", where=where) from error


def _flat(elements: Sequence[_Item]) -> list[_Item]:
    """Elements, those inside composites too."""
    out: list[_Item] = []
    for element in elements:
        out.append(element)
        if _kind(element) == "Composite":
            out += _flat(element["geometry"]["elements"])
    return out


def _kind(element: _Item) -> str:
    return str(element["geometry"]["type"])


def _model(element: _Item, project: _Item, archive: OmfArchive) -> OmfModel:
    geometry = element["geometry"]
    grid = _grid(geometry, project.get("origin", [0.0, 0.0, 0.0]), archive)
    fields = _attributes(element, "Primitives", grid.n, archive)
    note = str(element.get("description") or "")
    described = geometry.get("subblocks")
    if described is None:
        return OmfModel(grid, fields, note)
    low, size = read_sub_blocks(archive, described, grid)
    inner = _attributes(element, "Subblocks", len(low), archive)
    return OmfModel(grid, fields, note, OmfSubBlocks(low, size, inner))


def _grid(geometry: _Item, shift: Any, archive: OmfArchive) -> Grid:
    cells = geometry["grid"]
    if cells["type"] == "Regular":
        x, y, z = _triple(cells["size"])
        size, counts = (x, y, z), three_counts(cells["count"])
    elif cells["type"] == "Tensor":
        lengths = [archive.numbers(cells[a], None, f"the array of sizes along {a}") for a in "uvw"]
        size, counts = equal_sizes([v.astype(np.float64) for v in lengths], archive.where)
    else:
        raise TableError(f"grid of the unknown kind {cells['type']!r}", where=archive.where)
    orient = geometry["orient"]
    origin = np.add(_triple(shift), _triple(orient["origin"]))
    axes = [_triple(orient.get(axis, level)) for axis, level in _EAST_NORTH_UP.items()]
    return regular_grid(origin, axes, size, counts, archive.where)


def _attributes(element: _Item, location: str, count: int, archive: OmfArchive) -> OmfFields:
    fields: OmfFields = {}
    for attribute in element.get("attributes", ()):
        data = attribute["data"]
        if attribute["location"] == location and data["type"] in _READ:
            name = str(attribute["name"])
            values = _READ[data["type"]](archive, data, count, f"attribute '{name}'")
            add_field(fields, name, values, archive.where)
    return fields


def _triple(values: Any) -> list[float]:
    """A point or direction: one number alone would be taken for all three."""
    if not (isinstance(values, list) and len(values) == 3 and all(map(is_real, values))):
        raise ValueError(f"{values!r} is no list of three numbers")
    return [float(v) for v in values]


def _numbers(archive: OmfArchive, data: _Item, count: int, of: str) -> NDArray[np.generic]:
    values = archive.numbers(data["values"], count, of)
    if values.dtype.kind == "M":  # dates and times, as texts
        return np.where(np.isnat(values), "", np.datetime_as_string(values))
    if values.dtype.kind not in "fiu":
        return np.asarray([np.nan if v is None else v for v in values.tolist()], dtype=np.float64)
    return values


def _category(archive: OmfArchive, data: _Item, count: int, of: str) -> NDArray[np.generic]:
    names = archive.names(data["names"], of)
    index = archive.numbers(data["values"], count, of).astype(np.float64)
    there = np.isfinite(index)
    if not ((index[there] >= 0) & (index[there] < len(names))).all():
        raise TableError(f"{of} has an index that names no category", where=archive.where)
    place = np.where(there, index, len(names)).astype(np.int64)
    return archive.words(names, place, of)


def _texts(archive: OmfArchive, data: _Item, count: int, of: str) -> NDArray[np.generic]:
    return archive.texts(data["values"], count, of)


def _switches(archive: OmfArchive, data: _Item, count: int, of: str) -> NDArray[np.generic]:
    return archive.switches(data["values"], count, of).astype(np.int8)


_READ: dict[str, Callable[[OmfArchive, _Item, int, str], NDArray[np.generic]]] = {
    "Boolean": _switches, "Number": _numbers, "Category": _category, "Text": _texts,
}  # fmt: skip
"""Kinds of attributes that are read: colours, vectors and pictures are not."""
