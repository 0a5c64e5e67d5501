"""MineLib files: published block models, precedences and their known optima.

D. Espinoza, M. Goycoolea, E. Moreno and A. Newman (2013), "MineLib: a library of open pit
mining problems", Annals of Operations Research 206, 93-114.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import TableError


@dataclass(frozen=True)
class UpitProblem:
    """An ultimate pit problem (UPIT) with explicit precedences.

    Attributes
    ----------
    name : str
    position : int64 array, shape (n, 3)
        Block indices x, y, z as in the ``.blocks`` file (its z may point down).
    value : float64 array, shape (n,)
        Objective of the ``.upit`` file.
    precedence_start : int64 array, shape (n + 1,); precedence : int64 array, shape (k,)
        Block ``i`` needs ``precedence[precedence_start[i]:precedence_start[i + 1]]``.
    """

    name: str
    position: NDArray[np.int64]
    value: NDArray[np.float64]
    precedence_start: NDArray[np.int64]
    precedence: NDArray[np.int64]


def read_upit(folder: Path | str, name: str) -> UpitProblem:
    """Read ``name.blocks``, ``name.prec`` and ``name.upit`` from a folder.

    Raises
    ------
    TableError
        When a file is missing, truncated or contradicts the others; the line is named.
    """
    base = Path(folder)
    value = _read_objective(base / f"{name}.upit")
    position = _read_positions(base / f"{name}.blocks", len(value))
    start, needed = _read_precedence(base / f"{name}.prec", len(value))
    return UpitProblem(name, position, value, start, needed)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"MineLib file cannot be read: {error}", where=str(path)) from error


def _read_objective(path: Path) -> NDArray[np.float64]:
    lines = _lines(path)
    n: int | None = None
    for row, line in enumerate(lines):
        key, _, rest = line.partition(":")
        if key == "NBLOCKS":
            n = _whole(rest, path, row)
        elif key == "TYPE" and rest.strip() != "UPIT":
            raise TableError(f"problem type is {rest.strip()}, not UPIT", where=f"{path}:{row + 1}")
        elif key == "OBJECTIVE_FUNCTION":
            if n is None:
                raise TableError("NBLOCKS is missing", where=str(path))
            return _read_values(lines, row + 1, n, path)
    raise TableError("OBJECTIVE_FUNCTION is missing", where=str(path), fix="is the file truncated?")


def _read_values(lines: list[str], first: int, n: int, path: Path) -> NDArray[np.float64]:
    value = np.full(n, np.nan)
    for row in range(first, len(lines)):
        words = lines[row].split()
        if not words or words == ["EOF"]:
            continue
        where = f"{path}:{row + 1}"
        if len(words) != 2:
            raise TableError("a block and its value are expected", where=where)
        block = _block(words[0], n, path, row)
        try:
            value[block] = float(words[1])
        except ValueError:
            raise TableError(f"'{words[1]}' is not a number", where=where) from None
    if np.isnan(value).any():
        missing = int(np.flatnonzero(np.isnan(value))[0])
        raise TableError(f"block {missing} has no value", where=str(path))
    return value


def _read_positions(path: Path, n: int) -> NDArray[np.int64]:
    position = np.full((n, 3), -1, dtype=np.int64)
    seen = np.zeros(n, dtype=bool)
    for row, line in enumerate(_lines(path)):
        words = line.split()
        if not words or (row == 0 and words[0] == "id"):
            continue
        if len(words) < 4:
            raise TableError("a block needs id, x, y and z", where=f"{path}:{row + 1}")
        block = _block(words[0], n, path, row)
        position[block] = [_whole(word, path, row) for word in words[1:4]]
        seen[block] = True
    if not seen.all():
        raise TableError(f"block {int(np.flatnonzero(~seen)[0])} is missing", where=str(path))
    return position


def _read_precedence(path: Path, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    needed: list[list[int] | None] = [None] * n
    for row, line in enumerate(_lines(path)):
        words = line.split()
        if not words:
            continue
        block = _block(words[0], n, path, row)
        count = _whole(words[1], path, row) if len(words) > 1 else -1
        if count != len(words) - 2:
            raise TableError(
                f"{len(words) - 2} precedences where {count} are announced",
                where=f"{path}:{row + 1}",
            )
        if needed[block] is not None:
            raise TableError(f"block {block} is listed twice", where=f"{path}:{row + 1}")
        needed[block] = [_block(word, n, path, row) for word in words[2:]]
    start = np.zeros(n + 1, dtype=np.int64)
    flat: list[int] = []
    for block, found in enumerate(needed):
        if found is None:
            raise TableError(f"block {block} has no line", where=str(path))
        flat.extend(found)
        start[block + 1] = len(flat)
    return start, np.array(flat, dtype=np.int64)


def _whole(text: str, path: Path, row: int) -> int:
    try:
        return int(text)
    except ValueError:
        raise TableError(
            f"'{text.strip()}' is not a whole number", where=f"{path}:{row + 1}"
        ) from None


def _block(text: str, n: int, path: Path, row: int) -> int:
    block = _whole(text, path, row)
    if not 0 <= block < n:
        raise TableError(f"block {block} is not among 0 to {n - 1}", where=f"{path}:{row + 1}")
    return block
