"""Triangle meshes from files: STL, as text or binary, and OBJ; a fault names byte or line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import TableError
from orefield.core.tables import plain_number, unreadable

_F8 = NDArray[np.float64]
_I4 = NDArray[np.int32]

_HEAD, _FACET = 84, 50
_RECORD = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("spare", "<u2")])
_MOST_TRIANGLES = 50_000_000


def read_triangles(path: Path | str) -> tuple[_F8, _I4]:
    """Vertices and triangles of an ``.stl`` or ``.obj`` file.

    Corners of STL that are exactly alike become one vertex. Polygons of OBJ become fans.

    Parameters
    ----------
    path : Path
        The ending tells the kind.

    Returns
    -------
    vertices : ndarray of shape (v, 3)
    triangles : ndarray of shape (t, 3), int32
        Corners, counter-clockwise seen from outside where the file keeps to that.

    Raises
    ------
    TableError
        Naming byte or line: for a file that is missing, of another kind, truncated, empty or
        corrupt, and coordinates that are not finite.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in (".stl", ".obj"):
        raise TableError(
            f"'{file.suffix}' is not a kind of wireframe", where=str(file), fix="give .stl or .obj"
        )
    try:
        data = file.read_bytes()
    except OSError as error:
        raise unreadable("wireframe", file, error) from error
    if not data.strip(b" \t\r\n\0"):
        raise TableError("wireframe is empty", where=str(file), fix="export it again")
    if suffix == ".obj":
        vertices, triangles = _obj(data, str(file))
    elif _is_text(data):
        vertices, triangles = _welded(_stl_text(data, str(file)))
    else:
        vertices, triangles = _welded(_stl_binary(data, str(file)))
    return vertices, triangles


def _is_text(data: bytes) -> bool:
    """Whether an STL is text; binary ones may begin with "solid", too."""
    if len(data) >= _HEAD:
        count = int.from_bytes(data[80:84], "little")
        if len(data) == _HEAD + _FACET * count:
            return False
    head = data[:400].lstrip().lower()
    return head.startswith(b"solid") and b"\0" not in data[:400]


def _stl_binary(data: bytes, name: str) -> _F8:
    if len(data) < _HEAD:
        raise TableError(
            f"STL ends at byte {len(data)}, within its head of {_HEAD} bytes",
            where=f"{name}, byte {len(data)}",
            fix="the file is truncated, or no STL: export it again",
        )
    count = int.from_bytes(data[80:84], "little")
    needed = _HEAD + _FACET * count
    if count == 0:
        raise TableError(
            "STL has no triangle", where=f"{name}, byte 80", fix="export it again"
        )  # fmt: skip
    if len(data) < needed or count > _MOST_TRIANGLES:
        raise TableError(
            f"STL announces {count:,} triangles ({needed:,} bytes), but has {len(data):,} bytes",
            where=f"{name}, byte {len(data)}",
            fix="the file is truncated, or no STL: export it again",
        )
    if len(data) > needed:
        raise TableError(
            f"STL goes on for {len(data) - needed:,} bytes behind its {count:,} triangles",
            where=f"{name}, byte {needed}",
            fix="the count of triangles at byte 80 is wrong: export it again",
        )
    corners = np.frombuffer(data, dtype=_RECORD, offset=_HEAD)["corner"].astype(np.float64)
    bad = ~(np.abs(corners) < 1e9).all(axis=(1, 2))
    if bad.any():
        at = int(np.argmax(bad))
        raise TableError(
            f"triangle {at + 1:,} has a coordinate that is not finite, or absurdly large",
            where=f"{name}, byte {_HEAD + _FACET * at}",
            fix="the file is corrupt: export it again",
        )
    return corners


def _stl_text(data: bytes, name: str) -> _F8:
    corners: list[tuple[float, float, float]] = []
    state = 0  # 0: between facets; 1: facet; 2, 3, 4: so many corners and two; 5: loop ended
    number = 0
    ended = False
    for number, words in _lines(data, name):
        key = words[0].lower()
        if key == "solid" and state == 0:
            ended = False
        elif key == "endsolid" and state == 0:
            ended = True
        elif key == "facet" and state == 0:
            state = 1
        elif key == "outer" and state == 1:
            state = 2
        elif key == "vertex" and 2 <= state <= 4:
            corners.append(_point(words, name, number))
            state += 1
        elif key == "endloop" and state == 5:
            state = 6
        elif key == "endfacet" and state == 6:
            state = 0
        else:
            expected = ("facet or endsolid", "outer loop", "vertex", "vertex", "vertex",
                        "endloop", "endfacet")[state]  # fmt: skip
            raise TableError(
                f"'{' '.join(words)[:40]}' stands where {expected} is due",
                where=f"{name}:{number}",
                fix="the file is corrupt: export it again",
            )
    if not ended:
        raise TableError(
            "STL ends without endsolid",
            where=f"{name}:{number}",
            fix="the file is truncated: export it again",
        )
    if not corners:
        raise TableError("STL has no triangle", where=f"{name}:{number}", fix="export it again")
    return np.array(corners).reshape(-1, 3, 3)


def _obj(data: bytes, name: str) -> tuple[_F8, _I4]:
    vertices: list[tuple[float, float, float]] = []
    triangles: list[tuple[int, int, int]] = []
    number = 0
    for number, words in _lines(data, name):
        if words[0] == "v":
            vertices.append(_point(words[:4], name, number))
        elif words[0] == "f":
            corners = [_corner(w, len(vertices), name, number) for w in words[1:]]
            if len(corners) < 3:
                raise TableError(
                    f"a face has {len(corners)} corners",
                    where=f"{name}:{number}",
                    fix="the file is corrupt: export it again",
                )
            triangles += [
                (corners[0], corners[i], corners[i + 1]) for i in range(1, len(corners) - 1)
            ]
    if not triangles:
        raise TableError(
            "OBJ has no face", where=f"{name}:{number}", fix="export it with its triangles"
        )
    return np.array(vertices), np.array(triangles, dtype=np.int32)


def _corner(word: str, known: int, name: str, line: int) -> int:
    """Index of a vertex from ``7``, ``7/1/3`` or ``-1``."""
    try:
        index = int(word.split("/", 1)[0])
    except ValueError:
        index = 0
    at = index - 1 if index > 0 else known + index
    if index == 0 or not 0 <= at < known:
        raise TableError(
            f"a face names vertex '{word[:20]}', there are {known:,} so far",
            where=f"{name}:{line}",
            fix="the file is corrupt: export it again",
        )
    return at


def _lines(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableError(
            f"the file is no text: {error.reason}",
            where=f"{name}, byte {error.start}",
            fix="the file is corrupt: export it again",
        ) from None
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield number, words


def _point(words: list[str], name: str, line: int) -> tuple[float, float, float]:
    try:
        x, y, z = (plain_number(w) for w in words[1:])
    except ValueError:
        raise TableError(
            f"'{' '.join(words)[:60]}' is no vertex of three finite numbers",
            where=f"{name}:{line}",
            fix="the file is corrupt: export it again",
        ) from None
    return x, y, z


def _welded(corners: _F8) -> tuple[_F8, _I4]:
    """One vertex for all corners at exactly one place."""
    points = corners.reshape(-1, 3) + 0.0  # -0.0 and 0.0 are one place
    order = np.lexsort(points.T)
    ranked = points[order]
    new = np.concatenate([[True], (ranked[1:] != ranked[:-1]).any(axis=1)])
    index = np.empty(len(points), dtype=np.int32)
    index[order] = np.cumsum(new) - 1
    return np.ascontiguousarray(ranked[new]), index.reshape(-1, 3)
