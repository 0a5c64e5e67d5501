"""Version 2 of the Open Mining Format: a ZIP archive of a JSON index and Parquet arrays.

Described by the Global Mining Guidelines Group, "OMF File Format",
https://gmggroup.github.io/omf-rust.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import MAX_BLOCKS, Grid
from orefield.core.model_files.omf_grid import OmfFields, one_of, regular_grid
from orefield.core.model_files.options import ModelOptions
from orefield.core.sections import is_real

_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
"""A damaged archive or stream: no bytes, bytes cut off, a wrong directory, a wrong checksum."""

_MALFORMED = (LookupError, TypeError, ValueError, AttributeError, OverflowError)
"""An index of another form: a key or item that is not there, a value of another type or out of
range (``int(1e999)``), JSON that is none, a list where a table should be."""

_ENCRYPTED = 0x1
"""Flag of an archive's member."""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The description allows stored members; packers deflate them."""

_MOST_INDEX = 64 * 2**20
"""Bytes of an unpacked index; more is no index but an attack."""


def read_version_2(path: Path | str, options: ModelOptions) -> tuple[Grid, OmfFields]:
    """The grid and the attributes of a block model in an OMF 2 file.

    Raises
    ------
    TableError, ModelError
        As :func:`orefield.core.model_files.read_omf_model`.
    """
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if not archive.comment.startswith(b"Open Mining Format 2"):
                raise TableError("this ZIP archive is no OMF 2 file", where=where)
            project = _index(archive, where)
            elements = [e for e in _flat(project["elements"]) if _kind(e) == "BlockModel"]
            at = one_of([str(e["name"]) for e in elements], options.element, where)
            return _element(elements[at], project, archive, where)
    except (*_UNREADABLE, *_MALFORMED) as error:
        raise TableError(f"OMF file is broken: {error}", where=where) from error


def _member(archive: zipfile.ZipFile, name: str, where: str) -> bytes:
    """The bytes of a file in the archive."""
    info = archive.getinfo(name)
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _COMPRESSIONS:
        raise TableError(
            f"'{name}' is encrypted or compressed in an unknown way",
            where=where,
            fix="export the file again, without a password",
        )
    try:
        return archive.read(info)
    except NotImplementedError as error:  # compressed patches, strong encryption, newer forms
        raise TableError(f"'{name}' cannot be unpacked: {error}", where=where) from error


def _index(archive: zipfile.ZipFile, where: str) -> Any:
    with gzip.GzipFile(fileobj=io.BytesIO(_member(archive, "index.json.gz", where))) as stream:
        text = stream.read(_MOST_INDEX + 1)
    if len(text) > _MOST_INDEX:
        raise TableError("the index of the OMF file is absurdly large", where=where)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise TableError("the index of the OMF file is absurdly deep", where=where) from error


def _flat(elements: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Elements, those inside composites too."""
    out: list[Mapping[str, Any]] = []
    for element in elements:
        out.append(element)
        if _kind(element) == "Composite":
            out += _flat(element["geometry"]["elements"])
    return out


def _kind(element: Mapping[str, Any]) -> str:
    return str(element["geometry"]["type"])


def _element(
    element: Mapping[str, Any],
    project: Mapping[str, Any],
    archive: zipfile.ZipFile,
    where: str,
) -> tuple[Grid, OmfFields]:
    geometry = element["geometry"]
    if geometry.get("subblocks"):
        raise ModelError(
            f"block model '{element['name']}' is sub-blocked",
            where=where,
            fix="regularise the model to one block size first",
        )
    grid = geometry["grid"]
    if grid["type"] == "Regular":
        counts = [int(c) for c in grid["count"]]
        if max(counts) > MAX_BLOCKS:  # before as many sizes are written down
            raise ModelError(f"grid of {counts} blocks", where=where, fix="check the counts")
        sizes = [np.full(c, float(s)) for c, s in zip(counts, grid["size"], strict=True)]
    else:
        sizes = [_array(archive, grid[a]["filename"], where) for a in "uvw"]
    orient = geometry["orient"]
    shift = np.add(_triple(project.get("origin", [0.0, 0.0, 0.0])), _triple(orient["origin"]))
    found = regular_grid(shift, [_triple(orient[axis]) for axis in "uvw"], sizes, where)
    fields: OmfFields = {}
    for attribute in element.get("attributes", ()):
        data = attribute["data"]
        if attribute["location"] != "Primitives" or data["type"] not in _READ:
            continue
        values = _READ[data["type"]](archive, data, where)
        if len(values) != found.n:
            raise TableError(
                f"attribute '{attribute['name']}' has {len(values):,} values, the grid "
                f"{found.n:,} blocks",
                where=where,
            )
        fields[str(attribute["name"])] = values
    return found, fields


def _triple(values: Any) -> list[float]:
    """A point or direction: one number alone would be taken for all three."""
    if not (isinstance(values, list) and len(values) == 3 and all(map(is_real, values))):
        raise ValueError(f"{values!r} is no list of three numbers")
    return [float(v) for v in values]


def _array(archive: zipfile.ZipFile, name: str, where: str) -> NDArray[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = _member(archive, name, where)
    try:
        column = pq.read_table(io.BytesIO(packed)).column(0)
    except pa.ArrowException as error:
        raise TableError(f"array '{name}' cannot be read: {error}", where=where) from error
    out: NDArray[Any] = column.to_numpy()
    return out


def _numbers(archive: zipfile.ZipFile, data: Mapping[str, Any], where: str) -> NDArray[np.generic]:
    values = np.asarray(_array(archive, data["values"]["filename"], where))
    if values.dtype.kind not in "fiu":  # dates, and columns with gaps
        return np.asarray([np.nan if v is None else v for v in values.tolist()], dtype=np.float64)
    return values


def _category(archive: zipfile.ZipFile, data: Mapping[str, Any], where: str) -> NDArray[np.generic]:
    names = [str(v) for v in _array(archive, data["names"]["filename"], where)]
    index = _array(archive, data["values"]["filename"], where).astype(np.float64)
    empty = ~np.isfinite(index)
    place = np.where(empty, len(names), index).astype(np.int64)
    if place.size and not (place.min() >= 0 and place.max() <= len(names)):
        raise TableError("a category index names no category", where=where)
    return np.asarray([*names, ""], dtype=np.str_)[place]


def _texts(archive: zipfile.ZipFile, data: Mapping[str, Any], where: str) -> NDArray[np.generic]:
    values = _array(archive, data["values"]["filename"], where)
    return np.asarray(["" if v is None else str(v) for v in values], dtype=np.str_)


def _switches(archive: zipfile.ZipFile, data: Mapping[str, Any], where: str) -> NDArray[np.generic]:
    values = _array(archive, data["values"]["filename"], where)
    return np.asarray([bool(v) for v in values], dtype=np.int8)


_READ = {"Boolean": _switches, "Number": _numbers, "Category": _category, "Text": _texts}
