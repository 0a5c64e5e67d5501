"""Real blocks from files, checked row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.fields import fields
from orefield.core.grid import Grid
from orefield.core.tables import Row, read_rows

BYPRODUCTS = ("mo_pct", "ag_gpt", "au_gpt")
"""Grades that a file may hold beside copper."""

_PLACE = ("x_m", "y_m", "z_m")


def read_block_model(path: Path | str, grid: Grid | None = None, note: str = "") -> BlockModel:
    """Read a real block model: Parquet with its grid, or CSV with ``grid`` beside it.

    Every field that the dictionary knows is held to its range.

    Parameters
    ----------
    path : Path
        ``.parquet`` as written by :meth:`BlockModel.to_parquet`, or ``.csv`` with
        centroids ``x_m, y_m, z_m``, ``density_t_m3``, ``cu_pct`` and, when there,
        ``rock_fraction`` and by-products. Blocks that a CSV lacks are air.
    grid : Grid, optional
        Needed for CSV. For Parquet, when given, it must be the file's own.
    note : str
        What the model is; for Parquet the file's own note stands when this is empty.

    Raises
    ------
    TableError
        For a file that cannot be read or is neither kind, and values that are missing,
        not numbers or out of range, naming row and column.
    ModelError
        For a CSV without a grid, or a grid that is not the file's.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        model = BlockModel.from_parquet(path)
        if grid is not None and grid != model.grid:
            raise ModelError(
                "the file's grid is not the one given",
                where=str(path),
                fix="leave the grid out: a Parquet block model carries its own",
            )
        _check_fields(model, path)
        return BlockModel(model.grid, model.fields, note or model.note)
    if path.suffix != ".csv":
        raise TableError(
            f"'{path.suffix}' is not a kind of block model file",
            where=str(path),
            fix="give .parquet or .csv",
        )
    if grid is None:
        raise ModelError("a CSV block model needs a grid", where=str(path), fix="describe the grid")
    optional = ("rock_fraction", *BYPRODUCTS)
    rows = read_rows(path, (*_PLACE, "density_t_m3", "cu_pct"), optional)
    if not rows:
        raise TableError("the file has no block", where=f"{path}:1")
    columns = _numbers(rows, [*_PLACE, "density_t_m3", "cu_pct", *_present(rows, optional)])
    places = np.column_stack([columns[name] for name in _PLACE])
    _refuse_twins(rows, [tuple(p) for p in places.tolist()])
    return BlockModel.from_csv(path, grid, note)


def _present(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in rows[0].cells]


def _numbers(rows: Sequence[Row], names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Columns as numbers, every cell filled, finite and in the dictionary's range."""
    known = fields("blocks")
    out = {name: np.zeros(len(rows)) for name in names}
    for name, values in out.items():
        low = known[name].low if name in known else -math.inf
        high = known[name].high if name in known else math.inf
        for i, row in enumerate(rows):
            value = row.number(name)
            if value is None:
                raise TableError(
                    f"'{name}' is empty",
                    where=f"{row.where}, column '{name}'",
                    fix="leave out a row that was not assayed; an empty grade is not zero",
                )
            if not low <= value <= high:
                raise TableError(
                    f"'{name}' is {value:g}, outside {low:g} to {high:g}",
                    where=f"{row.where}, column '{name}'",
                    fix=known[name].description,
                )
            values[i] = value
    return out


def _refuse_twins(rows: Sequence[Row], keys: Sequence[tuple[object, ...]]) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for row, key in zip(rows, keys, strict=True):
        if key in seen:
            raise TableError(
                f"two blocks stand in one place (first in line {seen[key]})",
                where=f"{row.where}, column 'x_m'",
                fix="remove or average one of them",
            )
        seen[key] = row.line


def _check_fields(model: BlockModel, path: Path) -> None:
    known = fields("blocks")
    for name in ("density_t_m3", "cu_pct"):
        if name not in model.fields:
            raise TableError(f"block model has no '{name}'", where=str(path))
    for name, values in model.fields.items():
        entry = known.get(name)
        if entry is None:
            continue
        if values.dtype.kind not in "fiu":
            raise TableError(
                f"'{name}' is {values.dtype}, not a number", where=f"{path}, column '{name}'"
            )
        numbers = np.asarray(values, dtype=np.float64)
        wrong = np.flatnonzero((numbers < entry.low) | (numbers > entry.high))
        if wrong.size:
            raise TableError(
                f"'{name}' is {numbers[wrong[0]]:g}, outside {entry.low:g} to {entry.high:g}",
                where=f"{path}, block {int(wrong[0])}, column '{name}'",
                fix=entry.description,
            )
