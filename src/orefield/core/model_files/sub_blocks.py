"""Sub-blocked models onto a regular grid; volume, tonnes and metal stay what they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.grid import Grid
from orefield.kernels.box_overlap import first_overlap

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]
Row = Callable[[int], str]
"""What errors call a sub-block."""
_Values = NDArray[np.generic]

_SLACK = 1e-3
"""Share of a parent block by which an edge may be off: files round coordinates."""

_FOOT_M = 0.3048
_GRADE_ENDINGS = ("_pct", "_gpt", "_ppm", "_ppb", "_kgt")
_MOST_CODES = 100
_AXES = "xyz"

MAX_PIECES = 200_000_000
"""More pieces than this come of a slip in sizes, not of a model."""


@dataclass(frozen=True)
class Weighing:
    """How fields of sub-blocks become fields of blocks.

    What is named nowhere goes by its kind: texts, and up to a hundred different whole numbers
    whose name does not end in a unit of grade, by majority; ``density_t_m3`` and
    ``rock_fraction`` by volume; all other numbers by tonnes (by volume where there is no
    density).

    Attributes
    ----------
    majority, by_volume, sums : sequence of str
        Fields that are codes; weighted by volume; amounts of a whole sub-block, to be added up.
    """

    majority: Sequence[str] = ()
    by_volume: Sequence[str] = ()
    sums: Sequence[str] = ()

    def refuse_unknown(self, fields: Iterable[str], where: str) -> None:
        """Raise where a field is named that is none.

        Raises
        ------
        TableError
        """
        known = list(fields)
        for name in (*self.majority, *self.by_volume, *self.sums):
            if name not in known:
                raise TableError(
                    f"[model] weighs '{name}', which is no field of sub-blocks",
                    where=where,
                    fix=f"there are: {', '.join(known)}",
                )

    def of(self, name: str, values: _Values) -> Literal["majority", "volume", "tonnes", "sum"]:
        """How a field is weighed."""
        if name in self.sums:
            return "sum"
        if name in self.by_volume or name in ("density_t_m3", "rock_fraction"):
            return "volume"
        coded = not name.lower().endswith(_GRADE_ENDINGS) and _few_whole_numbers(values)
        if name in self.majority or values.dtype.kind not in "fiub" or coded:
            return "majority"
        return "tonnes"


def _few_whole_numbers(values: _Values) -> bool:
    if values.dtype.kind == "f" and not bool((values == np.rint(values)).all()):
        return False
    return 1 < len(np.unique(values)) <= _MOST_CODES


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Sub-blocks cut at the faces of blocks.

    ``row`` (p,) sub-block; ``block`` (p,) flat index; ``volume`` (p,) m3; ``low``, ``high``
    (p, 3) along the grid's axes (m).
    """

    row: _I8
    block: _I8
    volume: _F8
    low: _F8
    high: _F8


def regularise(
    centres: _F8,
    sizes: _F8,
    fields: Mapping[str, _Values],
    parent: tuple[float, float, float],
    *,
    origin: tuple[float, float, float] | None = None,
    rotation_deg: float = 0.0,
    straddling: Literal["error", "split"] = "error",
    missing: Literal["air", "error"] = "air",
    weighing: Weighing,
    row: Row,
    where: str = "",
    note: str = "",
) -> BlockModel:
    """Sub-blocks as a regular block model, on a grid that holds all of them.

    With v a sub-block's volume, f its share of rock and d its density, a block of volume V has
    ``rock_fraction = sum(v f) / V``, density ``sum(v f d) / sum(v f)`` and grades weighted by
    ``v f d``: volume, tonnes and metal of the whole are those of the file.

    Parameters
    ----------
    centres, sizes : float64 array, shape (k, 3)
        Centres (east, north, elevation) and lengths along the grid's axes of sub-blocks, m.
    fields : mapping of str to array, shape (k,)
        Finite numbers, or texts.
    parent : (float, float, float)
        Size of a block (m).
    origin : (float, float, float), optional
        Lower south-west corner (m) of any block; found from the sub-blocks where left out.
    rotation_deg : float
        Angle (degrees, counter-clockwise from east) of the grid's x axis.
    straddling : {"error", "split"}
        What to do with a sub-block that crosses the faces of blocks.
    missing : {"air", "error"}
        What space is that no sub-block fills.
    weighing : Weighing
        How fields become fields of blocks.
    row : callable
        What errors call a sub-block, by its place in the arrays.
    where : str
        The file, for errors.
    note : str
        What the model is.

    Raises
    ------
    ModelError
        When sizes are not positive, sub-blocks overlap, fill more than their block, or cross
        its faces; when space is empty and may not be; when lengths seem to be feet.
    """
    _check(centres, sizes, parent, row)
    grid, low = _grid(centres, sizes, parent, origin, rotation_deg)
    return regularise_on(
        grid, low, sizes, fields, straddling=straddling, missing=missing, weighing=weighing,
        row=row, where=where, note=note,
    )  # fmt: skip


