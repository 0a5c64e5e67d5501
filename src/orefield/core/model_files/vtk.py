"""Legacy VTK files of block models, as ParaView, PyVista and most 3-D viewers read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.grid import Grid
from orefield.core.model_files.whole import whole_file


def write_vtk_model(model: BlockModel, path: Path | str) -> None:
    """Write a legacy VTK file (binary) with every field as cell data.

    A grid along the axes is written as STRUCTURED_POINTS, a turned one as
    STRUCTURED_GRID with all its corners. Numbers are 32-bit floats; texts become the
    position of each among the sorted distinct ones.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    g = model.grid
    with whole_file(path) as out:
        out.write(b"# vtk DataFile Version 3.0\norefield block model\nBINARY\n")
        dimensions = "DIMENSIONS {} {} {}\n".format(*(s + 1 for s in g.shape)).encode()
        if g.rotation_deg:
            corners = _corners(g)
            out.write(b"DATASET STRUCTURED_GRID\n" + dimensions)
            out.write(f"POINTS {len(corners)} double\n".encode())
            out.write(corners.astype(">f8").tobytes() + b"\n")
        else:
            out.write(b"DATASET STRUCTURED_POINTS\n" + dimensions)
            out.write("ORIGIN {} {} {}\n".format(*g.origin).encode())
            out.write("SPACING {} {} {}\n".format(*g.size).encode())
        out.write(f"CELL_DATA {g.n}\n".encode())
        for name, values in model.fields.items():
            title = "_".join(name.split()) or "field"
            out.write(f"SCALARS {title} float 1\nLOOKUP_TABLE default\n".encode())
            out.write(_numbers(values).tobytes())
            out.write(b"\n")


def _numbers(values: NDArray[np.generic]) -> NDArray[np.generic]:
    if values.dtype.kind in "fiub":
        return np.asarray(values, dtype=">f4")
    _, code = np.unique(values.astype(str), return_inverse=True)
    return np.asarray(code, dtype=">f4")


def _corners(grid: Grid) -> NDArray[np.float64]:
    """Corners of all blocks, shape ((nx + 1) * (ny + 1) * (nz + 1), 3), x fastest."""
    # the centres of a grid one block larger, moved by half a block, are the corners
    nx, ny, nz = grid.shape
    turn = np.radians(grid.rotation_deg)
    half = 0.5 * np.array(grid.size)
    east = grid.origin[0] - half[0] * np.cos(turn) + half[1] * np.sin(turn)
    north = grid.origin[1] - half[0] * np.sin(turn) - half[1] * np.cos(turn)
    moved = Grid(
        (float(east), float(north), grid.origin[2] - float(half[2])),
        grid.size,
        (nx + 1, ny + 1, nz + 1),
        grid.rotation_deg,
    )
    # centroids turn about the origin of their own grid
    return moved.centroids()
