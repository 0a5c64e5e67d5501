"""OMF 2 files made by hand, as the description of the format says they are laid out."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orefield.core import Grid

GRID = Grid((100.0, 200.0, 300.0), (10.0, 20.0, 5.0), (4, 3, 2))
AXES = {"u": [1.0, 0.0, 0.0], "v": [0.0, 1.0, 0.0], "w": [0.0, 0.0, 1.0]}
REGULAR = {"type": "Regular", "size": [10.0, 20.0, 5.0], "count": [4, 3, 2]}

STRANGE = (None, True, -1, 0, 5, 1.5, np.nan, np.inf, 10**400, "x", "../x", [], [1.0], {})
"""What stands in a damaged index in place of something else."""


def array(values, name="number"):
    out = io.BytesIO()
    pq.write_table(pa.table({name: values}), out)
    return out.getvalue()


def element(name="model", grid=None, axes=None, attributes=(), **more):
    orient = {"origin": [100.0, 200.0, 300.0], **(axes or AXES)}
    geometry = {"type": "BlockModel", "orient": orient, "grid": grid or REGULAR, **more}
    return {"name": name, "attributes": list(attributes), "geometry": geometry}


def number(name, file, location="Primitives"):
    values = {"filename": file, "item_count": 24}
    return {"name": name, "location": location, "data": {"type": "Number", "values": values}}


def omf2(path, elements, arrays, comment=b"Open Mining Format 2.0", **project):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in arrays.items():
            archive.writestr(name, data)
        index = json.dumps({"elements": elements, **project}).encode()
        archive.writestr("index.json.gz", gzip.compress(index))
        archive.comment = comment
    return path


def places(value, at=()):
    """Where everything inside a JSON value is."""
    inner = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else inner:
        yield (*at, key)
        yield from places(item, (*at, key))
