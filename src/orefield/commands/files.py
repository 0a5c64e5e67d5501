"""What commands on block models write: blocks, tables, surfaces, a summary, into one folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, RunError
from orefield.core.model_files import ground_surface, write_model, write_surface
from orefield.core.model_files.whole import whole_file


class Results:
    """The files of a command; nothing is written where no folder is given.

    Parameters
    ----------
    folder : Path or None
        Made when it is not there.
    block_files, surface_files : sequence of str
        Endings of block models and surfaces.

    Raises
    ------
    RunError
        When the folder cannot be made.
    """

    def __init__(
        self, folder: Path | None, block_files: Sequence[str], surface_files: Sequence[str]
    ) -> None:
        self.folder = folder
        self.block_files, self.surface_files = block_files, surface_files
        self.written: list[str] = []
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                f"folder cannot be made: {error.strerror or error}",
                where=str(folder),
                fix="choose another place with --out",
            ) from error

    def blocks(
        self, name: str, model: BlockModel, fields: Mapping[str, ArrayLike], only: NDArray[np.bool_]
    ) -> None:
        """The model with further fields; CSV holds the blocks ``only``."""
        if self.folder is None:
            return
        added = model.with_fields(**{k: np.asarray(v) for k, v in fields.items()})
        for suffix in self.block_files:
            path = self.folder / f"{name}.{suffix}"
            write_model(added, path, only=only)
            self.written.append(path.name)

    def table(self, name: str, columns: Mapping[str, ArrayLike]) -> None:
        """Columns as CSV; numbers that are not finite are left empty."""
        if self.folder is None:
            return
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for row in zip(*(np.asarray(c).tolist() for c in columns.values()), strict=True):
            writer.writerow([plain(v) if plain(v) is not None else "" for v in row])
        path = self.folder / f"{name}.csv"
        with whole_file(path) as out:
            out.write(text.getvalue().encode("utf-8"))
        self.written.append(path.name)

    def surface(self, name: str, model: BlockModel, mined: NDArray[np.bool_] | None) -> None:
        """The ground, before mining or after it."""
        if self.folder is None or not self.surface_files or min(model.grid.shape[:2]) < 2:
            return
        found = ground_surface(model, mined)
        for suffix in self.surface_files:
            path = self.folder / f"{name}.{suffix}"
            write_surface(found, path)
            self.written.append(path.name)

    def figure(self, name: str, svg: str) -> None:
        """A figure."""
        if self.folder is None:
            return
        path = self.folder / f"{name}.svg"
        with whole_file(path) as out:
            out.write(svg.encode("utf-8"))
        self.written.append(path.name)

    def summary(self, data: Mapping[str, Any]) -> None:
        """What the command prints with ``--json``, as a file; the last to be written."""
        if self.folder is None:
            return
        path = self.folder / "summary.json"
        self.written.append(path.name)
        with whole_file(path) as out:
            text = json.dumps({**data, "files": self.written}, indent=1, allow_nan=False)
            out.write(text.encode("utf-8") + b"\n")


def plain(value: Any) -> Any:
    """A number as JSON holds it: ``None`` for what is not finite."""
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def rows(columns: Mapping[str, ArrayLike]) -> list[dict[str, Any]]:
    """Columns as a list of rows for JSON."""
    lists = {name: [plain(v) for v in np.asarray(c).tolist()] for name, c in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
