"""Estimation of a large grid slice by slice: flat in memory, kept as it goes, taken up again.

Finished slices are Parquet files of a folder beside the result, which also holds what the whole
was made from, as a hash. A later run with the same hash goes on after the last slice; with
another, it starts anew. When all are there they become row groups of one file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import RunError
from orefield.core.grid import Grid
from orefield.core.model_files.whole import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

SLICE = 100_000
"""Blocks of a slice, about: whole rows of the grid."""

Columns = dict[str, NDArray[np.generic]]
_META = b"orefield.grid"
_SETTINGS = "settings.json"


def slices_of(grid: Grid, size: int = SLICE) -> list[tuple[int, int]]:
    """First and last-but-one block of each slice: whole rows, whole layers where they are small."""
    nx, ny, _ = grid.shape
    unit = nx * ny if nx * ny <= size else nx
    step = max(1, size // unit) * unit
    return [(start, min(start + step, grid.n)) for start in range(0, grid.n, step)]


def hash_of(described: Mapping[str, Any], *arrays: NDArray[Any]) -> str:
    """SHA-256 of plain values and arrays: what a result was made from."""
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    for array in arrays:
        solid = np.ascontiguousarray(array)
        digest.update(f"{solid.dtype}{solid.shape}".encode())
        digest.update(solid.view(np.uint8).data if solid.dtype.kind != "O" else b"")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class SliceStore:
    """Finished slices of a result.

    Parameters
    ----------
    target : Path
        The file that they will become; they are kept in ``<name>.partial`` beside it.
    grid : Grid
    made_from : str
        Hash of all that they are made from.
    note : str
        Of the block model.
    size : int
        Blocks of a slice, about.
    """

    target: Path
    grid: Grid
    made_from: str
    note: str = ""
    size: int = SLICE

    @property
    def folder(self) -> Path:
        """Where slices are kept."""
        return self.target.with_name(self.target.name + ".partial")

    def open(self) -> int:
        """Make the folder ready; slices of other settings are dropped.

        Returns
        -------
        int
            Slices that are there already.

        Raises
        ------
        RunError
            When the place cannot be written to.
        """
        described = {"made_from": self.made_from, "grid": self.grid.as_dict(), "size": self.size}
        try:
            kept = json.loads((self.folder / _SETTINGS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = None
        try:
            if kept != described:
                if self.folder.exists():
                    shutil.rmtree(self.folder)
                self.folder.mkdir(parents=True)
                with whole_file(self.folder / _SETTINGS) as out:
                    out.write(json.dumps(described).encode())
        except OSError as error:
            raise RunError(
                f"slices cannot be kept: {error.strerror or error}",
                where=str(self.folder),
                fix="check the folder, your rights and the free space",
            ) from error
        return sum(self._path(start).exists() for start, _ in self.slices())

    def slices(self) -> list[tuple[int, int]]:
        """First and last-but-one block of each slice."""
        return slices_of(self.grid, self.size)

    def has(self, start: int) -> bool:
        """Whether the slice that begins at a block is finished."""
        return self._path(start).exists()

    def put(self, start: int, columns: Columns) -> None:
        """Keep a finished slice.

        Raises
        ------
        RunError
            When it cannot be written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: pa.array(values) for name, values in columns.items()})
        with whole_file(self._path(start)) as out:
            pq.write_table(table, out, compression="zstd")

    def join(self, seen: Callable[[int, Columns], None]) -> None:
        """Write the whole file and drop the slices; ``seen`` is shown each on the way.

        Raises
        ------
        RunError
            When a slice is missing or unreadable, or the file cannot be written.
        """
        import pyarrow.parquet as pq

        meta = json.dumps({"grid": self.grid.as_dict(), "note": self.note}).encode()
        with whole_file(self.target) as out:
            writer = None
            for start, table in self._tables():
                seen(start, {n: table[n].to_numpy() for n in table.column_names})
                placed = table.replace_schema_metadata({_META: meta})
                if writer is None:
                    writer = pq.ParquetWriter(out, placed.schema, compression="zstd")
                writer.write_table(placed)
            if writer is not None:
                writer.close()
        shutil.rmtree(self.folder)

    def _tables(self) -> Iterator[tuple[int, pa.Table]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for start, stop in self.slices():
            path = self._path(start)
            try:
                table = pq.read_table(path)
            except (OSError, ValueError, pa.ArrowException) as error:
                raise RunError(
                    f"a finished slice cannot be read: {error}",
                    where=str(path),
                    fix="delete it and run again",
                ) from error
            if table.num_rows != stop - start:
                raise RunError(
                    f"a finished slice has {table.num_rows} of {stop - start} blocks",
                    where=str(path),
                    fix="delete it and run again",
                )
            yield start, table

    def _path(self, start: int) -> Path:
        return self.folder / f"{start:012d}.parquet"