def regularise_on(
    grid: Grid,
    low: _F8,
    sizes: _F8,
    fields: Mapping[str, _Values],
    *,
    straddling: Literal["error", "split"] = "error",
    missing: Literal["air", "error"] = "air",
    weighing: Weighing,
    row: Row,
    where: str = "",
    note: str = "",
) -> BlockModel:
    """Sub-blocks as a model on a grid that is known; all lie inside of it.

    Parameters
    ----------
    grid : Grid
        Of the blocks.
    low, sizes : float64 array, shape (k, 3)
        Lower corners and lengths (above zero) along the grid's axes, m from its origin.
    fields, straddling, missing, weighing, row, where, note
        As :func:`regularise` takes them.

    Raises
    ------
    ModelError
        As :func:`regularise`, feet apart.
    """
    pieces = _cut(low, sizes, grid, straddling, row)
    _refuse_overlap(pieces, grid, sizes, row)
    full = np.bincount(pieces.block, pieces.volume, grid.n) / grid.block_volume_m3
    over = int(full.argmax())
    if full[over] > (1.0 + _SLACK) ** 3:
        raise ModelError(
            f"sub-blocks fill {full[over]:.1%} of their block",
            where=row(int(pieces.row[np.flatnonzero(pieces.block == over)[0]])),
            fix="look for rows that stand twice, and for sizes in another unit than centres",
        )
    if missing == "error" and full.min() < 1.0 - 3.0 * _SLACK:
        bare = int(np.flatnonzero(full < 1.0 - 3.0 * _SLACK)[0])
        x, y, z = grid.centres(bare, bare + 1)[0]
        raise ModelError(
            f"{int((full < 1.0 - 3.0 * _SLACK).sum()):,} blocks are not filled by sub-blocks, the "
            f"first at x {x:.1f}, y {y:.1f}, z {z:.1f} m ({full[bare]:.1%})",
            where=where,
            fix='[model] missing = "air" takes empty space for air',
        )
    return BlockModel(grid, _weighed(pieces, sizes, fields, grid, weighing), note)


def _check(centres: _F8, sizes: _F8, parent: tuple[float, float, float], row: Row) -> None:
    if centres.shape != sizes.shape or centres.ndim != 2 or centres.shape[1] != 3:
        raise ModelError(f"sub-blocks have centres {centres.shape} and sizes {sizes.shape}")
    if len(centres) == 0:
        raise ModelError("there is no sub-block")
    wrong = np.flatnonzero(~(np.isfinite(centres) & np.isfinite(sizes) & (sizes > 0)).all(axis=1))
    if wrong.size:
        raise ModelError(
            f"sub-block of size {tuple(map(float, sizes[wrong[0]]))} m",
            where=row(int(wrong[0])),
            fix="give finite centres, and sizes above zero",
        )
    largest = sizes.max(axis=0)
    ratio = largest / np.asarray(parent)
    if (np.abs(ratio * _FOOT_M - 1.0) < 0.01).all() or (np.abs(ratio / _FOOT_M - 1.0) < 0.01).all():
        raise ModelError(
            f"the largest sub-block, {_three(largest)}, is 3.28 times larger or smaller than the "
            f"block, {_three(parent)}: feet and metres seem to be mixed",
            where=row(int(sizes[:, 0].argmax())),
            fix="convert the file, or [model] parent, to metres (1 ft = 0.3048 m)",
        )


