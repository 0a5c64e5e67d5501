"""A plan that is there already: blocks with their period and destination, as files hold them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, Grid, ModelError, TableError

_F8 = NDArray[np.float64]
_NAMES = ("blocks.parquet", "blocks.csv")
_NEAR = 0.25
"""Of a block's size: how far a centre may lie from where the grid has it."""
_WHOLE = 1e-6


@dataclass(frozen=True, eq=False)
class GivenPlan:
    """When each block of a model is mined, and how it is divided.

    Attributes
    ----------
    path : Path
    period : int64 array, shape (n,)
        -1 where never mined.
    share : mapping of str to float64 array, shape (n,)
        By destination; empty where the file says nothing of destinations.
    """

    path: Path
    period: NDArray[np.int64]
    share: dict[str, _F8]

    def shares(self, block: NDArray[np.int64], names: tuple[str, ...]) -> _F8:
        """Of some blocks at destinations called so, shape (len(block), len(names)).

        Raises
        ------
        ModelError
            When a destination of the plan is none of these, or shares do not add up.
        """
        for name in self.share:
            if name not in names:
                raise ModelError(
                    f"the plan sends blocks to '{name}', which the economy does not have",
                    where=str(self.path),
                    fix=f"destinations: {', '.join(names)}",
                )
        out = np.zeros((len(block), len(names)))
        for d, name in enumerate(names):
            if name in self.share:
                out[:, d] = self.share[name][block]
        whole = np.abs(out.sum(axis=1) - 1.0) <= _WHOLE  # which no sum with nan is
        bad = np.flatnonzero(~whole | (out < 0).any(axis=1))
        if len(bad):
            raise ModelError(
                f"the shares of a block that is mined add up to {out[bad[0]].sum():g}",
                where=f"{self.path}, block {block[bad[0]]}",
                fix="give each mined block a destination, or shares that add up to 1",
            )
        return out


def read_plan(path: Path, grid: Grid, n_periods: int, names: tuple[str, ...]) -> GivenPlan:
    """The plan of a file of blocks, or of the folder that holds it.

    Parameters
    ----------
    path : Path
        A folder that `orefield pit schedule` wrote, or a Parquet or CSV file with a column
        ``period`` and, where it says so, ``destination`` or ``share_NAME``.
    grid : Grid
        Of the model.
    n_periods : int
        Of the economy.
    names : tuple of str
        Destinations whose shares are looked for.

    Raises
    ------
    TableError
        When there is no such file, it cannot be read, has no periods or holds words for shares.
    ModelError
        When it is of another grid, or a period is none of the calendar.
    """
    file = path
    if path.is_dir():
        there = [path / name for name in _NAMES if (path / name).is_file()]
        if not there:
            raise TableError(
                f"the folder has no {' or '.join(_NAMES)}",
                where=str(path),
                fix="name the folder given to `orefield pit schedule --out`, or a file",
            )
        file = there[0]
    if not file.is_file():
        raise TableError("the plan is missing", where=str(file), fix="check the path")
    fields = _fields(file, grid)
    if "period" not in fields:
        raise TableError(
            "the plan has no column 'period'",
            where=str(file),
            fix=f"it has: {', '.join(sorted(fields))}",
        )
    period = _periods(fields["period"], n_periods, file)
    share = {}
    for name in names:
        column = fields.get(f"share_{name}")
        if column is None:
            continue
        if column.dtype.kind not in "fiu":
            raise TableError("shares are no numbers", where=f"{file}, column 'share_{name}'")
        share[name] = np.asarray(column, np.float64)
    if not share and "destination" in fields:
        to = np.asarray(fields["destination"], np.str_)
        for name in np.unique(to[period >= 0]):
            share[str(name)] = np.where((to == name) & (period >= 0), 1.0, 0.0)
    return GivenPlan(file, period, share)


def _fields(file: Path, grid: Grid) -> dict[str, NDArray[np.generic]]:
    if file.suffix.lower() == ".parquet":
        model = BlockModel.from_parquet(file)
        if model.grid != grid:
            raise ModelError(
                f"the plan is of a grid of {model.grid.shape} blocks of {model.grid.size} m from "
                f"{model.grid.origin}",
                where=str(file),
                fix="give a plan of this model",
            )
        return dict(model.fields)
    if file.suffix.lower() != ".csv":
        raise TableError(
            f"'{file.suffix}' is no kind of plan", where=str(file), fix="give .parquet or .csv"
        )
    return _from_csv(file, grid)


def _from_csv(file: Path, grid: Grid) -> dict[str, NDArray[np.generic]]:
    """Columns onto the grid; what the file leaves out is never mined."""
    import pandas as pd
    from scipy.spatial import cKDTree

    try:
        frame = pd.read_csv(file, keep_default_na=False)
        centre = frame[["x_m", "y_m", "z_m"]].to_numpy(np.float64)
    except KeyError as error:
        raise TableError(
            f"the plan has no centres: {error}", where=str(file), fix="give x_m, y_m and z_m"
        ) from error
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise TableError(f"the plan cannot be read: {error}", where=str(file)) from error
    if not np.isfinite(centre).all():
        raise TableError("a centre is missing", where=str(file))
    away, block = cKDTree(grid.centroids()).query(centre)
    lost = np.flatnonzero(away > _NEAR * min(grid.size))
    if len(lost):
        raise ModelError(
            "a block of the plan lies where the model has none",
            where=f"{file}:{int(lost[0]) + 2}",
            fix="give a plan of this model",
        )
    block = np.asarray(block)
    if len(np.unique(block)) < len(block):
        raise ModelError("two rows of the plan are of one block", where=str(file))
    out: dict[str, NDArray[np.generic]] = {}
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype.kind == "O":
            values = values.astype(np.str_)
        empty: NDArray[np.generic] = np.zeros(grid.n, values.dtype)
        if name == "period":
            empty = np.full(grid.n, -1.0)
            if values.dtype.kind not in "fiu":
                raise TableError("a period is no number", where=f"{file}, column 'period'")
        empty[block] = values
        out[str(name)] = empty
    return out


def _periods(given: NDArray[np.generic], n_periods: int, file: Path) -> NDArray[np.int64]:
    if given.dtype.kind not in "fiu":
        raise TableError("periods are no numbers", where=f"{file}, column 'period'")
    period = np.asarray(given, np.float64)
    bad = np.flatnonzero(~(period < n_periods) | (period != np.rint(period)))
    if len(bad):
        raise ModelError(
            f"a block is mined in period {period[bad[0]]:g}, and there are {n_periods}, from 0",
            where=f"{file}, block {int(bad[0])}",
            fix="give [economy] periods as the plan has them",
        )
    if not (period >= 0).any():
        raise ModelError("the plan mines nothing", where=str(file), fix="check the file")
    return np.where(period < 0, -1, period).astype(np.int64)
