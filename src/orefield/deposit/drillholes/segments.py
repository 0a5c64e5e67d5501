"""Holes cut wherever any table has a boundary: pieces on which nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.deposit.drillholes.desurvey import Paths
from orefield.deposit.drillholes.tables import Drillholes

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

Labels = Callable[[_F8], NDArray[np.int64]]
"""Points (n, 3) to whole numbers: domain, bench, ..."""

_EXACT_M = 1e-4
_SHORTEST_M = 1e-9


@dataclass(frozen=True, eq=False)
class Segments:
    """Pieces of holes in order, without gaps between them, from the collar to the end.

    Attributes
    ----------
    hole : ndarray of shape (n,), int64
        Row of the collars.
    from_m, to_m : ndarray of shape (n,)
    row : mapping of str to ndarray of shape (n,), int64
        Row of each table that covers the piece; -1 where none does.
    codes : mapping of str to ndarray of shape (n,), str
        Codes given to pieces: domain, bench.
    """

    hole: _I8
    from_m: _F8
    to_m: _F8
    row: Mapping[str, _I8]
    codes: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.hole)

    @property
    def length_m(self) -> _F8:
        """Lengths (m)."""
        out: _F8 = self.to_m - self.from_m
        return out

    @property
    def middle_m(self) -> _F8:
        """Depths of the middles (m)."""
        out: _F8 = 0.5 * (self.from_m + self.to_m)
        return out

    def cut(self, hole: _I8, depth_m: _F8) -> Segments:
        """Cut further at depths; what a piece has, its parts have."""
        old = self.hole + 1j * self.from_m
        at = hole + 1j * depth_m
        start = np.unique(np.concatenate([old, at]))
        parent = np.searchsorted(old, start, side="right") - 1
        ok = (parent >= 0) & (start.imag < self.to_m[parent]) & (start.real == self.hole[parent])
        start, parent = start[ok], parent[ok]
        following = np.append(parent[1:], -1)
        end = np.where(following == parent, np.append(start.imag[1:], 0.0), self.to_m[parent])
        keep = end - start.imag > _SHORTEST_M
        parent = parent[keep]
        return Segments(
            self.hole[parent],
            start.imag[keep],
            end[keep],
            {name: rows[parent] for name, rows in self.row.items()},
            {name: words[parent] for name, words in self.codes.items()},
        )

    def with_codes(self, **codes: NDArray[np.str_]) -> Segments:
        """The same pieces with further codes."""
        return replace(self, codes={**self.codes, **codes})


def segments_of(holes: Drillholes) -> Segments:
    """Pieces of all holes, cut at every boundary of every table.

    Parameters
    ----------
    holes : Drillholes
        Validated: intervals of a table do not overlap.

    Raises
    ------
    ModelError
        When no hole has a length.
    """
    depth = holes.depth_m()
    index = np.flatnonzero(depth > 0)
    if not index.size:
        raise ModelError("no hole has a length", fix="give intervals, or depths of collars")
    whole = Segments(index.astype(np.int64), np.zeros(len(index)), depth[index], {})
    at = {name: holes.index(t.hole) for name, t in holes.tables.items()}
    cuts = [(at[n], t.from_m) for n, t in holes.tables.items()]
    cuts += [(at[n], t.to_m) for n, t in holes.tables.items()]
    if cuts:
        whole = whole.cut(
            np.concatenate([h for h, _ in cuts]), np.concatenate([d for _, d in cuts])
        )
    middle = whole.middle_m
    row = {}
    for name, table in holes.tables.items():
        # the table is sorted by hole and depth
        key = at[name] + 1j * table.from_m
        found = np.searchsorted(key, whole.hole + 1j * middle, side="right") - 1
        inside = found >= 0
        safe = np.maximum(found, 0)
        if len(table):
            inside &= (at[name][safe] == whole.hole) & (middle < table.to_m[safe])
        row[name] = np.where(inside, found, -1)
    return replace(whole, row=row)


def words_of_rows(words: NDArray[np.str_], row: _I8) -> NDArray[np.str_]:
    """Word of the row of a table that covers each piece, shape of ``row``; "" where none does."""
    if not len(words):
        return np.zeros(len(row), dtype=np.str_)
    return np.where(row >= 0, words[np.maximum(row, 0)], "")


def split_by(
    segments: Segments, paths: Paths, labels: Labels, step_m: float
) -> tuple[Segments, NDArray[np.int64]]:
    """Cut pieces where a label of space changes along the hole, and label them.

    The label is looked up at both ends of a hole and at least every ``step_m`` between them;
    between two places with different labels the change is found by halving, to a tenth of a
    millimetre. A body that a hole crosses within less than ``step_m`` may be missed.

    Parameters
    ----------
    segments : Segments
        To be cut.
    paths : Paths
        Of the same holes.
    labels : callable
        Points to whole numbers.
    step_m : float
        Positive.

    Returns
    -------
    segments : Segments
    label : ndarray of shape (n,), int64
        At the middle of each piece.

    Raises
    ------
    ModelError
        For a step that is not positive.
    """
    if not step_m > 0:
        raise ModelError(f"the step along holes is {step_m:g} m", fix="give more than zero")
    parts = np.maximum(np.ceil(segments.length_m / step_m), 1).astype(np.int64)
    parent = np.repeat(np.arange(len(segments)), parts)
    number = np.arange(len(parent)) - np.repeat(np.cumsum(parts) - parts, parts)
    depth = segments.from_m[parent] + (number + 0.5) / parts[parent] * segments.length_m[parent]
    hole = segments.hole[parent]
    # both ends of each hole besides: of its first piece and of its last
    first = np.flatnonzero(np.diff(segments.hole, prepend=-1))
    last = np.append(first[1:], len(segments)) - 1
    end = np.cumsum(parts)
    place = np.concatenate([end[first] - parts[first], end[last]])
    depth = np.insert(depth, place, np.concatenate([segments.from_m[first], segments.to_m[last]]))
    hole = np.insert(hole, place, segments.hole[np.concatenate([first, last])])

    def look(h: _I8, d: _F8) -> NDArray[np.int64]:
        return labels(paths.locate(h, d)[0])

    label = look(hole, depth)
    change = np.flatnonzero((hole[1:] == hole[:-1]) & (label[1:] != label[:-1]))
    if change.size:
        h, low, high = hole[change], depth[change].copy(), depth[change + 1].copy()
        upper = label[change]
        for _ in range(int(np.ceil(np.log2(max((high - low).max() / _EXACT_M, 2.0))))):
            middle = 0.5 * (low + high)
            same = look(h, middle) == upper
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        at = 0.5 * (low + high)
        piece = np.searchsorted(segments.hole + 1j * segments.from_m, h + 1j * at, "right") - 1
        # a change at a bound that is there already needs no cut of a hair's breadth beside it
        off = np.minimum(at - segments.from_m[piece], segments.to_m[piece] - at) > _EXACT_M
        segments = segments.cut(h[off], at[off])
    return segments, look(segments.hole, segments.middle_m)
