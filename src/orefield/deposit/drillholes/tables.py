"""Drill holes as tables: collars, surveys, and intervals of what was logged and assayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.sections import hint

_F8 = NDArray[np.float64]
_Str = NDArray[np.str_]
_I8 = NDArray[np.int64]

_MOST_NEAREST = 50


@dataclass(frozen=True, eq=False)
class Logged:
    """Rows of one file, each of a hole.

    Parameters
    ----------
    hole : ndarray of shape (n,), str
        Names of the holes.
    line : ndarray of shape (n,), int64, optional
        Where each row stands in the file.
    file : str
    """

    hole: _Str
    line: _I8 = field(default_factory=lambda: np.zeros(0, dtype=np.int64), kw_only=True)
    file: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        n = len(self.hole)
        if not len(self.line):
            object.__setattr__(self, "line", np.arange(1, n + 1, dtype=np.int64))
        for name, value in vars(self).items():
            columns = value if isinstance(value, Mapping) else {name: value}
            for key, column in columns.items():
                if isinstance(column, np.ndarray) and column.shape[:1] != (n,):
                    raise ModelError(f"{n} rows have '{key}' of shape {column.shape}")

    def __len__(self) -> int:
        return len(self.hole)

    def where(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Self:
        """The rows of a mask, or in the order of indices."""
        taken: dict[str, Any] = {
            name: {k: c[rows] for k, c in value.items()}
            if isinstance(value, Mapping)
            else value[rows]
            for name, value in vars(self).items()
            if not isinstance(value, str)
        }
        return replace(self, **taken)


@dataclass(frozen=True, eq=False)
class Collars(Logged):
    """Where holes begin.

    Parameters
    ----------
    xyz_m : ndarray of shape (n, 3)
        East, north, elevation (m).
    depth_m : ndarray of shape (n,)
        Length of the hole (m), NaN where it is not told.
    """

    xyz_m: _F8
    depth_m: _F8


@dataclass(frozen=True, eq=False)
class Surveys(Logged):
    """Directions at stations down the holes.

    Parameters
    ----------
    depth_m : ndarray of shape (n,)
        Along the hole (m).
    azimuth_deg : ndarray of shape (n,)
        Clockwise from grid north.
    dip_deg : ndarray of shape (n,)
        Below the horizontal: 90 is straight down, -90 straight up.
    """

    depth_m: _F8
    azimuth_deg: _F8
    dip_deg: _F8

    def behind(self, first: Surveys) -> Surveys:
        """The rows of ``first``, then these; of the file of ``first``."""
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(first, name), getattr(self, name)])
            for name in ("hole", "depth_m", "azimuth_deg", "dip_deg", "line")
        }
        return replace(first, **joined)


@dataclass(frozen=True, eq=False)
class Intervals(Logged):
    """Lengths of core with what was measured or logged on them.

    Parameters
    ----------
    from_m, to_m : ndarray of shape (n,)
        Along the hole (m).
    values : mapping of str to ndarray of shape (n,)
        The unit in the name (``cu_pct``, ``density_t_m3``); NaN where nothing was measured.
    kinds : mapping of str to ndarray of shape (n,), int8
        :class:`~orefield.deposit.drillholes.cells.Kind` of the cells of each value.
    codes : mapping of str to ndarray of shape (n,), str
        Words: rock type, domain; "" where nothing was logged.
    """

    from_m: _F8
    to_m: _F8
    values: Mapping[str, _F8] = field(default_factory=dict)
    kinds: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    codes: Mapping[str, _Str] = field(default_factory=dict)

    @property
    def length_m(self) -> _F8:
        """Lengths (m)."""
        out: _F8 = self.to_m - self.from_m
        return out

    def missing(self) -> NDArray[np.bool_]:
        """Rows on which none of the values was measured."""
        out = np.ones(len(self), dtype=np.bool_)
        for column in self.values.values():
            out &= np.isnan(column)
        return out


@dataclass(frozen=True, eq=False)
class Drillholes:
    """Collars, surveys, and any number of tables of intervals.

    Parameters
    ----------
    collars : Collars
        A row a hole.
    surveys : Surveys
    tables : mapping of str to Intervals
        By name: assay, lithology, density, ...
    """

    collars: Collars
    surveys: Surveys
    tables: Mapping[str, Intervals]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def table(self, name: str) -> Intervals:
        """A table of intervals.

        Raises
        ------
        ModelError
            When there is none of that name.
        """
        if name not in self.tables:
            raise ModelError(
                f"the holes have no table '{name}'", fix=hint(name, self.tables)
            ) from None
        return self.tables[name]

    def index(self, names: _Str) -> _I8:
        """Row among the collars of each named hole; -1 where there is no collar."""
        return index_of(self.collars.hole, names)

    def deepest_m(self) -> _F8:
        """Deepest end (m) of the intervals of each hole; 0 without any."""
        deepest = np.zeros(len(self.collars))
        for table in self.tables.values():
            at = self.index(table.hole)
            np.maximum.at(deepest, at[at >= 0], table.to_m[at >= 0])
        return deepest

    def depth_m(self) -> _F8:
        """Length of each hole (m): as told, or to the end of its deepest interval; 0 without any.

        Intervals that were kept although they reach below the end that was told are part of it.
        """
        # fmax: a length that is not told is NaN
        return np.fmax(self.collars.depth_m, self.deepest_m())


def index_of(known: _Str, names: _Str) -> _I8:
    """Position of each of ``names`` among the ``known`` (the first of twins); -1 for others."""
    if not len(known):
        return np.full(len(names), -1, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known, names, sorter=order), len(known) - 1)
    found = order[at]
    return np.where(known[found] == names, found, -1).astype(np.int64)


def nearest_names(known: _Str, names: _Str) -> list[str]:
    """For each name, what it may be a slip for, as a remark; "" where nothing is like it."""
    told: dict[str, str] = {}
    listed = {str(k).lower().replace(" ", ""): str(k) for k in known}
    for name in names.tolist():
        if name in told:
            continue
        near = [listed[n] for n in (name.lower().replace(" ", ""),) if n in listed]
        if not near and len(told) < _MOST_NEAREST:
            near = get_close_matches(name, listed.values(), n=1, cutoff=0.8)
        told[name] = f"is it '{near[0]}'?" if near else ""
    return [told[name] for name in names.tolist()]