def _three(values: Sequence[float] | _F8) -> str:
    return " x ".join(f"{float(v):g}" for v in values) + " m"


def _grid(
    centres: _F8,
    sizes: _F8,
    parent: tuple[float, float, float],
    origin: tuple[float, float, float] | None,
    rotation_deg: float,
) -> tuple[Grid, _F8]:
    """The grid, and the lower corners of sub-blocks along its axes (m from its origin)."""
    frame = Grid(origin or (0.0, 0.0, 0.0), parent, (1, 1, 1), rotation_deg)
    low = frame.to_local(centres) - 0.5 * sizes
    high = low + sizes
    size = np.asarray(parent)
    phase = np.zeros(3)
    if origin is None:
        for axis in range(3):
            whole = np.abs(sizes[:, axis] - size[axis]) <= _SLACK * size[axis]
            # blocks that are not cut tell where faces are; else the outermost sub-block does
            known = low[whole, axis] if whole.any() else low[:, axis].min(keepdims=True)
            phase[axis] = float(np.median((known - known[0] + 0.5 * size[axis]) % size[axis]))
            phase[axis] += float(known[0]) - 0.5 * size[axis]
    first = np.floor((low.min(axis=0) - phase) / size + _SLACK)
    count = np.ceil((high.max(axis=0) - phase) / size - _SLACK) - first
    corner = phase + first * size
    world = frame.to_world(corner[None, :])[0]
    nx, ny, nz = (max(1, int(c)) for c in count)
    at = (round(float(world[0]), 6), round(float(world[1]), 6), round(float(world[2]), 6))
    return Grid(at, parent, (nx, ny, nz), rotation_deg), low - corner


