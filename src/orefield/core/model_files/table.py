"""A table of blocks, by centres or indices, onto a grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.core.model_files.detect import detect_grid, refuse_twins
from orefield.core.model_files.keys import nearest
from orefield.core.model_files.options import ModelOptions, refuse_weighing
from orefield.core.model_files.sub_blocks import Weighing, regularise

if TYPE_CHECKING:
    import pandas as pd

_F8 = NDArray[np.float64]

_CENTRES = (
    ("x_m", "x", "xc", "xcentre", "xcenter", "x_centre", "x_center", "centroid_x", "xmid", "mid_x",
     "xworld", "east", "easting"),
    ("y_m", "y", "yc", "ycentre", "ycenter", "y_centre", "y_center", "centroid_y", "ymid", "mid_y",
     "yworld", "north", "northing"),
    ("z_m", "z", "zc", "zcentre", "zcenter", "z_centre", "z_center", "centroid_z", "zmid", "mid_z",
     "zworld", "elev", "elevation", "rl"),
)  # fmt: skip
_INDICES = (("i", "ix", "xindex"), ("j", "iy", "yindex"), ("k", "iz", "zindex"))
_SIZES = (
    ("dx_m", "dx", "xinc", "xsize", "xlength", "dim_x"),
    ("dy_m", "dy", "yinc", "ysize", "ylength", "dim_y"),
    ("dz_m", "dz", "zinc", "zsize", "zlength", "dim_z"),
)
_ORIGINS = (("xmorig",), ("ymorig",), ("zmorig",))
_PROTOTYPE = ("nx", "ny", "nz", "ijk")
"""Columns of the grid of a sub-blocked file, not of its rows."""


def read_csv_model(path: Path | str, options: ModelOptions | None = None) -> BlockModel:
    """Read a block model from CSV; the grid is found from the blocks.

    Parameters
    ----------
    path : Path
        A header, then one row a block: centres (m) or indices, and fields. Columns of
        numbers become float64 fields, columns of words text fields.
    options : ModelOptions, optional
        Which column is what; by default the usual names are looked for.

    Raises
    ------
    TableError
        For a file that cannot be read, a column that is missing, an empty cell or a word
        among numbers; file, row and column are named.
    ModelError
        When the blocks lie on no regular grid, two are in one place, or (with
        ``missing = "error"``) some of the grid's are not there.
    """
    import pandas as pd

    chosen = options or ModelOptions()
    try:
        frame = pd.read_csv(
            path,
            skiprows=range(1, 1 + chosen.skip_rows),
            encoding="utf-8-sig",
            low_memory=False,
        )
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise TableError(
            f"block file cannot be read: {error}", where=str(path), fix="check that it is CSV"
        ) from error
    if not isinstance(frame.index, pd.RangeIndex):
        # pandas took surplus cells for an index, which shifts every column
        raise TableError(
            "rows have more cells than the header",
            where=f"{path}:{2 + chosen.skip_rows}",
            fix="the file may be damaged, or a comma needs quotes around its cell",
        )
    return model_from_table(frame, str(path), chosen)


def model_from_table(frame: pd.DataFrame, where: str, options: ModelOptions) -> BlockModel:
    """A block model from a frame of blocks; see :func:`read_csv_model`.

    Raises
    ------
    TableError, ModelError
        As :func:`read_csv_model`.
    """
    if frame.empty:
        raise TableError("block file has no block", where=where)
    frame.columns = frame.columns.astype(str).str.strip()
    # a comma at the end of every line makes a column of nothing
    nameless = [c for c in frame.columns if c.startswith("Unnamed:") and frame[c].isna().all()]
    frame = frame.drop(columns=nameless)
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise TableError(f"column '{twice}' stands twice", where=f"{where}:1")
    reader = _Reader(frame, where, options)
    if options.parent is not None:
        return reader.regularised(options.parent)
    refuse_weighing(options, where)
    grid, flat = reader.place()
    return reader.model(grid, flat)


class _Reader:
    """One table being read: which columns are spoken for, and what is in them."""

    def __init__(self, frame: pd.DataFrame, where: str, options: ModelOptions) -> None:
        self.frame = frame
        self.where = where
        self.options = options
        self.used: list[str] = []

    def place(self) -> tuple[Grid, NDArray[np.int64]]:
        """The grid, and each row's flat index."""
        o = self.options
        centres = self._columns((o.x, o.y, o.z), _CENTRES)
        indices = self._columns((o.i, o.j, o.k), _INDICES)
        sizes = self._columns(("", "", ""), _SIZES)
        if centres is not None and not any((o.i, o.j, o.k)):
            self.used += centres + (indices or [])
            xyz = np.column_stack([self._numbers(c) for c in centres])
            if o.depth:
                xyz[:, 2] = -xyz[:, 2]
            size = self._size(sizes)
            return detect_grid(xyz, rotation_deg=o.rotation_deg, size=size, where=self.where)
        if indices is not None:
            self.used += indices
            return self._by_index(indices, self._size(sizes))
        raise TableError(
            "block file has no columns of block centres or indices",
            where=f"{self.where}:1",
            fix=f"name them in [model], x = ..., y = ..., z = ...; it has: {self._listed()}",
        )

    def _columns(
        self, given: tuple[str, str, str], usual: Sequence[Sequence[str]]
    ) -> list[str] | None:
        lower = {c.lower(): c for c in self.frame.columns}
        found = []
        for asked, names in zip(given, usual, strict=True):
            if asked:
                found.append(self._column(asked))
                continue
            hit = next((lower[n] for n in names if n in lower), None)
            if hit is None:
                if any(given):
                    raise TableError(
                        f"of {', '.join(g for g in given if g)} the other axes are missing",
                        where=f"{self.where}:1",
                        fix="name all three columns in [model]",
                    )
                return None
            found.append(hit)
        return found

    def _column(self, name: str) -> str:
        if name in self.frame.columns:
            return name
        near = nearest(name, list(self.frame.columns))
        raise TableError(
            f"block file lacks column '{name}'",
            where=f"{self.where}:1",
            fix=f"did you mean '{near}'?" if near else f"it has: {self._listed()}",
        )

    def _listed(self) -> str:
        names = [str(c) for c in self.frame.columns]
        return ", ".join(names[:30]) + (" ..." if len(names) > 30 else "")

    def _row(self, row: int, column: str) -> str:
        return f"{self.where}:{row + 2 + self.options.skip_rows}, column '{column}'"

    def _numbers(self, column: str, fill: float | None = None) -> _F8:
        """A column of numbers, every one finite."""
        import pandas as pd

        raw = self.frame[column]
        try:
            values: _F8 = np.array(pd.to_numeric(raw, errors="coerce"), dtype=np.float64)
        except OverflowError:
            raise TableError(
                "a number has hundreds of digits", where=f"{self.where}, column '{column}'"
            ) from None
        empty = np.array(raw.isna())
        bad = ~np.isfinite(values) & ~empty
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise TableError(
                f"'{raw.iloc[row]}' is not a finite number",
                where=self._row(row, column),
                fix="write plain numbers; name codes for 'no value' in [model] absent",
            )
        for code in self.options.absent:
            empty |= values == code
        if empty.any():
            if fill is None:
                row = int(np.flatnonzero(empty)[0])
                raise TableError(
                    f"the column has empty cells: {int(empty.sum()):,}",
                    where=self._row(row, column),
                    fix="an empty grade is not zero: say what it means in [model.fill], or drop "
                    "the rows",
                )
            values[empty] = fill
        return values

    def _size(self, columns: list[str] | None) -> tuple[float, float, float] | None:
        """Block size given, or told by the file; blocks of several sizes are refused."""
        if columns is None:
            return self.options.size
        self.used += columns
        told = []
        for axis, column in enumerate(columns):
            sizes = self._numbers(column)
            odd = np.flatnonzero(np.abs(sizes - sizes[0]) > 1e-6 * abs(sizes[0]))
            if odd.size:
                raise ModelError(
                    f"blocks are {sizes[0]:g} and {sizes[odd[0]]:g} m along {'xyz'[axis]}",
                    where=self._row(int(odd[0]), column),
                    fix="give [model] parent = [dx, dy, dz], the blocks onto which the sub-blocks "
                    "are to be regularised",
                )
            told.append(float(sizes[0]))
        if min(told) <= 0:
            raise ModelError(f"block size {told} is not positive", where=f"{self.where}:2")
        return self.options.size or (told[0], told[1], told[2])

    def _by_index(
        self, columns: list[str], size: tuple[float, float, float] | None
    ) -> tuple[Grid, NDArray[np.int64]]:
        if size is None:
            raise ModelError(
                "block indices say nothing of the size of a block",
                where=f"{self.where}:1",
                fix="give [model] size = [dx, dy, dz], and origin",
            )
        cells, counts = [], []
        for axis, column in enumerate(columns):
            values = self._numbers(column)
            whole = np.rint(values)
            if (whole != values).any() or values.min() < 0:
                row = int(np.flatnonzero((whole != values) | (values < 0))[0])
                raise TableError(
                    f"{values[row]:g} is not a block index",
                    where=self._row(row, column),
                    fix="indices count blocks from 0 or 1",
                )
            # counted from 0 where any block has index 0, else from 1
            cell = whole.astype(np.int64) - (1 if whole.min() >= 1 else 0)
            counts.append(int(cell.max()) + 1)
            cells.append(counts[-1] - 1 - cell if axis == 2 and self.options.depth else cell)
        o = self.options
        grid = Grid(o.origin, size, (counts[0], counts[1], counts[2]), o.rotation_deg)
        flat = cells[0] + grid.shape[0] * (cells[1] + grid.shape[1] * cells[2])
        refuse_twins(flat, self.where)
        return grid, flat

    def model(self, grid: Grid, flat: NDArray[np.int64]) -> BlockModel:
        """The fields, spread over the grid."""
        o = self.options
        gaps = grid.n - len(flat)
        if gaps and o.missing == "error":
            raise ModelError(
                f"{gaps:,} of the grid's {grid.n:,} blocks are not in the file",
                where=self.where,
                fix='[model] missing = "air" takes them for air',
            )
        fields = {name: _spread(v, flat, grid.n) for name, v in self._fields()}
        if gaps and "rock_fraction" not in fields:
            fields["rock_fraction"] = _spread(np.ones(len(flat)), flat, grid.n)
        return BlockModel(grid, fields, o.note)

    def regularised(self, parent: tuple[float, float, float]) -> BlockModel:
        """The rows as sub-blocks of blocks of that size."""
        o = self.options
        centres = self._columns((o.x, o.y, o.z), _CENTRES)
        sizes = self._columns(("", "", ""), _SIZES)
        if centres is None or sizes is None:
            raise TableError(
                "a sub-blocked model needs centres and sizes of its rows",
                where=f"{self.where}:1",
                fix=f"columns such as XC, YC, ZC and XINC, YINC, ZINC; it has: {self._listed()}",
            )
        origin = self._columns(("", "", ""), _ORIGINS)
        self.used += centres + sizes + (self._columns(("", "", ""), _INDICES) or [])
        lower = {c.lower(): c for c in self.frame.columns}
        self.used += (origin or []) + [lower[name] for name in _PROTOTYPE if name in lower]
        xyz = np.column_stack([self._numbers(c) for c in centres])
        if o.depth:
            xyz[:, 2] = -xyz[:, 2]
        corner = o.origin if any(o.origin) else None
        if corner is None and origin is not None and not o.depth:
            x, y, z = (float(self._numbers(c)[0]) for c in origin)
            corner = (x, y, z)
        fields = dict(self._fields())
        weighing = Weighing(o.majority, o.by_volume, o.sums)
        weighing.refuse_unknown(fields, self.where)

        def row(at: int) -> str:
            return f"{self.where}:{at + 2 + o.skip_rows}"

        return regularise(
            xyz, np.column_stack([self._numbers(c) for c in sizes]), fields, parent,
            origin=corner, rotation_deg=o.rotation_deg, straddling=o.straddling,
            missing=o.missing, weighing=weighing, row=row, where=self.where, note=o.note,
        )  # fmt: skip

    def _fields(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Names and values of the fields, row by row of the table."""
        o = self.options
        columns = {name: self._column(column) for name, column in {**o.fields, **o.rename}.items()}
        if not o.fields:
            taken = {*columns.values(), *self.used}
            columns.update({c: c for c in map(str, self.frame.columns) if c not in taken})
        unknown = [name for name in o.fill if name not in columns]
        if unknown:
            raise TableError(
                f"[model.fill] names '{unknown[0]}', which is no field", where=self.where
            )
        for name, column in columns.items():
            yield name, self._values(name, column)

    def _values(self, name: str, column: str) -> NDArray[np.generic]:
        raw = self.frame[column]
        if raw.dtype.kind in "fiub":
            return self._numbers(column, self.options.fill.get(name))
        if not any(_is_number(str(text)) for text in raw.dropna().unique()):
            return np.asarray(raw.fillna("").astype(str), dtype=np.str_)
        return self._numbers(column, self.options.fill.get(name))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _spread(values: NDArray[np.generic], flat: NDArray[np.int64], n: int) -> NDArray[np.generic]:
    """Values of the rows over the whole grid; blocks without a row get 0 or an empty text."""
    out = np.zeros(n, dtype=values.dtype)
    out[flat] = values
    return out
