"""Sub-blocks of an OMF 2 block model: boxes inside their parent blocks.

Described by the Global Mining Guidelines Group, "OMF File Format",
https://gmggroup.github.io/omf-rust: each sub-block names its parent and two of its own corners,
as places on a grid that divides every parent alike (*regular*), or as shares of the parent
(*free-form*).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.core.model_files.omf_archive import OmfArchive
from orefield.core.model_files.omf_grid import three_counts

if TYPE_CHECKING:
    import pyarrow as pa

_F8 = NDArray[np.float64]


def read_sub_blocks(
    archive: OmfArchive, described: Mapping[str, Any], grid: Grid
) -> tuple[_F8, _F8]:
    """Lower corners and lengths of sub-blocks.

    Parameters
    ----------
    archive : OmfArchive
        The file.
    described : mapping
        What the index says of them.
    grid : Grid
        Of their parents.

    Returns
    -------
    low, size : float64 array, shape (k, 3)
        Along the grid's axes, m from its origin.

    Raises
    ------
    TableError
        When the array cannot be read or lacks a column.
    ModelError
        When there is none, or one has no parent, no size, or lies outside of its parent.
    """
    kind = described["type"]
    if kind == "Regular":
        divisions = np.asarray(three_counts(described["count"]), dtype=np.float64)
    elif kind == "Freeform":
        divisions = np.ones(3)
    else:
        raise TableError(f"sub-blocks of the unknown kind {kind!r}", where=archive.where)
    table = archive.table(described["subblocks"], None, "the array of sub-blocks")
    if not len(table):
        raise ModelError("the block model has no sub-block", where=archive.where)
    parent = _three(table, "parent", archive.where)
    low = _three(table, "corner_min", archive.where)
    high = _three(table, "corner_max", archive.where)
    outside = (parent < 0) | (parent >= np.asarray(grid.shape)) | (parent != np.rint(parent))
    _refuse(outside, parent, "names a parent block that is not there", archive.where)
    # what is no number is neither inside nor of any size
    inside = (low >= 0) & (high <= divisions)
    _refuse(~inside, low, "lies outside of its parent block", archive.where)
    _refuse(~(low < high), low, "has no size", archive.where)
    share = np.asarray(grid.size) / divisions
    return parent * np.asarray(grid.size) + low * share, (high - low) * share


def _three(table: pa.Table, name: str, where: str) -> _F8:
    columns = [f"{name}_{axis}" for axis in "uvw"]
    missing = [c for c in columns if c not in table.column_names]
    if missing:
        raise TableError(
            f"the array of sub-blocks lacks column '{missing[0]}'",
            where=where,
            fix=f"it has: {', '.join(table.column_names)}",
        )
    return np.column_stack([table.column(c).to_numpy() for c in columns]).astype(np.float64)


def _refuse(wrong: NDArray[np.bool_], values: _F8, what: str, where: str) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong.any(axis=1))[0])
        raise ModelError(
            f"a sub-block {what}: {tuple(values[at].tolist())}",
            where=sub_block(where, at),
            fix="the file is damaged: export it again",
        )


def sub_block(where: str, at: int) -> str:
    """What a sub-block is called in errors; counted from 0, as in the file."""
    return f"{where}, sub-block {at}"
