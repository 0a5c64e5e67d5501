"""Writing version 2 of the Open Mining Format.

Described by the Global Mining Guidelines Group, "OMF File Format",
https://gmggroup.github.io/omf-rust: stored members of a ZIP archive, Parquet arrays with the one
column that their type asks for, and a comment at the end that names the format.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield._version import __version__
from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError
from orefield.core.fields import fields
from orefield.core.model_files.omf_grid import axes_of
from orefield.core.model_files.omf_texts import categories

if TYPE_CHECKING:
    import pyarrow as pa

_DATE = "1970-01-01T00:00:00Z"
"""The format asks for a date. This one says that equal models make equal files."""

_MOST_CATEGORIES = 10_000
"""More different texts than these are labels of blocks, not categories."""

_ROWS = 2**20
"""Rows of a row group."""


def write_version_2(model: BlockModel, out: IO[bytes], where: str) -> None:
    """Write a block model as OMF 2.

    Numbers stay 32- or 64-bit floats, whole numbers become 64-bit integers; texts become
    categories (texts where there are thousands of different ones), empty ones nothing.

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
        When a field is neither numbers, booleans nor texts.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        writer = _Writer(archive, where)
        attributes = [writer.attribute(name, values) for name, values in model.fields.items()]
        index = json.dumps(_project(model, attributes), allow_nan=False).encode()
        writer.member("index.json.gz", gzip.compress(index, mtime=0))
        archive.comment = b"Open Mining Format 2.0"


def _project(model: BlockModel, attributes: list[dict[str, Any]]) -> dict[str, Any]:
    grid = model.grid
    u, v, w = axes_of(grid)
    element: dict[str, Any] = {
        "name": "block model",
        "geometry": {
            "type": "BlockModel",
            "orient": {"origin": list(grid.origin), "u": u, "v": v, "w": w},
            "grid": {"type": "Regular", "size": list(grid.size), "count": list(grid.shape)},
        },
        "attributes": attributes,
    }
    if model.note:
        element["description"] = model.note
    return {
        "name": "block model", "units": "metres", "application": f"orefield {__version__}",
        "date": _DATE, "elements": [element],
    }  # fmt: skip


class _Writer:
    """Numbers the arrays of a file, and describes them."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self.archive, self.where = archive, where
        self.count = 0

    def member(self, name: str, data: bytes) -> None:
        # the time of writing left out
        self.archive.writestr(zipfile.ZipInfo(name), data)

    def attribute(self, name: str, values: NDArray[np.generic]) -> dict[str, Any]:
        known = fields("blocks").get(name)
        told: dict[str, Any] = {"name": name, "location": "Primitives"}
        if known is not None:
            told |= {"description": known.description}
            told |= {"units": known.unit} if known.unit not in ("", "1") else {}
        return {**told, "data": self._data(name, values)}

    def _data(self, name: str, values: NDArray[np.generic]) -> dict[str, Any]:
        import pyarrow as pa

        kind = values.dtype.kind
        if kind == "b":
            return {"type": "Boolean", "values": self._array("bool", pa.array(values))}
        if kind == "f":
            wide = values.astype(np.float32 if values.dtype.itemsize <= 4 else np.float64)
            return {"type": "Number", "values": self._array("number", pa.array(wide))}
        if kind in "iu":
            if values.dtype == np.uint64 and len(values) and values.max() > np.iinfo(np.int64).max:
                raise ModelError(
                    f"field '{name}' has numbers beyond 64 bits with sign", where=self.where
                )
            whole = pa.array(values.astype(np.int64))
            return {"type": "Number", "values": self._array("number", whole)}
        names, place = categories(name, values, self.where)
        if len(names) > _MOST_CATEGORIES:
            texts = pa.array(names).take(pa.array(place, mask=place < 0))
            return {"type": "Text", "values": self._array("text", texts)}
        index = pa.array(place, pa.uint32(), mask=place < 0)
        return {
            "type": "Category",
            "values": self._array("index", index),
            "names": self._array("name", pa.array(names, pa.string()), nullable=False),
        }

    def _array(self, column: str, values: pa.Array, *, nullable: bool = True) -> dict[str, Any]:
        """Write an array; gzip is the one compression that every reader of the format knows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.count += 1
        name = f"{self.count}.parquet"
        schema = pa.schema([pa.field(column, values.type, nullable=nullable)])
        sink = pa.BufferOutputStream()
        pq.write_table(
            pa.Table.from_arrays([values], schema=schema), sink, compression="gzip",
            row_group_size=_ROWS, write_statistics=False, store_schema=False,
        )  # fmt: skip
        self.member(name, sink.getvalue().to_pybytes())
        return {"filename": name, "item_count": len(values)}
