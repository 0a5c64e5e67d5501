"""The ground as triangles: topography, and what mining leaves of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.model_files.topography import rock_of
from orefield.core.model_files.whole import whole_file


@dataclass(frozen=True)
class Surface:
    """A triangulated surface.

    Attributes
    ----------
    points : float64 array, shape (m, 3)
        East, north, elevation (m).
    triangles : int32 array, shape (k, 3)
        Corners, counter-clockwise seen from above.
    """

    points: NDArray[np.float64]
    triangles: NDArray[np.int32]


def ground_surface(model: BlockModel, mined: NDArray[np.bool_] | None = None) -> Surface:
    """The ground, before mining or after the blocks ``mined`` are gone.

    One point stands over the centre of each column of blocks that holds rock: at the top
    of its highest rock, or at the floor of its lowest mined block. Walls are drawn from
    centre to centre, so that they show the overall slope and not the steps of blocks.

    Parameters
    ----------
    model : BlockModel
        Gives grid and ``rock_fraction``.
    mined : bool array, shape (n,), optional
        Blocks that are gone; air among them is ignored.

    Raises
    ------
    ModelError
        When ``mined`` does not fit the model, no block is rock, or the model is less than
        two columns wide.
    """
    nx, ny, nz = model.grid.shape
    if mined is not None and mined.shape != (model.grid.n,):
        raise ModelError(f"{mined.shape} mined blocks for a model of {model.grid.n:,}")
    if nx < 2 or ny < 2:
        raise ModelError(f"a model of {nx} by {ny} columns has no surface to triangulate")
    rock = rock_of(model).reshape(nz, ny, nx)
    if not rock.any():
        raise ModelError("no block is rock, so there is no ground")
    share = np.asarray(model.get("rock_fraction", 1.0), np.float64).reshape(nz, ny, nx)
    floor, height = model.grid.bench_elevation_m(), model.grid.size[2]
    held = rock.any(axis=0)
    top = nz - 1 - np.argmax(rock[::-1], axis=0)
    z = floor[top] + height * np.take_along_axis(share, top[None], axis=0)[0]
    if mined is not None:
        gone = (mined.reshape(nz, ny, nx)) & rock
        z = np.where(gone.any(axis=0), floor[np.argmax(gone, axis=0)], z)
    number = np.full(ny * nx, -1, np.int32)
    flat = np.flatnonzero(held.ravel())
    number[flat] = np.arange(len(flat), dtype=np.int32)
    points = np.column_stack([_columns(model)[flat], z.ravel()[flat]])
    return Surface(points, _triangles(number.reshape(ny, nx)))


def _columns(model: BlockModel) -> NDArray[np.float64]:
    """East and north (m) of every column of blocks, shape (ny * nx, 2), x fastest."""
    g = model.grid
    x = (np.arange(g.shape[0]) + 0.5) * g.size[0]
    y = (np.arange(g.shape[1]) + 0.5) * g.size[1]
    yy, xx = (a.ravel() for a in np.meshgrid(y, x, indexing="ij"))
    turn = np.radians(g.rotation_deg)
    east = g.origin[0] + xx * np.cos(turn) - yy * np.sin(turn)
    north = g.origin[1] + xx * np.sin(turn) + yy * np.cos(turn)
    return np.column_stack([east, north])


def _triangles(number: NDArray[np.int32]) -> NDArray[np.int32]:
    """Two triangles between each four neighbouring columns, where all three corners exist."""
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, 1:].ravel(), number[1:, :-1].ravel()
    both = np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])
    kept: NDArray[np.int32] = both[(both >= 0).all(axis=1)]
    return kept


def write_surface(surface: Surface, path: Path | str) -> None:
    """Write a surface as VTK polydata, OBJ or STL, by the ending of the path.

    STL is written as text: its binary form holds 32-bit floats, which move a point with
    national grid coordinates by up to half a metre.

    Raises
    ------
    TableError
        For an ending that is none of ``.vtk``, ``.obj``, ``.stl``.
    RunError
        When the file cannot be written.
    """
    writers = {".vtk": _vtk, ".obj": _obj, ".stl": _stl}
    writer = writers.get(Path(path).suffix.lower())
    if writer is None:
        raise TableError(
            f"'{Path(path).suffix}' is not a kind of surface file",
            where=str(path),
            fix=f"give one of {', '.join(writers)}",
        )
    with whole_file(path) as out:
        writer(surface, out)


def _vtk(surface: Surface, out: IO[bytes]) -> None:
    m, k = len(surface.points), len(surface.triangles)
    out.write(b"# vtk DataFile Version 3.0\norefield surface\nBINARY\nDATASET POLYDATA\n")
    out.write(f"POINTS {m} double\n".encode())
    out.write(surface.points.astype(">f8").tobytes() + b"\n")
    out.write(f"POLYGONS {k} {4 * k}\n".encode())
    cells = np.column_stack([np.full(k, 3, np.int32), surface.triangles])
    out.write(cells.astype(">i4").tobytes() + b"\n")


def _obj(surface: Surface, out: IO[bytes]) -> None:
    out.write(b"# orefield surface; east, north, elevation in metres\n")
    np.savetxt(out, surface.points, fmt="v %.3f %.3f %.3f")
    np.savetxt(out, surface.triangles + 1, fmt="f %d %d %d")


def _stl(surface: Surface, out: IO[bytes]) -> None:
    corners = surface.points[surface.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    vertex = "      vertex %.3f %.3f %.3f\n"
    form = "  facet normal %.6f %.6f %.6f\n    outer loop\n" + 3 * vertex
    rows = np.concatenate([normal, corners.reshape(-1, 9)], axis=1)
    out.write(b"solid orefield\n")
    if len(rows):
        np.savetxt(out, rows, fmt=form + "    endloop\n  endfacet", newline="\n")
    out.write(b"endsolid orefield\n")
