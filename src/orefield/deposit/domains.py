"""Domains of the ground: by solids, by polygons in plan, or by what was logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.grid import Grid
from orefield.core.sections import hint
from orefield.deposit.drillholes.desurvey import Paths
from orefield.deposit.drillholes.log_units import FOOT_M
from orefield.deposit.drillholes.segments import Segments, split_by, words_of_rows
from orefield.deposit.drillholes.tables import Drillholes
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.wireframe import Wireframe

_F8 = NDArray[np.float64]
_Str = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Polygon:
    """A polygon in plan, through all elevations.

    Parameters
    ----------
    corners_m : ndarray of shape (n, 2)
        East, north (m), in order; the last joins the first.

    Raises
    ------
    ModelError
        For fewer than three corners, or one that is not finite.
    """

    corners_m: _F8

    def __post_init__(self) -> None:
        corners = np.asarray(self.corners_m, dtype=np.float64)
        if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
            raise ModelError(
                f"a polygon has corners of shape {corners.shape}",
                fix="give three or more [east, north]",
            )
        if not np.isfinite(corners).all():
            raise ModelError("a corner of a polygon is not finite")
        object.__setattr__(self, "corners_m", corners)

    @property
    def bounds(self) -> _F8:
        """Least and greatest coordinates (m), shape (2, 3); elevations are infinite."""
        low, high = self.corners_m.min(axis=0), self.corners_m.max(axis=0)
        return np.array([[*low, -np.inf], [*high, np.inf]])

    def inside(self, xyz_m: _F8) -> NDArray[np.bool_]:
        """Which points lie within in plan, by the even-odd rule."""
        out = np.zeros(len(xyz_m), dtype=np.bool_)
        x, y = xyz_m[:, 0], xyz_m[:, 1]
        for (ax, ay), (bx, by) in zip(
            self.corners_m, np.roll(self.corners_m, -1, axis=0), strict=True
        ):
            if ay == by:
                continue
            span = (ay <= y) != (by <= y)
            out ^= span & (x < ax + (y - ay) * ((bx - ax) / (by - ay)))
        return out


@dataclass(frozen=True, eq=False)
class LoggedDomain:
    """Domains told by a column of words.

    Parameters
    ----------
    column : str
        A code of any table of intervals.
    names : mapping of str to sequence of str
        Domain to the words that stand for it; empty: the words themselves.
    """

    column: str
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def refuse_strange_words(self, words: _Str) -> None:
        """Refuse a domain none of whose words stands in the logs: a slip in a word.

        Raises
        ------
        ModelError
            Naming the domain, and a word that is like one of its own.
        """
        there = set(np.unique(words).tolist()) - {""}
        for name, listed in self.names.items():
            if there.isdisjoint(listed):
                raise ModelError(
                    f"nothing that was logged as '{self.column}' is of domain '{name}': "
                    f"{', '.join(listed) or 'no word is listed'}",
                    fix=hint(next(iter(listed), name), there),
                )

    def of_words(self, words: _Str, default: str) -> _Str:
        """Domains of words."""
        if not self.names:
            return np.where(words == "", default, words)
        wide = max(map(len, (default, *self.names)))
        out = np.full(len(words), default, dtype=f"<U{max(wide, 1)}")
        for name, listed in self.names.items():
            out[np.isin(words, np.asarray(listed, dtype=np.str_))] = name
        return out


@dataclass(frozen=True, eq=False)
class Domains:
    """Where each domain is.

    A place is in the first solid or polygon that holds it; where none does, in what was logged;
    else in ``default``.

    Parameters
    ----------
    bodies : sequence of (str, Wireframe or Polygon)
    logged : LoggedDomain, optional
        For holes only.
    default : str
    name : str
        Of the code.
    nearest : Ellipsoid, optional
        For blocks alone: one in no body has the code of its nearest sample within this.
    step_m : float
        How often (m) the bodies are looked up along holes.

    Raises
    ------
    ModelError
        For a step that is not positive.
    """

    bodies: Sequence[tuple[str, Wireframe | Polygon]] = ()
    logged: LoggedDomain | None = None
    default: str = ""
    name: str = "domain"
    step_m: float = 1.0
    nearest: Ellipsoid | None = None

    def __post_init__(self) -> None:
        if not 0 < self.step_m < np.inf:
            raise ModelError(f"'step_m' is {self.step_m:g} m", fix="give more than zero")

    @property
    def names(self) -> tuple[str, ...]:
        """Domains that are named beforehand, each once; words of a log come besides."""
        logged = () if self.logged is None else tuple(self.logged.names)
        return tuple(dict.fromkeys((*(name for name, _ in self.bodies), *logged, self.default)))

    def _labels(self, xyz_m: _F8) -> NDArray[np.int64]:
        out = np.full(len(xyz_m), -1, dtype=np.int64)
        for i, (_, body) in enumerate(self.bodies):
            left = np.flatnonzero(out < 0)
            out[left[body.inside(xyz_m[left])]] = i
        return out

    def _named(self, label: NDArray[np.int64], other: _Str) -> _Str:
        names = np.array([name for name, _ in self.bodies] or [""], dtype=np.str_)
        return np.where(label >= 0, names[np.maximum(label, 0)], other)

    def refuse_far_bodies(self, xyz_m: _F8) -> None:
        """Refuse bodies that no point comes near: their boxes and the points' do not meet.

        Parameters
        ----------
        xyz_m : ndarray of shape (n, 3)
            Points of the holes.

        Raises
        ------
        ModelError
            Naming the body, and whether feet taken for metres explain it.
        """
        low, high = xyz_m.min(axis=0), xyz_m.max(axis=0)
        room = high - low + 1.0
        for name, body in self.bodies:
            if _meet(low - room, high + room, body.bounds):
                continue
            fix = "are both in one coordinate system?"
            for times, text in ((FOOT_M, "the body looks like feet: say unit = 'ft'"),
                                (1 / FOOT_M, "the holes look like feet")):  # fmt: skip
                if _meet(low - room, high + room, body.bounds * times):
                    fix = text
            raise ModelError(f"no hole comes near the body of domain '{name}'", fix=fix)

    def of_points(self, xyz_m: _F8) -> _Str:
        """Domain of points (n, 3); what was logged says nothing of them."""
        label = self._labels(np.ascontiguousarray(xyz_m, dtype=np.float64))
        return self._named(label, np.full(len(label), self.default))

    def of_segments(self, holes: Drillholes, paths: Paths, segments: Segments) -> Segments:
        """Pieces of holes, cut at the bounds of bodies, with the code of the domain.

        Raises
        ------
        ModelError
            When no table has the column.
        """
        label = np.full(len(segments), -1, dtype=np.int64)
        if self.bodies:
            segments, label = split_by(segments, paths, self._labels, self.step_m)
        other = np.full(len(segments), self.default)
        if self.logged is not None:
            words = _words(holes, segments, self.logged.column)
            self.logged.refuse_strange_words(words)
            other = self.logged.of_words(words, self.default)
        return segments.with_codes(**{self.name: self._named(label, other)})

    def shares(self, grid: Grid, parts: tuple[int, int, int] = (3, 3, 3)) -> dict[str, _F8]:
        """Share (0 to 1) of each block in each domain with a body; earlier ones come first.

        Solids that overlap are counted by their order as far as volumes can tell: a later one
        has at most what earlier ones leave of the block.
        """
        left = np.ones(grid.n)
        out: dict[str, _F8] = {}
        for name, body in self.bodies:
            if isinstance(body, Wireframe):
                share = body.share_of_blocks(grid, parts)
            else:
                share = _share_in_plan(body, grid, parts)
            taken = np.minimum(share, left)
            out[name] = out.get(name, np.zeros(grid.n)) + taken
            left = left - taken
        return out


def _meet(low: _F8, high: _F8, box: _F8) -> bool:
    return bool((box[0] <= high).all() and (box[1] >= low).all())


def _share_in_plan(body: Polygon, grid: Grid, parts: tuple[int, int, int]) -> _F8:
    nx, ny, nz = grid.shape
    px, py = parts[:2]
    x = grid.size[0] * (np.arange(nx * px) + 0.5) / px
    y = grid.size[1] * (np.arange(ny * py) + 0.5) / py
    local = np.column_stack(
        [np.tile(x, len(y)), np.repeat(y, len(x)), np.zeros(len(x) * len(y))]
    )  # fmt: skip
    hit = body.inside(grid.to_world(local)).reshape(ny, py, nx, px)
    return np.tile(hit.mean(axis=(1, 3)).reshape(-1), nz)


def _words(holes: Drillholes, segments: Segments, column: str) -> _Str:
    known = [code for table in holes.tables.values() for code in table.codes]
    having = [name for name, table in holes.tables.items() if column in table.codes]
    if not having:
        raise ModelError(f"no table has the code '{column}'", fix=hint(column, known))
    if len(having) > 1:
        raise ModelError(
            f"tables {' and '.join(map(repr, having))} have the code '{column}': which one tells "
            "domains?",
            fix="rename one of them in [holes.table.codes]",
        )
    return words_of_rows(holes.tables[having[0]].codes[column], segments.row[having[0]])
