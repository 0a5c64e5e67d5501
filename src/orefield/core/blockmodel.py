"""The block model: a grid and named fields, the type that flows from deposit to pit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid

_META = b"orefield.grid"


@dataclass(frozen=True, eq=False)
class BlockModel:
    """A grid with named one-dimensional fields in the grid's index order.

    Fields every consumer may expect (see ``core/fields/blocks.csv`` for units):
    ``density_t_m3``, ``rock_fraction`` (share of the block below topography, 0 for
    air), ``cu_pct``, ``mo_pct``, ``ag_gpt``, ``au_gpt``. Numeric fields are finite.

    Parameters
    ----------
    grid : Grid
    fields : mapping of str to ndarray of shape (grid.n,)
        Arrays are made read-only; they are not copied.
    note : str
        What the model is, e.g. ``"stand-in geology"``. Shown wherever the model is.

    Raises
    ------
    ModelError
        When a field has the wrong length or holds NaN or infinity.
    """

    grid: Grid
    fields: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        for name, values in self.fields.items():
            if values.shape != (self.grid.n,):
                raise ModelError(
                    f"field '{name}' has shape {values.shape}, the grid has {self.grid.n:,} blocks",
                    fix="give one value per block, x fastest, then y, then z upwards",
                )
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                bad = int(np.flatnonzero(~np.isfinite(values))[0])
                raise ModelError(
                    f"field '{name}' is not finite",
                    where=f"block {bad}",
                    fix="fill or remove missing values before building the model",
                )
            values.flags.writeable = False
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def __reduce__(self) -> tuple[object, ...]:
        # a mappingproxy does not pickle; models travel between worker processes
        return (BlockModel, (self.grid, dict(self.fields), self.note))

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        try:
            return self.fields[name]
        except KeyError:
            raise ModelError(
                f"the block model has no field '{name}'",
                fix=f"it has: {', '.join(sorted(self.fields)) or 'none'}",
            ) from None

    def get(self, name: str, default: float = 0.0) -> NDArray[np.generic]:
        """Field ``name``, or an array filled with ``default`` where the model lacks it."""
        found = self.fields.get(name)
        return np.full(self.grid.n, default) if found is None else found

    def with_fields(self, **fields: NDArray[np.generic]) -> BlockModel:
        """A model with further (or replaced) fields; the others are shared."""
        return BlockModel(self.grid, {**self.fields, **fields}, self.note)

    def tonnes(self) -> NDArray[np.float64]:
        """Dry tonnes of rock in each block, shape (n,)."""
        density = np.asarray(self["density_t_m3"], dtype=np.float64)
        share = np.asarray(self.get("rock_fraction", 1.0), dtype=np.float64)
        return self.grid.block_volume_m3 * density * share

    # -- files ---------------------------------------------------------------------

    def to_parquet(self, path: Path | str | IO[bytes]) -> None:
        """Write fields to Parquet, with the grid and the note in the file's metadata."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: pa.array(values) for name, values in self.fields.items()})
        meta = json.dumps({"grid": self.grid.as_dict(), "note": self.note}).encode()
        pq.write_table(table.replace_schema_metadata({_META: meta}), path, compression="zstd")

    @classmethod
    def from_parquet(cls, path: Path | str) -> BlockModel:
        """Read a model written by :meth:`to_parquet`.

        Raises
        ------
        TableError
            When the file is missing, truncated, or carries no grid.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise TableError(
                f"block model cannot be read: {error}", where=str(path), fix="check the file"
            ) from error
        raw = (table.schema.metadata or {}).get(_META)
        if raw is None:
            raise TableError(
                "Parquet file carries no grid",
                where=str(path),
                fix="write it with BlockModel.to_parquet, or read it as CSV with a grid",
            )
        try:
            meta = json.loads(raw)
            grid_values, note = meta["grid"], str(meta.get("note", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TableError(
                f"the grid in the file's metadata cannot be read: {error}",
                where=str(path),
                fix="write the file with BlockModel.to_parquet",
            ) from error
        fields = {name: table[name].to_numpy() for name in table.column_names}
        return cls(Grid.from_dict(grid_values), fields, note)

    def to_csv(self, path: Path | str) -> None:
        """Write centroids (``x_m, y_m, z_m``) and fields as CSV, one row a block."""
        import pandas as pd

        xyz = self.grid.centroids()
        frame = pd.DataFrame({"x_m": xyz[:, 0], "y_m": xyz[:, 1], "z_m": xyz[:, 2], **self.fields})
        frame.to_csv(path, index=False)

    @classmethod
    def from_csv(cls, path: Path | str, grid: Grid, note: str = "") -> BlockModel:
        """Read blocks from a CSV with centroid columns ``x_m, y_m, z_m`` onto ``grid``.

        Blocks of the grid that the file lacks are air (``rock_fraction`` 0).

        Raises
        ------
        TableError
            When columns are missing, values are not numbers, a centroid lies outside
            the grid, or two rows fall into one block.
        """
        import pandas as pd

        try:
            frame = pd.read_csv(path)
        except (OSError, ValueError, pd.errors.ParserError) as error:
            raise TableError(f"block file cannot be read: {error}", where=str(path)) from error
        if not isinstance(frame.index, pd.RangeIndex):
            # pandas took surplus cells for an index, which shifts every column
            raise TableError("rows have more cells than the header", where=f"{path}:2")
        if frame.empty:
            raise TableError("block file has no block", where=f"{path}:1")
        for column in ("x_m", "y_m", "z_m", "density_t_m3"):
            if column not in frame.columns:
                raise TableError(f"block file lacks column '{column}'", where=f"{path}:1")
        numbers = frame.apply(pd.to_numeric, errors="coerce")
        broken = ~np.isfinite(numbers.to_numpy(dtype=np.float64))
        if broken.any():
            row = int(np.flatnonzero(broken.any(axis=1))[0])
            column = str(numbers.columns[broken[row]][0])
            raise TableError(
                "block file has a value that is missing or not a number",
                where=f"{path}:{row + 2}, column '{column}'",
            )
        flat = _locate(grid, numbers[["x_m", "y_m", "z_m"]].to_numpy(), str(path))
        if len(np.unique(flat)) != len(flat):
            raise TableError("two rows fall into one block", where=str(path))
        fields: dict[str, NDArray[np.generic]] = {}
        for name in numbers.columns.drop(["x_m", "y_m", "z_m"]):
            values = np.zeros(grid.n)
            values[flat] = numbers[name].to_numpy()
            fields[str(name)] = values
        if "rock_fraction" not in fields:
            share = np.zeros(grid.n)
            share[flat] = 1.0
            fields["rock_fraction"] = share
        return cls(grid, fields, note)

    def to_vtk(self, path: Path | str) -> None:
        """Write a legacy VTK file with cell data; see :func:`write_vtk_model`.

        Raises
        ------
        RunError
            When the file cannot be written.
        """
        from orefield.core.model_files.vtk import write_vtk_model

        write_vtk_model(self, path)


def _locate(grid: Grid, xyz: NDArray[np.float64], where: str) -> NDArray[np.int64]:
    """Flat indices of points (m, shape (k, 3)) in ``grid``."""
    out = grid.locate(xyz)
    if (out < 0).any():
        raise TableError(
            "a block centre lies outside the grid",
            where=f"{where}:{int(np.flatnonzero(out < 0)[0]) + 2}",
            fix="check the grid's origin and that coordinates are in metres",
        )
    return out