def _cut(low: _F8, sizes: _F8, grid: Grid, straddling: str, row: Row) -> _Pieces:
    size, shape = np.asarray(grid.size), np.asarray(grid.shape)
    a, b = low / size, (low + sizes) / size
    # an edge within rounding of a face lies on it
    a = np.where(np.abs(a - np.rint(a)) <= _SLACK, np.rint(a), a)
    b = np.where(np.abs(b - np.rint(b)) <= _SLACK, np.rint(b), b)
    thin = (b <= a).any(axis=1)
    if thin.any():
        raise ModelError(
            f"sub-block of {_three(sizes[int(thin.argmax())])} is thinner than rounding",
            where=row(int(thin.argmax())),
            fix="leave it out, or merge it with its neighbour",
        )
    first = np.clip(np.floor(a), 0, shape - 1).astype(np.int64)
    last = np.clip(np.ceil(b) - 1, 0, shape - 1).astype(np.int64)
    crossing = np.flatnonzero((last > first).any(axis=1))
    if crossing.size and straddling == "error":
        i = int(crossing[0])
        axis = int((last > first)[i].argmax())
        raise ModelError(
            f"{crossing.size:,} sub-blocks cross the faces of blocks, the first along "
            f"{_AXES[axis]} by {min(b[i, axis] % 1.0, 1.0 - a[i, axis] % 1.0) * size[axis]:g} m",
            where=row(i),
            fix='check [model] parent and origin, or cut them: straddling = "split"',
        )
    counts = last - first + 1
    number = counts.prod(axis=1)
    if number.sum() > MAX_PIECES:
        raise ModelError(
            f"sub-blocks would be cut into {int(number.sum()):,} pieces",
            fix="check that parent and sub-blocks are both in metres",
        )
    owner = np.repeat(np.arange(len(low)), number)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(number) - number, number)
    nx, ny = counts[owner, 0], counts[owner, 1]
    steps = np.column_stack([within % nx, within // nx % ny, within // (nx * ny)])
    cell = first[owner] + steps
    inner_low = np.maximum(a[owner], cell)
    inner_high = np.minimum(b[owner], cell + 1.0)
    part = ((inner_high - inner_low) / (b - a)[owner]).prod(axis=1)
    volume = part * sizes.prod(axis=1)[owner]
    block = cell[:, 0] + shape[0] * (cell[:, 1] + shape[1] * cell[:, 2])
    return _Pieces(owner, block, volume, inner_low * size, inner_high * size)


def _refuse_overlap(pieces: _Pieces, grid: Grid, sizes: _F8, row: Row) -> None:
    order = np.argsort(pieces.block, kind="stable")
    starts = np.flatnonzero(np.diff(pieces.block[order], prepend=-1))
    start = np.append(starts, len(order)).astype(np.int64)
    slack = 2.0 * _SLACK * np.asarray(grid.size)
    one, other = first_overlap(pieces.low[order], pieces.high[order], start, slack)
    if one < 0:
        return
    i, j = sorted((int(pieces.row[order[one]]), int(pieces.row[order[other]])))
    raise ModelError(
        f"two sub-blocks overlap, {_three(sizes[i])} and {_three(sizes[j])}",
        where=f"{row(i)} and {row(j)}",
        fix="look for rows that stand twice, and for sizes in another unit than centres "
        "(1 ft = 0.3048 m)",
    )


def _weighed(
    pieces: _Pieces, sizes: _F8, fields: Mapping[str, _Values], grid: Grid, weighing: Weighing
) -> dict[str, _Values]:
    n, of = grid.n, pieces.row
    rock = np.asarray(fields.get("rock_fraction", np.ones(len(sizes))), dtype=np.float64)
    volume = pieces.volume * rock[of]
    density = np.asarray(fields.get("density_t_m3", np.ones(len(sizes))), dtype=np.float64)
    tonnes = volume * density[of]
    filled = np.bincount(pieces.block, volume, n)
    out: dict[str, _Values] = {}
    for name, values in fields.items():
        how = weighing.of(name, values)
        if name == "rock_fraction":
            continue
        if how == "majority":
            out[name] = _majority(pieces, values, np.where(rock[of] > 0, volume, 0.0), n)
        elif how == "sum":
            share = pieces.volume / sizes.prod(axis=1)[of]
            out[name] = np.bincount(pieces.block, share * values.astype(np.float64)[of], n)
        else:
            weight = tonnes if how == "tonnes" else volume
            out[name] = _mean(pieces, values.astype(np.float64)[of], weight, volume, n)
    share = filled / grid.block_volume_m3
    out["rock_fraction"] = np.where(share > 1.0, 1.0, share)
    return out


def _mean(pieces: _Pieces, values: _F8, weight: _F8, volume: _F8, n: int) -> _F8:
    """Weighted means; by volume in blocks where nothing has weight, 0 where nothing is."""
    total = np.bincount(pieces.block, weight, n)
    amount = np.bincount(pieces.block, weight * values, n)
    space = np.bincount(pieces.block, volume, n)
    plain = np.bincount(pieces.block, volume * values, n)
    out = np.divide(plain, space, out=np.zeros(n), where=space > 0)
    np.divide(amount, total, out=out, where=total > 0)
    return out


def _majority(pieces: _Pieces, values: _Values, volume: _F8, n: int) -> _Values:
    """The code of most volume in each block; of codes with equal volumes the first in order."""
    codes, code = np.unique(values, return_inverse=True)
    key, place = np.unique(pieces.block * len(codes) + code[pieces.row], return_inverse=True)
    amount = np.bincount(place, volume)
    block, kind = np.divmod(key, len(codes))
    # rounding must not decide between equal volumes
    order = np.lexsort((kind, -np.round(amount / max(math.ulp(1.0), amount.max()), 9), block))
    first = order[np.flatnonzero(np.diff(block[order], prepend=-1))]
    out = np.zeros(n, dtype=codes.dtype)
    out[block[first]] = codes[kind[first]]
    return out
