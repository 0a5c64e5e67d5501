"""What of a block lies below ground, and blocks of value that do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError
from orefield.core.model_files.options import ModelOptions

_NO_GRADE = ("density", "rock_fraction", "topo", "code", "rock", "domain", "zone", "phase")
"""Beginnings or endings of fields that say nothing of metal or value."""


def with_ground(model: BlockModel, options: ModelOptions) -> BlockModel:
    """The model with ``rock_fraction`` cut by its topography, and nothing of value in the air.

    Parameters
    ----------
    model : BlockModel
        As read.
    options : ModelOptions
        ``topography`` and ``above_topography`` are used.

    Raises
    ------
    ModelError
        When a block wholly above ground holds a grade or value that is not zero, and
        ``above_topography`` is not ``"air"``; or when a share of rock is not 0 to 1.
    """
    found = model
    if options.topography:
        ground = np.asarray(model[options.topography], dtype=np.float64)
        floor = np.repeat(model.grid.bench_elevation_m(), model.grid.n // model.grid.shape[2])
        share = np.clip((ground - floor) / model.grid.size[2], 0.0, 1.0)
        given = np.asarray(model.get("rock_fraction", 1.0), dtype=np.float64)
        found = model.with_fields(rock_fraction=np.minimum(share, given))
    if "rock_fraction" not in found.fields:
        return found
    share = np.asarray(found["rock_fraction"], dtype=np.float64)
    wrong = np.flatnonzero((share < 0.0) | (share > 1.0))
    if wrong.size:
        raise ModelError(
            f"rock_fraction is {share[wrong[0]]:g}, outside 0 to 1",
            where=place_of(found, int(wrong[0])),
            fix="give the share of the block that lies below ground",
        )
    air = share == 0.0
    fields = {}
    for name, values in found.fields.items():
        if values.dtype.kind not in "fiu" or _says_no_grade(name):
            continue
        held = air & (values != 0)
        if held.any() and options.above_topography == "error":
            refuse_value_in_air(found, np.where(held, values, 0), name)
        if held.any():
            fields[name] = np.where(air, np.zeros(1, values.dtype), values)
    return found.with_fields(**fields) if fields else found


def refuse_value_in_air(model: BlockModel, values: ArrayLike, name: str) -> None:
    """Raise where a block above topography holds something.

    Parameters
    ----------
    model : BlockModel
        Gives ``rock_fraction``.
    values : array_like, shape (n,)
        A grade or a value; must be zero where ``rock_fraction`` is.
    name : str
        What it is.

    Raises
    ------
    ModelError
        Naming the first block and how many there are.
    """
    amount = np.asarray(values, dtype=np.float64)
    held = np.flatnonzero((np.asarray(model.get("rock_fraction", 1.0)) == 0) & (amount != 0))
    if held.size:
        raise ModelError(
            f"{held.size:,} blocks above topography hold '{name}', the first of them "
            f"{amount[held[0]]:g}",
            where=place_of(model, int(held[0])),
            fix='correct the topography, or give [model] above_topography = "air" to drop them',
        )


def place_of(model: BlockModel, block: int) -> str:
    """A block as a person finds it: its number, indices and centre."""
    nx, ny, _ = model.grid.shape
    ix, iy, iz = block % nx, block // nx % ny, block // (nx * ny)
    x, y, z = centre_of(model, block)
    return f"block {block} (i {ix}, j {iy}, k {iz}; x {x:.1f}, y {y:.1f}, z {z:.1f} m)"


def centre_of(model: BlockModel, block: int) -> tuple[float, float, float]:
    """East, north and elevation (m) of a block's centre."""
    g = model.grid
    nx, ny, _ = g.shape
    x = (block % nx + 0.5) * g.size[0]
    y = (block // nx % ny + 0.5) * g.size[1]
    z = g.origin[2] + (block // (nx * ny) + 0.5) * g.size[2]
    turn = np.radians(g.rotation_deg)
    east = g.origin[0] + x * np.cos(turn) - y * np.sin(turn)
    north = g.origin[1] + x * np.sin(turn) + y * np.cos(turn)
    return float(east), float(north), float(z)


def _says_no_grade(name: str) -> bool:
    low = name.lower()
    return low.startswith(_NO_GRADE) or low.endswith(_NO_GRADE)


def rock_of(model: BlockModel) -> NDArray[np.bool_]:
    """Blocks with any rock, shape (n,)."""
    rock: NDArray[np.bool_] = np.asarray(model.get("rock_fraction", 1.0)) > 0
    return rock
