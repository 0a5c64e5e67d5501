"""The sections of an optimisation file: values, limits, and entries of the constraints."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from orefield.pit.minelib.source import Rows, Source

_MOST_KEYS = 2**62


def read_objective(source: Source, n: int, d: int) -> NDArray[np.float64]:
    """A value of every block at every destination, shape (n, d).

    Raises
    ------
    TableError
        For a block that is out of range, listed twice or not at all, or a bad number.
    """
    value = np.full((n, d), np.nan)
    form = "a block and its value" if d == 1 else f"a block and {d} values"
    for rows in source.rows(1, d, form):
        block = rows.whole[:, 0]
        in_range(source, rows, 0, n, "block")
        once(source, rows, ~np.isnan(value[block, 0]))
        value[block] = rows.real
    if np.isnan(value[:, 0]).any():
        missing = int(np.flatnonzero(np.isnan(value[:, 0]))[0])
        raise source.fault(
            f"block {missing} has no value", whole=True, fix="is the file truncated?"
        )
    return value


def read_limits(
    source: Source, shape: tuple[int, ...], names: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper limits, each of a shape such as (resources, periods).

    Raises
    ------
    TableError
        For a limit that is out of range, given twice, missing, or leaves nothing.
    """
    lower, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    while (line := source.next_line()) is not None and not line[0].isalpha():
        words = line.replace(":", " ").split()
        k = len(shape)
        letter = words[k].upper() if len(words) > k else ""
        if letter not in ("L", "G", "E", "I") or len(words) != k + (3 if letter == "I" else 2):
            raise source.fault(
                f"'{line[:60]}' is no limit",
                fix=f"{', '.join(names)}, then L, G or E and a number, or I and two",
            )
        at = tuple(
            _index(source, w, size, what)
            for w, size, what in zip(words[:k], shape, names, strict=True)
        )
        if not np.isnan(lower[at]):
            raise source.fault(f"the limit of {_named(names, at)} is given twice")
        first, last = read_number(source, words[k + 1]), read_number(source, words[-1])
        low = first if letter in "GEI" else -math.inf
        high = last if letter in "LEI" else math.inf
        if low > high or low == math.inf or high == -math.inf:
            raise source.fault(f"lower limit {low:g} and upper limit {high:g} leave nothing")
        lower[at], upper[at] = low, high
        source.drop_line()
    if np.isnan(lower).any():
        at = tuple(int(x) for x in np.argwhere(np.isnan(lower))[0])
        raise source.fault(f"{_named(names, at)} has no limit", fix="is the file truncated?")
    return lower, upper


def read_entries(
    source: Source, sizes: dict[str, int]
) -> tuple[dict[str, NDArray[np.int32]], NDArray[np.float64]]:
    """Rows of ids and a factor, each combination of ids at most once.

    Parameters
    ----------
    source : Source
        At the first row.
    sizes : dict
        What the ids are of, in their order, and how many there are.

    Raises
    ------
    TableError
        For an id that is out of range, a combination that stands twice, or a bad number.
    """
    names = tuple(sizes)
    if math.prod(sizes.values()) >= _MOST_KEYS:
        raise source.fault(f"there are too many combinations of {' and '.join(names)}")
    parts: list[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]] = []
    key_of: list[NDArray[np.int64]] = []
    for rows in source.rows(len(names), 1, f"{', '.join(names)} and a number"):
        key = np.zeros(len(rows.line), np.int64)
        for column, what in enumerate(names):
            in_range(source, rows, column, sizes[what], what)
            key = key * sizes[what] + rows.whole[:, column]
        key_of.append(key)
        parts.append((rows.line, rows.whole.astype(np.int32), rows.real[:, 0].copy()))
    if not parts:
        return {x: np.zeros(0, np.int32) for x in names}, np.zeros(0)
    _unlike(source, np.concatenate(key_of), [p[0] for p in parts])
    return {
        x: np.concatenate([p[1][:, k] for p in parts]) for k, x in enumerate(names)
    }, np.concatenate([p[2] for p in parts])


def in_range(source: Source, rows: Rows, column: int, size: int, what: str) -> None:
    """Refuse ids in a column that are not among 0 to size - 1."""
    ids = rows.whole[:, column]
    bad = (ids < 0) | (ids >= size)
    if bad.any():
        k = int(np.argmax(bad))
        among = f"not among 0 to {size - 1}" if size else "not announced"
        raise source.fault(f"{what} {ids[k]} is {among}", line=int(rows.line[k]))


def once(source: Source, rows: Rows, seen: NDArray[np.bool_]) -> None:
    """Refuse a block that has been seen, in earlier pieces or among these rows."""
    block = rows.whole[:, 0]
    again = seen.copy()
    if not (np.diff(block) > 0).all():
        _, first = np.unique(block, return_index=True)
        repeated = np.ones(len(block), bool)
        repeated[first] = False
        again |= repeated
    if again.any():
        k = int(np.argmax(again))
        raise source.fault(f"block {block[k]} is listed twice", line=int(rows.line[k]))


def _unlike(source: Source, key: NDArray[np.int64], lines: list[NDArray[np.int64]]) -> None:
    if (np.diff(key) > 0).all():
        return
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(np.diff(key[order]) == 0)
    if len(same):
        line = np.concatenate(lines)
        k = int(order[same + 1].min())
        first = int(order[np.searchsorted(key[order], key[k])])
        raise source.fault(f"this repeats line {line[first]}", line=int(line[k]))


def _index(source: Source, word: str, size: int, what: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", word):
        raise source.fault(f"'{word[:40]}' is not a whole number")
    if not 0 <= int(word) < size:
        among = f"not among 0 to {size - 1}" if size else "not announced"
        raise source.fault(f"{what} {int(word)} is {among}")
    return int(word)


def read_number(source: Source, word: str) -> float:
    """A number of a header or limit; infinity is one.

    Raises
    ------
    TableError
        For a word that is none.
    """
    try:
        value = float(word.replace("_", "x"))
    except ValueError:
        raise source.fault(f"'{word[:40]}' is not a number") from None
    if math.isnan(value):
        raise source.fault(f"'{word}' is not a number")
    return value


def _named(names: tuple[str, ...], at: tuple[int, ...]) -> str:
    return " in ".join(f"{name} {k}" for name, k in zip(names, at, strict=True))
