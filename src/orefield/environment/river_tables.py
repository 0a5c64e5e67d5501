"""River nodes and links, one row of a table each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from orefield.core.errors import TableError
from orefield.core.tables import Row

MARKS = ("read", "derived", "recall")
"""How a figure is known: seen in its source, reckoned from such, or from memory."""

NODE_COLUMNS = (
    "node_id", "river", "name", "lat", "lon", "elevation_m", "q_mean_m3s", "q_mark",
    "q_source", "q_basis", "area_km2", "role", "downstream_id", "position_mark",
    "elevation_mark", "note",
)  # fmt: skip
"""Columns of a table of nodes that are read here."""

NODE_EXTRA_COLUMNS = ("ne_chainage_km", "ne_offset_km")
"""Columns a table of nodes may have beside: where it lies on a map's river line."""

LINK_COLUMNS = ("from_id", "to_id", "suggested_km", "straight_km", "mark", "note")
"""Columns of a table of links that are read here."""

LINK_EXTRA_COLUMNS = ("ne_km",)
"""Columns a table of links may have beside."""


@dataclass(frozen=True, slots=True)
class RiverNode:
    """A place on a river.

    Parameters
    ----------
    node_id, river, name : str
    lat, lon : float
        Degrees north and east.
    position_mark : str
        One of :data:`MARKS`; likewise the other marks.
    elevation_m : float or None
    elevation_mark : str
        Empty where there is no elevation.
    flow_m3_s : float or None
        Mean annual flow; None where the table has none.
    flow_mark, flow_source, flow_basis : str
        How, whence and on what basis the flow is known; the mark is needed with a flow.
    area_km2 : float or None
        Catchment.
    role : str
        ``gauge``, ``mine inflow``, ``border CN-IN``, ``sea``, ...
    downstream_id : str
        Next node, empty at an end.
    note : str
    where : str
        Place in the table, for errors.

    Raises
    ------
    TableError
        For an empty id or river, a position off the globe, a flow or area that is not
        positive and finite, an unknown mark, or a flow without a mark.
    """

    node_id: str
    river: str
    name: str
    lat: float
    lon: float
    position_mark: str
    elevation_m: float | None = None
    elevation_mark: str = ""
    flow_m3_s: float | None = None
    flow_mark: str = ""
    flow_source: str = ""
    flow_basis: str = ""
    area_km2: float | None = None
    role: str = ""
    downstream_id: str = ""
    note: str = ""
    where: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        where = self.where or f"river node '{self.node_id}'"
        if not self.node_id or not self.river:
            raise TableError("a river node needs an id and a river", where=where)
        if not (-90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0):
            raise TableError(
                f"'{self.node_id}' lies at {self.lat}, {self.lon}",
                where=where,
                fix="give degrees north (-90 to 90) and east (-180 to 180)",
            )
        if self.elevation_m is not None and not -500.0 <= self.elevation_m <= 9000.0:
            raise TableError(f"elevation of {self.elevation_m} m", where=where)
        for name, value in (("flow", self.flow_m3_s), ("catchment", self.area_km2)):
            if value is not None and not (math.isfinite(value) and value > 0.0):
                raise TableError(
                    f"{name} of '{self.node_id}' is {value}",
                    where=where,
                    fix="give a positive number, or leave the cell empty where it is not known",
                )
        _known_mark("position_mark", self.position_mark, where)
        if self.elevation_m is not None:
            _known_mark("elevation_mark", self.elevation_mark, where)
        if self.flow_m3_s is not None:
            _known_mark("flow_mark", self.flow_mark, where)

    @property
    def is_terminal_lake(self) -> bool:
        """Whether the role says that the water ends here, in a lake without an outlet."""
        return "terminal lake" in self.role


@dataclass(frozen=True, slots=True)
class RiverLink:
    """A stretch of river from a node to the next one down.

    Parameters
    ----------
    from_id, to_id : str
    length_km : float
        River distance.
    straight_km : float or None
        Distance as the crow flies, which the river's cannot be below.
    mark : str
        How the length is known, one of :data:`MARKS`.
    note : str
        A note holding the word ``rough`` makes the length a rough one.
    where : str
        Place in the table, for errors.

    Raises
    ------
    TableError
        For a link to itself, a length that is negative, not finite or shorter than the
        straight line, or an unknown mark.
    """

    from_id: str
    to_id: str
    length_km: float
    straight_km: float | None = None
    mark: str = "derived"
    note: str = ""
    where: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        where = self.where or f"river link {self.name}"
        if self.from_id == self.to_id:
            raise TableError(f"'{self.from_id}' flows into itself", where=where)
        for name, value in (("length", self.length_km), ("straight line", self.straight_km)):
            if value is not None and not (math.isfinite(value) and value >= 0.0):
                raise TableError(
                    f"{name} of {self.name} is {value} km",
                    where=where,
                    fix="distances are finite and not negative; turn the link round instead",
                )
        if self.straight_km is not None and self.length_km < self.straight_km:
            raise TableError(
                f"{self.name} is {self.length_km} km by river but {self.straight_km} km straight",
                where=where,
                fix="a river is no shorter than the straight line; check both distances",
            )
        _known_mark("mark", self.mark, where)

    @property
    def name(self) -> str:
        """``"from -> to"``."""
        return f"{self.from_id} -> {self.to_id}"

    @property
    def rough(self) -> bool:
        """Whether the length is a rough estimate."""
        return "rough" in self.note.lower()


def nodes_from_rows(rows: Iterable[Row]) -> tuple[RiverNode, ...]:
    """Nodes of a table with :data:`NODE_COLUMNS`.

    Raises
    ------
    TableError
        As :class:`RiverNode`, naming file and line.
    """
    return tuple(
        RiverNode(
            node_id=row.text("node_id"),
            river=row.text("river"),
            name=row.text("name"),
            lat=_needed(row, "lat"),
            lon=_needed(row, "lon"),
            position_mark=row.text("position_mark"),
            elevation_m=row.number("elevation_m"),
            elevation_mark=row.text("elevation_mark", ""),
            flow_m3_s=row.number("q_mean_m3s"),
            flow_mark=row.text("q_mark", ""),
            flow_source=row.text("q_source", ""),
            flow_basis=row.text("q_basis", ""),
            area_km2=row.number("area_km2"),
            role=row.text("role", ""),
            downstream_id=row.text("downstream_id", ""),
            note=row.text("note", ""),
            where=row.where,
        )
        for row in rows
    )


def links_from_rows(rows: Iterable[Row]) -> tuple[RiverLink, ...]:
    """Links of a table with :data:`LINK_COLUMNS`; their length is ``suggested_km``.

    Raises
    ------
    TableError
        As :class:`RiverLink`, naming file and line.
    """
    return tuple(
        RiverLink(
            from_id=row.text("from_id"),
            to_id=row.text("to_id"),
            length_km=_needed(row, "suggested_km"),
            straight_km=row.number("straight_km"),
            mark=row.text("mark"),
            note=row.text("note", ""),
            where=row.where,
        )
        for row in rows
    )


def _needed(row: Row, column: str) -> float:
    value = row.number(column)
    if value is None:
        raise TableError(f"'{column}' is empty", where=f"{row.where}, column '{column}'")
    return value


def _known_mark(name: str, mark: str, where: str) -> None:
    if mark not in MARKS:
        raise TableError(f"{name} is '{mark}'", where=where, fix=f"use one of {', '.join(MARKS)}")
