"""Realisations in one Parquet file: a row group each, so that they stream in and out.

The columns are the variables; a row group holds one realisation, its rows in the order of the
blocks or points. The place (a grid, or points), the mask of what was simulated, the support and
the note are in the file's metadata, under ``orefield.realisations``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.core.model_files.whole import whole_file
from orefield.deposit.realisations import (
    Place,
    Support,
    Values,
    among,
    checked_mask,
    checked_support,
    known,
    size_of,
)

_META = b"orefield.realisations"


class Writer:
    """Writes realisations one at a time; the file takes its name when all are written.

    Parameters
    ----------
    path : Path
    place : Grid, or ndarray of shape (n, 3)
    names : sequence of str
        Variables.
    dtype : float32 or float64
        What is kept of each number; float32 halves the file and has 7 digits.
    simulated : ndarray of shape (n,), bool, optional
        Where values mean something; they are written as 0 elsewhere.
    note : str
    support : {"point", "block", ""}
        What a value is of; empty when it is not known.

    Raises
    ------
    ModelError
        When there is no variable, or type or support is none there is.
    RunError
        When the file cannot be written.
    """

    def __init__(
        self,
        path: Path | str,
        place: Place,
        names: Sequence[str],
        dtype: DTypeLike = np.float32,
        simulated: NDArray[np.bool_] | None = None,
        note: str = "",
        support: Support = "",
    ) -> None:
        import pyarrow as pa

        self.names, self.dtype = tuple(names), np.dtype(dtype)
        if not self.names or self.dtype not in (np.float32, np.float64):
            raise ModelError(
                f"realisations of {len(self.names)} variables as {self.dtype}",
                fix="give at least one variable, and float32 or float64",
            )
        self.n = size_of(place)
        self.simulated = checked_mask(simulated, self.n)
        about = {"note": note, "support": checked_support(support)}
        meta = {**about, **_place_as_dict(place), **_mask_as_dict(self.simulated)}
        kind = pa.float32() if self.dtype == np.float32 else pa.float64()
        self._schema = pa.schema(
            [(name, kind) for name in self.names], metadata={_META: json.dumps(meta).encode()}
        )
        self._whole: AbstractContextManager[IO[bytes]] = whole_file(path)
        self._out: Any = None
        self.count = 0

    def __enter__(self) -> Self:
        import pyarrow.parquet as pq

        self._out = pq.ParquetWriter(
            self._whole.__enter__(),
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=False,
            use_byte_stream_split=True,  # digits of like weight side by side: a sixth smaller
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self.count == 0:
            nothing = ModelError("there is no realisation to write")
            self._out.close()
            self._whole.__exit__(type(nothing), nothing, None)
            raise nothing
        self._out.close()
        self._whole.__exit__(kind, error, trace)

    def write(self, values: Mapping[str, Values]) -> None:
        """The next realisation: every variable, shape (n,).

        Raises
        ------
        ModelError
            When a variable is missing, has another shape, or is not finite.
        """
        import pyarrow as pa

        if set(values) != set(self.names):
            raise ModelError(
                f"a realisation has {', '.join(values) or 'nothing'}",
                fix=f"give {', '.join(self.names)}",
            )
        columns = []
        for name in self.names:
            found = np.asarray(values[name])
            if found.shape != (self.n,) or not np.isfinite(found[self.simulated]).all():
                raise ModelError(
                    f"'{name}' has shape {found.shape}, or is not finite",
                    where=f"realisation {self.count}",
                    fix=f"give ({self.n},) finite numbers",
                )
            columns.append(pa.array(np.where(self.simulated, found, 0).astype(self.dtype)))
        self._out.write_table(pa.table(columns, schema=self._schema), row_group_size=self.n)
        self.count += 1


class RealisationsFile:
    """A file of realisations, read one at a time; the file is mapped, not loaded.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    place, names, count, n, simulated, note, support
        As :class:`orefield.deposit.realisations.RealisationSource` tells them.

    Raises
    ------
    TableError
        When the file is missing, damaged, or holds no realisations.
    """

    def __init__(self, path: Path | str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = Path(path)
        try:
            self._file = pq.ParquetFile(self.path, memory_map=True)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise TableError(
                f"realisations cannot be read: {error}",
                where=str(path),
                fix="'orefield deposit simulate' writes them",
            ) from error
        metadata = self._file.metadata
        raw = (metadata.metadata or {}).get(_META)
        if raw is None:
            raise TableError(
                "the file holds no realisations",
                where=str(path),
                fix="give a file written by 'orefield deposit simulate'",
            )
        try:
            meta = json.loads(raw)
            self.place = _place_from_dict(meta)
            self.n = size_of(self.place)
            self.simulated = _mask_from_dict(meta, self.n)
            self.note = str(meta.get("note", ""))
            self.support: Support = checked_support(meta.get("support", ""))
        except (ValueError, KeyError, TypeError, AttributeError, ModelError) as error:
            raise TableError(
                f"the place of the realisations cannot be read: {error}",
                where=str(path),
                fix="write the file again",
            ) from error
        self.names: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        self.count: int = metadata.num_row_groups
        sizes = {metadata.row_group(k).num_rows for k in range(self.count)}
        if sizes != {self.n}:
            raise TableError(
                f"realisations have {sorted(sizes)} values for {self.n} places", where=str(path)
            )

    def of(self, name: str, k: int) -> Values:
        """Realisation ``k`` of a variable, shape (n,).

        Raises
        ------
        ModelError
            When there is no such variable or realisation.
        TableError
            When the file is damaged.
        """
        import pyarrow as pa

        try:
            table = self._file.read_row_group(
                among(k, self.count), columns=[known(name, self.names)], use_threads=False
            )
        except (OSError, pa.ArrowException) as error:
            raise TableError(
                f"realisation {k} cannot be read: {error}", where=str(self.path)
            ) from error
        out: Values = table.column(0).to_numpy()
        return out


def _place_as_dict(place: Place) -> dict[str, Any]:
    if isinstance(place, Grid):
        return {"grid": place.as_dict()}
    return {"points": _words(np.ascontiguousarray(place, dtype="<f8").tobytes())}


def _place_from_dict(meta: dict[str, Any]) -> Place:
    if "grid" in meta:
        return Grid.from_dict(meta["grid"])
    return np.frombuffer(base64.b64decode(meta["points"]), dtype="<f8").reshape(-1, 3)


def _mask_as_dict(mask: NDArray[np.bool_]) -> dict[str, Any]:
    return {} if mask.all() else {"simulated": _words(np.packbits(mask).tobytes())}


def _mask_from_dict(meta: dict[str, Any], n: int) -> NDArray[np.bool_]:
    if "simulated" not in meta:
        return np.ones(n, dtype=np.bool_)
    bits = np.frombuffer(base64.b64decode(meta["simulated"]), dtype=np.uint8)
    return np.unpackbits(bits, count=n).astype(np.bool_)


def _words(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
